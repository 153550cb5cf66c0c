"""Questions as Brightspace's CSV for its question library: a block of rows each."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Hint,
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
from qgen.document.exam import ExamDocument, Header, Item, Pool
from qgen.document.formats import BrightspaceOptions
from qgen.document.problem import Problem
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.csv_rows import csv_quoted
from qgen.renderers.decimal_patterns import decimal_pattern
from qgen.renderers.flat_questions import flat_losses
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.mathjax_text import MathJaxText, in_one_line
from qgen.renderers.moodle.essay import asked_text, marking_notes
from qgen.renderers.moodle.numbers import grade, key_number
from qgen.renderers.moodle.text import cleaned, escaped_text
from qgen.renderers.remembering import made_once
from qgen.renderers.typed_words import as_typed
from qgen.renderers.variant_losses import VariantLosses
from qgen.renderers.writer import Chunk, Writer

_COLUMNS = 5
_DIGITS_OF_A_MARGIN = 4
_EMPTY = [f"{',' * (_COLUMNS - max(1, filled))}\n" for filled in range(_COLUMNS + 1)]
"""What stands behind so many cells."""
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
_TITLE_LENGTH = 100


class BrightspaceWriter(Writer):
    """`<slug>.csv`: a block a question, or a block a part of a derivation."""

    def __init__(self, options: BrightspaceOptions) -> None:
        super().__init__()
        self.variants = options.variants
        self._text = MathJaxText()
        self._file = ""
        self._labels: Labels | None = None
        self._places: dict[int, int] = {}
        self._by_pattern = options.numbers == "patterns"
        self._variants = VariantLosses(self._answer_losses)

    def losses(self, item: Item) -> list[Problem]:
        """What the file cannot carry of a question, and what is written instead."""
        self._variants.remember(item)
        return flat_losses(item, "brightspace", "the file", self._answer_losses)

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part."""
        return tuple(self._marked_by(part.answer) for part in item.parts)

    def _marked_by(self, answer: Answer) -> MarkedBy:
        if self._by_pattern and isinstance(answer, Numeric):
            return "machine"
        return "person" if _is_free(answer) else marked_by("brightspace", answer)

    def _answer_losses(self, answer: Answer) -> Iterator[tuple[str, str]]:
        if self._by_pattern and isinstance(answer, Numeric):
            return _pattern_losses(answer)
        return _answer_losses(answer)

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """A comment that says what the file is."""
        self._labels = exam_labels(exam)
        self._file = f"{exam.slug}.csv"
        self._places = {id(pool): place for place, pool in enumerate(exam.pools, 1)}
        title = " ".join(cleaned(exam.title).split())
        yield self._chunk([_row(csv_quoted(f"//{title}"))])

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """A block for each part."""
        assert self._labels is not None
        labels = labels_of(item.header.language, self._labels)
        self.problems += self._variants.of(item)
        number = self._places[id(pool)]
        yield from (self._chunk(self._block(number, item, part, labels)) for part in item.parts)

    def _chunk(self, lines: Iterable[str]) -> Chunk:
        # A row of five empty cells ends a block.
        block = "".join([*lines, _row()])
        return Chunk(self._file, block.encode("utf-8", "replace"))

    def _block(self, number: int, item: Item, part: Part, labels: Labels) -> Iterator[str]:
        header, answer = item.header, part.answer
        label = f" ({part.label})" if part.label else ""
        asked = self._text.asked(item, part, labels)
        if _is_free(answer) or isinstance(answer, (Numeric, ComplexAnswer)):
            asked += asked_text(answer, self._text, labels)
        kind, rows = self._answer(answer, labels)
        explained = self._text.explained(item, part)
        title = _harmless(f"{_title(header)} {item.variant:04}{label}")
        yield _row("NewQuestion", kind)
        yield _row("ID", csv_quoted(f"{header.identifier}-{number}-v{item.variant:04}{part.label}"))
        yield _row("Title", csv_quoted(title))
        yield _row("QuestionText", _html(asked), "HTML")
        yield _row("Points", grade(part.points))
        yield _row("Difficulty", str(header.difficulty))
        yield from rows
        yield from self._hints(part.hints, labels)
        if explained:
            yield _row("Feedback", _html(explained), "HTML")

    def _hints(self, hints: Sequence[Hint], labels: Labels) -> Iterator[str]:
        """All hints in the one place that there is for them."""
        if hints:
            shown = "".join(
                f"<p>{escaped_text(labels.hint.format(number))}</p>{self._text.write(hint.text)}"
                for number, hint in enumerate(hints, 1)
            )
            yield _row("Hint", _html(shown), "HTML")

    def _answer(self, answer: Answer, labels: Labels) -> tuple[str, list[str]]:
        """What kind of question it is, and the rows of its own."""
        if self._by_pattern and isinstance(answer, Numeric):
            pattern = csv_quoted(_pattern(answer))
            return "SA", [_row("InputBox", "1", "40"), _row("Answer", "100", pattern, "regexp")]
        if _is_free(answer):
            notes = marking_notes(answer, self._text, labels)
            return "WR", [_row("InitialText"), _row("AnswerKey", _html(notes), "HTML")]
        match answer:
            case SingleChoice():
                return "MC", self._options(answer.options, "100")
            case MultipleSelect():
                return "MS", [_row("Scoring", "RightAnswers"), *self._options(answer.options, "1")]
            case ShortAnswer():
                mode = "sensitive" if answer.case_sensitive else ""
                forms = dict.fromkeys(map(as_typed, answer.accepted))
                accepted = [_row("Answer", "100", csv_quoted(form), mode) for form in forms]
                return "SA", [_row("InputBox", "1", "40"), *accepted]
            case Matching():
                lefts = [self._text.write(pair.left) for pair in answer.pairs]
                rights = [self._text.write(answer.rights[pair.right]) for pair in answer.pairs]
                rows = [
                    _row(name, str(number), _html(html), "HTML")
                    for name, texts in (("Choice", lefts), ("Match", rights))
                    for number, html in enumerate(texts, 1)
                ]
                return "M", [_row("Scoring", "EquallyWeighted"), *rows]
            case Ordering():
                items = [self._text.write(answer.items[place]) for place in answer.key]
                rows = [_row("Item", _html(html), "HTML") for html in items]
                return "O", [_row("Scoring", "RightMinusWrong"), *rows]
            case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
                raise AssertionError("written freely")
            case _:
                assert_never(answer)

    def _options(self, options: tuple[Option, ...], worth: str) -> list[str]:
        return [
            _row(
                "Option",
                worth if option.correct else "0",
                _html(self._text.write(option.text)),
                "HTML",
                "" if option.feedback is None else _html(self._text.write(option.feedback)),
            )
            for option in options
        ]


