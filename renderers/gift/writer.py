r"""Question banks as GIFT text, with HTML inside, as Moodle's own importer reads it.

Facts of that importer: in every text a backslash is doubled and `~ = # { } :` have one before
them, for `\n` is a line end and `\nu` begins with it; a question is one block without a blank
line; what stands between the first braces is its answer; all questions are worth one mark. A
text that begins with `[plain]` loses that, and an option that begins with `%50%` is worth half.
"""

from collections.abc import Iterator
from typing import assert_never

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
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
from qgen.document.exam import ExamDocument, Header, Item, Pool
from qgen.document.formats import GiftOptions
from qgen.document.problem import Problem
from qgen.document.richtext import Passage
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.gift.losses import (
    answer_losses,
    can_be_matched,
    is_asked_freely,
    is_written_freely,
    item_losses,
)
from qgen.renderers.gift.text import (
    category_line,
    field,
    in_comment,
    in_gift,
    plain_decimals,
    typed_words,
    without_put_aside,
)
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.moodle.categories import Categories
from qgen.renderers.moodle.cloze import typing_hint
from qgen.renderers.moodle.essay import asked_text, marking_notes, part_heading
from qgen.renderers.moodle.names import NAME_LENGTH, plain_name, tags_of
from qgen.renderers.moodle.numbers import key_number, listed_share, mistake_numbers
from qgen.renderers.moodle.questions import SHARES
from qgen.renderers.moodle.text import MoodleText, cleaned
from qgen.renderers.passage_writer import EnclosedText
from qgen.renderers.remembering import made_once
from qgen.renderers.sections import instructions_before
from qgen.renderers.variant_losses import VariantLosses
from qgen.renderers.writer import Chunk, Writer

_IDENTIFIER_LENGTH = 100


