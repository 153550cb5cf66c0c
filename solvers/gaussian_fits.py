"""The best Gaussian laws with one variance for all coordinates, for a correlated Gaussian law."""

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Matrix
from qgen.solvers.numerics.exact_linear_algebra import (
    determinant,
    inverse,
    require_positive_definite,
)
from qgen.solvers.numerics.torch_laws import law_entropy, log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "gaussian_fits.isotropic",
    results={
        "forward_variance": "the s for which q = N(0, s I) minimises KL(p ‖ q)",
        "reverse_variance": "the s for which q = N(0, s I) minimises KL(q ‖ p)",
        "entropy_variance": "the s for which q = N(0, s I) has the entropy of p",
        "forward_divergence": "the least KL(p ‖ q), in nats",
    },
    mistakes={
        "trace": "The trace of the covariance, not divided by the number of coordinates",
        "mean_precision": "The mean of the precision's diagonal, not inverted",
        "determinant_alone": "The determinant of the covariance, without a root",
        "forward_without_half": "Forgets the half in front of the divergence KL(p ‖ q)",
        "forward_log_negated": "The sign of the logarithm in KL(p ‖ q) is wrong",
    },
    examples=(
        {"covariance": ((4, 2), (2, 9))},
        {"covariance": ((1, Fraction(-3, 5)), (Fraction(-3, 5), 1))},
        {"covariance": ((4, -2, 0), (-2, 5, 1), (0, 1, Fraction(3, 2)))},
        {"covariance": ((3, 0), (0, 3))},
    ),
)
def isotropic(covariance: Matrix) -> SolverResults:
    """For p = N(0, C): tr C / d is best for KL(p ‖ q), d / tr C⁻¹ for KL(q ‖ p).

    covariance: [d, d]. They are the arithmetic and the harmonic mean of the eigenvalues of C;
    the entropies agree at the geometric mean, the root (det C)^(1/d). The least KL(p ‖ q) is
    ½ (d ln s − ln det C) at its own s. Source: Kullback,
    Information Theory and Statistics (1959), chapter 9, for the divergence of Gaussian laws; the
    minima follow by differentiation in s. Raises ValueError unless the covariance is symmetric and
    positive definite.
    """
    require_positive_definite("covariance", covariance)
    size, volume = len(covariance), determinant(covariance)
    trace = sum([row[index] for index, row in enumerate(covariance)])
    inverse_trace = sum([row[index] for index, row in enumerate(inverse(covariance))])
    forward, reverse = Fraction(trace, size), Fraction(size) / inverse_trace
    logarithm = log(volume.numerator) - log(volume.denominator)
    covering = (size * log(forward) - logarithm) / 2
    return {
        "forward_variance": forward,
        "reverse_variance": reverse,
        "entropy_variance": float(volume) ** (1 / size),
        "forward_divergence": covering,
        "trace": trace,
        "mean_precision": 1 / reverse,
        "determinant_alone": volume,
        "forward_without_half": 2 * covering,
        "forward_log_negated": -covering,
    }


@check("gaussian_fits.isotropic", tolerance=1e-7)
def isotropic_by_newton(covariance: "Tensor") -> Mapping[str, Any]:
    """Minimises both divergences over ln s; covariance: [variants, d, d].

    The means of torch's log densities are taken over cubature nodes, exact for quadratics. Trace
    and determinant are found from the eigenvalues.
    """
    import torch
    from torch.distributions import MultivariateNormal, Normal

    from qgen.solvers.numerics.numerical_methods import cubature_nodes, maximise

    mean = torch.zeros_like(covariance[..., 0])
    size = mean.shape[-1]
    nodes = cubature_nodes(size)
    entropy = law_entropy(MultivariateNormal(mean, covariance))
    wide = MultivariateNormal(mean[:, None], covariance[:, None])
    drawn = nodes @ torch.linalg.cholesky(covariance).mT

    def own_entropy(spread: "Tensor") -> "Tensor":
        fit = Normal(torch.zeros_like(spread), spread, validate_args=False)
        return size * law_entropy(fit)[:, 0]

    def minus_forward(logs: "Tensor") -> "Tensor":
        spread = (logs / 2).exp()[:, None]
        fit = Normal(torch.zeros_like(spread), spread, validate_args=False)
        return log_density(fit, drawn).sum(-1).mean(-1) + entropy

    def minus_reverse(logs: "Tensor") -> "Tensor":
        spread = (logs / 2).exp()
        return own_entropy(spread) + log_density(wide, spread[:, None] * nodes).mean(-1)

    start = covariance.diagonal(dim1=-2, dim2=-1).log().mean(-1, keepdim=True)
    forward, reverse = maximise(minus_forward, start), maximise(minus_reverse, start)
    # The entropy of q grows by d/2 with ln s.
    at_one = own_entropy(torch.ones_like(start))
    eigenvalues = torch.linalg.eigvalsh(covariance)
    logarithm = size * forward[:, 0] - eigenvalues.log().sum(-1)
    spread = eigenvalues.sum(-1) / forward[:, 0].exp() - size
    return {
        "forward_variance": forward[:, 0].exp(),
        "reverse_variance": reverse[:, 0].exp(),
        "entropy_variance": (2 * (entropy - at_one) / size).exp(),
        "forward_divergence": -minus_forward(forward),
        "trace": eigenvalues.sum(-1),
        "mean_precision": eigenvalues.reciprocal().mean(-1),
        "determinant_alone": eigenvalues.prod(-1),
        "forward_without_half": spread + logarithm,
        "forward_log_negated": (spread - logarithm) / 2,
    }
