"""Linear algebra for authors' expressions: exact on whole numbers and fractions."""

from itertools import chain
from typing import Any, NamedTuple

from qgen.bank.entries import MOST_ENTRIES, ExpressionError
from qgen.bank.exact_arithmetic import NUMBERS, divide, multiply, negate, subtract, total
from qgen.bank.number_functions import absolute, square_root, whole
from qgen.bank.vector_functions import numbers, product_of
from qgen.document.values import Value

MOST_ROWS = 20
"""So many rows may a matrix have that is eliminated, which takes time as their cube."""
MOST_PRODUCTS = 20_000
"""So many products may one matrix product be made of."""
MOST_OF_EYE = int(MOST_ENTRIES**0.5)
_SMALL_PIVOT = 1e-12
"""A rounded pivot below this share of the largest entry is what rounding left of 0."""

Rows = tuple[tuple[Any, ...], ...]


def _matrix(name: str, value: Any) -> Rows:
    """The value, which is a matrix; `name` is the function that wants one."""
    rows = value if type(value) is tuple else ()
    widths = {len(each) if type(each) is tuple else 0 for each in rows}
    if len(widths) != 1 or 0 in widths or any(type(e) not in NUMBERS for r in rows for e in r):
        raise ExpressionError(f"'{name}' takes a matrix of numbers, rows of equal length")
    return rows


def _square(name: str, value: Any) -> Rows:
    rows = _matrix(name, value)
    if len(rows) != len(rows[0]):
        raise ExpressionError(f"'{name}' takes a square matrix")
    return rows


def _small(name: str, rows: Rows) -> Rows:
    if max(len(rows), len(rows[0])) > MOST_ROWS:
        raise ExpressionError(f"'{name}' takes at most {MOST_ROWS} rows and columns")
    return rows


def _is_vector(value: Any) -> bool:
    return type(value) is tuple and bool(value) and type(value[0]) is not tuple


def matmul(first: Any, second: Any) -> Value:
    """The product of matrices; a vector stands for a row on the left, a column on the right."""
    left = (numbers("matmul", first),) if _is_vector(first) else _matrix("matmul", first)
    right = (
        tuple((each,) for each in numbers("matmul", second))
        if _is_vector(second)
        else _matrix("matmul", second)
    )
    if len(left[0]) != len(right):
        raise ExpressionError(f"'matmul' of {len(left[0])} columns and {len(right)} rows")
    if len(left) * len(right) * len(right[0]) > MOST_PRODUCTS:
        raise ExpressionError(f"'matmul' of more than {MOST_PRODUCTS} products")
    columns = transpose(right)
    product = tuple(tuple(product_of("matmul", r, c) for c in columns) for r in left)
    if _is_vector(second):
        inner = tuple(each[0] for each in product)
        return inner[0] if _is_vector(first) else inner
    return product[0] if _is_vector(first) else product


def transpose(value: Any) -> Rows:
    """The matrix with rows for columns."""
    return tuple(zip(*_matrix("transpose", value), strict=True))


def trace(value: Any) -> Value:
    """The sum of the diagonal."""
    return total([each[place] for place, each in enumerate(_square("trace", value))])


def norm(value: Any) -> Value:
    """The root of the sum of all squared entries."""
    entries = value if _is_vector(value) else tuple(chain.from_iterable(_matrix("norm", value)))
    return square_root(product_of("norm", entries, entries))


def outer(first: Any, second: Any) -> Value:
    """The matrix of all products of an entry of the first with one of the second."""
    rows, columns = numbers("outer", first), numbers("outer", second)
    if len(rows) * len(columns) > MOST_ENTRIES:
        raise ExpressionError(f"'outer' of more than {MOST_ENTRIES} entries")
    return tuple(tuple(multiply(a, b) for b in columns) for a in rows)


def eye(size: Any) -> Rows:
    """The identity matrix."""
    count = whole("eye", size, MOST_OF_EYE)
    return tuple(tuple(int(i == j) for j in range(count)) for i in range(count))


class _Eliminated(NamedTuple):
    """A matrix in reduced echelon form, with the rank, and the determinant of the left square."""

    rows: list[list[Any]]
    rank: int
    determinant: Value


def _eliminated(rows: Rows, columns: int) -> _Eliminated:
    """Gauss and Jordan on the first so many columns, each time with the largest pivot."""
    work = [list(each) for each in rows]
    scale = max(absolute(each) for line in rows for each in line[:columns])
    done = 0
    determinant: Value = 1
    for column in range(columns):
        if done == len(work):
            break
        best = max(range(done, len(work)), key=lambda line: absolute(work[line][column]))
        pivot = work[best][column]
        if pivot == 0 or (isinstance(pivot, float) and abs(pivot) < _SMALL_PIVOT * scale):
            determinant = 0
            continue
        if best != done:
            work[done], work[best] = work[best], work[done]
            determinant = negate(determinant)
        determinant = multiply(determinant, pivot)
        work[done] = [divide(each, pivot) for each in work[done]]
        for line in range(len(work)):
            factor = work[line][column]
            if line != done and factor != 0:
                pairs = zip(work[line], work[done], strict=True)
                work[line] = [subtract(a, multiply(factor, b)) for a, b in pairs]
        done += 1
    return _Eliminated(work, done, determinant)


def det(value: Any) -> Value:
    """The determinant."""
    rows = _small("det", _square("det", value))
    return _eliminated(rows, len(rows)).determinant


def inverse(value: Any) -> Value:
    """The inverse matrix."""
    rows = _small("inverse", _square("inverse", value))
    size = len(rows)
    beside = zip(rows, eye(size), strict=True)
    found = _eliminated(tuple((*left, *right) for left, right in beside), size)
    if found.rank < size:
        raise ExpressionError("the matrix has no inverse: its determinant is 0")
    return tuple(tuple(each[size:]) for each in found.rows)


def rank(value: Any) -> Value:
    """How many rows are linearly independent."""
    rows = _small("rank", _matrix("rank", value))
    if any(isinstance(each, float) for line in rows for each in line):
        raise ExpressionError("'rank' takes exact entries: that of rounded ones is uncertain")
    return _eliminated(rows, len(rows[0])).rank
