"""The codebook of a vector quantiser: how evenly it is used, and its moving-average update."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_positive,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "vector_quantization_codebook.usage",
    results={
        "entropy": "entropy of the shares, in nats",
        "perplexity": "exp of the entropy: the effective number of codes in use",
    },
    mistakes={
        "codebook_size": "The number of codes, whether used or not",
        "two_to_the_nats": "2 to the power of nats: the bases do not match",
        "exp_of_bits": "e to the power of bits: the bases do not match",
        "inverse_largest_share": "One over the largest share",
        "inverse_sum_of_squares": "One over Σ p²: another effective number",
    },
    examples=(
        {"counts": (8, 4, 2, 2)},
        {"counts": (5, 0, 0, 5)},
        {"counts": (1, 1, 1)},
        {"counts": (100, 1, 0)},
    ),
)
def usage(counts: Vector) -> SolverResults:
    """How evenly codes are used that were chosen so many times: perplexity exp(−Σ p ln p).

    Codes that are never used add nothing. Source: van den Oord, Vinyals and Kavukcuoglu,
    Neural discrete representation learning (2017), whose programs report it; Cover and Thomas,
    Elements of Information Theory (2006), equation 2.1. Raises ValueError for counts that are
    not whole or all zero.
    """
    require_vector("counts", counts)
    whole = [require_count("a count", count, 0, 10**12) for count in counts]
    total = sum(whole)
    if not total:
        raise ValueError("counts must not all be 0")
    used = [count for count in whole if count]
    # A minus and a zero would make −0: the difference of logarithms does not.
    entropy = fsum([count * (log(total) - log(count)) for count in used]) / total
    return {
        "entropy": entropy,
        "perplexity": exp(entropy),
        "codebook_size": len(whole),
        "two_to_the_nats": 2**entropy,
        "exp_of_bits": exp(entropy / log(2)),
        "inverse_largest_share": fraction(total, max(whole)),
        "inverse_sum_of_squares": fraction(total * total, sum([count * count for count in used])),
    }


@check("vector_quantization_codebook.usage", tolerance=1e-8)
def usage_by_power_sums(counts: "Tensor") -> Mapping[str, Any]:
    """The effective number of codes as the limit of (Σ p^r)^(1/(1−r)) at r = 1.

    Its logarithm is minus the slope of ln Σ p^r there, by autograd. Source: Hill, Diversity and
    evenness (1973), Ecology 54(2). counts: [variants, codes].
    """
    import torch

    shares = counts / counts.sum(-1, keepdim=True)
    order = torch.ones(len(counts), 1, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad((shares**order).sum(-1).log().sum(), order)
    entropy = -slope[:, 0]

    def number(order: float) -> "Tensor":
        """Hill's number of codes of this order."""
        size: Tensor = torch.linalg.vector_norm(shares, ord=order, dim=-1)
        return size ** (-1 if order == float("inf") else order / (1 - order))

    return {
        "entropy": entropy,
        "perplexity": entropy.exp(),
        "codebook_size": torch.ones_like(shares).sum(-1),
        "two_to_the_nats": entropy.exp2(),
        "exp_of_bits": entropy.exp() ** (1 / log(2)),
        "inverse_largest_share": number(float("inf")),
        "inverse_sum_of_squares": number(2),
    }


