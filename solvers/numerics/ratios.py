"""Quotients of whole numbers that are brought into lowest terms once, at the end of a route.

Python's fractions look for a common divisor, and for other kinds of numbers, at each step: that
costs five times the arithmetic, and a route runs for every draw. A formula reads the same with
these; `in_lowest_terms` makes the fractions that a route returns.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, isqrt, sqrt
from operator import mul
from typing import Any, TypeAlias

from qgen.document.values import Real, SolverResults, Value


def fraction(above: int, below: int) -> Fraction:
    """above / below in lowest terms, for whole numbers: half as dear as `Fraction(above, below)`.

    Raises ZeroDivisionError for below = 0.
    """
    if below <= 0:
        return Fraction(above, below)
    shared = gcd(above, below)
    made = object.__new__(Fraction)
    # The two slots that Fraction itself fills, once it has asked of what kind its arguments are.
    slots: Any = made
    slots._numerator, slots._denominator = above // shared, below // shared
    return made


class Ratio:
    """above / below, below being a whole number above zero; the two may have common divisors.

    Goes with whole numbers and fractions in sums, products, quotients, whole powers and
    comparisons; what comes out is a `Ratio`. Rounded numbers are refused: only `float` rounds.
    """

    __slots__ = ("above", "below")

    def __init__(self, above: int, below: int = 1) -> None:
        self.above = above
        self.below = below

    @staticmethod
    def of(value: int | Fraction) -> "Ratio":
        """The same number."""
        return Ratio(*value.as_integer_ratio())

    def exact(self) -> Fraction:
        """The same number as a fraction in lowest terms."""
        return fraction(self.above, self.below)

    def __float__(self) -> float:
        return self.above / self.below

    def __bool__(self) -> bool:
        return self.above != 0

    def __neg__(self) -> "Ratio":
        return Ratio(-self.above, self.below)

    def __abs__(self) -> "Ratio":
        return Ratio(abs(self.above), self.below)

    def __add__(self, other: "Number") -> "Ratio":
        if type(other) is not Ratio:
            if type(other) is int:
                return Ratio(self.above + other * self.below, self.below)
            if type(other) is not Fraction:
                return NotImplemented
            other = Ratio.of(other)
        if self.below == other.below:
            return Ratio(self.above + other.above, self.below)
        return Ratio(self.above * other.below + other.above * self.below, self.below * other.below)

    __radd__ = __add__

    def __sub__(self, other: "Number") -> "Ratio":
        if type(other) is not Ratio:
            if type(other) is int:
                return Ratio(self.above - other * self.below, self.below)
            if type(other) is not Fraction:
                return NotImplemented
            other = Ratio.of(other)
        if self.below == other.below:
            return Ratio(self.above - other.above, self.below)
        return Ratio(self.above * other.below - other.above * self.below, self.below * other.below)

    def __rsub__(self, other: int | Fraction) -> "Ratio":
        return -self + other

    def __mul__(self, other: "Number") -> "Ratio":
        if type(other) is Ratio:
            return Ratio(self.above * other.above, self.below * other.below)
        if type(other) is int:
            return Ratio(self.above * other, self.below)
        if type(other) is not Fraction:
            return NotImplemented
        above, below = other.as_integer_ratio()
        return Ratio(self.above * above, self.below * below)

    __rmul__ = __mul__

    def __truediv__(self, other: "Number") -> "Ratio":
        if type(other) is Ratio:
            above, below = other.above, other.below
        elif type(other) is int or type(other) is Fraction:
            above, below = other.as_integer_ratio()
        else:
            return NotImplemented
        if above > 0:
            return Ratio(self.above * below, self.below * above)
        if above == 0:
            raise ZeroDivisionError(f"Fraction({self.above * below}, 0)")
        return Ratio(-self.above * below, -self.below * above)

    def __rtruediv__(self, other: int | Fraction) -> "Ratio":
        if type(other) is int or type(other) is Fraction:
            return Ratio.of(other) / self
        return NotImplemented

    def __pow__(self, exponent: int) -> "Ratio":
        if exponent < 0:
            return 1 / self**-exponent
        return Ratio(self.above**exponent, self.below**exponent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Ratio, int, Fraction)):
            return NotImplemented
        above, below = _parts(other)
        return self.above * below == above * self.below

    __hash__ = None  # type: ignore[assignment]  # equal ones may be written differently

    def __lt__(self, other: "Number") -> bool:
        above, below = _parts(other)
        return self.above * below < above * self.below

    def __le__(self, other: "Number") -> bool:
        above, below = _parts(other)
        return self.above * below <= above * self.below

    def __gt__(self, other: "Number") -> bool:
        above, below = _parts(other)
        return self.above * below > above * self.below

    def __ge__(self, other: "Number") -> bool:
        above, below = _parts(other)
        return self.above * below >= above * self.below

    def __repr__(self) -> str:
        return f"Ratio({self.above}, {self.below})"


Number: TypeAlias = int | Fraction | Ratio


def _parts(number: Number) -> tuple[int, int]:
    if type(number) is Ratio:
        return number.above, number.below
    if type(number) is not int and type(number) is not Fraction:
        raise TypeError(f"{number!r} is no exact number")
    return number.as_integer_ratio()


def ratios(*values: int | Fraction) -> list[Ratio]:
    """The same numbers."""
    return [Ratio(*value.as_integer_ratio()) for value in values]


def dot(first: Iterable["Number"], second: Iterable[Ratio]) -> Ratio:
    """Σ first_i second_i."""
    return sum(map(mul, first, second), Ratio(0))


def ratio_root(value: Ratio) -> Real:
    """The square root, as `shape_arguments.square_root` gives it."""
    shared = gcd(value.above, value.below)
    above, below = value.above // shared, value.below // shared
    upper, lower = isqrt(above), isqrt(below)
    if upper * upper == above and lower * lower == below:
        return Ratio(upper, lower).exact()
    return sqrt(above / below)


def in_lowest_terms(results: Mapping[str, Value | Ratio]) -> SolverResults:
    """What a route returns, with a fraction in the place of every ratio."""
    return {
        name: value.exact() if isinstance(value, Ratio) else value
        for name, value in results.items()
    }
