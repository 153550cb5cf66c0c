"""Jensen and Shannon's divergence against hand-worked numbers and its known bounds."""

from fractions import Fraction
from math import log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

DIVERGENCE = find_solver("jensen_shannon.divergence")
HALF = Fraction(1, 2)


def laws(size):
    return (
        draw.tuples(*[draw.integers(0, 9)] * size)
        .filter(any)
        .map(lambda weights: tuple(Fraction(weight, sum(weights)) for weight in weights))
    )


def test_laws_that_share_nothing_are_one_bit_apart():
    answers = solve(DIVERGENCE, {"p": (1, 0), "q": (0, 1)})
    assert answers["divergence_in_bits"] == pytest.approx(1)
    assert answers["distance"] == pytest.approx(sqrt(log(2)))
    assert answers["mixture"] == (HALF, HALF)
    assert answers["mixture_entropy"] == pytest.approx(log(2))
    assert answers["is_largest"] is True
    assert answers["without_halves"] == pytest.approx(2 * log(2))
    assert answers["total_variation"] == 1


def test_a_sure_against_a_fair_coin():
    """p = (1, 0), q = (1/2, 1/2): the mixture is (3/4, 1/4)."""
    answers = solve(DIVERGENCE, {"p": (1, 0), "q": (HALF, HALF)})
    first, second = log(4 / 3), log(2 / 3) / 2 + log(2) / 2
    assert answers["first_only"] == pytest.approx(first)
    assert answers["second_only"] == pytest.approx(second)
    assert answers["divergence"] == pytest.approx((first + second) / 2)
    middle = log(4) - 0.75 * log(3)
    assert answers["mixture_entropy"] == pytest.approx(middle)
    assert answers["divergence"] == pytest.approx(middle - log(2) / 2)
    assert answers["entropies_added"] == pytest.approx(middle - log(2))
    assert answers["is_largest"] is False


@settings(max_examples=30, deadline=None)
@given(draw.integers(1, 5).flatmap(lambda size: draw.tuples(laws(size), laws(size))))
def test_it_is_symmetric_and_bounded(both):
    values = dict(zip(("p", "q"), both, strict=True))
    answers = solve(DIVERGENCE, values)
    back = solve(DIVERGENCE, {"p": values["q"], "q": values["p"]})
    assert answers["divergence"] == pytest.approx(back["divergence"], abs=1e-14)
    assert -1e-14 <= answers["divergence"] <= log(2) * (answers["total_variation"] + 1e-12)
    assert answers["is_largest"] == (answers["total_variation"] == 1)
    assert verify(DIVERGENCE, [values], [answers]).disagreements == ()


def test_unfit_laws_are_refused():
    with pytest.raises(SolverFailure, match="q must be probabilities"):
        solve(DIVERGENCE, {"p": (1, 0), "q": (1, 1)})
    with pytest.raises(SolverFailure, match="q must have 2 entries"):
        solve(DIVERGENCE, {"p": (1, 0), "q": (1,)})
