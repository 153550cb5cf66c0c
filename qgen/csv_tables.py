"""Tables that people make in a spreadsheet: read with the line of each row, or refused."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.document.problem import Place, Problem, did_you_mean

if TYPE_CHECKING:
    from _csv import Reader

_LARGEST = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by the names of the columns, without blanks around; `line` counts from 1."""

    line: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """A cell, empty where the table has no such column."""
        return self.cells.get(column, "")


def read_table(
    path: Path, required: Sequence[str], optional: Collection[str]
) -> tuple[list[Row], list[Problem]]:
    """The rows of a CSV file and what is wrong with it; a file with a problem gives no rows.

    Commas, semicolons or tabs part the cells, as the first line shows. Empty rows are passed over.
    """
    shown = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            return [], [_problem(shown, 1, f"larger than {_LARGEST // 2**20} MiB")]
        text = content.decode("utf-8-sig")
    except OSError as error:
        return [], [_problem(shown, 1, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [], [_problem(shown, line, "not UTF-8: save the table as CSV UTF-8")]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        heads = [head.strip().lower() for head in next(rows, [])]
        problems = _head_problems(shown, heads, required, optional)
        return ([], problems) if problems else _rows(shown, rows, heads)
    except csv.Error as error:
        return [], [_problem(shown, rows.line_num, f"not a CSV file: {error}")]


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _problem(shown: str, line: int, message: str) -> Problem:
    return Problem("table", message, Place(shown, line, 1))


def _head_problems(
    shown: str, heads: Sequence[str], required: Sequence[str], optional: Collection[str]
) -> list[Problem]:
    known = [*required, *optional]
    problems = [
        _problem(shown, 1, f"the first line names no column '{name}'")
        for name in required
        if name not in heads
    ]
    for index, head in enumerate(heads):
        if head not in known:
            hint = did_you_mean(head, known) or f"; there are {', '.join(known)}"
            problems.append(_problem(shown, 1, f"unknown column '{head[:50]}'{hint}"))
        elif head in heads[:index]:
            problems.append(_problem(shown, 1, f"the column '{head}' stands twice"))
    return problems


def _rows(shown: str, rows: "Reader", heads: list[str]) -> tuple[list[Row], list[Problem]]:
    """The rows behind the first line; raises csv.Error for what is no row."""
    found: list[Row] = []
    problems: list[Problem] = []
    line = rows.line_num + 1
    for cells in rows:
        if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
            message = f"{len(cells)} cells under {len(heads)} columns; put a text with the "
            problems.append(_problem(shown, line, f"{message}separator in quotes"))
        elif any(cell.strip() for cell in cells):
            given = (cell.strip() for cell in cells)
            found.append(Row(line, dict(zip(heads, given, strict=False))))
        line = rows.line_num + 1
    return ([], problems) if problems else (found, [])
