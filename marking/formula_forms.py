"""What a typed formula looks like: multiplied out, factorised, in lowest terms, without decimals.

The form is read from what was typed. Whether a factor can be split, or a fraction be reduced, is
asked of computer algebra, and where that gives no answer in its time, a person must look.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import gcd
from typing import Literal, TypeAlias, assert_never

from qgen.document.answers import FormulaForm
from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    VariableDomain,
    operands,
    symbols,
)
from qgen.marking.sympy_prover import ask

Form: TypeAlias = Literal["met", "missed", "undecided"]

SECONDS = 2.0
_DECIMAL = re.compile(r"\d[.,]\d|(?<!\d)[.,]\d|\d[eE][-+]?\d")

WANTED: Mapping[FormulaForm, str] = {
    "factorised": "written as a product whose factors cannot be split further",
    "expanded": "multiplied out, without a sum in brackets as a factor",
    "lowest_terms": "one fraction in lowest terms",
    "no_decimals": "written without decimals",
}
"""How the sentence for a student ends that names the form."""


def form_of(
    formula: Formula, text: str, form: FormulaForm, variables: Mapping[str, VariableDomain]
) -> Form:
    """Whether a formula, which was typed as `text`, has the form that is asked for."""
    match form:
        case "no_decimals":
            return "missed" if _DECIMAL.search(text) else "met"
        case "expanded":
            return "missed" if _has_brackets(formula) else "met"
        case "factorised":
            return _all(_answered("irreducible", (each,), variables) for each in _factors(formula))
        case "lowest_terms":
            return _lowest_terms(formula, variables)
        case _:
            assert_never(form)


def _all(verdicts: Iterator[Form]) -> Form:
    found = set(verdicts)
    return "missed" if "missed" in found else "undecided" if "undecided" in found else "met"


def _answered(
    question: Literal["irreducible", "coprime"],
    formulas: tuple[Formula, ...],
    variables: Mapping[str, VariableDomain],
) -> Form:
    answer = ask(question, formulas, variables, SECONDS)
    return "undecided" if answer is None else "met" if answer else "missed"


def _whole_power(formula: Formula) -> bool:
    """A power with a whole exponent above one, which is a product written short."""
    return (
        isinstance(formula, Power)
        and isinstance(formula.exponent, Number)
        and Fraction(formula.exponent.value).denominator == 1
        and formula.exponent.value > 1
    )


def _factors(formula: Formula) -> Iterator[Formula]:
    """The factors, above and below the line, that are more than numbers."""
    match formula:
        case Product():
            for factor in formula.factors:
                yield from _factors(factor)
        case Quotient():
            yield from _factors(formula.numerator)
            yield from _factors(formula.denominator)
        case Power() if _whole_power(formula):
            yield from _factors(formula.base)
        case _:
            # A function of something is no polynomial that could be split.
            if symbols(formula) - {"pi"} and isinstance(formula, Sum):
                yield formula


def _has_brackets(formula: Formula) -> bool:
    """Whether a sum is a factor, or stands under a whole power, anywhere outside a function."""
    match formula:
        case Call():
            return False
        case Product() if any(map(_is_sum, formula.factors)):
            return True
        case Power() if _whole_power(formula) and not _is_single(formula.base):
            return True
        case _:
            return any(map(_has_brackets, operands(formula)))


def _is_sum(formula: Formula) -> bool:
    """A sum of several terms, also one that is divided by something."""
    return isinstance(formula, Sum) or (
        isinstance(formula, Quotient) and _is_sum(formula.numerator)
    )


def _is_single(formula: Formula) -> bool:
    return not isinstance(formula, (Sum, Product, Quotient))


def _lowest_terms(formula: Formula, variables: Mapping[str, VariableDomain]) -> Form:
    """Every fraction reduced, none inside another; no sum where letters are below a line."""
    quotients = list(_quotients(formula))
    for each in quotients:
        if next(_quotients(each.numerator), None) or next(_quotients(each.denominator), None):
            return "missed"
        above, below = _content(each.numerator), _content(each.denominator)
        if above is not None and below is not None and gcd(above, below) > 1:
            return "missed"
    divided = [each for each in quotients if symbols(each.denominator)]
    if divided and isinstance(formula, Sum):
        return "missed"
    return _all(
        _answered("coprime", (each.numerator, each.denominator), variables) for each in divided
    )


def _quotients(formula: Formula) -> Iterator[Quotient]:
    if isinstance(formula, Quotient):
        yield formula
    for part in operands(formula):
        yield from _quotients(part)


def _content(formula: Formula) -> int | None:
    """The whole number that divides a formula as it is written; None for what has a decimal."""
    match formula:
        case Number():
            return abs(formula.value) if isinstance(formula.value, int) else None
        case Product():
            found = [_content(factor) for factor in formula.factors]
            content = 1
            for each in found:
                if each is None:
                    return None
                content *= each
            return content
        case Sum():
            found = [_content(term) for term in formula.terms]
            whole = [each for each in found if each is not None]
            return gcd(*whole) if len(whole) == len(found) else None
        case _:
            return 1
