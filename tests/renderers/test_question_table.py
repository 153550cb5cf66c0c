"""The table of questions, read back as any program reads CSV."""

import csv
import io
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgen.document.answers import (
    COMPLEX,
    KIND_NAMES,
    Answer,
    CarriedForward,
    MultipleSelect,
    Numeric,
    Option,
    ShortAnswer,
    SingleChoice,
    Tolerance,
)
from qgen.document.exam import Item, Pool
from qgen.document.formats import CsvOptions
from qgen.document.richtext import Image, Paragraph, Passage, RichText, passage_of
from qgen.marking.grader import mark_choice, mark_number
from qgen.renderers.question_table import MOST_OPTIONS, CsvWriter
from tests import samples
from tests.examples import examples
from tests.written import render

Row = dict[str, str]
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")


def table(*items: Item) -> list[Row]:
    """The rows of a table with these items. Each has a cell for each column."""
    pool = Pool(items[0].header, "Section", items[0].points, True)
    exam = replace(samples.exam(), pools=(pool,), variants=(items,))
    rendered = render(exam, CsvOptions(variants=len(items)))
    assert not rendered.problems
    text = rendered.files["questions.csv"].decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(set(rows[0])) == len(rows[0])
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def asking(answer: Answer, **changes) -> Item:
    item = samples.item("numeric", stem=passage_of("Stem."))
    return replace(item, parts=samples.sole(answer), **changes)


def row_of(answer: Answer, **changes) -> Row:
    (row,) = table(asking(answer, **changes))
    return row


def losses(item: Item) -> list[str]:
    return [problem.code for problem in CsvWriter(CsvOptions()).losses(item)]


def options_of(row: Row) -> list[str]:
    return [cell for name, cell in row.items() if name.startswith("option ") and cell]


def choice(*flags: bool) -> tuple[Option, ...]:
    return tuple(
        Option(passage_of(f"text {number}"), flag, None) for number, flag in enumerate(flags)
    )


def test_a_complex_key_stands_alone():
    assert "1/3-2i" in row_of(samples.ANSWERS[COMPLEX]).values()


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_has_a_row_for_each_part(kind):
    asked = samples.parts(kind)
    rows = table(samples.item(kind, 1), samples.item(kind, 2))
    assert [row["part"] for row in rows] == [part.label for part in asked] * 2
    assert [row["variant"] for row in rows] == ["1"] * len(asked) + ["2"] * len(asked)
    for row, part in zip(rows, asked * 2, strict=True):
        assert row["question"] == f"sample-{kind}"
        assert (row["topic"], row["difficulty"]) == ("samples", "2")
        assert Fraction(row["points"]) == part.points
        assert r"$x < y \text{ and } x - \frac{3}{4}$" in row["text"]
        assert "Plain & <b>not bold</b> 100% $5 #1 _x_ {y} ~z^ \\frac" in row["text"]
        assert f"The worked solution of the {kind} question." in row["explanation"]
        assert "\n" not in "".join(row.values())


def test_a_part_says_its_own_kind_prompt_and_explanation():
    rows = table(samples.item("derivation"))
    kinds = [KIND_NAMES[type(answer)] for answer in samples.ANSWERS.values()]
    assert [row["kind"] for row in rows] == kinds
    for kind, row, part in zip(samples.ANSWERS, rows, samples.parts("derivation"), strict=True):
        assert f"Prompt of the {kind} part." in row["text"]
        assert ("Explanation of the part." in row["explanation"]) == bool(part.explanation)


def test_the_key_of_choices_is_the_numbers_of_the_right_options():
    single = SingleChoice(choice(False, False, True))
    row = row_of(single)
    assert row["key"] == "3"
    assert options_of(row) == ["text 0", "text 1", "text 2"]
    assert mark_choice(single, {int(row["key"]) - 1}).credit == 1
    several = MultipleSelect(choice(True, False, True, True), "per_option")
    row = row_of(several)
    assert row["key"] == "1,3,4"
    assert mark_choice(several, {int(n) - 1 for n in row["key"].split(",")}).credit == 1
    assert row_of(MultipleSelect(choice(False, False), "per_option"))["key"] == ""


def test_thirty_options_each_have_a_column():
    flags = [number == MOST_OPTIONS - 1 for number in range(MOST_OPTIONS)]
    row = row_of(SingleChoice(choice(*flags)))
    assert MOST_OPTIONS == 30
    assert row["key"] == "30"
    assert row["option 30"] == "text 29"
    assert len(options_of(row)) == 30


tolerances = st.one_of(
    st.builds(Tolerance, st.just("absolute"), st.fractions(0, 10, max_denominator=1000)),
    st.builds(Tolerance, st.just("relative"), st.fractions(0, 1, max_denominator=1000)),
    st.builds(Tolerance, st.just("significant_digits"), st.integers(1, 9).map(Fraction)),
)


