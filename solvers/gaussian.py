"""Gaussian laws in one dimension: density, entropy, divergence.

N(mu, sigma²) has the standard deviation sigma; logarithms are natural. Laws of several
coordinates are in `gaussian_vectors`.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import exp, fsum, log, pi, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import (
    Call,
    Expression,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    linear,
)
from qgen.document.values import Answers
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

_MINUS, _TWO = Number(-1), Number(2)
_LOG_TWO_PI = log(2 * pi)


def _log_scalar(value: Scalar) -> float:
    """The natural logarithm, from both whole numbers so that huge fractions have one too."""
    return log(value.numerator) - log(value.denominator)


def _squared(base: Expression) -> Expression:
    return Power(base, _TWO)


@lru_cache(maxsize=4096)
def _density_formulas(mu: Scalar, sigma: Scalar) -> Answers:
    variance = sigma * sigma
    return {
        "score_formula": _minus_distance_over(mu, variance),
        "exponent_formula": _minus_square_over(mu, 2 * variance),
        "exponent_without_half_formula": _minus_square_over(mu, variance),
        "exponent_over_deviation_formula": _minus_square_over(mu, 2 * sigma),
        "score_over_deviation_formula": _minus_distance_over(mu, sigma),
    }


def _minus_distance_over(mu: Scalar, divisor: Scalar) -> Expression:
    """(mu − x) / divisor, with whole numbers where they can be."""
    parts = (Fraction(-1, divisor), Fraction(mu, divisor))
    (factor, constant), common = over_common_denominator(parts)
    above = linear([(factor, "x")], constant)
    return above if common == 1 else Quotient(above, Number(common))


def _minus_square_over(mu: Scalar, divisor: Scalar) -> Expression:
    """−(x − mu)² / divisor."""
    return Product((_MINUS, Quotient(_squared(linear([(1, "x")], -mu)), Number(divisor))))


@solver(
    "gaussian.density",
    results={
        "density": "the density of N(mu, sigma²) at x",
        "log_density": "its natural logarithm",
        "standard_score": "(x − mu) / sigma",
        "score": "the derivative of the log density in x: −(x − mu) / sigma²",
        "score_formula": "that derivative as a formula in x",
        "exponent_formula": "the exponent −(x − mu)² / (2 sigma²), a formula in x",
    },
    mistakes={
        "unnormalised": "Forgets the factor 1 / sqrt(2 pi sigma²)",
        "without_half": "Forgets the half in the exponent",
        "unrooted": "Divides by 2 pi sigma² instead of its root",
        "without_scale": "Divides by sqrt(2 pi): sigma is forgotten in front",
        "deviation_in_exponent": "Divides by 2 sigma instead of 2 sigma² in the exponent",
        "score_negated": "The sign of the derivative is wrong",
        "score_over_deviation": "Divides by sigma instead of sigma² in the derivative",
        "exponent_without_half_formula": "Forgets the half in the exponent, a formula in x",
        "exponent_over_deviation_formula": "Takes sigma for sigma² in the exponent, a formula",
        "score_over_deviation_formula": "Takes sigma for sigma² in the derivative, a formula",
    },
    examples=(
        {"x": 1, "mu": 0, "sigma": 2},
        {"x": Fraction(7, 2), "mu": -1, "sigma": Fraction(3, 2)},
        {"x": 0, "mu": 5, "sigma": 1},
        {"x": 3, "mu": 3, "sigma": Fraction(1, 10)},
    ),
)
def density(x: Scalar, mu: Scalar, sigma: Scalar) -> Answers:
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
    score = Fraction(-distance, variance)
    return {
        **_density_formulas(mu, sigma),
        "density": bell / root,
        "log_density": fsum((-power, -_LOG_TWO_PI / 2, -_log_scalar(sigma))),
        "standard_score": Fraction(distance, sigma),
        "score": score,
        "unnormalised": bell,
        "without_half": exp(-2 * power) / root,
        "unrooted": bell / (2 * pi * variance),
        "without_scale": bell / sqrt(2 * pi),
        "deviation_in_exponent": exp(-power * sigma) / root,
        "score_negated": -score,
        "score_over_deviation": Fraction(-distance, sigma),
    }


@check("gaussian.density", tolerance=1e-8)
def density_by_distribution_function(
    x: "Tensor", mu: "Tensor", sigma: "Tensor"
) -> Mapping[str, Any]:
    """The density as the derivative of the distribution function, by autograd; all [variants]."""
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

    def exponent(points: Mapping[str, "Tensor"]) -> "Tensor":
        centre, scale = mu[:, None], sigma[:, None]
        at_mean = log_height(centre, centre, scale)
        return log_height(points["x"], centre, scale) - at_mean

    found, slope = log_height(x, mu, sigma), score(x, mu, sigma)
    return {
        "density": found.exp(),
        "log_density": found,
        "standard_score": -slope * sigma,
        "score": slope,
        "score_formula": lambda points: score(points["x"], mu[:, None], sigma[:, None]),
        "exponent_formula": exponent,
    }


@solver(
    "gaussian.entropy",
    results={
        "entropy": "differential entropy of N(mu, sigma²), in nats",
        "entropy_in_bits": "the same in bits",
        "is_negative": "whether the differential entropy is below 0",
    },
    mistakes={
        "without_e": "Forgets the half that the exponent gives: ln(2 pi sigma²) / 2",
        "without_half": "Forgets the half in front: ln(2 pi e sigma²)",
        "deviation_for_variance": "Takes sigma for sigma²: ln(2 pi e sigma) / 2",
        "without_two_pi": "Leaves the normaliser out: ln(e sigma²) / 2",
        "negated": "The sign of the whole is wrong",
    },
    examples=(
        {"sigma": 1},
        {"sigma": Fraction(1, 10)},
        {"sigma": Fraction(7, 3)},
        {"sigma": 40},
    ),
)
def entropy(sigma: Scalar) -> Answers:
    """−E ln p(X) = ½ ln(2 pi sigma²) + E (X − mu)² / (2 sigma²) = ½ ln(2 pi e sigma²).

    It does not depend on the mean. Source: Cover and Thomas, Elements of Information Theory
    (2006), example 8.1.2. Raises ValueError for sigma not above zero.
    """
    require_positive("sigma", sigma)
    scale = _log_scalar(sigma)
    found = fsum((_LOG_TWO_PI / 2, 0.5, scale))
    return {
        "entropy": found,
        "entropy_in_bits": found / log(2),
        "is_negative": found < 0,
        "without_e": _LOG_TWO_PI / 2 + scale,
        "without_half": 2 * found,
        "deviation_for_variance": fsum((_LOG_TWO_PI / 2, 0.5, scale / 2)),
        "without_two_pi": 0.5 + scale,
        "negated": -found,
    }


@check("gaussian.entropy", tolerance=1e-8)
def entropy_by_quadrature(sigma: "Tensor") -> Mapping[str, Any]:
    """The mean of −log_prob of torch's Normal at Gauss-Hermite nodes; sigma: [variants]."""
    import torch

    from qgen.solvers.numerics.gauss_hermite import gauss_hermite

    nodes, weights = gauss_hermite(8)

    law = torch.distributions.Normal(torch.zeros_like(sigma)[:, None], sigma[:, None])
    found = -log_density(law, sigma[:, None] * nodes) @ weights
    return {
        "entropy": found,
        "entropy_in_bits": found / torch.tensor(2.0, dtype=torch.float64).log(),
        "is_negative": found < 0,
    }


