"""Reads `accept_if`: the condition that decides which answers are right."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from qgen.bank.answer_models import FormulaFields, MatrixFields, NumericFields
from qgen.bank.conditions import compile_comparisons, fault_of_formulas
from qgen.bank.expressions import Expression, ExpressionError
from qgen.bank.templates import RESPONSE_NAME, AcceptTemplate, MistakeTemplate, Placed
from qgen.bank.yaml_source import Steps
from qgen.document.problem import Place


class _Reader(Protocol):
    def __call__(
        self, text: str, *steps: str | int, compiled: Callable[[str], Expression] | None = None
    ) -> Placed: ...


class _Locator(Protocol):
    def __call__(self, *steps: str | int) -> Place: ...


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads them with a question's own readers; `values` are the names of what it has."""

    read_expression: _Reader
    locate: _Locator
    report: Callable[[str, str, Place], None]
    values: Collection[str]

    def read(
        self,
        model: NumericFields | MatrixFields | FormulaFields,
        points: Fraction,
        mistakes: tuple[MistakeTemplate, ...],
        steps: Steps,
    ) -> AcceptTemplate | None:
        """The condition of an answer, where it has one."""
        if not model.accept_if:
            return None
        place = self.locate(*steps, "accept_if")
        variables = model.variables if isinstance(model, FormulaFields) else {}
        if RESPONSE_NAME in {*self.values, *variables}:
            message = (
                f"'{RESPONSE_NAME}' is what a student types: give the question's value another name"
            )
            self.report("name", message, place)
        condition = self.read_expression(
            model.accept_if,
            *steps,
            "accept_if",
            compiled=self._comparisons(variables) if variables else None,
        )
        is_read = condition.expression.source == model.accept_if
        if is_read and RESPONSE_NAME not in condition.expression.names:
            message = f"the condition does not read '{RESPONSE_NAME}', what a student types"
            self.report("accept-if", message, place)
        feedback = tuple(mistake.feedback for mistake in mistakes)
        return AcceptTemplate(condition, points, feedback)

    def _comparisons(self, variables: Collection[str]) -> Callable[[str], Expression]:
        def compiled(source: str) -> Expression:
            found = compile_comparisons(source, frozenset(variables), frozenset(self.values))
            fault = fault_of_formulas(source, variables)
            if fault is not None:
                raise ExpressionError(fault)
            return found

        return compiled
