"""Tests in QTI, read back and run by a reader of its rules."""

from dataclasses import replace
from fractions import Fraction
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    ComplexMistake,
    FormulaAnswer,
    FormulaMistake,
    Matching,
    MatrixAnswer,
    MatrixMistake,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    Pair,
    RubricLine,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.document.exam import Item, Pool
from qgen.document.formats import QtiOptions
from qgen.document.formula import Number
from qgen.document.richtext import (
    CodeBlock,
    Hole,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    passage_of,
)
from qgen.document.values import Complex
from qgen.renderers.qti.writer import QtiWriter
from tests import samples
from tests.examples import examples
from tests.renderers.canvas.test_canvas import asking, exact, exam_of, tolerances
from tests.renderers.qti.qti_marking import assert_marked_alike
from tests.renderers.qti.qti_reader import QtiItem, QtiTest, read
from tests.renderers.test_gift import hostile, in_words, select, visible
from tests.written import render, written

VERSIONS = ("2.1", "3.0")


def package_of(*items: Item, **options) -> QtiTest:
    rendered = render(exam_of(*items), QtiOptions(len(items), **options))
    return read(rendered.files["samples.zip"])


def item_of(answer: Answer, version: str = "2.1", **changes) -> QtiItem:
    (item,) = package_of(asking(answer, **changes), version=version).items
    return item


def losses(item: Item) -> set[str]:
    return {problem.code for problem in QtiWriter(QtiOptions()).losses(item)}


def assert_alike(answer: Answer, version: str = "2.1") -> None:
    asked = asking(answer)
    (item,) = package_of(asked, version=version).items
    assert_marked_alike(item, 1, asked.parts[0], losses(asked))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_is_marked_as_the_grader_marks_it(kind, version):
    items = [samples.item(kind, 1), samples.item(kind, 2)]
    test = package_of(*items, version=version)
    assert test.version == version
    ((title, (group,)),) = test.sections
    assert title == "Section"
    assert len(group) == 2
    assert test.time_limit == str(90 * 60)
    for found, item in zip(group, items, strict=True):
        for number, part in enumerate(item.parts, 1):
            assert_marked_alike(found, number, part, losses(item))
        outcomes = found.run({})
        assert outcomes["MAXSCORE"] == float(item.points)
        shown = found.feedback(outcomes)
        assert f"The worked solution of the {kind} question." in shown[-1]
        assert test.files[next(iter(n for n in test.files if "media" in n))] == samples.PNG
        tags = {each.tag for each in found.root.iter()}
        assert tags >= set("math p em strong code a br h5 ul blockquote pre hr table th".split())
        assert not any(each.get("style") for each in found.root.iter() if each.tag in ("td", "p"))


@pytest.mark.parametrize("rule", ["right_minus_wrong", "per_option", "all_or_nothing"])
@pytest.mark.parametrize(("right", "wrong"), [(1, 2), (2, 1), (3, 0), (0, 3), (7, 2)])
def test_ticks_are_marked_by_the_question_s_own_rule(rule, right, wrong):
    answer = select(right, wrong, rule)
    assert losses(asking(answer)) == set()
    assert_alike(answer)


@pytest.mark.parametrize("rule", ["right_minus_wrong", "per_option", "all_or_nothing"])
def test_pairs_are_marked_by_the_question_s_own_rule(rule):
    assert_alike(replace(samples.ANSWERS["matching"], rule=rule))


@pytest.mark.parametrize("credit", ["all_or_nothing", "adjacent"])
@pytest.mark.parametrize("key", [(1, 0), (2, 0, 1), (3, 1, 0, 2)])
def test_orders_are_marked_by_the_question_s_own_rule(credit, key):
    assert_alike(Ordering(tuple(passage_of(f"i{place}") for place in key), key, credit))


