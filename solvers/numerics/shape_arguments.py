"""Further checks of what solvers take: whole numbers and matrices; and exact square roots."""

from fractions import Fraction
from math import isqrt, sqrt

from qgen.document.values import Real, show
from qgen.solvers.numerics.arguments import Matrix, Scalar, require_scalar, require_vector


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
    for index, row in enumerate(value):
        require_vector(f"{name}[{index}]", row, columns)
        columns = len(row)


def square_root(value: Scalar) -> Real:
    """The square root of an exact number: exact where it is one, otherwise in double precision.

    >>> square_root(Fraction(9, 16)), square_root(4)
    (Fraction(3, 4), Fraction(2, 1))
    """
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above * above == value.numerator and below * below == value.denominator:
        return Fraction(above, below)
    return sqrt(value)
