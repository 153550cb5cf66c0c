"""Relaxed categorical samples against hand-worked numbers and limits."""

from fractions import Fraction
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

SAMPLE = find_solver("gumbel_softmax.sample")
entries = fractions(min_value=-4, max_value=4, max_denominator=10)
temperatures = fractions(min_value=Fraction(1, 5), max_value=5, max_denominator=10)


def sigmoid(x):
    return 1 / (1 + exp(-x))


def test_two_categories_by_hand():
    """Scores 3/2 and 1/2 at temperature 1/2: sigmoid(2)."""
    values = {"logits": (2, 0), "noise": (Fraction(-1, 2), Fraction(1, 2))}
    answers = solve(SAMPLE, {**values, "temperature": Fraction(1, 2)})
    assert answers["sample"] == pytest.approx((sigmoid(2), sigmoid(-2)))
    assert answers["largest_entry"] == answers["sample"][0]
    assert answers["largest_entry_at_one"] == pytest.approx(sigmoid(1))
    assert answers["category_probabilities"][0] == pytest.approx(sigmoid(2))
    assert answers["first_above_average"] is True
    even = solve(SAMPLE, {"logits": (1, 1, 1), "noise": (0, 1, 2), "temperature": 1})
    assert even["first_above_average"] is False
    assert (answers["winner"], answers["unique_winner"]) == (0, True)


def test_limits_of_the_temperature():
    values = {"logits": (0, 1, 0), "noise": (2, 0, 0)}
    cold = solve(SAMPLE, {**values, "temperature": Fraction(1, 1000)})
    assert cold["sample"] == pytest.approx((1, 0, 0))
    hot = solve(SAMPLE, {**values, "temperature": 10**9})
    assert hot["sample"] == pytest.approx([1 / 3] * 3)
    assert (cold["winner"], cold["most_likely"]) == (0, 1)


@examples(25)
@given(draw.lists(draw.tuples(entries, entries), min_size=2, max_size=5), temperatures)
def test_the_routes_agree_on_drawn_samples(rows, temperature):
    logits, noise = map(tuple, zip(*rows, strict=True))
    values = {"logits": logits, "noise": noise, "temperature": temperature}
    answers = solve(SAMPLE, values)
    assert sum(answers["sample"]) == pytest.approx(1)
    assert verify(SAMPLE, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"temperature": 0}, "temperature must be positive"),
        ({"noise": (1,)}, "noise must have 2 entries"),
        ({"logits": (0.5, 1)}, r"logits\[0\] must be an exact number"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(SAMPLE, {"logits": (0, 1), "noise": (1, 0), "temperature": 1, **changed})
