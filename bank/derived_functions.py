"""Functions that closed forms of derived values are written with, beside those of expressions.

Whole arguments stay exact where the function does; everything else is a float.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from qgen.bank.exact_arithmetic import FUNCTIONS, ExpressionError
from qgen.document.values import Value

MOST = 1_000
"""Factorials are taken of numbers up to this."""


def _float(function: Callable[[float], float], zero: int | None = None) -> Callable[[Any], Value]:
    """A function of floats; `zero` is its exact value at an exact 0."""

    def apply(value: Any) -> Value:
        if zero is not None and type(value) in (int, Fraction) and value == 0:
            return zero
        return function(float(value))

    return apply


def _factorial(value: Any) -> Value:
    if type(value) is int and 0 <= value <= MOST:
        return math.factorial(value)
    return math.gamma(float(value) + 1)


def _gamma(value: Any) -> Value:
    if type(value) is int and 0 < value <= MOST:
        return math.factorial(value - 1)
    return math.gamma(float(value))


def _binomial(above: Any, below: Any) -> Value:
    if type(above) is int and type(below) is int and 0 <= above <= MOST:
        return math.comb(above, below) if below >= 0 else 0
    if float(below) < 0:
        return 0
    n, k = float(above), float(below)
    return math.gamma(n + 1) / (math.gamma(k + 1) * math.gamma(n - k + 1))


def _sign(value: Any) -> Value:
    return int(value > 0) - int(value < 0)


def _no_closed_form() -> Value:
    raise ExpressionError("computer algebra knows no closed form for such numbers")


def _root_between(low: Any, high: Any, *roots: Any) -> Value:
    """The one root between two ends."""
    inside = sorted({root for root in roots if low <= root <= high})
    if len(inside) != 1:
        raise ExpressionError(f"{len(inside)} roots lie in the domain; one is needed")
    found: Value = inside[0]
    return found


def _sorted_values(*values: Any) -> Value:
    return tuple(sorted(values))


DERIVED_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **FUNCTIONS,
    "sin": _float(math.sin, 0),
    "cos": _float(math.cos, 1),
    "tan": _float(math.tan, 0),
    "asin": _float(math.asin, 0),
    "acos": _float(math.acos),
    "atan": _float(math.atan, 0),
    "sinh": _float(math.sinh, 0),
    "cosh": _float(math.cosh, 1),
    "tanh": _float(math.tanh, 0),
    "exp": _float(math.exp, 1),
    "erf": _float(math.erf, 0),
    "erfc": _float(math.erfc, 1),
    "loggamma": _float(math.lgamma),
    "gamma": _gamma,
    "factorial": _factorial,
    "binomial": _binomial,
    "sign": _sign,
    "no_closed_form": _no_closed_form,
    "root_between": _root_between,
    "sorted_values": _sorted_values,
}
DERIVED_CONSTANTS: dict[str, float] = {"pi": math.pi, "infinity": math.inf}
