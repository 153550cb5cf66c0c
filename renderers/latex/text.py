"""Passages as TeX source: the commands that it uses are defined in `templates/preamble.tex`."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import assert_never

from qgen.document.data_files import printed_tables
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
    Passage,
    Quotation,
    RichText,
    Rule,
    Strong,
    Table,
    Text,
    closed,
    data_links,
    walk,
)
from qgen.renderers.latex.characters import escape, escape_code
from qgen.renderers.latex.math import formula_source
from qgen.renderers.page_measures import SHORT_OPTION
from qgen.renderers.passage_writer import FormulaSlot, PassageWriter, Piece, Slot, written_code

# TeX refuses lists deeper than six; the notes on a part's options stand in three already.
_DEEPEST_LIST = 3
# What fits on a line of the page, and what a cell must exceed to be set in lines, in characters.
_LINE, _LONG_CELL = 84, 24
# Formulas with less source are never wider than a line; and what makes one that is no longer break.
_SHORT_FORMULA, _WHOLE = 36, (r"\begin", r"\left", "matrix", r"\cases")


def formula(tex: str) -> str:
    """A formula in the line; one that a paper must not hold is printed as its source.

    A long one with a matrix or the like, which cannot be broken, may be wider than the line.
    """
    source = formula_source(tex)
    if source is None:
        return _as_code(tex)
    is_long = len(tex) >= _SHORT_FORMULA and any(map(tex.__contains__, _WHOLE))
    return rf"\examlong{{{source}}}" if is_long else rf"\({source}\)"


def display(tex: str) -> str:
    """A formula on lines of its own, shrunk if it is wider than the page."""
    source = formula_source(tex)
    return _as_code(tex) if source is None else rf"\examdisplay{{{source}}}"


def is_short(passage: Passage, source: str) -> bool:
    """Whether a text is one line at most, as far as its source tells."""
    blocks = passage.text.blocks
    return (
        len(blocks) <= 1
        and all(isinstance(block, Paragraph) for block in blocks)
        and len(source) < SHORT_OPTION
        and "\n" not in source
        and not any(isinstance(node, (Image, LineBreak)) for node in walk(closed(passage)))
    )


def asset_name(name: str) -> str:
    r"""A picture's name as it may stand in a TeX name, distinct for distinct names.

    >>> asset_name("two circles")
    'two.20.circles'
    """
    return re.sub("[^A-Za-z0-9-]", lambda sign: f".{ord(sign.group()):x}.", name)


def _picture(asset: str, alternative: str) -> str:
    return rf"\examimage{{{asset_name(asset)}}}{{{escape(alternative)}}}"


def _as_code(source: str) -> str:
    return rf"\examcode{{{escape_code(' '.join(source.split()))}}}"


class LatexPassageWriter(PassageWriter):
    """Writes passages as paragraphs of TeX source, without a last line end."""

    def pieces(self, text: RichText) -> Iterable[Piece]:
        """The text as TeX source, cut at its holes."""
        return _blocks(text.blocks, 0)


def _blocks(blocks: tuple[Block, ...], depth: int) -> Iterator[Piece]:
    for index, block in enumerate(blocks):
        if index:
            yield "\n\n"
        yield from _block(block, depth)


def _block(block: Block, depth: int) -> Iterator[Piece]:
    match block:
        case Paragraph((Image() as picture,)):
            yield from _between(r"{\centering ", _inline(picture), r"\par}")
        case Paragraph():
            yield from _line(block.children)
            for link in data_links(block.children):
                yield FormulaSlot(link.content, partial(_data, link.file))
        case Heading():
            yield from _between(r"\examheading{", _line(block.children), "}")
        case DisplayMath():
            yield _formula(block.parts, is_display=True)
        case BulletList():
            yield from _list(block.items, ["\\textbullet"] * len(block.items), depth)
        case NumberedList():
            numbers = range(block.start, block.start + len(block.items))
            yield from _list(block.items, [f"{number}." for number in numbers], depth)
        case Quotation():
            inside = _blocks(block.blocks, depth + 1)
            if depth < _DEEPEST_LIST:
                inside = _between("\\begin{quote}\n", inside, "\n\\end{quote}")
            yield from inside
        case CodeBlock():
            yield written_code(block, _code_block)
        case Rule():
            yield r"\examrule"
        case Table():
            yield from _table(block)
        case _:
            assert_never(block)


def _code_block(text: str) -> str:
    lines = text.expandtabs(4).rstrip("\n").split("\n")
    written = "\n".join(rf"\examcodeline{{{escape_code(line)}}}" for line in lines)
    return f"{{\\examcodeblock\n{written}\n\\par}}"


def _between(before: str, pieces: Iterable[Piece], after: str) -> Iterator[Piece]:
    yield before
    yield from pieces
    yield after


def _list(items: tuple[tuple[Block, ...], ...], labels: list[str], depth: int) -> Iterator[Piece]:
    if depth >= _DEEPEST_LIST:
        for label, item in zip(labels, items, strict=True):
            yield rf"\par {label}~"
            yield from _blocks(item, depth)
        yield r"\par"
        return
    yield "\\begin{examlist}\n"
    for label, item in zip(labels, items, strict=True):
        yield rf"\item[{label}] "
        yield from _blocks(item, depth + 1)
        yield "\n"
    yield r"\end{examlist}"


def _line(children: tuple[Inline, ...]) -> Iterator[Piece]:
    for child in children:
        yield from _inline(child)


def _inline(node: Inline) -> Iterator[Piece]:
    match node:
        case Text():
            yield escape(node.text)
        case Hole():
            yield Slot(node.index, escape)
        case Math():
            yield _formula(node.parts, is_display=False)
        case Emphasis():
            yield from _between(r"\emph{", _line(node.children), "}")
        case Strong():
            yield from _between(r"\textbf{", _line(node.children), "}")
        case Code():
            yield _as_code(node.text)
        case Link():
            yield from _link(node)
        case DataLink():
            yield from _line(node.children)
        case Image():
            yield FormulaSlot(node.alternative, partial(_picture, node.asset))
        case LineBreak():
            yield "\\examlinebreak{}"
        case Blank():
            yield rf"\examtextgap{{({escape(node.label)})}}"
        case _:
            assert_never(node)


def _link(node: Link) -> Iterator[Piece]:
    """The words and, as paper cannot be clicked, the address behind them."""
    if node.children == (Text(node.target),):
        yield _as_code(node.target)
        return
    yield from _line(node.children)
    yield f" ({_as_code(node.target)})"


def _data(file: str, content: str) -> str:
    """A file of data as tables, or nothing where it is too long for paper."""
    found = ("".join(map(str, _table(table))) for table in printed_tables(file, content))
    return "".join(f"\n\n{table}" for table in found)


def _formula(parts: tuple[str | Hole, ...], *, is_display: bool) -> Piece:
    write = display if is_display else formula
    if all(isinstance(part, str) for part in parts):
        return write("".join(part for part in parts if isinstance(part, str)))
    return FormulaSlot(parts, write)


def _table(table: Table) -> Iterator[Piece]:
    yield rf"\examtable{{\begin{{tabular}}{{@{{}}{''.join(_columns(table))}@{{}}}}\toprule"
    if any(table.header):
        yield from _between("\n{}", _row(table.header), r" \\\midrule")
    for row in table.rows:
        yield from _between("\n{}", _row(row), r" \\")
    yield "\\bottomrule\n\\end{tabular}}"


def _row(cells: tuple[tuple[Inline, ...], ...]) -> Iterator[Piece]:
    for column, cell in enumerate(cells):
        if column:
            yield " & "
        yield from _line(cell)


def _columns(table: Table) -> Iterator[str]:
    """One column specification each; a table wider than the page sets its long cells in lines."""
    widest = [max(map(_width, column)) for column in zip(table.header, *table.rows, strict=True)]
    is_wide = sum(widest) + 3 * len(widest) > _LINE
    long = [width for width in widest if is_wide and width > _LONG_CELL]
    room = max(_LINE - 3 * len(widest) - (sum(widest) - sum(long)), _LINE // 3) / _LINE
    for width, alignment in zip(widest, table.alignments, strict=True):
        if is_wide and width > _LONG_CELL:
            share = room * width / sum(long)
            yield rf">{{{_RAGGED[alignment]}\arraybackslash}}p{{{share:.3f}\linewidth}}"
        else:
            yield alignment[0]


_RAGGED: dict[Alignment, str] = {
    "left": r"\raggedright",
    "center": r"\centering",
    "right": r"\raggedleft",
}


def _width(cell: tuple[Inline, ...]) -> int:
    """About how many characters wide a cell prints."""
    width = 0
    for node in cell:
        match node:
            case Text() | Code():
                width += len(node.text)
            case Hole():
                width += 4
            case Math():
                width += sum(len(part) if isinstance(part, str) else 8 for part in node.parts) // 2
            case Emphasis() | Strong():
                width += _width(node.children)
            case Link():
                width += _width(node.children) + len(node.target)
            case DataLink():
                width += _width(node.children)
            case Image():
                width += 20
            case LineBreak():
                pass
            case Blank():
                width += 20
            case _:
                assert_never(node)
    return width
