"""Figures about scaling laws."""

from itertools import pairwise
from typing import TYPE_CHECKING

from qgen.document.values import Real
from qgen.figures.arguments import Vector, entries, within
from qgen.figures.canvas import FAINT, FIRST, SECOND, THIRD, Frame, evenly, line, sheet
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_IRREDUCIBLE = 1.7
_REDUCIBLE = 1.6
_REACH = 1.0


@figure("scaling.isoflop_curves")
def isoflop_curves(alpha: Real, beta: Real, first_best: Real, budgets: Vector) -> "Figure":
    """Loss against the number of parameters, a curve for each budget of compute.

    The loss is E + a / N^alpha + b / D^beta with 6 N D = C, scaled so that the lowest point of the
    first curve lies at N = 10^first_best; lowest points are marked. `budgets`: two or three
    powers of ten, rising, of compute. Hoffmann et al. 2022, "Training compute-optimal large
    language models", figure 3.
    """
    falling, rising = within("alpha", alpha, 0, 1), within("beta", beta, 0, 1)
    start = within("first_best", first_best, 0, 15)
    powers = [
        within(f"budgets[{index}]", budget, 0, 40)
        for index, budget in enumerate(entries("budgets", budgets, least=2, most=3))
    ]
    if any(later <= earlier for earlier, later in pairwise(powers)):
        raise ValueError("budgets must rise")
    share = rising / (falling + rising)
    curves, lowest = [], []
    for power, stroke in zip(powers, (FIRST, SECOND, THIRD), strict=False):
        best = start + share * (power - powers[0])
        height = _REDUCIBLE * 10 ** (-falling * share * (power - powers[0]))
        sizes = evenly(best - _REACH, best + _REACH, 81)
        losses = [
            _IRREDUCIBLE
            + height
            * (
                share * 10 ** (-falling * (size - best))
                + (1 - share) * 10 ** (rising * (size - best))
            )
            for size in sizes
        ]
        lowest.append((best, _IRREDUCIBLE + height))
        curves.append(Curve(f"$C=10^{{{power:g}}}$", sizes, losses, stroke))
    drawn, (axes,) = sheet(300, 200, [Frame(34, 34, 256, 158)])
    left, right = lowest[0][0] - _REACH - 0.2, lowest[-1][0] + _REACH + 0.2
    top = max(max(curve.ys) for curve in curves)
    bottom = lowest[-1][1]
    margin = (top - bottom) * 0.12
    axes.set(xlim=(left, right), ylim=(bottom - margin, top + margin), ylabel="loss")
    axes.set_xlabel("parameters $N$")
    ticks = [half / 2 for half in range(0, 61) if left <= half / 2 <= right]
    axes.set_xticks(ticks, [f"$10^{{{tick:g}}}$" for tick in ticks])
    axes.tick_params(labelsize=8)
    for curve, (best, loss) in zip(curves, lowest, strict=True):
        line(axes, curve.xs, curve.ys, curve.stroke)
        axes.plot([best, best], [bottom - margin, loss], color=FAINT, linewidth=0.7, linestyle=":")
        axes.plot([best], [loss], "o", color=curve.stroke.colour, markersize=4)
    stems = [Curve("", (best, best), (bottom - margin, loss), FIRST) for best, loss in lowest]
    label_curves(axes, curves, stems)
    return drawn
