"""Categorical likelihoods against hand-worked numbers and torch's Multinomial."""

from fractions import Fraction
from math import factorial, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

ESTIMATE = find_solver("categorical_likelihood.estimate")
FIT = find_solver("categorical_likelihood.model_fit")
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def test_an_estimate_by_hand():
    answers = solve(ESTIMATE, {"counts": (2, 1, 1)})
    assert answers["estimate"] == (HALF, QUARTER, QUARTER)
    assert answers["log_likelihood"] == pytest.approx(-6 * log(2))
    assert answers["average_negative_log_likelihood"] == pytest.approx(1.5 * log(2))
    assert answers["add_one"] == (Fraction(3, 7), Fraction(2, 7), Fraction(2, 7))
    assert answers["uniform"] == (Fraction(1, 3),) * 3
    assert answers["most_frequent"] == (1, 0, 0)
    assert answers["over_largest"] == (1, HALF, HALF)
    assert answers["with_orders"] == pytest.approx(log(factorial(4) / 2) - 6 * log(2))
    assert answers["unweighted_log_likelihood"] == pytest.approx(-5 * log(2))


def test_a_model_by_hand():
    """Half of the counts on each of two outcomes, a model of 1/4 and 3/4."""
    answers = solve(FIT, {"counts": (4, 4), "model": (QUARTER, 1 - QUARTER)})
    cross = (log(4) + log(4 / 3)) / 2
    assert answers["cross_entropy"] == answers["unweighted"] == pytest.approx(cross)
    assert answers["negative_log_likelihood"] == pytest.approx(8 * cross)
    assert answers["log_likelihood"] == pytest.approx(-8 * cross)
    assert answers["cross_entropy_in_bits"] == pytest.approx(cross / log(2))
    assert answers["empirical_entropy"] == pytest.approx(log(2))
    assert answers["kl"] == pytest.approx(cross - log(2))
    assert answers["perplexity"] == pytest.approx((4 * 4 / 3) ** 0.5)
    assert answers["kl_reversed"] == pytest.approx(0.75 * log(3) - log(2))
    assert answers["cross_entropy_swapped"] == pytest.approx(log(2))
    assert answers["entropy_added"] == pytest.approx(cross + log(2))
    assert answers["model_entropy"] == pytest.approx(2 * log(2) - 0.75 * log(3))
    assert answers["is_best"] is False


@settings(max_examples=20, deadline=None)
@given(draw.lists(draw.integers(0, 12), min_size=1, max_size=5).map(tuple).filter(any))
def test_the_estimate_has_the_likelihood_that_torch_gives_it(counts):
    answers = solve(ESTIMATE, {"counts": counts})
    shares = torch.tensor([float(share) for share in answers["estimate"]]).double()
    law = torch.distributions.Multinomial(sum(counts), shares)
    expected = float(law.log_prob(torch.tensor(counts).double()))
    assert answers["with_orders"] == pytest.approx(expected, abs=1e-4)
    assert verify(ESTIMATE, [{"counts": counts}], [answers]).disagreements == ()


@settings(max_examples=20, deadline=None)
@given(draw.lists(draw.tuples(draw.integers(1, 9), draw.integers(1, 9)), min_size=1, max_size=5))
def test_the_divergence_is_what_the_best_model_gains(pairs):
    counts, weights = zip(*pairs, strict=True)
    model = tuple(Fraction(weight, sum(weights)) for weight in weights)
    values = {"counts": counts, "model": model}
    answers = solve(FIT, values)
    best = solve(ESTIMATE, {"counts": counts})
    assert answers["kl"] == pytest.approx(
        answers["cross_entropy"] - best["average_negative_log_likelihood"], abs=1e-12
    )
    assert answers["is_best"] == (best["estimate"] == model)
    assert verify(FIT, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (ESTIMATE, {"counts": (0, 0)}, "counts must not all be 0"),
        (ESTIMATE, {"counts": (1, -1)}, r"counts\[1\] must be a whole number"),
        (FIT, {"counts": (0, 1), "model": (HALF, HALF)}, r"counts\[0\] must be a whole number"),
        (FIT, {"counts": (1, 1), "model": (1, 0)}, "every outcome a positive probability"),
        (FIT, {"counts": (1, 1), "model": (1,)}, "model must have 2 entries"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