def _divergence_formula(first: str, second: str) -> Sum:
    """KL of one law from another, in their means and deviations."""
    mu, nu = Symbol(f"mu_{first}"), Symbol(f"mu_{second}")
    sigma, tau = Symbol(f"sigma_{first}"), Symbol(f"sigma_{second}")
    squares = Sum((_squared(sigma), _squared(Sum((mu, Product((_MINUS, nu)))))))
    return Sum(
        (
            Call("ln", (Quotient(tau, sigma),)),
            Quotient(squares, Product((_TWO, _squared(tau)))),
            Number(Fraction(-1, 2)),
        )
    )


_DIVERGENCE = _divergence_formula("1", "2")
_MU_1, _MU_2, _SIGMA_1, _SIGMA_2 = map(Symbol, ("mu_1", "mu_2", "sigma_1", "sigma_2"))
_DIVERGENCE_FORMULAS: Answers = {
    "kl_formula": _DIVERGENCE,
    "derivative_in_mu_1": Quotient(Sum((_MU_1, Product((_MINUS, _MU_2)))), _squared(_SIGMA_2)),
    "derivative_in_sigma_1": Sum(
        (
            Quotient(_SIGMA_1, _squared(_SIGMA_2)),
            Product((_MINUS, Quotient(Number(1), _SIGMA_1))),
        )
    ),
    "swapped_formula": _divergence_formula("2", "1"),
    "without_log_formula": Sum(_DIVERGENCE.terms[1:]),
    "without_constant_formula": Sum(_DIVERGENCE.terms[:2]),
}
_POSITIVE_DEVIATIONS: Mapping[str, Any] = {"sigma_1": "positive", "sigma_2": "positive"}


