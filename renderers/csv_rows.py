"""Rows of CSV that a spreadsheet opens without running anything of them."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# Spreadsheets take the wide forms of these characters for them.
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
# Some readers drop these, and what follows one would begin the cell.
_UNSEEN = "".join(map(chr, (*range(0x20), 0x7F, 0xFEFF)))


def csv_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as UTF-8, each cell one line of text or a number."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(csv_cell, row) for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def csv_cell(cell: str) -> str:
    """A cell that a spreadsheet takes as text: `-0.5` stays a number, `-x` is no formula.

    It is one line: what follows a carriage return would be read as the start of a row.
    """
    if not cell:
        return cell
    cell = " ".join(cell.split())
    if cell.lstrip(_UNSEEN).startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
