"""Numbers as plain decimals, exactly or to so many significant digits."""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import gcd, isclose
from typing import Any

MINUS = "−"
_new = object.__new__
_DECIMAL = re.compile(r"(-?[0-9]+)(?:\.([0-9]*))?(?:e([+-]?[0-9]+))?")


def coprime(above: int, below: int) -> Fraction:
    """The fraction of two whole numbers without a common divisor, the second above zero."""
    slots: Any = _new(Fraction)
    # The two that Fraction itself fills, once it has asked of what kind its arguments are.
    slots._numerator = above
    slots._denominator = below
    made: Fraction = slots
    return made


def fraction(above: int, below: int) -> Fraction:
    """above / below in lowest terms, for whole numbers: half as dear as `Fraction(above, below)`.

    Raises ZeroDivisionError for below = 0.
    """
    if below <= 0:
        return Fraction(above, below)
    shared = gcd(above, below)
    return coprime(above // shared, below // shared)


def terminating(value: Fraction) -> str | None:
    """The decimal expansion of a fraction if it ends within 12 places, otherwise None.

    >>> terminating(Fraction(-1, 8)), terminating(Fraction(1, 3))
    ('-0.125', None)
    """
    return _expansion(value.numerator, value.denominator)


# The grids that questions draw from are small, and the same values print again and again.
@lru_cache(maxsize=8192)
def _expansion(numerator: int, denominator: int) -> str | None:
    places, scale = 0, 1
    while scale % denominator:
        places, scale = places + 1, scale * 10
        if places > 12:
            return None
    digits = str(abs(numerator) * (scale // denominator)).rjust(places + 1, "0")
    sign = "-" if numerator < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


@lru_cache(maxsize=32)
def _rounding(digits: int) -> Context:
    return Context(prec=digits, rounding=ROUND_HALF_EVEN)


def significant(value: int | Fraction | float, digits: int) -> str:
    """The value rounded to so many significant digits, half to even.

    Zeros that the digits do not need are dropped. Magnitudes from 1e-5 to 1e12 print in full,
    others as `1.2e-6`; the text always reads back as a number.
    """
    if not value:
        return "0"
    if isinstance(value, float):
        text = format(value, f".{digits}g")
        if "e" not in text:
            return text
    context = _rounding(digits)
    if isinstance(value, float):
        rounded = context.create_decimal_from_float(value)
    else:
        rounded = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    if -5 <= rounded.adjusted() < 12:
        text = format(rounded, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = format(rounded, "e").partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def rounded(value: int | Fraction | float, digits: int) -> str:
    """The value to so many significant digits, as a person reads it.

    Where digits were rounded away, zeros at the end are kept, since they are significant; a value
    that needs fewer digits prints with as few as it needs.

    >>> rounded(20.96, 3), rounded(20.5, 4), rounded(Fraction(2, 3), 3)
    ('21.0', '20.5', '0.667')
    """
    text = significant(value, digits)
    if isinstance(value, float):
        # What lies within a float's own rounding, such as 0.1 + 0.2, counts as exact.
        exact = isclose(float(text), value, rel_tol=1e-12)
    else:
        exact = Fraction(text) == value
    return text if exact else to_digits(value, digits)


def to_digits(value: int | Fraction | float, digits: int) -> str:
    """The value to so many significant digits, all of them shown, whether it needs them or not.

    >>> to_digits(Fraction(1, 2), 3), to_digits(12, 3), to_digits(1200, 3), to_digits(0, 3)
    ('0.500', '12.0', '1200', '0')
    """
    text = significant(value, digits)
    if text == "0":
        return text
    mantissa, letter, exponent = text.partition("e")
    lacking = digits - len(mantissa.lstrip("-0.").replace(".", ""))
    if lacking > 0:
        mantissa += ("" if "." in mantissa else ".") + "0" * lacking
    return mantissa + letter + exponent


def machine_decimal(value: int | Fraction | float) -> str:
    """The value as learning platforms read it: exact where the expansion ends, else 15 digits."""
    if isinstance(value, float):
        return significant(value, 15)
    return _expansion(*value.as_integer_ratio()) or significant(value, 15)


def exact_value(value: int | Fraction | float) -> Fraction:
    """The number that a value stands for; a float stands for its first 15 significant digits.

    The binary number behind 0.1 lies a little above 1/10, so that 0.1 - 0.01 would lie outside
    0.1 ± 0.01. Fifteen digits are also what `machine_decimal` hands to learning platforms.
    Raises ValueError for a float that is infinite or not a number.
    """
    if type(value) is Fraction:
        return value
    if isinstance(value, float):
        return _of_float(value)
    return coprime(value, 1) if type(value) is int else Fraction(value)


def exact_ratio(value: int | Fraction | float) -> tuple[int, int]:
    """The same in lowest terms, as what is above the line and what is below it.

    For what compares numbers by the thousand: no fraction is made of a whole number.
    """
    return _ratio_of_float(value) if isinstance(value, float) else value.as_integer_ratio()


def _of_float(value: float) -> Fraction:
    return coprime(*_ratio_of_float(value))


# A key, its tolerance's ends, its mistakes: each is asked for several times in a row.
@lru_cache(maxsize=1024)
def _ratio_of_float(value: float) -> tuple[int, int]:
    mantissa, exponential, exponent = f"{value:.14e}".partition("e")
    if not exponential:
        raise ValueError(f"Invalid literal for Fraction: '{value}'")
    digits, shift = int(mantissa.replace(".", "")), int(exponent) - 14
    if shift >= 0:
        return digits * 10**shift, 1
    below = 10**-shift
    shared = gcd(digits, below)
    return digits // shared, below // shared


def decimal_value(text: str) -> Fraction:
    """The number that a decimal such as `-0.5` or `1.2e-6` stands for.

    Faster than `Fraction(text)`, which it leaves all other writings of a number to; raises
    ValueError as that does.
    """
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return Fraction(text)
    whole, places, exponent = found.groups("")
    shift = int(exponent or 0) - len(places)
    digits = int(whole + places)
    return coprime(digits * 10**shift, 1) if shift > 0 else fraction(digits, 10**-shift)
