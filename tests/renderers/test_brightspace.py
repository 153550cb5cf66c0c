"""Blocks for Brightspace, read back as rows of five cells."""

import csv
import io
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
    Tolerance,
)
from qgen.document.exam import Item
from qgen.document.formats import BrightspaceOptions
from qgen.document.richtext import CodeBlock, Hole, Paragraph, Passage, RichText, Text, passage_of
from qgen.renderers.brightspace import BrightspaceWriter
from tests import samples
from tests.examples import examples
from tests.renderers import flat_reader
from tests.renderers.canvas.test_canvas import asking, exact, exam_of, tolerances
from tests.renderers.flat_marking import assert_marked_alike
from tests.renderers.gift_marking import shown
from tests.renderers.test_gift import hostile, visible
from tests.written import render

Block = list[list[str]]


def blocks(*items: Item) -> list[Block]:
    data = render(exam_of(*items), BrightspaceOptions(len(items))).files["samples.csv"]
    text = data.decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} == {5}
    assert len(rows) == text.count("\n")
    found: list[Block] = [[]]
    for row in rows:
        assert not row[2].startswith(("=", "+", "-", "@"))
        if any(row):
            found[-1].append(row)
        else:
            found.append([])
    assert found.pop() == []
    assert found.pop(0)[0][0].startswith("//")
    return found


def cells(block: Block, name: str) -> list[list[str]]:
    return [row[1:] for row in block if row[0] == name]


def losses(item: Item) -> set[str]:
    return {each.code for each in BrightspaceWriter(BrightspaceOptions()).losses(item)}


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_has_a_block_with_its_key(kind):
    item = samples.item(kind)
    writer = BrightspaceWriter(BrightspaceOptions())
    for part, block, who in zip(item.parts, blocks(item), writer.marked_by(item), strict=True):
        answer = part.answer
        assert block[0][0] == "NewQuestion"
        code = block[0][1]
        assert (code == "WR") is (who == "person")
        ((text, mark, *_),) = cells(block, "QuestionText")
        assert mark == "HTML"
        assert "Plain & <b>not bold</b>" in shown(text)
        assert float(cells(block, "Points")[0][0]) == float(part.points)
        match answer:
            case SingleChoice() | MultipleSelect():
                worth = "100" if isinstance(answer, SingleChoice) else "1"
                assert code == ("MC" if worth == "100" else "MS")
                options = cells(block, "Option")
                assert [row[0] for row in options] == [
                    worth if option.correct else "0" for option in answer.options
                ]
            case ShortAnswer():
                assert code == "SA"
                forms = [(row[0], row[1], row[2]) for row in cells(block, "Answer")]
                assert forms == [("100", form, "") for form in answer.accepted]
            case Ordering():
                assert code == "O"
                assert shown(cells(block, "Item")[-1][0]) == "what comes last"
            case Numeric() | Matching() | FormulaAnswer() | Open():
                assert code == "WR"
                assert isinstance(answer, Open) or "brightspace-written" in losses(item)
                assert cells(block, "AnswerKey")[0][0]


def test_pairs_without_a_right_item_too_many_are_matched():
    pairs = tuple(Pair(passage_of(f"l{n}"), 2 - n, None) for n in range(3))
    answer = Matching(pairs, tuple(passage_of(f"r{n}") for n in range(3)), "per_option")
    (block,) = blocks(asking(answer))
    assert [row[:2] for row in cells(block, "Choice")] == [["1", "l0"], ["2", "l1"], ["3", "l2"]]
    assert [row[:2] for row in cells(block, "Match")] == [["1", "r2"], ["2", "r1"], ["3", "r0"]]


def test_words_that_a_spreadsheet_would_run_are_marked_by_a_person():
    item = asking(ShortAnswer(("=1+1",)))
    assert blocks(item)[0][0][1] == "WR"
    assert "brightspace-written" in losses(item)


@given(exact, tolerances)
@examples(60)
@example(Fraction(1, 3), Tolerance("absolute", Fraction(0)))
@example(0, Tolerance("absolute", Fraction(1, 100)))
def test_numbers_by_patterns_are_marked_as_the_grader_marks_them(key, tolerance):
    answer = Numeric(key, tolerance)
    item = asking(answer)
    options = BrightspaceOptions(1, numbers="patterns")
    writer = BrightspaceWriter(options)
    assert writer.marked_by(item) == ("machine",)
    lost = {each.code.removeprefix("brightspace-") for each in writer.losses(item)}
    (flat,) = flat_reader.brightspace(render(exam_of(item), options).files["samples.csv"])
    assert flat.kind == "pattern"
    assert_marked_alike(flat, answer, lost)


@given(hostile, hostile)
@examples(60)
@example("=cmd()", "a,b\"c'")
@example("x" * 10_000, "\u202e\t")
def test_any_text_stays_in_its_cell(text, printed):
    words = RichText((Paragraph((Text(text), Hole(0))), CodeBlock(f"{text}\n\n{printed}|", "")))
    line = RichText((Paragraph((Text(f"{text}."), Hole(0))),))
    block, passage = Passage(words, (printed,)), Passage(line, (printed,))
    choice = SingleChoice((Option(passage, False, block), Option(block, True, None)))
    (found,) = blocks(asking(choice, stem=passage))
    short = visible(f"{text}.{printed}")
    long = visible(text + printed) + visible(f"{text}\n\n{printed}|")
    first, second = cells(found, "Option")
    assert shown(cells(found, "QuestionText")[0][0]) == short
    assert (shown(first[1]), shown(first[3]), shown(second[1])) == (short, long, long)
    assert (first[0], second[0]) == ("0", "100")
