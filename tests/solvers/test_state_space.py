"""State-space layers against hand-worked numbers."""

from fractions import Fraction

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

UNROLLED = find_solver("state_space.unrolled")
COMPOSED = find_solver("state_space.composed")


def test_a_recurrence_by_hand():
    """h: 3, 1.5 + 6, 3.75 − 3, 0.375 + 12."""
    found = solve(UNROLLED, UNROLLED.examples[0])
    assert found["states"] == (3, Fraction(15, 2), Fraction(3, 4), Fraction(99, 8))
    assert found["outputs"][-1] == Fraction(99, 4)
    assert found["kernel"] == (6, 3, Fraction(3, 2), Fraction(3, 4))
    assert found["far_sum"] == 12


def test_two_steps_by_hand():
    """h → 2 h + 3 and then h → h / 2 − 1: h → h + 1 / 2."""
    found = solve(COMPOSED, COMPOSED.examples[0])
    assert (found["factor"], found["shift"], found["state"]) == (1, Fraction(1, 2), Fraction(9, 2))
    assert not found["steps_commute"]


@pytest.mark.parametrize("known", [UNROLLED, COMPOSED], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (UNROLLED, {"a": 1}, "a must lie between -1 and 1"),
        (UNROLLED, {"inputs": (1,) * 65}, "at most 64 inputs"),
        (COMPOSED, {"first": (1,)}, "must have 2 entries"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
