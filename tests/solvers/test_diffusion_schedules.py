"""Noise levels and the probability flow against hand-worked numbers and discrete steps."""

from fractions import Fraction
from math import erf, exp, pi, prod, sin, sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.diffusion_schedules import integrate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions

BETWEEN = find_solver("diffusion_schedules.between")
RATE = find_solver("diffusion_schedules.linear_rate")
FLOW = find_solver("diffusion_flow.gaussian_flow")
POINTS = find_solver("diffusion_schedules.two_points")
SCHEDULE = find_solver("diffusion.schedule")
levels = fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=50)
numbers = fractions(min_value=-4, max_value=4, max_denominator=5)
scales = fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)


def disagreements(known, batch):
    return verify(known, batch, [solve(known, values) for values in batch]).disagreements


def agree(known, values):
    return disagreements(known, [values]) == ()


def several(**arguments):
    """Problems that one call of the second route proves."""
    return draw.lists(draw.fixed_dictionaries(arguments), min_size=15, max_size=15)


@pytest.mark.parametrize(
    ("rate", "begin", "end", "share"),
    [
        (lambda time: -time, 0.0, 2.0, exp(-2)),
        (lambda time: 1 / time, 1.0, 5.0, 5.0),
        (lambda time: 0 * time - 6, 2.0, 1.0, exp(6)),
        (lambda time: time.cos(), 0.0, 3.0, exp(sin(3))),
    ],
)
def test_integration_by_known_solutions(rate, begin, end, share):
    """state′ = rate(time) · state; two states at two pairs of times, the second without a way."""
    states = torch.tensor([[1.0, -3.0], [2.0, 0.0]], dtype=torch.float64)
    begins = torch.tensor([begin, begin], dtype=torch.float64)
    ends = torch.tensor([end, begin], dtype=torch.float64)
    found = integrate(lambda time, state: rate(time)[:, None] * state, states, begins, ends)
    assert found[0].tolist() == pytest.approx([share, -3 * share], rel=1e-9)
    assert found[1].tolist() == [2, 0]


