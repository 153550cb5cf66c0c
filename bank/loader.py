"""Loads banks: every question of every file, and all mistakes of all files together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qgen.bank.author_model import validated
from qgen.bank.exam_spec import EXAM, ExamSpec
from qgen.bank.markup import MarkupError, read_closed_markup
from qgen.bank.models import QUESTION
from qgen.bank.template_builder import TemplateBuilder
from qgen.bank.templates import Bank, QuestionTemplate
from qgen.bank.unvalidated_texts import mistakes_in_texts
from qgen.bank.yaml_source import Source, read_source
from qgen.document.problem import Place, Problem, in_reading_order
from qgen.document.richtext import RichText

SUFFIXES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class BankPath:
    """A bank's folder or a single file, and how messages name it."""

    path: Path
    shown: str
    place: Place | None = None


def load_bank(paths: Sequence[BankPath]) -> tuple[Bank, list[Problem]]:
    """All questions under the paths, and every mistake found; never raises for an author's.

    Questions with mistakes are left out of the bank.
    """
    questions: dict[str, QuestionTemplate] = {}
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
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            folder = path.path if path.path.is_dir() else path.path.parent
            problems += _load_file(file, shown, folder, questions)
    return Bank(questions), in_reading_order(problems)


def _files(bank: BankPath) -> Iterator[tuple[Path, str]]:
    if bank.path.is_file():
        yield bank.path, bank.shown
    elif bank.path.is_dir():
        for path in sorted(bank.path.rglob("*")):
            relative = path.relative_to(bank.path)
            hidden = any(part.startswith((".", "__")) for part in relative.parts)
            if path.suffix in SUFFIXES and path.is_file() and not hidden:
                yield path, f"{bank.shown.rstrip('/')}/{relative.as_posix()}"


def _load_file(
    file: Path, shown: str, folder: Path, questions: dict[str, QuestionTemplate]
) -> list[Problem]:
    source = read_source(file, shown)
    if isinstance(source, Problem):
        return [source]
    if isinstance(source.data, dict):
        return _load_question(source, (), source.data, folder, questions)
    if not isinstance(source.data, list):
        message = "a bank file holds one question (a mapping) or a list of questions"
        return [Problem("bank-file", message, source.place())]
    problems: list[Problem] = []
    for index, data in enumerate(source.data):
        problems += _load_question(source, (index,), data, folder, questions)
    return problems


def _load_question(
    source: Source,
    path: tuple[str | int, ...],
    data: object,
    folder: Path,
    questions: dict[str, QuestionTemplate],
) -> list[Problem]:
    model, problems = validated(QUESTION, data, source, path)
    problems += _repeated(source, path, data, questions)
    if model is None or not isinstance(data, dict):
        return problems + mistakes_in_texts(data, source, path)
    builder = TemplateBuilder(model, data, source, path, folder)
    template = builder.build()
    problems += builder.problems
    if not problems:
        questions[model.id] = template
    return problems


def _repeated(
    source: Source,
    path: tuple[str | int, ...],
    data: object,
    questions: dict[str, QuestionTemplate],
) -> list[Problem]:
    identifier = data.get("id") if isinstance(data, dict) else None
    if not isinstance(identifier, str) or identifier not in questions:
        return []
    first = questions[identifier].header.place
    message = f"the id '{identifier}' is taken by the question at {first}"
    return [Problem("repeated-id", message, source.place((*path, "id")))]


@dataclass(frozen=True, slots=True)
class LoadedSpec:
    """An exam spec with its parsed texts, and its source for messages about its places."""

    spec: ExamSpec
    source: Source
    instructions: RichText | None
    section_instructions: tuple[RichText | None, ...]


def load_exam(path: Path, shown: str) -> tuple[LoadedSpec | None, list[Problem]]:
    """An exam spec, or None and every mistake in it."""
    source = read_source(path, shown)
    if isinstance(source, Problem):
        return None, [source]
    model, problems = validated(EXAM, source.data, source, ())
    if not isinstance(model, ExamSpec):
        return None, in_reading_order(problems)
    own = _exam_text(model.instructions, source, ("instructions",), problems)
    sections = tuple(
        _exam_text(section.instructions, source, ("sections", index, "instructions"), problems)
        for index, section in enumerate(model.sections)
    )
    if problems:
        return None, in_reading_order(problems)
    return LoadedSpec(model, source, own, sections), []


def _exam_text(
    text: str | None, source: Source, path: tuple[str | int, ...], problems: list[Problem]
) -> RichText | None:
    """An exam's own text, which has no values to print and no pictures."""
    if text is None:
        return None

    def mistake(error: MarkupError) -> None:
        place = source.place_in_text(path, text, error.offset)
        problems.append(Problem(error.code, str(error), place))

    return read_closed_markup(text, "an exam's own text", mistake)
