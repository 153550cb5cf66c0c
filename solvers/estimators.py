"""Monte Carlo estimators: bias and variance of a sample mean and of functions of it."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
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

_MOST_DRAWS = 10**9


def require_draws(n: Scalar) -> None:
    """Refuses all but a whole number of draws from 1. Raises ValueError."""
    if type(n) is not int or n < 1:
        raise ValueError(f"n must be a whole number of draws, at least 1, it is {n}")


def _moments(values: Vector, probabilities: Vector) -> tuple[Fraction, Fraction, Fraction]:
    """Mean, mean square and variance of one draw. Raises ValueError for what is no table."""
    parts, whole = require_probabilities("probabilities", probabilities)
    require_vector("values", values, len(probabilities))
    scores, unit = over_common_denominator(values)
    first = sum([part * score for part, score in zip(parts, scores, strict=True)])
    second = sum([part * score * score for part, score in zip(parts, scores, strict=True)])
    return (
        fraction(first, whole * unit),
        fraction(second, whole * unit * unit),
        fraction(second * whole - first * first, (whole * unit) ** 2),
    )


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
        "unrooted_error": "Divides the standard deviation of a draw by n instead of by its root",
        "second_moment_error": "Takes the mean square of a draw for its variance: the squared mean "
        "is not subtracted",
        "unweighted_error": "Takes all values for equally likely: the probabilities are ignored",
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
def sample_mean(values: Vector, probabilities: Vector, n: Scalar) -> SolverResults:
    """The Monte Carlo estimate (1/n) Σ f(x_i) of an expectation, for a table of a draw's values.

    values, probabilities: one entry for each outcome. Independent draws add their variances,
    and the factor 1/n counts squared: Var = Var f / n. Source: Robert and Casella, Monte Carlo
    Statistical Methods (2004), section 3.2. Raises ValueError for unequal lengths,
    probabilities that do not sum to one, and n that is not a whole number from 1.
    """
    mean, second, variance = _moments(values, probabilities)
    require_draws(n)
    deviation = square_root(variance)
    count = len(values)
    _, _, unweighted = _moments(values, (fraction(1, count),) * count)
    return {
        "expectation": mean,
        "variance": variance,
        "deviation": deviation,
        "estimator_variance": variance / n,
        "standard_error": square_root(variance / n),
        "unrooted_error": deviation / n,
        "second_moment_error": square_root(second / n),
        "unweighted_error": square_root(unweighted / n),
    }


@check("estimators.sample_mean", tolerance=1e-8)
def sample_mean_by_cumulants(
    values: "Tensor", probabilities: "Tensor", n: "Tensor"
) -> Mapping[str, Any]:
    """Mean and variance as derivatives at 0 of cumulant generating functions, by autograd.

    That of a mean of n draws is K(t) = n ln Σ p exp(t f / n). values, probabilities:
    [variants, outcomes]; n: [variants]. The mistakes are the same function for other tables and
    another n. Source: Kendall and Stuart, The Advanced Theory of Statistics (1977), volume 1,
    chapter 3 (cumulants).
    """
    import torch

    def error(draws: "Tensor", table: "Tensor", law: "Tensor") -> "Tensor":
        return cumulants(table, law, draws)[1].clamp(min=0).sqrt()

    expectation, variance = cumulants(values, probabilities, torch.ones_like(n))
    mean, mean_variance = cumulants(values, probabilities, n)
    even = torch.full_like(probabilities, 1 / probabilities.shape[-1])
    return {
        "expectation": (expectation + mean) / 2,
        "variance": variance,
        "deviation": variance.clamp(min=0).sqrt(),
        "estimator_variance": mean_variance,
        "standard_error": mean_variance.clamp(min=0).sqrt(),
        "unrooted_error": error(n**2, values, probabilities),
        "second_moment_error": error(n, *with_random_sign(values, probabilities)),
        "unweighted_error": error(n, values, even),
    }


def cumulants(values: "Tensor", probabilities: "Tensor", n: "Tensor") -> tuple["Tensor", "Tensor"]:
    """Mean and variance [variants] of the mean of n draws, from derivatives at 0 by autograd.

    values, probabilities: [variants, outcomes]; n: [variants].
    """
    import torch

    # About a value that occurs, a distribution on one point has variance 0 without rounding.
    origin = values.gather(-1, probabilities.argmax(-1, keepdim=True))
    t = torch.zeros_like(n, requires_grad=True)
    tilted = (probabilities * (t[:, None] * (values - origin) / n[:, None]).exp()).sum(-1)
    generating = n * tilted.log()
    (slope,) = torch.autograd.grad(generating.sum(), t, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), t)
    return origin[:, 0] + slope.detach(), curvature


def with_random_sign(values: "Tensor", probabilities: "Tensor") -> tuple["Tensor", "Tensor"]:
    """The table of ±f with a fair sign: its mean is 0, and its variance is the mean square of f."""
    import torch

    return torch.cat((values, -values), dim=-1), torch.cat((probabilities,) * 2, dim=-1) / 2


@solver(
    "estimators.draws_needed",
    results={
        "expectation": "the mean of one draw",
        "variance": "variance of one draw",
        "draws": "the least number of draws whose mean has at most the target standard error",
    },
    mistakes={
        "deviation_over_target": "The quotient of the standard deviations, which is not squared",
        "variance_over_target": "The variance of a draw over the target, which is not squared",
        "second_moment_draws": "Takes the mean square of a draw for its variance",
    },
    examples=(
        {
            "values": (0, 2),
            "probabilities": (Fraction(1, 2), Fraction(1, 2)),
            "target": Fraction(1, 10),
        },
        {
            "values": (-1, 3, 4),
            "probabilities": (Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)),
            "target": Fraction(1, 3),
        },
        {"values": (2, 7), "probabilities": (Fraction(9, 10), Fraction(1, 10)), "target": 4},
    ),
)
def draws_needed(values: Vector, probabilities: Vector, target: Scalar) -> SolverResults:
    """The least n with √(Var f / n) ≤ target, that is, Var f / target² rounded up.

    values, probabilities: one entry for each outcome. Source: Robert and Casella, Monte Carlo
    Statistical Methods (2004), section 3.2. Raises ValueError for what is no table, f that does
    not vary, a target that is not above zero and more than 10^9 draws.
    """
    mean, second, variance = _moments(values, probabilities)
    require_positive("target", target)
    if not variance:
        raise ValueError("values must differ between outcomes that occur")
    draws = ceil(variance / target**2)
    if draws > _MOST_DRAWS:
        raise ValueError(f"target asks for more than {_MOST_DRAWS} draws")
    return {
        "expectation": mean,
        "variance": variance,
        "draws": draws,
        "deviation_over_target": square_root(variance) / target,
        "variance_over_target": variance / target,
        "second_moment_draws": second / target**2,
    }


@check("estimators.draws_needed", tolerance=1e-8)
def draws_needed_by_trial(
    values: "Tensor", probabilities: "Tensor", target: "Tensor"
) -> Mapping[str, Any]:
    """Tries numbers of draws, doubling and then halving the step; see `cumulants`.

    values, probabilities: [variants, outcomes]; target: [variants].
    """
    import torch

    def enough(draws: "Tensor") -> "Tensor":
        spread = cumulants(values, probabilities, draws)[1].sqrt()
        return spread <= target * (1 + 1e-12)

    one = torch.ones_like(target)
    step = one.clone()
    while not bool(enough(step).all()):
        step = torch.where(enough(step), step, 2 * step)
    most = step.clone()
    while bool((step > 1).any()):
        step = (step / 2).clamp(min=1)
        fewer = (most - step).clamp(min=1)
        most = torch.where(enough(fewer), fewer, most)
    scaled = values / target[:, None]
    mean, variance = cumulants(values, probabilities, one)
    return {
        "expectation": mean,
        "variance": variance,
        "draws": most,
        "deviation_over_target": cumulants(scaled, probabilities, one)[1].sqrt(),
        "variance_over_target": cumulants(values / target[:, None].sqrt(), probabilities, one)[1],
        "second_moment_draws": cumulants(*with_random_sign(scaled, probabilities), one)[1],
    }


@solver(
    "estimators.quadratic_of_mean",
    results={
        "bias": "expectation of f(sample mean) less f(mu)",
        "overestimates": "whether f(sample mean) is too large on average",
        "delta_variance": "variance of f(sample mean) by the delta method: f'(mu)² sigma² / n",
        "variance": "exact variance of f(sample mean) for Gaussian draws",
        "mean_squared_error": "expected squared distance from f(mu), for Gaussian draws",
        "bias_of_twice_as_many": "the size of the bias with twice as many draws",
        "bias_share": "the squared bias over the mean squared error",
        "delta_share": "the variance by the delta method over the exact one",
    },
    mistakes={
        "bias_not_divided": "The bias of f at one draw: forgets that the variance of a "
        "mean falls with n",
        "bias_without_half": "Forgets the half of the second-order term: f'' sigma² / n",
        "bias_halved_again": "Halves the factor of x², which is f''/2 already",
        "bias_negated": "The sign of the bias is wrong",
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
) -> SolverResults:
    """The plug-in estimate f(sample mean) of f(mu), for f(x) = a x² + b x + c; a = 0 is linear.

    With e = (sample mean − mu) of variance v = sigma²/n, f(mu + e) = f(mu) + f'(mu) e + a e².
    The expectation of the last term is the bias a v. Gaussian e has E e³ = 0 and Var e² = 2 v²,
    so that the variance is f'(mu)² v + 2 a² v²; the delta method keeps the first term.
    Source: Casella and Berger, Statistical Inference (2002), section 5.5.4. Raises ValueError
    for sigma not above zero, n that is not a whole number from 1 and a constant f.
    """
    for name, value in (("a", a), ("b", b), ("c", c), ("mu", mu)):
        require_scalar(name, value)
    require_positive("sigma", sigma)
    require_draws(n)
    spread = Fraction(sigma * sigma, n)
    if not a and not b:
        raise ValueError("a and b must not both be 0")
    slope = 2 * a * mu + b
    bias = a * spread
    delta = slope * slope * spread
    variance = delta + 2 * bias * bias
    return {
        "bias": bias,
        "overestimates": bias > 0,
        "delta_variance": delta,
        "variance": variance,
        "mean_squared_error": variance + bias * bias,
        "bias_of_twice_as_many": abs(bias) / 2,
        "bias_share": bias * bias / (variance + bias * bias),
        "delta_share": delta / variance,
        "bias_not_divided": a * sigma * sigma,
        "bias_without_half": 2 * bias,
        "bias_halved_again": bias / 2,
        "bias_negated": -bias,
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
    (slope,) = torch.autograd.grad(centre.sum(), at, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), at, allow_unused=True)
    centre, slope = centre.detach(), slope.detach()

    def errors(draws: "Tensor") -> "Tensor":
        """f(mean of so many draws) − f(mu), at the nodes."""
        return f(mu[:, None] + (sigma / draws.sqrt())[:, None] * nodes) - centre

    step = (sigma / n.sqrt())[:, None] * nodes
    error = errors(n)
    bias = error @ weights
    delta = (slope * step) ** 2 @ weights
    variance = (error - bias[:, None]) ** 2 @ weights
    near = bias.abs() <= 1e-12 * (error.abs() @ weights + centre[:, 0].abs())
    return {
        "bias": bias,
        "overestimates": ~near & (bias > 0),
        "delta_variance": delta,
        "variance": variance,
        "mean_squared_error": error**2 @ weights,
        "bias_of_twice_as_many": (errors(2 * n) @ weights).abs(),
        "bias_share": 1 - variance / (error**2 @ weights),
        "delta_share": delta / variance,
        "bias_not_divided": errors(torch.ones_like(n)) @ weights,
        "bias_without_half": (bend * step**2) @ weights,
        "bias_halved_again": ((f(mu[:, None] + step) + f(mu[:, None] - step)) / 4 - centre / 2)
        @ weights,
        "bias_negated": centre[:, 0] - f(mu[:, None] + step) @ weights,
    }
