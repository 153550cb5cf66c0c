"""Gaussian laws of several coordinates: entropy and divergence.

Covariances are symmetric positive definite matrices of exact numbers; logarithms are natural.
Conditioning, affine maps and products are in `gaussian_maps`.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, log, pi
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers, Exact
from qgen.solvers.numerics.arguments import Matrix, Scalar, Vector, require_positive, require_vector
from qgen.solvers.numerics.exact_linear_algebra import (
    determinant,
    inverse,
    quadratic_form,
    require_positive_definite,
)
from qgen.solvers.numerics.torch_laws import law_entropy, log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LOG_TWO_PI = log(2 * pi)


def _log(value: Exact) -> float:
    """The natural logarithm, from both whole numbers so that huge fractions have one too."""
    return log(value.numerator) - log(value.denominator)


def _product(entries: Vector) -> Exact:
    found: Exact = 1
    for entry in entries:
        found *= entry
    return found


def _diagonal(matrix: Matrix) -> Vector:
    return tuple([row[index] for index, row in enumerate(matrix)])


@solver(
    "gaussian_vectors.entropy",
    results={
        "entropy": "differential entropy, in nats",
        "entropy_in_bits": "the same in bits",
        "determinant": "determinant of the covariance",
        "is_negative": "whether the differential entropy is below 0",
        "marginal_entropies": "the entropy of each coordinate by itself",
        "total_correlation": "the sum of those less the entropy of all: what is shared, in nats",
        "is_independent": "whether the coordinates are independent",
    },
    mistakes={
        "without_determinant": "Forgets the log-determinant: that of the unit covariance",
        "without_half": "Forgets the half in front of the log-determinant",
        "without_e": "Forgets the term d/2 that the exponent gives",
        "one_dimension": "Takes the constant ln(2 pi e) / 2 once instead of for each coordinate",
        "marginal_sum": "Adds the entropies of the coordinates, as if they were independent",
        "trace_for_determinant": "Takes the trace for the determinant",
    },
    examples=(
        {"covariance": ((2, 1), (1, 2))},
        {"covariance": ((Fraction(1, 50), 0), (0, Fraction(1, 4)))},
        {"covariance": ((4, -2, 0), (-2, 5, 1), (0, 1, Fraction(3, 2)))},
        {"covariance": ((Fraction(9, 4),),)},
    ),
)
def entropy(covariance: Matrix) -> Answers:
    """(d ln(2 pi e) + ln det covariance) / 2, for a covariance [d, d]; the mean has no part in it.

    The expectation of the exponent (x − mu)ᵀ covariance⁻¹ (x − mu) / 2 is d/2.
    Source: Cover and Thomas, Elements of Information Theory (2006), theorem 8.4.1. Raises
    ValueError unless the covariance is symmetric and positive definite.
    """
    require_positive_definite("covariance", covariance)
    dimensions = len(covariance)
    volume = determinant(covariance)
    variances = _diagonal(covariance)
    separate = _product(variances)
    constant, half_log = dimensions * (_LOG_TWO_PI + 1) / 2, _log(volume) / 2
    found = constant + half_log
    return {
        "entropy": found,
        "entropy_in_bits": found / log(2),
        "determinant": volume,
        "is_negative": found < 0,
        "marginal_entropies": tuple(
            [(_LOG_TWO_PI + 1 + _log(variance)) / 2 for variance in variances]
        ),
        "total_correlation": _log(Fraction(separate, volume)) / 2,
        "is_independent": separate == volume,
        "without_determinant": constant,
        "without_half": constant + 2 * half_log,
        "without_e": found - dimensions / 2,
        "one_dimension": constant / dimensions + half_log,
        "marginal_sum": constant + _log(separate) / 2,
        "trace_for_determinant": constant + _log(sum(variances)) / 2,
    }


@check("gaussian_vectors.entropy", tolerance=1e-8)
def entropy_by_cubature(covariance: "Tensor") -> Mapping[str, Any]:
    """The mean of −log_prob of torch's laws, which are quadratic; covariance: [variants, d, d]."""
    import torch
    from torch.distributions import Normal

    dimensions = covariance.shape[-1]
    mean = torch.zeros_like(covariance[..., 0])
    found = -_mean_log_density(mean, covariance, mean, covariance)
    alone = Normal(mean, covariance.diagonal(dim1=-2, dim2=-1).sqrt())
    shared = law_entropy(alone).sum(-1) - found
    off_diagonal = covariance - torch.diag_embed(covariance.diagonal(dim1=-2, dim2=-1))
    constant = torch.tensor(2 * pi, dtype=torch.float64).log() + 1
    return {
        "entropy": found,
        "entropy_in_bits": found / torch.tensor(2.0, dtype=torch.float64).log(),
        "determinant": (2 * found - dimensions * constant).exp(),
        "is_negative": found < 0,
        "marginal_entropies": law_entropy(alone),
        "total_correlation": shared,
        "is_independent": (off_diagonal == 0).all(-1).all(-1),
    }


