"""A coin that was exchanged once, against hand-worked numbers, counting, and both routes."""

from fractions import Fraction
from itertools import product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

TOSSES = find_solver("change_point.tosses")

SEQUENCES = draw.lists(draw.integers(0, 1), min_size=2, max_size=9).flatmap(
    lambda seen: draw.fixed_dictionaries(
        {"tosses": draw.just(tuple(seen)), "place": draw.integers(1, len(seen) - 1)}
    )
)


def test_three_tosses_by_hand():
    """Heads, heads, tails: 1/2 · 1/6 for an exchange after the first toss, 1/3 · 1/2 after both."""
    answers = solve(TOSSES, {"tosses": (1, 1, 0), "place": 2})
    assert answers["evidence_at"] == (Fraction(1, 12), Fraction(1, 6))
    assert answers["place_after"] == (Fraction(1, 3), Fraction(2, 3))
    assert (answers["evidence_here"], answers["here_after"]) == (Fraction(1, 6), Fraction(2, 3))
    # The second coin has shown one head in two tosses, or none in one.
    assert answers["next_toss"] == Fraction(1, 3) * Fraction(1, 2) + Fraction(2, 3) * Fraction(1, 3)
    assert (answers["evidence"], answers["evidence_of_one"]) == (Fraction(1, 8), Fraction(1, 12))
    assert (answers["exchanged_after"], answers["kept_after"]) == (Fraction(3, 5), Fraction(2, 5))
    assert answers["largest_likelihood"] == 1
    assert answers["here_by_likelihood"] == Fraction(4, 5)  # 1/4 for the other place
    assert answers["next_toss_of_one"] == Fraction(3, 5)
    assert answers["next_toss_here"] == Fraction(1, 3)
    assert answers["next_toss_by_shares"] == Fraction(1, 6)
    assert answers["exchanged_at_best"] == Fraction(2, 3)
    assert answers["exchanged_summed"] == Fraction(3, 4)
    assert answers["one_coin_only"] == Fraction(1, 2)


@pytest.mark.parametrize("count", [2, 4, 5])
def test_the_evidences_of_all_sequences_sum_to_one(count):
    """Each model is a distribution of the sequences; one coin makes all numbers of heads alike."""
    found = [solve(TOSSES, {"tosses": seen, "place": 1}) for seen in product((0, 1), repeat=count)]
    assert sum(answers["evidence"] for answers in found) == 1
    assert sum(answers["evidence_of_one"] for answers in found) == 1
    for seen, answers in zip(product((0, 1), repeat=count), found, strict=True):
        assert answers["evidence_of_one"] * comb(count, sum(seen)) == Fraction(1, count + 1)


@settings(max_examples=30, deadline=None)
@given(SEQUENCES)
def test_the_next_toss_is_a_quotient_of_evidences(values):
    """p(next is heads) = p(tosses and a head) / p(tosses), the exchange before the last toss."""
    answers = solve(TOSSES, values)
    longer = solve(TOSSES, {"tosses": (*values["tosses"], 1), "place": 1})
    places = len(values["tosses"]) - 1
    assert answers["next_toss"] == sum(longer["evidence_at"][:places]) / sum(answers["evidence_at"])


@examples(25)
@given(SEQUENCES)
def test_both_routes_agree(values):
    answers = solve(TOSSES, values)
    assert verify(TOSSES, [values], [answers]).disagreements == ()


def test_every_mistake_is_proved():
    assert unproved_mistakes(TOSSES) == []


@pytest.mark.parametrize(
    ("tosses", "place"),
    [((1,), 1), ((1, 0, 2), 1), ((1, 0), 2), ((1, 0), 0), ((1, 0, 1), Fraction(1, 2))],
)
def test_what_is_refused(tosses, place):
    with pytest.raises(SolverFailure):
        solve(TOSSES, {"tosses": tosses, "place": place})
