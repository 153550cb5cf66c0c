"""Papers as LaTeX source, and their solutions; both compile with any of the three engines.

They need what Debian has in texlive-latex-base, texlive-latex-recommended and lmodern.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import assert_never

from qgen.document.answers import (
    Answer,
    Derivation,
    FormulaAnswer,
    MultipleSelect,
    Numeric,
    Open,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Asset, ExamDocument, Item, Paper, Rendered, Section
from qgen.document.problem import Problem
from qgen.document.richtext import (
    Code,
    CodeBlock,
    DisplayMath,
    Image,
    Math,
    Node,
    Passage,
    Text,
    closed,
    join_parts,
    passage_of,
    walk,
)
from qgen.renderers.labels import Labels, labels_for
from qgen.renderers.latex.characters import escape, needs_unicode_engine, unprintable
from qgen.renderers.latex.math import forbidden_commands
from qgen.renderers.latex.questions import (
    QuestionWriter,
    fill_label,
    points_number,
    points_text,
)
from qgen.renderers.latex.text import LatexPassageWriter, asset_name

PICTURE_FORMS = ("pdf", "png", "jpg", "jpeg")
"""The file formats of pictures that every TeX engine reads, the best first."""
_MOST_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class LatexOptions:
    """`solutions`: whether to write each paper's solutions next to it."""

    solutions: bool = True


def losses(item: Item, options: LatexOptions) -> list[Problem]:
    """What a paper cannot carry of a question, and formulas that it must not carry (errors)."""
    problems: list[Problem] = []
    place = item.header.place
    for passage in _passages(item, options):
        for node in walk(closed(passage)):
            problems += [
                Problem(code, message, place, "error" if code == "latex-command" else "loss")
                for code, message in node_losses(node, item.assets)
            ]
    return list(dict.fromkeys(problems))


def render(exam: ExamDocument, options: LatexOptions) -> Rendered:
    """`paper-<label>.tex` for each paper, `solutions-<label>.tex` if wanted, and `assets/`.

    Problems are those of the exam's own texts; those of its questions come from `losses`.
    Raises LookupError for a language without labels.
    """
    labels = labels_for(exam.language)
    book = _Book(exam, labels, QuestionWriter(labels, LatexPassageWriter()), _Pictures())
    sources: dict[str, bytes] = {}
    for name, paper in zip(file_labels(exam.papers), exam.papers, strict=True):
        sources[f"paper-{name}.tex"] = book.source(paper, is_solution=False)
        if options.solutions:
            sources[f"solutions-{name}.tex"] = book.source(paper, is_solution=True)
    return Rendered({**sources, **book.pictures.written}, tuple(_exam_losses(exam)))


def file_labels(papers: tuple[Paper, ...]) -> list[str]:
    """A name for each paper's files: its label, made safe, and distinct in any letter case."""
    taken: set[str] = set()
    return [_free(_safe(paper.label), taken) for paper in papers]


def _safe(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", label)[:80].strip("-") or "unnamed"


def _free(name: str, taken: set[str]) -> str:
    """The name, or the first of `name-2`, `name-3`, … that nobody took; takes it."""
    found, number = name, 1
    while found.lower() in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found.lower())
    return found


