"""Gaussian laws in one dimension: density and divergence.

N(mu, sigma²) has the standard deviation sigma; logarithms are natural. Laws of several
coordinates are in `gaussian_vectors`.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import exp, log, pi, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Power, Product, Quotient, linear
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    over_common_denominator,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@lru_cache(maxsize=4096)
def _density_formulas(mu: Scalar, sigma: Scalar) -> SolverResults:
    variance = sigma * sigma
    return {
        "score_formula": _minus_distance_over(mu, variance),
        "score_formula_negated": _minus_distance_over(mu, -variance),
        "exponent_formula": _minus_square_over(mu, 2 * variance),
        "score_over_deviation_formula": _minus_distance_over(mu, sigma),
    }


def _minus_distance_over(mu: Scalar, divisor: Scalar) -> Formula:
    """(mu − x) / divisor, with whole numbers where they can be."""
    parts = (Fraction(-1, divisor), Fraction(mu, divisor))
    (factor, constant), common = over_common_denominator(parts)
    above = linear([(factor, "x")], constant)
    return above if common == 1 else Quotient(above, Number(common))


def _minus_square_over(mu: Scalar, divisor: Scalar) -> Formula:
    """−(x − mu)² / divisor."""
    square = Power(linear([(1, "x")], -mu), Number(2))
    return Product((Number(-1), Quotient(square, Number(divisor))))


@solver(
    "gaussian.density",
    results={
        "density": "the density of N(mu, sigma²) at x",
        "standard_score": "(x − mu) / sigma",
        "score_formula": "the derivative of the log density, −(x − mu) / sigma², a formula in x",
    },
    mistakes={
        "unnormalised": "Forgets the factor 1 / sqrt(2 pi sigma²)",
        "without_half": "Forgets the half in the exponent",
        "unrooted": "Divides by 2 pi sigma² instead of its root",
        "without_scale": "Divides by sqrt(2 pi): sigma is forgotten in front",
        "deviation_in_exponent": "Divides by 2 sigma instead of 2 sigma² in the exponent",
        "score_formula_negated": "The sign of the derivative is wrong, a formula in x",
        "exponent_formula": "The exponent −(x − mu)² / (2 sigma²) for its derivative, a formula",
        "score_over_deviation_formula": "Takes sigma for sigma² in the derivative, a formula",
    },
    examples=(
        {"x": 1, "mu": 0, "sigma": 2},
        {"x": Fraction(7, 2), "mu": -1, "sigma": Fraction(3, 2)},
        {"x": 0, "mu": 5, "sigma": 1},
        {"x": 3, "mu": 3, "sigma": Fraction(1, 10)},
    ),
)
def density(x: Scalar, mu: Scalar, sigma: Scalar) -> SolverResults:
    """exp(−(x − mu)² / (2 sigma²)) / sqrt(2 pi sigma²) and what belongs to it.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 1.46. Raises
    ValueError for sigma not above zero and for numbers that are not exact.
    """
    require_scalar("x", x)
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    distance, variance = x - mu, sigma * sigma
    power = float(Fraction(distance * distance, 2 * variance))
    bell, root = exp(-power), sqrt(2 * pi * variance)
    return {
        **_density_formulas(mu, sigma),
        "density": bell / root,
        "standard_score": Fraction(distance, sigma),
        "unnormalised": bell,
        "without_half": exp(-2 * power) / root,
        "unrooted": bell / (2 * pi * variance),
        "without_scale": bell / sqrt(2 * pi),
        "deviation_in_exponent": exp(-power * sigma) / root,
    }


@check("gaussian.density", tolerance=1e-8)
def density_by_distribution_function(
    x: "Tensor", mu: "Tensor", sigma: "Tensor"
) -> Mapping[str, Any]:
    """The density as the derivative of the distribution function, by autograd; all [variants].

    Forgetting the half is another sigma, smaller by the root of 2; dividing by 2 sigma instead of
    2 sigma² is the sigma whose square is the given one.
    """
    import torch

    def log_height(points: "Tensor", centre: "Tensor", scale: "Tensor") -> "Tensor":
        # The lower tail keeps every digit; its logarithm has the slope density / probability.
        below = centre - (points - centre).abs()
        leaf = below.detach().clone().requires_grad_(True)
        tail = torch.special.log_ndtr((leaf - centre) / scale)
        (slope,) = torch.autograd.grad(tail.sum(), leaf)
        found: Tensor = slope.log() + tail.detach()
        return found

    def score(points: "Tensor", centre: "Tensor", scale: "Tensor") -> "Tensor":
        # The log density is quadratic in x: a central difference is its slope.
        above, below = (log_height(points + side * scale, centre, scale) for side in (1, -1))
        difference: Tensor = above - below
        return difference / (2 * scale)

    def exponent(points: "Tensor", centre: "Tensor", scale: "Tensor") -> "Tensor":
        return log_height(points, centre, scale) - log_height(centre, centre, scale)

    centre, scale = mu[:, None], sigma[:, None]
    found, at_mean = log_height(x, mu, sigma), log_height(mu, mu, sigma)
    at_one = log_height(mu, mu, torch.ones_like(sigma))
    bell = exponent(x, mu, sigma)
    return {
        "density": found.exp(),
        "standard_score": -score(x, mu, sigma) * sigma,
        "score_formula": lambda points: score(points["x"], centre, scale),
        "unnormalised": bell.exp(),
        "without_half": (exponent(x, mu, sigma / 2**0.5) + at_mean).exp(),
        "unrooted": (bell + 2 * at_mean).exp(),
        "without_scale": (bell + at_one).exp(),
        "deviation_in_exponent": (exponent(x, mu, sigma.sqrt()) + at_mean).exp(),
        "score_formula_negated": lambda points: score(-points["x"], -centre, scale),
        "exponent_formula": lambda points: exponent(points["x"], centre, scale),
        "score_over_deviation_formula": lambda points: score(points["x"], centre, scale.sqrt()),
    }


@solver(
    "gaussian.kl",
    results={
        "kl": "KL(N(mu_1, sigma_1²) ‖ N(mu_2, sigma_2²)), in nats",
    },
    mistakes={
        "kl_reversed": "KL of the second law from the first, in nats",
        "without_log": "Forgets the logarithm of the deviations",
        "without_half": "Forgets the half in front of the whole",
        "means_only": "Keeps only the term with the means",
        "log_negated": "Turns the ratio in the logarithm over",
        "deviations_for_variances": "Takes each sigma for its square",
    },
    examples=(
        {"mu_1": 1, "sigma_1": 2, "mu_2": 0, "sigma_2": 1},
        {"mu_1": Fraction(-1, 2), "sigma_1": Fraction(1, 3), "mu_2": 2, "sigma_2": Fraction(5, 2)},
        {"mu_1": 0, "sigma_1": 1, "mu_2": 0, "sigma_2": 1},
        {"mu_1": 7, "sigma_1": Fraction(1, 10), "mu_2": 3, "sigma_2": 4},
    ),
)
def kl(mu_1: Scalar, sigma_1: Scalar, mu_2: Scalar, sigma_2: Scalar) -> SolverResults:
    """ln(sigma_2 / sigma_1) + (sigma_1² + (mu_1 − mu_2)²) / (2 sigma_2²) − 1/2.

    It is E ln(p_1 / p_2) under the first law, where E (X − mu_2)² = sigma_1² + (mu_1 − mu_2)².
    Source: Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B, is the case
    mu_2 = 0, sigma_2 = 1; Kullback, Information Theory and Statistics (1959), chapter 9.
    Raises ValueError for a sigma that is not above zero.
    """
    require_scalar("mu_1", mu_1)
    require_scalar("mu_2", mu_2)
    require_positive("sigma_1", sigma_1)
    require_positive("sigma_2", sigma_2)
    first, second, distance = sigma_1 * sigma_1, sigma_2 * sigma_2, mu_1 - mu_2
    square = distance * distance
    ratio = log(
        (sigma_2.numerator * sigma_1.denominator) / (sigma_2.denominator * sigma_1.numerator)
    )
    rest = float(Fraction(first + square - second, 2 * second))
    swapped_rest = float(Fraction(second + square - first, 2 * first))
    found = ratio + rest
    return {
        "kl": found,
        "kl_reversed": swapped_rest - ratio,
        "without_log": rest,
        "without_half": 2 * found,
        "means_only": float(Fraction(square, 2 * second)),
        "log_negated": rest - ratio,
        "deviations_for_variances": ratio / 2
        + float(Fraction(sigma_1 + square - sigma_2, 2 * sigma_2)),
    }


@check("gaussian.kl", tolerance=1e-8)
def kl_by_quadrature(
    mu_1: "Tensor", sigma_1: "Tensor", mu_2: "Tensor", sigma_2: "Tensor"
) -> Mapping[str, Any]:
    """The mean log ratio of torch's densities at Gauss-Hermite nodes; all [variants].

    Laws of one height have no logarithm in it, laws of one mean only that and the variances.
    """
    found = _mean_log_ratio(mu_1, sigma_1, mu_2, sigma_2)
    spread = _mean_log_ratio(mu_2, sigma_1, mu_2, sigma_2)
    logarithm = _log_height(mu_1, sigma_1) - _log_height(mu_2, sigma_2)
    return {
        "kl": found,
        "kl_reversed": _mean_log_ratio(mu_2, sigma_2, mu_1, sigma_1),
        "without_log": found - logarithm,
        "without_half": 2 * found,
        "means_only": found - spread,
        "log_negated": found - 2 * logarithm,
        "deviations_for_variances": _mean_log_ratio(mu_1, sigma_1.sqrt(), mu_2, sigma_2.sqrt()),
    }


def _log_height(mu: "Tensor", sigma: "Tensor") -> "Tensor":
    """The log density at the mean."""
    from torch.distributions import Normal

    return log_density(Normal(mu, sigma), mu)


def _mean_log_ratio(
    mu: "Tensor", sigma: "Tensor", other_mu: "Tensor", other_sigma: "Tensor"
) -> "Tensor":
    """The mean of ln(p / p_other) under p, for tensors of one shape."""
    from torch.distributions import Normal

    from qgen.solvers.numerics.gauss_hermite import gauss_hermite

    nodes, weights = gauss_hermite(8)
    mu, sigma = mu[..., None], sigma[..., None]
    points = mu + sigma * nodes
    other = Normal(other_mu[..., None], other_sigma[..., None])
    return (log_density(Normal(mu, sigma), points) - log_density(other, points)) @ weights
