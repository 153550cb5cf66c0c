"""The banks that a command works on, by the names that people give them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import qgen.bank
from qgen.bank.catalogue import BankPath, Catalogue, Entry, find_questions, open_bank
from qgen.bank.macros import NO_MACROS, Macros, read_macros
from qgen.bank.templates import Bank, QuestionTemplate
from qgen.course_files import load_course_files
from qgen.document.problem import Place, Problem, did_you_mean, in_reading_order

BUILTIN = "builtin"


def bank_path(name: str, base: Path, place: Place | None = None) -> BankPath:
    """A bank by its name in a spec or on the command line: `builtin`, a folder or a file."""
    if name == BUILTIN:
        return BankPath(Path(qgen.bank.__file__).parent / "questions", BUILTIN, place, "en")
    path = Path(name).expanduser()
    shown = name if base == Path() else str(base / path)
    return BankPath(base / path, shown, place)


def load_banks(names: Sequence[str], macros: Macros = NO_MACROS) -> tuple[Bank, list[Problem]]:
    """The banks that a command line names, or the shipped one, with all their mistakes."""
    from qgen.bank.loader import load_bank

    return load_bank(_bank_paths(names, macros))


def macros_from(files: Sequence[Path]) -> tuple[Macros, list[Problem]]:
    """The macros of all files that a command line names, and what is wrong with them."""
    known, problems = dict(NO_MACROS.known), list[Problem]()
    for file in files:
        macros, mistakes = read_macros(file, str(file))
        known.update(macros.known)
        problems += mistakes
    return Macros(known), problems


def open_banks(names: Sequence[str]) -> tuple[Catalogue, list[Problem]]:
    """The headers of the banks that a command line names, or of the shipped one."""
    catalogue, problems = open_bank(_bank_paths(names))
    return catalogue, in_reading_order(problems)


def find_question(
    names: Sequence[str], identifier: str, macros: Macros = NO_MACROS
) -> tuple[Entry | None, list[Problem]]:
    """One question of the banks that a command line names, or what to look for instead.

    A mistake in another question keeps nobody from finding this one.
    """
    catalogue, problems = find_questions(_bank_paths(names, macros), [identifier])
    if identifier in catalogue.entries:
        return catalogue.entries[identifier], []
    hint = did_you_mean(identifier, catalogue.entries)
    if not names:
        hint = f" in the shipped bank{hint}" if hint else " in the shipped bank; name yours: --bank"
    missing = Problem("unknown-question", f"no question has the id '{identifier}'{hint}")
    return None, in_reading_order([missing, *problems])


def _bank_paths(names: Sequence[str], macros: Macros = NO_MACROS) -> list[BankPath]:
    return [replace(bank_path(name, Path()), macros=macros) for name in names or (BUILTIN,)]


@dataclass(frozen=True, slots=True)
class BankFiles:
    """What a process reads that has no templates yet; there are no mistakes left to tell."""

    paths: tuple[str, ...]
    solvers: tuple[Path, ...]
    macros: tuple[Path, ...]

    def templates(self) -> tuple[QuestionTemplate, ...]:
        """The questions, in the same order in each process."""
        load_course_files(self.solvers)
        bank, _ = load_banks(self.paths, macros_from(self.macros)[0])
        return tuple(bank.questions.values())
