"""Diffusions run both ways and the losses of score matching, by hand and by simulation."""

from fractions import Fraction
from math import exp

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.solvers.proved_mistakes import unproved_mistakes

GAP = find_solver("score_matching.gaussian_gap")
LINEAR = find_solver("sde.linear")
FAMILY = find_solver("sde.family")
numbers = fractions(min_value=-4, max_value=4, max_denominator=4)
scales = fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)
equations = draw.fixed_dictionaries(
    {
        "m": numbers,
        "v": scales,
        "a": scales,
        "g": scales,
        "t": draw.fractions(Fraction(1, 10), 1),
        "x": numbers,
    }
)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


@pytest.mark.parametrize("known", [GAP, LINEAR, FAMILY], ids=lambda known: known.name)
def test_the_second_route_proves_the_mistakes(known):
    assert unproved_mistakes(known) == []


def test_a_gap_by_hand():
    """N(0, 4) and noise of variance 1, spread 4: 5 (1/5 − 1/4)², and 5/16 − 1/2 + 1."""
    answers = solve(GAP, GAP.examples[0])
    assert answers["explicit"] == Fraction(1, 80)
    assert answers["denoising"] == Fraction(13, 16)
    assert answers["constant"] == 1 - Fraction(1, 5)
    assert answers["explicit_of_data"] == 0
    assert answers["explicit_sign"] == 5 * Fraction(81, 400)
    assert answers["explicit_at_one"] == Fraction(1, 400)
    assert answers["independent"] == Fraction(21, 16)


@settings(max_examples=15, deadline=None)
@given(scales, scales, scales, scales)
def test_the_gap_does_not_depend_on_the_model(tau, sigma, spread, other):
    values = {"tau": tau, "sigma": sigma, "spread": spread}
    constant = solve(GAP, {**values, "spread": other})["constant"]
    assert solve(GAP, values)["constant"] == constant
    assert agree(GAP, values)


def test_a_linear_equation_by_hand():
    """v = 4, a = 1, g = 2, t = 1/2: the variance 2 + 2/e, the mean 2 e^{−1/2}."""
    answers = solve(LINEAR, LINEAR.examples[0])
    variance, mean = 2 + 2 / exp(1), 2 * exp(-0.5)
    score = -(3 - mean) / variance
    assert answers["variance"] == pytest.approx(variance)
    assert answers["score"] == pytest.approx(score)
    assert answers["reverse_drift"] == pytest.approx(-3 - 4 * score)
    assert answers["flow_drift"] == pytest.approx(-3 - 2 * score)
    assert answers["variance_without_noise"] == pytest.approx(4 / exp(1))
    assert answers["variance_added"] == 6
    assert answers["data_score"] == -3 + 4 * Fraction(1, 4)


@settings(max_examples=2)
@given(draw.lists(equations, min_size=15, max_size=15))
def test_both_routes_of_a_linear_equation_agree(batch):
    answers = [solve(LINEAR, values) for values in batch]
    assert verify(LINEAR, batch, answers).disagreements == ()


@pytest.mark.parametrize("lam", [Fraction(1, 2), Fraction(3, 2)])
def test_sampling_backwards_with_other_noise_keeps_the_variance(lam):
    """From N(0, 1 + 1) back to N(0, 1), where g = 1 and there is no drift forwards."""
    share = float(solve(FAMILY, {"lam": lam})["share"])
    generator = torch.Generator().manual_seed(2)
    x = 2**0.5 * torch.randn(20_000, generator=generator, dtype=torch.float64)
    steps = 400
    for number in range(steps):
        noise = torch.randn(x.shape, generator=generator, dtype=torch.float64)
        variance = 2 - number / steps
        x = x - share * x / variance / steps + float(lam) * noise / steps**0.5
    assert float(x.var()) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (GAP, {"spread": 0}, "spread must be positive"),
        (LINEAR, {"v": 0}, "v must be positive"),
        (LINEAR, {"x": "2"}, "x must be an exact number"),
        (FAMILY, {"lam": -1}, "lam must not be below zero"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
