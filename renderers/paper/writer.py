"""Papers as Typst source: papers, their solutions and a study guide, which compile to PDF/UA."""

from base64 import b32encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files

from qgen.document.exam import ExamDocument, Item, Paper, Section
from qgen.document.formats import PaperOptions
from qgen.document.guide import GuideDocument
from qgen.document.problem import Problem
from qgen.renderers.labels import labels_for
from qgen.renderers.paper.key_sheet import KeySheet
from qgen.renderers.paper.literals import string
from qgen.renderers.paper.pictures import Pictures
from qgen.renderers.paper.questions import HEADING_LEVEL, PaperQuestions, Words
from qgen.renderers.paper.text import PaperText, Surroundings
from qgen.renderers.wording import FileNames
from qgen.renderers.writer import Chunk, Writer

STYLE = "assets/style.typ"
GUIDE = "guide.typ"
KEYS = "keys.typ"
_MOST_COLUMNS = 10
_CODE_LENGTH = 5


@cache
def style() -> bytes:
    """What all papers look like: the file that each of them imports."""
    return (files("qgen.renderers.paper") / "style.typ").read_bytes()


class PaperWriter(Writer):
    """`paper-<label>.typ` for each paper, `solutions-<label>.typ` if wanted, and what they show."""

    takes_papers = True

    def __init__(self, options: PaperOptions) -> None:
        super().__init__()
        self.pdf = options.pdf
        self.guide_headings = {} if options.guide else None
        self._options = options
        self._names = FileNames()
        self._book: _Book | None = None

    def losses(self, item: Item) -> list[Problem]:
        """What a paper cannot show of a question: found by writing it."""
        surroundings = Surroundings(Pictures().paths(item.assets), item.header.place)
        questions = _question_writer("en", surroundings, self._options)
        written = list(questions.question(1, item, ()))
        if self._options.solutions:
            written += questions.solution(1, item, ())
        return list(surroundings.problems)

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The style, and the study guide."""
        self._book = _Book(exam, self._options)
        yield Chunk(STYLE, style())
        if exam.guide is not None and self._options.guide:
            surroundings = Surroundings()
            yield Chunk(GUIDE, _guide(exam.guide, surroundings, self._options))
            self.problems += surroundings.problems

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """The paper, its solutions, and the pictures that no paper before had."""
        assert self._book is not None
        name = self._names.free(paper.label)
        source = self._book.source(paper, "", is_solution=False)
        code = _code(source)
        self._book.keys.add(paper)
        yield Chunk(f"paper-{name}.typ", self._book.source(paper, code, is_solution=False).encode())
        if self._options.solutions:
            solutions = self._book.source(paper, code, is_solution=True)
            yield Chunk(f"solutions-{name}.typ", solutions.encode())
        yield from self._book.pictures.new()

    def end(self) -> Iterator[Chunk]:
        """The keys of all versions; by now it is known what the exam's own texts lose."""
        assert self._book is not None
        if self._options.solutions and self._book.keys.is_useful:
            yield Chunk(KEYS, self._book.key_sheet().encode())
        self.problems += self._book.own.problems


def _code(source: str) -> str:
    """A few letters and digits that tell papers apart which differ in anything."""
    return b32encode(sha256(source.encode()).digest())[:_CODE_LENGTH].decode()


def _question_writer(
    language: str, surroundings: Surroundings, options: PaperOptions
) -> PaperQuestions:
    labels = labels_for(language)
    passages = PaperText(surroundings, HEADING_LEVEL)
    words = Words(labels, surroundings)
    return PaperQuestions(words, passages, labels.language, options.text_size)


def _opening(
    words: Words, options: PaperOptions, language: str, *, title: str, code: str, foot: str, of: str
) -> str:
    """The first lines of a source; `foot` and `of`, which says of what it is a page, are markup."""
    before, between, after = words.labels.page.split("{}")
    region = language.partition("-")[2]
    shown_region = string(region) if len(region) == 2 and region.isascii() else "none"
    return (
        f"#import {string(f'/{STYLE}')}: *\n"
        f"#show: paper.with(language: {string(words.labels.language)}, region: {shown_region}, "
        f"page-size: {string(options.page)}, text-size: {options.text_size}pt, "
        f"title: {string(title)}, foot: [{foot}], version: [{of}], code: {string(code)}, "
        f"page-words: ({string(before)}, {string(between)}, {string(after)}))\n"
    )


