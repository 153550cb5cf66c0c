"""Gaussian maximum likelihood and expectation-maximisation against hand-worked numbers."""

from fractions import Fraction
from math import exp, log, pi, sqrt
from statistics import pvariance, variance

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

ESTIMATE = find_solver("gaussian_likelihood.estimate")
STEP = find_solver("gaussian_likelihood.em_step")
HALF = Fraction(1, 2)
numbers = fractions(-6, 6, max_denominator=4)


def test_an_estimate_by_hand():
    """1, 2, 6: mean 3, squares about it 4 + 1 + 9 = 14."""
    answers = solve(ESTIMATE, {"data": (1, 2, 6)})
    assert (answers["mean"], answers["variance"]) == (3, Fraction(14, 3))
    assert answers["unbiased_variance"] == 7
    assert answers["shrinkage"] == Fraction(2, 3)
    assert (answers["sum_of_squares"], answers["median"]) == (14, 2)
    assert solve(ESTIMATE, {"data": (5, 1, 2, 9)})["median"] == Fraction(7, 2)


@examples(15)
@given(draw.lists(numbers, min_size=2, max_size=7).filter(lambda data: len(set(data)) > 1))
def test_the_variances_are_those_of_the_standard_library(data):
    values = {"data": tuple(data)}
    answers = solve(ESTIMATE, values)
    assert answers["variance"] == pvariance(data)
    assert answers["unbiased_variance"] == variance(data)
    assert verify(ESTIMATE, [values], [answers]).disagreements == ()


def test_a_step_by_hand():
    """Data −1 and 1, equal weights, means −1 and 1, unit variances.

    The log-odds of the second component at x are 2 x, so that it has 1 / (1 + e^2) of −1.
    """
    values = {"data": (-1, 1), "weights": (HALF, HALF), "means": (-1, 1), "variances": (1, 1)}
    answers = solve(STEP, values)
    small = 1 / (1 + exp(2))
    large = 1 - small
    assert answers["responsibilities"][0] == pytest.approx((large, small))
    assert answers["responsibilities"][1] == pytest.approx((small, large))
    assert answers["effective_counts"] == pytest.approx((1, 1))
    assert answers["weights_after"] == pytest.approx((0.5, 0.5))
    mean = large - small
    assert answers["means_after"] == pytest.approx((-mean, mean))
    before = 2 * log((1 + exp(-2)) / 2 / sqrt(2 * pi))
    assert answers["log_likelihood_before"] == pytest.approx(before)
    after = sum(exp(-((1 - m) ** 2) / 2) for m in (mean, -mean)) / 2 / sqrt(2 * pi)
    assert answers["log_likelihood_after"] == pytest.approx(2 * log(after))
    assert answers["joint_for_responsibilities"][0] == pytest.approx(
        (0.5 / sqrt(2 * pi), 0.5 * exp(-2) / sqrt(2 * pi))
    )
    assert answers["means_over_all"] == pytest.approx((-mean / 2, mean / 2))


def test_the_mistaken_responsibilities_by_hand():
    """At x = 0 between equal distances: weights 1 : 3, deviations 1 : 2, so 1 : 3/2."""
    values = {
        "data": (0, 2),
        "weights": (Fraction(1, 4), Fraction(3, 4)),
        "means": (0, 0),
        "variances": (1, 4),
    }
    answers = solve(STEP, values)
    assert answers["responsibilities"][0] == pytest.approx((2 / 5, 3 / 5))
    assert answers["responsibilities_without_weights"][0] == pytest.approx((2 / 3, 1 / 3))


def test_one_component_learns_the_mean():
    values = {"data": (1, 2, 6), "weights": (1,), "means": (0,), "variances": (2,)}
    answers = solve(STEP, values)
    assert answers["means_after"] == pytest.approx((3,))
    assert answers["log_likelihood_after"] == pytest.approx(-1.5 * log(4 * pi) - 14 / 4)


@examples(15)
@given(
    draw.lists(numbers, min_size=3, max_size=6).filter(lambda data: len(set(data)) > 1),
    draw.integers(1, 9),
    draw.tuples(numbers, numbers),
    draw.tuples(*[fractions(2, 6, max_denominator=4)] * 2),
)
def test_no_step_makes_the_likelihood_smaller(data, weight, means, variances):
    values = {
        "data": tuple(data),
        "weights": (Fraction(weight, 10), Fraction(10 - weight, 10)),
        "means": means,
        "variances": variances,
    }
    answers = solve(STEP, values)
    assert answers["log_likelihood_after"] >= answers["log_likelihood_before"] - 1e-9
    found = verify(STEP, [values], [answers])
    assert found.disagreements == ()
    assert found.compared == len(STEP.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (ESTIMATE, {"data": (2, 2)}, "data must have two different values"),
        (STEP, {"data": (1,)}, "data must have two different values"),
        (STEP, {"means": (1,)}, "means must have 2 entries"),
        (STEP, {"weights": (1, 0)}, r"weights\[1\] must be positive"),
        (STEP, {"variances": (1, 0)}, r"variances\[1\] must be positive"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
