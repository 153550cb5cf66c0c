"""Importance sampling against hand-worked numbers and against every possible sample."""

from fractions import Fraction
from functools import cache
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

IMPORTANCE = find_solver("importance_sampling.estimate")
NORMALISED = find_solver("importance_sampling.self_normalised")
SIZE = find_solver("importance_sampling.effective_sample_size")
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


@examples(10)
@given(
    draw.integers(2, 4).flatmap(
        cache(lambda k: draw.tuples(laws(k, 0), laws(k, 1), draw.tuples(*[numbers] * k)))
    ),
)
def test_importance_sampling_over_every_outcome(tables):
    target, proposal, values = tables
    if not any(p * f for p, f in zip(target, values, strict=True)):
        return
    arguments = {"target": target, "proposal": proposal, "values": values}
    answers = solve(IMPORTANCE, arguments)
    weighted = [w * f for w, f in zip(answers["weights"], values, strict=True)]
    mean, variance = moments_over_all_samples(proposal, weighted, 1, average)
    assert (answers["expectation"], answers["draw_variance"]) == (mean, variance)
    assert answers["mean_square"] == variance + mean**2
    plain_mean, plain = moments_over_all_samples(target, values, 1, average)
    assert (plain_mean, answers["plain_draw_variance"]) == (mean, plain)
    best = answers["best_proposal"]
    scores = [p * f / q if q else 0 for p, f, q in zip(target, values, best, strict=True)]
    best_mean, least = moments_over_all_samples(best, scores, 1, average)
    assert best_mean == mean
    assert least <= variance
    assert verify(IMPORTANCE, [arguments], [answers]).disagreements == ()


def test_importance_sampling_by_hand():
    answers = solve(
        IMPORTANCE,
        {
            "target": (Fraction(9, 10), Fraction(1, 10)),
            "proposal": (HALF, HALF),
            "values": (0, 10),
        },
    )
    assert answers["weights"] == (Fraction(9, 5), Fraction(1, 5))
    assert answers["expectation"] == 1
    assert (answers["plain_draw_variance"], answers["draw_variance"]) == (9, 1)
    assert answers["mean_square"] == 2
    assert answers["best_proposal"] == (0, 1)
    assert answers["inverted_weights"] == (Fraction(5, 9), 5)
    assert answers["weights_forgotten"] == 5
    assert answers["best_without_target"] == (0, 1)


def test_the_target_itself_as_proposal_is_plain_monte_carlo():
    law = (Fraction(1, 3), Fraction(2, 3))
    answers = solve(IMPORTANCE, {"target": law, "proposal": law, "values": (1, 5)})
    assert answers["weights"] == (1, 1)
    assert answers["draw_variance"] == answers["plain_draw_variance"]


def test_self_normalisation_over_every_pair_by_hand():
    """Weights 2, 1 and 0.5 at probability 1/4, 1/4 and 1/2, with f = 4, 0 and 0."""
    quarter = Fraction(1, 4)
    answers = solve(
        NORMALISED,
        {"target": (2, 1, 1), "proposal": (quarter, quarter, HALF), "values": (4, 0, 0)},
    )
    assert (answers["expectation"], answers["limit"], answers["proposal_mean"]) == (2, 2, 1)
    # Two draws of the first: 4; with the second: 8/3; with the third: 16/5.
    assert answers["pair_mean"] == 4 * quarter**2 + 2 * quarter**2 * Fraction(8, 3) + Fraction(
        16, 5
    ) * Fraction(1, 4)
    assert (answers["biased"], answers["consistent"]) == (True, True)


def test_self_normalisation_with_fitting_and_with_missing_proposals():
    fitting = {"target": (1, 3), "proposal": (Fraction(1, 4), Fraction(3, 4)), "values": (8, 0)}
    answers = solve(NORMALISED, fitting)
    assert answers["pair_mean"] == answers["expectation"] == 2
    assert (answers["biased"], answers["consistent"]) == (False, True)
    missing = {"target": (1, 1, 2), "proposal": (HALF, HALF, 0), "values": (2, 4, 7)}
    answers = solve(NORMALISED, missing)
    assert (answers["expectation"], answers["limit"]) == (5, 3)
    assert (answers["biased"], answers["consistent"]) == (True, False)


@settings(max_examples=15, deadline=None)
@given(
    draw.integers(2, 4).flatmap(
        cache(
            lambda k: draw.tuples(
                draw.tuples(*[draw.integers(1, 9)] * k), laws(k, 0), draw.tuples(*[numbers] * k)
            )
        )
    )
)
def test_both_routes_of_self_normalisation_agree(tables):
    arguments = dict(zip(("target", "proposal", "values"), tables, strict=True))
    answers = solve(NORMALISED, arguments)
    assert min(tables[2]) <= answers["pair_mean"] <= max(tables[2])
    assert verify(NORMALISED, [arguments], [answers]).disagreements == ()


def test_given_weights_by_hand():
    answers = solve(SIZE, {"weights": (1, 1, 2), "values": (4, 0, 3)})
    assert answers["largest_share"] == HALF
    assert answers["effective_sample_size"] == Fraction(8, 3)
    assert (answers["estimate"], answers["ordinary_estimate"]) == (Fraction(5, 2), Fraction(10, 3))
    assert answers["unweighted_estimate"] == Fraction(7, 3)
    assert answers["size_without_largest"] == 2
    assert solve(SIZE, {"weights": (0, 3), "values": (1, 2)})["size_without_largest"] == 0


@examples(25)
@given(
    draw.integers(1, 6).flatmap(
        cache(
            lambda k: draw.tuples(
                draw.tuples(*[fractions(0, 5, max_denominator=8)] * k).filter(any),
                draw.tuples(*[numbers] * k),
            )
        )
    )
)
def test_the_effective_sample_size_lies_between_one_and_the_number_of_draws(tables):
    arguments = dict(zip(("weights", "values"), tables, strict=True))
    answers = solve(SIZE, arguments)
    positive = sum(weight > 0 for weight in tables[0])
    assert 1 <= answers["effective_sample_size"] <= positive
    assert answers["size_without_largest"] <= positive - 1
    assert verify(SIZE, [arguments], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (IMPORTANCE, {"proposal": (1, 0, 0)}, "every outcome a positive probability"),
        (IMPORTANCE, {"values": (0, 0, 0)}, "values must not be 0 wherever"),
        (NORMALISED, {"target": (1, 0, 1)}, "target must be positive everywhere"),
        (NORMALISED, {"target": (1, 1)}, "target must have 3 entries"),
        (SIZE, {"weights": (0, 0, 0, 0)}, "not all 0"),
        (SIZE, {"weights": (1, 1, 1, -1)}, "must not be negative"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
