"""Web pages, one a paper: each is one file that needs no network and no script."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from qgen.document.exam import ExamDocument, Item, Paper, Section
from qgen.document.formats import HtmlOptions
from qgen.document.problem import Problem
from qgen.document.richtext import Passage
from qgen.renderers.html.questions import HtmlQuestions
from qgen.renderers.html.words import points_text
from qgen.renderers.labels import Labels, labels_for
from qgen.renderers.wording import FileNames, points_number
from qgen.renderers.writer import Chunk, Writer


class HtmlWriter(Writer):
    """One page for each paper, `<slug>-<label>.html`.

    Its losses are `html-math` (an error), a formula that does not convert to MathML;
    `html-image`, a picture without a form that browsers show; `html-link`, a link that is not
    followed for safety.
    """

    takes_papers = True

    def __init__(self, options: HtmlOptions) -> None:
        super().__init__()
        self._is_practice = options.mode == "practice"
        self._names = FileNames()
        self._book: _Book | None = None

    def losses(self, item: Item) -> list[Problem]:
        """What a page cannot show of a question."""
        writer = HtmlQuestions(labels_for("en"), has_solutions=self._is_practice)
        writer.question(1, item)
        return list(writer.surroundings.problems)

    def begin(self, exam: ExamDocument) -> Iterable[Chunk]:
        """Nothing yet."""
        labels = labels_for(exam.language)
        self._book = _Book(
            exam,
            labels,
            HtmlQuestions(labels, has_solutions=self._is_practice),
            self._is_practice,
            HtmlQuestions(labels, has_solutions=False),
        )
        return ()

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """The paper's page."""
        assert self._book is not None
        name = self._names.free(self._book.exam.slug, paper.label)
        for piece in self._book.page(paper):
            yield Chunk(f"{name}.html", piece.encode())
        self.problems = list(self._book.own_texts.surroundings.problems)


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    source = files("qgen.renderers.html") / "page.html.jinja"
    return environment.from_string(source.read_text("utf-8"))


@cache
def page_style() -> str:
    """The style sheet with the font of formulas inside."""
    room = files("qgen.renderers.html")
    sheet = (room / "page.css").read_text("utf-8")
    font = b64encode((room / "fonts" / "qgen-math.woff2").read_bytes()).decode("ascii")
    return (
        f'{sheet}@font-face {{ font-family: "qgen math"; font-display: block; '
        f'src: url("data:font/woff2;base64,{font}") format("woff2"); }}'
    )


@dataclass(frozen=True, slots=True)
class _WrittenSection:
    title: str
    instructions: Markup
    questions: Iterator[Markup]


@dataclass(frozen=True, slots=True)
class _Book:
    """What all pages of one exam share."""

    exam: ExamDocument
    labels: Labels
    writer: HtmlQuestions
    is_practice: bool
    own_texts: HtmlQuestions
    """Writes what belongs to no question: its problems are those of the exam."""

    def page(self, paper: Paper) -> Iterator[str]:
        """One page, piece by piece."""
        yield from _template().generate(self._contents(paper))

    def _contents(self, paper: Paper) -> Mapping[str, object]:
        numbers = range(1, 1 + sum(len(section.items) for section in paper.sections))
        return {
            "exam": self.exam,
            "paper": paper,
            "labels": self.labels,
            "is_practice": self.is_practice,
            "style": Markup(page_style()),
            "facts": list(self._facts(paper)),
            "instructions": self._instructions(self.exam.instructions, 2),
            "numbers": numbers,
            "sections": self._sections(paper),
        }

    def _facts(self, paper: Paper) -> Iterator[tuple[str, str | Markup]]:
        exam, labels = self.exam, self.labels
        yield labels.version, paper.label
        if paper.student:
            yield labels.name, paper.student
        if exam.date:
            yield labels.date, exam.date
        if exam.duration is not None:
            yield labels.duration, labels.minutes.format(exam.duration)
        yield labels.total, Markup(points_text(paper.points, labels))
        if exam.pass_mark is not None:
            share = points_number(exam.pass_mark * 100)
            yield labels.pass_mark, labels.percent.format(share)
        if exam.attempts is not None:
            yield labels.attempts, str(exam.attempts.allowed)

    def _instructions(self, passage: Passage | None, heading_level: int) -> Markup:
        return Markup("" if passage is None else self.own_texts.blocks(passage, heading_level))

    def _sections(self, paper: Paper) -> Iterator[_WrittenSection]:
        numbers = count(1)
        for section in paper.sections:
            yield _WrittenSection(
                section.title,
                self._instructions(section.instructions, 3),
                self._questions(section, numbers),
            )

    def _questions(self, section: Section, numbers: Iterator[int]) -> Iterator[Markup]:
        # The numbers come second: `zip` takes one more of the first before it ends.
        for item, number in zip(section.items, numbers, strict=False):
            yield Markup(self.writer.question(number, item))
