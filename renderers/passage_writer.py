"""Writes passages fast: a text is turned into pieces once, then only its holes are filled."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from qgen.document.richtext import Blank, CodeBlock, Hole, Passage, RichText, join_parts
from qgen.renderers.remembering import made_once


@dataclass(frozen=True, slots=True)
class Slot:
    """A printed value that is written by itself, by `write` (which escapes it)."""

    index: int
    write: Callable[[str], str]

    @property
    def plain_form(self) -> str | None:
        """What it writes of a plain value, with `%s` for it."""
        return "%s"

    @property
    def plain_indexes(self) -> tuple[int, ...]:
        """The values in the form."""
        return (self.index,)

    def enclosed(self, escape: Callable[[str], str]) -> "Slot":
        """The same value escaped once more."""
        return Slot(self.index, _one_after_another(self.write, escape))


@dataclass(frozen=True, slots=True)
class FormulaSlot:
    """A formula, or a picture's words, to be written as a whole once the holes are filled."""

    parts: tuple[str | Hole, ...]
    write: Callable[[str], str]

    def filled(self, printed: tuple[str, ...]) -> str:
        """It with these values in its holes."""
        return self.write(join_parts(self.parts, printed))

    @property
    def plain_form(self) -> str | None:
        """What it writes of plain values, with `%s` for each, where that is known beforehand."""
        return None

    @property
    def plain_indexes(self) -> tuple[int, ...]:
        """The values in the form."""
        return ()

    @property
    def apart(self) -> "Sequence[str | Slot] | None":
        """The same with each value written by itself, for a writer's values that `stand_apart`."""
        return None

    def enclosed(self, escape: Callable[[str], str]) -> "FormulaSlot":
        """The same escaped once more."""
        write = self.write
        return FormulaSlot(self.parts, lambda tex: escape(write(tex)))


@lru_cache(maxsize=64)
def _one_after_another(
    write: Callable[[str], str], escape: Callable[[str], str]
) -> Callable[[str], str]:
    """Both, remembering what they made: the values that variants print are few."""
    return lru_cache(maxsize=4096)(lambda value: escape(write(value)))


_PLAIN = re.compile(r"[0-9A-Za-z.-]*")
"""Values that mean the same wherever they stand: `3`, `-0.25`, `blue`."""


def _plain_values(printed: tuple[str, ...]) -> list[bool]:
    return [_PLAIN.fullmatch(value) is not None for value in printed]


plain_values = made_once(_plain_values, most=64)
"""Which of the printed values mean the same wherever they stand."""

Piece: TypeAlias = str | Slot | FormulaSlot


def written_code(code: CodeBlock, write: Callable[[str], str]) -> Piece:
    """A block of code by `write`, once its holes are filled if it has any."""
    return write(code.text) if isinstance(code.text, str) else FormulaSlot(code.text, write)


@dataclass(frozen=True, slots=True)
class KnownText:
    """What was made of a text: its words, and the places of those that differ."""

    text: RichText
    words: list[str]
    slots: tuple[tuple[int, int, Callable[[str], str]], ...]
    """Where which value stands, and how it is written."""
    formulas: tuple[tuple[int, FormulaSlot], ...]
    whole: str | None
    """All of it, where nothing differs."""
    form: str
    """All of it with `%s` for what differs."""
    indexes: tuple[int, ...] | None
    """What stands in the form, where plain values may be put there as they are."""


def _cut(text: RichText, pieces: Iterable[Piece], *, keeps_plain: bool) -> KnownText:
    places = tuple(enumerate(joined(pieces)))
    words = [piece if isinstance(piece, str) else "" for _, piece in places]
    slots = tuple(
        (place, piece.index, piece.write) for place, piece in places if isinstance(piece, Slot)
    )
    formulas = tuple((place, piece) for place, piece in places if isinstance(piece, FormulaSlot))
    whole = None if slots or formulas else "".join(words)
    forms = [
        piece.replace("%", "%%") if isinstance(piece, str) else piece.plain_form
        for _, piece in places
    ]
    indexes = None
    if keeps_plain and None not in forms:
        indexes = tuple(i for _, p in places if not isinstance(p, str) for i in p.plain_indexes)
    return KnownText(text, words, slots, formulas, whole, "".join(filter(None, forms)), indexes)


class PassageWriter(ABC):
    """Turns passages into one format's source text.

    Keep one instance for one `render` call: it remembers the pieces of every text it has met.
    """

    keeps_plain: bool = False
    """Whether each slot writes letters, digits, points and hyphens as they are."""

    def __init__(self) -> None:
        # The text is kept beside its pieces, so that its identity cannot be given to another.
        self._known: dict[int, KnownText] = {}
        self._last: tuple[str, ...] = ()
        self._plain: list[bool] = []
        self._last_is_plain = True
        self.blanks: Mapping[str, str] = {}
        """The boxes that stand in the blanks of the next passages, by the labels of parts."""

    def blank(self, node: Blank, gap: str) -> Piece:
        """A blank: the box that stands there, or a gap where the answer is given elsewhere."""
        return FormulaSlot((), lambda _: self.blanks.get(node.label, gap))

    @abstractmethod
    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text in this format, cut at what differs between variants."""

    def stand_apart(self, printed: tuple[str, ...]) -> bool:
        """Whether each value is written as it is by itself, whatever stands beside it."""
        return True

    def write(self, passage: Passage) -> str:
        """The passage in this format."""
        text, printed = passage
        known = self._known.get(id(text))
        if known is None:
            pieces = self.pieces(text)
            known = self._known[id(text)] = _cut(text, pieces, keeps_plain=self.keeps_plain)
        if known.whole is not None:
            return known.whole
        if printed is not self._last:
            # All passages of an item have the same values.
            self._last, self._plain = printed, plain_values(printed)
            self._last_is_plain = all(self._plain)
        if self._last_is_plain and known.indexes is not None:
            return known.form % tuple([printed[index] for index in known.indexes])
        words = known.words.copy()
        if self.keeps_plain:
            plain = self._plain
            for place, index, write in known.slots:
                value = printed[index]
                words[place] = value if plain[index] else write(value)
        else:
            for place, index, write in known.slots:
                words[place] = write(printed[index])
        for place, formula in known.formulas:
            words[place] = formula.filled(printed)
        return "".join(words)


class EnclosedText(PassageWriter):
    """Another writer's passages, escaped once more for the file that they stand in.

    `escape` goes sign by sign: what it makes of two texts together is what it makes of each. It
    leaves plain values as they are.
    """

    def __init__(self, text: PassageWriter, escape: Callable[[str], str]) -> None:
        super().__init__()
        self._text = text
        self._escape = escape
        self.keeps_plain = text.keeps_plain

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The other writer's pieces, escaped."""
        for piece in self._text.pieces(text):
            if isinstance(piece, str):
                yield self._escape(piece)
            else:
                yield piece.enclosed(self._escape)

    def stand_apart(self, printed: tuple[str, ...]) -> bool:
        """Whether they do for the other writer."""
        return self._text.stand_apart(printed)


def joined(pieces: Iterable[Piece]) -> Iterable[Piece]:
    """The same pieces with neighbouring strings joined."""
    waiting: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            waiting.append(piece)
            continue
        if waiting:
            yield "".join(waiting)
            waiting = []
        yield piece
    if waiting:
        yield "".join(waiting)
