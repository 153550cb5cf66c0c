"""Exponential times with unended ones: hand-worked numbers, and both routes."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

EXPONENTIAL = find_solver("censored_likelihood.exponential")

TIMES = fractions(Fraction(1, 4), 30, max_denominator=4)


def test_five_times_by_hand():
    """Times 2, 5, 3 ended and twice 8 not: three ends in 26 units of time."""
    answers = solve(EXPONENTIAL, {"ended": (2, 5, 3), "unended": (8, 8)})
    assert (answers["estimate"], answers["mean_time"]) == (Fraction(3, 26), Fraction(26, 3))
    assert answers["exposure"] == 26
    assert answers["mean_time_all_counted"] == Fraction(26, 5)
    assert answers["mean_time_unended_dropped"] == Fraction(10, 3)
    at = {"lambda": 0.5}
    assert evaluate(answers["log_likelihood_formula"], at) == pytest.approx(3 * log(0.5) - 13)


@examples(15)
@given(draw.lists(TIMES, min_size=1, max_size=4), draw.lists(TIMES, min_size=1, max_size=4))
def test_both_routes_agree_and_unended_times_lengthen_the_mean(ended, unended):
    values = {"ended": tuple(ended), "unended": tuple(unended)}
    answers = solve(EXPONENTIAL, values)
    assert answers["mean_time"] > answers["mean_time_unended_dropped"]
    assert answers["mean_time"] > answers["mean_time_all_counted"]
    found = verify(EXPONENTIAL, [values], [answers])
    assert found.disagreements == ()
    assert found.compared == len(EXPONENTIAL.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("ended", "unended", "reason"),
    [
        ((0,), (1,), r"ended\[0\] must be positive"),
        ((1,), (-1,), r"unended\[0\] must be positive"),
        ((), (1,), "ended must not be empty"),
        ((1,), (), "unended must not be empty"),
    ],
)
def test_unfit_times_are_refused(ended, unended, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(EXPONENTIAL, {"ended": ended, "unended": unended})
