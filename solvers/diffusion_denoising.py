"""Denoising as an estimate: Tweedie's formula for x = x_0 + sigma · noise, on a scalar."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_positive,
    require_probabilities,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "diffusion_denoising.gaussian_prior",
    results={
        "score": "score of the noisy density p(x) at x",
        "estimate": "E[x_0 | x] = x + sigma² · score",
        "variance": "variance of x_0 given x",
        "deviation": "standard deviation of x_0 given x",
        "prior_weight": "the weight of mu in the estimate",
    },
    mistakes={
        "score_negated": "(x − mu) / (tau² + sigma²): the sign of the score is lost",
        "score_of_data": "−(x − mu) / tau²: the score of the clean data",
        "score_of_noise": "−(x − mu) / sigma²: only the variance of the noise",
        "score_sign": "x − sigma² · score: moves away from the mean",
        "sigma_unsquared": "x + sigma · score: the deviation for the variance",
        "weights_swapped": "Gives the weight of x to mu and the other way round",
        "prior_ignored": "x: does not shrink at all",
        "marginal_variance": "tau² + sigma²: the variance of x, not of x_0 given x",
        "prior_variance": "tau²: the variance of x_0 before x is known",
    },
    examples=(
        {"x": 3, "mu": 1, "tau": 2, "sigma": 1},
        {"x": Fraction(-1, 2), "mu": 0, "tau": 1, "sigma": Fraction(3, 2)},
        {"x": 5, "mu": 5, "tau": Fraction(1, 3), "sigma": 10},
        {"x": 0, "mu": -4, "tau": 10, "sigma": Fraction(1, 10)},
    ),
)
def gaussian_prior(x: Scalar, mu: Scalar, tau: Scalar, sigma: Scalar) -> SolverResults:
    """x_0 ~ N(mu, tau²) seen through noise of deviation sigma.

    x ~ N(mu, tau² + sigma²), so the score is −(x − mu) / (tau² + sigma²), and Tweedie gives
    x + sigma² · score = (tau² x + sigma² mu) / (tau² + sigma²). The variance is sigma² +
    sigma⁴ · (slope of the score). Source: Efron, Tweedie's formula and selection bias (2011),
    equation 1.4 and section 2. Raises ValueError for tau and sigma not above zero.
    """
    require_scalar("x", x)
    require_scalar("mu", mu)
    require_positive("tau", tau)
    require_positive("sigma", sigma)
    prior, noise = tau * tau, sigma * sigma
    total = Fraction(prior + noise)
    score = (mu - x) / total
    variance = prior * noise / total
    return {
        "score": score,
        "estimate": x + noise * score,
        "variance": variance,
        "deviation": square_root(variance),
        "prior_weight": noise / total,
        "score_negated": -score,
        "score_of_data": Fraction(mu - x) / prior,
        "score_of_noise": Fraction(mu - x) / noise,
        "score_sign": x - noise * score,
        "sigma_unsquared": x + sigma * score,
        "weights_swapped": (noise * x + prior * mu) / total,
        "prior_ignored": x,
        "marginal_variance": total,
        "prior_variance": prior,
    }


@check("diffusion_denoising.gaussian_prior", tolerance=1e-7)
def gaussian_prior_by_quadrature(
    x: "Tensor", mu: "Tensor", tau: "Tensor", sigma: "Tensor"
) -> Mapping[str, Any]:
    """Bayes' rule on a grid over x_0 around the joint density's maximum; all are [variants].

    The score is the slope of the log of the integral, by autograd. The trapezoid rule is exact
    to rounding for a smooth density that vanishes at both ends of the grid. The mistakes are
    slopes of one of the two densities alone, reflections of the estimate, and the variance of
    two independent sources, from the variance given x.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal

    def log_joint(x_0: "Tensor", at: "Tensor") -> "Tensor":
        value: Tensor = normal(mu[:, None], tau[:, None]).log_prob(x_0)
        value = value + normal(x_0, sigma[:, None]).log_prob(at[:, None])
        return value

    centre = maximise(lambda x_0: log_joint(x_0, x)[:, 0], x[:, None])
    reach = 10 * torch.minimum(tau, sigma)[:, None]
    offsets = reach * torch.linspace(-1, 1, 201, dtype=torch.float64)
    point = x.clone().requires_grad_(True)
    log_weights = log_joint(centre + offsets, point)
    (score,) = torch.autograd.grad(torch.logsumexp(log_weights, -1).sum(), point)
    weights = torch.softmax(log_weights.detach(), dim=-1)
    shift = (weights * offsets).sum(-1)
    variance = (weights * (offsets - shift[:, None]) ** 2).sum(-1)
    estimate = centre[:, 0] + shift

    def score_of(spread: "Tensor") -> "Tensor":
        leaf = x.clone().requires_grad_(True)
        return torch.autograd.grad(normal(mu, spread).log_prob(leaf).sum(), leaf)[0]

    return {
        "score": score,
        "estimate": estimate,
        "variance": variance,
        "deviation": variance.sqrt(),
        "prior_weight": variance / tau**2,
        "score_negated": -score,
        "score_of_data": score_of(tau),
        "score_of_noise": score_of(sigma),
        "score_sign": 2 * x - estimate,
        "sigma_unsquared": x + (estimate - x) / sigma,
        "weights_swapped": x + mu - estimate,
        "prior_ignored": x,
        "marginal_variance": (sigma * tau) ** 2 / variance,
        "prior_variance": normal(mu, tau).variance,
    }


