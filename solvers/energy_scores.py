"""Scores, the slopes of log densities in x, and score matching; all on a scalar x."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, log, pi
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Expression, Number, Power, Product, Sum, Symbol, linear
from qgen.document.values import Answers
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
    "energy_scores.gaussian",
    results={
        "score": "d/dx ln N(x; mu, sigma²)",
        "score_formula": "the score, a formula in x",
        "score_slope": "the derivative of the score: −1 / sigma²",
        "log_density": "ln N(x; mu, sigma²)",
    },
    mistakes={
        "sign_lost": "(x − mu) / sigma²",
        "sign_lost_formula": "(x − mu) / sigma², a formula in x",
        "divided_by_sigma": "−(x − mu) / sigma",
        "not_centred": "−x / sigma²",
        "not_centred_formula": "−x / sigma², a formula in x",
        "factor_kept": "−(x − mu) / (2 sigma²): the 1/2 is not cancelled",
        "slope_of_density": "Slope of the density, not of its logarithm",
        "log_density_without_sigma": "The log density without −ln sigma",
    },
    examples=(
        {"x": 3, "mu": 1, "sigma": 2},
        {"x": Fraction(-1, 2), "mu": 0, "sigma": Fraction(1, 3)},
        {"x": -1, "mu": -1, "sigma": 1},
    ),
)
def gaussian(x: Scalar, mu: Scalar, sigma: Scalar) -> Answers:
    """The score −(x − mu) / sigma² of a Gaussian: it points to the mean.

    Source: Hyvärinen, Estimation of non-normalized statistical models by score matching (2005),
    section 3.1. Raises ValueError for sigma not above zero.
    """
    require_scalar("x", x)
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    variance = Fraction(sigma * sigma)
    gap = mu - x
    score = gap / variance
    exponent = -float(gap * score) / 2
    log_density = exponent - log(2 * pi * variance) / 2
    return {
        "score": score,
        "score_formula": linear([(-1 / variance, "x")], mu / variance),
        "score_slope": -1 / variance,
        "log_density": log_density,
        "sign_lost": -score,
        "sign_lost_formula": linear([(1 / variance, "x")], -mu / variance),
        "divided_by_sigma": Fraction(gap) / sigma,
        "not_centred": -x / variance,
        "not_centred_formula": linear([(-1 / variance, "x")], 0),
        "factor_kept": score / 2,
        "slope_of_density": float(score) * exp(log_density),
        "log_density_without_sigma": exponent - log(2 * pi) / 2,
    }


@check("energy_scores.gaussian", tolerance=1e-8)
def gaussian_by_autograd(x: "Tensor", mu: "Tensor", sigma: "Tensor") -> Mapping[str, Any]:
    """Differentiates torch's log density twice; all are [variants]."""
    import torch

    normal: Any = torch.distributions.Normal

    def slopes(at: "Tensor", mean: "Tensor", spread: "Tensor") -> list["Tensor"]:
        leaf = at.detach().clone().requires_grad_(True)
        value = normal(mean, spread).log_prob(leaf)
        (score,) = torch.autograd.grad(value.sum(), leaf, create_graph=True)
        (slope,) = torch.autograd.grad(score.sum(), leaf)
        return [value.detach(), score.detach(), slope]

    log_density, score, slope = slopes(x, mu, sigma)
    return {
        "score": score,
        "score_formula": lambda points: slopes(points["x"], mu[:, None], sigma[:, None])[1],
        "score_slope": slope,
        "log_density": log_density,
    }