def test_integration_of_two_that_drive_each_other():
    """Once around a circle, and a quarter of it back."""
    ends = torch.tensor([2 * pi, -pi / 2], dtype=torch.float64)
    starts = torch.tensor([[1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
    found = integrate(
        lambda _, state: torch.stack((-state[:, 1], state[:, 0]), -1),
        starts,
        torch.zeros_like(ends),
        ends,
    )
    assert found.flatten().tolist() == pytest.approx([1, 0, 0, -1], abs=1e-11)


def test_a_later_step_by_hand():
    """From 16/25 to 9/25: the ratio is 9/16 with root 3/4."""
    answers = solve(BETWEEN, BETWEEN.examples[0])
    assert answers["ratio"] == Fraction(9, 16)
    assert answers["mean"] == Fraction(3, 8)
    assert answers["variance"] == Fraction(7, 16)
    assert answers["mean_from_clean"] == Fraction(3, 10)
    assert answers["variance_from_clean"] == Fraction(16, 25)
    assert answers["variance_difference"] == Fraction(7, 25)
    # The signal-to-noise ratios are 16/9 and 9/16.
    assert answers["mean_of_snr"] == Fraction(9, 32)
    assert answers["variance_of_snr"] == 1 - Fraction(81, 256)


@settings(max_examples=2)
@given(several(first=levels, second=levels, third=levels, x=numbers))
def test_the_steps_between_are_the_last_ones_alone(drawn):
    batch = [
        {
            "alpha_bar_before": 1 - each["first"],
            "alpha_bar_after": (1 - each["first"]) * (1 - each["second"]) * (1 - each["third"]),
            "x": each["x"],
        }
        for each in drawn
    ]
    for each, values in zip(drawn, batch, strict=True):
        answers = solve(BETWEEN, values)
        last = {"betas": (each["second"], each["third"]), "t": 2, "x_0": each["x"]}
        alone = solve(SCHEDULE, last)
        assert answers["variance"] == alone["variance"]
        assert float(answers["mean"]) == pytest.approx(float(alone["mean"]))
    assert disagreements(BETWEEN, batch) == ()


def test_a_linear_rate_by_hand():
    """β from 2 to 6: the integral up to t is 2 t + 2 t²."""
    answers = solve(RATE, RATE.examples[1])
    assert typed(answers["alpha_bar_formula"]) == "exp(-2*t - 2*t^2)"
    assert typed(answers["half_formula"]) == "exp(-t - t^2)"
    assert typed(answers["rate_times_time_formula"]) == "exp(-2*t - 4*t^2)"
    assert typed(answers["rate_only_formula"]) == "exp(-2 - 4*t)"
    assert typed(answers["start_only_formula"]) == "exp(-2*t)"
    assert answers["alpha_bar_end"] == pytest.approx(exp(-4))


def test_many_small_steps_come_to_the_same():
    share = prod(1 - (2 + 4 * (step + 0.5) / 20000) / 20000 for step in range(10000))
    formula = solve(RATE, RATE.examples[1])["alpha_bar_formula"]
    assert share == pytest.approx(evaluate(formula, {"t": 0.5}), rel=1e-3)


@settings(max_examples=2)
@given(several(beta_0=scales, beta_1=draw.integers(5, 30)))
def test_both_routes_of_a_rate_agree(batch):
    assert disagreements(RATE, batch) == ()


def test_two_points_by_hand():
    """β = 1/4 twice: ᾱ = 9/16 with the ratio 9/7; Φ(√(9/7)) by the error function."""
    answers = solve(POINTS, POINTS.examples[1])
    assert answers["alpha_bar"] == Fraction(9, 16)
    assert answers["two_peaks"] is True
    assert answers["right_guess"] == pytest.approx((1 + erf(sqrt(9 / 14))) / 2)
    assert [answers[name] for name in ("good_guess", "standard", "mostly_noise")] == [
        True,
        True,
        False,
    ]
    late = solve(POINTS, POINTS.examples[3])
    assert [late[name] for name in ("two_peaks", "good_guess", "mostly_noise")] == [
        False,
        False,
        True,
    ]
    # Values ±2: the signal has 4 · 9/16 against the noise 7/16.
    wide = solve(POINTS, {**POINTS.examples[1], "size": 2})
    assert wide["standard"] is False
    assert wide["right_guess"] == pytest.approx((1 + erf(sqrt(36 / 14))) / 2)


def test_at_a_tie_there_is_one_flat_peak():
    level = {"beta": Fraction(1, 2), "T": 1}
    assert solve(POINTS, level)["two_peaks"] is False
    assert agree(POINTS, level)


@settings(max_examples=2)
@given(several(beta=levels, T=draw.integers(1, 12), size=scales))
def test_both_routes_of_two_points_agree(batch):
    assert disagreements(POINTS, batch) == ()


def test_a_flow_by_hand():
    """Data N(1, 9), sigma = 4, x = 6: the total variance is 25 and the distance 5."""
    answers = solve(FLOW, FLOW.examples[0])
    assert typed(answers["slope_formula"]) == "sigma*(x - 1)/(9 + sigma^2)"
    assert answers["slope"] == Fraction(4, 5)
    assert answers["one_step"] == 1 + Fraction(9, 25) * 5
    assert answers["exact"] == 1 + Fraction(3, 5) * 5
    assert answers["one_step_variance"] == Fraction(81, 25)
    assert answers["exact_variance"] == 9
    assert answers["slope_once"] == Fraction(26, 5)
    assert answers["step_sign"] == Fraction(46, 5)
    assert answers["score_of_data_step"] == 6 - Fraction(80, 9)
    assert answers["one_step_deviation"] == Fraction(9, 5)
    assert answers["noisy_variance"] == 25


def test_two_steps_vary_more_than_one():
    """From 4 to 2 to 0 a distance shrinks by 17/25 and 9/13, in all by less than in one step."""
    assert Fraction(9, 25) < Fraction(17, 25) * Fraction(9, 13) < Fraction(3, 5)
    answers = solve(FLOW, {**FLOW.examples[0], "sigma": 2, "x": 1 + Fraction(17, 5)})
    assert answers["one_step"] == 1 + Fraction(17, 5) * Fraction(9, 13)
    assert float(answers["exact"]) == pytest.approx(1 + 3.4 * 3 / sqrt(13))


@settings(max_examples=2)
@given(several(mu=numbers, tau=scales, sigma=scales, x=numbers))
def test_both_routes_of_a_flow_agree(batch):
    assert disagreements(FLOW, batch) == ()


@pytest.mark.parametrize(
    ("known", "values"),
    [
        (FLOW, {"mu": -1, "tau": Fraction(1, 10), "sigma": 40, "x": 10}),
        (RATE, {"beta_0": 30, "beta_1": 29}),
        (
            BETWEEN,
            {"alpha_bar_before": Fraction(9, 10), "alpha_bar_after": Fraction(1, 10000), "x": 5},
        ),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_both_routes_agree_where_much_happens_on_the_way(known, values):
    assert agree(known, values)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (BETWEEN, {"alpha_bar_after": Fraction(4, 5)}, "must be below alpha_bar_before"),
        (BETWEEN, {"alpha_bar_before": 1}, "alpha_bar_before must lie between 0 and 1"),
        (RATE, {"beta_0": 20}, "beta_0 and beta_1 must differ"),
        (RATE, {"beta_0": 0}, "beta_0 must be positive"),
        (RATE, {"beta_1": 31}, "at most 30"),
        (POINTS, {"beta": 1}, "beta must lie between 0 and 1"),
        (POINTS, {"size": 0}, "size must be positive"),
        (POINTS, {"T": 0}, "T must be a whole number from 1 to 1000"),
        (FLOW, {"sigma": 0}, "sigma must be positive"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
