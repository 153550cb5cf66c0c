"""Noise levels of a forward process: from one step to a later one, and in continuous time.

ᾱ is the share of the signal: x = √ᾱ x_0 + √(1 − ᾱ) ε. Data are scalars.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import erf, exp, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Power, Product, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import require_count, square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_HIGHEST_RATE = 30
_GOOD_GUESS = 0.8


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
def between(alpha_bar_before: Scalar, alpha_bar_after: Scalar, x: Scalar) -> SolverResults:
    """q(x_t | x_s) = N(√(ᾱ_t / ᾱ_s) x_s, 1 − ᾱ_t / ᾱ_s) for steps s < t, at x_s = x.

    The steps from s to t merge into one as those from 0 to t do; ᾱ_t / ᾱ_s is the product of
    their 1 − β. Source: Kingma, Salimans, Poole and Ho, Variational diffusion models (2021),
    which gives the distribution of a later latent variable given an earlier one. Raises
    ValueError unless 0 < ᾱ_t < ᾱ_s < 1.
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
        "mean_of_snr": square_root(of_snr) * x,
        "variance_of_snr": 1 - of_snr,
    }


@check("diffusion_schedules.between", tolerance=1e-8)
def between_by_conditioning(
    alpha_bar_before: "Tensor", alpha_bar_after: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Moments of the process dx = −x dτ + √2 dw, which reaches ᾱ at τ = −ln(ᾱ) / 2.

    The mean m and the variance v of x given x_s follow m′ = −m and v′ = 2 (1 − v), from x and 0;
    they are integrated between the two times. The mistakes begin at time 0 instead, or end where
    ᾱ is the ratio of two signal-to-noise ratios. All are [variants]. Source: Särkkä and Solin,
    Applied stochastic differential equations (2019), on the moments of linear equations.
    """
    import torch

    def moments(begin: "Tensor", end: "Tensor") -> tuple["Tensor", "Tensor"]:
        start = torch.stack((torch.ones_like(x), torch.zeros_like(x)), dim=-1)
        scale, variance = integrate(
            lambda _, state: torch.stack((-state[..., 0], 2 * (1 - state[..., 1])), dim=-1),
            start,
            begin,
            end,
            steps=8,
        ).unbind(-1)
        return scale, variance

    zero = torch.zeros_like(x)
    begin, end = -alpha_bar_before.log() / 2, -alpha_bar_after.log() / 2
    scale, variance = moments(begin, end)
    whole_scale, whole_variance = moments(zero, end)
    early_scale, early_variance = moments(zero, begin)
    snrs = whole_scale**2 / whole_variance, early_scale**2 / early_variance
    snr_scale, snr_variance = moments(zero, (snrs[1] / snrs[0]).log() / 2)
    return {
        "ratio": scale**2,
        "mean": scale * x,
        "variance": variance,
        "mean_from_clean": whole_scale * x,
        "variance_from_clean": whole_variance,
        "variance_difference": whole_variance - early_variance,
        "mean_of_snr": snr_scale * x,
        "variance_of_snr": snr_variance,
    }


_SUBSTEPS = (2, 4, 6, 8, 10)


def integrate(
    slope: Callable[["Tensor", "Tensor"], "Tensor"],
    state: "Tensor",
    begin: "Tensor",
    end: "Tensor",
    steps: int = 24,
) -> "Tensor":
    """The state [..., k] at time `end` [...] of state′ = slope(time, state), from `begin`.

    By steps of order ten, each extrapolated from midpoint rules: where it is asked for here, 24 are
    more exact than 400 steps of the classical Runge-Kutta method, with half of the slopes. The
    flows of Gaussian data bend less: over the shipped bank's draws, eight steps leave a relative
    error of 1e-11 at most there, as 24 do.
    """
    width = (end - begin) / steps
    for number in range(steps):
        state = _extrapolated(slope, state, begin + number * width, width)
    return state


def _extrapolated(
    slope: Callable[["Tensor", "Tensor"], "Tensor"],
    state: "Tensor",
    begin: "Tensor",
    width: "Tensor",
) -> "Tensor":
    """The state after one step of this width: midpoint rules of ever finer substeps, to width 0.

    Source: Hairer, Nørsett and Wanner, Solving ordinary differential equations I (1993), section
    II.9, with Gragg's smoothing and the Aitken-Neville scheme in squared widths.
    """
    first = slope(begin, state)
    coarser: list[Tensor] = []
    for place, count in enumerate(_SUBSTEPS):
        time = width / count
        each = time[..., None]
        before, now = state, state + each * first
        for number in range(1, count):
            before, now = now, before + 2 * each * slope(begin + number * time, now)
        finer = [(before + now + each * slope(begin + width, now)) / 2]
        for back, known in enumerate(coarser, 1):
            ratio = (count / _SUBSTEPS[place - back]) ** 2
            finer.append(finer[-1] + (finer[-1] - known) / (ratio - 1))
        coarser = finer
    return coarser[-1]


def _exponential(*terms: tuple[Fraction, int]) -> Formula:
    """exp of a polynomial in t, given by coefficients and powers."""
    time = Symbol("t")
    parts: list[Formula] = [
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
def linear_rate(beta_0: Scalar, beta_1: Scalar) -> SolverResults:
    """ᾱ(t) = exp(−∫ β) = exp(−β_0 t − (β_1 − β_0) t² / 2) for dx = −β(t) x / 2 dt + √β(t) dw.

    The rate β(t) = β_0 + (β_1 − β_0) t is linear for t from 0 to 1. Source: Song,
    Sohl-Dickstein, Kingma, Kumar, Ermon and Poole, Score-based generative modeling through
    stochastic differential equations (2021), the variance preserving equation and its kernel.
    Raises ValueError for rates that are not positive, equal or above 30.
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
        "half_formula": _exponential((-start / 2, 1), (-rise / 4, 2)),
        "rate_times_time_formula": _exponential((-start, 1), (-rise, 2)),
        "rate_only_formula": Call(
            "exp", (Sum((Number(-start), Product((Number(-rise), Symbol("t"))))),)
        ),
        "start_only_formula": _exponential((-start, 1)),
    }


