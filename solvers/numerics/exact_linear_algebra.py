"""Exact linear algebra with small matrices of whole numbers and fractions.

Matrices are tuples of rows. Everything is worked out in whole numbers over a common
denominator, which is many times faster than a chain of fractions and never rounds.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from qgen.document.numbers import coprime
from qgen.document.values import Exact, show
from qgen.solvers.numerics.arguments import (
    Matrix,
    Vector,
    over_common_denominator,
)
from qgen.solvers.numerics.shape_arguments import require_matrix, square_root

__all__ = [
    "determinant",
    "dot",
    "identity",
    "inverse",
    "is_positive_definite",
    "is_symmetric",
    "ldl",
    "minus",
    "plus",
    "quadratic_form",
    "require_matrix",
    "require_positive_definite",
    "require_square",
    "solve_linear",
    "square_root",
    "submatrix",
    "times",
    "times_vector",
    "trace",
    "transpose",
]


def require_square(name: str, value: Matrix, size: int | None = None) -> None:
    """Refuses all but a square matrix, of `size` rows where that is given. Raises ValueError."""
    require_matrix(name, value, size)
    if len(value[0]) != len(value):
        raise ValueError(
            f"{name} must be square, it has {len(value)} rows and {len(value[0])} columns"
        )


def require_positive_definite(name: str, value: Matrix, size: int | None = None) -> None:
    """Refuses all but a symmetric positive definite matrix. Raises ValueError."""
    require_square(name, value, size)
    if not is_symmetric(value):
        raise ValueError(f"{name} must be symmetric, it is {show(value)}")
    if not is_positive_definite(value):
        raise ValueError(f"{name} must be positive definite, it is {show(value)}")


def is_symmetric(matrix: Matrix) -> bool:
    """Whether a square matrix equals its transpose."""
    return all(
        matrix[row][column] == matrix[column][row]
        for row in range(len(matrix))
        for column in range(row)
    )


def is_positive_definite(matrix: Matrix) -> bool:
    """Whether a symmetric matrix is positive definite: all its leading minors are positive.

    Source: Golub and Van Loan, Matrix Computations (2013), section 4.2; the minors are the
    pivots of Bareiss's elimination without exchanges.
    """
    rows, _ = _whole(matrix)
    if len(rows) == 2:
        return rows[0][0] > 0 and _area(*rows) > 0
    before = 1
    for step in range(len(rows)):
        pivot = rows[step][step]
        if pivot <= 0:
            return False
        _clear(rows, step, before, range(step + 1, len(rows)))
        before = pivot
    return True


def determinant(matrix: Matrix) -> Exact:
    """The determinant of a square matrix.

    Source: Bareiss, Sylvester's identity and multistep integer-preserving Gaussian elimination
    (1968), Mathematics of Computation 22.
    """
    rows, denominator = _whole(matrix)
    size, before, sign = len(rows), 1, 1
    if size == 2:
        return _reduced(_area(*rows), denominator * denominator)
    for step in range(size):
        found = _pivot_row(rows, step)
        if found is None:
            return 0
        if found != step:
            rows[step], rows[found] = rows[found], rows[step]
            sign = -sign
        pivot = rows[step][step]
        _clear(rows, step, before, range(step + 1, size))
        before = pivot
    return _reduced(sign * before, denominator**size)


def solve_linear(matrix: Matrix, right: Matrix) -> Matrix:
    """X with matrix · X = right, for a square matrix [n, n] and right-hand sides [n, k].

    Raises ValueError for a singular matrix.
    """
    left, denominator = _whole(matrix)
    sides, shared = _whole(right)
    rows, size = (_cramer if len(left) == 2 else _eliminated)(left, sides)
    if not size:
        raise ValueError(f"the matrix {show(matrix)} is singular")
    below = size * shared
    return tuple([tuple([_reduced(entry * denominator, below) for entry in row]) for row in rows])


def _cramer(left: list[list[int]], sides: list[list[int]]) -> tuple[list[list[int]], int]:
    """The determinant of two rows, and the right-hand sides' solution times it."""
    (a, b), (c, d) = left
    pairs = list(zip(*sides, strict=True))
    return [[d * x - b * y for x, y in pairs], [a * y - c * x for x, y in pairs]], a * d - b * c


def _eliminated(left: list[list[int]], sides: list[list[int]]) -> tuple[list[list[int]], int]:
    """The same for any size, both perhaps of the other sign; 0 for a singular matrix.

    By Bareiss's elimination above and below the diagonal, which leaves the determinant on it.
    """
    size = len(left)
    rows = [[*row, *side] for row, side in zip(left, sides, strict=True)]
    before = 1
    for step in range(size):
        found = _pivot_row(rows, step)
        if found is None:
            return [], 0
        rows[step], rows[found] = rows[found], rows[step]
        pivot = rows[step][step]
        _clear(rows, step, before, [row for row in range(size) if row != step])
        before = pivot
    return [row[size:] for row in rows], before


