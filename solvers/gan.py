"""Generative adversarial networks: the best discriminator, the game's value, generator losses."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Number, Product, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MINUS = Number(-1)


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
        "first_looks_real": "whether D* at the first x is above 1/2",
        "ends_add_up": "whether D* at the first x and at the last x add up to 1",
    },
    mistakes={
        "swapped": "The probability of the model's law instead of the data's",
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
def discriminator(p_data: Vector, p_model: Vector) -> SolverResults:
    """D* = p_data/(p_data + p_model), and E_data[ln D*] + E_model[ln(1 − D*)] = 2 JSD − ln 4.

    At each x, p_data ln D + p_model ln(1 − D) is largest there. Source: Goodfellow and others,
    Generative Adversarial Nets (2014), proposition 1 and theorem 1. Raises ValueError for laws of
    different lengths, that do not sum to one, or that are both 0 at some x.
    """
    require_probabilities("p_data", p_data)
    require_probabilities("p_model", p_model)
    require_vector("p_model", p_model, len(p_data))
    both, whole = over_common_denominator((*p_data, *p_model))
    data, model = both[: len(p_data)], both[len(p_data) :]
    sums = [real + made for real, made in zip(data, model, strict=True)]
    if not all(sums):
        raise ValueError("p_data and p_model must not both be 0 at the same x")
    best = tuple([fraction(real, total) for real, total in zip(data, sums, strict=True)])
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
        "first_looks_real": data[0] > model[0],
        "ends_add_up": best[0] + best[-1] == 1,
        "swapped": tuple([fraction(made, total) for made, total in zip(model, sums, strict=True)]),
        "difference": tuple(
            [
                fraction(whole + real - made, 2 * whole)
                for real, made in zip(data, model, strict=True)
            ]
        ),
        "log_four_forgotten": 2 * divergence,
        "factor_forgotten": divergence - log(4),
        "log_two_for_log_four": 2 * divergence - log(2),
        "value_in_bits": value / log(2),
        "cross_entropy": -value / 2,
        "negated": -value,
    }


def best_response(real: "Tensor", made: "Tensor") -> "Tensor":
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

    The mistakes: the game with its roles swapped; sums of divergences and of the value; the
    cross-entropies of D with the labels real and made. p_data, p_model: [variants, n].
    """
    import torch
    from torch.nn.functional import binary_cross_entropy

    best = best_response(p_data, p_model)
    value = (torch.xlogy(p_data, best) + torch.xlogy(p_model, 1 - best)).sum(-1)
    real, made = torch.ones_like(best), torch.zeros_like(best)
    loss = (
        p_data * binary_cross_entropy(best, real, reduction="none")
        + p_model * binary_cross_entropy(best, made, reduction="none")
    ).sum(-1)

    def entropy(law: "Tensor") -> "Tensor":
        terms: Tensor = torch.special.entr(law)
        return terms.sum(-1)

    middle = entropy((p_data + p_model) / 2)
    divergence = middle - (entropy(p_data) + entropy(p_model)) / 2
    elsewhere = p_model.sum(-1, keepdim=True) - p_model
    in_bits = p_data * best.log2().nan_to_num(neginf=0) + p_model * (1 - best).log2().nan_to_num(
        neginf=0
    )
    return {
        "best_discriminator": best,
        "value": value,
        "jensen_shannon": divergence,
        "generator_is_best": (p_data - p_model).abs().amax(-1) <= 1e-12,
        "disjoint": (p_data * p_model).sum(-1) == 0,
        "first_looks_real": best[:, 0] > 1 / 2 + 1e-12,
        "ends_add_up": (best[:, 0] - (1 - best[:, -1])).abs() <= 1e-10,
        "swapped": best_response(p_model, p_data),
        "difference": (p_data + elsewhere) / 2,
        "log_four_forgotten": 2 * middle - entropy(p_data) - entropy(p_model),
        "factor_forgotten": value - divergence,
        "log_two_for_log_four": value + log(2),
        "value_in_bits": in_bits.sum(-1),
        "cross_entropy": loss / 2,
        "negated": loss,
    }


_A = Symbol("a")
_SIGMOID = Call("sigmoid", (_A,))
_LOSS_FORMULAS: SolverResults = {
    "saturating_slope_formula": Product((_MINUS, _SIGMOID)),
    "non_saturating_slope_formula": Sum((_SIGMOID, _MINUS)),
    "sigmoid_slope_formula": Product((_SIGMOID, Sum((Number(1), Product((_MINUS, _SIGMOID)))))),
    "slope_sign_lost_formula": _SIGMOID,
}
"""Formulas in the discriminator's logit a, the same whatever the value."""


