"""Generative adversarial networks: the best discriminator, the game's value, generator losses."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log, log1p
from typing import TYPE_CHECKING, Any, TypeAlias

from qgen.document.formula import Call, Expression, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_positive,
    require_probabilities,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_Law: TypeAlias = tuple[Scalar, Scalar]
_MINUS, _TWO = Number(-1), Number(2)


def _weighted_log(weights: Sequence[int], values: Sequence[int], wholes: Sequence[int]) -> float:
    """Σ weight ln(value / whole) / Σ weight, without the terms of weight 0."""
    total = sum(weights)
    return fsum(
        [
            weight / total * log(value / whole)
            for weight, value, whole in zip(weights, values, wholes, strict=True)
            if weight
        ]
    )


@solver(
    "gan.discriminator",
    results={
        "best_discriminator": "D*(x) for each x",
        "value": "the value V(D*, G) of the game, in nats",
        "jensen_shannon": "the Jensen-Shannon divergence of data and model, in nats",
        "generator_is_best": "whether the value is the smallest possible, −ln 4: model = data",
        "disjoint": "whether data and model never give the same x, so that D* is 0 or 1 everywhere",
    },
    mistakes={
        "swapped": "The probability of the model's law instead of the data's",
        "thresholded": "Rounds D* to 0 or 1 (1/2 to 1)",
        "difference": "Takes (1 + p_data − p_model)/2",
        "log_four_forgotten": "Takes 2 JSD for the value (or forgets the weights 1/2 in JSD)",
        "factor_forgotten": "Takes JSD − ln 4 for the value",
        "log_two_for_log_four": "Takes 2 JSD − ln 2 for the value",
        "value_in_bits": "Takes logarithms to base 2",
        "cross_entropy": "The discriminator's mean loss, minus half the value",
        "negated": "The sign of the value is wrong",
    },
    examples=(
        {
            "p_data": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "p_model": (Fraction(1, 5), Fraction(1, 5), Fraction(3, 5)),
        },
        {"p_data": (Fraction(1, 4), Fraction(3, 4)), "p_model": (Fraction(1, 4), Fraction(3, 4))},
        {"p_data": (Fraction(2, 3), Fraction(1, 3), 0), "p_model": (0, 0, 1)},
        {"p_data": (Fraction(9, 10), Fraction(1, 10)), "p_model": (Fraction(1, 2), Fraction(1, 2))},
    ),
)
def discriminator(p_data: Vector, p_model: Vector) -> Answers:
    """D* = p_data/(p_data + p_model), and E_data[ln D*] + E_model[ln(1 − D*)] = 2 JSD − ln 4.

    At each x, p_data ln D + p_model ln(1 − D) is largest there. Source: Goodfellow and others,
    Generative Adversarial Nets (2014), proposition 1 and theorem 1. Raises ValueError for laws of
    different lengths, that do not sum to one, or that are both 0 at some x.
    """
    require_probabilities("p_data", p_data)
    require_probabilities("p_model", p_model)
    require_vector("p_model", p_model, len(p_data))
    both, _ = over_common_denominator((*p_data, *p_model))
    data, model = both[: len(p_data)], both[len(p_data) :]
    sums = [real + made for real, made in zip(data, model, strict=True)]
    if not all(sums):
        raise ValueError("p_data and p_model must not both be 0 at the same x")
    best = tuple([Fraction(real, total) for real, total in zip(data, sums, strict=True)])
    value = _weighted_log(data, data, sums) + _weighted_log(model, model, sums)
    # ln 2 inside each logarithm, so that equal laws give exactly 0.
    divergence = (
        _weighted_log(data, [2 * each for each in data], sums)
        + _weighted_log(model, [2 * each for each in model], sums)
    ) / 2
    return {
        "best_discriminator": best,
        "value": value,
        "jensen_shannon": divergence,
        "generator_is_best": data == model,
        "disjoint": not any(real and made for real, made in zip(data, model, strict=True)),
        "swapped": tuple([1 - share for share in best]),
        "thresholded": tuple([int(2 * share >= 1) for share in best]),
        "difference": tuple(
            [Fraction(1 + real - made) / 2 for real, made in zip(p_data, p_model, strict=True)]
        ),
        "log_four_forgotten": 2 * divergence,
        "factor_forgotten": divergence - log(4),
        "log_two_for_log_four": 2 * divergence - log(2),
        "value_in_bits": value / log(2),
        "cross_entropy": -value / 2,
        "negated": -value,
    }


def _best_response(real: "Tensor", made: "Tensor") -> "Tensor":
    """Where real ln D + made ln(1 − D) is largest on (0, 1): where its slope changes sign."""
    import torch

    low, high = torch.zeros_like(real), torch.ones_like(real)
    for _ in range(55):
        middle = ((low + high) / 2).requires_grad_(True)
        payoff = real * middle.log() + made * (-middle).log1p()
        (slope,) = torch.autograd.grad(payoff.sum(), middle)
        middle = middle.detach()
        low, high = torch.where(slope > 0, middle, low), torch.where(slope > 0, high, middle)
    return (low + high) / 2


@check("gan.discriminator", tolerance=1e-8)
def discriminator_by_best_response(p_data: "Tensor", p_model: "Tensor") -> Mapping[str, Any]:
    """Maximises the payoff over D at each x; the divergence as a difference of entropies.

    p_data, p_model: [variants, n].
    """
    import torch

    best = _best_response(p_data, p_model)
    value = (torch.xlogy(p_data, best) + torch.xlogy(p_model, 1 - best)).sum(-1)

    def entropy(law: "Tensor") -> "Tensor":
        terms: Tensor = torch.special.entr(law)
        return terms.sum(-1)

    middle = entropy((p_data + p_model) / 2)
    return {
        "best_discriminator": best,
        "value": value,
        "jensen_shannon": middle - (entropy(p_data) + entropy(p_model)) / 2,
        "generator_is_best": (p_data - p_model).abs().amax(-1) <= 1e-12,
        "disjoint": (p_data * p_model).sum(-1) == 0,
    }


@solver(
    "gan.gaussian_discriminator",
    results={
        "discriminator": "D*(x) at the given x",
        "log_odds": "ln(D*/(1 − D*)) there",
        "discriminator_formula": "D* as a formula in x",
        "log_odds_formula": "its log-odds as a formula in x",
    },
    mistakes={
        "swapped": "The probability of the model's law instead of the data's",
        "normalisers_forgotten": "Forgets that the two densities have different peaks",
        "halves_forgotten": "Forgets the factor 1/2 in the exponents",
        "deviations_for_variances": "Does not square the standard deviations in the exponents",
        "swapped_formula": "The probability of the model's law, a formula in x",
        "log_odds_negated_formula": "ln(p_model/p_data), a formula in x",
        "peaks_forgotten_formula": "The log-odds without the different peaks, a formula in x",
        "halves_forgotten_formula": "The log-odds without the factors 1/2, a formula in x",
    },
    examples=(
        {"mu_data": 0, "mu_model": 2, "sigma_data": 1, "sigma_model": 1, "x": Fraction(1, 2)},
        {"mu_data": 1, "mu_model": -1, "sigma_data": 2, "sigma_model": Fraction(1, 2), "x": 0},
        {"mu_data": 0, "mu_model": 0, "sigma_data": 1, "sigma_model": 3, "x": 2},
    ),
)
def gaussian_discriminator(
    mu_data: Scalar, mu_model: Scalar, sigma_data: Scalar, sigma_model: Scalar, x: Scalar
) -> Answers:
    """D* for data from N(mu_data, sigma_data²) and a model with the law N(mu_model, sigma_model²).

    D* = p_data/(p_data + p_model) = sigmoid(ln p_data − ln p_model), a quadratic inside, linear if
    the deviations are equal. Source: Goodfellow and others, Generative Adversarial Nets (2014),
    proposition 1. Raises ValueError for deviations that are not above zero.
    """
    require_scalar("mu_data", mu_data)
    require_scalar("mu_model", mu_model)
    require_positive("sigma_data", sigma_data)
    require_positive("sigma_model", sigma_model)
    require_scalar("x", x)
    real, made = (x - mu_data) ** 2, (x - mu_model) ** 2
    peak = log(Fraction(sigma_model) / sigma_data)
    exponent = Fraction(made) / (2 * sigma_model**2) - Fraction(real) / (2 * sigma_data**2)
    careless = float(Fraction(made) / (2 * sigma_model) - Fraction(real) / (2 * sigma_data))
    log_odds = float(exponent) + peak
    laws = (mu_data, sigma_data), (mu_model, sigma_model)
    formula, negated = _log_odds(*laws), _log_odds(*laws[::-1])
    return {
        "discriminator": _sigmoid(log_odds),
        "log_odds": log_odds,
        "discriminator_formula": Call("sigmoid", (formula,)),
        "log_odds_formula": formula,
        "swapped": _sigmoid(-log_odds),
        "normalisers_forgotten": _sigmoid(float(exponent)),
        "halves_forgotten": _sigmoid(2 * float(exponent) + peak),
        "deviations_for_variances": _sigmoid(careless + peak),
        "swapped_formula": Call("sigmoid", (negated,)),
        "log_odds_negated_formula": negated,
        "peaks_forgotten_formula": _log_odds(*laws, peaks=False),
        "halves_forgotten_formula": _log_odds(*laws, half=1),
    }


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def _log_odds(law: _Law, other: _Law, half: int = 2, *, peaks: bool = True) -> Expression:
    """(x − other mu)²/(2 other sigma²) − (x − mu)²/(2 sigma²) + ln(other sigma/sigma).

    The mistakes put 1 for the 2 (`half`), or leave the logarithm out (`peaks`).
    """
    (mu, sigma), (other_mu, other_sigma) = law, other
    terms = [
        _square_over(other_mu, half * other_sigma**2),
        Product((_MINUS, _square_over(mu, half * sigma**2))),
    ]
    if peaks and sigma != other_sigma:
        terms.append(Call("ln", (Number(Fraction(other_sigma) / sigma),)))
    return Sum(tuple(terms))


def _square_over(mu: Scalar, below: Scalar) -> Expression:
    """(x − mu)²/below, with no fraction inside the fraction."""
    shifted = Power(Sum((Symbol("x"), Number(-mu))) if mu else Symbol("x"), _TWO)
    times = Fraction(below).denominator
    top = shifted if times == 1 else Product((Number(times), shifted))
    return top if below * times == 1 else Quotient(top, Number(below * times))


@check("gan.gaussian_discriminator", tolerance=1e-7)
def gaussian_discriminator_by_densities(
    mu_data: "Tensor",
    mu_model: "Tensor",
    sigma_data: "Tensor",
    sigma_model: "Tensor",
    x: "Tensor",
) -> Mapping[str, Any]:
    """The best response to torch's densities at x, found by the sign of the payoff's slope.

    All arguments: [variants]. The log-odds come from the class labels' categorical law.
    """
    import torch
    from torch.distributions import Normal

    def densities(point: "Tensor") -> tuple["Tensor", "Tensor"]:
        shape = (len(point), *[1] * (point.dim() - 1))
        real: Any = Normal(mu_data.reshape(shape), sigma_data.reshape(shape))
        made: Any = Normal(mu_model.reshape(shape), sigma_model.reshape(shape))
        return real.log_prob(point), made.log_prob(point)

    def response(point: "Tensor") -> "Tensor":
        real, made = densities(point)
        top = torch.maximum(real, made)
        return _best_response((real - top).exp(), (made - top).exp())

    def odds(point: "Tensor") -> "Tensor":
        real, made = densities(point)
        return real - made

    return {
        "discriminator": response(x),
        "log_odds": odds(x),
        "discriminator_formula": lambda points: response(points["x"]),
        "log_odds_formula": lambda points: odds(points["x"]),
    }


_A = Symbol("a")
_SIGMOID = Call("sigmoid", (_A,))
_LOSS_FORMULAS: Answers = {
    "saturating_formula": Call("ln", (Sum((Number(1), Product((_MINUS, _SIGMOID)))),)),
    "non_saturating_formula": Product((_MINUS, Call("ln", (_SIGMOID,)))),
    "saturating_slope_formula": Product((_MINUS, _SIGMOID)),
    "non_saturating_slope_formula": Sum((_SIGMOID, _MINUS)),
    "sigmoid_slope_formula": Product((_SIGMOID, Sum((Number(1), Product((_MINUS, _SIGMOID)))))),
    "slope_sign_lost_formula": _SIGMOID,
}
"""Formulas in the discriminator's logit a, the same whatever the value."""


