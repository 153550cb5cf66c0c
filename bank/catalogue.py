"""Banks by the headers of their questions; a question's body is compiled when it is used.

Building ten questions costs ten questions, however large the bank: headers are read for all of
them, and what stands between is passed over by the YAML parser's events without being looked at.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.bank.author_model import validated
from qgen.bank.headers import HEADER, QuestionHeader, header_of
from qgen.bank.macros import NO_MACROS, Macros
from qgen.bank.yaml_source import Data, Source, Steps, Wanted, read_source
from qgen.document.answers import DERIVATION
from qgen.document.exam import Header
from qgen.document.problem import Place, Problem
from qgen.document.richtext import RichText

if TYPE_CHECKING:
    from qgen.bank.templates import QuestionTemplate

SUFFIXES = frozenset({".yaml", ".yml"})
_WANTED: Wanted = {
    **dict.fromkeys(
        ("id", "kind", "title", "topic", "tags", "difficulty", "points", "minutes", "source"),
        None,
    ),
    "language": None,
    "solver": None,
    "not_with": None,
    "parts": {"points": None},
}
"""What is read of a question that nobody has used yet."""


@dataclass(frozen=True, slots=True)
class BankPath:
    """A bank's folder or a single file, and how messages name it."""

    path: Path
    shown: str
    place: Place | None = None
    language: str | None = None
    """The language of its questions that name none; the exam's where this is None, too."""
    macros: Macros = NO_MACROS
    """The TeX commands that its formulas may use beside those of LaTeX."""


class BankFile:
    """One file of a bank, read whole when one of its questions is used."""

    def __init__(self, path: Path, shown: str, bank: BankPath) -> None:
        self.path = path
        self.shown = shown
        self.folder = bank.path if bank.path.is_dir() else bank.path.parent
        self.language = bank.language
        self.macros = bank.macros

    @cached_property
    def source(self) -> Source | Problem:
        """The whole file."""
        return read_source(self.path, self.shown)


