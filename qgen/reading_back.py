"""Reads every printed value back from what writers make of it, and compares it with the value."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from qgen.bank.templates import HoleTemplate, QuestionTemplate
from qgen.document.exam import Item
from qgen.document.problem import Place
from qgen.document.richtext import (
    DisplayMath,
    Hole,
    Math,
    Paragraph,
    Passage,
    RichText,
    walk,
)
from qgen.document.values import FORMULA_TYPES, Value, Values, brief, is_real
from qgen.hole_prints import compare_signs, compare_words, completed, without_dot
from qgen.marking.printed_tokens import Sign, mathml_signs, tex_signs
from qgen.marking.printed_values import Point, Unreadable, is_index, read_at, surroundings
from qgen.renderers.html.text import HtmlText, Surroundings
from qgen.renderers.item_passages import item_passages
from qgen.renderers.latex.text import LatexPassageWriter
from qgen.renderers.moodle.text import MoodleText
from qgen.renderers.passage_writer import PassageWriter

MOST_SHAPES = 12
"""In each place, values of so many shapes (`-3`, `3/4`, …) are read back in all formats."""
ALL_OF_VARIANTS = 60
"""Of so many variants, every hole is read back; of later ones, prints of a new shape."""
MOST_REMEMBERED = 2_000
RECENT_FORMULAS = 64
"""So many formulas are remembered: a check of many variants would keep them all."""
_DIGITS = re.compile(r"\d+")
_MARK = Sign("symbol", "digamma")
"""Stands for a value, to see what a writer made of what is around it; no author's letter."""
_FORMULA = RichText((Paragraph((Math((Hole(0),)),)),))
_WORDS = RichText((Paragraph((Hole(0),)),))

Fault: TypeAlias = tuple[str, Place]
"""What is misprinted, and the place of its hole."""
Spot: TypeAlias = tuple[tuple[str | Hole, ...], int]
"""A formula, and which of its pieces is the hole in question."""
_Signs: TypeAlias = tuple[list[Sign], list[Sign]]
"""The signs of a formula, and those of the same formula where a mark stands for one value."""


@dataclass(slots=True)
class _Format:
    """How one writer's formulas and words are read."""

    name: str
    writer: PassageWriter
    between: re.Pattern[str]
    signs: Callable[[str], list[Sign]]
    plain: Callable[[str], str]
    formula: Callable[[str], list[Sign]] = field(init=False)
    """The signs that the writer's formula has. Raises Unreadable where it wrote none.

    Formulas read lately are known: one is asked for at each of its holes, and what is around its
    only hole is the same for every variant.
    """

    def __post_init__(self) -> None:
        self.formula = lru_cache(maxsize=RECENT_FORMULAS)(self._read)

    def _read(self, tex: str) -> list[Sign]:
        found = self.between.search(self.writer.write(Passage(_FORMULA, (tex,))))
        if found is None:
            raise Unreadable("it is not written as a formula")
        try:
            return self.signs(found[1])
        except ValueError as error:
            raise Unreadable(str(error)) from None

    def words(self, text: str) -> str:
        """The characters that the writer makes of a text."""
        return self.plain(self.writer.write(Passage(_WORDS, (text,))))


_TEX_WORDS = {r"\ensuremath{-}": "−", r"\textasciicircum{}": "^", r"\_": "_", r"\%": "%"}


# Two writers have the same source.
_tex_signs = lru_cache(maxsize=RECENT_FORMULAS)(tex_signs)


def _from_tex(source: str) -> str:
    for written, character in _TEX_WORDS.items():
        source = source.replace(written, character)
    return source


def _from_html(markup: str) -> str:
    return html.unescape(re.sub("<[^<>]*>", "", markup)).strip()


def _formats() -> tuple[_Format, ...]:
    tex = re.compile(r"\\\((.*)\\\)", re.DOTALL)
    return (
        _Format("TeX", LatexPassageWriter(), tex, _tex_signs, _from_tex),
        _Format(
            "Moodle", MoodleText(), tex, lambda text: _tex_signs(html.unescape(text)), _from_html
        ),
        _Format(
            "MathML",
            HtmlText(Surroundings(), 4),
            re.compile("(<math.*</math>)", re.DOTALL),
            mathml_signs,
            _from_html,
        ),
    )


class _Watched(NamedTuple):
    """A spot, the holes in it and right beside it, and the shapes that these had there."""

    spot: Spot
    beside: tuple[int, ...]
    met: set[tuple[str, ...]]

    def is_new(self, shapes: Sequence[str]) -> bool:
        """Whether the value has another shape in this place than those before it."""
        if len(self.met) >= MOST_SHAPES:
            return False
        shape = tuple([shapes[index] for index in self.beside])
        if shape in self.met:
            return False
        self.met.add(shape)
        return True


