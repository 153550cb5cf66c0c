r"""Question banks as GIFT text, with HTML inside, as Moodle's own importer reads it.

Facts of that importer: in every text a backslash is doubled and `~ = # { } :` have one before
them, for `\n` is a line end and `\nu` begins with it; a question is one block without a blank
line; what stands between the first braces is its answer; all questions are worth one mark.
"""

from collections.abc import Iterator
from typing import assert_never

from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import GiftOptions
from qgen.document.problem import Problem
from qgen.document.richtext import Image, Passage, walk
from qgen.renderers.labels import Labels, labels_for
from qgen.renderers.moodle.arrangements import has_matching_type, has_positions_type
from qgen.renderers.moodle.cloze import can_be_ticked, star_escaped
from qgen.renderers.moodle.essay import asked_text, marking_notes, part_heading
from qgen.renderers.moodle.numbers import NumberWriter
from qgen.renderers.moodle.questions import SHARES, plain_name, tags_of
from qgen.renderers.moodle.sheet import category_paths
from qgen.renderers.moodle.text import MoodleText, cleaned
from qgen.renderers.writer import Chunk, Writer

_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\~=#{}:"} | {"\n": r"\n", "\r": " "})


def in_gift(text: str) -> str:
    r"""A text as it stands in a GIFT file: `x = 1` as `x \= 1`, `\nu` as `\\nu`.

    >>> in_gift(r"\(\nu = \{1\}\)")
    '\\\\(\\\\nu \\= \\\\\\{1\\\\\\}\\\\)'
    """
    return cleaned(text).translate(_SPECIAL)


class GiftWriter(Writer):
    """`<slug>.gift.txt` with a category a question."""

    def __init__(self, options: GiftOptions) -> None:
        super().__init__()
        self.variants = options.variants
        self._text = MoodleText()
        self._file = ""
        self._labels: Labels | None = None
        self._categories: dict[int, str] = {}

    def losses(self, item: Item) -> list[Problem]:
        """What GIFT cannot carry of a question, and what is written instead."""
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
        if any(map(_has_picture, _passages(item))):
            text = "GIFT holds no picture; its alternative text is written instead"
            found.append(("gift-picture", text))
        return [Problem(code, text, item.header.place, "loss") for code, text in found]

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """A comment that says what the file is."""
        self._labels = labels_for(exam.language)
        self._file = f"{exam.slug}.gift.txt"
        paths = category_paths(exam)
        # Pools are told apart by identity, as two of an exam may ask the same question.
        self._categories = {id(pool): path for pool, path in zip(exam.pools, paths, strict=True)}
        text = (
            "GIFT knows no marks: every question is worth 1 until this is changed after the import"
        )
        self.problems.append(Problem("gift-marks", text, None, "loss"))
        title = " ".join(cleaned(exam.title).split())
        yield self._chunk(f"// {title}: {len(exam.pools)} questions in GIFT\n")

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """One question, or one for each part of a derivation."""
        assert self._labels is not None
        category = self._categories.pop(id(pool), None)
        if category is not None:
            yield self._chunk(f"\n$CATEGORY: {category}\n")
        self._text.begin(item.assets)
        for part in item.parts:
            yield self._chunk(self._question(item, part, self._labels))

    def _chunk(self, text: str) -> Chunk:
        return Chunk(self._file, text.encode("utf-8", "replace"))

    def _question(self, item: Item, part: Part, labels: Labels) -> str:
        header = item.header
        number = f"{item.variant:04}{f' ({part.label})' if part.label else ''}"
        name = f"{' '.join(plain_name(header.title).split())} {number}"
        identifier = f"{header.identifier}-v{item.variant:04}{part.label}"
        tags = "".join(f" [tag:{_in_comment(tag)}]" for tag in tags_of(header))
        stem = self._html(item.stem)
        if part.label:
            stem = f"<div>{stem}</div>{part_heading(part, labels)}{self._html(part.prompt)}"
        if isinstance(part.answer, Numeric) or _is_asked_freely(part.answer):
            stem += asked_text(part.answer, self._text, labels)
        answer = self._answer(part, item, labels)
        return (
            f"\n// [id:{_in_comment(identifier)}]{tags}\n"
            f"::{in_gift(name)}::[html]{in_gift(stem)}{{{answer}}}\n"
        )

    def _html(self, passage: Passage) -> str:
        return self._text.without_pictures(passage)

    def _answer(self, part: Part, item: Item, labels: Labels) -> str:
        """What stands between the braces; behind four hashes, what everybody reads afterwards."""
        answer = part.answer
        notes = "".join(
            self._html(each) for each in (part.explanation, item.explanation) if each is not None
        )
        match answer:
            case SingleChoice():
                lines = [
                    self._choice("=" if option.correct else "~", option.text, option.feedback)
                    for option in answer.options
                ]
            case _ if _is_asked_freely(answer):
                lines = []
                notes = marking_notes(answer, self._text, labels) + notes
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
            case ShortAnswer():
                lines = [
                    *(f"=%100%{in_gift(star_escaped(form))}" for form in answer.accepted),
                    *(
                        f"=%0%{in_gift(star_escaped(each.text))}{self._feedback(each.feedback)}"
                        for each in answer.mistakes
                    ),
                ]
            case Matching():
                lines = list(self._pairs(answer))
            case Ordering():
                lines = [
                    f"={in_gift(self._html(each))} -> {answer.key.index(place) + 1}"
                    for place, each in enumerate(answer.items)
                ]
            case FormulaAnswer() | Open():
                lines = []
                notes = marking_notes(answer, self._text, labels) + notes
            case _:
                assert_never(answer)
        general = f"####{in_gift(notes)}" if notes else ""
        return "\n".join([*lines, general, ""]).lstrip("\n") if lines or general else ""

    def _pairs(self, answer: Matching) -> Iterator[str]:
        """The pairs, and right items without a partner; HTML has no arrow of its own."""
        lefts = {pair.right: self._html(pair.left) for pair in answer.pairs}
        for place, right in enumerate(answer.rights):
            yield f"={in_gift(lefts.get(place, ''))} -> {in_gift(self._html(right))}"

    def _numbers(self, answer: Numeric) -> Iterator[str]:
        writer = NumberWriter(answer.tolerance)
        yield "=" + ":".join(writer.write(answer.key))
        wrong = writer.write_mistakes([mistake.value for mistake in answer.mistakes])
        for mistake, number in zip(answer.mistakes, wrong, strict=True):
            yield f"=%0%{':'.join(number)}{self._feedback(mistake.feedback)}"

    def _choice(self, mark: str, text: Passage, feedback: Passage | None) -> str:
        return f"{mark}{in_gift(self._html(text))}{self._feedback(feedback)}"

    def _feedback(self, feedback: Passage | None) -> str:
        return "" if feedback is None else f"#{in_gift(self._html(feedback))}"


