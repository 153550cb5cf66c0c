"""The one root of a function on a range, for a whole batch: scanned for, then halved."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

SCANNED = 4001
HALVINGS = 100


def only_root(function: Callable[["Tensor"], "Tensor"], low: "Tensor", high: "Tensor") -> "Tensor":
    """Where the function changes its sign between two ends; NaN if it does so never or twice.

    A root at a finite end counts. A root at which the sign stays is not found.
    """
    with torch.no_grad():
        points = _grid(low, high)
        values = function(points)
        # A jump from one infinity to the other is no root, and neither is a gap without values.
        finite = torch.isfinite(values)
        above, below = (values > 0) & finite, (values < 0) & finite
        crossing = (above[..., 1:] & below[..., :-1]) | (below[..., 1:] & above[..., :-1])
        exact = values == 0
        count = crossing.sum(-1) + exact.sum(-1)
        first = crossing.float().argmax(-1, keepdim=True)
        left = points.gather(-1, first)[..., 0]
        right = points.gather(-1, first + 1)[..., 0]
        size = function(left[..., None])[..., 0].abs()
        root = halved(function, left, right)
        residue = function(root[..., None])[..., 0].abs()
        on_grid = points.gather(-1, exact.float().argmax(-1, keepdim=True))[..., 0]
        # At a pole the values grow where the sign changes.
        root = torch.where(residue <= size + 1e-12, root, torch.nan)
        root = torch.where(exact.any(-1), on_grid, root)
        return torch.where(count == 1, root, torch.nan)


def _grid(low: "Tensor", high: "Tensor") -> "Tensor":
    """Points of a range; dense near 0 and near the ends where it is infinite."""
    share = torch.linspace(0, 1, SCANNED, dtype=torch.float64)
    a, b = low[..., None], high[..., None]
    ray = 10.0 ** (16 * share - 8)
    begins, ends = torch.isfinite(a), torch.isfinite(b)
    # Mostly all variants have ends of one kind, and then one way is enough.
    if bool((begins & ends).all()):
        return a + (b - a) * share
    if bool((begins & ~ends).all()):
        return a + ray
    line = torch.cat([-ray.flip(0)[::2], ray[::2]])[:SCANNED]
    points = torch.where(begins & ends, a + (b - a) * share, a + ray)
    points = torch.where(~begins & ends, b - ray.flip(0), points)
    return torch.where(~begins & ~ends, line[: points.shape[-1]].expand_as(points), points)


def halved(function: Callable[["Tensor"], "Tensor"], left: "Tensor", right: "Tensor") -> "Tensor":
    """Where a function changes its sign between two places at which its signs differ."""
    begins = torch.sign(function(left[..., None])[..., 0])
    for _ in range(HALVINGS):
        middle = (left + right) / 2
        same = torch.sign(function(middle[..., None])[..., 0]) == begins
        before = left, right
        left, right = torch.where(same, middle, left), torch.where(same, right, middle)
        if _stay(before[0], left) and _stay(before[1], right):
            break
    return (left + right) / 2


def _stay(before: "Tensor", now: "Tensor") -> bool:
    return bool(((now == before) | torch.isnan(now)).all())
