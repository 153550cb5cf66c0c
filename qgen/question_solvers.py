"""Joins questions and solvers: which solvers a question means, and what does not fit."""

from collections.abc import Iterator, Mapping, Sequence

from qgen.bank.expressions import CONSTANTS, unknown_name
from qgen.bank.formula_builder import words
from qgen.bank.templates import (
    CARRIED_NAME,
    RESPONSE_NAME,
    FormulaTemplate,
    QuestionTemplate,
    accept_conditions,
    carried_expressions,
)
from qgen.deriving import NAME, derived_solver
from qgen.document.problem import Problem, did_you_mean
from qgen.generator.drawing import generator_problems
from qgen.solvers.routes.registry import Solver, UnknownSolver, find_solver
from qgen.variant_figures import figure_problems


def question_solvers(template: QuestionTemplate) -> tuple[tuple[Solver, ...], list[Problem]]:
    """A question's solvers, and what does not fit between the question and them."""
    problems = generator_problems(template)
    found: list[Solver] = []
    drawn = template.drawn_names
    results: dict[str, str] = {}
    for name, place in template.solvers:
        try:
            solver = find_solver(name)
        except UnknownSolver as error:
            message = (
                f"{error}; a course's own stand in a file that the exam names under 'solvers:', "
                "or '--solvers FILE' does"
            )
            problems.append(Problem("unknown-solver", message, place))
            continue
        found.append(solver)
        for parameter in solver.parameters:
            if parameter.required and parameter.name not in drawn:
                message = f"{name} needs a parameter '{parameter.name}'"
                message += did_you_mean(parameter.name, drawn)
                problems.append(Problem("solver-parameter", message, place))
        for result in solver.names:
            if result in drawn or result in results:
                other = results.get(result, "the question itself")
                message = f"'{result}' comes from {name} and from {other}"
                problems.append(Problem("solver-result", message, place))
            results[result] = name
    derived, mistakes = derived_solver(template)
    problems += mistakes
    if derived is not None:
        found.append(derived)
        problems += _taken_names(template, results)
    results |= {each.line.name: NAME for each in template.derivations}
    problems += figure_problems(template)
    problems += _names_of_both(template, results)
    if len(found) == len(template.solvers) + (derived is not None) and not mistakes:
        problems += _unknown_results(template, drawn | results.keys())
    return tuple(found), problems


def _taken_names(template: QuestionTemplate, results: Mapping[str, str]) -> Iterator[Problem]:
    for each in template.derivations:
        if each.line.name in results:
            message = f"'{each.line.name}' comes from {results[each.line.name]} already"
            yield Problem("solver-result", message, each.place)


def _names_of_both(template: QuestionTemplate, results: Mapping[str, str]) -> Iterator[Problem]:
    """Variables of formulas that are named as a result: which of them a key means is unclear."""
    for part in template.parts:
        answer = part.answer
        if not isinstance(answer, FormulaTemplate):
            continue
        shared = answer.variables.keys() & results.keys()
        for placed in (answer.answer, *(mistake.answer for mistake in answer.mistakes)):
            for name in sorted(shared & words(placed.expression.source)):
                message = f"'{name}' is a variable and a result of {results[name]}: rename it"
                yield Problem("name", message, placed.place)


def _unknown_results(template: QuestionTemplate, known: frozenset[str]) -> list[Problem]:
    if not template.solvers:
        return []  # the loader has said so already
    carried = carried_expressions(template.parts)
    expressions = [
        *((placed, known) for placed in template.answer_expressions()),
        *((placed, known | {CARRIED_NAME}) for placed in carried),
        *((placed, known | {RESPONSE_NAME}) for placed in accept_conditions(template.parts)),
    ]
    return [
        Problem(
            "unknown-name",
            f"in '{placed.expression.source}': {unknown_name(name, allowed)}",
            placed.place,
        )
        for placed, allowed in expressions
        for name in sorted(placed.expression.names - allowed - CONSTANTS.keys())
    ]


def verified_results(solvers: Sequence[Solver]) -> frozenset[str]:
    """The names of all results that a second route checks."""
    return frozenset(
        result for solver in solvers if solver.check is not None for result in solver.results
    )
