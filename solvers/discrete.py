"""Discrete laws: entropy, cross-entropy and divergences, in nats and bits.

The prior term of a variational autoencoder with a Bernoulli latent variable is in `bernoulli`;
tables of two variables are in `joint_table`, Jensen and Shannon's divergence in
`jensen_shannon`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Product, Quotient, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.torch_laws import law_entropy
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LOG_TWO = log(2)


@solver(
    "discrete.entropy",
    results={
        "entropy": "the entropy, in nats",
        "entropy_in_bits": "the entropy, in bits",
        "perplexity": "the exponential of the entropy in nats",
        "largest_entropy": "the entropy of the uniform law on as many outcomes, in nats",
        "is_uniform": "whether the law is uniform, which alone has that entropy",
    },
    mistakes={
        "negated": "Forgets the minus: Σ p ln p",
        "decimal_logarithm": "Takes logarithms to base 10",
        "unweighted": "Adds −ln p over the possible outcomes, without the factor p",
        "mean_surprise": "The plain mean of −ln p over the possible outcomes",
        "least_surprise": "Only −ln of the largest probability (the min-entropy)",
        "impurity": "1 − Σ p², Gini's index",
    },
    examples=(
        {"p": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4))},
        {"p": (Fraction(9, 10), Fraction(1, 10))},
        {"p": (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3))},
        {"p": (0, 1, 0, 0)},
        {"p": (Fraction(1, 2), 0, Fraction(1, 6), Fraction(1, 3))},
    ),
)
def entropy(p: Vector) -> SolverResults:
    """H = −Σ p ln p, for probabilities p [k]; impossible outcomes add nothing.

    Source: Cover and Thomas, Elements of Information Theory (2006), section 2.1, equation 2.1,
    and theorem 2.6.4 for the largest. Raises ValueError unless p is a law.
    """
    parts, whole = require_probabilities("p", p)
    found = entropy_of(parts, whole)
    surprises = [log(whole) - log(part) for part in parts if part]
    return {
        "entropy": found,
        "entropy_in_bits": found / _LOG_TWO,
        "perplexity": exp(found),
        "largest_entropy": log(len(p)),
        "is_uniform": min(parts) == max(parts),
        "negated": -found,
        "decimal_logarithm": found / log(10),
        "unweighted": fsum(surprises),
        "mean_surprise": fsum(surprises) / len(surprises),
        "least_surprise": min(surprises),
        "impurity": 1 - fraction(sum([part * part for part in parts]), whole * whole),
    }


def entropy_of(parts: Sequence[int], whole: int) -> float:
    """The entropy of the law parts / whole, in nats."""
    return fsum([part * (log(whole) - log(part)) for part in parts if part]) / whole


@check("discrete.entropy", tolerance=1e-9)
def entropy_by_power_sums(p: "Tensor") -> Mapping[str, Any]:
    """The entropy as minus the derivative of Σ p^s at s = 1, by autograd; p: [variants, k].

    Surprises are such derivatives with a weight of 1 for every possible outcome. Source: Tsallis,
    Possible generalization of Boltzmann-Gibbs statistics (1988), Journal of Statistical Physics
    52, equation 1 and its limit.
    """
    import torch

    found = power_entropy(p)
    uniform = p.new_full(p.shape, 1 / p.shape[-1])
    possible = (p > 0).to(p.dtype)
    # Each outcome apart, as a distribution of one entry: −ln p, and 0 for an impossible one.
    surprises = power_entropy(possible[..., None], p[..., None])
    return {
        "entropy": found,
        "entropy_in_bits": found / p.new_tensor(2.0).log(),
        "perplexity": found.exp(),
        "largest_entropy": power_entropy(uniform),
        "is_uniform": (p - uniform).abs().amax(-1) < 1e-12,
        "negated": -found,
        "decimal_logarithm": found / p.new_tensor(10.0).log(),
        "unweighted": power_entropy(possible, p),
        "mean_surprise": power_entropy(possible / possible.sum(-1, keepdim=True), p),
        "least_surprise": surprises.where(p > 0, torch.inf).amin(-1),
        "impurity": (p * (1 - p)).sum(-1),
    }


def power_entropy(p: "Tensor", q: "Tensor | None" = None) -> "Tensor":
    """−Σ p ln q (with q = p by default) as a derivative in s of Σ p q^s at 0; [..., k].

    Entries of p that are zero add nothing.
    """
    import torch

    q = p if q is None else q
    s = torch.zeros(p.shape[:-1], dtype=p.dtype, requires_grad=True)
    base = torch.where(p > 0, q, 1.0)
    (slope,) = torch.autograd.grad((p * base ** s[..., None]).sum(), s)
    return -slope


_P = Symbol("p")
_REST = Sum((Number(1), Product((Number(-1), _P))))


def _minus(*terms: Formula) -> Formula:
    return Sum(tuple([Product((Number(-1), term)) for term in terms]))


_BERNOULLI_FORMULAS: SolverResults = {
    "entropy_formula": _minus(
        Product((_P, Call("ln", (_P,)))), Product((_REST, Call("ln", (_REST,))))
    ),
    "derivative": Call("ln", (Quotient(_REST, _P),)),
    "negated_formula": Sum(
        (Product((_P, Call("ln", (_P,)))), Product((_REST, Call("ln", (_REST,)))))
    ),
    "first_term_formula": Product((Number(-1), _P, Call("ln", (_P,)))),
    "derivative_negated": Call("ln", (Quotient(_P, _REST),)),
    "derivative_with_constants": _minus(Call("ln", (_P,)), Call("ln", (_REST,)), Number(2)),
}


@solver(
    "discrete.bernoulli_entropy",
    results={
        "entropy": "the entropy of Bernoulli(p), in nats",
        "entropy_in_bits": "the entropy, in bits",
        "variance": "the variance p (1 − p)",
        "slope": "the derivative of the entropy (in nats) at p",
        "entropy_formula": "the entropy in nats as a formula in p",
        "derivative": "its derivative as a formula in p",
    },
    mistakes={
        "negated": "Forgets the minus",
        "first_term": "Only the term of the outcome 1: −p ln p",
        "decimal_logarithm": "Takes logarithms to base 10",
        "unweighted": "Adds −ln p and −ln(1 − p) without their weights",
        "slope_negated": "The sign of the derivative is wrong",
        "negated_formula": "Forgets the minus, a formula in p",
        "first_term_formula": "Only the term of the outcome 1, a formula in p",
        "derivative_negated": "The sign of the derivative is wrong, a formula in p",
        "derivative_with_constants": "Forgets the inner minus of 1 − p in the derivative",
    },
    domains={name: {"p": "probability"} for name in _BERNOULLI_FORMULAS},
    examples=(
        {"p": Fraction(1, 4)},
        {"p": Fraction(1, 2)},
        {"p": Fraction(99, 100)},
        {"p": Fraction(2, 7)},
    ),
)
def bernoulli_entropy(p: Scalar) -> SolverResults:
    """−p ln p − (1 − p) ln(1 − p), with the derivative ln((1 − p) / p).

    Source: MacKay, Information Theory, Inference, and Learning Algorithms (2003), equation
    1.14. Raises ValueError unless p lies between 0 and 1.
    """
    require_between_zero_and_one("p", p)
    hits, of = p.numerator, p.denominator
    found = entropy_of([hits, of - hits], of)
    share, surprise, other = hits / of, log(of) - log(hits), log(of) - log(of - hits)
    slope = log((of - hits) / hits)
    return {
        **_BERNOULLI_FORMULAS,
        "entropy": found,
        "entropy_in_bits": found / _LOG_TWO,
        "variance": p * (1 - p),
        "slope": slope,
        "negated": -found,
        "first_term": share * surprise,
        "decimal_logarithm": found / log(10),
        "unweighted": surprise + other,
        "slope_negated": -slope,
    }


@check("discrete.bernoulli_entropy", tolerance=1e-9)
def bernoulli_entropy_by_power_sums(p: "Tensor") -> Mapping[str, Any]:
    """The entropy by power sums; its derivative from torch's by autograd; p: [variants].

    Mistakes weigh the outcomes otherwise in the power sum; a forgotten inner minus is the sum of
    what both terms change, each by autograd, in place of their difference.
    """
    import torch

    def both(share: "Tensor") -> "Tensor":
        return torch.stack((share, 1 - share), dim=-1)

    def slope(share: "Tensor") -> "Tensor":
        leaf = share.detach().clone().requires_grad_(True)
        total = law_entropy(torch.distributions.Bernoulli(leaf)).sum()
        return torch.autograd.grad(total, leaf)[0]

    def first_term(share: "Tensor") -> "Tensor":
        return power_entropy(torch.stack((share, torch.zeros_like(share)), dim=-1), both(share))

    def slope_of_each_term(share: "Tensor") -> "Tensor":
        """The sum of the slopes of −a ln a at a = p and at a = 1 − p, not times the inner −1."""
        leaf = both(share).detach().requires_grad_(True)
        return torch.autograd.grad(-torch.xlogy(leaf, leaf).sum(), leaf)[0].sum(-1)

    found = power_entropy(both(p))
    return {
        "entropy": found,
        "entropy_in_bits": found / p.new_tensor(2.0).log(),
        "variance": torch.distributions.Bernoulli(p).variance,
        "slope": slope(p),
        "entropy_formula": lambda points: power_entropy(both(points["p"])),
        "derivative": lambda points: slope(points["p"]),
        "negated": -found,
        "first_term": first_term(p),
        "decimal_logarithm": found / p.new_tensor(10.0).log(),
        "unweighted": power_entropy(torch.ones_like(both(p)), both(p)),
        "slope_negated": slope(1 - p),
        "negated_formula": lambda points: -power_entropy(both(points["p"])),
        "first_term_formula": lambda points: first_term(points["p"]),
        "derivative_negated": lambda points: slope(1 - points["p"]),
        "derivative_with_constants": lambda points: slope_of_each_term(points["p"]),
    }


@solver(
    "discrete.divergence",
    results={
        "kl": "KL(p ‖ q), in nats",
        "kl_in_bits": "KL(p ‖ q), in bits",
        "kl_reversed": "KL(q ‖ p), in nats",
        "kl_reversed_in_bits": "KL(q ‖ p), in bits",
        "kl_pq_larger": "whether KL(p ‖ q) is larger than KL(q ‖ p)",
        "cross_entropy": "cross-entropy −Σ p ln q, in nats",
        "cross_entropy_in_bits": "cross-entropy, in bits",
        "entropy": "entropy of p, in nats",
        "total_variation": "Σ |p − q| / 2",
    },
    mistakes={
        "cross_entropy_swapped": "Swaps the arguments: −Σ q ln p",
        "negated": "The sign of the divergence is wrong: Σ p ln(q / p)",
        "unweighted": "Adds ln(p / q) without the weights p",
        "decimal_logarithm": "Takes logarithms to base 10 in KL(p ‖ q)",
        "entropy_added": "Adds the entropy of p to the cross-entropy instead of subtracting it",
        "entropy_difference": "The entropy of q less the entropy of p",
        "symmetrised": "The mean of the divergences in both directions",
        "squared_distance": "Σ (p − q)²",
    },
    examples=(
        {"p": (Fraction(1, 2), Fraction(1, 2)), "q": (Fraction(1, 4), Fraction(3, 4))},
        {
            "p": (Fraction(1, 10), Fraction(3, 10), Fraction(3, 5)),
            "q": (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)),
        },
        {
            "p": (Fraction(7, 10), Fraction(1, 10), Fraction(1, 10), Fraction(1, 10)),
            "q": (Fraction(1, 100), Fraction(1, 100), Fraction(97, 100), Fraction(1, 100)),
        },
        {"p": (Fraction(2, 5), Fraction(3, 5)), "q": (Fraction(2, 5), Fraction(3, 5))},
    ),
)
def divergence(p: Vector, q: Vector) -> SolverResults:
    """KL(p ‖ q) = Σ p ln(p / q), the cross-entropy of p and q less the entropy of p.

    p, q: [k], every outcome possible under both, so that both directions are finite (a
    Bernoulli law is (1 − p, p)). Source: Cover and Thomas, Elements of Information Theory
    (2006), section 2.3, equation 2.26. Raises ValueError for unequal lengths, entries that are
    not all positive, and vectors that do not sum to one.
    """
    require_probabilities("p", p)
    require_probabilities("q", q)
    require_vector("q", q, len(p))
    if not (all(p) and all(q)):
        raise ValueError("p and q must give every outcome a positive probability")
    a, of = over_common_denominator(p)
    b, per = over_common_denominator(q)
    logs = [log((one * per) / (two * of)) for one, two in zip(a, b, strict=True)]
    found = fsum([part * ratio for part, ratio in zip(a, logs, strict=True)]) / of
    reversed_kl = -fsum([part * ratio for part, ratio in zip(b, logs, strict=True)]) / per
    surprises = [log(per) - log(part) for part in b]
    own = entropy_of(a, of)
    other = entropy_of(b, per)
    cross = fsum([part * each for part, each in zip(a, surprises, strict=True)]) / of
    gaps = [one * per - two * of for one, two in zip(a, b, strict=True)]
    common = of * per
    return {
        "kl": found,
        "kl_in_bits": found / _LOG_TWO,
        "kl_reversed": reversed_kl,
        "kl_reversed_in_bits": reversed_kl / _LOG_TWO,
        "kl_pq_larger": found - reversed_kl > 1e-11,
        "cross_entropy": cross,
        "cross_entropy_in_bits": cross / _LOG_TWO,
        "entropy": own,
        "total_variation": fraction(sum(map(abs, gaps)), 2 * common),
        "cross_entropy_swapped": reversed_kl + other,
        "negated": -found,
        "unweighted": fsum(logs),
        "decimal_logarithm": found / log(10),
        "entropy_added": cross + own,
        "entropy_difference": other - own,
        "symmetrised": (found + reversed_kl) / 2,
        "squared_distance": fraction(sum([gap * gap for gap in gaps]), common * common),
    }


@check("discrete.divergence", tolerance=1e-8)
def divergence_by_bound(p: "Tensor", q: "Tensor") -> Mapping[str, Any]:
    """The divergences as maxima of a lower bound, by Newton's method; both [variants, k].

    KL(p ‖ q) = max over u of 1 + Σ p u − Σ q exp(u). Source: Nguyen, Wainwright and Jordan,
    Estimating divergence functionals and the likelihood ratio by convex risk minimization
    (2010), IEEE Transactions on Information Theory 56, section II. The total variation is the
    largest difference of the probabilities of an event, over all events. Differences of
    entropies and cross-entropies are power sums with those weights.
    """
    from itertools import product

    from qgen.solvers.numerics.numerical_methods import maximise

    def bound(first: "Tensor", second: "Tensor") -> "Tensor":
        def value(u: "Tensor") -> "Tensor":
            return 1 + (first * u - second * u.exp()).sum(-1)

        return value(maximise(value, first.new_zeros(first.shape)))

    events = p.new_tensor(list(product((0, 1), repeat=p.shape[-1])))
    found, swapped = bound(p, q), bound(q, p)
    two = p.new_tensor(2.0).log()
    cross = power_entropy(p, q)
    return {
        "kl": found,
        "kl_in_bits": found / two,
        "kl_reversed": swapped,
        "kl_reversed_in_bits": swapped / two,
        "kl_pq_larger": found - swapped > 1e-11,
        "cross_entropy": cross,
        "cross_entropy_in_bits": cross / two,
        "entropy": power_entropy(p),
        "total_variation": ((p - q) @ events.T).amax(-1),
        "cross_entropy_swapped": power_entropy(q, p),
        "negated": -found,
        "unweighted": power_entropy(p.new_ones(p.shape), q) - power_entropy(p.new_ones(p.shape), p),
        "decimal_logarithm": found / p.new_tensor(10.0).log(),
        "entropy_added": cross + power_entropy(p),
        "entropy_difference": power_entropy(q) - power_entropy(p),
        "symmetrised": (found + swapped) / 2,
        "squared_distance": (p * (p - q)).sum(-1) - (q * (p - q)).sum(-1),
    }
