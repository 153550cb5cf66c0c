"""How the likelihood of an autoregressive model is reported: perplexity, bits per dimension.

Probabilities of outcomes are exact; logarithms are natural unless a name says bits.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, log, log2, prod
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_DIMENSIONS = 10**9


@solver(
    "autoregressive_scores.perplexity",
    results={
        "probability": "probability of the whole sequence, the product of the conditionals",
        "log_probability": "its natural logarithm",
        "cross_entropy": "average −ln p a token, in nats",
        "bits_per_token": "average −log2 p a token",
        "perplexity": "exp of the cross-entropy: the inverse geometric mean of the conditionals",
    },
    mistakes={
        "total_perplexity": "Forgets to average over the tokens: 1 / p(sequence)",
        "inverse_of_mean": "Inverse of the arithmetic mean of the conditionals",
        "mean_of_inverses": "Arithmetic mean of the inverse conditionals",
        "exp_of_bits": "Takes e to the power of bits: the bases do not match",
        "two_to_the_nats": "Takes 2 to the power of nats: the bases do not match",
        "inverted": "Forgets the minus: the geometric mean of the conditionals",
        "summed": "Adds the conditionals in place of multiplying them",
        "total_bits": "Bits of the whole sequence in place of bits a token",
    },
    examples=(
        {"conditionals": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 8))},
        {"conditionals": (Fraction(1, 10), Fraction(9, 10), Fraction(1, 2), Fraction(1, 5))},
        {"conditionals": (Fraction(1, 3), 1)},
        {"conditionals": (Fraction(1, 1000), Fraction(999, 1000), Fraction(1, 7))},
    ),
)
def perplexity(conditionals: Vector) -> Answers:
    """Scores of a sequence whose tokens had these conditional probabilities p(x_t | x_<t).

    Perplexity = exp(−(1/n) Σ ln p(x_t | x_<t)). Source: Jurafsky and Martin, Speech and
    Language Processing (2nd edition, 2009), section 4.4. Raises ValueError unless every
    conditional is above 0 and at most 1.
    """
    require_vector("conditionals", conditionals)
    if min(conditionals) <= 0 or max(conditionals) > 1:
        raise ValueError("conditionals must be above 0 and at most 1")
    count = len(conditionals)
    probability = Fraction(
        prod([share.numerator for share in conditionals]),
        prod([share.denominator for share in conditionals]),
    )
    logarithm = log(probability.numerator) - log(probability.denominator)
    parts, whole = over_common_denominator(conditionals)
    total = sum(parts)
    inverses, below = over_common_denominator([Fraction(whole, part) for part in parts])
    nats = fsum([-log(share) for share in conditionals]) / count
    bits = nats / log(2)
    return {
        "probability": probability,
        "log_probability": logarithm,
        "cross_entropy": nats,
        "bits_per_token": bits,
        "perplexity": exp(nats),
        "total_perplexity": 1 / probability,
        "inverse_of_mean": Fraction(count * whole, total),
        "mean_of_inverses": Fraction(sum(inverses), count * below),
        "exp_of_bits": exp(bits),
        "two_to_the_nats": 2**nats,
        "inverted": exp(-nats),
        "summed": Fraction(total, whole),
        "total_bits": bits * count,
    }


@check("autoregressive_scores.perplexity", tolerance=1e-9)
def perplexity_by_power_means(conditionals: "Tensor") -> Mapping[str, Any]:
    """The geometric mean as the limit of power means, found by autograd; [variants, n].

    ln mean(p^r) has at r = 0 the slope mean ln p. Source: Hardy, Littlewood and Pólya,
    Inequalities (1934), section 2.3, theorem 3.
    """
    import torch

    count = conditionals.shape[1]
    power = torch.zeros(len(conditionals), 1, dtype=torch.float64, requires_grad=True)
    generating = (conditionals**power).mean(-1).log().sum()
    slope = torch.autograd.grad(generating, power)[0][:, 0]
    whole = conditionals.cumprod(-1)[:, -1]
    return {
        "probability": (count * slope).exp(),
        "log_probability": whole.log(),
        "cross_entropy": -slope,
        "bits_per_token": -whole.log2() / count,
        "perplexity": whole ** (-1 / count),
    }


@solver(
    "autoregressive_scores.bits_per_dimension",
    results={
        "bits_per_dimension": "nats / (dimensions · ln 2): of a discrete model, or of a density on "
        "data that keep their steps of 1",
        "rescaled_bits_per_dimension": "the same for a density on data divided by `levels` (scaled "
        "to [0, 1]): log2(levels) is added",
        "uniform_bits": "log2(levels): what a uniform law over the levels needs a dimension",
        "beats_uniform": "whether the discrete model needs fewer bits than the uniform law",
    },
    mistakes={
        "nats_per_dimension": "Forgets to change nats to bits",
        "total_bits": "Forgets to divide by the number of dimensions",
        "times_ln_2": "Multiplies by ln 2 where division belongs",
        "offset_subtracted": "Subtracts log2(levels) for rescaled data",
        "offset_in_nats": "Adds ln(levels) in place of log2(levels) for rescaled data",
        "offset_shared": "Adds log2(levels) once, divided over all dimensions",
        "offset_only": "Adds log2(levels) to nats a dimension, not changed to bits",
        "negated": "The sign of the log-likelihood is lost",
    },
    examples=(
        {"nats": 6400, "dimensions": 3072, "levels": 256},
        {"nats": -9000, "dimensions": 3072, "levels": 256},
        {"nats": Fraction(5, 2), "dimensions": 4, "levels": 2},
        {"nats": 90, "dimensions": 784, "levels": 32},
    ),
)
def bits_per_dimension(nats: Scalar, dimensions: Scalar, levels: Scalar = 256) -> Answers:
    """Bits a dimension of a negative log-likelihood of `nats` for one whole data point.

    A density on u = v / levels is levels^dimensions times as large as the one on v, so that each
    dimension of the rescaled data hides log2(levels) bits. Sources: Theis, van den Oord and
    Bethge, A note on the evaluation of generative models (2016), section 3.1 (uniform noise on
    whole steps); Papamakarios, Pavlakou and Murray, Masked autoregressive flow (2017), the
    appendix on bits per pixel. Raises ValueError for a count of dimensions below 1, levels
    below 2 and more than 500 nats a dimension.
    """
    require_scalar("nats", nats)
    count = require_count("dimensions", dimensions, 1, _MOST_DIMENSIONS)
    steps = require_count("levels", levels, 2, 2**32)
    each = float(Fraction(nats, count))
    if abs(each) > 500:
        raise ValueError(f"nats must be at most 500 a dimension, they are {each:g}")
    bits, offset = each / log(2), log2(steps)
    return {
        "bits_per_dimension": bits,
        "rescaled_bits_per_dimension": bits + offset,
        "uniform_bits": offset,
        "beats_uniform": bits < offset,
        "nats_per_dimension": each,
        "total_bits": float(nats) / log(2),
        "times_ln_2": each * log(2),
        "offset_subtracted": bits - offset,
        "offset_in_nats": bits + log(steps),
        "offset_shared": bits + offset / count,
        "offset_only": each + offset,
        "negated": -bits,
    }


@check("autoregressive_scores.bits_per_dimension", tolerance=1e-9)
def bits_per_dimension_by_uniform_cells(
    nats: "Tensor", dimensions: "Tensor", levels: "Tensor"
) -> Mapping[str, Any]:
    """How many unit cells a uniform law of the same density would cover in each dimension.

    The law on [0, 1] data is carried over to whole steps by torch's change of variables.
    All arguments are [variants].
    """
    from torch.distributions import AffineTransform, TransformedDistribution, Uniform

    # Torch's distributions are not annotated.
    uniform: Any = Uniform
    width = (nats / dimensions).exp()
    law = uniform(0, width)
    stretched: Any = TransformedDistribution(law, [AffineTransform(0, levels)])
    plain = width.log2()
    return {
        "bits_per_dimension": plain,
        "rescaled_bits_per_dimension": (-stretched.log_prob(width * levels / 2)).exp().log2(),
        "uniform_bits": uniform(0, levels).entropy() / uniform(0, 2 + 0 * levels).entropy(),
        "beats_uniform": width < levels,
    }
