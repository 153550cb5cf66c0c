"""Loads an exam: its spec, the questions that it asks, its students and its solvers."""

from dataclasses import dataclass, replace
from pathlib import Path

from qgen.bank.catalogue import BankPath, find_questions, open_bank
from qgen.bank.exam_spec import ExamSpec
from qgen.bank.loader import LoadedSpec, load_exam
from qgen.bank.roster import Student, read_roster
from qgen.banks import bank_path
from qgen.course_files import load_course_files
from qgen.document.problem import Place, Problem, in_reading_order
from qgen.generator.planning import CONSEQUENCES, Slot, other_languages, plan, version_labels
from qgen.question_solvers import question_solvers
from qgen.solvers.routes.registry import Solver


@dataclass(frozen=True, slots=True)
class LoadedExam:
    """Everything an exam needs before a number is drawn."""

    loaded: LoadedSpec
    banks: tuple[BankPath, ...]
    readers: tuple[Student, ...]
    slots: tuple[Slot, ...]
    solvers: dict[str, tuple[Solver, ...]]
    """The solvers of each question that the exam asks, by its id."""
    losses: tuple[Problem, ...] = ()
    """What is to be told of the exam, and keeps nobody from building it."""


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
        problems += load_course_files([base / name], loaded.source.place(("solvers", index)))
    banks = [
        replace(bank_path(name, base, loaded.source.place(("bank", index))), macros=loaded.macros)
        for index, name in enumerate(spec.bank)
    ]
    listed = _listed(spec)
    catalogue, mistakes = open_bank(banks) if listed is None else find_questions(banks, listed)
    problems += mistakes
    readers: tuple[Student, ...] = tuple(Student(label, None) for label in version_labels(spec))
    if spec.students is not None:
        roster = base / spec.students
        readers, mistakes = read_roster(roster, str(roster))
        problems += mistakes
        if spec.duration is None and any(reader.more_than(1) for reader in readers):
            message = "the roster gives extra time, but the exam has no 'duration'"
            problems.append(Problem("roster", message, Place(str(roster), 1, 1)))
    slots, mistakes = plan(loaded, catalogue)
    # With headers missing, a question that is not found may be one of them.
    problems += [each for each in mistakes if not problems or each.code not in CONSEQUENCES]
    solvers: dict[str, tuple[Solver, ...]] = {}
    for slot in slots:
        identifier = slot.template.header.identifier
        if identifier not in solvers:
            solvers[identifier], mistakes = question_solvers(slot.template)
            problems += mistakes
    if problems:
        return None, in_reading_order(problems)
    losses = tuple(other_languages(loaded, slots, catalogue))
    return LoadedExam(loaded, tuple(banks), readers, slots, solvers, losses), []


def _listed(spec: ExamSpec) -> set[str] | None:
    """The ids of an exam that names each of its questions; None where it needs the whole bank."""
    if any(section.selection is not None for section in spec.sections):
        return None
    return {question.id for section in spec.sections for question in section.questions}