def _mean_log_density(
    mu: "Tensor", covariance: "Tensor", other_mu: "Tensor", other_covariance: "Tensor"
) -> "Tensor":
    """The mean of the other law's log density under the first law, [variants]."""
    import torch
    from torch.distributions import MultivariateNormal

    from qgen.solvers.numerics.numerical_methods import cubature_nodes

    factor = torch.linalg.cholesky(covariance)
    nodes = mu[:, None, :] + cubature_nodes(mu.shape[-1]) @ factor.mT
    other = MultivariateNormal(other_mu[:, None, :], other_covariance[:, None])
    return log_density(other, nodes).mean(-1)


_KL_MISTAKES = {
    "without_log": "Forgets the logarithm of the ratio of determinants",
    "without_dimension": "Forgets the −d/2",
    "without_half": "Forgets the half in front of the whole",
    "log_negated": "Turns the ratio of the determinants in the logarithm over",
    "means_only": "Keeps only the term with the means",
}


@solver(
    "gaussian_vectors.kl",
    results={
        "kl": "KL of the first law from the second (first ‖ second), in nats",
        "kl_in_bits": "the same in bits",
        "kl_reversed": "KL(second ‖ first), in nats",
        "kl_larger_than_reversed": "whether the first divergence is the larger one",
        "trace_term": "trace of covariance_2⁻¹ covariance_1",
        "mean_term": "(mu_1 − mu_2)ᵀ covariance_2⁻¹ (mu_1 − mu_2)",
        "log_determinant_term": "ln(det covariance_2 / det covariance_1)",
    },
    mistakes={
        **_KL_MISTAKES,
        "trace_swapped": "Takes the trace of covariance_1⁻¹ covariance_2",
        "mean_by_first": "Measures the distance of the means by covariance_1 instead",
        "correlations_ignored": "Keeps only the diagonals of both covariances",
    },
    examples=(
        {
            "mu_1": (1, -1),
            "covariance_1": ((2, 1), (1, 2)),
            "mu_2": (0, 0),
            "covariance_2": ((1, 0), (0, 1)),
        },
        {
            "mu_1": (0, 2, 1),
            "covariance_1": ((4, -2, 0), (-2, 5, 1), (0, 1, Fraction(3, 2))),
            "mu_2": (Fraction(1, 2), 2, 0),
            "covariance_2": ((3, 1, 0), (1, 2, 0), (0, 0, Fraction(1, 4))),
        },
        {"mu_1": (3,), "covariance_1": ((4,),), "mu_2": (1,), "covariance_2": ((9,),)},
        {
            "mu_1": (0, 0),
            "covariance_1": ((2, 1), (1, 2)),
            "mu_2": (0, 0),
            "covariance_2": ((2, 1), (1, 2)),
        },
    ),
)
def kl(mu_1: Vector, covariance_1: Matrix, mu_2: Vector, covariance_2: Matrix) -> Answers:
    """(tr(C2⁻¹ C1) + (mu_1 − mu_2)ᵀ C2⁻¹ (mu_1 − mu_2) − d + ln(det C2 / det C1)) / 2.

    Means [d], covariances [d, d]. It is the mean of ln(p_1 / p_2) under the first law.
    Source: Kullback, Information Theory and Statistics (1959), chapter 9. Raises ValueError for
    shapes that do not fit and covariances that are not symmetric and positive definite.
    """
    require_vector("mu_1", mu_1)
    dimensions = len(mu_1)
    require_vector("mu_2", mu_2, dimensions)
    require_positive_definite("covariance_1", covariance_1, dimensions)
    require_positive_definite("covariance_2", covariance_2, dimensions)
    precision_1, precision_2 = inverse(covariance_1), inverse(covariance_2)
    apart = tuple([one - two for one, two in zip(mu_1, mu_2, strict=True)])
    traced = _trace_of_product(precision_2, covariance_1)
    traced_back = _trace_of_product(precision_1, covariance_2)
    distance, distance_1 = quadratic_form(precision_2, apart), quadratic_form(precision_1, apart)
    ratio = _log(Fraction(determinant(covariance_2), determinant(covariance_1)))
    found = (float(traced + distance - dimensions) + ratio) / 2
    reversed_kl = (float(traced_back + distance_1 - dimensions) - ratio) / 2
    variances_1, variances_2 = _diagonal(covariance_1), _diagonal(covariance_2)
    apart_alone = [
        Fraction(one + step * step, two)
        for one, two, step in zip(variances_1, variances_2, apart, strict=True)
    ]
    ratio_alone = _log(Fraction(_product(variances_2), _product(variances_1)))
    return {
        "kl": found,
        "kl_in_bits": found / log(2),
        "kl_reversed": reversed_kl,
        "kl_larger_than_reversed": _larger(found, reversed_kl),
        "trace_term": traced,
        "mean_term": distance,
        "log_determinant_term": ratio,
        "without_log": Fraction(traced + distance - dimensions, 2),
        "without_dimension": found + dimensions / 2,
        "without_half": 2 * found,
        "log_negated": found - ratio,
        "means_only": Fraction(distance, 2),
        "trace_swapped": found + float(traced_back - traced) / 2,
        "mean_by_first": found + float(distance_1 - distance) / 2,
        "correlations_ignored": (float(sum(apart_alone) - dimensions) + ratio_alone) / 2,
    }