@solver(
    "diffusion_denoising.point_prior",
    results={
        "weights": "the posterior probability of each clean value given x",
        "estimate": "E[x_0 | x], what the best denoiser returns",
    },
    mistakes={
        "nearest_point": "The clean value nearest to x (the first of equals)",
        "prior_mean": "The mean of the prior: x is ignored",
        "prior_ignored": "Weighs all clean values alike before seeing x",
        "sigma_unsquared": "Divides the squared distance by 2 sigma",
        "half_forgotten": "Divides the squared distance by sigma², without the 2",
    },
    examples=(
        {
            "x": Fraction(1, 2),
            "points": (-1, 1),
            "prior": (Fraction(1, 2), Fraction(1, 2)),
            "sigma": Fraction(3, 2),
        },
        {
            "x": 1,
            "points": (0, 2, 5),
            "prior": (Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)),
            "sigma": 2,
        },
        {"x": -3, "points": (-2, 4), "prior": (Fraction(1, 10), Fraction(9, 10)), "sigma": 3},
    ),
)
def point_prior(x: Scalar, points: Vector, prior: Vector, sigma: Scalar) -> SolverResults:
    """x_0 takes finitely many values a_k with probability prior_k; x = x_0 + sigma · noise.

    Bayes' rule weighs a_k by prior_k exp(−(x − a_k)² / (2 sigma²)). Source: Efron, Tweedie's
    formula and selection bias (2011), section 2, solved for the score. Raises ValueError for
    a prior that does not sum to one or has zeros, and for sigma not above zero.
    """
    require_scalar("x", x)
    require_vector("points", points)
    require_vector("prior", prior, len(points))
    require_probabilities("prior", prior)
    if min(prior) <= 0:
        raise ValueError("prior must have no zeros")
    require_positive("sigma", sigma)
    distances: list[Scalar] = [(x - point) * (x - point) for point in points]
    nearest = min(distances)
    # Squares beyond the smallest, so that no exponential of the nearest value vanishes.
    squares = [float(distance - nearest) for distance in distances]
    values, spread = [float(point) for point in points], float(sigma)
    shares = [float(share) for share in prior]

    def weighed(divisor: float, before: list[float]) -> tuple[float, ...]:
        raw = [
            share * exp(-square / divisor) for share, square in zip(before, squares, strict=True)
        ]
        total = fsum(raw)
        return tuple([each / total for each in raw])

    def mean(weights: tuple[float, ...]) -> float:
        return fsum([weight * value for weight, value in zip(weights, values, strict=True)])

    weights = weighed(2 * spread**2, shares)
    return {
        "weights": weights,
        "estimate": mean(weights),
        "nearest_point": points[distances.index(nearest)],
        "prior_mean": sum([a * share for a, share in zip(points, prior, strict=True)]),
        "prior_ignored": mean(weighed(2 * spread**2, [1.0] * len(points))),
        "sigma_unsquared": mean(weighed(2 * spread, shares)),
        "half_forgotten": mean(weighed(spread**2, shares)),
    }


@check("diffusion_denoising.point_prior", tolerance=1e-7)
def point_prior_by_tweedie(
    x: "Tensor", points: "Tensor", prior: "Tensor", sigma: "Tensor"
) -> Mapping[str, Any]:
    """Tweedie's formula with the derivatives of torch's log density of the noisy mixture.

    E[x_0 | x] = x + sigma² s. The weights are the slopes of the log density in the log prior. The
    mistakes have another noise (exponents divided by 2 sigma belong to the variance sigma, by
    sigma² to half the variance) or another prior.
    points, prior: [variants, k]; x, sigma: [variants].
    """
    import torch

    normal: Any = torch.distributions.Normal

    def denoised(shares: "Tensor", spread: "Tensor") -> tuple["Tensor", "Tensor"]:
        """Estimate and weights."""
        at, log_prior = x.clone().requires_grad_(True), shares.log().requires_grad_(True)
        parts = log_prior + normal(points, spread[:, None]).log_prob(at[:, None])
        density = torch.logsumexp(parts, dim=-1).sum()
        score, weights = torch.autograd.grad(density, (at, log_prior))
        return x + spread**2 * score, weights

    estimate, weights = denoised(prior, sigma)
    nearest = (points - x[:, None]).abs().argmin(-1, keepdim=True)
    return {
        "weights": weights,
        "estimate": estimate,
        "nearest_point": points.gather(1, nearest)[:, 0],
        "prior_mean": torch.einsum("vk,vk->v", prior, points),
        "prior_ignored": denoised(torch.ones_like(prior), sigma)[0],
        "sigma_unsquared": denoised(prior, sigma.sqrt())[0],
        "half_forgotten": denoised(prior, sigma / 2**0.5)[0],
    }
