"""Figures about variational inference."""

from typing import TYPE_CHECKING

from qgen.document.values import Real
from qgen.figures.arguments import Vector, deviation, number, numbers
from qgen.figures.canvas import FIRST, SECOND, Frame, line, sheet
from qgen.figures.gaussians import Gaussian, common_grid
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_PARTS = 8


@figure("variational.posterior_and_approximation")
def posterior_and_approximation(
    weights: Vector,
    means: Vector,
    deviations: Vector,
    approximation_mean: Real,
    approximation_deviation: Real,
) -> "Figure":
    """A posterior on the line and the normal law that stands in for it.

    The posterior is a mixture of normal laws; one part makes it normal. `weights` need not sum
    to one: they are shares.
    """
    shares = numbers("weights", weights, 1, _MOST_PARTS)
    parts = len(shares)
    if min(shares) < 0 or sum(shares) <= 0:
        raise ValueError("weights must not be negative, nor all 0")
    middles = numbers("means", means, parts, parts)
    widths = [
        deviation(f"deviations[{index}]", width)
        for index, width in enumerate(numbers("deviations", deviations, parts, parts))
    ]
    laws = [Gaussian(*each) for each in zip(middles, widths, strict=True)]
    stand_in = Gaussian(
        number("approximation_mean", approximation_mean),
        deviation("approximation_deviation", approximation_deviation),
    )
    grid = common_grid(*laws, stand_in)
    total = sum(shares)
    posterior = [
        sum(share / total * law.density(x) for share, law in zip(shares, laws, strict=True))
        for x in grid
    ]
    curves = [
        Curve(r"$p(z\mid x)$", grid, posterior, FIRST),
        Curve("$q(z)$", grid, [stand_in.density(x) for x in grid], SECOND),
    ]
    drawn, (axes,) = sheet(290, 170, [Frame(34, 30, 248, 132)])
    axes.fill_between(grid, posterior, 0, color="0.9", linewidth=0)
    for curve in curves:
        line(axes, curve.xs, curve.ys, curve.stroke)
    top = max(max(curve.ys) for curve in curves)
    axes.set(xlim=(grid[0], grid[-1]), ylim=(0, 1.12 * top), xlabel="$z$")
    axes.locator_params(axis="y", nbins=4)
    label_curves(axes, curves)
    return drawn
