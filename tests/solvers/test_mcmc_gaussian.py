"""Chains with Gaussian targets, against hand-worked numbers and balance."""

from fractions import Fraction
from math import exp, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

GIBBS = find_solver("mcmc_gaussian.gibbs_pair")
LANGEVIN = find_solver("mcmc_gaussian.langevin")
ACCEPTANCE = find_solver("mcmc_gaussian.langevin_acceptance")
LEAPFROG = find_solver("mcmc_hamiltonian.leapfrog")
HALF = Fraction(1, 2)
numbers = fractions(min_value=-3, max_value=3, max_denominator=4)
scales = fractions(min_value=HALF, max_value=3, max_denominator=4)
steps = fractions(min_value=Fraction(1, 8), max_value=Fraction(7, 8), max_denominator=8)
correlations = fractions(
    min_value=Fraction(-9, 10), max_value=Fraction(9, 10), max_denominator=10
).filter(bool)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_gibbs_sampling_of_a_pair_by_hand():
    """rho = 1/2: the factor of a sweep is 1/4, the squared factor of two sweeps 1/256."""
    answers = solve(GIBBS, {"rho": HALF, "start": 8, "sweeps": 2})
    assert answers["conditional_variance"] == Fraction(3, 4)
    assert answers["first_mean"] == 4
    assert answers["mean"] == HALF
    assert answers["variance"] == 1 - Fraction(1, 256)
    assert answers["time"] == Fraction(5, 3)
    assert answers["variance_missing"] == Fraction(1, 256)
    assert answers["mean_unsquared"] == 2
    assert answers["variance_one_sweep"] == Fraction(15, 16)
    assert answers["variance_unsquared"] == Fraction(15, 16)
    assert answers["variance_linear"] == Fraction(3, 4)
    assert answers["conditional_deviation"] == pytest.approx(sqrt(0.75))
    assert answers["conditional_unsquared"] == HALF
    assert answers["time_one_sided"] == Fraction(4, 3)
    assert answers["time_unsquared"] == 3


@examples(20)
@given(correlations, numbers, draw.integers(1, 6))
def test_both_routes_of_the_pair_agree(rho, start, sweeps):
    values = {"rho": rho, "start": start, "sweeps": sweeps}
    assert agree(GIBBS, values)
    total = 1 + 2 * sum(float(rho) ** (2 * lag) for lag in range(1, 2000))
    assert float(solve(GIBBS, values)["time"]) == pytest.approx(total)


def test_langevin_steps_by_hand():
    """sigma = 1, h = 2/3: the factor is 2/3, and v = 4/9 v + 2/3 for v = 6/5."""
    answers = solve(LANGEVIN, {"sigma": 1})
    assert evaluate(answers["variance_formula"], {"h": 2 / 3}) == pytest.approx(1.2)
    # With the factor 1/3: v = v/9 + 2/3.
    assert evaluate(answers["half_forgotten_formula"], {"h": 2 / 3}) == pytest.approx(0.75)
    assert evaluate(answers["first_order_formula"], {"h": 2 / 3}) == pytest.approx(7 / 6)
    assert evaluate(answers["noise_unrooted_formula"], {"h": 2 / 3}) == pytest.approx(0.8)


@examples(20)
@given(scales, steps)
def test_the_chain_settles_in_the_variance(sigma, step):
    values = {"sigma": sigma}
    assert agree(LANGEVIN, values)
    size = float(step * sigma**2)
    variance, factor = 0.0, 1 - size / (2 * float(sigma) ** 2)
    for _ in range(2000):
        variance = factor**2 * variance + size
    settled = evaluate(solve(LANGEVIN, values)["variance_formula"], {"h": size})
    assert variance == pytest.approx(settled)


