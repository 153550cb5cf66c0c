"""Texts as tokens: byte-pair merges, segmentations, and scores that need no tokeniser."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import exp, log, log2
from operator import mul
from typing import TYPE_CHECKING, Any, TypeAlias

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults, show
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_LETTERS = 40


@solver(
    "tokenisation.byte_pair",
    results={
        "first_merge": "the pair of symbols that is merged first, written together",
        "first_count": "how often it occurs in the corpus",
        "second_merge": "the token that the second merge makes",
        "second_count": "how often its two parts stand side by side after the first merge",
        "tokens_before": "how many symbols the corpus has before the merges",
        "tokens_after": "how many tokens it has after both merges",
        "tie": "whether a merge is not decided by the counts",
        "repeats": "whether some word has the same two symbols side by side before a merge",
    },
    mistakes={
        "tokens_after_one": "The tokens after the first merge alone",
        "word_types_after": "The tokens when each word of the list is counted once",
        "first_by_types": "The pair that is in most words of the list, their counts ignored",
        "second_without_recount": "The second most frequent pair of letters before any merge",
    },
    examples=(
        {"words": ("hug", "pug", "pun", "hugs"), "counts": (10, 5, 12, 5)},
        {"words": ("low", "lower", "newest", "widest"), "counts": (5, 2, 6, 4)},
        {"words": ("cab", "ab", "abc"), "counts": (3, 2, 9)},
        {"words": ("abc", "abd", "cd"), "counts": (1, 2, 9)},
    ),
)
def byte_pair(words: tuple[str, ...], counts: Vector) -> SolverResults:
    """Two merges of byte-pair encoding on a list of words, each occurring so many times.

    The most frequent pair of neighbouring symbols becomes one symbol, everywhere. Source:
    Sennrich, Haddow and Birch, Neural machine translation of rare words with subword units
    (2016), section 3.2 and algorithm 1 (here without a mark of the word's end). Of equally
    frequent pairs the first of the alphabet is merged, and `tie` says so. Raises ValueError for
    words that are not of small letters, or fewer than one count a word.
    """
    if type(words) is not tuple or not words or not all(isinstance(each, str) for each in words):
        raise ValueError(f"words must be a list of texts, {show(words)} is none")
    for word in words:
        if not 2 <= len(word) <= _MOST_LETTERS or not (word.isascii() and word.islower()):
            raise ValueError(f"words must have 2 to {_MOST_LETTERS} small letters, not '{word}'")
    require_vector("counts", counts, len(words))
    times = [require_count("a count", count, 1, 10**6) for count in counts]
    split = [tuple(word) for word in words]
    beside = [list(pairwise(word)) for word in split]
    found = _pairs(beside, times)
    first, second_before, first_tie = _best_pair(found)
    once = [_merged(word, first) for word in split]
    if all(len(word) == 1 for word in once):
        raise ValueError("words must leave a second pair to merge")
    beside_then = [list(pairwise(word)) for word in once]
    found_then = _pairs(beside_then, times)
    second, _, second_tie = _best_pair(found_then)
    twice = [_merged(word, second) for word in once]
    return {
        "first_merge": "".join(first),
        "first_count": found[first],
        "second_merge": "".join(second),
        "second_count": found_then[second],
        "tokens_before": sum(map(mul, map(len, split), times)),
        "tokens_after": sum(map(mul, map(len, twice), times)),
        "tie": first_tie or second_tie,
        "repeats": any(a == b for pairs in (*beside, *beside_then) for a, b in pairs),
        "tokens_after_one": sum(map(mul, map(len, once), times)),
        "word_types_after": sum(map(len, twice)),
        "first_by_types": "".join(_first_of(_pairs(beside, [1] * len(times)))),
        "second_without_recount": "".join(second_before),
    }


_Pair: TypeAlias = tuple[str, str]
"""Two symbols side by side."""


def _pairs(beside: Sequence[Sequence[_Pair]], times: Sequence[int]) -> dict[_Pair, int]:
    """How often each pair occurs, in words that occur so many times."""
    found: dict[_Pair, int] = {}
    for pairs, count in zip(beside, times, strict=True):
        for pair in pairs:
            found[pair] = found.get(pair, 0) + count
    return found


def _best_pair(found: dict[_Pair, int]) -> tuple[_Pair, _Pair, bool]:
    """The most frequent pair, the next one, and whether they are equally frequent."""
    best = _first_of(found)
    if len(found) == 1:
        return best, best, False
    others = found.copy()
    most = others.pop(best)
    following = _first_of(others)
    return best, following, most == others[following]


def _first_of(found: Mapping[_Pair, int]) -> _Pair:
    """The most frequent pair, of equally frequent ones the first of the alphabet."""
    most = max(found.values())
    first = [pair for pair, count in found.items() if count == most]
    return first[0] if len(first) == 1 else min(first, key="".join)


def _merged(word: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    made: list[str] = []
    for symbol in word:
        if made and (made[-1], symbol) == pair:
            made[-1] += symbol
        else:
            made.append(symbol)
    return tuple(made)


@check("tokenisation.byte_pair", tolerance=1e-9)
def byte_pair_by_saving(words: Sequence[tuple[str, ...]], counts: "Tensor") -> Mapping[str, Any]:
    """Tries every pair of symbols and keeps that which saves most tokens; counts: [variants, w].

    A symbol is one character, and a merge replaces two by a new one: the corpus gets shorter by
    as many tokens as there were pairs (no word repeats a symbol, or the pair counts overlap).
    """
    import torch

    found = [_by_saving(texts, row) for texts, row in zip(words, counts.tolist(), strict=True)]
    numbers = {"first_count", "second_count", "tokens_before", "tokens_after"}
    numbers |= {"tokens_after_one", "word_types_after"}
    return {
        name: torch.tensor([each[name] for each in found], dtype=torch.float64)
        if name in numbers
        else torch.tensor([each[name] for each in found])
        if name in ("tie", "repeats")
        else [each[name] for each in found]
        for name in found[0]
    }


def _by_saving(texts: tuple[str, ...], times: Sequence[float]) -> dict[str, Any]:
    spelled: dict[str, str] = {letter: letter for text in texts for letter in text}

    def length(words: Sequence[str], weights: Sequence[float]) -> float:
        lengths: list[float] = [len(word) for word in words]
        return sum(map(mul, lengths, weights), 0.0)

    def savings(words: Sequence[str], weights: Sequence[float]) -> list[tuple[float, str]]:
        whole = length(words, weights)
        pairs = [a + b for a in spelled for b in spelled if a != b]
        # Most pairs stand nowhere, and save nothing.
        spaced = " ".join(words)
        left = {
            pair: length([word.replace(pair, "#") for word in words], weights)
            if pair in spaced
            else whole
            for pair in pairs
        }

        def rank(pair: str) -> tuple[float, str]:
            return left[pair], "".join(spelled[symbol] for symbol in pair)

        return [(whole - left[pair], pair) for pair in sorted(pairs, key=rank)]

    before = savings(texts, times)
    types = savings(texts, [1.0] * len(times))
    spelled["\ue000"] = before[0][1]
    once = [text.replace(before[0][1], "\ue000") for text in texts]
    after = savings(once, times)
    twice = [text.replace(after[0][1], "\ue001") for text in once]
    doubled = [symbol * 2 for symbol in spelled]
    return {
        "first_merge": before[0][1],
        "first_count": before[0][0],
        "second_merge": "".join(spelled[symbol] for symbol in after[0][1]),
        "second_count": after[0][0],
        "tokens_before": length(texts, times),
        "tokens_after": length(twice, times),
        "tie": any(found[0][0] == found[1][0] for found in (before, after)),
        "repeats": any(pair in word for word in (*texts, *once) for pair in doubled),
        "tokens_after_one": length(once, times),
        "word_types_after": length(twice, [1.0] * len(times)),
        "first_by_types": types[0][1],
        "second_without_recount": before[1][1],
    }


@solver(
    "tokenisation.bits_per_byte",
    results={
        "bits_per_byte": "of each model, its loss in bits for each byte of the text",
        "perplexities": "of each model, per token",
        "best": "the index of the model with the fewest bits a byte, from 0",
        "lowest_loss": "the index of the model with the lowest loss a token, from 0",
    },
    mistakes={
        "bits_per_token": "Of each model, bits a token: the tokeniser is not taken out",
        "nats_per_byte": "Of each model, nats a byte",
        "tokens_and_bytes_swapped": "Of each model, bits a token times bytes a token",
    },
    examples=(
        {"losses": (3, 2), "tokens": (200, 500), "size": 1000},
        {
            "losses": (Fraction(5, 2), Fraction(9, 4), Fraction(1)),
            "tokens": (250, 400, 1000),
            "size": 1000,
        },
    ),
)
def bits_per_byte(losses: Vector, tokens: Vector, size: Scalar) -> SolverResults:
    """Bits a byte of models that cut the same text of `size` bytes into so many tokens.

    `losses` are mean −ln p a token; bits a byte = loss · tokens / (bytes · ln 2). Source: Gao et
    al., The Pile: an 800GB dataset of diverse text for language modeling (2020), section 3.1.
    Raises ValueError for losses not above zero, counts below one, or different lengths.
    """
    require_vector("losses", losses)
    require_vector("tokens", tokens, len(losses))
    whole = require_count("size", size, 1, 10**12)
    counts = []
    for loss, count in zip(losses, tokens, strict=True):
        require_positive("a loss", loss)
        if loss.numerator > 100 * loss.denominator:
            raise ValueError("a loss must be at most 100")
        counts.append(require_count("a number of tokens", count, 1, 10**12))
    parts, unit = over_common_denominator(losses)
    # Each model's loss on the whole text.
    totals = list(map(mul, parts, counts))
    below, bit = unit * whole, log(2)
    return {
        "bits_per_byte": tuple([total / below / bit for total in totals]),
        "perplexities": tuple([exp(part / unit) for part in parts]),
        "best": totals.index(min(totals)),
        "lowest_loss": parts.index(min(parts)),
        "bits_per_token": tuple([part / unit / bit for part in parts]),
        "nats_per_byte": tuple([fraction(total, below) for total in totals]),
        "tokens_and_bytes_swapped": tuple(
            [part * whole / (unit * count) / bit for part, count in zip(parts, counts, strict=True)]
        ),
    }


@check("tokenisation.bits_per_byte", tolerance=1e-9)
def bits_per_byte_by_code(losses: "Tensor", tokens: "Tensor", size: "Tensor") -> Mapping[str, Any]:
    """The perplexity of a byte: how many bytes an even choice would be among; [variants, models].

    A token's perplexity to the power of tokens a byte is that of a byte, in base 2 its bits.
    """
    perplexities = losses.exp()
    share = tokens / size[:, None]
    per_byte = perplexities**share
    return {
        "bits_per_byte": per_byte.log2(),
        "perplexities": perplexities,
        "best": per_byte.argmin(-1),
        "lowest_loss": (1 / perplexities).argmax(-1),
        "bits_per_token": perplexities.log2(),
        "nats_per_byte": per_byte.log(),
        "tokens_and_bytes_swapped": (perplexities ** (1 / share)).log2(),
    }


@solver(
    "tokenisation.segmentations",
    results={
        "probability": "probability of the text, the sum over all its segmentations",
        "best": "probability of its most probable segmentation",
        "count": "how many segmentations there are",
        "saved_bits": "by how many bits the best segmentation alone overstates the text's cost",
        "ways": "the probability of each segmentation: letters, ab + c, a + bc",
    },
    mistakes={
        "letters": "Probability of the text letter by letter",
        "greedy": "Only the segmentation that takes the longest token from the left",
        "mean": "The mean over the segmentations in place of the sum",
        "longer_tokens": "The sum without the segmentation into letters",
    },
    examples=(
        {"pieces": tuple(Fraction(share, 20) for share in (4, 2, 5, 1, 2, 6))},
        {"pieces": tuple(Fraction(share, 20) for share in (3, 8, 1, 1, 4, 3))},
    ),
)
def segmentations(pieces: Vector) -> SolverResults:
    """A unigram model on the text abc; pieces: p(a), p(b), p(c), p(ab), p(bc), all other tokens.

    Each token is drawn independently, so a segmentation has the product of its pieces, and the
    text the sum over segmentations. Sources: Kudo, Subword regularization (2018), section 3.2,
    equation 6; Cao and Rimell, You should evaluate your language model on marginal likelihood
    over tokenisations (2021). Raises ValueError for other than six probabilities, or where one
    of the first five is zero.
    """
    require_probabilities("pieces", pieces)
    require_vector("pieces", pieces, 6)
    if min(pieces[:5]) <= 0:
        raise ValueError("pieces must not be zero")
    a, b, c, ab, bc = map(Fraction, pieces[:5])
    # What lies before each place, forward: a token of one letter or of two ends there.
    one = a
    two = ab + one * b
    three = two * c + one * bc
    ways = (a * b * c, ab * c, a * bc)
    return {
        "probability": three,
        "best": max(ways),
        "count": len(ways),
        "saved_bits": log2(three / max(ways)),
        "ways": ways,
        "letters": ways[0],
        "greedy": ways[1],
        "mean": three / len(ways),
        "longer_tokens": ways[1] + ways[2],
    }


@check("tokenisation.segmentations", tolerance=1e-9)
def segmentations_by_paths(pieces: "Tensor") -> Mapping[str, Any]:
    """Paths through the places 0 to 3 between the letters; pieces: [variants, 6].

    With the probability of the token from place i to place j as entry (i, j) of M, the paths of
    k tokens are an entry of M to the power of k, and all of them one of (I − M)⁻¹.
    """
    import torch

    spans = ((0, 1), (1, 2), (2, 3), (0, 2), (1, 3))
    moves = torch.zeros(len(pieces), 4, 4, dtype=torch.float64)
    for index, (start, stop) in enumerate(spans):
        moves[:, start, stop] = pieces[:, index]
    unit = torch.eye(4, dtype=torch.float64)
    total = torch.linalg.inv(unit - moves)[:, 0, 3]
    two, three = (torch.linalg.matrix_power(moves, length)[:, 0, 3] for length in (2, 3))
    existing = torch.linalg.inv(unit - (moves > 0).double())[:, 0, 3]
    cuts = [[0, *inner, 3] for inner in ([1, 2], [2], [1])]
    steps = [torch.stack([moves[:, i, j] for i, j in pairwise(path)], -1) for path in cuts]
    ways = torch.stack([each.prod(-1) for each in steps], -1)
    return {
        "probability": total,
        "best": ways.amax(-1),
        "count": existing,
        "saved_bits": total.log2() - ways.amax(-1).log2(),
        "ways": ways,
        "letters": three,
        "greedy": two - ways[:, 2],
        "mean": total / existing,
        "longer_tokens": two,
    }
