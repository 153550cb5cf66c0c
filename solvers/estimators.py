"""Monte Carlo estimators: bias and variance of a sample mean and of functions of it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_probabilities,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


def require_draws(n: Scalar) -> None:
    """Refuses all but a whole number of draws from 1. Raises ValueError."""
    if type(n) is not int or n < 1:
        raise ValueError(f"n must be a whole number of draws, at least 1, it is {n}")


@solver(
    "estimators.sample_mean",
    results={
        "expectation": "the mean of one draw, which the sample mean estimates",
        "variance": "variance of one draw",
        "deviation": "standard deviation of one draw",
        "estimator_variance": "variance of the mean of n independent draws",
        "standard_error": "standard deviation of the mean of n independent draws",
    },
    mistakes={
        "unweighted_mean": "The plain mean of the values: the probabilities are ignored",
        "second_moment_variance": "Takes the mean square of a draw over n: the squared mean is "
        "not subtracted",
        "divided_twice": "Divides the variance of a draw by n² instead of n",
        "unrooted_error": "Divides the standard deviation of a draw by n instead of by its root",
        "summed_variance": "The variance of the sum of the draws: n times that of one",
    },
    examples=(
        {"values": (0, 1), "probabilities": (Fraction(3, 4), Fraction(1, 4)), "n": 100},
        {
            "values": (-2, 0, 5),
            "probabilities": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "n": 9,
        },
        {
            "values": (1, Fraction(7, 2), 4),
            "probabilities": (0, Fraction(1, 3), Fraction(2, 3)),
            "n": 1,
        },
        {"values": (3, 3), "probabilities": (Fraction(1, 2), Fraction(1, 2)), "n": 12},
    ),
)
def sample_mean(values: Vector, probabilities: Vector, n: Scalar) -> Answers:
    """The Monte Carlo estimate (1/n) Σ f(x_i) of an expectation, for a table of a draw's values.

    values, probabilities: one entry for each outcome. Independent draws add their variances,
    and the factor 1/n counts squared: Var = Var f / n. Source: Robert and Casella, Monte Carlo
    Statistical Methods (2004), section 3.2. Raises ValueError for unequal lengths,
    probabilities that do not sum to one, and n that is not a whole number from 1.
    """
    require_probabilities("probabilities", probabilities)
    require_vector("values", values, len(probabilities))
    require_draws(n)
    parts, whole = over_common_denominator(probabilities)
    scores, unit = over_common_denominator(values)
    first = sum([part * score for part, score in zip(parts, scores, strict=True)])
    second = sum([part * score * score for part, score in zip(parts, scores, strict=True)])
    variance = Fraction(second * whole - first * first, (whole * unit) ** 2)
    deviation = square_root(variance)
    return {
        "expectation": Fraction(first, whole * unit),
        "variance": variance,
        "deviation": deviation,
        "estimator_variance": variance / n,
        "standard_error": square_root(variance / n),
        "unweighted_mean": Fraction(sum(scores), unit * len(scores)),
        "second_moment_variance": Fraction(second, whole * unit * unit * n),
        "divided_twice": variance / (n * n),
        "unrooted_error": deviation / n,
        "summed_variance": variance * n,
    }


@check("estimators.sample_mean", tolerance=1e-8)
def sample_mean_by_cumulants(
    values: "Tensor", probabilities: "Tensor", n: "Tensor"
) -> Mapping[str, Any]:
    """Mean and variance as derivatives at 0 of cumulant generating functions, by autograd.

    That of a mean of n draws is K(t) = n ln Σ p exp(t f / n). values, probabilities:
    [variants, outcomes]; n: [variants]. Source: Kendall and Stuart, The Advanced Theory of
    Statistics (1977), volume 1, chapter 3 (cumulants).
    """
    import torch

    expectation, variance = cumulants(values, probabilities, torch.ones_like(n))
    mean, mean_variance = cumulants(values, probabilities, n)
    return {
        "expectation": (expectation + mean) / 2,
        "variance": variance,
        "deviation": variance.clamp(min=0).sqrt(),
        "estimator_variance": mean_variance,
        "standard_error": mean_variance.clamp(min=0).sqrt(),
    }


def cumulants(values: "Tensor", probabilities: "Tensor", n: "Tensor") -> tuple["Tensor", "Tensor"]:
    """Mean and variance [variants] of the mean of n draws, from derivatives at 0 by autograd.

    values, probabilities: [variants, outcomes]; n: [variants].
    """
    import torch

    # About a value that occurs, a law on one point has variance 0 without rounding.
    origin = values.gather(-1, probabilities.argmax(-1, keepdim=True))
    t = torch.zeros_like(n, requires_grad=True)
    tilted = (probabilities * (t[:, None] * (values - origin) / n[:, None]).exp()).sum(-1)
    generating = n * tilted.log()
    (slope,) = torch.autograd.grad(generating.sum(), t, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), t)
    return origin[:, 0] + slope.detach(), curvature


@solver(
    "estimators.quadratic_of_mean",
    results={
        "value_at_mean": "f(mu), which f(sample mean) estimates",
        "expectation": "expectation of f(sample mean)",
        "bias": "that expectation less f(mu)",
        "is_unbiased": "whether f(sample mean) is an unbiased estimate of f(mu)",
        "overestimates": "whether f(sample mean) is too large on average",
        "mean_of_f": "expectation of f(X) for one draw X",
        "delta_variance": "variance of f(sample mean) by the delta method: f'(mu)² sigma² / n",
        "delta_deviation": "its square root",
        "variance": "exact variance of f(sample mean) for Gaussian draws",
        "mean_squared_error": "expected squared distance from f(mu), for Gaussian draws",
    },
    mistakes={
        "bias_not_divided": "The bias of f at one draw: forgets that the variance of a "
        "mean falls with n",
        "bias_without_half": "Forgets the half of the second-order term: f'' sigma² / n",
        "bias_negated": "The sign of the bias is wrong",
        "bias_from_deviation": "Takes the standard deviation for the variance in the bias",
        "delta_unsquared_slope": "Does not square f'(mu) in the delta method",
        "delta_not_divided": "Forgets to divide by n in the delta method",
        "delta_without_slope": "Gives the variance of the sample mean itself",
        "error_without_bias_squared": "Adds the bias, not its square, to the variance",
    },
    examples=(
        {"a": 1, "b": 0, "c": 0, "mu": 3, "sigma": 2, "n": 10},
        {"a": 0, "b": 3, "c": -1, "mu": 1, "sigma": Fraction(1, 2), "n": 4},
        {"a": -2, "b": 5, "c": 7, "mu": Fraction(-1, 3), "sigma": 3, "n": 25},
        {"a": 1, "b": -4, "c": 0, "mu": 2, "sigma": 1, "n": 1},
    ),
)
def quadratic_of_mean(
    a: Scalar, b: Scalar, c: Scalar, mu: Scalar, sigma: Scalar, n: Scalar
) -> Answers:
    """The plug-in estimate f(sample mean) of f(mu), for f(x) = a x² + b x + c; a = 0 is linear.

    With e = (sample mean − mu) of variance v = sigma²/n, f(mu + e) = f(mu) + f'(mu) e + a e².
    The expectation of the last term is the bias a v. Gaussian e has E e³ = 0 and Var e² = 2 v²,
    so that the variance is f'(mu)² v + 2 a² v²; the delta method keeps the first term.
    Source: Casella and Berger, Statistical Inference (2002), section 5.5.4. Raises ValueError
    for sigma not above zero and n that is not a whole number from 1.
    """
    for name, value in (("a", a), ("b", b), ("c", c), ("mu", mu)):
        require_scalar(name, value)
    require_positive("sigma", sigma)
    require_draws(n)
    spread = Fraction(sigma * sigma, n)
    slope = 2 * a * mu + b
    value = a * mu * mu + b * mu + c
    bias = a * spread
    delta = slope * slope * spread
    variance = delta + 2 * bias * bias
    return {
        "value_at_mean": value,
        "expectation": value + bias,
        "bias": bias,
        "is_unbiased": bias == 0,
        "overestimates": bias > 0,
        "mean_of_f": value + a * sigma * sigma,
        "delta_variance": delta,
        "delta_deviation": square_root(delta),
        "variance": variance,
        "mean_squared_error": variance + bias * bias,
        "bias_not_divided": a * sigma * sigma,
        "bias_without_half": 2 * bias,
        "bias_negated": -bias,
        "bias_from_deviation": Fraction(a * sigma, n),
        "delta_unsquared_slope": slope * spread,
        "delta_not_divided": slope * slope * sigma * sigma,
        "delta_without_slope": spread,
        "error_without_bias_squared": variance + bias,
    }


@check("estimators.quadratic_of_mean", tolerance=1e-8)
def quadratic_of_mean_by_quadrature(
    a: "Tensor", b: "Tensor", c: "Tensor", mu: "Tensor", sigma: "Tensor", n: "Tensor"
) -> Mapping[str, Any]:
    """Expectations over Gaussian draws by Gauss-Hermite quadrature, f' by autograd; [variants]."""
    import torch

    from qgen.solvers.numerics.gauss_hermite import gauss_hermite

    nodes, weights = gauss_hermite(8)
    at = mu[:, None].clone().requires_grad_(True)

    def f(x: "Tensor") -> "Tensor":
        return (a[:, None] * x + b[:, None]) * x + c[:, None]

    centre = f(at)
    (slope,) = torch.autograd.grad(centre.sum(), at)
    centre = centre.detach()
    step = (sigma / n.sqrt())[:, None] * nodes
    error = f(mu[:, None] + step) - centre
    bias = error @ weights
    linear = slope * step
    delta = linear**2 @ weights
    near = bias.abs() <= 1e-12 * (error.abs() @ weights + centre[:, 0].abs())
    return {
        "value_at_mean": centre[:, 0],
        "expectation": f(mu[:, None] + step) @ weights,
        "bias": bias,
        "is_unbiased": near,
        "overestimates": ~near & (bias > 0),
        "mean_of_f": f(mu[:, None] + sigma[:, None] * nodes) @ weights,
        "delta_variance": delta,
        "delta_deviation": delta.sqrt(),
        "variance": (error - bias[:, None]) ** 2 @ weights,
        "mean_squared_error": error**2 @ weights,
    }
