"""Adapters and quantised weights against hand-worked numbers."""

from fractions import Fraction

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

LOW_RANK = find_solver("adapters.low_rank")
MEMORY = find_solver("adapters.memory")
ROUNDED = find_solver("adapters.rounded")


def test_adapters_by_hand():
    """2 · (12 + 10) for each of 3 matrices; 5 · 22 = 110 < 120 and 6 · 22 is not."""
    found = solve(LOW_RANK, LOW_RANK.examples[2])
    assert (found["adapter"], found["full"], found["largest_rank"]) == (132, 360, 5)
    assert found["share"] == Fraction(44, 120)


def test_memory_by_hand():
    """4 + 16/64 bits for 7 billion weights, and 12 bytes for 40 million parameters."""
    found = solve(MEMORY, MEMORY.examples[0])
    assert found["bits_per_weight"] == Fraction(17, 4)
    assert found["weights"] == Fraction(7 * 17, 32)
    assert found["adapters"] == Fraction(48, 100)
    assert found["fits"]


def test_rounding_by_hand():
    """Three bits reach from −3 to 3, and the scale is 0.7 / 3."""
    found = solve(ROUNDED, ROUNDED.examples[0])
    assert found["scale"] == Fraction(7, 30)
    assert found["codes"] == (3, -1, 0)
    assert found["restored"] == (Fraction(7, 10), Fraction(-7, 30), 0)
    assert found["largest_error"] == Fraction(1, 10)
    assert found["zeros"] == 1


def test_a_weight_half_way_is_told():
    assert solve(ROUNDED, {"weights": (3, Fraction(1, 2)), "bits": 3})["tie"]


@pytest.mark.parametrize("known", [LOW_RANK, MEMORY, ROUNDED], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (LOW_RANK, {"rows": 1}, "rows must be a whole number"),
        (MEMORY, {"billions": 0}, "billions must be positive"),
        (MEMORY, {"bits": 17}, "bits must be a whole number"),
        (ROUNDED, {"weights": (0, 0)}, "must not all be zero"),
        (ROUNDED, {"bits": 1}, "bits must be a whole number"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