@solver(
    "energy_scores.mixture",
    results={
        "responsibilities": "posterior probability of each component given x",
        "score": "d/dx of the log density of the mixture",
        "log_density": "the log density of the mixture at x",
    },
    mistakes={
        "weights_for_responsibilities": "Weighs the components' scores by the mixing weights",
        "scores_added": "Adds the components' scores without weighing them",
        "scores_averaged": "The plain mean of the components' scores",
        "nearest_component": "Only the component with the nearest mean (the first of equals)",
        "sign_lost": "The sign of the score is wrong",
        "divided_by_sigma": "Divides by sigma, not by sigma²",
        "slope_of_density": "Slope of the density, not of its logarithm",
        "weights_ignored": "Takes all components for equally probable",
    },
    examples=(
        {"x": 1, "means": (-2, 2), "weights": (Fraction(1, 4), Fraction(3, 4)), "sigma": 1},
        {"x": 0, "means": (-1, 1), "weights": (Fraction(1, 2), Fraction(1, 2)), "sigma": 2},
        {
            "x": Fraction(3, 2),
            "means": (0, 1, 4),
            "weights": (Fraction(1, 5), Fraction(1, 5), Fraction(3, 5)),
            "sigma": Fraction(3, 2),
        },
    ),
)
def mixture(x: Scalar, means: Vector, weights: Vector, sigma: Scalar) -> Answers:
    """The score Σ r_k (mean_k − x) / sigma² of Gaussians of one width, r_k the responsibilities.

    Sources: Bishop, Pattern Recognition and Machine Learning (2006), equation 9.13 for the
    responsibilities; Song and Ermon, Generative modeling by estimating gradients of the data
    distribution (2019), section 3.2, on the weights. Raises ValueError for weights that are
    no law or have zeros, and sigma not above zero.
    """
    require_scalar("x", x)
    require_vector("means", means)
    require_vector("weights", weights, len(means))
    require_probabilities("weights", weights)
    if min(weights) <= 0:
        raise ValueError("weights must have no zeros")
    require_positive("sigma", sigma)
    variance = float(sigma * sigma)
    gaps: list[Scalar] = [mean - x for mean in means]
    squares = [gap * gap for gap in gaps]
    nearest = min(squares)
    slopes = [float(gap) / variance for gap in gaps]
    kernels = [exp(-float(square - nearest) / (2 * variance)) for square in squares]
    raw = [float(share) * kernel for share, kernel in zip(weights, kernels, strict=True)]
    total = fsum(raw)
    shares = [each / total for each in raw]

    def mean(factors: list[float]) -> float:
        return fsum([factor * slope for factor, slope in zip(factors, slopes, strict=True)])

    score = mean(shares)
    log_density = log(total) - float(nearest) / (2 * variance) - log(2 * pi * variance) / 2
    return {
        "responsibilities": tuple(shares),
        "score": score,
        "log_density": log_density,
        "weights_for_responsibilities": mean([float(share) for share in weights]),
        "scores_added": fsum(slopes),
        "scores_averaged": fsum(slopes) / len(slopes),
        "nearest_component": slopes[squares.index(nearest)],
        "sign_lost": -score,
        "divided_by_sigma": score * float(sigma),
        "slope_of_density": score * exp(log_density),
        "weights_ignored": mean(kernels) / fsum(kernels),
    }


@check("energy_scores.mixture", tolerance=1e-8)
def mixture_by_autograd(
    x: "Tensor", means: "Tensor", weights: "Tensor", sigma: "Tensor"
) -> Mapping[str, Any]:
    """Differentiates torch's mixture density; means, weights: [variants, k]; x, sigma: [variants].

    The slope of the log density in a log weight is that component's responsibility.
    """
    import torch

    normal: Any = torch.distributions.Normal
    at, log_weights = x.clone().requires_grad_(True), weights.log().requires_grad_(True)
    parts = normal(means, sigma[:, None]).log_prob(at[:, None])
    log_density = torch.logsumexp(log_weights + parts, dim=-1)
    score, shares = torch.autograd.grad(log_density.sum(), (at, log_weights))
    return {"responsibilities": shares, "score": score, "log_density": log_density}


