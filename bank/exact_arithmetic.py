"""Arithmetic of authors' expressions: exact, on numbers only, and never beyond a set size.

Every operation raises ExpressionError for what it has no value for, and ZeroDivisionError.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from qgen.bank.entries import ExpressionError, by_entries, item, row
from qgen.document.numbers import coprime
from qgen.document.values import Complex, Value, as_complex, complex_value

MAX_BITS = 10_000
"""The longest numerator or denominator: 3000 digits, which Python still writes as text."""

SMALL = 10**15
"""Numbers below it need no closer look; a float that is not is left to `limited` too."""
_SMALL_EXPONENT = MAX_BITS // 50
"""A number below the other one has fewer bits than 50, so that such a power is not too long."""

# Looked up by exact type: these run for every variant, and a truth value is no number. Of two
# fractions the slots are read: a property is a call, and takes as long as a product.
NUMBERS = frozenset({int, Fraction, float})
"""The types of numbers."""
_EXACT = frozenset({int, Fraction})
# A text would read `%` as a template, and `+` would join two texts.
_NO_NUMBER = "only numbers can be added, subtracted, multiplied and divided"
_NO_ORDER = "complex numbers have no order: compare abs(z), re(z) or im(z)"
MOST_OF_EXPONENT = 1_000
"""A complex number is raised to no larger power."""


def _other_than_numbers(operation: Callable[..., Any], first: Any, second: Any) -> Value:
    """Vectors and matrices by their entries, complex numbers by their parts, and nothing else."""
    if type(first) is tuple or type(second) is tuple:
        return by_entries(operation, (first, second))
    kinds = {type(first), type(second)}
    if Complex not in kinds or not kinds <= {*NUMBERS, Complex}:
        raise ExpressionError(_NO_NUMBER)
    by_parts = _BY_PARTS.get(operation)
    if by_parts is None:
        raise ExpressionError("complex numbers are not divided with a remainder")
    return by_parts(as_complex(first), as_complex(second))


def _sum_by_parts(first: Complex, second: Complex) -> Value:
    return _of_parts(add(first.real, second.real), add(first.imaginary, second.imaginary))


def _difference_by_parts(first: Complex, second: Complex) -> Value:
    return _of_parts(subtract(first.real, second.real), subtract(first.imaginary, second.imaginary))


def _product_by_parts(first: Complex, second: Complex) -> Value:
    return _of_parts(
        subtract(multiply(first.real, second.real), multiply(first.imaginary, second.imaginary)),
        add(multiply(first.real, second.imaginary), multiply(first.imaginary, second.real)),
    )


def _quotient_by_parts(first: Complex, second: Complex) -> Value:
    below = add(multiply(second.real, second.real), multiply(second.imaginary, second.imaginary))
    mirrored = Complex(second.real, -second.imaginary)
    above = as_complex(_product_by_parts(first, mirrored))  # type: ignore[arg-type]  # a number
    return _of_parts(divide(above.real, below), divide(above.imaginary, below))


def _of_parts(real: Any, imaginary: Any) -> Value:
    return complex_value(real, imaginary)


def _complex_power(base: Complex, exponent: Any) -> Value:
    """A whole power by squaring; other powers of complex numbers have several values."""
    if type(exponent) is Fraction and exponent.denominator == 1:
        exponent = exponent.numerator
    if type(exponent) is not int or abs(exponent) > MOST_OF_EXPONENT:
        raise ExpressionError(
            f"a complex number is raised to whole powers only, up to {MOST_OF_EXPONENT}"
        )
    result: Value = 1
    factor: Value = base
    left = abs(exponent)
    while left:
        if left % 2:
            result = multiply(result, factor)
        left //= 2
        factor = multiply(factor, factor) if left else factor
    return divide(1, result) if exponent < 0 else result


def negate(value: Any) -> Value:
    """The number, or every entry, with the other sign."""
    kind = type(value)
    if kind is Fraction:
        return coprime(-value._numerator, value._denominator)
    if kind is tuple:
        return by_entries(negate, (value,))
    if kind is Complex:
        return Complex(-value.real, -value.imaginary)
    return -value  # type: ignore[no-any-return]  # a number, or a TypeError for the caller


def add(first: Any, second: Any) -> Value:
    """The sum of two numbers, or of vectors entry by entry."""
    kind, other = type(first), type(second)
    if kind is int is other:
        value = first + second
        return value if -SMALL < value < SMALL else limited(value)
    if kind is Fraction is other:
        below, other_below = first._denominator, second._denominator
        if below == other_below:
            return quotient(first._numerator + second._numerator, below)
        above = first._numerator * other_below + second._numerator * below
        return quotient(above, below * other_below)
    if kind is Fraction and other is int:
        below = first._denominator
        return _coprime(first._numerator + second * below, below)
    if kind is int and other is Fraction:
        below = second._denominator
        return _coprime(first * below + second._numerator, below)
    if kind not in NUMBERS or other not in NUMBERS:
        return _other_than_numbers(add, first, second)
    if kind is Fraction or other is Fraction:
        return _as_float(first) + _as_float(second)
    value = first + second
    return value if -SMALL < value < SMALL else limited(value)


def subtract(first: Any, second: Any) -> Value:
    """The difference of two numbers."""
    kind, other = type(first), type(second)
    if kind is int is other:
        value = first - second
        return value if -SMALL < value < SMALL else limited(value)
    if kind is Fraction is other:
        below, other_below = first._denominator, second._denominator
        if below == other_below:
            return quotient(first._numerator - second._numerator, below)
        above = first._numerator * other_below - second._numerator * below
        return quotient(above, below * other_below)
    if kind is Fraction and other is int:
        below = first._denominator
        return _coprime(first._numerator - second * below, below)
    if kind is int and other is Fraction:
        below = second._denominator
        return _coprime(first * below - second._numerator, below)
    if kind not in NUMBERS or other not in NUMBERS:
        return _other_than_numbers(subtract, first, second)
    if kind is Fraction or other is Fraction:
        return _as_float(first) - _as_float(second)
    value = first - second
    return value if -SMALL < value < SMALL else limited(value)


def multiply(first: Any, second: Any) -> Value:
    """The product of two numbers."""
    kind, other = type(first), type(second)
    if kind is int is other:
        value = first * second
        return value if -SMALL < value < SMALL else limited(value)
    if kind is Fraction is other:
        below = first._denominator * second._denominator
        return quotient(first._numerator * second._numerator, below)
    if kind is Fraction and other is int:
        return quotient(first._numerator * second, first._denominator)
    if kind is int and other is Fraction:
        return quotient(first * second._numerator, second._denominator)
    if kind not in NUMBERS or other not in NUMBERS:
        return _other_than_numbers(multiply, first, second)
    if kind is Fraction or other is Fraction:
        return _as_float(first) * _as_float(second)
    value = first * second
    return value if -SMALL < value < SMALL else limited(value)


def divide(first: Any, second: Any) -> Value:
    """The quotient of two numbers, exact unless one is a float."""
    kind, other = type(first), type(second)
    if kind not in NUMBERS or other not in NUMBERS:
        return _other_than_numbers(divide, first, second)
    if kind is float or other is float:
        if second == 0:
            raise ZeroDivisionError("division by zero")
        if kind is Fraction or other is Fraction:
            return _as_float(first) / _as_float(second)
        return float(first / second)
    if kind is int is other:
        above, below = first, second
    elif kind is Fraction is other:
        above = first._numerator * second._denominator
        below = first._denominator * second._numerator
    else:
        above, below = first.as_integer_ratio()
        other_above, other_below = second.as_integer_ratio()
        above, below = above * other_below, below * other_above
    if not below:
        raise ZeroDivisionError("division by zero")
    return quotient(above, below) if below > 0 else quotient(-above, -below)


def floor_divide(first: Any, second: Any) -> Value:
    """The quotient of two numbers, rounded down."""
    if type(first) not in NUMBERS or type(second) not in NUMBERS:
        return _other_than_numbers(floor_divide, first, second)
    return limited(first // second)


def remainder(first: Any, second: Any) -> Value:
    """What is left of the first number after dividing by the second."""
    if type(first) not in NUMBERS or type(second) not in NUMBERS:
        return _other_than_numbers(remainder, first, second)
    if Fraction in (type(first), type(second)) and float not in (type(first), type(second)):
        above, below = first.as_integer_ratio()
        other_above, other_below = second.as_integer_ratio()
        return quotient(above * other_below % (other_above * below), below * other_below)
    return limited(first % second)


def power(base: Any, exponent: Any) -> Value:
    """A power, exact where base and exponent allow it."""
    kind = type(base)
    if type(exponent) is int and 0 <= exponent <= _SMALL_EXPONENT:
        if kind is int and -SMALL < base < SMALL:
            whole: int = base**exponent
            return whole
        if kind is Fraction:
            above, below = base._numerator, base._denominator
            if -SMALL < above < SMALL and below < SMALL:
                return _coprime(above**exponent, below**exponent)
    if kind not in NUMBERS or type(exponent) not in NUMBERS:
        if kind is tuple or type(exponent) is tuple:
            return by_entries(power, (base, exponent))
        if kind is Complex and type(exponent) in NUMBERS:
            return _complex_power(base, exponent)
        if type(exponent) is Complex:
            raise ExpressionError("a complex power is written with exp, as in exp(z)")
        raise ExpressionError("only numbers can be raised to a power")
    whole = isinstance(exponent, int) or (
        isinstance(exponent, Fraction) and exponent.denominator == 1
    )
    if whole and not isinstance(base, float):
        times, (above, below) = int(exponent), base.as_integer_ratio()
        if max(above.bit_length(), below.bit_length()) * abs(times) > MAX_BITS:
            raise ExpressionError("a power with more digits than a question can use")
        if times < 0:
            if not above:
                raise ZeroDivisionError("zero to a negative power")
            above, below, times = (below, above, -times) if above > 0 else (-below, -above, -times)
        above, below = above**times, below**times
        return above if below == 1 else coprime(above, below)
    if base < 0 and not whole:
        raise ExpressionError("a negative number to a power that is not whole")
    return math.pow(base, exponent)


def _as_float(value: Any) -> float:
    """What Python makes of a fraction beside a float, without asking what else it might be."""
    near: float = value if type(value) is float else value._numerator / value._denominator
    return near


def quotient(above: int, below: int) -> Value:
    """The quotient of two whole numbers, the second above zero; itself whole where it can be.

    Python's own operators on fractions look for other kinds of numbers first, and so does the
    making of one, which both cost more than the arithmetic.
    """
    shared = math.gcd(above, below)
    if shared == 1:
        return _coprime(above, below)
    return _coprime(above // shared, below // shared)


def _coprime(above: int, below: int) -> Value:
    """The quotient of two whole numbers without a common divisor, the second above zero."""
    if below == 1:
        return above if -SMALL < above < SMALL else limited(above)
    value = coprime(above, below)
    return value if below < SMALL and -SMALL < above < SMALL else limited(value)


def less(first: Any, second: Any) -> Value:
    """Whether the first is smaller; TypeError for what has no order. Of vectors, by entries.

    Python compares a float with a fraction by way of another fraction; that is only needed where
    the float is the one nearest to it.
    """
    kind, other = type(first), type(second)
    if kind is other and (kind is int or kind is float):
        smaller: bool = first < second
        return smaller
    if kind is Fraction is other:
        smaller = first._numerator * second._denominator < second._numerator * first._denominator
        return smaller
    if kind is Fraction and other is int:
        smaller = first._numerator < second * first._denominator
        return smaller
    if kind is int and other is Fraction:
        smaller = first * second._denominator < second._numerator
        return smaller
    if (kind is float and other is Fraction) or (kind is Fraction and other is float):
        try:
            near, other_near = _as_float(first), _as_float(second)
        except OverflowError:
            return bool(first < second)
        if near != other_near:
            return near < other_near
    elif kind is tuple or other is tuple:
        return by_entries(less, (first, second))
    elif kind is Complex or other is Complex:
        raise ExpressionError(_NO_ORDER)
    return bool(first < second)


def at_most(first: Any, second: Any) -> Value:
    """Whether the first is smaller or equal; not a number is neither."""
    kind, other = type(first), type(second)
    if kind is other and (kind is int or kind is float):
        not_above: bool = first <= second
        return not_above
    if kind is tuple or other is tuple:
        return by_entries(at_most, (first, second))
    if kind in _EXACT and other in _EXACT:
        return not less(second, first)
    return less(first, second) or bool(first == second)


def total(values: Any) -> Value:
    """The sum of numbers."""
    result: Value = 0
    for value in values:
        result = add(result, value)
    return result


def limited(value: Any) -> Value:
    """The number, unless it has more digits than Python writes as text."""
    kind = type(value)
    if kind is Fraction:
        if value.denominator == 1:
            return limited(value.numerator)
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    else:
        bits = value.bit_length() if kind is int else 0
    if bits > MAX_BITS:
        raise ExpressionError("a number with more digits than a question can use")
    return value  # type: ignore[no-any-return]  # checked by the callers above


_BY_PARTS: dict[Callable[..., Any], Callable[[Complex, Complex], Value]] = {
    add: _sum_by_parts,
    subtract: _difference_by_parts,
    multiply: _product_by_parts,
    divide: _quotient_by_parts,
}

OPERATIONS: dict[str, Callable[..., Any]] = {
    "_negate": negate,
    "_add": add,
    "_subtract": subtract,
    "_multiply": multiply,
    "_divide": divide,
    "_floor_divide": floor_divide,
    "_remainder": remainder,
    "_power": power,
    "_row": row,
    "_item": item,
    "_less": less,
    "_at_most": at_most,
}
"""What compiled expressions call for operators, by names that no author can write."""
