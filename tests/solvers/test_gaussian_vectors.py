"""Gaussian vectors against hand-worked numbers and torch's own divergences."""

from fractions import Fraction
from math import e, log, pi

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from qgen.solvers.numerics.exact_linear_algebra import identity, plus, times, transpose
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

ENTROPY = find_solver("gaussian_vectors.entropy")
KL = find_solver("gaussian_vectors.kl")
DIAGONAL = find_solver("gaussian_vectors.diagonal_kl")
numbers = draw.integers(-3, 3) | draw.fractions(-3, 3, max_denominator=4)
deviations = draw.fractions(Fraction(1, 4), 4, max_denominator=4)


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
    assert answers["entropy_in_bits"] == pytest.approx(answers["entropy"] / log(2))
    assert answers["marginal_entropies"] == pytest.approx([log(4 * pi * e) / 2] * 2)
    assert answers["total_correlation"] == pytest.approx(log(4 / 3) / 2)
    assert (answers["is_independent"], answers["is_negative"]) == (False, False)
    assert answers["without_determinant"] == pytest.approx(log(2 * pi * e))
    assert answers["without_half"] == pytest.approx(log(2 * pi * e) + log(3))
    assert answers["without_e"] == pytest.approx(log(2 * pi) + log(3) / 2)
    assert answers["one_dimension"] == pytest.approx((log(2 * pi * e) + log(3)) / 2)
    assert answers["marginal_sum"] == pytest.approx(log(4 * pi * e))
    assert answers["trace_for_determinant"] == pytest.approx(log(2 * pi * e) + log(4) / 2)


@settings(max_examples=15, deadline=None)
@given(draw.integers(1, 4).flatmap(covariances))
def test_the_entropy_is_that_of_torch(covariance):
    answers = solve(ENTROPY, {"covariance": covariance})
    law = MultivariateNormal(torch.zeros(len(covariance)).double(), torched(covariance))
    assert answers["entropy"] == pytest.approx(float(law.entropy()))
    assert verify(ENTROPY, [{"covariance": covariance}], [answers]).disagreements == ()


def test_a_divergence_by_hand():
    """Covariance ((2, 1), (1, 2)) of determinant 3 and mean (1, −1) against the standard law."""
    answers = solve(KL, KL.examples[0])
    assert (answers["trace_term"], answers["mean_term"]) == (4, 2)
    assert answers["log_determinant_term"] == pytest.approx(-log(3))
    assert answers["kl"] == pytest.approx(2 - log(3) / 2)
    # The inverse is ((2, −1), (−1, 2)) / 3: trace 4/3, and 6/3 for the means.
    assert answers["kl_reversed"] == pytest.approx((4 / 3 + 2 - 2 + log(3)) / 2)
    assert answers["kl_larger_than_reversed"] is True
    assert answers["without_log"] == 2
    assert answers["without_dimension"] == pytest.approx(3 - log(3) / 2)
    assert answers["without_half"] == pytest.approx(4 - log(3))
    assert answers["log_negated"] == pytest.approx(2 + log(3) / 2)
    assert answers["means_only"] == 1
    assert answers["trace_swapped"] == pytest.approx((4 / 3 + 2 - 2 - log(3)) / 2)
    assert answers["mean_by_first"] == pytest.approx((4 + 2 - 2 - log(3)) / 2)
    assert answers["correlations_ignored"] == pytest.approx((4 + 2 - 2 - log(4)) / 2)


@settings(max_examples=15, deadline=None)
@given(
    draw.integers(1, 3).flatmap(
        lambda size: draw.tuples(vectors(size), covariances(size), vectors(size), covariances(size))
    )
)
def test_the_divergence_is_that_of_torch(given_values):
    values = dict(zip(("mu_1", "covariance_1", "mu_2", "covariance_2"), given_values, strict=True))
    answers = solve(KL, values)
    mu_1, covariance_1, mu_2, covariance_2 = map(torched, given_values)
    first, second = MultivariateNormal(mu_1, covariance_1), MultivariateNormal(mu_2, covariance_2)
    assert answers["kl"] == pytest.approx(float(kl_divergence(first, second)), abs=1e-9)
    assert answers["kl_reversed"] == pytest.approx(float(kl_divergence(second, first)), abs=1e-9)
    assert verify(KL, [values], [answers]).disagreements == ()


@settings(max_examples=15, deadline=None)
@given(
    draw.integers(1, 4).flatmap(
        lambda size: draw.tuples(
            vectors(size), vectors(size, deviations), vectors(size), vectors(size, deviations)
        )
    )
)
def test_the_diagonal_divergence_is_that_of_torch_and_of_full_covariances(given_values):
    values = dict(zip(("mu_1", "sigma_1", "mu_2", "sigma_2"), given_values, strict=True))
    answers = solve(DIAGONAL, values)
    mu_1, sigma_1, mu_2, sigma_2 = map(torched, given_values)
    witness = kl_divergence(Normal(mu_1, sigma_1), Normal(mu_2, sigma_2))
    assert answers["kl_by_coordinate"] == pytest.approx(witness.tolist(), abs=1e-9)

    def full(sigma):
        return tuple(
            tuple(each**2 if row == column else 0 for column in range(len(sigma)))
            for row, each in enumerate(sigma)
        )

    other = solve(
        KL,
        {
            "mu_1": values["mu_1"],
            "covariance_1": full(values["sigma_1"]),
            "mu_2": values["mu_2"],
            "covariance_2": full(values["sigma_2"]),
        },
    )
    for name in ("kl", "kl_reversed", "without_log", "without_dimension", "log_negated"):
        assert float(answers[name]) == pytest.approx(float(other[name]), abs=1e-9), name
    assert verify(DIAGONAL, [values], [answers]).disagreements == ()


def test_a_diagonal_divergence_by_hand():
    answers = solve(DIAGONAL, DIAGONAL.examples[0])
    assert answers["kl"] == pytest.approx(2 - log(2))
    assert answers["averaged"] == pytest.approx(1 - log(2) / 2)
    assert answers["one_dimension"] == pytest.approx(2.5 - log(2))
    assert answers["deviations_for_variances"] == pytest.approx((2 + 1 - 1 - log(2)) / 2)
    assert answers["means_only"] == Fraction(1, 2)


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (ENTROPY, {"covariance": ((1, 2), (2, 1))}, "positive definite"),
        (ENTROPY, {"covariance": ((1, 0.5), (0.5, 1))}, "must be an exact number"),
        (KL, {"mu_2": (1,)}, "mu_2 must have 2 entries"),
        (KL, {"covariance_2": ((1,),)}, "covariance_2 must have 2 rows"),
        (DIAGONAL, {"sigma_2": (1, 0)}, r"sigma_2\[1\] must be positive"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
