"""Reads rows for Blackboard and blocks for Brightspace by their rules; none of the writers' code.

Both hold plain questions, so that they are read into one shape, which marks responses.
"""

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

ROWS_IN_A_FILE = 250


@dataclass
class Flat:
    """A question: its HTML, and of its kind the options, words, pairs, items or the number."""

    kind: str
    text: str
    options: list[tuple[str, bool, str]] = field(default_factory=list)
    """Each with whether it is right and its feedback."""
    words: list[str] = field(default_factory=list)
    minds_case: bool = False
    pairs: list[tuple[str, str]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    number: tuple[Decimal, Decimal] | None = None
    pattern: str = ""
    notes: str = ""
    points: float | None = None
    explanation: str = ""

    def mark(self, response: Any) -> Fraction:
        """What one option, a set of all options ticked, some words or a number earn: all or none.

        What some of several right ticks earn is set on the platform.
        """
        match self.kind:
            case "choice":
                return Fraction(self.options[response][1])
            case "ticks":
                return Fraction(
                    all((at in response) == right for at, (_, right, _) in enumerate(self.options))
                )
            case "words":
                typed = response.strip()
                if self.minds_case:
                    return Fraction(typed in self.words)
                return Fraction(typed.lower() in [word.lower() for word in self.words])
            case "pattern":
                return Fraction(re.search(self.pattern, response) is not None)
            case "number":
                assert self.number is not None
                try:
                    typed_number = Decimal(response.strip())
                except InvalidOperation:
                    return Fraction(0)
                middle, reach = self.number
                return Fraction(abs(typed_number - middle) <= reach)
        raise AssertionError(f"{self.kind} is marked by a person, or by the platform's own rule")


def blackboard(files: dict[str, bytes]) -> list[Flat]:
    """The rows of all files, in order."""
    found = []
    for data in files.values():
        lines = data.decode("utf-8").split("\n")
        assert lines.pop() == ""
        assert len(lines) <= ROWS_IN_A_FILE
        found += [_row(line.split("\t")) for line in lines]
    return found


def _row(cells: list[str]) -> Flat:
    kind, text, *rest = cells
    assert text.strip()
    assert not any("\r" in cell for cell in cells)
    assert all(cell.strip() for cell in rest)
    assert len(rest) <= 2 * 100
    match kind:
        case "MC" | "MA":
            told = list(zip(rest[::2], rest[1::2], strict=True))
            assert {word for _, word in told} <= {"correct", "incorrect"}
            options = [(option, word == "correct", "") for option, word in told]
            return Flat("choice" if kind == "MC" else "ticks", text, options)
        case "FIB":
            return Flat("words", text, words=rest)
        case "NUM":
            middle, reach = map(_plain, rest)
            return Flat("number", text, number=(middle, reach))
        case "MAT":
            return Flat("pairs", text, pairs=list(zip(rest[::2], rest[1::2], strict=True)))
        case "ORD":
            return Flat("order", text, order=rest)
        case "ESS":
            (notes,) = rest
            return Flat("free", text, notes=notes)
    raise AssertionError(kind)


def _plain(text: str) -> Decimal:
    assert re.fullmatch(r"-?\d+(\.\d+)?", text), text
    return Decimal(text)


def brightspace(data: bytes) -> list[Flat]:
    """The blocks of a file, in order."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    assert {len(row) for row in rows} == {5}
    blocks: list[list[list[str]]] = [[]]
    for row in rows:
        if any(row):
            blocks[-1].append(row)
        else:
            blocks.append([])
    assert blocks.pop() == []
    assert all(row[0].startswith("//") for row in blocks.pop(0))
    found = [_block(block) for block in blocks]
    identifiers = [row[1] for block in blocks for row in block if row[0] == "ID"]
    assert len(set(identifiers)) == len(identifiers) == len(found)
    return found


def _block(rows: list[list[str]]) -> Flat:
    assert rows[0][0] == "NewQuestion"
    code = rows[0][1]
    named: dict[str, list[list[str]]] = {}
    for row in rows[1:]:
        named.setdefault(row[0], []).append(row[1:])
    ((text, html, *_),) = named["QuestionText"]
    assert html == "HTML"
    question = Flat("", text, points=float(named["Points"][0][0]))
    question.explanation = "".join(row[0] for row in named.get("Feedback", []))
    match code:
        case "MC" | "MS":
            worth = {"100" if code == "MC" else "1": True, "0": False}
            question.kind = "choice" if code == "MC" else "ticks"
            question.options = [(row[1], worth[row[0]], row[3]) for row in named["Option"]]
            assert all(row[2] == "HTML" for row in named["Option"])
        case "SA":
            question.kind = "words"
            assert {row[0] for row in named["Answer"]} == {"100"}
            (mode,) = {row[2] for row in named["Answer"]}
            assert mode in ("", "sensitive", "regexp")
            if mode == "regexp":
                question.kind = "pattern"
                ((_, question.pattern, *_),) = named["Answer"]
            question.minds_case = mode == "sensitive"
            question.words = [row[1] for row in named["Answer"]]
        case "M":
            question.kind = "pairs"
            rights = {row[0]: row[1] for row in named["Match"]}
            question.pairs = [(row[1], rights[row[0]]) for row in named["Choice"]]
        case "O":
            question.kind = "order"
            question.order = [row[0] for row in named["Item"]]
        case "WR":
            question.kind = "free"
            ((question.notes, *_),) = named["AnswerKey"]
        case _:
            raise AssertionError(code)
    return question