def test_a_langevin_proposal_by_hand():
    """sigma = 1, h = 2 forgets x: both proposals are N(0, 2), so r = exp(−3/2 + 3/4)."""
    answers = solve(ACCEPTANCE, {"x": 1, "y": 2, "sigma": 1, "step": 2})
    assert answers["log_ratio"] == Fraction(-3, 4)
    ratio = exp(-0.75)
    assert answers["acceptance"] == pytest.approx(ratio)
    assert answers["proposal_ignored"] == pytest.approx(exp(-1.5))
    assert answers["proposal_inverted"] == pytest.approx(exp(-2.25))
    assert answers["target_ignored"] == 1
    assert answers["barker"] == pytest.approx(ratio / (1 + ratio))


@settings(max_examples=20, deadline=None)
@given(numbers, numbers, scales, steps)
def test_one_direction_of_a_langevin_move_is_accepted_without_fail(x, y, sigma, step):
    values = {"x": x, "y": y, "sigma": sigma, "step": step}
    assert agree(ACCEPTANCE, values)
    there = solve(ACCEPTANCE, values)
    back = solve(ACCEPTANCE, {**values, "x": y, "y": x})
    assert there["log_ratio"] == -back["log_ratio"]
    assert max(there["acceptance"], back["acceptance"]) == 1


def test_a_leapfrog_step_by_hand():
    """q = 2, p = 1, k = 1, ε = 1: p = 0, q = 2, p = −1; the energy is kept."""
    answers = solve(LEAPFROG, {"q": 2, "p": 1, "step": 1, "stiffness": 1})
    assert (answers["half_momentum"], answers["position"], answers["momentum"]) == (0, 2, -1)
    assert (answers["energy_before"], answers["energy_error"]) == (Fraction(5, 2), 0)
    assert answers["acceptance"] == 1
    other = solve(LEAPFROG, {"q": 2, "p": 2, "step": 1, "stiffness": 1})
    # p = 1, q = 3, p = −1/2: H goes from 4 to 9/2 + 1/8.
    assert (other["half_momentum"], other["position"], other["momentum"]) == (1, 3, -HALF)
    assert (other["energy_after"], other["energy_error"]) == (Fraction(37, 8), Fraction(5, 8))
    assert other["acceptance"] == pytest.approx(exp(-0.625))
    assert (other["half_momentum_sign"], other["half_momentum_whole"]) == (3, 0)
    assert (other["position_euler"], other["position_whole"]) == (4, 2)
    assert (other["momentum_old_force"], other["momentum_not_finished"]) == (0, 1)
    assert other["potential_only"] == pytest.approx(exp(-2.5))
    assert other["acceptance_sign"] == 1
    assert other["error_as_probability"] == Fraction(3, 8)


@examples(20)
@given(numbers, numbers, steps, scales, draw.integers(1, 5))
def test_leapfrog_steps_can_be_run_back(q, p, step, stiffness, count):
    values = {"q": q, "p": p, "step": step, "stiffness": stiffness, "steps": count}
    assert agree(LEAPFROG, values)
    there = solve(LEAPFROG, values)
    back = solve(LEAPFROG, {**values, "q": there["position"], "p": -there["momentum"]})
    assert (back["position"], -back["momentum"]) == (q, p)
    assert back["energy_error"] == -there["energy_error"]


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (GIBBS, {"rho": 1}, "rho must lie between"),
        (GIBBS, {"rho": 0}, "must not be 0"),
        (GIBBS, {"sweeps": 0}, "sweeps must be a whole number"),
        (LANGEVIN, {"sigma": 0}, "sigma must be positive"),
        (ACCEPTANCE, {"step": 0}, "step must be positive"),
        (ACCEPTANCE, {"y": 99}, "between -300 and 300"),
        (LEAPFROG, {"step": -1}, "step must be positive"),
        (LEAPFROG, {"stiffness": 0}, "stiffness must be positive"),
        (LEAPFROG, {"q": 99}, "energies must be at most"),
        (LEAPFROG, {"steps": 21}, "steps must be a whole number"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
