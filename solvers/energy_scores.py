"""Scores, the slopes of log densities in x, and score matching; all on a scalar x."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import exp, fsum
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Power, Product, Sum, Symbol, linear
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
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "energy_scores.mixture",
    results={
        "responsibilities": "posterior probability of each component given x",
        "score": "d/dx of the log density of the mixture",
    },
    mistakes={
        "weights_for_responsibilities": "Weighs the components' scores by the mixing weights",
        "scores_added": "Adds the components' scores without weighing them",
        "nearest_component": "Only the component with the nearest mean (the first of equals)",
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
def mixture(x: Scalar, means: Vector, weights: Vector, sigma: Scalar) -> SolverResults:
    """The score Σ r_k (mean_k − x) / sigma² of Gaussians of one width, r_k the responsibilities.

    Sources: Bishop, Pattern Recognition and Machine Learning (2006), equation 9.13 for the
    responsibilities; Song and Ermon, Generative modeling by estimating gradients of the data
    distribution (2019), section 3.2, on the weights. Raises ValueError for weights that
    do not sum to one or have zeros, and sigma not above zero.
    """
    require_scalar("x", x)
    require_vector("means", means)
    require_vector("weights", weights, len(means))
    require_probabilities("weights", weights)
    if min(weights) <= 0:
        raise ValueError("weights must have no zeros")
    require_positive("sigma", sigma)
    wide, below = sigma.as_integer_ratio()
    variance = wide * wide / (below * below)
    (*centres, here), unit = over_common_denominator((*means, x))
    gaps = [centre - here for centre in centres]
    squares = [gap * gap for gap in gaps]
    nearest, area = min(squares), unit * unit
    slopes = [gap / unit / variance for gap in gaps]
    kernels = [exp(-((square - nearest) / area) / (2 * variance)) for square in squares]
    masses, whole = over_common_denominator(weights)
    given = [mass / whole for mass in masses]
    raw = [share * kernel for share, kernel in zip(given, kernels, strict=True)]
    total = fsum(raw)
    shares = [each / total for each in raw]

    def mean(factors: list[float]) -> float:
        return fsum([factor * slope for factor, slope in zip(factors, slopes, strict=True)])

    return {
        "responsibilities": tuple(shares),
        "score": mean(shares),
        "weights_for_responsibilities": mean(given),
        "scores_added": fsum(slopes),
        "nearest_component": slopes[squares.index(nearest)],
        "weights_ignored": mean(kernels) / fsum(kernels),
    }


@check("energy_scores.mixture", tolerance=1e-8)
def mixture_by_autograd(
    x: "Tensor", means: "Tensor", weights: "Tensor", sigma: "Tensor"
) -> Mapping[str, Any]:
    """Differentiates torch's mixture density; means, weights: [variants, k]; x, sigma: [variants].

    The slope of the log density in a log weight is that component's responsibility. The mistakes
    are slopes of other functions of the components' log densities, or have other weights.
    """
    import torch

    normal: Any = torch.distributions.Normal

    def components(at: "Tensor") -> "Tensor":
        value: Tensor = normal(means, sigma[:, None]).log_prob(at[:, None])
        return value

    def slope(objective: Callable[["Tensor"], "Tensor"]) -> "Tensor":
        at = x.clone().requires_grad_(True)
        return torch.autograd.grad(objective(at).sum(), at)[0]

    log_weights = weights.log().requires_grad_(True)
    log_density = torch.logsumexp(log_weights + components(x), dim=-1)
    (shares,) = torch.autograd.grad(log_density.sum(), log_weights)
    nearest = (means - x[:, None]).abs().argmin(-1, keepdim=True)
    return {
        "responsibilities": shares,
        "score": slope(lambda at: torch.logsumexp(weights.log() + components(at), dim=-1)),
        "weights_for_responsibilities": slope(lambda at: (weights * components(at)).sum(-1)),
        "scores_added": slope(lambda at: components(at).sum(-1)),
        "nearest_component": slope(lambda at: components(at).gather(1, nearest)[:, 0]),
        "weights_ignored": slope(lambda at: torch.logsumexp(components(at), dim=-1)),
    }


@solver(
    "energy_scores.polynomial",
    results={"score_formula": "the score −E′(x) / T, a formula in x"},
    mistakes={
        "sign_lost_formula": "E′(x) / T, a formula in x",
        "temperature_ignored_formula": "−E′(x), a formula in x",
        "temperature_multiplied_formula": "−T E′(x), a formula in x",
        "not_differentiated_formula": "−E(x) / T: the exponent itself, a formula in x",
    },
    examples=(
        {"coefficients": (0, 0, -2, 0, 1), "temperature": Fraction(1, 2)},
        {"coefficients": (1, -1, 3), "temperature": 2},
        {"coefficients": (0, 0, 1), "temperature": 3},
        {"coefficients": (5, 1), "temperature": 1},
    ),
)
def polynomial(coefficients: Vector, temperature: Scalar = 1) -> SolverResults:
    """The score of p(x) ∝ exp(−E(x) / T) with E(x) = c_0 + c_1 x + c_2 x² + …

    ln p(x) = −E(x)/T − ln Z, and Z does not depend on x. Source: LeCun, Chopra, Hadsell, Ranzato
    and Huang, A tutorial on energy-based learning (2006), equation 2; Hyvärinen (2005), section
    2. Raises ValueError for fewer than two or more than nine coefficients, and T not above 0.
    """
    require_vector("coefficients", coefficients)
    if not 2 <= len(coefficients) <= 9:
        raise ValueError(f"coefficients must have 2 to 9 entries, not {len(coefficients)}")
    require_positive("temperature", temperature)
    heat = Fraction(temperature)
    slopes = [Fraction(k * each) for k, each in enumerate(coefficients)][1:]
    return {
        "score_formula": _polynomial([-each / heat for each in slopes]),
        "sign_lost_formula": _polynomial([each / heat for each in slopes]),
        "temperature_ignored_formula": _polynomial([-each for each in slopes]),
        "temperature_multiplied_formula": _polynomial([-each * heat for each in slopes]),
        "not_differentiated_formula": _polynomial([-each / heat for each in coefficients]),
    }


def _polynomial(coefficients: list[Fraction]) -> Formula:
    """Σ c_k x^k with the highest power first and without its zero terms."""
    terms: list[Formula] = []
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


@check("energy_scores.polynomial", tolerance=1e-8)
def polynomial_by_autograd(coefficients: "Tensor", temperature: "Tensor") -> Mapping[str, Any]:
    """Differentiates the energy in Horner's form.

    The mistakes are slopes of other multiples of the energy, or the exponent itself.
    coefficients: [variants, k]; temperature: [variants].
    """
    import torch

    heat = temperature[:, None]

    def energy(at: "Tensor") -> "Tensor":
        value = torch.zeros_like(at)
        for each in reversed(coefficients.unbind(1)):
            value = value * at + each[:, None]
        return value

    def slope(factor: "Tensor") -> Callable[..., "Tensor"]:
        """The slope in x of `factor` times the energy."""

        def at_points(points: Mapping[str, "Tensor"]) -> "Tensor":
            leaf = points["x"].detach().clone().requires_grad_(True)
            return torch.autograd.grad((factor * energy(leaf)).sum(), leaf)[0]

        return at_points

    return {
        "score_formula": slope(-1 / heat),
        "sign_lost_formula": slope(1 / heat),
        "temperature_ignored_formula": slope(-torch.ones_like(heat)),
        "temperature_multiplied_formula": slope(-heat),
        "not_differentiated_formula": lambda points: -energy(points["x"]) / heat,
    }


@solver(
    "energy_scores.score_matching",
    results={
        "objective": "J = mean of s(x)² / 2 + s′(x) for the model N(mu, sigma²)",
        "best_mean": "the mu that makes J smallest",
        "best_variance": "the sigma² that makes J smallest",
        "smallest_objective": "J there: −1 / (2 · best variance)",
    },
    mistakes={
        "slope_forgotten": "The mean of s²/2 without s′",
        "half_forgotten": "The mean of s² + s′",
        "slope_sign": "The mean of s²/2 − s′",
        "summed": "The sum over the data in place of the mean",
        "sigma_unsquared": "Takes sigma for the variance",
    },
    examples=(
        {"x": (1, 2, 6), "mu": 2, "sigma": 2},
        {"x": (0, 1), "mu": Fraction(1, 2), "sigma": Fraction(1, 2)},
        {"x": (-1, 0, 0, 3), "mu": 0, "sigma": 3},
    ),
)
def score_matching(x: Vector, mu: Scalar, sigma: Scalar) -> SolverResults:
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
        "slope_forgotten": half,
        "half_forgotten": 2 * half - precision,
        "slope_sign": half + precision,
        "summed": count * (half - precision),
        "sigma_unsquared": Fraction(around) / (2 * count * sigma * sigma) - 1 / Fraction(sigma),
    }


@check("energy_scores.score_matching", tolerance=1e-7)
def score_matching_by_optimisation(x: "Tensor", mu: "Tensor", sigma: "Tensor") -> Mapping[str, Any]:
    """Takes both derivatives of torch's log density, and minimises J by Newton's method.

    In the natural parameters, s(x) = first − second · x, the objective is convex; x is counted
    from the first observation. The mistakes are other means and sums of the two derivatives, or
    have the standard deviation √sigma. x: [variants, n]; mu, sigma: [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal

    def derivatives(spread: "Tensor") -> tuple["Tensor", "Tensor"]:
        """Half the squared score, and the slope of the score, at every observation."""
        leaf = x.clone().requires_grad_(True)
        log_density = normal(mu[:, None], spread[:, None]).log_prob(leaf)
        (score,) = torch.autograd.grad(log_density.sum(), leaf, create_graph=True)
        (slope,) = torch.autograd.grad(score.sum(), leaf)
        return score.detach() ** 2 / 2, slope

    origin = x[:, :1]

    def objective(natural: "Tensor") -> "Tensor":
        model = natural[:, :1] - natural[:, 1:] * (x - origin)
        return (model**2 / 2).mean(-1) - natural[:, 1]

    best = maximise(lambda natural: -objective(natural), torch.ones(len(x), 2, dtype=torch.float64))
    half, slope = derivatives(sigma)
    return {
        "objective": (half + slope).mean(-1),
        "best_mean": origin[:, 0] + best[:, 0] / best[:, 1],
        "best_variance": 1 / best[:, 1],
        "smallest_objective": objective(best),
        "slope_forgotten": half.mean(-1),
        "half_forgotten": (2 * half + slope).mean(-1),
        "slope_sign": (half - slope).mean(-1),
        "summed": (half + slope).sum(-1),
        "sigma_unsquared": torch.stack(derivatives(sigma.sqrt())).sum(0).mean(-1),
    }
