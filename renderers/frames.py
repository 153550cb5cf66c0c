"""Items written by frames: what the variants of one shape have in common is written once.

A frame is what a writer makes of a *draft*: an item without what differs among items of its shape.
Where a passage stands in it, and whatever a `Pen` was told to put in, comes in for each variant. A
draft raises `Withheld` for whoever looks at a value or a number itself: no frame can depend on one.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, assert_never

from qgen.document.answers import (
    Answer,
    Matching,
    MultipleSelect,
    Open,
    Ordering,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.richtext import Passage, RichText
from qgen.renderers.item_shape import Draft, Shape, Withheld, shape_of, shuffled
from qgen.renderers.labels import Labels
from qgen.renderers.moodle.essay import marking_notes
from qgen.renderers.passage_writer import (
    FormulaSlot,
    PassageWriter,
    Piece,
    Slot,
    joined,
    plain_values,
)

_MOST = 128
"""Frames, each as long as an item; others are let go."""
_MARK = re.compile("\ue000([0-9]+)\ue001")
"""What stands in a draft for something that comes in later; no writer escapes such characters."""

Put: TypeAlias = Callable[[Item], Sequence[str]]


class Pen:
    """Writes one item as it is."""

    def __init__(self, text: PassageWriter, item: Item) -> None:
        self.text = text
        self._item = item

    def put(self, write: Callable[[Item], str]) -> str:
        """What depends on more of the item than its shape, such as the number of an answer."""
        return self.put_several(lambda item: (write(item),), 1)[0]

    def put_several(self, write: Put, count: int) -> Sequence[str]:
        """So many texts of that sort which are made at once."""
        return write(self._item)

    def must_read(self) -> None:
        """Says that what is written depends on what passages say."""


def marking_notes_by(
    pen: Pen, place: int, answer: Answer, text: PassageWriter, labels: Labels
) -> str:
    """What `marking_notes` says of the answer at a place; `text` is the writer's own."""
    if isinstance(answer, (SingleChoice, MultipleSelect, Matching, Ordering, Open)):
        return marking_notes(answer, pen.text, labels)
    return pen.put(lambda item: marking_notes(item.parts[place].answer, text, labels))


class _DraftPen(Pen):
    """Writes a draft with marks in it, and remembers what comes in at them."""

    def __init__(self, text: "_MarkedText", draft: Item) -> None:
        super().__init__(text, draft)
        self._kept = text.kept
        self._puts: list[Put] = []

    def put_several(self, write: Put, count: int) -> Sequence[str]:
        """A mark for each text."""
        self._puts.append(write)
        put = len(self._puts) - 1
        return [_mark(self._kept, _OfPut(put, place)) for place in range(count)]

    def must_read(self) -> None:
        """Raises Withheld: a draft has no passages."""
        raise Withheld

    def frame(self, written: str, item: Item) -> "_Frame":
        """What was written with these marks, cut at them."""
        frame = _Frame(item, [(write, []) for write in self._puts])
        cut = _MARK.split(written)
        frame.add_words(cut[0])
        for number, words in zip(cut[1::2], cut[2::2], strict=True):
            frame.add(self._kept[int(number)])
            frame.add_words(words)
        return frame


class _OfPut(NamedTuple):
    """One of the texts that are made at once."""

    put: int
    place: int


class _Shuffled(NamedTuple):
    """One of a part's shuffled texts."""

    part: int
    number: int


_Kept: TypeAlias = list[Piece] | _OfPut | _Shuffled


def _mark(kept: list[_Kept], what: _Kept) -> str:
    kept.append(what)
    return f"\ue000{len(kept) - 1}\ue001"


