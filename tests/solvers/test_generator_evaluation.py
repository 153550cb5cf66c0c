"""Scores of generators against hand-worked numbers."""

from fractions import Fraction

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

NEIGHBOURS = find_solver("generator_evaluation.neighbours")
KERNEL = find_solver("generator_evaluation.kernel_distance")
EXTRAPOLATED = find_solver("generator_evaluation.extrapolated")


def line(*places):
    return tuple((place,) for place in places)


def test_balls_on_a_line_by_hand():
    """Real balls: [0, 2], [1, 3], [2, 14], [14, 18], [16, 20]; generated ones: [10, 12],
    [11, 13], [12, 38], [25, 47]."""
    values = {"real": line(1, 2, 8, 16, 18), "generated": line(11, 12, 25, 36), "k": 1}
    found = solve(NEIGHBOURS, values)
    assert found["covered"] == (1, 1, 0, 0)
    assert found["reached"] == (0, 0, 0, 1, 1)
    assert (found["precision"], found["recall"]) == (Fraction(1, 2), Fraction(2, 5))
    assert found["coverage"] == Fraction(1, 5)
    assert found["clearance"] == 2
    assert not found["on_an_edge"]


def test_a_point_on_the_edge_is_told():
    found = solve(NEIGHBOURS, {"real": line(0, 2), "generated": line(4, 9), "k": 1})
    assert found["on_an_edge"]


def test_a_kernel_distance_by_hand():
    """(xy + 1)²: (1 + 1 + 9) / 3 among the real ones, 49, and 41 / 6 across."""
    found = solve(KERNEL, {"real": (0, -2, -1), "generated": (2, 3), "degree": 2})
    assert found["within_real"] == Fraction(11, 3)
    assert found["within_generated"] == 49
    assert found["across"] == Fraction(41, 6)
    assert found["unbiased"] == 39


def test_an_extrapolation_by_hand():
    """20 = L + c / 5000 and 14 = L + c / 20000: c = 40000 and L = 12."""
    found = solve(EXTRAPOLATED, EXTRAPOLATED.examples[0])
    assert (found["slope"], found["limit"], found["rival_limit"]) == (40000, 12, 11)
    assert found["rival_is_better"]
    assert not found["rival_scores_lower"]


@pytest.mark.parametrize("known", [NEIGHBOURS, KERNEL, EXTRAPOLATED], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (NEIGHBOURS, {"k": 3}, "k must be a whole number from 1 to 2"),
        (NEIGHBOURS, {"generated": line(1, 1, 2)}, "must not have a point twice"),
        (NEIGHBOURS, {"generated": ((0, 1), (2, 3))}, "must have 1 entries"),
        (KERNEL, {"real": (1,)}, "two features of each kind"),
        (KERNEL, {"degree": 6}, "degree must be a whole number"),
        (EXTRAPOLATED, {"scores": (14, 20)}, "larger and its score lower"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
