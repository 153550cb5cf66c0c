"""The decoder's variance behind a weighted squared error, by hand and by both routes."""

from fractions import Fraction
from math import log, pi, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

LOSS = find_solver("gaussian_decoder.weighted_loss")


def test_worked_numbers():
    """100 pixels and the weight 0.04: sigma² = 2, and 2 · sigma² / 100 is the weight."""
    answers = solve(LOSS, {"pixels": 100, "weight": Fraction(1, 25)})
    assert answers["noise_variance"] == 2
    assert answers["mean_overlooked"] == Fraction(1, 50)
    assert answers["two_overlooked"] == 4
    assert answers["noise_deviation"] == pytest.approx(sqrt(2))
    assert answers["noise_precision"] == Fraction(1, 2)


@settings(max_examples=20, deadline=None)
@given(
    draw.integers(1, 50),
    fractions(min_value=Fraction(1, 100), max_value=4, max_denominator=100),
    draw.floats(0, 30),
    draw.floats(0, 5),
)
def test_the_loss_is_minus_the_elbo_but_for_a_factor_and_a_constant(pixels, weight, squares, kl):
    variance = float(solve(LOSS, {"pixels": pixels, "weight": weight})["noise_variance"])
    loss = squares / pixels + float(weight) * kl
    elbo = -squares / (2 * variance) - pixels * log(2 * pi * variance) / 2 - kl
    constant = pixels * log(2 * pi * variance) / 2
    assert -elbo - constant == pytest.approx(loss * pixels / (2 * variance))


@examples(10)
@given(
    draw.lists(
        draw.fixed_dictionaries(
            {
                "pixels": draw.integers(1, 5000),
                "weight": draw.fractions(
                    min_value=Fraction(1, 1000), max_value=4, max_denominator=1000
                ),
            }
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_routes_agree(batch):
    answers = [solve(LOSS, values) for values in batch]
    assert verify(LOSS, batch, answers).disagreements == ()


def test_every_mistake_is_proved():
    assert unproved_mistakes(LOSS) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"pixels": 0}, "pixels must be a whole number"), ({"weight": 0}, "weight must be positive")],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(LOSS, {"pixels": 4, "weight": 1, **changed})
