"""SymPy's expressions as formulas of ours, for solvers of a course.

SymPy is not imported here: who has an expression has it loaded.
"""

import re
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

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
from qgen.document.values import complex_value

_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)?")
_FUNCTIONS: dict[str, FunctionName] = {
    "exp": "exp",
    "log": "ln",
    "Abs": "abs",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "Max": "max",
    "Min": "min",
}
"""By SymPy's names, the functions that students can type."""


def is_sympy(value: object) -> bool:
    """Whether a value is of SymPy."""
    return type(value).__module__.partition(".")[0] == "sympy" or (
        "sympy" in sys.modules and isinstance(value, sys.modules["sympy"].Basic)
    )


def from_sympy(value: Any) -> Any:
    """A number, truth value, formula or nested lists of them. Raises TypeError with a sentence.

    Rational numbers are exact numbers, complex ones are so by parts, SymPy's floats are floats,
    everything else is a formula. A matrix is a list of rows; one of a single column is a vector.
    """
    sympy = sys.modules["sympy"]
    if isinstance(value, sympy.MatrixBase):
        if value.cols == 1:
            return [from_sympy(value[row, 0]) for row in range(value.rows)]
        return [
            [from_sympy(value[row, column]) for column in range(value.cols)]
            for row in range(value.rows)
        ]
    if isinstance(value, (sympy.Tuple, sympy.Array)):
        return [from_sympy(entry) for entry in value]
    if value is sympy.true or value is sympy.false:
        return bool(value)
    if not isinstance(value, sympy.Expr):
        raise TypeError(f"SymPy's {type(value).__name__} is no value: {_brief(value)}")
    if value.is_number and value.is_extended_real is False:
        return complex_value(*map(_part, value.as_real_imag()))
    found = _formula(value)
    return found.value if isinstance(found, Number) else found


def _part(value: Any) -> int | Fraction | float:
    """A part of a complex number: exact where it is a fraction."""
    found = _formula(value) if value.is_Rational else Number(float(value.evalf(17)))
    assert isinstance(found, Number)
    return found.value


def _brief(value: object) -> str:
    text = str(value)
    return text if len(text) < 80 else f"{text[:77]}…"


def _formula(value: Any) -> Formula:
    sympy = sys.modules["sympy"]
    if value.is_Rational:
        exact = Fraction(int(value.p), int(value.q))
        return Number(exact.numerator if exact.denominator == 1 else exact)
    if value.is_Float:
        return Number(float(value))
    if value is sympy.pi:
        return Symbol("pi")
    if value is sympy.E:
        return Call("exp", (Number(1),))
    if value.is_Symbol:
        if not _SYMBOL.fullmatch(value.name):
            raise TypeError(f"'{value.name}' is no name of a variable")
        return Symbol(value.name)
    for kind, read in _READERS.items():
        if getattr(value, kind, False):
            return read(value)
    return _call(value)


def _sum(value: Any) -> Formula:
    return Sum(tuple(map(_formula, value.as_ordered_terms())))


def _product(value: Any) -> Formula:
    top, bottom = sys.modules["sympy"].fraction(value, exact=True)
    if bottom != 1:
        return Quotient(_formula(top), _formula(bottom))
    return Product(tuple(map(_formula, value.as_ordered_factors())))


def _power(value: Any) -> Formula:
    if value.base is sys.modules["sympy"].E:
        return Call("exp", (_formula(value.exp),))
    if value.exp.is_Rational and value.exp < 0:
        return Quotient(Number(1), _formula(1 / value))
    if value.exp == sys.modules["sympy"].Rational(1, 2):
        return Call("sqrt", (_formula(value.base),))
    return Power(_formula(value.base), _formula(value.exp))


_READERS: dict[str, Callable[[Any], Formula]] = {
    "is_Add": _sum,
    "is_Mul": _product,
    "is_Pow": _power,
}


def _call(value: Any) -> Formula:
    name = type(value).__name__
    if name == "tan":
        angle = _formula(value.args[0])
        return Quotient(Call("sin", (angle,)), Call("cos", (angle,)))
    if name not in _FUNCTIONS or (name == "log" and len(value.args) != 1):
        known = ", ".join((*_FUNCTIONS, "sqrt", "tan"))
        raise TypeError(f"no formula here can hold SymPy's {_brief(value)}; there are {known}")
    return Call(_FUNCTIONS[name], tuple(map(_formula, value.args)))
