"""Euler steps along the velocity of flow matching, from noise to Gaussian data, on a scalar."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "flow_matching_steps.euler",
    results={
        "middle": "where the first Euler step of length 1 / n ends",
        "later_velocity": "the velocity there, at time 1 / n",
        "end": "where the last of n Euler steps from t = 0 to 1 ends",
        "exact": "where the flow ends",
    },
    mistakes={
        "one_step": "A single step with the velocity at the start: the data's mean",
        "data_point_each_time": "Adds E[x_1 | x_t] / n in place of the velocity over n",
        "unscaled_steps": "Adds whole velocities, not divided by n",
    },
    examples=(
        {"m": 2, "s": 3, "x": 1, "n": 2},
        {"m": -1, "s": Fraction(1, 2), "x": -2, "n": 3},
        {"m": 4, "s": 2, "x": Fraction(1, 2), "n": 4},
    ),
)
def euler(m: Scalar, s: Scalar, x: Scalar, n: Scalar) -> SolverResults:
    """n Euler steps along E[x_1 − x_0 | x_t] from x_0 = x, for data N(m, s²), noise N(0, 1).

    Each step multiplies the distance to t m by 1 + slope / n; the flow multiplies it by s.
    Source: Liu, Gong and Liu, Flow straight and fast (2023), section 2, whose samples follow
    this equation in n steps. Raises ValueError for s not above zero, n not from 2 to 100.
    """
    require_scalar("m", m)
    require_scalar("x", x)
    require_positive("s", s)
    count = require_count("n", n, 2, 100)

    def velocity(t: Fraction, place: Fraction) -> Fraction:
        slope = (t * s * s - (1 - t)) / (t * t * s * s + (1 - t) ** 2)
        return m + slope * (place - t * m)

    def walk(add: Callable[[Fraction, Fraction], Fraction], begin: Fraction) -> list[Fraction]:
        places = [begin]
        for step in range(count):
            places.append(places[-1] + add(fraction(step, count), places[-1]))
        return places

    def one_part(t: Fraction, place: Fraction) -> Fraction:
        return velocity(t, place) / count

    places = walk(one_part, Fraction(x))
    return {
        "middle": places[1],
        "later_velocity": velocity(fraction(1, count), places[1]),
        "end": places[-1],
        "exact": m + s * x,
        "one_step": m,
        "data_point_each_time": walk(
            lambda t, place: (place + (1 - t) * velocity(t, place)) / count, Fraction(x)
        )[-1],
        "unscaled_steps": walk(velocity, Fraction(x))[-1],
    }


@check("flow_matching_steps.euler", tolerance=1e-8)
def euler_by_continuity(m: "Tensor", s: "Tensor", x: "Tensor", n: "Tensor") -> Mapping[str, Any]:
    """The velocity as −∂F/∂t over the density of x_t, F its distribution function by torch.

    The exact end is the point with as much of the data below it as noise lies below x. All are
    [variants].
    """
    import torch

    normal: Any = torch.distributions.Normal
    none, most = torch.zeros_like(x), int(n.max())

    def velocity(when: "Tensor", place: "Tensor") -> "Tensor":
        time, at = when.clone().requires_grad_(True), place.detach().clone().requires_grad_(True)
        below = normal(time * m, ((time * s) ** 2 + (1 - time) ** 2).sqrt()).cdf(at)
        in_time, density = torch.autograd.grad(below.sum(), (time, at))
        return -in_time / density

    def walk(start: "Tensor", add: Callable[["Tensor", "Tensor"], "Tensor"]) -> list["Tensor"]:
        places = [start]
        for step in range(most):
            moved = places[-1] + add(step / n, places[-1])
            places.append(torch.where(step < n, moved, places[-1]))
        return places

    def part(when: "Tensor", place: "Tensor") -> "Tensor":
        return velocity(when.clamp(max=0.999), place) / n

    # Near the mean of x_t the density is large, and the steps are linear in the place.
    first, second = walk(none, part), walk(none + 1, part)
    width = second[-1] - first[-1]
    end = first[-1] + x * width

    def data_part(when: "Tensor", place: "Tensor") -> "Tensor":
        return (place + (1 - when) * linear(when, place)) / n

    def linear(when: "Tensor", place: "Tensor") -> "Tensor":
        """The velocity far out, from two places near the mean."""
        when = when.clamp(max=0.999)
        zero, one = velocity(when, when * m), velocity(when, when * m + 0.5)
        return zero + (one - zero) * 2 * (place - when * m)

    return {
        "middle": first[1] + x * (second[1] - first[1]),
        "later_velocity": linear(1 / n, first[1] + x * (second[1] - first[1])),
        "end": end,
        "exact": normal(m, s).icdf(normal(0.0, 1.0).cdf(x)),
        "one_step": x + linear(none, x),
        "data_point_each_time": walk(x, data_part)[-1],
        "unscaled_steps": walk(x, linear)[-1],
    }
