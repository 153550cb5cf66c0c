"""The discretised logistic against hand-worked numbers and its own sum."""

from fractions import Fraction
from math import exp, log, tanh

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions

LEVEL = find_solver("autoregressive_pixels.discretised_logistic")


def test_the_middle_level_by_hand():
    """At x = mu the mass is 2 σ(1 / (2 s)) − 1 = tanh(1 / (4 s))."""
    answers = solve(LEVEL, {"x": 3, "mu": 3, "scale": Fraction(1, 2), "levels": 8})
    assert answers["probability"] == pytest.approx(tanh(0.5))
    assert answers["bits"] == pytest.approx(-log(tanh(0.5)) / log(2))
    assert answers["density"] == pytest.approx(0.5)
    assert answers["upper_only"] == pytest.approx(1 / (1 + exp(-1)))
    assert answers["from_level_up"] == pytest.approx(1 / (1 + exp(-2)) - 0.5)
    assert answers["scale_forgotten"] == pytest.approx(tanh(0.25))
    assert answers["scale_multiplied"] == pytest.approx(tanh(0.125))


def test_the_edges_take_what_lies_beyond():
    values = {"mu": Fraction(1, 2), "scale": 2, "levels": 4}
    shares = [solve(LEVEL, {**values, "x": level}) for level in range(4)]
    assert sum(each["probability"] for each in shares) == pytest.approx(1)
    assert shares[0]["below"] == 0
    assert shares[3]["above"] == 1


@settings(max_examples=20, deadline=None)
@given(
    draw.integers(0, 7),
    fractions(min_value=-1, max_value=8, max_denominator=10),
    fractions(min_value=Fraction(1, 2), max_value=3, max_denominator=10),
)
def test_both_routes_agree(level, mu, scale):
    values = {"x": level, "mu": mu, "scale": scale, "levels": 8}
    assert verify(LEVEL, [values], [solve(LEVEL, values)]).disagreements == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x": 16}, "x must be a whole number from 0 to 15"),
        ({"scale": 0}, "scale must be positive"),
        ({"mu": 100}, "x must lie within 30 scales of mu"),
        ({"levels": 1}, "levels must be a whole number from 2 to 256"),
    ],
)
def test_unfit_values_are_refused(change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(LEVEL, {**LEVEL.examples[0], **change})
