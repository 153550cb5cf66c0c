"""Vectors and matrices of authors' expressions: their entries, how many, and one by one."""

from collections.abc import Callable
from typing import Any

from qgen.document.values import Value

MOST_ENTRIES = 5_000
"""So many entries may a vector or a matrix have, all told."""
MOST_NESTED = 20
"""So deep may lists stand inside one another."""


class ExpressionError(ValueError):
    """An expression that cannot be read, or that has no value for some numbers."""


def row(*entries: Value) -> Value:
    """A vector or a row of a matrix. What it is made of is no larger, so that counting is cheap."""
    nested = tuple in map(type, entries)
    size = sum([_size(each, MOST_NESTED) for each in entries]) if nested else len(entries)
    if size > MOST_ENTRIES:
        raise ExpressionError(f"a list with more than {MOST_ENTRIES} entries")
    return entries


def _size(value: Value, levels: int) -> int:
    if not isinstance(value, tuple):
        return 1
    if not levels:
        raise ExpressionError(f"lists inside one another, more than {MOST_NESTED} deep")
    return sum([_size(entry, levels - 1) for entry in value])


def by_entries(operation: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """What an operation gives of each entry of vectors; a number goes with every entry.

    Vectors beside one another have the same shape: what a matrix and a vector would give, people
    see in two ways.
    """
    if len(arguments) == 1:
        return tuple([operation(each) for each in arguments[0]])
    if len(arguments) == 2:
        first, second = arguments
        if type(second) is not tuple:
            return tuple([operation(each, second) for each in first])
        if type(first) is not tuple:
            return tuple([operation(first, each) for each in second])
        nested = tuple in map(type, first) or tuple in map(type, second)
        if len(first) == len(second) and not nested:
            return tuple(map(operation, first, second))
    vectors = [each for each in arguments if type(each) is tuple]
    lengths = {len(each) for each in vectors}
    if len(lengths) > 1:
        counts = " and ".join(map(str, sorted(lengths)))
        raise ExpressionError(f"vectors of {counts} entries do not go together")
    if len(vectors) > 1 and any(
        len({type(e) is tuple for e in each}) > 1 for each in zip(*vectors, strict=True)
    ):
        raise ExpressionError("a matrix and a vector do not go together entry by entry")
    return tuple(
        [
            operation(*[each[place] if type(each) is tuple else each for each in arguments])
            for place in range(lengths.pop())
        ]
    )


def item(container: Any, index: Any) -> Value:
    """An entry of a vector or a row of a matrix."""
    if type(container) is not tuple:
        raise ExpressionError("only a vector or a matrix has entries")
    if type(index) is not int:
        raise ExpressionError("an entry's number must be whole")
    try:
        return container[index]  # type: ignore[no-any-return]  # entries of a Value are Values
    except IndexError:
        raise ExpressionError(
            f"there is no entry {index}; they count from 0 to {len(container) - 1}"
        ) from None
