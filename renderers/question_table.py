"""A table of questions as CSV: what spreadsheets and quiz games import."""

from collections.abc import Iterator
from typing import assert_never

from qgen.document.answers import (
    KIND_NAMES,
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
from qgen.document.complex_numbers import typed_complex
from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import CsvOptions
from qgen.document.matrices import typed_rows
from qgen.document.numbers import machine_decimal
from qgen.document.problem import Problem
from qgen.document.richtext import Passage, plain_characters
from qgen.renderers.csv_rows import csv_rows
from qgen.renderers.item_passages import has_picture
from qgen.renderers.keys import accepted_decimals, key_text
from qgen.renderers.matrices import accepted_rows
from qgen.renderers.writer import Chunk, Writer

FILE = "questions.csv"
MOST_OPTIONS = 30
"""So many options a question has at most: each has a column of its own."""

_COLUMNS = (
    *("question", "variant", "part", "kind", "topic", "difficulty", "points", "text"),
    *("key", "accepted from", "accepted to", "unit", "explanation"),
    *(f"option {number}" for number in range(1, MOST_OPTIONS + 1)),
)


class CsvWriter(Writer):
    """`questions.csv`: a row for each question, or for each part of a derivation.

    Texts are plain characters with formulas as TeX between dollars. The key of a choice is the
    numbers of its right options (`2`, or `1,3`), in the right order where they are to be ordered;
    pairs are numbers of left items, in the text, and of options (`1-3,2-1`). That of a short
    answer is all that is accepted (`evidence lower bound | ELBO`); a number has the interval that
    is accepted, and its unit; a matrix stands row by row (`1 2; 3 4`).
    """

    prints_data = False

    def __init__(self, options: CsvOptions) -> None:
        super().__init__()
        self.variants = options.variants

    def losses(self, item: Item) -> list[Problem]:
        """What a table of plain texts cannot carry of a question."""
        found = []
        if any(part.carried is not None for part in item.parts):
            text = "a table cannot say that a part is marked by the student's own earlier value"
            found.append(("csv-carried", text))
        if any(_feedback(part.answer) for part in item.parts):
            text = "a table has no feedback on options and known mistakes; it is left out"
            found.append(("csv-feedback", text))
        if any(isinstance(part.answer, ComplexAnswer) for part in item.parts):
            text = "two columns hold no tolerance of a complex number; only its key is written"
            found.append(("csv-complex", text))
        if any(map(has_picture, _passages(item))):
            text = "a table holds no picture; its alternative text is written instead"
            found.append(("csv-picture", text))
        return [Problem(code, text, item.header.place, "loss") for code, text in found]

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The names of the columns."""
        yield Chunk(FILE, csv_rows([_COLUMNS]))

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """A row for each part of the question."""
        yield Chunk(
            FILE, csv_rows((_row(item, part) for part in item.parts), columns=len(_COLUMNS))
        )


def _row(item: Item, part: Part) -> tuple[str, ...]:
    header = item.header
    answer = part.answer
    low, high, unit = "", "", ""
    if isinstance(answer, Numeric):
        low, high = accepted_decimals(answer)
        unit = answer.unit or ""
    elif isinstance(answer, ComplexAnswer):
        unit = answer.unit or ""
    elif isinstance(answer, MatrixAnswer):
        low, high = map(typed_rows, accepted_rows(answer))
    options = _options(answer)
    kind, points = KIND_NAMES[type(answer)], machine_decimal(part.points)
    return (
        *(header.identifier, str(item.variant), part.label, kind, header.topic),
        *(str(header.difficulty), points, _asked(item, part)),
        *(_key(answer), low, high, unit, _text(part.explanation, item.explanation)),
        *options,
    )


def _asked(item: Item, part: Part) -> str:
    lefts = part.answer.pairs if isinstance(part.answer, Matching) else ()
    numbered = (f"{number}. {plain_characters(pair.left)}" for number, pair in enumerate(lefts, 1))
    return " ".join((_text(item.stem, part.prompt), *numbered))


def _text(*passages: Passage | None) -> str:
    return " ".join(filter(None, (plain_characters(each) for each in passages if each is not None)))


def _options(answer: Answer) -> list[str]:
    match answer:
        case SingleChoice() | MultipleSelect():
            return [plain_characters(option.text) for option in answer.options]
        case Matching():
            return list(map(plain_characters, answer.rights))
        case Ordering():
            return list(map(plain_characters, answer.items))
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer():
            return []
        case ShortAnswer() | Open():
            return []
        case _:
            assert_never(answer)


def _key(answer: Answer) -> str:
    """The key as quiz games read it: numbers of options; otherwise as the key table has it."""
    match answer:
        case SingleChoice() | MultipleSelect():
            return ",".join(str(n) for n, each in enumerate(answer.options, 1) if each.correct)
        case Matching():
            return ",".join(f"{n}-{pair.right + 1}" for n, pair in enumerate(answer.pairs, 1))
        case Ordering():
            return ",".join(str(place + 1) for place in answer.key)
        case Numeric():
            return machine_decimal(answer.key)
        case Open():
            return " ".join(plain_characters(line.text) for line in answer.rubric)
        case ShortAnswer():
            return " | ".join(answer.accepted)
        case ComplexAnswer():
            return typed_complex(answer.key)
        case FormulaAnswer() | MatrixAnswer():
            return key_text(answer)
        case _:
            assert_never(answer)


def _feedback(answer: Answer) -> bool:
    """Whether an answer has feedback of its own."""
    match answer:
        case SingleChoice() | MultipleSelect():
            return any(option.feedback is not None for option in answer.options)
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | ShortAnswer():
            return bool(answer.mistakes)
        case Matching():
            return any(pair.feedback is not None for pair in answer.pairs)
        case Ordering() | Open():
            return False
        case _:
            assert_never(answer)


def _passages(item: Item) -> Iterator[Passage]:
    """Everything that a row tells of a question."""
    yield item.stem
    if item.explanation is not None:
        yield item.explanation
    for part in item.parts:
        yield part.prompt
        if part.explanation is not None:
            yield part.explanation
        match part.answer:
            case SingleChoice() | MultipleSelect():
                yield from (option.text for option in part.answer.options)
            case Open():
                yield from (line.text for line in part.answer.rubric)
            case Matching():
                yield from (pair.left for pair in part.answer.pairs)
                yield from part.answer.rights
            case Ordering():
                yield from part.answer.items
            case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | ShortAnswer():
                pass
            case _:
                assert_never(part.answer)