def _is_asked_freely(answer: Answer) -> bool:
    """Whether GIFT has no type for an answer that is chosen, so that it is given in words."""
    match answer:
        case MultipleSelect():
            return not can_be_ticked(answer)
        case Matching():
            return not has_matching_type(answer)
        case Ordering():
            return not has_positions_type(answer)
        case SingleChoice() | Numeric() | FormulaAnswer() | ShortAnswer() | Open():
            return False
        case _:
            assert_never(answer)


def _in_comment(word: str) -> str:
    return " ".join(cleaned(word).split()).replace("[", "(").replace("]", ")")


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
        case FormulaAnswer():
            text = (
                "GIFT cannot mark a formula; a free answer is asked, with the key in the feedback "
                "that follows the attempt"
            )
            return [("gift-formula", text)]
        case Open():
            text = "GIFT keeps no marking scheme apart: it is in the feedback after the attempt"
            return [("gift-rubric", text)]
        case SingleChoice() | MultipleSelect() | Numeric() | ShortAnswer():
            return []
        case _:
            assert_never(answer)


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


def _passages(item: Item) -> Iterator[Passage]:
    yield item.stem
    if item.explanation is not None:
        yield item.explanation
    for part in item.parts:
        yield part.prompt
        if part.explanation is not None:
            yield part.explanation
        if isinstance(part.answer, (SingleChoice, MultipleSelect)):
            yield from (option.text for option in part.answer.options)
        elif isinstance(part.answer, Matching):
            yield from (pair.left for pair in part.answer.pairs)
            yield from part.answer.rights
        elif isinstance(part.answer, Ordering):
            yield from part.answer.items


def _has_picture(passage: Passage) -> bool:
    return any(isinstance(node, Image) for node in walk(passage.text.blocks))
