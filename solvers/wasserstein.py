"""The Wasserstein-1 distance of laws on the line, beside the Jensen-Shannon divergence."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import accumulate, pairwise
from math import fsum, log
from operator import sub
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "wasserstein.line",
    results={
        "wasserstein": "the Wasserstein-1 distance (earth mover's distance)",
        "jensen_shannon": "the Jensen-Shannon divergence, in nats",
        "total_variation": "the total variation distance, half the sum of |p − q|",
        "wasserstein_is_mean_shift": "whether the distance equals the difference of the means, as "
        "all mass moves to one side",
    },
    mistakes={
        "mean_difference": "The absolute difference of the means",
        "spacing_forgotten": "Adds up |F − G| without the distances between the positions",
        "densities_for_distributions": "Adds up |p − q| times the distance to the next position",
        "squared_distances": "The mean squared distance moved instead of the distance",
        "independent_coupling": "The mean distance of independent draws: no cheap plan is sought",
        "jensen_shannon_in_bits": "The Jensen-Shannon divergence in bits",
        "jensen_shannon_not_halved": "Adds the two divergences from the mixture without the half",
    },
    examples=(
        {
            "positions": (0, 1, 3),
            "p": (Fraction(1, 2), Fraction(1, 2), 0),
            "q": (0, Fraction(1, 4), Fraction(3, 4)),
        },
        {
            "positions": (-1, 0, 2, 5),
            "p": (Fraction(1, 4), Fraction(1, 4), 0, Fraction(1, 2)),
            "q": (0, Fraction(1, 2), Fraction(1, 2), 0),
        },
        {"positions": (0, Fraction(7, 2)), "p": (1, 0), "q": (0, 1)},
        {
            "positions": (1, 2, 4),
            "p": (Fraction(1, 5), Fraction(2, 5), Fraction(2, 5)),
            "q": (Fraction(1, 5), Fraction(2, 5), Fraction(2, 5)),
        },
    ),
)
def line(positions: Vector, p: Vector, q: Vector) -> SolverResults:
    """Laws p and q on the same rising positions: W_1 is the area between distribution functions.

    W_1 = Σ |F_k − G_k| (x_(k+1) − x_k). The cheapest plan moves mass without crossings, quantile
    to quantile. Sources: Villani, Topics in Optimal Transportation (2003), theorem 2.18 and
    remark 2.19; Arjovsky, Chintala and Bottou, Wasserstein GAN (2017), example 1 (disjoint
    supports). Raises ValueError for positions that do not rise, and laws of other lengths or
    that do not sum to one.
    """
    _require_laws(positions, p, q)
    masses, whole = over_common_denominator((*p, *q))
    first, second = masses[: len(p)], masses[len(p) :]
    places, unit = over_common_denominator(positions)
    lead, ahead, area, signed, apart = 0, list[int](), 0, 0, 0
    for index in range(len(places) - 1):
        gap = places[index + 1] - places[index]
        difference = first[index] - second[index]
        lead += difference
        ahead.append(lead)
        area += abs(lead) * gap
        signed += lead * gap
        apart += abs(difference) * gap
    variation = sum([abs(a - b) for a, b in zip(first, second, strict=True)])
    independent = sum(
        [
            a * b * abs(here - there)
            for a, here in zip(first, places, strict=True)
            for b, there in zip(second, places, strict=True)
        ]
    )
    divergence = _jensen_shannon(first, second, whole)
    scale = whole * unit
    return {
        "wasserstein": fraction(area, scale),
        "jensen_shannon": divergence,
        "total_variation": fraction(variation, 2 * whole),
        "wasserstein_is_mean_shift": area == abs(signed),
        "mean_difference": fraction(abs(signed), scale),
        "spacing_forgotten": fraction(sum(map(abs, ahead)), whole),
        "densities_for_distributions": fraction(apart, scale),
        "squared_distances": fraction(_squared_cost(places, first, second), scale * unit),
        "independent_coupling": fraction(independent, whole * scale),
        "jensen_shannon_in_bits": divergence / log(2),
        "jensen_shannon_not_halved": 2 * divergence,
    }


def _require_laws(positions: Vector, p: Vector, q: Vector) -> None:
    require_vector("positions", positions)
    require_probabilities("p", p)
    require_probabilities("q", q)
    require_vector("p", p, len(positions))
    require_vector("q", q, len(positions))
    if any(late <= early for early, late in pairwise(positions)):
        raise ValueError("positions must rise")


def _jensen_shannon(first: list[int], second: list[int], whole: int) -> float:
    return fsum(
        [
            mass / (2 * whole) * log(2 * mass / (mass + other))
            for one, two in zip(first, second, strict=True)
            for mass, other in ((one, two), (two, one))
            if mass
        ]
    )


def _squared_cost(places: list[int], first: list[int], second: list[int]) -> int:
    """Σ mass · distance² of the plan that moves mass without crossings."""
    supply, demand = list(first), list(second)
    source = target = total = 0
    while source < len(supply) and target < len(demand):
        moved = min(supply[source], demand[target])
        total += moved * (places[source] - places[target]) ** 2
        supply[source] -= moved
        demand[target] -= moved
        if not supply[source]:
            source += 1
        else:
            target += 1
    return total


def _along_quantiles(
    places: "tuple[Tensor, Tensor]", masses: "tuple[Tensor, Tensor]", power: int = 1
) -> "Tensor":
    """The mean of |F⁻¹(t) − G⁻¹(t)|^power over t; each place and mass is [variants, n].

    Both quantile functions are constant between the values of either distribution function.
    """
    import torch

    sums = [each.cumsum(-1) for each in masses]
    zeros = torch.zeros_like(sums[0][:, :1])
    levels = torch.cat((zeros, *sums), dim=-1).clamp(max=1).sort(-1).values
    middles = (levels[:, 1:] + levels[:, :-1]) / 2
    ends = [
        place.gather(1, torch.searchsorted(each.contiguous(), middles).clamp(max=len(place[0]) - 1))
        for place, each in zip(places, sums, strict=True)
    ]
    return ((ends[0] - ends[1]).abs() ** power * levels.diff(dim=-1)).sum(-1)


def _information(p: "Tensor", q: "Tensor") -> "Tensor":
    """The information, in nats, between a draw and which of both it came from; [variants, n]."""
    import torch

    joint = torch.stack((p, q), dim=1) / 2

    def entropy(table: "Tensor") -> "Tensor":
        terms: Tensor = torch.special.entr(table)
        return terms.flatten(1).sum(-1)

    return entropy(joint.sum(1)) + entropy(joint.sum(2)) - entropy(joint)


@check("wasserstein.line", tolerance=1e-8)
def line_by_quantiles(positions: "Tensor", p: "Tensor", q: "Tensor") -> Mapping[str, Any]:
    """Couples equal quantiles; the Jensen-Shannon divergence as an information.

    Mistakes are the same routes with other positions (ranks) or the square of the way, the
    mean distance of independent draws as ∫ F (1 − G) + G (1 − F), and divergences of each from
    the mixture by torch. All [variants, n].
    """
    import torch
    from torch.distributions import Categorical, kl_divergence

    moved = _along_quantiles((positions, positions), (p, q))
    ranks = torch.arange(p.shape[1], dtype=p.dtype).expand_as(p).contiguous()
    shift = ((p - q) * positions).sum(-1).abs()
    gaps, below, under = positions.diff(dim=-1), p.cumsum(-1)[:, :-1], q.cumsum(-1)[:, :-1]
    apart = below * (1 - under) + under * (1 - below)
    mixture: Any = Categorical(probs=(p + q) / 2)
    both = [kl_divergence(Categorical(probs=each), mixture) for each in (p, q)]
    larger, smaller = torch.maximum(p, q)[:, :-1], torch.minimum(p, q)[:, :-1]
    return {
        "wasserstein": moved,
        "jensen_shannon": _information(p, q),
        "total_variation": (p - q).clamp(min=0).sum(-1),
        "wasserstein_is_mean_shift": (moved - shift).abs() <= 1e-10 * (1 + moved),
        "mean_difference": shift,
        "spacing_forgotten": _along_quantiles((ranks, ranks), (p, q)),
        "densities_for_distributions": (larger * gaps).sum(-1) - (smaller * gaps).sum(-1),
        "squared_distances": _along_quantiles((positions, positions), (p, q), power=2),
        "independent_coupling": (apart * gaps).sum(-1),
        "jensen_shannon_in_bits": _information(p, q) / log(2),
        "jensen_shannon_not_halved": both[0] + both[1],
    }


@solver(
    "wasserstein.step",
    results={
        "moved_wasserstein": "the Wasserstein-1 distance after the move",
        "moved_jensen_shannon": "the Jensen-Shannon divergence after the move, in nats",
        "divergence_becomes_largest": "whether the move takes the Jensen-Shannon divergence up to "
        "ln 2, as no value is shared any more",
        "divergence_stays": "whether the move leaves the Jensen-Shannon divergence as it is",
        "divergence_falls": "whether the move makes the Jensen-Shannon divergence smaller",
    },
    mistakes={
        "moved_away": "The Wasserstein-1 distance after a move by the same amount to the right",
        "only_one_moved": "Only the part of q on its first position is taken to move",
    },
    examples=(
        {
            "positions": (0, 2, 5),
            "p": (Fraction(3, 5), Fraction(2, 5), 0),
            "q": (0, Fraction(1, 5), Fraction(4, 5)),
            "move": Fraction(1, 2),
        },
        {"positions": (0, 1), "p": (1, 0), "q": (0, 1), "move": 1},
        {
            "positions": (-1, 0, 2),
            "p": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)),
            "q": (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)),
            "move": Fraction(3, 2),
        },
    ),
)
def step(positions: Vector, p: Vector, q: Vector, move: Scalar) -> SolverResults:
    """p and q on the same rising positions, before and after q moves to the left by `move`.

    Both distances are those of `wasserstein.line`, on the positions of p and the moved ones of q
    together. Source: Arjovsky, Chintala and Bottou, Wasserstein GAN (2017), example 1. Raises
    ValueError for what `wasserstein.line` refuses, and a move that is not above zero.
    """
    require_positive("move", move)
    _require_laws(positions, p, q)
    masses, whole = over_common_denominator((*p, *q))
    own, other = masses[: len(p)], masses[len(p) :]
    (*places, way), unit = over_common_denominator((*positions, move))

    def after(ways: list[int]) -> tuple[list[int], list[int], list[int]]:
        moved = [place - each for place, each in zip(places, ways, strict=True)]
        return _together(places, own, moved, other)

    left, right = after([way] * len(q)), after([-way] * len(q))
    first = next(index for index, mass in enumerate(q) if mass)
    alone = after([way if index == first else 0 for index in range(len(q))])
    met = any(one and two for one, two in zip(*left[1:], strict=True))
    start, end = _jensen_shannon(own, other, whole), _jensen_shannon(*left[1:], whole)
    return {
        "moved_wasserstein": fraction(_area(*left), whole * unit),
        "moved_jensen_shannon": end,
        "divergence_becomes_largest": not met and end > start + 1e-12,
        "divergence_stays": abs(end - start) <= 1e-12,
        "divergence_falls": end < start - 1e-12,
        "moved_away": fraction(_area(*right), whole * unit),
        "only_one_moved": fraction(_area(*alone), whole * unit),
    }


def _together(
    places: list[int], masses: list[int], others: list[int], other_masses: list[int]
) -> tuple[list[int], list[int], list[int]]:
    """Two tables of masses as one over the rising union of their places."""
    first = dict(zip(places, masses, strict=True))
    second = dict.fromkeys(others, 0)
    for place, mass in zip(others, other_masses, strict=True):
        second[place] += mass
    union = sorted({*first, *second})
    return union, [first.get(each, 0) for each in union], [second.get(each, 0) for each in union]


def _area(places: list[int], first: list[int], second: list[int]) -> int:
    """What lies between both distribution functions."""
    leads = accumulate(map(sub, first, second))
    gaps = [late - early for early, late in pairwise(places)]
    return sum([abs(lead) * gap for lead, gap in zip(leads, gaps, strict=False)])


@check("wasserstein.step", tolerance=1e-8)
def step_by_quantiles(
    positions: "Tensor", p: "Tensor", q: "Tensor", move: "Tensor"
) -> Mapping[str, Any]:
    """Couples quantiles of the two with places of their own; meetings by comparing all pairs.

    positions, p, q: [variants, n]; move: [variants].
    """
    import torch

    def distance(ways: "Tensor") -> "Tensor":
        return _along_quantiles((positions, positions - ways), (p, q))

    # q stays in the order of its places: only equal places would need to be put together.
    ways = move[:, None].expand_as(positions)
    meets = (positions[:, :, None] - (positions - ways)[:, None]).abs() < 1e-9
    there = torch.einsum("vij,vj->vi", meets.to(q.dtype), q)
    moved = _information(torch.cat((p, 0 * q), -1), torch.cat((there, q * ~meets.any(1)), -1))
    start = _information(p, q)
    first = (q > 0).int().argmax(-1, keepdim=True)
    alone = torch.zeros_like(positions).scatter(1, first, move[:, None])
    return {
        "moved_wasserstein": distance(ways),
        "moved_jensen_shannon": moved,
        "divergence_becomes_largest": (moved > start + 1e-10) & (moved > log(2) - 1e-10),
        "divergence_stays": (moved - start).abs() <= 1e-10,
        "divergence_falls": moved < start - 1e-10,
        "moved_away": distance(-ways),
        "only_one_moved": distance(alone),
    }
