"""Rows for Blackboard, read back by its rules: cells between tabs, one question a line."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given

from qgen.document.answers import (
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    Pair,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Item, Pool
from qgen.document.formats import BlackboardOptions
from qgen.document.richtext import CodeBlock, Hole, Paragraph, Passage, RichText, Text, passage_of
from qgen.marking.grader import mark_number
from qgen.renderers.blackboard import BlackboardWriter
from tests import samples
from tests.examples import examples
from tests.renderers.canvas.test_canvas import asking, exact, exam_of, tolerances
from tests.renderers.gift_marking import shown
from tests.renderers.test_gift import hostile, visible
from tests.written import render

FILE = "samples.txt"


def rows(*items: Item) -> list[list[str]]:
    text = render(exam_of(*items), BlackboardOptions(len(items))).files[FILE].decode()
    lines = text.split("\n")
    assert lines.pop() == ""
    assert "\r" not in text
    return [line.split("\t") for line in lines]


def losses(item: Item) -> set[str]:
    return {each.code for each in BlackboardWriter(BlackboardOptions()).losses(item)}


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_has_a_row_with_its_key(kind):
    item = samples.item(kind)
    writer = BlackboardWriter(BlackboardOptions())
    found = rows(item)
    for part, row, who in zip(item.parts, found, writer.marked_by(item), strict=True):
        answer, cells = part.answer, row[2:]
        assert "Plain & <b>not bold</b>" in shown(row[1])
        assert (row[0] == "ESS") is (who == "person")
        match answer:
            case SingleChoice() | MultipleSelect():
                assert row[0] == ("MC" if isinstance(answer, SingleChoice) else "MA")
                key = ["correct" if option.correct else "incorrect" for option in answer.options]
                assert cells[1::2] == key
            case Numeric():
                assert row[0] == "NUM"
            case ShortAnswer():
                assert (row[0], cells) == ("FIB", list(answer.accepted))
                assert "blackboard-words" in losses(item)
            case Ordering():
                assert row[0] == "ORD"
                last = shown(cells[-1])
                assert last == "what comes last"
            case Matching() | FormulaAnswer() | Open():
                assert row[0] == "ESS"
                assert cells[0]


@given(exact, tolerances)
@examples(40)
def test_a_number_is_accepted_as_the_grader_accepts_it(key, tolerance):
    answer = Numeric(key, tolerance)
    ((kind, _, written, margin),) = rows(asking(answer))
    assert kind == "NUM"
    middle, reach = Fraction(Decimal(written)), Fraction(Decimal(margin))
    slack = max(abs(middle), reach, Fraction(1, 10**9)) / 10**11
    assert mark_number(answer, middle).credit == 1 or reach < slack
    for edge, outside in ((middle - reach, -slack), (middle + reach, slack)):
        assert not mark_number(answer, edge + outside).credit
        if reach > slack:
            assert mark_number(answer, edge - outside).credit


@given(hostile, hostile)
@examples(60)
@example("a\tb\nc", "correct")
@example("x" * 10_000, "\u202e")
def test_any_text_stays_in_its_cell(text, printed):
    words = RichText((Paragraph((Text(text), Hole(0))), CodeBlock(f"{text}\n\n{printed}|", "")))
    line = RichText((Paragraph((Text(f"{text}."), Hole(0))),))
    block, passage = Passage(words, (printed,)), Passage(line, (printed,))
    choice = SingleChoice((Option(passage, False, None), Option(block, True, None)))
    ((kind, asked, first, wrong, second, right),) = rows(asking(choice, stem=passage))
    assert (kind, wrong, right) == ("MC", "incorrect", "correct")
    short = visible(f"{text}.{printed}")
    assert (shown(asked), shown(first)) == (short, short)
    assert shown(second) == visible(text + printed) + visible(f"{text}\n\n{printed}|")


def test_pairs_without_a_right_item_too_many_are_matched():
    pairs = tuple(Pair(passage_of(f"l{n}"), 2 - n, None) for n in range(3))
    answer = Matching(pairs, tuple(passage_of(f"r{n}") for n in range(3)), "per_option")
    ((kind, _, *cells),) = rows(asking(answer))
    assert (kind, cells) == ("MAT", ["l0", "r2", "l1", "r1", "l2", "r0"])


def test_no_file_has_more_rows_than_are_read():
    items = [samples.item("numeric", number) for number in range(1, 252)]
    pool = Pool(items[0].header, "Section", Fraction(2), True)
    exam = replace(samples.exam(), pools=(pool,), variants=(items,))
    files = render(exam, BlackboardOptions(251)).files
    assert [content.count(b"\n") for content in files.values()] == [250, 1]
    assert list(files) == ["samples-1.txt", "samples-2.txt"]
