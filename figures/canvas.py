"""What all figures share: the sheet, its axes, and how lines are told apart in grey print."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS_AN_INCH = 72
INK = "#1a1a1a"
FAINT = "#8c8c8c"


class Stroke(NamedTuple):
    """How a line is drawn: the dashes tell it apart, the colour only helps on a screen."""

    colour: str
    width: float
    dashes: tuple[float, ...] | None


FIRST = Stroke("#12355b", 1.5, None)
SECOND = Stroke("#a8480c", 1.5, (5, 2))
THIRD = Stroke("#2f6b2f", 1.5, (1.2, 1.6))


class Frame(NamedTuple):
    """Where axes stand on the sheet, in points from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


def sheet(width: float, height: float, frames: Sequence[Frame]) -> tuple["Figure", list["Axes"]]:
    """An empty figure of so many points, with plain axes in the frames.

    One unit on the sheet is one point, so that labels can be placed before anything is drawn.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / POINTS_AN_INCH, height / POINTS_AN_INCH), dpi=POINTS_AN_INCH)
    axes = []
    for frame in frames:
        place = (
            frame.left / width,
            frame.bottom / height,
            frame.width / width,
            frame.height / height,
        )
        new = figure.add_axes(place)
        new.spines[["top", "right"]].set_visible(False)
        axes.append(new)
    return figure, axes


def line(axes: "Axes", xs: Sequence[float], ys: Sequence[float], stroke: Stroke) -> None:
    """A curve through the points."""
    (drawn,) = axes.plot(xs, ys, color=stroke.colour, linewidth=stroke.width)
    if stroke.dashes is not None:
        drawn.set_dashes(stroke.dashes)


def evenly(low: float, high: float, count: int) -> list[float]:
    """So many numbers from `low` to `high`, both included."""
    return [low + (high - low) * step / (count - 1) for step in range(count)]
