"""Monte Carlo estimators against hand-worked numbers and against every possible sample."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

MEAN = find_solver("estimators.sample_mean")
DRAWS = find_solver("estimators.draws_needed")
QUADRATIC = find_solver("estimators.quadratic_of_mean")
UNBIASED = find_solver("estimators_bias.unbiased")
HALF = Fraction(1, 2)
numbers = draw.integers(-6, 6) | fractions(-6, 6, max_denominator=4)


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
    assert answers["unrooted_error"] == Fraction(1, 50)
    # The mean square of a toss is 1/2.
    assert answers["second_moment_error"] == pytest.approx(0.02**0.5)
    assert answers["unweighted_error"] == answers["standard_error"]


def test_the_draws_that_a_standard_error_takes():
    """0 or 3 with probabilities 2/3 and 1/3: variance 2, mean square 3."""
    law = {"values": (0, 3), "probabilities": (Fraction(2, 3), Fraction(1, 3))}
    answers = solve(DRAWS, {**law, "target": Fraction(1, 10)})
    assert (answers["expectation"], answers["variance"], answers["draws"]) == (1, 2, 200)
    assert answers["deviation_over_target"] == pytest.approx(200**0.5)
    assert (answers["variance_over_target"], answers["second_moment_draws"]) == (20, 300)
    # 2/0.09 is 22.2: one more draw than 22 is needed.
    assert solve(DRAWS, {**law, "target": Fraction(3, 10)})["draws"] == 23
    assert solve(DRAWS, {**law, "target": 5})["draws"] == 1


@examples(15)
@given(
    laws(3, 1),
    draw.tuples(*[draw.integers(-6, 6)] * 3).filter(lambda values: len(set(values)) > 1),
    fractions(Fraction(1, 50), 3, max_denominator=50),
)
def test_both_routes_count_the_same_draws(law, values, target):
    arguments = {"values": values, "probabilities": law, "target": target}
    answers = solve(DRAWS, arguments)
    errors = [
        solve(MEAN, {"values": values, "probabilities": law, "n": n})["estimator_variance"]
        for n in (answers["draws"], max(1, answers["draws"] - 1))
    ]
    assert errors[0] <= target**2
    assert errors[1] > target**2 or answers["draws"] == 1
    assert verify(DRAWS, [arguments], [answers]).disagreements == ()


@examples(20)
@given(laws(3, 0), draw.tuples(numbers, numbers, numbers), draw.integers(1, 4))
def test_the_mean_over_every_sample(law, values, n):
    answers = solve(MEAN, {"values": values, "probabilities": law, "n": n})
    mean, variance = moments_over_all_samples(law, values, n, average)
    assert (answers["expectation"], answers["estimator_variance"]) == (mean, variance)
    arguments = {"values": values, "probabilities": law, "n": n}
    assert verify(MEAN, [arguments], [answers]).disagreements == ()


def test_the_square_of_a_mean_by_hand():
    """f(x) = x², mu = 3, sigma = 2, n = 4: the mean has variance 1."""
    answers = solve(QUADRATIC, {"a": 1, "b": 0, "c": 0, "mu": 3, "sigma": 2, "n": 4})
    assert (answers["bias"], answers["overestimates"]) == (1, True)
    assert answers["delta_variance"] == 36
    assert (answers["variance"], answers["mean_squared_error"]) == (38, 39)
    assert answers["bias_of_twice_as_many"] == HALF
    assert answers["bias_share"] == Fraction(1, 39)
    assert answers["delta_share"] == Fraction(18, 19)
    assert (answers["bias_not_divided"], answers["bias_without_half"]) == (4, 2)
    assert (answers["bias_negated"], answers["bias_halved_again"]) == (-1, HALF)


@settings(max_examples=15, deadline=None)
@given(laws(2, 1), numbers, numbers, numbers, draw.integers(1, 5))
def test_the_bias_over_every_sample_of_a_law_that_is_not_gaussian(law, a, b, c, n):
    if not a and not b:
        return
    values = (0, 3)
    mu = 3 * law[1]
    variance = 9 * law[0] * law[1]
    mean, _ = moments_over_all_samples(
        law, values, n, lambda xs: (a * average(xs) + b) * average(xs) + c
    )
    # The deviation of this law is irrational, but the bias is linear in the variance.
    answers = solve(QUADRATIC, {"a": a, "b": b, "c": c, "mu": mu, "sigma": 1, "n": n})
    value_at_mean = (a * mu + b) * mu + c
    assert mean - value_at_mean == answers["bias"] * variance
    assert answers["overestimates"] == (mean > value_at_mean)
    arguments = {"a": a, "b": b, "c": c, "mu": mu, "sigma": 1, "n": n}
    assert verify(QUADRATIC, [arguments], [answers]).disagreements == ()


@settings(max_examples=15, deadline=None)
@given(numbers, numbers, numbers, *[draw.sampled_from([-1, 0, 1])] * 2)
def test_only_straight_lines_may_be_exchanged_with_an_average(
    quadratic, linear, constant, lost, short
):
    if not quadratic and not linear:
        return
    function = {"quadratic": quadratic, "linear": linear, "constant": constant}
    factors = {**function, "lost": lost, "short": short}
    answers = solve(UNBIASED, factors)
    assert answers["mean_unbiased"] is True
    assert answers["plug_in_unbiased"] == (quadratic == 0)
    assert answers["average_unbiased"] == (short == 0)
    assert answers["spread_unbiased"] == (lost == 1)
    assert verify(UNBIASED, [factors], [answers]).disagreements == ()


def test_a_function_is_printed_without_what_is_zero():
    line = {"quadratic": 0, "linear": 3, "constant": -2, "lost": 1, "short": 0}
    assert typed(solve(UNBIASED, line)["function"]) == "3*x - 2"
    parabola = {"quadratic": -1, "linear": 0, "constant": 0, "lost": 1, "short": 0}
    assert typed(solve(UNBIASED, parabola)["function"]) == "-x^2"
    assert typed(solve(UNBIASED, parabola)["spread_divisor"]) == "N - 1"
    assert typed(solve(UNBIASED, parabola)["average_divisor"]) == "N"


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (MEAN, {"n": 0}, "n must be a whole number of draws"),
        (MEAN, {"n": HALF}, "n must be a whole number of draws"),
        (MEAN, {"values": (1,)}, "values must have 2 entries"),
        (MEAN, {"probabilities": (HALF, 1)}, "sum to 1"),
        (DRAWS, {"target": 0}, "target must be positive"),
        (DRAWS, {"values": (2, 2)}, "values must differ"),
        (DRAWS, {"target": Fraction(1, 10**6)}, "more than 1000000000 draws"),
        (UNBIASED, {"lost": 2}, "lost must be -1, 0 or 1"),
        (UNBIASED, {"short": 2}, "short must be -1, 0 or 1"),
        (UNBIASED, {"linear": 0}, "must not both be 0"),
        (QUADRATIC, {"sigma": 0}, "sigma must be positive"),
        (QUADRATIC, {"a": 0, "b": 0}, "must not both be 0"),
        (QUADRATIC, {"a": 0.5}, "a must be an exact number"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
