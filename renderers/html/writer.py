"""Web pages, one a paper: each is one file that needs no network and no script."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Literal

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from qgen.document.exam import ExamDocument, Item, Paper, Rendered, Section
from qgen.document.problem import Problem
from qgen.document.richtext import Passage
from qgen.renderers.html.questions import QuestionWriter
from qgen.renderers.html.words import points_number, points_text
from qgen.renderers.labels import Labels, labels_for


@dataclass(frozen=True, slots=True)
class HtmlOptions:
    """`practice` pages contain the solutions and say so; `exam` pages contain no key at all."""

    mode: Literal["practice", "exam"] = "practice"


def losses(item: Item, options: HtmlOptions) -> list[Problem]:
    """What a page cannot show of a question.

    `html-math` (an error): a formula that does not convert to MathML. `html-image`: a picture
    without a form that browsers show. `html-link`: a link that is not followed for safety.
    """
    writer = QuestionWriter(labels_for("en"), has_solutions=options.mode == "practice")
    writer.question(1, item)
    return list(writer.surroundings.problems)


def render(exam: ExamDocument, options: HtmlOptions) -> Rendered:
    """One page for each paper, `<slug>-<label>.html`; each is written while it is read.

    Problems are those of the exam's own texts; those of its questions come from `losses`.
    Raises LookupError for a language without labels.
    """
    labels = labels_for(exam.language)
    own_texts = QuestionWriter(labels, has_solutions=False)
    for passage in _own_passages(exam):
        own_texts.blocks(passage, 2)
    writer = QuestionWriter(labels, has_solutions=options.mode == "practice")
    pages = {
        name: _Page(exam, paper, labels, options.mode == "practice", writer)
        for name, paper in zip(_file_names(exam), exam.papers, strict=True)
    }
    return Rendered(pages, tuple(own_texts.surroundings.problems))


def _own_passages(exam: ExamDocument) -> Iterator[Passage]:
    """The texts that belong to no question, each once."""
    found = [exam.instructions]
    found += [section.instructions for paper in exam.papers for section in paper.sections]
    yield from dict.fromkeys(passage for passage in found if passage is not None)


def _file_names(exam: ExamDocument) -> list[str]:
    """A safe name for each paper's page; no two differ in the case of letters only."""
    taken: set[str] = set()
    names = []
    for paper in exam.papers:
        wanted = f"{_safe(exam.slug)}-{_safe(paper.label)}"
        numbered = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
        name = next(name for name in numbered if name.lower() not in taken)
        taken.add(name.lower())
        names.append(f"{name}.html")
    return names


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)[:80].strip("-") or "unnamed"


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
class _Page:
    """The bytes of one page; may be read again, and gives the same bytes then."""

    exam: ExamDocument
    paper: Paper
    labels: Labels
    is_practice: bool
    writer: QuestionWriter

    def __iter__(self) -> Iterator[bytes]:
        for piece in _template().generate(self._contents()):
            yield piece.encode()

    def _contents(self) -> Mapping[str, object]:
        numbers = range(1, 1 + sum(len(section.items) for section in self.paper.sections))
        return {
            "exam": self.exam,
            "paper": self.paper,
            "labels": self.labels,
            "is_practice": self.is_practice,
            "style": Markup(page_style()),
            "facts": list(self._facts()),
            "instructions": self._instructions(self.exam.instructions, 2),
            "numbers": numbers,
            "sections": self._sections(),
        }

    def _facts(self) -> Iterator[tuple[str, str | Markup]]:
        exam, labels = self.exam, self.labels
        yield labels.version, self.paper.label
        if self.paper.student:
            yield labels.name, self.paper.student
        if exam.date:
            yield labels.date, exam.date
        if exam.duration is not None:
            yield labels.duration, labels.minutes.format(exam.duration)
        yield labels.total, Markup(points_text(self.paper.points, labels))
        if exam.pass_mark is not None:
            share = points_number(exam.pass_mark * 100)
            yield labels.pass_mark, labels.percent.format(share)
        if exam.attempts is not None:
            yield labels.attempts, str(exam.attempts.allowed)

    def _instructions(self, passage: Passage | None, heading_level: int) -> Markup:
        return Markup("" if passage is None else self.writer.blocks(passage, heading_level))

    def _sections(self) -> Iterator[_WrittenSection]:
        numbers = count(1)
        for section in self.paper.sections:
            yield _WrittenSection(
                section.title,
                self._instructions(section.instructions, 3),
                self._questions(section, numbers),
            )

    def _questions(self, section: Section, numbers: Iterator[int]) -> Iterator[Markup]:
        # The numbers come second: `zip` takes one more of the first before it ends.
        for item, number in zip(section.items, numbers, strict=False):
            yield Markup(self.writer.question(number, item))
