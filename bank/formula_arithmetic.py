"""Arithmetic of expressions that stand for formulas: numbers stay exact, the rest becomes a tree.

Each operation of `exact_arithmetic` has one here that takes formulas too. With numbers alone it
gives an exact number, or a formula where a float would be all that arithmetic can say: the root
of 2 stays a root.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

from qgen.bank import exact_arithmetic
from qgen.bank.entries import ExpressionError
from qgen.bank.functions import APPLIED
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
)
from qgen.document.values import FORMULA_TYPES, Value

MOST_NODES = 2_000
"""So many terms and factors may a sum or a product have."""

_KINDS = frozenset({int, Fraction, float})


def formula(value: Any) -> Formula:
    """A number as a formula, and a formula as it is."""
    if isinstance(value, FORMULA_TYPES):
        return value
    if type(value) in _KINDS:
        return Number(value)
    raise ExpressionError("a formula is made of numbers, variables and functions of them")


def _number(value: Any) -> int | Fraction | float | None:
    """The number that a value is, or None."""
    if isinstance(value, Number):
        return value.value
    return value if type(value) in _KINDS else None


def _both_numbers(operation: Callable[[Any, Any], Value]) -> Callable[..., Any]:
    """Hands two numbers to exact arithmetic, and everything else to the decorated function."""

    def decorate(lifted: Callable[[Formula, Formula], Value]) -> Callable[[Any, Any], Value]:
        def apply(first: Any, second: Any) -> Value:
            one, other = _number(first), _number(second)
            if one is not None and other is not None:
                return operation(one, other)
            if type(first) is tuple or type(second) is tuple:
                return operation(first, second)  # of vectors of numbers
            return lifted(formula(first), formula(second))

        return apply

    return decorate


@_both_numbers(exact_arithmetic.add)
def _add(first: Formula, second: Formula) -> Value:
    terms: list[Formula] = []
    place, total = -1, None
    for each in (first, second):
        for term in each.terms if isinstance(each, Sum) else (each,):
            if not isinstance(term, Number):
                terms.append(term)
            elif total is None:
                place, total = len(terms), term.value
            else:
                total = cast(Any, exact_arithmetic.add(total, term.value))
    if total:
        terms.insert(place, Number(total))
    if len(terms) > MOST_NODES:
        raise ExpressionError(f"a sum of more than {MOST_NODES} terms")
    if not terms:
        return 0
    return Sum(tuple(terms)) if len(terms) > 1 else terms[0]


@_both_numbers(exact_arithmetic.subtract)
def _subtract(first: Formula, second: Formula) -> Value:
    return cast(Value, _add(first, _multiply(-1, second)))


@_both_numbers(exact_arithmetic.multiply)
def _multiply(first: Formula, second: Formula) -> Value:
    factors = [
        factor
        for each in (first, second)
        for factor in (each.factors if isinstance(each, Product) else (each,))
    ]
    if len(factors) > MOST_NODES:
        raise ExpressionError(f"a product of more than {MOST_NODES} factors")
    scale: Any = 1
    others: list[Formula] = []
    for factor in factors:
        if isinstance(factor, Number):
            scale = exact_arithmetic.multiply(scale, factor.value)
        else:
            others.append(factor)
    if scale == 0:
        return 0
    if scale != 1:
        others.insert(0, Number(scale))
    return Product(tuple(others)) if len(others) > 1 else others[0]


@_both_numbers(exact_arithmetic.divide)
def _divide(first: Formula, second: Formula) -> Value:
    if isinstance(second, Number):
        if second.value == 0:
            raise ZeroDivisionError("division by zero")
        if second.value == 1:
            return first
    return 0 if _number(first) == 0 else Quotient(first, second)


def _power(base: Any, exponent: Any) -> Value:
    one, other = _number(base), _number(exponent)
    if other == 1:
        return cast(Value, base)
    if other == 0:
        return 1
    if one is not None and other is not None:
        exact = isinstance(other, int) or (isinstance(other, Fraction) and other.denominator == 1)
        if exact or isinstance(one, float) or isinstance(other, float) or one < 0:
            return exact_arithmetic.power(one, other)
        if other == Fraction(1, 2):
            return _function("sqrt", "sqrt")(one)
    return Power(formula(base), formula(exponent))


def _only_numbers(operation: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
    def apply(first: Any, second: Any) -> Value:
        one, other = _number(first), _number(second)
        if one is None or other is None:
            raise ExpressionError("'//' and '%' are for numbers, not for formulas")
        return operation(one, other)

    return apply


_KNOWN: dict[tuple[str, Any], int] = {
    ("exp", 0): 1,
    ("log", 1): 0,
    ("sin", 0): 0,
    ("cos", 0): 1,
    ("tanh", 0): 0,
}
"""Exact values of functions whose arithmetic has floats alone."""


_NO_NUMBERS = tuple(kind for kind in FORMULA_TYPES if kind is not Number)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Number) else value


def of_numbers(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that no formula holds: of numbers, it is computed."""

    def apply(*arguments: Any) -> Any:
        if any(isinstance(each, _NO_NUMBERS) for each in arguments):
            raise ExpressionError(f"no formula that a student types holds '{name}'")
        return function(*map(_plain, arguments))

    return apply


def _function(name: str, node: FunctionName) -> Callable[..., Value]:
    """A function by its name among the expressions and its name in formulas."""
    exactly = APPLIED.get(name)

    def apply(*arguments: Any) -> Value:
        if node in ("max", "min"):
            return _extreme(node, arguments)
        if len(arguments) != 1:
            raise ExpressionError(f"'{name}' takes one argument")
        number = _number(arguments[0])
        if type(arguments[0]) is tuple and exactly is not None:
            return cast(Value, exactly(arguments[0]))
        if number is None:
            return Call(node, (formula(arguments[0]),))
        if (name, number) in _KNOWN:
            return _KNOWN[name, number]
        value = exactly(number) if exactly is not None else None
        if value is None or (isinstance(value, float) and not isinstance(number, float)):
            return Call(node, (Number(number),))
        return cast(Value, value)

    return apply


def _extreme(node: FunctionName, arguments: tuple[Any, ...]) -> Value:
    if len(arguments) == 1 and isinstance(arguments[0], tuple):
        arguments = arguments[0]
    if len(arguments) < 2:
        raise ExpressionError(f"'{node}' takes two arguments or more")
    found = [_number(each) for each in arguments]
    plain = [each for each in found if each is not None]
    if len(plain) == len(found):
        return max(plain) if node == "max" else min(plain)
    return Call(node, tuple(map(formula, arguments)))


_SAME_NAMES: tuple[FunctionName, ...] = (
    "exp",
    "sqrt",
    "abs",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "max",
    "min",
)

OPERATIONS: dict[str, Callable[..., Any]] = {
    **exact_arithmetic.OPERATIONS,
    "_add": _add,
    "_subtract": _subtract,
    "_multiply": _multiply,
    "_divide": _divide,
    "_power": _power,
    "_floor_divide": _only_numbers(exact_arithmetic.floor_divide),
    "_remainder": _only_numbers(exact_arithmetic.remainder),
}
"""What compiled formulas call for operators."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: of_numbers(name, function) for name, function in APPLIED.items()},
    **{name: _function(name, name) for name in _SAME_NAMES},
    "log": _function("log", "ln"),
    "ln": _function("log", "ln"),
}
"""The functions of a formula: those of expressions, and those that a student may type."""

CONSTANTS: dict[str, Formula] = {"pi": Symbol("pi"), "e": Call("exp", (Number(1),))}
"""What these names mean in a formula, unless the question gives them another meaning."""
