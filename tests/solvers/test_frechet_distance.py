"""The Fréchet distance of two Gaussians against hand-worked numbers and its symmetries."""

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

FRECHET = find_solver("frechet_distance.gaussians")
numbers = draw.integers(-3, 3)
pairs = draw.tuples(numbers, numbers)
covariances = draw.tuples(draw.integers(1, 3), draw.integers(-2, 2), draw.integers(1, 3)).map(
    lambda root: (
        (root[0] ** 2, root[0] * root[1]),
        (root[0] * root[1], root[1] ** 2 + root[2] ** 2),
    )
)


def values_of(mu, other_mu, cov, other_cov):
    return {"mu_data": mu, "mu_model": other_mu, "cov_data": cov, "cov_model": other_cov}


def test_diagonal_covariances_by_hand():
    """Deviations (2, 1) and (1, 3), means (0, 1) and (2, 0): 5 + 1 + 4."""
    answers = solve(FRECHET, values_of((0, 1), (2, 0), ((4, 0), (0, 1)), ((1, 0), (0, 9))))
    assert (answers["mean_term"], answers["covariance_term"]) == (5, 5)
    assert answers["squared_distance"] == 10
    assert answers["distance"] == pytest.approx(sqrt(10))
    assert answers["mean_not_squared"] == pytest.approx(sqrt(5) + 5)
    assert answers["traces_added"] == 20
    assert answers["traces_subtracted"] == 10
    assert answers["variances_for_deviations"] == 5 + 9 + 64
    assert answers["root_not_doubled"] == 15


def test_covariances_that_commute():
    """((2, 1), (1, 2)) has the eigenvalues 3 and 1; against the identity: (√3 − 1)²."""
    answers = solve(FRECHET, values_of((0, 0), (0, 0), ((2, 1), (1, 2)), ((1, 0), (0, 1))))
    assert answers["squared_distance"] == pytest.approx((sqrt(3) - 1) ** 2)


@settings(max_examples=15, deadline=None)
@given(pairs, pairs, covariances, covariances)
def test_it_is_symmetric_and_zero_only_for_equal_laws(mu, other_mu, cov, other_cov):
    values = values_of(mu, other_mu, cov, other_cov)
    answers = solve(FRECHET, values)
    back = solve(FRECHET, values_of(other_mu, mu, other_cov, cov))
    whole = float(answers["squared_distance"])
    assert whole == pytest.approx(float(back["squared_distance"]), abs=1e-12)
    assert (whole < 1e-9) == (mu == other_mu and cov == other_cov)
    if whole > 1e-9:
        assert verify(FRECHET, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"mu_data": (1,)}, "mu_data must have 2 entries"),
        ({"cov_data": ((1, 2), (2, 1))}, "cov_data must be positive definite"),
        ({"cov_model": ((1, 0), (1, 1))}, "cov_model must be symmetric"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(FRECHET, {**FRECHET.examples[0], **changed})
