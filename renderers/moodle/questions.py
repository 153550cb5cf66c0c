"""Questions as Moodle XML, each kind as the question type that marks it best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Hint,
    MarkFeedback,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Header, Item
from qgen.document.formats import MoodleOptions
from qgen.document.problem import Problem
from qgen.document.richtext import Passage
from qgen.renderers.labels import Labels, labels_of
from qgen.renderers.moodle.arrangements import (
    ArrangementWriter,
    has_matching_type,
    has_positions_type,
)
from qgen.renderers.moodle.cloze import (
    ClozeWriter,
    is_ticked,
    star_escaped,
    typing_hint,
)
from qgen.renderers.moodle.essay import (
    asked_text,
    derivation_notes,
    derivation_text,
    field_lines,
    marking_notes,
    part_heading,
)
from qgen.renderers.moodle.formula_values import HIDDEN, NO_VALUES, FormulaValues, formula_values
from qgen.renderers.moodle.formulas_plugin import PluginParts, plain_braces, plugin_elements
from qgen.renderers.moodle.halves import Half, in_plugin, try_penalty, variant_fault
from qgen.renderers.moodle.names import NAME_LENGTH, plain_name, tags_of
from qgen.renderers.moodle.numbers import (
    NumberWriter,
    are_listed,
    grade,
    listed_share,
    mistake_numbers,
)
from qgen.renderers.moodle.stack import ELEMENTS_HERE, stack_question
from qgen.renderers.moodle.stack_parts import StackParts, unfollowed
from qgen.renderers.moodle.text import (
    EMPTY_FIELD,
    MoodleText,
    cdata,
    cleaned,
    escaped,
    escaped_text,
)

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
_IDENTIFIER_LENGTH = 100
_NAME_ROOM = 245
_FORMULA_LINES = 5
_MOST_FILES = 3
"""The most that Moodle's form offers beside any number."""
_ESSAY_ENDING = "-essay"
_NO_BOXES: Mapping[str, str] = {}
_ANY_OTHER_NUMBER = (
    '<answer fraction="0" format="moodle_auto_format"><text>*</text><tolerance>0</tolerance>'
    '<feedback format="html">{}</feedback></answer>\n'
)
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
"""Moodle's names for what is said where all is right, some of it, nothing."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all variants of one pool, or of one half of it, share, ready to be written."""

    name: str
    digits: int
    identifier: str
    ending: str
    common: str
    labels: Labels
    varies: bool


