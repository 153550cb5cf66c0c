"""Euler's and Heun's method on the probability flow of Gaussian data, against the exact flow."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import prod, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.consistency import follow, slope
from qgen.solvers.numerics.arguments import (
    Scalar,
    over_common_denominator,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

EVALUATIONS = (4, 8, 16, 32, 64)


@solver(
    "heun_steps.gaussian",
    results={
        "rate": "dx/dσ at x and the level high",
        "euler": "where an Euler step from the level high to low ends",
        "rate_there": "dx/dσ in this end, at the level low",
        "heun": "where a step of Heun's method ends",
        "exact": "where the flow is at the level low",
        "euler_error": "the distance of the Euler step's end from the flow's",
        "heun_error": "that of Heun's step",
    },
    mistakes={
        "euler_sign": "The Euler step with the wrong sign",
        "second_from_euler": "Adds the half step with the second slope to the Euler step's end",
        "second_slope_alone": "A whole step with the second slope",
        "second_at_start": "Takes the second slope in x, not in the end of the Euler step",
        "sum_of_slopes": "Forgets to halve the sum of the slopes",
    },
    examples=(
        {"mu": 1, "tau": 2, "high": 4, "low": 2, "x": 6},
        {"mu": -2, "tau": 3, "high": 5, "low": 1, "x": 2},
        {"mu": 0, "tau": 1, "high": 2, "low": Fraction(1, 2), "x": -3},
    ),
)
def gaussian(mu: Scalar, tau: Scalar, high: Scalar, low: Scalar, x: Scalar) -> SolverResults:
    """One step on dx/dσ = σ (x − mu) / (tau² + σ²), the flow of data N(mu, tau²).

    Source: Karras, Aittala, Aila and Laine, Elucidating the design space of diffusion-based
    generative models (2022), algorithm 1; the flow keeps (x − mu) / √(tau² + σ²). Raises
    ValueError for tau and low not above zero, and unless low is below high.
    """
    require_scalar("mu", mu)
    require_scalar("x", x)
    require_scalar("high", high)
    require_positive("tau", tau)
    require_positive("low", low)
    if low >= high:
        raise ValueError("low must be below high")
    # All numbers in parts of one unit. A slope is level · (place − mu) over tau² + level², and the
    # ends of steps are in parts of unit · (tau² + high²) · (tau² + low²).
    (m, spread, upper, lower, start), unit = over_common_denominator((mu, tau, high, low, x))
    at_high, at_low = spread**2 + upper**2, spread**2 + lower**2
    both, step, gap = at_high * at_low, lower - upper, start - m
    above = upper * gap
    # The distance of the Euler step's end from mu, in parts of unit · (tau² + high²).
    left = gap * at_high + step * above
    begin, first, second = start * both, step * above * at_low, step * lower * left
    stay, below = step * lower * gap * at_high, unit * both
    euler, heun = fraction(begin + first, below), fraction(2 * begin + first + second, 2 * below)
    exact = mu + (x - mu) * square_root(fraction(at_low, at_high))
    return {
        "rate": fraction(above, at_high),
        "euler": euler,
        "rate_there": fraction(lower * left, both),
        "heun": heun,
        "exact": exact,
        "euler_error": abs(euler - exact),
        "heun_error": abs(heun - exact),
        "euler_sign": fraction(begin - first, below),
        "second_from_euler": fraction(2 * (begin + first) + second, 2 * below),
        "second_slope_alone": fraction(begin + second, below),
        "second_at_start": fraction(2 * begin + first + stay, 2 * below),
        "sum_of_slopes": fraction(begin + first + second, below),
    }


@check("heun_steps.gaussian", tolerance=1e-6)
def gaussian_by_autograd(
    mu: "Tensor", tau: "Tensor", high: "Tensor", low: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Slopes from torch's log density, the exact end by integration.

    Heun's step is the mean of two Euler steps from x: one with the slope at the start, one with
    that at its end. All are [variants].
    """
    import torch

    first = slope(high, x, mu, tau)
    euler = torch.lerp(x, x - first, high - low)
    second = slope(low, euler, mu, tau)
    later = torch.lerp(x, x - second, high - low)
    exact = follow(x, high, low, mu, tau)
    stay = torch.lerp(x, x - slope(low, x, mu, tau), high - low)
    return {
        "rate": first,
        "euler": euler,
        "rate_there": second,
        "heun": torch.lerp(euler, later, 0.5),
        "exact": exact,
        "euler_error": (euler - exact).abs(),
        "heun_error": (torch.lerp(euler, later, 0.5) - exact).abs(),
        "euler_sign": 2 * x - euler,
        "second_from_euler": euler + (later - x) / 2,
        "second_slope_alone": later,
        "second_at_start": torch.lerp(euler, stay, 0.5),
        "sum_of_slopes": euler + later - x,
    }


