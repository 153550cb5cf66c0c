"""Sampling by the probability-flow equation, where the data are Gaussian and all is known."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.consistency import follow
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "diffusion_flow.gaussian_flow",
    results={
        "slope_formula": "dx/dsigma, a formula in x and sigma",
        "slope": "dx/dsigma at the given x and sigma",
        "one_step": "one Euler step from sigma to 0: what the best denoiser returns",
        "exact": "where the flow takes x at sigma = 0",
        "one_step_variance": "variance of one_step if x has the density N(mu, tau² + sigma²)",
        "exact_variance": "variance of exact if x has this density",
    },
    mistakes={
        "slope_once": "x − slope: a step of length 1",
        "step_sign": "Steps to 2 sigma in place of 0",
        "no_flow": "x itself",
        "ends_in_mean": "mu: as if the flow took every start to the mean",
        "score_of_data_step": "The step with the score of the clean data",
        "one_step_deviation": "The standard deviation of one_step",
        "noisy_variance": "tau² + sigma²: the variance of x",
        "slope_sign_formula": "sigma · score, a formula in x and sigma",
        "slope_without_sigma_formula": "−score, a formula in x and sigma",
        "slope_of_data_formula": "sigma (x − mu) / tau²: the score of the clean data, a formula",
    },
    domains={
        name: {"sigma": "positive"}
        for name in (
            "slope_formula",
            "slope_sign_formula",
            "slope_without_sigma_formula",
            "slope_of_data_formula",
        )
    },
    examples=(
        {"mu": 1, "tau": 3, "sigma": 4, "x": 6},
        {"mu": Fraction(-1, 2), "tau": Fraction(1, 2), "sigma": 2, "x": 3},
        {"mu": 2, "tau": 5, "sigma": Fraction(1, 3), "x": -1},
    ),
)
def gaussian_flow(mu: Scalar, tau: Scalar, sigma: Scalar, x: Scalar) -> SolverResults:
    """dx/dsigma = −sigma · score for data N(mu, tau²) seen as x_0 + sigma · noise.

    The score of N(mu, tau² + sigma²) makes it sigma (x − mu) / (tau² + sigma²), which is solved
    by x(0) = mu + (x − mu) tau / √(tau² + sigma²). Source: Karras, Aittala, Aila and Laine,
    Elucidating the design space of diffusion-based generative models (2022), section 2, with
    the noise level as time. Raises ValueError for tau and sigma not above zero.
    """
    require_scalar("mu", mu)
    require_scalar("x", x)
    require_positive("tau", tau)
    require_positive("sigma", sigma)
    prior, noise = Fraction(tau * tau), Fraction(sigma * sigma)
    total, distance = prior + noise, Fraction(x - mu)
    slope = sigma * distance / total
    one_step_variance = prior * prior / total
    return {
        **_formulas(mu, prior),
        "slope": slope,
        "one_step": x - sigma * slope,
        "exact": mu + distance * square_root(prior / total),
        "one_step_variance": one_step_variance,
        "exact_variance": prior,
        "slope_once": x - slope,
        "step_sign": x + sigma * slope,
        "no_flow": x,
        "ends_in_mean": mu,
        "score_of_data_step": x - noise * distance / prior,
        "one_step_deviation": square_root(one_step_variance),
        "noisy_variance": total,
    }


def _formulas(mu: Scalar, prior: Fraction) -> SolverResults:
    """The slope in x and sigma, right and wrong."""
    sigma = Symbol("sigma")
    distance = Sum((Symbol("x"), Number(-mu))) if mu else Symbol("x")
    total = Sum((Number(prior), Power(sigma, Number(2))))
    return {
        "slope_formula": Quotient(Product((sigma, distance)), total),
        "slope_sign_formula": Quotient(Product((Number(-1), sigma, distance)), total),
        "slope_without_sigma_formula": Quotient(distance, total),
        "slope_of_data_formula": Quotient(Product((sigma, distance)), Number(prior)),
    }


@check("diffusion_flow.gaussian_flow", tolerance=1e-7)
def gaussian_flow_by_integration(
    mu: "Tensor", tau: "Tensor", sigma: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Integrates the equation with the slope of torch's log density; all are [variants].

    How far two starts lie apart at the end, over how far they lay apart, scales the standard
    deviation, since the flow is linear. The mean is where the flow stands still.
    """
    import torch

    normal: Any = torch.distributions.Normal

    def score(at: "Tensor", mean: "Tensor", spread: "Tensor") -> "Tensor":
        point = at.detach().requires_grad_(True)
        law = normal(mean, spread, validate_args=False)
        return torch.autograd.grad(law.log_prob(point).sum(), point)[0]

    def slope(level: "Tensor", at: "Tensor", mean: "Tensor", deviation: "Tensor") -> "Tensor":
        return -level * score(at, mean, torch.hypot(deviation, level))

    starts = torch.stack((x, x + 1), dim=-1)
    mean, deviation = mu[:, None], tau[:, None]
    wide = [each[:, None].expand_as(starts) for each in (sigma, torch.zeros_like(sigma), mu, tau)]
    ends = follow(starts, *wide)
    now = slope(sigma[:, None], starts, mean, deviation)
    jumps = starts - sigma[:, None] * now
    shrunk = (jumps[:, 1] - jumps[:, 0]).abs()
    noisy = normal(mu, tau).variance + normal(0.0, sigma).variance

    def slope_at(points: Mapping[str, "Tensor"]) -> "Tensor":
        return slope(points["sigma"], points["x"], mean, deviation)

    return {
        "slope_formula": slope_at,
        "slope": now[:, 0],
        "one_step": jumps[:, 0],
        "exact": ends[:, 0],
        "one_step_variance": shrunk**2 * noisy,
        "exact_variance": (ends[:, 1] - ends[:, 0]) ** 2 * noisy,
        "slope_once": x - now[:, 0],
        "step_sign": 2 * x - jumps[:, 0],
        "no_flow": x,
        "ends_in_mean": x + now[:, 0] / (now[:, 0] - now[:, 1]),
        "score_of_data_step": x + sigma**2 * score(x, mu, tau),
        "one_step_deviation": shrunk * noisy.sqrt(),
        "noisy_variance": noisy,
        "slope_sign_formula": lambda points: -slope_at(points),
        "slope_without_sigma_formula": lambda points: slope_at(points) / points["sigma"],
        "slope_of_data_formula": lambda points: (
            -points["sigma"] * score(points["x"], mean, deviation)
        ),
    }
