"""Joint probabilities of binary pixels and a binary latent variable, by hand and by both routes."""

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.solvers.proved_mistakes import unproved_mistakes

JOINT = find_solver("binary_decoder.joint")
PLAIN = {
    "one": Fraction(3, 10),
    "decoder": ((Fraction(9, 10), Fraction(1, 5)), (Fraction(1, 2), Fraction(3, 5))),
    "pixels": (1, 0),
}
shares = fractions(
    min_value=Fraction(1, 20), max_value=Fraction(19, 20), max_denominator=20
).filter(lambda share: 0 < share < 1)


def test_worked_numbers():
    """0.3 · 0.9 · 0.8 for z = 1 and 0.7 · 0.5 · 0.4 for z = 0."""
    answers = solve(JOINT, PLAIN)
    assert answers["joint"] == Fraction(216, 1000)
    assert answers["prior_forgotten"] == Fraction(72, 100)
    assert answers["all_pixels_on"] == Fraction(54, 1000)
    assert answers["evidence"] == Fraction(356, 1000)
    assert answers["posterior"] == Fraction(216, 356)
    assert answers["prior_added"] == Fraction(102, 100)


@settings(max_examples=20, deadline=None)
@given(
    draw.integers(1, 4).flatmap(
        cache(
            lambda d: draw.fixed_dictionaries(
                {
                    "one": shares,
                    "decoder": draw.tuples(*[draw.tuples(*[shares] * d)] * 2),
                    "pixels": draw.tuples(*[draw.integers(0, 1)] * d),
                }
            )
        )
    )
)
def test_the_routes_agree(values):
    answers = solve(JOINT, values)
    assert verify(JOINT, [values], [answers]).disagreements == ()


def test_the_probabilities_of_all_pictures_sum_to_that_of_the_latent_value():
    pictures = [(first, second) for first in (0, 1) for second in (0, 1)]
    assert sum(solve(JOINT, {**PLAIN, "pixels": each})["joint"] for each in pictures) == Fraction(
        3, 10
    )


def test_every_mistake_is_proved():
    assert unproved_mistakes(JOINT) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"one": 1}, "one must lie between 0 and 1"),
        ({"pixels": (1, 2)}, "pixels must be 0 or 1"),
        ({"pixels": (1,)}, "pixels must have 2 entries"),
        ({"decoder": ((0, 1), (1, 0))}, "decoder must lie between 0 and 1"),
        ({"decoder": ((Fraction(1, 2),),)}, "decoder must have 2 rows"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(JOINT, {**PLAIN, **changed})
