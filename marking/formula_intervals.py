"""Arithmetic that cannot lie: every number is an exact fraction or lies between two decimals.

The bounds are rounded outwards, so two values whose intervals do not meet do differ. Decimals
and their exp, ln and square root come from the standard library (correctly rounded); sine and
cosine are summed from their Taylor series.

mpmath's `iv` would save a twentieth of the time on the shipped bank's formulas, but its bounds of
exp miss the value in 2 of 20 000 cases (`benchmarks/equivalence.py`; open as mpmath issue 1181),
where the standard library documents correct rounding.
"""

import decimal
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import TypeAlias

from qgen.document.numbers import fraction


class NoValue(ArithmeticError):
    """The formula has no real value here (division by zero, logarithm of a negative number)."""


class TooHard(ArithmeticError):
    """The value cannot be enclosed at this precision: too large, or too close to an edge."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: Decimal
    high: Decimal


Value: TypeAlias = Fraction | Interval

_MOST_BITS = 4000
_LARGEST_LOGARITHM = Decimal(10) ** 9
_MOST_PLACES = 4 * 10**8


class Arithmetic:
    """Operations on values with so many digits in the bounds."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self._down = _context(digits, decimal.ROUND_FLOOR)
        self._up = _context(digits, decimal.ROUND_CEILING)

    def interval(self, value: Value) -> Interval:
        """The value between bounds."""
        if isinstance(value, Interval):
            return value
        top, bottom = Decimal(value.numerator), Decimal(value.denominator)
        return Interval(self._down.divide(top, bottom), self._up.divide(top, bottom))

    def is_narrow(self, value: Interval, share: Decimal) -> bool:
        """True where the bounds are at most that share of the magnitude apart (or of one)."""
        size = max(Decimal(1), value.low.copy_abs(), value.high.copy_abs())
        return self._up.subtract(value.high, value.low) <= self._down.multiply(size, share)

    def _kept(self, above: int, below: int) -> Value:
        """The fraction above / below, or its bounds where it has grown too long."""
        value = fraction(above, below)
        bits = value.numerator.bit_length() + value.denominator.bit_length()
        return value if bits <= _MOST_BITS else self.interval(value)

    def add(self, left: Value, right: Value) -> Value:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            (top, bottom), (above, below) = left.as_integer_ratio(), right.as_integer_ratio()
            return self._kept(top * below + above * bottom, bottom * below)
        a, b = self.interval(left), self.interval(right)
        return Interval(self._down.add(a.low, b.low), self._up.add(a.high, b.high))

    def multiply(self, left: Value, right: Value) -> Value:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            (top, bottom), (above, below) = left.as_integer_ratio(), right.as_integer_ratio()
            return self._kept(top * above, bottom * below)
        if left == 0 or right == 0:
            return Fraction(0)
        a, b = self.interval(left), self.interval(right)
        pairs = [(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
        return Interval(
            min(self._down.multiply(x, y) for x, y in pairs),
            max(self._up.multiply(x, y) for x, y in pairs),
        )

    def divide(self, left: Value, right: Value) -> Value:
        if right == 0:
            raise NoValue
        if isinstance(right, Fraction):
            return self.multiply(left, fraction(right.denominator, right.numerator))
        if right.low <= 0 <= right.high:
            raise TooHard
        one = Decimal(1)
        reciprocal = Interval(self._down.divide(one, right.high), self._up.divide(one, right.low))
        return self.multiply(left, reciprocal)

    def exp(self, value: Value) -> Value:
        if value == 0:
            return Fraction(1)
        a = self.interval(value)
        if max(a.low.copy_abs(), a.high.copy_abs()) > _LARGEST_LOGARITHM:
            raise TooHard
        return Interval(
            self._down.next_minus(self._down.exp(a.low)), self._up.next_plus(self._up.exp(a.high))
        )

    def ln(self, value: Value) -> Value:
        if value == 1:
            return Fraction(0)
        a = self.interval(value)
        if a.high <= 0:
            raise NoValue
        if a.low <= 0:
            raise TooHard
        # Logarithms are dear, and ln(high) <= ln(low) + (high - low) / low.
        low = self._down.ln(a.low)
        rise = self._up.divide(self._up.subtract(a.high, a.low), a.low)
        return Interval(self._down.next_minus(low), self._up.add(self._up.next_plus(low), rise))

    def sqrt(self, value: Value) -> Value:
        if isinstance(value, Fraction) and value >= 0:
            top, bottom = isqrt(value.numerator), isqrt(value.denominator)
            if top * top == value.numerator and bottom * bottom == value.denominator:
                return Fraction(top, bottom)
        a = self.interval(value)
        if a.high < 0:
            raise NoValue
        if a.low < 0:
            raise TooHard
        low, high = self._down.sqrt(a.low), self._up.sqrt(a.high)
        return Interval(max(Decimal(0), self._down.next_minus(low)), self._up.next_plus(high))

    def absolute(self, value: Value) -> Value:
        if isinstance(value, Fraction):
            return abs(value)
        bounds = (value.low.copy_abs(), value.high.copy_abs())
        low = Decimal(0) if value.low <= 0 <= value.high else min(bounds)
        return Interval(low, max(bounds))

    def extreme(self, choose: Callable[[list[Decimal]], Decimal], values: list[Value]) -> Value:
        """The largest or smallest value; `choose` is `max` or `min`."""
        exact = [value for value in values if isinstance(value, Fraction)]
        if len(exact) == len(values):
            return max(exact) if choose is max else min(exact)
        bounds = [self.interval(value) for value in values]
        return Interval(
            choose([bound.low for bound in bounds]), choose([bound.high for bound in bounds])
        )

    def sigmoid(self, value: Value) -> Value:
        below = self.exp(self.multiply(Fraction(-1), value))
        return self.divide(Fraction(1), self.add(Fraction(1), below))

    def tanh(self, value: Value) -> Value:
        # tanh x = 2 sigmoid(2x) - 1
        half = self.sigmoid(self.multiply(Fraction(2), value))
        return self.add(self.multiply(Fraction(2), half), Fraction(-1))

    def sin(self, value: Value) -> Value:
        return Fraction(0) if value == 0 else self._wave(value, odd=1)

    def cos(self, value: Value) -> Value:
        return Fraction(1) if value == 0 else self._wave(value, odd=0)

    def _wave(self, value: Value, odd: int) -> Interval:
        """Sine (odd = 1) or cosine (odd = 0) about the middle; neither is steeper than one."""
        a = self.interval(value)
        if max(a.low.copy_abs(), a.high.copy_abs()) > _LARGEST_LOGARITHM:
            raise TooHard
        # Twenty digits more: for the whole turns that are taken off and for rounding.
        wide = _context(self.digits + 20, decimal.ROUND_HALF_EVEN)
        middle = wide.divide(wide.add(a.low, a.high), Decimal(2))
        turn = wide.multiply(Decimal(2), _pi(self.digits + 40))
        turns = wide.divide(middle, turn).to_integral_value()
        angle = wide.subtract(middle, wide.multiply(turn, turns))
        square = wide.multiply(angle, angle)
        edge = Decimal(10) ** -(self.digits + 5)
        term = angle if odd else Decimal(1)
        total, order = term, odd
        while order < 10 or term.copy_abs() > edge:
            steps = Decimal((order + 1) * (order + 2))
            term = wide.divide(wide.multiply(term, square), steps).copy_negate()
            total, order = wide.add(total, term), order + 2
        radius = self._up.add(self._up.subtract(a.high, a.low), Decimal(4) * edge)
        return Interval(
            max(Decimal(-1), self._down.subtract(total, radius)),
            min(Decimal(1), self._up.add(total, radius)),
        )

    def pi(self) -> Interval:
        middle = _pi(self.digits + 10)
        return Interval(self._down.plus(middle), self._up.plus(middle))

    def power(self, base: Value, exponent: Value) -> Value:
        """base ** exponent over the reals; 0 ** 0 is 1, and (-8) ** (1/3) has no value."""
        if isinstance(exponent, Fraction):
            if exponent.denominator == 1:
                return self._whole_power(base, exponent.numerator)
            if exponent.denominator == 2:
                root = self.sqrt(base)
                return self._whole_power(root, exponent.numerator)
        if isinstance(base, Fraction):
            if base == 1:
                return base
            if base == 0:
                return self._power_of_zero(exponent)
            if base < 0 and isinstance(exponent, Fraction):
                raise NoValue
        a = self.interval(base)
        if a.high < 0 and isinstance(exponent, Fraction):
            raise NoValue
        if a.low <= 0:
            raise TooHard
        return self.exp(self.multiply(exponent, self.ln(base)))

    def _power_of_zero(self, exponent: Value) -> Fraction:
        bounds = self.interval(exponent)
        if bounds.low > 0:
            return Fraction(0)
        if bounds.high < 0:
            raise NoValue
        raise TooHard

    def _whole_power(self, base: Value, exponent: int) -> Value:
        if exponent == 0:
            return Fraction(1)
        if exponent < 0:
            return self.divide(Fraction(1), self._whole_power(base, -exponent))
        if isinstance(base, Fraction):
            bits = base.numerator.bit_length() + base.denominator.bit_length()
            if base in (0, 1) or bits * exponent <= _MOST_BITS:
                return Fraction(base**exponent)
        a = self.interval(base)
        if a.low >= 0:
            return Interval(self._raised(a.low, exponent)[0], self._raised(a.high, exponent)[1])
        low, high = (
            self._raised(a.low.copy_abs(), exponent),
            self._raised(a.high.copy_abs(), exponent),
        )
        if exponent % 2:
            top = high[0].copy_negate() if a.high <= 0 else high[1]
            return Interval(low[1].copy_negate(), top)
        return Interval(high[0] if a.high <= 0 else Decimal(0), max(low[1], high[1]))

    def _raised(self, base: Decimal, exponent: int) -> tuple[Decimal, Decimal]:
        """Bounds of a nonnegative decimal's power."""
        if base == 0:
            return base, base
        # The power has at most so many digits before or behind its point.
        if (abs(base.adjusted()) + 1) * exponent > _MOST_PLACES:
            raise TooHard
        # The library's power may be off by one unit in the last place.
        low = self._down.next_minus(self._down.next_minus(self._down.power(base, exponent)))
        high = self._up.next_plus(self._up.next_plus(self._up.power(base, exponent)))
        return max(Decimal(0), low), high


def _context(digits: int, rounding: str) -> decimal.Context:
    return decimal.Context(
        prec=digits,
        rounding=rounding,
        Emin=decimal.MIN_EMIN,
        Emax=decimal.MAX_EMAX,
        traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
    )


@lru_cache(maxsize=8)
def _pi(digits: int) -> Decimal:
    """pi to so many digits, by Machin's formula pi/4 = 4 arctan(1/5) - arctan(1/239)."""
    unit: int = 10 ** (digits + 10)

    def inverse_tangent(inverse: int) -> int:
        power = total = unit // inverse
        order = 1
        while power:
            power //= -(inverse * inverse)
            order += 2
            total += power // order
        return total

    scaled = 4 * (4 * inverse_tangent(5) - inverse_tangent(239))
    return _context(digits, decimal.ROUND_HALF_EVEN).divide(Decimal(scaled), Decimal(unit))