@pytest.mark.parametrize("credit", ["per_entry", "all"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "key", [((3,),), ((Fraction(1, 3), -2, 0),), ((1, 2, 3), (4, 5, Fraction(1, 7)), (7, 8, 0.1))]
)
def test_matrices_are_marked_by_their_own_rule(key, version, credit):
    mistake = MatrixMistake(tuple((9, *row[1:]) for row in key), passage_of("Not nine."))
    answer = MatrixAnswer(key, Tolerance("absolute", Fraction(1, 100)), credit, (mistake,))
    assert losses(asking(answer)) == set()
    assert_alike(answer, version)
    (item,) = package_of(asking(answer), numbers="equal").items
    assert_marked_alike(item, 1, asking(answer).parts[0], losses(asking(answer)))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        (Complex(-3, 0), [Complex(0, 3), Complex(3, 0)]),
        (Complex(0, 2), [Complex(2, 0), Complex(0, Fraction(-5, 2))]),
        (Complex(0, 0), [Complex(1, 0), Complex(1, Fraction(1, 2))]),
        (Complex(3, Fraction(1, 5)), [Complex(0, 3), Complex(Fraction(1, 4), 3)]),
        (Complex(3, -2), [Complex(-3, 2)]),
    ],
)
def test_an_empty_box_of_a_complex_number_is_a_part_that_is_zero(key, wrong, version):
    mistakes = [
        ComplexMistake(value, passage_of(f"Said {word}."), Fraction(1, 4))
        for value, word in zip(wrong, ("one", "two"), strict=False)
    ]
    answer = ComplexAnswer(key, Tolerance("absolute", Fraction(1, 4)), None, tuple(mistakes))
    assert_alike(answer, version)


@pytest.mark.slow
@given(exact, tolerances)
@examples(60)
@example(Fraction(1, 17), Tolerance("absolute", Fraction(6, 10000)))
def test_tolerances_accept_what_the_grader_accepts_and_no_more(key, tolerance):
    assert_alike(Numeric(key, tolerance))


@pytest.mark.parametrize(
    ("kind", "answer", "told"),
    [
        ("numeric", "numeric", True),
        ("single_choice", "single_choice", False),
        ("derivation", "numeric", True),
        ("derivation", "open", False),
    ],
)
def test_how_numbers_are_typed_is_told_where_some_are_asked_for(kind, answer, told):
    item = asking(samples.ANSWERS[answer], header=samples.header(kind))
    rendered = render(exam_of(item), QtiOptions(1))
    assert ("qti-numbers" in {problem.code for problem in rendered.problems}) is told


def test_numbers_by_a_tolerance_where_asked_for_and_only_in_2_1():
    answer = samples.ANSWERS["numeric"]
    (item,) = package_of(asking(answer), numbers="equal").items
    assert item.root.find(".//equal") is not None
    assert_marked_alike(item, 1, asking(answer).parts[0], set())
    options = QtiOptions(1, "3.0", "equal")
    rendered = render(exam_of(asking(answer)), options)
    assert "qti-equal" in {problem.code for problem in rendered.problems}
    assert "equal" not in read(rendered.files["samples.zip"]).items[0].xml.replace("qti-equal>", "")


@pytest.mark.slow
@given(hostile, hostile, st.sampled_from(VERSIONS))
@examples(60)
@example("x" * 10_000, "\u202eabc\t|", "3.0")
def test_any_text_arrives_as_it_is_in_every_field(text, printed, version):
    words = RichText((Paragraph((Text(text), Hole(0))), CodeBlock(f"{text}\n\n{printed}|", "")))
    line = RichText((Paragraph((Text(f"{text}."), Hole(0))),))
    block, passage = Passage(words, (printed,)), Passage(line, (printed,))
    short = visible(f"{text}.{printed}")
    long = visible(text + printed) + visible(f"{text}\n\n{printed}|")
    options = (Option(passage, False, passage), Option(block, True, block))
    for choice in (SingleChoice(options), MultipleSelect(options, "per_option")):
        item = item_of(choice, version, stem=passage, explanation=block)
        assert item.body().startswith(short)
        assert [text for _, text in item.choices("R1")] == [short, long]
        response = {"C1"} if isinstance(choice, MultipleSelect) else "C1"
        assert item.feedback(item.run({"R1": response})) == [short, long]
    pairs = Matching(
        (Pair(passage, 1, passage), Pair(block, 0, None)), (block, passage), "per_option"
    )
    item = item_of(pairs, version)
    assert [text for _, text in item.choices("R1")] == [short, long, long, short]
    rubric = item_of(Open((RubricLine(Fraction(1), passage),), 5), version)
    assert short.strip() in rubric.body()


