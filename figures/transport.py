"""Figures about transport from noise to data."""

from typing import TYPE_CHECKING

from qgen.figures.arguments import Vector, numbers
from qgen.figures.canvas import FIRST, SECOND, THIRD, Frame, line, sheet
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_PAIRS = 3
_MOST_LEVEL = 40.0


@figure("transport.pairs")
def pairs(starts: Vector, ends: Vector) -> "Figure":
    """Straight paths in time from each start to its end.

    `starts`, `ends`: one each for one to three paths. Liu, Gong and Liu 2023, "Flow straight and
    fast", figure 2.
    """
    begin = numbers("starts", starts, least=1, most=_MOST_PAIRS)
    finish = numbers("ends", ends, least=len(begin), most=len(begin))
    low, high = min(*begin, *finish), max(*begin, *finish)
    if high - low > _MOST_LEVEL or high == low:
        raise ValueError("starts and ends must differ, and lie at most 40 apart")
    drawn, (axes,) = sheet(290, 210, [Frame(38, 34, 234, 168)])
    strokes = (FIRST, SECOND, THIRD)
    curves = []
    for index, (one, other) in enumerate(zip(begin, finish, strict=True)):
        line(axes, (0, 1), (one, other), strokes[index])
        axes.plot((0, 1), (one, other), "o", color=strokes[index].colour, markersize=4)
        curves.append(Curve(str(index + 1), (0, 1), (one, other), strokes[index]))
    axes.set(xlim=(-0.04, 1.04), ylim=(low - 1, high + 1), xlabel="$t$", ylabel="$x_t$")
    axes.set_xticks((0, 0.25, 0.5, 0.75, 1))
    axes.locator_params(axis="y", integer=True, nbins=14)
    axes.grid(visible=True, color="#dddddd", linewidth=0.5)
    label_curves(axes, curves)
    return drawn
