"""The normalised product of two Gaussian densities, as two measurements of one quantity give it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "gaussian_products.product",
    results={
        "mean": "mean of the normalised product",
        "variance": "variance of the normalised product",
        "deviation": "its standard deviation",
        "precision": "one over its variance",
    },
    mistakes={
        "plain_mean": "The plain mean of the two means",
        "weights_swapped": "Weighs each mean by its own variance instead of its precision",
        "weighted_by_deviations": "Weighs the means by 1 / sigma instead of 1 / sigma²",
        "summed_variance": "Adds the variances, as for a sum of variables",
        "mean_variance": "The plain mean of the variances",
        "sum_of_inverse_deviations": "1 / sigma_1 + 1 / sigma_2 for the precision",
    },
    examples=(
        {"mu_1": 0, "sigma_1": 1, "mu_2": 4, "sigma_2": 2},
        {"mu_1": Fraction(1, 2), "sigma_1": 3, "mu_2": -1, "sigma_2": Fraction(1, 2)},
        {"mu_1": 2, "sigma_1": 2, "mu_2": 3, "sigma_2": 2},
        {"mu_1": 1, "sigma_1": 4, "mu_2": 1, "sigma_2": 3},
    ),
)
def product(mu_1: Scalar, sigma_1: Scalar, mu_2: Scalar, sigma_2: Scalar) -> SolverResults:
    """N(x; mu_1, sigma_1²) N(x; mu_2, sigma_2²) is proportional to N(x; mean, variance).

    The exponents add, and with them the precisions; the mean is weighted by them. Source:
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equations A.7 and
    A.8. Raises ValueError for a sigma that is not above zero.
    """
    require_scalar("mu_1", mu_1)
    require_scalar("mu_2", mu_2)
    require_positive("sigma_1", sigma_1)
    require_positive("sigma_2", sigma_2)
    first, second = sigma_1 * sigma_1, sigma_2 * sigma_2
    total = first + second
    variance = Fraction(first * second, total)
    return {
        "mean": Fraction(mu_1 * second + mu_2 * first, total),
        "variance": variance,
        "deviation": square_root(variance),
        "precision": 1 / variance,
        "plain_mean": Fraction(mu_1 + mu_2, 2),
        "weights_swapped": Fraction(mu_1 * first + mu_2 * second, total),
        "weighted_by_deviations": Fraction(mu_1 * sigma_2 + mu_2 * sigma_1, sigma_1 + sigma_2),
        "summed_variance": total,
        "mean_variance": Fraction(total, 2),
        "sum_of_inverse_deviations": Fraction(sigma_1 + sigma_2, sigma_1 * sigma_2),
    }


@check("gaussian_products.product", tolerance=1e-8)
def product_by_integration(
    mu_1: "Tensor", sigma_1: "Tensor", mu_2: "Tensor", sigma_2: "Tensor"
) -> Mapping[str, Any]:
    """Moments of the product of torch's densities by the trapezoid rule; all [variants].

    Each mistake is the right result for other deviations: equal ones, exchanged ones, their roots
    or their inverses.
    """
    import torch

    mean, variance = _product_moments(mu_1, sigma_1, mu_2, sigma_2)
    one, roots = torch.ones_like(sigma_1), (sigma_1.sqrt(), sigma_2.sqrt())
    by_roots = _product_moments(mu_1, roots[0], mu_2, roots[1])
    summed = 1 / _product_moments(mu_1, 1 / sigma_1, mu_1, 1 / sigma_2)[1]
    return {
        "mean": mean,
        "variance": variance,
        "deviation": variance.sqrt(),
        "precision": 1 / variance,
        "plain_mean": _product_moments(mu_1, one, mu_2, one)[0],
        "weights_swapped": _product_moments(mu_1, sigma_2, mu_2, sigma_1)[0],
        "weighted_by_deviations": by_roots[0],
        "summed_variance": summed,
        "mean_variance": summed / 2,
        "sum_of_inverse_deviations": 1 / by_roots[1],
    }


def _product_moments(
    mu_1: "Tensor", sigma_1: "Tensor", mu_2: "Tensor", sigma_2: "Tensor"
) -> tuple["Tensor", "Tensor"]:
    """Mean and variance of the normalised product of two densities; all [variants].

    The grid covers twelve deviations of the narrower law around the product's highest point,
    which Newton's method finds.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import maximise

    first, second = Normal(mu_1[:, None], sigma_1[:, None]), Normal(mu_2[:, None], sigma_2[:, None])

    def log_product(x: "Tensor") -> "Tensor":
        return log_density(first, x) + log_density(second, x)

    peak = maximise(lambda x: log_product(x)[:, 0], mu_1[:, None])
    narrow = torch.minimum(sigma_1, sigma_2)[:, None]
    offsets = narrow * torch.linspace(-12, 12, 481, dtype=peak.dtype)
    heights = (log_product(peak + offsets) - log_product(peak)).exp()
    weights = heights / heights.sum(-1, keepdim=True)
    shift = (weights * offsets).sum(-1)
    return peak[:, 0] + shift, (weights * offsets**2).sum(-1) - shift**2
