"""Two ways to estimate the gradient of E[f(z)], z ~ N(mu, sigma²): pathwise and score function.

f is a quadratic, f(z) = quadratic z² + linear z + constant; with the defaults it is z².
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
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

_CONSTANT = "quadratic and linear must not both be 0: the gradient would be 0 for every law"


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
        "gradient_in_sigma": "the derivative of E[f(z)] with respect to sigma",
        "pathwise_variance_in_mu": "variance of the pathwise estimate f'(z) from one sample",
        "score_variance_in_mu": "variance of the score-function estimate f(z) (z − mu)/sigma²",
        "pathwise_variance_in_sigma": "variance of the pathwise estimate f'(z) eps",
        "score_variance_in_sigma": "variance of the score-function estimate f(z) (eps² − 1)/sigma",
        "best_baseline": "the constant that, subtracted from f, makes the score-function variance "
        "in mu smallest",
        "score_variance_with_baseline": "that smallest variance",
        "pathwise_smaller_in_mu": "whether the pathwise variance in mu is the smaller one",
        "pathwise_smaller_in_sigma": "whether the pathwise variance in sigma is the smaller one",
    },
    mistakes={
        "gradient_in_variance": "Differentiates with respect to sigma² instead of sigma",
        "gradient_in_mu_at_mean": "Puts f(mu) for the derivative at mu",
        "pathwise_factor_not_squared": "Does not square the factor of z in f'(z)",
        "pathwise_deviation_for_variance": "Multiplies the squared factor with sigma, not sigma²",
        "score_second_moment": "The mean square: the squared gradient is not subtracted",
        "score_without_division": "Forgets to divide the score by sigma²",
        "score_value_frozen": "Takes f for the constant f(mu): only the score varies",
        "baseline_mean": "Takes the mean of f(z) for the best baseline",
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
) -> Answers:
    """Exact gradients of E[f(z)] and variances of their two one-sample estimates.

    With z = mu + sigma eps, f(z) = A + B eps + C eps², where A = f(mu), B = sigma f'(mu) and
    C = quadratic sigma². The moments 1, 3, 15, 105 of eps², eps⁴, eps⁶, eps⁸ give
    Var f'(z) = 4C²/sigma², Var f'(z) eps = (B² + 8C²)/sigma²,
    Var f(z) eps/sigma = (A² + 2B² + 15C² + 6AC)/sigma² and
    Var f(z) (eps² − 1)/sigma = (2A² + 10B² + 74C² + 20AC)/sigma². A baseline changes A
    alone; A = −3C is best in mu. So the pathwise variance is the smaller one for every f that
    is not constant. Source: Mohamed, Rosca, Figurnov and Mnih, Monte Carlo Gradient Estimation
    in Machine Learning (2020), sections 4 (score function) and 5 (pathwise); moments by hand.
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
    pathwise_in_sigma = slope * slope + 2 * pathwise
    score_in_sigma = (2 * value * value + 10 * tilt * tilt + 74 * bends + 20 * value * bend) / of
    return {
        "gradient_in_mu": slope,
        "gradient_in_sigma": 2 * quadratic * sigma,
        "pathwise_variance_in_mu": pathwise,
        "score_variance_in_mu": score,
        "pathwise_variance_in_sigma": pathwise_in_sigma,
        "score_variance_in_sigma": score_in_sigma,
        "best_baseline": value + 3 * bend,
        "score_variance_with_baseline": (2 * tilt * tilt + 6 * bends) / of,
        "pathwise_smaller_in_mu": pathwise < score,
        "pathwise_smaller_in_sigma": pathwise_in_sigma < score_in_sigma,
        "gradient_in_variance": quadratic,
        "gradient_in_mu_at_mean": value,
        "pathwise_factor_not_squared": 2 * quadratic * variance,
        "pathwise_deviation_for_variance": 4 * quadratic * quadratic * sigma,
        "score_second_moment": score + slope * slope,
        "score_without_division": score * variance * variance,
        "score_value_frozen": value * value / of,
        "baseline_mean": value + bend,
    }


def _estimates(
    mu: "Tensor", sigma: "Tensor", factors: tuple["Tensor", ...], noise: "Tensor"
) -> dict[str, "Tensor"]:
    """Both estimates of both gradients for each noise, by autograd.

    mu, sigma, factors: [variants]; noise and what is returned: [variants, samples].
    """
    import torch
    from torch.distributions import Normal

    mean, deviation = (
        each[:, None].expand_as(noise).clone().requires_grad_(True) for each in (mu, sigma)
    )
    sample = mean + deviation * noise
    quadratic, linear, constant = (factor[:, None] for factor in factors)

    def function(point: "Tensor") -> "Tensor":
        return quadratic * point**2 + linear * point + constant

    in_mu, in_sigma = torch.autograd.grad(function(sample).sum(), (mean, deviation))
    fixed = sample.detach()
    law: Any = Normal(mean, deviation)
    scores = torch.autograd.grad(law.log_prob(fixed).sum(), (mean, deviation))
    return {
        "z": fixed,
        "pathwise_in_mu": in_mu,
        "pathwise_in_sigma": in_sigma,
        "score_in_mu": function(fixed) * scores[0],
        "score_in_sigma": function(fixed) * scores[1],
        "score_of_mu": scores[0],
    }


