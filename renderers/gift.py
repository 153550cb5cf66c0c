r"""Question banks as GIFT text, with HTML inside, as Moodle's own importer reads it.

Facts of that importer: in every text a backslash is doubled and `~ = # { } :` have one before
them, for `\n` is a line end and `\nu` begins with it; a question is one block without a blank
line; what stands between the first braces is its answer; all questions are worth one mark. A
text that begins with `[plain]` loses that, and an option that begins with `%50%` is worth half.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from qgen.document.answers import (
    Answer,
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
from qgen.renderers.item_passages import has_picture, item_passages
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.moodle.arrangements import has_matching_type, has_positions_type
from qgen.renderers.moodle.categories import Categories
from qgen.renderers.moodle.cloze import can_be_ticked, star_escaped, typing_hint
from qgen.renderers.moodle.essay import asked_text, marking_notes, part_heading
from qgen.renderers.moodle.names import NAME_LENGTH, name_losses, plain_name, tags_of
from qgen.renderers.moodle.numbers import LISTED_SHARES, key_number, listed_share, mistake_numbers
from qgen.renderers.moodle.questions import SHARES
from qgen.renderers.moodle.text import MoodleText, cleaned
from qgen.renderers.passage_writer import EnclosedText
from qgen.renderers.remembering import made_once
from qgen.renderers.sections import instructions_before
from qgen.renderers.variant_losses import VariantLosses
from qgen.renderers.writer import Chunk, Writer

_SPECIAL = ("\\", "~", "=", "#", "{", "}", ":")
"""What is escaped, the escaping mark itself first."""
# Moodle puts escaped characters aside as `&&058;`, and takes a text's own for one of them.
_PUT_ASIDE = re.compile(r"&(?=&0\d\d)")
_IDENTIFIER_LENGTH = 100
_LEAST_OPTIONS = 2


def in_gift(text: str) -> str:
    r"""A text as it stands in a GIFT file: `x = 1` as `x \= 1`, `\nu` as `\\nu`.

    >>> in_gift(r"\(\nu = \{1\}\)")
    '\\\\(\\\\nu \\= \\\\\\{1\\\\\\}\\\\)'
    """
    written = cleaned(text).replace("\r\n", "\n").replace("\r", "\n")
    # Mark by mark, as a table of translation costs ten times as much.
    for mark in _SPECIAL:
        written = written.replace(mark, f"\\{mark}")
    return written.replace("\n", r"\n")


def _field(written: str) -> str:
    """A text as it stands in the file, at the start of which no weight and no format is read."""
    return f"[html]{written}" if written.startswith(("[", "%")) else written


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
        self._variants = VariantLosses(_answer_losses)
        self._has_numbers = False

    def losses(self, item: Item) -> list[Problem]:
        """What GIFT cannot carry of a question, and what is written instead."""
        self._variants.remember(item)
        found: list[tuple[str, str]] = []
        if item.is_derivation:
            text = (
                "GIFT has no questions with parts; each part is a question of its own, with the "
                "stem before it, and no part follows from an earlier answer"
            )
            found.append(("gift-parts", text))
        for part in item.parts:
            where = f"part {part.label}: " if part.label else ""
            found += [(code, where + text) for code, text in _answer_losses(part.answer)]
        found += _name_losses(item)
        if any(map(has_picture, item_passages(item))):
            text = "GIFT holds no picture; its alternative text is written instead"
            found.append(("gift-picture", text))
        problems = [Problem(code, text, item.header.place, "loss") for code, text in found]
        return problems + _refusals(item)

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part: a person where GIFT has no type for the answer."""
        return tuple(
            "person" if _is_written_freely(part.answer) else marked_by("gift", part.answer)
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
                yield self._chunk(_category(self._instructions))
                yield self._chunk(self._description(pool.section, told))
            self._pool = pool
            yield self._chunk(_category(category))
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
        name = _PUT_ASIDE.sub("＆", f"{_title(header)} {number}")
        ending = f"-v{item.variant:04}{part.label}"
        identifier = f"{header.identifier[: _IDENTIFIER_LENGTH - len(ending)]}{ending}"
        stem = self._html(item.stem)
        if part.label:
            heading = in_gift(part_heading(part, labels))
            stem = f"<div>{stem}</div>{heading}{self._html(part.prompt)}"
        told = isinstance(part.answer, (Numeric, ComplexAnswer, MatrixAnswer, Open))
        if told or _is_asked_freely(part.answer):
            stem += in_gift(asked_text(part.answer, self._text, labels))
        if isinstance(part.answer, Numeric):
            stem += in_gift(f"<p>{typing_hint(labels)}</p>")
        answer = self._answer(part, item, labels)
        return (
            f"\n// [id:{_in_comment(identifier)}]{_tags(header)}\n"
            f"::{in_gift(name)}::[html]{stem}{{{answer}}}\n"
        )

    def _description(self, section: str, told: Passage) -> str:
        """A text without an answer, which begins a section."""
        name = " ".join(cleaned(plain_name(section)).split())[:NAME_LENGTH] or "Section"
        name = _PUT_ASIDE.sub("＆", name)
        return f"\n::{in_gift(name)}::[html]{self._html(told)}\n"

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
            case _ if _is_asked_freely(answer):
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
            case ShortAnswer() if _can_be_matched(answer):
                lines = [
                    *(f"=%100%{_words(form)}" for form in answer.accepted),
                    *(
                        f"=%{listed_share(each.credit)}%{_words(each.text)}"
                        f"{self._feedback(each.feedback)}"
                        for each in answer.mistakes
                    ),
                ]
            case Matching():
                lines = list(self._pairs(answer))
            case Ordering():
                lines = [
                    f"={_field(self._html(each))} -> {answer.key.index(place) + 1}"
                    for place, each in enumerate(answer.items)
                ]
            case ComplexAnswer() | ShortAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
                lines = []
                notes.insert(0, in_gift(marking_notes(answer, self._text, labels)))
            case _:
                assert_never(answer)
        if len(notes) > 1:
            notes = [f"<div>{each}</div>" for each in notes]
        general = f"####{_field(''.join(notes))}" if notes else ""
        return "\n".join([*lines, general, ""]).lstrip("\n") if lines or general else ""

    def _pairs(self, answer: Matching) -> Iterator[str]:
        """The pairs, and right items without a partner; HTML has no arrow of its own."""
        lefts = {pair.right: self._html(pair.left) for pair in answer.pairs}
        for place, right in enumerate(answer.rights):
            yield f"={_field(lefts.get(place, ''))} -> {_field(self._html(right))}"

    def _numbers(self, answer: Numeric) -> Iterator[str]:
        yield f"={':'.join(plain_decimals(key_number(answer)))}"
        for mistake, number in zip(answer.mistakes, mistake_numbers(answer), strict=True):
            share = listed_share(mistake.credit)
            yield f"=%{share}%{':'.join(plain_decimals(number))}{self._feedback(mistake.feedback)}"

    def _choice(self, mark: str, text: Passage, feedback: Passage | None) -> str:
        return f"{mark}{_field(self._html(text))}{self._feedback(feedback)}"

    def _feedback(self, feedback: Passage | None) -> str:
        return "" if feedback is None else f"#{_field(self._html(feedback))}"


def _category(path: str) -> str:
    """The line before its questions, in which nothing but backslashes is escaped."""
    written = _PUT_ASIDE.sub("＆", path).replace("\\", r"\\")
    return f"\n$CATEGORY: {written}\n"


def plain_decimals(number: tuple[str, str]) -> tuple[str, str]:
    """A number and how far from it one may be; only Moodle reads powers of ten there."""
    value, margin = number
    return _plain_decimal(value), _plain_decimal(margin)


def _plain_decimal(text: str) -> str:
    return format(Decimal(text), "f") if "e" in text else text


def _is_asked_freely(answer: Answer) -> bool:
    """Whether GIFT has no type for an answer that is chosen, so that it is given in words."""
    match answer:
        case MultipleSelect():
            return not can_be_ticked(answer)
        case Matching():
            return not has_matching_type(answer)
        case Ordering():
            return not has_positions_type(answer)
        case SingleChoice() | Numeric() | ShortAnswer():
            return False
        case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
            return False
        case _:
            assert_never(answer)


def _is_written_freely(answer: Answer) -> bool:
    """Whether a person has to read what is asked by words of its own."""
    if isinstance(answer, ShortAnswer):
        return not _can_be_matched(answer)
    return _is_asked_freely(answer)


@made_once
def _title(header: Header) -> str:
    return " ".join(cleaned(plain_name(header.title)).split())[:NAME_LENGTH]


@made_once
def _tags(header: Header) -> str:
    return "".join(f" [tag:{_in_comment(tag)}]" for tag in tags_of(header))


def _in_comment(word: str) -> str:
    """A word between the brackets of a comment, where Moodle takes no tags with `<`, `>` or `."""
    plain = " ".join(cleaned(plain_name(word)).split()).replace("[", "(").replace("]", ")")
    # A backslash would take the bracket behind it along.
    return plain.replace("`", "'") + (" " if plain.endswith("\\") else "")


def _words(text: str) -> str:
    """What a student has to type, in one line as it can be typed."""
    return _field(in_gift(star_escaped(" ".join(text.split()))))


def _typed_forms(answer: ShortAnswer) -> list[str]:
    return [*answer.accepted, *(mistake.text for mistake in answer.mistakes)]


def _can_be_matched(answer: ShortAnswer) -> bool:
    """False where the words would make Moodle read another kind of question, or other words."""
    forms = _typed_forms(answer)
    return not any("->" in form or _PUT_ASIDE.search(form) for form in forms)


def _answer_losses(answer: Answer) -> list[tuple[str, str]]:
    match answer:
        case MultipleSelect() if not can_be_ticked(answer):
            text = (
                "GIFT cannot mark ticks where none or more than ten of the options are right; a "
                "free answer is asked, with the key in the feedback that follows the attempt"
            )
            return [("gift-ticks", text)]
        case MultipleSelect(rule=rule) if rule != "right_minus_wrong":
            text = f"GIFT's shares cannot carry the scoring rule {rule}: right_minus_wrong instead"
            return [("gift-scoring", text)]
        case Matching():
            return _matching_losses(answer)
        case Ordering():
            return _ordering_losses(answer)
        case ComplexAnswer():
            text = (
                "GIFT cannot mark a complex number; a free answer is asked, with the key in the "
                "feedback that follows the attempt"
            )
            return [("gift-complex", text)]
        case FormulaAnswer():
            text = (
                "GIFT cannot mark a formula; a free answer is asked, with the key in the feedback "
                "that follows the attempt"
            )
            return [("gift-formula", text)]
        case MatrixAnswer():
            text = (
                "GIFT has no boxes for the entries of a matrix; a free answer is asked, with the "
                "key in the feedback that follows the attempt"
            )
            return [("gift-matrix", text)]
        case Open():
            text = "GIFT keeps no marking scheme apart: it is in the feedback after the attempt"
            return [("gift-rubric", text)]
        case ShortAnswer():
            return _words_losses(answer)
        case Numeric():
            return _credit_losses(answer)
        case SingleChoice() | MultipleSelect():
            return []
        case _:
            assert_never(answer)


def _credit_losses(answer: Numeric | ShortAnswer) -> list[tuple[str, str]]:
    shares = {mistake.credit for mistake in answer.mistakes} - LISTED_SHARES.keys()
    return [
        (
            "gift-credit",
            f"a mistake that earns {share} of the points earns {listed_share(share)}% of them: "
            "Moodle knows certain shares only",
        )
        for share in sorted(shares)
    ]


def _matching_losses(answer: Matching) -> list[tuple[str, str]]:
    if not has_matching_type(answer):
        text = (
            "GIFT's matching needs three choices or more, without formulas; a free answer is "
            "asked, with the key in the feedback that follows the attempt"
        )
        return [("gift-matching", text)]
    found = []
    if answer.rule != "per_option":
        text = f"GIFT cannot carry the scoring rule {answer.rule} for pairs: per_option instead"
        found.append(("gift-scoring", text))
    if any(pair.feedback is not None for pair in answer.pairs):
        found.append(("gift-feedback", "GIFT's matching has no feedback for a pair"))
    return found


def _ordering_losses(answer: Ordering) -> list[tuple[str, str]]:
    text = (
        "GIFT has no items to be put in order; each is matched with its position, and each in its "
        "right position earns the same share"
    )
    if not has_positions_type(answer):
        text = (
            "GIFT has no items to be put in order; a free answer is asked, with the key in the "
            "feedback that follows the attempt"
        )
    return [("gift-ordering", text)]


def _words_losses(answer: ShortAnswer) -> list[tuple[str, str]]:
    if not _can_be_matched(answer):
        text = (
            "GIFT cannot hold words with -> or &&0; a free answer is asked, with the key in the "
            "feedback that follows the attempt"
        )
        return [("gift-words", text)]
    forms = _typed_forms(answer)
    found = _credit_losses(answer)
    if any(len(form.split()) > 1 for form in forms):
        text = "Moodle does not take several blanks between words for one; such answers are wrong"
        found.append(("gift-blanks", text))
    if answer.case_sensitive:
        found.append(("gift-case", "GIFT cannot ask for the case of letters; any is accepted"))
    elif any(form.lower() != form.casefold() for form in forms):
        text = "Moodle ignores case letter by letter: it does not take ss for ß or ſ for s"
        found.append(("gift-case", text))
    return found


def _name_losses(item: Item) -> list[tuple[str, str]]:
    return [(f"gift-{code}", text) for code, text in name_losses(item.header)]


def _refusals(item: Item) -> list[Problem]:
    text = "Moodle takes a single choice with fewer than two options for another kind of question"
    return [
        Problem("gift-one-option", text, item.header.place, "error")
        for part in item.parts
        if isinstance(part.answer, SingleChoice) and len(part.answer.options) < _LEAST_OPTIONS
    ]
