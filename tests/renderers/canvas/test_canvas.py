"""Packages for Canvas, read back by the rules of both of its importers."""

from dataclasses import replace
from fractions import Fraction
from unicodedata import normalize
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from qgen.document.answers import (
    Answer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Pair,
    RubricLine,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.document.exam import Item, Pool
from qgen.document.formats import CanvasOptions
from qgen.document.richtext import (
    CodeBlock,
    DataLink,
    Hole,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    passage_of,
)
from qgen.renderers.canvas.text import without_angles
from qgen.renderers.canvas.writer import CanvasWriter
from tests import samples
from tests.examples import examples
from tests.renderers.canvas.canvas_marking import assert_marked_alike, letters
from tests.renderers.canvas.canvas_reader import CanvasItem, CanvasQuiz, read, shown
from tests.renderers.test_gift import hostile, in_words, select, visible
from tests.written import render, written


def exam_of(*items: Item, **changes) -> samples.SampleExam:
    varies = len(items) > 1
    pool = Pool(items[0].header, "Section", items[0].points, varies, parts=len(items[0].parts))
    return replace(samples.exam(), pools=(pool,), variants=(items,), **changes)


def quiz_of(*items: Item, **options) -> CanvasQuiz:
    return read(render(exam_of(*items), CanvasOptions(len(items), **options)).files["samples.zip"])


def asking(answer: Answer, **changes) -> Item:
    item = samples.item("numeric", stem=passage_of("Stem."))
    return replace(item, parts=samples.sole(answer), **changes)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("numeric", {"canvas-numbers"}),
        ("multiple_select", {"canvas-partial"}),
        ("open", set()),
    ],
)
def test_what_the_exam_loses_is_told_of_what_its_parts_ask_for(answer, told):
    part = replace(asking(samples.ANSWERS[answer]).parts[0], label="a")
    exam = exam_of(replace(samples.item("derivation"), parts=(part,)))
    codes = {problem.code for problem in render(exam, CanvasOptions(1)).problems}
    assert codes == told


def item_of(answer: Answer, **changes) -> CanvasItem:
    (item,) = quiz_of(asking(answer, **changes)).items
    return item


def losses_of(answer: Answer, **options) -> set[str]:
    writer = CanvasWriter(CanvasOptions(**options))
    return {problem.code for problem in writer.losses(asking(answer))}


