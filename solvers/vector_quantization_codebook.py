"""The codebook of a vector quantiser: how evenly it is used, and its moving-average update."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
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
        "shares": "the share of the vectors that each code gets",
        "entropy": "entropy of the shares, in nats",
        "perplexity": "exp of the entropy: the effective number of codes in use",
        "codes_used": "how many codes are used at all",
        "evenly_used": "whether all codes are used equally often",
    },
    mistakes={
        "codebook_size": "The number of codes, whether used or not",
        "bits": "The entropy in bits",
        "two_to_the_nats": "2 to the power of nats: the bases do not match",
        "exp_of_bits": "e to the power of bits: the bases do not match",
        "sign_forgotten": "exp of Σ p ln p: the minus is lost",
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
def usage(counts: Vector) -> Answers:
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
        "shares": tuple([Fraction(count, total) for count in whole]),
        "entropy": entropy,
        "perplexity": exp(entropy),
        "codes_used": len(used),
        "evenly_used": min(whole) == max(whole),
        "codebook_size": len(whole),
        "bits": entropy / log(2),
        "two_to_the_nats": 2**entropy,
        "exp_of_bits": exp(entropy / log(2)),
        "sign_forgotten": exp(-entropy),
        "inverse_largest_share": Fraction(total, max(whole)),
        "inverse_sum_of_squares": Fraction(total * total, sum([count * count for count in used])),
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
    return {
        "shares": shares,
        "entropy": entropy,
        "perplexity": entropy.exp(),
        "codes_used": (shares > 0).sum(-1),
        "evenly_used": (shares - 1 / counts.shape[1]).abs().amax(-1) < 1e-13,
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
        "batch_mean": "The mean of the assigned vectors: forgets what went before",
        "decay_swapped": "Weighs the new vectors by decay and the old total by 1 − decay",
        "codes_averaged": "decay · e + (1 − decay) · (mean of the vectors): averages codes, not "
        "counts and totals",
        "count_not_updated": "Divides the new total by the old count",
        "mean_for_total": "Updates the total with the mean of the vectors, not with their sum",
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
def moving_average(total: Vector, count: Scalar, vectors: Matrix, decay: Scalar) -> Answers:
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
        return tuple([Fraction(old_weight * m + new_weight * z, divisor) for m, z in pairs])

    after = kept * size + fresh * arrived
    return {
        "new_count": Fraction(after, one * one),
        "new_total": mixed(kept, fresh, one * one),
        "new_code": mixed(kept, fresh, after),
        "old_code": mixed(1, 0, size),
        "batch_mean": mixed(0, 1, arrived),
        "decay_swapped": mixed(fresh, kept, fresh * size + kept * arrived),
        "codes_averaged": mixed(kept * arrived, fresh * size, one * arrived * size),
        "count_not_updated": mixed(kept, fresh, one * size),
        "mean_for_total": mixed(kept * number, fresh, number * after),
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

    def fit(code: "Tensor") -> "Tensor":
        old = count * ((code - total / count[:, None]) ** 2).sum(-1)
        new = ((code[:, None] - vectors) ** 2).sum((1, 2))
        return -(decay * old + (1 - decay) * new)

    code = maximise(fit, torch.zeros_like(total))
    ahead, behind = fit(code + 1), fit(code - 1)
    # Of a parabola in each of d coordinates, second differences are exact.
    new_count = (2 * fit(code) - ahead - behind) / (2 * total.shape[1])
    return {
        "new_count": new_count,
        "new_total": code * new_count[:, None],
        "new_code": code,
        "old_code": total / count[:, None],
    }