def _trace_of_product(first: Matrix, second: Matrix) -> Exact:
    """The trace of first · second, for a symmetric second factor."""
    return sum(
        [
            one * two
            for row, other in zip(first, second, strict=True)
            for one, two in zip(row, other, strict=True)
        ]
    )


def _larger(first: float, second: float) -> bool:
    """Whether one of two rounded numbers is the larger, and not just by rounding."""
    return first - second > 1e-9 * max(1.0, abs(first), abs(second))


def _larger_ones(first: "Tensor", second: "Tensor") -> "Tensor":
    """The same for tensors [variants]."""
    return first - second > 1e-9 * first.abs().maximum(second.abs()).clamp(min=1)


@check("gaussian_vectors.kl", tolerance=1e-8)
def kl_by_cubature(
    mu_1: "Tensor", covariance_1: "Tensor", mu_2: "Tensor", covariance_2: "Tensor"
) -> Mapping[str, Any]:
    """Mean log ratios of torch's densities; the terms by eigenvalues and a linear solve."""
    import torch

    first, second = (mu_1, covariance_1), (mu_2, covariance_2)
    found = _mean_log_density(*first, *first) - _mean_log_density(*first, *second)
    swapped = _mean_log_density(*second, *second) - _mean_log_density(*second, *first)
    # The eigenvalues of covariance_1 seen in coordinates in which covariance_2 is the identity.
    factor = torch.linalg.cholesky(covariance_2)
    half = torch.linalg.solve_triangular(factor, covariance_1, upper=False)
    seen = torch.linalg.solve_triangular(factor, half.mT, upper=False)
    eigenvalues = torch.linalg.eigvalsh(seen)
    apart = (mu_1 - mu_2)[..., None]
    return {
        "kl": found,
        "kl_in_bits": found / torch.tensor(2.0, dtype=torch.float64).log(),
        "kl_reversed": swapped,
        "kl_larger_than_reversed": _larger_ones(found, swapped),
        "trace_term": eigenvalues.sum(-1),
        "mean_term": (torch.linalg.solve_triangular(factor, apart, upper=False) ** 2).sum((-2, -1)),
        "log_determinant_term": -eigenvalues.log().sum(-1),
    }


