"""Discriminators and generator losses against hand-worked numbers and brute force."""

from fractions import Fraction
from math import exp, log, pi, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

TABLES = find_solver("gan.discriminator")
GAUSSIAN = find_solver("gan.gaussian_discriminator")
LOSS = find_solver("gan.generator_loss")
numbers = draw.fractions(min_value=-3, max_value=3, max_denominator=4)
scales = draw.fractions(min_value=Fraction(1, 4), max_value=3, max_denominator=4)


def test_tables_by_hand():
    """p = (3/4, 1/4), q = (1/4, 3/4): D* = (3/4, 1/4), V = 2 (3/4 ln 3/4 + 1/4 ln 1/4)."""
    values = {
        "p_data": (Fraction(3, 4), Fraction(1, 4)),
        "p_model": (Fraction(1, 4), Fraction(3, 4)),
    }
    answers = solve(TABLES, values)
    value = 1.5 * log(0.75) + 0.5 * log(0.25)
    assert answers["best_discriminator"] == (Fraction(3, 4), Fraction(1, 4))
    assert answers["value"] == pytest.approx(value)
    assert answers["jensen_shannon"] == pytest.approx((value + log(4)) / 2)
    assert answers["thresholded"] == (1, 0)
    assert answers["difference"] == (Fraction(3, 4), Fraction(1, 4))
    assert answers["factor_forgotten"] == pytest.approx((value + log(4)) / 2 - log(4))
    assert answers["cross_entropy"] == pytest.approx(-value / 2)


def test_equal_laws_and_disjoint_ones():
    law = (Fraction(1, 3), Fraction(2, 3))
    equal = solve(TABLES, {"p_data": law, "p_model": law})
    assert equal["best_discriminator"] == (Fraction(1, 2), Fraction(1, 2))
    assert equal["value"] == pytest.approx(-log(4))
    assert (equal["jensen_shannon"], equal["generator_is_best"]) == (0, True)
    apart = solve(TABLES, {"p_data": (1, 0), "p_model": (0, 1)})
    assert apart["best_discriminator"] == (1, 0)
    assert (apart["value"], apart["disjoint"]) == (0, True)
    assert apart["jensen_shannon"] == pytest.approx(log(2))


@settings(max_examples=20, deadline=None)
@given(draw.lists(draw.tuples(draw.integers(0, 9), draw.integers(0, 9)), min_size=1, max_size=4))
def test_no_other_discriminator_wins_more(rows):
    rows = [*(row for row in rows if any(row)), (1, 2)]
    data, model = (tuple(Fraction(v, sum(c)) for v in c) for c in zip(*rows, strict=True))
    answers = solve(TABLES, {"p_data": data, "p_model": model})

    def payoff(outputs):
        return sum(
            (p * log(d) if p else 0) + (q * log(1 - d) if q else 0)
            for p, q, d in zip(data, model, outputs, strict=True)
        )

    best = answers["best_discriminator"]
    assert payoff(best) == pytest.approx(answers["value"], abs=1e-12)
    for index, output in enumerate(best):
        for other in (float(output) * 0.99 + 0.001, float(output) * 0.99 + 0.009):
            changed = [*best[:index], other, *best[index + 1 :]]
            assert payoff(changed) <= answers["value"] + 1e-9
    assert answers["value"] == pytest.approx(2 * answers["jensen_shannon"] - log(4))
    values = {"p_data": data, "p_model": model}
    assert verify(TABLES, [values], [answers]).disagreements == ()


def test_two_gaussians_by_hand():
    """N(0, 1) against N(2, 1): the log-odds are 2 − 2x."""
    values = {"mu_data": 0, "mu_model": 2, "sigma_data": 1, "sigma_model": 1}
    answers = solve(GAUSSIAN, {**values, "x": Fraction(1, 2)})
    assert answers["log_odds"] == pytest.approx(1)
    assert answers["discriminator"] == pytest.approx(1 / (1 + exp(-1)))
    assert answers["swapped"] == pytest.approx(1 / (1 + exp(1)))
    assert answers["halves_forgotten"] == pytest.approx(1 / (1 + exp(-2)))
    assert typed(answers["log_odds_formula"]) == "(x - 2)^2/2 - x^2/2"
    assert solve(GAUSSIAN, {**values, "x": 1})["discriminator"] == 0.5


