"""The filters that a hole may end in: the one table of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from jinja2 import nodes

from qgen.bank.entries import ExpressionError
from qgen.document.problem import did_you_mean


@dataclass(frozen=True, slots=True)
class Filter:
    """How a value is printed: the filter's name and its arguments."""

    name: str
    arguments: tuple[int, ...] = ()


class FilterRule(NamedTuple):
    """How many arguments a printing filter takes, and what it does."""

    least: int
    most: int
    says: str


FILTERS: Mapping[str, FilterRule] = {
    "num": FilterRule(1, 1, "so many significant digits"),
    "frac": FilterRule(0, 0, "a fraction, also where a decimal would print"),
    "signed": FilterRule(0, 0, "with its sign, a plus too"),
    "coef": FilterRule(0, 0, "as a factor: nothing for 1, a sign for −1"),
    "vector": FilterRule(0, 0, "a vector in round brackets"),
    "column": FilterRule(0, 0, "a vector as a column"),
    "matrix": FilterRule(0, 0, "a matrix"),
    "percent": FilterRule(0, 1, "a hundredfold with a percent sign, to so many digits"),
}
"""The printing filters: the one table of them, from which messages, docs and tests come."""


def printing_filter(node: nodes.Filter) -> Filter:
    """The filter that a tree ends in. Raises ExpressionError."""
    if node.name not in FILTERS:
        hint = did_you_mean(node.name, FILTERS) or f"; there are {', '.join(FILTERS)}"
        raise ExpressionError(f"there is no filter '{node.name}'{hint}")
    arguments = []
    for argument in node.args:
        whole = isinstance(argument, nodes.Const) and type(argument.value) is int
        if not whole or not 1 <= argument.value <= 15:  # type: ignore[attr-defined]  # a Const
            raise ExpressionError(f"'{node.name}' takes a whole number from 1 to 15")
        arguments.append(argument.value)  # type: ignore[attr-defined]  # a Const
    least, most, _ = FILTERS[node.name]
    if node.kwargs or not least <= len(arguments) <= most:
        example = f"{node.name}(3)" if most else node.name
        raise ExpressionError(f"write the filter as '{example}'")
    return Filter(node.name, tuple(arguments))