def inverse(matrix: Matrix) -> Matrix:
    """The inverse of a square matrix. Raises ValueError for a singular one."""
    return solve_linear(matrix, identity(len(matrix)))


def ldl(matrix: Matrix) -> tuple[Matrix, Vector]:
    """L and the entries of D with matrix = L D Lᵀ, L unit lower triangular.

    For a symmetric matrix, which is positive definite exactly if all entries of D are
    positive. Raises ValueError where a leading minor is zero, so that the factors do not exist.
    Source: Golub and Van Loan, Matrix Computations (2013), section 4.1.2.
    """
    size = len(matrix)
    rows = [[Fraction(entry) for entry in row] for row in matrix]
    lower = [list(row) for row in identity(size)]
    diagonal: list[Exact] = []
    for step in range(size):
        pivot = rows[step][step]
        if not pivot and step < size - 1:
            raise ValueError(f"the matrix {show(matrix)} has a leading minor that is 0")
        diagonal.append(_simple(pivot))
        for row in range(step + 1, size):
            factor = rows[row][step] / pivot
            lower[row][step] = _simple(factor)
            for column in range(step, size):
                rows[row][column] -= factor * rows[step][column]
    return tuple([tuple(row) for row in lower]), tuple(diagonal)


def identity(size: int) -> Matrix:
    """The identity matrix [size, size]."""
    return tuple([tuple([int(row == column) for column in range(size)]) for row in range(size)])


def transpose(matrix: Matrix) -> Matrix:
    """The transpose."""
    return tuple(zip(*matrix, strict=True))


def dot(first: Vector, second: Vector) -> Exact:
    """Σ first_i second_i."""
    return sum([one * other for one, other in zip(first, second, strict=True)])


def times_vector(matrix: Matrix, vector: Vector) -> Vector:
    """matrix · vector."""
    rows, denominator = _whole(matrix)
    entries, shared = over_common_denominator(vector)
    below = denominator * shared
    return tuple(
        [_reduced(sum([a * b for a, b in zip(row, entries, strict=True)]), below) for row in rows]
    )


def times(first: Matrix, second: Matrix) -> Matrix:
    """first · second, of shapes [m, n] and [n, k]."""
    rows, denominator = _whole(first)
    others, shared = _whole(second)
    below = denominator * shared
    columns = list(zip(*others, strict=True))
    return tuple(
        [
            tuple(
                [
                    _reduced(sum([a * b for a, b in zip(row, column, strict=True)]), below)
                    for column in columns
                ]
            )
            for row in rows
        ]
    )


def plus(first: Matrix, second: Matrix) -> Matrix:
    """first + second, entry by entry."""
    return tuple(
        [
            tuple([a + b for a, b in zip(row, other, strict=True)])
            for row, other in zip(first, second, strict=True)
        ]
    )


def minus(first: Matrix, second: Matrix) -> Matrix:
    """first − second, entry by entry."""
    return tuple(
        [
            tuple([a - b for a, b in zip(row, other, strict=True)])
            for row, other in zip(first, second, strict=True)
        ]
    )


def trace(matrix: Matrix) -> Exact:
    """The sum of the diagonal of a square matrix."""
    return sum([matrix[index][index] for index in range(len(matrix))])


def quadratic_form(matrix: Matrix, vector: Vector) -> Exact:
    """vectorᵀ · matrix · vector."""
    return dot(vector, times_vector(matrix, vector))


def submatrix(matrix: Matrix, rows: Sequence[int], columns: Sequence[int]) -> Matrix:
    """The entries in these rows and columns, counted from 0."""
    return tuple([tuple([matrix[row][column] for column in columns]) for row in rows])


def _area(first: Sequence[int], second: Sequence[int]) -> int:
    """The determinant of two rows of two."""
    return first[0] * second[1] - first[1] * second[0]


def _whole(matrix: Matrix) -> tuple[list[list[int]], int]:
    """Whole numerators of all entries, and the denominator that they share."""
    columns = len(matrix[0])
    flat, denominator = over_common_denominator([entry for row in matrix for entry in row])
    return [flat[at : at + columns] for at in range(0, len(flat), columns)], denominator


def _pivot_row(rows: list[list[int]], step: int) -> int | None:
    """The first row from `step` on that has an entry in this column."""
    return next((row for row in range(step, len(rows)) if rows[row][step]), None)


def _clear(rows: list[list[int]], step: int, before: int, which: Sequence[int]) -> None:
    """Clears column `step` in the rows `which`; the divisions leave no remainder."""
    pivot_row = rows[step]
    pivot = pivot_row[step]
    for index in which:
        row = rows[index]
        factor = row[step]
        rows[index] = [
            (pivot * entry - factor * above) // before
            for entry, above in zip(row, pivot_row, strict=True)
        ]


def _reduced(above: int, below: int) -> Exact:
    """above / below, a whole number where it is one."""
    if below < 0:
        above, below = -above, -below
    shared = gcd(above, below)
    if shared == below:
        return above // below
    return coprime(above // shared, below // shared)


def _simple(value: Fraction) -> Exact:
    return value.numerator if value.denominator == 1 else value