def _row(*cells: str) -> str:
    """A line of cells that are as they stand in the file, filled up to all columns."""
    return f"{','.join(cells)}{_EMPTY[len(cells)]}"


def _html(html: str) -> str:
    """HTML as a cell of one line that no spreadsheet takes for a formula."""
    line = in_one_line(html)
    if line.startswith(_FORMULA_STARTS):
        line = f"&#{ord(line[0])};{line[1:]}"
    return csv_quoted(line)


@made_once
def _title(header: Header) -> str:
    return " ".join(cleaned(header.title).split())[:_TITLE_LENGTH]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _is_free(answer: Answer) -> bool:
    """Whether a person marks it: the file has no numbers, formulas or partnerless items."""
    match answer:
        case MultipleSelect():
            return not any(option.correct for option in answer.options)
        case Matching():
            return len(answer.rights) > len(answer.pairs)
        case ShortAnswer():
            # A cell that starts like this would be run by a spreadsheet, or have another key.
            return any(form.lstrip().startswith(_FORMULA_STARTS) for form in answer.accepted)
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
            return True
        case SingleChoice() | Ordering():
            return False
        case _:
            assert_never(answer)


def _pattern(answer: Numeric) -> str:
    """The decimals that are right; ends that go on and on are cut a little outside of them."""
    key, margin = map(Decimal, key_number(answer))
    low, high = key - margin, key + margin
    if margin:
        digits = Decimal(10) ** (margin.adjusted() - _DIGITS_OF_A_MARGIN)
        low = low.quantize(digits, ROUND_FLOOR)
        high = high.quantize(digits, ROUND_CEILING)
    return decimal_pattern(low, high)


def _pattern_losses(answer: Numeric) -> Iterator[tuple[str, str]]:
    text = (
        "a number is compared with a pattern of plain decimals such as 0.25 or -0.00012: 1/4, 0,25 "
        "and 2.5e-1 are wrong, and a ten-thousandth of the tolerance beyond its ends is right; try "
        "one after the import"
    )
    yield "brightspace-numbers", text
    if answer.mistakes:
        text = "numbers have no feedback on known mistakes; it is left out"
        if rewards_mistakes(answer):
            text += ", and those that earn a share of the points earn nothing"
        yield "brightspace-feedback", text


def _answer_losses(answer: Answer) -> Iterator[tuple[str, str]]:
    if _is_free(answer):
        if not isinstance(answer, Open):
            text = "the file cannot ask for such an answer; a person marks a written response"
            yield "brightspace-written", text
        return
    match answer:
        case MultipleSelect() | Matching() | Ordering():
            text = "the scoring rule is Brightspace's own until it is set after the import"
            yield "brightspace-scoring", text
        case ShortAnswer():
            text = "several blanks between words are not taken for one"
            yield "brightspace-words", text
            if answer.mistakes:
                text = "short answers have no feedback on known mistakes; it is left out"
                if rewards_mistakes(answer):
                    text += ", and those that earn a share of the points earn nothing"
                yield "brightspace-feedback", text
        case (
            SingleChoice() | Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open()
        ):
            pass
        case _:
            assert_never(answer)
    if isinstance(answer, Matching) and any(pair.feedback is not None for pair in answer.pairs):
        yield "brightspace-feedback", "pairs have no feedback; it is left out"
