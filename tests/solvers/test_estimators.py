"""Monte Carlo estimators against hand-worked numbers and against every possible sample."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

MEAN = find_solver("estimators.sample_mean")
QUADRATIC = find_solver("estimators.quadratic_of_mean")
HALF = Fraction(1, 2)
numbers = draw.integers(-6, 6) | draw.fractions(-6, 6, max_denominator=4)


def laws(size, least):
    return draw.tuples(*[draw.integers(least, 9)] * size).filter(any).map(normalised)


def normalised(weights):
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


def moments_over_all_samples(law, scores, n, estimate):
    """Mean and variance of an estimate, from every sample of n draws."""
    samples = list(product(range(len(law)), repeat=n))
    chances = [prod(law[index] for index in sample) for sample in samples]
    results = [estimate([scores[index] for index in sample]) for sample in samples]
    mean = sum(p * value for p, value in zip(chances, results, strict=True))
    square = sum(p * value * value for p, value in zip(chances, results, strict=True))
    return mean, square - mean * mean


def average(values):
    return Fraction(sum(values)) / len(values)


def test_the_mean_of_coin_tosses():
    answers = solve(MEAN, {"values": (0, 1), "probabilities": (HALF, HALF), "n": 25})
    assert answers["expectation"] == HALF
    assert answers["variance"] == Fraction(1, 4)
    assert answers["deviation"] == HALF
    assert answers["estimator_variance"] == Fraction(1, 100)
    assert answers["standard_error"] == Fraction(1, 10)
    assert answers["second_moment_variance"] == Fraction(1, 50)
    assert answers["divided_twice"] == Fraction(1, 2500)
    assert answers["unrooted_error"] == Fraction(1, 50)
    assert answers["summed_variance"] == Fraction(25, 4)


@settings(max_examples=20, deadline=None)
@given(laws(3, 0), draw.tuples(numbers, numbers, numbers), draw.integers(1, 4))
def test_the_mean_over_every_sample(law, values, n):
    answers = solve(MEAN, {"values": values, "probabilities": law, "n": n})
    mean, variance = moments_over_all_samples(law, values, n, average)
    assert (answers["expectation"], answers["estimator_variance"]) == (mean, variance)
    assert answers["unweighted_mean"] == average(values)
    arguments = {"values": values, "probabilities": law, "n": n}
    assert verify(MEAN, [arguments], [answers]).disagreements == ()


def test_the_square_of_a_mean_by_hand():
    """f(x) = x², mu = 3, sigma = 2, n = 4: the mean has variance 1."""
    answers = solve(QUADRATIC, {"a": 1, "b": 0, "c": 0, "mu": 3, "sigma": 2, "n": 4})
    assert (answers["value_at_mean"], answers["expectation"], answers["bias"]) == (9, 10, 1)
    assert (answers["is_unbiased"], answers["overestimates"]) == (False, True)
    assert answers["mean_of_f"] == 13
    assert (answers["delta_variance"], answers["delta_deviation"]) == (36, 6)
    assert (answers["variance"], answers["mean_squared_error"]) == (38, 39)
    assert (answers["bias_not_divided"], answers["bias_without_half"]) == (4, 2)
    assert (answers["bias_negated"], answers["bias_from_deviation"]) == (-1, HALF)
    assert (answers["delta_unsquared_slope"], answers["delta_not_divided"]) == (6, 144)
    assert answers["delta_without_slope"] == 1


@settings(max_examples=15, deadline=None)
@given(laws(2, 1), numbers, numbers, numbers, draw.integers(1, 5))
def test_the_bias_over_every_sample_of_a_law_that_is_not_gaussian(law, a, b, c, n):
    values = (0, 3)
    mu = 3 * law[1]
    variance = 9 * law[0] * law[1]
    mean, _ = moments_over_all_samples(
        law, values, n, lambda xs: (a * average(xs) + b) * average(xs) + c
    )
    # The deviation of this law is irrational, but the bias is linear in the variance.
    answers = solve(QUADRATIC, {"a": a, "b": b, "c": c, "mu": mu, "sigma": 1, "n": n})
    assert mean - answers["value_at_mean"] == answers["bias"] * variance
    assert answers["is_unbiased"] == (a == 0)
    assert answers["overestimates"] == (mean > answers["value_at_mean"])
    arguments = {"a": a, "b": b, "c": c, "mu": mu, "sigma": 1, "n": n}
    assert verify(QUADRATIC, [arguments], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (MEAN, {"n": 0}, "n must be a whole number of draws"),
        (MEAN, {"n": HALF}, "n must be a whole number of draws"),
        (MEAN, {"values": (1,)}, "values must have 2 entries"),
        (MEAN, {"probabilities": (HALF, 1)}, "sum to 1"),
        (QUADRATIC, {"sigma": 0}, "sigma must be positive"),
        (QUADRATIC, {"a": 0.5}, "a must be an exact number"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
