"""Figures about diffusion models."""

import math
from itertools import accumulate
from typing import TYPE_CHECKING

from qgen.figures.arguments import Vector, entries, within
from qgen.figures.canvas import FIRST, SECOND, Frame, line, sheet
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FEW = 30
_MOST_NATS = 200.0


@figure("diffusion.noise_schedule")
def noise_schedule(betas: Vector) -> "Figure":
    """How much of the signal is left after each step of the forward process.

    Above the product of all 1 - beta up to step t, below the ratio of signal to noise on a
    logarithmic scale. `betas`: the variances of the steps, between 0 and 1. Ho, Jain and Abbeel
    2020, "Denoising diffusion probabilistic models", section 2.
    """
    steps = [
        within(f"betas[{index}]", beta, 0, 1)
        for index, beta in enumerate(entries("betas", betas, least=2))
    ]
    # Sums of logarithms: the share of noise is exact where 1 minus the signal would round to 0.
    logarithms = list(accumulate(math.log1p(-beta) for beta in steps))
    if logarithms[-1] < -_MOST_NATS:
        raise ValueError("betas leave nothing of the signal long before the last step")
    kept = [math.exp(each) for each in logarithms]
    ratios = [math.exp(each) / -math.expm1(each) for each in logarithms]
    times = [float(time) for time in range(1, len(steps) + 1)]
    drawn, (above, below) = sheet(290, 240, [Frame(38, 134, 244, 98), Frame(38, 30, 244, 92)])
    for axes, values, stroke in ((above, kept, FIRST), (below, ratios, SECOND)):
        line(axes, times, values, stroke)
        if len(times) <= _FEW:
            axes.plot(times, values, "o", color=stroke.colour, markersize=3)
        axes.set_xlim(times[0] - 0.02 * len(times), times[-1] + 0.02 * len(times))
        axes.locator_params(axis="x", integer=True)
    above.set(ylim=(0, 1.08), yticks=(0, 0.2, 0.4, 0.6, 0.8, 1))
    above.tick_params(labelbottom=False)
    spread = max(1.5, (ratios[0] / ratios[-1]) ** 0.12)
    below.set(yscale="log", ylim=(ratios[-1] / spread, ratios[0] * spread), xlabel="$t$")
    label_curves(above, [Curve(r"$\bar{\alpha}_t$", times, kept, FIRST)])
    label = r"$\bar{\alpha}_t\,/\,(1-\bar{\alpha}_t)$"
    label_curves(below, [Curve(label, times, ratios, SECOND)])
    if math.log10(ratios[0] / ratios[-1]) < 1:
        below.yaxis.set_minor_formatter("{x:g}")
        below.tick_params(axis="y", which="minor", labelsize=7)
    return drawn
