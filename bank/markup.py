"""Markdown with math and holes, parsed once, at load, into rich text."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from qgen.bank.hole_context import math_context
from qgen.bank.macros import NO_MACROS, MacroError, Macros
from qgen.bank.math_faults import math_fault
from qgen.bank.plain_text import MOST_CHARACTERS, OPEN_HOLE, FoundHole, find_holes, open_hole
from qgen.bank.templates import HoleContext
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
    Quotation,
    RichText,
    Rule,
    Strong,
    Table,
    Text,
    walk,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

_MARKERS = 0xE000, 0xF8FF
_MARKER = re.compile(f"[{chr(_MARKERS[0])}-{chr(_MARKERS[1])}]")
# The characters themselves, and references such as &#xE000; that Markdown would put them for.
_PRIVATE = re.compile(f"[{chr(_MARKERS[0])}-{chr(_MARKERS[1])}]|&#[0-9a-fA-FxX]+;")
_RUN = re.compile(
    f"[{chr(_MARKERS[0])}-{chr(_MARKERS[1])}]|[^{chr(_MARKERS[0])}-{chr(_MARKERS[1])}]+"
)
_BLANK = re.compile(r"\[\[([A-Za-z][A-Za-z0-9_]*)\]\]")
# Lines that start with a letter, a bracket, a formula or a hole are one paragraph whatever else
# they hold. Most texts of a bank are such, and skip the parser of blocks, half of the work.
_ONE_PARAGRAPH = re.compile(
    f"(?:(?!\\$\\$)[A-Za-z($\\\\{chr(_MARKERS[0])}-{chr(_MARKERS[1])}][^\n]*(?:\n|$))+"
)


DATA = "data:"
"""How a text links to data: `[the data](data:name)`."""


class MarkupError(ValueError):
    """What is wrong in a text, and at which character of it."""

    def __init__(self, code: str, message: str, offset: int) -> None:
        super().__init__(message)
        self.code, self.offset = code, offset


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the reader of a text asks of the question that the text belongs to.

    `hole(source, context, offset)` numbers an expression; `image(target, offset)` names an
    asset; `data(target, offset)` gives the name of a file and the number of its content, or None;
    `mistake(error)` keeps a mistake and lets the reading go on. Formulas may use `macros`.
    """

    hole: Callable[[str, HoleContext, int], int]
    image: Callable[[str, int], str]
    data: Callable[[str, int], tuple[str, int] | None]
    mistake: Callable[[MarkupError], None]
    macros: Macros = NO_MACROS
    has_blanks: bool = False
    """Whether `[[a]]` is a blank for the answer to part a."""


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # What leads nowhere is reported below; the parser would print its source and say nothing.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser.use(dollarmath_plugin, allow_labels=False, double_inline=True)


def read_markup(text: str, handlers: Handlers) -> RichText:
    """The rich text of an author's Markdown; its mistakes go to `handlers.mistake`."""
    if len(text) > MOST_CHARACTERS:
        message = f"a text has at most {MOST_CHARACTERS} characters"
        handlers.mistake(MarkupError("text-too-long", message, 0))
        return RichText(())
    return _Reader(text, handlers).read()


def read_closed_markup(
    text: str,
    owner: str,
    mistake: Callable[[MarkupError], None],
    macros: Macros = NO_MACROS,
) -> RichText:
    """A text that is the same for every variant; `owner` says in messages whose text it is."""

    def hole(source: str, context: HoleContext, offset: int) -> int:
        mistake(MarkupError("hole-place", f"{owner} has no values to print", offset))
        return 0

    def image(target: str, offset: int) -> str:
        mistake(MarkupError("image", f"{owner} cannot show pictures", offset))
        return target

    def data(target: str, offset: int) -> None:
        mistake(MarkupError("data", f"{owner} cannot link to data", offset))

    return read_markup(text, Handlers(hole, image, data, mistake, macros))


