"""What a course's own Python file needs: `from qgen.course import solver, check, …`.

Solvers, figures and generators are registered under the file's name (`coursegen.sample` in
coursegen.py). Formulas may be built by hand from `variable`, `add`, `multiply`, `divide`, `power`
and `call`, which take numbers, names of variables and formulas.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias, TypeVar

from qgen.document.formula import (
    Call,
    Formula,
    FunctionName,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from qgen.document.values import FORMULA_TYPES, is_real
from qgen.figures.registry import figure
from qgen.generator.registered import generator
from qgen.generator.seeds import RandomSource
from qgen.generator.seeds import index_below as _index_below
from qgen.generator.seeds import shuffled as _shuffled
from qgen.solvers.routes.registry import check, solver

__all__ = [
    "Formula",
    "RandomSource",
    "add",
    "call",
    "check",
    "divide",
    "figure",
    "generator",
    "multiply",
    "on_grid",
    "one_of",
    "power",
    "shuffled",
    "solver",
    "variable",
    "whole",
]

Operand: TypeAlias = Formula | int | Fraction | float | str
"""A formula, a number, or the name of a variable."""
Exact: TypeAlias = int | Fraction | str
"""An exact number; a text like "0.1" is one, too."""
Entry = TypeVar("Entry")


def whole(random: RandomSource, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included, each as likely."""
    if low > high:
        raise ValueError(f"there is no whole number from {low} to {high}")
    return low + _index_below(random, high - low + 1)


def on_grid(
    random: RandomSource,
    low: int | Fraction | str,
    high: int | Fraction | str,
    step: str | Fraction,
) -> Fraction:
    """One of `low`, `low + step`, … up to `high`, exactly: `on_grid(random, 0, 5, "0.1")`."""
    first, size = Fraction(low), Fraction(step)
    steps = (Fraction(high) - first) / size
    return first + size * whole(random, 0, int(steps))


def one_of(random: RandomSource, entries: Sequence[Entry]) -> Entry:
    """One of the entries, each as likely."""
    return entries[whole(random, 0, len(entries) - 1)]


def shuffled(random: RandomSource, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries in random order, all orders as likely."""
    return tuple(entries[place] for place in _shuffled(random, len(entries)))


def variable(name: str) -> Formula:
    """A variable: `x`, `x_1`, `alpha`."""
    return Symbol(name)


def add(*terms: Operand) -> Formula:
    """The sum of the terms."""
    return Sum(tuple(map(_formula, terms)))


def multiply(*factors: Operand) -> Formula:
    """The product of the factors."""
    return Product(tuple(map(_formula, factors)))


def divide(numerator: Operand, denominator: Operand) -> Formula:
    """A quotient."""
    return Quotient(_formula(numerator), _formula(denominator))


def power(base: Operand, exponent: Operand) -> Formula:
    """A power."""
    return Power(_formula(base), _formula(exponent))


def call(function: FunctionName, *arguments: Operand) -> Formula:
    """A function of formulas: `exp`, `ln`, `sqrt`, `abs`, `sin`, `cos`, `tanh`, `sigmoid`, …"""
    return Call(function, tuple(map(_formula, arguments)))


def _formula(operand: object) -> Formula:
    """Raises TypeError for what is no formula, no number and no name."""
    if isinstance(operand, FORMULA_TYPES):
        return operand
    if is_real(operand):
        return Number(operand)
    if isinstance(operand, str):
        return Symbol(operand)
    raise TypeError(f"{operand!r} is no formula, no number and no name of a variable")
