"""Functions of numbers for authors' expressions: exact where the result is, else a float."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from qgen.bank.entries import ExpressionError, by_entries
from qgen.bank.exact_arithmetic import NUMBERS, add, divide, limited, multiply, negate
from qgen.document.numbers import exact_ratio, fraction
from qgen.document.values import Complex, Real, Value, complex_value, show

MOST_PLACES = 12
"""So many decimal places may `round` be asked for: as many as print."""
MOST_OF_FACTORIAL = 1_000
MOST_OF_BINOMIAL = 10_000
_EXACT = frozenset({int, Fraction})


def entrywise(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which of a vector or a matrix gives what it gives of each entry."""

    def apply(*arguments: Any) -> Any:
        if tuple in map(type, arguments):
            return by_entries(apply, arguments)
        return function(*arguments)

    return apply


def entrywise_of_one(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """As `entrywise`, for a function of one argument: most are, and the call costs half."""

    def apply(value: Any) -> Any:
        if type(value) is tuple:
            return tuple([apply(each) for each in value])
        return function(value)

    return apply


def number(name: str, value: Any) -> Any:
    """The value, which is a number; `name` is the function that wants one."""
    if type(value) is Complex:
        parts = "take abs(z), re(z) or im(z) of it"
        raise ExpressionError(f"'{name}' takes real numbers, and {show(value)} is none: {parts}")
    if type(value) not in NUMBERS:
        raise ExpressionError(f"'{name}' takes numbers")
    return value


def whole(name: str, value: Any, most: int) -> int:
    """A whole number from 0 to `most`: beyond it, the result would fill the memory."""
    if type(value) is not int or not 0 <= value <= most:
        raise ExpressionError(f"{name} takes whole numbers from 0 to {most}")
    return value


def absolute(value: Any) -> Any:
    """The magnitude of a number, a complex one too."""
    kind = type(value)
    if kind is int or kind is float:
        return abs(value)
    if kind is Fraction:
        return value if value._numerator >= 0 else negate(value)
    if kind is Complex:
        return square_root(
            add(multiply(value.real, value.real), multiply(value.imaginary, value.imaginary))
        )
    return abs(number("abs", value))


def sign(value: Any) -> Value:
    """−1, 0 or 1."""
    if type(value) not in NUMBERS or math.isnan(value):
        raise ExpressionError("only a real number has a sign")
    return int(value > 0) - int(value < 0)


def floor(value: Any) -> Value:
    """The largest whole number that is not above."""
    below: int = math.floor(number("floor", value))
    return below


def ceil(value: Any) -> Value:
    """The smallest whole number that is not below."""
    above: int = math.ceil(number("ceil", value))
    return above


def rounded(value: Any, places: Any = 0) -> Value:
    """The number to so many decimal places, half to even, as values print.

    A float stands for its first fifteen significant digits here, as it does where it is marked.
    """
    whole("the number of places of 'round'", places, MOST_PLACES)
    if type(value) is Complex:
        return complex_value(_to_places(value.real, places), _to_places(value.imaginary, places))
    return _to_places(number("round", value), places)


def _to_places(value: Real, places: int) -> Real:
    above, below = exact_ratio(value)
    scale = 10**places
    whole_part, rest = divmod(above * scale, below)
    if 2 * rest > below or (2 * rest == below and whole_part % 2):
        whole_part += 1
    return cast(Real, limited(fraction(whole_part, scale)))


def gcd(*values: Any) -> Value:
    """The greatest common divisor."""
    return math.gcd(*_all_whole("gcd", values))


def lcm(*values: Any) -> Value:
    """The least common multiple."""
    result = 1
    for value in _all_whole("lcm", values):
        result = math.lcm(result, value)
        limited(result)
    return result


def _all_whole(name: str, values: tuple[Any, ...]) -> tuple[int, ...]:
    if any(type(value) is not int for value in values):
        raise ExpressionError(f"'{name}' takes whole numbers")
    return values


def factorial(value: Any) -> Value:
    """`n!`."""
    return limited(math.factorial(whole("factorial", value, MOST_OF_FACTORIAL)))


def binomial(count: Any, chosen: Any) -> Value:
    """In how many ways so many can be chosen of so many."""
    most = MOST_OF_BINOMIAL
    return limited(math.comb(whole("binomial", count, most), whole("binomial", chosen, most)))


def square_root(value: Any) -> Value:
    """The square root, exact where it is a fraction."""
    given = number("sqrt", value)
    if (given.numerator if type(given) is Fraction else given) < 0:
        raise ExpressionError(
            "the square root of a negative number: write a complex one as complex(0, sqrt(3))"
        )
    if isinstance(value, (int, Fraction)):
        above, below = value.as_integer_ratio()
        top, bottom = math.isqrt(above), math.isqrt(below)
        if top * top == above and bottom * bottom == below:
            return divide(top, bottom)
    return math.sqrt(value)


def exponential(value: Any) -> Value:
    """`e**x`."""
    return math.exp(number("exp", value))


def logarithm(value: Any) -> Value:
    """The natural logarithm."""
    given = number("log", value)
    is_fraction = type(given) is Fraction
    if (given.numerator if is_fraction else given) <= 0:
        raise ExpressionError("the logarithm of a number that is not positive")
    return math.log(given.numerator / given.denominator if is_fraction else given)


def logarithm_to(base: int) -> Callable[[Any], Value]:
    """The logarithm to a base, exact for whole powers of it."""
    name, approximate = f"log{base}", {2: math.log2, 10: math.log10}[base]

    def apply(value: Any) -> Value:
        if number(name, value) <= 0:
            raise ExpressionError("the logarithm of a number that is not positive")
        rough = approximate(value)
        if type(value) in _EXACT and (nearest := round(rough)) == rough:
            exact = Fraction(base) ** nearest
            if exact == value:
                return nearest
        return rough

    return apply


def of_floats(
    name: str, function: Callable[[float], float], zero: int | None = None
) -> Callable[[Any], Value]:
    """A function of floats; `zero` is its exact value at an exact 0."""

    def apply(value: Any) -> Value:
        if zero is not None and type(value) in _EXACT and value == 0:
            return zero
        try:
            return function(float(number(name, value)))
        except ValueError:
            raise ExpressionError(f"'{name}' has no value at {float(value):g}") from None

    return apply