class _Reader:
    """Reads one text. Each hole travels through Markdown as one private-use character."""

    def __init__(self, text: str, handlers: Handlers) -> None:
        self._handlers = handlers
        self._holes: list[FoundHole] = []
        for stray in _PRIVATE.finditer(text):
            if _MARKER.search(unescape(stray.group())):
                message = f"the private-use character '{stray.group()}' cannot be printed"
                handlers.mistake(MarkupError("private-character", message, stray.start()))
        text = _PRIVATE.sub(_without_markers, text)
        self._marked = self._with_markers(text)

    def _with_markers(self, text: str) -> str:
        unclosed = open_hole(text)
        if unclosed is not None:
            self._mistake("open-hole", OPEN_HOLE, unclosed)
        pieces: list[str] = []
        position = 0
        for hole in find_holes(text):
            if len(self._holes) > _MARKERS[1] - _MARKERS[0]:
                self._mistake("too-many-holes", "more holes than one text can hold", hole.start)
                marker = " "
            else:
                marker = chr(_MARKERS[0] + len(self._holes))
                self._holes.append(hole)
            pieces += [text[position : hole.start], marker]
            position = hole.end
        return "".join((*pieces, text[position:]))

    def _mistake(self, code: str, message: str, offset: int) -> None:
        self._handlers.mistake(MarkupError(code, message, offset))

    def read(self) -> RichText:
        text = self._marked.strip("\n")
        if _ONE_PARAGRAPH.fullmatch(text):
            (line,) = _markdown().parseInline(text.strip())
            return RichText(tuple(self._paragraph(line)))
        tokens = iter(_markdown().parse(self._marked))
        return RichText(tuple(self._blocks(tokens, None)))

    def _blocks(self, tokens: Iterator["Token"], end: str | None) -> Iterator[Block]:
        for token in tokens:
            if token.type == end:
                return
            match token.type:
                case "paragraph_open":
                    yield from self._paragraph(next(tokens))
                    next(tokens)
                case "heading_open":
                    children = tuple(self._line(next(tokens)))
                    next(tokens)
                    yield Heading(int(token.tag[1:]), children)
                case "math_block":
                    yield DisplayMath(self._math(token.content, token))
                case "bullet_list_open":
                    yield BulletList(tuple(self._items(tokens, "bullet_list_close")))
                case "ordered_list_open":
                    start = int(token.attrs.get("start", 1))
                    yield NumberedList(start, tuple(self._items(tokens, "ordered_list_close")))
                case "blockquote_open":
                    yield Quotation(tuple(self._blocks(tokens, "blockquote_close")))
                case "fence" | "code_block":
                    self._no_holes(token.info, "a code block's language")
                    yield CodeBlock(self._code(token.content), token.info.strip())
                case "hr":
                    yield Rule()
                case "table_open":
                    yield self._table(tokens)
                case _:
                    message = f"'{token.type}' is not part of the markup"
                    self._mistake("markup", message, self._offset(token))

    def _items(self, tokens: Iterator["Token"], end: str) -> Iterator[tuple[Block, ...]]:
        for token in tokens:
            if token.type == end:
                return
            yield tuple(self._blocks(tokens, "list_item_close"))

    def _table(self, tokens: Iterator["Token"]) -> Table:
        alignments: list[Alignment] = []
        rows: list[list[tuple[Inline, ...]]] = []
        for token in tokens:
            match token.type:
                case "table_close":
                    break
                case "tr_open":
                    rows.append([])
                case "th_open" | "td_open":
                    if token.type == "th_open":
                        alignments.append(_alignment(str(token.attrs.get("style", ""))))
                    rows[-1].append(tuple(self._line(next(tokens))))
        header, *body = (tuple(row) for row in rows)
        return Table(tuple(alignments), header, tuple(body))

    def _paragraph(self, token: "Token") -> Iterator[Block]:
        """A paragraph; a displayed formula inside it becomes a block of its own."""
        waiting: list[Inline] = []
        for node in self._inline(iter(token.children or ()), None, token):
            if isinstance(node, DisplayMath):
                if any(not _is_blank(part) for part in waiting):
                    yield Paragraph(tuple(waiting))
                waiting = []
                yield node
            else:
                waiting.append(node)
        if any(not _is_blank(part) for part in waiting):
            yield Paragraph(tuple(waiting))

    def _line(self, token: "Token") -> Iterator[Inline]:
        for node in self._inline(iter(token.children or ()), None, token):
            if isinstance(node, DisplayMath):
                message = "a displayed formula ($$…$$) cannot stand here; use $…$"
                self._mistake("display-math", message, self._offset(token))
                yield Math(node.parts)
                continue
            if any(isinstance(each, DataLink) for each in walk((node,))):
                # Papers print the data below, where a table or a heading has no room.
                message = "a link to data stands in a paragraph, not in a table or a heading"
                self._mistake("data", message, self._offset(token))
            yield node

    def _inline(
        self, tokens: Iterator["Token"], end: str | None, block: "Token"
    ) -> Iterator[Inline | DisplayMath]:
        for token in tokens:
            if token.type == end:
                return
            match token.type:
                case "text":
                    yield from self._plain(token.content)
                case "softbreak":
                    yield Text(" ")
                case "hardbreak":
                    yield LineBreak()
                case "math_inline":
                    yield Math(self._math(token.content, block))
                case "math_inline_double":
                    yield DisplayMath(self._math(token.content, block))
                case "code_inline":
                    self._no_holes(token.content, "code")
                    yield Code(token.content)
                case "em_open":
                    yield Emphasis(tuple(self._nested(tokens, "em_close", block)))
                case "strong_open":
                    yield Strong(tuple(self._nested(tokens, "strong_close", block)))
                case "link_open":
                    target = str(token.attrs.get("href", ""))
                    yield self._link(
                        target, tuple(self._nested(tokens, "link_close", block)), block
                    )
                case "image":
                    yield self._image(token, block)
                case _:
                    message = f"'{token.type}' is not part of the markup"
                    self._mistake("markup", message, self._offset(block))

    def _link(self, target: str, children: tuple[Inline, ...], block: "Token") -> Inline:
        self._no_holes(unquote(target), "a link's target")
        # Anything else behind the colon would be an address with content of its own.
        if target.startswith(DATA) and target.removeprefix(DATA).isidentifier():
            data = self._handlers.data(target, self._offset(block))
            if data is not None:
                file, content = data
                return DataLink(file, (Hole(content),), children)
            return Link(target, children)
        fault = link_fault(target)
        if fault is not None and not _MARKER.search(unquote(target)):
            self._mistake("link", fault, self._offset(block))
        return Link(target, children)

    def _nested(self, tokens: Iterator["Token"], end: str, block: "Token") -> Iterator[Inline]:
        for node in self._inline(tokens, end, block):
            if isinstance(node, DisplayMath):
                message = "a displayed formula ($$…$$) cannot stand here; use $…$"
                self._mistake("display-math", message, self._offset(block))
            else:
                yield node

    def _plain(self, content: str) -> Iterator[Inline]:
        for run in _RUN.findall(content):
            if _MARKER.match(run):
                yield Hole(self._hole(run, HoleContext(in_math=False)))
            else:
                if "$$" in run:
                    message = (
                        "'$$' opens a formula that ends nowhere; inside $$…$$ no line may be empty "
                        "or begin with '- ', '+ ', '* ' or '> '"
                    )
                    self._mistake("stray-math", message, 0)
                if (
                    "{{" in run and "{{" not in self._marked
                ):  # Written with backslashes or as character references.
                    self._mistake("open-hole", "'{{' stands for holes only", 0)
                yield from self._with_blanks(run)

    def _with_blanks(self, run: str) -> Iterator[Inline]:
        if not self._handlers.has_blanks:
            yield Text(run)
            return
        for place, piece in enumerate(_BLANK.split(run)):
            if place % 2:
                yield Blank(piece)
            elif piece:
                yield Text(piece)

    def _hole(self, marker: str, context: HoleContext) -> int:
        found = self._holes[ord(marker) - _MARKERS[0]]
        return self._handlers.hole(found.source, context, found.start)

    def _image(self, token: "Token", block: "Token") -> Image:
        target = unquote(str(token.attrs.get("src", "")))
        self._no_holes(target, "a picture's name")
        if not token.content.strip():
            message = "the picture has no alternative text: write ![what it shows](file)"
            self._mistake("alternative-text", message, self._offset(block))
        words = tuple(
            Hole(self._hole(run, HoleContext(in_math=False))) if _MARKER.match(run) else run
            for run in _RUN.findall(token.content)
        )
        return Image(self._handlers.image(target, self._offset(block)), words)

    def _math(self, content: str, token: "Token") -> tuple[str | Hole, ...]:
        try:
            content = self._handlers.macros.expand(content.strip())
        except MacroError as error:
            self._mistake("macro", str(error), self._offset(token))
            return ("",)
        runs: list[str] = _RUN.findall(content)
        parts: list[str | Hole] = []
        checked: list[str] = []
        blank = ""
        for index, run in enumerate(runs):
            if not _MARKER.match(run):
                parts.append(run.removeprefix(blank))
                checked.append(run)
                continue
            if parts and isinstance(parts[-1], str):
                parts.pop()
            before = "".join(runs[:index])
            holes = _MARKER.search(before[::-1])
            kept, context = math_context(
                before,
                "".join(runs[index + 1 :]),
                after_hole=len(before) - holes.start() if holes else 0,
            )
            kept = kept.removeprefix(blank)
            if kept:
                parts.append(kept)
            blank = context.blank
            parts.append(Hole(self._hole(run, context)))
            checked.append(" 2 ")
        self._check_math("".join(checked), token)
        return tuple(parts) or ("",)

    def _code(self, content: str) -> str | tuple[str | Hole, ...]:
        context = HoleContext(in_math=False, in_code=True)
        if not _MARKER.search(content):
            return content
        return tuple(
            Hole(self._hole(run, context)) if _MARKER.match(run) else run
            for run in _RUN.findall(content)
        )

    def _check_math(self, source: str, token: "Token") -> None:
        fault = math_fault(source)
        if fault is not None:
            self._mistake("math", fault, self._offset(token))

    def _no_holes(self, content: str, where: str) -> None:
        for marker in _MARKER.findall(content):
            offset = self._holes[ord(marker) - _MARKERS[0]].start
            self._mistake("hole-place", f"a hole cannot stand inside {where}", offset)

    def _offset(self, token: "Token") -> int:
        """Where a block starts in the author's text, where a hole is longer than its marker."""
        line = token.map[0] if token.map else 0
        before = "".join(f"{text}\n" for text in self._marked.split("\n")[:line])
        markers = _MARKER.findall(before)
        holes = (self._holes[ord(marker) - _MARKERS[0]] for marker in markers)
        written = sum(hole.end - hole.start for hole in holes)
        return len(before) - len(markers) + written


def _without_markers(match: re.Match[str]) -> str:
    """The characters of a match, unless they or what they stand for would pass for a hole."""
    text = match.group()
    return " " * len(text) if _MARKER.search(unescape(text)) else text


def _alignment(style: str) -> Alignment:
    if "right" in style:
        return "right"
    return "center" if "center" in style else "left"


def _is_blank(node: Inline) -> bool:
    return isinstance(node, Text) and not node.text.strip()