class _Book:
    """What all papers of one exam share."""

    def __init__(self, exam: ExamDocument, options: PaperOptions) -> None:
        self.exam = exam
        self.pictures = Pictures()
        self.own = Surroundings()
        """Where the exam's own texts stand, whose problems no question has."""
        self._words = Words(labels_for(exam.language), self.own)
        self._texts = PaperText(self.own, HEADING_LEVEL)
        self.keys = KeySheet(self._words)
        self._surroundings = Surroundings()
        self._questions = _question_writer(exam.language, self._surroundings, options)
        self._options = options

    def source(self, paper: Paper, code: str, *, is_solution: bool) -> str:
        """One whole source."""
        exam, words = self.exam, self._words
        version = f"{words.labels.version} {paper.label}"
        title = exam.title
        if is_solution:
            version += f" · {words.labels.solutions}"
            title += f" · {words.labels.solutions}"
        foot = words.text(" · ".join(filter(None, (exam.course, exam.title))))
        opening = _opening(
            words,
            self._options,
            exam.language,
            title=f"{title} · {version}",
            code=code,
            foot=foot,
            of=words.text(version),
        )
        head = self._head(paper, title, is_solution)
        return "\n".join((opening, *head, *self._sections(paper, is_solution)))

    def key_sheet(self) -> str:
        """The source of the sheet with all keys."""
        exam, words = self.exam, self._words
        title = f"{exam.title} · {words.labels.key}"
        foot = words.text(" · ".join(filter(None, (exam.course, exam.title))))
        of = words.text(words.labels.key)
        course = f"course: [{words.text(exam.course)}], " if exam.course else ""
        date = f"[{words.text(exam.date)}]" if exam.date else ""
        opening = _opening(
            words, self._options, exam.language, title=title, code="", foot=foot, of=of
        )
        head = f"#title-block({course}[{words.title(title)}], {date});\n"
        return "\n".join((opening, head, *self.keys.lines()))

    def _head(self, paper: Paper, title: str, is_solution: bool) -> Iterator[str]:
        exam, words = self.exam, self._words
        course = f"course: [{words.text(exam.course)}], " if exam.course else ""
        facts = ", ".join(f"[{fact}]" for fact in self._facts(paper))
        yield f"#title-block({course}[{words.title(title)}], {facts});\n"
        if not is_solution:
            yield self._fields(paper)
            yield self._marks(paper)
        elif paper.student:
            yield words.text(f"{words.labels.name}: {paper.student}") + "\n"
        if exam.instructions is not None:
            yield self._texts.write(exam.instructions) + "\n"

    def _facts(self, paper: Paper) -> Iterator[str]:
        exam, words = self.exam, self._words
        labels = words.labels
        yield f"#strong[{words.text(f'{labels.version} {paper.label}')}];"
        if exam.date:
            yield words.text(f"{labels.date}: {exam.date}")
        if (duration := exam.duration_of(paper)) is not None:
            minutes = words.filled(labels.minutes, words.text(str(duration)))
            yield words.text(f"{labels.duration}: ") + minutes
        yield words.text(f"{labels.total}: ") + words.points(paper.points)
        if exam.pass_mark is not None:
            share = words.points_number(exam.pass_mark * 100)
            yield words.text(f"{labels.pass_mark}: ") + words.filled(labels.percent, share)

    def _fields(self, paper: Paper) -> str:
        words = self._words
        name, number = words.labels.name, words.labels.student_number
        known = ""
        if paper.student:  # a roster's papers bear the students' numbers
            student, identifier = words.text(paper.student), words.text(paper.label)
            known = f", student: [{student}], identifier: [{identifier}]"
        return (
            f"#fields(name: [{words.text(f'{name}:')}], "
            f"number: [{words.text(f'{number}:')}]{known});\n"
        )

    def _marks(self, paper: Paper) -> str:
        """The table that a marker fills: a column for each question, or a row for each section."""
        words, items = self._words, list(paper.items())
        questions, worth, reached, total, section = map(
            words.text,
            (
                words.labels.questions,
                words.labels.worth,
                words.labels.reached,
                words.labels.total,
                words.labels.section,
            ),
        )
        whole = words.points_number(paper.points)
        if len(items) <= _MOST_COLUMNS:
            widths = f"(auto, ..(2.4em,) * {len(items)}, 3em)"
            header = [
                questions,
                *(words.text(f"{index + 1}") for index in range(len(items))),
                total,
            ]
            rows = [
                [worth, *(words.points_number(item.points) for item in items), whole],
                [reached, *[""] * (len(items) + 1)],
            ]
        else:
            widths = "(1fr, auto, auto, 5em)"
            header = [section, questions, worth, reached]
            rows = [*self._section_rows(paper), [total, "", whole, ""]]
        cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
        titles = ", ".join(f"[{cell}]" for cell in header)
        return f"#marks(widths: {widths}, header: ({titles}), {cells});\n"

    def _section_rows(self, paper: Paper) -> Iterator[list[str]]:
        first = 1
        words = self._words
        for section in paper.sections:
            last = first + len(section.items) - 1
            points = sum((item.points for item in section.items), start=paper.points * 0)
            numbers = f"{first}–{last}" if last > first else str(first)
            yield [words.text(section.title), words.text(numbers), words.points_number(points), ""]
            first = last + 1

    def _sections(self, paper: Paper, is_solution: bool) -> Iterator[str]:
        number = 0
        write = self._questions.solution if is_solution else self._questions.question
        for section in paper.sections:
            opening = tuple(self._section_head(section))
            for item in section.items:
                number += 1
                self._surroundings.pictures = self.pictures.paths(item.assets)
                yield f"// question {' '.join(item.header.identifier.split())}"
                yield from write(number, item, opening)
                opening = ()

    def _section_head(self, section: Section) -> Iterator[str]:
        yield f"#section-heading[{self._words.title(section.title)}];"
        if section.instructions is not None:
            yield self._texts.write(section.instructions)


def _guide(guide: GuideDocument, surroundings: Surroundings, options: PaperOptions) -> bytes:
    """The study guide as a source."""
    words = Words(labels_for(guide.language), surroundings)
    texts = PaperText(surroundings, 3)
    title = f"{guide.title} · {words.labels.study_guide}"
    foot = words.text(" · ".join(filter(None, (guide.course, guide.title))))
    version = words.text(words.labels.study_guide)
    course = f"course: [{words.text(guide.course)}], " if guide.course else ""
    facts = f"[{words.text(guide.date)}]" if guide.date else ""
    lines = [
        _opening(words, options, guide.language, title=title, code="", foot=foot, of=version),
        f"#title-block({course}[{words.title(title)}], {facts});\n",
    ]
    for topic in guide.topics:
        lines.append(f"#section-heading[{words.title(topic.heading)}];")
        notes = []
        for note in topic.notes:
            surroundings.place = note.place
            notes.append(f"[{texts.write(note.text)}]")
            surroundings.place = None
        lines.append(f"#list({', '.join(notes)});\n")
    return "\n".join(lines).encode()
