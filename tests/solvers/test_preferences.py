"""Learning from preferences against hand-worked numbers."""

from fractions import Fraction
from math import e, log

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

from .proved_mistakes import unproved_mistakes

TILTED = find_solver("preferences.tilted")
PAIR = find_solver("preferences.pair")
COMPARED = find_solver("preferences.bradley_terry")
STEP = find_solver("preferences_step.log_linear")


def test_a_tilted_coin_by_hand():
    """Two answers of 1/2 each, rewards 1 and 0, beta = 1: the weights are e/2 and 1/2."""
    found = solve(
        TILTED, {"reference": (Fraction(1, 2), Fraction(1, 2)), "rewards": (1, 0), "beta": 1}
    )
    assert found["policy"] == pytest.approx((e / (1 + e), 1 / (1 + e)))
    assert found["best_value"] == pytest.approx(log((1 + e) / 2))
    assert found["expected_reward"] == pytest.approx(e / (1 + e))
    assert found["divergence"] == pytest.approx(e / (1 + e) - log((1 + e) / 2))
    assert found["reference_reward"] == Fraction(1, 2)


def test_a_pair_at_the_start_loses_ln_2():
    found = solve(PAIR, {"policy": (-5, -7), "reference": (-5, -7), "beta": Fraction(1, 10)})
    assert (found["margin"], found["weight"]) == (0, 0.5)
    assert found["loss"] == pytest.approx(log(2))
    assert not found["ranks_rightly"]


def test_a_pair_by_hand():
    """Log ratios 1 and −2 with beta = 1/10: the margin is 3/10."""
    found = solve(PAIR, PAIR.examples[0])
    assert (found["chosen_ratio"], found["rejected_ratio"]) == (1, -2)
    assert found["margin"] == Fraction(3, 10)
    assert found["margin_without_reference"] == Fraction(2, 10)
    assert found["margin_added"] == Fraction(-1, 10)


def test_odds_multiply():
    """Odds 4 and 7/3 give 28/3."""
    found = solve(COMPARED, {"first": Fraction(4, 5), "second": Fraction(7, 10)})
    assert found["far"] == Fraction(28, 31)
    assert found["product"] == Fraction(56, 100)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_answer_with_the_mean_feature_stays(place):
    """Both routes say so, although one of them rounds."""
    features = [(5, 2), (2, 5), (7, -1), (-3, 4)]
    batch = []
    for high, low in features:
        for tenths in range(1, 9):
            # The two others balance around the answer that has their mean.
            mean = Fraction(high + low, 2)
            share = Fraction(10 - tenths, 20)
            row, policy = [high, low], [share, share]
            row.insert(place, mean)
            policy.insert(place, Fraction(tenths, 10))
            batch.append(
                {
                    "features": tuple(row),
                    "policy": tuple(policy),
                    "reference": (Fraction(1, 4), Fraction(7, 10), Fraction(1, 20)),
                    "beta": Fraction(1, 10),
                }
            )
    answers = [solve(STEP, values) for values in batch]
    names = ("chosen_rises", "rejected_falls", "third_rises")
    assert not any(found[names[place]] for found in answers)
    assert verify(STEP, batch, answers).disagreements == ()


def test_a_chosen_answer_can_lose():
    """With the mean feature above both, both lose and the third answer gains."""
    found = solve(STEP, STEP.examples[0])
    assert found["mean_feature"] == Fraction(12, 5)
    assert found["slopes"] == (Fraction(-2, 5), Fraction(-7, 5), Fraction(3, 5))
    assert (found["chosen_rises"], found["rejected_falls"]) == (False, True)
    assert found["third_rises"]


@pytest.mark.parametrize("known", [TILTED, PAIR, COMPARED], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (TILTED, {"reference": (1, 0, 0)}, "must have no zeros"),
        (TILTED, {"beta": 0}, "beta must be positive"),
        (TILTED, {"rewards": (0, 1, 200)}, "at most 200 times beta"),
        (PAIR, {"policy": (1, -2)}, "must not be positive"),
        (PAIR, {"policy": (-5000, 0), "beta": 1}, "at most 200 in size"),
        (COMPARED, {"first": 1}, "first must lie between 0 and 1"),
        (STEP, {"features": (1, 1, 2)}, "different features"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
