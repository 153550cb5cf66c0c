"""The matrix that a question asks for, with what usual mistakes give, for one variant's values."""

from collections.abc import Callable
from fractions import Fraction
from math import isfinite

from qgen.bank.templates import MatrixTemplate, Placed
from qgen.document.answers import MatrixAnswer, MatrixMistake, Rows
from qgen.document.matrices import typed_rows
from qgen.document.numbers import exact_value
from qgen.document.richtext import Passage
from qgen.document.values import LARGEST, Complex, Real, Value, brief, is_real
from qgen.generator.drawing import VariantFailure
from qgen.generator.worded import Printed

MOST_ROWS = 8
"""So many rows and columns at most: they are typed one by one, and stand beside each other."""


def matrix_answer(
    template: MatrixTemplate, printed: Printed, value_of: Callable[[Placed], Value]
) -> MatrixAnswer:
    """The answer; raises VariantFailure for what is no matrix of the key's size, or is the key."""
    key = _rows(template.answer, value_of(template.answer))
    mistakes = []
    for mistake in template.mistakes:
        rows = _rows(mistake.answer, value_of(mistake.answer))
        source = mistake.answer.expression.source
        if _size(rows) != _size(key):
            message = (
                f"the mistake '{source}' has {_size(rows)} where the key has {_size(key)} "
                f"({mistake.answer.place})"
            )
            raise VariantFailure("answer", message)
        if _exact(rows) == _exact(key):
            message = f"the mistake '{source}' gives the key {typed_rows(key)} itself"
            raise VariantFailure("mistake-is-key", message)
        mistakes.append(MatrixMistake(rows, Passage(mistake.feedback, printed)))
    return MatrixAnswer(key, template.tolerance, template.credit, tuple(mistakes))


def _size(rows: Rows) -> str:
    return f"{len(rows)} × {len(rows[0])} entries"


def _exact(rows: Rows) -> list[Fraction]:
    return [exact_value(entry) for row in rows for entry in row]


def _rows(placed: Placed, value: Value) -> Rows:
    """The rows of a value; a vector is one row."""
    source = placed.expression.source
    if not isinstance(value, tuple) or not value:
        message = f"'{source}' is {brief(value)}, neither a vector nor a matrix ({placed.place})"
        raise VariantFailure("answer", message)
    lines = value if isinstance(value[0], tuple) else (value,)
    rows = tuple([_row(placed, line) for line in lines])
    width = len(rows[0])
    if not width or any(len(row) != width for row in rows):
        message = f"'{source}' is {brief(value)}, whose rows differ in length ({placed.place})"
        raise VariantFailure("answer", message)
    if len(rows) > MOST_ROWS or width > MOST_ROWS:
        message = (
            f"'{source}' has {_size(rows)}; at most {MOST_ROWS} rows and columns can be asked for "
            f"({placed.place})"
        )
        raise VariantFailure("answer", message)
    return rows


def _row(placed: Placed, line: Value) -> tuple[Real, ...]:
    entries = []
    for entry in line if isinstance(line, tuple) else (line,):
        if isinstance(entry, Complex):
            message = (
                f"an entry of '{placed.expression.source}' is {brief(entry)}; matrices as answers "
                f"know real numbers only: ask for a complex one in a part of its own, with "
                f"'number: complex' ({placed.place})"
            )
            raise VariantFailure("answer", message)
        if not is_real(entry) or not -LARGEST < entry < LARGEST or not isfinite(entry):
            message = (
                f"an entry of '{placed.expression.source}' is {brief(entry)}, not a finite number "
                f"below 10**300 ({placed.place})"
            )
            raise VariantFailure("answer", message)
        entries.append(entry)
    return tuple(entries)