class _MarkedText(PassageWriter):
    """Writes a mark for each passage, and keeps what comes in there."""

    def __init__(self, draft: Draft, pieces_of: Callable[[RichText], list[Piece]]) -> None:
        super().__init__()
        self._draft = draft
        self._pieces_of = pieces_of
        self.kept: list[_Kept] = []

    def pieces(self, text: RichText) -> Iterator[Piece]:
        """Those that come in."""
        return iter(self._pieces_of(text))

    def write(self, passage: Passage) -> str:
        """A mark that stands for the passage."""
        place = self._draft.shuffled.get(passage.text)
        comes = self._pieces_of(passage.text) if place is None else _Shuffled(*place)
        return _mark(self.kept, comes)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The words of a shape's items, and the places of those that differ."""

    item: Item
    """One of the shape, so that what its shape names cannot be another object."""
    puts: list[tuple[Put, list[tuple[int, int]]]]
    """Which text of each comes in at which places."""
    words: list[str] = field(default_factory=list)
    slots: dict[tuple[int, Callable[[str], str]], list[int]] = field(default_factory=dict)
    """By value and by how it is written the places where it stands."""
    formulas: list[tuple[int, FormulaSlot]] = field(default_factory=list)
    shuffled: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By part which of its shuffled texts come in at which places."""
    fixed: set[int] = field(default_factory=set)

    def add_words(self, words: str) -> None:
        """What all items have next."""
        if self.words and len(self.words) - 1 in self.fixed:
            self.words[-1] += words
        elif words:
            self.fixed.add(len(self.words))
            self.words.append(words)

    def add(self, comes: _Kept) -> None:
        """What comes in next."""
        place = len(self.words)
        match comes:
            case _OfPut():
                self.puts[comes.put][1].append((comes.place, place))
            case _Shuffled():
                self.shuffled.setdefault(comes.part, []).append((comes.number, place))
            case _:
                for piece in comes:
                    self._add_piece(piece)
                return
        self.words.append("")

    def _add_piece(self, piece: Piece) -> None:
        match piece:
            case str():
                self.add_words(piece)
                return
            case Slot():
                key = (piece.index, piece.write)
                self.slots.setdefault(key, []).append(len(self.words))
            case FormulaSlot() if piece.apart is not None:
                for each in piece.apart:
                    self._add_piece(each)
                return
            case FormulaSlot():
                self.formulas.append((len(self.words), piece))
            case _:
                assert_never(piece)
        self.words.append("")

    def filled(self, item: Item, write_passage: Callable[[Passage], str]) -> str:
        """An item of this shape."""
        words, printed = self.words.copy(), item.stem.printed
        plain = plain_values(printed)
        for (index, write), places in self.slots.items():
            value = printed[index] if plain[index] else write(printed[index])
            for place in places:
                words[place] = value
        for place, formula in self.formulas:
            words[place] = formula.filled(printed)
        for part, texts in self.shuffled.items():
            passages = shuffled(item.parts[part].answer)
            for number, place in texts:
                passage = passages[number]
                assert passage is not None
                words[place] = write_passage(passage)
        for make, targets in self.puts:
            made = make(item)
            for index, place in targets:
                words[place] = made[index]
        return "".join(words)


class Frames:
    """Writes the items of one writer, by a frame where items of the same shape came before.

    The writer's text keeps plain values as they are.
    """

    def __init__(self, text: PassageWriter) -> None:
        assert text.keeps_plain
        self._text = text
        # Nothing is drafted for shapes that come once, as some questions have thousands.
        self._known: dict[tuple[Shape, Hashable], _Frame | Literal["met", "refused"]] = {}
        self._pieces: dict[int, tuple[RichText, list[Piece]]] = {}

    def write(self, item: Item, make: Callable[[Pen, Item], str], key: Hashable = None) -> str:
        """What `make` writes of an item.

        It may use of the writer's own state only what `key` tells, or what a pen puts in.
        """
        shape = shape_of(item)
        if shape is None or not self._text.stand_apart(item.stem.printed):
            return make(Pen(self._text, item), item)
        name = (shape, key)
        found = self._known.get(name)
        if isinstance(found, _Frame):
            return found.filled(item, self._text.write)
        written = make(Pen(self._text, item), item)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[name] = "met"
        elif found == "met":
            self._known[name] = self._drafted(item, make, written) or "refused"
        return written

    def _drafted(self, item: Item, make: Callable[[Pen, Item], str], written: str) -> _Frame | None:
        """The frame of an item's shape, where one writes the item as it was written."""
        draft = Draft(item)
        pen = _DraftPen(_MarkedText(draft, self._pieces_of), draft.item)
        try:
            frame = pen.frame(make(pen, draft.item), item)
        except Withheld:
            return None
        return frame if frame.filled(item, self._text.write) == written else None

    def _pieces_of(self, text: RichText) -> list[Piece]:
        known = self._pieces.get(id(text))
        if known is None:
            # The text is kept beside them, so that its identity cannot be given to another.
            known = self._pieces[id(text)] = (text, list(joined(self._text.pieces(text))))
        return known[1]
