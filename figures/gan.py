"""Figures about adversarial training."""

import math
from typing import TYPE_CHECKING

from qgen.document.values import Real
from qgen.figures.arguments import Vector, deviation, entries, number, numbers, within
from qgen.figures.canvas import FAINT, FIRST, INK, SECOND, THIRD, Frame, evenly, line, sheet
from qgen.figures.gaussians import Gaussian, common_grid
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@figure("gan.generator_losses")
def generator_losses(scores: Vector = ()) -> "Figure":
    """The saturating loss log(1 - D) and the non-saturating -log D, with scores marked on both.

    `scores`: outputs D(G(z)) of the discriminator, between 0 and 1. Goodfellow et al. 2014,
    "Generative Adversarial Nets", section 3.
    """
    marked = [
        within(f"scores[{index}]", score, 0, 1)
        for index, score in enumerate(entries("scores", scores, most=12))
    ]
    drawn, (axes,) = sheet(290, 185, [Frame(34, 32, 246, 145)])
    outputs = evenly(0.004, 0.996, 249)
    saturating = [math.log(1 - output) for output in outputs]
    steep = [-math.log(output) for output in outputs]
    axes.axhline(0, color=FAINT, linewidth=0.7)
    line(axes, outputs, saturating, FIRST)
    line(axes, outputs, steep, SECOND)
    for output in marked:
        ends = (math.log(1 - output), -math.log(output))
        axes.plot([output, output], ends, color=FAINT, linewidth=0.7, linestyle=":")
        axes.plot([output], ends[:1], "o", color=FIRST.colour, markersize=4)
        axes.plot([output], ends[1:], "s", color=SECOND.colour, markersize=4)
    axes.set(xlim=(0, 1), ylim=(-5, 5), xlabel="$D(G(z))$", yticks=range(-4, 5, 2))
    curves = [
        Curve(r"$\log(1-D(G(z)))$", outputs, saturating, FIRST),
        Curve(r"$-\log\, D(G(z))$", outputs, steep, SECOND),
    ]
    stems = [
        Curve("", (output, output), (math.log(1 - output), -math.log(output)), FIRST)
        for output in marked
    ]
    label_curves(axes, curves, [*stems, Curve("", (0, 1), (0, 0), FIRST)])
    return drawn


@figure("gan.discriminator_and_critic")
def discriminator_and_critic(
    real_mean: Real,
    real_deviation: Real,
    fake_mean: Real,
    fake_deviation: Real,
    real_samples: Vector = (),
    fake_samples: Vector = (),
) -> "Figure":
    """The best discriminator of a GAN and the best critic of a Wasserstein GAN for two normal laws.

    Above the two densities (each over its own peak) and D = p / (p + q), where p is the law of
    the data and q the generator's (Goodfellow et al. 2014, proposition 1). Below the critic,
    1-Lipschitz and steepest where the distribution functions differ: f' is the sign of Q - P; it
    is 0 in the middle of the picture. Samples are ticks in a row for each law.
    """
    real = Gaussian(number("real_mean", real_mean), deviation("real_deviation", real_deviation))
    fake = Gaussian(number("fake_mean", fake_mean), deviation("fake_deviation", fake_deviation))
    if real == fake:
        raise ValueError("the two laws are the same, and so no critic is best")
    grid = common_grid(real, fake)
    drawn, (above, below) = sheet(300, 260, [Frame(32, 122, 236, 132), Frame(32, 30, 236, 74)])
    _draw_discriminator(above, grid, real, fake)
    critic = _critic(grid, real, fake)
    line(below, grid, critic, FIRST)
    low, high = min(critic), max(critic)
    room = (high - low) * 0.5
    below.set(xlim=(grid[0], grid[-1]), ylim=(low - room, high + room / 4), xlabel="$x$")
    below.axhline(0, color=FAINT, linewidth=0.7)
    ticks = below.get_xaxis_transform()
    for name, label, samples, bottom, stroke in (
        ("real_samples", r"$x\sim p$", real_samples, 0.16, SECOND),
        ("fake_samples", r"$x\sim q$", fake_samples, 0.02, THIRD),
    ):
        places = numbers(name, samples, most=200)
        below.vlines(places, bottom, bottom + 0.12, stroke.colour, linewidth=0.9, transform=ticks)
        if places:
            corner = (1.02, bottom)
            below.text(*corner, label, color=stroke.colour, transform=below.transAxes)
    zero = Curve("", (grid[0], grid[-1]), (0.0, 0.0), FIRST)
    label_curves(below, [Curve("$f(x)$", grid, critic, FIRST)], [zero])
    return drawn


def _draw_discriminator(axes: "Axes", grid: list[float], real: Gaussian, fake: Gaussian) -> None:
    odds = [fake.log_density(x) - real.log_density(x) for x in grid]
    best = [1 / (1 + math.exp(min(each, 700.0))) for each in odds]
    densities = [
        Curve(label, grid, [0.9 * law.density(x) / law.density(law.mean) for x in grid], stroke)
        for label, law, stroke in ((r"$p(x)$", real, SECOND), (r"$q(x)$", fake, THIRD))
    ]
    for curve in densities:
        line(axes, curve.xs, curve.ys, curve.stroke)
    line(axes, grid, best, FIRST)
    axes.set(xlim=(grid[0], grid[-1]), ylim=(-0.03, 1.1), yticks=(0, 0.5, 1))
    axes.tick_params(labelbottom=False)
    axes.spines["bottom"].set_color(INK)
    label_curves(axes, [Curve("$D(x)$", grid, best, FIRST), *densities])


def _critic(grid: list[float], real: Gaussian, fake: Gaussian) -> list[float]:
    """The critic on the grid: its slope is 1 where Q > P, which two normal laws decide linearly."""
    slope = 1 / fake.deviation - 1 / real.deviation
    offset = real.mean / real.deviation - fake.mean / fake.deviation
    if slope == 0:
        values = [math.copysign(1.0, offset) * x for x in grid]
    else:
        values = [math.copysign(1.0, slope) * abs(x + offset / slope) for x in grid]
    middle = (max(values) + min(values)) / 2
    return [value - middle for value in values]
