"""Gaussian laws in one dimension against hand-worked numbers and SymPy's integrals."""

from fractions import Fraction
from math import exp, log, pi, sqrt

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

DENSITY = find_solver("gaussian.density")
ENTROPY = find_solver("gaussian.entropy")
KL = find_solver("gaussian.kl")
means = draw.integers(-6, 6) | draw.fractions(-6, 6, max_denominator=8)
deviations = draw.fractions(Fraction(1, 10), 10, max_denominator=10)


def test_a_density_by_hand():
    """One standard deviation of 2 above the mean: exp(−1/2) / (2 sqrt(2 pi))."""
    answers = solve(DENSITY, {"x": 3, "mu": 1, "sigma": 2})
    assert answers["density"] == pytest.approx(0.12098536225957168)
    assert answers["log_density"] == pytest.approx(log(0.12098536225957168))
    assert (answers["standard_score"], answers["score"]) == (1, Fraction(-1, 2))
    assert answers["unnormalised"] == pytest.approx(exp(-0.5))
    assert answers["without_half"] == pytest.approx(exp(-1) / (2 * sqrt(2 * pi)))
    assert answers["unrooted"] == pytest.approx(exp(-0.5) / (8 * pi))
    assert answers["without_scale"] == pytest.approx(exp(-0.5) / sqrt(2 * pi))
    assert answers["deviation_in_exponent"] == pytest.approx(exp(-1) / (2 * sqrt(2 * pi)))
    assert (answers["score_negated"], answers["score_over_deviation"]) == (Fraction(1, 2), -1)
    assert typed(answers["score_formula"]) == "(-x + 1)/4"
    assert typed(answers["score_over_deviation_formula"]) == "(-x + 1)/2"
    assert typed(answers["exponent_formula"]) == "-(x - 1)^2/8"
    assert typed(answers["exponent_without_half_formula"]) == "-(x - 1)^2/4"
    assert typed(answers["exponent_over_deviation_formula"]) == "-(x - 1)^2/4"


def test_the_density_far_out_keeps_its_logarithm():
    values = {"x": 90, "mu": 0, "sigma": 1}
    answers = solve(DENSITY, values)
    assert answers["density"] == 0
    assert answers["log_density"] == pytest.approx(-4050 - log(2 * pi) / 2)
    assert verify(DENSITY, [values], [answers]).disagreements == ()


@settings(max_examples=12, deadline=None)
@given(draw.lists(draw.tuples(means, means, deviations), min_size=1, max_size=20))
def test_both_routes_of_the_density_agree(batch):
    named = [dict(zip(("x", "mu", "sigma"), each, strict=True)) for each in batch]
    assert verify(DENSITY, named, [solve(DENSITY, each) for each in named]).disagreements == ()


def test_the_entropy_is_that_of_sympy():
    x = sympy.Symbol("x", real=True)
    bell = sympy.exp(-(x**2) / 18) / sympy.sqrt(18 * sympy.pi)
    surprise = x**2 / 18 + sympy.log(18 * sympy.pi) / 2
    expected = float(sympy.integrate(bell * surprise, (x, -sympy.oo, sympy.oo)))
    answers = solve(ENTROPY, {"sigma": 3})
    assert answers["entropy"] == pytest.approx(expected)
    assert answers["entropy_in_bits"] == pytest.approx(expected / log(2))
    assert answers["without_e"] == pytest.approx(expected - 0.5)
    assert answers["without_half"] == pytest.approx(2 * expected)
    assert answers["deviation_for_variance"] == pytest.approx(log(2 * pi * exp(1) * 3) / 2)
    assert answers["without_two_pi"] == pytest.approx(0.5 + log(3))
    assert answers["negated"] == -answers["entropy"]


def test_a_narrow_law_has_negative_entropy():
    """The entropy is 0 at sigma = 1 / sqrt(2 pi e), about 0.242."""
    assert solve(ENTROPY, {"sigma": Fraction(24, 100)})["is_negative"] is True
    assert solve(ENTROPY, {"sigma": Fraction(25, 100)})["is_negative"] is False


def test_a_divergence_by_hand():
    """KL(N(1, 4) ‖ N(0, 1)) = (4 + 1 − 1) / 2 − ln 2."""
    answers = solve(KL, {"mu_1": 1, "sigma_1": 2, "mu_2": 0, "sigma_2": 1})
    assert answers["kl"] == pytest.approx(2 - log(2))
    assert answers["kl_in_bits"] == pytest.approx(2 / log(2) - 1)
    assert answers["kl_reversed"] == pytest.approx(log(2) + 2 / 8 - 0.5)
    assert answers["kl_larger_than_reversed"] is True
    assert (answers["slope_in_mu_1"], answers["slope_in_sigma_1"]) == (1, Fraction(3, 2))
    assert answers["without_log"] == 2
    assert answers["without_constant"] == pytest.approx(2.5 - log(2))
    assert answers["without_half"] == pytest.approx(4 - 2 * log(2))
    assert answers["means_only"] == Fraction(1, 2)
    assert answers["log_negated"] == pytest.approx(2 + log(2))
    assert answers["deviations_for_variances"] == pytest.approx((2 + 1 - 1 - log(2)) / 2)
    assert answers["mean_distance_unsquared"] == pytest.approx(2 - log(2))
    assert answers["wrong_denominator"] == pytest.approx(5 / 8 - 0.5 - log(2))


@settings(max_examples=15, deadline=None)
@given(means, deviations, means, deviations)
def test_the_divergence_and_its_formulas(mu_1, sigma_1, mu_2, sigma_2):
    values = {"mu_1": mu_1, "sigma_1": sigma_1, "mu_2": mu_2, "sigma_2": sigma_2}
    answers = solve(KL, values)
    point = {name: float(value) for name, value in values.items()}
    for formula, number in [
        ("kl_formula", "kl"),
        ("derivative_in_mu_1", "slope_in_mu_1"),
        ("derivative_in_sigma_1", "slope_in_sigma_1"),
        ("swapped_formula", "kl_reversed"),
        ("without_log_formula", "without_log"),
        ("without_constant_formula", "without_constant"),
    ]:
        assert evaluate(answers[formula], point) == pytest.approx(
            float(answers[number]), rel=1e-9, abs=1e-9
        )
    assert answers["kl"] >= -1e-12
    assert verify(KL, [values], [answers]).disagreements == ()


def test_equal_deviations_make_the_divergence_symmetric():
    values = {"mu_1": 3, "sigma_1": Fraction(1, 3), "mu_2": -1, "sigma_2": Fraction(1, 3)}
    answers = solve(KL, values)
    assert answers["kl"] == answers["kl_reversed"] == 72
    assert answers["kl_larger_than_reversed"] is False


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (DENSITY, {"sigma": 0}, "sigma must be positive"),
        (DENSITY, {"x": 0.5}, "x must be an exact number"),
        (ENTROPY, {"sigma": -1}, "sigma must be positive"),
        (KL, {"sigma_2": 0}, "sigma_2 must be positive"),
        (KL, {"mu_1": (1,)}, "mu_1 must be an exact number"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
