"""Functions that closed forms of derived values are written with, beside those of expressions.

Whole arguments stay exact where the function does; everything else is a float.
"""

import math
from collections.abc import Callable
from typing import Any

from qgen.bank.entries import ExpressionError
from qgen.bank.functions import APPLIED
from qgen.bank.number_functions import MOST_OF_FACTORIAL, binomial, factorial, of_floats
from qgen.document.values import Value


def _factorial(value: Any) -> Value:
    if type(value) is int and 0 <= value <= MOST_OF_FACTORIAL:
        return factorial(value)
    return math.gamma(float(value) + 1)


def _gamma(value: Any) -> Value:
    if type(value) is int and 0 < value <= MOST_OF_FACTORIAL:
        return factorial(value - 1)
    return math.gamma(float(value))


def _binomial(above: Any, below: Any) -> Value:
    if float(below) < 0:
        return 0
    if type(above) is int and type(below) is int and 0 <= above <= MOST_OF_FACTORIAL:
        return binomial(above, min(below, above + 1))
    n, k = float(above), float(below)
    return math.gamma(n + 1) / (math.gamma(k + 1) * math.gamma(n - k + 1))


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
    **APPLIED,
    "exp": of_floats("exp", math.exp, 1),
    "erf": of_floats("erf", math.erf, 0),
    "erfc": of_floats("erfc", math.erfc, 1),
    "loggamma": of_floats("loggamma", math.lgamma),
    "gamma": _gamma,
    "factorial": _factorial,
    "binomial": _binomial,
    "no_closed_form": _no_closed_form,
    "root_between": _root_between,
    "sorted_values": _sorted_values,
}
DERIVED_CONSTANTS: dict[str, float] = {"pi": math.pi, "infinity": math.inf}
