"""Places labels beside the curves that they name, so that no legend is needed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from qgen.figures.canvas import Stroke

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Points: TypeAlias = NDArray[np.float64]

LABEL_SIZE = 9.0
_GAP = 3.5
_CLEAR = 2.0
_STEP = 2.0
_CANDIDATES = 60
_FAR = 30.0
_INSET = 5.0
_GROUND = 0.2


class Curve(NamedTuple):
    """A drawn line with the label that names it."""

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    stroke: Stroke


class _Extent(NamedTuple):
    """The size of a label, and how far it hangs below its line, in points."""

    width: float
    height: float
    lowest: float


def label_curves(axes: "Axes", curves: Sequence[Curve], avoid: Sequence[Curve] = ()) -> None:
    """Writes each curve's label where it covers no curve and is far from all but its own.

    The limits of the axes must be set already. `avoid` are lines to keep clear of.
    """
    import numpy as np

    frame = axes.transAxes.transform([(0.0, 0.0), (1.0, 1.0)])
    paths = [_on_sheet(axes, curve, frame) for curve in (*curves, *avoid)]
    taken = np.empty((0, 4))
    for index, curve in enumerate(curves):
        extent = _extent(curve.label)
        boxes = _candidates(_risen(paths[index], frame), extent)
        foreign = np.concatenate([*paths[:index], *paths[index + 1 :], np.empty((0, 2))])
        cost = _cost(boxes, paths[index], foreign, taken, frame)
        best = boxes[int(np.argmin(np.round(cost, 6)))]
        taken = np.concatenate([taken, best[None]])
        axes.annotate(
            curve.label,
            (float(best[0]), float(best[1]) - extent.lowest),
            xycoords="figure points",
            color=curve.stroke.colour,
            fontsize=LABEL_SIZE,
            annotation_clip=False,
        )


def _on_sheet(axes: "Axes", curve: Curve, frame: "Points") -> "Points":
    """The visible part of a curve as points on the sheet, a step apart: [points, 2]."""
    import numpy as np

    corners = axes.transData.transform(np.column_stack((curve.xs, curve.ys)))
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(lengths)))
    places = np.linspace(0.0, along[-1], min(4000, int(along[-1] / _STEP) + 2))
    points = np.column_stack([np.interp(places, along, corners[:, axis]) for axis in (0, 1)])
    visible = np.all((points >= frame[0] - 1) & (points <= frame[1] + 1), axis=1)
    return np.asarray(points[visible])


def _risen(path: "Points", frame: "Points") -> "Points":
    """The part of a curve that is off the ground: a density's tail says little about it."""
    ground = frame[0][1] + _GROUND * (frame[1][1] - frame[0][1])
    risen = path[path[:, 1] > ground]
    return risen if len(risen) else path


def _extent(label: str) -> _Extent:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    box = TextPath((0, 0), label, size=LABEL_SIZE, prop=FontProperties()).get_extents()
    return _Extent(float(box.width), float(box.height), float(box.y0))


def _candidates(path: "Points", extent: _Extent) -> "Points":
    """Boxes around points of a curve, as left, bottom, right and top: [boxes, 4]."""
    import numpy as np

    anchors = path[:: max(1, len(path) // _CANDIDATES)]
    half = np.array([extent.width, extent.height]) / 2
    middles = np.concatenate(
        [
            anchors + np.array([across, up]) * (half + _GAP)
            for across in (-1, 0, 1)
            for up in (-1, 0, 1)
            if across or up
        ]
    )
    return np.concatenate([middles - half, middles + half], axis=1)


def _cost(
    boxes: "Points", own: "Points", foreign: "Points", taken: "Points", frame: "Points"
) -> "Points":
    """Covering anything is worst, then leaving the frame, then being near to another curve.

    Among places that are equal otherwise, the one nearest to the middle wins.
    """
    import numpy as np

    covered = (_distances(boxes, own) < _CLEAR).sum(axis=1)
    distances = _distances(boxes, foreign)
    covered = covered + (distances < _CLEAR).sum(axis=1)
    overlaps = sum(
        np.all((boxes[:, :2] < other[2:]) & (boxes[:, 2:] > other[:2]), axis=1) for other in taken
    )
    low, high = frame[0] + _INSET, frame[1]
    outside = np.maximum(low - boxes[:, :2], 0) + np.maximum(boxes[:, 2:] - high, 0)
    aside = np.abs(boxes[:, 0] + boxes[:, 2] - low[0] - high[0]) / (high[0] - low[0])
    near = distances.min(axis=1, initial=_FAR)
    return np.asarray(100 * covered + 1000 * overlaps + 50 * outside.sum(axis=1) - near + aside)


def _distances(boxes: "Points", points: "Points") -> "Points":
    """How far each point lies from each box, 0 inside: [boxes, points].

    _FAR stands for what is at least as far in one direction alone.
    """
    import numpy as np

    # Each direction for itself: numbers that lie side by side in memory are read faster.
    left, bottom, right, top = boxes.T[:, :, None]
    xs, ys = np.ascontiguousarray(points.T)
    across, upwards = xs - np.clip(xs, left, right), ys - np.clip(ys, bottom, top)
    near = (np.abs(across) < _FAR) & (np.abs(upwards) < _FAR)
    far = np.full(near.shape, _FAR)
    return np.asarray(np.hypot(across, upwards, out=far, where=near))