@solver(
    "vector_quantization_codebook.fitted_prior",
    results={
        "bits": "entropy of the shares, in bits: the mean code length of a latent",
        "saved_bits": "the bits that all latents together save on average",
    },
    mistakes={
        "fitted_bits": "The bits of all latents under the fitted prior, not what is saved",
        "saved_nats": "The saving in nats",
        "saved_by_one": "The saving of one latent",
        "bases_mixed": "Takes an entropy in nats from a length in bits",
    },
    examples=(
        {"counts": (8, 4, 2, 2), "latents": 10},
        {"counts": (50, 30, 15, 5), "latents": 64},
        {"counts": (1, 1, 2), "latents": 1},
    ),
)
def fitted_prior(counts: Vector, latents: Scalar) -> SolverResults:
    """What an entropy coder saves with the codes' shares as the prior, against a uniform one.

    The mean length falls from log2 K to the entropy, for each of the latents. Source: Cover and
    Thomas, Elements of Information Theory (2006), section 5.4 (wrong codes cost the divergence).
    Raises ValueError for counts that are not whole numbers above zero, and latents that are not.
    """
    require_vector("counts", counts)
    whole = [require_count("a count", count, 1, 10**12) for count in counts]
    number = require_count("latents", latents, 1, 10**6)
    total, codes = sum(whole), len(whole)
    entropy = fsum([count * (log(total) - log(count)) for count in whole]) / total
    # The divergence from the uniform law, which is exactly 0 where all counts are equal.
    saved = fsum([count * (log(count * codes) - log(total)) for count in whole]) / total
    return {
        "bits": entropy / log(2),
        "saved_bits": number * saved / log(2),
        "fitted_bits": number * entropy / log(2),
        "saved_nats": number * saved,
        "saved_by_one": saved / log(2),
        "bases_mixed": number * (log(codes) / log(2) - entropy),
    }


@check("vector_quantization_codebook.fitted_prior", tolerance=1e-8)
def fitted_prior_by_divergence(counts: "Tensor", latents: "Tensor") -> Mapping[str, Any]:
    """The saving as a divergence of torch's distributions; counts: [variants, codes]."""
    import torch
    from torch.distributions import Categorical, kl_divergence

    fitted: Any = Categorical(probs=counts)
    uniform: Any = Categorical(logits=torch.zeros_like(counts))
    saved = kl_divergence(fitted, uniform)
    longest = torch.full_like(saved, counts.shape[1]).log2()
    return {
        "bits": longest - saved / log(2),
        "saved_bits": latents * saved / log(2),
        "fitted_bits": latents * fitted.entropy() / log(2),
        "saved_nats": latents * saved,
        "saved_by_one": saved / log(2),
        "bases_mixed": latents * (longest - fitted.entropy()),
    }


@solver(
    "vector_quantization_codebook.moving_average",
    results={
        "new_count": "N ← decay · N + (1 − decay) · n",
        "new_total": "m ← decay · m + (1 − decay) · Σ z",
        "new_code": "e = m / N, after both updates",
        "old_code": "e = m / N, before them",
    },
    mistakes={
        "count_added": "Adds the new count without decay: N + n",
        "count_swapped": "Weighs the new count by decay and the old one by 1 − decay",
        "total_from_mean": "Updates the total with the mean of the vectors, not with their sum",
        "total_swapped": "Weighs the new sum by decay and the old total by 1 − decay",
        "total_added": "Adds the new sum without decay: m + Σ z",
        "batch_mean": "The mean of the assigned vectors: forgets what went before",
        "codes_averaged": "decay · e + (1 − decay) · (mean of the vectors): averages codes, not "
        "counts and totals",
        "count_not_updated": "Divides the new total by the old count",
        "unweighted": "Adds counts and sums without decay: (m + Σ z) / (N + n)",
    },
    examples=(
        {
            "total": (4, 8),
            "count": 4,
            "vectors": ((3, 0), (1, 2)),
            "decay": Fraction(9, 10),
        },
        {
            "total": (-3,),
            "count": Fraction(3, 2),
            "vectors": ((1,), (2,), (6,)),
            "decay": Fraction(99, 100),
        },
        {"total": (0, 1, 5), "count": 2, "vectors": ((1, 1, 1),), "decay": Fraction(1, 2)},
    ),
)
def moving_average(total: Vector, count: Scalar, vectors: Matrix, decay: Scalar) -> SolverResults:
    """One codebook update by exponential moving averages of counts N and totals m of one code.

    `vectors` [n, d] are those that the batch assigned to the code. Source: van den Oord, Vinyals
    and Kavukcuoglu, Neural discrete representation learning (2017), appendix A.1. Raises
    ValueError for rows of another length than the total, a count not above zero, and a decay
    not between 0 and 1.
    """
    require_vector("total", total)
    require_positive("count", count)
    require_matrix("vectors", vectors, columns=len(total))
    require_between_zero_and_one("decay", decay)
    # Whole numbers over one denominator `one`: `kept` and `fresh` are the two weights.
    entries = (*total, *[entry for row in vectors for entry in row], count, decay)
    (*flat, size, kept), one = over_common_denominator(entries)
    width, number, fresh = len(total), len(vectors), one - kept
    old, new = flat[:width], [sum(flat[start::width]) for start in range(width, 2 * width)]
    arrived = one * number

    def mixed(old_weight: int, new_weight: int, divisor: int) -> Vector:
        pairs = zip(old, new, strict=True)
        return tuple([fraction(old_weight * m + new_weight * z, divisor) for m, z in pairs])

    after = kept * size + fresh * arrived
    return {
        "new_count": fraction(after, one * one),
        "new_total": mixed(kept, fresh, one * one),
        "new_code": mixed(kept, fresh, after),
        "old_code": mixed(1, 0, size),
        "count_added": fraction(size + arrived, one),
        "count_swapped": fraction(fresh * size + kept * arrived, one * one),
        "total_from_mean": mixed(kept * number, fresh, number * one * one),
        "total_swapped": mixed(fresh, kept, one * one),
        "total_added": mixed(1, 1, one),
        "batch_mean": mixed(0, 1, arrived),
        "codes_averaged": mixed(kept * arrived, fresh * size, one * arrived * size),
        "count_not_updated": mixed(kept, fresh, one * size),
        "unweighted": mixed(1, 1, size + arrived),
    }


