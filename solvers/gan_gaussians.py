"""The best discriminator between two Gaussians on the line: its log-odds, and a density ratio."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, gcd, log
from typing import TYPE_CHECKING, Any, TypeAlias

from qgen.document.formula import Formula, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.gan import best_response
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.formulas import logarithm
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_Law: TypeAlias = tuple[Scalar, Scalar]
_MINUS, _TWO = Number(-1), Number(2)


def _log_odds(law: _Law, other: _Law, half: int = 2, *, peaks: bool = True) -> Formula:
    """(x − other mu)²/(2 other sigma²) − (x − mu)²/(2 sigma²) + ln(other sigma/sigma).

    The mistakes put 1 for the 2 (`half`), or leave the logarithm out (`peaks`).
    """
    (mu, sigma), (other_mu, other_sigma) = law, other
    terms = [
        _square_over(other_mu, half * other_sigma**2),
        Product((_MINUS, _square_over(mu, half * sigma**2))),
    ]
    if peaks and sigma != other_sigma:
        terms.append(logarithm(Fraction(other_sigma) / sigma))
    return Sum(tuple(terms))


def _square_over(mu: Scalar, below: Scalar) -> Formula:
    """(x − mu)²/below, with no fraction inside the fraction."""
    shifted = Power(Sum((Symbol("x"), Number(-mu))) if mu else Symbol("x"), _TWO)
    times = Fraction(below).denominator
    top = shifted if times == 1 else Product((Number(times), shifted))
    return top if below * times == 1 else Quotient(top, Number(below * times))


@solver(
    "gan_gaussians.log_odds",
    results={"log_odds_formula": "ln(D*/(1 − D*)) as a formula in x"},
    mistakes={
        "negated_formula": "ln(p_model/p_data), a formula in x",
        "peaks_forgotten_formula": "The log-odds without the different peaks, a formula in x",
        "halves_forgotten_formula": "The log-odds without the factors 1/2, a formula in x",
    },
    examples=(
        {"mu_data": 0, "mu_model": 2, "sigma_data": 1, "sigma_model": 1},
        {"mu_data": 1, "mu_model": -1, "sigma_data": 2, "sigma_model": Fraction(1, 2)},
        {"mu_data": 0, "mu_model": 0, "sigma_data": 1, "sigma_model": 3},
    ),
)
def log_odds(
    mu_data: Scalar, mu_model: Scalar, sigma_data: Scalar, sigma_model: Scalar
) -> SolverResults:
    """ln(D*/(1 − D*)) for data from N(mu_data, sigma_data²), generated N(mu_model, sigma_model²).

    D* = p_data/(p_data + p_model) = sigmoid(ln p_data − ln p_model), a quadratic inside, linear if
    the deviations are equal. Source: Goodfellow and others, Generative Adversarial Nets (2014),
    proposition 1. Raises ValueError for deviations that are not above zero.
    """
    require_scalar("mu_data", mu_data)
    require_scalar("mu_model", mu_model)
    require_positive("sigma_data", sigma_data)
    require_positive("sigma_model", sigma_model)
    laws = (mu_data, sigma_data), (mu_model, sigma_model)
    return {
        "log_odds_formula": _log_odds(*laws),
        "negated_formula": _log_odds(*laws[::-1]),
        "peaks_forgotten_formula": _log_odds(*laws, peaks=False),
        "halves_forgotten_formula": _log_odds(*laws, half=1),
    }


@check("gan_gaussians.log_odds", tolerance=1e-7)
def log_odds_by_densities(
    mu_data: "Tensor", mu_model: "Tensor", sigma_data: "Tensor", sigma_model: "Tensor"
) -> Mapping[str, Any]:
    """The difference of torch's log-densities; all arguments: [variants].

    The mistakes use each log-density less its own maximum, once or twice.
    """
    from torch.distributions import Normal

    def log_density(mu: "Tensor", sigma: "Tensor", point: "Tensor") -> "Tensor":
        density: Any = Normal(mu[:, None], sigma[:, None])
        found: Tensor = density.log_prob(point)
        return found

    def odds(points: Mapping[str, "Tensor"]) -> "Tensor":
        real = log_density(mu_data, sigma_data, points["x"])
        return real - log_density(mu_model, sigma_model, points["x"])

    def peaks() -> "Tensor":
        """The difference of both maxima, ln p_data(mu_data) − ln p_model(mu_model)."""
        real = log_density(mu_data, sigma_data, mu_data[:, None])
        return real - log_density(mu_model, sigma_model, mu_model[:, None])

    def negated(points: Mapping[str, "Tensor"]) -> "Tensor":
        made = log_density(mu_model, sigma_model, points["x"])
        return made - log_density(mu_data, sigma_data, points["x"])

    return {
        "log_odds_formula": odds,
        "negated_formula": negated,
        "peaks_forgotten_formula": lambda points: odds(points) - peaks(),
        "halves_forgotten_formula": lambda points: 2 * odds(points) - peaks(),
    }


@solver(
    "gan_gaussians.density_ratio",
    results={
        "log_odds_formula": "ln(D*/(1 − D*)) of equal shares as a formula in x, the log-ratio ln r",
        "undecided": "the x at which that D* is 1/2",
        "log_ratio": "ln r at the given x",
        "ratio": "r at the given x",
        "unequal_log_odds": "the log-odds at x with k real samples for each generated one",
    },
    mistakes={
        "negated_formula": "ln(p_model/p_data), a formula in x",
        "means_added": "mu_data + mu_model for the undecided x, without the half",
        "log_ratio_negated": "ln(p_model/p_data) at x",
        "halves_forgotten": "The log-ratio without the factors 1/2 in the exponents",
        "discriminator": "D* at x, not its log-odds",
        "share_subtracted": "Subtracts ln k instead of adding it",
    },
    examples=(
        {"mu_data": 0, "mu_model": 2, "sigma": 1, "x": Fraction(1, 2), "k": 3},
        {"mu_data": 1, "mu_model": -1, "sigma": 2, "x": -3, "k": 9},
        {"mu_data": -2, "mu_model": 3, "sigma": Fraction(3, 2), "x": 4, "k": Fraction(1, 2)},
    ),
)
def density_ratio(
    mu_data: Scalar, mu_model: Scalar, sigma: Scalar, x: Scalar, k: Scalar
) -> SolverResults:
    """r = p_data/p_model of two Gaussians with one deviation, from the best discriminator.

    With k real samples for each generated one the odds of D* are k r, by Bayes' rule. Source:
    Sugiyama, Suzuki and Kanamori, Density Ratio Estimation in Machine Learning (2012), chapter 4
    (probabilistic classification). Raises ValueError for equal means, and unless the deviation
    and k are above zero.
    """
    require_scalar("mu_data", mu_data)
    require_scalar("mu_model", mu_model)
    require_positive("sigma", sigma)
    require_scalar("x", x)
    require_positive("k", k)
    if mu_data == mu_model:
        raise ValueError("mu_data and mu_model must differ")
    slope = Fraction(mu_data - mu_model) / (sigma * sigma)
    middle = Fraction(mu_data + mu_model) / 2
    apart = (x - mu_model) ** 2 - (x - mu_data) ** 2
    log_ratio = Fraction(apart) / (2 * sigma * sigma)
    return {
        "log_odds_formula": _line(slope, middle),
        "undecided": middle,
        "log_ratio": log_ratio,
        "ratio": exp(log_ratio),
        "unequal_log_odds": float(log_ratio) + log(k),
        "negated_formula": _line(-slope, middle),
        "means_added": mu_data + mu_model,
        "log_ratio_negated": -log_ratio,
        "halves_forgotten": 2 * log_ratio,
        "discriminator": 1 / (1 + exp(-log_ratio)),
        "share_subtracted": float(log_ratio) - log(k),
    }


def _line(slope: Fraction, zero: Fraction) -> Formula:
    """slope · (x − zero), as one fraction with whole numbers."""
    below = slope.denominator * (slope * zero).denominator
    below //= gcd(below, int(slope * below), int(slope * zero * below))
    rise, start = int(slope * below), -int(slope * zero * below)
    x = Symbol("x") if rise == 1 else Product((Number(rise), Symbol("x")))
    top = Sum((x, Number(start))) if start else x
    return top if below == 1 else Quotient(top, Number(below))


@check("gan_gaussians.density_ratio", tolerance=1e-7)
def density_ratio_by_best_response(
    mu_data: "Tensor", mu_model: "Tensor", sigma: "Tensor", x: "Tensor", k: "Tensor"
) -> Mapping[str, Any]:
    """The output that maximises the payoff at a point, with either class weighted by its share.

    The undecided point is looked for between the means by halving. All arguments: [variants].
    """
    import torch
    from torch.distributions import Normal

    def log_densities(point: "Tensor") -> tuple["Tensor", "Tensor"]:
        """At points [points, variants] or [variants]."""
        real: Any = Normal(mu_data, sigma)
        made: Any = Normal(mu_model, sigma)
        return real.log_prob(point), made.log_prob(point)

    def densities(point: "Tensor") -> tuple["Tensor", "Tensor"]:
        """Both in units of the larger one."""
        real, made = log_densities(point)
        top = torch.maximum(real, made)
        return (real - top).exp(), (made - top).exp()

    def response(real: "Tensor", made: "Tensor") -> "Tensor":
        """The log-odds of the best output."""
        return best_response(real, made).logit()

    real, made = densities(x)
    left, right = mu_data, mu_model
    for _ in range(60):
        middle = (left + right) / 2
        ahead = torch.sub(*densities(middle)) > 0
        left, right = torch.where(ahead, middle, left), torch.where(ahead, right, middle)
    undecided = (left + right) / 2
    return {
        "log_odds_formula": lambda points: torch.sub(*log_densities(points["x"].mT)).mT,
        "undecided": undecided,
        "log_ratio": response(real, made),
        "ratio": real / made,
        "unequal_log_odds": response(k * real, made),
        "negated_formula": lambda points: torch.sub(*log_densities(points["x"].mT)[::-1]).mT,
        "means_added": 2 * undecided,
        "log_ratio_negated": response(made, real),
        "halves_forgotten": response(real**2, made**2),
        "discriminator": best_response(real, made),
        "share_subtracted": response(real, k * made),
    }


@solver(
    "gan_gaussians.slopes",
    results={
        "logit": "the best discriminator's log-odds at the generated mean",
        "output": "its output there",
        "distance": "the Wasserstein-1 distance of the two Gaussians",
        "critic_is_steeper": "whether the best critic has the steeper slope at the generated mean",
    },
    mistakes={},
    examples=(
        {"mu_data": -4, "mu_model": 0, "sigma": Fraction(1, 2)},
        {"mu_data": 3, "mu_model": 1, "sigma": 1},
        {"mu_data": 0, "mu_model": 1, "sigma": Fraction(1, 10)},
    ),
)
def slopes(mu_data: Scalar, mu_model: Scalar, sigma: Scalar) -> SolverResults:
    """The best discriminator and the best critic between two Gaussians of equal deviation.

    D* has the slope D* (1 − D*) (mu_data − mu_model)/sigma², the critic the slope 1 in size, as
    all mass is moved by |mu_data − mu_model|. Sources: Goodfellow and others, Generative
    Adversarial Nets (2014), proposition 1; Arjovsky, Chintala and Bottou, Wasserstein GAN
    (2017), section 3. Raises ValueError for equal means and a deviation not above zero.
    """
    require_scalar("mu_data", mu_data)
    require_scalar("mu_model", mu_model)
    require_positive("sigma", sigma)
    if mu_data == mu_model:
        raise ValueError("mu_data and mu_model must differ")
    gap = Fraction(mu_data - mu_model)
    logit = -gap * gap / (2 * sigma * sigma)
    output = 1 / (1 + exp(-logit))
    slope = output * (1 - output) * float(gap) / float(sigma * sigma)
    return {
        "logit": logit,
        "output": output,
        "distance": -gap if gap < 0 else gap,
        "critic_is_steeper": abs(slope) < 1,
    }


@check("gan_gaussians.slopes", tolerance=1e-7)
def slopes_by_autograd(mu_data: "Tensor", mu_model: "Tensor", sigma: "Tensor") -> Mapping[str, Any]:
    """The discriminator from torch's densities; the distance between equal quantiles.

    The critic's slope is the derivative of that distance in the generated values; all [variants].
    """
    import torch
    from torch.distributions import Normal

    point = mu_model.clone().requires_grad_(True)
    real: Any = Normal(mu_data, sigma)
    made: Any = Normal(mu_model, sigma)
    logit = real.log_prob(point) - made.log_prob(point)
    (slope,) = torch.autograd.grad(logit.sigmoid().sum(), point)
    levels = torch.linspace(0.01, 0.99, 50, dtype=sigma.dtype)[:, None]
    quantiles = made.icdf(levels).requires_grad_(True)
    distance = (real.icdf(levels) - quantiles).abs().mean(0)
    (pull,) = torch.autograd.grad(distance.sum(), quantiles)
    return {
        "logit": logit.detach(),
        "output": logit.detach().sigmoid(),
        "distance": distance.detach(),
        "critic_is_steeper": slope.abs() < (50 * pull).abs().amin(0),
    }
