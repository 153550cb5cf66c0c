"""Figures about divergences between densities."""

from typing import TYPE_CHECKING

from qgen.document.values import Real
from qgen.figures.arguments import deviation, number
from qgen.figures.canvas import FAINT, FIRST, SECOND, THIRD, Frame, line, sheet
from qgen.figures.gaussians import Gaussian, common_grid
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@figure("divergence.kl_integrand")
def kl_integrand(
    first_mean: Real, first_deviation: Real, second_mean: Real, second_deviation: Real
) -> "Figure":
    """Two normal densities p and q, and below them the integrand of KL(p || q), shaded.

    What the integrand adds is shaded grey, what it takes away is hatched; the divergence is the
    first area less the second. Its value is not printed: it may be what is asked.
    """
    first = Gaussian(
        number("first_mean", first_mean), deviation("first_deviation", first_deviation)
    )
    second = Gaussian(
        number("second_mean", second_mean), deviation("second_deviation", second_deviation)
    )
    grid = common_grid(first, second)
    drawn, (above, below) = sheet(300, 250, [Frame(36, 138, 256, 106), Frame(36, 30, 256, 94)])
    densities = [
        Curve("$p(x)$", grid, [first.density(x) for x in grid], FIRST),
        Curve("$q(x)$", grid, [second.density(x) for x in grid], SECOND),
    ]
    for curve in densities:
        line(above, curve.xs, curve.ys, curve.stroke)
    top = max(max(curve.ys) for curve in densities)
    above.set(xlim=(grid[0], grid[-1]), ylim=(0, 1.12 * top))
    above.tick_params(labelbottom=False)
    above.locator_params(axis="y", nbins=3)
    label_curves(above, densities)
    integrand = [first.density(x) * (first.log_density(x) - second.log_density(x)) for x in grid]
    below.fill_between(
        grid, integrand, 0, where=[y >= 0 for y in integrand], color="0.82", linewidth=0,
        interpolate=True,
    )  # fmt: skip
    below.fill_between(
        grid, integrand, 0, where=[y <= 0 for y in integrand], facecolor="none",
        edgecolor="0.35", hatch="////", linewidth=0, interpolate=True,
    )  # fmt: skip
    below.axhline(0, color=FAINT, linewidth=0.7)
    line(below, grid, integrand, THIRD._replace(dashes=None))
    high, low = max(*integrand, 0.0), min(*integrand, 0.0)
    room = (high - low or 1.0) * 0.12
    below.set(xlim=(grid[0], grid[-1]), ylim=(low - room, high + room), xlabel="$x$")
    below.locator_params(axis="y", nbins=4)
    zero = Curve("", (grid[0], grid[-1]), (0.0, 0.0), FIRST)
    label = r"$p(x)\,\log\frac{p(x)}{q(x)}$"
    label_curves(below, [Curve(label, grid, integrand, THIRD)], [zero])
    return drawn
