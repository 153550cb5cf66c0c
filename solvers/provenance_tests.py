"""Watermarks and memorisation as tests of hypotheses."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, comb, isqrt, lcm, sqrt
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

_MOST_TOKENS = 400


@solver(
    "provenance_tests.green_list",
    results={
        "z": "(green − gamma tokens) / sqrt(tokens gamma (1 − gamma))",
        "tail": "probability of so many green tokens or more without a watermark",
        "expected": "expected number of green tokens without a watermark",
        "least_green": "the least number of green tokens with z above the threshold",
        "flagged": "whether z is above the threshold",
    },
    mistakes={
        "z_not_centred": "green over the standard deviation",
        "z_without_gamma": "(green − gamma tokens) / sqrt(tokens)",
        "z_of_half": "z for gamma = 1/2",
        "point": "probability of exactly so many green tokens",
        "tail_above": "probability of more green tokens",
    },
    examples=(
        {"tokens": 16, "green": 9, "gamma": Fraction(1, 4), "threshold": 3},
        {"tokens": 100, "green": 60, "gamma": Fraction(2, 5), "threshold": 4},
        {"tokens": 12, "green": 12, "gamma": Fraction(1, 3), "threshold": 4},
    ),
)
def green_list(tokens: Scalar, green: Scalar, gamma: Scalar, threshold: Scalar) -> SolverResults:
    """A text of so many tokens, each on the green list with probability gamma if unmarked.

    Source: Kirchenbauer, Geiping, Wen, Katz, Miers and Goldstein, A watermark for large language
    models (2023), equation 3. Raises ValueError for counts outside 1 to 400, more green tokens
    than there are, gamma not between 0 and 1 and a threshold not above zero.
    """
    count = require_count("tokens", tokens, 1, _MOST_TOKENS)
    hits = require_count("green", green, 0, count)
    require_between_zero_and_one("gamma", gamma)
    require_positive("threshold", threshold)
    share, level = map(Fraction, (gamma, threshold))
    mean = share * count
    variance = mean * (1 - share)
    gap = hits - mean
    # (k − γT)² > z² Tγ(1 − γ) in whole numbers: γ is rate / unit, and k the least one.
    rate, unit = share.numerator, share.denominator
    bound = level * level * variance
    above = count * rate + isqrt(bound.numerator * unit**2 // bound.denominator) + 1
    # The probabilities of k, k + 1, … green tokens in parts of unit^T, each from the one before.
    mass = point = comb(count, hits) * rate**hits * (unit - rate) ** (count - hits)
    tail = point
    for k in range(hits, count):
        mass = mass * (count - k) * rate // ((k + 1) * (unit - rate))
        tail += mass
    whole, spread = unit**count, sqrt(variance)
    return {
        "z": float(gap) / spread,
        "tail": fraction(tail, whole),
        "expected": mean,
        "least_green": min(-(-above // unit), count + 1),
        "flagged": gap > 0 and gap * gap > bound,
        "z_not_centred": hits / spread,
        "z_without_gamma": float(gap) / sqrt(count),
        "z_of_half": (hits - count / 2) / sqrt(count / 4),
        "point": fraction(point, whole),
        "tail_above": fraction(tail - point, whole),
    }


@check("provenance_tests.green_list", tolerance=1e-8)
def green_list_by_counting(
    tokens: "Tensor", green: "Tensor", gamma: "Tensor", threshold: "Tensor"
) -> Mapping[str, Any]:
    """Goes through the text token by token with the distribution of the count; all [variants].

    Mean and variance are those of the distribution that comes out; z is found for every count.
    """
    import torch

    # Few different lengths and shares are drawn, so that each text is gone through once.
    kinds, kind_of = torch.unique(torch.stack((tokens, gamma), -1), dim=0, return_inverse=True)
    masses = _masses_of_counts(*kinds.unbind(-1))[kind_of]
    counts = torch.arange(masses.shape[1], dtype=torch.float64)
    mean = masses @ counts
    variance = (masses * (counts - mean[:, None]).square()).sum(-1)
    scores = (counts - mean[:, None]) / variance.sqrt()[:, None]
    place = green.long()[:, None]
    z = scores.gather(1, place)[:, 0]
    upper = masses.flip(-1).cumsum(-1).flip(-1)
    tail, point = upper.gather(1, place)[:, 0], masses.gather(1, place)[:, 0]
    passes = (scores > threshold[:, None] + 1e-12) & (counts <= tokens[:, None])
    first = torch.where(passes.any(-1), passes.double().argmax(-1), tokens + 1)
    return {
        "z": z,
        "tail": tail,
        "expected": mean,
        "least_green": first,
        "flagged": z > threshold + 1e-12,
        "z_not_centred": z + mean / variance.sqrt(),
        "z_without_gamma": z * (variance / tokens).sqrt(),
        "z_of_half": (2 * green - tokens) / tokens.sqrt(),
        "point": point,
        "tail_above": tail - point,
    }


def _masses_of_counts(tokens: "Tensor", gamma: "Tensor") -> "Tensor":
    """The distributions of the count of green tokens, [variants, counts]."""
    import torch

    longest = int(tokens.max())
    masses = torch.zeros(len(tokens), longest + 1, dtype=torch.float64)
    masses[:, 0] = 1
    for step in range(longest):
        # So many counts are possible by now, and one more after this token.
        before = masses[:, : step + 2]
        moved = torch.nn.functional.pad(before[:, :-1], (1, 0))
        mixed = (1 - gamma)[:, None] * before + gamma[:, None] * moved
        masses[:, : step + 2] = torch.where((step < tokens)[:, None], mixed, before)
    return masses


@solver(
    "provenance_tests.length",
    results={
        "tokens": "the least number of tokens for which the expected z reaches the threshold",
        "exact": "that number before it is rounded up",
        "per_token": "what each token adds to z squared, in the mean count",
    },
    mistakes={
        "root_forgotten": "threshold · sqrt(gamma (1 − gamma)) / (share − gamma), rounded up",
        "own_variance": "With share (1 − share) in place of gamma (1 − gamma), rounded up",
        "not_centred": "With share in place of share − gamma, rounded up",
    },
    examples=(
        {"share": Fraction(3, 5), "gamma": Fraction(1, 4), "threshold": 4},
        {"share": Fraction(1, 2), "gamma": Fraction(2, 5), "threshold": 3},
        {"share": Fraction(4, 5), "gamma": Fraction(1, 2), "threshold": 4},
    ),
)
def length(share: Scalar, gamma: Scalar, threshold: Scalar) -> SolverResults:
    """How long a text must be, if watermarked text has this share of green tokens.

    sqrt(T) (share − gamma) / sqrt(gamma (1 − gamma)) ≥ threshold. Source: Kirchenbauer et al., A
    watermark for large language models (2023), section 2 and equation 3. Raises ValueError
    for a share not above gamma by 0.01, and a threshold above 10.
    """
    require_between_zero_and_one("share", share)
    require_between_zero_and_one("gamma", gamma)
    require_positive("threshold", threshold)
    gap = Fraction(share) - gamma
    if gap < Fraction(1, 100):
        raise ValueError("share must exceed gamma by 0.01 at least")
    if threshold > 10:
        raise ValueError("threshold must be at most 10")
    level = Fraction(threshold) ** 2
    exact = level * gamma * (1 - gamma) / gap**2
    return {
        "tokens": ceil(exact),
        "exact": exact,
        "per_token": level / exact,
        "root_forgotten": ceil(sqrt(exact)),
        "own_variance": ceil(level * share * (1 - share) / gap**2),
        "not_centred": ceil(level * gamma * (1 - gamma) / Fraction(share) ** 2),
    }


@check("provenance_tests.length", tolerance=1e-8)
def length_by_trying(share: "Tensor", gamma: "Tensor", threshold: "Tensor") -> Mapping[str, Any]:
    """Doubles and halves the length until z just reaches the threshold; all are [variants]."""
    import torch

    def z(size: "Tensor", centre: "Tensor", spread: "Tensor") -> "Tensor":
        return (size * share - size * centre) / (size * spread * (1 - spread)).sqrt()

    def shortest(centre: "Tensor", spread: "Tensor", whole: bool = True) -> "Tensor":
        low, high = torch.zeros_like(share), torch.full_like(share, 2.0**22)
        for _ in range(22 if whole else 100):
            middle = (low + high) / 2
            enough = z(middle, centre, spread) >= threshold * (1 - 1e-12)
            low, high = torch.where(enough, low, middle), torch.where(enough, middle, high)
        return high

    exact = shortest(gamma, gamma, whole=False)
    root = (exact.sqrt() - 1e-9).ceil()
    return {
        "tokens": shortest(gamma, gamma),
        "exact": exact,
        "per_token": z(torch.ones_like(share), gamma, gamma).square(),
        "root_forgotten": root,
        "own_variance": shortest(gamma, share),
        "not_centred": shortest(torch.zeros_like(gamma), gamma),
    }


@solver(
    "provenance_tests.most_powerful",
    results={
        "power": "the largest probability of flagging a member at this rate of false alarms",
        "flagged": "for each score, 1 if the best test flags it",
        "ratios": "likelihood ratio of each score, member over other",
        "fills": "whether the best scores use up the rate exactly",
        "tie": "whether two scores have equal ratios",
    },
    mistakes={
        "from_the_top": "Flags scores from the highest down",
        "by_members": "Flags the scores that members have most often, as long as the rate allows",
    },
    examples=(
        {
            "members": tuple(Fraction(k, 20) for k in (2, 8, 4, 2, 4)),
            "others": tuple(Fraction(k, 20) for k in (7, 2, 6, 4, 1)),
            "rate": Fraction(3, 20),
        },
        {
            "members": tuple(Fraction(k, 10) for k in (1, 3, 2, 4)),
            "others": tuple(Fraction(k, 10) for k in (4, 1, 3, 2)),
            "rate": Fraction(1, 10),
        },
    ),
)
def most_powerful(members: Vector, others: Vector, rate: Scalar) -> SolverResults:
    """The test that flags most members among those with at most this rate of false alarms.

    Scores are flagged in the order of their likelihood ratios until the rate is used up. Source:
    Neyman and Pearson, On the problem of the most efficient tests of statistical hypotheses (1933);
    Carlini, Chien, Nasr, Song, Terzis and Tramèr, Membership inference attacks from first
    principles (2022), section IV. Raises ValueError for distributions of different lengths, more
    than 12 scores, zeros, and a rate not between 0 and 1.
    """
    require_probabilities("members", members)
    require_probabilities("others", others)
    require_vector("others", others, len(members))
    require_between_zero_and_one("rate", rate)
    # All probabilities in parts of one unit, and all ratios in parts of another, as whole numbers.
    parts, unit = over_common_denominator((*members, *others, rate))
    if len(members) > 12 or min(parts) <= 0:
        raise ValueError("there must be at most 12 scores, and none of probability zero")
    places = range(len(members))
    flagging, alarms, allowed = parts[: len(members)], parts[len(members) : -1], parts[-1]
    shared = lcm(*alarms)
    heights = [m * (shared // o) for m, o in zip(flagging, alarms, strict=True)]

    def flagged(order: Sequence[int]) -> tuple[list[int], int]:
        """The scores that are flagged in this order, up to the first that is too many."""
        chosen, spent = [], 0
        for place in order:
            if spent + alarms[place] > allowed:
                break
            chosen.append(place)
            spent += alarms[place]
        return chosen, spent

    best, spent = flagged(sorted(places, key=lambda place: -heights[place]))
    top, _ = flagged(places[::-1])
    often, _ = flagged(sorted(places, key=lambda place: -flagging[place]))

    def power(chosen: list[int]) -> Fraction:
        return fraction(sum([flagging[place] for place in chosen]), unit)

    return {
        "power": power(best),
        "flagged": tuple([int(place in best) for place in places]),
        "ratios": tuple(map(fraction, flagging, alarms)),
        "fills": spent == allowed,
        "tie": len(set(heights)) < len(heights),
        "from_the_top": power(top),
        "by_members": power(often),
    }


@check("provenance_tests.most_powerful", tolerance=1e-9)
def most_powerful_by_trying(
    members: "Tensor", others: "Tensor", rate: "Tensor"
) -> Mapping[str, Any]:
    """Weighs every threshold of a ratio, and every set of scores where the rate is used up.

    members, others: [variants, scores], rate: [variants].
    """
    import torch

    variants, count = members.shape
    allowed = rate[:, None] + 1e-9

    def kept(keys: "Tensor") -> tuple["Tensor", "Tensor"]:
        """Which scores lie at or above the lowest threshold that the rate allows."""
        above = (keys[:, :, None] <= keys[:, None, :]).double()
        alarms = (above * others[:, None]).sum(-1)
        fits = alarms <= allowed
        size = torch.where(fits, above.sum(-1), 0.0)
        place = size.argmax(-1)
        chosen = above[torch.arange(variants), place] * (size.amax(-1) > 0)[:, None]
        return chosen, (chosen * others).sum(-1)

    ratios = members / others
    ranks = torch.arange(count, dtype=torch.float64)
    # Of equal ratios the first score goes first.
    best, spent = kept(ratios - 1e-9 * ranks)
    top, _ = kept(ranks.expand(variants, -1))
    often, _ = kept(members - 1e-9 * ranks)
    # Among all 2^n sets none with fewer false alarms flags more, if the rate is used up.
    sets = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * count)
    legal = others @ sets.T <= allowed
    fills = (spent - rate).abs() < 1e-9
    all_sets = torch.where(legal, members @ sets.T, 0.0).amax(-1)
    power = (best * members).sum(-1)
    gaps = (ratios[:, :, None] - ratios[:, None]).abs() + torch.eye(count)
    return {
        "power": torch.where(fills, all_sets, power),
        "flagged": best,
        "ratios": (members.log() - others.log()).exp(),
        "fills": fills,
        "tie": (gaps < 1e-12).any(-1).any(-1),
        "from_the_top": (top * members).sum(-1),
        "by_members": (often * members).sum(-1),
    }
