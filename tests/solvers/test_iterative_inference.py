"""The gaps of an encoder, and steps that refine it, against hand-worked numbers."""

from fractions import Fraction
from math import log, pi

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

GAPS = find_solver("iterative_inference.gaps")
REFINED = find_solver("iterative_inference.refined")


def test_gaps_by_hand():
    """w = 2, s² = 1, x = 5: precision 5, mean 2; the mean 3/2 is 1/2 off."""
    found = solve(GAPS, GAPS.examples[0])
    assert (found["posterior_mean"], found["posterior_variance"]) == (2, Fraction(1, 5))
    assert found["amortisation_gap"] == Fraction(5, 8)
    assert found["approximation_gap"] == pytest.approx((5 / 2 - 1 - log(5 / 2)) / 2)
    assert found["evidence"] == pytest.approx(-log(10 * pi) / 2 - 5 / 2)


def test_the_gaps_make_up_what_the_elbo_misses():
    found = solve(GAPS, GAPS.examples[1])
    assert found["evidence"] - found["whole_gap"] == pytest.approx(found["encoder_elbo"])


def test_steps_by_hand():
    """From 1 to the mean 2 with the precision 5 and steps of 1/10: the distance halves."""
    found = solve(REFINED, REFINED.examples[0])
    assert (found["shrinkage"], found["distance"]) == (Fraction(1, 2), -1)
    assert found["refined"] == 2 - Fraction(1, 8)
    assert found["largest_step"] == Fraction(2, 5)
    assert found["converges"]


@pytest.mark.parametrize("known", [GAPS, REFINED], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (GAPS, {"weight": 0}, "weight must not be 0"),
        (GAPS, {"variance": 0}, "variance must be positive"),
        (GAPS, {"noise_variance": Fraction(1, 5000)}, "noise_variance must lie between"),
        (REFINED, {"step": 0}, "step must be positive"),
        (REFINED, {"steps": 21}, "steps must be a whole number from 1 to 20"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
