"""One random stream an item, so that no question's numbers depend on another's."""

import random
from collections.abc import Callable
from hashlib import sha256
from typing import TypeAlias

RandomSource: TypeAlias = Callable[[], float]
"""`random.Random.random`: the one method whose values Python promises to keep."""


def stream(seed: int, slot: str, question: str, copy: str, attempt: int) -> RandomSource:
    """The random source of one item.

    `copy` is the version, the student or the number in a pool; `attempt` counts from 0 when
    earlier draws repeated a variant. The parts are length-prefixed, so no two keys are alike.
    """
    key = f"{seed} {attempt} {len(slot)}:{slot}{len(question)}:{question}{copy}"
    return random.Random(int.from_bytes(sha256(key.encode()).digest(), "big")).random


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
