"""The divergence of Jensen and Shannon between two discrete laws, in nats and bits."""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, log, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.discrete import entropy_of, power_entropy
from qgen.solvers.numerics.arguments import (
    Vector,
    over_common_denominator,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LOG_TWO = log(2)


@solver(
    "jensen_shannon.divergence",
    results={
        "divergence": "Jensen-Shannon divergence, in nats",
        "divergence_in_bits": "Jensen-Shannon divergence, in bits",
        "distance": "its square root (nats), which is a metric",
        "mixture": "the law in the middle, (p + q) / 2",
        "mixture_entropy": "the entropy of that law, in nats",
        "is_largest": "whether p and q share no outcome, so that the divergence is ln 2",
    },
    mistakes={
        "without_halves": "Adds the two divergences from the mixture without halving",
        "first_only": "Only KL(p ‖ mixture)",
        "second_only": "Only KL(q ‖ mixture)",
        "entropies_added": "Subtracts both entropies whole from that of the mixture",
        "total_variation": "Σ |p − q| / 2",
        "decimal_logarithm": "Takes logarithms to base 10",
    },
    examples=(
        {"p": (Fraction(1, 2), Fraction(1, 2)), "q": (Fraction(1, 4), Fraction(3, 4))},
        {"p": (1, 0), "q": (0, 1)},
        {
            "p": (Fraction(1, 2), Fraction(1, 2), 0),
            "q": (0, Fraction(1, 3), Fraction(2, 3)),
        },
        {"p": (Fraction(1, 5), Fraction(4, 5)), "q": (Fraction(1, 5), Fraction(4, 5))},
    ),
)
def divergence(p: Vector, q: Vector) -> Answers:
    """(KL(p ‖ m) + KL(q ‖ m)) / 2 with m = (p + q) / 2, between 0 and ln 2.

    p, q: [k]; outcomes may be impossible. Source: Lin, Divergence measures based on the Shannon
    entropy (1991), IEEE Transactions on Information Theory 37, which introduces the divergence
    and its bound. Raises ValueError for unequal lengths and vectors that are not laws.
    """
    require_probabilities("p", p)
    require_probabilities("q", q)
    require_vector("q", q, len(p))
    parts, whole = over_common_denominator((*p, *q))
    a, b = parts[: len(p)], parts[len(p) :]
    both = [one + two for one, two in zip(a, b, strict=True)]
    first = _from_mixture(a, both, whole)
    second = _from_mixture(b, both, whole)
    found = (first + second) / 2
    middle = entropy_of(both, 2 * whole)
    return {
        "divergence": found,
        "divergence_in_bits": found / _LOG_TWO,
        "distance": sqrt(max(found, 0.0)),
        "mixture": tuple([Fraction(part, 2 * whole) for part in both]),
        "mixture_entropy": middle,
        "is_largest": not any(one and two for one, two in zip(a, b, strict=True)),
        "without_halves": first + second,
        "first_only": first,
        "second_only": second,
        "entropies_added": middle - entropy_of(a, whole) - entropy_of(b, whole),
        "total_variation": Fraction(
            sum([abs(one - two) for one, two in zip(a, b, strict=True)]), 2 * whole
        ),
        "decimal_logarithm": found / log(10),
    }


def _from_mixture(parts: list[int], both: list[int], whole: int) -> float:
    """KL of the law parts / whole from the mixture both / (2 whole)."""
    terms = [part * log(2 * part / mixed) for part, mixed in zip(parts, both, strict=True) if part]
    return fsum(terms) / whole


@check("jensen_shannon.divergence", tolerance=1e-7)
def divergence_by_entropies(p: "Tensor", q: "Tensor") -> Mapping[str, Any]:
    """Entropy of the mixture less the mean entropy, all by power sums; both [variants, k]."""
    mixture = (p + q) / 2
    middle = power_entropy(mixture)
    found = middle - (power_entropy(p) + power_entropy(q)) / 2
    two = p.new_tensor(2.0).log()
    # Below 1e-14 rounding decides, and the root would make much of it.
    root = found.where(found > 1e-14, 0.0).sqrt()
    return {
        "divergence": found,
        "divergence_in_bits": found / two,
        "distance": root,
        "mixture": mixture,
        "mixture_entropy": middle,
        "is_largest": (two - found).abs() < 1e-12,
    }