@solver(
    "gaussian_vectors.diagonal_kl",
    results={
        "kl": "KL of the first law from the second (first ‖ second), in nats",
        "kl_by_coordinate": "the divergence of each coordinate, whose sum it is",
        "kl_reversed": "KL(second ‖ first), in nats",
        "kl_larger_than_reversed": "whether the first divergence is the larger one",
    },
    mistakes={
        **_KL_MISTAKES,
        "averaged": "Averages over the coordinates instead of adding",
        "deviations_for_variances": "Takes each sigma for its square",
        "one_dimension": "Subtracts 1/2 once instead of for each coordinate",
    },
    examples=(
        {"mu_1": (1, 0), "sigma_1": (2, 1), "mu_2": (0, 0), "sigma_2": (1, 1)},
        {
            "mu_1": (0, Fraction(1, 2), -3),
            "sigma_1": (Fraction(1, 2), 3, 1),
            "mu_2": (1, 1, 1),
            "sigma_2": (2, Fraction(1, 3), 4),
        },
        {"mu_1": (5,), "sigma_1": (2,), "mu_2": (4,), "sigma_2": (3,)},
        {"mu_1": (1, 2), "sigma_1": (1, 3), "mu_2": (1, 2), "sigma_2": (1, 3)},
    ),
)
def diagonal_kl(mu_1: Vector, sigma_1: Vector, mu_2: Vector, sigma_2: Vector) -> Answers:
    """Σ_i ln(sigma_2i / sigma_1i) + (sigma_1i² + (mu_1i − mu_2i)²) / (2 sigma_2i²) − 1/2.

    Means and standard deviations: [d]; independent coordinates add their divergences.
    Source: Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B, is the case
    of a standard second law. Raises ValueError for unequal lengths and a sigma not above zero.
    """
    require_vector("mu_1", mu_1)
    dimensions = len(mu_1)
    require_vector("mu_2", mu_2, dimensions)
    for name, sigma in (("sigma_1", sigma_1), ("sigma_2", sigma_2)):
        require_vector(name, sigma, dimensions)
        for index, entry in enumerate(sigma):
            require_positive(f"{name}[{index}]", entry)
    rows = list(zip(mu_1, sigma_1, mu_2, sigma_2, strict=True))
    terms = [_terms(*row) for row in rows]
    back = [_terms(nu, tau, mu, sigma) for mu, sigma, nu, tau in rows]
    coordinates = tuple([ratio + float(spread + shift) for ratio, spread, shift in terms])
    ratio = fsum([term[0] for term in terms])
    shift = sum([term[2] for term in terms], Fraction(0))
    found = fsum(coordinates)
    reversed_kl = fsum([each[0] + float(each[1] + each[2]) for each in back])
    unsquared = [Fraction(sigma + (mu - nu) ** 2 - tau, 2 * tau) for mu, sigma, nu, tau in rows]
    return {
        "kl": found,
        "kl_by_coordinate": coordinates,
        "kl_reversed": reversed_kl,
        "kl_larger_than_reversed": _larger(found, reversed_kl),
        "without_log": sum([term[1] for term in terms], shift),
        "without_dimension": found + dimensions / 2,
        "without_half": 2 * found,
        "log_negated": found - 2 * ratio,
        "means_only": shift,
        "averaged": found / dimensions,
        "deviations_for_variances": ratio / 2 + float(sum(unsquared)),
        "one_dimension": found + (dimensions - 1) / 2,
    }


def _terms(mu: Scalar, sigma: Scalar, nu: Scalar, tau: Scalar) -> tuple[float, Fraction, Fraction]:
    """The logarithm, the variances' share and the means' share of one coordinate's divergence."""
    below, apart = 2 * tau * tau, mu - nu
    return (
        _log(Fraction(tau, sigma)),
        Fraction(sigma * sigma - tau * tau, below),
        Fraction(apart * apart, below),
    )


@check("gaussian_vectors.diagonal_kl", tolerance=1e-8)
def diagonal_kl_by_quadrature(
    mu_1: "Tensor", sigma_1: "Tensor", mu_2: "Tensor", sigma_2: "Tensor"
) -> Mapping[str, Any]:
    """Mean log ratios of torch's Normal densities at Gauss-Hermite nodes; all [variants, d]."""
    from torch.distributions import Normal

    from qgen.solvers.numerics.gauss_hermite import gauss_hermite

    nodes, weights = gauss_hermite(8)

    def mean_log_ratio(*given: "Tensor") -> "Tensor":
        mu, sigma, nu, tau = (each[..., None] for each in given)
        points = mu + sigma * nodes
        return (
            log_density(Normal(mu, sigma), points) - log_density(Normal(nu, tau), points)
        ) @ weights

    coordinates = mean_log_ratio(mu_1, sigma_1, mu_2, sigma_2)
    found, swapped = coordinates.sum(-1), mean_log_ratio(mu_2, sigma_2, mu_1, sigma_1).sum(-1)
    return {
        "kl": found,
        "kl_by_coordinate": coordinates,
        "kl_reversed": swapped,
        "kl_larger_than_reversed": _larger_ones(found, swapped),
    }
