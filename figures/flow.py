"""Figures about normalising flows: a grid of the plane before and after one layer."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from qgen.document.values import Real
from qgen.figures.arguments import Vector, number, numbers
from qgen.figures.canvas import FIRST, INK, SECOND, Frame, evenly, line, sheet
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point: TypeAlias = tuple[float, float]
_REACH = 2.0
_LINES = 9
_POINTS = 33
_LARGEST_SHARE = 60.0


@figure("flow.affine_coupling")
def affine_coupling(
    scale_slope: Real, scale_offset: Real, shift_slope: Real, shift_offset: Real
) -> "Figure":
    """What an affine coupling layer with linear networks makes of a grid over [-2, 2] squared.

    y1 = z1 and y2 = z2 exp(s) + t with s = `scale_slope` z1 + `scale_offset` and
    t = `shift_slope` z1 + `shift_offset`. Dinh, Sohl-Dickstein and Bengio 2017, "Density
    estimation using Real NVP", equations 4 and 5.
    """
    a, b = number("scale_slope", scale_slope), number("scale_offset", scale_offset)
    c, d = number("shift_slope", shift_slope), number("shift_offset", shift_offset)
    if abs(a) * _REACH + abs(b) > math.log(_LARGEST_SHARE):
        raise ValueError("the scale is too large to be drawn: keep |s| below 4 on [-2, 2]")
    return _warped(lambda z: (z[0], z[1] * math.exp(a * z[0] + b) + c * z[0] + d))


@figure("flow.planar")
def planar(direction: Vector, weight: Vector, offset: Real) -> "Figure":
    """What a planar layer makes of a grid over [-2, 2] squared.

    f(z) = z + `direction` tanh(`weight` · z + `offset`). Rezende and Mohamed 2015, "Variational
    inference with normalizing flows", equation 10. The layer may fold the plane: it is invertible
    only where direction · weight is at least -1.
    """
    u = numbers("direction", direction, 2, 2)
    w = numbers("weight", weight, 2, 2)
    b = number("offset", offset)
    if max(map(abs, u)) > _LARGEST_SHARE:
        raise ValueError(f"direction must have entries between -60 and 60, it has {max(u):g}")

    def layer(z: Point) -> Point:
        bend = math.tanh(w[0] * z[0] + w[1] * z[1] + b)
        return z[0] + u[0] * bend, z[1] + u[1] * bend

    return _warped(layer)


def _warped(layer: Callable[[Point], Point]) -> "Figure":
    """The grid on the left and its image on the right; thick lines are the axes' images."""
    drawn, (before, after) = sheet(350, 180, [Frame(26, 30, 130, 130), Frame(212, 30, 130, 130)])
    for axes, image, names in (
        (before, lambda z: z, ("$z_1$", "$z_2$")),
        (after, layer, ("$y_1$", "$y_2$")),
    ):
        points: list[Point] = []
        for fixed in evenly(-_REACH, _REACH, _LINES):
            middle = abs(fixed) < 1e-9
            for stroke, ends in (
                (FIRST, [(fixed, along) for along in evenly(-_REACH, _REACH, _POINTS)]),
                (SECOND, [(along, fixed) for along in evenly(-_REACH, _REACH, _POINTS)]),
            ):
                images = [image(end) for end in ends]
                points += images
                xs, ys = zip(*images, strict=True)
                line(axes, xs, ys, stroke._replace(width=1.7 if middle else 0.7))
        low = min(min(point) for point in points)
        high = max(max(point) for point in points)
        room = 0.05 * (high - low)
        axes.set(xlim=(low - room, high + room), ylim=(low - room, high + room))
        axes.set_aspect("equal")
        axes.locator_params(nbins=5)
        axes.set_xlabel(names[0])
        axes.text(0, 1.03, names[1], transform=axes.transAxes, ha="center", va="bottom")
    drawn.text(0.497, 0.53, "$\\longrightarrow$", color=INK, ha="center", va="center", fontsize=12)
    return drawn
