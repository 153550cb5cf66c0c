"""Noise levels of a forward process: from one step to a later one, and in continuous time.

ᾱ is the share of the signal: x = √ᾱ x_0 + √(1 − ᾱ) ε. Data are scalars.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import exp
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Expression, Number, Power, Product, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Scalar,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_HIGHEST_RATE = 40


@solver(
    "diffusion_schedules.between",
    results={
        "ratio": "ᾱ_t / ᾱ_s, the share of x_s in x_t",
        "mean": "mean of q(x_t | x_s) at the given x_s",
        "variance": "variance of q(x_t | x_s)",
    },
    mistakes={
        "mean_from_clean": "√ᾱ_t x_s: as if x_s were the clean value",
        "variance_from_clean": "1 − ᾱ_t: as if x_s were the clean value",
        "variance_difference": "ᾱ_s − ᾱ_t: one variance of the noise less the other",
        "mean_without_root": "ᾱ_t / ᾱ_s · x_s: forgets the square root",
        "mean_of_snr": "√(SNR(t) / SNR(s)) x_s: takes signal-to-noise ratios for shares",
        "variance_of_snr": "1 − SNR(t) / SNR(s): the same for the variance",
    },
    examples=(
        {
            "alpha_bar_before": Fraction(16, 25),
            "alpha_bar_after": Fraction(9, 25),
            "x": Fraction(1, 2),
        },
        {"alpha_bar_before": Fraction(9, 10), "alpha_bar_after": Fraction(1, 10), "x": -2},
        {"alpha_bar_before": Fraction(1, 2), "alpha_bar_after": Fraction(49, 100), "x": 3},
    ),
)
def between(alpha_bar_before: Scalar, alpha_bar_after: Scalar, x: Scalar) -> Answers:
    """q(x_t | x_s) = N(√(ᾱ_t / ᾱ_s) x_s, 1 − ᾱ_t / ᾱ_s) for steps s < t, at x_s = x.

    The steps from s to t merge into one as those from 0 to t do; ᾱ_t / ᾱ_s is the product of
    their 1 − β. Source: Kingma, Salimans, Poole and Ho, Variational diffusion models (2021),
    which gives the law of a later latent variable given an earlier one. Raises ValueError unless
    0 < ᾱ_t < ᾱ_s < 1.
    """
    require_between_zero_and_one("alpha_bar_before", alpha_bar_before)
    require_between_zero_and_one("alpha_bar_after", alpha_bar_after)
    require_scalar("x", x)
    if alpha_bar_after >= alpha_bar_before:
        raise ValueError("alpha_bar_after must be below alpha_bar_before")
    ratio = Fraction(alpha_bar_after) / alpha_bar_before
    of_snr = ratio * (1 - alpha_bar_before) / (1 - alpha_bar_after)
    return {
        "ratio": ratio,
        "mean": square_root(ratio) * x,
        "variance": 1 - ratio,
        "mean_from_clean": square_root(alpha_bar_after) * x,
        "variance_from_clean": 1 - alpha_bar_after,
        "variance_difference": alpha_bar_before - alpha_bar_after,
        "mean_without_root": ratio * x,
        "mean_of_snr": square_root(of_snr) * x,
        "variance_of_snr": 1 - of_snr,
    }


@check("diffusion_schedules.between", tolerance=1e-8)
def between_by_conditioning(
    alpha_bar_before: "Tensor", alpha_bar_after: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Moments of the process dx = −x dτ + √2 dw, which reaches ᾱ at τ = −ln(ᾱ) / 2.

    The mean m and the variance v of x given x_s follow m′ = −m and v′ = 2 (1 − v), from x and 0;
    they are integrated between the two times. All are [variants]. Source: Särkkä and Solin,
    Applied stochastic differential equations (2019), on the moments of linear equations.
    """
    import torch

    begin, end = -alpha_bar_before.log() / 2, -alpha_bar_after.log() / 2
    start = torch.stack((torch.ones_like(x), torch.zeros_like(x)), dim=-1)
    scale, variance = integrate(
        lambda _, state: torch.stack((-state[..., 0], 2 * (1 - state[..., 1])), dim=-1),
        start,
        begin,
        end,
    ).unbind(-1)
    return {"ratio": scale**2, "mean": scale * x, "variance": variance}


def integrate(
    slope: Callable[["Tensor", "Tensor"], "Tensor"],
    state: "Tensor",
    begin: "Tensor",
    end: "Tensor",
    steps: int = 400,
) -> "Tensor":
    """The state [..., k] at time `end` [...] of state′ = slope(time, state), from `begin`.

    By the classical Runge-Kutta method of order four. Source: Hairer, Nørsett and Wanner,
    Solving ordinary differential equations I (1993), chapter II.
    """
    width = (end - begin) / steps
    each = width[..., None]
    for number in range(steps):
        time = begin + number * width
        first = slope(time, state)
        second = slope(time + width / 2, state + each / 2 * first)
        third = slope(time + width / 2, state + each / 2 * second)
        fourth = slope(time + width, state + each * third)
        state = state + each / 6 * (first + 2 * second + 2 * third + fourth)
    return state


