"""Papers as LaTeX source, and their solutions; both compile with any of the three engines.

They need what Debian has in texlive-latex-base, texlive-latex-recommended and lmodern.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import assert_never

from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Asset, ExamDocument, Item, Paper, Section
from qgen.document.formats import LatexOptions
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
from qgen.renderers.labels import Labels, exam_labels
from qgen.renderers.latex.characters import escape, unprintable
from qgen.renderers.latex.math import forbidden_commands
from qgen.renderers.latex.questions import (
    LatexQuestions,
    fill_label,
    points_source,
    points_text,
)
from qgen.renderers.latex.shell import source_of
from qgen.renderers.latex.text import LatexPassageWriter, asset_name
from qgen.renderers.locales import date_text
from qgen.renderers.scoring_words import scoring_sentences
from qgen.renderers.wording import FileNames, minutes_label
from qgen.renderers.writer import Chunk, Writer

PICTURE_FORMS = ("pdf", "png", "jpg", "jpeg")
"""The file formats of pictures that every TeX engine reads, the best first."""
_MOST_COLUMNS = 10


class LatexWriter(Writer):
    """`paper-<label>.tex` for each paper, `solutions-<label>.tex` if wanted, and `assets/`."""

    takes_papers = True

    def __init__(self, options: LatexOptions) -> None:
        super().__init__()
        self.pdf = options.pdf
        self._options = options
        self._names = FileNames()
        self._book: _Book | None = None

    def losses(self, item: Item) -> list[Problem]:
        """What a paper cannot carry of a question, and formulas that it must not carry (errors)."""
        problems: list[Problem] = []
        place = item.header.place
        for passage in _passages(item, self._options):
            for node in walk(closed(passage)):
                problems += [
                    Problem(code, message, place, "error" if code == "latex-command" else "loss")
                    for code, message in node_losses(node, item.assets)
                ]
        return list(dict.fromkeys(problems))

    def begin(self, exam: ExamDocument) -> Iterable[Chunk]:
        """Nothing yet; the exam's own texts may lose characters."""
        labels = exam_labels(exam)
        questions = LatexQuestions(labels, LatexPassageWriter())
        self._book = _Book(exam, labels, questions, _Pictures(), self._options)
        self._report_characters(exam.title, exam.course, exam.date, *(exam.aids or ()))
        if exam.logo is not None and _form(exam.logo) is None:
            message = (
                f"the logo '{exam.logo.name}' has no PDF, PNG or JPEG form, which LaTeX needs, and "
                "is left out"
            )
            self.problems.append(Problem("latex-image", message, None, "loss"))
        return ()

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """The paper, its solutions, and the pictures that no paper before had."""
        assert self._book is not None
        titles = (section.title for section in paper.sections)
        self._report_characters(paper.label, paper.student, *titles)
        name = self._names.free(paper.label)
        yield Chunk(f"paper-{name}.tex", self._book.source(paper, is_solution=False))
        if self._options.solutions:
            yield Chunk(f"solutions-{name}.tex", self._book.source(paper, is_solution=True))
        yield from self._book.pictures.new()

    def _report_characters(self, *texts: str | None) -> None:
        for text in filter(None, texts):
            for code, message in _character_losses(text):
                problem = Problem(code, f"in '{text}': {message}", None, "loss")
                if problem not in self.problems:
                    self.problems.append(problem)


@dataclass(slots=True)
class _Pictures:
    """The pictures of a whole exam: questions may use one name for different ones."""

    paths: dict[tuple[str, str, bytes], str] = field(default_factory=dict)
    names: FileNames = field(default_factory=FileNames)
    waiting: list[Chunk] = field(default_factory=list)

    def new(self) -> list[Chunk]:
        """The pictures met since this was last asked."""
        new, self.waiting = self.waiting, []
        return new

    def definitions(self, assets: Mapping[str, Asset]) -> str:
        """TeX definitions of the files behind names of pictures."""
        lines = []
        for name, asset in assets.items():
            form = _form(asset)
            if form is not None:
                lines.append(rf"\examfile{{{asset_name(name)}}}{{{self._path(asset, form)}}}")
        return "".join(f"{line}\n" for line in lines)

    def _path(self, asset: Asset, form: str) -> str:
        content = asset.forms[form]
        key = (asset.name, form, sha256(content).digest())
        if key not in self.paths:
            self.paths[key] = f"assets/{self.names.free(asset.name)}.{form}"
            self.waiting.append(Chunk(self.paths[key], content))
        return self.paths[key]