@solver(
    "gan.generator_loss",
    results={
        "logit": "the discriminator's logit a, with d = sigmoid(a)",
        "saturating": "the saturating loss ln(1 − d), which the generator minimises",
        "non_saturating": "the non-saturating loss −ln d",
        "saturating_slope": "the derivative of the saturating loss in the logit",
        "non_saturating_slope": "the derivative of the non-saturating loss in the logit",
        "saturating_formula": "the saturating loss as a formula in a",
        "non_saturating_formula": "the non-saturating loss as a formula in a",
        "saturating_slope_formula": "its derivative, a formula in a",
        "non_saturating_slope_formula": "its derivative, a formula in a",
        "non_saturating_is_steeper": "whether the non-saturating loss has the steeper slope in a",
        "same_direction": "whether both slopes have the same sign",
    },
    mistakes={
        "saturating_slope_in_d": "Differentiates ln(1 − d) in d, not in the logit",
        "non_saturating_slope_in_d": "Differentiates −ln d in d, not in the logit",
        "saturating_sign_lost": "Loses the sign of the saturating slope",
        "non_saturating_sign_lost": "Loses the sign of the non-saturating slope",
        "sigmoid_slope": "The derivative d (1 − d) of the sigmoid alone",
        "saturating_negated": "The sign of the saturating loss is wrong",
        "non_saturating_negated": "The sign of the non-saturating loss is wrong",
        "saturating_in_bits": "The saturating loss with logarithms to base 2",
        "non_saturating_in_bits": "The non-saturating loss with logarithms to base 2",
        "sigmoid_slope_formula": "The derivative of the sigmoid alone, a formula in a",
        "slope_sign_lost_formula": "Loses the sign of the saturating slope, a formula in a",
    },
    examples=(
        {"d": Fraction(1, 100)},
        {"d": Fraction(3, 4)},
        {"d": Fraction(1, 2)},
        {"d": Fraction(999, 1000)},
    ),
)
def generator_loss(d: Scalar) -> Answers:
    """Both losses of the generator for a sample that the discriminator gives d = D(G(z)).

    With d = sigmoid(a): d/da ln(1 − d) = −d, which vanishes where the discriminator is sure that
    the sample is made, and d/da (−ln d) = d − 1, which does not. Source: Goodfellow and others,
    Generative Adversarial Nets (2014), section 3 (the two objectives). Raises ValueError unless
    d lies between 0 and 1.
    """
    require_between_zero_and_one("d", d)
    made, whole = d.numerator, d.denominator
    rest = whole - made
    saturating, non_saturating = log(rest / whole), -log(made / whole)
    if 8 * made < whole:
        saturating = log1p(-made / whole)
    if 8 * rest < whole:
        non_saturating = -log1p(-rest / whole)
    return {
        **_LOSS_FORMULAS,
        "logit": log(made / rest),
        "saturating": saturating,
        "non_saturating": non_saturating,
        "saturating_slope": -d,
        "non_saturating_slope": d - 1,
        "non_saturating_is_steeper": 2 * made < whole,
        "same_direction": True,
        "saturating_slope_in_d": Fraction(-whole, rest),
        "non_saturating_slope_in_d": Fraction(-whole, made),
        "saturating_sign_lost": d,
        "non_saturating_sign_lost": 1 - d,
        "sigmoid_slope": d * (1 - d),
        "saturating_negated": -saturating,
        "non_saturating_negated": -non_saturating,
        "saturating_in_bits": saturating / log(2),
        "non_saturating_in_bits": non_saturating / log(2),
    }


