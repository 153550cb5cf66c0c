"""Guidance by a measurement and by replacement, against hand-worked numbers and sampling."""

from fractions import Fraction

import pytest
import torch
from hypothesis import assume, given

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

LINEAR = find_solver("inverse_guidance.linear")
REPLACEMENT = find_solver("inverse_guidance.replacement")
numbers = fractions(min_value=-4, max_value=4, max_denominator=4)
scales = fractions(min_value=Fraction(1, 2), max_value=4, max_denominator=4)
correlations = fractions(min_value=Fraction(-9, 10), max_value=Fraction(9, 10), max_denominator=10)


@pytest.mark.parametrize("known", [LINEAR, REPLACEMENT], ids=lambda known: known.name)
def test_the_second_route_proves_the_mistakes(known):
    assert unproved_mistakes(known) == []


def test_guidance_by_hand():
    """N(1, 4), σ = 1, y = 2 x_0 + η with variance 1, x = 3, y = 5: x̂ = 13/5 and v = 4/5."""
    answers = solve(LINEAR, LINEAR.examples[0])
    gap = 5 - Fraction(26, 5)
    assert answers["denoised"] == Fraction(13, 5)
    assert answers["spread"] == Fraction(4, 5)
    assert answers["plug_in_guidance"] == Fraction(8, 5) * gap
    assert answers["ratio"] == Fraction(21, 5)
    assert answers["exact_guidance"] == Fraction(8, 5) * gap / Fraction(21, 5)
    assert answers["without_chain"] == 2 * gap
    assert answers["not_denoised"] == -2
    assert answers["noise_for_spread"] == Fraction(8, 5) * gap / 5
    assert answers["prior_for_spread"] == Fraction(8, 5) * gap / 17
    assert answers["denoised_swapped"] == Fraction(7, 5)
    assert answers["prior_variance"] == 5
    assert answers["exact_variance"] == 5 - Fraction(64, 17)
    assert answers["plug_in_variance"] == 1 / (Fraction(1, 5) + Fraction(64, 25))


@examples(15)
@given(numbers, scales, scales, scales, scales, numbers, numbers)
def test_the_plug_in_is_too_confident(mu, tau, sigma, a, s, x, y):
    values = {"mu": mu, "tau": tau, "sigma": sigma, "a": a, "s": s, "x": x, "y": y}
    answers = solve(LINEAR, values)
    assert answers["ratio"] > 1
    assert answers["plug_in_variance"] < answers["exact_variance"] < answers["prior_variance"]
    assert verify(LINEAR, [values], [answers]).disagreements == ()


def test_the_exact_moments_by_sampling():
    """x given y near 5, from four million draws."""
    generator = torch.Generator().manual_seed(4)
    noise = torch.randn(3, 4_000_000, generator=generator, dtype=torch.float64)
    clean = 1 + 2 * noise[0]
    x, y = clean + noise[1], 2 * clean + noise[2]
    near = x[(y - 5).abs() < 0.05]
    answers = solve(LINEAR, LINEAR.examples[0])
    assert float(near.mean()) == pytest.approx(float(answers["exact_mean"]), abs=0.03)
    assert float(near.var()) == pytest.approx(float(answers["exact_variance"]), rel=0.04)


def test_replacement_by_hand():
    """ρ = 4/5, σ = 1, y = 2, z = (3, 0): 8/5 − 9/25 / (34/25) · 8/5, and 4/5 · 3 / (4 − 16/25)."""
    answers = solve(REPLACEMENT, REPLACEMENT.examples[0])
    assert answers["right"] == Fraction(8, 5) - Fraction(9, 34) * Fraction(8, 5)
    assert answers["replaced"] == Fraction(12, 5) / Fraction(84, 25)
    assert answers["clean_as_noisy"] == Fraction(8, 5) / Fraction(84, 25)
    assert answers["unconditional"] == 0
    assert answers["noise_ignored"] == Fraction(8, 5)


@examples(15)
@given(correlations, scales, numbers, numbers)
def test_replacement_discounts_the_known_pixel(rho, sigma, y, z_2):
    assume(rho * y != 0)
    values = {"rho": rho, "sigma": sigma, "y": y, "z_1": y, "z_2": z_2}
    answers = solve(REPLACEMENT, values)
    unknown = solve(REPLACEMENT, {**values, "y": 0, "z_1": 0})
    weight, discounted = (answers[name] - unknown[name] for name in ("right", "replaced"))
    assert abs(discounted) < abs(weight)
    assert verify(REPLACEMENT, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (LINEAR, {"s": 0}, "s must be positive"),
        (LINEAR, {"y": "5"}, "y must be an exact number"),
        (REPLACEMENT, {"rho": 1}, "rho must lie between -1 and 1"),
        (REPLACEMENT, {"sigma": 0}, "sigma must be positive"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
