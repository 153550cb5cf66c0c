"""Questions as items: each part an interaction with a response, a score and feedback of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial
from typing import NamedTuple, assert_never

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Header, Item
from qgen.document.richtext import Passage, plain_text
from qgen.renderers.frames import Frames, Pen, marking_notes_by
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import size_text
from qgen.renderers.moodle.cloze import stands_in_cloze, typing_hint
from qgen.renderers.moodle.essay import asked_text, part_heading
from qgen.renderers.moodle.formula_values import FormulaValues
from qgen.renderers.moodle.text import escaped, escaped_text
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.following import Following, following, kept_in
from qgen.renderers.qti.numbers import number
from qgen.renderers.qti.processing import (
    Numbers,
    Processing,
    entry_names,
    identifier,
    pair_of,
    part_names,
    value_names,
)
from qgen.renderers.qti.text import QtiText
from qgen.renderers.qti.value_boxes import Formulas, ValueBoxes, marks_values
from qgen.renderers.typed_words import as_typed

_FORMULA_LINES = 5
_BOX = 20


class Unfollowed(NamedTuple):
    """A part of a question, by its label."""

    header: Header
    label: str


@dataclass(slots=True)
class _Asked:
    """What one part adds to the item."""

    declaration: str
    body: str
    processing: str = ""
    feedback: list[tuple[str, str, Passage]] = field(default_factory=list)
    """Of each text the outcome and the value with which it is shown."""
    by_mark: list[tuple[str, str, Passage]] = field(default_factory=list)
    """The same for what is said by the mark."""
    several: bool = False
    """Whether the feedback of several options may be shown."""
    kept: str | None = None
    """The outcome that keeps what follows from an earlier value."""


class _SetOutcomes(NamedTuple):
    """The outcomes that a part sets beside its score."""

    name: str
    kept: str | None
    told: tuple[str, ...]
    cardinality: str
    has_mark: bool


def _set_outcomes(name: str, asked: _Asked) -> _SetOutcomes:
    told = dict.fromkeys([outcome for outcome, _, _ in asked.feedback])
    if asked.declaration and f"FEEDBACK_{name}" in asked.processing:
        told[f"FEEDBACK_{name}"] = None
    cardinality = "multiple" if asked.several else "single"
    return _SetOutcomes(name, asked.kept, tuple(told), cardinality, bool(asked.by_mark))


def _fixed(stays: bool) -> dict[str, str]:
    """The attribute of a choice that keeps its place where others are mixed."""
    return {"fixed": "true"} if stays else {}


class QtiItems:
    """Writes the items of one exam."""

    def __init__(
        self,
        dialect: Dialect,
        text: QtiText,
        numbers: Numbers,
        shuffle_options: bool,
        formulas: Formulas = "points",
    ) -> None:
        self._tag = dialect.element
        self._dialect = dialect
        self._text = text
        # One for each place among the parts, as many variants have the same.
        self._processing = lru_cache(maxsize=64)(
            lambda name, points: Processing(dialect, name, points, numbers)
        )
        self._declared = lru_cache(maxsize=512)(self._write_declaration)
        self._outcomes = lru_cache(maxsize=512)(self._write_outcomes)
        self._document = lru_cache(maxsize=64)(self._write_document)
        self._box = lru_cache(maxsize=64)(self._write_box)
        self._shuffle = "true" if shuffle_options else "false"
        self._boxes = ValueBoxes(dialect, text, formulas)
        self.unvalued = self._boxes.lost
        """What values do not tell of the formulas that are asked for by them."""
        self._formulas = formulas
        self._frames = Frames(text)
        self._followed: list[Following | None] = []
        """How each part of the item follows from an earlier one."""
        self.unfollowed: dict[Unfollowed, None] = {}
        """Parts whose carried value QTI cannot work out."""

    def item(self, item: Item, name: str, title: str, labels: Labels) -> str:
        """A whole item file; `name` is its identifier."""
        self._text.assets = item.assets
        places = range(len(item.parts))
        self._followed = [following(self._dialect, item.parts, place) for place in places]
        self.unfollowed |= {
            Unfollowed(item.header, part.label): None
            for part, rule in zip(item.parts, self._followed, strict=True)
            if part.carried is not None and rule is None
        }
        followed = tuple([rule is not None for rule in self._followed])
        content = self._frames.write(item, partial(self._content, labels, followed), followed)
        return self._document(title) % (name, content)

    def _content(self, labels: Labels, followed: tuple[bool, ...], pen: Pen, item: Item) -> str:
        """What stands in the item's element; `followed` says which parts follow from others."""
        names = [f"R{place}" for place in range(1, len(item.parts) + 1)]
        asked = []
        for place, (part, is_followed) in enumerate(zip(item.parts, followed, strict=True)):
            answer, values = part.answer, None
            if isinstance(answer, FormulaAnswer) and marks_values(answer, self._formulas):
                # Which points are asked for, and how many, goes by the formula itself.
                pen.must_read()
                values = self._boxes.values(item, part)
            if values is None:
                asked.append(self._asked(place, part, labels, pen, is_followed=is_followed))
            else:
                asked.append(self._values(names[place], part, values, labels))
        in_text = {
            part.label: self._in_line(response, part)
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

    def _rules(self, names: list[str], asked: list[_Asked], has_explanation: bool) -> str:
        parts = "".join(self._tag("variable", identifier=f"SCORE_{name}") for name in names)
        total = self._tag("setOutcomeValue", self._tag("sum", parts), identifier="SCORE")
        rules = "".join(each.processing for each in asked) + total
        if has_explanation:
            shown = self._tag("baseValue", "SHOWN", baseType="identifier")
            rules += self._tag("setOutcomeValue", shown, identifier="EXPLANATION")
        return rules

    def _asked(
        self, place: int, part: Part, labels: Labels, pen: Pen, *, is_followed: bool
    ) -> _Asked:
        name, answer = f"R{place + 1}", part.answer
        rules = self._processing(name, part.points)
        match answer:
            case SingleChoice():
                asked = self._options(name, answer.options, "single", "", pen)
                asked.processing = rules.choice(answer)
            case MultipleSelect():
                mapping = rules.ticks_mapping(answer) if answer.rule != "all_or_nothing" else ""
                asked = self._options(name, answer.options, "multiple", mapping, pen)
                asked.processing = rules.ticks(answer)
            case Numeric():
                asked = self._number(place, answer, rules, labels, pen, is_followed=is_followed)
            case ComplexAnswer():
                asked = self._complex(name, answer, rules, labels)
            case MatrixAnswer():
                asked = self._entries(name, answer, rules, labels)
            case ShortAnswer():
                asked = self._words(name, answer, rules)
            case Matching():
                asked = self._pairs(name, answer, rules, pen)
            case Ordering():
                asked = self._order(name, answer, rules, pen)
            case FormulaAnswer() | Open():
                asked = self._free(place, answer, labels, pen)
            case _:
                assert_never(answer)
        if not isinstance(answer, (FormulaAnswer, Open)):
            self._say_by_mark(name, part, asked)
        return asked

    def _say_by_mark(self, name: str, part: Part, asked: _Asked) -> None:
        if part.by_mark.texts:
            asked.processing += self._processing(name, part.points).mark()
            asked.by_mark = [
                (f"MARK_{name}", mark.upper(), text) for mark, text in part.by_mark.texts
            ]

    def _values(self, name: str, part: Part, asked: FormulaValues, labels: Labels) -> _Asked:
        """A box for the value at each point, each a response of its own."""
        assert isinstance(part.answer, FormulaAnswer)
        names = value_names(name, asked)
        declared = "".join(
            self._declared(each, "single", "float", (number(value.key),))
            for each, (_, value) in zip(names, asked.values, strict=True)
        )
        body = self._boxes.body(name, asked, labels)
        told = self._mistakes(name, [mistake.feedback for mistake in part.answer.mistakes])
        rules = self._processing(name, part.points).values(part.answer, asked)
        written = _Asked(declared, body, rules, told)
        self._say_by_mark(name, part, written)
        return written

    def _in_line(self, name: str, part: Part) -> str:
        """The label and the box of a part that stands in the text."""
        label = f"<strong>({escaped_text(part.label)})</strong>&#160;"
        if not isinstance(part.answer, SingleChoice):
            box = self._tag("textEntryInteraction", responseIdentifier=name, expectedLength=_BOX)
            return label + box
        choices = "".join(
            self._tag(
                "inlineChoice",
                escaped(plain_text(option.text)),
                identifier=identifier(place),
                **_fixed(option.stays),
            )
            for place, option in enumerate(part.answer.options)
        )
        return label + self._tag(
            "inlineChoiceInteraction", choices, responseIdentifier=name, shuffle=self._shuffle
        )

    def _options(
        self, name: str, options: tuple[Option, ...], cardinality: str, mapping: str, pen: Pen
    ) -> _Asked:
        right = tuple([identifier(i) for i, option in enumerate(options) if option.correct])
        body = self._tag(
            "choiceInteraction",
            "".join(self._choices(((option.text, option.stays) for option in options), pen)),
            responseIdentifier=name,
            shuffle=self._shuffle,
            maxChoices=1 if cardinality == "single" else 0,
        )
        feedback = [
            (f"FEEDBACK_{name}", identifier(place), option.feedback)
            for place, option in enumerate(options)
            if option.feedback is not None
        ]
        declaration = self._declared(name, cardinality, "identifier", right, mapping)
        return _Asked(declaration, body, feedback=feedback, several=cardinality == "multiple")

    def _choices(self, choices: Iterable[tuple[Passage, bool]], pen: Pen) -> Iterator[str]:
        """Choices, each with whether it keeps its place."""
        for place, (text, stays) in enumerate(choices):
            yield self._tag(
                "simpleChoice",
                pen.text.write(text),
                identifier=identifier(place),
                **_fixed(stays),
            )

    def _number(
        self,
        place: int,
        answer: Numeric,
        rules: Processing,
        labels: Labels,
        pen: Pen,
        *,
        is_followed: bool,
    ) -> _Asked:
        name = f"R{place + 1}"

        def numbers(item: Item) -> list[str]:
            asked = item.parts[place].answer
            assert isinstance(asked, Numeric)
            return [number(asked.key), *rules.numbers_of(asked)]

        unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
        unit += f" {typing_hint(labels)}"
        key, *others = pen.put_several(numbers, 3 + 2 * len(answer.mistakes))
        feedback = self._mistakes(name, [mistake.feedback for mistake in answer.mistakes])
        processing = rules.value(answer, others, self._follows(place, pen) if is_followed else None)
        return _Asked(
            self._declared(name, "single", "float", (key,)),
            self._box(name, unit),
            processing,
            feedback,
            kept=kept_in(name) if is_followed else None,
        )

    def _follows(self, place: int, pen: Pen) -> tuple[str, str]:
        """The rule that works out what follows from an earlier value, and when it is met."""

        def written(_: Item) -> tuple[str, str]:
            rule = self._followed[place]
            assert rule is not None
            return rule.worked_out(), rule.is_met()

        worked_out, is_met = pen.put_several(written, 2)
        return worked_out, is_met

    def _entries(
        self, name: str, answer: MatrixAnswer, rules: Processing, labels: Labels
    ) -> _Asked:
        """A box for each entry, row by row, each a response of its own."""
        names = entry_names(name, answer)
        declared = (
            self._declared(each, "single", "float", (number(key),))
            for each, key in zip(names, answer.entries, strict=True)
        )
        tag = self._tag
        boxes = [
            f"<td>{tag('textEntryInteraction', responseIdentifier=each, expectedLength=8)}</td>"
            for each in names
        ]
        lines = (boxes[at : at + answer.width] for at in range(0, len(boxes), answer.width))
        grid = "".join(f"<tr>{''.join(line)}</tr>" for line in lines)
        body = (
            f"<table><tbody>{grid}</tbody></table><p>{escaped_text(size_text(answer, labels))} "
            f"{typing_hint(labels)}</p>"
        )
        feedback = self._mistakes(name, [mistake.feedback for mistake in answer.mistakes])
        return _Asked("".join(declared), body, rules.entries(answer), feedback)

    def _complex(
        self, name: str, answer: ComplexAnswer, rules: Processing, labels: Labels
    ) -> _Asked:
        """A box for the real and one for the imaginary part, each a response of its own."""
        names = part_names(name)
        declared = (
            self._declared(each, "single", "float", (number(key),))
            for each, key in zip(names, (answer.key.real, answer.key.imaginary), strict=True)
        )
        real, imaginary = (
            self._tag("textEntryInteraction", responseIdentifier=each, expectedLength=_BOX)
            for each in names
        )
        unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
        body = f"<p>{real} + {imaginary} <em>i</em>{unit} {typing_hint(labels)}</p>"
        feedback = self._mistakes(name, [mistake.feedback for mistake in answer.mistakes])
        return _Asked("".join(declared), body, rules.complex(answer), feedback)

    def _words(self, name: str, answer: ShortAnswer, rules: Processing) -> _Asked:
        key = (escaped(as_typed(answer.accepted[0])),)
        declaration = self._declared(name, "single", "string", key, rules.words_mapping(answer))
        feedback = self._mistakes(name, [mistake.feedback for mistake in answer.mistakes])
        return _Asked(declaration, self._box(name, ""), rules.words(answer), feedback)

    def _write_box(self, name: str, unit: str) -> str:
        box = self._tag("textEntryInteraction", responseIdentifier=name, expectedLength=_BOX)
        return f"<p>{box}{unit}</p>"

    def _mistakes(self, name: str, told: list[Passage]) -> list[tuple[str, str, Passage]]:
        return [
            (f"FEEDBACK_{name}", identifier(place), feedback) for place, feedback in enumerate(told)
        ]

    def _pairs(self, name: str, answer: Matching, rules: Processing, pen: Pen) -> _Asked:
        count = len(answer.pairs)

        def choices(texts: Iterable[Passage], letter: str, most: int) -> str:
            written = "".join(
                self._tag(
                    "simpleAssociableChoice",
                    pen.text.write(text),
                    identifier=f"{letter}{place}",
                    matchMax=most,
                )
                for place, text in enumerate(texts, 1)
            )
            return self._tag("simpleMatchSet", written)

        body = self._tag(
            "matchInteraction",
            choices((pair.left for pair in answer.pairs), "L", 1)
            + choices(answer.rights, "C", count),
            responseIdentifier=name,
            shuffle=self._shuffle,
            maxAssociations=count,
        )
        key = tuple([pair_of(left, pair.right) for left, pair in enumerate(answer.pairs)])
        mapping = "" if answer.rule == "all_or_nothing" else rules.pairs_mapping(answer)
        feedback = [
            (f"FEEDBACK{left + 1}_{name}", identifier(left), pair.feedback)
            for left, pair in enumerate(answer.pairs)
            if pair.feedback is not None
        ]
        declaration = self._declared(name, "multiple", "directedPair", key, mapping)
        return _Asked(declaration, body, rules.pairs(answer), feedback)

    def _order(self, name: str, answer: Ordering, rules: Processing, pen: Pen) -> _Asked:
        # The order shown is no answer: it is mixed already.
        body = self._tag(
            "orderInteraction",
            "".join(self._choices(((each, False) for each in answer.items), pen)),
            responseIdentifier=name,
            shuffle="false",
        )
        key = tuple(map(identifier, answer.key))
        return _Asked(self._declared(name, "ordered", "identifier", key), body, rules.order(answer))

    def _free(self, place: int, answer: FormulaAnswer | Open, labels: Labels, pen: Pen) -> _Asked:
        name = f"R{place + 1}"
        lines = answer.lines if isinstance(answer, Open) else _FORMULA_LINES
        notes = marking_notes_by(pen, place, answer, self._text, labels)
        rubric = self._tag("rubricBlock", self._dialect.content(notes), view="scorer tutor")
        if isinstance(answer, Open) and answer.upload:
            asked = asked_text(answer, pen.text, labels)
            body = asked + self._tag("uploadInteraction", responseIdentifier=name)
            return _Asked(self._declared(name, "single", "file", ()), body + rubric)
        form = {"format": "preformatted"} if isinstance(answer, Open) and answer.code else {}
        body = self._tag(
            "extendedTextInteraction", responseIdentifier=name, expectedLines=lines, **form
        )
        return _Asked(self._declared(name, "single", "string", ()), body + rubric)

    def _write_declaration(
        self, name: str, cardinality: str, kind: str, key: tuple[str, ...], mapping: str = ""
    ) -> str:
        values = "".join(self._tag("value", value) for value in key)
        correct = self._tag("correctResponse", values) if key else ""
        return self._tag(
            "responseDeclaration",
            correct + mapping,
            identifier=name,
            cardinality=cardinality,
            baseType=kind,
        )

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
