"""How the likelihood of an autoregressive model is reported: perplexity, bits per dimension.

Probabilities of outcomes are exact; logarithms are natural unless a name says bits.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, log, log2, prod
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
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
_MOST_LEVELS = 4096


@solver(
    "autoregressive_scores.perplexity",
    results={
        "probability": "probability of the whole sequence, the product of the conditionals",
        "cross_entropy": "average −ln p a token, in nats",
        "perplexity": "exp of the cross-entropy: the inverse geometric mean of the conditionals",
    },
    mistakes={
        "total_perplexity": "Forgets to average over the tokens: 1 / p(sequence)",
        "inverse_of_mean": "Inverse of the arithmetic mean of the conditionals",
        "mean_of_inverses": "Arithmetic mean of the inverse conditionals",
        "exp_of_bits": "Takes e to the power of bits: the bases do not match",
        "two_to_the_nats": "Takes 2 to the power of nats: the bases do not match",
        "inverted": "Forgets the minus: the geometric mean of the conditionals",
    },
    examples=(
        {"conditionals": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 8))},
        {"conditionals": (Fraction(1, 10), Fraction(9, 10), Fraction(1, 2), Fraction(1, 5))},
        {"conditionals": (Fraction(1, 3), 1)},
        {"conditionals": (Fraction(1, 1000), Fraction(999, 1000), Fraction(1, 7))},
    ),
)
def perplexity(conditionals: Vector) -> SolverResults:
    """Scores of a sequence whose tokens had these conditional probabilities p(x_t | x_<t).

    Perplexity = exp(−(1/n) Σ ln p(x_t | x_<t)). Source: Jurafsky and Martin, Speech and
    Language Processing (2nd edition, 2009), section 4.4. Raises ValueError unless every
    conditional is above 0 and at most 1.
    """
    require_vector("conditionals", conditionals)
    if min(conditionals) <= 0 or max(conditionals) > 1:
        raise ValueError("conditionals must be above 0 and at most 1")
    count = len(conditionals)
    probability = fraction(
        prod([share.numerator for share in conditionals]),
        prod([share.denominator for share in conditionals]),
    )
    parts, whole = over_common_denominator(conditionals)
    inverses, below = over_common_denominator([fraction(whole, part) for part in parts])
    nats = fsum([-log(share) for share in conditionals]) / count
    return {
        "probability": probability,
        "cross_entropy": nats,
        "perplexity": exp(nats),
        "total_perplexity": 1 / probability,
        "inverse_of_mean": fraction(count * whole, sum(parts)),
        "mean_of_inverses": fraction(sum(inverses), count * below),
        "exp_of_bits": exp(nats / log(2)),
        "two_to_the_nats": 2**nats,
        "inverted": exp(-nats),
    }


def _log_of_geometric_mean(conditionals: "Tensor") -> "Tensor":
    """The limit of the logarithms of power means, found by autograd; conditionals: [variants, n].

    ln mean(p^r) has at r = 0 the slope mean ln p. Source: Hardy, Littlewood and Pólya,
    Inequalities (1934), section 2.3, theorem 3.
    """
    import torch

    power = torch.zeros(len(conditionals), 1, dtype=torch.float64, requires_grad=True)
    generating = (conditionals**power).mean(-1).log().sum()
    return torch.autograd.grad(generating, power)[0][:, 0]


@check("autoregressive_scores.perplexity", tolerance=1e-9)
def perplexity_by_power_means(conditionals: "Tensor") -> Mapping[str, Any]:
    """Perplexity as the inverse of a mean, that of the power 0; conditionals: [variants, n].

    The wrong averages are the means of the powers 1 and −1; wrong bases change its exponent.
    """
    count = conditionals.shape[1]
    slope = _log_of_geometric_mean(conditionals)
    whole = conditionals.cumprod(-1)[:, -1]
    perplexity = whole ** (-1 / count)
    return {
        "probability": (count * slope).exp(),
        "cross_entropy": -slope,
        "perplexity": perplexity,
        "total_perplexity": perplexity**count,
        "inverse_of_mean": 1 / conditionals.mean(-1),
        "mean_of_inverses": (conditionals**-1).mean(-1),
        "exp_of_bits": perplexity ** (1 / log(2)),
        "two_to_the_nats": perplexity ** log(2),
        "inverted": slope.exp(),
    }


@solver(
    "autoregressive_scores.against_rival",
    results={
        "cross_entropy": "average −ln p of a token of the first model, in nats",
        "bits_per_token": "average −log2 p of a token of the first model",
        "perplexity": "perplexity of the first model",
        "perplexity_twice": "its perplexity of a text in which the probabilities come twice",
        "text_bits": "−log2 of the probability of the whole text under the first model",
        "rival_bits": "the same under the rival",
        "has_lower_perplexity": "whether the first model has the lower perplexity a token",
        "needs_fewer_bits": "whether the first model needs fewer bits for the text",
        "doubled_perplexity": "twice the perplexity, for those who let it grow with the text",
    },
    examples=(
        {
            "conditionals": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 8)),
            "rival": 3,
            "tokens": 5,
        },
        {"conditionals": (Fraction(1, 10), Fraction(9, 10)), "rival": 8, "tokens": 1},
        {"conditionals": (Fraction(1, 3), Fraction(1, 7), 1), "rival": 2, "tokens": 4},
        {"conditionals": (Fraction(1, 4), Fraction(1, 4)), "rival": 4, "tokens": 2},
    ),
)
def against_rival(conditionals: Vector, rival: Scalar, tokens: Scalar) -> SolverResults:
    """A model against one that cuts the same text into `tokens` tokens of probability 1 / `rival`.

    The rival's perplexity is `rival`. Perplexities are per token, so that they cannot be compared
    between tokenisers; the bits of the text can. Source: Jurafsky and Martin, Speech and Language
    Processing (2nd edition, 2009), section 4.4, for perplexity. Raises ValueError unless every
    conditional is above 0 and at most 1, for a rival below 2 and counts outside 1 to 1000.
    """
    require_vector("conditionals", conditionals)
    if min(conditionals) <= 0 or max(conditionals) > 1:
        raise ValueError("conditionals must be above 0 and at most 1")
    choices = require_count("rival", rival, 2, 10**6)
    pieces = require_count("tokens", tokens, 1, 1000)
    count = len(conditionals)
    probability = prod(map(Fraction, conditionals))
    surprises = [-log(share) for share in conditionals]
    nats = fsum(surprises) / count
    return {
        "cross_entropy": nats,
        "bits_per_token": nats / log(2),
        "perplexity": exp(nats),
        "perplexity_twice": exp(fsum(surprises * 2) / (2 * count)),
        "text_bits": count * nats / log(2),
        "rival_bits": pieces * log2(choices),
        # In whole numbers, so that ties are seen: p(text) > rival^(−n).
        "has_lower_perplexity": probability * choices**count > 1,
        "needs_fewer_bits": probability * choices**pieces > 1,
        "doubled_perplexity": 2 * exp(nats),
    }


@check("autoregressive_scores.against_rival", tolerance=1e-9)
def against_rival_by_power_means(
    conditionals: "Tensor", rival: "Tensor", tokens: "Tensor"
) -> Mapping[str, Any]:
    """Both models' tokens as rows of probabilities; a text's bits are added up token by token.

    conditionals: [variants, n]; rival, tokens: [variants].
    """
    import torch

    slope = _log_of_geometric_mean(conditionals)
    twice = _log_of_geometric_mean(torch.cat((conditionals, conditionals), -1))
    exists = torch.arange(int(tokens.max())) < tokens[:, None]
    rival_bits = (rival.log2()[:, None] * exists).sum(-1)
    text_bits = -conditionals.log2().sum(-1)
    inverse = (1 / conditionals).prod(-1) ** (1 / conditionals.shape[1])
    return {
        "cross_entropy": -slope,
        "bits_per_token": text_bits / conditionals.shape[1],
        "perplexity": inverse,
        "perplexity_twice": (-twice).exp(),
        "text_bits": text_bits,
        "rival_bits": rival_bits,
        "has_lower_perplexity": inverse < rival - 1e-12,
        "needs_fewer_bits": text_bits < rival_bits - 1e-12,
        "doubled_perplexity": inverse + (-slope).exp(),
    }


@solver(
    "autoregressive_scores.bits_per_dimension",
    results={
        "bits_per_dimension": "nats / (dimensions · ln 2): of a discrete model, or of a density on "
        "data that keep their steps of 1",
        "rescaled_bits_per_dimension": "the same for a density on data divided by `levels` (scaled "
        "to [0, 1]): log2(levels) is added",
    },
    mistakes={
        "nats_per_dimension": "Forgets to change nats to bits",
        "times_ln_2": "Multiplies by ln 2 where division belongs",
        "changed_twice": "Divides by ln 2 twice",
        "base_ten": "Divides by ln 10 in place of ln 2",
        "offset_subtracted": "Subtracts log2(levels) for rescaled data",
        "offset_in_nats": "Adds ln(levels) in place of log2(levels) for rescaled data",
        "offset_only": "Adds log2(levels) to nats a dimension, not changed to bits",
    },
    examples=(
        {"nats": 6400, "dimensions": 3072, "levels": 256},
        {"nats": -9000, "dimensions": 3072, "levels": 256},
        {"nats": Fraction(5, 2), "dimensions": 4, "levels": 2},
        {"nats": 90, "dimensions": 784, "levels": 32},
    ),
)
def bits_per_dimension(nats: Scalar, dimensions: Scalar, levels: Scalar = 256) -> SolverResults:
    """Bits a dimension of a negative log-likelihood of `nats` for one whole data point.

    A density on u = v / levels is levels^dimensions times as large as the one on v, so that each
    dimension of the rescaled data hides log2(levels) bits. Sources: Theis, van den Oord and
    Bethge, A note on the evaluation of generative models (2016), section 3.1 (uniform noise on
    whole steps); Papamakarios, Pavlakou and Murray, Masked autoregressive flow (2017), the
    appendix on bits per pixel. Raises ValueError for a count of dimensions below 1, levels
    outside 2 to 4096 and more than 500 nats a dimension.
    """
    require_scalar("nats", nats)
    count = require_count("dimensions", dimensions, 1, _MOST_DIMENSIONS)
    steps = require_count("levels", levels, 2, _MOST_LEVELS)
    each = float(Fraction(nats, count))
    if abs(each) > 500:
        raise ValueError(f"nats must be at most 500 a dimension, they are {each:g}")
    bits, offset = each / log(2), log2(steps)
    return {
        "bits_per_dimension": bits,
        "rescaled_bits_per_dimension": bits + offset,
        "nats_per_dimension": each,
        "times_ln_2": each * log(2),
        "changed_twice": bits / log(2),
        "base_ten": each / log(10),
        "offset_subtracted": bits - offset,
        "offset_in_nats": bits + log(steps),
        "offset_only": each + offset,
    }


@check("autoregressive_scores.bits_per_dimension", tolerance=1e-9)
def bits_per_dimension_by_cells(
    nats: "Tensor", dimensions: "Tensor", levels: "Tensor"
) -> Mapping[str, Any]:
    """One dimension of the scaled data as a density that is constant on each of `levels` cells.

    The data point's cell has the density exp(−nats / dimensions), and the others share what is
    left of the mass one. The masses of all cells are listed; on whole steps a cell has the width
    1, so that its mass is its density there. All arguments are [variants].
    """
    import torch

    density = (-nats / dimensions).exp()
    place = torch.arange(int(levels.max()))
    exists = place < levels[:, None]
    left = (levels - density) / (levels - 1)
    densities = torch.where(place == 0, density[:, None], left[:, None]) * exists
    masses = densities / levels[:, None]
    mass = (masses / masses.sum(-1, keepdim=True))[:, 0]
    widths = 1 / exists.sum(-1).double()
    surprise = -density.log()
    return {
        "bits_per_dimension": -(mass / widths).log2(),
        "rescaled_bits_per_dimension": -mass.log2(),
        "nats_per_dimension": surprise,
        "times_ln_2": -(mass / widths).log() * torch.tensor(2.0, dtype=torch.float64).log(),
        "changed_twice": -density.log2() * torch.tensor(1.0, dtype=torch.float64).exp().log2(),
        "base_ten": -density.log10(),
        "offset_subtracted": -(mass / widths**2).log2(),
        "offset_in_nats": widths.reciprocal().log() - density.log2(),
        "offset_only": surprise - widths.log2(),
    }
