"""Formulas made of formulas: derivatives, and variables replaced."""

from collections.abc import Collection, Mapping
from typing import assert_never

from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    operands,
    symbols,
)
from qgen.document.numbers import exact_value

ZERO, ONE = Number(0), Number(1)


def replaced(formula: Formula, by: Mapping[str, Formula]) -> Formula:
    """The formula with others in the place of its variables."""
    match formula:
        case Number():
            return formula
        case Symbol():
            return by.get(formula.name, formula)
        case Sum():
            return Sum(tuple([replaced(term, by) for term in formula.terms]))
        case Product():
            return Product(tuple([replaced(factor, by) for factor in formula.factors]))
        case Quotient():
            return Quotient(replaced(formula.numerator, by), replaced(formula.denominator, by))
        case Power():
            return Power(replaced(formula.base, by), replaced(formula.exponent, by))
        case Call():
            return Call(formula.function, tuple([replaced(each, by) for each in formula.arguments]))
        case _:
            assert_never(formula)


def derivative(formula: Formula, name: str) -> Formula:
    """The derivative by a variable, wherever there is one.

    Raises ValueError for a largest or smallest of several, which has none where they meet.
    """
    if name not in symbols(formula):
        return ZERO
    match formula:
        case Number():
            return ZERO
        case Symbol():
            return ONE
        case Sum():
            terms = [derivative(term, name) for term in formula.terms]
            return _sum([term for term in terms if term != ZERO])
        case Product():
            return _of_product(formula.factors, name)
        case Quotient(above, below):
            first = derivative(above, name)
            if name not in symbols(below):
                return Quotient(first, below)
            second = _times(above, derivative(below, name))
            top = _sum([_times(first, below), _times(Number(-1), second)])
            return Quotient(top, Power(below, Number(2)))
        case Power():
            return _of_power(formula, name)
        case Call():
            return _of_call(formula, name)
        case _:
            assert_never(formula)


def _sum(terms: list[Formula]) -> Formula:
    kept = [term for term in terms if term != ZERO]
    return Sum(tuple(kept)) if len(kept) > 1 else kept[0] if kept else ZERO


def _times(*factors: Formula) -> Formula:
    if ZERO in factors:
        return ZERO
    kept = [factor for factor in factors if factor != ONE]
    return Product(tuple(kept)) if len(kept) > 1 else kept[0] if kept else ONE


def _of_product(factors: tuple[Formula, ...], name: str) -> Formula:
    terms = []
    for place, factor in enumerate(factors):
        others = (*factors[:place], *factors[place + 1 :])
        terms.append(_times(derivative(factor, name), *others))
    return _sum(terms)


def _of_power(power: Power, name: str) -> Formula:
    base, exponent = power.base, power.exponent
    if name not in symbols(exponent):
        lower = _sum([exponent, Number(-1)])
        if isinstance(exponent, Number):
            lower = Number(exponent.value - 1)
        return _times(exponent, Power(base, lower), derivative(base, name))
    along = _times(derivative(exponent, name), Call("ln", (base,)))
    if name not in symbols(base):
        return _times(power, along)
    across = Quotient(_times(exponent, derivative(base, name)), base)
    return _times(power, _sum([along, across]))


def _of_call(call: Call, name: str) -> Formula:
    inner = call.arguments[0]
    slope = derivative(inner, name)
    match call.function:
        case "exp":
            return _times(call, slope)
        case "ln":
            return Quotient(slope, inner)
        case "sqrt":
            return Quotient(slope, _times(Number(2), call))
        case "abs":
            return Quotient(_times(inner, slope), call)
        case "sin":
            return _times(Call("cos", (inner,)), slope)
        case "cos":
            return _times(Number(-1), Call("sin", (inner,)), slope)
        case "tanh":
            square = Power(call, Number(2))
            return _times(_sum([ONE, _times(Number(-1), square)]), slope)
        case "sigmoid":
            return _times(call, _sum([ONE, _times(Number(-1), call)]), slope)
        case "max" | "min":
            raise ValueError(f"'{call.function}' has no derivative where its arguments meet")
        case _:
            assert_never(call.function)


def has_kinks(formula: Formula, names: Collection[str]) -> bool:
    """Whether it is written so that it may bend or jump along one of the variables.

    That is the size of what hangs on them, or the root of its even power, which is the same. The
    logarithm of a size has the derivative of the logarithm wherever it has a value.
    """
    if not symbols(formula) & set(names):
        return False
    inner = operands(formula)
    match formula:
        case Call(function="abs"):
            return True
        case Call(function="sqrt", arguments=(Power(exponent=even),)) if _is_even(even):
            return True
        case Power(base=Power(exponent=even), exponent=outer) if _is_even(even):
            if not _is_whole(outer):
                return True
        case Call(function="ln", arguments=(Call(function="abs", arguments=sized),)):
            inner = sized
        case _:
            pass
    return any(has_kinks(each, names) for each in inner)


def _is_even(exponent: Formula) -> bool:
    return isinstance(exponent, Number) and exact_value(exponent.value) % 2 == 0


def _is_whole(exponent: Formula) -> bool:
    return isinstance(exponent, Number) and exact_value(exponent.value).denominator == 1
