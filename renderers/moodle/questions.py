"""Questions as Moodle XML, each kind as the question type that marks it best."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, assert_never

from qgen.document.answers import (
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Header, Item, Pool
from qgen.document.richtext import Passage
from qgen.renderers.labels import Labels, labels_for
from qgen.renderers.moodle.arrangements import (
    ArrangementWriter,
    has_matching_type,
    has_positions_type,
)
from qgen.renderers.moodle.cloze import (
    ClozeWriter,
    can_be_ticked,
    marked_by_moodle,
    star_escaped,
)
from qgen.renderers.moodle.essay import (
    derivation_notes,
    derivation_text,
    field_lines,
    marking_notes,
    part_heading,
)
from qgen.renderers.moodle.numbers import NumberWriter, grade
from qgen.renderers.moodle.text import EMPTY_FIELD, MoodleText, escaped, escaped_text

# Moodle's own spelling of the equal shares that it accepts, by the number of right options.
SHARES = {
    1: "100",
    2: "50",
    3: "33.33333",
    4: "25",
    5: "20",
    6: "16.66667",
    7: "14.28571",
    8: "12.5",
    9: "11.11111",
    10: "10",
}
TAG_LENGTH = 50
NAME_LENGTH = 200
_IDENTIFIER_LENGTH = 100
_FORMULA_LINES = 5
_ANY_OTHER_NUMBER = (
    '<answer fraction="0" format="moodle_auto_format"><text>*</text><tolerance>0</tolerance>'
    f'<feedback format="html">{EMPTY_FIELD}</feedback></answer>\n'
)


def plain_name(title: str) -> str:
    """A title as Moodle shows it: names lose whatever looks like a tag, so brackets turn wide."""
    return title.replace("<", "＜").replace(">", "＞")


def tags_of(header: Header) -> list[str]:
    """The topic and the tags, each once, cut to what Moodle keeps."""
    words = (header.topic, *header.tags)
    return list(dict.fromkeys(word[:TAG_LENGTH] for word in words if word))


@dataclass(frozen=True, slots=True)
class Frame:
    """What all variants of one pool share, ready to be written."""

    name: str
    digits: int
    identifier: str
    points: Fraction
    common: str
    labels: Labels


class MoodleQuestions:
    """Writes the questions of one exam. Keep one instance for one file set."""

    def __init__(
        self, language: str, shuffle_options: bool, ordering: Literal["ordering", "matching"]
    ) -> None:
        self._language = language
        self._text = MoodleText()
        self._ordering = ordering
        self._arrangements = ArrangementWriter(self._text, shuffle_options)
        self._cloze = ClozeWriter(self._text, shuffle_options)
        shuffles = "true" if shuffle_options else "false"
        self._choice = f"<shuffleanswers>{shuffles}</shuffleanswers>\n"

    def frame(self, pool: Pool, count: int) -> Frame:
        """Writes what the `count` variants of a pool share."""
        header = pool.header
        digits = max(4, len(str(count)))
        tags = "".join(f"<tag><text>{escaped(tag)}</text></tag>" for tag in tags_of(header))
        return Frame(
            name=escaped(plain_name(header.title)[:NAME_LENGTH]),
            digits=digits,
            identifier=escaped(header.identifier[: _IDENTIFIER_LENGTH - digits - 2]),
            points=pool.points,
            common=f"<defaultgrade>{grade(pool.points)}</defaultgrade>\n<penalty>0</penalty>\n"
            f"<hidden>0</hidden>\n<tags>{tags}</tags>\n",
            labels=self._labels(header),
        )

    def question(self, item: Item, frame: Frame) -> str:
        """One variant as a `<question>` element."""
        self._text.begin(item.assets)
        if item.is_derivation:
            if marked_by_moodle(item.parts):
                blanks = self._cloze.derivation(item.parts, frame.labels)
                return self._embedded(item, blanks, frame)
            return self._essay_of_parts(item, frame)
        answer = item.parts[0].answer
        match answer:
            case SingleChoice():
                return self._single_choice(item, answer, frame)
            case MultipleSelect() if can_be_ticked(answer):
                return self._ticked(item, answer, frame)
            case Matching() if has_matching_type(answer):
                return self._arranged("matching", item, self._arrangements.pairs(answer), frame)
            case Ordering() if self._ordering == "ordering":
                return self._arranged("ordering", item, self._arrangements.order(answer), frame)
            case Ordering() if has_positions_type(answer):
                return self._arranged("matching", item, self._arrangements.positions(answer), frame)
            case MultipleSelect() | Matching() | Ordering():
                return self._embedded(item, self._cloze.alone(answer, frame.labels), frame)
            case Numeric():
                return self._number(item, answer, frame)
            case ShortAnswer():
                return self._words(item, answer, frame)
            case FormulaAnswer() | Open():
                return self._essay(item, answer, frame)
            case _:
                assert_never(answer)

    def _labels(self, header: Header) -> Labels:
        """The words in the question's own language, or in the exam's where it has none."""
        try:
            return labels_for(header.language or self._language)
        except LookupError:
            return labels_for(self._language)

    def _element(self, kind: str, item: Item, frame: Frame, stem: str, specific: str) -> str:
        explanation = EMPTY_FIELD
        if item.is_derivation:
            explanation = self._explanations(item, frame.labels)
        elif item.explanation is not None:
            explanation = self._text.field(item.explanation)
        number = str(item.variant).zfill(frame.digits)
        return (
            f'<question type="{kind}">\n<name><text>{frame.name} {number}</text></name>\n'
            f'<questiontext format="html">{stem}</questiontext>\n'
            f'<generalfeedback format="html">{explanation}</generalfeedback>\n'
            f"<idnumber>{frame.identifier}-v{number}</idnumber>\n"
            f"{frame.common}{specific}</question>\n"
        )

    def _explanations(self, item: Item, labels: Labels) -> str:
        written = [
            f"{part_heading(part, labels)}<div>{self._text.write(part.explanation)}</div>"
            for part in item.parts
            if part.explanation is not None
        ]
        if item.explanation is not None:
            written.insert(0, f"<div>{self._text.write(item.explanation)}</div>")
        return self._text.field_of("".join(written))

    def _feedback(self, feedback: Passage | None) -> str:
        return EMPTY_FIELD if feedback is None else self._text.field(feedback)

    def _single_choice(self, item: Item, answer: SingleChoice, frame: Frame) -> str:
        return self._choices(item, answer, frame, ("100", "0"), "true")

    def _ticked(self, item: Item, answer: MultipleSelect, frame: Frame) -> str:
        share = SHARES[sum(option.correct for option in answer.options)]
        return self._choices(item, answer, frame, (share, f"-{share}"), "false")

    def _choices(
        self,
        item: Item,
        answer: SingleChoice | MultipleSelect,
        frame: Frame,
        fractions: tuple[str, str],
        single: str,
    ) -> str:
        """`fractions` are the percentages of a right and of a wrong option."""
        right, wrong = fractions
        field, feedback = self._text.field, self._feedback
        options = [
            f'<answer fraction="{right if option.correct else wrong}" format="html">'
            f'{field(option.text)}<feedback format="html">{feedback(option.feedback)}</feedback>'
            "</answer>\n"
            for option in answer.options
        ]
        specific = f"<single>{single}</single>\n{self._choice}{''.join(options)}"
        return self._element("multichoice", item, frame, field(item.stem), specific)

    def _number(self, item: Item, answer: Numeric, frame: Frame) -> str:
        writer = NumberWriter(answer.tolerance)
        answers = [_number_answer("100", *writer.write(answer.key), EMPTY_FIELD)]
        wrong = writer.write_mistakes([mistake.value for mistake in answer.mistakes])
        for mistake, (number, margin) in zip(answer.mistakes, wrong, strict=True):
            answers.append(_number_answer("0", number, margin, self._text.field(mistake.feedback)))
        answers.append(_ANY_OTHER_NUMBER)
        specific = f"<showunits>3</showunits>\n{''.join(answers)}"
        if answer.unit:
            # Five underscores are where Moodle puts the box.
            unit = escaped_text(answer.unit)
            html = f"<div>{self._text.write(item.stem)}</div><p>_____ {unit}</p>"
            stem = self._text.field_of(html)
        else:
            stem = self._text.field(item.stem)
        return self._element("numerical", item, frame, stem, specific)

    def _words(self, item: Item, answer: ShortAnswer, frame: Frame) -> str:
        accepted = [_words_answer("100", form, EMPTY_FIELD) for form in answer.accepted]
        mistakes = [
            _words_answer("0", mistake.text, self._text.field(mistake.feedback))
            for mistake in answer.mistakes
        ]
        use_case = int(answer.case_sensitive)
        specific = f"<usecase>{use_case}</usecase>\n{''.join(accepted + mistakes)}"
        stem = self._text.field(item.stem)
        return self._element("shortanswer", item, frame, stem, specific)

    def _essay(self, item: Item, answer: FormulaAnswer | Open, frame: Frame) -> str:
        stem = self._text.field(item.stem)
        notes = self._text.field_of(marking_notes(answer, self._text, frame.labels))
        lines = answer.lines if isinstance(answer, Open) else _FORMULA_LINES
        return self._element("essay", item, frame, stem, _essay_box(lines, notes))

    def _essay_of_parts(self, item: Item, frame: Frame) -> str:
        prompts = derivation_text(item.parts, self._text, frame.labels)
        stem = self._text.field_of(f"<div>{self._text.write(item.stem)}</div>{prompts}")
        notes = self._text.field_of(derivation_notes(item.parts, self._text, frame.labels))
        lines = sum(
            part.answer.lines if isinstance(part.answer, Open) else _FORMULA_LINES
            for part in item.parts
        )
        return self._element("essay", item, frame, stem, _essay_box(lines, notes))

    def _arranged(self, kind: str, item: Item, specific: str, frame: Frame) -> str:
        return self._element(kind, item, frame, self._text.field(item.stem), specific)

    def _embedded(self, item: Item, blanks: str, frame: Frame) -> str:
        body = self._cloze.body(self._text.write(item.stem))
        stem = self._text.field_of(f"<div>{body}</div>{blanks}")
        return self._element("cloze", item, frame, stem, "")


def _number_answer(fraction: str, number: str, margin: str, feedback: str) -> str:
    return (
        f'<answer fraction="{fraction}" format="moodle_auto_format"><text>{number}</text>'
        f'<tolerance>{margin}</tolerance><feedback format="html">{feedback}</feedback></answer>\n'
    )


def _words_answer(fraction: str, words: str, feedback: str) -> str:
    return (
        f'<answer fraction="{fraction}" format="moodle_auto_format">'
        f"<text>{escaped(star_escaped(words))}</text>"
        f'<feedback format="html">{feedback}</feedback></answer>\n'
    )


def _essay_box(lines: int, notes: str) -> str:
    return (
        "<responseformat>editor</responseformat>\n<responserequired>1</responserequired>\n"
        f"<responsefieldlines>{field_lines(lines)}</responsefieldlines>\n"
        f'<graderinfo format="html">{notes}</graderinfo>\n'
        f'<responsetemplate format="html">{EMPTY_FIELD}</responsetemplate>\n'
    )
