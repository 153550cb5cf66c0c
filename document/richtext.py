"""Rich text: a closed set of nodes, parsed once, with numbered holes for drawn values.

A `RichText` is a template: its holes are numbered. A `Passage` is a template together with
the printed value of each hole, so a thousand variants share one tree. `closed` gives the
same text without holes, for readers that do not care about sharing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple, TypeAlias, assert_never


@dataclass(frozen=True, slots=True)
class Text:
    """Plain characters; a renderer escapes them for its format."""

    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Where the printed value `index` stands: plain characters in text, TeX inside `Math`."""

    index: int


@dataclass(frozen=True, slots=True)
class Math:
    """A formula in the line: TeX source (without dollars), cut at its holes."""

    parts: tuple["str | Hole", ...]


@dataclass(frozen=True, slots=True)
class Emphasis:
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Strong:
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    target: str
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of the item's assets, by name; `alternative` says in words what it shows.

    The words are cut at holes, so that they can tell the numbers of each variant.
    """

    asset: str
    alternative: tuple["str | Hole", ...]


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A line that ends here because the author says so."""


@dataclass(frozen=True, slots=True)
class DataLink:
    """A link to a file of data that the student gets, by its name; `content` is its text."""

    file: str
    content: tuple["str | Hole", ...]
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Blank:
    """Where the answer to the part `label` of a derivation stands in the text."""

    label: str


