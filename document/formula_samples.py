"""A few points at which formulas are tried out in floating point."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from qgen.document.formula import VariableDomain

_POINTS = 5


def sample_points(variables: Mapping[str, VariableDomain]) -> Sequence[Mapping[str, float]]:
    """A few points of the declared domains, away from special values."""
    return _points(tuple(variables.items()))


# Every variant of a question has the same variables.
@lru_cache(maxsize=256)
def _points(variables: tuple[tuple[str, VariableDomain], ...]) -> tuple[dict[str, float], ...]:
    points = []
    for step in range(_POINTS):
        point: dict[str, float] = {}
        for index, (name, domain) in enumerate(variables):
            share = ((index + 1) * 0.3819660 + step * 0.2360680) % 1
            point[name] = {
                "real": 8 * share - 3.7,
                "positive": 0.13 + 5 * share,
                "nonnegative": 0.13 + 5 * share,
                "probability": 0.03 + 0.94 * share,
            }[domain]
        points.append(point)
    return tuple(points)
