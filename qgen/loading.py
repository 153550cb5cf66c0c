"""Loads what a command works on: banks, exam specs, rosters, and the solvers they name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import qgen.bank
from qgen.bank.expressions import unknown_name
from qgen.bank.loader import BankPath, LoadedSpec, load_bank, load_exam
from qgen.bank.roster import Student, read_roster
from qgen.bank.templates import CARRIED_NAME, Bank, QuestionTemplate, carried_expressions
from qgen.document.problem import Place, Problem, did_you_mean, in_reading_order
from qgen.drawn_figures import figure_problems
from qgen.generator.drawing import generator_problems
from qgen.generator.planning import Slot, plan, version_labels
from qgen.solvers.routes.registry import (
    RegistrationError,
    Solver,
    UnknownSolver,
    find_solver,
    load_solver_file,
)

BUILTIN = "builtin"


@dataclass(frozen=True, slots=True)
class LoadedExam:
    """Everything an exam needs before a number is drawn."""

    loaded: LoadedSpec
    bank: Bank
    readers: tuple[Student, ...]
    slots: tuple[Slot, ...]
    solvers: dict[str, tuple[Solver, ...]]
    """The solvers of each question that the exam asks, by its id."""


def bank_path(name: str, base: Path, place: Place | None = None) -> BankPath:
    """A bank by its name in a spec or on the command line: `builtin`, a folder or a file."""
    if name == BUILTIN:
        return BankPath(Path(qgen.bank.__file__).parent / "questions", BUILTIN, place)
    path = Path(name).expanduser()
    shown = name if base == Path() else str(base / path)
    return BankPath(base / path, shown, place)


def load_banks(names: Sequence[str]) -> tuple[Bank, list[Problem]]:
    """The banks that a command line names, or the shipped one."""
    return load_bank([bank_path(name, Path()) for name in names or (BUILTIN,)])


def load_whole_exam(
    spec_path: Path, seed: int | None = None
) -> tuple[LoadedExam | None, list[Problem]]:
    """An exam with its bank, students and solvers; or None and every mistake of all files.

    A `seed` takes the place of the spec's, for picks and orders as for numbers.
    """
    loaded, problems = load_exam(spec_path, str(spec_path))
    if loaded is None:
        return None, problems
    if seed is not None:
        loaded = replace(loaded, spec=loaded.spec.model_copy(update={"seed": seed}))
    base, spec = spec_path.parent, loaded.spec
    for index, name in enumerate(spec.solvers):
        problems += _solver_file(base / name, loaded.source.place(("solvers", index)))
    banks = [
        bank_path(name, base, loaded.source.place(("bank", index)))
        for index, name in enumerate(spec.bank)
    ]
    bank, mistakes = load_bank(banks)
    problems += mistakes
    readers: tuple[Student, ...] = tuple(Student(label, None) for label in version_labels(spec))
    if spec.students is not None:
        roster = base / spec.students
        readers, mistakes = read_roster(roster, str(roster))
        problems += mistakes
    if problems:
        return None, in_reading_order(problems)
    slots, problems = plan(loaded, bank)
    solvers: dict[str, tuple[Solver, ...]] = {}
    for slot in slots:
        identifier = slot.template.header.identifier
        if identifier not in solvers:
            solvers[identifier], mistakes = question_solvers(slot.template)
            problems += mistakes
    if problems:
        return None, in_reading_order(problems)
    return LoadedExam(loaded, bank, readers, slots, solvers), []


def _solver_file(path: Path, place: Place) -> list[Problem]:
    try:
        load_solver_file(path)
    except RegistrationError as error:
        return [Problem("solver-file", str(error), place)]
    return []


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
            problems.append(Problem("unknown-solver", str(error), place))
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
    problems += figure_problems(template)
    if len(found) == len(template.solvers):
        problems += _unknown_results(template, drawn | results.keys())
    return tuple(found), problems


def _unknown_results(template: QuestionTemplate, known: frozenset[str]) -> list[Problem]:
    if not template.solvers:
        return []  # the loader has said so already
    carried = carried_expressions(template.parts)
    expressions = [
        *((placed, known) for placed in template.answer_expressions()),
        *((placed, known | {CARRIED_NAME}) for placed in carried),
    ]
    return [
        Problem(
            "unknown-name",
            f"in '{placed.expression.source}': {unknown_name(name, allowed)}",
            placed.place,
        )
        for placed, allowed in expressions
        for name in sorted(placed.expression.names - allowed)
    ]


def verified_results(solvers: Sequence[Solver]) -> frozenset[str]:
    """The names of all results that a second route checks."""
    return frozenset(
        result for solver in solvers if solver.check is not None for result in solver.results
    )
