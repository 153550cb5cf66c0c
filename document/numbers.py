"""Numbers as plain decimals, exactly or to so many significant digits."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from qgen.document.values import Real

MINUS = "−"


def terminating(value: Fraction) -> str | None:
    """The decimal expansion of a fraction if it ends within 12 places, otherwise None.

    >>> terminating(Fraction(-1, 8)), terminating(Fraction(1, 3))
    ('-0.125', None)
    """
    places, scale = 0, 1
    while value.denominator and scale % value.denominator:
        places, scale = places + 1, scale * 10
        if places > 12:
            return None
    digits = str(abs(value.numerator) * (scale // value.denominator)).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def significant(value: Real, digits: int) -> str:
    """The value rounded to so many significant digits, half to even.

    Zeros that the digits do not need are dropped. Magnitudes from 1e-5 to 1e12 print in full,
    others as `1.2e-6`; the text always reads back as a number.
    """
    if isinstance(value, int):
        value = Fraction(value)
    if value == 0:
        return "0"
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN)
    if isinstance(value, float):
        rounded = context.create_decimal(Decimal(value))
    else:
        rounded = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    if -5 <= rounded.adjusted() < 12:
        text = format(rounded, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = format(rounded, "e").partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def machine_decimal(value: Real) -> str:
    """The value as learning platforms read it: exact where the expansion ends, else 15 digits."""
    if isinstance(value, float):
        return significant(value, 15)
    return terminating(Fraction(value)) or significant(value, 15)
