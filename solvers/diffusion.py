"""Denoising diffusion: what the variance schedule fixes, before anything is learned.

x_t = √α_t x_{t−1} + √β_t ε with α_t = 1 − β_t; ᾱ_t = α_1 ⋯ α_t and ᾱ_0 = 1. Steps are counted
from 1, data are scalars (all acts on each coordinate alone).
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Product, Sum, Symbol, linear
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_positive,
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
    before = fraction(
        prod([beta.denominator - beta.numerator for beta in betas[: step - 1]]),
        prod([beta.denominator for beta in betas[: step - 1]]),
    )
    return step, before, before * (1 - betas[step - 1])


def _scaled(factor: Fraction, under_root: Fraction, name: str) -> Formula:
    """factor · √under_root · name, with the root worked out where it is a fraction."""
    root = square_root(under_root)
    factors: list[Formula] = [Symbol(name)]
    if isinstance(root, Fraction):
        factor *= root
    else:
        factors.insert(0, Call("sqrt", (Number(under_root),)))
    if factor != 1:
        factors.insert(0, Number(factor))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _both(factors: tuple[Fraction, Fraction], under_roots: tuple[Fraction, Fraction]) -> Formula:
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
        "alpha_bar": "ᾱ_t, the product of 1 − β_s up to step t",
        "mean": "mean of q(x_t | x_0) at the given x_0",
        "mean_formula": "mean of q(x_t | x_0), a formula in x_0",
        "signal_scale": "√ᾱ_t, the factor of x_0 in x_t",
        "variance": "variance of q(x_t | x_0): 1 − ᾱ_t",
        "variance_before": "variance of q(x_{t−1} | x_0): 1 − ᾱ_{t−1}",
        "deviation_before": "standard deviation of q(x_{t−1} | x_0)",
        "deviation": "standard deviation of q(x_t | x_0): the factor of the noise in x_t",
        "snr": "signal-to-noise ratio ᾱ_t / (1 − ᾱ_t)",
        "mostly_noise": "whether the noise has more variance than ᾱ_t (the ratio is below 1)",
        "mostly_last_step": "whether the last step adds more variance than is left of the earlier "
        "steps' noise in x_t",
        "total_variance": "variance of x_t where x_0 is random with the variance `spread`",
        "grows": "whether that variance is above `spread`",
    },
    mistakes={
        "betas_multiplied": "Multiplies the β in place of the 1 − β",
        "betas_added": "1 − Σ β for ᾱ_t",
        "mean_without_root": "ᾱ_t x_0: forgets the square root",
        "mean_of_last_step": "√α_t x_0: only the last step",
        "mean_unscaled": "x_0: the signal is not scaled down",
        "mean_without_root_formula": "ᾱ_t x_0: forgets the square root, a formula in x_0",
        "mean_of_last_step_formula": "√α_t x_0: only the last step, a formula in x_0",
        "mean_of_betas_formula": "√(β_1 ⋯ β_t) x_0: multiplies the β, a formula in x_0",
        "variances_added": "Σ β: adds the variances as if the signal were not scaled down",
        "variances_added_before": "Σ β up to step t − 1, for the variance of q(x_{t−1} | x_0)",
        "variance_of_last_step": "β_t: only the last step",
        "variance_of_betas": "1 − β_1 ⋯ β_t: multiplies the β in place of the 1 − β",
        "snr_of_scales": "√ᾱ_t / √(1 − ᾱ_t): a ratio of scales, not of variances",
        "snr_inverted": "(1 − ᾱ_t) / ᾱ_t: noise over signal",
        "snr_without_signal": "1 / (1 − ᾱ_t): one in the place of ᾱ_t",
    },
    examples=(
        {"betas": (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2)), "t": 2, "x_0": 3, "spread": 2},
        {"betas": (Fraction(19, 100), Fraction(3, 4)), "t": 1, "x_0": Fraction(-1, 2)},
        {
            "betas": (Fraction(1, 50), Fraction(1, 25), Fraction(3, 50), Fraction(2, 25)),
            "t": 4,
            "x_0": 2,
            "spread": Fraction(1, 3),
        },
        {"betas": (Fraction(1, 10000),), "t": 1, "x_0": 0},
        {"betas": (Fraction(1, 2),), "t": 1, "x_0": 0},
    ),
)
def schedule(betas: Vector, t: Scalar, x_0: Scalar, spread: Scalar = 1) -> SolverResults:
    """ᾱ_t and q(x_t | x_0) = N(√ᾱ_t x_0, 1 − ᾱ_t), by merging Gaussian steps.

    If x_{t−1} has variance 1 − ᾱ_{t−1} about its mean, x_t has α_t (1 − ᾱ_{t−1}) + β_t =
    1 − ᾱ_t. Where x_0 is itself random, ᾱ_t times its variance comes on top. Sources: Ho, Jain
    and Abbeel, Denoising diffusion probabilistic models (2020), equation 4; Kingma, Salimans,
    Poole and Ho, Variational diffusion models (2021), section 3.1 for the ratio. Raises
    ValueError for betas not between 0 and 1, t that is no step, and a spread not above zero.
    """
    step, before, bar = alpha_bars(betas, t)
    require_scalar("x_0", x_0)
    require_positive("spread", spread)
    last = betas[step - 1]
    kept, unit = bar.as_integer_ratio()
    parts, whole = over_common_denominator(betas[:step])
    gone, added = unit - kept, sum(parts)
    (wide, wide_of), (drop, drop_of) = spread.as_integer_ratio(), last.as_integer_ratio()
    alpha, multiplied = fraction(drop_of - drop, drop_of), fraction(prod(parts), whole**step)
    scale, noise, snr = square_root(bar), fraction(gone, unit), fraction(kept, gone)
    earlier = 1 - before
    together = kept * wide + gone * wide_of
    return {
        "alpha_bar": bar,
        "mean": scale * x_0,
        "mean_formula": _scaled(Fraction(1), bar, "x_0"),
        "signal_scale": scale,
        "variance": noise,
        "variance_before": earlier,
        "deviation_before": square_root(earlier),
        "deviation": square_root(noise),
        "snr": snr,
        "mostly_noise": kept < gone,
        "mostly_last_step": 2 * drop * unit > gone * drop_of,
        "total_variance": fraction(together, unit * wide_of),
        "grows": together > unit * wide,
        "betas_multiplied": multiplied,
        "betas_added": fraction(whole - added, whole),
        "mean_without_root": bar * x_0,
        "mean_of_last_step": square_root(alpha) * x_0,
        "mean_unscaled": x_0,
        "mean_without_root_formula": Product((Number(bar), Symbol("x_0"))),
        "mean_of_last_step_formula": _scaled(Fraction(1), alpha, "x_0"),
        "mean_of_betas_formula": _scaled(Fraction(1), multiplied, "x_0"),
        "variances_added": fraction(added, whole),
        "variances_added_before": fraction(added - parts[-1], whole),
        "variance_of_last_step": last,
        "variance_of_betas": 1 - multiplied,
        "snr_of_scales": square_root(snr),
        "snr_inverted": fraction(gone, kept),
        "snr_without_signal": fraction(unit, gone),
    }


def walk(
    betas: "Tensor", t: "Tensor", variance: "Tensor | float" = 0.0
) -> tuple["Tensor", "Tensor"]:
    """The factor of the start in x_t, and the variance of x_t if the start has `variance`.

    One step after the other: no product of alphas is formed. betas: [variants, steps]; t:
    [variants].
    """
    import torch

    scale = torch.ones_like(betas[:, 0])
    spread = scale * variance
    for step, beta in enumerate(betas.unbind(1), start=1):
        reached = step <= t
        scale = torch.where(reached, scale * (1 - beta).sqrt(), scale)
        spread = torch.where(reached, (1 - beta) * spread + beta, spread)
    return scale, spread


def last_betas(betas: "Tensor", t: "Tensor") -> "Tensor":
    """β_t of every variant, [variants, 1]: a chain of that step alone."""
    return betas.gather(1, t.long()[:, None] - 1)


@check("diffusion.schedule", tolerance=1e-9)
def schedule_by_steps(
    betas: "Tensor", t: "Tensor", x_0: "Tensor", spread: "Tensor"
) -> Mapping[str, Any]:
    """Sends mean and variance through the chain one step after the other.

    The mistakes are chains as well: of the last step alone, of one step less, and with the β
    in the place of the 1 − β. betas: [variants, steps]; t, x_0, spread: [variants].
    """
    import torch

    scale, variance = walk(betas, t)
    _, before = walk(betas, t - 1)
    alone = last_betas(betas, t)
    last_scale, last_variance = walk(alone, torch.ones_like(t))
    scale_of_betas, rest_of_betas = walk(1 - betas, t)
    _, total = walk(betas, t, spread)
    places = torch.arange(1, betas.shape[1] + 1)
    added = (betas * (places <= t[:, None])).sum(-1)

    def times(factor: "Tensor") -> Callable[..., "Tensor"]:
        return lambda points: factor[:, None] * points["x_0"]

    return {
        "alpha_bar": scale**2,
        "mean": scale * x_0,
        "mean_formula": times(scale),
        "signal_scale": scale,
        "variance": variance,
        "variance_before": before,
        "deviation_before": before.sqrt(),
        "deviation": variance.sqrt(),
        "snr": scale**2 / variance,
        # A tie is no majority; rounding must not make one of it.
        "mostly_noise": variance - scale**2 > 1e-12,
        "mostly_last_step": last_variance - last_scale**2 * before > 1e-12,
        "total_variance": total,
        "grows": total - spread > 1e-12 * spread,
        "betas_multiplied": scale_of_betas**2,
        "betas_added": 1 - added,
        "mean_without_root": scale * (scale * x_0),
        "mean_of_last_step": last_scale * x_0,
        "mean_unscaled": x_0,
        "mean_without_root_formula": times(1 - variance),
        "mean_of_last_step_formula": times(last_scale),
        "mean_of_betas_formula": times(scale_of_betas),
        "variances_added": added,
        "variances_added_before": (betas * (places < t[:, None])).sum(-1),
        "variance_of_last_step": last_variance,
        "variance_of_betas": rest_of_betas,
        "snr_of_scales": scale / variance.sqrt(),
        "snr_inverted": variance / scale**2,
        "snr_without_signal": variance.reciprocal(),
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
def posterior(betas: Vector, t: Scalar, x_t: Scalar, x_0: Scalar) -> SolverResults:
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
    (drop, drop_of), (kept, unit) = beta.as_integer_ratio(), bar.as_integer_ratio()
    alpha, earlier = fraction(drop_of - drop, drop_of), 1 - before
    towards_0 = fraction(drop * unit, drop_of * (unit - kept))
    towards_t = fraction(earlier.numerator * unit, earlier.denominator * (unit - kept))
    signal, last = square_root(before), square_root(alpha)
    start, end = towards_0 * signal, towards_t * last
    variance = towards_t * beta
    without_roots = towards_0 * before, towards_t * alpha
    return {
        "mean": start * x_0 + end * x_t,
        "mean_formula": _both((towards_0, towards_t), (before, alpha)),
        "x_0_coefficient": start,
        "x_t_coefficient": end,
        "variance": variance,
        "deviation": square_root(variance),
        "mean_swapped": end * x_0 + start * x_t,
        "mean_without_roots": without_roots[0] * x_0 + without_roots[1] * x_t,
        "mean_of_signal": signal * x_0,
        "forward_variance": beta,
        "marginal_variance": earlier,
        "variance_without_beta": towards_t,
        "swapped_formula": _both((towards_t, towards_0), (alpha, before)),
        "without_roots_formula": linear(list(zip(without_roots, ("x_0", "x_t"), strict=True)), 0),
    }


def reverse_step(betas: "Tensor", t: "Tensor") -> "Tensor":
    """The factors of x_0 and x_t and the variance [variants, 3] of q(x_{t−1} | x_t, x_0).

    Found from the whole chain x_1 … x_{t−1} at once: its precision matrix given both ends is
    tridiagonal, and its inverse holds what is asked. betas: [variants, steps]; t: [variants].
    Source: Rue and Held, Gaussian Markov Random Fields (2005), section 2.2.
    """
    import torch

    found = torch.zeros(len(t), 3, dtype=torch.float64)
    found[:, 0] = 1  # at t = 1 nothing lies between the ends, and x_{t−1} is x_0
    for step in set(t.long().tolist()) - {1}:
        rows = (t == step).nonzero()[:, 0]
        noise = betas[rows, :step]
        pull, carry = 1 / noise, (1 - noise).sqrt() / noise
        diagonal = pull[:, :-1] + (1 - noise[:, 1:]) / noise[:, 1:]
        beside = -carry[:, 1:-1]
        precision = torch.diag_embed(diagonal)
        precision += torch.diag_embed(beside, 1) + torch.diag_embed(beside, -1)
        last = torch.linalg.inv(precision)[:, -1]
        found[rows] = torch.stack(
            (last[:, 0] * carry[:, 0], last[:, -1] * carry[:, -1], last[:, -1]), dim=-1
        )
    return found


@check("diffusion.posterior", tolerance=1e-8)
def posterior_by_precision(
    betas: "Tensor", t: "Tensor", x_t: "Tensor", x_0: "Tensor"
) -> Mapping[str, Any]:
    """Conditions the whole chain on both ends; betas: [variants, steps], others: [variants].

    The mistakes use the chain's own scales and variances, one step short and of the last step.
    """
    import torch

    start, end, variance = reverse_step(betas, t).unbind(-1)
    before, noise_before = walk(betas, t - 1)
    alone, forward = walk(last_betas(betas, t), torch.ones_like(t))

    def both(of_x_0: "Tensor", of_x_t: "Tensor") -> Callable[..., "Tensor"]:
        return lambda points: of_x_0[:, None] * points["x_0"] + of_x_t[:, None] * points["x_t"]

    return {
        "mean": start * x_0 + end * x_t,
        "mean_formula": both(start, end),
        "x_0_coefficient": start,
        "x_t_coefficient": end,
        "variance": variance,
        "deviation": variance.sqrt(),
        "mean_swapped": start * x_t + end * x_0,
        "mean_without_roots": before * start * x_0 + alone * end * x_t,
        "mean_of_signal": before * x_0,
        "forward_variance": forward,
        "marginal_variance": noise_before,
        "variance_without_beta": variance / forward,
        "swapped_formula": both(end, start),
        "without_roots_formula": both(before * start, alone * end),
    }
