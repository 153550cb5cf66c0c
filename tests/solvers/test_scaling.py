"""Scaling laws against hand-worked numbers."""

from fractions import Fraction

import pytest

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

OPTIMUM = find_solver("scaling.optimum")
COMPARED = find_solver("scaling.compared")
RECIPROCAL = find_solver("scaling.reciprocal")
HALF = Fraction(1, 2)


def test_an_optimum_by_hand():
    """4 / √N + 2 / √D with N D = 10^4: 2 / √N = 1 / √D, so N = 4 D = 200 and D = 50."""
    law = {"irreducible": 1, "a": 4, "alpha": HALF, "b": 2, "beta": HALF}
    found = solve(OPTIMUM, {**law, "product": 10**4})
    assert found["parameters"] == pytest.approx(200)
    assert found["tokens"] == pytest.approx(50)
    assert found["exponent"] == HALF
    assert found["loss"] == pytest.approx(1 + 2 * 4 / 200**0.5)
    assert not found["parameters_grow_faster"]


def test_two_models_by_hand():
    """4 / √N + 2 / √D: (400, 100) has 0.2 + 0.2, (100, 1600) has 0.4 + 0.05, more compute."""
    law = {"irreducible": 1, "a": 4, "alpha": HALF, "b": 2, "beta": HALF}
    found = solve(COMPARED, {**law, "first": (400, 100), "second": (100, 1600)})
    assert found["losses"] == pytest.approx((1.4, 1.45))
    assert (found["second_is_better"], found["second_used_more"]) == (False, True)
    assert found["pulls"] == pytest.approx((0.1, 0.1))


def test_a_root_by_hand():
    """6 / n + 4 / d with c = 6 n d: n² = c / 4."""
    found = solve(RECIPROCAL, {"a": 6, "b": 4})
    assert evaluate(found["best"], {"c": 36.0}) == pytest.approx(3)
    assert evaluate(found["tokens"], {"c": 36.0}) == pytest.approx(2)


@pytest.mark.parametrize("known", [OPTIMUM, RECIPROCAL], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (OPTIMUM, {"alpha": 1}, "alpha must lie between 0 and 1"),
        (OPTIMUM, {"beta": Fraction(1, 50)}, "beta must be at least 0.05"),
        (OPTIMUM, {"a": 2000}, "a must lie between 0.001 and 1000"),
        (OPTIMUM, {"product": 10**16}, "product must be at most"),
        (COMPARED, {"first": (0, 1)}, "must be positive"),
        (RECIPROCAL, {"b": -1}, "b must be positive"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
