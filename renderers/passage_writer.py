"""Writes passages fast: a text is turned into pieces once, then only its holes are filled."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from qgen.document.richtext import Blank, CodeBlock, Hole, Passage, RichText, join_parts


@dataclass(frozen=True, slots=True)
class Slot:
    """A printed value that is written by itself, by `write` (which escapes it)."""

    index: int
    write: Callable[[str], str]

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


Piece: TypeAlias = str | Slot | FormulaSlot


def written_code(code: CodeBlock, write: Callable[[str], str]) -> Piece:
    """A block of code by `write`, once its holes are filled if it has any."""
    return write(code.text) if isinstance(code.text, str) else FormulaSlot(code.text, write)


@dataclass(frozen=True, slots=True)
class KnownText:
    """What was made of a text: its words, and the places of those that differ."""

    text: RichText
    words: list[str]
    slots: tuple[tuple[int, Slot], ...]
    formulas: tuple[tuple[int, FormulaSlot], ...]
    whole: str | None
    """All of it, where nothing differs."""
    form: str
    """All of it with `%s` for what differs, where only slots do."""
    fills: tuple[tuple[int, Callable[[str], str]], ...]
    """The slots once more, as what is printed where and how."""


def _cut(text: RichText, pieces: Iterable[Piece]) -> KnownText:
    joined = tuple(enumerate(_joined(pieces)))
    words = [piece if isinstance(piece, str) else "" for _, piece in joined]
    slots = tuple((place, piece) for place, piece in joined if isinstance(piece, Slot))
    formulas = tuple((place, piece) for place, piece in joined if isinstance(piece, FormulaSlot))
    whole = None if slots or formulas else "".join(words)
    form = "".join([p.replace("%", "%%") if isinstance(p, str) else "%s" for _, p in joined])
    fills = tuple((slot.index, slot.write) for _, slot in slots)
    return KnownText(text, words, slots, formulas, whole, form, fills)


class PassageWriter(ABC):
    """Turns passages into one format's source text.

    Keep one instance for one `render` call: it remembers the pieces of every text it has met.
    """

    def __init__(self) -> None:
        # The text is kept beside its pieces, so that its identity cannot be given to another.
        self._known: dict[int, KnownText] = {}
        self.blanks: Mapping[str, str] = {}
        """The boxes that stand in the blanks of the next passages, by the labels of parts."""

    def blank(self, node: Blank, gap: str) -> Piece:
        """A blank: the box that stands there, or a gap where the answer is given elsewhere."""
        return FormulaSlot((), lambda _: self.blanks.get(node.label, gap))

    @abstractmethod
    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text in this format, cut at what differs between variants."""

    def of_values(self, passage: Passage, known: KnownText) -> str:
        """A passage of which only values are to be written, as it has no pictures or the like."""
        printed = passage.printed
        return known.form % tuple([write(printed[index]) for index, write in known.fills])

    def write(self, passage: Passage) -> str:
        """The passage in this format."""
        text, printed = passage
        known = self._known.get(id(text))
        if known is None:
            known = self._known[id(text)] = _cut(text, self.pieces(text))
        if known.whole is not None:
            return known.whole
        if not known.formulas:
            return self.of_values(passage, known)
        words = known.words.copy()
        for place, slot in known.slots:
            words[place] = slot.write(printed[slot.index])
        for place, formula in known.formulas:
            words[place] = formula.filled(printed)
        return "".join(words)


class EnclosedText(PassageWriter):
    """Another writer's passages, escaped once more for the file that they stand in.

    `escape` goes sign by sign: what it makes of two texts together is what it makes of each.
    """

    def __init__(self, text: PassageWriter, escape: Callable[[str], str]) -> None:
        super().__init__()
        self._text = text
        self._escape = escape

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The other writer's pieces, escaped."""
        for piece in self._text.pieces(text):
            if isinstance(piece, str):
                yield self._escape(piece)
            else:
                yield piece.enclosed(self._escape)


def _joined(pieces: Iterable[Piece]) -> Iterable[Piece]:
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