@check("diffusion_schedules.linear_rate", tolerance=5e-8)
def linear_rate_by_moments(beta_0: "Tensor", beta_1: "Tensor") -> Mapping[str, Any]:
    """Integrates the factor m of x_0 by m′ = −β m / 2; both arguments are [variants].

    The mistakes hold the rate: at its last value up to t, at this value for one unit of time, or
    at its first value.
    """
    import torch

    first, rise = beta_0[:, None], (beta_1 - beta_0)[:, None]

    def signal(time: "Tensor", rate: Callable[["Tensor"], "Tensor"]) -> "Tensor":
        """m [variants, points] at times [variants, points]."""
        return integrate(
            lambda now, state: -rate(now)[..., None] * state / 2,
            torch.ones_like(time)[..., None],
            torch.zeros_like(time),
            time,
        )[..., 0]

    def rising(now: "Tensor") -> "Tensor":
        return first + rise * now

    def held(time: "Tensor") -> Callable[["Tensor"], "Tensor"]:
        return lambda now: rising(time).expand_as(now)

    def share(time: "Tensor", rate: Callable[["Tensor"], "Tensor"]) -> "Tensor":
        return signal(time, rate) ** 2

    end = torch.ones_like(first)
    return {
        "alpha_bar_formula": lambda points: share(points["t"], rising),
        "alpha_bar_end": share(end, rising)[:, 0],
        "half_formula": lambda points: signal(points["t"], rising),
        "rate_times_time_formula": lambda points: share(points["t"], held(points["t"])),
        "rate_only_formula": lambda points: share(torch.ones_like(points["t"]), held(points["t"])),
        "start_only_formula": lambda points: share(
            points["t"], held(torch.zeros_like(points["t"]))
        ),
    }


