"""Questions as Brightspace's CSV for its question library: a block of rows each."""

from collections.abc import Iterator, Sequence
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
from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import BrightspaceOptions
from qgen.document.problem import Problem
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.csv_rows import csv_line
from qgen.renderers.decimal_patterns import decimal_pattern
from qgen.renderers.flat_questions import flat_losses
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.mathjax_text import MathJaxText, in_one_line
from qgen.renderers.moodle.essay import asked_text, marking_notes
from qgen.renderers.moodle.numbers import grade, key_number
from qgen.renderers.moodle.text import cleaned, escaped_text
from qgen.renderers.typed_words import as_typed
from qgen.renderers.variant_losses import VariantLosses
from qgen.renderers.writer import Chunk, Writer

_COLUMNS = 5
_DIGITS_OF_A_MARGIN = 4
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
        yield self._chunk([[f"//{title}"]])

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """A block for each part."""
        assert self._labels is not None
        labels = labels_of(item.header.language, self._labels)
        self.problems += self._variants.of(item)
        number = self._places[id(pool)]
        yield from (self._chunk(self._block(number, item, part, labels)) for part in item.parts)

    def _chunk(self, rows: Sequence[Sequence[str]]) -> Chunk:
        # A row of five empty cells ends a block.
        filled = [csv_line(row, _COLUMNS) for row in [*rows, []]]
        return Chunk(self._file, "".join(filled).encode("utf-8", "replace"))

    def _block(self, number: int, item: Item, part: Part, labels: Labels) -> list[list[str]]:
        header, answer = item.header, part.answer
        title = " ".join(cleaned(header.title).split())[:_TITLE_LENGTH]
        label = f" ({part.label})" if part.label else ""
        asked = self._text.asked(item, part, labels)
        if _is_free(answer) or isinstance(answer, (Numeric, ComplexAnswer)):
            asked += asked_text(answer, self._text, labels)
        kind, rows = self._answer(answer, labels)
        explained = self._text.explained(item, part)
        return [
            ["NewQuestion", kind],
            ["ID", f"{header.identifier}-{number}-v{item.variant:04}{part.label}"],
            ["Title", _harmless(f"{title} {item.variant:04}{label}")],
            ["QuestionText", _html(asked), "HTML"],
            ["Points", grade(part.points)],
            ["Difficulty", str(header.difficulty)],
            *rows,
            *self._hints(part.hints, labels),
            *([["Feedback", _html(explained), "HTML"]] if explained else []),
        ]

    def _hints(self, hints: Sequence[Hint], labels: Labels) -> list[list[str]]:
        """All hints in the one place that there is for them."""
        if not hints:
            return []
        shown = "".join(
            f"<p>{escaped_text(labels.hint.format(number))}</p>{self._text.write(hint.text)}"
            for number, hint in enumerate(hints, 1)
        )
        return [["Hint", _html(shown), "HTML"]]

    def _answer(self, answer: Answer, labels: Labels) -> tuple[str, list[list[str]]]:
        if self._by_pattern and isinstance(answer, Numeric):
            pattern = ["Answer", "100", _pattern(answer), "regexp"]
            return "SA", [["InputBox", "1", "40"], pattern]
        if _is_free(answer):
            notes = marking_notes(answer, self._text, labels)
            return "WR", [["InitialText", ""], ["AnswerKey", _html(notes), "HTML"]]
        match answer:
            case SingleChoice():
                return "MC", self._options(answer.options, "100")
            case MultipleSelect():
                return "MS", [["Scoring", "RightAnswers"], *self._options(answer.options, "1")]
            case ShortAnswer():
                mode = "sensitive" if answer.case_sensitive else ""
                forms = dict.fromkeys(map(as_typed, answer.accepted))
                return "SA", [["InputBox", "1", "40"], *(["Answer", "100", f, mode] for f in forms)]
            case Matching():
                pairs = list(enumerate(answer.pairs, 1))
                lefts = [
                    ["Choice", str(n), _html(self._text.write(p.left)), "HTML"] for n, p in pairs
                ]
                rights = [
                    ["Match", str(n), _html(self._text.write(answer.rights[p.right])), "HTML"]
                    for n, p in pairs
                ]
                return "M", [["Scoring", "EquallyWeighted"], *lefts, *rights]
            case Ordering():
                items = [_html(self._text.write(answer.items[place])) for place in answer.key]
                rows = [["Item", html, "HTML", ""] for html in items]
                return "O", [["Scoring", "RightMinusWrong"], *rows]
            case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
                raise AssertionError("written freely")
            case _:
                assert_never(answer)

    def _options(self, options: tuple[Option, ...], worth: str) -> list[list[str]]:
        return [
            [
                "Option",
                worth if option.correct else "0",
                _html(self._text.write(option.text)),
                "HTML",
                "" if option.feedback is None else _html(self._text.write(option.feedback)),
            ]
            for option in options
        ]


def _html(html: str) -> str:
    """HTML in one line that no spreadsheet takes for a formula."""
    line = in_one_line(html)
    return f"&#{ord(line[0])};{line[1:]}" if line.startswith(_FORMULA_STARTS) else line


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
