"""How Canvas asks and marks each kind of answer.

Both importers take every condition that sets a score for a right answer, whatever score it sets:
each item has one for the key (or one for each pair), and known mistakes have none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, assert_never

from qgen.document.answers import (
    Answer,
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
    option_letter,
)
from qgen.document.exam import Item
from qgen.document.numbers import machine_decimal
from qgen.document.richtext import Passage, plain_text
from qgen.renderers.canvas.elements import (
    box,
    choice_list,
    equal,
    full_marks,
    listed,
    material,
    offered_words,
    share_of_marks,
)
from qgen.renderers.canvas.text import CanvasText
from qgen.renderers.frames import Pen
from qgen.renderers.keys import key_text
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import scoring_text
from qgen.renderers.moodle.cloze import can_be_listed, typing_hint
from qgen.renderers.moodle.essay import (
    asked_text,
    lettered,
    marking_notes,
    points_text,
)
from qgen.renderers.moodle.numbers import key_number
from qgen.renderers.moodle.text import escaped, escaped_text
from qgen.renderers.passage_writer import EnclosedText, PassageWriter
from qgen.renderers.typed_words import as_typed

_LOCKED = ' lock="yes"'


@dataclass(slots=True)
class Asked:
    """What is special to a kind: how it is asked and marked; HTML is escaped for XML."""

    kind: str
    response: str
    scoring: str = ""
    stem: str = ""
    metadata: list[tuple[str, str]] = field(default_factory=list)
    of_options: list[tuple[str, str]] = field(default_factory=list)
    """For each option that has feedback its identifier and the HTML."""
    if_right: str = ""
    if_wrong: str = ""
    notes: str = ""


def is_judged(answer: MultipleSelect) -> bool:
    """Whether each statement gets a yes or no of its own, as Canvas marks no set of no ticks."""
    return not any(option.correct for option in answer.options)


class CanvasAnswers:
    """Writes the answers of one exam. Identifiers of options are numbers that never repeat."""

    def __init__(
        self,
        text: CanvasText,
        xml: EnclosedText,
        shuffle_options: bool,
        multiple: Literal["partial", "all_or_nothing"],
    ) -> None:
        self._text = text
        self._xml = xml
        self._shuffle = ' shuffle="Yes"' if shuffle_options else ""
        self._multiple = multiple
        self._number = 1000
        self._used = 0
        """How many identifiers the item has so far."""

    def asked(self, place: int, part: Part, stem: str, labels: Labels, pen: Pen) -> Asked:
        """The answer to a part, at its place in the item; `stem` is what stands before it."""
        answer, self._used = part.answer, 0
        match answer:
            case SingleChoice():
                return self._choice(answer, pen)
            case MultipleSelect() if is_judged(answer):
                return self._judged(answer, stem, labels, pen)
            case MultipleSelect():
                return self._ticks(answer, pen)
            case Numeric():
                return self._numeric(place, answer, labels, pen)
            case ShortAnswer():
                return self._words(answer, labels, pen)
            case Matching() | Ordering():
                return self._lists(place, answer, pen)
            case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
                return self._essay(place, answer, labels, pen)
            case _:
                assert_never(answer)

    def end(self, answer: Answer) -> None:
        """The identifiers of this answer are taken, whether it was written or put into a frame."""
        self._number += _identifiers(answer)

    def _next(self, pen: Pen) -> str:
        """The next identifier; `_identifiers` says how many an answer takes."""
        self._used += 1
        number = self._used
        return pen.put(lambda _: str(self._number + number))

    def _options(
        self, kind: str, cardinality: str, options: Sequence[Option], pen: Pen
    ) -> tuple[Asked, list[str]]:
        idents = [self._next(pen) for _ in options]
        shown = "".join(
            f'<response_label ident="{ident}"{_LOCKED if option.stays else ""}>'
            f"{material(pen.text.write(option.text))}</response_label>"
            for ident, option in zip(idents, options, strict=True)
        )
        response = (
            f'<response_lid ident="response1" rcardinality="{cardinality}">'
            f"<render_choice{self._shuffle}>{shown}</render_choice></response_lid>"
        )
        asked = Asked(kind, response, metadata=[("original_answer_ids", ",".join(idents))])
        asked.of_options = [
            (ident, pen.text.write(option.feedback))
            for ident, option in zip(idents, options, strict=True)
            if option.feedback is not None
        ]
        return asked, idents

    def _choice(self, answer: SingleChoice, pen: Pen) -> Asked:
        asked, idents = self._options("multiple_choice_question", "Single", answer.options, pen)
        (right,) = (i for i, each in zip(idents, answer.options, strict=True) if each.correct)
        asked.scoring = full_marks(equal(right))
        return asked

    def _ticks(self, answer: MultipleSelect, pen: Pen) -> Asked:
        asked, idents = self._options("multiple_answers_question", "Multiple", answer.options, pen)
        if self._multiple == "all_or_nothing" or answer.rule == "all_or_nothing":
            asked.metadata.append(("scoring_algorithm", "AllOrNothing"))
        ticked = "".join(
            equal(ident) if option.correct else f"<not>{equal(ident)}</not>"
            for ident, option in zip(idents, answer.options, strict=True)
        )
        asked.scoring = full_marks(f"<and>{ticked}</and>")
        return asked

    def _judged(self, answer: MultipleSelect, stem: str, labels: Labels, pen: Pen) -> Asked:
        """A list of yes and no behind each statement; all are false."""
        pen.must_read()
        texts = [pen.text.write(option.text) for option in answer.options]
        name = _free_name([stem, *texts])
        rows = [f"{html} [{name}{place}]" for place, html in enumerate(texts)]
        asked = Asked("multiple_dropdowns_question", "", stem=listed(rows))
        for place in range(len(texts)):
            idents = [self._next(pen), self._next(pen)]
            words = (labels.yes, labels.no)
            blank = f"response_{name}{place}"
            asked.response += choice_list(blank, f"{name}{place}", offered_words(idents, words))
            asked.scoring += share_of_marks(blank, idents[1], len(texts))
        told = ((texts[i], option.feedback) for i, option in enumerate(answer.options))
        asked.if_wrong = _feedback_list(told, pen.text)
        return asked

    def _numeric(self, place: int, answer: Numeric, labels: Labels, pen: Pen) -> Asked:
        def told(item: Item) -> list[str]:
            asked = item.parts[place].answer
            assert isinstance(asked, Numeric)
            wrong = (_mistake(machine_decimal(each.value), labels) for each in asked.mistakes)
            return [_accepted(asked), *wrong]

        accepted, *mistakes = pen.put_several(told, 1 + len(answer.mistakes))
        asked = Asked("numerical_question", box(' fibtype="Decimal"'))
        hint = f"<p>{typing_hint(labels)}</p>"
        asked.stem = escaped(asked_text(answer, self._text, labels) + hint)
        asked.scoring = full_marks(accepted)
        feedback = [mistake.feedback for mistake in answer.mistakes]
        asked.if_wrong = _feedback_list(zip(mistakes, feedback, strict=True), pen.text)
        return asked

    def _words(self, answer: ShortAnswer, labels: Labels, pen: Pen) -> Asked:
        asked = Asked("short_answer_question", box(""))
        forms = dict.fromkeys(map(as_typed, answer.accepted))
        asked.scoring = full_marks("".join(equal(escaped(form)) for form in forms))
        told = ((_mistake(each.text, labels), each.feedback) for each in answer.mistakes)
        asked.if_wrong = _feedback_list(told, pen.text)
        return asked

    def _lists(self, place: int, answer: Matching | Ordering, pen: Pen) -> Asked:
        """A list of partners, or of positions, behind each item."""

        def told(item: Item) -> tuple[str, str, str, str]:
            asked = item.parts[place].answer
            if isinstance(asked, Matching):
                return self._pairs(asked)
            assert isinstance(asked, Ordering)
            return self._positions(asked)

        pairs = answer.pairs if isinstance(answer, Matching) else ()
        has_feedback = any(pair.feedback is not None for pair in pairs)
        response, scoring, stem, feedback = pen.put_several(told, 4)
        asked = Asked("matching_question", response, scoring, stem)
        asked.if_wrong = feedback if has_feedback else ""
        return asked

    def _pairs(self, answer: Matching) -> tuple[str, str, str, str]:
        """Labels are plain characters: other texts stand in the stem, with numbers and letters."""
        lefts = [pair.left for pair in answer.pairs]
        shown_lefts = [plain_text(left) for left in lefts]
        shown_rights = [plain_text(right) for right in answer.rights]
        stem = ""
        if not can_be_listed(lefts) or len(set(shown_lefts)) < len(lefts):
            shown_lefts = [f"{number}." for number in range(1, len(lefts) + 1)]
            stem = listed(map(self._xml.write, lefts), "ol")
        if not can_be_listed(answer.rights) or len(set(shown_rights)) < len(shown_rights):
            shown_rights = [option_letter(place) for place in range(len(shown_rights))]
            stem += escaped(lettered(answer.rights, self._text))
        partners = [pair.right for pair in answer.pairs]
        told = ((self._xml.write(pair.left), pair.feedback) for pair in answer.pairs)
        feedback = _feedback_list(told, self._xml)
        return *self._matched(shown_lefts, shown_rights, partners), stem, feedback

    def _positions(self, answer: Ordering) -> tuple[str, str, str, str]:
        lefts = [plain_text(item) for item in answer.items]
        stem = ""
        if not can_be_listed(answer.items) or len(set(lefts)) < len(lefts):
            lefts = [option_letter(place) for place in range(len(lefts))]
            stem = escaped(lettered(answer.items, self._text))
        positions = [str(position) for position in range(1, len(lefts) + 1)]
        partners = [answer.key.index(place) for place in range(len(lefts))]
        return *self._matched(lefts, positions, partners), stem, ""

    def _matched(
        self, lefts: Sequence[str], rights: Sequence[str], partners: Sequence[int]
    ) -> tuple[str, str]:
        """What is asked and how it is marked; identifiers are those of the whole item."""
        first = self._number + 1
        idents = [str(first + place) for place in range(len(rights))]
        offered, response, scoring = offered_words(idents, rights), "", ""
        for number, (left, partner) in enumerate(zip(lefts, partners, strict=True)):
            blank = f"response_{first + len(rights) + number}"
            response += choice_list(blank, left, offered)
            scoring += share_of_marks(blank, idents[partner], len(lefts))
        return response, scoring

    def _essay(
        self,
        place: int,
        answer: ComplexAnswer | FormulaAnswer | MatrixAnswer | Open,
        labels: Labels,
        pen: Pen,
    ) -> Asked:
        def told(item: Item) -> tuple[str, str]:
            asked = item.parts[place].answer
            plain, html = _plain_notes(asked, labels), marking_notes(asked, self._text, labels)
            return escaped(plain), escaped(html)

        is_file = isinstance(answer, Open) and bool(answer.upload)
        plain, notes = pen.put_several(told, 2)
        return Asked(
            "file_upload_question" if is_file else "essay_question",
            "" if is_file else box(""),
            stem=escaped(asked_text(answer, self._text, labels)),
            metadata=[("grading_notes", plain)],
            notes=notes,
        )


def _accepted(answer: Numeric) -> str:
    """The condition that a number is accepted."""
    written, width = key_number(answer)
    key, margin = Decimal(written), Decimal(width)
    exact = format(key, "f")
    low, high = (format(edge, "f") for edge in (key - margin, key + margin))
    margins = f' margintype="absolute" margin="{margin:f}"' if margin else ""
    if not margin:
        low = high = exact
    return (
        f"<or>{equal(exact, margins)}<and>"
        f'<vargte respident="response1">{low}</vargte>'
        f'<varlte respident="response1">{high}</varlte></and></or>'
    )


def _mistake(shown: str, labels: Labels) -> str:
    """What everybody reads who is wrong, as no known mistake can be told from another."""
    return escaped(escaped_text(labels.mistake.format(shown)))


def _feedback_list(told: Iterable[tuple[str, Passage | None]], text: PassageWriter) -> str:
    rows = [f"{html}: {text.write(said)}" for html, said in told if said is not None]
    return listed(rows) if rows else ""


def _identifiers(answer: Answer) -> int:
    """How many identifiers an answer takes: of options, or of lists and what they offer."""
    match answer:
        case SingleChoice():
            return len(answer.options)
        case MultipleSelect():
            return len(answer.options) * (2 if is_judged(answer) else 1)
        case Matching():
            return len(answer.pairs) + len(answer.rights)
        case Ordering():
            return 2 * len(answer.items)
        case Numeric() | ShortAnswer() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer():
            return 0
        case Open():
            return 0
        case _:
            assert_never(answer)


def _free_name(texts: Iterable[str]) -> str:
    """A name for blanks that no text holds behind a bracket."""
    name = "row"
    while any(f"[{name}" in text for text in texts):
        name += "x"
    return name


def _plain_notes(answer: Answer, labels: Labels) -> str:
    """The key or the rubric in plain characters, for the one who marks."""
    if isinstance(answer, MatrixAnswer):
        return f"{labels.key}: {key_text(answer)}. {scoring_text(answer, labels)}"
    if not isinstance(answer, Open):
        return f"{labels.key}: {key_text(answer)}"
    lines = (
        f"{points_text(each.points, labels)}: {plain_text(each.text)}" for each in answer.rubric
    )
    return "; ".join(lines)
