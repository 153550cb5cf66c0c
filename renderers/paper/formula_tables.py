"""Matrices, cases and aligned lines of formulas: MathML's tables as Typst's matrices."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, TypeAlias
from xml.etree.ElementTree import Element

from qgen.renderers.paper.formula_signs import BINARY, RELATIONS
from qgen.renderers.paper.formula_tokens import Unwritable

Side: TypeAlias = Literal["left", "center", "right"]

# Half of what TeX leaves between two columns of an array, and what sets off an equation's number.
_PADDING, _BEFORE_NUMBER = "0.5em", "2em"
_PROPERTY = re.compile(r"\s*([a-z-]+)\s*:\s*([^;]*);?")
_RULE = "0.05em solid currentcolor"
_KNOWN = frozenset(
    "text-align justify-items padding-left padding-right padding-top padding-bottom width "
    "border-left border-right border-top".split()
)


@dataclass(frozen=True, slots=True)
class _Cell:
    content: Element
    style: dict[str, str]

    @property
    def side(self) -> Side:
        """Where the cell's content stands."""
        match self.style.get("text-align"):
            case "left":
                return "left"
            case "right":
                return "right"
            case _:
                return "center"

    @property
    def is_margin(self) -> bool:
        """True for the empty cells that centre a numbered equation on a page."""
        return "width" in self.style and not len(self.content)


def table_source(table: Element, write: Callable[[Element], str]) -> str:
    """The table as a matrix without brackets; `write` gives what a cell holds.

    Raises Unwritable.
    """
    frame = _style(table)
    rows = [[_Cell(cell, _style(cell)) for cell in row] for row in table]
    rules = list(_rules(rows, frame))
    while rows and not any(len(cell.content) for cell in rows[-1]):
        rows.pop()
    rows = [[cell for cell in row if not cell.is_margin] for row in rows]
    sides = [_column_side(column) for column in zip_longest(*rows)]
    size = "display" if table.get("displaystyle") == "true" else "inline"
    last = len(sides) - 1
    lines = []
    for row in rows:
        cells = []
        for index, cell in enumerate(row):
            left = _padding(cell, "left") if index or rules else ""
            right = _padding(cell, "right") if index < last or rules else ""
            content = f"{_first_space(cell, index)}{size}({write(cell.content)})"
            cells.append(_placed(cell, sides[index], f"{left}{content}{right}"))
        lines.append(", ".join(cells))
    gap = _row_gap(table, rows)
    # A matrix of one row would otherwise be read as a list of numbers.
    body = "; ".join(lines) + (";" if len(lines) == 1 else "")
    options = ["delim: #none", "column-gap: #0em", f"row-gap: #{gap}", *rules]
    return f"mat({', '.join(options)}, {body})"


def _style(element: Element) -> dict[str, str]:
    source = element.get("style", "")
    found = dict(_PROPERTY.findall(source))
    unknown = found.keys() - _KNOWN
    if unknown:
        raise Unwritable(f"its table has '{min(unknown)}'")
    return found


def _column_side(column: tuple[_Cell | None, ...]) -> Side:
    """One side for a column; lines of a `multline`, each on a side of its own, start left."""
    sides = {cell.side for cell in column if cell is not None}
    return sides.pop() if len(sides) == 1 else "left"


def _placed(cell: _Cell, side: Side, content: str) -> str:
    """A cell with the mark that puts it to its side of the column."""
    if cell.side != side:
        content = f"#h({_BEFORE_NUMBER}){content}"
    if side == "left":
        return f"&{content}"
    return f"{content}&" if side == "right" else content


def _padding(cell: _Cell, side: str) -> str:
    default = _BEFORE_NUMBER if "width" in cell.style and side == "left" else _PADDING
    amount = cell.style.get(f"padding-{side}", default).strip()
    return "" if amount == "0" else f"#h({amount})"


def _first_space(cell: _Cell, index: int) -> str:
    """The space before a sign that opens a cell, as in `a &= b`, where Typst leaves none."""
    first = next(iter(cell.content), None)
    if not index or cell.side != "left" or first is None or first.tag != "mo":
        return ""
    if first.get("lspace") is not None or not first.text:
        return ""
    if first.text in RELATIONS:
        return "#h(0.2778em)"
    return "#h(0.2222em)" if first.text in BINARY else ""


def _row_gap(table: Element, rows: list[list[_Cell]]) -> str:
    """TeX's distances: aligned lines stand farther apart than the rows of a matrix."""
    if table.get("displaystyle") == "true":
        return "0.55em"
    is_tight = any("padding-top" in cell.style for row in rows for cell in row)
    return "0.1em" if is_tight else "0.35em"


def _rules(rows: list[list[_Cell]], frame: dict[str, str]) -> Iterator[str]:
    """The lines between rows and columns, as an option of the matrix."""
    across = {
        index for index, row in enumerate(rows) if any("border-top" in cell.style for cell in row)
    }
    down = {
        index + 1 for row in rows for index, cell in enumerate(row) if "border-right" in cell.style
    }
    across |= {0} if "border-top" in frame else set()
    down |= {0} if "border-left" in frame else set()
    styles = [frame, *(cell.style for row in rows for cell in row)]
    for style in styles:
        for side in ("border-left", "border-right", "border-top"):
            if style.get(side, _RULE).strip() != _RULE:
                raise Unwritable("its table has dashed lines")
    if across or down:
        lines = ", ".join(f"{index}" for index in sorted(across))
        bars = ", ".join(f"{index}" for index in sorted(down))
        yield f"augment: #(hline: ({lines},), vline: ({bars},), stroke: 0.05em)"
