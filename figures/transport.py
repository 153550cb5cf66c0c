"""Figures about transport from noise to data: straight paths, and errors of samplers."""

from typing import TYPE_CHECKING

from qgen.figures.arguments import Vector, numbers
from qgen.figures.canvas import FIRST, INK, SECOND, THIRD, Frame, line, sheet
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_PAIRS = 3
_MOST_LEVEL = 40.0
_EVALUATIONS = (4, 8, 16, 32, 64)


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


@figure("transport.errors")
def errors(first: Vector, second: Vector) -> "Figure":
    """The errors of two samplers, A and B, against 4, 8, 16, 32 and 64 network evaluations.

    `first`, `second`: five positive errors each, drawn on logarithmic axes. Karras, Aittala,
    Aila and Laine 2022, "Elucidating the design space of diffusion-based generative models",
    figure 2.
    """
    count = len(_EVALUATIONS)
    drawn_values = []
    for name, values in (("first", first), ("second", second)):
        read = numbers(name, values, least=count, most=count)
        if min(read) <= 0:
            raise ValueError(f"{name} must be positive")
        drawn_values.append(read)
    drawn, (axes,) = sheet(290, 220, [Frame(46, 34, 236, 178)])
    curves = []
    for label, shown, stroke, mark in zip(
        "AB", drawn_values, (FIRST, SECOND), ("o", "s"), strict=True
    ):
        line(axes, _EVALUATIONS, shown, stroke)
        axes.plot(_EVALUATIONS, shown, mark, color=stroke.colour, markersize=4)
        curves.append(Curve(label, _EVALUATIONS, shown, stroke))
    axes.set(xscale="log", yscale="log", xlabel="network evaluations", ylabel="error")
    axes.set_xlim(3.4, 75)
    axes.set_xticks(_EVALUATIONS, [str(each) for each in _EVALUATIONS])
    axes.minorticks_off()
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.5)
    axes.tick_params(colors=INK)
    label_curves(axes, curves)
    return drawn
