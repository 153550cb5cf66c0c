"""Normal densities on the line, sampled finely wherever they bend."""

import math
from typing import NamedTuple

from qgen.figures.canvas import evenly

_REACH = 4.0


class Gaussian(NamedTuple):
    """A normal law on the line."""

    mean: float
    deviation: float

    def density(self, x: float) -> float:
        """The density at a point."""
        return math.exp(self.log_density(x))

    def log_density(self, x: float) -> float:
        """The natural logarithm of the density."""
        scaled = (x - self.mean) / self.deviation
        return -scaled * scaled / 2 - math.log(self.deviation * math.sqrt(2 * math.pi))

    @property
    def reach(self) -> tuple[float, float]:
        """Where nearly all of the law lies."""
        return self.mean - _REACH * self.deviation, self.mean + _REACH * self.deviation


def common_grid(*laws: Gaussian) -> list[float]:
    """Points over the reach of all laws, dense enough for the narrowest of them.

    Raises ValueError for laws of which one would be too narrow to see beside the others.
    """
    low = min(law.reach[0] for law in laws)
    high = max(law.reach[1] for law in laws)
    narrowest = min(law.deviation for law in laws)
    if high - low > 400 * narrowest:
        raise ValueError("one of the laws is too narrow to be seen beside the others")
    grid = set(evenly(low, high, 161))
    for law in laws:
        grid.update(evenly(*law.reach, 121))
    return sorted(grid)
