"""Figures of graphs: nodes on a circle with arrows, and trees."""

import math
from typing import TYPE_CHECKING, TypeAlias

from qgen.document.values import Value
from qgen.figures.arguments import all_words, entries, whole, words
from qgen.figures.canvas import FIRST, INK, Frame, sheet
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point: TypeAlias = tuple[float, float]
_MOST_NODES = 26
_NODE = 11.0
"""A node's radius in points."""


@figure("graph.directed")
def directed(
    nodes: Value, edges: tuple[Value, ...], labels: tuple[str, ...] = (), weights: Value = ()
) -> "Figure":
    """So many nodes on a circle, named A, B, … from the top, and arrows between them.

    An edge is a pair of nodes, counted from 0; edges both ways bend apart. `labels` are other
    names, `weights` a text or a number for each edge.
    """
    count = whole("nodes", nodes, 2, _MOST_NODES)
    pairs = [_pair(f"edges[{index}]", each, count) for index, each in enumerate(_edges(edges))]
    if len(set(pairs)) < len(pairs):
        raise ValueError("edges must differ")
    names = _names(labels, count)
    told = all_words("weights", weights, len(pairs)) if weights != () else [""] * len(pairs)
    radius = max(60.0, 9.0 * count)
    side = 2 * radius + 50
    drawn, axes = _plane(side, side)
    turn = 2 * math.pi / count
    places = [
        (side / 2 + radius * math.sin(node * turn), side / 2 + radius * math.cos(node * turn))
        for node in range(count)
    ]
    for (start, end), word in zip(pairs, told, strict=True):
        bend = 0.22 if (end, start) in pairs else 0.0
        _arrow(axes, places[start], places[end], bend, word)
    for place, name in zip(places, names, strict=True):
        _node(axes, place, name)
    return drawn


@figure("graph.tree")
def tree(parents: Value, labels: tuple[str, ...] = (), weights: Value = ()) -> "Figure":
    """A tree below its root: for each node its parent, counted from 0, and -1 for the root.

    A parent stands before its children, and these are drawn from left to right in their order.
    `labels` name the nodes (otherwise A, B, …), `weights` stand at the edge above each node but
    the root, in their order.
    """
    given = entries("parents", parents, least=2, most=60)
    above = [
        whole(f"parents[{node}]", parent, -1 if node == 0 else 0, node - 1)
        for node, parent in enumerate(given)
    ]
    children: list[list[int]] = [[] for _ in above]
    depth = [0] * len(above)
    for node in range(1, len(above)):
        children[above[node]].append(node)
        depth[node] = depth[above[node]] + 1
    across = _across(children)
    step = 44.0 if weights == () else 58.0
    width = step * (max(across) + 1)
    height = 52.0 * max(depth) + 30
    drawn, axes = _plane(width, height)
    places = [
        (step * (across[node] + 0.5), height - 15 - 52.0 * depth[node])
        for node in range(len(above))
    ]
    named = _names(labels, len(above))
    told = all_words("weights", weights, len(above) - 1) if weights != () else [""] * len(above)
    for node in range(1, len(above)):
        start, end = places[above[node]], places[node]
        axes.plot(*zip(start, end, strict=True), color=INK, linewidth=0.9, zorder=1)
        _beside(axes, start, end, told[node - 1], 0.0, share=0.55)
    for place, name in zip(places, named, strict=True):
        _node(axes, place, name)
    return drawn


def _across(children: list[list[int]]) -> list[float]:
    """Each node's place from left to right: leaves a step apart, parents above the middle."""
    across = [0.0] * len(children)
    order: list[int] = []
    waiting = [0]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting += reversed(children[node])
    leaves = 0
    for node in order:
        if not children[node]:
            across[node] = float(leaves)
            leaves += 1
    for node in reversed(order):
        if children[node]:
            across[node] = (across[children[node][0]] + across[children[node][-1]]) / 2
    return across


def _edges(edges: Value) -> list[Value]:
    return entries("edges", edges, least=1, most=120)


def _pair(name: str, value: Value, count: int) -> tuple[int, int]:
    ends = entries(name, value, least=2, most=2)
    start, end = (whole(f"{name}[{place}]", each, 0, count - 1) for place, each in enumerate(ends))
    if start == end:
        raise ValueError(f"{name} leads from a node to itself")
    return start, end


def _names(labels: Value, count: int) -> list[str]:
    if labels != ():
        return all_words("labels", labels, count)
    if count <= _MOST_NODES:
        return [chr(ord("A") + node) for node in range(count)]
    return [words("labels", str(node + 1)) for node in range(count)]


def _plane(width: float, height: float) -> tuple["Figure", "Axes"]:
    """Axes whose unit is a point."""
    drawn, (axes,) = sheet(width, height, [Frame(0, 0, width, height)])
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return drawn, axes


def _node(axes: "Axes", place: Point, name: str) -> None:
    from matplotlib.patches import Ellipse

    width = max(2 * _NODE, 5.0 * len(name) + 8)
    axes.add_patch(
        Ellipse(place, width, 2 * _NODE, facecolor="white", edgecolor=FIRST.colour, zorder=2)
    )
    axes.text(*place, name, ha="center", va="center_baseline", fontsize=9, zorder=3)


def _arrow(axes: "Axes", start: Point, end: Point, bend: float, word: str) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=9,
            connectionstyle=f"arc3,rad={bend}",
            shrinkA=_NODE + 1,
            shrinkB=_NODE + 1,
            color=INK,
            linewidth=0.9,
            zorder=1,
        )
    )
    _beside(axes, start, end, word, bend)


def _beside(
    axes: "Axes", start: Point, end: Point, word: str, bend: float, share: float = 0.3
) -> None:
    """A word on an edge, on the side to which it bends, so far along it.

    Edges of a graph cross around their middle.
    """
    if not word:
        return
    across, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, up)
    offset = bend * length / 2
    x = start[0] + share * across + offset * up / length
    y = start[1] + share * up - offset * across / length
    axes.text(
        x,
        y,
        word,
        ha="center",
        va="center",
        fontsize=8,
        zorder=3,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
    )
