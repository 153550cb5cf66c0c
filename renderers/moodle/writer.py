"""Writes the pools of an exam as Moodle XML, a category each, and a sheet of quiz settings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from qgen.document.answers import KIND_NAMES, Ordering, Part
from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.document.problem import Problem
from qgen.renderers.carriage import MarkedBy
from qgen.renderers.labels import exam_labels
from qgen.renderers.moodle.categories import Categories
from qgen.renderers.moodle.halves import Half, halves, who_marks
from qgen.renderers.moodle.losses import (
    NUMBERS,
    item_losses,
    says_by_mark,
    types_number,
    variant_losses,
)
from qgen.renderers.moodle.names import plain_name
from qgen.renderers.moodle.questions import Frame, MoodleQuestions
from qgen.renderers.moodle.sheet import SheetSlot, Written, settings_sheet
from qgen.renderers.moodle.sheet_forms import as_markdown, as_page, as_text
from qgen.renderers.moodle.text import cdata
from qgen.renderers.sections import instructions_before
from qgen.renderers.writer import Chunk, Writer

QUESTIONS_PER_FILE = 2000
"""Moodle imports so many in a few seconds and 81 MB."""

_KIND_END = 40
"""A question's type stands before its character of this number."""
_OPENING = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
_CLOSING = "</quiz>\n"


