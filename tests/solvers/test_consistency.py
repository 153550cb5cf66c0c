"""Consistency models on Gaussian data against hand-worked numbers and sampling."""

from fractions import Fraction
from math import sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.solvers.proved_mistakes import unproved_mistakes

FUNCTION = find_solver("consistency.function")
DISTILLATION = find_solver("consistency.distillation")
PAIRS = find_solver("consistency.pairs")
ROUNDS = find_solver("consistency_rounds.denoiser")
numbers = fractions(min_value=-4, max_value=4, max_denominator=4)
scales = fractions(min_value=Fraction(1, 2), max_value=6, max_denominator=4)
targets = draw.builds(
    lambda mu, tau, levels, x: {
        "mu": mu,
        "tau": tau,
        "high": max(levels),
        "low": min(levels),
        "x": x,
    },
    numbers,
    scales,
    draw.lists(scales, min_size=2, max_size=2, unique=True),
    numbers,
)


def disagreements(known, batch):
    return verify(known, batch, [solve(known, values) for values in batch]).disagreements


@pytest.mark.parametrize("known", [FUNCTION, DISTILLATION, ROUNDS], ids=lambda known: known.name)
def test_the_second_route_proves_the_mistakes(known):
    assert unproved_mistakes(known) == []


def test_a_function_by_hand():
    """N(2, 9), stopped at 1: at σ = 4 the root of 10 over 25."""
    answers = solve(FUNCTION, FUNCTION.examples[0])
    point = {"x": 7, "sigma": 4}
    assert evaluate(answers["function_formula"], point) == pytest.approx(2 + 5 * sqrt(0.4))
    assert evaluate(answers["denoiser_formula"], point) == pytest.approx(2 + 9 / 5)
    assert evaluate(answers["to_zero_formula"], point) == pytest.approx(5)
    assert evaluate(answers["unrooted_formula"], point) == pytest.approx(4)


@settings(max_examples=15, deadline=None)
@given(numbers, scales, scales, numbers)
def test_the_boundary_condition(mu, tau, end, x):
    formula = solve(FUNCTION, {"mu": mu, "tau": tau, "end": end})["function_formula"]
    point = {"x": float(x), "sigma": float(end)}
    assert evaluate(formula, point) == pytest.approx(float(x), abs=1e-12)


def test_a_target_by_hand():
    """N(1, 9) at 6, σ = 4: the slope is 4 · 5 / 25, so the step to 2 ends in 22/5."""
    answers = solve(DISTILLATION, DISTILLATION.examples[0])
    assert answers["teacher_step"] == Fraction(22, 5)
    assert answers["target"] == pytest.approx(1 + 3.4 * 3 / sqrt(13))
    assert answers["exact"] == 4
    assert answers["step_sign"] == Fraction(38, 5)
    assert answers["step_unscaled"] == Fraction(26, 5)
    assert answers["target_without_step"] == pytest.approx(1 + 5 * 3 / sqrt(13))
    assert answers["target_at_high"] == 1 + Fraction(17, 5) * Fraction(3, 5)
    assert answers["target_denoised"] == 1 + Fraction(17, 5) * Fraction(9, 13)


@settings(max_examples=2)
@given(draw.lists(targets, min_size=10, max_size=10))
def test_both_routes_of_a_target_agree(batch):
    assert disagreements(DISTILLATION, batch) == ()


def test_both_routes_agree_on_the_small_error_of_narrow_data():
    narrow = {"mu": 0, "tau": Fraction(1, 2)}
    batch = [
        {**narrow, "high": 3, "low": Fraction(5, 2), "x": 1},
        {**narrow, "high": Fraction(9, 2), "low": 4, "x": -1},
    ]
    assert disagreements(DISTILLATION, batch) == ()


def test_pairs_by_hand():
    """τ = 12: 13 at 5 and 15 at 9 lie on one path, 20 at 16 and −15 at 9 do not."""
    answers = solve(PAIRS, PAIRS.examples[0])
    assert answers["on_path"] == (True, False)
    assert answers["first_ends"] == (12, 12)
    assert answers["second_ends"] == (12, -12)
    assert solve(PAIRS, PAIRS.examples[1])["on_path"] == (True, False)


def test_rounds_by_hand():
    """Variance 9, noise 16, then 1: 81/25, and (81/25 + 1) · (9/10)²."""
    answers = solve(ROUNDS, ROUNDS.examples[0])
    assert answers["once"] == Fraction(81, 25)
    assert answers["noisy_again"] == Fraction(106, 25)
    assert answers["twice"] == Fraction(106, 25) * Fraction(81, 100)
    assert answers["consistent"] == 9
    assert answers["deviation_once"] == Fraction(9, 5)
    assert answers["twice_from_data"] == Fraction(81, 10)
    assert answers["product"] == Fraction(81, 25) * Fraction(81, 100)
    assert answers["unsquared_twice"] == Fraction(106, 25) * Fraction(9, 10)


def test_rounds_by_sampling():
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn(3, 400_000, generator=generator, dtype=torch.float64)
    once = (3 * noise[0] + 4 * noise[1]) * 9 / 25
    twice = (once + noise[2]) * 9 / 10
    answers = solve(ROUNDS, ROUNDS.examples[0])
    assert float(once.var()) == pytest.approx(float(answers["once"]), rel=0.02)
    assert float(twice.var()) == pytest.approx(float(answers["twice"]), rel=0.02)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (FUNCTION, {"end": 0}, "end must be positive"),
        (DISTILLATION, {"low": 4}, "low must be below high"),
        (PAIRS, {"levels": (5, 9, 16), "places": (1, 2, 3)}, "two for each pair"),
        (ROUNDS, {"second": 0}, "second must be positive"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
