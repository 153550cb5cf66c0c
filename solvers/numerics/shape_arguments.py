"""Further checks of what solvers take: whole numbers and matrices; and exact square roots."""

from math import isqrt, sqrt

from qgen.document.numbers import coprime
from qgen.document.values import Real, show
from qgen.solvers.numerics.arguments import (
    EXACT,
    Matrix,
    Scalar,
    require_scalar,
    require_vector,
)


def require_count(name: str, value: Scalar, least: int, most: int) -> int:
    """The value as an int; refuses all but a whole number from `least` to `most`."""
    require_scalar(name, value)
    if value.denominator != 1 or not least <= value <= most:
        raise ValueError(
            f"{name} must be a whole number from {least} to {most}, it is {show(value)}"
        )
    return int(value)


def require_matrix(
    name: str, value: Matrix, rows: int | None = None, columns: int | None = None
) -> None:
    """Refuses all but rows of exact numbers of equal length, so many where that is given."""
    if type(value) is not tuple or not value:
        raise ValueError(f"{name} must be a matrix, {show(value)} is none")
    if rows is not None and len(value) != rows:
        raise ValueError(f"{name} must have {rows} rows, it has {len(value)}")
    if _is_matrix(value, columns):
        return
    for index, row in enumerate(value):
        require_vector(f"{name}[{index}]", row, columns)
        columns = len(row)


def _is_matrix(rows: Matrix, columns: int | None) -> bool:
    """Whether all rows are vectors of one length: mostly they are, and names are needed nowhere."""
    for row in rows:
        if type(row) is not tuple or not row or not EXACT.issuperset(map(type, row)):
            return False
        columns = columns or len(row)
        if len(row) != columns:
            return False
    return True


def square_root(value: Scalar) -> Real:
    """The square root of an exact number: exact where it is one, otherwise in double precision.

    >>> square_root(coprime(9, 16)), square_root(4)
    (Fraction(3, 4), Fraction(2, 1))
    """
    numerator, denominator = value.as_integer_ratio()
    above, below = isqrt(numerator), isqrt(denominator)
    if above * above == numerator and below * below == denominator:
        # What has no common divisor has roots without one.
        return coprime(above, below)
    return sqrt(numerator / denominator)
