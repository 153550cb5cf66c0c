"""Learning energies and cooling them, against hand-worked numbers and finite differences."""

from fractions import Fraction
from math import exp, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

UNITS = find_solver("energy_learning.two_units")
NOISE = find_solver("energy_learning.noise_contrastive")
STATES = find_solver("energy_temperature.states")
CHANGED = find_solver("energy_temperature.changed")
HALF = Fraction(1, 2)
numbers = fractions(min_value=-3, max_value=3, max_denominator=4)
positive = fractions(min_value=Fraction(1, 8), max_value=8, max_denominator=8)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def sigmoid(x):
    return 1 / (1 + exp(-x))


def test_a_fair_machine_and_one_observation_by_hand():
    """All parameters 0: every state has 1/4, and a sweep ends in that law at once."""
    answers = solve(UNITS, {"counts": (0, 0, 0, 2), "b": (0, 0), "w": 0})
    assert answers["data_expectations"] == (1, 1, 1)
    assert answers["model_expectations"] == (0.5, 0.5, 0.25)
    assert answers["gradient"] == answers["contrastive"] == (0.5, 0.5, 0.75)
    assert answers["log_likelihood"] == pytest.approx(-log(4))
    assert answers["likelihood_summed"] == pytest.approx(-2 * log(4))
    assert answers["partition"] == pytest.approx(4)
    assert answers["gradient_summed"] == (1, 1, 1.5)
    assert answers["gradient_sign"] == answers["contrastive_sign"] == (-0.5, -0.5, -0.75)
    assert answers["gradient_uniform"] == (HALF, HALF, Fraction(3, 4))


def test_a_coupled_machine_by_hand():
    """b = (1, −1), w = 2: weights 1, e^−1, e and e² for 00, 01, 10 and 11; data 10 and 11."""
    answers = solve(UNITS, {"counts": (0, 0, 1, 1), "b": (1, -1), "w": 2})
    whole = 1 + exp(-1) + exp(1) + exp(2)
    both = exp(2) / whole
    assert answers["data_expectations"] == (1, HALF, HALF)
    assert answers["log_partition"] == pytest.approx(log(whole))
    assert answers["partition_forgotten"] == 1.5
    assert answers["log_likelihood"] == pytest.approx(1.5 - log(whole))
    assert answers["gradient"][2] == pytest.approx(0.5 - both)
    means = (exp(1) + exp(2)) / whole, (exp(-1) + exp(2)) / whole
    assert answers["gradient_independent"][2] == pytest.approx(0.5 - means[0] * means[1])
    first = (sigmoid(1) + sigmoid(3)) / 2
    assert answers["first_redrawn"] == pytest.approx(first)
    assert answers["sweep_expectations"] == pytest.approx(
        (first, first * sigmoid(1) + (1 - first) * sigmoid(-1), first * sigmoid(1))
    )
    assert answers["contrastive"][2] == pytest.approx(0.5 - first * sigmoid(1))
    assert answers["product_in_parallel"] == pytest.approx(first * sigmoid(1))
    assert answers["bias_for_field"] == pytest.approx(first * sigmoid(-1))
    assert answers["weight_of_both"] == pytest.approx(exp(2))
    assert answers["product_of_means"] == pytest.approx(means[0] * means[1])
    assert answers["first_uncoupled"] == pytest.approx(sigmoid(1))
    assert answers["first_pushed"] == pytest.approx(sigmoid(3))
    assert answers["contrastive_in_parallel"] == pytest.approx(0.5 - first * sigmoid(1))


def test_both_units_redrawn_at_once():
    """From 01 the first unit sees 1 and the second 0."""
    answers = solve(UNITS, {"counts": (0, 3, 0, 0), "b": (1, -1), "w": 2})
    assert answers["product_in_parallel"] == pytest.approx(sigmoid(3) * sigmoid(-1))
    assert answers["sweep_expectations"][2] == pytest.approx(sigmoid(3) * sigmoid(1))
    assert answers["first_swapped"] == pytest.approx(sigmoid(1))


@examples(20)
@given(draw.tuples(*[draw.integers(0, 5)] * 4).filter(any), draw.tuples(numbers, numbers), numbers)
def test_the_gradient_is_the_slope_of_the_mean_log_likelihood(counts, b, w):
    values = {"counts": counts, "b": b, "w": w}
    assert agree(UNITS, values)
    step = Fraction(1, 10**4)
    up, down = (
        solve(UNITS, {**values, "w": w + change})["log_likelihood"] for change in (step, -step)
    )
    slope = (up - down) / float(2 * step)
    assert solve(UNITS, values)["gradient"][2] == pytest.approx(slope, abs=1e-6)


