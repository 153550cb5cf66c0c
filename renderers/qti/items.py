"""Questions as items: each part an interaction with a response, a score and feedback of its own."""

from fractions import Fraction
from functools import lru_cache, partial
from typing import NamedTuple

from qgen.document.answers import Numeric
from qgen.document.exam import Item
from qgen.renderers.frames import Frames, Pen
from qgen.renderers.labels import Labels
from qgen.renderers.moodle.cloze import stands_in_cloze, typing_hint
from qgen.renderers.moodle.essay import part_heading
from qgen.renderers.qti.answers import Asked, QtiAnswers, response_name
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.numbers import number
from qgen.renderers.qti.text import QtiText


class _SetOutcomes(NamedTuple):
    """The outcomes that a part sets beside its score."""

    name: str
    kept: str | None
    told: tuple[str, ...]
    cardinality: str
    has_mark: bool


def _set_outcomes(name: str, asked: Asked) -> _SetOutcomes:
    told = dict.fromkeys([outcome for outcome, _, _ in asked.feedback])
    if asked.declaration and f"FEEDBACK_{name}" in asked.processing:
        told[f"FEEDBACK_{name}"] = None
    cardinality = "multiple" if asked.several else "single"
    return _SetOutcomes(name, asked.kept, tuple(told), cardinality, bool(asked.by_mark))


class QtiItems:
    """Writes the items of one exam."""

    def __init__(self, dialect: Dialect, text: QtiText, answers: QtiAnswers) -> None:
        self._tag = dialect.element
        self._dialect = dialect
        self._text = text
        self.answers = answers
        self._outcomes = lru_cache(maxsize=512)(self._write_outcomes)
        self._document = lru_cache(maxsize=64)(self._write_document)
        self._frames = Frames(text)

    def item(self, item: Item, name: str, title: str, labels: Labels) -> str:
        """A whole item file; `name` is its identifier."""
        self._text.assets = item.assets
        followed = self.answers.begin(item)
        content = self._frames.write(item, partial(self._content, labels), followed)
        return self._document(title) % (name, content)

    def _content(self, labels: Labels, pen: Pen, item: Item) -> str:
        """What stands in the item's element."""
        places = range(len(item.parts))
        names = list(map(response_name, places))
        asked = [self.answers.asked(item, place, labels, pen) for place in places]
        in_text = {
            part.label: self.answers.in_line(response, part)
            for response, part in zip(names, item.parts, strict=True)
            if stands_in_cloze(part)
        }
        write = pen.text.write
        self._text.blanks = in_text
        body = f"<div>{write(item.stem)}</div>"
        self._text.blanks = {}
        for part, each in zip(item.parts, asked, strict=True):
            if part.label:
                body += f"{part_heading(part, labels)}<div>{write(part.prompt)}</div>"
            if part.label not in in_text:
                body += each.body
            elif isinstance(part.answer, Numeric):
                body += f"<p>{typing_hint(labels)}</p>"
        explained = [*(part.explanation for part in item.parts), item.explanation]
        told = "".join(f"<div>{write(each)}</div>" for each in explained if each)
        outcomes = self._outcomes(item.points, tuple(map(_set_outcomes, names, asked)), bool(told))
        shown = "".join(
            self._modal(o, i, write(p)) for a in asked for o, i, p in a.feedback + a.by_mark
        )
        shown += self._modal("EXPLANATION", "SHOWN", told) if told else ""
        return (
            "".join(each.declaration for each in asked)
            + outcomes
            + self._tag("itemBody", body)
            + self._tag("responseProcessing", self._rules(names, asked, bool(told)))
            + shown
        )

    def _write_document(self, title: str) -> str:
        """A whole file with `%s` for the identifier and the content."""
        return self._dialect.document(
            "assessmentItem",
            "%s",
            identifier="%s",
            title=title.replace("%", "%%"),
            adaptive="false",
            timeDependent="false",
        )

    def _rules(self, names: list[str], asked: list[Asked], has_explanation: bool) -> str:
        parts = "".join(self._tag("variable", identifier=f"SCORE_{name}") for name in names)
        total = self._tag("setOutcomeValue", self._tag("sum", parts), identifier="SCORE")
        rules = "".join(each.processing for each in asked) + total
        if has_explanation:
            shown = self._tag("baseValue", "SHOWN", baseType="identifier")
            rules += self._tag("setOutcomeValue", shown, identifier="EXPLANATION")
        return rules

    def _write_outcomes(
        self, points: Fraction, set_by: tuple[_SetOutcomes, ...], has_explanation: bool
    ) -> str:
        """The declarations of all outcomes: an engine must know what it is told to set."""
        written = self._float_outcome("SCORE", 0, points) + self._float_outcome("MAXSCORE", points)
        for name, kept, told, cardinality, has_mark in set_by:
            written += self._float_outcome(f"SCORE_{name}", 0)
            written += self._outcome(kept, "single", "float") if kept else ""
            written += "".join(self._outcome(each, cardinality) for each in told)
            written += self._outcome(f"MARK_{name}", "single") if has_mark else ""
        return written + (self._outcome("EXPLANATION", "single") if has_explanation else "")

    def _float_outcome(self, name: str, value: Fraction | int, most: Fraction | None = None) -> str:
        default = self._tag("defaultValue", self._tag("value", number(value)))
        limits = {} if most is None else {"normalMaximum": number(most), "normalMinimum": "0"}
        return self._tag(
            "outcomeDeclaration",
            default,
            identifier=name,
            cardinality="single",
            baseType="float",
            **limits,
        )

    def _outcome(self, name: str, cardinality: str, kind: str = "identifier") -> str:
        return self._tag(
            "outcomeDeclaration", identifier=name, cardinality=cardinality, baseType=kind
        )

    def _modal(self, outcome: str, shown_for: str, markup: str) -> str:
        return self._tag(
            "modalFeedback",
            self._dialect.content(f"<div>{markup}</div>"),
            outcomeIdentifier=outcome,
            identifier=shown_for,
            showHide="show",
        )
