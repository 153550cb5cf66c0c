"""Tosses of a coin that was exchanged once for another one, at an unknown place."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import factorial
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, Vector, over_common_denominator, require_vector
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_TOSSES = 20


@lru_cache(maxsize=256)
def _evidence(heads: int, tails: int) -> Fraction:
    """∫ theta^heads (1 − theta)^tails over (0, 1): the tosses in their order, uniform bias."""
    return fraction(factorial(heads) * factorial(tails), factorial(heads + tails + 1))


@lru_cache(maxsize=256)
def _at_share(heads: int, tails: int) -> Fraction:
    """The largest likelihood of the tosses, at the share of heads."""
    count = heads + tails
    return fraction(heads, count) ** heads * fraction(tails, count) ** tails


@lru_cache(maxsize=4096)
def _of_two_coins(first: tuple[int, int], second: tuple[int, int]) -> tuple[Fraction, Fraction]:
    """Evidence and largest likelihood of both coins' heads and tails."""
    return _evidence(*first) * _evidence(*second), _at_share(*first) * _at_share(*second)


@solver(
    "change_point.tosses",
    results={
        "evidence_at": "p(tosses | the coin was exchanged after toss k), for k = 1, 2, …",
        "evidence_here": "that evidence for the given place",
        "place_after": "the posterior probabilities of the places",
        "here_after": "the posterior probability of the given place",
        "next_toss": "the probability that the next toss shows heads",
        "evidence": "p(tosses | the coin was exchanged), over the places",
        "evidence_of_one": "p(tosses | there was one coin all the time)",
        "exchanged_after": "the probability of an exchange, if it was 1/2 before the tosses",
    },
    mistakes={
        "largest_likelihood": "The likelihood at the two shares of heads, not averaged",
        "one_coin_only": "The evidence of the tosses of the second coin alone",
        "here_by_likelihood": "Compares largest likelihoods in place of evidences",
        "next_toss_here": "Takes the given place for certain",
        "next_toss_of_one": "Takes all tosses for those of one coin",
        "next_toss_by_shares": "Averages the shares of heads of the second coin",
        "exchanged_at_best": "Takes the best place's evidence for that of an exchange",
        "exchanged_summed": "Sums the evidences over the places in place of averaging them",
        "kept_after": "The probability that the coin was not exchanged",
    },
    examples=(
        {"tosses": (1, 1, 0, 1, 0, 0, 0), "place": 4},
        {"tosses": (0, 1, 1), "place": 1},
        {"tosses": (1, 1, 1, 1, 1, 0), "place": 2},
    ),
)
def tosses(tosses: Vector, place: Scalar) -> SolverResults:
    """Heads are 1. All places are equally probable; both biases are uniform and independent.

    Given the place, the evidence is a product of two Beta integrals h! t!/(h + t + 1)!, and the
    next toss follows Laplace's rule for the second coin. Source: Barry and Hartigan, Product
    partition models for change point problems (1992), section 2. Raises ValueError for tosses
    other than 0 and 1, fewer than 2 of them or more than 20, and a place without tosses behind it.
    """
    require_vector("tosses", tosses)
    if not 2 <= len(tosses) <= _MOST_TOSSES:
        raise ValueError(f"tosses must have 2 to {_MOST_TOSSES} entries, not {len(tosses)}")
    seen = [require_count("a toss", toss, 0, 1) for toss in tosses]
    here = require_count("place", place, 1, len(seen) - 1) - 1

    def split(cut: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Heads and tails of the first coin and of the second one."""
        before, behind = seen[:cut], seen[cut:]
        first, second = sum(before), sum(behind)
        return (first, len(before) - first), (second, len(behind) - second)

    counts = [split(cut) for cut in range(1, len(seen))]
    evidences, likelihoods = zip(*[_of_two_coins(*each) for each in counts], strict=True)
    parts, unit = over_common_denominator(evidences)
    fits, _ = over_common_denominator(likelihoods)
    whole, places = sum(parts), len(parts)
    laplace = [fraction(heads + 1, heads + tails + 2) for _, (heads, tails) in counts]
    shares = [fraction(heads, heads + tails) for _, (heads, tails) in counts]
    heads, tails = sum(seen), len(seen) - sum(seen)
    kept = _evidence(heads, tails)

    def mean(values: Sequence[Fraction]) -> Fraction:
        """Over the posterior probabilities of the places."""
        numerators, below = over_common_denominator(values)
        return fraction(sum(map(mul, parts, numerators)), whole * below)

    def against(mass: int, below: int) -> Fraction:
        """The posterior probability of what has the evidence mass / below, against one coin."""
        mine, other = mass * kept.denominator, kept.numerator * below
        return fraction(mine, mine + other)

    after = tuple([fraction(part, whole) for part in parts])
    exchanged = against(whole, unit * places)
    return {
        "evidence_at": evidences,
        "evidence_here": evidences[here],
        "place_after": after,
        "here_after": after[here],
        "next_toss": mean(laplace),
        "evidence": fraction(whole, unit * places),
        "evidence_of_one": kept,
        "exchanged_after": exchanged,
        "largest_likelihood": likelihoods[here],
        "one_coin_only": _evidence(*counts[here][1]),
        "here_by_likelihood": fraction(fits[here], sum(fits)),
        "next_toss_here": laplace[here],
        "next_toss_of_one": fraction(heads + 1, len(seen) + 2),
        "next_toss_by_shares": mean(shares),
        "exchanged_at_best": against(max(parts), unit),
        "exchanged_summed": against(whole, unit),
        "kept_after": 1 - exchanged,
    }


@check("change_point.tosses", tolerance=1e-9)
def tosses_by_quadrature(tosses: "Tensor", place: "Tensor") -> Mapping[str, Any]:
    """The likelihood on a grid of both biases, for every place; tosses: [variants, n].

    The grid's masses are the joint probabilities of biases and tosses: everything else is a sum
    over it. The largest likelihood is looked for by halving the slope of the log-likelihood.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    nodes, weights = gauss_legendre(_MOST_TOSSES)
    count = tosses.shape[1]
    first = torch.arange(count) < torch.arange(1, count)[:, None]
    here = place.long() - 1

    def log_likelihood(theta: "Tensor", mine: "Tensor") -> "Tensor":
        """[variants, places, points] for the tosses of one coin; theta broadcasts to that."""
        each = torch.where(
            tosses[:, None, :, None] > 0, theta[..., None, :], 1 - theta[..., None, :]
        )
        return (each.log() * mine[None, :, :, None]).sum(2)

    grid = nodes[None, None, :]
    one, two = (log_likelihood(grid, mine).exp() for mine in (first.double(), (~first).double()))
    masses = one[..., :, None] * two[..., None, :] * weights[:, None] * weights
    evidences = masses.sum((2, 3))
    after = evidences / evidences.sum(1, keepdim=True)
    laplace = (masses * nodes).sum((2, 3)) / evidences
    whole = log_likelihood(grid, torch.ones(1, count, dtype=nodes.dtype))[:, 0].exp()
    kept, heads_kept = whole @ weights, (whole * nodes) @ weights
    exchanged = evidences.mean(1)
    best = [_best_share(tosses, mine.double()) for mine in (first, ~first)]
    likelihoods = (
        torch.stack(
            [
                log_likelihood(share[..., None], mine.double())[..., 0]
                for share, mine in zip(best, (first, ~first), strict=True)
            ]
        )
        .sum(0)
        .exp()
    )

    def at(values: "Tensor") -> "Tensor":
        return values.gather(1, here[:, None])[:, 0]

    def against(mass: "Tensor") -> "Tensor":
        return mass / (mass + kept)

    return {
        "evidence_at": evidences,
        "evidence_here": at(evidences),
        "place_after": after,
        "here_after": at(after),
        "next_toss": (after * laplace).sum(1),
        "evidence": exchanged,
        "evidence_of_one": kept,
        "exchanged_after": against(exchanged),
        "largest_likelihood": at(likelihoods),
        "one_coin_only": at(two @ weights),
        "here_by_likelihood": at(likelihoods / likelihoods.sum(1, keepdim=True)),
        "next_toss_here": at(laplace),
        "next_toss_of_one": heads_kept / kept,
        "next_toss_by_shares": (after * best[1]).sum(1),
        "exchanged_at_best": against(evidences.amax(1)),
        "exchanged_summed": against(evidences.sum(1)),
        "kept_after": kept / (exchanged + kept),
    }


def _best_share(tosses: "Tensor", mine: "Tensor") -> "Tensor":
    """Where the likelihood of one coin's tosses is largest, for each place: by halving.

    The likelihood rises below its peak, so the sign of theta (1 − theta) times the slope of its
    logarithm, Σ (toss − theta), tells on which side it lies.
    """
    import torch

    shape = (len(tosses), len(mine))
    low, high = torch.zeros(shape, dtype=mine.dtype), torch.ones(shape, dtype=mine.dtype)
    for _ in range(60):
        middle = (low + high) / 2
        rises = ((tosses[:, None] - middle[..., None]) * mine).sum(2) > 0
        low, high = torch.where(rises, middle, low), torch.where(rises, high, middle)
    # The logarithms of both outcomes stay finite.
    return ((low + high) / 2).clamp(1e-14, 1 - 1e-14)