def _exponential(*terms: tuple[Fraction, int]) -> Expression:
    """exp of a polynomial in t, given by coefficients and powers."""
    time = Symbol("t")
    parts: list[Expression] = [
        Product((Number(factor), time if power == 1 else Power(time, Number(power))))
        for factor, power in terms
        if factor
    ]
    return Call("exp", (parts[0] if len(parts) == 1 else Sum(tuple(parts)),))


@solver(
    "diffusion_schedules.linear_rate",
    results={
        "alpha_bar_formula": "ᾱ(t), the squared factor of x_0 in x_t, a formula in t",
        "alpha_bar_end": "ᾱ(1)",
        "variance_end": "variance of x_1 given x_0",
    },
    mistakes={
        "half_formula": "√ᾱ(t), the factor of x_0 itself, a formula in t",
        "rate_times_time_formula": "exp(−β(t) t): multiplies by t where an integral belongs",
        "rate_only_formula": "exp(−β(t)): does not integrate at all",
        "start_only_formula": "exp(−β_0 t): keeps the first rate",
    },
    domains={
        name: {"t": "probability"}
        for name in (
            "alpha_bar_formula",
            "half_formula",
            "rate_times_time_formula",
            "rate_only_formula",
            "start_only_formula",
        )
    },
    examples=(
        {"beta_0": Fraction(1, 10), "beta_1": 20},
        {"beta_0": 2, "beta_1": 6},
        {"beta_0": Fraction(3, 2), "beta_1": Fraction(1, 2)},
    ),
)
def linear_rate(beta_0: Scalar, beta_1: Scalar) -> Answers:
    """ᾱ(t) = exp(−∫ β) = exp(−β_0 t − (β_1 − β_0) t² / 2) for dx = −β(t) x / 2 dt + √β(t) dw.

    The rate β(t) = β_0 + (β_1 − β_0) t is linear for t from 0 to 1. Source: Song,
    Sohl-Dickstein, Kingma, Kumar, Ermon and Poole, Score-based generative modeling through
    stochastic differential equations (2021), the variance preserving equation and its kernel.
    Raises ValueError for rates that are not positive, equal or above 40.
    """
    require_positive("beta_0", beta_0)
    require_positive("beta_1", beta_1)
    if beta_0 == beta_1 or max(beta_0, beta_1) > _HIGHEST_RATE:
        raise ValueError(f"beta_0 and beta_1 must differ and be at most {_HIGHEST_RATE}")
    start, rise = Fraction(beta_0), Fraction(beta_1 - beta_0)
    end = exp(-start - rise / 2)
    return {
        "alpha_bar_formula": _exponential((-start, 1), (-rise / 2, 2)),
        "alpha_bar_end": end,
        "variance_end": 1 - end,
        "half_formula": _exponential((-start / 2, 1), (-rise / 4, 2)),
        "rate_times_time_formula": _exponential((-start, 1), (-rise, 2)),
        "rate_only_formula": Call(
            "exp", (Sum((Number(-start), Product((Number(-rise), Symbol("t"))))),)
        ),
        "start_only_formula": _exponential((-start, 1)),
    }


@check("diffusion_schedules.linear_rate", tolerance=1e-6)
def linear_rate_by_moments(beta_0: "Tensor", beta_1: "Tensor") -> Mapping[str, Any]:
    """Integrates m′ = −β m / 2 and v′ = β (1 − v) from 0 to t; both arguments are [variants]."""
    import torch

    def moments(time: "Tensor") -> tuple["Tensor", "Tensor"]:
        """Mean factor and variance [variants, points] at times [variants, points]."""
        first, rise = beta_0[:, None], (beta_1 - beta_0)[:, None]

        def slope(now: "Tensor", state: "Tensor") -> "Tensor":
            rate = first + rise * now
            return torch.stack((-rate * state[..., 0] / 2, rate * (1 - state[..., 1])), dim=-1)

        start = torch.stack((torch.ones_like(time), torch.zeros_like(time)), dim=-1)
        scale, variance = integrate(slope, start, torch.zeros_like(time), time).unbind(-1)
        return scale, variance

    scale, variance = moments(torch.ones_like(beta_0)[:, None])
    return {
        "alpha_bar_formula": lambda points: moments(points["t"])[0] ** 2,
        "alpha_bar_end": scale[:, 0] ** 2,
        "variance_end": variance[:, 0],
    }
