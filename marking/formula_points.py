"""Points all over a declared domain, and what two formulas are worth there, with certainty.

A handful of points between 0 and 1 would take ReLU for the identity. These points are negative
and positive, tiny and huge, near the edges, in every orthant, and beside the numbers that the
formulas themselves contain.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, DecimalException
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Literal, TypeAlias, assert_never

from qgen.document.formula import (
    Call,
    Formula,
    FunctionName,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    VariableDomain,
    operands,
)
from qgen.document.numbers import exact_value, fraction
from qgen.marking.formula_intervals import Arithmetic, NoValue, TooHard, Value

Point: TypeAlias = Mapping[str, Fraction]
Comparison: TypeAlias = Literal["same", "different", "one_sided", "both_undefined", "unknown"]
"""`one_sided`: exactly one formula has a value there."""

_PRECISIONS = (Arithmetic(40), Arithmetic(150))
_NARROW = Decimal(10) ** -25
_NEIGHBOURS = 4
_MOST_ORTHANTS = 5
_ORDINARY = 16
_MOST_CONSTANTS = 12

_MAGNITUDES = tuple(
    map(Fraction, "2 1/2 1 3 7/10 13/10 10 29/8 1/1000 1000 1/1000000000 1000000 100".split())
)
_SHARES = tuple(
    map(Fraction, "1/2 3/10 9/10 1/7 1/1000 999/1000 1/1000000000 999999999/1000000000".split())
)


def points(
    variables: Mapping[str, VariableDomain], constants: Sequence[Fraction]
) -> Iterator[Point]:
    """Points of the domain, the same ones in every run; `constants` adds values to try."""
    stream = random.Random("points of a domain")
    names = sorted(variables)
    if not names:
        yield {}
        return

    def ordinary() -> dict[str, Fraction]:
        return {name: _ordinary(variables[name], stream) for name in names}

    for _ in range(_ORDINARY // 2):
        yield ordinary()
    real = [name for name in names if variables[name] == "real"]
    for signs in product((1, -1), repeat=min(len(real), _MOST_ORTHANTS)):
        point = ordinary()
        yield point | {
            name: abs(point[name]) * sign for name, sign in zip(real, signs, strict=False)
        }
    special = {name: _special(variables[name], constants) for name in names}
    for turn in range(max(map(len, special.values()))):
        # Each variable walks through its special values at a pace of its own.
        yield {
            name: special[name][(turn * (index + 1) + index) % len(special[name])]
            for index, name in enumerate(names)
        }
    if len(names) > 1:
        for name in names:
            for value in special[name]:
                yield ordinary() | {name: value}
    for _ in range(_ORDINARY // 2):
        yield ordinary()


def _ordinary(domain: VariableDomain, stream: random.Random) -> Fraction:
    share, whole = 1 + int(stream.random() * 9998), 10_000
    match domain:
        case "real":
            return fraction(8 * share - 4 * whole, whole)
        case "positive" | "nonnegative":
            return fraction(5 * share, whole)
        case "probability":
            return fraction(share, whole)
        case _:
            assert_never(domain)


def _special(domain: VariableDomain, constants: Sequence[Fraction]) -> list[Fraction]:
    beside = [value + step for value in constants for step in (Fraction(1, 100), Fraction(-1, 100))]
    match domain:
        case "real":
            values = [sign * value for value in _MAGNITUDES for sign in (1, -1)]
            values += [Fraction(0), *beside, *(-value for value in beside)]
        case "positive" | "nonnegative":
            values = [*_MAGNITUDES, *beside]
        case "probability":
            values = [*_SHARES, *beside]
        case _:
            assert_never(domain)
    return [value for value in dict.fromkeys(values) if belongs(value, domain)]


def belongs(value: Fraction, domain: VariableDomain) -> bool:
    """True where the value lies in the domain; the ends 0 and 1 of a probability do not count."""
    match domain:
        case "real":
            return True
        case "positive":
            return value > 0
        case "nonnegative":
            return value >= 0
        case "probability":
            return 0 < value < 1
        case _:
            assert_never(domain)


def constants_of(*expressions: Formula) -> list[Fraction]:
    """The different magnitudes of the numbers in formulas, at most a dozen."""
    waiting, found = list(expressions), dict[Fraction, None]()
    while waiting and len(found) < _MOST_CONSTANTS:
        expression = waiting.pop(0)
        if isinstance(expression, Number):
            found.setdefault(abs(exact_value(expression.value)))
        waiting.extend(operands(expression))
    return list(found)


def enclose(expression: Formula, point: Point, arithmetic: Arithmetic) -> Value:
    """The formula's value at a point, exactly or between bounds.

    Raises NoValue where there is none, TooHard where more digits are needed to tell, and
    KeyError for a variable that the point lacks (`pi` is known).
    """
    if isinstance(expression, Number):
        return exact_value(expression.value)
    if isinstance(expression, Symbol):
        known = expression.name in point or expression.name != "pi"
        return point[expression.name] if known else arithmetic.pi()
    values = [enclose(operand, point, arithmetic) for operand in operands(expression)]
    match expression:
        case Sum():
            return reduce(arithmetic.add, values) if values else Fraction(0)
        case Product():
            return reduce(arithmetic.multiply, values) if values else Fraction(1)
        case Quotient():
            return arithmetic.divide(*values)
        case Power():
            return arithmetic.power(*values)
        case Call():
            return applied(expression.function, values, arithmetic)
        case _:
            assert_never(expression)


def applied(function: FunctionName, values: list[Value], arithmetic: Arithmetic) -> Value:
    """What a function is of values, each exact or between bounds."""
    match function:
        case "exp":
            return arithmetic.exp(values[0])
        case "ln":
            return arithmetic.ln(values[0])
        case "sqrt":
            return arithmetic.sqrt(values[0])
        case "abs":
            return arithmetic.absolute(values[0])
        case "sin":
            return arithmetic.sin(values[0])
        case "cos":
            return arithmetic.cos(values[0])
        case "tanh":
            return arithmetic.tanh(values[0])
        case "sigmoid":
            return arithmetic.sigmoid(values[0])
        case "max":
            return arithmetic.extreme(max, values)
        case "min":
            return arithmetic.extreme(min, values)
        case _:
            assert_never(function)


def _defined(expression: Formula, point: Point, arithmetic: Arithmetic) -> Value | None:
    """The value, or None where there is none. Raises TooHard."""
    try:
        return enclose(expression, point, arithmetic)
    except NoValue:
        return None
    except DecimalException as error:
        raise TooHard from error


def compare(first: Formula, second: Formula, point: Point) -> Comparison:
    """How two formulas compare at a point; `different` and `one_sided` are certain."""
    for arithmetic in _PRECISIONS:
        try:
            left = _defined(first, point, arithmetic)
            right = left if second is first else _defined(second, point, arithmetic)
        except TooHard:
            continue
        if left is None or right is None:
            return "both_undefined" if left is right else "one_sided"
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return "same" if left == right else "different"
        a, b = arithmetic.interval(left), arithmetic.interval(right)
        if a.high < b.low or b.high < a.low:
            return "different"
        if arithmetic.is_narrow(a, _NARROW) and arithmetic.is_narrow(b, _NARROW):
            return "same"
    return "unknown"


def differs_nearby(
    first: Formula, second: Formula, point: Point, variables: Mapping[str, VariableDomain]
) -> bool:
    """True where the formulas differ at all of a few points close to this one.

    Where one formula lacks a value only at single points, as x/x at 0, they agree nearby.
    """
    stream = random.Random("points nearby")
    for _ in range(_NEIGHBOURS):
        near = {
            name: _moved(value, variables[name], stream.random()) for name, value in point.items()
        }
        if compare(first, second, near) not in ("one_sided", "different"):
            return False
    return True


def _moved(value: Fraction, domain: VariableDomain, share: float) -> Fraction:
    """A value of the domain close by, at most a thousandth away."""
    step = (1 + abs(value)) * Fraction(int(share * 1998) - 999, 10**6)
    step += Fraction(1, 10**7)
    inside = value + step if belongs(value + step, domain) else value - step
    return inside if belongs(inside, domain) else value