@solver(
    "heun_steps.errors",
    results={
        "euler_errors": "relative errors of the standard deviation of Euler's samples, for 4, 8, "
        "16, 32 and 64 network evaluations",
        "heun_errors": "the same for Heun's method, with two evaluations a step",
        "euler_later": "Euler's error with 256 evaluations",
        "heun_later": "Heun's error with 256 evaluations",
    },
    examples=({"tau": 1, "high": 4}, {"tau": Fraction(1, 2), "high": 3}),
)
def errors(tau: Scalar, high: Scalar) -> SolverResults:
    """Equal steps from σ = high to tau / 2 on the flow of data N(0, tau²).

    Each step multiplies x by 1 plus the step times the slope per x (Euler), or by the trapezoid
    of both. Source: Karras, Aittala, Aila and Laine, Elucidating the design space of
    diffusion-based generative models (2022), section 3 and figure 2. Raises ValueError for tau
    not above zero, and unless high is above tau / 2.
    """
    require_positive("tau", tau)
    require_scalar("high", high)
    return dict(_errors(float(tau), float(high)))


@lru_cache(maxsize=1000)
def _errors(tau: float, begin: float) -> SolverResults:
    """The results of `errors`; kept, as a question draws the same two levels again and again."""
    data, end = tau**2, tau / 2
    if begin <= end:
        raise ValueError("high must be above tau / 2")
    exact = sqrt((data + end**2) / (data + begin**2))

    def error(factors: list[float]) -> float:
        return abs(prod(factors) / exact - 1)

    def euler(steps: int) -> float:
        width = (end - begin) / steps
        levels = [begin + number * width for number in range(steps)]
        return error([1 + width * (level / (data + level**2)) for level in levels])

    def heun(steps: int) -> float:
        width = (end - begin) / steps
        levels = [begin + number * width for number in range(steps + 1)]
        rates = [level / (data + level**2) for level in levels]
        return error(
            [1 + width * (now + later * (1 + width * now)) / 2 for now, later in pairwise(rates)]
        )

    return {
        "euler_errors": tuple([euler(count) for count in EVALUATIONS]),
        "heun_errors": tuple([heun(count // 2) for count in EVALUATIONS]),
        "euler_later": euler(4 * EVALUATIONS[-1]),
        "heun_later": heun(2 * EVALUATIONS[-1]),
    }


@check("heun_steps.errors", tolerance=1e-6)
def errors_by_sampling(tau: "Tensor", high: "Tensor") -> Mapping[str, "Tensor"]:
    """Runs both methods on one sample, with autograd's slopes.

    The flow ends where as much of the density lies below as at its start. All are [variants].
    """
    import torch

    # Questions draw few pairs of levels, so that each is run once.
    kinds, kind_of = torch.unique(torch.stack((tau, high), -1), dim=0, return_inverse=True)
    tau, high = kinds.unbind(-1)
    none, end = torch.zeros_like(tau), tau / 2
    start = torch.hypot(tau, high)
    normal: Any = torch.distributions.Normal
    below = normal(none, torch.hypot(tau, high)).cdf(start)
    exact: Tensor = normal(none, torch.hypot(tau, end)).icdf(below)

    def error(steps: int, *, twice: bool) -> "Tensor":
        place, levels = (
            start,
            torch.lerp(high, end, torch.linspace(0, 1, steps + 1)[:, None].to(tau)),
        )
        for now, later in pairwise(levels):
            first = slope(now, place, none, tau)
            goal = place + (later - now) * first
            if twice:
                second = slope(later, goal, none, tau)
                goal = place + (later - now) * (first + second) / 2
            place = goal
        away: torch.Tensor = (place / exact - 1).abs()
        return away

    found = {
        "euler_errors": torch.stack([error(count, twice=False) for count in EVALUATIONS], -1),
        "heun_errors": torch.stack([error(count // 2, twice=True) for count in EVALUATIONS], -1),
        "euler_later": error(4 * EVALUATIONS[-1], twice=False),
        "heun_later": error(2 * EVALUATIONS[-1], twice=True),
    }
    return {name: value[kind_of] for name, value in found.items()}
