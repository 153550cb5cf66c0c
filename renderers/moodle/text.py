r"""Passages as Moodle's HTML: math between `\(…\)`, pictures as `@@PLUGINFILE@@`, all escaped."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import assert_never

from qgen.document.data_files import printed_tables
from qgen.document.exam import Asset
from qgen.document.links import link_fault
from qgen.document.richtext import (
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
    Passage,
    Quotation,
    RichText,
    Rule,
    Strong,
    Table,
    Text,
    data_links,
)
from qgen.renderers.passage_writer import FormulaSlot, PassageWriter, Piece, Slot, written_code

# One control character, half of a surrogate pair or noncharacter makes Moodle refuse the file.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MATH_DELIMITER = re.compile(r"\\(?=[()\[\]])|\$(?=\$)")
_WEB_FORMS = ("png", "svg", "jpg", "jpeg", "gif", "webp")
EMPTY_FIELD = "<text></text>"
_OPEN, _CLOSE = "<text><![CDATA[", "]]></text>"


def cleaned(text: str) -> str:
    """The text with every character that XML or Moodle refuses as a replacement character."""
    return text if text.isprintable() else _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


# Printed values repeat from variant to variant; the limit keeps memory flat.
@lru_cache(maxsize=8192)
def escaped(text: str) -> str:
    """The text escaped for XML and HTML content, math included."""
    html = cleaned(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Moodle would put the address of its files there.
    return html.replace("@@PLUGINFILE@@", "&#64;@PLUGINFILE@@")


@lru_cache(maxsize=8192)
def escaped_text(text: str) -> str:
    r"""Plain characters as HTML: a literal `\(` or `$$` must not begin a formula."""
    html = escaped(text)
    if "\\" in html or "$$" in html:
        return MATH_DELIMITER.sub(r"\g<0><span></span>", html)
    return html


def cdata(text: str) -> str:
    """The text as XML that keeps blanks between marks such as & and <, which Moodle would drop."""
    return f"<![CDATA[{cleaned(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;")


def web_form(asset: Asset) -> str | None:
    """The file format of a picture that browsers show, or None if it has none."""
    return next((form for form in _WEB_FORMS if form in asset.forms), None)


@dataclass(frozen=True, slots=True)
class _Field:
    """A `<text>` element whose `words` at the given positions differ between variants."""

    text: RichText
    words: list[str]
    slots: tuple[tuple[int, int, Callable[[str], str]], ...]
    whole: str | None


class MoodleText(PassageWriter):
    """Writes passages as HTML and as the `<text>` elements that hold them.

    A text of one paragraph is written without `<p>`, so that it fits options and labels too.
    """

    keeps_plain = True

    def __init__(self, *, attaches: bool = True) -> None:
        super().__init__()
        self._attaches = attaches
        self._fields: dict[int, _Field] = {}
        self._assets: Mapping[str, Asset] = {}
        self._met: dict[str, Asset] = {}
        self._encoded: dict[str, tuple[Asset, str]] = {}
        self._embeds = True

    def begin(self, assets: Mapping[str, Asset]) -> None:
        """Says whose pictures the next passages show."""
        self._assets = assets

    def field(self, passage: Passage) -> str:
        """The passage as a `<text>` element, followed by the files that it shows."""
        text, printed = passage
        known = self._fields.get(id(text))
        if known is None:
            return self._new_field(passage)
        if known.whole is not None:
            return known.whole
        words = known.words.copy()
        for position, index, write in known.slots:
            words[position] = write(printed[index])
        return "".join(words)

    def field_of(self, html: str) -> str:
        """HTML made of passages written just before, as a `<text>` element with their files."""
        files = "".join(self._file(asset) for asset in self._met.values())
        self._met.clear()
        # The HTML never holds `]]>`: each `>` of a content is escaped.
        return f"{_OPEN}{html}{_CLOSE}{files}"

    def without_pictures(self, passage: Passage) -> str:
        """The passage's HTML with each picture's words in its place."""
        self._embeds = False
        html = self.write(passage)
        self._embeds = True
        return html

    def _new_field(self, passage: Passage) -> str:
        """Writes a field and remembers how, unless it shows pictures, which may differ."""
        html = self.field_of(self.write(passage))
        known = self._known[id(passage.text)]
        if known.formulas:
            return html
        words = [_OPEN, *known.words, _CLOSE]
        slots = tuple((place + 1, index, write) for place, index, write in known.slots)
        whole = None if slots else html
        self._fields[id(passage.text)] = _Field(passage.text, words, slots, whole)
        return html

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text as HTML, cut at its holes and pictures."""
        match text.blocks:
            case (Paragraph(children),):
                return (*self._line(children), *self._printed(children))
            case blocks:
                return self._blocks(blocks)

    def _file(self, asset: Asset) -> str:
        known = self._encoded.get(asset.name)
        if known is None or known[0] is not asset:
            if len(self._encoded) > 64:  # Pictures of their own for each variant would pile up.
                self._encoded.clear()
            form = web_form(asset) or next(iter(asset.forms))
            content = b64encode(asset.forms[form]).decode("ascii")
            name = f"{_attribute(asset.name)}.{form}"
            file = f'<file name="{name}" path="/" encoding="base64">{content}</file>'
            known = (asset, file)
            self._encoded[asset.name] = known
        return known[1]

    def _image(self, node: Image) -> Piece:
        def write(words: str) -> str:
            asset = self._assets.get(node.asset)
            form = web_form(asset) if asset is not None else None
            if asset is None or form is None or not self._embeds:
                return escaped_text(f"[{words}]")
            self._met[node.asset] = asset
            source = _attribute(f"{asset.name}.{form}")
            return f'<img src="@@PLUGINFILE@@/{source}" alt="{_attribute(words)}">'

        return FormulaSlot(node.alternative, write)

    def _data_link(self, node: DataLink) -> Iterator[Piece]:
        """A link to an attached file, or its words where no file can be attached."""
        stem, _, form = node.file.rpartition(".")

        def opening(content: str) -> str:
            if not self._attaches or not self._embeds:
                return ""
            self._met[node.file] = Asset(stem, {form: content.encode()})
            return f'<a href="@@PLUGINFILE@@/{_attribute(node.file)}">'

        def closing(content: str) -> str:
            return "</a>" if self._attaches and self._embeds else ""

        yield FormulaSlot(node.content, opening)
        yield from self._line(node.children)
        yield FormulaSlot(node.content, closing)

    def _printed(self, children: tuple[Inline, ...]) -> Iterator[Piece]:
        """The data behind a paragraph as tables, where they cannot be attached."""

        def tables(content: str, file: str) -> str:
            if self._attaches and self._embeds:
                return ""
            found = printed_tables(file, content)
            return "".join(str(piece) for table in found for piece in self._table(table))

        for node in data_links(children):
            yield FormulaSlot(node.content, partial(tables, file=node.file))

    def _blocks(self, blocks: tuple[Block, ...]) -> Iterator[Piece]:
        for block in blocks:
            yield from self._block(block)

    def _block(self, node: Block) -> Iterator[Piece]:
        match node:
            case Paragraph():
                yield from ("<p>", *self._line(node.children), "</p>")
                yield from self._printed(node.children)
            case Heading():
                # The page, the quiz and the question already use the first three levels.
                level = min(node.level + 3, 6)
                yield from (f"<h{level}>", *self._line(node.children), f"</h{level}>")
            case DisplayMath():
                yield from (r"<p>\[", *_math(node.parts), r"\]</p>")
            case BulletList():
                yield from ("<ul>", *self._items(node.items), "</ul>")
            case NumberedList():
                yield from (f'<ol start="{node.start}">', *self._items(node.items), "</ol>")
            case Quotation():
                yield from ("<blockquote>", *self._blocks(node.blocks), "</blockquote>")
            case CodeBlock():
                yield written_code(node, lambda t: f"<pre><code>{escaped_text(t)}</code></pre>")
            case Rule():
                yield "<hr>"
            case Table():
                yield from self._table(node)
            case _:
                assert_never(node)

    def _items(self, items: tuple[tuple[Block, ...], ...]) -> Iterator[Piece]:
        for item in items:
            match item:
                case (Paragraph(children),):
                    yield from ("<li>", *self._line(children), "</li>")
                case _:
                    yield from ("<li>", *self._blocks(item), "</li>")

    def _table(self, table: Table) -> Iterator[Piece]:
        yield '<table class="table table-bordered"><thead>'
        yield from self._row("th", table, table.header)
        yield "</thead><tbody>"
        for row in table.rows:
            yield from self._row("td", table, row)
        yield "</tbody></table>"

    def _row(
        self, tag: str, table: Table, cells: tuple[tuple[Inline, ...], ...]
    ) -> Iterator[Piece]:
        yield "<tr>"
        for alignment, cell in zip(table.alignments, cells, strict=True):
            yield from (f'<{tag} style="text-align:{alignment}">', *self._line(cell), f"</{tag}>")
        yield "</tr>"

    def _line(self, children: tuple[Inline, ...]) -> Iterator[Piece]:
        for child in children:
            yield from self._inline(child)

    def _inline(self, node: Inline) -> Iterator[Piece]:
        match node:
            case Text():
                yield escaped_text(node.text)
            case Hole():
                yield Slot(node.index, escaped_text)
            case Math():
                yield from (r"\(", *_math(node.parts), r"\)")
            case Emphasis():
                yield from ("<em>", *self._line(node.children), "</em>")
            case Strong():
                yield from ("<strong>", *self._line(node.children), "</strong>")
            case Code():
                yield f"<code>{escaped_text(node.text)}</code>"
            case Link():
                if link_fault(node.target) is None:
                    yield f'<a href="{_attribute(node.target)}">'
                    yield from (*self._line(node.children), "</a>")
                else:
                    yield from self._line(node.children)
            case DataLink():
                yield from self._data_link(node)
            case Image():
                yield self._image(node)
            case LineBreak():
                yield "<br>"
            case Blank():
                yield self.blank(node, f"<strong>({escaped_text(node.label)})</strong>&nbsp;____")
            case _:
                assert_never(node)


def _math(parts: tuple[str | Hole, ...]) -> Iterator[Piece]:
    for part in parts:
        yield escaped(part) if isinstance(part, str) else Slot(part.index, escaped)
