"""Where everything stands on an answer sheet, in millimetres from the top left of its pages.

A sheet is for people and for machines: what is printed and what a scanner is told come from the
same numbers. Nothing here depends on a key, only on what kind of answer is asked for and on how
many options are shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, assert_never

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
    ShortAnswer,
    SingleChoice,
    option_letter,
)
from qgen.document.exam import Paper

PageSize: TypeAlias = Literal["a4", "letter"]
SIZES: dict[PageSize, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
STUDENT_NUMBER = "student_number"
"""The kind of the bubbles that tell whose sheet it is; all others have the kind of an answer."""
NUMBER_COLUMNS = 7
"""So many characters a number may have beside its sign: the same for all, and so no hint."""
NUMBER_SIGNS = ("/", ".", *"0123456789")
CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

_MARK, _MARK_EDGE, _UPRIGHT = 5.0, 12.5, 10.0
_CELL, _CELL_PITCH, _CELLS_ABOVE_EDGE = 2.4, 3.0, 12.5
_SIDE, _BOTTOM, _LATER_TOP = 20.0, 28.0, 26.0
_HEAD, _HEAD_WITH_NUMBER, _HEAD_TOP, _NUMBER_TOP = 62.0, 66.0, 20.0, 22.0
_BUBBLE, _PITCH, _ROW, _LABEL, _GAP = 4.4, 6.0, 7.2, 17.0, 6.0
_DIGIT, _DIGIT_PITCH, _WRITING, _TITLE = 3.8, 4.6, 5.4, 5.0
_MOST_COLUMNS = 5
_USUAL_SIZE, _LARGEST_SCALE = 11, 1.6


class Bubble(NamedTuple):
    """A circle to fill: what filling it says, its centre and its width.

    `place` counts the rows of a question with several, or the columns of a number, from 1; the
    column 0 holds the sign.
    """

    kind: str
    question: int
    part: str
    place: int
    value: str
    x: float
    y: float
    diameter: float


class Box(NamedTuple):
    """A frame to write one character in, by its top left corner."""

    x: float
    y: float
    width: float
    height: float


class Square(NamedTuple):
    """A mark for machines, by its centre."""

    x: float
    y: float
    size: float
    filled: bool = True


class Label(NamedTuple):
    """Words whose left edge and middle are given."""

    x: float
    y: float
    words: str


@dataclass(slots=True)
class SheetPage:
    """What stands on one page, but for its head and foot."""

    bubbles: list[Bubble] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A whole sheet. `on_paper` are the questions that it has no bubbles for, with their parts."""

    width: float
    height: float
    scale: float
    head: Box
    pages: tuple[SheetPage, ...]
    on_paper: tuple[tuple[int, str], ...]

    def marks(self) -> Iterator[Square]:
        """The squares in the four corners, and the fifth that tells what is up."""
        right, bottom = self.width - _MARK_EDGE, self.height - _MARK_EDGE
        for y in (_MARK_EDGE, bottom):
            yield Square(_MARK_EDGE, y, _MARK)
            yield Square(right, y, _MARK)
        yield Square(_MARK_EDGE + _UPRIGHT, _MARK_EDGE, _MARK)

    def code_cells(self, code: str, page: int) -> Iterator[Square]:
        """The code, the page and a check sum as bits, the first of each five the highest."""
        bits = code_bits(code, page)
        first = (self.width - _CELL_PITCH * (len(bits) - 1)) / 2
        for index, bit in enumerate(bits):
            x = round(first + index * _CELL_PITCH, 2)
            yield Square(x, self.height - _CELLS_ABOVE_EDGE, _CELL, bit)


