"""Passages as HTML: everything escaped, formulas as MathML, pictures inside the page."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from html import escape as escape_markup
from typing import assert_never
from urllib.parse import quote

from qgen.document.exam import Asset
from qgen.document.links import link_fault
from qgen.document.problem import Place, Problem, Severity
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
    Quotation,
    RichText,
    Rule,
    Strong,
    Table,
    Text,
)
from qgen.renderers.math_markup import MathMarkup, Unconvertible
from qgen.renderers.passage_writer import FormulaSlot, PassageWriter, Piece, Slot, written_code

PICTURE_TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
"""The file formats of pictures that every browser shows, the best first, and their names."""
# What stands for itself in the address of a picture, and between apostrophes.
_OF_AN_ADDRESS = ' !"$()*+,-./:;<=>?@[]_'
_TAG = re.compile("<[^>]*>")
# What authors write is escaped, so that nothing of theirs looks like a value.
_PICTURE_OR_VALUE = re.compile(r"""<img src='[^']*'|="([\w.-]+)"(?=[ >])""", re.ASCII)
_NEVER_WIDE = 12
_CLOSING_MARKS = ",.;:!?)]’”»，。；：！？）"


def escape(text: str) -> str:
    """Plain characters for contents and attributes.

    A carriage return would be read as a line feed, and nothing in HTML stands for U+0000 or
    for half of a surrogate pair: those become replacement characters.
    """
    markup = escape_markup(text)
    if text.isprintable():
        return markup
    markup = markup.replace("\r", "&#13;").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return markup.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shortened(markup: str) -> str:
    """The same markup without quotation marks, references and digits that HTML does not need."""
    short = _PICTURE_OR_VALUE.sub(_unquoted, markup).replace("&#x27;", "'")
    return short.replace('"0.16666667em"', '".1667em"')


def _unquoted(found: re.Match[str]) -> str:
    return found.group() if found[1] is None else f"={found[1]}"


@dataclass(slots=True)
class Surroundings:
    """What texts need from where they stand: the question's pictures, its place in the bank."""

    assets: Mapping[str, Asset] = field(default_factory=dict)
    place: Place | None = None
    problems: dict[Problem, None] = field(default_factory=dict)
    math: MathMarkup = field(default_factory=MathMarkup)

    def formula(self, tex: str, *, is_display: bool = False) -> str:
        """A formula; one that cannot be converted is shown as its source, and reported."""
        markup = self.math.convert(tex, is_display=is_display)
        if isinstance(markup, str):
            # Boxes of their own scroll where a formula is wider than a small screen.
            if is_display:
                return f'<div class="display">{markup}</div>'
            if len(_TAG.sub("", markup)) <= _NEVER_WIDE and "width" not in markup:
                return markup
            return f'<span class="formula">{markup}</span>'
        self._report("html-math", f"{_described(tex, markup)}; its source is shown instead")
        code = f'<code class="refused">{escape(tex)}</code>'
        return f"<p>{code}</p>" if is_display else code

    def picture(self, name: str, alternative: str) -> str:
        """An `img` with the picture inside; one without a form for browsers is its words."""
        asset = self.assets.get(name)
        forms = {} if asset is None else asset.forms
        form = next((form for form in PICTURE_TYPES if form in forms), None)
        if form is None:
            wanted = ", ".join(form.upper() for form in PICTURE_TYPES)
            self._report(
                "html-image",
                f"the picture '{name}' has no form that browsers show ({wanted}); its "
                "alternative text is shown instead",
                "loss",
            )
            return f'<span class="refused">[{escape(alternative)}]</span>'
        # Quotation marks stand in every drawing, apostrophes hardly ever.
        source = _data_address(PICTURE_TYPES[form], forms[form])
        return f"<img src='{source}' alt=\"{escape(alternative)}\">"

    def target(self, address: str) -> str | None:
        """The address of a link that may be followed; another is reported and gives None."""
        fault = link_fault(address)
        if fault is None:
            return address
        self._report("html-link", f"{fault}; its text is shown without the link", "loss")
        return None

    def _report(self, code: str, message: str, severity: Severity = "error") -> None:
        self.problems[Problem(code, message, self.place, severity)] = None


def _data_address(kind: str, content: bytes) -> str:
    """The content as an address, in the shorter of two spellings; no apostrophe is in it."""
    plain = f"data:{kind},{quote(content, _OF_AN_ADDRESS)}"
    return min(f"data:{kind};base64,{b64encode(content).decode('ascii')}", plain, key=len)


def _described(tex: str, refusal: Unconvertible) -> str:
    where = "" if refusal.position is None else f" at character {refusal.position}"
    return f"the formula '{tex}' cannot be shown in a page: {refusal.reason}{where}"


