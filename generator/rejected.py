"""Draws that a question's conditions reject for what the solvers return."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from qgen.bank.templates import Placed, QuestionTemplate
from qgen.document.values import SolverResults, Values
from qgen.generator.drawing import Solve, VariantFailure, drawer
from qgen.generator.seeds import stream

DRAWS_A_SAMPLE = 10
"""So many draws are tried for each rejected one that is wanted."""


class Rejected(NamedTuple):
    """A draw with the solvers' answers, and the condition that they do not meet."""

    values: Values
    answers: SolverResults
    condition: Placed


def rejected_draws(template: QuestionTemplate, solve: Solve, wanted: int) -> list[Rejected]:
    """Up to so many draws that conditions on results reject, always the same ones.

    What `solve` raises passes through, and VariantFailure for a draw that cannot be judged.
    """
    if not template.result_conditions:
        return []
    return list(islice(_rejected(template, solve, wanted * DRAWS_A_SAMPLE), wanted))


def _rejected(template: QuestionTemplate, solve: Solve, tries: int) -> Iterator[Rejected]:
    # Without conditions on results, every draw comes out that meets those on parameters.
    conditions = template.result_conditions
    free = replace(drawer(template, solve), result_conditions=())
    for attempt in range(tries):
        draw = free.draw(stream(0, "rejected", template.header.identifier, "", attempt))
        assert draw is not None
        answers = solve(draw.values)
        condition = _unmet(conditions, {**draw.values, **answers})
        if condition is not None:
            yield Rejected(draw.values, answers, condition)


def _unmet(conditions: tuple[Placed, ...], known: Values) -> Placed | None:
    for condition in conditions:
        try:
            if condition.expression.evaluate(known) is False:
                return condition
        except (ArithmeticError, ValueError, TypeError) as error:
            source = condition.expression.source
            raise VariantFailure("draw", f"'{source}' has no value: {error}") from None
    return None