def test_data_that_follow_the_model_move_neither_rule():
    """Weights 1, 2, 2 and 4 · e^w with w = 0: the counts are the model's own law (b = ln 2)."""
    two = Fraction(log(2))
    answers = solve(UNITS, {"counts": (1, 2, 2, 4), "b": (two, two), "w": 0})
    assert answers["gradient"] == pytest.approx((0, 0, 0), abs=1e-12)
    assert answers["contrastive"] == pytest.approx((0, 0, 0), abs=1e-12)


def test_noise_contrast_by_hand():
    """exp(0) = 1 against 2 · 1/4: two to one."""
    answers = solve(NOISE, {"energy": 1, "constant": -1, "noise": Fraction(1, 4), "ratio": 2})
    assert answers["probability"] == pytest.approx(2 / 3)
    assert answers["ratio_forgotten"] == pytest.approx(4 / 5)
    assert answers["constant_forgotten"] == pytest.approx(exp(-1) / (exp(-1) + 0.5))
    assert answers["constant_sign"] == pytest.approx(exp(-2) / (exp(-2) + 0.5))
    assert answers["noise_probability"] == pytest.approx(1 / 3)
    assert answers["not_normalised"] == pytest.approx(2)


@examples(20)
@given(numbers, numbers, positive, positive)
def test_both_routes_of_noise_contrast_agree(energy, constant, noise, ratio):
    values = {"energy": energy, "constant": constant, "noise": noise, "ratio": ratio}
    assert agree(NOISE, values)


def test_three_states_by_hand():
    """Energies 0, 0 and T ln 2: probabilities 2/5, 2/5 and 1/5."""
    level = 2 * Fraction(log(2))
    answers = solve(STATES, {"energies": (0, 0, level), "temperature": 2})
    assert answers["probabilities"] == pytest.approx((0.4, 0.4, 0.2))
    assert answers["mean_energy"] == pytest.approx(0.4 * log(2))
    assert answers["plain_mean"] == pytest.approx(2 * log(2) / 3)


@settings(max_examples=20, deadline=None)
@given(draw.lists(numbers, min_size=2, max_size=5).map(tuple), positive)
def test_cooling_raises_just_the_states_below_the_mean_energy(energies, temperature):
    values = {"energies": energies, "temperature": temperature}
    assert agree(STATES, values)
    answers = solve(STATES, values)
    cooler = solve(STATES, {**values, "temperature": temperature * Fraction(9999, 10**4)})
    assert sum(answers["cooling_slopes"]) == pytest.approx(0, abs=1e-12)
    for slope, before, after in zip(
        answers["cooling_slopes"], answers["probabilities"], cooler["probabilities"], strict=True
    ):
        step = float(temperature) / 10**4
        assert (after - before) / step == pytest.approx(slope, rel=1e-2, abs=2e-2)


@settings(max_examples=20, deadline=None)
@given(draw.lists(numbers, min_size=2, max_size=5).map(tuple), numbers, numbers)
def test_only_a_shift_never_changes_the_distribution(energies, shift, factor):
    values = {"energies": energies, "shift": shift, "factor": factor}
    assert agree(CHANGED, values)
    answers = solve(CHANGED, values)
    uniform = len(set(energies)) == 1
    assert answers["shifted_same"] is True
    assert answers["scaled_same"] is (uniform or factor == 1)
    assert answers["negated_same"] is uniform


def test_squares_that_keep_every_difference():
    """0 and 1 are their own squares; 1/2 and 3/2 become 1/4 and 9/4."""
    same = solve(CHANGED, {"energies": (0, 1), "shift": 1, "factor": 2})
    assert same["squared_same"] is True
    other = solve(CHANGED, {"energies": (HALF, 3 * HALF), "shift": 1, "factor": 2})
    assert other["squared"] == (Fraction(1, 4), Fraction(9, 4))
    assert other["squared_same"] is False


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (UNITS, {"counts": (0, 0, 0, 0)}, "at least one observation"),
        (UNITS, {"counts": (1, 1, 1)}, "counts must have 4 entries"),
        (UNITS, {"counts": (1, 1, 1, HALF)}, "must be a whole number"),
        (UNITS, {"w": 101}, "w must lie between"),
        (NOISE, {"noise": 0}, "noise must be positive"),
        (NOISE, {"noise": 1001}, "noise must lie between 1/1000 and 1000"),
        (NOISE, {"energy": 11}, "energy must lie between -10 and 10"),
        (CHANGED, {"shift": 21}, "must lie within ±20"),
        (NOISE, {"ratio": -1}, "ratio must be positive"),
        (STATES, {"energies": (1,)}, "at least 2"),
        (STATES, {"temperature": 0}, "temperature must be positive"),
        (STATES, {"energies": (0, 999)}, "within 200 times"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
