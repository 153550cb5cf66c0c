"""Control variates against hand-worked numbers and against other coefficients."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

SAVINGS = find_solver("control_variates.savings")
TABLE = find_solver("control_variates.table")
HALF = Fraction(1, 2)
numbers = draw.integers(-6, 6)
laws = draw.tuples(*[draw.integers(1, 9)] * 3).map(
    lambda shares: tuple(Fraction(share, sum(shares)) for share in shares)
)


def test_a_table_by_hand():
    """f = (0, 2, 2), g = (0, 0, 4), p = (1/2, 1/4, 1/4): Var f = 1, Var g = 3, Cov = 1."""
    values = {
        "probabilities": (HALF, Fraction(1, 4), Fraction(1, 4)),
        "values": (0, 2, 2),
        "controls": (0, 0, 4),
    }
    answers = solve(TABLE, values)
    assert (answers["variance"], answers["control_variance"], answers["covariance"]) == (1, 3, 1)
    assert answers["best_coefficient"] == Fraction(1, 3)
    assert answers["best_variance"] == Fraction(2, 3)
    assert typed(answers["variance_formula"]) == "1 - 2*c + 3*c^2"
    assert typed(answers["sign_lost_formula"]) == "1 + 2*c + 3*c^2"
    assert typed(answers["covariance_once_formula"]) == "1 - c + 3*c^2"
    assert typed(answers["covariance_forgotten_formula"]) == "1 + 3*c^2"
    assert typed(answers["coefficient_not_squared_formula"]) == "c + 1"


def test_what_a_control_saves_by_hand():
    answers = solve(SAVINGS, {"correlation": Fraction(-3, 5), "draws": 100})
    assert (answers["needed"], answers["removed"], answers["unsquared"]) == (64, 36, 40)
    assert answers["rooted"] == pytest.approx(80)


@examples(15)
@given(
    fractions(Fraction(-99, 100), Fraction(99, 100), max_denominator=100).filter(bool),
    draw.integers(1, 10**6),
)
def test_both_routes_of_the_savings_agree(correlation, draws):
    arguments = {"correlation": correlation, "draws": draws}
    assert verify(SAVINGS, [arguments], [solve(SAVINGS, arguments)]).disagreements == ()


@examples(20)
@given(laws, draw.tuples(*[numbers] * 3), draw.tuples(*[numbers] * 3), numbers)
def test_no_other_coefficient_is_better(law, values, controls, c):
    arguments = {"probabilities": law, "values": values, "controls": controls}
    try:
        answers = solve(TABLE, arguments)
    except SolverFailure:
        return
    rest = [f - c * g for f, g in zip(values, controls, strict=True)]
    mean = sum(p * each for p, each in zip(law, rest, strict=True))
    variance = sum(p * (each - mean) ** 2 for p, each in zip(law, rest, strict=True))
    assert evaluate(answers["variance_formula"], {"c": float(c)}) == pytest.approx(float(variance))
    assert answers["best_variance"] <= variance
    assert verify(TABLE, [arguments], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (TABLE, {"controls": (2, 2, 2)}, "their covariance is 0"),
        (TABLE, {"values": (1, 2)}, "values must have 3 entries"),
        (TABLE, {"probabilities": (1, 1, 1)}, "sum to 1"),
        (SAVINGS, {"correlation": 0}, "correlation must lie between -1 and 1"),
        (SAVINGS, {"correlation": 1}, "correlation must lie between -1 and 1"),
        (SAVINGS, {"draws": 0}, "draws must be positive"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
