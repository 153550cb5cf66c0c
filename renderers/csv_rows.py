"""Rows of CSV that a spreadsheet opens without running anything of them."""

import re
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache

# Spreadsheets take the wide forms of these characters for them.
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_SHORT = 32
"""Cells of fewer characters are remembered."""
_MARKS = re.compile(r'[,"\r\n]')
# Some readers drop these, blanks with them, and what follows one would begin the cell.
_UNSEEN = "".join(map(chr, (*range(0x21), 0x7F, 0xA0, 0xFEFF)))


def csv_rows(
    rows: Iterable[Sequence[str]], with_lines: Container[int] = (), columns: int = 0
) -> bytes:
    """The rows as UTF-8, each cell text or a number, of one line but in columns `with_lines`.

    A row with fewer than so many `columns` is filled up.
    """
    lines = []
    for row in rows:
        cells = [
            (_known if len(cell) < _SHORT else _written)(cell, index in with_lines)
            for index, cell in enumerate(row)
        ]
        lines.append(",".join(cells) + "," * (columns - max(1, len(cells))) + "\n")
    return "".join(lines).encode("utf-8", "replace")


def csv_quoted(cell: str) -> str:
    """A cell as it stands in the file."""
    return '"' + cell.replace('"', '""') + '"' if _MARKS.search(cell) else cell


def _written(cell: str, with_lines: bool) -> str:
    return csv_quoted(csv_cell(cell, with_lines=with_lines))


_known = lru_cache(maxsize=4096)(_written)
"""The same, remembered: kinds, topics, points and many numbers stand in many rows."""


def csv_cell(cell: str, *, with_lines: bool = False) -> str:
    """A cell that a spreadsheet takes as text: `-0.5` stays a number, `-x` is no formula.

    It has one line, or no carriage return: what follows one would be read as the start of a row.
    """
    if not cell:
        return cell
    lines = [line.rstrip() for line in cell.splitlines()] if with_lines else []
    cell = "\n".join(lines).strip("\n") if len(lines) > 1 else " ".join(cell.split())
    if cell.lstrip(_UNSEEN).startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
