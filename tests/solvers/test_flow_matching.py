"""Flow matching and rectified flow against hand-worked numbers, sampling and brute force."""

from fractions import Fraction
from itertools import permutations
from math import exp

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

POINTS = find_solver("flow_matching.point_data")
GAUSSIAN = find_solver("flow_matching.gaussian_data")
STEPS = find_solver("flow_matching_steps.euler")
CROSSING = find_solver("rectified_flow.crossing")
REFLOW = find_solver("rectified_flow.reflow")
HALF = Fraction(1, 2)
numbers = fractions(min_value=-3, max_value=3, max_denominator=4)
scales = fractions(min_value=HALF, max_value=4, max_denominator=4)
times = fractions(min_value=Fraction(1, 5), max_value=Fraction(4, 5), max_denominator=10)


def several(**arguments):
    """Problems that one call of the second route proves."""
    return draw.lists(draw.fixed_dictionaries(arguments), min_size=15, max_size=15)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


@pytest.mark.parametrize(
    "known", [POINTS, GAUSSIAN, STEPS, CROSSING, REFLOW], ids=lambda known: known.name
)
def test_the_second_route_proves_the_mistakes(known):
    assert unproved_mistakes(known) == []


def test_two_points_by_hand():
    """±1 at t = 1/2 in x = 1/4: weights as e^{±x · 2 · 1/2 / (1/4) / 2}, so a tanh of 1/2."""
    values = {"x": Fraction(1, 4), "t": HALF, "points": (-1, 1), "prior": (HALF, HALF)}
    answers = solve(POINTS, values)
    mean = (exp(0.5) - exp(-0.5)) / (exp(0.5) + exp(-0.5))
    assert answers["expected_data"] == pytest.approx(mean)
    assert answers["velocity"] == pytest.approx(2 * (mean - 0.25))
    assert answers["of_likelier"] == Fraction(3, 2)
    assert answers["prior_weights"] == -HALF
    assert answers["not_divided"] == pytest.approx(mean - 0.25)


def test_the_velocity_is_a_mean_over_sampled_pairs():
    """The mean of x_1 − x_0 over two million pairs whose x_t lies near x."""
    values = {"x": HALF, "t": HALF, "points": (-1, 2), "prior": (HALF, HALF)}
    generator = torch.Generator().manual_seed(3)
    noise = torch.randn(2_000_000, generator=generator, dtype=torch.float64)
    data = torch.where(torch.rand(noise.shape, generator=generator) < 0.5, -1.0, 2.0)
    near = ((noise + data) / 2 - 0.5).abs() < 0.01
    sampled = (data - noise)[near].mean()
    assert solve(POINTS, values)["velocity"] == pytest.approx(float(sampled), abs=0.03)


def test_gaussian_data_by_hand():
    """N(2, 9) at t = 1/2: Var x_t = 10/4, the covariance 4, the slope 8/5."""
    answers = solve(GAUSSIAN, GAUSSIAN.examples[0])
    assert (answers["variance"], answers["covariance"]) == (Fraction(5, 2), 4)
    assert answers["slope"] == Fraction(8, 5)
    assert answers["velocity"] == 2 - Fraction(16, 5)
    assert answers["end_of_step"] == -1 - Fraction(3, 5)
    assert answers["exact_end"] == pytest.approx(2 - 2 * 3 / 2.5**0.5)
    assert answers["variance_of_steps"] == Fraction(81, 10)
    assert (answers["spreading"], answers["to_the_right"], answers["wider"]) == (True, False, False)
    assert evaluate(answers["velocity_formula"], {"x": 1}) == 2
    assert evaluate(answers["slope_sign_formula"], {"x": 2}) == 4
    assert evaluate(answers["slope_not_normalised_formula"], {"x": 2}) == 6
    assert evaluate(answers["centred_at_mean_formula"], {"x": 2}) == 2
    assert answers["scaled_once"] == 2 - Fraction(36, 5)


