"""Study guides as a web page and as LaTeX, in the style of the pages and papers of an exam."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from qgen.document.exam import ExamDocument
from qgen.document.formats import GuideOptions
from qgen.document.guide import GuideDocument, StudyNote
from qgen.document.problem import Problem
from qgen.document.richtext import closed, walk
from qgen.renderers.html.languages import language_attributes
from qgen.renderers.html.style import page_style
from qgen.renderers.html.text import HtmlText, Surroundings
from qgen.renderers.labels import Labels, exam_labels
from qgen.renderers.latex.characters import escape as escape_latex
from qgen.renderers.latex.shell import source_of
from qgen.renderers.latex.text import LatexPassageWriter
from qgen.renderers.latex.words import fill_label
from qgen.renderers.latex.writer import node_losses
from qgen.renderers.locales import date_text
from qgen.renderers.writer import Chunk, Memory, Writer

PAGE = "guide.html"
SOURCE = "guide.tex"


class GuideWriter(Writer):
    """`guide.html`, `guide.tex`, or both; made of the exam's guide alone, never of its items."""

    def __init__(self, options: GuideOptions) -> None:
        super().__init__()
        self.pdf = options.pdf
        self.guide_headings = options.headings
        self._options = options

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The whole guide.

        Problems are what a format cannot carry of a note, and formulas that it must not carry
        (errors).
        """
        guide = exam.guide
        assert guide is not None
        labels = exam_labels(guide)
        if self._options.format != "latex":
            surroundings = Surroundings()
            yield Chunk(PAGE, _page(guide, labels, surroundings, self.memory))
            self.problems += surroundings.problems
        if self._options.format != "html":
            yield Chunk(SOURCE, source_of("\n".join(_body(guide, labels)), labels))
            self.problems += _latex_losses(guide)


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    source = files("qgen.renderers.guide") / "guide.html.jinja"
    return environment.from_string(source.read_text("utf-8"))


def _page(
    guide: GuideDocument, labels: Labels, surroundings: Surroundings, memory: Memory
) -> bytes:
    writer = HtmlText(surroundings, 3)

    def note(each: StudyNote) -> Markup:
        surroundings.place = each.place
        language = language_attributes(each.language, labels.language)
        return Markup(f'<div class="text"{language}>\n{writer.write(each.text)}</div>')

    topics = [(topic.heading, [note(each) for each in topic.notes]) for topic in guide.topics]
    style = Markup(page_style("".join(note for _, notes in topics for note in notes), memory))
    page = _template().render(
        guide=guide,
        labels=labels,
        date=date_text(guide.date or "", labels.locale),
        style=style,
        topics=topics,
    )
    return page.encode()


def _body(guide: GuideDocument, labels: Labels) -> Iterator[str]:
    writer = LatexPassageWriter()
    foot = " · ".join(map(escape_latex, filter(None, (guide.course, guide.title))))
    heading = f"{escape_latex(guide.title)} · {escape_latex(labels.study_guide)}"
    yield rf"\renewcommand{{\examversion}}{{{escape_latex(labels.study_guide)}}}"
    yield rf"\renewcommand{{\examcourse}}{{{foot}}}"
    yield rf"\renewcommand{{\exampage}}[2]{{{fill_label(labels.page, '#1', '#2')}}}"
    yield rf"\examtitle{{{escape_latex(guide.course or '')}}}{{{heading}}}"
    yield rf"\examfacts{{{escape_latex(date_text(guide.date or '', labels.locale))}}}"
    for topic in guide.topics:
        yield rf"\examsection{{{escape_latex(topic.heading)}}}"
        yield r"\begin{examlist}"
        for note in topic.notes:
            yield rf"\item[\textbullet] {writer.write(note.text)}"
        yield r"\end{examlist}"


def _latex_losses(guide: GuideDocument) -> list[Problem]:
    return list(
        dict.fromkeys(
            Problem(code, message, note.place, "error" if code == "latex-command" else "loss")
            for topic in guide.topics
            for note in topic.notes
            for node in walk(closed(note.text))
            for code, message in node_losses(node, {})
        )
    )
