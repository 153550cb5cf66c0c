import re
from dataclasses import replace
from fractions import Fraction
from html import unescape
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from qgen.document.answers import (
    MultipleSelect,
    Numeric,
    NumericMistake,
    Option,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.document.exam import Asset, Item
from qgen.document.richtext import (
    Code,
    DisplayMath,
    Hole,
    Image,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    passage_of,
    plain_text,
)
from qgen.marking.grader import mark_choice, mark_number
from qgen.marking.rules import accepted_interval, multiple_select_credit
from tests import samples
from tests.examples import examples
from tests.renderers.moodle.moodle_reader import Question, read
from tests.renderers.moodle.moodle_written import (
    OPTIONS,
    by_category,
    files_of,
    texts,
    written,
)
from tests.written import losses


def asking(answer, **changes) -> Item:
    """A question with one answer, or with the parts of a derivation."""
    parts = answer if isinstance(answer, tuple) else samples.sole(answer)
    return replace(samples.item("open", stem=passage_of("Stem.")), parts=parts, **changes)


def question_of(answer, **changes) -> Question:
    return written(asking(answer, **changes))[0]


def select(right: int, wrong: int, rule="right_minus_wrong") -> MultipleSelect:
    flags = [True] * right + [False] * wrong
    options = [Option(passage_of(f"o{i}"), flag, None) for i, flag in enumerate(flags)]
    return MultipleSelect(tuple(options), rule)


def shown(fragment: str) -> str:
    """What a browser shows of a piece of HTML."""
    return lxml_html.fromstring(f"<div>{fragment}</div>").text_content()


def visible(text: str) -> str:
    """The text as it must arrive: refused characters replaced, line ends as XML reads them."""
    refused = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
    return re.sub("\r\n?", "\n", re.sub(refused, "\ufffd", text))


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_carries_every_node_and_its_common_elements(kind):
    whole = replace(OPTIONS, derivations="essay")
    ((first, second),) = by_category(*(samples.item(kind, n) for n in (1, 2)), options=whole)
    assert first.name == f"Sample {kind} & more 0001" < second.name
    assert first.idnumber == f"sample-{kind}-v0001"
    assert second.idnumber == f"sample-{kind}-v0002"
    assert first.grade == float(samples.item(kind).points)
    assert first.tags == ["samples", "first", "second tag"]
    assert f"The worked solution of the {kind} question." in first.explanation
    assert sorted(first.files) == ["picture.png", "points.csv"]
    assert 'alt="A grey picture, 100% &lt;flat&gt;, &lt;7&gt; &amp; 8"' in first.text
    assert r"\(x &lt; y \text{ and } x - \frac{3}{4}\)" in first.text
    assert r"\frac{q(z)}{p(z)}\,dz &lt; \frac{3}{4}\]" in first.text
    tree = lxml_html.fromstring(f"<div>{first.text}</div>")
    for tag in "p em strong code a img br h5 ul ol blockquote pre hr table thead tbody th".split():
        assert tree.find(f".//{tag}") is not None, tag
    assert tree.find(".//a").get("href") == "https://example.org/a?b=1&c=%20d#e_f"
    assert tree.find(".//pre").text_content().startswith("for i in range(3):\n    print(i & 1 < 2")
    assert tree.find(".//ol").get("start") == "3"
    assert "Plain & <b>not bold</b> 100% $5 #1 _x_ {y} ~z^ \\frac" in tree.text_content()


def test_the_whole_sample_exam_is_one_category_a_question():
    found = read(files_of(samples.exam())["samples.xml"])
    # The derivation has an open part, and so becomes two.
    assert [len(questions) for questions in found.values()] == [3] * (len(samples.KINDS) + 1)
    assert next(iter(found)) == "$course$/top/Samples & more/Sample single_choice & more"


def test_single_choice_marks_and_feedback():
    answer = samples.ANSWERS["single_choice"]
    question = written(samples.item("single_choice"))[0]
    assert question.shuffle
    for index in range(3):
        mark = mark_choice(answer, {index})
        fraction, feedback = question.mark(index)
        assert fraction == mark.credit
        assert feedback == (
            "" if not mark.feedback else mark.feedback[0].text.blocks[0].children[0].text
        )
    assert not written(samples.item("single_choice"), shuffle_options=False)[0].shuffle


@pytest.mark.parametrize("right", range(1, 11))
def test_right_minus_wrong_is_carried_exactly(right):
    answer = select(right, 2)
    whole = question_of(answer)
    blank = question_of(samples.steps(answer)).blanks[0]
    key = frozenset(range(right))
    for size in range(right + 3):
        for ticked in list(combinations(range(right + 2), size))[:40]:
            credit = multiple_select_credit("right_minus_wrong", key, frozenset(ticked), right + 2)
            assert whole.mark(ticked)[0] == pytest.approx(float(credit), abs=2e-6)
            assert blank.mark(ticked)[0] == pytest.approx(float(credit), abs=2e-6)
    assert losses(asking(answer), OPTIONS) == []


@pytest.mark.parametrize("rule", ["per_option", "all_or_nothing"])
def test_other_rules_are_a_loss_but_the_key_scores_full(rule):
    item = asking(select(3, 2, rule))
    ticks = replace(OPTIONS, per_option="ticks")
    (problem,) = losses(item, ticks)
    assert (problem.code, problem.severity) == ("moodle-scoring", "loss")
    assert problem.place == item.header.place
    assert rule in problem.message
    ((question,),) = by_category(item, options=ticks)
    assert question.mark({0, 1, 2})[0] == pytest.approx(1, abs=1e-6)


@pytest.mark.slow
@given(st.integers(1, 5), st.integers(0, 4), st.data())
def test_rows_of_yes_and_no_mark_per_option_exactly(right, wrong, data):
    answer = select(right, wrong, "per_option")
    shown_options = right + wrong
    ticked = data.draw(st.sets(st.integers(0, shown_options - 1)))
    credit = multiple_select_credit("per_option", set(range(right)), ticked, shown_options)
    response = [0 if index in ticked else 1 for index in range(shown_options)]
    for question in (question_of(answer), question_of(samples.steps(answer))):
        assert question.mark(response)[0] == pytest.approx(float(credit))
        assert "For each statement, choose yes or no." in question.text
    (problem,) = losses(asking(answer), OPTIONS)
    assert problem.code == "moodle-judged"


@pytest.mark.parametrize("ticked", [(), (0,), (1,), (0, 2), (0, 1, 2)])
def test_all_or_nothing_is_carried_where_one_option_is_right(ticked):
    answer = select(1, 2, "all_or_nothing")
    assert losses(asking(answer), OPTIONS) == []
    assert question_of(answer).mark(ticked)[0] == mark_choice(answer, set(ticked)).credit


@pytest.mark.parametrize(("right", "wrong"), [(0, 3), (11, 2), (1, 0)])
def test_what_ticks_cannot_carry_is_judged_statement_by_statement(right, wrong):
    answer = select(right, wrong)
    shown_options = right + wrong
    for question in (question_of(answer), question_of(samples.steps(answer))):
        assert [len(blank.answers) for blank in question.blanks] == [2] * shown_options
        key = [0] * right + [1] * wrong
        assert question.mark(key)[0] == 1
        one_wrong = [1 - key[0], *key[1:]]
        expected = multiple_select_credit(
            "per_option", set(range(right)), set(range(right)) ^ {0}, shown_options
        )
        assert question.mark(one_wrong)[0] == pytest.approx(float(expected))
    item = asking(answer)
    assert [problem.code for problem in losses(item, OPTIONS)] == ["moodle-judged"]


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
@examples(300)
def test_tolerances_accept_what_the_grader_accepts_and_no_more(key, tolerance):
    low, high = accepted_interval(key, tolerance)
    answer = Numeric(key, tolerance)
    slack = Fraction(max(1, abs(low), abs(high))) / 10**12
    whole = question_of(answer)
    for question in (whole, question_of(samples.steps(answer)).blanks[0]):
        for accepted in (low, high, (low + high) / 2):
            assert question.mark(accepted)[0] == 1
        for refused in (low - slack, high + slack):
            assert question.mark(refused)[0] == 0


@pytest.mark.parametrize("digits", [1, 3])
def test_a_key_a_hair_below_a_power_of_ten_has_the_tolerance_of_its_own_digits(digits):
    key = 10 - Fraction(1, 10**20)
    tolerance = Tolerance("significant_digits", Fraction(digits))
    low, _ = accepted_interval(key, tolerance)
    question = question_of(Numeric(key, tolerance))
    assert question.mark(low)[0] == 1
    assert question.mark(low - Fraction(1, 1000))[0] == 0


def test_numeric_mistakes_get_their_feedback_and_never_swallow_the_key():
    near = NumericMistake(Fraction(101, 100), passage_of("rounded"))
    far = NumericMistake(Fraction(-1, 3), passage_of("sign & <size>"))
    answer = Numeric(1, Tolerance("absolute", Fraction(1, 50)), "m/s", (near, far))
    whole = question_of(answer)
    assert "_____ m/s" in whole.text
    assert whole.answers[-1].text == "*"
    for question in (whole, question_of(samples.steps(answer)).blanks[0]):
        assert question.mark(1.015) == (1, "")
        assert question.mark(1.025) == (0, "rounded")
        assert question.mark(Fraction(-1, 3)) == (0, "sign &amp; &lt;size&gt;")
        assert question.mark(7) == (0, "")


@pytest.mark.slow
@given(
    st.lists(st.integers(2, 12), min_size=2, max_size=4, unique=True),
    st.sampled_from(["absolute", "relative"]),
    st.integers(1, 6),
    st.integers(-20, 60),
)
@examples(300)
def test_moodle_recognises_the_mistake_that_the_grader_does(tenths, kind, width, response):
    mistakes = tuple(
        NumericMistake(Fraction(tenth - 6, 10), passage_of(f"mistake {tenth}")) for tenth in tenths
    )
    answer = Numeric(Fraction(9), Tolerance(kind, Fraction(width, 20)), mistakes=mistakes)
    # Between the halves and quarters of tenths at which one reach ends and another begins.
    given_number = Fraction(response, 27) + Fraction(1, 1009)
    mark = mark_number(answer, given_number)
    feedback = plain_text(mark.feedback[0]) if mark.feedback else ""
    for question in (question_of(answer), question_of(samples.steps(answer)).blanks[0]):
        assert question.mark(given_number) == (mark.credit, feedback)


@pytest.mark.slow
@given(st.lists(texts.filter(str.strip), min_size=1, max_size=3), st.booleans())
@examples(200)
def test_short_answers_match_themselves_and_stars_stand_for_themselves(forms, case_sensitive):
    answer = ShortAnswer(
        tuple(forms), case_sensitive, (TextMistake("a*b\\*c\\", passage_of("a star")),)
    )
    for question in (question_of(answer), question_of(samples.steps(answer)).blanks[0]):
        assert question.use_case == case_sensitive
        for form in forms:
            given_form = visible(form).strip()
            if given_form == visible(form):
                assert question.mark(given_form)[0] == 1
        if not {"a*b\\*c\\", "aXb\\*c\\"} & {form.strip().lower() for form in forms}:
            assert question.mark("a*b\\*c\\") == (0, "a star")
            assert question.mark("aXb\\*c\\") == (0, "")


@pytest.mark.slow
@given(texts.filter(str.strip), texts)
@examples(200)
def test_any_text_arrives_in_stems_options_feedback_and_blanks(text, printed):
    words = RichText((Paragraph((Text(f"a{text}b"), Hole(0), Code(f"c{text}"))),))
    passage = Passage(words, (printed,))
    choice = SingleChoice((Option(passage, True, passage), Option(passage_of("n"), False, None)))
    item = asking(choice, stem=passage)
    expected = visible(f"a{text}b{printed}c{text}")
    question = written(item)[0]
    for fragment in (question.text, question.answers[0].text, question.answers[0].feedback):
        assert shown(fragment) == expected
    cloze = written(replace(item, parts=samples.steps(choice, choice)))[0]
    assert len(cloze.blanks) == 2
    assert expected in shown(cloze.text)
    for blank in cloze.blanks:
        assert shown(blank.answers[0].text) == expected
        assert shown(blank.answers[0].feedback) == expected


@pytest.mark.slow
@given(texts)
@examples(100)
def test_math_is_escaped_in_fields_and_blanks(tex):
    passage = Passage(RichText((Paragraph((Math((tex, Hole(0))),)),)), (tex,))
    choice = SingleChoice((Option(passage, True, None), Option(passage_of("n"), False, None)))
    for question in (question_of(choice), question_of(samples.steps(choice)).blanks[0]):
        fragment = question.answers[0].text
        assert unescape(fragment) == rf"\({visible(tex)}{visible(tex)}\)"
        assert "<" not in fragment


def test_plain_characters_never_begin_a_formula():
    question = question_of(samples.ANSWERS["open"], stem=passage_of(r"\(a\) \[b\] $$c$$ $$$"))
    assert not re.search(r"\\[()\[\]]|\$\$", question.text)
    assert shown(question.text) == r"\(a\) \[b\] $$c$$ $$$"


def test_what_looks_like_a_blank_in_the_body_is_none():
    stem = passage_of("See {#1} and {1:NUMERICAL:=3} and {:SHORTANSWER:=x}.")
    question = question_of(samples.steps(Numeric(1, Tolerance("absolute", Fraction(0)))), stem=stem)
    assert len(question.blanks) == 1
    assert "{1:NUMERICAL:=3}" in shown(question.text)


def test_latex_in_a_blank_keeps_its_braces_and_backslashes():
    tex = r"\left\{\frac{1}{2}\right\} \# \\"
    passage = Passage(RichText((DisplayMath((tex,)),)))
    choice = SingleChoice((Option(passage, True, passage), Option(passage_of("n"), False, None)))
    blank = question_of(samples.steps(choice)).blanks[0]
    assert blank.answers[0].text == blank.answers[0].feedback == rf"<p>\[{tex}\]</p>"


def test_cloze_weights_are_whole_and_in_proportion():
    answer = samples.steps(
        samples.ANSWERS["numeric"],
        samples.ANSWERS["single_choice"],
        select(0, 3),
        samples.ANSWERS["short_answer"],
        points=[Fraction(1, 2), Fraction(1, 3), Fraction(1), Fraction(2)],
    )
    question = question_of(answer, points=Fraction(23, 6))
    assert [blank.grade for blank in question.blanks] == [3, 2, 2, 2, 2, 12]
    assert question.mark([Fraction(1, 17), 0, 1, 1, 1, " ELBO "])[0] == 1
    assert question.mark([None, 0, None, None, None, None])[0] == pytest.approx(2 / 23)
    assert "Part a" in question.text
    assert "1/3 points" in question.text


def test_formulas_and_mixed_derivations_can_become_essays_with_everything_for_the_marker():
    essays = replace(OPTIONS, formulas="essay", derivations="essay")
    ((formula,),) = by_category(samples.item("formula"), options=essays)
    assert formula.kind == "essay"
    assert r"<code>(3*x_1 - 4*x_2 - 2)/26</code>" in formula.notes
    assert "The square does not belong here." in formula.notes
    ((essay,),) = by_category(samples.item("derivation"), options=essays)
    assert essay.kind == "essay"
    for label in "abcdef":
        assert f"Part {label}" in essay.text
        assert f"Part {label}" in essay.notes
    assert "the right one" in essay.text
    for key in ("Why it is right.", "evidence lower bound", "Names the joint law."):
        assert key in essay.notes
        assert key not in essay.text
    assert "Explanation of the part." in essay.explanation
    codes = {
        kind: [problem.code for problem in losses(samples.item(kind), essays)]
        for kind in ("formula", "derivation", "numeric", "open")
    }
    assert codes == {
        "formula": ["moodle-formula"],
        "derivation": ["moodle-derivation"],
        "numeric": [],
        "open": [],
    }


def test_open_questions_bring_their_rubric_and_their_room():
    question = written(samples.item("open"))[0]
    assert question.lines == 5
    assert "1 point: Names the joint law." in question.notes
    assert "0.5 points: Gives a reason." in question.notes


def test_losses_that_hide_in_texts_and_pictures():
    picture = Passage(RichText((Paragraph((Image("figure", ("a curve",)),)),)))
    choice = SingleChoice((Option(picture, True, None), Option(passage_of("n"), False, None)))
    item = replace(
        samples.item("open", stem=picture),
        parts=samples.steps(choice, ShortAnswer(("Straße am Meer",))),
        assets={"figure": Asset("figure", {"pdf": b"%PDF"})},
        header=replace(samples.header("open"), tags=("t" * 60,), title="p < q" * 60),
    )
    found = losses(item, OPTIONS)
    assert sorted(problem.code for problem in found) == [
        *("moodle-blanks", "moodle-case", "moodle-cut", "moodle-cut", "moodle-name"),
        *("moodle-picture", "moodle-picture"),
    ]
    question = written(item)[0]
    assert "[a curve]" in question.text
    assert question.blanks[0].answers[0].text == "[a curve]"


def test_a_single_option_is_an_error():
    lonely = SingleChoice((Option(passage_of("a"), True, None),))
    for answer in (lonely, samples.steps(lonely)):
        (problem,) = losses(asking(answer), OPTIONS)
        assert (problem.code, problem.severity) == ("moodle-one-option", "error")


def test_thirds_and_long_identifiers_and_tags():
    header = replace(samples.header("open"), identifier="i" * 200, tags=("t" * 80, "t" * 60))
    items = [
        replace(samples.item("open", number), header=header, points=Fraction(1, 3))
        for number in (1, 2)
    ]
    first, second = written(*items)
    assert first.grade == pytest.approx(1 / 3, abs=1e-7)
    assert first.idnumber.endswith("-v0001")
    assert second.idnumber.endswith("-v0002")
    assert first.tags == ["samples", "t" * 50]


def test_the_questions_own_language_names_its_parts():
    german = replace(samples.header("derivation"), language="de")
    unknown = replace(samples.header("derivation"), language="xx")
    item = samples.item("derivation")
    for header, part, hint in ((german, "Teil a", "Dezimalzahl"), (unknown, "Part a", "a decimal")):
        for (question,) in by_category(replace(item, header=header)):
            assert part in question.text
        ((numeric,),) = by_category(replace(samples.item("numeric"), header=header))
        assert hint in numeric.text


def test_mistakes_earn_their_shares() -> None:
    """A question where Moodle has the share, otherwise a blank, in whole percents."""
    shares = {"1/2": 0.5, "1/3": 0.33333, "1/7": 0.14286, "35%": 0.35, "17/30": 0.56}
    for share, earned in shares.items():
        credit = Fraction(share.replace("%", "/100"))
        tolerance = Tolerance("absolute", Fraction(1, 10))
        mistake = NumericMistake(5, passage_of("Five."), credit)
        words = TextMistake("five", passage_of("Five."), credit)
        for answer, key, wrong in (
            (Numeric(2, tolerance, None, (mistake,)), "2", "5"),
            (ShortAnswer(("two",), False, (words,)), "two", "five"),
        ):
            question = question_of(answer)
            asked = question.blanks[0] if question.kind == "cloze" else question
            assert asked.mark(key)[0] == 1
            found, told = asked.mark(wrong)
            assert (round(found, 5), shown(told)) == (round(earned, 5), "Five.")
            assert asked.mark("7")[0] == 0
            lost = {problem.code for problem in losses(asking(answer), OPTIONS)}
            assert ("moodle-credit" in lost) == (share == "17/30")
    parts = samples.steps(Numeric(2, tolerance, None, (mistake,)), ShortAnswer(("a",)))
    assert {problem.code for problem in losses(asking(parts), OPTIONS)} == {"moodle-credit"}
