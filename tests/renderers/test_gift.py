"""Questions as GIFT, read back and marked as Moodle's importer and its questions do."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from qgen.document.answers import (
    Answer,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Open,
    Option,
    RubricLine,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.document.exam import Item, Pool
from qgen.document.formats import GiftOptions
from qgen.document.richtext import (
    CodeBlock,
    Hole,
    Image,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    passage_of,
)
from qgen.marking.grader import mark_words
from tests import samples
from tests.examples import examples
from tests.renderers.gift_marking import assert_marked_alike, letters, losses, losses_of, shown
from tests.renderers.gift_reader import Question, read
from tests.written import Rendered, render

REFUSED = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
HOSTILE = (
    *("~=#}", "{1:NM:=5}", r"\nu", r"\n", r"\\n", r"\=", "]]>", "<script>alert(1)</script>"),
    *("a\n\nb", "a\r\n\r\nb", "\n0\n", "\x00", "\x85", "\u2028", "\N{GRINNING FACE}", "\u202eabc"),
    *("%50%", "%-100% a", "// comment", "\n// comment\n", "::", "::a::", "[html]", "[plain] a"),
    *(
        "$CATEGORY: a",
        "\n\n$CATEGORY: a\n\nb{T}",
        "####",
        "#",
        "->",
        "*",
        "&&058;",
        "&&010",
        "&&092;",
    ),
    *("&lt;", "TRUE", "T", "\\", "_____", r"\(x\)", "$$", "[id:x]", "[tag:y]", "`", "\ufeff"),
)
hostile = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(max_size=3)), min_size=1, max_size=4
).map("".join)


def exam_of(*items: Item, **changes) -> samples.SampleExam:
    pool = Pool(items[0].header, "Section", items[0].points, True)
    return replace(samples.exam(), pools=(pool,), variants=(items,), **changes)


def rendered(exam: samples.SampleExam, variants: int = 3) -> Rendered:
    return render(exam, GiftOptions(variants=variants))


def written(*items: Item, **changes) -> list[Question]:
    """The questions of a file with these items."""
    return read(rendered(exam_of(*items, **changes)).files["samples.gift.txt"])


def asking(answer: Answer, **changes) -> Item:
    item = samples.item("numeric", stem=passage_of("Stem."))
    return replace(item, parts=samples.sole(answer), **changes)


def question_of(answer: Answer, **changes) -> Question:
    (question,) = written(asking(answer, **changes))
    return question


def visible(text: str) -> str:
    """The text as a browser has to show it: refused characters replaced, lines ended alike."""
    return re.sub("\r\n?", "\n", re.sub(REFUSED, "\ufffd", text))


def in_words(text: str) -> str:
    """The text with each run of white space as one blank."""
    return " ".join(visible(text).split())


def as_typed(text: str) -> str:
    """Words as a student types them: in one line, and none of the characters that are refused."""
    return visible(" ".join(text.split()))


# What everything carries.


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_carries_every_node_and_its_common_elements(kind):
    asked = samples.parts(kind)
    found = written(samples.item(kind, 1), samples.item(kind, 2))
    assert len(found) == 2 * len(asked)
    for number, question in enumerate(found):
        part = asked[number % len(asked)]
        variant = f"{number // len(asked) + 1:04}"
        ending = f" ({part.label})" if part.label else ""
        assert question.category == f"$course$/top/Samples & more/Sample {kind} & more"
        assert question.name == f"Sample {kind} & more {variant}{ending}"
        assert question.idnumber == f"sample-{kind}-v{variant}{part.label}"
        assert question.tags == ["samples", "first", "second tag"]
        assert f"The worked solution of the {kind} question." in shown(question.explanation)
        assert r"\(x &lt; y \text{ and } x - \frac{3}{4}\)" in question.text
        assert r"\frac{q(z)}{p(z)}\,dz &lt; \frac{3}{4}\]" in question.text
        tree = lxml_html.fromstring(f"<div>{question.text}</div>")
        for tag in "p em strong code a br h5 ul ol blockquote pre hr table thead tbody th".split():
            assert tree.find(f".//{tag}") is not None, tag
        assert tree.find(".//a").get("href") == "https://example.org/a?b=1&c=%20d#e_f"
        code = samples.BLOCKS[6]
        assert isinstance(code, CodeBlock)
        assert tree.find(".//pre").text_content() == code.text
        assert "Plain & <b>not bold</b> 100% $5 #1 _x_ {y} ~z^ \\frac" in tree.text_content()


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_is_marked_as_the_grader_marks_it(kind):
    asked = samples.parts(kind)
    for question, part in zip(written(samples.item(kind)), asked, strict=True):
        assert_marked_alike(question, part.answer)


def test_the_whole_sample_exam_has_a_category_for_each_question():
    found = read(rendered(samples.exam()).files["samples.gift.txt"])
    counts = {kind: 3 * len(samples.parts(kind)) for kind in samples.KINDS}
    top = "$course$/top/Samples & more/Sample"
    categories = [question.category for question in found]
    assert {kind: categories.count(f"{top} {kind} & more") for kind in counts} == counts
    assert len(found) == sum(counts.values())
    numbers = [question.idnumber for question in found]
    assert len(set(numbers)) == len(numbers)


def test_no_more_variants_are_written_than_are_asked_for():
    assert len(written(*(samples.item("numeric", number) for number in range(1, 9)))) == 3


def test_what_the_exam_as_a_whole_loses():
    codes = [problem.code for problem in rendered(samples.exam()).problems]
    assert codes == ["gift-marks", "gift-numbers"]
    choices = exam_of(samples.item("single_choice"))
    assert [problem.code for problem in rendered(choices).problems] == ["gift-marks"]
    part = replace(samples.item("open").parts[0], label="a")
    open_derivation = replace(samples.item("derivation"), parts=(part,))
    codes = [problem.code for problem in rendered(exam_of(open_derivation)).problems]
    assert codes == ["gift-marks"]


def test_a_part_of_a_derivation_has_the_stem_its_prompt_and_its_explanation():
    for question, part in zip(
        written(samples.item("derivation")), samples.parts("derivation"), strict=True
    ):
        text = shown(question.text)
        assert text.index("A heading") < text.index(f"Part {part.label}") < text.index("Prompt of")
        assert ("Explanation of the part." in question.explanation) == bool(part.explanation)
        # Each stands on lines of its own.
        assert "part.The worked" not in question.explanation
    assert "gift-parts" in losses(samples.item("derivation"))


def test_the_questions_own_language_names_its_parts():
    item = samples.item("derivation")
    german = replace(item.header, language="de")
    unknown = replace(item.header, language="xx")
    assert "Teil a" in written(replace(item, header=german))[0].text
    assert "Part a" in written(replace(item, header=unknown))[0].text


# Marks.


def select(right: int, wrong: int, rule="right_minus_wrong") -> MultipleSelect:
    flags = [True] * right + [False] * wrong
    options = [
        Option(passage_of(f"o{i}"), flag, passage_of(f"f{i}")) for i, flag in enumerate(flags)
    ]
    return MultipleSelect(tuple(options), rule)


@pytest.mark.parametrize("right", range(1, 11))
def test_right_minus_wrong_is_carried(right):
    answer = select(right, 2)
    assert losses_of(answer) == set()
    assert_marked_alike(question_of(answer), answer)


@pytest.mark.parametrize("rule", ["per_option", "all_or_nothing"])
def test_other_rules_are_a_loss_but_the_key_scores_full(rule):
    answer = select(3, 2, rule)
    assert losses_of(answer) == {"gift-scoring"}
    assert_marked_alike(question_of(answer), answer)


@pytest.mark.parametrize(("right", "wrong"), [(0, 3), (11, 2)])
def test_what_cannot_be_ticked_is_a_free_answer_with_its_key(right, wrong):
    answer = select(right, wrong)
    assert losses_of(answer) == {"gift-ticks"}
    question = question_of(answer)
    assert question.kind == "essay"
    listed = lxml_html.fromstring(f"<div>{question.text}</div>").findall(".//ol/li")
    assert [each.text_content() for each in listed] == [f"o{n}" for n in range(right + wrong)]
    told = shown(question.explanation)
    assert [told.count(word) for word in ("– correct", "– wrong")] == [right, wrong]


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
@examples(80)
def test_tolerances_accept_what_the_grader_accepts_and_no_more(key, tolerance):
    answer = Numeric(key, tolerance)
    assert_marked_alike(question_of(answer), answer)


def test_numeric_mistakes_get_their_feedback_and_never_swallow_the_key():
    near = NumericMistake(Fraction(101, 100), passage_of("rounded = {up}"))
    far = NumericMistake(Fraction(-1, 3), passage_of("[html] #sign & <size>"))
    answer = Numeric(1, Tolerance("absolute", Fraction(1, 50)), "m/s", (near, far))
    question = question_of(answer)
    assert_marked_alike(question, answer)
    assert "m/s" in shown(question.text)
    assert question.mark("1.015") == (1, "")
    assert question.mark("1.025") == (0, "rounded = {up}")
    assert shown(question.mark(repr(-1 / 3))[1]) == "[html] #sign & <size>"
    assert question.mark("7") == (0, "")


@pytest.mark.parametrize(
    ("share", "earned"), [("1/2", 0.5), ("1/3", 0.3333333), ("35/100", 0.3333333), ("1/30", 0)]
)
def test_mistakes_earn_the_shares_that_moodle_has(share, earned):
    mistake = NumericMistake(5, passage_of("Five."), Fraction(share))
    number = Numeric(2, Tolerance("absolute", Fraction(0)), None, (mistake,))
    words = ShortAnswer(("two",), False, (TextMistake("5", passage_of("Five."), Fraction(share)),))
    for answer in (number, words):
        found, told = question_of(answer).mark("5")
        assert (round(found, 5), told) == (round(earned, 5), "Five.")
        assert (losses_of(answer) == {"gift-credit"}) == (share in ("35/100", "1/30"))


@pytest.mark.parametrize("typed", ["0.25", " .25 ", "+0.250", "2.5e-1", "25E-2", "2.5*10^-1"])
def test_spellings_of_a_number_that_are_read(typed):
    answer = Numeric(Fraction(1, 4), Tolerance("absolute", Fraction(0)))
    assert question_of(answer).mark(typed) == (1, "")


@pytest.mark.parametrize("key", [Fraction(1, 10**7), 3 * 10**20, Fraction(-1, 3 * 10**9)])
def test_numbers_are_written_without_a_power_of_ten(key):
    item = asking(Numeric(key, Tolerance("relative", Fraction(1, 100))))
    line = rendered(exam_of(item)).files["samples.gift.txt"].decode().rpartition("{#\n")[2]
    assert re.match(r"=-?\d+(\.\d+)?:\d+(\.\d+)?\n", line)
    assert_marked_alike(question_of(item.parts[0].answer), item.parts[0].answer)


def test_words_lose_their_case_and_their_blanks_by_a_named_loss():
    plain = ShortAnswer(("ELBO",), mistakes=(TextMistake("a*b", passage_of("star")),))
    assert losses_of(plain) == set()
    question = question_of(plain)
    assert question.mark("elbo") == (1, "")
    assert question.mark("a*b") == (0, "star")
    assert question.mark("aXb") == (0, "")
    case = replace(plain, case_sensitive=True)
    assert losses_of(case) == {"gift-case"}
    assert mark_words(case, "elbo").credit != question_of(case).mark("elbo")[0]
    assert losses_of(ShortAnswer(("Straße",))) == {"gift-case"}
    several = ShortAnswer(("lower \n bound",))
    assert losses_of(several) == {"gift-blanks"}
    assert question_of(several).mark("Lower bound") == (1, "")
    assert question_of(several).mark("lower  bound") == (0, "")


@pytest.mark.parametrize("words", ["x -> y", "&&058;", "&&010"])
def test_words_that_would_turn_into_something_else_are_a_free_answer(words):
    for answer in (
        ShortAnswer((words,)),
        ShortAnswer(("a",), mistakes=(TextMistake(words, passage_of("no")),)),
    ):
        assert losses_of(answer) == {"gift-words"}
        question = question_of(answer)
        assert question.kind == "essay"
        assert words in shown(question.explanation)


def test_a_single_option_is_an_error():
    item = asking(SingleChoice((Option(passage_of("a"), True, None),)))
    assert losses(item) == {"gift-one-option"}


# Texts.


@given(hostile, hostile)
@examples(80)
@example("%50% of it", "[plain]")
@example("[html]", "&&058;")
@example("\n\n$CATEGORY: x\n\n::q::{T}\n\n", "// x")
def test_any_text_arrives_as_it_is_in_every_field_of_html(text, printed):
    words = RichText((Paragraph((Text(text), Hole(0))), CodeBlock(f"{text}\n\n{printed}|", "")))
    line = RichText((Paragraph((Text(f"{text}."), Hole(0))),))
    block, passage = Passage(words, (printed,)), Passage(line, (printed,))
    other = Option(passage_of("other"), False, None)
    choice = SingleChoice((Option(passage, False, passage), Option(block, True, block), other))
    question = question_of(choice, stem=passage, explanation=block)
    short = visible(f"{text}.{printed}")
    long = visible(text + printed) + visible(f"{text}\n\n{printed}|")
    assert question.kind == "multichoice"
    assert _shown_alike(question.text, short)
    assert _shown_alike(question.explanation, long)
    first, second, third = question.answers
    assert [answer.weight for answer in question.answers] == [0, 1, 0]
    assert all(_shown_alike(each, short) for each in (first.text, first.feedback))
    assert all(_shown_alike(each, long) for each in (second.text, second.feedback))
    assert third.text == "other"
    assert question_of(choice, stem=block).text.endswith("</code></pre>")


def _shown_alike(fragment: str, expected: str) -> bool:
    """The same characters, but for white space at the ends of a text, which is not shown."""
    assert "<script" not in fragment
    return shown(fragment).strip() == expected.strip()


@given(hostile)
@examples(60)
def test_any_text_arrives_where_a_person_marks(text):
    rubric = Open((RubricLine(Fraction(1), passage_of(text)),), 5)
    question = question_of(rubric, stem=passage_of(text), explanation=passage_of(text))
    assert question.kind == "essay"
    assert _shown_alike(question.text, visible(text))
    assert shown(question.explanation).count(visible(text).strip()) >= 2


@given(hostile)
@examples(60)
def test_any_formula_arrives(tex):
    passage = Passage(RichText((Paragraph((Math((tex, Hole(0))),)),)), (tex,))
    other = Option(passage_of("other"), False, None)
    question = question_of(SingleChoice((Option(passage, True, passage), other)), stem=passage)
    for fragment in (question.text, question.answers[0].text, question.answers[0].feedback):
        assert shown(fragment) == rf"\({visible(tex)}{visible(tex)}\)"


@given(hostile.filter(str.strip), hostile.filter(str.strip))
@examples(80)
@example("T", "*")
@example("[plain]a", "%50%a")
def test_any_words_are_accepted_as_they_are(form, wrong):
    answer = ShortAnswer((f"x{form}", form), mistakes=(TextMistake(f"y{wrong}", passage_of("no")),))
    lost = losses_of(answer)
    question = question_of(answer)
    if "gift-words" in lost:
        assert question.kind == "essay"
        return
    assert question.kind == "shortanswer"
    for typed in map(as_typed, answer.accepted):
        assert question.mark(typed) == (1, "")
    if not mark_words(answer, f"y{wrong}").credit:
        assert question.mark(as_typed(f"y{wrong}")) == (0, "no")
    if "*" in form:
        assert question.mark(as_typed(f"x{form}").replace("*", "Q"))[0] == 0


# Moodle's importer cuts a tag after fifty characters, as the writer does.
short = hostile.filter(lambda text: text.strip() and len(text) <= 40)


@given(hostile.filter(str.strip), hostile, short, short)
@examples(80)
@example("a", "\\nu", "\\", "<b>")
@example("a\n\nb{T}", "x", "]", "a")
def test_titles_topics_and_tags_make_no_markup(title, exam_title, topic, tag):
    header = replace(samples.header("numeric"), title=title, topic=topic, tags=(tag, "last"))
    item = replace(samples.item("numeric"), header=header)
    (question,) = written(item, title=exam_title)
    wide = in_words(title).replace("<", "＜").replace(">", "＞")
    assert question.name.replace("＆", "&") == f"{wide} 0001"
    assert question.idnumber == "sample-numeric-v0001"
    assert question.tags[-1] == "last"
    assert letters(question.tags[0]) == letters(visible(topic))
    names = re.split(r"(?<!/)/(?!/)", question.category.removeprefix("$course$/top/"))
    assert len(names) == 2
    shown_names = [name.strip().replace("//", "/").replace("＆", "&") for name in names]
    assert shown_names[1] == wide
    assert shown_names[0] == (in_words(exam_title).replace("<", "＜").replace(">", "＞") or "?")


def test_long_names_identifiers_and_tags_are_cut_to_what_is_kept():
    header = replace(
        samples.header("open"), identifier="i" * 200, title="t" * 300, tags=("g" * 60,)
    )
    items = [replace(samples.item("open", number), header=header) for number in (1, 2)]
    first, second = written(*items)
    assert first.name.endswith("t 0001")
    assert first.idnumber.endswith("i-v0001")
    assert second.idnumber.endswith("i-v0002")
    assert first.tags == ["samples", "g" * 50]
    assert "gift-cut" in losses(items[0])


def test_pictures_are_their_words_everywhere():
    picture = Passage(RichText((Paragraph((Image("picture", ("a curve",)),)),)))
    choice = SingleChoice((Option(picture, True, picture), Option(passage_of("n"), False, None)))
    question = question_of(choice, stem=picture, explanation=picture)
    (right, _) = question.answers
    for fragment in (question.text, question.explanation, right.text, right.feedback):
        assert fragment == "[a curve]"
    rubric = Open((RubricLine(Fraction(1), picture),), 5)
    assert "[a curve]" in question_of(rubric).explanation
    assert "<img" not in question_of(rubric).explanation
    feedback = Numeric(
        1, Tolerance("absolute", Fraction(0)), mistakes=(NumericMistake(2, picture),)
    )
    for answer in (choice, rubric, feedback):
        assert "gift-picture" in losses_of(answer)
    assert "gift-picture" in losses(asking(select(1, 1), stem=picture))
    assert losses_of(select(1, 1)) == set()