@dataclass(slots=True)
class ReadingBack:
    """Reads the holes of one question's items: of the first ones all, then what looks new."""

    template: QuestionTemplate
    _formats: tuple[_Format, ...] = field(default_factory=_formats)
    _read: int = 0
    _watched: dict[RichText, tuple[_Watched, ...]] = field(default_factory=dict)
    _met: dict[Spot, set[tuple[str, ...]]] = field(default_factory=dict)
    _texts: list[set[str]] = field(init=False)
    """What each hole has printed."""
    _shapes: list[set[str]] = field(init=False)
    """The shapes of what each hole has printed."""
    _manners: list[int] = field(init=False)
    """The first hole that prints by the same filter where the same stands around it."""
    _right: set[tuple[int, str, type, str]] = field(default_factory=set)
    """Manners with prints that are their values, told by type and by how Python writes them."""

    def __post_init__(self) -> None:
        holes = self.template.holes
        self._texts = [set() for _ in holes]
        self._shapes = [set() for _ in holes]
        first: dict[object, int] = {}
        self._manners = [
            first.setdefault((hole.expression.filter, hole.context), index)
            for index, hole in enumerate(holes)
        ]

    def faults(self, item: Item, known: Values) -> Iterator[Fault]:
        """What is printed otherwise than it is; `known` are all values behind the item."""
        printed = item.stem.printed
        self._read += 1
        new = [
            index
            for index, (text, met) in enumerate(zip(printed, self._texts, strict=True))
            if text not in met and self._looks_new(index, text)
        ]
        if self._read > ALL_OF_VARIANTS and not new:
            return
        values = [hole.expression.evaluate(known) for hole in self.template.holes]
        for index, (value, text) in enumerate(zip(values, printed, strict=True)):
            key = (self._manners[index], text, type(value), repr(value))
            if key in self._right:
                continue
            hole = self.template.holes[index]
            message = _alone(hole, value, text)
            if message:
                yield message, hole.place
                return
            self._right.add(key)
        shapes = [_DIGITS.sub("0", text) for text in printed]
        for passage in item_passages(item):
            watched = self._watched.get(passage.text)
            if watched is None:
                watched = self._watched[passage.text] = tuple(self._watched_in(passage.text))
            for each in watched:
                if each.is_new(shapes):
                    yield from self._in_place(each.spot, printed, values)

    def _watched_in(self, text: RichText) -> Iterator[_Watched]:
        for spot in _spots(text):
            parts, place = spot
            # Others are no author's: those of a condition's marking scheme.
            if _hole_at(parts, place).index < len(self.template.holes):
                near = parts[max(place - 1, 0) : place + 2]
                beside = tuple([part.index for part in near if isinstance(part, Hole)])
                yield _Watched(spot, beside, self._met.setdefault(spot, set()))

    def _looks_new(self, index: int, text: str) -> bool:
        """Whether a hole has not printed a value of this shape before; this text is a new one."""
        texts, shapes = self._texts[index], self._shapes[index]
        if len(texts) >= MOST_REMEMBERED:
            texts.clear()
        texts.add(text)
        shape = _DIGITS.sub("0", text)
        if shape in shapes:
            return False
        shapes.add(shape)
        return True

    def _in_place(
        self, spot: Spot, printed: tuple[str, ...], values: Sequence[Value]
    ) -> Iterator[Fault]:
        parts, place = spot
        part = parts[place]
        assert isinstance(part, Hole)
        hole, value = self.template.holes[part.index], values[part.index]
        # Writers mostly give a formula the same signs, and what is right in one is in another.
        right: list[_Signs] = []
        for written in self._formats:
            if not hole.context.in_math:
                message = _among_words(written, hole, value, printed[part.index])
            elif hole.context.in_words:
                continue
            else:
                signs = _signs_in_formula(written, spot, hole, printed)
                if signs is None or signs in right:
                    continue
                message = _in_formula(signs, spot, hole, value, printed)
                right.append(signs)
            if message:
                yield f"{message} ({written.name})", hole.place
                return


def _hole_at(parts: Sequence[object], place: int) -> Hole:
    part = parts[place]
    assert isinstance(part, Hole)
    return part


def _spots(text: RichText) -> Iterator[Spot]:
    for node in walk(text.blocks):
        if isinstance(node, Hole):
            yield (node,), 0
        elif isinstance(node, (Math, DisplayMath)):
            yield from (
                (node.parts, place)
                for place, part in enumerate(node.parts)
                if isinstance(part, Hole)
            )


def _told(hole: HoleTemplate, value: Value, printed: str, why: str) -> str:
    return (
        f"the hole '{hole.expression.source}' is {brief(value)} and prints as "
        f"'{printed.strip()}', which {why}"
    )


