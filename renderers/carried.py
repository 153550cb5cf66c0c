"""A carried value's rule as a quotient of two polynomials, which a page can work out by itself.

The rule is known only as a function of the earlier value. Most are such quotients of low degree;
one is fitted through a few exact points and must then agree at many others.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from qgen.document.answers import Numeric, Part
from qgen.document.values import AnyNumber, Complex

_DEGREES = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (2, 1), (3, 0), (0, 2), (1, 2), (2, 2))
_FITTED = tuple(map(Fraction, "3/7 2 -5/3 11/4 -7/2 1/9 5".split()))
_TRIED = tuple(
    map(Fraction, "1 -1 1/2 -1/5 7 -13 22/7 1/1000 -1/1000 1000 -1000 19/3 0 3/4 -9/8".split())
)
_NEAR = Fraction(1, 10**10)


class Quotient(NamedTuple):
    """Coefficients, the constant first."""

    top: tuple[Fraction, ...]
    bottom: tuple[Fraction, ...]

    def value(self, at: Fraction) -> Fraction | None:
        """The value there, or None where nothing is."""
        below = _polynomial(self.bottom, at)
        return _polynomial(self.top, at) / below if below else None


def _polynomial(coefficients: Sequence[Fraction], at: Fraction) -> Fraction:
    return sum((each * at**power for power, each in enumerate(coefficients)), Fraction(0))


def carried_quotient(part: Part, source: Part) -> Quotient | None:
    """What follows in a part from a number in an earlier one; None for all but real numbers."""
    if part.carried is None or not isinstance(part.answer, Numeric):
        return None
    return quotient_of(part.carried.key) if isinstance(source.answer, Numeric) else None


def quotient_of(rule: Callable[[Fraction], AnyNumber]) -> Quotient | None:
    """The quotient of least degree that the rule is, if it is one of low degree."""
    fitted, tried = _points(rule, _FITTED), _points(rule, _TRIED)
    for above, below in _DEGREES:
        found = _fit(fitted, above, below)
        if found is not None and all(_agrees(found, at, value) for at, value in tried + fitted):
            return found
    return None


def _points(
    rule: Callable[[Fraction], AnyNumber], places: Sequence[Fraction]
) -> list[tuple[Fraction, Fraction | None]]:
    found: list[tuple[Fraction, Fraction | None]] = []
    for at in places:
        try:
            value = rule(at)
            # Floats as they are: what was rounded away is far below `_NEAR`.
            found.append((at, None if isinstance(value, Complex) else Fraction(value)))
        except (ArithmeticError, ValueError):
            found.append((at, None))
    return found


def _agrees(quotient: Quotient, at: Fraction, value: Fraction | None) -> bool:
    given = quotient.value(at)
    if given is None or value is None:
        return given is value
    return abs(given - value) <= _NEAR * max(abs(value), abs(given))


def _fit(
    points: Sequence[tuple[Fraction, Fraction | None]], above: int, below: int
) -> Quotient | None:
    """The quotient of these degrees through the first points, its highest divisor being one."""
    known = [(at, value) for at, value in points if value is not None]
    size = above + 1 + below
    if len(known) < size:
        return None
    rows = [
        [
            *(at**power for power in range(above + 1)),
            *(-value * at**power for power in range(below)),
            value * at**below,
        ]
        for at, value in known[:size]
    ]
    solved = _solved(rows)
    if solved is None:
        return None
    return Quotient(tuple(solved[: above + 1]), (*solved[above + 1 :], Fraction(1)))


def _solved(rows: list[list[Fraction]]) -> list[Fraction] | None:
    """The one solution of linear equations, whose right sides stand last."""
    size = len(rows)
    for column in range(size):
        pivot = next((row for row in range(column, size) if rows[row][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        first = rows[column][column]
        rows[column] = [each / first for each in rows[column]]
        for row in range(size):
            factor = rows[row][column]
            if row != column and factor:
                rows[row] = [
                    each - factor * other
                    for each, other in zip(rows[row], rows[column], strict=True)
                ]
    return [row[-1] for row in rows]