class HtmlText(PassageWriter):
    """Writes passages as blocks of HTML; headings in a text start at `heading_level`."""

    def __init__(self, surroundings: Surroundings, heading_level: int) -> None:
        super().__init__()
        self._surroundings = surroundings
        self._heading_level = heading_level

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text as HTML, cut at its holes, at formulas with holes and at pictures."""
        return self._blocks(text.blocks, [])

    def _blocks(self, blocks: tuple[Block, ...], above: list[int]) -> Iterator[Piece]:
        for block in blocks:
            yield from self._block(block, above)

    def _block(self, block: Block, above: list[int]) -> Iterator[Piece]:
        """One block; `above` are the levels of the headings under which it stands."""
        match block:
            case Paragraph():
                yield from ("<p>", *self._line(block.children), "</p>\n")
            case Heading():
                level = self._level(block, above)
                yield from (f"<h{level}>", *self._line(block.children), f"</h{level}>\n")
            case DisplayMath():
                yield from self._formula(block.parts, is_display=True)
                yield "\n"
            case BulletList():
                yield from ("<ul>\n", *self._items(block.items, above), "</ul>\n")
            case NumberedList():
                start = "" if block.start == 1 else f' start="{block.start}"'
                yield from (f"<ol{start}>\n", *self._items(block.items, above), "</ol>\n")
            case Quotation():
                yield from ("<blockquote>\n", *self._blocks(block.blocks, above), "</blockquote>\n")
            case CodeBlock():
                yield written_code(block, lambda t: f"<pre><code>{escape(t)}</code></pre>\n")
            case Rule():
                yield "<hr>\n"
            case Table():
                yield from self._table(block)
            case _:
                assert_never(block)

    def _level(self, heading: Heading, above: list[int]) -> int:
        """The level in the page: one below the nearest heading above that outranks this one."""
        while above and above[-1] >= heading.level:
            above.pop()
        above.append(heading.level)
        return min(self._heading_level + len(above) - 1, 6)

    def _items(self, items: tuple[tuple[Block, ...], ...], above: list[int]) -> Iterator[Piece]:
        for item in items:
            match item:
                case (Paragraph(children),):
                    yield from ("<li>", *self._line(children), "</li>\n")
                case _:
                    yield from ("<li>\n", *self._blocks(item, above), "</li>\n")

    def _table(self, table: Table) -> Iterator[Piece]:
        yield '<div class="scroll"><table>\n<thead>\n'
        yield from self._row('<th scope="col"', "</th>", table, table.header)
        yield "</thead>\n<tbody>\n"
        for row in table.rows:
            yield from self._row("<td", "</td>", table, row)
        yield "</tbody>\n</table></div>\n"

    def _row(
        self, opening: str, closing: str, table: Table, cells: tuple[tuple[Inline, ...], ...]
    ) -> Iterator[Piece]:
        yield "<tr>"
        for alignment, cell in zip(table.alignments, cells, strict=True):
            yield from (f'{opening} class="{alignment}">', *self._line(cell), closing)
        yield "</tr>\n"

    def _line(self, children: tuple[Inline, ...]) -> Iterator[Piece]:
        """Nodes of one line; a comma or another mark behind a formula stays in its line."""
        waiting = list(reversed(children))
        while waiting:
            child = waiting.pop()
            following = waiting[-1] if waiting else None
            marks = ""
            if isinstance(child, Math) and isinstance(following, Text):
                text = following.text
                marks = text[: len(text) - len(text.lstrip(_CLOSING_MARKS))]
                waiting[-1] = Text(text[len(marks) :])
            if marks:
                yield from ('<span class="kept">', *self._inline(child), f"{escape(marks)}</span>")
            else:
                yield from self._inline(child)

    def _inline(self, node: Inline) -> Iterator[Piece]:
        match node:
            case Text():
                yield escape(node.text)
            case Hole():
                yield Slot(node.index, escape)
            case Math():
                yield from self._formula(node.parts, is_display=False)
            case Emphasis():
                yield from ("<em>", *self._line(node.children), "</em>")
            case Strong():
                yield from ("<strong>", *self._line(node.children), "</strong>")
            case Code():
                yield f"<code>{escape(node.text)}</code>"
            case Link():
                yield from self._link(node)
            case DataLink():
                # Within the page, so that it needs no network.
                yield FormulaSlot(node.content, partial(_download, node.file))
                yield from (*self._line(node.children), "</a>")
            case Image():
                # Each variant may bring a picture of its own under the same name.
                yield FormulaSlot(node.alternative, partial(self._surroundings.picture, node.asset))
            case LineBreak():
                yield "<br>\n"
            case Blank():
                gap = f'<span class="kept"><strong>({escape(node.label)})</strong> ____</span>'
                yield self.blank(node, gap)
            case _:
                assert_never(node)

    def _link(self, link: Link) -> Iterator[Piece]:
        target = self._surroundings.target(link.target)
        if target is None:
            yield from self._line(link.children)
            return
        # A page of its own, so that nobody loses what was typed in this one.
        yield f'<a href="{escape(target)}" target="_blank" rel="noopener noreferrer">'
        yield from self._line(link.children)
        yield "</a>"

    def _formula(self, parts: tuple[str | Hole, ...], *, is_display: bool) -> Iterator[Piece]:
        if any(isinstance(part, Hole) for part in parts):
            yield FormulaSlot(parts, partial(self._surroundings.formula, is_display=is_display))
        else:
            tex = "".join(part for part in parts if isinstance(part, str))
            yield self._surroundings.formula(tex, is_display=is_display)


def _download(file: str, content: str) -> str:
    """The beginning of a link that saves a file of data."""
    encoded = b64encode(content.encode()).decode("ascii")
    return f'<a download="{escape(file)}" href="data:text/csv;charset=utf-8;base64,{encoded}">'


class HtmlLine(HtmlText):
    """Writes passages of one paragraph as HTML that may stand within a line, as in a label."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings, 6)

    @staticmethod
    def fits(text: RichText) -> bool:
        """True for a text that is one paragraph."""
        return len(text.blocks) == 1 and isinstance(text.blocks[0], Paragraph)

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text as HTML, cut as by `HtmlText`. Raises ValueError for one that does not fit."""
        match text.blocks:
            case (Paragraph(children),):
                return self._line(children)
            case _:
                raise ValueError("only one paragraph fits into a line")
