"""Figures about how generators are scored."""

import math
from typing import TYPE_CHECKING, TypeAlias

from qgen.document.values import Real
from qgen.figures.arguments import entries, number, numbers
from qgen.figures.canvas import FIRST, SECOND, Frame, Stroke, sheet
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Points: TypeAlias = tuple[tuple[Real, Real], ...]
Plane: TypeAlias = list[tuple[float, float]]

_MOST_POINTS = 60
_SIDE = 142.0


@figure("evaluation.neighbourhoods")
def neighbourhoods(real: Points, generated: Points, k: Real = 1) -> "Figure":
    """Real points (dots) and generated ones (crosses), with balls around either kind.

    Each ball reaches from a point to the k-th nearest of its own kind: on the left around the
    real points, on the right around the generated ones. Kynkäänniemi et al. 2019, "Improved
    precision and recall metric for assessing generative models", figure 2.
    """
    dots, crosses = _plane("real", real), _plane("generated", generated)
    nearest = number("k", k)
    if nearest != int(nearest) or not 1 <= nearest < min(len(dots), len(crosses)):
        raise ValueError("k must be a whole number below the number of points of each kind")
    xs, ys = zip(*dots, *crosses, strict=True)
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    half = 0.55 * max(max(xs) - min(xs), max(ys) - min(ys))
    if half == 0:
        raise ValueError("the points must not all be equal")
    frames = [Frame(6 + panel * (_SIDE + 12), 8, _SIDE, _SIDE) for panel in (0, 1)]
    drawn, panels = sheet(2 * _SIDE + 24, _SIDE + 30, frames)
    titles = ("balls around real points", "balls around generated points")
    for axes, centres, stroke, title in zip(
        panels, (dots, crosses), (FIRST, SECOND), titles, strict=True
    ):
        _balls(axes, centres, int(nearest), stroke)
        axes.plot(*zip(*dots, strict=True), "o", color=FIRST.colour, markersize=4)
        axes.plot(*zip(*crosses, strict=True), "x", color=SECOND.colour, markersize=5)
        axes.set(
            xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half)
        )
        axes.set(xticks=(), yticks=())
        axes.spines[["top", "right"]].set_visible(True)
        axes.set_title(title, fontsize=9)
    return drawn


def _plane(name: str, points: Points) -> Plane:
    found = []
    for index, point in enumerate(entries(name, points, least=2, most=_MOST_POINTS)):
        x, y = numbers(f"{name}[{index}]", point, least=2, most=2)
        found.append((x, y))
    return found


def _balls(axes: "Axes", centres: Plane, nearest: int, stroke: Stroke) -> None:
    from matplotlib.patches import Circle

    for index, centre in enumerate(centres):
        others = (each for place, each in enumerate(centres) if place != index)
        radius = sorted(math.dist(centre, other) for other in others)[nearest - 1]
        dashes = "-" if stroke.dashes is None else "--"
        axes.add_patch(
            Circle(
                centre, radius, fill=False, edgecolor=stroke.colour, linewidth=0.8, linestyle=dashes
            )
        )
