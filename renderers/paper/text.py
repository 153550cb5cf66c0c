"""Passages as Typst's markup: the functions that it calls are defined in `style.typ`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never
from urllib.parse import urlsplit

from qgen.document.data_files import printed_tables
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
    data_links,
)
from qgen.renderers.math_markup import Unconvertible
from qgen.renderers.paper.formulas import FormulaWriter
from qgen.renderers.paper.literals import is_unprintable, printable, string, text
from qgen.renderers.passage_writer import FormulaSlot, PassageWriter, Piece, Slot, written_code

# Formulas with less source than this are never wider than the page.
_SHORT_FORMULA = 36
# What Typst never breaks between two lines.
_WHOLE = ("mat(", "lr(", "frac(", "sqrt(", "root(", "binom(", "line(", "brace(", "boxed(", "text(")
PICTURE_FORMS = ("svg", "png", "jpg", "jpeg", "gif", "webp", "pdf")
"""The file formats of pictures that Typst shows, the best first."""
_DEEPEST = 6
_LINK_SCHEMES = frozenset(("http", "https", "mailto"))


@dataclass(slots=True)
class Surroundings:
    """What texts need from where they stand: the paths of the question's pictures, its place.

    `problems` collects what a paper cannot show, and what it shows instead.
    """

    pictures: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    problems: dict[Problem, None] = field(default_factory=dict)
    formulas: FormulaWriter = field(default_factory=FormulaWriter)

    def text(self, words: str) -> str:
        """Plain characters in running text; those that no font has, by their numbers."""
        self._note_characters(words)
        return text(words)

    def code(self, source: str) -> str:
        """Characters as they were typed, in the line."""
        self._note_characters(source)
        return f"#raw({string(printable(' '.join(source.split())))});"

    def code_block(self, text: str, code_language: str) -> str:
        """Lines as they were typed."""
        self._note_characters(text)
        lines = map(printable, text.expandtabs(4).rstrip("\n").split("\n"))
        language = f", lang: {string(code_language)}" if code_language else ""
        return f"#raw({string(chr(10).join(lines))}, block: true{language});"

    def formula(self, tex: str, *, is_display: bool = False) -> str:
        """A formula; one that cannot be converted is printed as its source, and noted."""
        source = self.formulas.write(tex, is_display=is_display)
        shown = " ".join(tex.split())
        if isinstance(source, Unconvertible):
            where = "" if source.position is None else f" at character {source.position}"
            self._note(
                "paper-math",
                f"the formula '{shown}' cannot be printed: {source.reason}{where}; its source is "
                "printed instead",
                "error",
            )
            return self.code(shown)
        if not source:
            return ""
        if not is_display:
            is_long = len(tex) >= _SHORT_FORMULA and any(map(source.__contains__, _WHOLE))
            is_long |= "mat(" in source
            function = "long-formula" if is_long else "formula"
        else:
            function = "wide-formula" if len(tex) >= _SHORT_FORMULA else "display-formula"
        return f"#{function}({string(shown)}, ${source}$);"

    def picture(self, function: str, name: str, alternative: str) -> str:
        """A picture, set by a function; one without a form for papers is its words, in a frame."""
        path = self.pictures.get(name)
        if path is None:
            wanted = ", ".join(form.upper() for form in PICTURE_FORMS)
            self._note(
                "paper-image",
                f"the picture '{name}' has no form that papers show ({wanted}); its alternative "
                "text is printed instead",
            )
            return f"#missing-picture[{self.text(alternative)}];"
        # A picture without words is no picture for those who listen to the paper.
        return f"#{function}({string(path)}, {string(alternative.strip() or name)});"

    def _note_characters(self, words: str) -> None:
        if words.isprintable():
            return
        for sign in filter(is_unprintable, words):
            number = f"U+{ord(sign):04X}"
            message = f"no font has {number}; papers print the number, as in [{number}]"
            self._note("paper-character", message)

    def _note(self, code: str, message: str, severity: Severity = "loss") -> None:
        self.problems[Problem(code, message, self.place, severity)] = None


class PaperText(PassageWriter):
    """Writes passages as paragraphs of markup; headings in a text have `heading_level`."""

    def __init__(self, surroundings: Surroundings, heading_level: int) -> None:
        super().__init__()
        self._surroundings = surroundings
        self._heading_level = heading_level

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text as markup, cut at its holes, at formulas with holes and at pictures."""
        return self._blocks(text.blocks, 0)

    def _blocks(self, blocks: tuple[Block, ...], depth: int) -> Iterator[Piece]:
        for index, block in enumerate(blocks):
            if index:
                yield "\n\n"
            yield from self._block(block, depth)

    def _block(self, block: Block, depth: int) -> Iterator[Piece]:
        """One block; `depth` counts the lists and quotations that it stands in."""
        match block:
            case Paragraph((Image() as picture,)):
                yield self._picture("whole-picture", picture)
            case Paragraph((Text(text=words), *others)):
                # Behind a display, a line may begin with a blank.
                yield from self._line((Text(words.lstrip()), *others))
                yield from self._printed(block.children)
            case Paragraph():
                yield from self._line(block.children)
                yield from self._printed(block.children)
            case Heading(children=() | (Text(text=""),)):
                pass  # Nobody could listen to it.
            case Heading():
                level = self._heading_level
                yield from (f"#heading(level: {level})[", *self._line(block.children), "];")
            case DisplayMath():
                yield self._formula(block.parts, is_display=True)
            case BulletList():
                yield from self._list("list", "", ["•"] * len(block.items), block.items, depth)
            case NumberedList():
                numbers = [f"{block.start + index}." for index in range(len(block.items))]
                start = f"start: {block.start}, "
                yield from self._list("enum", start, numbers, block.items, depth)
            case Quotation() if depth >= _DEEPEST:
                yield from self._blocks(block.blocks, depth)
            case Quotation():
                yield from ("#quote(block: true)[", *self._blocks(block.blocks, depth + 1), "];")
            case CodeBlock():
                write = partial(self._surroundings.code_block, code_language=block.language)
                yield written_code(block, write)
            case Rule():
                yield "#rule();"
            case Table():
                yield from self._table(block)
            case _:
                assert_never(block)

    def _list(
        self,
        function: str,
        options: str,
        labels: list[str],
        items: tuple[tuple[Block, ...], ...],
        depth: int,
    ) -> Iterator[Piece]:
        """A list; Typst takes no deep ones, whose items become paragraphs behind their labels."""
        if depth >= _DEEPEST:
            for label, item in zip(labels, items, strict=True):
                yield from (f"\n\n{text(f'{label} ')}", *self._blocks(item, depth))
            return
        is_tight = all(len(item) <= 1 for item in items)
        yield f"#{function}({options}tight: {'true' if is_tight else 'false'}, "
        for item in items:
            yield from ("[", *self._blocks(item, depth + 1), "], ")
        yield ");"

    def _line(self, children: tuple[Inline, ...]) -> Iterator[Piece]:
        for child in children:
            yield from self._inline(child)

    def _inline(self, node: Inline) -> Iterator[Piece]:
        match node:
            case Text():
                yield self._surroundings.text(node.text)
            case Hole():
                yield Slot(node.index, self._surroundings.text)
            case Math():
                yield self._formula(node.parts, is_display=False)
            case Emphasis():
                yield from ("#emph[", *self._line(node.children), "];")
            case Strong():
                yield from ("#strong[", *self._line(node.children), "];")
            case Code():
                yield self._surroundings.code(node.text)
            case Link():
                yield from self._link(node)
            case DataLink():
                yield from self._line(node.children)
            case Image():
                yield self._picture("picture", node)
            case LineBreak():
                yield "#linebreak();"
            case Blank():
                yield f"#text-gap[{self._surroundings.text(f'({node.label})')}];"
            case _:
                assert_never(node)

    def _printed(self, children: tuple[Inline, ...]) -> Iterator[Piece]:
        """The data behind a paragraph as tables; nothing where they are too long for paper."""

        def tables(content: str, file: str) -> str:
            found = (self._table(table) for table in printed_tables(file, content))
            return "".join(f"\n\n{''.join(map(str, pieces))}" for pieces in found)

        for node in data_links(children):
            yield FormulaSlot(node.content, partial(tables, file=node.file))

    def _picture(self, function: str, image: Image) -> Piece:
        """Each variant may bring a picture of its own under the same name."""
        write = partial(self._surroundings.picture, function, image.asset)
        return FormulaSlot(image.alternative, write)

    def _link(self, link: Link) -> Iterator[Piece]:
        """The words and, as paper cannot be clicked, the address behind them."""
        is_safe = _is_followed(link.target)
        opening, closing = (f"#link({string(link.target)})[", "];") if is_safe else ("", "")
        if link.children == (Text(link.target),):
            yield f"{opening}{self._surroundings.code(link.target)}{closing}"
            return
        yield from (opening, *self._line(link.children), closing)
        yield f'#" (";{self._surroundings.code(link.target)}#")";'

    def _formula(self, parts: tuple[str | Hole, ...], *, is_display: bool) -> Piece:
        write = partial(self._surroundings.formula, is_display=is_display)
        if all(isinstance(part, str) for part in parts):
            return write("".join(part for part in parts if isinstance(part, str)))
        return FormulaSlot(parts, write)

    def _table(self, table: Table) -> Iterator[Piece]:
        sides = ", ".join(table.alignments)
        yield f"#text-table(({sides},), "
        if any(table.header):
            yield from ("header: (", *self._cells(table.header), "), ")
        for row in table.rows:
            yield from self._cells(row)
        yield ");"

    def _cells(self, cells: tuple[tuple[Inline, ...], ...]) -> Iterator[Piece]:
        for cell in cells:
            yield from ("[", *self._line(cell), "], ")


def _is_followed(address: str) -> bool:
    try:
        return urlsplit(address).scheme in _LINK_SCHEMES
    except ValueError:
        return False
