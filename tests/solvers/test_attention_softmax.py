"""The softmax and its variational problem against hand-worked numbers and torch."""

from fractions import Fraction
from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

WEIGHTS = find_solver("attention_softmax.weights")
VARIATIONAL = find_solver("attention_softmax.variational")
numbers = fractions(min_value=-4, max_value=4, max_denominator=3)
rows = draw.lists(numbers, min_size=2, max_size=5).map(tuple)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_a_softmax_by_hand():
    """Odds of e between the first and the second; doubled scores square them."""
    answers = solve(WEIGHTS, {"logits": (1, 0)})
    share = exp(1) / (1 + exp(1))
    assert answers["probabilities"] == pytest.approx((share, 1 - share))
    assert answers["slopes"] == pytest.approx((share * (1 - share),) * 2)
    assert answers["entropy_share"] == pytest.approx(answers["entropy"] / log(2))
    assert answers["doubled_odds"] == pytest.approx(exp(2))
    assert answers["twice_the_odds"] == pytest.approx(2 * exp(1))
    assert answers["kept_by_shift"] is True
    assert answers["kept_by_doubling"] is False
    flat = solve(WEIGHTS, {"logits": (3, 3)})
    assert flat["kept_by_doubling"] is True
    assert flat["entropy_share"] == pytest.approx(1)


@settings(max_examples=15, deadline=None)
@given(rows)
def test_torch_finds_the_same_softmax(logits):
    answers = solve(WEIGHTS, {"logits": logits})
    scores = torch.tensor([float(entry) for entry in logits], dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(lambda each: torch.softmax(each, -1), scores)
    assert answers["slopes"] == pytest.approx(jacobian.diagonal().tolist(), abs=1e-12)
    assert agree(WEIGHTS, {"logits": logits})


def test_the_variational_problem_by_hand():
    """Scores ln 1, ln 2 and ln 5 (to nine digits): the exponentials sum to 8."""
    logits = (0, Fraction("0.693147181"), Fraction("1.609437912"))
    answers = solve(VARIATIONAL, {"logits": logits})
    mean = log(10) / 3
    assert answers["sum_exp"] == pytest.approx(8)
    assert answers["best_objective"] == pytest.approx(log(8))
    assert answers["mean_logit"] == pytest.approx(mean)
    assert answers["uniform_objective"] == pytest.approx(mean + log(3))
    assert answers["entropy_subtracted"] == pytest.approx(mean - log(3))
    assert answers["best_mean"] == pytest.approx((2 * log(2) + 5 * log(5)) / 8)
    assert answers["largest_logit"] == logits[2]
    assert answers["kl_from_uniform"] == pytest.approx(log(8) - mean - log(3))
    assert answers["kl_negated"] == -answers["kl_from_uniform"]
    entropy = log(8) - answers["best_mean"]
    assert answers["kl_to_uniform"] == pytest.approx(log(3) - entropy)


@examples(15)
@given(rows)
def test_no_weights_do_better_than_the_softmax(logits):
    answers = solve(VARIATIONAL, {"logits": logits})
    assert agree(VARIATIONAL, {"logits": logits})
    assert answers["best_objective"] >= answers["uniform_objective"] - 1e-12
    assert answers["best_objective"] >= answers["largest_logit"]


@pytest.mark.parametrize(
    ("known", "logits", "reason"),
    [
        (WEIGHTS, (301, 0), "logits must stay within ±300"),
        (WEIGHTS, (1,), "logits must have at least two entries"),
        (VARIATIONAL, (301, 0), "logits must stay within ±300"),
    ],
)
def test_unfit_values_are_refused(known, logits, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {"logits": logits})
