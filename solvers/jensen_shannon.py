"""The divergence of Jensen and Shannon between two discrete laws, in nats."""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.discrete import power_entropy
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
    "jensen_shannon.divergence",
    results={
        "divergence": "Jensen-Shannon divergence, in nats",
        "mixture": "the law in the middle, (p + q) / 2",
        "first_divergence": "KL(p ‖ mixture), in nats",
        "second_divergence": "KL(q ‖ mixture), in nats",
    },
    mistakes={
        "sum_not_halved": "p + q, which is no law, for the mixture",
        "to_the_other": "KL(p ‖ q) for KL(p ‖ mixture)",
        "turned": "KL(mixture ‖ p) for KL(p ‖ mixture)",
        "without_halves": "Adds the two divergences from the mixture without halving",
        "total_variation": "Σ |p − q| / 2",
    },
    examples=(
        {"p": (Fraction(1, 2), Fraction(1, 2)), "q": (Fraction(1, 4), Fraction(3, 4))},
        {
            "p": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "q": (Fraction(1, 6), Fraction(1, 6), Fraction(2, 3)),
        },
        {"p": (Fraction(1, 5), Fraction(4, 5)), "q": (Fraction(1, 5), Fraction(4, 5))},
        {"p": (Fraction(1, 50), Fraction(49, 50)), "q": (Fraction(19, 20), Fraction(1, 20))},
    ),
)
def divergence(p: Vector, q: Vector) -> SolverResults:
    """(KL(p ‖ m) + KL(q ‖ m)) / 2 with m = (p + q) / 2, between 0 and ln 2.

    p, q: [k], all positive, so that KL(p ‖ q) is finite as well. Source: Lin, Divergence measures
    based on the Shannon entropy (1991), IEEE Transactions on Information Theory 37, which
    introduces the divergence and its bound. Raises ValueError for unequal lengths and vectors that
    are not laws without zeros.
    """
    require_probabilities("p", p)
    require_probabilities("q", q)
    require_vector("q", q, len(p))
    if min(*p, *q) <= 0:
        raise ValueError("p and q must be positive everywhere")
    parts, whole = over_common_denominator((*p, *q))
    a, b = parts[: len(p)], parts[len(p) :]
    # The mixture is both / (2 whole).
    both = [one + two for one, two in zip(a, b, strict=True)]
    doubled = [2 * one for one in a]
    first = _divergence(a, both, whole, 2)
    second = _divergence(b, both, whole, 2)
    return {
        "divergence": (first + second) / 2,
        "mixture": tuple([fraction(part, 2 * whole) for part in both]),
        "first_divergence": first,
        "second_divergence": second,
        "sum_not_halved": tuple([fraction(part, whole) for part in both]),
        "to_the_other": _divergence(a, b, whole, 1),
        "turned": _divergence(both, doubled, 2 * whole, 1),
        "without_halves": first + second,
        "total_variation": fraction(
            sum([abs(one - two) for one, two in zip(a, b, strict=True)]), 2 * whole
        ),
    }


def _divergence(above: list[int], below: list[int], whole: int, factor: int) -> float:
    """KL of the law above / whole from the law below / (factor · whole)."""
    terms = [one * log(factor * one / two) for one, two in zip(above, below, strict=True)]
    return fsum(terms) / whole


@check("jensen_shannon.divergence", tolerance=1e-8)
def divergence_by_entropies(p: "Tensor", q: "Tensor") -> Mapping[str, Any]:
    """Entropy of the mixture less the mean entropy, all by power sums; both [variants, k].

    The single divergences are cross-entropies less entropies; the total variation is the mass
    that the two laws do not share.
    """
    mixture = (p + q) / 2
    middle, own, other = power_entropy(mixture), power_entropy(p), power_entropy(q)
    found = middle - (own + other) / 2
    return {
        "divergence": found,
        "mixture": mixture,
        "first_divergence": power_entropy(p, mixture) - own,
        "second_divergence": power_entropy(q, mixture) - other,
        "sum_not_halved": 2 * p.lerp(q, 0.5),
        "to_the_other": power_entropy(p, q) - own,
        "turned": power_entropy(mixture, p) - middle,
        "without_halves": 2 * found,
        "total_variation": 1 - p.minimum(q).sum(-1),
    }
