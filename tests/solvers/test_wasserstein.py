"""Distances of laws on the line against hand-worked numbers and a search over all plans."""

from fractions import Fraction
from functools import cache
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

LINE = find_solver("wasserstein.line")
STEP = find_solver("wasserstein.step")


def test_distances_by_hand():
    """1/2 moves from 0 to 1 or beyond: F − G = 1/2, 3/4 over the gaps 1 and 2."""
    values = {
        "positions": (0, 1, 3),
        "p": (Fraction(1, 2), Fraction(1, 2), 0),
        "q": (0, Fraction(1, 4), Fraction(3, 4)),
    }
    answers = solve(LINE, values)
    assert answers["wasserstein"] == 2
    assert answers["wasserstein_is_mean_shift"] is True
    assert answers["total_variation"] == Fraction(3, 4)
    assert answers["spacing_forgotten"] == Fraction(5, 4)
    assert answers["densities_for_distributions"] == Fraction(1, 2) + Fraction(1, 2)
    # 1/4 from 0 to 1, 1/4 from 0 to 3, 1/2 from 1 to 3.
    assert answers["squared_distances"] == Fraction(1, 4) + Fraction(9, 4) + 2
    # 1/2 (1/4 · 1 + 3/4 · 3) + 1/2 (3/4 · 2).
    assert answers["independent_coupling"] == 2


def test_mass_that_moves_both_ways():
    third = Fraction(1, 3)
    values = {"positions": (-1, 0, 1), "p": (0, 1, 0), "q": (third, third, third)}
    answers = solve(LINE, values)
    assert answers["wasserstein"] == Fraction(2, 3)
    assert answers["mean_difference"] == 0
    assert answers["wasserstein_is_mean_shift"] is False


def test_the_jensen_shannon_divergence_does_not_see_how_far_disjoint_laws_are():
    for distance in (1, 7):
        answers = solve(LINE, {"positions": (0, distance), "p": (1, 0), "q": (0, 1)})
        assert answers["wasserstein"] == distance
        assert answers["jensen_shannon"] == pytest.approx(log(2))
        assert answers["jensen_shannon_in_bits"] == pytest.approx(1)
        assert answers["jensen_shannon_not_halved"] == pytest.approx(2 * log(2))


def cheapest(positions, supply, demand):
    """The least cost of moving whole units, over every plan."""

    @cache
    def cost(left, needed):
        source = next((i for i, units in enumerate(left) if units), None)
        if source is None:
            return 0
        rest = (*left[:source], left[source] - 1, *left[source + 1 :])
        return min(
            abs(positions[source] - positions[target])
            + cost(rest, (*needed[:target], units - 1, *needed[target + 1 :]))
            for target, units in enumerate(needed)
            if units
        )

    return cost(supply, demand)


@examples(20)
@given(
    draw.lists(draw.integers(-5, 8), min_size=3, max_size=3, unique=True).map(sorted),
    draw.lists(draw.integers(0, 2), min_size=5, max_size=5),
    draw.lists(draw.integers(0, 2), min_size=5, max_size=5),
)
def test_no_plan_is_cheaper(positions, first, second):
    supply, demand = (tuple(units.count(place) for place in range(3)) for units in (first, second))
    values = {
        "positions": tuple(positions),
        "p": tuple(Fraction(units, 5) for units in supply),
        "q": tuple(Fraction(units, 5) for units in demand),
    }
    answers = solve(LINE, values)
    assert answers["wasserstein"] == Fraction(cheapest(positions, supply, demand), 5)
    assert verify(LINE, [values], [answers]).disagreements == ()


def test_a_move_that_ends_a_meeting():
    """Data on 0 and 2, generated 2 and 5: a small move to the left leaves no common value."""
    values = STEP.examples[0]
    answers = solve(STEP, values)
    # Before: 3/5 · 2 + 4/5 · 3 = 18/5.
    assert answers["moved_wasserstein"] == Fraction(18, 5) - Fraction(1, 2)
    assert answers["moved_away"] == Fraction(18, 5) + Fraction(1, 2)
    assert answers["only_one_moved"] == Fraction(18, 5) - Fraction(1, 10)
    assert answers["moved_jensen_shannon"] == pytest.approx(log(2))
    assert answers["divergence_becomes_largest"] is True
    met = solve(STEP, STEP.examples[1])
    assert (met["moved_wasserstein"], met["moved_jensen_shannon"]) == (0, 0)
    assert (met["divergence_becomes_largest"], met["divergence_falls"]) == (False, True)
    apart = solve(STEP, {**STEP.examples[1], "move": Fraction(1, 2)})
    assert (apart["divergence_becomes_largest"], apart["divergence_stays"]) == (False, True)


@settings(max_examples=15, deadline=None)
@given(
    draw.lists(draw.integers(-5, 8), min_size=3, max_size=3, unique=True).map(sorted),
    draw.lists(draw.integers(0, 2), min_size=5, max_size=5),
    draw.lists(draw.integers(0, 2), min_size=5, max_size=5),
    fractions(min_value=Fraction(1, 4), max_value=6, max_denominator=4),
)
def test_both_routes_of_the_move_agree(positions, first, second, move):
    values = {
        "positions": tuple(positions),
        "p": tuple(Fraction(first.count(place), 5) for place in range(3)),
        "q": tuple(Fraction(second.count(place), 5) for place in range(3)),
        "move": move,
    }
    assert verify(STEP, [values], [solve(STEP, values)]).disagreements == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"positions": (1, 1), "p": (1, 0), "q": (0, 1)}, "positions must rise"),
        ({"positions": (1, 2), "p": (1,), "q": (0, 1)}, "p must have 2 entries"),
        ({"positions": (1, 2), "p": (1, 1), "q": (0, 1)}, "p must be probabilities"),
    ],
)
def test_unfit_values_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(LINE, values)
