"""Templates of formulas: keys and mistakes in which variables stand for themselves."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from qgen.bank.answer_models import FormulaFields, MistakeModel
from qgen.bank.expressions import Expression, compile_formula
from qgen.bank.templates import FormulaTemplate, MistakeTemplate, Placed
from qgen.bank.yaml_source import Steps
from qgen.document.problem import Place

Compiler: TypeAlias = Callable[[str], Expression]
"""Makes an expression of a text; raises ExpressionError."""


def words(source: str) -> frozenset[str]:
    """Every name that stands in an expression."""
    return frozenset(re.findall(r"[A-Za-z_]\w*", source))


class _Reader(Protocol):
    def __call__(
        self, text: str, proof: str | None, *steps: str | int, compiled: Compiler
    ) -> Placed: ...


class _Mistakes(Protocol):
    def __call__(
        self, mistakes: tuple[MistakeModel, ...], steps: Steps, compiled: Compiler
    ) -> tuple[MistakeTemplate, ...]: ...


class _Locator(Protocol):
    def __call__(self, *steps: str | int) -> Place: ...


@dataclass(frozen=True, slots=True)
class FormulaBuilder:
    """Builds them with a question's own readers; `values` are the names of what it draws."""

    read: _Reader
    read_mistakes: _Mistakes
    locate: _Locator
    report: Callable[[str, str, Place], None]
    values: Collection[str]

    def build(self, model: FormulaFields, steps: Steps) -> FormulaTemplate:
        """The template of a formula."""
        shared = model.variables.keys() & set(self.values)

        def compiled(source: str) -> Expression:
            for name in sorted(shared & words(source)):
                message = f"'{name}' is a variable and a value of the question: rename one of them"
                self.report("name", message, self.locate(*steps, "variables", name))
            return compile_formula(source, model.variables.keys(), self.values)

        key = "example" if model.accept_if else "answer"
        return FormulaTemplate(
            self.read(getattr(model, key), model.proof, *steps, key, compiled=compiled),
            model.variables,
            self.read_mistakes(model.mistakes, steps, compiled),
            model.form,
            model.up_to,
        )