@check("vector_quantization_codebook.moving_average", tolerance=1e-8)
def moving_average_by_least_squares(
    total: "Tensor", count: "Tensor", vectors: "Tensor", decay: "Tensor"
) -> Mapping[str, Any]:
    """The code that fits old and new vectors best, the old ones weighted by decay.

    It minimises decay · N ‖e − m/N‖² + (1 − decay) Σ ‖e − z‖²; the curvature of that sum is
    twice the new count. total: [variants, d]; vectors: [variants, n, d].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    def fitted(
        old_count: "Tensor", kept: "Tensor", fresh: "Tensor", new: "Tensor" = vectors
    ) -> tuple["Tensor", "Tensor"]:
        """The best code with these weights, and half the curvature there."""

        def fit(code: "Tensor") -> "Tensor":
            old = old_count * ((code - total / count[:, None]) ** 2).sum(-1)
            return -(kept * old + fresh * ((code[:, None] - new) ** 2).sum((1, 2)))

        code = maximise(fit, torch.zeros_like(total))
        ahead, behind = fit(code + 1), fit(code - 1)
        # Of a parabola in each of d coordinates, second differences are exact.
        return code, (2 * fit(code) - ahead - behind) / (2 * total.shape[1])

    fresh, ones = 1 - decay, torch.ones_like(decay)
    arrived = ones * vectors.shape[1]
    code, new_count = fitted(count, decay, fresh)
    swapped, swapped_count = fitted(count, fresh, decay)
    added, added_count = fitted(count, ones, ones)
    one, one_count = fitted(count, decay, fresh, vectors.mean(1, keepdim=True))
    return {
        "new_count": new_count,
        "new_total": code * new_count[:, None],
        "new_code": code,
        "old_code": total / count[:, None],
        "count_added": added_count,
        "count_swapped": swapped_count,
        "total_from_mean": one * one_count[:, None],
        "total_swapped": swapped * swapped_count[:, None],
        "total_added": added * added_count[:, None],
        "batch_mean": fitted(count, 0 * ones, ones)[0],
        "codes_averaged": fitted(arrived, decay, fresh)[0],
        "count_not_updated": code * (new_count / count)[:, None],
        "unweighted": added,
    }