class MoodleWriter(Writer):
    """`<slug>.xml` (then `<slug>-2.xml`, …) with a category a question, and the settings' sheet."""

    attaches_data = True

    def __init__(
        self, options: MoodleOptions, questions_per_file: int = QUESTIONS_PER_FILE
    ) -> None:
        super().__init__()
        self.variants = options.variants
        self._options = options
        self._questions_per_file = questions_per_file
        self._bank: _Bank | None = None
        self._told: dict[str, set[str]] = {}
        """The codes of what was told of each question on its outline."""

    def losses(self, item: Item) -> list[Problem]:
        """What Moodle cannot carry of a question, and what is written instead."""
        told = item_losses(item, self._options)
        known = self._told.setdefault(item.header.identifier, set())
        known.update(problem.code for problem in told)
        return told

    def says_by_mark(self, item: Item, part: Part) -> bool:
        """Where the question type says something by the mark."""
        return says_by_mark(item, self._options)

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part."""
        return who_marks(item, self._options)

    def begin(self, exam: ExamDocument) -> Iterable[Chunk]:
        """Nothing yet: the first question opens the first file."""
        questions = MoodleQuestions(exam_labels(exam), exam.shuffle_options, self._options)
        files = _Files(exam.slug, self._questions_per_file)
        self._bank = _Bank(exam, self._options, questions, Categories(exam.title), files)
        return ()

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """One variant as a question, or as two where a person marks some of its parts."""
        assert self._bank is not None
        told = self._told.get(item.header.identifier)
        if told is not None:
            self.problems += variant_losses(item, self._options, told)
        yield from self._bank.chunks(pool, pool.count(self.variants), item)

    def end(self) -> Iterator[Chunk]:
        """The end of the last file, and the sheet of settings."""
        bank = self._bank
        if bank is None:
            return
        yield from bank.files.close()
        self.problems += bank.questions.problems
        if bank.numbers:
            text = NUMBERS.format(bank.numbers)
            self.problems.append(Problem("moodle-numbers", text, None, "loss"))
        sheet = settings_sheet(bank.exam, bank.written())
        for form, written in (("txt", as_text), ("md", as_markdown), ("html", as_page)):
            # Half of a surrogate pair has no bytes.
            yield Chunk(f"settings.{form}", written(sheet).encode("utf-8", "replace"))


class _Files:
    """Cuts the questions into files, and says before each which category it belongs to."""

    def __init__(self, slug: str, questions_per_file: int) -> None:
        self._slug = slug
        self._room = questions_per_file
        self._category: str | None = None
        self.counts: dict[str, dict[str, int]] = {}
        """How many questions of which category each file has."""

    def chunks(self, category: str, question: str) -> Iterator[Chunk]:
        """A question in its place."""
        name, before = next(reversed(self.counts), None), ""
        if name is None or sum(self.counts[name].values()) >= self._room:
            yield from self.close()
            name = f"{self._slug}-{len(self.counts) + 1}.xml" if name else f"{self._slug}.xml"
            self.counts[name], self._category, before = {}, None, _OPENING
        if category != self._category:
            self._category = category
            before += (
                '<question type="category"><category><text>'
                f"{cdata(category)}</text></category></question>\n"
            )
        counts = self.counts[name]
        counts[category] = counts.get(category, 0) + 1
        yield Chunk(name, f"{before}{question}".encode())

    def close(self) -> Iterator[Chunk]:
        """The end of the file in the making, if there is one."""
        if self.counts:
            yield Chunk(next(reversed(self.counts)), _CLOSING.encode())


class _Writing(NamedTuple):
    """One half of the pool in the making, and the category that it goes to."""

    category: str
    frame: Frame


@dataclass(slots=True)
class _Bank:
    """The question bank in the making."""

    exam: ExamDocument
    options: MoodleOptions
    questions: MoodleQuestions
    categories: Categories
    files: _Files
    pool: Pool | None = None
    writing: dict[str, _Writing] = field(default_factory=dict)
    made: dict[str, SheetSlot] = field(default_factory=dict)
    hints: int = 0
    """How many pools have hints that Moodle shows."""
    numbers: int = 0
    """How many pools ask for numbers to be typed."""
    kinds: set[str] = field(default_factory=set)
    """Moodle's types of questions that were written."""
    descriptions: dict[str, int] = field(default_factory=dict)
    """How many texts begin sections of each name."""

    def chunks(self, pool: Pool, count: int, item: Item) -> Iterator[Chunk]:
        """The next variant in its place."""
        parts = halves(item, self.options)
        if pool is not self.pool:
            description = self._description(pool)
            if pool.instructions is not None and description:
                text = self.questions.description(description, pool.instructions)
                yield from self.files.chunks(self.categories.instructions, text)
            self.pool, self.writing = pool, {}
            self.numbers += types_number(item, self.options)
            self.hints += any(
                part.hints for half in parts if half.by == "machine" for part in half.parts
            )
            for half in parts:
                self._open(pool, count, half, description)
                description = ""
        for half in parts:
            category, frame = self.writing[half.by]
            slot = self.made[category]
            self.made[category] = replace(slot, count=slot.count + 1)
            question = self.questions.question(item, half, frame)
            self.kinds.add(question[:_KIND_END].split('"')[1])
            yield from self.files.chunks(category, question)

    def _description(self, pool: Pool) -> str:
        """The name of the text before a pool: of the instructions where its section begins."""
        if instructions_before(pool, self.pool) is None:
            return ""
        name = plain_name(pool.section) or "Section"
        self.descriptions[name] = self.descriptions.get(name, 0) + 1
        again = self.descriptions[name]
        return name if again == 1 else f"{name} ({again})"

    def _open(self, pool: Pool, count: int, half: Half, description: str) -> None:
        """Begins a category with half of a pool's questions, or with all of them."""
        path = self.categories.path(pool.header, half.words)
        points = half.points if half.words else pool.points
        frame = self.questions.frame(pool.header, half, points, count)
        self.writing[half.by] = _Writing(path, frame)
        self.made[path] = SheetSlot(pool.section, path, 0, points, half.by, half.words, description)

    def written(self) -> Written:
        """What the sheet tells."""
        drags = self.options.ordering == "ordering" and any(
            pool.header.kind == KIND_NAMES[Ordering] for pool in self.exam.pools
        )
        return Written(
            list(self.made.values()),
            self.files.counts,
            self.categories.instructions,
            drags=drags,
            numbers=self.numbers > 0,
            hints=self.hints,
            embedded="cloze" in self.kinds,
            plugins=sorted(self.kinds & {"stack", "formulas"}),
        )
