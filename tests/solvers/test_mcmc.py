"""Markov chain Monte Carlo against hand-worked numbers and detailed balance."""

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

ACCEPTANCE = find_solver("mcmc.acceptance")
METROPOLIS = find_solver("mcmc.metropolis_chain")
HALF = Fraction(1, 2)
weights = fractions(Fraction(1, 10), 10, max_denominator=10)


def laws(size):
    return (
        draw.tuples(*[draw.integers(0, 4)] * size)
        .filter(any)
        .map(lambda counts: tuple(Fraction(count, sum(counts)) for count in counts))
    )


def transitions(size):
    return draw.tuples(*[laws(size)] * size)


def test_an_asymmetric_proposal_by_hand():
    """Ratio (2 · 1/4) / (3 · 1/2) = 1/3."""
    answers = solve(
        ACCEPTANCE,
        {
            "target_here": 3,
            "target_there": 2,
            "proposal_there": HALF,
            "proposal_back": Fraction(1, 4),
        },
    )
    assert answers["acceptance_probability"] == answers["ratio"] == Fraction(1, 3)
    assert answers["proposal_ignored"] == Fraction(2, 3)
    assert answers["proposal_inverted"] == 1
    assert answers["barker"] == Fraction(1, 4)


def test_a_symmetric_proposal_to_a_likelier_state_is_accepted():
    answers = solve(ACCEPTANCE, {"target_here": 2, "target_there": 5})
    assert (answers["acceptance_probability"], answers["ratio"]) == (1, Fraction(5, 2))


@examples(20)
@given(draw.lists(draw.tuples(weights, weights, weights, weights), min_size=1))
def test_acceptances_balance_and_both_routes_agree(batch):
    names = ("target_here", "target_there", "proposal_there", "proposal_back")
    for here, there, away, back in batch:
        one, other = (
            solve(ACCEPTANCE, dict(zip(names, each, strict=True)))["acceptance_probability"]
            for each in ((here, there, away, back), (there, here, back, away))
        )
        assert here * away * one == there * back * other
        assert max(one, other) == 1
    named = [dict(zip(names, each, strict=True)) for each in batch]
    answers = [solve(ACCEPTANCE, values) for values in named]
    assert verify(ACCEPTANCE, named, answers).disagreements == ()


def test_a_metropolis_chain_by_hand():
    answers = solve(METROPOLIS, METROPOLIS.examples[0])
    quarter = Fraction(1, 4)
    assert answers["transition"] == (
        (0, HALF, HALF),
        (quarter, HALF, quarter),
        (HALF, HALF, 0),
    )
    assert answers["target_shares"] == (quarter, HALF, quarter)
    assert answers["stay_probabilities"] == (0, HALF, 0)
    assert answers["leave_probabilities"] == (1, HALF, 1)
    # From the second state both proposals are refused with 1/2.
    assert answers["rejections_multiplied"] == (0, quarter, 0)
    assert answers["rejections_added"] == (0, 1, 0)


@examples(20)
@given(
    draw.integers(1, 4).flatmap(
        cache(lambda size: draw.tuples(draw.tuples(*[weights] * size), transitions(size)))
    )
)
def test_the_metropolis_chain_has_detailed_balance_with_its_target(both):
    values = dict(zip(("target", "proposal"), both, strict=True))
    answers = solve(METROPOLIS, values)
    target, transition = values["target"], answers["transition"]
    for i, row in enumerate(transition):
        assert sum(row) == 1
        assert min(row) >= 0
        for j, entry in enumerate(row):
            assert target[i] * entry == target[j] * transition[j][i]
    assert verify(METROPOLIS, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (ACCEPTANCE, {"target_there": 0}, "target_there must be positive"),
        (METROPOLIS, {"target": (1, 0, 1)}, r"target\[1\] must be positive"),
        (METROPOLIS, {"target": (1, 1)}, "proposal must have 2 rows"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
