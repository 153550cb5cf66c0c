"""Rows of CSV that a spreadsheet opens without running anything of them."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@")


def csv_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as UTF-8, each cell one line of text or a number."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(_neutral, row) for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _neutral(cell: str) -> str:
    """A cell that a spreadsheet takes as text: `-0.5` stays a number, `-x` is no formula.

    It is one line: what follows a carriage return would be read as the start of a row.
    """
    cell = " ".join(cell.split())
    if not cell.startswith(_FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
