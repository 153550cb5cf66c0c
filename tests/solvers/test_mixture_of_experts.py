"""Layers of experts against hand-worked numbers."""

from fractions import Fraction

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

BALANCE = find_solver("mixture_of_experts.balance")
CAPACITY = find_solver("mixture_of_experts.capacity")
PARAMETERS = find_solver("mixture_of_experts.parameters")


def test_a_balance_by_hand():
    """f = (3, 0, 1) / 4 and P = (2, 1, 1) / 4."""
    found = solve(BALANCE, BALANCE.examples[0])
    assert found["shares"] == (Fraction(3, 4), 0, Fraction(1, 4))
    assert found["mean_probabilities"] == (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))
    assert found["loss"] == 3 * Fraction(7, 16)
    assert (found["busiest"], found["tie"], found["above_one"]) == (0, False, True)


def test_a_capacity_by_hand():
    """20 tokens, 4 experts, factor 6/5: six places; 4 and 1 are too many, 4 and 5 stay empty."""
    found = solve(CAPACITY, CAPACITY.examples[0])
    assert (found["capacity"], found["dropped"], found["empty"]) == (6, 5, 9)
    assert found["without_factor"] == 5 + 2
    assert found["needed_factor"] == 2


def test_parameters_by_hand():
    """12 millions an expert, 80 experts stored and 20 in use, and 500 millions besides."""
    found = solve(PARAMETERS, PARAMETERS.examples[0])
    assert (found["expert"], found["total"], found["active"]) == (12, 1460, 740)
    assert found["share"] == Fraction(37, 73)


@pytest.mark.parametrize("known", [BALANCE, CAPACITY, PARAMETERS], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (BALANCE, {"router": ((1,), (1,))}, "two experts at least"),
        (BALANCE, {"router": ((1, 1), (0, 1))}, "sum to 1"),
        (CAPACITY, {"loads": (0, 0)}, "must not all be zero"),
        (CAPACITY, {"factor": 0}, "factor must be positive"),
        (PARAMETERS, {"chosen": 9}, "chosen must be a whole number from 1 to 8"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