def _form(asset: Asset) -> str | None:
    return next((form for form in PICTURE_FORMS if form in asset.forms), None)


@dataclass(frozen=True, slots=True)
class _Book:
    """What all papers of one exam share."""

    exam: ExamDocument
    labels: Labels
    questions: LatexQuestions
    pictures: _Pictures
    options: LatexOptions

    def source(self, paper: Paper, *, is_solution: bool) -> bytes:
        """One whole file."""
        body = "\n".join((*self._head(paper, is_solution), *self._sections(paper, is_solution)))
        return source_of(body, self.labels)

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
        else:
            sides = self.options.sides
            yield rf"\renewcommand{{\examturn}}{{\examturn{sides}{{{escape(words.turn_over)}}}}}"
            if self.options.cover:
                yield r"\vspace*{30mm}"
        if exam.logo is not None and _form(exam.logo) is not None:
            yield self.pictures.definitions({exam.logo.name: exam.logo}).rstrip()
            yield rf"\examlogo{{{asset_name(exam.logo.name)}}}"
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
        if not is_solution:
            yield from self._rules(paper)
            if self.options.cover:
                yield r"\clearpage"

    def _rules(self, paper: Paper) -> Iterator[str]:
        """What may be used, and how the paper is scored, in words."""
        words, aids = self.labels, self.exam.aids
        if aids is not None:
            named = "; ".join(aids) or words.no_aids
            yield rf"\examlabel{{{escape(words.aids)}}}{escape(named)}\par"
        sentences = scoring_sentences(paper, words)
        if sentences:
            yield rf"\examlabel{{{escape(words.scoring)}}}{escape(' '.join(sentences))}\par"

    def _facts(self, paper: Paper) -> Iterator[str]:
        exam, words = self.exam, self.labels
        yield rf"\textbf{{{escape(words.version)} {escape(paper.label)}}}"
        if exam.date:
            yield f"{escape(words.date)}: {escape(date_text(exam.date, words.locale))}"
        if (duration := exam.duration_of(paper)) is not None:
            minutes = fill_label(minutes_label(duration, words), str(duration))
            yield f"{escape(words.duration)}: {minutes}"
        yield f"{escape(words.total)}: {points_text(paper.points, words)}"
        if exam.pass_mark is not None:
            share = points_source(exam.pass_mark * 100, words)
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
                    *(points_source(item.points, words) for item in items),
                    points_source(paper.points, words),
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
                [escape(words.total), "", points_source(paper.points, words), ""],
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
                points_source(points, self.labels),
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
                yield from write(number, item, self.pictures.definitions(item.assets), opening)
                opening = ()

    def _section_head(self, section: Section) -> Iterator[str]:
        yield rf"\examsection{{{escape(section.title)}}}"
        if section.instructions is not None:
            yield self.questions.passages.write(section.instructions) + "\n\\par\\nobreak"


def _passages(item: Item, options: LatexOptions) -> Iterator[Passage]:
    """All texts of an item that its papers print."""
    yield item.stem
    for part in item.parts:
        yield part.prompt
        yield from _answer_passages(part.answer, options)
        if options.solutions:
            yield from (hint.text for hint in part.hints)
        if options.solutions and part.explanation is not None:
            yield part.explanation
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
        case FormulaAnswer() | MatrixAnswer():
            if options.solutions:
                yield from (mistake.feedback for mistake in answer.mistakes)
        case ShortAnswer():
            if options.solutions:
                yield from map(passage_of, answer.accepted)
                for mistake in answer.mistakes:
                    yield passage_of(mistake.text)
                    yield mistake.feedback
        case Matching():
            yield from answer.rights
            for pair in answer.pairs:
                yield pair.left
                if options.solutions and pair.feedback is not None:
                    yield pair.feedback
        case Ordering():
            yield from answer.items
        case Open():
            if options.solutions:
                yield from (line.text for line in answer.rubric)
        case _:
            assert_never(answer)


def node_losses(node: Node, assets: Mapping[str, Asset]) -> Iterator[tuple[str, str]]:
    """Codes and messages for one node by itself, not for what it holds."""
    match node:
        case Text() | Code():
            yield from _character_losses(node.text)
        case CodeBlock():
            yield from _character_losses(join_parts(node.text, ()))
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
