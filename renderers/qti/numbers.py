"""Numbers as engines read them."""

from decimal import Decimal
from functools import lru_cache

from qgen.document.values import Real


def number(value: Real) -> str:
    """The shortest plain decimal of a number's double."""
    numerator, denominator = value.as_integer_ratio()
    return _plain(numerator / denominator)


# The ends of a tolerance, shares of points: the same from variant to variant, or several times.
@lru_cache(maxsize=4096)
def _plain(value: float) -> str:
    return format(Decimal(repr(value)), "f").removesuffix(".0")
