"""Isotropic fits of a Gaussian law against hand-worked numbers, and both routes."""

from fractions import Fraction
from math import log, sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw
from torch.distributions import MultivariateNormal, kl_divergence

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

ISOTROPIC = find_solver("gaussian_fits.isotropic")


def covariances(size):
    """L Lᵀ + the identity, for a lower triangle L of small whole numbers."""

    def squared(rows):
        return tuple(
            tuple(
                sum(x * y for x, y in zip(one, two, strict=True)) + (i == j)
                for j, two in enumerate(rows)
            )
            for i, one in enumerate(rows)
        )

    row = draw.tuples(*[draw.integers(-2, 2)] * size)
    return draw.tuples(*[row] * size).map(squared)


def test_two_coordinates_by_hand():
    """((4, 2), (2, 9)) has the trace 13 and the determinant 32."""
    answers = solve(ISOTROPIC, {"covariance": ((4, 2), (2, 9))})
    assert answers["forward_variance"] == Fraction(13, 2)
    assert answers["reverse_variance"] == Fraction(64, 13)
    assert answers["entropy_variance"] == pytest.approx(sqrt(32))
    assert answers["forward_divergence"] == pytest.approx(log(6.5**2 / 32) / 2)
    assert (answers["trace"], answers["determinant_alone"]) == (13, 32)
    assert answers["mean_precision"] == Fraction(13, 64)
    assert answers["forward_without_half"] == pytest.approx(log(6.5**2 / 32))
    assert answers["forward_log_negated"] == -answers["forward_divergence"]


@examples(15)
@given(draw.integers(1, 4).flatmap(covariances))
def test_torchs_divergences_from_the_fits_and_both_routes_agree(covariance):
    answers = solve(ISOTROPIC, {"covariance": covariance})
    matrix = torch.tensor(covariance, dtype=torch.float64)
    mean = torch.zeros(len(matrix), dtype=torch.float64)
    law = MultivariateNormal(mean, matrix)

    def fit(name):
        return MultivariateNormal(mean, float(answers[name]) * torch.eye(len(mean)).double())

    forward = kl_divergence(law, fit("forward_variance"))
    reverse = kl_divergence(fit("reverse_variance"), law)
    assert answers["forward_divergence"] == pytest.approx(float(forward), abs=1e-10)
    for factor in (0.99, 1.01):
        near = MultivariateNormal(mean, factor * fit("reverse_variance").covariance_matrix)
        assert float(kl_divergence(near, law)) > float(reverse)
    assert float(fit("entropy_variance").entropy()) == pytest.approx(float(law.entropy()))
    values = torch.linalg.eigvalsh(matrix)
    assert float(answers["reverse_variance"]) == pytest.approx(1 / float((1 / values).mean()))
    found = verify(ISOTROPIC, [{"covariance": covariance}], [answers])
    assert found.disagreements == ()
    assert found.compared == len(ISOTROPIC.names), "a mistake has no second route"


@pytest.mark.parametrize("covariance", [((1, 2), (2, 1)), ((1, 0), (1, 2))])
def test_unfit_matrices_are_refused(covariance):
    with pytest.raises(SolverFailure, match="covariance"):
        solve(ISOTROPIC, {"covariance": covariance})
