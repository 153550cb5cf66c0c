"""Functions of vectors for authors' expressions: statistics, counting, order. Exact stays exact."""

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from math import floor, lcm
from operator import mul
from typing import Any

from qgen.bank.entries import MOST_ENTRIES, ExpressionError, row
from qgen.bank.exact_arithmetic import (
    NUMBERS,
    SMALL,
    add,
    divide,
    less,
    multiply,
    quotient,
    subtract,
    total,
)
from qgen.bank.number_functions import square_root
from qgen.document.values import Complex, Value

_EXACT = frozenset({int, Fraction})
_TRUTHS = frozenset({bool})


def numbers(name: str, values: Any, least: int = 1) -> tuple[Any, ...]:
    """The value, which is a vector of numbers; `name` is the function that wants one."""
    if type(values) is not tuple or not NUMBERS.issuperset(map(type, values)):
        raise ExpressionError(f"'{name}' takes a vector of numbers")
    if len(values) < least:
        entries = "entry" if least == 1 else "entries"
        raise ExpressionError(f"'{name}' takes a vector of at least {least} {entries}")
    return values


def sum_of(values: Any) -> Value:
    """The sum of a vector, of complex numbers too."""
    if type(values) is tuple:
        kinds = set(map(type, values))
        if kinds <= NUMBERS or Complex in kinds:
            return total(values)
    return total(numbers("sum", values, 0))


def product_of(name: str, first: Any, second: Any) -> Value:
    """The sum of the products of entries."""
    if len(numbers(name, first, 0)) != len(numbers(name, second, 0)):
        raise ExpressionError(f"{name} needs two vectors of the same length")
    return total([multiply(a, b) for a, b in zip(first, second, strict=True)])


def dot(first: Any, second: Any) -> Value:
    """The inner product of two vectors."""
    return product_of("dot", first, second)


def smallest(*values: Any) -> Any:
    """The smallest of a vector or of several numbers."""
    found = _several("min", values)
    return _best(found, less) if Fraction in map(type, found) else min(found)


def largest(*values: Any) -> Any:
    """The largest of a vector or of several numbers."""
    found = _several("max", values)
    if Fraction not in map(type, found):
        return max(found)
    return _best(found, lambda each, best: less(best, each))


def _best(values: tuple[Any, ...], better: Callable[[Any, Any], Any]) -> Any:
    """The first entry that none is better than; Python compares fractions slowly."""
    best = values[0]
    for each in values[1:]:
        if better(each, best):
            best = each
    return best


def _several(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    found = values[0] if len(values) == 1 and type(values[0]) is tuple else values
    return numbers(name, found)


def distinct(values: Any) -> bool:
    """Whether no two entries are equal."""
    entries = _entries("distinct", values)
    if Fraction in map(type, entries) and _EXACT.issuperset(map(type, entries)):
        # Python's own hash of a fraction costs ten times as much.
        entries = tuple([each.as_integer_ratio() for each in entries])
    return len(set(entries)) == len(values)


def length(values: Any) -> int:
    """How many entries a vector or rows a matrix has, or characters a text."""
    if not isinstance(values, (tuple, str)):
        raise ExpressionError("'length' takes a vector, a matrix or a text")
    return len(values)


def mean(values: Any) -> Value:
    """The arithmetic mean."""
    return divide(total(numbers("mean", values)), len(values))


def variance(values: Any) -> Value:
    """The sample variance: squared deviations from the mean, over one less than their number."""
    return _variance("var", values)


def deviation(values: Any) -> Value:
    """The root of the sample variance."""
    return square_root(_variance("sd", values))


def _variance(name: str, values: Any) -> Value:
    size = len(numbers(name, values, 2))
    if parts := _over_one_denominator(values):
        above, below = parts
        squares = size * sum(map(mul, above, above)) - sum(above) ** 2
        return quotient(squares, size * (size - 1) * below**2)
    middle = divide(total(values), size)
    deviations = [subtract(each, middle) for each in values]
    return divide(total([multiply(each, each) for each in deviations]), size - 1)


def _over_one_denominator(values: tuple[Any, ...]) -> tuple[list[int], int] | None:
    """Whole numerators and what they stand over; None where a number is rounded or a large one.

    What is made of these is as exact as what is made of fractions, and a tenth of the work.
    """
    if not _EXACT.issuperset(map(type, values)):
        return None
    ratios = [each.as_integer_ratio() for each in values]
    below = lcm(*[other for _, other in ratios])
    parts = [above * (below // other) for above, other in ratios]
    return (parts, below) if below < SMALL and max(map(abs, parts)) < SMALL else None


def median(values: Any) -> Value:
    """The middle value, or the mean of the two middle ones."""
    ordered = sorted(numbers("median", values))
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else divide(add(ordered[half - 1], ordered[half]), 2)


def quantile(values: Any, share: Any) -> Value:
    """The quantile at a share, between neighbours by proportion, as R and NumPy have it."""
    ordered = sorted(numbers("quantile", values))
    if type(share) not in NUMBERS or not 0 <= share <= 1:
        raise ExpressionError("'quantile' takes a share from 0 to 1")
    place = multiply(len(ordered) - 1, share)
    below = floor(place)  # type: ignore[arg-type]  # a number times a number
    if below == len(ordered) - 1:
        return ordered[below]  # type: ignore[no-any-return]  # an entry of a Value
    step = subtract(ordered[below + 1], ordered[below])
    return add(ordered[below], multiply(subtract(place, below), step))


def in_order(values: Any) -> Value:
    """The entries, rising."""
    return tuple(sorted(numbers("sort", values, 0)))


def running_sums(values: Any) -> Value:
    """The sums of the first entry, the first two, and so on."""
    return tuple(accumulate(numbers("cumsum", values, 0), add))


def place_of_largest(values: Any) -> Value:
    """The place of the largest entry, the first of several; places count from 0."""
    best = 0
    for place, value in enumerate(numbers("argmax", values)):
        if less(values[best], value):
            best = place
    return best


def count(values: Any, *sought: Any) -> Value:
    """How many entries are true, or equal to a value."""
    if sought:
        return _entries("count", values).count(sought[0])
    return sum(_truths("count", values))


def any_of(values: Any) -> bool:
    """Whether one of the entries is true."""
    return any(_truths("any", values))


def all_of(values: Any) -> bool:
    """Whether all entries are true."""
    return all(_truths("all", values))


def _truths(name: str, values: Any) -> tuple[bool, ...]:
    if type(values) is not tuple or not _TRUTHS.issuperset(map(type, values)):
        raise ExpressionError(f"'{name}' takes a vector of truth values, such as x > 0")
    return values


def _entries(name: str, values: Any) -> tuple[Any, ...]:
    if type(values) is not tuple:
        raise ExpressionError(f"'{name}' takes a vector")
    return values


def whole_numbers(*ends: Any) -> Value:
    """The whole numbers from 0, or from a start, up to but without an end."""
    start, end = ends if len(ends) == 2 else (0, *ends)
    if type(start) is not int or type(end) is not int:
        raise ExpressionError("'range' takes whole numbers")
    if end - start > MOST_ENTRIES:
        raise ExpressionError(f"'range' of more than {MOST_ENTRIES} numbers")
    return tuple(range(start, end))


def paired(*vectors: Any) -> Value:
    """A row for each place: its entries in all vectors."""
    if len({len(_entries("zip", each)) for each in vectors}) > 1:
        raise ExpressionError("'zip' takes vectors of the same length")
    return row(*[row(*each) for each in zip(*vectors, strict=True)])
