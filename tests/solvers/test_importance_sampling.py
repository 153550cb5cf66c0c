"""Importance sampling against hand-worked numbers and against every possible sample."""

from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

IMPORTANCE = find_solver("importance_sampling.estimate")
SIZE = find_solver("importance_sampling.effective_sample_size")
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


@settings(max_examples=10, deadline=None)
@given(
    draw.integers(2, 4).flatmap(
        lambda k: draw.tuples(laws(k, 0), laws(k, 1), draw.tuples(*[numbers] * k))
    ),
    draw.integers(1, 3),
)
def test_importance_sampling_over_every_sample(tables, n):
    target, proposal, values = tables
    if not any(p * f for p, f in zip(target, values, strict=True)):
        return
    arguments = {"target": target, "proposal": proposal, "values": values, "n": n}
    answers = solve(IMPORTANCE, arguments)
    weighted = [w * f for w, f in zip(answers["weights"], values, strict=True)]
    mean, variance = moments_over_all_samples(proposal, weighted, n, average)
    assert (answers["expectation"], answers["estimator_variance"]) == (mean, variance)
    plain_mean, plain = moments_over_all_samples(target, values, n, average)
    assert (plain_mean, answers["plain_variance"]) == (mean, plain)
    assert answers["has_smaller_variance"] == (variance < plain)
    best = answers["best_proposal"]
    scores = [p * f / q if q else 0 for p, f, q in zip(target, values, best, strict=True)]
    assert moments_over_all_samples(best, scores, 1, average) == (
        mean,
        answers["best_draw_variance"],
    )
    assert answers["best_draw_variance"] <= answers["draw_variance"]
    assert verify(IMPORTANCE, [arguments], [answers]).disagreements == ()


def test_importance_sampling_by_hand():
    answers = solve(
        IMPORTANCE,
        {
            "target": (Fraction(9, 10), Fraction(1, 10)),
            "proposal": (HALF, HALF),
            "values": (0, 10),
            "n": 2,
        },
    )
    assert answers["weights"] == (Fraction(9, 5), Fraction(1, 5))
    assert answers["expectation"] == 1
    assert (answers["plain_draw_variance"], answers["plain_variance"]) == (9, Fraction(9, 2))
    assert (answers["draw_variance"], answers["estimator_variance"]) == (1, HALF)
    assert answers["has_smaller_variance"] is True
    assert answers["mean_squared_weight"] == Fraction(41, 25)
    assert answers["effective_sample_size"] == Fraction(50, 41)
    assert answers["best_proposal"] == (0, 1)
    assert answers["best_draw_variance"] == 0
    assert answers["inverted_weights"] == (Fraction(5, 9), 5)
    assert answers["inverted_expectation"] == 25
    assert answers["weights_forgotten"] == 5
    assert answers["mean_not_subtracted"] == 1
    assert answers["inverted_sample_size"] == Fraction(82, 25)
    assert answers["largest_weight_sample_size"] == Fraction(10, 9)
    assert answers["best_without_target"] == (0, 1)


def test_the_target_itself_as_proposal_is_plain_monte_carlo():
    law = (Fraction(1, 3), Fraction(2, 3))
    answers = solve(IMPORTANCE, {"target": law, "proposal": law, "values": (1, 5), "n": 7})
    assert answers["weights"] == (1, 1)
    assert answers["estimator_variance"] == answers["plain_variance"]
    assert answers["has_smaller_variance"] is False
    assert answers["effective_sample_size"] == 7


def test_given_weights_by_hand():
    answers = solve(SIZE, {"weights": (1, 1, 2), "values": (4, 0, 3)})
    assert answers["normalised_weights"] == (Fraction(1, 4), Fraction(1, 4), HALF)
    assert answers["effective_sample_size"] == Fraction(8, 3)
    assert answers["effective_share"] == Fraction(8, 9)
    assert (answers["estimate"], answers["ordinary_estimate"]) == (Fraction(5, 2), Fraction(10, 3))
    assert answers["all_weights_equal"] is False
    assert (answers["unweighted_estimate"], answers["summed_estimate"]) == (Fraction(7, 3), 10)
    assert answers["inverted_sample_size"] == Fraction(3, 8)
    assert answers["unnormalised_sample_size"] == Fraction(1, 6)
    assert answers["entropy_sample_size"] == pytest.approx(2**1.5)
    assert answers["positive_weights"] == 3


@settings(max_examples=25, deadline=None)
@given(
    draw.integers(1, 6).flatmap(
        lambda k: draw.tuples(
            draw.tuples(*[draw.fractions(0, 5, max_denominator=8)] * k).filter(any),
            draw.tuples(*[numbers] * k),
        )
    )
)
def test_the_effective_sample_size_lies_between_one_and_the_number_of_draws(tables):
    arguments = dict(zip(("weights", "values"), tables, strict=True))
    answers = solve(SIZE, arguments)
    assert 1 <= answers["effective_sample_size"] <= answers["positive_weights"]
    assert answers["all_weights_equal"] == (len(set(tables[0])) == 1)
    assert verify(SIZE, [arguments], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (IMPORTANCE, {"proposal": (1, 0, 0)}, "every outcome a positive probability"),
        (IMPORTANCE, {"values": (0, 0, 0)}, "values must not be 0 wherever"),
        (SIZE, {"weights": (0, 0, 0, 0)}, "not all 0"),
        (SIZE, {"weights": (1, 1, 1, -1)}, "must not be negative"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
