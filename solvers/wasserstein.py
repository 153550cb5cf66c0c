"""The Wasserstein-1 distance of laws on the line, beside the Jensen-Shannon divergence."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Vector,
    over_common_denominator,
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
        "disjoint": "whether no position has mass under both, so that the Jensen-Shannon "
        "divergence is ln 2 however far they are apart",
        "wasserstein_is_mean_shift": "whether the distance equals the difference of the means, as "
        "all mass moves to one side",
    },
    mistakes={
        "mean_difference": "The absolute difference of the means",
        "spacing_forgotten": "Adds up |F − G| without the distances between the positions",
        "densities_for_distributions": "Adds up |p − q| times the distance to the next position",
        "sign_kept": "Adds up F − G without absolute values",
        "squared_distances": "The mean squared distance moved instead of the distance",
        "independent_coupling": "The mean distance of independent draws: no cheap plan is sought",
        "doubled_variation": "The sum of |p − q|, without the half",
        "jensen_shannon_in_bits": "The Jensen-Shannon divergence in bits",
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
def line(positions: Vector, p: Vector, q: Vector) -> Answers:
    """Laws p and q on the same rising positions: W_1 is the area between distribution functions.

    W_1 = Σ |F_k − G_k| (x_(k+1) − x_k). The cheapest plan moves mass without crossings, quantile
    to quantile. Sources: Villani, Topics in Optimal Transportation (2003), theorem 2.18 and
    remark 2.19; Arjovsky, Chintala and Bottou, Wasserstein GAN (2017), example 1 (disjoint
    supports). Raises ValueError for positions that do not rise, and laws of other lengths or
    that do not sum to one.
    """
    require_vector("positions", positions)
    require_probabilities("p", p)
    require_probabilities("q", q)
    require_vector("p", p, len(positions))
    require_vector("q", q, len(positions))
    if any(late <= early for early, late in pairwise(positions)):
        raise ValueError("positions must rise")
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
        "wasserstein": Fraction(area, scale),
        "jensen_shannon": divergence,
        "total_variation": Fraction(variation, 2 * whole),
        "disjoint": not any(a and b for a, b in zip(first, second, strict=True)),
        "wasserstein_is_mean_shift": area == abs(signed),
        "mean_difference": Fraction(abs(signed), scale),
        "spacing_forgotten": Fraction(sum(map(abs, ahead)), whole),
        "densities_for_distributions": Fraction(apart, scale),
        "sign_kept": Fraction(signed, scale),
        "squared_distances": Fraction(_squared_cost(places, first, second), scale * unit),
        "independent_coupling": Fraction(independent, whole * scale),
        "doubled_variation": Fraction(variation, whole),
        "jensen_shannon_in_bits": divergence / log(2),
    }


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


@check("wasserstein.line", tolerance=1e-8)
def line_by_quantiles(positions: "Tensor", p: "Tensor", q: "Tensor") -> Mapping[str, Any]:
    """Couples equal quantiles: the mean of |F⁻¹(t) − G⁻¹(t)| over t; all [variants, n].

    Both quantile functions are constant between the values of either distribution function. The
    Jensen-Shannon divergence is the information between a draw and which law it came from.
    """
    import torch

    sums = (p.cumsum(-1), q.cumsum(-1))
    zeros = torch.zeros_like(p[:, :1])
    levels = torch.cat((zeros, *sums), dim=-1).clamp(max=1).sort(-1).values
    middles = (levels[:, 1:] + levels[:, :-1]) / 2
    last = p.shape[1] - 1
    ends = [
        positions.gather(1, torch.searchsorted(each.contiguous(), middles).clamp(max=last))
        for each in sums
    ]
    moved = ((ends[0] - ends[1]).abs() * levels.diff(dim=-1)).sum(-1)
    shift = ((p - q) * positions).sum(-1).abs()
    joint = torch.stack((p, q), dim=1) / 2

    def entropy(law: "Tensor") -> "Tensor":
        terms: Tensor = torch.special.entr(law)
        return terms.flatten(1).sum(-1)

    information = entropy(joint.sum(1)) + entropy(joint.sum(2)) - entropy(joint)
    return {
        "wasserstein": moved,
        "jensen_shannon": information,
        "total_variation": (p - q).clamp(min=0).sum(-1),
        "disjoint": torch.minimum(p, q).amax(-1) == 0,
        "wasserstein_is_mean_shift": (moved - shift).abs() <= 1e-10 * (1 + moved),
    }