@settings(max_examples=2)
@given(several(m=numbers, s=scales, t=times, x=numbers))
def test_both_routes_of_gaussian_data_agree(batch):
    answers = [solve(GAUSSIAN, values) for values in batch]
    assert verify(GAUSSIAN, batch, answers).disagreements == ()


def test_two_steps_by_hand():
    """N(2, 9) from 1: to 3/2, where the slope is 8/5 and the velocity 2 + 4/5."""
    answers = solve(STEPS, STEPS.examples[0])
    assert answers["middle"] == Fraction(3, 2)
    assert answers["later_velocity"] == Fraction(14, 5)
    assert answers["end"] == Fraction(29, 10)
    assert (answers["exact"], answers["one_step"]) == (5, 2)
    assert answers["unscaled_steps"] == 2 + 2 + Fraction(8, 5)
    assert answers["data_point_each_time"] == 2 + (2 + HALF * (2 + Fraction(8, 5))) / 2


@examples(15)
@given(numbers, scales, numbers, draw.integers(2, 8))
def test_more_steps_come_nearer_to_the_flow(m, s, x, n):
    values = {"m": m, "s": s, "x": x, "n": n}
    assert agree(STEPS, values)
    error, less = (
        abs(each["end"] - each["exact"])
        for each in (solve(STEPS, values), solve(STEPS, {**values, "n": 60}))
    )
    assert less < error or error == less == 0


def test_a_crossing_by_hand():
    """0 → 6 and 4 → 2 meet at t = 1/2 in 3; a third line at 9 takes no part."""
    answers = solve(CROSSING, CROSSING.examples[0])
    assert (answers["crossing_time"], answers["crossing_place"]) == (HALF, 3)
    assert answers["crossing_velocity"] == 2
    assert (answers["velocity_of_first"], answers["velocity_of_second"]) == (6, -2)
    assert answers["nearest_other"] == 6
    assert answers["velocity_of_all"] == 1
    assert answers["not_normalised"] == 1
    third = {
        "starts": (0, 4, 3),
        "ends": (6, 2, 3),
        "probabilities": (Fraction(1, 4),) * 2 + (HALF,),
    }
    assert solve(CROSSING, third)["crossing_velocity"] == 1
    assert agree(CROSSING, third)


def test_reflow_by_hand():
    """0 → 6, 2 → 1, 5 → 3 become 0 → 1, 2 → 3, 5 → 6."""
    answers = solve(REFLOW, REFLOW.examples[0])
    assert answers["cost"] == Fraction(36 + 1 + 4, 3)
    assert answers["cost_after"] == 1
    assert answers["end_of_first"] == 1
    assert answers["crossings"] == 2
    assert answers["paired_end_of_first"] == 6
    assert answers["cost_of_lengths"] == 3


@settings(max_examples=20, deadline=None)
@given(
    draw.lists(draw.integers(-9, 9), min_size=2, max_size=5, unique=True),
    draw.permutations(range(-4, 5)),
)
def test_no_other_pairing_costs_less(starts, ends):
    values = {"starts": tuple(starts), "ends": tuple(ends[: len(starts)])}
    answers = solve(REFLOW, values)
    costs = [
        sum((a - b) ** 2 for a, b in zip(values["starts"], each, strict=True))
        for each in permutations(values["ends"])
    ]
    assert answers["cost_after"] == Fraction(min(costs), len(starts))
    assert agree(REFLOW, values)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (POINTS, {"t": 1}, "t must lie between 0 and 1"),
        (POINTS, {"prior": (1, 0)}, "prior must have no zeros"),
        (GAUSSIAN, {"s": 0}, "s must be positive"),
        (STEPS, {"n": 1}, "n must be a whole number from 2 to 100"),
        (CROSSING, {"starts": (0, 4, 1), "ends": (1, 5, 1)}, "must cross"),
        (CROSSING, {"probabilities": (0, HALF, HALF)}, "above zero"),
        (REFLOW, {"starts": (1, 1, 2)}, "starts must be distinct"),
        (REFLOW, {"starts": (1,), "ends": (2,)}, "2 to 6 entries"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