@check("gan.generator_loss", tolerance=1e-8)
def generator_loss_by_autograd(d: "Tensor") -> Mapping[str, Any]:
    """Binary cross-entropies of the logit with the labels 'made' and 'real', and their slopes.

    d: [variants].
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    def losses(logit: "Tensor") -> tuple["Tensor", "Tensor"]:
        made, real = torch.zeros_like(logit), torch.ones_like(logit)
        fooled = binary_cross_entropy_with_logits(logit, real, reduction="none")
        return -binary_cross_entropy_with_logits(logit, made, reduction="none"), fooled

    def slope(which: int) -> Callable[["Tensor"], "Tensor"]:
        def at(logit: "Tensor") -> "Tensor":
            leaf = logit.detach().clone().requires_grad_(True)
            (gradient,) = torch.autograd.grad(losses(leaf)[which].sum(), leaf)
            return gradient

        return at

    logit = torch.logit(d)
    first, second = slope(0)(logit), slope(1)(logit)
    return {
        "logit": logit,
        "saturating": losses(logit)[0],
        "non_saturating": losses(logit)[1],
        "saturating_slope": first,
        "non_saturating_slope": second,
        "saturating_formula": lambda points: losses(points["a"])[0],
        "non_saturating_formula": lambda points: losses(points["a"])[1],
        "saturating_slope_formula": lambda points: slope(0)(points["a"]),
        "non_saturating_slope_formula": lambda points: slope(1)(points["a"]),
        "non_saturating_is_steeper": second.abs() > first.abs() + 1e-12,
        "same_direction": first * second > 0,
    }
