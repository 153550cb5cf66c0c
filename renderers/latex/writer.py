"""Papers as LaTeX source, and their solutions; both compile with any of the three engines.

They need what Debian has in texlive-latex-base, texlive-latex-recommended and lmodern.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
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
from qgen.renderers.latex.front import Front
from qgen.renderers.latex.math import forbidden_commands
from qgen.renderers.latex.pictures import Pictures, picture_form
from qgen.renderers.latex.questions import LatexQuestions
from qgen.renderers.latex.shell import source_of
from qgen.renderers.latex.text import LatexPassageWriter
from qgen.renderers.wording import FileNames
from qgen.renderers.writer import Chunk, Writer


class LatexWriter(Writer):
    """`paper-<label>.tex` for each paper, `solutions-<label>.tex` if wanted, and `assets/`."""

    takes_papers = True
    embeds_pdf = True

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
        passages, pictures = LatexPassageWriter(), Pictures()
        front = Front(exam, labels, passages, pictures, self._options)
        self._book = _Book(labels, LatexQuestions(labels, passages), pictures, front)
        self._report_characters(exam.title, exam.course, exam.date, *(exam.aids or ()))
        if exam.logo is not None and picture_form(exam.logo) is None:
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


@dataclass(frozen=True, slots=True)
class _Book:
    """What all papers of one exam share."""

    labels: Labels
    questions: LatexQuestions
    pictures: Pictures
    front: Front

    def source(self, paper: Paper, *, is_solution: bool) -> bytes:
        """One whole file."""
        front = self.front.lines(paper, is_solution=is_solution)
        body = "\n".join((*front, *self._sections(paper, is_solution)))
        return source_of(body, self.labels)

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
        case Numeric() | ComplexAnswer():
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
            if asset is None or picture_form(asset) is None:
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
