"""Loads whole banks and exam specs: everything in them is read and every mistake is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qgen.bank.author_model import validated
from qgen.bank.catalogue import BankPath, open_bank
from qgen.bank.exam_spec import EXAM, ExamSpec
from qgen.bank.macros import NO_MACROS, Macros, macros_of, read_macros
from qgen.bank.markup import MarkupError, read_closed_markup
from qgen.bank.pictures import read_picture
from qgen.bank.templates import Bank
from qgen.bank.yaml_source import Source, Steps, read_source, read_text
from qgen.document.exam import Asset
from qgen.document.problem import Place, Problem, in_reading_order
from qgen.document.richtext import RichText


def load_bank(paths: Sequence[BankPath]) -> tuple[Bank, list[Problem]]:
    """All questions under the paths, and every mistake found; never raises for an author's.

    Questions with mistakes are left out of the bank.
    """
    catalogue, problems = open_bank(paths)
    questions = {}
    for identifier, entry in catalogue.entries.items():
        template, mistakes = entry.compiled
        problems += mistakes
        if template is not None:
            questions[identifier] = template
    return Bank(questions), in_reading_order(problems)


@dataclass(frozen=True, slots=True)
class LoadedSpec:
    """An exam spec with its parsed texts, and its source for messages about its places."""

    spec: ExamSpec
    source: Source
    instructions: RichText | None
    section_instructions: tuple[RichText | None, ...]
    logo: Asset | None = None
    template: str | None = None
    """The Typst source of the course's own look for papers."""
    labels: Source | None = None
    """The course's own words for papers and pages; what they must be is for others to say."""
    macros: Macros = NO_MACROS
    """The TeX commands that formulas may use beside those of LaTeX."""


def load_exam(path: Path, shown: str) -> tuple[LoadedSpec | None, list[Problem]]:
    """An exam spec, or None and every mistake in it."""
    source = read_source(path, shown)
    if isinstance(source, Problem):
        return None, [source]
    if isinstance(source.data, list) or "stem" in source.node(()).keys:
        message = "this is a file of questions; an exam's spec names it under 'bank'"
        return None, [Problem("no-spec", message, source.place())]
    model, problems = validated(EXAM, source.data, source, ())
    if not isinstance(model, ExamSpec):
        return None, in_reading_order(problems)
    macros = _macros(model, source, problems)
    # Where macros are wrong, formulas that use them would only say so again.
    texts = _ExamTexts(source, macros, [] if problems else problems)
    own = texts.read(model.instructions, ("instructions",))
    sections = tuple(
        texts.read(section.instructions, ("sections", index, "instructions"))
        for index, section in enumerate(model.sections)
    )
    logo = _logo(model, source, problems)
    template = _template(model, source, problems)
    labels = _labels(model, source, problems)
    if problems:
        return None, in_reading_order(problems)
    return LoadedSpec(model, source, own, sections, logo, template, labels, macros), []


def _template(model: ExamSpec, source: Source, problems: list[Problem]) -> str | None:
    """The text of the file that papers are to look by, which lies where the exam does."""
    name: str = model.outputs.options("paper").template
    if not name:
        return None
    place = source.place(("outputs", "paper", "template"))
    path = _inside(name, source, place, problems)
    if path is None:
        return None
    text = read_text(path, str(Path(place.file).parent / name))
    if isinstance(text, Problem):
        problems.append(text)
        return None
    return text


def _inside(name: str, source: Source, place: Place, problems: list[Problem]) -> Path | None:
    """A file that a spec names, which must lie in the spec's folder or below it."""
    folder = source.path.parent
    path = folder / name
    if path.resolve().is_relative_to(folder.resolve()):
        return path
    message = f"the file '{name}' lies outside the exam's folder"
    problems.append(Problem("outside", message, place))
    return None


def _macros(model: ExamSpec, source: Source, problems: list[Problem]) -> Macros:
    """The macros that the spec defines, or those of the file that it names."""
    if model.macros is None:
        return NO_MACROS
    if isinstance(model.macros, str):
        place = source.place(("macros",))
        path = _inside(model.macros, source, place, problems)
        if path is None:
            return NO_MACROS
        macros, mistakes = read_macros(path, str(Path(place.file).parent / model.macros))
    else:
        macros, mistakes = macros_of(model.macros, source, ("macros",))
    problems += mistakes
    return macros


def _labels(model: ExamSpec, source: Source, problems: list[Problem]) -> Source | None:
    """The file of words that the spec names, in its folder or below it."""
    if model.labels is None:
        return None
    place = source.place(("labels",))
    path = _inside(model.labels, source, place, problems)
    if path is None:
        return None
    found = read_source(path, str(Path(place.file).parent / model.labels))
    if isinstance(found, Problem):
        problems.append(found)
        return None
    return found


def _logo(model: ExamSpec, source: Source, problems: list[Problem]) -> Asset | None:
    """The picture above papers, which lies in the folder of the exam or below it."""
    if model.logo is None:
        return None
    asset, fault = read_picture(model.logo, source.path, source.path.parent, "exam's folder")
    if fault is not None:
        problems.append(Problem("image", fault, source.place(("logo",))))
    return asset


@dataclass(frozen=True, slots=True)
class _ExamTexts:
    """Reads an exam's own texts, which have no values to print and no pictures."""

    source: Source
    macros: Macros
    problems: list[Problem]

    def read(self, text: str | None, path: Steps) -> RichText | None:
        """The text at a place of the spec, if there is one."""
        if text is None:
            return None

        def mistake(error: MarkupError) -> None:
            place = self.source.place_in_text(path, text, error.offset)
            self.problems.append(Problem(error.code, str(error), place))

        return read_closed_markup(text, "an exam's own text", mistake, self.macros)
