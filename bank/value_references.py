"""Whether every expression of a question finds the values that it names."""

from collections.abc import Collection, Iterator

from qgen.bank.expressions import CONSTANTS, unknown_name
from qgen.bank.templates import (
    CARRIED_NAME,
    RESPONSE_NAME,
    FormulaTemplate,
    Placed,
    QuestionTemplate,
    accept_conditions,
    answer_expressions,
    carried_expressions,
    figure_expressions,
)
from qgen.document.problem import Problem, did_you_mean


def unknown_references(template: QuestionTemplate) -> Iterator[Problem]:
    """The names that nothing defines.

    A derived value reads parameters and the derived values before it. What a solver may return is
    not known here, so that the other expressions of a question with solvers are left out.
    """
    known: set[str] = set()
    for parameter in template.parameters:
        for placed in parameter.expressions.values():
            yield from _unknown(placed, known)
        known.update(parameter.names)
    for name, placed in template.derived:
        yield from _unknown(placed, known)
        if placed.proof is not None and name in placed.proof.expression.names:
            message = f"the proof of '{name}' reads '{name}' itself"
            yield Problem("proof", message, placed.proof.place)
        known.add(name)
    if template.solvers:
        return
    known |= {each.line.name for each in template.derivations}
    for placed in template.conditions:
        yield from _unknown(placed, known)
    variables = frozenset(
        name
        for part in template.parts
        if isinstance(part.answer, FormulaTemplate)
        for name in part.answer.variables
    )
    for hole in template.holes:
        placed = Placed(hole.expression, hole.place)
        yield from _unknown(placed, known, in_text=True, variables=variables)
    proofs = (placed.proof for placed in template.proofs() if placed.proof is not None)
    for placed in (
        *proofs,
        *answer_expressions(template.parts),
        *figure_expressions(template.figures),
    ):
        yield from _unknown(placed, known, variables=variables)
    for placed in carried_expressions(template.parts):
        yield from _unknown(placed, known | {CARRIED_NAME})
    for placed in accept_conditions(template.parts):
        yield from _unknown(placed, known | {RESPONSE_NAME})


def _unknown(
    placed: Placed,
    known: Collection[str],
    *,
    in_text: bool = False,
    variables: Collection[str] = (),
) -> Iterator[Problem]:
    for name in sorted(placed.expression.names - {*known, *CONSTANTS}):
        message = f"in '{placed.expression.source}': {unknown_name(name, known)}"
        if name in variables:
            message = f"in '{placed.expression.source}': '{name}' is a variable of the formula "
            message += "that is asked for, and has no value" + (
                "; write it without a hole" if in_text else "; only 'answer' and 'mistakes' read it"
            )
        elif variables:
            message += f"; the formula's variables are {', '.join(sorted(variables))}"
        if in_text and name not in variables and len(name) == 1 and not did_you_mean(name, known):
            message += "; for TeX's own braces write '{ {' with a blank"
        yield Problem("unknown-name", message, placed.place)
