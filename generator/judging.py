"""Conditions with the values that they read: data, and no closures, so that they can be kept."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from qgen.bank.conditions import (
    FIRST_ROW,
    RESPONSE,
    closed_terms,
    compile_comparisons,
    is_in_doubt,
    is_portable,
    shape_of,
    wanted_equal,
)
from qgen.bank.expressions import Expression, ExpressionError, evaluate
from qgen.bank.formula_arithmetic import formula
from qgen.bank.templates import RESPONSE_NAME
from qgen.document.conditions import Claims, Equation, Term
from qgen.document.values import Value, Values


@dataclass(frozen=True, slots=True)
class Condition:
    """An author's condition on a number, or on a matrix, which may be a vector: its one row."""

    expression: Expression
    known: Values
    is_vector: bool = False

    def __call__(self, response: Value) -> bool:
        """Whether a response is right; raises ExpressionError where that cannot be told."""
        given = response[0] if self.is_vector and isinstance(response, tuple) else response
        known = {**self.known, RESPONSE_NAME: _plain(given)}
        value = evaluate(self.expression, known)
        if isinstance(value, bool):
            return value
        raise ExpressionError(f"'{self.expression.source}' gives no truth value")

    def is_in_doubt(self, responses: Collection[Value]) -> bool:
        """Whether rounding of what was typed may decide."""
        if len(responses) < 2:
            return False
        return is_in_doubt(self.expression.source, self.terms, [_plain(each) for each in responses])

    @property
    def is_portable(self) -> bool:
        """Whether `terms` say all of it."""
        return is_portable(self.expression.source, of_formulas=False)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The condition as a tree."""
        response = FIRST_ROW if self.is_vector else RESPONSE
        return closed_terms(self.expression.source, self.known, response=response)

    @property
    def shape(self) -> tuple[Term, ...]:
        """The tree before there are values."""
        return shape_of(self.expression.source, of_formulas=False)


def _plain(response: Value) -> Value:
    """Whole numbers as such: functions of them know them by their type."""
    if isinstance(response, tuple):
        return tuple([_plain(each) for each in response])
    if isinstance(response, Fraction) and response.denominator == 1:
        return response.numerator
    return response


@dataclass(frozen=True, slots=True)
class FormulaCondition:
    """An author's condition on a formula in these variables."""

    source: str
    variables: tuple[str, ...]
    known: Values

    def __call__(self, response: Value) -> Claims:
        """What must hold of formulas for it; raises ExpressionError where one has none."""
        expression = compile_comparisons(
            self.source, frozenset(self.variables), frozenset(self.known)
        )
        sides: Any = evaluate(expression, {**self.known, RESPONSE_NAME: response})
        pairs = zip(sides[::2], sides[1::2], wanted_equal(self.source), strict=True)
        return tuple([Equation(formula(a), formula(b), is_equal) for a, b, is_equal in pairs])

    def is_in_doubt(self, responses: Collection[Value]) -> bool:
        """Never: a formula is known as it was typed."""
        return False

    @property
    def is_portable(self) -> bool:
        """Whether `terms` say all of it."""
        return is_portable(self.source, of_formulas=True)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The condition as trees, one for each comparison."""
        return closed_terms(self.source, self.known, self.variables)

    @property
    def shape(self) -> tuple[Term, ...]:
        """The trees before there are values."""
        return shape_of(self.source, of_formulas=True)