@dataclass(slots=True)
class _Pictures:
    """The pictures of a whole exam: questions may use one name for different ones."""

    written: dict[str, bytes] = field(default_factory=dict)
    paths: dict[tuple[str, str, bytes], str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def definitions(self, item: Item) -> str:
        """TeX definitions of the files behind an item's names of pictures."""
        lines = []
        for name, asset in item.assets.items():
            form = _form(asset)
            if form is not None:
                lines.append(rf"\examfile{{{asset_name(name)}}}{{{self._path(asset, form)}}}")
        return "".join(f"{line}\n" for line in lines)

    def _path(self, asset: Asset, form: str) -> str:
        key = (asset.name, form, asset.forms[form])
        if key not in self.paths:
            self.paths[key] = f"assets/{_free(_safe(asset.name), self.taken)}.{form}"
            self.written[self.paths[key]] = asset.forms[form]
        return self.paths[key]


def _form(asset: Asset) -> str | None:
    return next((form for form in PICTURE_FORMS if form in asset.forms), None)


@cache
def preamble() -> str:
    """What stands between the class and the document, the same for all that qgen typesets."""
    return (files("qgen.renderers.latex") / "preamble.tex").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class _Book:
    """What all papers of one exam share."""

    exam: ExamDocument
    labels: Labels
    questions: QuestionWriter
    pictures: _Pictures

    def source(self, paper: Paper, *, is_solution: bool) -> bytes:
        """One whole file. All files of an exam have the same preamble, so that it compiles once."""
        body = "\n".join((*self._head(paper, is_solution), *self._sections(paper, is_solution)))
        lines = [
            r"\documentclass[11pt]{article}",
            rf"\newcommand{{\examlanguage}}{{{self.labels.babel or 'english'}}}",
            preamble(),
            r"\begin{document}",
            r"\examstart",
            body,
            r"\end{document}",
            "",
        ]
        if needs_unicode_engine(body):
            lines.insert(0, "% !TeX program = lualatex")
            lines.insert(lines.index(r"\examstart") + 1, r"\examfindfont")
        return "\n".join(lines).encode()

    def _head(self, paper: Paper, is_solution: bool) -> Iterator[str]:
        exam, words = self.exam, self.labels
        version = f"{escape(words.version)} {escape(paper.label)}"
        if is_solution:
            version += f" · {escape(words.solutions)}"
        course = " · ".join(map(escape, filter(None, (exam.course, exam.title))))
        page = fill_label(words.page, "#1", "#2")
        yield rf"\renewcommand{{\examversion}}{{{version}}}"
        yield rf"\renewcommand{{\examcourse}}{{{course}}}"
        yield rf"\renewcommand{{\exampage}}[2]{{{page}}}"
        if is_solution:
            yield r"\renewcommand{\examkept}{.15}"
        title = f"{escape(exam.title)} · {escape(words.solutions)}" if is_solution else None
        yield rf"\examtitle{{{escape(exam.course or '')}}}{{{title or escape(exam.title)}}}"
        facts = r" \quad ".join(rf"\mbox{{{fact}}}" for fact in self._facts(paper))
        yield rf"\examfacts{{{facts}}}"
        if not is_solution:
            yield self._fields(paper)
            yield self._grades(paper)
        elif paper.student:
            yield rf"{escape(words.name)}: {escape(paper.student)}" + "\n"
        if exam.instructions is not None:
            yield self.questions.passages.write(exam.instructions) + "\n"

    def _facts(self, paper: Paper) -> Iterator[str]:
        exam, words = self.exam, self.labels
        yield rf"\textbf{{{escape(words.version)} {escape(paper.label)}}}"
        if exam.date:
            yield f"{escape(words.date)}: {escape(exam.date)}"
        if exam.duration is not None:
            minutes = fill_label(words.minutes, str(exam.duration))
            yield f"{escape(words.duration)}: {minutes}"
        yield f"{escape(words.total)}: {points_text(paper.points, words)}"
        if exam.pass_mark is not None:
            share = points_number(exam.pass_mark * 100)
            yield f"{escape(words.pass_mark)}: {fill_label(words.percent, share)}"

    def _fields(self, paper: Paper) -> str:
        words = self.labels
        name = f"{escape(words.name)}:"
        if paper.student is not None:
            name += rf"\enspace {escape(paper.student)}"
        number = f"{escape(words.student_number)}:"
        return rf"\examfields{{{name}}}{{{number}}}" + "\n"

    def _grades(self, paper: Paper) -> str:
        """The table that a marker fills: a column for each question, or a row for each section."""
        words = self.labels
        items = list(paper.items())
        if len(items) <= _MOST_COLUMNS:
            numbers = [str(number) for number in range(1, len(items) + 1)]
            rows = [
                [escape(words.questions), *numbers, escape(words.total)],
                [
                    escape(words.worth),
                    *(points_number(item.points) for item in items),
                    points_number(paper.points),
                ],
                [escape(words.reached), *[""] * (len(items) + 1)],
            ]
            columns = "|l|" + r"w{c}{2.2em}|" * len(items) + r"w{c}{3em}|"
        else:
            rows = [
                [
                    escape(words.section),
                    escape(words.questions),
                    escape(words.worth),
                    escape(words.reached),
                ],
                *self._section_rows(paper),
                [escape(words.total), "", points_number(paper.points), ""],
            ]
            columns = r"|p{.45\linewidth}|c|c|w{c}{5em}|"
        body = "".join("{}" + " & ".join(row) + r" \\\hline" + "\n" for row in rows)
        return f"\\examgrades{{{columns}}}{{%\n\\hline\n{body}}}\n"

    def _section_rows(self, paper: Paper) -> Iterator[list[str]]:
        first = 1
        for section in paper.sections:
            last = first + len(section.items) - 1
            points = sum((item.points for item in section.items), start=paper.points * 0)
            yield [
                escape(section.title),
                f"{first}--{last}" if last > first else str(first),
                points_number(points),
                "",
            ]
            first = last + 1

    def _sections(self, paper: Paper, is_solution: bool) -> Iterator[str]:
        number = 0
        write = self.questions.solution if is_solution else self.questions.question
        for section in paper.sections:
            opening = tuple(self._section_head(section))
            for item in section.items:
                number += 1
                yield f"% question {' '.join(item.header.identifier.split())}"
                yield from write(number, item, self.pictures.definitions(item), opening)
                opening = ()

    def _section_head(self, section: Section) -> Iterator[str]:
        yield rf"\examsection{{{escape(section.title)}}}"
        if section.instructions is not None:
            yield self.questions.passages.write(section.instructions) + "\n\\par\\nobreak"


def _passages(item: Item, options: LatexOptions) -> Iterator[Passage]:
    """All texts of an item that its papers print."""
    yield item.stem
    yield from _answer_passages(item.answer, options)
    if options.solutions:
        yield passage_of(item.header.title)
        if item.explanation is not None:
            yield item.explanation


def _answer_passages(answer: Answer, options: LatexOptions) -> Iterator[Passage]:
    match answer:
        case SingleChoice() | MultipleSelect():
            for option in answer.options:
                yield option.text
                if options.solutions and option.feedback is not None:
                    yield option.feedback
        case Numeric():
            if answer.unit is not None:
                yield passage_of(answer.unit)
            if options.solutions:
                yield from (mistake.feedback for mistake in answer.mistakes)
        case FormulaAnswer():
            if options.solutions:
                yield from (mistake.feedback for mistake in answer.mistakes)
        case ShortAnswer():
            if options.solutions:
                yield from map(passage_of, answer.accepted)
                for mistake in answer.mistakes:
                    yield passage_of(mistake.text)
                    yield mistake.feedback
        case Open():
            if options.solutions:
                yield from (line.text for line in answer.rubric)
        case Derivation():
            for part in answer.parts:
                yield part.prompt
                yield from _answer_passages(part.answer, options)
                if options.solutions and part.explanation is not None:
                    yield part.explanation
        case _:
            assert_never(answer)


def node_losses(node: Node, assets: Mapping[str, Asset]) -> Iterator[tuple[str, str]]:
    """Codes and messages for one node by itself, not for what it holds."""
    match node:
        case Text() | Code() | CodeBlock():
            yield from _character_losses(node.text)
        case Math() | DisplayMath():
            source = join_parts(node.parts, ())
            forbidden = forbidden_commands(source)
            if forbidden:
                names = ", ".join(f"'{name}'" for name in forbidden)
                yield (
                    "latex-command",
                    f"a formula holds {names}, which a paper must not run; its source is "
                    "printed instead",
                )
            yield from _character_losses(source)
        case Image():
            asset = assets.get(node.asset)
            if asset is None or _form(asset) is None:
                yield (
                    "latex-image",
                    f"the picture '{node.asset}' has no PDF, PNG or JPEG form, which LaTeX needs; "
                    "its alternative text is printed instead",
                )
            yield from _character_losses(join_parts(node.alternative, ()))
        case _:
            return


def _character_losses(text: str) -> Iterator[tuple[str, str]]:
    found = unprintable(text)
    if found:
        shown = ", ".join(
            f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
            for character in found
        )
        yield (
            "latex-character",
            f"no font of a standard TeX has {shown}; the paper prints the number instead, as in "
            f"[U+{ord(found[0]):04X}]",
        )


def _exam_losses(exam: ExamDocument) -> Iterator[Problem]:
    own = [exam.title, exam.course or "", exam.date or ""]
    for paper in exam.papers:
        own += [paper.label, paper.student or "", *(section.title for section in paper.sections)]
    for text in dict.fromkeys(own):
        for code, message in _character_losses(text):
            yield Problem(code, f"in '{text}': {message}", None, "loss")
