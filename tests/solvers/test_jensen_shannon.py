"""Jensen and Shannon's divergence against hand-worked numbers and its known bounds."""

from fractions import Fraction
from functools import cache
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

DIVERGENCE = find_solver("jensen_shannon.divergence")
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def laws(size):
    return draw.tuples(*[draw.integers(1, 9)] * size).map(
        lambda weights: tuple(Fraction(weight, sum(weights)) for weight in weights)
    )


def test_two_coins_by_hand():
    """p = (3/4, 1/4) and q = (1/4, 3/4): the mixture is fair, and both are as far from it."""
    answers = solve(DIVERGENCE, {"p": (3 * QUARTER, QUARTER), "q": (QUARTER, 3 * QUARTER)})
    entropy = log(4) - 0.75 * log(3)
    assert answers["mixture"] == (HALF, HALF)
    assert answers["sum_not_halved"] == (1, 1)
    for name in ("divergence", "first_divergence", "second_divergence"):
        assert answers[name] == pytest.approx(log(2) - entropy), name
    assert answers["without_halves"] == pytest.approx(2 * (log(2) - entropy))
    assert answers["to_the_other"] == pytest.approx(log(3) / 2)
    assert answers["turned"] == pytest.approx(log(2 / 3) / 2 + log(2) / 2)
    assert answers["total_variation"] == HALF


@examples(30)
@given(draw.integers(1, 5).flatmap(cache(lambda size: draw.tuples(laws(size), laws(size)))))
def test_it_is_symmetric_and_bounded(both):
    values = dict(zip(("p", "q"), both, strict=True))
    answers = solve(DIVERGENCE, values)
    back = solve(DIVERGENCE, {"p": values["q"], "q": values["p"]})
    assert answers["divergence"] == pytest.approx(back["divergence"], abs=1e-14)
    assert answers["first_divergence"] == pytest.approx(back["second_divergence"], abs=1e-14)
    assert -1e-14 <= answers["divergence"] <= log(2) * (answers["total_variation"] + 1e-12)
    found = verify(DIVERGENCE, [values], [answers])
    assert found.disagreements == ()
    assert found.compared == len(DIVERGENCE.names), "a mistake has no second route"


def test_unfit_laws_are_refused():
    with pytest.raises(SolverFailure, match="q must be probabilities"):
        solve(DIVERGENCE, {"p": (HALF, HALF), "q": (1, 1)})
    with pytest.raises(SolverFailure, match="q must have 2 entries"):
        solve(DIVERGENCE, {"p": (HALF, HALF), "q": (1,)})
    with pytest.raises(SolverFailure, match="must be positive everywhere"):
        solve(DIVERGENCE, {"p": (1, 0), "q": (HALF, HALF)})
