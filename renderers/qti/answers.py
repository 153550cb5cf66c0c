"""How each kind of answer is asked and marked in an item: its interaction, rules and feedback."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
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
from qgen.renderers.frames import Pen, marking_notes_by
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import size_text
from qgen.renderers.moodle.cloze import typing_hint
from qgen.renderers.moodle.essay import asked_text
from qgen.renderers.moodle.formula_values import FormulaValues
from qgen.renderers.moodle.text import escaped, escaped_text
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.following import Following, following, kept_in
from qgen.renderers.qti.number_processing import (
    NumberProcessing,
    Numbers,
    entry_names,
    part_names,
    value_names,
)
from qgen.renderers.qti.numbers import number
from qgen.renderers.qti.processing import Processing, pair_of
from qgen.renderers.qti.response_rules import identifier
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
class Asked:
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


def _fixed(stays: bool) -> dict[str, str]:
    """The attribute of a choice that keeps its place where others are mixed."""
    return {"fixed": "true"} if stays else {}


def response_name(place: int) -> str:
    """The identifier of what is answered to the part at this place."""
    return f"R{place + 1}"


class QtiAnswers:
    """Writes the parts of one exam's items; `begin` comes before those of an item."""

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
            lambda name, points: Processing(dialect, name, points)
        )
        self._number_processing = lru_cache(maxsize=64)(
            lambda name, points: NumberProcessing(dialect, name, points, numbers)
        )
        self._declared = lru_cache(maxsize=512)(self._write_declaration)
        self._box = lru_cache(maxsize=64)(self._write_box)
        self._shuffle = "true" if shuffle_options else "false"
        self._boxes = ValueBoxes(dialect, text, formulas)
        self.unvalued = self._boxes.lost
        """What values do not tell of the formulas that are asked for by them."""
        self._formulas = formulas
        self._followed: list[Following | None] = []
        """How each part of the item follows from an earlier one."""
        self.unfollowed: dict[Unfollowed, None] = {}
        """Parts whose carried value QTI cannot work out."""

    def begin(self, item: Item) -> tuple[bool, ...]:
        """Which parts of the item follow from an earlier one."""
        places = range(len(item.parts))
        self._followed = [following(self._dialect, item.parts, place) for place in places]
        self.unfollowed |= {
            Unfollowed(item.header, part.label): None
            for part, rule in zip(item.parts, self._followed, strict=True)
            if part.carried is not None and rule is None
        }
        return tuple([rule is not None for rule in self._followed])

    def asked(self, item: Item, place: int, labels: Labels, pen: Pen) -> Asked:
        """The part at a place of the item that was begun."""
        part = item.parts[place]
        name, answer, values = response_name(place), part.answer, None
        if isinstance(answer, FormulaAnswer) and marks_values(answer, self._formulas):
            # Which points are asked for, and how many, goes by the formula itself.
            pen.must_read()
            values = self._boxes.values(item, part)
        if values is not None:
            asked = self._values(name, part, values, labels)
        else:
            asked = self._by_kind(place, part, labels, pen)
            if isinstance(answer, (FormulaAnswer, Open)):
                return asked
        if part.by_mark.texts:
            asked.processing += self._processing(name, part.points).mark()
            asked.by_mark = [
                (f"MARK_{name}", mark.upper(), text) for mark, text in part.by_mark.texts
            ]
        return asked

    def _by_kind(self, place: int, part: Part, labels: Labels, pen: Pen) -> Asked:
        name, answer = response_name(place), part.answer
        rules = self._processing(name, part.points)
        numbers = self._number_processing(name, part.points)
        match answer:
            case SingleChoice():
                asked = self._options(name, answer.options, "single", "", pen)
                asked.processing = rules.choice(answer)
            case MultipleSelect():
                mapping = rules.ticks_mapping(answer) if answer.rule != "all_or_nothing" else ""
                asked = self._options(name, answer.options, "multiple", mapping, pen)
                asked.processing = rules.ticks(answer)
            case Numeric():
                asked = self._number(place, answer, numbers, labels, pen)
            case ComplexAnswer():
                asked = self._complex(name, answer, numbers, labels)
            case MatrixAnswer():
                asked = self._entries(name, answer, numbers, labels)
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
        return asked

    def _values(self, name: str, part: Part, asked: FormulaValues, labels: Labels) -> Asked:
        """A box for the value at each point, each a response of its own."""
        assert isinstance(part.answer, FormulaAnswer)
        names = value_names(name, asked)
        declared = "".join(
            self._declared(each, "single", "float", (number(value.key),))
            for each, (_, value) in zip(names, asked.values, strict=True)
        )
        body = self._boxes.body(name, asked, labels)
        told = self._mistakes(name, [mistake.feedback for mistake in part.answer.mistakes])
        rules = self._number_processing(name, part.points).values(part.answer, asked)
        return Asked(declared, body, rules, told)

    def in_line(self, name: str, part: Part) -> str:
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
    ) -> Asked:
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
        return Asked(declaration, body, feedback=feedback, several=cardinality == "multiple")

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
        self, place: int, answer: Numeric, rules: NumberProcessing, labels: Labels, pen: Pen
    ) -> Asked:
        name, is_followed = response_name(place), self._followed[place] is not None

        def numbers(item: Item) -> list[str]:
            asked = item.parts[place].answer
            assert isinstance(asked, Numeric)
            return [number(asked.key), *rules.numbers_of(asked)]

        unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
        unit += f" {typing_hint(labels)}"
        key, *others = pen.put_several(numbers, 3 + 2 * len(answer.mistakes))
        feedback = self._mistakes(name, [mistake.feedback for mistake in answer.mistakes])
        processing = rules.value(answer, others, self._follows(place, pen) if is_followed else None)
        return Asked(
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
        self, name: str, answer: MatrixAnswer, rules: NumberProcessing, labels: Labels
    ) -> Asked:
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
        return Asked("".join(declared), body, rules.entries(answer), feedback)

    def _complex(
        self, name: str, answer: ComplexAnswer, rules: NumberProcessing, labels: Labels
    ) -> Asked:
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
        return Asked("".join(declared), body, rules.complex(answer), feedback)

    def _words(self, name: str, answer: ShortAnswer, rules: Processing) -> Asked:
        key = (escaped(as_typed(answer.accepted[0])),)
        declaration = self._declared(name, "single", "string", key, rules.words_mapping(answer))
        feedback = self._mistakes(name, [mistake.feedback for mistake in answer.mistakes])
        return Asked(declaration, self._box(name, ""), rules.words(answer), feedback)

    def _write_box(self, name: str, unit: str) -> str:
        box = self._tag("textEntryInteraction", responseIdentifier=name, expectedLength=_BOX)
        return f"<p>{box}{unit}</p>"

    def _mistakes(self, name: str, told: list[Passage]) -> list[tuple[str, str, Passage]]:
        return [
            (f"FEEDBACK_{name}", identifier(place), feedback) for place, feedback in enumerate(told)
        ]

    def _pairs(self, name: str, answer: Matching, rules: Processing, pen: Pen) -> Asked:
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
        return Asked(declaration, body, rules.pairs(answer), feedback)

    def _order(self, name: str, answer: Ordering, rules: Processing, pen: Pen) -> Asked:
        # The order shown is no answer: it is mixed already.
        body = self._tag(
            "orderInteraction",
            "".join(self._choices(((each, False) for each in answer.items), pen)),
            responseIdentifier=name,
            shuffle="false",
        )
        key = tuple(map(identifier, answer.key))
        return Asked(self._declared(name, "ordered", "identifier", key), body, rules.order(answer))

    def _free(self, place: int, answer: FormulaAnswer | Open, labels: Labels, pen: Pen) -> Asked:
        name = response_name(place)
        lines = answer.lines if isinstance(answer, Open) else _FORMULA_LINES
        notes = marking_notes_by(pen, place, answer, self._text, labels)
        rubric = self._tag("rubricBlock", self._dialect.content(notes), view="scorer tutor")
        if isinstance(answer, Open) and answer.upload:
            asked = asked_text(answer, pen.text, labels)
            body = asked + self._tag("uploadInteraction", responseIdentifier=name)
            return Asked(self._declared(name, "single", "file", ()), body + rubric)
        form = {"format": "preformatted"} if isinstance(answer, Open) and answer.code else {}
        body = self._tag(
            "extendedTextInteraction", responseIdentifier=name, expectedLines=lines, **form
        )
        return Asked(self._declared(name, "single", "string", ()), body + rubric)

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
