"""Principal axes in the plane against hand-worked numbers and torch's eigenvalues."""

from fractions import Fraction
from math import sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.solvers.proved_mistakes import unproved_mistakes

PLANE = find_solver("principal_axes.plane")


def test_the_plane_by_hand():
    """((5, 2), (2, 2)) has the eigenvalues 6 and 1, and (2, 1)/√5 belongs to 6."""
    answers = solve(PLANE, {"covariance": ((5, 2), (2, 2))})
    assert answers["eigenvalues"] == (6, 1)
    assert answers["w_across"] == pytest.approx((1, -2))
    assert answers["noise_variance"] == 1
    assert answers["w"] == pytest.approx((2, 1))
    assert answers["w_not_reduced"] == pytest.approx((2 * sqrt(6 / 5), sqrt(6 / 5)))
    assert answers["explained_share"] == Fraction(6, 7)
    assert answers["w_not_rooted"] == pytest.approx((2 * sqrt(5), sqrt(5)))
    assert answers["diagonal_for_eigenvalues"] == (5, 2)
    assert answers["share_of_deviations"] == pytest.approx(sqrt(6) / (sqrt(6) + 1))


def test_a_diagonal_plane():
    answers = solve(PLANE, {"covariance": ((1, 0), (0, 4))})
    assert answers["w_across"] == pytest.approx((sqrt(3), 0))
    assert answers["w"] == pytest.approx((0, sqrt(3)))


@settings(max_examples=25, deadline=None)
@given(draw.integers(1, 12), draw.integers(-6, 6), draw.integers(1, 12))
def test_torch_finds_the_same_plane(a, b, c):
    if a * c <= b * b or (a == c and b == 0):
        return
    values = {"covariance": ((a, b), (b, c))}
    answers = solve(PLANE, values)
    small, large = torch.linalg.eigvalsh(torch.tensor([[a, b], [b, c]], dtype=torch.float64))
    assert tuple(map(float, answers["eigenvalues"])) == pytest.approx((float(large), float(small)))
    # W Wᵀ + sigma² I is the covariance again.
    (x, y), noise = answers["w"], float(answers["noise_variance"])
    assert (x * x + noise, x * y, y * y + noise) == pytest.approx((a, b, c), abs=1e-12)
    assert verify(PLANE, [values], [answers]).disagreements == ()


def test_every_mistake_is_proved():
    assert unproved_mistakes(PLANE) == []


@pytest.mark.parametrize(
    ("covariance", "reason"),
    [
        (((1, 0), (0, 1)), "two different eigenvalues"),
        (((1, 2), (2, 1)), "positive definite"),
        (((1,),), "covariance"),
    ],
)
def test_unfit_matrices_are_refused(covariance, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(PLANE, {"covariance": covariance})
