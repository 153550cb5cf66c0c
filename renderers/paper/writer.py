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
from qgen.renderers.labels import Labels, exam_labels, labels_for
from qgen.renderers.locales import date_text
from qgen.renderers.page_measures import TEXT_SIZE, typst_measures
from qgen.renderers.paper.front import Front
from qgen.renderers.paper.key_sheet import KeySheet
from qgen.renderers.paper.literals import string
from qgen.renderers.paper.pictures import Pictures
from qgen.renderers.paper.questions import HEADING_LEVEL, PaperQuestions
from qgen.renderers.paper.sheet import CODE_LENGTH, AnswerSheets, unfitting
from qgen.renderers.paper.text import PICTURE_FORMS, PaperText, Surroundings
from qgen.renderers.paper.words import Words
from qgen.renderers.wording import FileNames
from qgen.renderers.writer import Chunk, Writer

STYLE = "assets/style.typ"
TEMPLATE = "assets/template.typ"
"""The course's own look."""
GUIDE = "guide.typ"
KEYS = "keys.typ"
ALL = "all"
"""All papers one after the other, for the printer: `all.typ`, then `all-2.typ`, …"""
MOST_TOGETHER = 200
"""So many papers in a file take Typst half a gigabyte of memory."""
_CODE_LENGTH = 5
_FOOT_LENGTH = 90
"""So many letters, or fewer, stand beside each other in the foot of a page."""


@cache
def style() -> bytes:
    """What all papers look like: the file that each of them imports."""
    written = (files("qgen.renderers.paper") / "style.typ").read_text("utf-8")
    return f"{typst_measures()}\n{written}".encode()


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
        self._unfitting: dict[Problem, None] = {}

    def losses(self, item: Item) -> list[Problem]:
        """What a paper cannot show of a question: found by writing it."""
        surroundings = Surroundings(Pictures().paths(item.assets), item.header.place)
        questions = _question_writer(labels_for("en"), surroundings, self._options)
        written = list(questions.question(1, item, ()))
        if self._options.solutions:
            written += questions.solution(1, item, ())
        return list(surroundings.problems)

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The style, and the study guide."""
        self._book = _Book(exam, self._options)
        yield Chunk(STYLE, style())
        if exam.template is not None:
            yield Chunk(TEMPLATE, exam.template.encode())
        yield from self._book.pictures.new()
        if exam.guide is not None and self._options.guide:
            surroundings = Surroundings()
            yield Chunk(GUIDE, _guide(exam.guide, surroundings, self._options))
            self.problems += surroundings.problems

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """The paper, its solutions, and the pictures that no paper before had."""
        assert self._book is not None
        name = self._names.free(paper.label)
        content = self._book.content(paper, is_solution=False)
        source = self._book.source(paper, content, "", is_solution=False)
        code = _code(source)
        self._book.keys.add(paper)
        source_with_code = self._book.source(paper, content, code, is_solution=False)
        yield Chunk(f"paper-{name}.typ", source_with_code.encode())
        if self._options.together:
            yield self._book.bound(f"/paper-{name}.typ")
        if self._options.sheet:
            yield from self._book.sheet(paper, name, source)
            self._unfitting.update(dict.fromkeys(unfitting(paper)))
        if self._options.solutions:
            content = self._book.content(paper, is_solution=True)
            solutions = self._book.source(paper, content, code, is_solution=True)
            yield Chunk(f"solutions-{name}.typ", solutions.encode())
        yield from self._book.pictures.new()

    def end(self) -> Iterator[Chunk]:
        """The keys of all versions; by now it is known what the exam's own texts lose."""
        assert self._book is not None
        if self._options.solutions and self._book.keys.is_useful:
            yield Chunk(KEYS, self._book.key_sheet().encode())
        self.problems += self._book.own.problems
        self.problems += self._unfitting


def _code(source: str, length: int = _CODE_LENGTH) -> str:
    """A few letters and digits that tell papers apart which differ in anything."""
    return b32encode(sha256(source.encode()).digest())[:length].decode()


def _question_writer(
    labels: Labels, surroundings: Surroundings, options: PaperOptions
) -> PaperQuestions:
    passages = PaperText(surroundings, HEADING_LEVEL)
    words = Words(labels, surroundings)
    return PaperQuestions(words, passages, labels.language, options.text_size)


def _opening(
    words: Words,
    options: PaperOptions,
    language: str,
    *,
    title: str,
    code: str,
    foot: str,
    of: str,
    turns: bool = False,
) -> str:
    """The first lines of a source; `foot` and `of`, which says of what it is a page, are markup.

    Where it `turns`, each page says whether another follows behind it.
    """
    before, between, after = words.labels.page.split("{}")
    region = language.partition("-")[2]
    turn_over = words.text(words.labels.turn_over) if turns else ""
    most = _FOOT_LENGTH * TEXT_SIZE / options.text_size
    is_long = len(f"{foot}{of}{code}{words.labels.page}".encode()) > most
    shown_region = string(region) if len(region) == 2 and region.isascii() else "none"
    return (
        f"#import {string(f'/{STYLE}')}: *\n"
        f"#show: paper.with(language: {string(words.labels.language)}, region: {shown_region}, "
        f"page-size: {string(options.page)}, text-size: {options.text_size}pt, "
        f"title: {string(title)}, foot: [{foot}], version: [{of}], code: {string(code)}, "
        f"page-words: ({string(before)}, {string(between)}, {string(after)}), "
        f"sides: {string(options.sides)}, turn-over: [{turn_over}], "
        f"long-foot: {'true' if is_long else 'false'})\n"
    )