@check("gradient_estimators.variances", tolerance=1e-7)
def variances_by_quadrature(
    mu: "Tensor", sigma: "Tensor", quadratic: "Tensor", linear: "Tensor", constant: "Tensor"
) -> Mapping[str, Any]:
    """Estimates from autograd at Gauss-Hermite nodes, which average polynomials exactly.

    All arguments: [variants]. The best baseline is the regression of the estimate on the score.
    Source of the nodes: Golub and Welsch, Calculation of Gauss quadrature rules (1969).
    """
    import torch

    order = torch.arange(1, 12, dtype=torch.float64).sqrt()
    nodes, vectors = torch.linalg.eigh(torch.diag(order, 1) + torch.diag(order, -1))
    weights = vectors[0] ** 2
    found = _estimates(mu, sigma, (quadratic, linear, constant), nodes.expand(len(mu), len(nodes)))
    mean = {name: each @ weights for name, each in found.items()}

    def covariance(first: "Tensor", second: "Tensor") -> "Tensor":
        centred: Tensor = first - (first @ weights)[:, None]
        product: Tensor = (centred * second) @ weights
        return product

    spread = {name: covariance(each, each) for name, each in found.items()}
    score = found["score_of_mu"]
    baseline = covariance(found["score_in_mu"], score) / covariance(score, score)
    reduced = found["score_in_mu"] - baseline[:, None] * score
    return {
        "gradient_in_mu": mean["pathwise_in_mu"],
        "gradient_in_sigma": mean["score_in_sigma"],
        "pathwise_variance_in_mu": spread["pathwise_in_mu"],
        "score_variance_in_mu": spread["score_in_mu"],
        "pathwise_variance_in_sigma": spread["pathwise_in_sigma"],
        "score_variance_in_sigma": spread["score_in_sigma"],
        "best_baseline": baseline,
        "score_variance_with_baseline": covariance(reduced, reduced),
        "pathwise_smaller_in_mu": spread["pathwise_in_mu"] < spread["score_in_mu"],
        "pathwise_smaller_in_sigma": spread["pathwise_in_sigma"] < spread["score_in_sigma"],
    }


@solver(
    "gradient_estimators.estimates",
    results={
        "z": "the samples mu + sigma eps_i",
        "pathwise_in_mu": "the mean of the pathwise estimates of the gradient in mu",
        "score_in_mu": "the mean of the score-function estimates of the gradient in mu",
        "pathwise_in_sigma": "the mean of the pathwise estimates of the gradient in sigma",
        "score_in_sigma": "the mean of the score-function estimates of the gradient in sigma",
    },
    mistakes={
        "score_undivided": "Forgets to divide the score in mu by sigma: f(z) eps",
        "score_not_centred": "Takes z/sigma² for the score in mu",
        "score_without_function": "Averages the score in mu alone, without f(z)",
        "function_differentiated": "Multiplies the score in mu with f'(z) instead of f(z)",
        "pathwise_in_sigma_scaled": "Takes sigma for the inner derivative eps of z in sigma",
        "score_in_sigma_without_one": "Forgets the −1 of eps² − 1 in the score in sigma",
        "summed": "Adds the pathwise estimates in mu up instead of averaging",
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
) -> Answers:
    """Both estimates of the gradient of E[f(z)], from given standard normal noise eps: [n].

    Pathwise: f'(z) in mu, f'(z) eps in sigma. Score function: f(z) (z − mu)/sigma² = f(z) eps/sigma
    in mu, f(z) (eps² − 1)/sigma in sigma. Source: Mohamed, Rosca, Figurnov and Mnih, Monte
    Carlo Gradient Estimation in Machine Learning (2020), sections 4 and 5. Raises ValueError
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
    square = sum([value * noise * noise for value, noise in pairs])
    tilted = [slope * noise for slope, noise in zip(slopes, eps, strict=True)]
    count, over = len(eps), Fraction(len(eps)) * sigma
    return {
        "z": tuple(z),
        "pathwise_in_mu": Fraction(sum(slopes)) / count,
        "score_in_mu": score / over,
        "pathwise_in_sigma": Fraction(sum(tilted)) / count,
        "score_in_sigma": (square - sum(values)) / over,
        "score_undivided": Fraction(score) / count,
        "score_not_centred": sum([v * point for v, point in zip(values, z, strict=True)])
        / (over * sigma),
        "score_without_function": sum(eps) / over,
        "function_differentiated": sum(tilted) / over,
        "pathwise_in_sigma_scaled": Fraction(sum(slopes)) * sigma / count,
        "score_in_sigma_without_one": square / over,
        "summed": sum(slopes),
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
    """Differentiates f(mu + sigma eps) and ln N(z; mu, sigma²); eps: [variants, n]."""
    found = _estimates(mu, sigma, (quadratic, linear, constant), eps)
    names = ("pathwise_in_mu", "score_in_mu", "pathwise_in_sigma", "score_in_sigma")
    return {"z": found["z"], **{name: found[name].mean(-1) for name in names}}