@solver(
    "gan.generator_loss",
    results={
        "saturating_slope": "the derivative of the saturating loss ln(1 − d) in the logit a",
        "non_saturating_slope": "the derivative of the non-saturating loss −ln d in the logit",
        "saturating_slope_formula": "the derivative of the saturating loss, a formula in a",
        "non_saturating_slope_formula": "that of the non-saturating loss, a formula in a",
        "slope_ratio": "the size of the non-saturating slope over that of the saturating one",
        "non_saturating_is_steeper": "whether the non-saturating loss has the steeper slope in a",
        "saturating_falls": "whether the saturating loss falls where the logit rises",
        "non_saturating_falls": "whether the non-saturating loss falls where the logit rises",
    },
    mistakes={
        "saturating_slope_in_d": "Differentiates ln(1 − d) in d, not in the logit",
        "saturating_sign_lost": "Loses the sign of the saturating slope",
        "ratio_turned_over": "The saturating slope's size over the non-saturating one's",
        "ratio_to_one": "Takes 1 for the size of the non-saturating slope",
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
def generator_loss(d: Scalar) -> SolverResults:
    """Slopes of both losses of the generator for a sample that the discriminator gives d = D(G(z)).

    With d = sigmoid(a): d/da ln(1 − d) = −d, which vanishes where the discriminator is sure that
    the sample is made, and d/da (−ln d) = d − 1, which does not. Source: Goodfellow and others,
    Generative Adversarial Nets (2014), section 3 (the two objectives). Raises ValueError unless
    d lies between 0 and 1.
    """
    require_between_zero_and_one("d", d)
    made, whole = d.numerator, d.denominator
    rest = whole - made
    return {
        **_LOSS_FORMULAS,
        "saturating_slope": -d,
        "non_saturating_slope": d - 1,
        "slope_ratio": fraction(rest, made),
        "non_saturating_is_steeper": 2 * made < whole,
        "saturating_falls": True,
        "non_saturating_falls": True,
        "saturating_slope_in_d": fraction(-whole, rest),
        "saturating_sign_lost": d,
        "ratio_turned_over": fraction(made, rest),
        "ratio_to_one": fraction(whole, made),
    }


@check("gan.generator_loss", tolerance=1e-8)
def generator_loss_by_autograd(d: "Tensor") -> Mapping[str, Any]:
    """Slopes of binary cross-entropies of the logit with the labels 'made' and 'real'.

    That both losses fall is tried along a grid of logits. d: [variants].
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    def losses(logit: "Tensor") -> tuple["Tensor", "Tensor"]:
        made, real = torch.zeros_like(logit), torch.ones_like(logit)
        fooled = binary_cross_entropy_with_logits(logit, real, reduction="none")
        return -binary_cross_entropy_with_logits(logit, made, reduction="none"), fooled

    def slope(curve: Callable[["Tensor"], "Tensor"], at: "Tensor") -> "Tensor":
        leaf = at.detach().clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(curve(leaf).sum(), leaf)
        return gradient

    def saturating(at: "Tensor") -> "Tensor":
        return slope(lambda logit: losses(logit)[0], at)

    def non_saturating(at: "Tensor") -> "Tensor":
        return slope(lambda logit: losses(logit)[1], at)

    logit = torch.logit(d)
    first, second = saturating(logit), non_saturating(logit)
    # A sample that the discriminator judges the other way round has the two slopes exchanged.
    other = saturating(-logit)
    grid = torch.linspace(-6, 6, 25, dtype=d.dtype) + logit[:, None]
    falls = [(curve.diff(dim=-1) < 0).all(-1) for curve in losses(grid)]
    return {
        "saturating_slope": first,
        "non_saturating_slope": second,
        "slope_ratio": (-logit).exp(),
        "saturating_slope_formula": lambda points: saturating(points["a"]),
        "non_saturating_slope_formula": lambda points: non_saturating(points["a"]),
        "non_saturating_is_steeper": second.abs() > first.abs() + 1e-12,
        "saturating_falls": falls[0],
        "non_saturating_falls": falls[1],
        "saturating_slope_in_d": slope(lambda share: (-share).log1p(), d),
        "saturating_sign_lost": 1 + other,
        "ratio_turned_over": first / second,
        "ratio_to_one": 1 + (-logit).exp(),
        "sigmoid_slope_formula": lambda points: slope(torch.sigmoid, points["a"]),
        "slope_sign_lost_formula": lambda points: 1 + saturating(-points["a"]),
    }