class _Book:
    """What all papers of one exam share."""

    def __init__(self, exam: ExamDocument, options: PaperOptions) -> None:
        self.exam = exam
        self.pictures = Pictures()
        self.own = Surroundings()
        """Where the exam's own texts stand, whose problems no question has."""
        self._words = Words(exam_labels(exam), self.own)
        self._texts = PaperText(self.own, HEADING_LEVEL)
        self.keys = KeySheet(self._words)
        self._surroundings = Surroundings()
        self._questions = _question_writer(self._words.labels, self._surroundings, options)
        self._options = options
        self._bound = 0
        logo = self._logo()
        self._front = Front(exam, self._words, self._texts, logo, options.cover, options.sheet)
        self._sheets = AnswerSheets(exam, self._words, options)

    def _logo(self) -> str | None:
        """Where the exam's logo is written, if it has one that papers show."""
        logo = self.exam.logo
        if logo is None:
            return None
        path = self.pictures.paths({logo.name: logo}).get(logo.name)
        if path is None:
            forms = ", ".join(form.upper() for form in PICTURE_FORMS)
            message = (
                f"the logo '{logo.name}' has no form that papers show ({forms}) and is left out"
            )
            self.own.problems[Problem("paper-image", message, None, "loss")] = None
        return path

    def content(self, paper: Paper, *, is_solution: bool) -> str:
        """All of a source but its opening lines, which alone have the paper's code."""
        title = self.exam.title
        if is_solution:
            title += f" · {self._words.labels.solutions}"
        head = self._front.lines(paper, title, is_solution=is_solution)
        return "\n".join((*head, *self._sections(paper, is_solution)))

    def source(self, paper: Paper, content: str, code: str, *, is_solution: bool) -> str:
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
            turns=not is_solution,
        )
        if exam.template is not None:
            opening += self._look(title, version, code)
        return f"{opening}\n{content}"

    def _look(self, title: str, version: str, code: str) -> str:
        """The lines that put the course's own look around a paper; all it gets are texts."""
        known = {
            "title": title,
            "course": self.exam.course or "",
            "date": date_text(self.exam.date or "", self._words.labels.locale),
            "version": version,
            "code": code,
            "language": self._words.labels.language,
        }
        given = ", ".join(f"{name}: {string(value)}" for name, value in known.items())
        return f"#import {string(f'/{TEMPLATE}')}: *\n#show: look.with({given})\n"

    def sheet(self, paper: Paper, name: str, source: str) -> Iterator[Chunk]:
        """The answer sheet of a paper and its description; its code begins as the paper's."""
        sheets, code = self._sheets, _code(source, CODE_LENGTH)
        layout = sheets.layout(paper)
        description = sheets.description(paper, layout, code)
        yield Chunk(f"sheet-{name}.typ", sheets.source(paper, layout, code, STYLE).encode())
        yield Chunk(f"sheet-{name}.json", description.encode())
        if self._options.together:
            yield self.bound(f"/sheet-{name}.typ")

    def bound(self, path: str) -> Chunk:
        """A paper's place in the file that it shares with others."""
        number, place = divmod(self._bound, MOST_TOGETHER)
        self._bound += 1
        name = f"{ALL}-{number + 1}.typ" if number else f"{ALL}.typ"
        title = " · ".join(filter(None, (self.exam.course, self.exam.title)))
        opening = (
            f"#import {string(f'/{STYLE}')}: bound\n"
            f"#set text(lang: {string(self._words.labels.language)})\n"
        )
        line = f"#bound({string(self._options.sides)}, {string(title)}, {string(path)});\n"
        return Chunk(name, (line if place else opening + line).encode())

    def key_sheet(self) -> str:
        """The source of the sheet with all keys."""
        exam, words = self.exam, self._words
        title = f"{exam.title} · {words.labels.key}"
        foot = words.text(" · ".join(filter(None, (exam.course, exam.title))))
        of = words.text(words.labels.key)
        course = f"course: [{words.text(exam.course)}], " if exam.course else ""
        date = f"[{words.date(exam.date)}]" if exam.date else ""
        opening = _opening(
            words, self._options, exam.language, title=title, code="", foot=foot, of=of
        )
        head = f"#title-block({course}[{words.title(title)}], {date});\n"
        return "\n".join((opening, head, *self.keys.lines()))

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
    words = Words(exam_labels(guide), surroundings)
    texts = PaperText(surroundings, 3)
    title = f"{guide.title} · {words.labels.study_guide}"
    foot = words.text(" · ".join(filter(None, (guide.course, guide.title))))
    version = words.text(words.labels.study_guide)
    course = f"course: [{words.text(guide.course)}], " if guide.course else ""
    facts = f"[{words.date(guide.date)}]" if guide.date else ""
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
