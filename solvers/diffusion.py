"""Denoising diffusion: what the variance schedule fixes, before anything is learned.

x_t = √α_t x_{t−1} + √β_t ε with α_t = 1 − β_t; ᾱ_t = α_1 ⋯ α_t and ᾱ_0 = 1. Steps are counted
from 1, data are scalars (the laws act on each coordinate alone).
"""

from collections.abc import Mapping
from fractions import Fraction
from math import log, log2, log10, prod
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Expression, Number, Product, Sum, Symbol, linear
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_between_zero_and_one,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count, square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_STEPS = 100


def alpha_bars(betas: Vector, t: Scalar) -> tuple[int, Fraction, Fraction]:
    """The step t as an int, and the exact ᾱ_{t−1} and ᾱ_t.

    Raises ValueError for more than 100 betas, betas that are not between 0 and 1, and a step
    that is not from 1 to their number.
    """
    require_vector("betas", betas)
    if len(betas) > _MOST_STEPS:
        raise ValueError(f"betas must have at most {_MOST_STEPS} entries, not {len(betas)}")
    for index, beta in enumerate(betas):
        require_between_zero_and_one(f"betas[{index}]", beta)
    step = require_count("t", t, 1, len(betas))
    before = Fraction(
        prod([beta.denominator - beta.numerator for beta in betas[: step - 1]]),
        prod([beta.denominator for beta in betas[: step - 1]]),
    )
    return step, before, before * (1 - betas[step - 1])


def _scaled(factor: Fraction, under_root: Fraction, name: str) -> Expression:
    """factor · √under_root · name, with the root worked out where it is a fraction."""
    root = square_root(under_root)
    factors: list[Expression] = [Symbol(name)]
    if isinstance(root, Fraction):
        factor *= root
    else:
        factors.insert(0, Call("sqrt", (Number(under_root),)))
    if factor != 1:
        factors.insert(0, Number(factor))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _both(factors: tuple[Fraction, Fraction], under_roots: tuple[Fraction, Fraction]) -> Expression:
    """The sum of such terms in x_0 and x_t, without those that are zero."""
    terms = [
        _scaled(factor, under_root, name)
        for factor, under_root, name in zip(factors, under_roots, ("x_0", "x_t"), strict=True)
        if factor
    ]
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


@solver(
    "diffusion.schedule",
    results={
        "alpha": "1 − β_t",
        "alpha_bar": "ᾱ_t, the product of 1 − β_s up to step t",
        "mean": "mean of q(x_t | x_0) at the given x_0",
        "mean_formula": "mean of q(x_t | x_0), a formula in x_0",
        "signal_scale": "√ᾱ_t, the factor of x_0 in x_t",
        "variance": "variance of q(x_t | x_0): 1 − ᾱ_t",
        "deviation": "standard deviation of q(x_t | x_0): the factor of the noise in x_t",
        "snr": "signal-to-noise ratio ᾱ_t / (1 − ᾱ_t)",
        "log_snr": "its natural logarithm",
        "mostly_noise": "whether the noise has more variance than ᾱ_t (the ratio is below 1)",
    },
    mistakes={
        "betas_multiplied": "Multiplies the β in place of the 1 − β",
        "betas_added": "1 − Σ β for ᾱ_t",
        "one_step_short": "ᾱ_{t−1}: the product stops one step too early",
        "mean_without_root": "ᾱ_t x_0: forgets the square root",
        "mean_of_last_step": "√α_t x_0: only the last step",
        "mean_unscaled": "x_0: the signal is not scaled down",
        "mean_without_root_formula": "ᾱ_t x_0: forgets the square root, a formula in x_0",
        "mean_of_last_step_formula": "√α_t x_0: only the last step, a formula in x_0",
        "mean_of_betas_formula": "√(β_1 ⋯ β_t) x_0: multiplies the β, a formula in x_0",
        "variances_added": "Σ β: adds the variances as if the signal were not scaled down",
        "variance_of_last_step": "β_t: only the last step",
        "snr_of_scales": "√ᾱ_t / √(1 − ᾱ_t): a ratio of scales, not of variances",
        "snr_inverted": "(1 − ᾱ_t) / ᾱ_t: noise over signal",
        "log10_snr": "Logarithm to base 10",
        "log2_snr": "Logarithm to base 2",
    },
    examples=(
        {"betas": (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2)), "t": 2, "x_0": 3},
        {"betas": (Fraction(19, 100), Fraction(3, 4)), "t": 1, "x_0": Fraction(-1, 2)},
        {
            "betas": (Fraction(1, 50), Fraction(1, 25), Fraction(3, 50), Fraction(2, 25)),
            "t": 4,
            "x_0": 2,
        },
        {"betas": (Fraction(1, 10000),), "t": 1, "x_0": 0},
        {"betas": (Fraction(1, 2),), "t": 1, "x_0": 0},
    ),
)
def schedule(betas: Vector, t: Scalar, x_0: Scalar) -> Answers:
    """ᾱ_t and q(x_t | x_0) = N(√ᾱ_t x_0, 1 − ᾱ_t), by merging Gaussian steps.

    If x_{t−1} has variance 1 − ᾱ_{t−1} about its mean, x_t has α_t (1 − ᾱ_{t−1}) + β_t =
    1 − ᾱ_t. Sources: Ho, Jain and Abbeel, Denoising diffusion probabilistic models (2020),
    equation 4; Kingma, Salimans, Poole and Ho, Variational diffusion models (2021), section
    3.1 for the ratio. Raises ValueError for betas not between 0 and 1, and t that is no step.
    """
    step, before, bar = alpha_bars(betas, t)
    require_scalar("x_0", x_0)
    alpha, multiplied = Fraction(1 - betas[step - 1]), Fraction(prod(betas[:step]))
    scale, noise = square_root(bar), 1 - bar
    snr = bar / noise
    total = Fraction(sum(betas[:step]))
    # Both parts are logged alone: their quotient may be far from one.
    log_snr = log(bar) - log(noise)
    return {
        "alpha": alpha,
        "alpha_bar": bar,
        "mean": scale * x_0,
        "mean_formula": _scaled(Fraction(1), bar, "x_0"),
        "signal_scale": scale,
        "variance": noise,
        "deviation": square_root(noise),
        "snr": snr,
        "log_snr": log_snr,
        "mostly_noise": snr < 1,
        "betas_multiplied": multiplied,
        "betas_added": 1 - total,
        "one_step_short": before,
        "mean_without_root": bar * x_0,
        "mean_of_last_step": square_root(alpha) * x_0,
        "mean_unscaled": x_0,
        "mean_without_root_formula": Product((Number(bar), Symbol("x_0"))),
        "mean_of_last_step_formula": _scaled(Fraction(1), alpha, "x_0"),
        "mean_of_betas_formula": _scaled(Fraction(1), multiplied, "x_0"),
        "variances_added": total,
        "variance_of_last_step": betas[step - 1],
        "snr_of_scales": square_root(snr),
        "snr_inverted": 1 / snr,
        "log10_snr": log10(bar) - log10(noise),
        "log2_snr": log2(bar) - log2(noise),
    }