@solver(
    "energy_scores.polynomial",
    results={
        "score": "−E′(x) / T at x",
        "score_formula": "the score, a formula in x",
        "energy": "E(x)",
        "force_is_zero": "whether x is a stationary point of the energy",
    },
    mistakes={
        "sign_lost": "E′(x) / T: the minus is lost",
        "sign_lost_formula": "E′(x) / T, a formula in x",
        "temperature_multiplied": "−T E′(x)",
        "temperature_ignored": "−E′(x)",
        "temperature_ignored_formula": "−E′(x), a formula in x",
        "not_differentiated": "−E(x) / T: the exponent itself",
        "powers_kept": "Multiplies by each power without lowering it",
    },
    examples=(
        {"coefficients": (0, 0, -2, 0, 1), "x": 2, "temperature": Fraction(1, 2)},
        {"coefficients": (1, -1, 3), "x": Fraction(1, 2), "temperature": 2},
        {"coefficients": (0, 0, 1), "x": 0, "temperature": 3},
        {"coefficients": (5, 1), "x": -1, "temperature": 1},
    ),
)
def polynomial(coefficients: Vector, x: Scalar, temperature: Scalar = 1) -> Answers:
    """The score of p(x) ∝ exp(−E(x) / T) with E(x) = c_0 + c_1 x + c_2 x² + …

    ln p(x) = −E(x)/T − ln Z, and Z does not depend on x. Source: LeCun, Chopra, Hadsell, Ranzato
    and Huang, A tutorial on energy-based learning (2006), equation 2; Hyvärinen (2005), section
    2. Raises ValueError for fewer than two or more than nine coefficients, and T not above 0.
    """
    require_vector("coefficients", coefficients)
    if not 2 <= len(coefficients) <= 9:
        raise ValueError(f"coefficients must have 2 to 9 entries, not {len(coefficients)}")
    require_scalar("x", x)
    require_positive("temperature", temperature)
    heat = Fraction(temperature)
    powers: list[Scalar] = [1]
    for _ in coefficients[1:]:
        powers.append(powers[-1] * x)
    slopes = [k * each for k, each in enumerate(coefficients)]
    slope = sum([each * power for each, power in zip(slopes[1:], powers, strict=False)])
    energy = sum([each * power for each, power in zip(coefficients, powers, strict=True)])
    return {
        "score": -slope / heat,
        "score_formula": _polynomial([-each / heat for each in slopes[1:]]),
        "energy": energy,
        "force_is_zero": slope == 0,
        "sign_lost": slope / heat,
        "sign_lost_formula": _polynomial([each / heat for each in slopes[1:]]),
        "temperature_multiplied": -slope * heat,
        "temperature_ignored": -slope,
        "temperature_ignored_formula": _polynomial([Fraction(-each) for each in slopes[1:]]),
        "not_differentiated": -energy / heat,
        "powers_kept": -sum([each * power for each, power in zip(slopes, powers, strict=True)])
        / heat,
    }


def _polynomial(coefficients: list[Fraction]) -> Expression:
    """Σ c_k x^k with the highest power first and without its zero terms."""
    terms: list[Expression] = []
    for power, factor in reversed(list(enumerate(coefficients))):
        if power > 1 and factor:
            variable = Power(Symbol("x"), Number(power))
            terms.append(variable if factor == 1 else Product((Number(factor), variable)))
    low = linear([(each, "x") for each in coefficients[1:2]], coefficients[0])
    if isinstance(low, Sum):
        terms += low.terms
    elif low != Number(Fraction(0)) or not terms:
        terms.append(low)
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


@check("energy_scores.polynomial", tolerance=1e-7)
def polynomial_by_autograd(
    coefficients: "Tensor", x: "Tensor", temperature: "Tensor"
) -> Mapping[str, Any]:
    """Differentiates the energy in Horner's form.

    coefficients: [variants, k]; x, temperature: [variants].
    """
    import torch

    def energy(at: "Tensor") -> "Tensor":
        value = torch.zeros_like(at)
        for each in reversed(coefficients.unbind(1)):
            value = value * at + each.reshape(-1, *[1] * (at.dim() - 1))
        return value

    def slope(at: "Tensor") -> "Tensor":
        leaf = at.detach().clone().requires_grad_(True)
        return torch.autograd.grad(energy(leaf).sum(), leaf)[0]

    own = slope(x)
    scale = (coefficients.abs().sum(-1) * 9) * (1 + x.abs()) ** coefficients.shape[1]
    return {
        "score": -own / temperature,
        "score_formula": lambda points: -slope(points["x"]) / temperature[:, None],
        "energy": energy(x),
        "force_is_zero": own.abs() <= 1e-14 * scale,
    }


