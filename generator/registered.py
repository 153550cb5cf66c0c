"""Registered generators: exact draws from laws that no parameter domain expresses.

Each takes the random source and its arguments and returns exact values; an argument that it
does not take, or one out of range, is a `ValueError` with a sentence for the author.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from qgen.document.values import Value
from qgen.generator.seeds import RandomSource, index_below

Arguments: TypeAlias = Mapping[str, Fraction]
Generator: TypeAlias = Callable[[RandomSource, Arguments], Value]


def composition(random_source: RandomSource, total: int, parts: int) -> tuple[int, ...]:
    """`total` as a sum of `parts` whole numbers of at least one, all such sums as likely."""
    cuts: set[int] = set()
    while len(cuts) < parts - 1:
        cuts.add(1 + index_below(random_source, total - 1))
    edges = (0, *sorted(cuts), total)
    return tuple(high - low for low, high in pairwise(edges))


def joint_table(random_source: RandomSource, arguments: Arguments) -> Value:
    """A joint probability table of `rows` by `columns` positive entries, in steps of 1/`total`."""
    rows, columns, total = _whole(arguments, rows=2, columns=2, total=20)
    cells = rows * columns
    if min(rows, columns) < 1 or not cells <= min(total, 100) or total > 10_000:
        raise ValueError("a table needs 1 to 100 cells and a total from its cells to 10000")
    parts = [Fraction(part, total) for part in composition(random_source, total, cells)]
    return tuple(tuple(parts[row * columns : (row + 1) * columns]) for row in range(rows))


def transition_matrix(random_source: RandomSource, arguments: Arguments) -> Value:
    """A chain's transition matrix over `states`, all entries positive, in steps of 1/`total`."""
    states, total = _whole(arguments, states=2, total=10)
    if not 2 <= states <= 10 or not states <= total <= 10_000:
        raise ValueError("a chain needs 2 to 10 states and a total from its states to 10000")
    return tuple(
        tuple(Fraction(part, total) for part in composition(random_source, total, states))
        for _ in range(states)
    )


def _whole(arguments: Arguments, **defaults: int) -> list[int]:
    unknown = sorted(set(arguments) - set(defaults))
    if unknown:
        raise ValueError(f"unknown argument '{unknown[0]}'; there are {', '.join(defaults)}")
    values = [Fraction(arguments.get(name, default)) for name, default in defaults.items()]
    if any(value.denominator != 1 for value in values):
        raise ValueError("the arguments must be whole numbers")
    return [int(value) for value in values]


GENERATORS: Mapping[str, Generator] = {
    "tables.joint": joint_table,
    "chains.transition_matrix": transition_matrix,
}