@check("diffusion.schedule", tolerance=1e-9)
def schedule_by_steps(betas: "Tensor", t: "Tensor", x_0: "Tensor") -> Mapping[str, Any]:
    """Sends mean and variance through the chain one step after the other.

    betas: [variants, steps]; t, x_0: [variants]. No product of alphas is formed.
    """
    import torch

    scale, variance = torch.ones_like(x_0), torch.zeros_like(x_0)
    for step, beta in enumerate(betas.unbind(1), start=1):
        reached = step <= t
        scale = torch.where(reached, scale * (1 - beta).sqrt(), scale)
        variance = torch.where(reached, (1 - beta) * variance + beta, variance)
    return {
        "alpha": 1 - betas.gather(1, t.long()[:, None] - 1)[:, 0],
        "alpha_bar": scale**2,
        "mean": scale * x_0,
        "mean_formula": lambda points: scale[:, None] * points["x_0"],
        "signal_scale": scale,
        "variance": variance,
        "deviation": variance.sqrt(),
        "snr": scale**2 / variance,
        "log_snr": 2 * scale.log() - variance.log(),
        # A tie is no majority; rounding must not make one of it.
        "mostly_noise": variance - scale**2 > 1e-12,
    }


@solver(
    "diffusion.posterior",
    results={
        "mean": "mean of q(x_{t−1} | x_t, x_0) at the given x_t and x_0",
        "mean_formula": "that mean, a formula in x_0 and x_t",
        "x_0_coefficient": "the factor of x_0 in the mean",
        "x_t_coefficient": "the factor of x_t in the mean",
        "variance": "variance of q(x_{t−1} | x_t, x_0)",
        "deviation": "its standard deviation",
    },
    mistakes={
        "mean_swapped": "Gives the factor of x_0 to x_t and the other way round",
        "mean_without_roots": "Takes ᾱ_{t−1} and α_t without their square roots",
        "mean_with_alpha_bar": "√ᾱ_t in place of √α_t in the factor of x_t",
        "mean_of_signal": "√ᾱ_{t−1} x_0: the mean of q(x_{t−1} | x_0), which ignores x_t",
        "forward_variance": "β_t: the variance of the forward step",
        "marginal_variance": "1 − ᾱ_{t−1}: the variance of q(x_{t−1} | x_0)",
        "variance_without_beta": "(1 − ᾱ_{t−1}) / (1 − ᾱ_t): forgets the factor β_t",
        "swapped_formula": "The two factors swapped, a formula in x_0 and x_t",
        "without_roots_formula": "mean_without_roots as a formula in x_0 and x_t",
    },
    examples=(
        {
            "betas": (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2)),
            "t": 3,
            "x_t": 1,
            "x_0": Fraction(-1, 2),
        },
        {"betas": (Fraction(19, 100), Fraction(9, 25)), "t": 2, "x_t": 2, "x_0": 1},
        {"betas": (Fraction(1, 4), Fraction(1, 3)), "t": 1, "x_t": 2, "x_0": -3},
        {"betas": (Fraction(1, 1000), Fraction(1, 50)), "t": 2, "x_t": Fraction(1, 3), "x_0": 0},
    ),
)
def posterior(betas: Vector, t: Scalar, x_t: Scalar, x_0: Scalar) -> Answers:
    """q(x_{t−1} | x_t, x_0) ∝ q(x_t | x_{t−1}) q(x_{t−1} | x_0), a product of two Gaussians.

    Its precision is α_t/β_t + 1/(1 − ᾱ_{t−1}) = (1 − ᾱ_t) / (β_t (1 − ᾱ_{t−1})); the mean is
    √ᾱ_{t−1} β_t/(1 − ᾱ_t) x_0 + √α_t (1 − ᾱ_{t−1})/(1 − ᾱ_t) x_t. At t = 1 it is x_0 itself.
    Source: Ho, Jain and Abbeel, Denoising diffusion probabilistic models (2020), equations 6
    and 7. Raises ValueError for betas not between 0 and 1, and t that is no step.
    """
    step, before, bar = alpha_bars(betas, t)
    require_scalar("x_t", x_t)
    require_scalar("x_0", x_0)
    beta = betas[step - 1]
    alpha = Fraction(1 - beta)
    towards_0, towards_t = beta / (1 - bar), (1 - before) / (1 - bar)
    start, end = towards_0 * square_root(before), towards_t * square_root(alpha)
    variance = towards_t * beta
    return {
        "mean": start * x_0 + end * x_t,
        "mean_formula": _both((towards_0, towards_t), (before, alpha)),
        "x_0_coefficient": start,
        "x_t_coefficient": end,
        "variance": variance,
        "deviation": square_root(variance),
        "mean_swapped": end * x_0 + start * x_t,
        "mean_without_roots": towards_0 * before * x_0 + towards_t * alpha * x_t,
        "mean_with_alpha_bar": start * x_0 + towards_t * square_root(bar) * x_t,
        "mean_of_signal": square_root(before) * x_0,
        "forward_variance": beta,
        "marginal_variance": 1 - before,
        "variance_without_beta": towards_t,
        "swapped_formula": _both((towards_t, towards_0), (alpha, before)),
        "without_roots_formula": linear(
            [(towards_0 * before, "x_0"), (towards_t * alpha, "x_t")], 0
        ),
    }


