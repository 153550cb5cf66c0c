"""How the next token's distribution is changed before it is sampled: temperature, top-k and top-p.

Tokens are counted from 0. Of equally probable tokens the earlier one comes first.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_positive,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_TOKENS = 12
_LARGEST_LOGIT = 300


@solver(
    "autoregressive_sampling.temperature",
    results={
        "probabilities": "softmax of the logits divided by the temperature",
        "most_probable": "the largest of these probabilities",
        "entropy": "their entropy, in nats",
        "mean_logit": "mean of the logit of a token that is drawn with them",
        "mean_squared_logit": "mean of its square",
        "logit_variance": "variance of the logit of a token that is drawn with them",
        "entropy_slope": "derivative of the entropy in the temperature",
    },
    mistakes={
        "temperature_ignored": "Softmax of the logits as they are",
        "multiplied": "Multiplies the logits by the temperature",
        "not_normalised": "exp(logit / T), not divided by the sum",
        "divided_after_softmax": "Divides the probabilities, not the logits, by T",
        "entropy_in_bits": "Takes logarithms to base 2 in the entropy",
        "slope_by_square": "Divides the variance of the logits by T², not by T³",
        "slope_of_mean_square": "Does not take the square of the mean off",
    },
    examples=(
        {"logits": (2, 1, 0), "temperature": Fraction(1, 2)},
        {"logits": (1, -1), "temperature": 2},
        {"logits": (0, 0, 3, -2), "temperature": Fraction(7, 10)},
        {"logits": (1, 1), "temperature": 10},
    ),
)
def temperature(logits: Vector, temperature: Scalar) -> SolverResults:
    """The distribution p_i ∝ exp(l_i / T): below T = 1 it is sharper, above it is flatter.

    With β = 1 / T, dH/dβ = −β Var(l), so that dH/dT = Var(l) / T³. Source: Hinton, Vinyals and
    Dean, Distilling the knowledge in a neural network (2015), equation 1. Raises ValueError for
    T not above zero and for logits that, times or divided by T, leave ±300.
    """
    require_vector("logits", logits)
    require_positive("temperature", temperature)
    heat, scores = float(temperature), [float(logit) for logit in logits]
    if max(map(abs, scores)) * max(1.0, heat, 1 / heat) > _LARGEST_LOGIT:
        raise ValueError(f"logits must stay within ±{_LARGEST_LOGIT}, times or divided by T")
    law = _softmax([score / heat for score in scores])
    plain = _softmax(scores)
    entropy = -fsum([share * log(share) for share in law])
    mean = fsum([share * score for share, score in zip(law, scores, strict=True)])
    variance = fsum([share * (score - mean) ** 2 for share, score in zip(law, scores, strict=True)])
    return {
        "probabilities": law,
        "most_probable": max(law),
        "entropy": entropy,
        "mean_logit": mean,
        "mean_squared_logit": variance + mean * mean,
        "logit_variance": variance,
        "entropy_slope": variance / heat**3,
        "temperature_ignored": plain,
        "multiplied": _softmax([score * heat for score in scores]),
        "not_normalised": tuple([exp(score / heat) for score in scores]),
        "divided_after_softmax": tuple([share / heat for share in plain]),
        "entropy_in_bits": entropy / log(2),
        "slope_by_square": variance / heat**2,
        "slope_of_mean_square": (variance + mean * mean) / heat**3,
    }


def _softmax(scores: Sequence[float]) -> tuple[float, ...]:
    weights = [exp(score) for score in scores]
    total = fsum(weights)
    return tuple([weight / total for weight in weights])


@check("autoregressive_sampling.temperature", tolerance=1e-8)
def temperature_by_free_energy(logits: "Tensor", temperature: "Tensor") -> Mapping[str, Any]:
    """Derivatives of the free energy T ln Σ exp(l_i / T), by autograd.

    Its gradient in the logits is the distribution and its slope in T the entropy, whose own slope
    is the second derivative: the Gibbs distribution maximises the expected logit plus T times the
    entropy. The variance of the logits is T³ times as large. Source: Mézard and Montanari,
    Information, Physics, and Computation (2009), section 2.2. logits: [variants, tokens].
    """
    import torch

    def free_energy(heat: "Tensor") -> tuple["Tensor", ...]:
        """The free energy at a temperature, the distribution, the entropy and its slope."""
        leaves = [logits.clone().requires_grad_(True), heat.clone().requires_grad_(True)]
        free = leaves[1] * torch.logsumexp(leaves[0] / leaves[1][:, None], dim=-1)
        shares, entropy = torch.autograd.grad(free.sum(), leaves, create_graph=True)
        (slope,) = torch.autograd.grad(entropy.sum(), leaves[1], retain_graph=True)
        return free.detach(), shares.detach(), entropy.detach(), slope

    free, shares, entropy, slope = free_energy(temperature)
    plain = free_energy(torch.ones_like(temperature))[1]
    mean = free - temperature * entropy
    variance = slope * temperature**3
    return {
        "probabilities": shares,
        "most_probable": shares.amax(-1),
        "entropy": entropy,
        "mean_logit": mean,
        "mean_squared_logit": variance + mean**2,
        "logit_variance": variance,
        "entropy_slope": slope,
        "temperature_ignored": plain,
        "multiplied": free_energy(1 / temperature)[1],
        "not_normalised": shares * (free / temperature).exp()[:, None],
        "divided_after_softmax": plain / temperature[:, None],
        "entropy_in_bits": -(shares * shares.log2()).sum(-1),
        "slope_by_square": slope * temperature,
        "slope_of_mean_square": slope + mean**2 / temperature**3,
    }


@solver(
    "autoregressive_sampling.top_k",
    results={
        "distribution": "the distribution of the next token: the kept probabilities over their sum",
        "kept_mass": "the sum of the kept probabilities, before dividing",
        "some_are_lost": "whether some token can no longer be drawn",
        "certain_with_other": "whether only one token is left with `other` in place of k",
        "unchanged_with_another": "whether the distribution is the model's own with `another`",
        "softmax_again": "softmax of the kept probabilities, for those who take them for logits",
    },
    examples=(
        {
            "probabilities": (
                Fraction(1, 2),
                Fraction(1, 5),
                Fraction(3, 20),
                Fraction(1, 10),
                Fraction(1, 20),
            ),
            "k": 2,
            "other": 1,
            "another": 5,
        },
        {
            "probabilities": (Fraction(1, 5), Fraction(1, 2), Fraction(3, 10)),
            "k": 1,
            "other": 2,
            "another": 2,
        },
        {
            "probabilities": (Fraction(1, 4), Fraction(1, 4), Fraction(1, 4), Fraction(1, 4)),
            "k": 3,
            "other": 4,
            "another": 3,
        },
        {"probabilities": (Fraction(1, 3), Fraction(2, 3)), "k": 2, "other": 1, "another": 2},
    ),
)
def top_k(probabilities: Vector, k: Scalar, other: Scalar, another: Scalar) -> SolverResults:
    """Keeps the k most probable tokens and divides by their sum.

    One token kept is greedy decoding, all kept is sampling from the model. Source: Fan, Lewis and
    Dauphin, Hierarchical neural story generation (2018), on generation (it keeps 10). Raises
    ValueError unless the probabilities are above 0 and sum to one, for more than 12 tokens, and
    for k, `other` and `another` that are not from 1 to their number.
    """
    shares, whole = _shares(probabilities)
    count = require_count("k", k, 1, len(shares))
    fewer = require_count("other", other, 1, len(shares))
    more = require_count("another", another, 1, len(shares))
    order = _by_probability(shares)
    return {
        "distribution": _distribution(shares, order[:count]),
        "kept_mass": fraction(sum([shares[token] for token in order[:count]]), whole),
        "some_are_lost": count < len(shares),
        "certain_with_other": fewer == 1,
        "unchanged_with_another": more == len(shares),
        "softmax_again": _softmax_again(shares, whole, order[:count]),
    }


def _shares(probabilities: Vector) -> tuple[list[int], int]:
    """The probabilities over a common denominator; refuses those that are no distribution."""
    require_probabilities("probabilities", probabilities)
    if len(probabilities) > _MOST_TOKENS:
        raise ValueError(
            f"probabilities must have at most {_MOST_TOKENS} entries, not {len(probabilities)}"
        )
    if min(probabilities) <= 0:
        raise ValueError("probabilities must all be above 0")
    return over_common_denominator(probabilities)


def _by_probability(shares: Sequence[int]) -> list[int]:
    """The tokens, the most probable first; equals stay in their order."""
    return sorted(range(len(shares)), key=lambda token: -shares[token])


def _distribution(shares: Sequence[int], kept: Sequence[int]) -> tuple[Scalar, ...]:
    mass = sum([shares[token] for token in kept])
    return tuple([fraction(share, mass) if i in kept else 0 for i, share in enumerate(shares)])


def _softmax_again(shares: Sequence[int], whole: int, kept: Sequence[int]) -> tuple[float, ...]:
    weights = [exp(share / whole) if i in kept else 0.0 for i, share in enumerate(shares)]
    total = fsum(weights)
    return tuple([weight / total for weight in weights])


@check("autoregressive_sampling.top_k", tolerance=1e-9)
def top_k_by_subsets(
    probabilities: "Tensor", k: "Tensor", other: "Tensor", another: "Tensor"
) -> Mapping[str, Any]:
    """Tries all subsets of k tokens for the largest sum; probabilities: [variants, tokens].

    Nothing is random where the largest probability is one. k, other, another: [variants].
    """
    subsets = _subsets(probabilities.shape[1])

    def kept(count: "Tensor") -> tuple["Tensor", "Tensor"]:
        return _heaviest(probabilities, subsets, subsets.sum(-1) == count[:, None])[:2]

    chosen, mass = kept(k)
    left, left_mass = kept(other)
    full, full_mass = kept(another)
    likeliest = (probabilities * left).amax(-1) / left_mass
    moved = (probabilities * full / full_mass[:, None] - probabilities).abs().amax(-1)
    return {
        "distribution": probabilities * chosen / mass[:, None],
        "kept_mass": mass,
        "some_are_lost": (probabilities * chosen == 0).any(-1),
        "certain_with_other": likeliest > 1 - 1e-12,
        "unchanged_with_another": moved < 1e-12,
        "softmax_again": _softmax_of_kept(probabilities, chosen),
    }


def _subsets(tokens: int) -> "Tensor":
    """All subsets [2^tokens, tokens] as zeros and ones; those with early tokens come first."""
    import torch

    codes = torch.arange(2**tokens - 1, -1, -1)
    places = torch.arange(tokens - 1, -1, -1)
    return ((codes[:, None] >> places) & 1).double()


def _heaviest(
    probabilities: "Tensor", subsets: "Tensor", allowed: "Tensor"
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """The most probable allowed subset (the first of equals), its sum, and how many tie."""
    mass = (probabilities @ subsets.mT).masked_fill(~allowed, -1)
    largest = mass.amax(-1, keepdim=True)
    equal = mass >= largest - 1e-12
    return subsets[equal.int().argmax(-1)], largest[:, 0], equal.sum(-1)


def _softmax_of_kept(probabilities: "Tensor", chosen: "Tensor") -> "Tensor":
    return probabilities.masked_fill(chosen == 0, -float("inf")).softmax(-1)


@solver(
    "autoregressive_sampling.top_p",
    results={
        "distribution": "the distribution of the next token: the kept probabilities over their sum",
        "kept_count": "how many tokens are kept",
        "kept_mass": "the sum of the kept probabilities, before dividing",
        "tie_at_border": "whether a token left out is as probable as the last one kept",
        "hits_threshold": "whether the kept sum is exactly p",
    },
    mistakes={
        "not_renormalised": "Sets the others to zero without dividing by the kept sum",
        "softmax_again": "Applies a softmax to the kept probabilities",
        "stopped_before": "Leaves out the token that takes the sum to p or beyond (but keeps one)",
    },
    examples=(
        {
            "probabilities": (
                Fraction(1, 2),
                Fraction(1, 5),
                Fraction(3, 20),
                Fraction(1, 10),
                Fraction(1, 20),
            ),
            "p": Fraction(3, 4),
        },
        {
            "probabilities": (Fraction(1, 10), Fraction(1, 5), Fraction(3, 10), Fraction(2, 5)),
            "p": Fraction(7, 10),
        },
        {
            "probabilities": (Fraction(1, 4), Fraction(1, 4), Fraction(1, 4), Fraction(1, 4)),
            "p": Fraction(3, 5),
        },
        {"probabilities": (Fraction(19, 20), Fraction(1, 20)), "p": Fraction(9, 10)},
    ),
)
def top_p(probabilities: Vector, p: Scalar) -> SolverResults:
    """Nucleus sampling: the fewest most probable tokens whose probabilities sum to p or more.

    Source: Holtzman, Buys, Du, Forbes and Choi, The curious case of neural text degeneration
    (2020), section 3.1, equations 2 and 3. Raises ValueError unless the probabilities are above
    0 and sum to one, for more than 12 tokens, and for p not between 0 and 1.
    """
    shares, whole = _shares(probabilities)
    require_between_zero_and_one("p", p)
    order = _by_probability(shares)
    count, total = 0, 0
    while total * p.denominator < p.numerator * whole:
        total += shares[order[count]]
        count += 1
    kept = order[:count]
    return {
        "distribution": _distribution(shares, kept),
        "kept_count": count,
        "kept_mass": fraction(total, whole),
        "tie_at_border": count < len(order) and shares[order[count]] == shares[kept[-1]],
        "hits_threshold": fraction(total, whole) == p,
        "not_renormalised": tuple(
            [fraction(share, whole) if i in kept else 0 for i, share in enumerate(shares)]
        ),
        "softmax_again": _softmax_again(shares, whole, kept),
        "stopped_before": _distribution(shares, order[: max(count - 1, 1)]),
    }


@check("autoregressive_sampling.top_p", tolerance=1e-9)
def top_p_by_subsets(probabilities: "Tensor", p: "Tensor") -> Mapping[str, Any]:
    """Tries all subsets: the smallest that reach p, and of these the largest sum.

    A border is tied where several subsets of this size reach the same sum. probabilities:
    [variants, tokens]; p: [variants].
    """
    subsets = _subsets(probabilities.shape[1])
    sizes = subsets.sum(-1)
    enough = probabilities @ subsets.mT >= p[:, None] - 1e-12
    smallest = sizes.expand_as(enough).masked_fill(~enough, 99).amin(-1)
    chosen, mass, ties = _heaviest(probabilities, subsets, enough & (sizes == smallest[:, None]))
    before = (smallest - 1).clamp(min=1)[:, None]
    stopped, stopped_mass, _ = _heaviest(probabilities, subsets, sizes == before)
    return {
        "distribution": probabilities * chosen / mass[:, None],
        "kept_count": smallest,
        "kept_mass": mass,
        "tie_at_border": ties > 1,
        "hits_threshold": (mass - p).abs() < 1e-12,
        "not_renormalised": probabilities * chosen,
        "softmax_again": _softmax_of_kept(probabilities, chosen),
        "stopped_before": probabilities * stopped / stopped_mass[:, None],
    }
