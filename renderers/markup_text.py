"""Passages as HTML that is XML as well; how formulas and pictures are written is each format's."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import assert_never

from qgen.document.data_files import printed_tables
from qgen.document.exam import Asset
from qgen.document.links import link_fault
from qgen.document.richtext import (
    Alignment,
    Blank,
    Block,
    BulletList,
    Code,
    CodeBlock,
    DataLink,
    DisplayMath,
    Emphasis,
    Heading,
    Hole,
    Image,
    Inline,
    LineBreak,
    Link,
    Math,
    NumberedList,
    Paragraph,
    PlainText,
    Quotation,
    RichText,
    Rule,
    Strong,
    Table,
    Text,
    data_links,
)
from qgen.renderers.moodle.text import escaped, escaped_text
from qgen.renderers.passage_writer import FormulaSlot, PassageWriter, Piece, Slot, written_code


def attribute(text: str) -> str:
    """Plain characters as the value of an attribute; lines stay apart."""
    return escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


class MarkupText(PassageWriter):
    """Writes passages with every element closed, every character escaped.

    A text of one paragraph is written without `<p>`, so that it fits options and labels too.
    """

    keeps_plain = True

    def __init__(self) -> None:
        super().__init__()
        self.assets: Mapping[str, Asset] = {}
        """The pictures of the question whose passages come next."""

    @abstractmethod
    def math(self, parts: PlainText, *, is_display: bool) -> Iterator[Piece]:
        """A formula, cut at its holes or as a whole."""

    def data_address(self, file: str, content: str) -> str | None:
        """Where a file of data lies, once it is kept; None for a format that has no files."""
        return None

    @abstractmethod
    def picture(self, name: str, alternative: str) -> str:
        """A picture of the question, its words filled."""

    def alignment(self, alignment: Alignment) -> str:
        """The attribute of a cell that is aligned so."""
        return f' style="text-align:{alignment}"'

    def numbered(self, node: NumberedList) -> Iterator[Piece]:
        """A list whose numbers begin anywhere."""
        yield from (f'<ol start="{node.start}">', *self._items(node.items), "</ol>")

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text as HTML, cut at its holes, formulas with holes and pictures."""
        match text.blocks:
            case (Paragraph(children),):
                return (*self.line(children), *self._printed(children))
            case blocks:
                return self.blocks(blocks)

    def blocks(self, blocks: tuple[Block, ...]) -> Iterator[Piece]:
        """Blocks one after another."""
        for block in blocks:
            yield from self._block(block)

    def line(self, children: tuple[Inline, ...]) -> Iterator[Piece]:
        """What stands within a line."""
        for child in children:
            yield from self._inline(child)

    def _block(self, node: Block) -> Iterator[Piece]:
        match node:
            case Paragraph():
                yield from ("<p>", *self.line(node.children), "</p>")
                yield from self._printed(node.children)
            case Heading():
                # The page, the quiz and the question already use the first three levels.
                level = min(node.level + 3, 6)
                yield from (f"<h{level}>", *self.line(node.children), f"</h{level}>")
            case DisplayMath():
                yield from ("<p>", *self.math(node.parts, is_display=True), "</p>")
            case BulletList():
                yield from ("<ul>", *self._items(node.items), "</ul>")
            case NumberedList():
                yield from self.numbered(node)
            case Quotation():
                yield from ("<blockquote>", *self.blocks(node.blocks), "</blockquote>")
            case CodeBlock():
                yield written_code(node, lambda t: f"<pre><code>{escaped_text(t)}</code></pre>")
            case Rule():
                yield "<hr/>"
            case Table():
                yield from self._table(node)
            case _:
                assert_never(node)

    def _table(self, node: Table) -> Iterator[Piece]:
        yield "<table><thead>"
        yield from self._row("th", node, node.header)
        yield "</thead><tbody>"
        for row in node.rows:
            yield from self._row("td", node, row)
        yield "</tbody></table>"

    def _data_link(self, node: DataLink) -> Iterator[Piece]:
        """A link to a file, or its words where there are no files."""

        def opening(content: str) -> str:
            address = self.data_address(node.file, content)
            return "" if address is None else f'<a href="{attribute(address)}">'

        def closing(content: str) -> str:
            return "" if self.data_address(node.file, content) is None else "</a>"

        yield FormulaSlot(node.content, opening)
        yield from self.line(node.children)
        yield FormulaSlot(node.content, closing)

    def _printed(self, children: tuple[Inline, ...]) -> Iterator[Piece]:
        """The data behind a paragraph as tables, where there are no files."""

        def tables(content: str, file: str) -> str:
            if self.data_address(file, content) is not None:
                return ""
            found = printed_tables(file, content)
            return "".join(str(piece) for table in found for piece in self._table(table))

        for node in data_links(children):
            yield FormulaSlot(node.content, partial(tables, file=node.file))

    def _items(self, items: tuple[tuple[Block, ...], ...]) -> Iterator[Piece]:
        for item in items:
            match item:
                case (Paragraph(children),):
                    yield from ("<li>", *self.line(children), "</li>")
                case _:
                    yield from ("<li>", *self.blocks(item), "</li>")

    def _row(
        self, tag: str, table: Table, cells: tuple[tuple[Inline, ...], ...]
    ) -> Iterator[Piece]:
        yield "<tr>"
        for alignment, cell in zip(table.alignments, cells, strict=True):
            yield from (f"<{tag}{self.alignment(alignment)}>", *self.line(cell), f"</{tag}>")
        yield "</tr>"

    def _inline(self, node: Inline) -> Iterator[Piece]:
        match node:
            case Text():
                yield escaped_text(node.text)
            case Hole():
                yield Slot(node.index, escaped_text)
            case Math():
                yield from self.math(node.parts, is_display=False)
            case Emphasis():
                yield from ("<em>", *self.line(node.children), "</em>")
            case Strong():
                yield from ("<strong>", *self.line(node.children), "</strong>")
            case Code():
                yield f"<code>{escaped_text(node.text)}</code>"
            case Link():
                yield from self._link(node)
            case DataLink():
                yield from self._data_link(node)
            case Image():
                # Each variant may bring a picture of its own under the same name.
                yield FormulaSlot(node.alternative, lambda words: self.picture(node.asset, words))
            case LineBreak():
                yield "<br/>"
            case Blank():
                yield self.blank(node, f"<strong>({escaped_text(node.label)})</strong>&#160;____")
            case _:
                assert_never(node)

    def _link(self, link: Link) -> Iterator[Piece]:
        if link_fault(link.target) is None:
            yield f'<a href="{attribute(link.target)}">'
            yield from (*self.line(link.children), "</a>")
        else:
            yield from self.line(link.children)
