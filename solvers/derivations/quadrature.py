"""Integrals by numbers, for a whole batch: double-exponential quadrature in pieces.

Takahasi and Mori, "Double exponential formulas for numerical integration" (1974): a range is
mapped to the line so that the integrand falls off doubly exponentially, and the trapezoidal rule
does the rest; singular ends and infinite ranges cost nothing extra. A range is split where the
integrand is largest, and where the caller knows a kink, so that narrow peaks are found.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from qgen.solvers.derivations.roots import halved

if TYPE_CHECKING:
    from torch import Tensor

Integrand: TypeAlias = Callable[["Tensor"], "Tensor"]
"""Values [..., points] at points [..., points]."""

WIDTH = 4.0
FIRST, LAST = 6, 10
"""The trapezoidal rule has 2**6 steps a piece at first, and 2**10 at most."""
AGREED = 1e-9
ENOUGH = 1e-7
SEARCHES = 3
MOST_KINKS = 6


def integral(
    integrand: Integrand, low: "Tensor", high: "Tensor", kinks: Sequence["Tensor"]
) -> "Tensor":
    """The integral between two ends of one shape; NaN where two step sizes do not agree."""
    import torch

    backwards = low > high
    first, last = torch.minimum(low, high), torch.maximum(low, high)
    inner = [torch.minimum(torch.maximum(kink, first), last) for kink in kinks]
    inner += _zero_between(first, last)
    peak = _peak(integrand, first, last)
    cuts = torch.sort(torch.stack([first, *inner, peak, last]), dim=0).values
    pieces = [_piece(integrand, left, right) for left, right in itertools.pairwise(cuts)]
    total, apart, size = (torch.stack(each).sum(0) for each in zip(*pieces, strict=True))
    # A piece that is far smaller than the others need not be as exact.
    total = torch.where(apart <= ENOUGH * size + 1e-300, total, torch.nan)
    return torch.where(backwards, -total, total)


def sign_changes(function: Integrand, low: "Tensor", high: "Tensor") -> list["Tensor"]:
    """The first few places between two ends where a function changes its sign; else an end."""
    import torch

    first, last = torch.minimum(low, high), torch.maximum(low, high)
    with torch.no_grad():
        steps = torch.linspace(-3.2, 3.2, 401, dtype=torch.float64)
        points = _mapped(steps, first, last)[0]
        signs = torch.sign(function(points))
        changing = signs[..., 1:] * signs[..., :-1] <= 0
        place = torch.arange(400).expand(changing.shape).masked_fill(~changing, 400)
        earliest = place.sort(-1).values[..., :MOST_KINKS]
        end = torch.where(
            torch.isfinite(first), first, torch.where(torch.isfinite(last), last, 0.0)
        )
        found = []
        for index in earliest.unbind(-1):
            if not bool((index < 400).any()):
                found.append(end)
                continue
            left = points.gather(-1, index.clamp(max=399)[..., None])[..., 0]
            right = points.gather(-1, index.clamp(max=399)[..., None] + 1)[..., 0]
            root = halved(function, left, right)
            found.append(torch.where(index < 400, root, end))
        return found


def _zero_between(low: "Tensor", high: "Tensor") -> list["Tensor"]:
    """A range without ends is cut at 0."""
    import torch

    if not bool((torch.isinf(low) & torch.isinf(high)).any()):
        return []
    return [torch.minimum(torch.maximum(torch.zeros_like(low), low), high)]


def _peak(integrand: Integrand, low: "Tensor", high: "Tensor") -> "Tensor":
    """Where the integrand is largest in size, about: looked for on a grid, then around it."""
    import torch

    steps = torch.linspace(-3.2, 3.2, 401, dtype=torch.float64)
    with torch.no_grad():
        points, _ = _mapped(steps, low, high)
        for search in range(SEARCHES):
            points = points.nan_to_num(nan=0.0)
            values = integrand(points).abs().nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)
            best = values.argmax(-1, keepdim=True)
            here = points.gather(-1, best)[..., 0]
            before = points.gather(-1, (best - 1).clamp(min=0))[..., 0]
            after = points.gather(-1, (best + 1).clamp(max=points.shape[-1] - 1))[..., 0]
            if search < SEARCHES - 1:
                share = torch.linspace(0, 1, 201, dtype=torch.float64)
                points = before[..., None] + (after - before)[..., None] * share
        here = torch.minimum(torch.maximum(here, low), high)
        # No piece is so short that rounding decides where its points lie.
        length = high - low
        near = torch.where(torch.isfinite(length), 1e-6 * length, 0.0)
        here = torch.where(here - low <= near, low, torch.where(high - here <= near, high, here))
        return here.detach()


def _mapped(steps: "Tensor", low: "Tensor", high: "Tensor") -> tuple["Tensor", "Tensor"]:
    """The points of the range at steps on the line, and how fast they move there."""
    import torch

    a, b = low[..., None], high[..., None]
    finite_low, finite_high = torch.isfinite(a), torch.isfinite(b)
    both, neither = finite_low & finite_high, ~finite_low & ~finite_high
    # Mostly all variants have ends of one kind, and then one way is enough.
    if bool(both.all()):
        return _between(steps, a, b)
    grown = (math.pi / 2) * torch.sinh(steps)
    speed = (math.pi / 2) * torch.cosh(steps)
    ray = torch.exp(grown)
    if bool((finite_low & ~finite_high).all()):
        return a + ray, (ray * speed).expand(*a.shape[:-1], -1)
    if bool((finite_high & ~finite_low).all()):
        return b - ray, (ray * speed).expand(*b.shape[:-1], -1)
    point, rate = _between(steps, a, b)
    point = torch.where(both, point, torch.where(finite_low, a + ray, b - ray))
    rate = torch.where(both, rate, ray * speed)
    point = torch.where(neither, torch.sinh(grown), point)
    return point, torch.where(neither, torch.cosh(grown) * speed, rate)


def _between(steps: "Tensor", a: "Tensor", b: "Tensor") -> tuple["Tensor", "Tensor"]:
    """The same between two ends that are both finite."""
    import torch

    grown = (math.pi / 2) * torch.sinh(steps)
    speed = (math.pi / 2) * torch.cosh(steps)
    # The distance from the nearer end is what must not be rounded away.
    half = (b - a) / 2
    share = 1 / (torch.exp(2 * grown.abs()) + 1)
    point = torch.where(grown < 0, a + 2 * half * share, b - 2 * half * share)
    return point, half * (speed / torch.cosh(grown) ** 2)


def _piece(
    integrand: Integrand, low: "Tensor", high: "Tensor"
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """The integral of a piece, by how much two step sizes differ, and the integral of its size."""
    import torch

    empty = low == high
    if bool(empty.all()):
        nothing = torch.zeros_like(low)
        return nothing, nothing, nothing
    inside = _inside(low, high)[..., None]

    def weighted_at(steps: "Tensor") -> "Tensor":
        points, speed = _mapped(steps, low, high)
        usable = torch.isfinite(points) & torch.isfinite(speed) & (speed > 0) & ~empty[..., None]
        # An end itself, where the integrand may have no value, is passed over.
        usable = usable & (points != low[..., None]) & (points != high[..., None])
        values = integrand(torch.where(usable, points, inside))
        return torch.where(usable, values * torch.where(usable, speed, 0.0), 0.0)

    earlier = torch.full_like(low, torch.inf)
    weighted = weighted_at(_steps(FIRST))
    for power in range(FIRST, LAST + 1):
        if power > FIRST:
            # Every other step was there before.
            weighted = _alternating(weighted, weighted_at(_steps(power)[1::2]))
        filled, width = _without_far_gaps(weighted), 2 * WIDTH / 2**power
        sums = filled.sum(-1) * width
        size = filled.abs().sum(-1) * width
        apart, earlier = (sums - earlier).abs(), sums
        if bool((apart <= AGREED * size + 1e-300).all()):
            break
    return earlier, apart, size


def _steps(power: int) -> "Tensor":
    import torch

    return torch.linspace(-WIDTH, WIDTH, 2**power + 1, dtype=torch.float64)


def _alternating(outer: "Tensor", inner: "Tensor") -> "Tensor":
    """The entries of the first, with those of the second, one fewer, between them."""
    import torch

    pairs = torch.stack([outer[..., :-1], inner], dim=-1).flatten(-2)
    return torch.cat([pairs, outer[..., -1:]], dim=-1)


def _without_far_gaps(weighted: "Tensor") -> "Tensor":
    """Zeros for what has no value (as inf/inf) only where all around it is next to nothing."""
    import torch

    gaps = ~torch.isfinite(weighted)
    if not bool(gaps.any()):
        return weighted
    filled = torch.where(gaps, 0.0, weighted)
    beside = torch.zeros_like(gaps)
    beside[..., 1:] |= gaps[..., :-1]
    beside[..., :-1] |= gaps[..., 1:]
    there = torch.where(beside & ~gaps, filled.abs(), 0.0).amax(-1, keepdim=True)
    far = there <= 1e-12 * filled.abs().sum(-1, keepdim=True)
    return torch.where(gaps & ~far, torch.nan, filled)


def _inside(low: "Tensor", high: "Tensor") -> "Tensor":
    """A point inside the range, where the integrand has a value."""
    import torch

    both = torch.isfinite(low) & torch.isfinite(high)
    middle = torch.where(both, (low + high) / 2, 0.0)
    middle = torch.where(torch.isfinite(low) & ~both, low + 1, middle)
    return torch.where(torch.isfinite(high) & ~both, high - 1, middle)