def code_bits(code: str, page: int) -> list[bool]:
    """Five bits a letter, five for the page, and five for the sum of all, each times its place."""
    values = [*map(CODE_LETTERS.index, code), page % 32]
    values.append(sum(place * value for place, value in enumerate(values, 1)) % 31)
    return [bool(value >> bit & 1) for value in values for bit in (4, 3, 2, 1, 0)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question or a part, or the student's number: what bubbles answer."""

    kind: str
    question: int
    part: str

    @property
    def name(self) -> str:
        return listed([(self.question, self.part)])


class _Row(NamedTuple):
    """A label and what can be filled beside it."""

    label: str
    asked: _Asked
    place: int
    values: tuple[str, ...]


def sheet_layout(
    paper: Paper, page_size: PageSize, text_size: int, student_digits: int
) -> SheetLayout:
    """The sheet of a paper; one of a student by name has no bubbles for the student's number."""
    width, height = SIZES[page_size]
    scale = min(_LARGEST_SCALE, max(1.0, text_size / _USUAL_SIZE))
    asked = [
        (_Asked(KIND_NAMES[type(part.answer)], number, part.label), part.answer)
        for number, item in enumerate(paper.items(), 1)
        for part in item.parts
    ]
    digits = 0 if paper.student else student_digits
    number_width = digits * _DIGIT_PITCH * scale
    head_width = width - 2 * _SIDE - (number_width + _GAP if digits else 0)
    head_height = (_HEAD_WITH_NUMBER if digits else _HEAD) * scale
    head = Box(_SIDE, _HEAD_TOP, round(head_width, 2), head_height - 4 * scale)
    drawing = _Drawing(width, height, scale, _HEAD_TOP + head_height)
    if digits:
        left = width - _SIDE - number_width
        drawing.number(_Asked(STUDENT_NUMBER, 0, ""), (left, _NUMBER_TOP), "0123456789", digits)
    drawing.rows([row for each, answer in asked for row in _rows(each, answer)])
    drawing.numbers([each for each, answer in asked if isinstance(answer, Numeric)])
    pages = tuple(drawing.pages)
    return SheetLayout(width, height, scale, head, pages, tuple(answered_on_paper(paper)))


def answered_on_paper(paper: Paper) -> Iterator[tuple[int, str]]:
    """The questions, with their parts, that a sheet has no bubbles for."""
    for number, item in enumerate(paper.items(), 1):
        for part in item.parts:
            if isinstance(
                part.answer, (ComplexAnswer, FormulaAnswer, MatrixAnswer, ShortAnswer, Open)
            ):
                yield number, part.label


def listed(questions: Iterable[tuple[int, str]]) -> str:
    """`3, 4 (b)`."""
    return ", ".join(f"{number} ({part})" if part else f"{number}" for number, part in questions)


def _rows(asked: _Asked, answer: Answer) -> Iterator[_Row]:
    match answer:
        case SingleChoice(options=options) | MultipleSelect(options=options):
            yield _Row(asked.name, asked, 1, _letters(len(options)))
        case Matching(pairs=pairs, rights=rights):
            for place in range(1, len(pairs) + 1):
                yield _Row(f"{asked.name} · {place}", asked, place, _letters(len(rights)))
        case Ordering(items=items):
            for place in range(1, len(items) + 1):
                yield _Row(f"{asked.name} · {place}", asked, place, _letters(len(items)))
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer():
            return
        case ShortAnswer() | Open():
            return
        case _:
            assert_never(answer)


def _letters(count: int) -> tuple[str, ...]:
    return tuple(map(option_letter, range(count)))


@dataclass(slots=True)
class _Drawing:
    """Pages as they fill."""

    width: float
    height: float
    scale: float
    top: float
    """Where the free room of the last page begins."""
    pages: list[SheetPage] = field(default_factory=lambda: [SheetPage()])

    @property
    def _bottom(self) -> float:
        return self.height - _BOTTOM

    @property
    def _room(self) -> float:
        return self.width - 2 * _SIDE

    def _turn(self) -> None:
        self.pages.append(SheetPage())
        self.top = _LATER_TOP

    def rows(self, rows: Sequence[_Row]) -> None:
        """Rows of options in columns, the first column first."""
        most = int((self._room / self.scale - _LABEL) / _PITCH)
        lines = [line for row in rows for line in _broken(row, most)]
        longest = max((len(line.values) for line in lines), default=0)
        column_width = (_LABEL + longest * _PITCH) * self.scale
        columns = int((self._room + _GAP) / (column_width + _GAP))
        columns = max(1, min(_MOST_COLUMNS, columns))
        step = _ROW * self.scale
        while lines:
            fitting = int((self._bottom - self.top) / step)
            in_column = min(fitting, -(-len(lines) // columns))
            for index, line in enumerate(lines[: in_column * columns]):
                column, place = divmod(index, in_column)
                left = _SIDE + column * (self._room + _GAP) / columns
                self._line(line, left, self.top + (place + 0.5) * step)
            lines = lines[in_column * columns :]
            self.top += in_column * step + _GAP
            if lines:
                self._turn()

    def _line(self, line: _Row, left: float, middle: float) -> None:
        page, scale = self.pages[-1], self.scale
        if line.label:
            page.labels.append(_label(left, middle, line.label))
        first = left + (_LABEL + _BUBBLE / 2) * scale
        for index, value in enumerate(line.values):
            place = (first + index * _PITCH * scale, middle, _BUBBLE * scale)
            page.bubbles.append(_bubble(line.asked, line.place, value, place))

    def numbers(self, asked: Sequence[_Asked]) -> None:
        """A block of columns for each number, side by side."""
        pitch = _DIGIT_PITCH * self.scale
        width = (NUMBER_COLUMNS + 1) * pitch
        height = self._number_height(len(NUMBER_SIGNS))
        beside = max(1, int((self._room + _GAP) / (width + _GAP)))
        for start in range(0, len(asked), beside):
            if self.top + height > self._bottom:
                self._turn()
            for index, each in enumerate(asked[start : start + beside]):
                left = _SIDE + index * (self._room + _GAP) / beside
                self.pages[-1].labels.append(
                    _label(left, self.top + _TITLE * self.scale / 2, each.name)
                )
                sign = (left + pitch / 2, self.top + self._first_row, _DIGIT * self.scale)
                self.pages[-1].bubbles.append(_bubble(each, 0, "-", sign))
                top = self.top + _TITLE * self.scale
                self.number(each, (left + pitch, top), NUMBER_SIGNS, NUMBER_COLUMNS)
            self.top += height + _GAP

    @property
    def _first_row(self) -> float:
        """From the top of a number's block to the middle of its first row of bubbles."""
        return (_TITLE + _WRITING + _DIGIT_PITCH / 2) * self.scale + 1

    def _number_height(self, rows: int) -> float:
        return (_TITLE + _WRITING + rows * _DIGIT_PITCH) * self.scale + 1

    def number(
        self,
        asked: _Asked,
        corner: tuple[float, float],
        signs: Iterable[str],
        columns: int,
    ) -> None:
        """Columns of bubbles, each below a frame to write in."""
        page, scale = self.pages[-1], self.scale
        left, top = corner
        pitch = _DIGIT_PITCH * scale
        for column in range(columns):
            x = left + column * pitch
            page.boxes.append(
                Box(round(x, 2), round(top, 2), round(pitch, 2), round(_WRITING * scale, 2))
            )
            for row, sign in enumerate(signs):
                middle = top + (_WRITING * scale + 1) + (row + 0.5) * pitch
                place = (x + pitch / 2, middle, _DIGIT * scale)
                page.bubbles.append(_bubble(asked, column + 1, sign, place))


def _broken(row: _Row, most: int) -> Iterator[_Row]:
    """A row with more options than fit beside one another, in several lines."""
    for start in range(0, len(row.values), most):
        label = "" if start else row.label
        yield row._replace(label=label, values=row.values[start : start + most])


def _label(x: float, y: float, words: str) -> Label:
    return Label(round(x, 2), round(y, 2), words)


def _bubble(asked: _Asked, place: int, value: str, where: tuple[float, float, float]) -> Bubble:
    x, y, diameter = (round(each, 2) for each in where)
    return Bubble(asked.kind, asked.question, asked.part, place, value, x, y, diameter)
