"""Sampling in a few rounds, with a consistency function or with a denoiser put in its place."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.consistency import follow, slope
from qgen.solvers.numerics.arguments import Scalar, require_positive
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "consistency_rounds.denoiser",
    results={
        "once": "the variance of E[x_0 | x] at the level `first`",
        "twice": "the variance after new noise of the level `second`, denoised again",
        "noisy_again": "the variance when the new noise has been added",
        "consistent": "the variance of either round with the exact consistency function",
    },
    mistakes={
        "deviation_once": "The standard deviation of the first result",
        "twice_from_data": "The second round as if it began with the data's variance",
        "product": "Multiplies the variance by both factors squared: forgets the new noise",
        "unsquared_twice": "Multiplies by the factor in place of its square in the second round",
    },
    examples=(
        {"tau": 3, "first": 4, "second": 1},
        {"tau": 2, "first": 5, "second": 2},
        {"tau": 1, "first": Fraction(3, 2), "second": Fraction(1, 2)},
    ),
)
def denoiser(tau: Scalar, first: Scalar, second: Scalar) -> SolverResults:
    """Data N(0, tau²), start N(0, tau² + first²), two rounds of sampling.

    The denoiser multiplies x by tau² / (tau² + σ²) at the level σ, the consistency function by
    its root. Source: Song, Dhariwal, Chen and Sutskever, Consistency models (2023), algorithm 1,
    with the denoiser of Karras et al. (2022) in its place. Raises ValueError for arguments that
    are not above zero.
    """
    for name, value in (("tau", tau), ("first", first), ("second", second)):
        require_positive(name, value)
    data = Fraction(tau * tau)
    once = data * data / (data + first * first)
    factor = data / (data + second * second)
    again = once + second * second
    return {
        "once": once,
        "twice": factor**2 * again,
        "noisy_again": again,
        "consistent": data,
        "deviation_once": square_root(once),
        "twice_from_data": factor * data,
        "product": factor**2 * once,
        "unsquared_twice": factor * again,
    }


@check("consistency_rounds.denoiser", tolerance=1e-6)
def denoiser_by_paths(tau: "Tensor", first: "Tensor", second: "Tensor") -> Mapping[str, Any]:
    """How much each map widens the distance of two points, squared; maps by autograd and by steps.

    All are [variants].
    """
    import torch

    none = torch.zeros_like(tau)

    def widening(level: "Tensor") -> "Tensor":
        """The denoiser is one Euler step to level 0."""
        ends = [place - level * slope(level, place, none, tau) for place in (none, none + 1)]
        return ends[1] - ends[0]

    normal: Any = torch.distributions.Normal
    start = normal(none, tau).variance + normal(none, first).variance
    once = widening(first) ** 2 * start
    again = once + normal(none, second).variance
    exact = follow(none + 1, first, none, none, tau) ** 2 * start
    return {
        "once": once,
        "twice": widening(second) ** 2 * again,
        "noisy_again": again,
        "consistent": exact,
        "deviation_once": once.sqrt(),
        "twice_from_data": widening(second) ** 2 * (exact + second**2),
        "product": (widening(second) * widening(first)) ** 2 * start,
        "unsquared_twice": widening(second) * again,
    }