class MoodleQuestions:
    """Writes the questions of one exam. Keep one instance for one file set.

    `problems` are what single variants lose.
    """

    def __init__(self, labels: Labels, shuffle_options: bool, options: MoodleOptions) -> None:
        self._exam_labels = labels
        self._text = MoodleText()
        self._options = options
        self._arrangements = ArrangementWriter(self._text, shuffle_options)
        self._cloze = ClozeWriter(self._text, shuffle_options, options)
        self._shuffles = shuffle_options
        self.problems: list[Problem] = []
        self._told: set[tuple[str, str, str]] = set()

    def frame(self, header: Header, half: Half, points: Fraction, count: int) -> Frame:
        """Writes what the `count` variants of a pool share, as far as they ask this half."""
        digits = max(4, len(str(count)))
        tags = "".join(f"<tag><text>{escaped(tag)}</text></tag>" for tag in tags_of(header))
        words = f" ({half.words})" if half.words else ""
        title = plain_name(header.title)[: min(NAME_LENGTH, _NAME_ROOM - len(words))]
        ending = _ESSAY_ENDING if half.words and half.by == "person" else ""
        wrong_try = grade(try_penalty(half))
        room = _IDENTIFIER_LENGTH - digits - 2 - len(ending)
        return Frame(
            name=cleaned(title + words),
            digits=digits,
            identifier=escaped(header.identifier[:room]),
            ending=ending,
            common=f"<defaultgrade>{grade(points)}</defaultgrade>\n"
            f"<penalty>{wrong_try}</penalty>\n<hidden>0</hidden>\n<tags>{tags}</tags>\n",
            labels=self._labels(header),
            varies=count > 1,
        )

    def question(self, item: Item, half: Half, frame: Frame) -> str:
        """One variant, or half of it, as a `<question>` element."""
        self._text.begin(item.assets)
        if self._is_for_plugin(item, half):
            return self._in_plugin(item, half, frame)
        values = self._formula_values(item, half)
        if item.is_derivation:
            judged = any(isinstance(part.answer, Open) for part in half.parts)
            if half.by == "person" or values is None or judged:
                return self._essay_of_parts(item, half, frame)
            asked = {part.label for part in half.parts}
            in_text, blanks = self._cloze.derivation(item.parts, asked, values, frame.labels)
            return self._embedded(item, half, blanks, frame, in_text)
        answer = item.parts[0].answer
        match answer:
            case SingleChoice():
                return self._single_choice(item, half, answer, frame)
            case MultipleSelect() if is_ticked(answer, self._options):
                return self._ticked(item, half, answer, frame)
            case Matching() if has_matching_type(answer):
                return self._arranged(
                    "matching", item, half, self._arrangements.pairs(answer), frame
                )
            case Ordering() if self._options.ordering == "ordering":
                return self._arranged(
                    "ordering", item, half, self._arrangements.order(answer), frame
                )
            case Ordering() if has_positions_type(answer):
                return self._arranged(
                    "matching", item, half, self._arrangements.positions(answer), frame
                )
            case Numeric() | ShortAnswer() if not are_listed(answer):
                return self._embedded(item, half, self._cloze.alone(answer, frame.labels), frame)
            case MultipleSelect() | Matching() | Ordering() | ComplexAnswer() | MatrixAnswer():
                return self._embedded(item, half, self._cloze.alone(answer, frame.labels), frame)
            case Numeric():
                return self._number(item, half, answer, frame)
            case ShortAnswer():
                return self._words(item, half, answer, frame)
            case FormulaAnswer() if values:
                blanks = self._cloze.alone(values[""], frame.labels)
                return self._embedded(item, half, blanks, frame)
            case FormulaAnswer() | Open():
                return self._essay(item, half, answer, frame)
            case _:
                assert_never(answer)

    def description(self, name: str, text: Passage) -> str:
        """A text without a mark, which begins a section."""
        self._text.begin({})
        title = cleaned(name[:NAME_LENGTH])
        return (
            '<question type="description">\n'
            f"<name><text><![CDATA[{title}]]></text></name>\n"
            f'<questiontext format="html">{self._text.field(text)}</questiontext>\n'
            f'<generalfeedback format="html">{EMPTY_FIELD}</generalfeedback>\n'
            "<defaultgrade>0</defaultgrade>\n<penalty>0</penalty>\n<hidden>0</hidden>\n"
            "</question>\n"
        )

    def _formula_values(self, item: Item, half: Half) -> dict[str, FormulaValues] | None:
        """The values that Moodle marks, by the labels of parts; None where a formula has none."""
        found: dict[str, FormulaValues] = {}
        if half.by == "person":
            return found
        for part in half.parts:
            if isinstance(part.answer, FormulaAnswer):
                values = formula_values(part.answer, f"{item.header.identifier}/{part.label}")
                if values is None:
                    self._tell(item, part, NO_VALUES)
                    return None
                if values.hidden:
                    numbers = ", ".join(str(index + 1) for index in sorted(values.hidden))
                    self._tell(item, part, HIDDEN.format(numbers))
                found[part.label] = values
        return found

    def _is_for_plugin(self, item: Item, half: Half) -> bool:
        """Whether a plugin asks for these parts; tells why it cannot where the outline does not."""
        if not in_plugin(half, self._options):
            return False
        fault = variant_fault(half, self._options)
        if fault is not None:
            judged = any(isinstance(part.answer, Open) for part in half.parts)
            instead = "a person marks" if judged else "values of formulas are asked for"
            self._tell(item, item.parts[0], f"{fault}; {instead} instead")
        return fault is None

    def _in_plugin(self, item: Item, half: Half, frame: Frame) -> str:
        """A question of the plugin, in which nothing of the exam's own texts is its markup."""
        if self._options.formulas == "plugin":
            parts = PluginParts(self._text, frame.labels)
            stem = self._text.field(item.stem)
            specific = plugin_elements(half.parts, parts.field)
            return plain_braces(self._element("formulas", item, half, frame, stem, specific))
        stacked = StackParts(self._text, frame.labels, shuffles=self._shuffles)
        name = f"{item.header.identifier}/{item.variant}"
        body, fields, headings = stacked.written(half.parts, name)
        for part in stacked.unfollowed:
            self._tell(item, part, unfollowed(part), "moodle-carry")
        stem = self._text.field_of(f"<div>{self._text.write(item.stem)}</div>{body}")
        question = self._element("stack", item, half, frame, stem, ELEMENTS_HERE)
        return stack_question(question, fields, headings)

    def _tell(self, item: Item, part: Part, text: str, code: str = "moodle-points") -> None:
        """Tells what a variant loses, once a question: thousands may lose the same."""
        where = (item.header.identifier, part.label, text)
        if where not in self._told:
            self._told.add(where)
            words = f"variant {item.variant}" + (f", part {part.label}" if part.label else "")
            message = f"{words} (others may be like it): {text}"
            self.problems.append(Problem(code, message, item.header.place, "loss"))

    def _labels(self, header: Header) -> Labels:
        """The words in the question's own language, or in the exam's where it has none."""
        return labels_of(header.language, self._exam_labels)

    def _element(
        self, kind: str, item: Item, half: Half, frame: Frame, stem: str, specific: str
    ) -> str:
        explanation = EMPTY_FIELD
        if item.is_derivation:
            explanation = self._explanations(item, half, frame.labels)
        elif item.explanation is not None:
            explanation = self._text.field(item.explanation)
        number = str(item.variant).zfill(frame.digits)
        return (
            f'<question type="{kind}">\n'
            f"<name><text><![CDATA[{frame.name} {number}]]></text></name>\n"
            f'<questiontext format="html">{stem}</questiontext>\n'
            f'<generalfeedback format="html">{explanation}</generalfeedback>\n'
            f"<idnumber>{frame.identifier}-v{number}{frame.ending}</idnumber>\n"
            f"{frame.common}{specific}{self._hints(half, frame.labels)}</question>\n"
        )

    def _hints(self, half: Half, labels: Labels) -> str:
        """The hints of all parts in their order; an essay has none."""
        if half.by == "person":
            return ""
        return "".join(
            f'<hint format="html">{self._hint(part, hint, labels)}</hint>\n'
            for part in half.parts
            for hint in part.hints
        )

    def _hint(self, part: Part, hint: Hint, labels: Labels) -> str:
        if not part.label:
            return self._text.field(hint.text)
        heading = escaped_text(labels.part.format(part.label))
        text = self._text.write(hint.text)
        return self._text.field_of(f"<p><strong>{heading}</strong></p><div>{text}</div>")

    def _explanations(self, item: Item, half: Half, labels: Labels) -> str:
        written = [
            f"{part_heading(part, labels)}<div>{self._text.write(part.explanation)}</div>"
            for part in half.parts
            if part.explanation is not None
        ]
        if item.explanation is not None:
            written.insert(0, f"<div>{self._text.write(item.explanation)}</div>")
        return self._text.field_of("".join(written))

    def _feedback(self, feedback: Passage | None) -> str:
        return EMPTY_FIELD if feedback is None else self._text.field(feedback)

    def _combined(self, by_mark: MarkFeedback) -> str:
        """What is said by the mark, in questions that Moodle marks in shares of their own."""
        return "".join(
            f'<{name} format="html">{self._feedback(text)}</{name}>\n'
            for name, text in zip(_COMBINED, by_mark, strict=True)
            if by_mark.texts
        )

    def _said(self, by_mark: MarkFeedback, credit: Fraction, own: Passage | None = None) -> str:
        """The feedback of an answer that earns so much: its own, then what is said by the mark."""
        said = [text for text in (own, by_mark.of(credit)) if text is not None]
        if len(said) < 2:
            return self._feedback(said[0] if said else None)
        written = (f"<div>{self._text.write(text)}</div>" for text in said)
        return self._text.field_of("".join(written))

    def _single_choice(self, item: Item, half: Half, answer: SingleChoice, frame: Frame) -> str:
        return self._choices(item, half, answer, frame, ("100", "0"), "true")

    def _ticked(self, item: Item, half: Half, answer: MultipleSelect, frame: Frame) -> str:
        share = SHARES[sum(option.correct for option in answer.options)]
        return self._choices(item, half, answer, frame, (share, f"-{share}"), "false")

    def _choices(
        self,
        item: Item,
        half: Half,
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
        combined = self._combined(item.parts[0].by_mark)
        mixed = self._shuffles and not any(option.stays for option in answer.options)
        shuffle = f"<shuffleanswers>{'true' if mixed else 'false'}</shuffleanswers>\n"
        specific = f"<single>{single}</single>\n{shuffle}{combined}{''.join(options)}"
        return self._element("multichoice", item, half, frame, field(item.stem), specific)

    def _number(self, item: Item, half: Half, answer: Numeric, frame: Frame) -> str:
        writer, by_mark = NumberWriter(answer.tolerance), item.parts[0].by_mark
        right = self._said(by_mark, Fraction(1))
        answers = [_number_answer("100", *key, right) for key in writer.write_key(answer.key)]
        for mistake, (number, margin) in zip(answer.mistakes, mistake_numbers(answer), strict=True):
            share = listed_share(mistake.credit)
            told = self._said(by_mark, mistake.credit, mistake.feedback)
            answers.append(_number_answer(share, number, margin, told))
        answers.append(_ANY_OTHER_NUMBER.format(self._said(by_mark, Fraction(0))))
        specific = f"<showunits>3</showunits>\n{''.join(answers)}"
        # Five underscores are where Moodle puts the box.
        unit = f"{escaped_text(answer.unit)} " if answer.unit else ""
        html = f"<div>{self._text.write(item.stem)}</div>"
        stem = self._text.field_of(f"{html}<p>_____ {unit}{typing_hint(frame.labels)}</p>")
        return self._element("numerical", item, half, frame, stem, specific)

    def _words(self, item: Item, half: Half, answer: ShortAnswer, frame: Frame) -> str:
        by_mark = item.parts[0].by_mark
        right = self._said(by_mark, Fraction(1))
        accepted = [_words_answer("100", star_escaped(each), right) for each in answer.accepted]
        mistakes = [
            _words_answer(
                listed_share(mistake.credit),
                star_escaped(mistake.text),
                self._said(by_mark, mistake.credit, mistake.feedback),
            )
            for mistake in answer.mistakes
        ]
        if by_mark.wrong is not None:
            mistakes.append(_words_answer("0", "*", self._said(by_mark, Fraction(0))))
        use_case = int(answer.case_sensitive)
        specific = f"<usecase>{use_case}</usecase>\n{''.join(accepted + mistakes)}"
        stem = self._text.field(item.stem)
        return self._element("shortanswer", item, half, frame, stem, specific)

    def _essay(self, item: Item, half: Half, answer: FormulaAnswer | Open, frame: Frame) -> str:
        stem = self._text.field(item.stem)
        if asked := asked_text(answer, self._text, frame.labels):
            stem = self._text.field_of(f"<div>{self._text.write(item.stem)}</div>{asked}")
        notes = self._text.field_of(marking_notes(answer, self._text, frame.labels))
        return self._element("essay", item, half, frame, stem, _essay_box([answer], notes))

    def _essay_of_parts(self, item: Item, half: Half, frame: Frame) -> str:
        """An essay for the parts of a half; those before them stand there to be read."""
        last = item.parts.index(half.parts[-1])
        shown = item.parts[: last + 1]
        labels = frame.labels
        other = ""
        if frame.varies and len(shown) > len(half.parts):
            other = f"<p><em>{escaped_text(labels.other_numbers)}</em></p>"
        prompts = derivation_text(shown, half.parts, self._text, labels)
        stem = self._text.field_of(f"<div>{self._text.write(item.stem)}</div>{other}{prompts}")
        notes = self._text.field_of(derivation_notes(shown, self._text, labels))
        box = _essay_box([part.answer for part in half.parts], notes)
        return self._element("essay", item, half, frame, stem, box)

    def _arranged(self, kind: str, item: Item, half: Half, specific: str, frame: Frame) -> str:
        specific += self._combined(item.parts[0].by_mark)
        return self._element(kind, item, half, frame, self._text.field(item.stem), specific)

    def _embedded(
        self,
        item: Item,
        half: Half,
        blanks: str,
        frame: Frame,
        in_text: Mapping[str, str] = _NO_BOXES,
    ) -> str:
        """Blanks behind the stem, and `in_text` those that stand in it."""
        # A zero, which no text holds, keeps their braces from what looks like a blank.
        self._text.blanks = {label: f"\0{label}\0" for label in in_text}
        body = self._cloze.body(self._text.write(item.stem))
        self._text.blanks = _NO_BOXES
        for label, box in in_text.items():
            body = body.replace(f"\0{label}\0", box)
        stem = self._text.field_of(f"<div>{body}</div>{blanks}")
        return self._element("cloze", item, half, frame, stem, "")


def _number_answer(fraction: str, number: str, margin: str, feedback: str) -> str:
    return (
        f'<answer fraction="{fraction}" format="moodle_auto_format"><text>{number}</text>'
        f'<tolerance>{margin}</tolerance><feedback format="html">{feedback}</feedback></answer>\n'
    )


def _words_answer(fraction: str, words: str, feedback: str) -> str:
    return (
        f'<answer fraction="{fraction}" format="moodle_auto_format">'
        f"<text>{cdata(words)}</text>"
        f'<feedback format="html">{feedback}</feedback></answer>\n'
    )


def _essay_box(answers: Sequence[Answer], notes: str) -> str:
    """Where all is code the box is monospaced, and where all are files there is none."""
    opened = [answer for answer in answers if isinstance(answer, Open)]
    types = dict.fromkeys(kind.lower() for answer in opened for kind in answer.upload)
    typed = [answer for answer in answers if not (isinstance(answer, Open) and answer.upload)]
    coded = typed and all(isinstance(each, Open) and each.code for each in typed)
    form = "monospaced" if coded else "editor" if typed else "noinline"
    lines = sum(each.lines if isinstance(each, Open) else _FORMULA_LINES for each in typed)
    return (
        f"<responseformat>{form}</responseformat>\n"
        f"<responserequired>{int(bool(typed))}</responserequired>\n"
        f"<responsefieldlines>{field_lines(lines)}</responsefieldlines>\n"
        f"{_attachments(list(types))}"
        f'<graderinfo format="html">{notes}</graderinfo>\n'
        f'<responsetemplate format="html">{EMPTY_FIELD}</responsetemplate>\n'
    )


def _attachments(types: Sequence[str]) -> str:
    """Files that are the answer. Moodle compares their types in small letters."""
    if not types:
        return ""
    return (
        f"<attachments>{_MOST_FILES}</attachments>\n"
        "<attachmentsrequired>1</attachmentsrequired>\n"
        f"<filetypeslist>{','.join(types)}</filetypeslist>\n"
    )
