"""How the next token's law is changed before it is sampled: temperature, top-k and top-p.

Tokens are counted from 0. Of equally probable tokens the earlier one comes first.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
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
        "is_sharper": "whether their entropy is lower than at temperature 1",
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
def temperature(logits: Vector, temperature: Scalar) -> Answers:
    """The law p_i ∝ exp(l_i / T): below T = 1 it is sharper, above it is flatter.

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
        "is_sharper": temperature < 1 and min(logits) < max(logits),
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

    Its gradient in the logits is the law and its slope in T the entropy, whose own slope is the
    second derivative: the Gibbs law maximises the expected logit plus T times the entropy. The
    variance of the logits is T³ times as large. Source: Mézard and Montanari, Information,
    Physics, and Computation (2009), section 2.2. logits: [variants, tokens].
    """
    import torch

    leaves = [logits.clone().requires_grad_(True), temperature.clone().requires_grad_(True)]
    free = leaves[1] * torch.logsumexp(leaves[0] / leaves[1][:, None], dim=-1)
    law, entropy = torch.autograd.grad(free.sum(), leaves, create_graph=True)
    (slope,) = torch.autograd.grad(entropy.sum(), leaves[1], retain_graph=True)
    law, entropy = law.detach(), entropy.detach()
    heat = torch.ones_like(temperature).requires_grad_(True)
    plain = heat * torch.logsumexp(logits / heat[:, None], dim=-1)
    (usual,) = torch.autograd.grad(plain.sum(), heat)
    return {
        "probabilities": law,
        "most_probable": law.amax(-1),
        "entropy": entropy,
        "is_sharper": entropy < usual - 1e-12,
        "logit_variance": slope * temperature**3,
        "entropy_slope": slope,
    }


@solver(
    "autoregressive_sampling.top_k",
    results={
        "distribution": "the law of the next token: the kept probabilities divided by their sum",
        "kept": "the kept tokens, the most probable first",
        "kept_mass": "the sum of the kept probabilities, before dividing",
        "tie_at_border": "whether a token left out is as probable as the last one kept",
    },
    mistakes={
        "not_renormalised": "Sets the others to zero without dividing by the kept sum",
        "softmax_again": "Applies a softmax to the kept probabilities",
        "least_probable_kept": "Keeps the k least probable tokens",
        "uniform_over_kept": "Gives all kept tokens the same probability",
        "one_more_kept": "Keeps k + 1 tokens, where there are as many",
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
        },
        {"probabilities": (Fraction(1, 5), Fraction(1, 2), Fraction(3, 10)), "k": 1},
        {"probabilities": (Fraction(1, 4), Fraction(1, 4), Fraction(1, 4), Fraction(1, 4)), "k": 3},
        {"probabilities": (Fraction(1, 3), Fraction(2, 3)), "k": 2},
    ),
)
def top_k(probabilities: Vector, k: Scalar) -> Answers:
    """Keeps the k most probable tokens and divides by their sum.

    Source: Fan, Lewis and Dauphin, Hierarchical neural story generation (2018), on generation
    (it keeps 10). Raises ValueError unless the probabilities are above 0 and sum to one, for more
    than 12 tokens, and for k that is not from 1 to their number.
    """
    shares, whole = _shares(probabilities)
    count = require_count("k", k, 1, len(shares))
    order = _by_probability(shares)
    return {
        **_truncated(shares, whole, order, count),
        "least_probable_kept": _distribution(shares, order[-count:]),
        "uniform_over_kept": _distribution([1] * len(shares), order[:count]),
        "one_more_kept": _distribution(shares, order[: count + 1]),
    }


def _shares(probabilities: Vector) -> tuple[list[int], int]:
    """The probabilities over a common denominator; refuses those that are no law of tokens."""
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


def _truncated(shares: Sequence[int], whole: int, order: Sequence[int], count: int) -> Answers:
    """What is answered when the first `count` tokens of `order` are kept."""
    kept = order[:count]
    mass = sum([shares[token] for token in kept])
    weights = [exp(shares[token] / whole) for token in kept]
    total = fsum(weights)
    again = dict(zip(kept, [weight / total for weight in weights], strict=True))
    return {
        "distribution": _distribution(shares, kept),
        "kept": tuple(kept),
        "kept_mass": Fraction(mass, whole),
        "tie_at_border": count < len(order) and shares[order[count]] == shares[kept[-1]],
        "not_renormalised": tuple(
            [Fraction(share, whole) if i in kept else 0 for i, share in enumerate(shares)]
        ),
        "softmax_again": tuple([again.get(i, 0) for i in range(len(shares))]),
    }


def _distribution(shares: Sequence[int], kept: Sequence[int]) -> tuple[Scalar, ...]:
    mass = sum([shares[token] for token in kept])
    return tuple([Fraction(share, mass) if i in kept else 0 for i, share in enumerate(shares)])


@check("autoregressive_sampling.top_k", tolerance=1e-9)
def top_k_by_subsets(probabilities: "Tensor", k: "Tensor") -> Mapping[str, Any]:
    """Tries all subsets of k tokens for the largest sum; probabilities: [variants, tokens]."""
    subsets = _subsets(probabilities.shape[1])
    allowed = subsets.sum(-1) == k[:, None]
    return _heaviest(probabilities, subsets, allowed)


def _subsets(tokens: int) -> "Tensor":
    """All subsets [2^tokens, tokens] as zeros and ones; those with early tokens come first."""
    import torch

    codes = torch.arange(2**tokens - 1, -1, -1)
    places = torch.arange(tokens - 1, -1, -1)
    return ((codes[:, None] >> places) & 1).double()


def _heaviest(
    probabilities: "Tensor", subsets: "Tensor", allowed: "Tensor"
) -> Mapping[str, "Tensor"]:
    """The answers for the most probable of the allowed subsets, the first of equals.

    That a border is tied shows in another subset of the same size and sum.
    """
    mass = (probabilities @ subsets.mT).masked_fill(~allowed, -1)
    largest = mass.amax(-1, keepdim=True)
    equal = mass >= largest - 1e-12
    best = equal.int().argmax(-1)
    chosen = subsets[best]
    kept = probabilities * chosen
    count = int(chosen[0].sum())
    return {
        "distribution": kept / kept.sum(-1, keepdim=True),
        # A stable sort keeps equals in their order.
        "kept": (-kept).sort(dim=-1, stable=True).indices[:, :count],
        "kept_mass": largest[:, 0],
        "tie_at_border": equal.sum(-1) > 1,
    }


@solver(
    "autoregressive_sampling.top_p",
    results={
        "distribution": "the law of the next token: the kept probabilities divided by their sum",
        "kept": "the kept tokens, the most probable first",
        "kept_count": "how many tokens are kept",
        "kept_mass": "the sum of the kept probabilities, before dividing",
        "tie_at_border": "whether a token left out is as probable as the last one kept",
        "hits_threshold": "whether the kept sum is exactly p",
    },
    mistakes={
        "not_renormalised": "Sets the others to zero without dividing by the kept sum",
        "softmax_again": "Applies a softmax to the kept probabilities",
        "stopped_before": "Leaves out the token that takes the sum to p or beyond (but keeps one)",
        "stopped_before_count": "How many tokens are kept then",
        "one_too_many_count": "Counts one token more than needed",
        "threshold_on_each_count": "Counts the tokens whose own probability is at least p",
        "in_given_order_count": "Adds tokens up in the order given, without sorting",
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
def top_p(probabilities: Vector, p: Scalar) -> Answers:
    """Nucleus sampling: the fewest most probable tokens whose probabilities sum to p or more.

    Source: Holtzman, Buys, Du, Forbes and Choi, The curious case of neural text degeneration
    (2020), section 3.1, equations 2 and 3. Raises ValueError unless the probabilities are above
    0 and sum to one, for more than 12 tokens, and for p not between 0 and 1.
    """
    shares, whole = _shares(probabilities)
    require_between_zero_and_one("p", p)
    order = _by_probability(shares)
    goal = p.numerator * whole
    sorted_shares = [shares[token] for token in order]
    count = _needed(sorted_shares, goal, p.denominator)
    truncated = _truncated(shares, whole, order, count)
    before = max(count - 1, 1)
    return {
        **truncated,
        "kept_count": count,
        "hits_threshold": truncated["kept_mass"] == p,
        "stopped_before": _distribution(shares, order[:before]),
        "stopped_before_count": before,
        "one_too_many_count": count + 1,
        "threshold_on_each_count": sum([share * p.denominator >= goal for share in shares]),
        "in_given_order_count": _needed(shares, goal, p.denominator),
    }


def _needed(shares: Sequence[int], goal: int, scale: int) -> int:
    """How many shares, in this order, it takes until `scale` times their sum is the goal."""
    total = 0
    for count, share in enumerate(shares, start=1):
        total += share * scale
        if total >= goal:
            return count
    return len(shares)


@check("autoregressive_sampling.top_p", tolerance=1e-9)
def top_p_by_subsets(probabilities: "Tensor", p: "Tensor") -> Mapping[str, Any]:
    """Tries all subsets: the smallest that reach p, and of these the largest sum.

    probabilities: [variants, tokens]; p: [variants].
    """
    subsets = _subsets(probabilities.shape[1])
    sizes = subsets.sum(-1)
    enough = probabilities @ subsets.mT >= p[:, None] - 1e-12
    smallest = sizes.expand_as(enough).masked_fill(~enough, 99).amin(-1)
    found = _heaviest(probabilities, subsets, enough & (sizes == smallest[:, None]))
    return {
        **found,
        "kept_count": smallest,
        "hits_threshold": (found["kept_mass"] - p).abs() < 1e-12,
    }