Inline: TypeAlias = (
    Text | Hole | Math | Emphasis | Strong | Code | Link | DataLink | Image | LineBreak | Blank
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class DisplayMath:
    """A formula on lines of its own: TeX source, cut at its holes."""

    parts: tuple[str | Hole, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[tuple["Block", ...], ...]


@dataclass(frozen=True, slots=True)
class NumberedList:
    start: int
    items: tuple[tuple["Block", ...], ...]


@dataclass(frozen=True, slots=True)
class Quotation:
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code: their characters, or these cut at holes."""

    text: "str | tuple[str | Hole, ...]"
    language: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line between blocks."""


Alignment: TypeAlias = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are inline text; every row has as many cells as `alignments`."""

    alignments: tuple[Alignment, ...]
    header: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]


Block: TypeAlias = (
    Paragraph
    | Heading
    | DisplayMath
    | BulletList
    | NumberedList
    | Quotation
    | CodeBlock
    | Rule
    | Table
)
Node: TypeAlias = Inline | Block


@dataclass(frozen=True, slots=True, eq=False)
class RichText:
    """A parsed text. Compared by identity, so that writers can remember what they made of it."""

    blocks: tuple[Block, ...]


class Passage(NamedTuple):
    """A text with its holes' printed values: closed, nothing left to fill."""

    text: RichText
    printed: tuple[str, ...] = ()


NO_TEXT = RichText(())
"""The prompt of a part that needs none."""


def passage_of(text: str) -> Passage:
    """A passage of one paragraph of plain characters."""
    return Passage(RichText((Paragraph((Text(text),)),)))


def walk(blocks: tuple[Node, ...]) -> Iterator[Node]:
    """Every node of a text, parents before children."""
    for node in blocks:
        yield node
        match node:
            case Text() | Hole() | Math() | Code() | Image() | LineBreak() | Blank():
                pass
            case DisplayMath() | CodeBlock() | Rule():
                pass
            case Emphasis() | Strong() | Link() | DataLink() | Paragraph() | Heading():
                yield from walk(node.children)
            case BulletList() | NumberedList():
                for item in node.items:
                    yield from walk(item)
            case Quotation():
                yield from walk(node.blocks)
            case Table():
                for cell in (*node.header, *(cell for row in node.rows for cell in row)):
                    yield from walk(cell)
            case _:
                assert_never(node)


def closed(passage: Passage) -> tuple[Block, ...]:
    """The passage's blocks with every hole replaced by its printed value."""
    return tuple(_close_block(block, passage.printed) for block in passage.text.blocks)


def _close_block(block: Block, printed: tuple[str, ...]) -> Block:
    match block:
        case Paragraph():
            return Paragraph(_close_line(block.children, printed))
        case Heading():
            return Heading(block.level, _close_line(block.children, printed))
        case DisplayMath():
            return DisplayMath((join_parts(block.parts, printed),))
        case BulletList():
            return BulletList(_close_items(block.items, printed))
        case NumberedList():
            return NumberedList(block.start, _close_items(block.items, printed))
        case Quotation():
            return Quotation(tuple(_close_block(inner, printed) for inner in block.blocks))
        case CodeBlock():
            return CodeBlock(join_parts(block.text, printed), block.language)
        case Rule():
            return block
        case Table():
            return Table(
                block.alignments,
                tuple(_close_line(cell, printed) for cell in block.header),
                tuple(tuple(_close_line(cell, printed) for cell in row) for row in block.rows),
            )
        case _:
            assert_never(block)


def _close_items(
    items: tuple[tuple[Block, ...], ...], printed: tuple[str, ...]
) -> tuple[tuple[Block, ...], ...]:
    return tuple(tuple(_close_block(block, printed) for block in item) for item in items)


def _close_line(children: tuple[Inline, ...], printed: tuple[str, ...]) -> tuple[Inline, ...]:
    return tuple(_close_inline(child, printed) for child in children)


def _close_inline(node: Inline, printed: tuple[str, ...]) -> Inline:
    match node:
        case Hole():
            return Text(printed[node.index])
        case Math():
            return Math((join_parts(node.parts, printed),))
        case Emphasis():
            return Emphasis(_close_line(node.children, printed))
        case Strong():
            return Strong(_close_line(node.children, printed))
        case Link():
            return Link(node.target, _close_line(node.children, printed))
        case DataLink():
            content = (join_parts(node.content, printed),)
            return DataLink(node.file, content, _close_line(node.children, printed))
        case Image():
            return Image(node.asset, (join_parts(node.alternative, printed),))
        case Text() | Code() | LineBreak() | Blank():
            return node
        case _:
            assert_never(node)


def data_links(children: tuple[Inline, ...]) -> list[DataLink]:
    """The links to data in a line, each file once."""
    found = {node.file: node for node in walk(children) if isinstance(node, DataLink)}
    return list(found.values())


PlainText: TypeAlias = tuple[str | Hole, ...]
"""Characters without any markup, cut at holes: a unit, an accepted answer."""


def join_parts(parts: str | PlainText, printed: tuple[str, ...]) -> str:
    """A formula's TeX source, a picture's words or another plain text, with the holes filled."""
    return "".join([part if isinstance(part, str) else printed[part.index] for part in parts])


def gap_text(blank: Blank) -> str:
    """A blank in plain characters: `(a) ____`."""
    return f"({blank.label}) ____"


def plain_text(passage: Passage) -> str:
    """The passage in one line of plain characters; formulas as TeX between dollars."""
    return " ".join(plain_characters(passage).split())


def plain_characters(passage: Passage) -> str:
    """The same with every blank and line end, for what makes one line of it later."""
    words, holes = _plain_words(passage.text)
    filled, printed = words.copy(), passage.printed
    for place, index in holes:
        filled[place] = printed[index]
    return "".join(filled)


@lru_cache(maxsize=4096)
def _plain_words(text: RichText) -> tuple[list[str], tuple[tuple[int, int], ...]]:
    """A text's characters, and where which values stand: the same for all its variants."""
    words: list[str] = []
    holes = []
    for is_hole, parts in groupby(_words(text.blocks), lambda part: isinstance(part, Hole)):
        for part in parts if is_hole else ["".join(map(str, parts))]:
            if isinstance(part, Hole):
                holes.append((len(words), part.index))
            words.append("" if isinstance(part, Hole) else part)
    return words, tuple(holes)


def _words(nodes: tuple[Node, ...]) -> Iterator[str | Hole]:
    """Characters and holes of nodes, with a blank around whatever is not within a line."""
    for node in nodes:
        match node:
            case Text() | Code():
                yield node.text
            case Math():
                yield from ("$", *node.parts, "$")
            case DisplayMath():
                yield from (" $$", *node.parts, "$$ ")
            case CodeBlock():
                yield from (" ", *node.text, " ")
            case Image():
                yield from ("[", *node.alternative, "]")
            case Emphasis() | Strong() | Link() | DataLink():
                yield from _words(node.children)
            case Paragraph() | Heading():
                yield from (" ", *_words(node.children), " ")
            case BulletList():
                for item in node.items:
                    yield from _words(item)
            case NumberedList():
                for number, item in enumerate(node.items, node.start):
                    yield from (f" {number}. ", *_words(item))
            case Quotation():
                yield from _words(node.blocks)
            case Table():
                for cell in (*node.header, *(cell for row in node.rows for cell in row)):
                    yield from (" ", *_words(cell), " ")
            case Blank():
                yield gap_text(node)
            case LineBreak() | Rule():
                yield " "
            case Hole():
                yield node
            case _:
                assert_never(node)
