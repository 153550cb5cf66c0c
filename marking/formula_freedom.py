"""Formulas that may differ from the key by an additive constant or by a nonzero factor.

Both formulas are compared with their own value at one exact point taken away, or divided out;
what is left is equal exactly if they differ by such a constant. So the three outcomes of
`equivalence` stay what they are.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from qgen.document.answers import Freedom
from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    VariableDomain,
    evaluate,
)

_PLACES: Mapping[VariableDomain, tuple[Fraction, ...]] = {
    "real": (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(-1), Fraction(3), Fraction(7, 5)),
    "positive": (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3), Fraction(7, 5)),
    "nonnegative": (Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3), Fraction(7, 5)),
    "probability": (Fraction(1, 2), Fraction(1, 3), Fraction(2, 3), Fraction(1, 5)),
}


def places(variables: Mapping[str, VariableDomain]) -> Iterator[dict[str, Fraction]]:
    """A few exact points of the domains, the simplest first, with other values for each name."""
    for start in range(6):
        yield {
            name: _PLACES[domain][(start + index) % len(_PLACES[domain])]
            for index, (name, domain) in enumerate(variables.items())
        }


def at(formula: Formula, place: Mapping[str, Fraction]) -> Formula:
    """The formula with exact numbers in the place of its variables."""
    match formula:
        case Number():
            return formula
        case Symbol():
            return Number(place[formula.name]) if formula.name in place else formula
        case Sum():
            return Sum(tuple(at(term, place) for term in formula.terms))
        case Product():
            return Product(tuple(at(factor, place) for factor in formula.factors))
        case Quotient():
            return Quotient(at(formula.numerator, place), at(formula.denominator, place))
        case Power():
            return Power(at(formula.base, place), at(formula.exponent, place))
        case Call():
            return Call(
                formula.function, tuple(at(argument, place) for argument in formula.arguments)
            )


def has_value(formula: Formula, *, beside_zero: bool) -> bool:
    """Whether a formula without variables is a number, and one that is clearly not zero."""
    try:
        value = evaluate(formula, {})
    except (ArithmeticError, ValueError):
        return False
    return not beside_zero or abs(value) > 1e-6


def pinned(formula: Formula, freedom: Freedom, place: Mapping[str, Fraction]) -> Formula:
    """The formula less its value at a place, or divided by it."""
    here = at(formula, place)
    if freedom == "constant":
        return Sum((formula, Product((Number(-1), here))))
    return Quotient(formula, here)
