"""Log-odds and density ratios of two Gaussians against hand-worked numbers and densities."""

from fractions import Fraction
from math import exp, log, pi, sqrt

import pytest
from hypothesis import assume, given, settings

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

ODDS = find_solver("gan_gaussians.log_odds")
RATIO = find_solver("gan_gaussians.density_ratio")
SLOPES = find_solver("gan_gaussians.slopes")
numbers = fractions(min_value=-3, max_value=3, max_denominator=4)
scales = fractions(min_value=Fraction(1, 2), max_value=3, max_denominator=4)


def density(x, mu, sigma):
    return exp(-(float((x - mu) / sigma) ** 2) / 2) / float(sigma) / sqrt(2 * pi)


def test_slips_in_the_log_odds_of_two_gaussians():
    """N(1, 1/4) against N(0, 4): x²/8 − 2 (x − 1)² + ln 4."""
    values = {"mu_data": 1, "mu_model": 0, "sigma_data": Fraction(1, 2), "sigma_model": 2}
    answers = solve(ODDS, values)
    assert typed(answers["log_odds_formula"]) == "x^2/8 - 2*(x - 1)^2 + ln(4)"
    assert typed(answers["negated_formula"]) == "2*(x - 1)^2 - x^2/8 - ln(4)"
    assert typed(answers["peaks_forgotten_formula"]) == "x^2/8 - 2*(x - 1)^2"
    assert typed(answers["halves_forgotten_formula"]) == "x^2/4 - 4*(x - 1)^2 + ln(4)"


@settings(max_examples=15, deadline=None)
@given(numbers, numbers, scales, scales, numbers)
def test_log_odds_are_the_logarithm_of_the_densities_quotient(
    mu_data, mu_model, sigma_data, sigma_model, x
):
    values = {
        "mu_data": mu_data,
        "mu_model": mu_model,
        "sigma_data": sigma_data,
        "sigma_model": sigma_model,
    }
    answers = solve(ODDS, values)
    quotient = density(x, mu_data, sigma_data) / density(x, mu_model, sigma_model)
    found = evaluate(answers["log_odds_formula"], {"x": float(x)})
    assert found == pytest.approx(log(quotient), abs=1e-9)
    assert verify(ODDS, [values], [answers]).disagreements == ()


def test_a_ratio_by_hand():
    """N(0, 1) against N(2, 1): ln r = 2 − 2x, zero at x = 1."""
    values = {"mu_data": 0, "mu_model": 2, "sigma": 1, "x": Fraction(1, 2), "k": 3}
    answers = solve(RATIO, values)
    assert typed(answers["log_odds_formula"]) == "-2*x + 2"
    assert typed(answers["negated_formula"]) == "2*x - 2"
    assert (answers["undecided"], answers["means_added"]) == (1, 2)
    assert (answers["log_ratio"], answers["log_ratio_negated"]) == (1, -1)
    assert answers["ratio"] == pytest.approx(exp(1))
    assert answers["unequal_log_odds"] == pytest.approx(1 + log(3))
    assert answers["share_subtracted"] == pytest.approx(1 - log(3))
    assert answers["halves_forgotten"] == 2
    assert answers["discriminator"] == pytest.approx(1 / (1 + exp(-1)))


def test_the_ratio_is_written_as_one_fraction():
    """(2 · 5 x/9 − 5/9 · …): N(3, 9) against N(−2, 9) has ln r = 5 (x − 1/2)/9."""
    values = {"mu_data": 3, "mu_model": -2, "sigma": 3, "x": 1, "k": 2}
    assert typed(solve(RATIO, values)["log_odds_formula"]) == "(10*x - 5)/18"


@examples(15)
@given(numbers, numbers, scales.filter(lambda s: s >= 1), numbers, scales)
def test_the_ratio_is_that_of_the_densities(mu_data, mu_model, sigma, x, k):
    if mu_data == mu_model:
        return
    values = {"mu_data": mu_data, "mu_model": mu_model, "sigma": sigma, "x": x, "k": k}
    answers = solve(RATIO, values)
    quotient = density(x, mu_data, sigma) / density(x, mu_model, sigma)
    assert answers["ratio"] == pytest.approx(quotient, rel=1e-9)
    formula = evaluate(answers["log_odds_formula"], {"x": float(x)})
    assert formula == pytest.approx(log(quotient), abs=1e-9)
    # The second route's output is a probability, which says little of odds far from even.
    assume(abs(log(quotient)) < 8)
    assert verify(RATIO, [values], [answers]).disagreements == ()


@settings(max_examples=15, deadline=None)
@given(numbers, numbers, scales)
def test_both_routes_of_the_slopes_agree(mu_data, mu_model, sigma):
    if mu_data == mu_model:
        return
    values = {"mu_data": mu_data, "mu_model": mu_model, "sigma": sigma}
    answers = solve(SLOPES, values)
    assert answers["distance"] == abs(mu_data - mu_model)
    assert verify(SLOPES, [values], [answers]).disagreements == ()


def test_a_discriminator_can_be_the_steeper_one():
    """Means 1/10 apart with deviations of 1/10: D' = 0.235 · 10."""
    narrow = {"mu_data": Fraction(1, 10), "mu_model": 0, "sigma": Fraction(1, 10)}
    assert solve(SLOPES, narrow)["critic_is_steeper"] is False
    assert solve(SLOPES, SLOPES.examples[0])["critic_is_steeper"] is True


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (ODDS, {"sigma_data": 0}, "sigma_data must be positive"),
        (RATIO, {"mu_model": 0}, "mu_data and mu_model must differ"),
        (RATIO, {"k": 0}, "k must be positive"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
