"""Tokenisers against hand-worked numbers."""

from fractions import Fraction
from math import log2

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

MERGES = find_solver("tokenisation.byte_pair")
SCORES = find_solver("tokenisation.bits_per_byte")
CUTS = find_solver("tokenisation.segmentations")


def test_two_merges_by_hand():
    """ug stands in hug, pug and hugs: 10 + 5 + 5; then h and ug in 15 words, p and u in 12."""
    found = solve(MERGES, MERGES.examples[0])
    assert (found["first_merge"], found["first_count"]) == ("ug", 20)
    assert (found["second_merge"], found["second_count"]) == ("hug", 15)
    assert found["tokens_before"] == 3 * (10 + 5 + 12) + 4 * 5
    assert found["tokens_after"] == found["tokens_before"] - 20 - 15
    assert not found["repeats"]


def test_a_tie_is_told():
    assert solve(MERGES, {"words": ("ab", "cd", "efg"), "counts": (2, 2, 1)})["tie"]


def test_bits_per_byte_by_hand():
    """3 nats for 200 tokens and 2 nats for 500 on 1000 bytes: 0.6 and 1 nat a byte."""
    found = solve(SCORES, SCORES.examples[0])
    assert found["nats_per_byte"] == (Fraction(3, 5), 1)
    assert (found["best"], found["lowest_loss"]) == (0, 1)
    assert found["bits_per_byte"][1] == pytest.approx(1.442695, abs=1e-6)


def test_segmentations_by_hand():
    """a, b, c: 4·2·5 / 20³; ab, c: 1·5 / 20²; a, bc: 4·2 / 20²."""
    found = solve(CUTS, CUTS.examples[0])
    assert found["ways"] == (Fraction(1, 200), Fraction(1, 80), Fraction(1, 50))
    assert found["probability"] == Fraction(15, 400)
    assert found["saved_bits"] == pytest.approx(log2(15 / 8))


@pytest.mark.parametrize("known", [MERGES, SCORES, CUTS], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (MERGES, {"words": ("Hug", "pug", "pun", "hugs")}, "small letters"),
        (MERGES, {"words": ("ab",), "counts": (1,)}, "leave a second pair"),
        (SCORES, {"losses": (0, 1)}, "a loss must be positive"),
        (SCORES, {"tokens": (0, 1)}, "a number of tokens must be a whole number"),
        (CUTS, {"pieces": (1, 0, 0, 0, 0, 0)}, "pieces must not be zero"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
