"""Gaussian laws of several coordinates: entropy and what the coordinates share.

Covariances are symmetric positive definite matrices of exact numbers; logarithms are natural.
Conditioning, affine maps and products are in `gaussian_maps`.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import log, pi, prod
from typing import TYPE_CHECKING, Any

from qgen.document.values import Exact, SolverResults
from qgen.solvers.numerics.arguments import Matrix
from qgen.solvers.numerics.exact_linear_algebra import determinant, require_positive_definite
from qgen.solvers.numerics.torch_laws import law_entropy, log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LOG_TWO_PI = log(2 * pi)


def _log(value: Exact) -> float:
    """The natural logarithm, from both whole numbers so that huge fractions have one too."""
    return log(value.numerator) - log(value.denominator)


@solver(
    "gaussian_vectors.entropy",
    results={
        "entropy": "differential entropy, in nats",
        "determinant": "determinant of the covariance",
        "is_negative": "whether the differential entropy is below 0",
        "marginal_entropies": "the entropy of each coordinate by itself",
        "total_correlation": "the sum of those less the entropy of all: what is shared, in nats",
        "is_independent": "whether the coordinates are independent",
    },
    examples=(
        {"covariance": ((2, 1), (1, 2))},
        {"covariance": ((Fraction(1, 50), 0), (0, Fraction(1, 4)))},
        {"covariance": ((4, -2, 0), (-2, 5, 1), (0, 1, Fraction(3, 2)))},
        {"covariance": ((Fraction(9, 4),),)},
    ),
)
def entropy(covariance: Matrix) -> SolverResults:
    """(d ln(2 pi e) + ln det covariance) / 2, for a covariance [d, d]; the mean has no part in it.

    The expectation of the exponent (x − mu)ᵀ covariance⁻¹ (x − mu) / 2 is d/2.
    Source: Cover and Thomas, Elements of Information Theory (2006), theorem 8.4.1. Raises
    ValueError unless the covariance is symmetric and positive definite.
    """
    require_positive_definite("covariance", covariance)
    dimensions = len(covariance)
    volume = determinant(covariance)
    variances = [row[index] for index, row in enumerate(covariance)]
    separate = prod(variances)
    found = (dimensions * (_LOG_TWO_PI + 1) + _log(volume)) / 2
    return {
        "entropy": found,
        "determinant": volume,
        "is_negative": found < 0,
        "marginal_entropies": tuple(
            [(_LOG_TWO_PI + 1 + _log(variance)) / 2 for variance in variances]
        ),
        "total_correlation": _log(Fraction(separate, volume)) / 2,
        "is_independent": separate == volume,
    }


@check("gaussian_vectors.entropy", tolerance=1e-8)
def entropy_by_cubature(covariance: "Tensor") -> Mapping[str, Any]:
    """The mean of −log_prob of torch's laws, which are quadratic; covariance: [variants, d, d]."""
    import torch
    from torch.distributions import MultivariateNormal, Normal

    from qgen.solvers.numerics.numerical_methods import cubature_nodes

    dimensions = covariance.shape[-1]
    mean = torch.zeros_like(covariance[..., 0])
    law: Any = MultivariateNormal(mean[:, None], covariance[:, None])
    points = cubature_nodes(dimensions) @ torch.linalg.cholesky(covariance).mT
    found = -log_density(law, points).mean(-1)
    alone = Normal(mean, covariance.diagonal(dim1=-2, dim2=-1).sqrt())
    shared = law_entropy(alone).sum(-1) - found
    off_diagonal = covariance - torch.diag_embed(covariance.diagonal(dim1=-2, dim2=-1))
    constant = torch.tensor(2 * pi, dtype=torch.float64).log() + 1
    return {
        "entropy": found,
        "determinant": (2 * found - dimensions * constant).exp(),
        "is_negative": found < 0,
        "marginal_entropies": law_entropy(alone),
        "total_correlation": shared,
        "is_independent": (off_diagonal == 0).all(-1).all(-1),
    }
