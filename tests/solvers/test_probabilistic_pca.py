"""Probabilistic PCA against hand-worked fits and against the likelihood nearby."""

from fractions import Fraction
from math import log, pi, sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

FIT = find_solver("probabilistic_pca.maximum_likelihood")
PLANE = find_solver("probabilistic_pca.plane")


def test_a_fit_by_hand():
    """Eigenvalues 5, 3, 1, 0.5, q = 2: sigma² = 3/4, squared lengths 17/4 and 9/4."""
    answers = solve(FIT, {"eigenvalues": (5, 3, 1, Fraction(1, 2)), "latent": 2})
    assert answers["noise_variance"] == Fraction(3, 4)
    assert answers["squared_lengths"] == (Fraction(17, 4), Fraction(9, 4))
    assert answers["column_lengths"] == pytest.approx((sqrt(17) / 2, 3 / 2))
    assert answers["explained_share"] == Fraction(16, 19)
    assert answers["shrinkage"] == (Fraction(17, 20), Fraction(3, 4))
    assert answers["determinant"] == 15 * Fraction(9, 16)
    assert answers["mean_distance"] == 4
    assert answers["sample_determinant"] == Fraction(15, 2)
    assert answers["noise_summed"] == Fraction(3, 2)
    assert answers["noise_over_all_dimensions"] == Fraction(3, 8)
    assert answers["noise_mean_of_all"] == Fraction(19, 8)
    assert answers["noise_of_the_largest"] == 4
    assert answers["lengths_not_reduced"] == pytest.approx((sqrt(5), sqrt(3)))
    assert answers["smallest_subtracted"] == (Fraction(9, 2), Fraction(5, 2))


def test_the_log_likelihood_is_the_largest_and_that_of_the_fitted_law():
    values = {"eigenvalues": (5, 3, 1, Fraction(1, 2)), "latent": 2}
    answers = solve(FIT, values)

    def mean_log_likelihood(noise, lengths):
        variances = [length**2 + noise for length in lengths] + [noise] * 2
        return (
            -sum(
                log(2 * pi * variance) + float(each) / variance
                for each, variance in zip(values["eigenvalues"], variances, strict=True)
            )
            / 2
        )

    noise = float(answers["noise_variance"])
    lengths = list(map(float, answers["column_lengths"]))
    best = mean_log_likelihood(noise, lengths)
    assert answers["log_likelihood"] == pytest.approx(best)
    for step in (-1e-3, 1e-3):
        assert mean_log_likelihood(noise + step, lengths) < best
        assert mean_log_likelihood(noise, [lengths[0] + step, lengths[1]]) < best
        assert mean_log_likelihood(noise, [lengths[0], lengths[1] + step]) < best


def test_the_shrinkage_is_that_of_the_posterior_mean():
    """(WᵀW + sigma² I)⁻¹ Wᵀ x for x along the first direction, as z times the length of W."""
    answers = solve(FIT, {"eigenvalues": (4, 2, 1), "latent": 1})
    w, noise = float(answers["column_lengths"][0]), float(answers["noise_variance"])
    assert float(answers["shrinkage"][0]) == pytest.approx(w * w / (w * w + noise))


@settings(max_examples=20, deadline=None)
@given(draw.lists(draw.integers(1, 60), min_size=2, max_size=5, unique=True), draw.integers(1, 4))
def test_the_routes_agree_on_drawn_eigenvalues(eigenvalues, latent):
    ordered = tuple(Fraction(each, 4) for each in sorted(eigenvalues, reverse=True))
    values = {"eigenvalues": ordered, "latent": min(latent, len(ordered) - 1)}
    assert verify(FIT, [values], [solve(FIT, values)]).disagreements == ()


def test_the_plane_by_hand():
    """((5, 2), (2, 2)) has the eigenvalues 6 and 1, and (2, 1)/√5 belongs to 6."""
    answers = solve(PLANE, {"covariance": ((5, 2), (2, 2))})
    assert answers["eigenvalues"] == (6, 1)
    assert answers["direction"] == pytest.approx((2 / sqrt(5), 1 / sqrt(5)))
    assert answers["second_direction"] == pytest.approx((1 / sqrt(5), -2 / sqrt(5)))
    assert answers["noise_variance"] == 1
    assert answers["w"] == pytest.approx((2, 1))
    assert answers["column_length"] == pytest.approx(sqrt(5))
    assert answers["explained_share"] == Fraction(6, 7)
    assert answers["w_not_rooted"] == pytest.approx((2 * sqrt(5), sqrt(5)))
    assert answers["diagonal_for_eigenvalues"] == (5, 2)
    assert answers["share_of_deviations"] == pytest.approx(sqrt(6) / (sqrt(6) + 1))


def test_a_diagonal_plane():
    answers = solve(PLANE, {"covariance": ((1, 0), (0, 4))})
    assert answers["direction"] == (0, 1)
    assert answers["second_direction"] == (1, 0)
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


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (FIT, {"eigenvalues": (1, 2), "latent": 1}, "the largest first"),
        (FIT, {"eigenvalues": (2, 0), "latent": 1}, "eigenvalues must be positive"),
        (FIT, {"eigenvalues": (2, 1), "latent": 2}, "latent must be a whole number from 1 to 1"),
        (FIT, {"eigenvalues": (2, 1, 1), "latent": 2}, "must exceed the smallest"),
        (FIT, {"eigenvalues": (2,), "latent": 1}, "must be at least two"),
        (PLANE, {"covariance": ((1, 0), (0, 1))}, "two different eigenvalues"),
        (PLANE, {"covariance": ((1, 2), (2, 1))}, "positive definite"),
        (PLANE, {"covariance": ((1,),)}, "covariance"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
