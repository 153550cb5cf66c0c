"""Questions as Blackboard's text of tabs: one row each, for Ultra and Original."""

from collections.abc import Iterator
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
    Option,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    rewards_mistakes,
)
from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import BlackboardOptions
from qgen.document.problem import Problem
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.flat_questions import flat_losses
from qgen.renderers.gift.text import plain_decimals
from qgen.renderers.item_passages import answer_passages
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.mathjax_text import MathJaxText, in_one_line
from qgen.renderers.moodle.essay import asked_text, marking_notes
from qgen.renderers.moodle.numbers import key_number
from qgen.renderers.typed_words import as_typed
from qgen.renderers.variant_losses import VariantLosses
from qgen.renderers.writer import Chunk, Writer

ROWS_IN_A_FILE = 250


class BlackboardWriter(Writer):
    """`<slug>.txt`, or `<slug>-1.txt`, … of 250 rows each."""

    def __init__(self, options: BlackboardOptions) -> None:
        super().__init__()
        self.variants = options.variants
        self._text = MathJaxText()
        self._slug = ""
        self._labels: Labels | None = None
        self._rows = 0
        self._has_files = False
        self._variants = VariantLosses(_answer_losses)

    def losses(self, item: Item) -> list[Problem]:
        """What a row cannot carry of a question, and what is written instead."""
        self._variants.remember(item)
        return flat_losses(item, "blackboard", "a row", _answer_losses)

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part."""
        return tuple(
            "person" if _is_free(part.answer) else marked_by("blackboard", part.answer)
            for part in item.parts
        )

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """Nothing: there is no header."""
        self._slug, self._labels = exam.slug, exam_labels(exam)
        total = sum(pool.parts * pool.count(self.variants) for pool in exam.pools)
        self._has_files = total > ROWS_IN_A_FILE
        text = (
            "a row has no points, explanation or feedback: points, and what some of several right "
            "ticks earn, are set after the import"
        )
        self.problems.append(Problem("blackboard-rows", text, None, "loss"))
        return iter(())

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """A row for each part."""
        assert self._labels is not None
        self.problems += self._variants.of(item)
        labels = labels_of(item.header.language, self._labels)
        for part in item.parts:
            ending = f"-{self._rows // ROWS_IN_A_FILE + 1}" if self._has_files else ""
            row = "\t".join(map(in_one_line, self._row(item, part, labels)))
            yield Chunk(f"{self._slug}{ending}.txt", f"{row}\n".encode("utf-8", "replace"))
            self._rows += 1

    def _row(self, item: Item, part: Part, labels: Labels) -> list[str]:
        answer = part.answer
        asked = self._text.asked(item, part, labels)
        if _is_free(answer):
            asked += asked_text(answer, self._text, labels)
            return ["ESS", asked, marking_notes(answer, self._text, labels)]
        match answer:
            case SingleChoice():
                return ["MC", asked, *self._options(answer.options)]
            case MultipleSelect():
                return ["MA", asked, *self._options(answer.options)]
            case Numeric():
                asked += asked_text(answer, self._text, labels)
                return ["NUM", asked, *plain_decimals(key_number(answer))]
            case ShortAnswer():
                return [
                    "FIB",
                    asked,
                    *map(as_typed, answer.accepted),
                ]
            case Matching():
                cells = (
                    cell for pair in answer.pairs for cell in (pair.left, answer.rights[pair.right])
                )
                return ["MAT", asked, *map(self._text.write, cells)]
            case Ordering():
                return ["ORD", asked, *(self._text.write(answer.items[i]) for i in answer.key)]
            case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
                raise AssertionError("written freely")
            case _:
                assert_never(answer)

    def _options(self, options: tuple[Option, ...]) -> Iterator[str]:
        for option in options:
            yield self._text.write(option.text)
            yield "correct" if option.correct else "incorrect"


def _is_free(answer: Answer) -> bool:
    """Whether no type fits: pairs have no right item without a partner, ticks a right one."""
    match answer:
        case MultipleSelect():
            return not any(option.correct for option in answer.options)
        case Matching():
            return len(answer.rights) > len(answer.pairs)
        case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
            return True
        case SingleChoice() | Numeric() | ShortAnswer() | Ordering():
            return False
        case _:
            assert_never(answer)


def _answer_losses(answer: Answer) -> Iterator[tuple[str, str]]:
    if _is_free(answer) and not isinstance(answer, Open):
        text = "Blackboard cannot mark such an answer; an essay is asked, with the key as example"
        yield "blackboard-essay", text
        return
    match answer:
        case MultipleSelect() | Matching() | Ordering():
            text = "the scoring rule is Blackboard's own until it is set after the import"
            yield "blackboard-scoring", text
        case ShortAnswer():
            text = "how case and blanks are read is Blackboard's own until it is set"
            yield "blackboard-words", text
        case Numeric():
            text = "numbers are typed as decimals such as 0.25, not as 1/4 or sqrt(2)"
            yield "blackboard-numbers", text
        case SingleChoice() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
            pass
        case _:
            assert_never(answer)
    shown = [] if isinstance(answer, Open) else list(answer_passages(answer))
    if isinstance(answer, (Numeric, ShortAnswer)) and shown:
        text = "a row has no feedback on known mistakes; it is left out"
        if rewards_mistakes(answer):
            text += ", and those that earn a share of the points earn nothing"
        yield "blackboard-feedback", text
