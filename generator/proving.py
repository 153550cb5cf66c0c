"""An author's own proof: two expressions for one value, compared for every variant."""

from collections.abc import Sequence
from functools import lru_cache
from math import isclose, sqrt

from qgen.bank.expressions import ExpressionError, evaluate
from qgen.bank.templates import Placed
from qgen.document.formula import Formula, evaluate_all, symbols
from qgen.document.formula import evaluate as formula_value
from qgen.document.values import (
    FORMULA_TYPES,
    Complex,
    Real,
    Value,
    Values,
    as_complex,
    brief,
    is_number,
    is_real,
)
from qgen.generator.drawing import VariantFailure

CLOSE = 1e-9
"""Two floats may differ by this share of the larger; exact values must be equal."""

CANCELLED = 1e-14
POINTS = 16
"""At so many points, two formulas are compared."""


def check_proof(placed: Placed, claimed: Value, known: Values) -> None:
    """Raises VariantFailure where the proof gives another value than the expression it proves."""
    assert placed.proof is not None
    proof = placed.proof
    try:
        value = evaluate(proof.expression, known)
    except ExpressionError as error:
        raise VariantFailure("proof", f"the proof {error} ({proof.place})") from None
    if not same_value(claimed, value):
        claim = placed.expression.source
        message = (
            f"'{claim}' is {brief(claimed)}, and its proof '{proof.expression.source}' is "
            f"{brief(value)} ({proof.place})"
        )
        raise VariantFailure("proof", message)


def same_value(first: Value, second: Value) -> bool:
    """Whether two values are the same: of one kind, and equal or, as floats, close."""
    if isinstance(first, bool) or isinstance(second, bool):
        return isinstance(first, bool) and first is second
    if is_real(first) and is_real(second):
        return _same_number(first, second)
    if is_number(first) and is_number(second):
        return _same_complex(as_complex(first), as_complex(second))
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(same_value, first, second))
    if isinstance(first, FORMULA_TYPES) and isinstance(second, FORMULA_TYPES):
        return _same_formula(first, second)
    return isinstance(first, str) and first == second


def _same_number(first: Real, second: Real) -> bool:
    if not (isinstance(first, float) or isinstance(second, float)):
        return first == second
    try:
        one, other = float(first), float(second)
    except OverflowError:
        return False
    # Where terms cancel, a float comes out beside 0, on either side of it.
    beside_zero = CANCELLED if one * other <= 0 else 0
    return isclose(one, other, rel_tol=CLOSE, abs_tol=beside_zero)


def _same_complex(first: Complex, second: Complex) -> bool:
    """By their parts where both are exact, otherwise by their distance in the plane."""
    if first == second:
        return True
    parts = (first.real, first.imaginary, second.real, second.imaginary)
    if not any(isinstance(part, float) for part in parts):
        return False
    try:
        one, other = (complex(each.real, each.imaginary) for each in (first, second))
    except OverflowError:
        return False
    return abs(one - other) <= max(CANCELLED, CLOSE * max(abs(one), abs(other)))


def _same_formula(first: Formula, second: Formula) -> bool:
    """Whether two formulas agree wherever both are tried, and have values at the same points."""
    points = _points(symbols(first) | symbols(second))
    met = 0
    for one, other in zip(_values_at(first, points), _values_at(second, points), strict=True):
        if one is None and other is None:
            continue
        if one is None or other is None or not isclose(one, other, rel_tol=1e-7, abs_tol=1e-9):
            return False
        met += 1
    return met > 0


@lru_cache(maxsize=256)
def _points(names: frozenset[str]) -> tuple[dict[str, float], ...]:
    """Points between 0 and 1, which every domain has: multiples of roots, less whole numbers."""
    return tuple(
        {name: (number * sqrt(place + 1.5)) % 1 for place, name in enumerate(sorted(names))}
        for number in range(1, POINTS + 1)
    )


def _values_at(formula: Formula, points: tuple[dict[str, float], ...]) -> Sequence[float | None]:
    try:
        return evaluate_all(formula, points)
    except (ArithmeticError, ValueError):
        return [_value_at(formula, point) for point in points]


def _value_at(formula: Formula, point: dict[str, float]) -> float | None:
    try:
        return formula_value(formula, point)
    except (ArithmeticError, ValueError):
        return None
