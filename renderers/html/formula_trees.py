"""Formulas as a page's script reads them."""

from collections.abc import Sequence
from typing import TypeAlias, assert_never

from qgen.document.formula import Call, Formula, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.numbers import exact_value

Tree: TypeAlias = str | list[object]
"""A formula: a number as a text, a name alone in a list, an operation before its parts."""


def formula_tree(formula: Formula) -> Tree:
    """The formula as JSON holds it."""
    match formula:
        case Number():
            return str(exact_value(formula.value))
        case Symbol():
            return [formula.name]
        case Sum():
            return _operation("sum", formula.terms)
        case Product():
            return _operation("product", formula.factors)
        case Quotient():
            return _operation("quotient", (formula.numerator, formula.denominator))
        case Power():
            return _operation("power", (formula.base, formula.exponent))
        case Call():
            return _operation(formula.function, formula.arguments)
        case _:
            assert_never(formula)


def _operation(name: str, parts: Sequence[Formula]) -> Tree:
    return [name, *map(formula_tree, parts)]
