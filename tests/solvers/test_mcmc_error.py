"""Errors of averages over chains, against hand-worked numbers and sums of lags."""

from fractions import Fraction
from math import sqrt
from operator import mul

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

AVERAGE = find_solver("mcmc_error.chain_average")
CHAINS = find_solver("mcmc_error.two_chains")
HALF = Fraction(1, 2)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def pair(leave, enter):
    return ((1 - leave, leave), (enter, 1 - enter))


def test_a_slow_chain_by_hand():
    """Both states are left with 1/10: the factor is 4/5, so τ = (1 + 4/5)/(1 − 4/5) = 9."""
    tenth = Fraction(1, 10)
    answers = solve(AVERAGE, {"transition": pair(tenth, tenth), "f": (0, 1), "draws": 900})
    assert (answers["lag_one"], answers["time"]) == (Fraction(4, 5), 9)
    assert answers["effective_draws"] == 100
    assert answers["effective_one_sided"] == 180
    assert answers["effective_first_lag"] == Fraction(900 * 5, 13)
    assert answers["effective_by_lag_one"] == 720
    assert answers["effective_multiplied"] == 8100


def test_independent_draws_and_alternating_ones():
    independent = {"transition": pair(HALF, HALF), "f": (1, 0), "draws": 10}
    assert solve(AVERAGE, independent)["time"] == 1
    swinging = {"transition": pair(Fraction(9, 10), Fraction(9, 10)), "f": (1, 0), "draws": 10}
    assert solve(AVERAGE, swinging)["time"] == Fraction(1, 9)
    assert agree(AVERAGE, swinging)


rows = draw.tuples(*[draw.integers(1, 9)] * 3).map(
    lambda counts: tuple(Fraction(count, sum(counts)) for count in counts)
)


@examples(20)
@given(draw.tuples(rows, rows, rows), draw.tuples(*[draw.integers(-3, 3)] * 3))
def test_the_time_is_the_sum_of_all_lags(transition, f):
    assume(len(set(f)) > 1)
    values = {"transition": transition, "f": f, "draws": 100}
    assert agree(AVERAGE, values)
    answers = solve(AVERAGE, values)
    law = [1.0, 0.0, 0.0]
    for _ in range(300):
        law = [sum(law[i] * float(transition[i][j]) for i in range(3)) for j in range(3)]
    mean = sum(map(mul, law, f))
    gaps = [each - mean for each in f]
    variance = sum(share * gap**2 for share, gap in zip(law, gaps, strict=True))
    total, reached = 0.0, gaps
    for _ in range(300):
        reached = [sum(float(transition[i][j]) * reached[j] for j in range(3)) for i in range(3)]
        total += sum(law[i] * gaps[i] * reached[i] for i in range(3))
    assert float(answers["time"]) == pytest.approx(1 + 2 * total / variance)


def test_two_chains_by_hand():
    """Means 2 and 5, both variances 1: W = 1, V = 9/2, R̂² = 2/3 + 9/2."""
    answers = solve(CHAINS, {"first": (1, 2, 3), "second": (4, 6, 5)})
    assert (answers["within"], answers["apart"]) == (1, Fraction(9, 2))
    assert answers["root_forgotten"] == Fraction(31, 6)
    assert answers["reduction"] == pytest.approx(sqrt(31 / 6))
    assert answers["between_not_divided"] == pytest.approx(sqrt(2 / 3 + 13.5))
    assert answers["within_by_n"] == pytest.approx(sqrt((4 / 9 + 4.5) / (2 / 3)))
    assert answers["means_by_two"] == pytest.approx(sqrt(2 / 3 + 2.25))
    assert answers["inverted"] == pytest.approx(sqrt(6 / 31))


draws = draw.lists(draw.tuples(*[draw.integers(-9, 9)] * 2), min_size=2, max_size=8)


@settings(max_examples=20, deadline=None)
@given(draws)
def test_both_routes_of_two_chains_agree(both):
    first, second = zip(*both, strict=True)
    assume(len(set(first)) > 1 or len(set(second)) > 1)
    assert agree(CHAINS, {"first": first, "second": second})


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (AVERAGE, {"transition": ((0, 1), (1, 0))}, "tend to one law"),
        (AVERAGE, {"transition": ((1, 0), (0, 1))}, "tend to one law"),
        (AVERAGE, {"f": (1, 1)}, "f must differ"),
        (AVERAGE, {"f": (1, 2, 3)}, "f must have 2 entries"),
        (AVERAGE, {"draws": 0}, "draws must be a whole number"),
        (CHAINS, {"first": (1, 2)}, "second must have 2 entries"),
        (CHAINS, {"first": (1,), "second": (2,)}, "at least 2"),
        (CHAINS, {"first": (1, 1), "second": (2, 2)}, "not both be constant"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