LINK = DataLink("answers.csv", ("x\n1\n",), (Text("the data"),))
LINKED = Passage(RichText((Paragraph((LINK,)),)))


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({"explanation": LINKED}, True),
        ({"stem": LINKED}, False),
        ({"stem": LINKED, "explanation": LINKED}, False),
    ],
)
def test_a_file_that_only_a_solution_shows_is_told(changes, is_told):
    """Canvas has no place for files that students do not see."""
    item = asking(samples.parts("numeric")[0].answer)
    found = [
        problem.message
        for problem in CanvasWriter(CanvasOptions()).losses(replace(item, **changes))
        if problem.code == "canvas-files"
    ]
    assert [("'answers.csv'" in message) for message in found] == [True] * is_told


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_is_marked_as_the_grader_marks_it(kind):
    asked = samples.parts(kind)
    quiz = quiz_of(samples.item(kind, 1), samples.item(kind, 2))
    assert len(quiz.items) == 2 * len(asked)
    # Each part is a group of its own, of which one variant is drawn.
    assert [points for _, points in quiz.groups.values()] == [
        str(float(part.points)).removesuffix(".0") for part in asked
    ]
    for number, item in enumerate(quiz.items):
        part = asked[number // 2]
        assert item.group == list(quiz.groups)[number // 2]
        assert Fraction(item.metadata["points_possible"]) == part.points
        assert f"Sample {kind} & more 000{number % 2 + 1}" in item.title
        assert_marked_alike(item, part.answer, losses_of(part.answer))
        general = shown(item.feedback["general_fb"])
        assert f"The worked solution of the {kind} question." in general
        tree = lxml_html.fromstring(f"<div>{item.stem}</div>")
        for tag in "p em strong code a br h5 ul ol blockquote pre hr table thead tbody th".split():
            assert tree.find(f".//{tag}") is not None, tag
        assert letters("The pairs") not in item.stem
        picture = next(each for each in tree.iter("img") if "FILEBASE" in each.get("src"))
        name = picture.get("src").removeprefix("$IMS-CC-FILEBASE$/")
        assert quiz.files[f"web_resources/{name}"] == samples.PNG


def test_settings_are_the_exam_s():
    assert {
        name: read(render(samples.exam(), CanvasOptions()).files["samples.zip"]).settings[name]
        for name in ("title", "time_limit", "shuffle_answers", "quiz_type")
    } == {
        "title": "Samples & more",
        "time_limit": "90",
        "shuffle_answers": "true",
        "quiz_type": "assignment",
    }


@pytest.mark.parametrize("rule", ["right_minus_wrong", "per_option", "all_or_nothing"])
@pytest.mark.parametrize(("right", "wrong"), [(1, 2), (2, 1), (3, 0), (0, 3), (11, 2)])
def test_ticks_are_marked_alike_or_the_report_says_so(rule, right, wrong):
    answer = select(right, wrong, rule)
    lost = losses_of(answer)
    item = item_of(answer)
    assert_marked_alike(item, answer, lost)
    assert (item.metadata.get("scoring_algorithm") == "AllOrNothing") is (
        rule == "all_or_nothing" and right > 0
    )
    if right and rule == "right_minus_wrong":
        assert lost == set()
        (other,) = quiz_of(asking(answer), multiple="all_or_nothing").items
        assert other.metadata["scoring_algorithm"] == "AllOrNothing"
        assert losses_of(answer, multiple="all_or_nothing") == {"canvas-scoring"}


exact = st.one_of(
    st.fractions(-1000, 1000, max_denominator=999),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-4),
)
tolerances = st.one_of(
    st.builds(Tolerance, st.just("absolute"), st.fractions(0, 10, max_denominator=1000)),
    st.builds(Tolerance, st.just("relative"), st.fractions(0, 1, max_denominator=1000)),
    st.builds(Tolerance, st.just("significant_digits"), st.integers(1, 9).map(Fraction)),
)


@pytest.mark.slow
@given(exact, tolerances)
@examples(60)
@example(Fraction(1, 17), Tolerance("absolute", Fraction(6, 10000)))
@example(Fraction(1, 3), Tolerance("absolute", Fraction(0)))
@example(12, Tolerance("absolute", Fraction(0)))
@example(0.99999, Tolerance("absolute", Fraction(0)))
def test_tolerances_accept_what_the_grader_accepts_and_no_more(key, tolerance):
    answer = Numeric(key, tolerance)
    assert_marked_alike(item_of(answer), answer, losses_of(answer))


@pytest.mark.slow
@given(hostile, hostile)
@examples(60)
@example("[row0] [rowx1]", "$IMS-CC-FILEBASE$/a.png")
@example("x" * 10_000, "\u202eabc\t|")
def test_any_text_arrives_as_it_is_in_every_field(text, printed):
    words = RichText((Paragraph((Text(text), Hole(0))), CodeBlock(f"{text}\n\n{printed}|", "")))
    line = RichText((Paragraph((Text(f"{text}."), Hole(0))),))
    block, passage = Passage(words, (printed,)), Passage(line, (printed,))
    choice = SingleChoice((Option(passage, False, passage), Option(block, True, block)))
    item = item_of(choice, stem=passage, explanation=block)
    short = visible(f"{text}.{printed}")
    long = visible(text + printed) + visible(f"{text}\n\n{printed}|")
    first, second = item.options
    assert item.key == {second}
    told = [(item.stem, short), (item.options[first], short), (item.options[second], long)]
    told += [(item.feedback[f"{first}_fb"], short), (item.feedback[f"{second}_fb"], long)]
    for html, expected in [*told, (item.feedback["general_fb"], long)]:
        assert shown(html) == expected
    judged = MultipleSelect(
        (Option(passage, False, None), Option(block, False, passage)), "per_option"
    )
    assert_marked_alike(item_of(judged, stem=passage), judged, losses_of(judged))
    pairs = Matching(
        (Pair(passage, 1, passage), Pair(block, 0, None)), (block, passage), "per_option"
    )
    assert_marked_alike(item_of(pairs, stem=passage), pairs, losses_of(pairs))
    rubric = Open((RubricLine(Fraction(1), passage),), 5)
    assert " ".join(short.split()) in " ".join(
        shown(item_of(rubric).feedback["general_fb"]).split()
    )


@given(hostile.filter(str.strip), hostile.filter(str.strip))
@examples(60)
@example("*", "a\tb")
@example("e\u0301", "a")
def test_any_words_are_accepted_as_they_are(form, wrong):
    answer = ShortAnswer((f"x{form}", form), mistakes=(TextMistake(f"y{wrong}", passage_of("no")),))
    item = item_of(answer)
    assert item.forms == [normalize("NFC", in_words(each)) for each in answer.accepted]
    assert "no" in shown(item.feedback["general_incorrect_fb"])


@given(hostile)
@examples(60)
@example(r"x<y \text{ if a<b & c}")
@example(r"a &lt b \& c")
@example("a\r\n\r\nb")
def test_any_formula_survives_what_new_quizzes_makes_of_it(tex):
    """It puts the source between its delimiters as it is, and a browser reads that as HTML."""
    passage = Passage(RichText((Paragraph((Math((tex,)),)),)))
    item = item_of(select(1, 1), stem=passage)
    (image,) = lxml_html.fromstring(f"<div>{item.stem}</div>").iter("img")
    source = image.get("data-equation-content")
    assert image.get("src") == image.get("src").replace("<", "")
    encoded = image.get("src").removeprefix("/equation_images/").removesuffix("?scale=1")
    assert unquote(encoded) == source == image.get("title")
    assert "<" not in source
    again = lxml_html.fromstring(f"<div>.{source}.</div>")
    if "&" not in tex:
        assert again.text == f".{source}."
    plain = visible(tex).replace("<", "").replace(">", "").replace("&", "")
    assert letters(source.replace("$", "")) == letters(plain.replace("$", ""))


def test_signs_become_words_where_they_would_be_read_as_markup():
    assert without_angles(r"x<y>z") == r"x\lt y\gt z"
    assert without_angles(r"\text{a<b}<c") == r"\text{a$\lt$b}\lt c"
    assert without_angles(r"1&lt\\2") == r"1& lt\\2"
    assert without_angles(r"\& \{") == r"\& \{"


@pytest.mark.parametrize("upload", [(), (".pdf",)])
def test_what_a_person_marks_has_the_one_condition_that_any_item_has(upload):
    answer = Open((RubricLine(Fraction(1), passage_of("Because.")),), 5, upload)
    item = item_of(answer, explanation=None)
    assert item.kind == ("file_upload" if upload else "essay")
    assert "Because." in shown(item.feedback["general_fb"])


def test_mathjax_is_escaped_once_more():
    passage = Passage(RichText((Paragraph((Math(("x<y",)),)),)))
    (item,) = quiz_of(asking(select(1, 1), stem=passage), math="mathjax").items
    assert item.stem == r"\(x&lt;y\)"


def test_more_than_one_package_can_hold_is_several_whole_quizzes():
    items = [samples.item("derivation", number) for number in range(1, 8)]
    exam = exam_of(*items)
    fixed = samples.item("open")
    pools = (*exam.pools, Pool(fixed.header, "Section", fixed.points, False))
    exam = replace(exam, pools=pools, variants=(*exam.variants, (fixed,)))
    parts = len(samples.parts("derivation"))
    writer = CanvasWriter(CanvasOptions(variants=7), items_in_a_package=3 * parts + 1)
    rendered = written(writer, exam)
    assert list(rendered.files) == ["samples-1.zip", "samples-2.zip", "samples-3.zip"]
    assert "canvas-packages" in {problem.code for problem in rendered.problems}
    quizzes = list(map(read, rendered.files.values()))
    assert [len(quiz.items) for quiz in quizzes] == [3 * parts + 1, 3 * parts + 1, parts + 1]
    assert [quiz.settings["title"] for quiz in quizzes] == [
        f"Samples & more ({number}/3)" for number in (1, 2, 3)
    ]
    for quiz in quizzes:
        assert len(quiz.groups) == parts
    titles = [item.title for quiz in quizzes for item in quiz.items if item.group]
    assert len(set(titles)) == 7 * parts


def test_two_builds_give_the_same_bytes():
    assert render(samples.exam(), CanvasOptions()) == render(samples.exam(), CanvasOptions())


def test_identifiers_differ_between_exams_and_stay_when_a_question_is_added():
    first = quiz_of(samples.item("open")).items[0].ident
    other = render(exam_of(samples.item("open"), slug="other"), CanvasOptions()).files["other.zip"]
    assert read(other).items[0].ident != first
    more = replace(
        exam_of(samples.item("open")),
        pools=(
            Pool(samples.header("numeric"), "Section", Fraction(2), False),
            Pool(samples.header("open"), "Section", Fraction(2), False),
        ),
        variants=((samples.item("numeric"),), (samples.item("open"),)),
    )
    again = read(render(more, CanvasOptions()).files["samples.zip"]).items
    assert [item.ident for item in again][1] == first
