"""Proves draws that `where` rejects: a condition on a wrong result would keep it hidden."""

from functools import partial

from qgen.bank.templates import QuestionTemplate
from qgen.document.problem import Problem
from qgen.document.values import show_all
from qgen.generator.drawing import VariantFailure
from qgen.generator.rejected import Rejected, rejected_draws
from qgen.production import disagreement_in_words, solve_all
from qgen.solvers.routes.registry import Solver, SolverFailure

SAMPLE = 20
"""So many rejected draws of a question are proved."""


def rejected_faults(template: QuestionTemplate, solvers: tuple[Solver, ...]) -> list[Problem]:
    """Where the two routes differ on results that conditions read, in rejected draws."""
    try:
        draws = rejected_draws(template, partial(solve_all, solvers), SAMPLE)
        found = [_first_fault(template, solver, draws) for solver in solvers]
    except VariantFailure as failure:
        return [_problem(template, failure.code, str(failure))]
    except SolverFailure as failure:
        return [_problem(template, "solver", str(failure))]
    return [problem for problem in found if problem is not None]


def _read_by_conditions(template: QuestionTemplate) -> frozenset[str]:
    names = (condition.expression.names for condition in template.result_conditions)
    return frozenset().union(*names)


def _first_fault(
    template: QuestionTemplate, solver: Solver, draws: list[Rejected]
) -> Problem | None:
    read = _read_by_conditions(template) & set(solver.expected)
    if solver.check is None or not draws or not read:
        return None
    from qgen.solvers.routes.verification import verify

    own = [{name: draw.answers[name] for name in solver.expected} for draw in draws]
    result = verify(solver, [draw.values for draw in draws], own)
    for each in result.disagreements:
        if each.result.partition("[")[0] in read:
            draw = draws[each.variant]
            drawn = show_all(template.parameter_values(draw.values))
            message = (
                f"a draw that '{draw.condition.expression.source}' rejects ({drawn}): "
                f"{disagreement_in_words(solver, each)}"
            )
            return _problem(template, "routes-disagree", message)
    return None


def _problem(template: QuestionTemplate, code: str, message: str) -> Problem:
    where = f"question '{template.header.identifier}'"
    return Problem(code, f"{where}, {message}", template.header.place)
