"""Two ways to estimate the gradient of E[f(z)], z ~ N(mu, sigma²): pathwise and score function.

f is a quadratic, f(z) = quadratic z² + linear z + constant; with the defaults it is z².
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_CONSTANT = "quadratic and linear must not both be 0: the gradient would always be 0"


def _require_function(quadratic: Scalar, linear: Scalar, constant: Scalar) -> None:
    require_scalar("quadratic", quadratic)
    require_scalar("linear", linear)
    require_scalar("constant", constant)
    if not quadratic and not linear:
        raise ValueError(_CONSTANT)


@solver(
    "gradient_estimators.variances",
    results={
        "gradient_in_mu": "the derivative of E[f(z)] with respect to mu",
        "pathwise_variance_in_mu": "variance of the pathwise estimate f'(z) from one sample",
        "pathwise_variance_in_sigma": "variance of f'(z) eps, the pathwise estimate of the "
        "derivative with respect to sigma",
        "score_variance_in_mu": "variance of the score-function estimate f(z) (z − mu)/sigma²",
        "best_baseline": "the constant that, subtracted from f, makes the score-function variance "
        "in mu smallest",
        "score_variance_with_baseline": "that smallest variance",
    },
    mistakes={
        "gradient_in_mu_at_mean": "Puts f(mu) for the derivative at mu",
        "score_second_moment": "The mean square: the squared gradient is not subtracted",
        "score_value_frozen": "Takes f for the constant f(mu): only the score varies",
        "variance_of_square_one": "Takes 1 for the variance 2 of eps² in the part of the slope",
        "baseline_mean": "Takes the mean of f(z) for the best baseline",
        "baseline_bent_down": "Subtracts the share of the curvature from the best baseline",
    },
    examples=(
        {"mu": 1, "sigma": 2},
        {"mu": Fraction(-1, 2), "sigma": Fraction(1, 3), "quadratic": 3, "linear": 2},
        {"mu": 0, "sigma": 1, "quadratic": 0, "linear": -2, "constant": 5},
        {"mu": 2, "sigma": 1, "quadratic": -1, "linear": 1, "constant": Fraction(1, 2)},
    ),
)
def variances(
    mu: Scalar, sigma: Scalar, quadratic: Scalar = 1, linear: Scalar = 0, constant: Scalar = 0
) -> SolverResults:
    """Exact gradients of E[f(z)] and variances of their two one-sample estimates.

    With z = mu + sigma eps, f(z) = A + B eps + C eps², where A = f(mu), B = sigma f'(mu) and
    C = quadratic sigma². The moments 1, 3, 15 of eps², eps⁴, eps⁶ give
    Var f'(z) = 4C²/sigma², Var f'(z) eps = (B² + 8C²)/sigma² and
    Var f(z) eps/sigma = (A² + 2B² + 15C² + 6AC)/sigma². A baseline changes A alone, and A = −3C is
    best. Source: Mohamed, Rosca, Figurnov and Mnih, Monte Carlo Gradient Estimation in Machine
    Learning (2020), sections 4 (score function) and 5 (pathwise); moments by hand.
    Raises ValueError for sigma not above zero and a constant f.
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    _require_function(quadratic, linear, constant)
    variance = sigma * sigma
    value = (quadratic * mu + linear) * mu + constant
    slope = 2 * quadratic * mu + linear
    tilt, bend = sigma * slope, quadratic * variance
    bends = bend * bend
    pathwise = 4 * quadratic * quadratic * variance
    of = Fraction(variance)
    score = (value * value + 2 * tilt * tilt + 15 * bends + 6 * value * bend) / of
    return {
        "gradient_in_mu": slope,
        "pathwise_variance_in_mu": pathwise,
        "pathwise_variance_in_sigma": slope * slope + 2 * pathwise,
        "score_variance_in_mu": score,
        "best_baseline": value + 3 * bend,
        "score_variance_with_baseline": (2 * tilt * tilt + 6 * bends) / of,
        "gradient_in_mu_at_mean": value,
        "score_second_moment": score + slope * slope,
        "score_value_frozen": value * value / of,
        "variance_of_square_one": score - slope * slope,
        "baseline_mean": value + bend,
        "baseline_bent_down": value - 3 * bend,
    }


