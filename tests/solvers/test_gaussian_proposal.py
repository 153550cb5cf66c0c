"""Weights of a Gaussian proposal against hand-worked numbers and a plain sum."""

from fractions import Fraction
from math import exp, log, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

WEIGHTS = find_solver("gaussian_proposal.weights")


def test_a_wide_proposal_by_hand():
    """t = 4, variance 5: 5/√9 = 5/3; three dimensions: 125/27."""
    answers = solve(WEIGHTS, {"t": 4, "dimensions": 3, "draws": 250})
    assert answers["mean_squared_weight"] == pytest.approx(5 / 3)
    assert answers["weight_variance"] == pytest.approx(2 / 3)
    assert answers["effective_share"] == pytest.approx(3 / 5)
    assert answers["product_mean_squared_weight"] == pytest.approx(125 / 27)
    assert answers["effective_draws"] == pytest.approx(54)
    assert answers["draws_in_one_dimension"] == pytest.approx(150)
    assert answers["draws_over_dimensions"] == pytest.approx(50)
    assert typed(answers["mean_squared_weight_formula"]) == "(1 + t)/sqrt(1 + 2*t)"
    assert typed(answers["exponents_added_formula"]) == "(1 + t)/sqrt(3 + 2*t)"
    # The largest weight is √5; E_p w² = 5 √(5/13).
    assert evaluate(answers["peak_formula"], {"t": 4}) == pytest.approx(sqrt(5))
    assert evaluate(answers["under_target_formula"], {"t": 4}) == pytest.approx(5 * sqrt(5 / 13))


@examples(15)
@given(fractions(Fraction(1, 10), 5, max_denominator=10), draw.integers(1, 4))
def test_a_plain_sum_gives_the_mean_square(t, dimensions):
    values = {"t": t, "dimensions": dimensions, "draws": 100}
    answers = solve(WEIGHTS, values)
    v = float(1 + t)

    def integrand(x):
        return exp(-x * x + x * x / (2 * v) + log(2 * pi * v) / 2) / (2 * pi)

    total = sum(integrand(index / 50) for index in range(-4000, 4001)) / 50
    assert answers["mean_squared_weight"] == pytest.approx(total, rel=1e-6)
    formula = evaluate(answers["mean_squared_weight_formula"], {"t": v - 1})
    assert formula == pytest.approx(answers["mean_squared_weight"])
    assert verify(WEIGHTS, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"t": 0}, "t must be positive"),
        ({"dimensions": 0}, "dimensions must be a whole number"),
        ({"draws": Fraction(1, 2)}, "draws must be a whole number"),
        ({"t": 100, "dimensions": 1000}, "too large for so many dimensions"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(WEIGHTS, {**WEIGHTS.examples[0], **changed})