@solver(
    "energy_scores.score_matching",
    results={
        "objective": "J = mean of s(x)² / 2 + s′(x) for the model N(mu, sigma²)",
        "best_mean": "the mu that makes J smallest",
        "best_variance": "the sigma² that makes J smallest",
        "smallest_objective": "J there: −1 / (2 · best variance)",
        "best_deviation": "the sigma that makes J smallest",
    },
    mistakes={
        "slope_forgotten": "The mean of s²/2 without s′",
        "half_forgotten": "The mean of s² + s′",
        "slope_sign": "The mean of s²/2 − s′",
        "summed": "The sum over the data in place of the mean",
        "sigma_unsquared": "Takes sigma for the variance",
        "unbiased_variance": "Divides the squares by n − 1",
        "smallest_doubled": "−1 / variance: takes s²/2 for zero at the optimum",
    },
    examples=(
        {"x": (1, 2, 6), "mu": 2, "sigma": 2},
        {"x": (0, 1), "mu": Fraction(1, 2), "sigma": Fraction(1, 2)},
        {"x": (-1, 0, 0, 3), "mu": 0, "sigma": 3},
    ),
)
def score_matching(x: Vector, mu: Scalar, sigma: Scalar) -> Answers:
    """Score matching of data x_1 … x_n with N(mu, sigma²), and the model that fits best.

    s(x) = −(x − mu)/sigma² and s′ = −1/sigma², so J = mean (x − mu)²/(2 sigma⁴) − 1/sigma²; it is
    smallest at the data's mean and their variance (divided by n). Source: Hyvärinen, Estimation
    of non-normalized statistical models by score matching (2005), theorem 1 and section
    3.1. Raises ValueError for data that are all equal and sigma not above zero.
    """
    require_vector("x", x)
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    if min(x) == max(x):
        raise ValueError("x must hold two different values")
    count, precision = len(x), 1 / Fraction(sigma * sigma)
    total, squares = sum(x), sum([each * each for each in x])
    # Σ (x − mu)² and n² times the variance, from the two sums.
    around = squares - 2 * mu * total + count * mu * mu
    spread = Fraction(count * squares - total * total)
    variance = spread / (count * count)
    half = precision * precision * around / (2 * count)
    return {
        "objective": half - precision,
        "best_mean": Fraction(total) / count,
        "best_variance": variance,
        "smallest_objective": -1 / (2 * variance),
        "best_deviation": square_root(variance),
        "slope_forgotten": half,
        "half_forgotten": 2 * half - precision,
        "slope_sign": half + precision,
        "summed": count * (half - precision),
        "sigma_unsquared": Fraction(around) / (2 * count * sigma * sigma) - 1 / Fraction(sigma),
        "unbiased_variance": spread / (count * (count - 1)),
        "smallest_doubled": -1 / variance,
    }


@check("energy_scores.score_matching", tolerance=1e-7)
def score_matching_by_optimisation(x: "Tensor", mu: "Tensor", sigma: "Tensor") -> Mapping[str, Any]:
    """Takes both derivatives of torch's log density, and minimises J by Newton's method.

    In the natural parameters, s(x) = first − second · x, the objective is convex. x:
    [variants, n]; mu, sigma: [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal
    leaf = x.clone().requires_grad_(True)
    log_density = normal(mu[:, None], sigma[:, None]).log_prob(leaf)
    (score,) = torch.autograd.grad(log_density.sum(), leaf, create_graph=True)
    (slope,) = torch.autograd.grad(score.sum(), leaf)
    # About the data's middle the two parameters hardly touch each other.
    centre = x.mean(-1, keepdim=True)

    def objective(natural: "Tensor") -> "Tensor":
        model = natural[:, :1] - natural[:, 1:] * (x - centre)
        return (model**2 / 2).mean(-1) - natural[:, 1]

    start = torch.ones(len(x), 2, dtype=torch.float64)
    best = maximise(lambda natural: -objective(natural), start)
    return {
        "objective": (score**2 / 2 + slope).mean(-1),
        "best_mean": centre[:, 0] + best[:, 0] / best[:, 1],
        "best_variance": 1 / best[:, 1],
        "smallest_objective": objective(best),
        "best_deviation": best[:, 1] ** -0.5,
    }
