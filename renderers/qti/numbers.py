"""Numbers as engines read them."""

from decimal import Decimal

from qgen.document.values import Real


def number(value: Real) -> str:
    """The shortest plain decimal of a number's double."""
    return format(Decimal(repr(float(value))), "f").removesuffix(".0")
