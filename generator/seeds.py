"""One random stream an item, so that no question's numbers depend on another's.

The numbers are the bits of SHA-512 over a counter and the item's key: a published standard, so
that no release of Python can change them. Seeding a Mersenne twister costs twice as much as all
the draws of a question.
"""

from collections.abc import Callable
from hashlib import sha256, sha512
from itertools import chain, count, repeat
from struct import Struct
from typing import TypeAlias

RandomSource: TypeAlias = Callable[[], float]
"""Each call gives the next number, even in [0, 1) to 53 bits."""

_words_of = Struct(">8Q").unpack
_STEP = 2.0**-53


def stream(seed: int, slot: str, question: str, copy: str, attempt: int) -> RandomSource:
    """The random source of one item.

    `copy` is the version, the student or the number in a pool; `attempt` counts from 0 when
    earlier draws repeated a variant. The parts are length-prefixed, so no two keys are alike.
    """
    key = f"{seed} {attempt} {len(slot)}:{slot}{len(question)}:{question}{copy}"
    blocks = map(_block, count(), repeat(key.encode()))
    return chain.from_iterable(blocks).__next__


def _block(number: int, key: bytes) -> tuple[float, ...]:
    """Eight numbers: the upper 53 bits of each 64-bit word of the block's hash.

    Written one by one: going through them in a loop takes longer than the arithmetic.
    """
    a, b, c, d, e, f, g, h = _words_of(sha512(b"%d %s" % (number, key)).digest())
    return (
        (a >> 11) * _STEP,
        (b >> 11) * _STEP,
        (c >> 11) * _STEP,
        (d >> 11) * _STEP,
        (e >> 11) * _STEP,
        (f >> 11) * _STEP,
        (g >> 11) * _STEP,
        (h >> 11) * _STEP,
    )


def rank(seed: int, slot: str, candidate: str) -> bytes:
    """A candidate's place in the lottery of a slot: it depends on no other candidate."""
    key = f"{seed}:{len(slot)}:{slot}:pick:{candidate}"
    return sha256(key.encode()).digest()


def index_below(random_source: RandomSource, count: int) -> int:
    """A whole number from 0 to count - 1, each as likely (to one in 2**53 / count)."""
    return int(random_source() * count)


def shuffled(random_source: RandomSource, count: int) -> list[int]:
    """The numbers 0 to count - 1 in random order (Fisher and Yates)."""
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(random_source() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order