@given(hostile.filter(str.strip), hostile.filter(str.strip), st.sampled_from(VERSIONS))
@examples(60)
def test_any_words_are_accepted_as_they_are(form, wrong, version):
    answer = ShortAnswer((f"x{form}", form), mistakes=(TextMistake(f"y{wrong}", passage_of("no")),))
    item = item_of(answer, version)
    for each in answer.accepted:
        assert item.run({"R1": normalize("NFC", in_words(each))})["SCORE_R1"] == 2
    outcomes = item.run({"R1": normalize("NFC", in_words(f"y{wrong}"))})
    assert "no" in item.feedback(outcomes)


@given(hostile)
@examples(40)
def test_any_formula_makes_a_file_that_is_read(tex):
    passage = Passage(RichText((Paragraph((Math((tex,)),)),)))
    item_of(select(1, 1), stem=passage)


def test_sections_keep_their_questions_and_more_variants_make_more_packages():
    kinds = ("numeric", "open")
    items = {kind: tuple(samples.item(kind, n) for n in (1, 2, 3)) for kind in kinds}
    pools = tuple(Pool(samples.header(kind), f"About {kind}", Fraction(2), True) for kind in kinds)
    fixed = Pool(samples.header("matching"), "About open", Fraction(2), False)
    exam = replace(
        samples.exam(),
        pools=(*pools, fixed),
        variants=(*items.values(), (samples.item("matching"),)),
    )
    rendered = written(QtiWriter(QtiOptions(3), items_in_a_package=5), exam)
    assert list(rendered.files) == ["samples-1.zip", "samples-2.zip"]
    first, second = map(read, rendered.files.values())
    shapes = [[len(group) for group in groups] for _, groups in first.sections]
    assert [title for title, _ in first.sections] == ["About numeric", "About open"]
    assert shapes == [[2], [2, 1]]
    assert [[len(group) for group in groups] for _, groups in second.sections] == [[1], [1, 1]]


@pytest.mark.parametrize("version", VERSIONS)
def test_two_builds_give_the_same_bytes(version):
    options = QtiOptions(version=version)
    assert render(samples.exam(), options) == render(samples.exam(), options)


FORMULA = samples.ANSWERS["formula"]
assert isinstance(FORMULA, FormulaAnswer)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_formula_is_asked_for_by_its_values_or_as_a_free_answer(version):
    points = quiz_of_formula(FORMULA, version=version)
    assert len(points.items[0].responses()) == 2
    essay = quiz_of_formula(FORMULA, version=version, formulas="essay")
    assert essay.items[0].responses() == ["R1"]
    writer = QtiWriter(QtiOptions(version=version, formulas="essay"))
    assert writer.marked_by(asking(FORMULA)) == ("person",)
    assert "a person marks" in message_of(writer, FORMULA)


def test_a_formula_up_to_a_constant_is_for_a_person():
    answer = replace(FORMULA, up_to="constant")
    assert quiz_of_formula(answer).items[0].responses() == ["R1"]
    writer = QtiWriter(QtiOptions())
    assert writer.marked_by(asking(answer)) == ("person",)
    assert "may differ by a constant" in message_of(writer, answer)


def test_what_values_do_not_tell_is_told():
    """A mistake that is the key cannot be told from it at any point."""
    same = FormulaMistake(FORMULA.key, passage_of("the same"))
    hidden = replace(FORMULA, mistakes=(*FORMULA.mistakes, same))
    assert told_of_values(hidden) == [
        "question 'sample-numeric' (variants may be like it): no point was found at which mistake "
        "3 differs from the key by more than four tolerances: its values may be taken for right "
        "ones"
    ]
    large = replace(FORMULA, key=Number(10**30), mistakes=(), variables={})
    (message,) = told_of_values(large)
    assert "no values that could be typed" in message
    assert quiz_of_formula(large).items[0].responses() == ["R1"]
    assert told_of_values(FORMULA) == []


def quiz_of_formula(answer: FormulaAnswer, **options) -> QtiTest:
    return package_of(asking(answer), **options)


def message_of(writer: QtiWriter, answer: FormulaAnswer) -> str:
    (problem,) = (each for each in writer.losses(asking(answer)) if each.code == "qti-formula")
    return problem.message


def told_of_values(answer: FormulaAnswer) -> list[str]:
    problems = render(exam_of(asking(answer)), QtiOptions(1)).problems
    return [each.message for each in problems if each.code == "qti-points"]
