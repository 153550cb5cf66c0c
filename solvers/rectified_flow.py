"""Rectified flow between finitely many starts and ends on a line: crossings, and their cost."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import permutations
from operator import mul, sub
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Vector,
    over_common_denominator,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

MOST = 6


@solver(
    "rectified_flow.crossing",
    results={
        "crossing_time": "the time at which the lines of the first two pairs meet",
        "crossing_place": "where they meet",
        "crossing_velocity": "E[x_1 − x_0 | x_t] there, over all lines that pass",
        "velocity_of_first": "the velocity of the first pair",
        "velocity_of_second": "the velocity of the second pair",
        "nearest_other": "how far off the nearest other line passes (0 if there is none)",
    },
    mistakes={
        "velocity_unweighted": "The plain mean of the first two velocities",
        "shares_swapped": "The first two probabilities are swapped",
        "velocity_of_all": "The mean over all pairs, also those that do not pass there",
        "not_normalised": "Weighs by the probabilities without dividing by their sum",
    },
    examples=(
        {
            "starts": (0, 4, 9),
            "ends": (6, 2, 9),
            "probabilities": (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)),
        },
        {"starts": (-3, 1), "ends": (2, -5), "probabilities": (Fraction(4, 5), Fraction(1, 5))},
        {
            "starts": (2, 0, -5),
            "ends": (-1, 7, -3),
            "probabilities": (Fraction(1, 10), Fraction(1, 5), Fraction(7, 10)),
        },
    ),
)
def crossing(starts: Vector, ends: Vector, probabilities: Vector) -> SolverResults:
    """Straight paths x_t = (1 − t) x_0 + t x_1 of finitely many pairs; the first two cross.

    They meet where the distance of the starts is used up by the difference of the velocities.
    Source: Liu, Gong and Liu, Flow straight and fast (2023), section 2 and equation 2: the
    velocity is E[x_1 − x_0 | x_t]. Raises ValueError unless the first two cross in between, and
    for probabilities of zero.
    """
    require_vector("starts", starts)
    require_vector("ends", ends, len(starts))
    require_vector("probabilities", probabilities, len(starts))
    require_probabilities("probabilities", probabilities)
    if len(starts) < 2 or min(probabilities) <= 0:
        raise ValueError("there must be two pairs or more, with probabilities above zero")
    places, unit = over_common_denominator((*starts, *ends))
    begins, goals = places[: len(starts)], places[len(starts) :]
    masses, whole = over_common_denominator(probabilities)
    gap, gap_after = begins[1] - begins[0], goals[1] - goals[0]
    if gap * gap_after >= 0:
        raise ValueError("the first two paths must cross between their ends")
    speeds = list(map(sub, goals, begins))
    first, second = speeds[:2]
    # The time of the crossing is gap over closing; the place is in parts of unit · closing.
    closing = first - second
    place = begins[0] * closing + gap * first
    others = [
        abs(begin * closing + gap * speed - place)
        for begin, speed in zip(begins[2:], speeds[2:], strict=True)
    ]
    passing = [0, 1, *[index for index, away in enumerate(others, 2) if away == 0]]
    one, other = masses[:2]
    mean = sum([masses[index] * speeds[index] for index in passing])
    return {
        "crossing_time": fraction(gap, closing),
        "crossing_place": fraction(place, unit * closing),
        "crossing_velocity": fraction(mean, unit * sum([masses[index] for index in passing])),
        "velocity_of_first": ends[0] - starts[0],
        "velocity_of_second": ends[1] - starts[1],
        "nearest_other": fraction(min(others), unit * abs(closing)) if others else 0,
        "velocity_unweighted": fraction(first + second, 2 * unit),
        "shares_swapped": fraction(other * first + one * second, unit * (one + other)),
        "velocity_of_all": fraction(sum(map(mul, masses, speeds)), whole * unit),
        "not_normalised": fraction(one * first + other * second, whole * unit),
    }


@check("rectified_flow.crossing", tolerance=1e-7)
def crossing_by_bisection(
    starts: "Tensor", ends: "Tensor", probabilities: "Tensor"
) -> Mapping[str, Any]:
    """Bisects the time at which the first two change order, and sees which pairs are there.

    Pairs within 1e-6 of the crossing count, with velocities that are differences of places. All
    are [variants, pairs].
    """
    import torch

    def places(time: "Tensor") -> "Tensor":
        return torch.lerp(starts, ends, time[:, None])

    low, high = torch.zeros_like(starts[:, 0]), torch.ones_like(starts[:, 0])
    order = (starts[:, 1] - starts[:, 0]).sign()
    for _ in range(60):
        middle = (low + high) / 2
        now = places(middle)
        before = (now[:, 1] - now[:, 0]).sign() == order
        low, high = torch.where(before, middle, low), torch.where(before, high, middle)
    step = torch.full_like(low, 0.25)
    speeds = (places(low + step) - places(low - step)) / 0.5
    place = places(low)[:, :2].mean(-1)
    away = (places(low) - place[:, None]).abs()
    here = (away < 1e-6).to(starts.dtype)

    def mean(weights: "Tensor") -> "Tensor":
        return (weights * speeds).sum(-1) / weights.sum(-1)

    swapped = torch.cat((probabilities[:, :2].flip(-1), probabilities[:, 2:]), -1)
    others = torch.nn.functional.pad(away[:, 2:], (0, 1), value=torch.inf).amin(-1)
    pair = torch.nn.functional.pad(here[:, :2], (0, here.shape[-1] - 2))
    return {
        "crossing_time": low,
        "crossing_place": place,
        "crossing_velocity": mean(here * probabilities),
        "velocity_of_first": speeds[:, 0],
        "velocity_of_second": speeds[:, 1],
        "nearest_other": torch.where(others.isinf(), 0.0, others),
        "velocity_unweighted": mean(pair),
        "shares_swapped": mean(pair * swapped),
        "velocity_of_all": mean(probabilities),
        "not_normalised": (pair * probabilities * speeds).sum(-1),
    }


@solver(
    "rectified_flow.reflow",
    results={
        "cost": "the mean of (x_1 − x_0)² over the given pairs",
        "cost_after": "the same over the pairs that the flow makes",
        "saved": "cost − cost_after",
        "end_of_first": "where the flow takes the first start",
        "crossings": "how many two of the given paths cross",
    },
    mistakes={
        "paired_end_of_first": "The end that the first start was paired with",
        "nearest_to_first": "The end nearest to the first start",
        "cost_of_lengths": "The mean of |x_1 − x_0|",
        "cost_halved": "Half the mean of (x_1 − x_0)²",
    },
    examples=(
        {"starts": (0, 2, 5), "ends": (6, 1, 3)},
        {"starts": (3, -1), "ends": (0, 4)},
        {"starts": (1, 4, -2, 0), "ends": (5, -3, 2, 7)},
    ),
)
def reflow(starts: Vector, ends: Vector) -> SolverResults:
    """Equally likely pairs, each end blurred by a little noise, on a line.

    Paths of a flow on the line cannot cross, so the flow keeps the order of the starts: the k-th
    start from below goes to the k-th end. Source: Liu, Gong and Liu, Flow straight and fast
    (2023), theorem 3.5, where the rectified coupling has no larger convex cost, and on the line
    is the monotone one. Raises ValueError for fewer than two or more than six pairs, and equals.
    """
    require_vector("starts", starts)
    require_vector("ends", ends, len(starts))
    if not 2 <= len(starts) <= MOST:
        raise ValueError(f"starts must have 2 to {MOST} entries, it has {len(starts)}")
    for name, values in (("starts", starts), ("ends", ends)):
        if len(set(values)) < len(values):
            raise ValueError(f"{name} must be distinct")
    count = len(starts)
    pairs = list(zip(starts, ends, strict=True))
    sorted_pairs = list(zip(sorted(starts), sorted(ends), strict=True))
    cost, after = (
        Fraction(sum((b - a) ** 2 for a, b in each), count) for each in (pairs, sorted_pairs)
    )
    crossed = sum(
        (a - other) * (b - another) < 0
        for index, (a, b) in enumerate(pairs)
        for other, another in pairs[:index]
    )
    return {
        "cost": cost,
        "cost_after": after,
        "saved": cost - after,
        "end_of_first": dict(sorted_pairs)[starts[0]],
        "crossings": crossed,
        "paired_end_of_first": ends[0],
        "nearest_to_first": min(ends, key=lambda end: (abs(end - starts[0]), end)),
        "cost_of_lengths": Fraction(sum(abs(b - a) for a, b in pairs), count),
        "cost_halved": cost / 2,
    }


@check("rectified_flow.reflow", tolerance=1e-9)
def reflow_by_transport(starts: "Tensor", ends: "Tensor") -> Mapping[str, Any]:
    """Tries all pairings for the least mean squared distance, which on the line has no crossings.

    Crossings are counted by following the pairs in time. starts, ends: [variants, pairs].
    """
    import torch

    count = starts.shape[-1]
    orders = torch.tensor(list(permutations(range(count))))
    costs = ((ends[:, orders] - starts[:, None]) ** 2).mean(-1)
    best = costs.argmin(-1)
    rows = torch.arange(len(starts))
    after, cost = costs[rows, best], costs[:, 0]
    rank_before = torch.argsort(torch.argsort(starts, -1), -1)
    rank_after = torch.argsort(torch.argsort(ends, -1), -1)
    turned = (rank_before[:, :, None] < rank_before[:, None]) != (
        rank_after[:, :, None] < rank_after[:, None]
    )
    distance = (ends - starts[:, :1]).abs() + 1e-9 * (ends - ends.amin(-1, keepdim=True))
    return {
        "cost": cost,
        "cost_after": after,
        "saved": cost - after,
        "end_of_first": ends[rows, orders[best, 0]],
        "crossings": turned.sum((-1, -2)) / 2,
        "paired_end_of_first": ends[:, 0],
        "nearest_to_first": ends[rows, distance.argmin(-1)],
        "cost_of_lengths": (ends - starts).abs().mean(-1),
        "cost_halved": (ends - starts).square().mean(-1) / 2,
    }