@pytest.mark.slow
@given(st.fractions(-1000, 1000, max_denominator=999), tolerances)
@examples(80)
def test_a_number_has_the_interval_that_the_grader_accepts(key, tolerance):
    answer = Numeric(key, tolerance, "m/s")
    row = row_of(answer)
    low, high = Fraction(row["accepted from"]), Fraction(row["accepted to"])
    slack = max(Fraction(1), abs(low), abs(high)) / 10**12
    assert low <= Fraction(row["key"]) + slack
    assert Fraction(row["key"]) <= high + slack
    if high - low > 4 * slack:
        assert mark_number(answer, Fraction(row["key"])).credit == 1
        assert mark_number(answer, low + slack).credit == mark_number(answer, high - slack).credit
        assert mark_number(answer, low + slack).credit == 1
    assert mark_number(answer, low - slack).credit == mark_number(answer, high + slack).credit == 0
    assert row["unit"] == "m/s"


def test_only_numbers_have_an_interval():
    for kind, answer in samples.ANSWERS.items():
        filled = [bool(row_of(answer)[name]) for name in ("accepted from", "accepted to", "unit")]
        assert filled == [kind in ("numeric", "matrix")] * 2 + [kind in ("numeric", COMPLEX)]


def test_a_matrix_stands_row_by_row_with_the_ends_of_each_entry():
    row = row_of(samples.ANSWERS["matrix"])
    assert row["key"] == "2 -1/3; 0 1.25"
    assert row["accepted from"] == "1.99 -103/300; -0.01 1.24"
    assert row["accepted to"] == "2.01 -97/300; 0.01 1.26"


def test_a_short_answer_lists_all_that_is_accepted():
    assert row_of(samples.ANSWERS["short_answer"])["key"] == "evidence lower bound | ELBO"


def test_points_are_decimals_as_a_fraction_would_become_a_date():
    item = replace(asking(samples.ANSWERS["open"]))
    parts = tuple(replace(part, points=Fraction(1, 2)) for part in item.parts)
    assert table(replace(item, parts=parts))[0]["points"] == "0.5"


HOSTILE = (
    *("=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "-x", "@SUM(A1)", '=HYPERLINK("a")', "＝1+1"),
    *("\t=1", "\r=1", "\n=1", '\n\n=1,"', " =1", "\x00=1", "\ufeff=1", "\x1b=1", "\u00a0=1"),
    *('"', '""', ",", "a,b", 'a"b\n=c', ";", "'", "\ud800", "\N{GRINNING FACE}", "\u202e=1"),
)
hostile = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(max_size=3)), min_size=1, max_size=3
).map("".join)


def runs(cell: str) -> bool:
    """Whether a spreadsheet could take a cell for a formula."""
    start = cell.lstrip("\x00\x01\x1b\x7f\ufeff\t\r\n \u00a0")
    return start[:1] in tuple("=+-@＝＋－＠") and not NUMBER.fullmatch(cell)


def kept(text: str) -> str:
    """A text as a cell shows it: in one line, without the apostrophe that makes it text."""
    return " ".join(text.split()).replace("\ud800", "?")


@given(hostile, hostile)
@examples(150)
@example("=1+1", "-1")
@example("-inf", "-1_000")
@example("=1+1", "\x01\t=1")
def test_hostile_cells_stay_one_cell_and_run_nothing(text, other):
    options = (
        Option(passage_of(text), True, None),
        Option(passage_of(other), False, passage_of(text)),
    )
    header = replace(samples.header("numeric"), topic=text, identifier=other)
    stem = passage_of(text)
    rows = table(
        asking(SingleChoice(options), header=header, stem=stem, explanation=stem),
        asking(ShortAnswer((other,)), header=header, variant=2, stem=stem),
    )
    assert not [cell for row in rows for cell in row.values() if runs(cell)]
    first, second = rows
    for cell, expected in (
        *((first[name], text) for name in ("topic", "text", "explanation", "option 1")),
        *((first["question"], other), (first["option 2"], other), (second["key"], other)),
    ):
        assert cell.removeprefix("'") == kept(expected).removeprefix("'")


def test_a_negative_number_stays_a_number():
    row = row_of(Numeric(Fraction(-1, 2), Tolerance("absolute", Fraction(1, 10))))
    assert (row["key"], row["accepted from"], row["accepted to"]) == ("-0.5", "-0.6", "-0.4")


def test_what_a_table_loses():
    picture = Passage(RichText((Paragraph((Image("picture", ("a curve",)),)),)))
    plain = asking(ShortAnswer(("a",)))
    assert losses(plain) == []
    assert losses(asking(samples.ANSWERS["numeric"])) == ["csv-feedback"]
    shown = Option(picture, True, None)
    assert losses(asking(SingleChoice((shown, *choice(False))))) == ["csv-picture"]
    assert losses(replace(plain, explanation=picture)) == ["csv-picture"]
    assert row_of(SingleChoice((shown, *choice(False))))["option 1"] == "[a curve]"
    steps = samples.steps(*[Numeric(1, Tolerance("absolute", Fraction(0)))] * 2)
    carried = replace(steps[1], carried=CarriedForward("a", lambda value: value))
    assert losses(replace(plain, parts=(steps[0], carried))) == ["csv-carried"]
