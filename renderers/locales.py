"""Numbers, dates and plurals as a language has them, by Unicode's CLDR."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from qgen.document.languages import has_decimal_comma

if TYPE_CHECKING:
    from babel import Locale

_DECIMAL = re.compile(r"(?<=[0-9])\.(?=[0-9])")


@lru_cache(maxsize=64)
def _locale(tag: str) -> "Locale":
    """What is known of a language tag, or of its language where the rest is unknown."""
    # Loaded when it is needed: English papers without a date do without it.
    from babel import Locale, UnknownLocaleError

    for known in (tag, tag.partition("-")[0], "en"):
        try:
            return Locale.parse(known, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("English is known")


def number_text(decimal: str, tag: str) -> str:
    """A decimal with a point as a language writes it among words."""
    return _DECIMAL.sub(",", decimal) if has_decimal_comma(tag) else decimal


def number_tex(tex: str, tag: str) -> str:
    """A formula whose decimals have points as a language writes it: `1{,}5` has no gap."""
    return _DECIMAL.sub("{,}", tex) if has_decimal_comma(tag) else tex


def plural(number: Fraction, shown: str, tag: str) -> str:
    """The plural category of a number that is `shown` as a decimal, or as a fraction.

    >>> [plural(Fraction(n), str(n), "pl") for n in (1, 2, 5)]
    ['one', 'few', 'many']
    """
    if tag.partition("-")[0] == "en":
        return "one" if number == 1 else "other"
    if "/" in shown:
        return "other"
    return str(_locale(tag).plural_form(Decimal(shown)))


def date_text(written: str, tag: str) -> str:
    """A date such as `2026-12-04` in words; any other text as it is.

    >>> date_text("2026-12-04", "de")
    '4. Dezember 2026'
    """
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    from babel.dates import format_date

    return format_date(day, "long", locale=_locale(tag))