def _estimates(
    mu: "Tensor", sigma: "Tensor", factors: tuple["Tensor", ...], noise: "Tensor"
) -> dict[str, "Tensor"]:
    """Both estimates of the gradient in mu, and one in sigma, for each noise, by autograd.

    mu, sigma, factors: [variants]; noise and what is returned: [variants, samples].
    """
    import torch
    from torch.distributions import Normal

    mean = mu[:, None].expand_as(noise).clone().requires_grad_(True)
    deviation = sigma[:, None].expand_as(noise).clone().requires_grad_(True)
    sample = mean + deviation * noise
    quadratic, linear, constant = (factor[:, None] for factor in factors)
    value = quadratic * sample**2 + linear * sample + constant
    pathwise, in_sigma = torch.autograd.grad(value.sum(), (mean, deviation))
    fixed = sample.detach()
    law: Any = Normal(mean, deviation)
    (score,) = torch.autograd.grad(law.log_prob(fixed).sum(), mean)
    return {
        "z": fixed,
        "value": value.detach(),
        "pathwise": pathwise,
        "pathwise_in_sigma": in_sigma,
        "score": score,
    }


@check("gradient_estimators.variances", tolerance=1e-7)
def variances_by_quadrature(
    mu: "Tensor", sigma: "Tensor", quadratic: "Tensor", linear: "Tensor", constant: "Tensor"
) -> Mapping[str, Any]:
    """Estimates from autograd at Gauss-Hermite nodes, which average polynomials exactly.

    All arguments: [variants]. The best baseline is the regression of the estimate on the score.
    Mistakes are the same for the tangent of f at mu, its value there, or f with its curvature
    turned over.
    """
    import torch

    from qgen.solvers.numerics.gauss_hermite import gauss_hermite

    nodes, weights = gauss_hermite(12)

    def covariance(first: "Tensor", second: "Tensor") -> "Tensor":
        centred: Tensor = first - (first @ weights)[:, None]
        product: Tensor = (centred * second) @ weights
        return product

    def with_function(*factors: "Tensor") -> tuple[dict[str, "Tensor"], "Tensor", "Tensor"]:
        """The estimates at the nodes, the score-function products, and the best baseline."""
        found = _estimates(mu, sigma, factors, nodes.expand(len(mu), len(nodes)))
        product, score = found["value"] * found["score"], found["score"]
        return found, product, covariance(product, score) / covariance(score, score)

    found, product, baseline = with_function(quadratic, linear, constant)
    reduced = product - baseline[:, None] * found["score"]
    zero, square = torch.zeros_like(mu), mu**2
    tilted = linear + 2 * quadratic * mu
    _, _, at_mean = with_function(zero, tilted, constant - quadratic * square)
    _, frozen, _ = with_function(zero, zero, at_mean)
    _, _, bent_down = with_function(
        -quadratic, linear + 4 * quadratic * mu, constant - 2 * quadratic * square
    )
    variance = covariance(product, product)
    return {
        "gradient_in_mu": found["pathwise"] @ weights,
        "pathwise_variance_in_mu": covariance(found["pathwise"], found["pathwise"]),
        "pathwise_variance_in_sigma": covariance(
            found["pathwise_in_sigma"], found["pathwise_in_sigma"]
        ),
        "score_variance_in_mu": variance,
        "best_baseline": baseline,
        "score_variance_with_baseline": covariance(reduced, reduced),
        "gradient_in_mu_at_mean": at_mean,
        "score_second_moment": product**2 @ weights,
        "score_value_frozen": covariance(frozen, frozen),
        "variance_of_square_one": variance - (product @ weights) ** 2,
        "baseline_mean": found["value"] @ weights,
        "baseline_bent_down": bent_down,
    }


