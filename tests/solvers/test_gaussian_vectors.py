"""Gaussian vectors against hand-worked numbers and torch's own entropy."""

from math import e, log, pi

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw
from torch.distributions import MultivariateNormal

from qgen.solvers.numerics.exact_linear_algebra import identity, plus, times, transpose
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions

ENTROPY = find_solver("gaussian_vectors.entropy")
numbers = draw.integers(-3, 3) | fractions(-3, 3, max_denominator=4)


def vectors(size, entries=numbers):
    return draw.tuples(*[entries] * size)


def covariances(size):
    return vectors(size, vectors(size)).map(
        lambda root: plus(times(root, transpose(root)), identity(size))
    )


def torched(value):
    return torch.tensor(
        [
            [float(entry) for entry in row] if isinstance(row, tuple) else float(row)
            for row in value
        ],
        dtype=torch.float64,
    )


def test_an_entropy_by_hand():
    answers = solve(ENTROPY, {"covariance": ((2, 1), (1, 2))})
    assert answers["determinant"] == 3
    assert answers["entropy"] == pytest.approx(log(2 * pi * e) + log(3) / 2)
    assert answers["marginal_entropies"] == pytest.approx([log(4 * pi * e) / 2] * 2)
    assert answers["total_correlation"] == pytest.approx(log(4 / 3) / 2)
    assert (answers["is_independent"], answers["is_negative"]) == (False, False)


@settings(max_examples=15, deadline=None)
@given(draw.integers(1, 4).flatmap(covariances))
def test_the_entropy_is_that_of_torch(covariance):
    answers = solve(ENTROPY, {"covariance": covariance})
    law = MultivariateNormal(torch.zeros(len(covariance)).double(), torched(covariance))
    assert answers["entropy"] == pytest.approx(float(law.entropy()))
    assert verify(ENTROPY, [{"covariance": covariance}], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (ENTROPY, {"covariance": ((1, 2), (2, 1))}, "positive definite"),
        (ENTROPY, {"covariance": ((1, 0.5), (0.5, 1))}, "must be an exact number"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