@dataclass(frozen=True, eq=False)
class Entry:
    """A question of a bank: its header, and the way to its body."""

    header: Header
    points: Fraction
    solvers: tuple[str, ...]
    is_drawn: bool
    """Whether it has parameters."""
    has_study_note: bool
    file: BankFile
    steps: Steps

    @property
    def language(self) -> str | None:
        """The language that the question is in; the exam's where nothing names one."""
        return self.header.language or self.file.language

    @cached_property
    def compiled(self) -> "tuple[QuestionTemplate | None, list[Problem]]":
        """The question ready to fill, or None and every mistake in it."""
        source, data = self._found()
        if isinstance(source, Problem):
            return None, [source]
        return compiled(source, self.steps, data, self.file.folder, self.file.macros)

    def study_note(self) -> tuple[RichText | None, list[Problem]]:
        """The question's study note alone, and what is wrong in it."""
        from qgen.bank.markup import MarkupError, read_closed_markup

        source, data = self._found()
        if isinstance(source, Problem):
            return None, [source]
        text = data.get("study_note") if isinstance(data, dict) else None
        problems: list[Problem] = []
        if not isinstance(text, str):
            return None, problems
        path = (*self.steps, "study_note")

        def mistake(error: MarkupError) -> None:
            place = source.place_in_text(path, text, error.offset)
            problems.append(Problem(error.code, str(error), place))

        note = read_closed_markup(text, "a study note", mistake, self.file.macros)
        return note, problems

    def _found(self) -> tuple[Source | Problem, Data]:
        source = self.file.source
        if isinstance(source, Problem):
            return source, None
        data = _question_at(source.data, self.steps)
        if not isinstance(data, dict) or data.get("id") != self.header.identifier:
            message = "the file changed while it was read; run the command again"
            return Problem("file-changed", message, self.header.place), None
        return source, data


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All questions of the banks that were opened, by id."""

    entries: Mapping[str, Entry] = field(default_factory=dict)


def open_bank(
    paths: Sequence[BankPath], mentioning: Collection[str] | None = None
) -> tuple[Catalogue, list[Problem]]:
    """The headers of all questions under the paths, and what keeps any from being read.

    A question whose header has a mistake is compiled, so that all its mistakes are told. Files
    that hold none of the texts `mentioning` are passed over; None reads every file.
    """
    wanted = None if mentioning is None else re.compile("|".join(map(re.escape, mentioning)))
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    seen: set[Path] = set()
    for path in paths:
        files = list(_files(path))
        if not files:
            message = (
                f"no bank files (*.yaml) under '{path.shown}'"
                if path.path.exists()
                else f"there is no bank '{path.shown}'"
            )
            problems.append(Problem("bank-missing", message, path.place))
        for file, shown in files:
            if file.resolve() in seen or not _mentions(file, wanted):
                continue
            seen.add(file.resolve())
            is_named = file == path.path
            problems += _open_file(BankFile(file, shown, path), entries, is_named=is_named)
    return Catalogue(entries), problems


def _mentions(file: Path, wanted: re.Pattern[str] | None) -> bool:
    """Whether a file holds such a text; one that cannot be read is for others to complain of."""
    try:
        return wanted is None or wanted.search(file.read_text("utf-8")) is not None
    except (OSError, UnicodeError):
        return True


def find_questions(
    paths: Sequence[BankPath], identifiers: Collection[str]
) -> tuple[Catalogue, list[Problem]]:
    """The headers of the files that hold these questions; of all where one is not found there.

    So a mistake in a file that is not needed does no harm, and where there are mistakes to tell,
    those of all files are told.
    """
    # Most files need not be read: an id stands in its file as it is, but for an escaped one.
    catalogue, problems = open_bank(paths, identifiers)
    if not problems and all(each in catalogue.entries for each in identifiers):
        return catalogue, problems
    return open_bank(paths)


def _files(bank: BankPath) -> Iterator[tuple[Path, str]]:
    if bank.path.is_file():
        yield bank.path, bank.shown
    elif bank.path.is_dir():
        for path in sorted(bank.path.rglob("*")):
            relative = path.relative_to(bank.path)
            hidden = any(part.startswith((".", "__")) for part in relative.parts)
            if path.suffix in SUFFIXES and path.is_file() and not hidden:
                yield path, f"{bank.shown.rstrip('/')}/{relative.as_posix()}"


def _open_file(file: BankFile, entries: dict[str, Entry], *, is_named: bool) -> list[Problem]:
    """Opens the questions of a file; an exam's spec beside them in a bank's folder holds none."""
    source = read_source(file.path, file.shown, _WANTED)
    if isinstance(source, Problem):
        return [source]
    if isinstance(source.data, dict):
        if source.node(()).keys.keys() >= {"sections", "outputs"}:
            message = "this is an exam's spec: name the questions that it asks, or their folder"
            return [Problem("bank-file", message, source.place())] if is_named else []
        return _open_question(source, (), source.data, file, entries)
    if not isinstance(source.data, list):
        message = "a bank file holds one question (a mapping) or a list of questions"
        return [Problem("bank-file", message, source.place())]
    problems: list[Problem] = []
    for index, data in enumerate(source.data):
        problems += _open_question(source, (index,), data, file, entries)
    return problems


def _open_question(
    source: Source, steps: Steps, data: Data, file: BankFile, entries: dict[str, Entry]
) -> list[Problem]:
    place = source.place(steps)
    model, problems = validated(HEADER, data, source, steps)
    if not isinstance(model, QuestionHeader):
        return _all_mistakes(file, steps, problems)
    if model.id in entries:
        first = entries[model.id].header.place
        message = f"the id '{model.id}' is taken by the question at {first}"
        problems.append(Problem("repeated-id", message, source.place((*steps, "id"))))
        return _all_mistakes(file, steps, problems)
    points = model.points
    if model.kind == DERIVATION:
        points = sum((part.points for part in model.parts), Fraction(0))
    keys = source.node(steps).keys
    entries[model.id] = Entry(
        header_of(model, model.kind, place),
        points,
        model.solver,
        "parameters" in keys,
        "study_note" in keys,
        file,
        steps,
    )
    return problems


def _all_mistakes(file: BankFile, steps: Steps, of_header: list[Problem]) -> list[Problem]:
    """What is wrong with a question that nobody can ask; or with its file, where that is unread."""
    if isinstance(file.source, Problem):
        return [file.source]
    data = _question_at(file.source.data, steps)
    return _told_once(of_header, compiled(file.source, steps, data, file.folder, file.macros)[1])


def _told_once(of_header: list[Problem], of_question: list[Problem]) -> list[Problem]:
    """Both lists, without what the whole question's validation says in words of its own."""
    said = {problem.place: problem.message for problem in of_question}
    return of_question + [
        problem
        for problem in of_header
        if said.get(problem.place) != problem.message
        and not (problem.place in said and problem.code == "literal-error")
    ]


def _question_at(data: Data, steps: Steps) -> Data:
    """The question of a file at these steps: the whole file, or an entry of its list."""
    match steps:
        case ():
            return data
        case (int(index),) if isinstance(data, list) and index < len(data):
            return data[index]
        case _:
            return None


def compiled(
    source: Source, steps: Steps, data: Data, folder: Path, macros: Macros = NO_MACROS
) -> "tuple[QuestionTemplate | None, list[Problem]]":
    """A question ready to fill, or None and every mistake in it."""
    # Listing a bank needs none of this.
    from qgen.bank.models import question_adapter
    from qgen.bank.template_builder import TemplateBuilder
    from qgen.bank.unvalidated_texts import mistakes_in_texts

    model, problems = validated(question_adapter(data), data, source, steps)
    if model is None or not isinstance(data, dict):
        return None, problems + mistakes_in_texts(data, source, steps, macros)
    builder = TemplateBuilder(model, data, source, steps, folder, macros)
    template = builder.build()
    problems += builder.problems
    return (None if problems else template), problems
