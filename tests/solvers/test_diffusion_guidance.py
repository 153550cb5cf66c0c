"""Guidance and the cost of a step against hand-worked numbers."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

GUIDED = find_solver("diffusion_guidance.gaussians")
COST = find_solver("diffusion_guidance.step_cost")
levels = fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=50)
numbers = fractions(min_value=-4, max_value=4, max_denominator=5)
scales = fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_guidance_by_hand():
    """N(1, 1) within N(0, 4), w = 1: the precision is 2 − 1/4, the pull 2 · 1 − 0."""
    answers = solve(GUIDED, GUIDED.examples[0])
    assert answers["precision"] == Fraction(7, 4)
    assert answers["variance"] == Fraction(4, 7)
    assert answers["mean"] == Fraction(8, 7)
    assert answers["score"] == 2 * -2 - Fraction(-3, 4)
    assert answers["beyond"] is True
    assert answers["mean_of_means"] == 2
    assert answers["mean_of_class"] == answers["variance_of_class"] == 1
    assert answers["mean_other_weight"] == answers["variance_other_weight"] == 1
    assert answers["narrower"] is True
    assert answers["deviation"] == pytest.approx((4 / 7) ** 0.5)
    assert answers["score_other_weight"] == -2
    assert answers["score_swapped"] == 2 * Fraction(-3, 4) + 2
    assert answers["score_sign"] == -answers["score"]


@examples(15)
@given(numbers, scales, numbers, scales, scales, numbers)
def test_both_routes_of_guidance_agree(mu, tau, mu_c, tau_c, weight, x):
    assume(tau_c < tau)
    values = {"mu": mu, "tau": tau, "mu_c": mu_c, "tau_c": tau_c, "weight": weight, "x": x}
    answers = solve(GUIDED, values)
    assert answers["beyond"] is (mu != mu_c)
    assert answers["variance"] < tau_c * tau_c
    assert agree(GUIDED, values)


def test_a_cost_by_hand():
    """β = (1/4, 1/3): the ratios are 3 and 1, the laws have the variance 1/6, the factor √3/3."""
    answers = solve(COST, COST.examples[1])
    assert answers["snr_before"] == 3
    assert answers["snr"] == 1
    assert answers["variance"] == Fraction(1, 6)
    assert float(answers["x_0_factor"]) == pytest.approx(3**0.5 / 3)
    assert float(answers["mean_error"]) == pytest.approx(-(3**0.5) / 2)
    assert answers["cost"] == Fraction(9, 4)
    assert answers["not_halved"] == Fraction(9, 2)
    assert answers["of_one_ratio"] == answers["unweighted"] == Fraction(9, 8)
    assert answers["forward_variance"] == Fraction(9, 8)
    assert answers["error_unsquared"] == Fraction(3, 2)
    assert answers["deviation_for_variance"] == pytest.approx(9 / 4 / 6**0.5)


@examples(15)
@given(draw.lists(levels, min_size=2, max_size=5), numbers, draw.data())
def test_both_routes_of_a_cost_agree(betas, error, data):
    assume(error)
    step = data.draw(draw.integers(2, len(betas)))
    assert agree(COST, {"betas": tuple(betas), "t": step, "error": error})


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (GUIDED, {"tau_c": 2}, "tau_c must be below tau"),
        (GUIDED, {"weight": 0}, "weight must be positive"),
        (COST, {"t": 1}, "t must be at least 2"),
        (COST, {"error": 0}, "error must not be 0"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
