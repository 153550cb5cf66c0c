"""What a detector's rates mean for many texts, and how surprising a canary's rank is."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, log, log1p, log2
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_between_zero_and_one
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "detection.screening",
    results={
        "precision": "share of machine-made texts among those flagged",
        "accuracy": "share of texts that are classed rightly",
        "accused": "expected number of human texts that are flagged",
        "any_accused": "probability that one or more of the human texts is flagged",
        "most_flags_are_right": "whether the precision is above 1/2",
        "likely_accuses": "whether a human text is flagged with a probability above 1/2",
        "nine_in_ten": "whether the accuracy is above 9/10",
        "misses_more_than_catches": "whether more machine-made texts are missed than flagged",
        "human": "how many texts are by humans",
        "caught": "expected number of machine-made texts that are flagged",
    },
    examples=(
        {"texts": 1000, "machine": 50, "hits": Fraction(4, 5), "alarms": Fraction(1, 50)},
        {"texts": 200, "machine": 100, "hits": Fraction(2, 5), "alarms": Fraction(1, 1000)},
        {"texts": 400, "machine": 4, "hits": Fraction(9, 10), "alarms": Fraction(1, 20)},
    ),
)
def screening(texts: Scalar, machine: Scalar, hits: Scalar, alarms: Scalar) -> SolverResults:
    """A detector that flags machine-made texts at the rate `hits`, human ones at the rate `alarms`.

    Source: MacKay, Information Theory, Inference, and Learning Algorithms (2003), section 2.1 on
    base rates. Raises ValueError for rates not between 0 and 1, and unless there are texts of
    both kinds.
    """
    count = require_count("texts", texts, 2, 10**7)
    made = require_count("machine", machine, 1, count - 1)
    require_between_zero_and_one("hits", hits)
    require_between_zero_and_one("alarms", alarms)
    human = count - made
    caught, accused = Fraction(hits) * made, Fraction(alarms) * human
    right = caught + human - accused
    # In logarithms, as the power of a fraction has thousands of digits.
    none_accused = human * log1p(-float(alarms))
    return {
        "precision": caught / (caught + accused),
        "accuracy": right / count,
        "accused": accused,
        "any_accused": -(exp(none_accused) - 1),
        "most_flags_are_right": caught > accused,
        "likely_accuses": none_accused < -log(2),
        "nine_in_ten": right / count > Fraction(9, 10),
        "misses_more_than_catches": 2 * caught < made,
        "human": human,
        "caught": caught,
    }


@check("detection.screening", tolerance=1e-8)
def screening_by_table(
    texts: "Tensor", machine: "Tensor", hits: "Tensor", alarms: "Tensor"
) -> Mapping[str, Any]:
    """The table of kinds (rows) and verdicts (columns) for one text drawn by lot; all [variants].

    The probability that no human text is flagged is a power, taken by squaring.
    """
    import torch

    kinds = torch.stack((machine / texts, 1 - machine / texts), -1)
    flags = torch.stack((hits, alarms), -1)
    table = kinds[..., None] * torch.stack((flags, 1 - flags), -1)
    given = table / table.sum(1, keepdim=True)
    accuracy = table.diagonal(dim1=1, dim2=2).sum(-1)
    innocent = texts - machine
    spared, factor, left = torch.ones_like(alarms), 1 - alarms, innocent.long()
    while bool((left > 0).any()):
        spared = torch.where(left % 2 == 1, spared * factor, spared)
        factor, left = factor * factor, left // 2
    flagged = table[:, :, 0] * texts[:, None]
    return {
        "precision": given[:, 0, 0],
        "accuracy": accuracy,
        "accused": flagged[:, 1],
        "any_accused": 1 - spared,
        "most_flags_are_right": given[:, 0, 0] > 0.5 + 1e-12,
        "likely_accuses": spared < 0.5,
        "nine_in_ten": accuracy > 0.9 + 1e-12,
        "misses_more_than_catches": table[:, 0, 1] > table[:, 0, 0] + 1e-12,
        "human": innocent,
        "caught": flagged[:, 0],
    }


@solver(
    "detection.exposure",
    results={
        "exposure": "log2 of the number of candidates over the rank",
        "p_value": "probability of this rank or a better one if the canary was never seen",
        "expected_at_least": "expected number of so many unseen canaries that are as exposed",
        "any_at_least": "probability that one or more of them is",
    },
    mistakes={
        "nats": "Exposure in nats",
        "rank_bits": "log2 of the rank",
    },
    examples=(
        {"digits": 6, "rank": 10, "canaries": 20},
        {"digits": 4, "rank": 3, "canaries": 100},
        {"digits": 3, "rank": 125, "canaries": 2},
    ),
)
def exposure(digits: Scalar, rank: Scalar, canaries: Scalar) -> SolverResults:
    """A canary of so many random digits, at this rank by likelihood among all 10^digits.

    Exposure = log2 |R| − log2 rank. Source: Carlini, Liu, Erlingsson, Kos and Song, The secret
    sharer (2019), section 4.2, definition 2. Raises ValueError for more than 12 digits, a rank
    that is not below the number of candidates and more than 10^6 canaries.
    """
    size = 10 ** require_count("digits", digits, 1, 12)
    place = require_count("rank", rank, 1, size)
    many = require_count("canaries", canaries, 1, 10**6)
    share = fraction(place, size)
    if share == 1:
        raise ValueError("rank must be below the number of candidates")
    none = many * log1p(-float(share))
    return {
        "exposure": log2(1 / share),
        "p_value": share,
        "expected_at_least": many * share,
        "any_at_least": -(exp(none) - 1),
        "nats": -log(share),
        "rank_bits": log2(place),
    }


@check("detection.exposure", tolerance=1e-8)
def exposure_by_distributions(
    digits: "Tensor", rank: "Tensor", canaries: "Tensor"
) -> Mapping[str, Any]:
    """An unseen canary's rank is uniform; so many of them are a binomial draw; all [variants].

    The exposure is the number of halvings of the candidates that lead to the rank.
    """
    import torch

    size = torch.pow(10.0, digits).double()
    uniform: Any = torch.distributions.Uniform(torch.zeros_like(size), size, validate_args=False)
    p_value = uniform.cdf(rank)
    halvings = torch.zeros_like(size)
    left = size.clone()
    while bool((left >= 2 * rank).any()):
        more = left >= 2 * rank
        left = torch.where(more, left / 2, left)
        halvings = halvings + more
    # What is left after whole halvings lies between the rank and twice the rank.
    bits = halvings + (left / rank).log2()
    binomial: Any = torch.distributions.Binomial(canaries, p_value, validate_args=False)
    return {
        "exposure": bits,
        "p_value": p_value,
        "expected_at_least": binomial.mean,
        "any_at_least": -torch.expm1(binomial.log_prob(torch.zeros_like(size))),
        "nats": size.log() - rank.log(),
        "rank_bits": digits / torch.log10(torch.full_like(size, 2.0)) - bits,
    }
