"""Web pages, one a paper: each is one file that needs no network, and no script to be read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from qgen.document.exam import ExamDocument, Item, Paper, Pool
from qgen.document.formats import HtmlOptions
from qgen.document.problem import Problem
from qgen.document.richtext import Passage
from qgen.renderers.html.index_page import NAME, ListedPage, index_page
from qgen.renderers.html.languages import direction
from qgen.renderers.html.large_pages import folded_page, is_large
from qgen.renderers.html.page_data import (
    WrittenQuestion,
    page_data,
    written_question,
)
from qgen.renderers.html.questions import HtmlQuestions
from qgen.renderers.html.quiz_words import quiz_words
from qgen.renderers.html.scripts import modules_for, page_script
from qgen.renderers.html.style import page_style
from qgen.renderers.html.words import points_text
from qgen.renderers.labels import Labels, exam_labels, labels_for
from qgen.renderers.locales import date_text
from qgen.renderers.wording import FileNames, minutes_label, points_number
from qgen.renderers.writer import Chunk, Memory, Writer


class HtmlWriter(Writer):
    """One page for each paper, `<slug>-<label>.html`, and for several `index.html`, a list of them.

    Its losses are `html-math` (an error), a formula that does not convert to MathML;
    `html-image`, a picture without a form that browsers show; `html-link`, a link that is not
    followed for safety; `html-carried`, a carried value that a page cannot work out;
    `html-option`, what was chosen for practice pages and says nothing of an exam page.
    """

    attaches_data = True
    takes_papers = True
    # A practice page does so itself, and what an exam page saves is marked by qgen.
    checks_formulas = True

    def __init__(self, options: HtmlOptions) -> None:
        super().__init__()
        self._options = options
        self._is_practice = self.shows_hints = options.mode == "practice"
        # A paper brings one variant of each question along.
        self.variants = options.variants - 1 if self._is_practice else 0
        self._names = FileNames(all_letters=True)
        self._book: _Book | None = None
        self._waiting: list[Paper] = []
        self._listed: list[ListedPage] = []
        self._others: dict[str, list[Item]] = {}

    def losses(self, item: Item) -> list[Problem]:
        """What a page cannot show of a question."""
        writer = HtmlQuestions(labels_for("en"), has_solutions=self._is_practice)
        writer.question(1, item)
        return list(writer.surroundings.problems)

    def begin(self, exam: ExamDocument) -> Iterable[Chunk]:
        """Nothing yet."""
        labels = exam_labels(exam)
        self._names.free(NAME)
        self._book = _Book(
            exam,
            labels,
            HtmlQuestions(labels, has_solutions=self._is_practice),
            self._options,
            self.memory,
            HtmlQuestions(labels, has_solutions=False),
        )
        return ()

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """The paper's page, unless it waits for variants."""
        if self.variants:
            self._waiting.append(paper)
        else:
            yield self._page(paper)

    def variant(self, pool: Pool, item: Item) -> Iterable[Chunk]:
        """Nothing yet: the variant belongs on the pages."""
        if pool.varies:  # otherwise it is the paper's question again
            self._others.setdefault(item.slot, []).append(item)
        return ()

    def end(self) -> Iterator[Chunk]:
        """The pages that have waited for variants, and one that leads to all."""
        yield from map(self._page, self._waiting)
        if self._book is not None:
            if len(self._listed) > 1:
                exam, labels = self._book.exam, self._book.labels
                yield Chunk(f"{NAME}.html", index_page(exam, labels, self._listed, self.memory))
            own = self._book.own_texts.surroundings.problems
            self.problems = [*own, *dict.fromkeys(self.problems), *self._needless()]

    def _page(self, paper: Paper) -> Chunk:
        assert self._book is not None
        name = f"{self._names.free(self._book.exam.slug, paper.label)}.html"
        self._listed.append(ListedPage(name, paper))
        written = [
            written_question(
                self._book.writer,
                number,
                item,
                self._others.get(item.slot, ()) if self.variants else (),
                is_practice=self._is_practice,
            )
            for number, item in enumerate(paper.items(), 1)
        ]
        self.problems += filter(None, map(_carried_problem, written))
        return Chunk(name, self._book.page(paper, written).encode())

    def _needless(self) -> Iterator[Problem]:
        usual = HtmlOptions()
        for name in ("variants", "submit"):
            if not self._is_practice and getattr(self._options, name) != getattr(usual, name):
                message = f"html: '{name}' is for practice pages; exam pages are without it"
                yield Problem("html-option", message, None, "loss")


