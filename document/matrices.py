"""Matrices in one line, as a student may type them: `1 2; 3 4`."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from qgen.document.answers import Rows
from qgen.document.numbers import machine_decimal, terminating
from qgen.document.values import Real

EMPTY_ENTRY = "_"


def typed_rows(rows: Rows) -> str:
    """`1 2; 1/3 4`: rows behind semicolons, entries behind blanks."""
    return in_rows([typed_entry(entry) for row in rows for entry in row], len(rows[0]))


def typed_entry(value: Real) -> str:
    """A number exactly: a decimal where that ends, otherwise the fraction."""
    if isinstance(value, Fraction) and terminating(value) is None:
        return str(value)
    return machine_decimal(value)


def in_rows(entries: Sequence[str | None], width: int) -> str:
    """Entries row by row in one line; one that is missing is a line."""
    rows = (entries[start : start + width] for start in range(0, len(entries), width))
    return "; ".join(" ".join(_shown(row)) for row in rows)


def _shown(row: Iterable[str | None]) -> Iterable[str]:
    return (entry.strip() if entry and entry.strip() else EMPTY_ENTRY for entry in row)