def reverse_law(betas: "Tensor", t: "Tensor") -> "Tensor":
    """The factors of x_0 and x_t and the variance [variants, 3] of q(x_{t−1} | x_t, x_0).

    Found from the whole chain x_1 … x_{t−1} at once: its precision matrix given both ends is
    tridiagonal, and its inverse holds what is asked. betas: [variants, steps]; t: [variants].
    Source: Rue and Held, Gaussian Markov Random Fields (2005), section 2.2.
    """
    import torch

    laws = torch.zeros(len(t), 3, dtype=torch.float64)
    laws[:, 0] = 1  # at t = 1 nothing lies between the ends, and x_{t−1} is x_0
    for step in set(t.long().tolist()) - {1}:
        rows = (t == step).nonzero()[:, 0]
        noise = betas[rows, :step]
        pull, carry = 1 / noise, (1 - noise).sqrt() / noise
        diagonal = pull[:, :-1] + (1 - noise[:, 1:]) / noise[:, 1:]
        beside = -carry[:, 1:-1]
        precision = torch.diag_embed(diagonal)
        precision += torch.diag_embed(beside, 1) + torch.diag_embed(beside, -1)
        last = torch.linalg.inv(precision)[:, -1]
        laws[rows] = torch.stack(
            (last[:, 0] * carry[:, 0], last[:, -1] * carry[:, -1], last[:, -1]), dim=-1
        )
    return laws


@check("diffusion.posterior", tolerance=1e-8)
def posterior_by_precision(
    betas: "Tensor", t: "Tensor", x_t: "Tensor", x_0: "Tensor"
) -> Mapping[str, Any]:
    """Conditions the whole chain on both ends; betas: [variants, steps], others: [variants]."""
    start, end, variance = reverse_law(betas, t).unbind(-1)
    return {
        "mean": start * x_0 + end * x_t,
        "mean_formula": lambda points: (
            start[:, None] * points["x_0"] + end[:, None] * points["x_t"]
        ),
        "x_0_coefficient": start,
        "x_t_coefficient": end,
        "variance": variance,
        "deviation": variance.sqrt(),
    }
