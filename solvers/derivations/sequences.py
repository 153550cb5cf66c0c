"""Sums, products and limits by numbers, for a whole batch.

What converges slowly is accelerated by Levin's u-transformation (Levin 1973; Weniger, "Nonlinear
sequence transformations" 1989, section 7), and taken only where two orders of it agree.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

Terms: TypeAlias = Callable[["Tensor"], "Tensor"]
"""Values [..., indices] at indices [..., indices]."""

MOST_TERMS = 100_000
BLOCK = 64
LONGEST = 4096
ORDER = 12
AGREED = 1e-7
VANISHING = 0.1
HALVINGS = 16


def finite_sum(terms: Terms, low: "Tensor", high: "Tensor") -> "Tensor":
    """The sum from `low` to `high`, both included; empty where `high` is less."""
    values, used = _enumerated(terms, low, high)
    return values.where(used, values.new_zeros(())).sum(-1)


def finite_product(terms: Terms, low: "Tensor", high: "Tensor") -> "Tensor":
    """The product from `low` to `high`, both included."""
    values, used = _enumerated(terms, low, high)
    return values.where(used, values.new_ones(())).prod(-1)


def _enumerated(terms: Terms, low: "Tensor", high: "Tensor") -> tuple["Tensor", "Tensor"]:
    import torch

    longest = int((high - low).max().clamp(min=0)) + 1
    if longest > MOST_TERMS:
        raise ValueError(f"a sum of {longest} terms is too long to be added up")
    indices = low[..., None] + torch.arange(longest, dtype=torch.float64)
    used = indices <= high[..., None] + 1e-9
    # Terms behind the end need have no value; the first one has.
    return terms(torch.where(used, indices, low[..., None])), used


def infinite_sum(terms: Terms, low: "Tensor") -> "Tensor":
    """The sum from `low` on; NaN where it does not seem to converge."""
    import torch

    total = torch.zeros_like(low)
    done = torch.zeros_like(low, dtype=torch.bool)
    start = 0
    first_size = size = total
    while start < LONGEST and not bool(done.all()):
        indices = low[..., None] + torch.arange(start, start + BLOCK, dtype=torch.float64)
        values = terms(indices)
        total = torch.where(done, total, total + values.sum(-1))
        size = values.abs().amax(-1)
        first_size = size if start == 0 else first_size
        small = values[..., -3:].abs().amax(-1) <= 1e-18 * total.abs().clamp(min=1e-30)
        done = done | small
        start += BLOCK
    if bool(done.all()):
        return total
    first = low[..., None] + torch.arange(ORDER + 2, dtype=torch.float64)
    accelerated = _levin(terms(first))
    # Acceleration gives numbers to sums that diverge, too; their terms do not vanish.
    vanishing = size <= VANISHING * first_size
    return torch.where(done, total, torch.where(vanishing, accelerated, torch.nan))


def _levin(terms: "Tensor") -> "Tensor":
    """The limit of the partial sums of terms [..., ORDER + 2]; NaN where orders differ."""
    import torch

    sums = terms.cumsum(-1)
    estimates = []
    for order in (ORDER - 2, ORDER - 1, ORDER):
        index = torch.arange(order + 1, dtype=torch.float64)
        above = torch.lgamma(torch.tensor(order + 1.0, dtype=torch.float64))
        weights = (above - torch.lgamma(index + 1) - torch.lgamma(order - index + 1)).exp()
        weights = weights * (-1) ** index * ((index + 1) / (order + 1)) ** (order - 1)
        remainder = (index + 1) * terms[..., : order + 1]
        top = (weights * sums[..., : order + 1] / remainder).sum(-1)
        estimates.append(top / (weights / remainder).sum(-1))
    return _agreed(estimates)


def _agreed(estimates: list["Tensor"]) -> "Tensor":
    import torch

    *_, before, last = estimates
    first = estimates[0]
    near = AGREED * last.abs().clamp(min=1e-6)
    return torch.where(
        ((last - before).abs() <= near) & ((last - first).abs() <= 100 * near), last, torch.nan
    )


def limit(values: Terms, place: "Tensor", infinite: int) -> "Tensor":
    """The limit at a place, from both sides; at infinity (`infinite` is its sign) from inside."""
    import torch

    steps = 2.0 ** -torch.arange(2, HALVINGS + 2, dtype=torch.float64)
    if infinite:
        return _extrapolated(values((infinite / steps).expand(*place.shape, -1)))
    left = _extrapolated(values(place[..., None] - steps))
    right = _extrapolated(values(place[..., None] + steps))
    same = (left - right).abs() <= 1e-6 * left.abs().clamp(min=1e-3)
    return torch.where(same, (left + right) / 2, torch.nan)


def _extrapolated(values: "Tensor") -> "Tensor":
    """Richardson's extrapolation for halved steps: of its table, the entry that moves least."""
    import torch

    best = torch.full(values.shape[:-1], torch.nan, dtype=torch.float64)
    least = torch.full_like(best, torch.inf)
    column = values
    for power in range(7):
        moves = (column[..., 1:] - column[..., :-1]).abs().nan_to_num(nan=torch.inf)
        move, where = moves.min(-1)
        entry = column[..., 1:].gather(-1, where[..., None])[..., 0]
        best = torch.where(move < least, entry, best)
        least = torch.minimum(move, least)
        factor = 2.0 ** (power + 1)
        column = (factor * column[..., 1:] - column[..., :-1]) / (factor - 1)
    return torch.where(least <= 1e-7 * best.abs().clamp(min=1e-3), best, torch.nan)
