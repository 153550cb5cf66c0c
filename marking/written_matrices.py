"""Matrices as people write them into a cell of a table: `1 2; 3 4` or `[[1, 2], [3, 4]]`.

How many rows and columns are asked for decides between readings: `1,5 2` is a row of two numbers,
and `1,5` one of two in a row of two, or the number one and a half in a column.
"""

import re
from collections.abc import Sequence

from qgen.document.answers import MatrixAnswer
from qgen.document.matrices import EMPTY_ENTRY
from qgen.marking.number_reader import Refusal

_LONGEST = 4000
_BLANKS = " \t\u00a0"
_CLOSING = {"(": ")", "[": "]"}
_EMPTY = (EMPTY_ENTRY, "-", "–", "—", "?")


def written_entries(answer: MatrixAnswer, cell: str) -> tuple[str | None, ...] | Refusal:
    """The entries as they are written, row by row, None for one that is left out; or why not.

    A vector may stand in a row or in a column.
    """
    height, width = answer.height, answer.width
    refused = Refusal(
        f"Numbers in {height} {'row' if height == 1 else 'rows'} and {width} "
        f"{'column' if width == 1 else 'columns'} are expected here: write them row by row, as in "
        "1 2; 3 4."
    )
    if len(cell) > _LONGEST:
        return refused
    rows = _rows(cell)
    count = height * width
    if 1 in (height, width) and len(rows) == 1:
        sizes = [count]
    elif 1 in (height, width) and len(rows) == count:
        sizes = [1] * count
    elif len(rows) == height:
        sizes = [width] * height
    else:
        return refused
    entries: list[str | None] = []
    for row, size in zip(rows, sizes, strict=True):
        found = _entries(row, size)
        if found is None:
            return refused
        entries += (None if entry in _EMPTY else entry for entry in found)
    return tuple(entries)


def _rows(cell: str) -> list[str]:
    """The rows without the brackets around them."""
    text = _unwrapped(cell.strip())
    rows = _split(text, ";\r\n")
    if len(rows) == 1:
        groups = _split(text, f",{_BLANKS}")
        if len(groups) > 1 and all(_unwrapped(group) != group for group in groups):
            rows = groups
    return [_unwrapped(row.strip(f",{_BLANKS}")) for row in rows if row.strip(f",{_BLANKS}")]


def _entries(row: str, size: int) -> Sequence[str] | None:
    """So many entries, between blanks if there are so many of them, otherwise between commas."""
    row = re.sub(r"\s+,", ", ", row)
    between_blanks = [entry.rstrip(",") for entry in _split(row, _BLANKS)]
    if len(between_blanks) == size and all(between_blanks):
        return between_blanks
    between_commas = [entry.strip() for entry in _split(row, ",")]
    return between_commas if len(between_commas) == size and all(between_commas) else None


def _unwrapped(text: str) -> str:
    """A text without the brackets around all of it."""
    text = text.strip()
    closing = _CLOSING.get(text[:1])
    if closing is None or not text.endswith(closing):
        return text
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0:
            return text[1:-1].strip() if place == len(text) - 1 else text
    return text


def _split(text: str, marks: str) -> list[str]:
    """What stands between the marks outside of brackets, without what is empty."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if depth <= 0 and sign in marks:
            parts.append("")
        else:
            parts[-1] += sign
    return [part for part in parts if part.strip()]