@solver(
    "gradient_estimators.estimates",
    results={
        "z": "the samples mu + sigma eps_i",
        "pathwise_in_mu": "the mean of the pathwise estimates of the gradient in mu",
        "score_in_mu": "the mean of the score-function estimates of the gradient in mu",
    },
    mistakes={
        "score_undivided": "Forgets to divide the score in mu by sigma: f(z) eps",
        "score_not_centred": "Takes z/sigma² for the score in mu",
        "score_without_function": "Averages the score in mu alone, without f(z)",
    },
    examples=(
        {"mu": 1, "sigma": 2, "eps": (Fraction(1, 2), -1)},
        {"mu": -1, "sigma": Fraction(1, 2), "eps": (1, 0, Fraction(-3, 2)), "linear": 2},
        {"mu": 0, "sigma": 1, "eps": (Fraction(7, 10),), "quadratic": -1, "constant": 3},
        {"mu": 3, "sigma": 1, "eps": (1, -2), "quadratic": 0, "linear": 5, "constant": 1},
    ),
)
def estimates(
    mu: Scalar,
    sigma: Scalar,
    eps: Vector,
    quadratic: Scalar = 1,
    linear: Scalar = 0,
    constant: Scalar = 0,
) -> SolverResults:
    """Both estimates of the gradient of E[f(z)], from given standard normal noise eps: [n].

    Pathwise: f'(z). Score function: f(z) (z − mu)/sigma² = f(z) eps/sigma. Source: Mohamed, Rosca,
    Figurnov and Mnih, Monte Carlo Gradient Estimation in Machine Learning (2020), sections 4
    (score function) and 5 (pathwise). Raises ValueError
    for sigma not above zero, a constant f, and eps that is no vector.
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    require_vector("eps", eps)
    _require_function(quadratic, linear, constant)
    z = [mu + sigma * noise for noise in eps]
    values = [(quadratic * point + linear) * point + constant for point in z]
    slopes = [2 * quadratic * point + linear for point in z]
    pairs = list(zip(values, eps, strict=True))
    score = sum([value * noise for value, noise in pairs])
    count, over = len(eps), Fraction(len(eps)) * sigma
    return {
        "z": tuple(z),
        "pathwise_in_mu": Fraction(sum(slopes)) / count,
        "score_in_mu": score / over,
        "score_undivided": Fraction(score) / count,
        "score_not_centred": sum([v * point for v, point in zip(values, z, strict=True)])
        / (over * sigma),
        "score_without_function": sum(eps) / over,
    }


@check("gradient_estimators.estimates", tolerance=1e-8)
def estimates_by_autograd(
    mu: "Tensor",
    sigma: "Tensor",
    eps: "Tensor",
    quadratic: "Tensor",
    linear: "Tensor",
    constant: "Tensor",
) -> Mapping[str, Any]:
    """Differentiates f(mu + sigma eps) and ln N(z; mu, sigma²); eps: [variants, n].

    The mistakes take the slope of ln N(z; sigma m, sigma²) in m, which is sigma times too large,
    that of ln N(z; 0, sigma²), or the function 1.
    """
    import torch

    factors = (quadratic, linear, constant)
    found = _estimates(mu, sigma, factors, eps)
    value, z = found["value"], found["z"]
    one, none = torch.ones_like(mu), torch.zeros_like(mu)
    standard = _estimates(mu / sigma, one, factors, eps)
    around_zero = _estimates(none, sigma, factors, z / sigma[:, None])
    alone = _estimates(mu, sigma, (none, none, one), eps)
    return {
        "z": z,
        "pathwise_in_mu": found["pathwise"].mean(-1),
        "score_in_mu": (value * found["score"]).mean(-1),
        "score_undivided": (value * standard["score"]).mean(-1),
        "score_not_centred": (value * around_zero["score"]).mean(-1),
        "score_without_function": (alone["value"] * alone["score"]).mean(-1),
    }
