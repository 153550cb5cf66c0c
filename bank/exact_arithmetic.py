"""Arithmetic of authors' expressions: exact, on numbers only, and never beyond a set size.

Every operation raises ExpressionError for what it has no value for, and ZeroDivisionError.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from qgen.document.values import Value

MAX_BITS = 10_000
"""The longest numerator or denominator: 3000 digits, which Python still writes as text."""


MOST_ENTRIES = 5_000
"""So many entries may a vector or a matrix have, all told."""


class ExpressionError(ValueError):
    """An expression that cannot be read, or that has no value for some numbers."""


_SMALL = 10**15
"""Numbers below it need no closer look; a float that is not is left to `limited` too."""

# Looked up by exact type: these run for every variant, and a truth value is no number.
_NUMBERS = frozenset({int, Fraction, float})
_WITH_FRACTION = frozenset({(Fraction, Fraction), (Fraction, int), (int, Fraction)})
_ROUNDED = frozenset({(float, Fraction), (Fraction, float)})
_PLAIN = frozenset((first, second) for first in _NUMBERS for second in _NUMBERS) - _WITH_FRACTION
# A text would read `%` as a template, and `+` would join two vectors end to end.
_NO_NUMBER = "only numbers can be added, subtracted, multiplied and divided"


def row(*entries: Value) -> Value:
    """A vector or a row of a matrix. What it is made of is no larger, so that counting is cheap."""
    if sum(map(_size, entries)) > MOST_ENTRIES:
        raise ExpressionError(f"a list with more than {MOST_ENTRIES} entries")
    return entries


def _size(value: Value) -> int:
    return sum(map(_size, value)) if isinstance(value, tuple) else 1


def add(first: Any, second: Any) -> Value:
    """The sum of two numbers."""
    kinds = type(first), type(second)
    if kinds in _WITH_FRACTION:
        above, below = first.as_integer_ratio()
        other_above, other_below = second.as_integer_ratio()
        return _quotient(above * other_below + other_above * below, below * other_below)
    if kinds not in _PLAIN:
        raise ExpressionError(_NO_NUMBER)
    value = first + second
    return value if -_SMALL < value < _SMALL else limited(value)


def subtract(first: Any, second: Any) -> Value:
    """The difference of two numbers."""
    kinds = type(first), type(second)
    if kinds in _WITH_FRACTION:
        above, below = first.as_integer_ratio()
        other_above, other_below = second.as_integer_ratio()
        return _quotient(above * other_below - other_above * below, below * other_below)
    if kinds not in _PLAIN:
        raise ExpressionError(_NO_NUMBER)
    value = first - second
    return value if -_SMALL < value < _SMALL else limited(value)


def multiply(first: Any, second: Any) -> Value:
    """The product of two numbers."""
    kinds = type(first), type(second)
    if kinds in _WITH_FRACTION:
        above, below = first.as_integer_ratio()
        other_above, other_below = second.as_integer_ratio()
        return _quotient(above * other_above, below * other_below)
    if kinds not in _PLAIN:
        raise ExpressionError(_NO_NUMBER)
    value = first * second
    return value if -_SMALL < value < _SMALL else limited(value)


def divide(first: Any, second: Any) -> Value:
    """The quotient of two numbers, exact unless one is a float."""
    if type(first) not in _NUMBERS or type(second) not in _NUMBERS:
        raise ExpressionError(_NO_NUMBER)
    if second == 0:
        raise ZeroDivisionError("division by zero")
    if type(first) is float or type(second) is float:
        return float(first / second)
    return limited(Fraction(first, second))


def floor_divide(first: Any, second: Any) -> Value:
    """The quotient of two numbers, rounded down."""
    if type(first) not in _NUMBERS or type(second) not in _NUMBERS:
        raise ExpressionError(_NO_NUMBER)
    return limited(first // second)


def remainder(first: Any, second: Any) -> Value:
    """What is left of the first number after dividing by the second."""
    if type(first) not in _NUMBERS or type(second) not in _NUMBERS:
        raise ExpressionError(_NO_NUMBER)
    return limited(first % second)


def power(base: Any, exponent: Any) -> Value:
    """A power, exact where base and exponent allow it."""
    if type(base) not in _NUMBERS or type(exponent) not in _NUMBERS:
        raise ExpressionError("only numbers can be raised to a power")
    whole = isinstance(exponent, int) or (
        isinstance(exponent, Fraction) and exponent.denominator == 1
    )
    if whole and not isinstance(base, float):
        times, exact = int(exponent), Fraction(base)
        bits = max(exact.numerator.bit_length(), exact.denominator.bit_length())
        if bits * abs(times) > MAX_BITS:
            raise ExpressionError("a power with more digits than a question can use")
        if times < 0 and exact == 0:
            raise ZeroDivisionError("zero to a negative power")
        result = exact**times
        return result.numerator if result.denominator == 1 else result
    if base < 0 and not whole:
        raise ExpressionError("a negative number to a power that is not whole")
    return math.pow(base, exponent)


def _quotient(above: int, below: int) -> Value:
    """The quotient of two whole numbers, itself whole where it can be.

    Python's own operators on fractions look for other kinds of numbers first, which costs more
    than the arithmetic.
    """
    if not above % below:
        above //= below
        return above if -_SMALL < above < _SMALL else limited(above)
    value = Fraction(above, below)
    return value if below < _SMALL and -_SMALL < above < _SMALL else limited(value)


def less(first: Any, second: Any) -> bool:
    """Whether the first is smaller. Raises TypeError for what has no order.

    Python compares a float with a fraction by way of another fraction; that is only needed where
    the float is the one nearest to it.
    """
    kinds = type(first), type(second)
    if kinds in _WITH_FRACTION:
        above, below = first.as_integer_ratio()
        other_above, other_below = second.as_integer_ratio()
        return bool(above * other_below < other_above * below)
    if kinds in _ROUNDED:
        try:
            near, other_near = float(first), float(second)
        except OverflowError:
            return bool(first < second)
        if near != other_near:
            return near < other_near
    return bool(first < second)


def at_most(first: Any, second: Any) -> bool:
    """Whether the first is smaller or equal; not a number is neither."""
    return less(first, second) or bool(first == second)


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


def item(container: Any, index: Any) -> Value:
    """An entry of a vector or a row of a matrix."""
    if type(container) is not tuple:
        raise ExpressionError("only a vector or a matrix has entries")
    if type(index) is not int:
        raise ExpressionError("an entry's number must be whole")
    if not -len(container) <= index < len(container):
        raise ExpressionError(
            f"there is no entry {index}; they count from 0 to {len(container) - 1}"
        )
    return container[index]  # type: ignore[no-any-return]  # entries of a Value are Values


def _dot(first: Any, second: Any) -> Value:
    if len(first) != len(second):
        raise ExpressionError("dot needs two vectors of the same length")
    return _total(tuple(multiply(a, b) for a, b in zip(first, second, strict=True)))


def _total(values: Any) -> Value:
    total: Value = 0
    for value in values:
        total = add(total, value)
    return total


def _distinct(values: Any) -> bool:
    return len(set(values)) == len(values)


def _absolute(value: Any) -> Any:
    if type(value) is Fraction:
        return value if value.numerator >= 0 else -value
    return abs(value)


def _logarithm(value: Any) -> float:
    if value <= 0:
        raise ExpressionError("the logarithm of a number that is not positive")
    return math.log(value)


def _square_root(value: Any) -> Value:
    if value < 0:
        raise ExpressionError("the square root of a negative number")
    if isinstance(value, (int, Fraction)):
        exact = Fraction(value)
        top, bottom = math.isqrt(exact.numerator), math.isqrt(exact.denominator)
        if top * top == exact.numerator and bottom * bottom == exact.denominator:
            return divide(top, bottom)
    return math.sqrt(value)


def _whole(name: str, value: Any, most: int) -> int:
    """A whole number from 0 to `most`: beyond it, the result would fill the memory."""
    if type(value) is not int or not 0 <= value <= most:
        raise ExpressionError(f"{name} takes whole numbers from 0 to {most}")
    return value


def _factorial(value: Any) -> Value:
    return limited(math.factorial(_whole("factorial", value, 1_000)))


def _binomial(count: Any, chosen: Any) -> Value:
    most = 10_000
    return limited(math.comb(_whole("binomial", count, most), _whole("binomial", chosen, most)))


def _sign(value: Any) -> Value:
    if type(value) not in _NUMBERS or math.isnan(value):
        raise ExpressionError("only a number has a sign")
    return int(value > 0) - int(value < 0)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "min": min,
    "max": max,
    "sum": _total,
    "length": len,
    "floor": math.floor,
    "ceil": math.ceil,
    "gcd": math.gcd,
    "factorial": _factorial,
    "binomial": _binomial,
    "sign": _sign,
    "dot": _dot,
    "distinct": _distinct,
    "sqrt": _square_root,
    "exp": math.exp,
    "log": _logarithm,
}
OPERATIONS: dict[str, Callable[..., Any]] = {
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