@solver(
    "diffusion_schedules.two_points",
    results={
        "alpha_bar": "ᾱ_T, the squared factor of x_0 in x_T",
        "mostly_noise": "whether ᾱ_T is below 1 − ᾱ_T",
        "standard": "whether x_T has the mean 0 and the variance 1",
        "two_peaks": "whether the density of x_T has two peaks",
        "right_guess": "the probability that the likelier clean value, given x_T, is right",
        "good_guess": "whether this probability is above 0.8",
    },
    examples=(
        {"beta": Fraction(1, 10), "T": 3, "size": Fraction(1, 2)},
        {"beta": Fraction(1, 4), "T": 2},
        {"beta": Fraction(1, 100), "T": 80, "size": 2},
        {"beta": Fraction(1, 2), "T": 9, "size": 1},
    ),
)
def two_points(beta: Scalar, T: Scalar, size: Scalar = 1) -> SolverResults:
    """Data +size and −size, equally probable, after T forward steps of one and the same β.

    x_T is an equal mixture of N(±m, s²) with m² = ᾱ size² and s² = 1 − ᾱ. It has two peaks
    exactly if m > s. The sign of x_T is the best guess, right with the probability Φ(m / s).
    Sources: Behboodian, On the modes of a mixture of two normal distributions (1970),
    Technometrics 12(1), for the peaks; Duda, Hart and Stork, Pattern Classification (2001),
    section 2.8, for the error of the best guess. Raises ValueError for a β not between 0 and
    1, a T that is not from 1 to 1000, and a size not above zero.
    """
    require_between_zero_and_one("beta", beta)
    steps = require_count("T", T, 1, 1000)
    require_positive("size", size)
    bar = Fraction(1 - beta) ** steps
    signal, noise = bar * size * size, 1 - bar
    right = (1 + erf(sqrt(signal / noise / 2))) / 2
    return {
        "alpha_bar": bar,
        "mostly_noise": bar < noise,
        "standard": signal + noise == 1,
        "two_peaks": signal > noise,
        "right_guess": right,
        "good_guess": right > _GOOD_GUESS,
    }


@check("diffusion_schedules.two_points", tolerance=1e-8)
def two_points_by_quadrature(beta: "Tensor", T: "Tensor", size: "Tensor") -> Mapping[str, Any]:
    """The mixture's density by torch: differentiated at 0, and its larger part integrated.

    Mean and variance go through the chain step by step. beta, T, size: [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    scale, variance = torch.ones_like(beta), torch.zeros_like(beta)
    excess = size**2 - 1  # of the variance of x_t over 1
    for step in range(1, int(T.max()) + 1):
        scale = torch.where(step <= T, scale * (1 - beta).sqrt(), scale)
        variance = torch.where(step <= T, (1 - beta) * variance + beta, variance)
        excess = torch.where(step <= T, (1 - beta) * excess, excess)
    normal: Any = torch.distributions.Normal
    peak, spread = scale * size, variance.sqrt()

    def log_density(at: "Tensor") -> "Tensor":
        parts = [normal(sign * peak, spread).log_prob(at) for sign in (-1, 1)]
        return torch.logsumexp(torch.stack(parts), dim=0)

    middle = torch.zeros_like(beta).requires_grad_(True)
    (slope,) = torch.autograd.grad(log_density(middle).sum(), middle, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), middle)
    nodes, weights = gauss_legendre(200)
    # Where x_T is positive, +size is the likelier value; beyond twelve deviations nothing is left.
    reach = peak + 12 * spread
    places = nodes * reach[:, None]
    density = normal(peak[:, None], spread[:, None]).log_prob(places).exp()
    right = (density @ weights) * reach
    return {
        "alpha_bar": scale**2,
        "mostly_noise": variance - scale**2 > 1e-12,
        "standard": excess == 0,
        "two_peaks": bend * variance > 1e-9,
        "right_guess": right,
        "good_guess": right > _GOOD_GUESS,
    }
