"""Consistency models on Gaussian data, where the probability flow is known: x = x_0 + σ · noise."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.diffusion_schedules import integrate
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


def slope(level: "Tensor", at: "Tensor", mean: "Tensor", deviation: "Tensor") -> "Tensor":
    """dx/dσ = −σ · score for data of this mean and deviation, with the score by autograd."""
    import torch

    normal: Any = torch.distributions.Normal
    point = at.detach().requires_grad_(True)
    law = normal(mean, torch.hypot(deviation, level), validate_args=False)
    return -level * torch.autograd.grad(law.log_prob(point).sum(), point)[0]


def follow(
    at: "Tensor", begin: "Tensor", end: "Tensor", mean: "Tensor", deviation: "Tensor"
) -> "Tensor":
    """Where the flow from `at` at level `begin` is at level `end`; all have one shape.

    It is integrated in u, where the level is deviation · sinh(u): in the level itself, the flow
    of narrow data bends within few steps.
    """
    centre, spread = mean[..., None], deviation[..., None]
    return integrate(
        lambda u, state: (
            slope(spread * u[..., None].sinh(), state, centre, spread)
            * (spread * u[..., None].cosh())
        ),
        at[..., None],
        (begin / deviation).asinh(),
        (end / deviation).asinh(),
        steps=8,
    )[..., 0]


@solver(
    "consistency.function",
    results={
        "function_formula": "the consistency function f(x, sigma) down to the level `end`",
    },
    mistakes={
        "denoiser_formula": "E[x_0 | x], the best denoiser",
        "to_zero_formula": "The flow to level 0: ignores `end`",
        "unrooted_formula": "Distances scaled by the ratio of the variances",
    },
    domains={
        name: {"sigma": "positive"}
        for name in ("function_formula", "denoiser_formula", "to_zero_formula", "unrooted_formula")
    },
    examples=(
        {"mu": 2, "tau": 3, "end": 1},
        {"mu": -1, "tau": 1, "end": Fraction(1, 2)},
        {"mu": 0, "tau": Fraction(3, 2), "end": 2},
    ),
)
def function(mu: Scalar, tau: Scalar, end: Scalar) -> SolverResults:
    """Data N(mu, tau²); f takes (x, sigma) to where its path is at the level `end`.

    The flow keeps (x − mu) / √(tau² + sigma²). Source: Song, Dhariwal, Chen and Sutskever,
    Consistency models (2023), section 3, for the flow of Karras et al. (2022), equation 1.
    Raises ValueError for tau and end not above zero.
    """
    require_scalar("mu", mu)
    require_positive("tau", tau)
    require_positive("end", end)
    data, last = tau * tau, tau * tau + end * end
    return {
        "function_formula": _scaled(mu, Call("sqrt", (_share(last, data),))),
        "denoiser_formula": _scaled(mu, _share(data, data)),
        "to_zero_formula": _scaled(mu, Call("sqrt", (_share(data, data),))),
        "unrooted_formula": _scaled(mu, _share(last, data)),
    }


def _share(above: Scalar, data: Scalar) -> Formula:
    """above / (data + sigma²)."""
    total = Sum((Number(data), Power(Symbol("sigma"), Number(2))))
    return Quotient(Number(above), total)


def _scaled(mu: Scalar, factor: Formula) -> Formula:
    """mu + (x − mu) · factor."""
    distance: Formula = Sum((Symbol("x"), Number(-mu))) if mu else Symbol("x")
    product = Product((distance, factor))
    return Sum((Number(mu), product)) if mu else product


@check("consistency.function", tolerance=1e-6)
def function_by_integration(mu: "Tensor", tau: "Tensor", end: "Tensor") -> Mapping[str, Any]:
    """Integrates the flow from the level sigma to `end`; a denoiser is one Euler step to 0.

    All are [variants]; in the formulas x and sigma are [variants, points].
    """
    import torch

    mean, spread = mu[:, None], tau[:, None]

    def to(points: Mapping[str, "Tensor"], goal: "Tensor") -> "Tensor":
        place = points["x"]
        wide = [each[:, None].expand_as(place) for each in (goal, mu, tau)]
        return follow(place, points["sigma"], *wide)

    def denoised(points: Mapping[str, "Tensor"]) -> "Tensor":
        return points["x"] - points["sigma"] * slope(points["sigma"], points["x"], mean, spread)

    return {
        "function_formula": lambda points: to(points, end),
        "denoiser_formula": denoised,
        "to_zero_formula": lambda points: to(points, torch.zeros_like(mu)),
        "unrooted_formula": lambda points: (
            mean + (to(points, end) - mean) ** 2 / (points["x"] - mean)
        ),
    }


@solver(
    "consistency.distillation",
    results={
        "teacher_step": "the teacher's Euler step from the level high to low",
        "target": "the exact consistency function, to level 0, of the teacher's step",
        "exact": "the exact consistency function of x at the level high",
        "error": "target − exact",
    },
    mistakes={
        "step_sign": "The step with the wrong sign",
        "step_unscaled": "x less the slope, a step of length 1",
        "target_without_step": "The consistency function of x itself at the level low",
        "target_at_high": "The consistency function of the step, taken at the level high",
        "target_denoised": "E[x_0 | x] of the step at the level low",
    },
    examples=(
        {"mu": 1, "tau": 3, "high": 4, "low": 2, "x": 6},
        {"mu": -2, "tau": 1, "high": 3, "low": 1, "x": 2},
        {"mu": 0, "tau": 4, "high": 3, "low": Fraction(5, 2), "x": -5},
    ),
)
def distillation(mu: Scalar, tau: Scalar, high: Scalar, low: Scalar, x: Scalar) -> SolverResults:
    """One step of the teacher along dx/dσ = −σ · score, then the consistency function.

    Data are N(mu, tau²), so the slope is σ (x − mu) / (tau² + σ²). Source: Song, Dhariwal, Chen
    and Sutskever, Consistency models (2023), equations 6 and 7. Raises ValueError for tau and
    low not above zero, and unless low is below high.
    """
    require_scalar("mu", mu)
    require_scalar("x", x)
    require_positive("tau", tau)
    require_positive("low", low)
    require_scalar("high", high)
    if low >= high:
        raise ValueError("low must be below high")
    data = Fraction(tau * tau)
    rate = high * Fraction(x - mu) / (data + high * high)
    step = x + (low - high) * rate

    def consistent(place: Scalar, level: Scalar) -> Any:
        return mu + (place - mu) * square_root(data / (data + level * level))

    target, exact = consistent(step, low), consistent(x, high)
    return {
        "teacher_step": step,
        "target": target,
        "exact": exact,
        "error": target - exact,
        "step_sign": x - (low - high) * rate,
        "step_unscaled": x - rate,
        "target_without_step": consistent(x, low),
        "target_at_high": consistent(step, high),
        "target_denoised": mu + (step - mu) * data / (data + low * low),
    }


@check("consistency.distillation", tolerance=1e-6)
def distillation_by_integration(
    mu: "Tensor", tau: "Tensor", high: "Tensor", low: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """The slope from torch's log density, the consistency function by integration to level 0.

    All are [variants].
    """
    import torch

    none = torch.zeros_like(mu)
    rate = slope(high, x, mu, tau)
    step = torch.lerp(x, x - rate, high - low)
    starts = torch.stack((step, x, x, step), -1)
    levels = torch.stack((low, high, low, high), -1)
    wide = [each[:, None].expand_as(starts) for each in (none, mu, tau)]
    target, exact, without_step, at_high = follow(starts, levels, *wide).unbind(-1)
    return {
        "teacher_step": step,
        "target": target,
        "exact": exact,
        "error": target - exact,
        "step_sign": 2 * x - step,
        "step_unscaled": x - rate,
        "target_without_step": without_step,
        "target_at_high": at_high,
        "target_denoised": step - low * slope(low, step, mu, tau),
    }


@solver(
    "consistency.pairs",
    results={
        "on_path": "for each pair of points, whether one path of the flow passes through both",
        "first_ends": "where the flow takes the first point of each pair, at level 0",
        "second_ends": "where it takes the second points",
    },
    examples=(
        {"tau": 12, "levels": (5, 9, 16, 9), "places": (13, 15, 20, -15)},
        {"tau": 3, "levels": (4, 0, 1, 2), "places": (-5, -3, 1, 2)},
    ),
)
def pairs(tau: Scalar, levels: Vector, places: Vector) -> SolverResults:
    """Points (x, σ) two by two, for data N(0, tau²).

    A path keeps x / √(tau² + σ²). Source: Song, Dhariwal, Chen and Sutskever, Consistency models
    (2023), section 3 on self-consistency. Raises ValueError for tau not above zero, levels below
    zero and an odd number of points.
    """
    require_positive("tau", tau)
    require_vector("levels", levels)
    require_vector("places", places, len(levels))
    if len(levels) % 2 or min(levels) < 0:
        raise ValueError("levels must be two for each pair, none below zero")
    points = list(zip(places, levels, strict=True))
    ends = [x * square_root(Fraction(tau * tau) / (tau * tau + level**2)) for x, level in points]

    def same(one: tuple[Scalar, Scalar], other: tuple[Scalar, Scalar]) -> bool:
        left = one[0] ** 2 * (tau * tau + other[1] ** 2)
        right = other[0] ** 2 * (tau * tau + one[1] ** 2)
        return left == right and one[0] * other[0] >= 0

    return {
        "on_path": tuple(map(same, points[::2], points[1::2])),
        "first_ends": tuple(ends[::2]),
        "second_ends": tuple(ends[1::2]),
    }


@check("consistency.pairs", tolerance=1e-6)
def pairs_by_integration(
    tau: "Tensor", levels: "Tensor", places: "Tensor"
) -> Mapping[str, "Tensor"]:
    """Follows each first point to the level of the second one, and both to level 0.

    tau: [variants]; levels, places: [variants, points].
    """
    import torch

    firsts, seconds = places[:, ::2], places[:, 1::2]
    starts = torch.cat((firsts, seconds, firsts), -1)
    begin = torch.cat((levels[:, ::2], levels[:, 1::2], levels[:, ::2]), -1)
    end = torch.cat((torch.zeros_like(levels), levels[:, 1::2]), -1)
    # Few different points are drawn, so that each is followed once.
    ways = torch.stack((starts, begin, end, tau[:, None].expand_as(starts)), -1)
    kinds, kind_of = torch.unique(ways.flatten(0, 1), dim=0, return_inverse=True)
    start, high, low, spread = kinds.unbind(-1)
    reached = follow(start, high, low, torch.zeros_like(start), spread)
    first_ends, second_ends, there = reached[kind_of.reshape(starts.shape)].chunk(3, -1)
    return {
        "on_path": (there - seconds).abs() < 1e-6,
        "first_ends": first_ends,
        "second_ends": second_ends,
    }