class GiftWriter(Writer):
    """`<slug>.gift.txt` with a category a question."""

    def __init__(self, options: GiftOptions) -> None:
        super().__init__()
        self.variants = options.variants
        # It is told of no pictures, and so writes their words.
        self._text = MoodleText(attaches=False)
        self._gift = EnclosedText(self._text, in_gift)
        self._file = ""
        self._exam_labels: Labels | None = None
        self._categories: dict[int, str] = {}
        self._instructions = ""
        self._pool: Pool | None = None
        self._variants = VariantLosses(answer_losses)
        self._has_numbers = False

    def losses(self, item: Item) -> list[Problem]:
        """What GIFT cannot carry of a question, and what is written instead."""
        self._variants.remember(item)
        return item_losses(item)

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part: a person where GIFT has no type for the answer."""
        return tuple(
            "person" if is_written_freely(part.answer) else marked_by("gift", part.answer)
            for part in item.parts
        )

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """A comment that says what the file is."""
        self._exam_labels = exam_labels(exam)
        self._file = f"{exam.slug}.gift.txt"
        categories = Categories(exam.title)
        self._instructions = categories.instructions
        # Pools are told apart by identity, as two of an exam may ask the same question.
        self._categories = {id(pool): categories.path(pool.header) for pool in exam.pools}
        text = (
            "GIFT knows no marks: every question is worth 1 until this is changed after the import"
        )
        self.problems.append(Problem("gift-marks", text, None, "loss"))
        title = " ".join(cleaned(exam.title).split())
        yield self._chunk(f"// {title}: {len(exam.pools)} questions in GIFT\n")

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """One question, or one for each part of a derivation."""
        category = self._categories.pop(id(pool), None)
        if category is not None:
            told = instructions_before(pool, self._pool)
            if told is not None:
                yield self._chunk(category_line(self._instructions))
                yield self._chunk(self._description(pool.section, told))
            self._pool = pool
            yield self._chunk(category_line(category))
        self.problems += self._variants.of(item)
        labels = self._labels(item)
        for part in item.parts:
            self._has_numbers |= isinstance(part.answer, Numeric)
            yield self._chunk(self._question(item, part, labels))

    def end(self) -> Iterator[Chunk]:
        """Nothing more, but how numbers are read where some are asked for."""
        if self._has_numbers:
            text = "Moodle reads numbers as decimals such as 0.25 or 1.2e-5, not 1/4, 25%, sqrt(2)"
            self.problems.append(Problem("gift-numbers", text, None, "loss"))
        return iter(())

    def _labels(self, item: Item) -> Labels:
        """The words in the question's own language, or in the exam's where it has none."""
        assert self._exam_labels is not None
        return labels_of(item.header.language, self._exam_labels)

    def _chunk(self, text: str) -> Chunk:
        return Chunk(self._file, text.encode("utf-8", "replace"))

    def _question(self, item: Item, part: Part, labels: Labels) -> str:
        header = item.header
        number = f"{item.variant:04}{f' ({part.label})' if part.label else ''}"
        name = without_put_aside(f"{_title(header)} {number}")
        ending = f"-v{item.variant:04}{part.label}"
        identifier = f"{header.identifier[: _IDENTIFIER_LENGTH - len(ending)]}{ending}"
        stem = self._html(item.stem)
        if part.label:
            heading = in_gift(part_heading(part, labels))
            stem = f"<div>{stem}</div>{heading}{self._html(part.prompt)}"
        told = isinstance(part.answer, (Numeric, ComplexAnswer, MatrixAnswer, Open))
        if told or is_asked_freely(part.answer):
            stem += in_gift(asked_text(part.answer, self._text, labels))
        if isinstance(part.answer, Numeric):
            stem += in_gift(f"<p>{typing_hint(labels)}</p>")
        answer = self._answer(part, item, labels)
        return (
            f"\n// [id:{in_comment(identifier)}]{_tags(header)}\n"
            f"::{in_gift(name)}::[html]{stem}{{{answer}}}\n"
        )

    def _description(self, section: str, told: Passage) -> str:
        """A text without an answer, which begins a section."""
        name = " ".join(cleaned(plain_name(section)).split())[:NAME_LENGTH] or "Section"
        return f"\n::{in_gift(without_put_aside(name))}::[html]{self._html(told)}\n"

    def _html(self, passage: Passage) -> str:
        """A passage as it stands in the file."""
        return self._gift.write(passage)

    def _answer(self, part: Part, item: Item, labels: Labels) -> str:
        """What stands between the braces; behind four hashes, what everybody reads afterwards."""
        answer = part.answer
        explanations = (part.explanation, item.explanation)
        notes = [self._html(each) for each in explanations if each is not None]
        match answer:
            case SingleChoice():
                lines = [
                    self._choice("=" if option.correct else "~", option.text, option.feedback)
                    for option in answer.options
                ]
            case _ if is_asked_freely(answer):
                lines = []
                notes.insert(0, in_gift(marking_notes(answer, self._text, labels)))
            case MultipleSelect():
                share = SHARES[sum(option.correct for option in answer.options)]
                lines = [
                    self._choice(
                        f"~%{share}%" if option.correct else f"~%-{share}%",
                        option.text,
                        option.feedback,
                    )
                    for option in answer.options
                ]
            case Numeric():
                lines = ["#", *self._numbers(answer)]
            case ShortAnswer() if can_be_matched(answer):
                lines = [
                    *(f"=%100%{typed_words(form)}" for form in answer.accepted),
                    *(
                        f"=%{listed_share(each.credit)}%{typed_words(each.text)}"
                        f"{self._feedback(each.feedback)}"
                        for each in answer.mistakes
                    ),
                ]
            case Matching():
                lines = list(self._pairs(answer))
            case Ordering():
                lines = [
                    f"={field(self._html(each))} -> {answer.key.index(place) + 1}"
                    for place, each in enumerate(answer.items)
                ]
            case ComplexAnswer() | ShortAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
                lines = []
                notes.insert(0, in_gift(marking_notes(answer, self._text, labels)))
            case _:
                assert_never(answer)
        if len(notes) > 1:
            notes = [f"<div>{each}</div>" for each in notes]
        general = f"####{field(''.join(notes))}" if notes else ""
        return "\n".join([*lines, general, ""]).lstrip("\n") if lines or general else ""

    def _pairs(self, answer: Matching) -> Iterator[str]:
        """The pairs, and right items without a partner; HTML has no arrow of its own."""
        lefts = {pair.right: self._html(pair.left) for pair in answer.pairs}
        for place, right in enumerate(answer.rights):
            yield f"={field(lefts.get(place, ''))} -> {field(self._html(right))}"

    def _numbers(self, answer: Numeric) -> Iterator[str]:
        yield f"={':'.join(plain_decimals(key_number(answer)))}"
        for mistake, number in zip(answer.mistakes, mistake_numbers(answer), strict=True):
            share = listed_share(mistake.credit)
            yield f"=%{share}%{':'.join(plain_decimals(number))}{self._feedback(mistake.feedback)}"

    def _choice(self, mark: str, text: Passage, feedback: Passage | None) -> str:
        return f"{mark}{field(self._html(text))}{self._feedback(feedback)}"

    def _feedback(self, feedback: Passage | None) -> str:
        return "" if feedback is None else f"#{field(self._html(feedback))}"


@made_once
def _title(header: Header) -> str:
    return " ".join(cleaned(plain_name(header.title)).split())[:NAME_LENGTH]


@made_once
def _tags(header: Header) -> str:
    return "".join(f" [tag:{in_comment(tag)}]" for tag in tags_of(header))