def _carried_problem(question: WrittenQuestion) -> Problem | None:
    """What is said where a page leaves it to a person whether an earlier value was followed."""
    parts = question.data["parts"]
    assert isinstance(parts, list)
    if all("top" in part.get("carried", {"top": ()}) for part in parts):
        return None
    header = question.item.header
    message = (
        f"question '{header.identifier}': the page cannot work out what follows from an earlier "
        "answer, and leaves it undecided where it might"
    )
    return Problem("html-carried", message, header.place, "loss")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    source = files("qgen.renderers.html") / "page.html.jinja"
    return environment.from_string(source.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class _WrittenSection:
    title: str
    instructions: Markup
    questions: list[Markup]


@dataclass(frozen=True, slots=True)
class _Book:
    """What all pages of one exam share."""

    exam: ExamDocument
    labels: Labels
    writer: HtmlQuestions
    options: HtmlOptions
    memory: Memory
    own_texts: HtmlQuestions
    """Writes what belongs to no question: its problems are those of the exam."""

    def page(self, paper: Paper, questions: list[WrittenQuestion]) -> str:
        """One page; what only the script needs of a large one is compressed."""
        markups = [each.markup for each in questions]
        data = page_data(self.exam, paper, self.labels, self.options, questions)
        page = self._page(paper, questions, markups, data)
        is_alone = not any("others" in each.data for each in questions)
        if is_alone and self._is_practice and is_large(page, len(questions)):
            small = folded_page(markups, data)
            return self._page(paper, questions, small.questions, "", small.carried)
        return page

    @property
    def _is_practice(self) -> bool:
        return self.options.mode == "practice"

    def _page(
        self,
        paper: Paper,
        questions: list[WrittenQuestion],
        markups: list[str],
        data: str,
        carried: str = "",
    ) -> str:
        instructions = self._instructions(self.exam.instructions, 2)
        sections = list(self._sections(paper, markups))
        math = [each.markup + each.other_markup for each in questions]
        math += [instructions, *(section.instructions for section in sections)]
        answers = [part.answer for each in questions for part in each.item.parts]
        script = page_script(modules_for(self.options.mode, answers), carried, self.memory)
        contents: Mapping[str, object] = {
            "exam": self.exam,
            "paper": paper,
            "direction": direction(self.labels.language),
            "labels": self.labels,
            "words": quiz_words(self.labels.language),
            "is_practice": self._is_practice,
            "is_folded": bool(carried),
            "style": Markup(page_style("".join(math), self.memory)),
            "facts": list(self._facts(paper)),
            "instructions": instructions,
            "numbers": range(1, 1 + len(questions)),
            "sections": sections,
            "data": Markup(data),
            "script": Markup(script.text),
            "script_hashes": script.hashes,
        }
        return _template().render(contents)

    def _facts(self, paper: Paper) -> Iterator[tuple[str, str | Markup]]:
        exam, labels = self.exam, self.labels
        yield labels.version, paper.label
        if paper.student:
            yield labels.name, paper.student
        if exam.date:
            yield labels.date, date_text(exam.date, labels.locale)
        if (minutes := exam.duration_of(paper)) is not None:
            yield labels.duration, minutes_label(minutes, labels).format(minutes)
        yield labels.total, Markup(points_text(paper.points, labels))
        if exam.pass_mark is not None:
            share = points_number(exam.pass_mark * 100, labels.locale)
            yield labels.pass_mark, labels.percent.format(share)
        if exam.attempts is not None:
            yield labels.attempts, str(exam.attempts.allowed)

    def _instructions(self, passage: Passage | None, heading_level: int) -> Markup:
        return Markup("" if passage is None else self.own_texts.blocks(passage, heading_level))

    def _sections(self, paper: Paper, markups: list[str]) -> Iterator[_WrittenSection]:
        waiting = iter(markups)
        for section in paper.sections:
            questions = [Markup(next(waiting)) for _ in section.items]
            instructions = self._instructions(section.instructions, 3)
            yield _WrittenSection(section.title, instructions, questions)