def _alone(hole: HoleTemplate, value: Value, printed: str) -> str | None:
    """What is wrong with a print by itself."""
    context = hole.context
    try:
        if not context.in_math or context.in_words:
            text = re.sub(r"\\([{}$&#%_])", r"\1", printed) if context.in_words else printed
            if context.grouped:
                text = text.removeprefix("{").removesuffix("}")
            compare_words(hole, value, text)
        else:
            compare_signs(tex_signs(printed), value, hole)
    except Unreadable as error:
        return _told(hole, value, printed, f"is misread: {error}")
    return None


def _among_words(written: _Format, hole: HoleTemplate, value: Value, printed: str) -> str | None:
    """What is wrong with a value among words, in one format."""
    text = written.words(printed)
    try:
        if isinstance(value, str) and written.name == "TeX":
            return None  # the signs that TeX has for characters are no alphabet to read back
        compare_words(hole, value, text)
    except Unreadable as error:
        return _told(hole, value, text, f"is misread: {error}")
    return None


def _signs_in_formula(
    written: _Format, spot: Spot, hole: HoleTemplate, printed: tuple[str, ...]
) -> _Signs | None:
    """The signs of a formula in one format, with the value and with the mark in its place."""
    parts, place = spot
    pieces = _filled(parts, printed)
    sign = hole.context.sign
    mark = rf"{sign} \digamma " if sign else r"\digamma "
    marked = [
        *pieces[:place],
        f"{{{mark}}}" if hole.context.grouped else mark,
        *pieces[place + 1 :],
    ]
    try:
        return written.formula("".join(pieces)), written.formula("".join(marked))
    except Unreadable:
        return None  # said as a loss, or as a mistake in the formula, by the writer itself


def _filled(parts: Sequence[str | Hole], printed: tuple[str, ...]) -> list[str]:
    return [part if isinstance(part, str) else printed[part.index] for part in parts]


def _in_formula(
    signs: _Signs, spot: Spot, hole: HoleTemplate, value: Value, printed: tuple[str, ...]
) -> str | None:
    """What is wrong with a value in a formula of these signs."""
    parts, place = spot
    pieces = _filled(parts, printed)
    whole, around = signs
    sign, shown = hole.context.sign, pieces[place]
    if around.count(_MARK) != 1:
        return None
    where = around.index(_MARK)
    before, after = around[: where - bool(sign)], around[where + 1 :]
    end = len(whole) - len(after)
    if end < len(before) or whole[: len(before)] != before or whole[end:] != after:
        joined = "".join(pieces)
        fault = f"runs together with what stands beside it in '{joined}'"
        return None if is_index(around[:where]) else _told(hole, value, shown, fault)
    own = whole[len(before) : end]
    try:
        compare_signs(own, value, hole)
    except Unreadable as error:
        return _told(hole, value, shown, f"is misread: {error}")
    if is_real(value) or isinstance(value, FORMULA_TYPES):
        chosen = hole.expression.filter
        if chosen and chosen.name == "signed" and own and own[0].kind == "operator":
            sign = "+"  # the filter's own sign stands between two terms
        bare = without_dot(own, hole)
        if not _fits(before, bare, own[len(bare) :], after, sign):
            return _told(hole, value, shown, f"is misread where it stands: '{''.join(pieces)}'")
    return None


def _fits(
    before: list[Sign], own: list[Sign], dot: list[Sign], after: list[Sign], sign: str
) -> bool:
    """Whether the print means in its place what the value would mean as one sign there.

    `dot` stands between the print and what follows it, or is empty.
    """
    if is_index(before) or after[:1] == [Sign("script", "_")]:
        return True
    left, right = surroundings(before, after)
    signed = [Sign("operator", sign)] if sign else []
    try:
        value = read_at(completed(own), {}, anywhere=True)
        value = -value if sign == "-" else value
        point = {_MARK.text: value}
        meant_exactly = read_at([*left, *signed, _MARK, *right], point, anywhere=True)
    except Unreadable:
        return True  # what is around it is no arithmetic
    try:
        said_exactly = read_at([*left, *own, *dot, *right], {}, anywhere=True)
    except Unreadable:
        return False
    try:
        said, meant = complex(said_exactly), complex(meant_exactly)
    except OverflowError:  # fractions that are larger than any number of the machine
        return said_exactly == meant_exactly
    away = abs(said - meant)
    if away <= 1e-9 * max(abs(said), abs(meant)):
        return True
    # Where terms cancel, what rounding leaves of them is no difference.
    return away <= 1e-13 * _size([*left, *signed, _MARK, *right], point)


def _size(signs: list[Sign], point: Point) -> float:
    """How large a formula would be if all its terms were added."""
    plus = Sign("operator", "+")
    added = [plus if each == Sign("operator", "-") else each for each in signs]
    try:
        return abs(complex(read_at(added, point, anywhere=True)))
    except (Unreadable, OverflowError):
        return 0.0