def test_slips_in_the_log_odds_of_two_gaussians():
    """N(1, 1/4) against N(0, 4): x²/8 − 2 (x − 1)² + ln 4."""
    values = {"mu_data": 1, "mu_model": 0, "sigma_data": Fraction(1, 2), "sigma_model": 2, "x": 3}
    answers = solve(GAUSSIAN, values)
    assert typed(answers["log_odds_formula"]) == "x^2/8 - 2*(x - 1)^2 + ln(4)"
    assert typed(answers["peaks_forgotten_formula"]) == "x^2/8 - 2*(x - 1)^2"
    assert typed(answers["halves_forgotten_formula"]) == "x^2/4 - 4*(x - 1)^2 + ln(4)"


@settings(max_examples=15, deadline=None)
@given(numbers, numbers, scales, scales, numbers)
def test_densities_give_the_gaussian_discriminator(mu_data, mu_model, sigma_data, sigma_model, x):
    values = {
        "mu_data": mu_data,
        "mu_model": mu_model,
        "sigma_data": sigma_data,
        "sigma_model": sigma_model,
        "x": x,
    }
    answers = solve(GAUSSIAN, values)

    def density(mu, sigma):
        return exp(-(float((x - mu) / sigma) ** 2) / 2) / float(sigma) / sqrt(2 * pi)

    real, made = density(mu_data, sigma_data), density(mu_model, sigma_model)
    if real + made > 1e-200:
        assert answers["discriminator"] == pytest.approx(real / (real + made))
    for formula, number in (
        ("discriminator_formula", "discriminator"),
        ("log_odds_formula", "log_odds"),
        ("swapped_formula", "swapped"),
    ):
        assert evaluate(answers[formula], {"x": float(x)}) == pytest.approx(
            answers[number], abs=1e-12
        )
    assert verify(GAUSSIAN, [values], [answers]).disagreements == ()


def test_losses_by_hand():
    """d = 1/10: the saturating slope is −1/10, the non-saturating one −9/10."""
    answers = solve(LOSS, {"d": Fraction(1, 10)})
    assert answers["logit"] == pytest.approx(-log(9))
    assert answers["saturating"] == pytest.approx(log(0.9))
    assert answers["non_saturating"] == pytest.approx(log(10))
    assert answers["saturating_slope"] == Fraction(-1, 10)
    assert answers["non_saturating_slope"] == Fraction(-9, 10)
    assert answers["saturating_slope_in_d"] == Fraction(-10, 9)
    assert answers["non_saturating_slope_in_d"] == -10
    assert answers["sigmoid_slope"] == Fraction(9, 100)
    assert answers["non_saturating_is_steeper"] is True
    assert solve(LOSS, {"d": Fraction(1, 2)})["non_saturating_is_steeper"] is False


@settings(max_examples=15, deadline=None)
@given(draw.fractions(min_value=Fraction(1, 1000), max_value=Fraction(999, 1000)))
def test_slopes_by_finite_differences(d):
    answers = solve(LOSS, {"d": d})
    a, step = answers["logit"], 1e-5
    for loss in ("saturating", "non_saturating"):
        formula = answers[f"{loss}_formula"]
        assert evaluate(formula, {"a": a}) == pytest.approx(answers[loss], rel=1e-9)
        above, below = (evaluate(formula, {"a": a + side}) for side in (step, -step))
        slope = float(answers[f"{loss}_slope"])
        assert (above - below) / (2 * step) == pytest.approx(slope, abs=1e-8)
        written = evaluate(answers[f"{loss}_slope_formula"], {"a": a})
        assert written == pytest.approx(slope, abs=1e-12)
    assert verify(LOSS, [{"d": d}], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (TABLES, {"p_data": (1, 0), "p_model": (1, 0)}, "must not both be 0"),
        (TABLES, {"p_data": (1, 1), "p_model": (1, 0)}, "p_data must be probabilities"),
        (TABLES, {"p_data": (1,), "p_model": (1, 0)}, "p_model must have 1 entries"),
        (LOSS, {"d": 1}, "d must lie between 0 and 1"),
        (
            GAUSSIAN,
            {"mu_data": 0, "mu_model": 1, "sigma_data": 0, "sigma_model": 1, "x": 0},
            "sigma_data must be positive",
        ),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
