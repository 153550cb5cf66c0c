"""Figures of data: points, lines, histograms, box plots and bars, for any question.

Axes are named by the author: a figure knows nothing of what its numbers mean.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from qgen.document.values import Real, Value
from qgen.figures.arguments import Vector, all_words, entries, number, numbers, words
from qgen.figures.canvas import FAINT, FIRST, INK, SECOND, THIRD, Frame, line, sheet
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LARGEST = 1e9
_WIDTH, _HEIGHT = 260.0, 170.0
_FRAME = Frame(44, 32, 206, 130)
_STROKES = (FIRST, SECOND, THIRD)
_MOST_BOXES = 8


@figure("data.scatter")
def scatter(
    x: Vector,
    y: Vector,
    line: tuple[Real, Real] | tuple[()] = (),
    x_label: str = "$x$",
    y_label: str = "$y$",
) -> "Figure":
    """Points; with `line` = (intercept, slope), a straight line among them."""
    xs = _all("x", x, least=1)
    ys = _all("y", y, least=len(xs), most=len(xs))
    drawn, axes = _axes(x_label, y_label)
    axes.plot(xs, ys, "o", color=FIRST.colour, markersize=3.5)
    if line:
        intercept, slope = _all("line", line, least=2, most=2)
        ends = (min(xs), max(xs))
        axes.plot(ends, [intercept + slope * end for end in ends], color=INK, linewidth=1)
    _with_grid(axes)
    return drawn


@figure("data.lines")
def lines(
    x: Vector,
    series: tuple[Vector, ...],
    labels: tuple[str, ...] = (),
    x_label: str = "$x$",
    y_label: str = "",
) -> "Figure":
    """One to three series over the same x, told apart by dashes and by their labels."""
    xs = _all("x", x, least=2)
    if any(later <= earlier for earlier, later in pairwise(xs)):
        raise ValueError("x must rise")
    given = entries("series", series, least=1, most=3)
    names = all_words("labels", labels, len(given)) if labels else [""] * len(given)
    drawn, axes = _axes(x_label, y_label)
    curves = []
    for index, (values, name, stroke) in enumerate(zip(given, names, _STROKES, strict=False)):
        ys = _all(f"series[{index}]", values, least=len(xs), most=len(xs))
        line(axes, xs, ys, stroke)
        axes.plot(xs, ys, "o", color=stroke.colour, markersize=2.5)
        curves.append(Curve(name, xs, ys, stroke))
    _with_grid(axes)
    if labels:
        label_curves(axes, curves)
    return drawn


@figure("data.histogram")
def histogram(
    sample: Vector, edges: Vector, x_label: str = "$x$", y_label: str = "count"
) -> "Figure":
    """How many of a sample lie between neighbouring edges; a value on an edge counts above it.

    The last edge belongs to the last bar. The counts stand above the bars.
    """
    values = _all("sample", sample, least=1)
    ends = _all("edges", edges, least=2, most=41)
    if any(later <= earlier for earlier, later in pairwise(ends)):
        raise ValueError("edges must rise")
    if min(values) < ends[0] or max(values) > ends[-1]:
        raise ValueError("the edges must hold the whole sample")
    counts = [0] * (len(ends) - 1)
    for value in values:
        counts[min(sum(end <= value for end in ends) - 1, len(counts) - 1)] += 1
    drawn, axes = _axes(x_label, y_label)
    widths = [high - low for low, high in pairwise(ends)]
    axes.bar(ends[:-1], counts, widths, align="edge", color="#c9d6e6", edgecolor=INK, linewidth=0.8)
    if len(ends) <= 13:
        axes.set_xticks(ends, [f"{end:g}" for end in ends])
    _counted(axes, max(counts))
    for count, low, width in zip(counts, ends, widths, strict=False):
        if count:
            axes.annotate(
                str(count),
                (low + width / 2, count),
                xytext=(0, 1.5),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=8,
            )
    return drawn


@figure("data.boxplot")
def boxplot(
    samples: tuple[Vector, ...],
    labels: tuple[str, ...] = (),
    x_label: str = "",
    low: Value = (),
    high: Value = (),
) -> "Figure":
    """Box plots beside each other, to be read off: quartiles, median, whiskers and outliers.

    Quartiles are those of `quantile` (R's and NumPy's). Whiskers reach to the farthest value
    within one and a half boxes of the box; what lies beyond is a circle. Tukey 1977,
    "Exploratory data analysis", section 2. `low` and `high` are the ends of the axis.
    """
    given = entries("samples", samples, least=1, most=_MOST_BOXES)
    values = [_all(f"samples[{index}]", each, least=2) for index, each in enumerate(given)]
    names = all_words("labels", labels, len(given)) if labels else [""] * len(given)
    height = 62.0 + 34 * len(values)
    left = 16.0 + 5.2 * max(map(len, names))
    drawn, (axes,) = sheet(left + 232, height, [Frame(left, 34, 220, height - 42)])
    axes.set_xlabel(words("x_label", x_label))
    for place, sample in zip(range(len(values), 0, -1), values, strict=True):
        _box(axes, sample, place)
    axes.set_yticks(range(len(values), 0, -1), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(0.4, len(values) + 0.6)
    axes.locator_params(axis="x", nbins=12, steps=[1, 2, 5, 10])
    if low != () or high != ():
        axes.set_xlim(number("low", low, _LARGEST), number("high", high, _LARGEST))
    axes.grid(axis="x", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    return drawn


def _box(axes: "Axes", sample: Sequence[float], place: int) -> None:
    first, middle, third = (_quantile(sample, share) for share in (0.25, 0.5, 0.75))
    reach = 1.5 * (third - first)
    inside = [value for value in sample if first - reach <= value <= third + reach]
    outside = [value for value in sample if value not in inside]
    half = 0.28
    corners = [first, third, third, first, first]
    heights = [place - half, place - half, place + half, place + half, place - half]
    axes.fill(corners, heights, facecolor="#dbe4ef", edgecolor="none")
    axes.plot(corners, heights, color=INK, linewidth=1)
    axes.plot([middle, middle], [place - half, place + half], color=INK, linewidth=2)
    for end, side in ((min(inside), first), (max(inside), third)):
        axes.plot([side, end], [place, place], color=INK, linewidth=1)
        axes.plot([end, end], [place - half / 2, place + half / 2], color=INK, linewidth=1)
    axes.plot(outside, [place] * len(outside), "o", color=INK, markersize=3.5, fillstyle="none")


def _quantile(sample: Sequence[float], share: float) -> float:
    ordered = sorted(sample)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@figure("data.bars")
def bars(
    heights: Vector, labels: tuple[str, ...], x_label: str = "", y_label: str = ""
) -> "Figure":
    """A bar for each label, from zero."""
    values = _all("heights", heights, least=1, most=20)
    names = all_words("labels", labels, len(values))
    drawn, axes = _axes(x_label, y_label)
    places = range(len(values))
    axes.bar(places, values, 0.62, color="#c9d6e6", edgecolor=INK, linewidth=0.8)
    axes.set_xticks(places, names)
    axes.axhline(0, color=INK, linewidth=0.7)
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    return drawn


def _all(name: str, value: Value, least: int = 0, most: int = 1000) -> list[float]:
    return numbers(name, value, least, most, _LARGEST)


def _axes(x_label: Value, y_label: Value) -> tuple["Figure", "Axes"]:
    drawn, (axes,) = sheet(_WIDTH, _HEIGHT, [_FRAME])
    axes.set(xlabel=words("x_label", x_label), ylabel=words("y_label", y_label))
    return drawn, axes


def _with_grid(axes: "Axes") -> None:
    axes.grid(color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.margins(0.06)
    # Labels are placed within limits that stay.
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())


def _counted(axes: "Axes", most: int) -> None:
    """A vertical axis of whole numbers, with a line for each step."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if most <= 8 * step)
    axes.set_yticks(range(0, most + step, step))
    axes.set_ylim(0, most + step)
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
