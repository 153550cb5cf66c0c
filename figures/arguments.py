"""What figures take, and the checks of it that they share.

Values come from a question's text, so the annotations promise nothing yet: every check raises
ValueError with a sentence that names the argument and its value. Numbers may be rounded here:
a figure is no key.
"""

import math
from typing import TypeAlias

from qgen.document.data_files import value_text
from qgen.document.values import Real, Value, is_real, show

Vector: TypeAlias = tuple[Real, ...]

_LARGEST = 1e4
_SMALLEST_DEVIATION = 1e-3
_MOST_ENTRIES = 1000
_LONGEST_LABEL = 60


def number(name: str, value: Value, largest: float = _LARGEST) -> float:
    """The number to draw; refuses what is none, and what no axis can hold."""
    if not is_real(value):
        raise ValueError(f"{name} must be a number, it is {show(value)}")
    drawn = float(value)
    if not math.isfinite(drawn) or abs(drawn) > largest:
        told = f"-{largest:.0f} and {largest:.0f}"
        raise ValueError(f"{name} must lie between {told}, it is {show(value)}")
    return drawn


def deviation(name: str, value: Value) -> float:
    """A standard deviation to draw."""
    drawn = number(name, value)
    if drawn < _SMALLEST_DEVIATION:
        raise ValueError(f"{name} must be at least 0.001, it is {show(value)}")
    return drawn


def within(name: str, value: Value, low: float, high: float) -> float:
    """A number strictly between two others."""
    drawn = number(name, value)
    if not low < drawn < high:
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, it is {show(value)}")
    return drawn


def entries(name: str, value: Value, least: int = 0, most: int = _MOST_ENTRIES) -> list[Value]:
    """The entries of a vector of a size that can be drawn."""
    if not isinstance(value, tuple):
        raise ValueError(f"{name} must be a vector, it is {show(value)}")
    if not least <= len(value) <= most:
        size = f"{least} entries" if least == most else f"{least} to {most} entries"
        raise ValueError(f"{name} must have {size}, it has {len(value)}")
    return list(value)


def numbers(
    name: str,
    value: Value,
    least: int = 0,
    most: int = _MOST_ENTRIES,
    largest: float = _LARGEST,
) -> list[float]:
    """The numbers of a vector."""
    return [
        number(f"{name}[{index}]", entry, largest)
        for index, entry in enumerate(entries(name, value, least, most))
    ]


def whole(name: str, value: Value, low: int, high: int) -> int:
    """A whole number between two others, both included."""
    drawn = number(name, value)
    if drawn != int(drawn) or not low <= drawn <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, it is {show(value)}")
    return int(drawn)


def words(name: str, value: Value) -> str:
    """A label: a short text, with formulas between dollars where they can be read."""
    if is_real(value):
        value = value_text(value)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, it is {show(value)}")
    if len(value) > _LONGEST_LABEL:
        raise ValueError(f"{name} must have at most {_LONGEST_LABEL} characters")
    if "$" in value:
        from matplotlib.mathtext import MathTextParser

        try:
            MathTextParser("path").parse(value)
        except ValueError:
            raise ValueError(f"{name} holds a formula that cannot be drawn: {value}") from None
    return value


def all_words(name: str, value: Value, count: int) -> list[str]:
    """So many labels."""
    found = entries(name, value, least=count, most=count)
    return [words(f"{name}[{index}]", entry) for index, entry in enumerate(found)]
