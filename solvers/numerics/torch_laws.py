"""Torch's own laws as a source of log densities and entropies for second routes.

Torch gives these methods no types, so that they are called in one place.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def log_density(law: Any, points: "Tensor") -> "Tensor":
    """The log density (or log probability) of a `torch.distributions` law at these points."""
    found: Tensor = law.log_prob(points)
    return found


def law_entropy(law: Any) -> "Tensor":
    """The entropy of a `torch.distributions` law, in nats."""
    found: Tensor = law.entropy()
    return found
