"""Categorical likelihoods against hand-worked numbers and torch's divergence."""

from fractions import Fraction
from math import log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

FIT = find_solver("categorical_likelihood.model_fit")
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def test_a_model_by_hand():
    """Half of the counts on each of two outcomes, a model of 1/4 and 3/4."""
    answers = solve(FIT, {"counts": (4, 4), "model": (QUARTER, 1 - QUARTER)})
    cross = (log(4) + log(4 / 3)) / 2
    assert answers["cross_entropy"] == pytest.approx(cross)
    assert answers["unweighted"] == pytest.approx(cross - log(2))
    assert answers["decimal_logarithm"] == pytest.approx(answers["kl"] / log(10))
    assert answers["empirical_entropy"] == pytest.approx(log(2))
    assert answers["kl"] == pytest.approx(cross - log(2))
    assert answers["kl_reversed"] == pytest.approx(0.75 * log(3) - log(2))


@examples(20)
@given(draw.lists(draw.tuples(draw.integers(1, 9), draw.integers(1, 9)), min_size=1, max_size=5))
def test_the_divergence_is_that_of_torch(pairs):
    counts, weights = zip(*pairs, strict=True)
    model = tuple(Fraction(weight, sum(weights)) for weight in weights)
    values = {"counts": counts, "model": model}
    answers = solve(FIT, values)
    shares, other = (
        torch.distributions.Categorical(
            probs=torch.tensor(list(map(float, each)), dtype=torch.float64)
        )
        for each in (counts, model)
    )
    expected = torch.distributions.kl_divergence(shares, other)
    assert answers["kl"] == pytest.approx(float(expected), abs=1e-9)
    difference = answers["cross_entropy"] - answers["empirical_entropy"]
    assert answers["kl"] == pytest.approx(difference, abs=1e-12)
    found = verify(FIT, [values], [answers])
    assert found.disagreements == ()
    assert found.compared == len(FIT.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"counts": (0, 1), "model": (HALF, HALF)}, r"counts\[0\] must be a whole number"),
        ({"counts": (1, 1), "model": (1, 0)}, "every outcome a positive probability"),
        ({"counts": (1, 1), "model": (1,)}, "model must have 2 entries"),
    ],
)
def test_unfit_values_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(FIT, values)