@solver(
    "gaussian.kl",
    results={
        "kl": "KL(N(mu_1, sigma_1²) ‖ N(mu_2, sigma_2²)), in nats",
        "kl_in_bits": "the same in bits",
        "kl_reversed": "KL of the second law from the first, in nats",
        "kl_larger_than_reversed": "whether the first divergence is the larger one",
        "kl_formula": "the divergence as a formula in mu_1, sigma_1, mu_2, sigma_2",
        "derivative_in_mu_1": "its derivative with respect to mu_1, a formula",
        "derivative_in_sigma_1": "its derivative with respect to sigma_1, a formula",
        "slope_in_mu_1": "the derivative with respect to mu_1 at the given values",
        "slope_in_sigma_1": "the derivative with respect to sigma_1 at the given values",
    },
    mistakes={
        "without_log": "Forgets the logarithm of the deviations",
        "without_constant": "Forgets the −1/2",
        "without_half": "Forgets the half in front of the whole",
        "means_only": "Keeps only the term with the means",
        "log_negated": "Turns the ratio in the logarithm over",
        "deviations_for_variances": "Takes each sigma for its square",
        "mean_distance_unsquared": "Does not square the distance of the means",
        "wrong_denominator": "Divides by the first variance instead of the second",
        "swapped_formula": "The divergence of the second law from the first, a formula",
        "without_log_formula": "Forgets the logarithm of the deviations, a formula",
        "without_constant_formula": "Forgets the −1/2, a formula",
    },
    domains={
        "kl_formula": _POSITIVE_DEVIATIONS,
        "derivative_in_mu_1": {"sigma_2": "positive"},
        "derivative_in_sigma_1": _POSITIVE_DEVIATIONS,
    },
    examples=(
        {"mu_1": 1, "sigma_1": 2, "mu_2": 0, "sigma_2": 1},
        {"mu_1": Fraction(-1, 2), "sigma_1": Fraction(1, 3), "mu_2": 2, "sigma_2": Fraction(5, 2)},
        {"mu_1": 0, "sigma_1": 1, "mu_2": 0, "sigma_2": 1},
        {"mu_1": 7, "sigma_1": Fraction(1, 10), "mu_2": 3, "sigma_2": 4},
    ),
)
def kl(mu_1: Scalar, sigma_1: Scalar, mu_2: Scalar, sigma_2: Scalar) -> Answers:
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
    found, swapped = ratio + rest, swapped_rest - ratio
    return {
        **_DIVERGENCE_FORMULAS,
        "kl": found,
        "kl_in_bits": found / log(2),
        "kl_reversed": swapped,
        "kl_larger_than_reversed": _larger(found, swapped),
        "slope_in_mu_1": Fraction(distance, second),
        "slope_in_sigma_1": Fraction(first - second, sigma_1 * second),
        "without_log": rest,
        "without_constant": found + 0.5,
        "without_half": 2 * found,
        "means_only": Fraction(square, 2 * second),
        "log_negated": rest - ratio,
        "deviations_for_variances": ratio / 2
        + float(Fraction(sigma_1 + square - sigma_2, 2 * sigma_2)),
        "mean_distance_unsquared": ratio
        + float(Fraction(first + abs(distance) - second, 2 * second)),
        "wrong_denominator": ratio + float(Fraction(square, 2 * first)),
    }


def _larger(first: float, second: float) -> bool:
    """Whether one of two rounded numbers is the larger, and not just by rounding."""
    return first - second > 1e-10 * max(1.0, abs(first), abs(second))


@check("gaussian.kl", tolerance=1e-8)
def kl_by_quadrature(
    mu_1: "Tensor", sigma_1: "Tensor", mu_2: "Tensor", sigma_2: "Tensor"
) -> Mapping[str, Any]:
    """The mean log ratio of torch's densities at Gauss-Hermite nodes, slopes by autograd."""
    import torch

    def in_order(points: Mapping[str, "Tensor"]) -> list["Tensor"]:
        return [points[name] for name in ("mu_1", "sigma_1", "mu_2", "sigma_2")]

    def in_mean(points: Mapping[str, "Tensor"]) -> "Tensor":
        # That formula has no sigma_1, and no domain for it: any positive value will do.
        scale = points["sigma_2"]
        return _slope_of_divergence(0, points["mu_1"], scale, points["mu_2"], scale)

    given = (mu_1, sigma_1, mu_2, sigma_2)
    found, swapped = _mean_log_ratio(*given), _mean_log_ratio(mu_2, sigma_2, mu_1, sigma_1)
    margin = 1e-10 * torch.maximum(found.abs(), swapped.abs()).clamp(min=1)
    return {
        "kl": found,
        "kl_in_bits": found / torch.tensor(2.0, dtype=torch.float64).log(),
        "kl_reversed": swapped,
        "kl_larger_than_reversed": found - swapped > margin,
        "kl_formula": lambda points: _mean_log_ratio(*in_order(points)),
        "derivative_in_mu_1": in_mean,
        "derivative_in_sigma_1": lambda points: _slope_of_divergence(1, *in_order(points)),
        "slope_in_mu_1": _slope_of_divergence(0, *given),
        "slope_in_sigma_1": _slope_of_divergence(1, *given),
    }


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


def _slope_of_divergence(position: int, *given: "Tensor") -> "Tensor":
    """The derivative of the mean log ratio in one of its arguments, by autograd."""
    import torch

    leaves = [each.detach().clone().requires_grad_(True) for each in given]
    return torch.autograd.grad(_mean_log_ratio(*leaves).sum(), leaves[position])[0]
