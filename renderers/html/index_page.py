"""The page that leads to all others: one line a version or student."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from qgen.document.exam import ExamDocument, Paper
from qgen.renderers.html.languages import direction
from qgen.renderers.html.style import page_style
from qgen.renderers.labels import Labels
from qgen.renderers.locales import date_text
from qgen.renderers.wording import minutes_label
from qgen.renderers.writer import Memory

NAME = "index"


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page as the index lists it; its file stands in the same folder."""

    file: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class _Row:
    address: str
    label: str
    cells: list[str]


def index_page(
    exam: ExamDocument, labels: Labels, pages: Sequence[ListedPage], memory: Memory
) -> bytes:
    """The index of an exam's pages: names where there are any, the time where it differs."""
    has_names = any(page.paper.student for page in pages)
    has_times = exam.duration is not None and any(page.paper.extra_minutes for page in pages)
    heads = [labels.version]
    heads += [labels.name] if has_names else []
    heads += [labels.duration] if has_times else []

    day = date_text(exam.date, labels.locale) if exam.date else None

    def cells(paper: Paper) -> Iterator[str]:
        if has_names:
            yield paper.student or "–"
        if has_times and (minutes := exam.duration_of(paper)) is not None:
            yield minutes_label(minutes, labels).format(minutes)

    rows = [
        # The point keeps a name with a colon from being read as another kind of address.
        _Row(f"./{quote(page.file)}", page.paper.label, list(cells(page.paper)))
        for page in pages
    ]
    style = Markup(page_style("", memory))
    text = _template().render(
        exam=exam,
        day=day,
        labels=labels,
        direction=direction(labels.language),
        heads=heads,
        rows=rows,
        style=style,
    )
    return text.encode("utf-8", "replace")


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    source = files("qgen.renderers.html") / "index.html.jinja"
    return environment.from_string(source.read_text("utf-8"))
