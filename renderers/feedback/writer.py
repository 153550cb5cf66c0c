"""What a student's answers earned, as one page that needs no network, no script and no key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from qgen.document.characters import visible
from qgen.document.richtext import Passage
from qgen.renderers.html.languages import language_attributes
from qgen.renderers.html.text import HtmlText, Surroundings, escape
from qgen.renderers.html.words import filled
from qgen.renderers.labels import Labels
from qgen.renderers.locales import date_text
from qgen.renderers.wording import colon, points_number

State: TypeAlias = Literal["right", "partly", "wrong", "waiting"]


@dataclass(frozen=True, slots=True)
class FeedbackPart:
    """One part of a paper: what was answered, what it earned, what there is to say.

    `points` is None while a person has not decided; `label` is empty where a question has no
    parts. `chosen` are the options that were ticked, each with its letter.
    """

    number: int
    label: str
    answer: str
    chosen: tuple[tuple[str, Passage], ...]
    feedback: tuple[Passage, ...]
    points: Fraction | None
    worth: Fraction
    language: str | None

    @property
    def state(self) -> State:
        """How the part is coloured."""
        if self.points is None:
            return "waiting"
        if self.points >= self.worth:
            return "right"
        return "partly" if self.points else "wrong"


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """What one student reads; `has_passed` is None where nothing is to be said of it."""

    title: str
    course: str | None
    date: str | None
    student: str
    paper: str
    pass_mark: Fraction | None
    has_passed: bool | None
    parts: tuple[FeedbackPart, ...]

    @property
    def points(self) -> Fraction:
        """The points of all parts that are decided."""
        return sum((part.points or Fraction(0) for part in self.parts), Fraction(0))

    @property
    def worth(self) -> Fraction:
        """The points that the paper is worth."""
        return sum((part.worth for part in self.parts), Fraction(0))

    @property
    def waiting(self) -> int:
        """How many parts a person must decide."""
        return sum(part.points is None for part in self.parts)


class FeedbackWriter:
    """Writes the pages of one exam; a text that many students read is turned to HTML once."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._surroundings = Surroundings()
        self._text = HtmlText(self._surroundings, 3)

    def page(self, page: FeedbackPage) -> bytes:
        """The page of one student."""
        labels = self._labels
        share = (
            None if page.pass_mark is None else points_number(page.pass_mark * 100, labels.locale)
        )
        return (
            _template()
            .render(
                page=page,
                labels=labels,
                colon=colon(labels).rstrip(),
                date=date_text(page.date or "", labels.locale),
                style=Markup(_style()),
                total=self._points(page.points, page.worth),
                pass_mark=None if share is None else labels.percent.format(share),
                parts=list(self._parts(page)),
            )
            .encode("utf-8", "replace")
        )

    def _parts(self, page: FeedbackPage) -> Iterator[Mapping[str, object]]:
        labels = self._labels
        for part in page.parts:
            name = filled(labels.question, str(part.number))
            identifier = f"q{part.number}"
            if part.label:
                name += f" · {filled(labels.part, escape(part.label))}"
                identifier += f"-{escape(part.label)}"
            yield {
                "identifier": identifier,
                "name": Markup(name),
                "state": part.state,
                "points": self._points(part.points, part.worth),
                "answer": visible(part.answer),
                "chosen": [
                    (letter, self._passage(text, part.language)) for letter, text in part.chosen
                ],
                "feedback": [self._passage(text, part.language) for text in part.feedback],
                "waits": part.points is None,
            }

    def _points(self, points: Fraction | None, worth: Fraction) -> str:
        locale = self._labels.locale
        given = "–" if points is None else points_number(points, locale)
        return self._labels.given_of.format(given, points_number(worth, locale))

    def _passage(self, passage: Passage, language: str | None) -> Markup:
        named = language_attributes(language, self._labels.language)
        return Markup(f'<div class="text"{named}>{self._text.write(passage)}</div>')


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    source = files("qgen.renderers.feedback") / "feedback.html.jinja"
    return environment.from_string(source.read_text("utf-8"))


@cache
def _style() -> str:
    return (files("qgen.renderers.feedback") / "feedback.css").read_text("utf-8")
