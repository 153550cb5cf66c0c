"""Euler's and Heun's method on a Gaussian's flow, against hand-worked steps and their orders."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.solvers.proved_mistakes import unproved_mistakes

STEP = find_solver("heun_steps.gaussian")
ERRORS = find_solver("heun_steps.errors")
numbers = fractions(min_value=-4, max_value=4, max_denominator=4)
scales = fractions(min_value=Fraction(1, 2), max_value=6, max_denominator=4)
steps = draw.builds(
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


def test_the_second_route_proves_the_mistakes():
    assert unproved_mistakes(STEP) == []


def test_a_step_by_hand():
    """N(1, 4) at 6, σ = 4: slope 1, so Euler ends in 4, where the slope at σ = 2 is 3/4."""
    answers = solve(STEP, STEP.examples[0])
    assert (answers["rate"], answers["euler"]) == (1, 4)
    assert answers["rate_there"] == Fraction(3, 4)
    assert answers["heun"] == 6 - Fraction(7, 4)
    assert answers["exact"] == pytest.approx(1 + 5 * sqrt(8 / 20))
    assert answers["euler_sign"] == 8
    assert answers["second_from_euler"] == Fraction(13, 4)
    assert answers["second_slope_alone"] == Fraction(9, 2)
    assert answers["second_at_start"] == 6 - 1 - Fraction(5, 4)
    assert answers["sum_of_slopes"] == Fraction(5, 2)


@settings(max_examples=2)
@given(draw.lists(steps, min_size=10, max_size=10))
def test_both_routes_of_a_step_agree(batch):
    assert verify(STEP, batch, [solve(STEP, values) for values in batch]).disagreements == ()


@pytest.mark.parametrize("high", [3, 6])
def test_the_orders_of_the_methods(high):
    """Four times as many evaluations: a quarter of the error, a sixteenth of it."""
    answers = solve(ERRORS, {"tau": 2, "high": high})
    assert answers["euler_errors"][4] / answers["euler_later"] == pytest.approx(4, rel=0.05)
    assert answers["heun_errors"][4] / answers["heun_later"] == pytest.approx(16, rel=0.05)
    assert sorted(answers["euler_errors"], reverse=True) == list(answers["euler_errors"])


def test_errors_depend_on_the_ratio_of_the_levels_alone():
    first, second = (solve(ERRORS, {"tau": tau, "high": 4 * tau}) for tau in (1, 3))
    assert first["heun_errors"] == pytest.approx(second["heun_errors"])


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (STEP, {"low": 4}, "low must be below high"),
        (STEP, {"tau": 0}, "tau must be positive"),
        (ERRORS, {"high": Fraction(1, 2)}, "high must be above tau / 2"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
