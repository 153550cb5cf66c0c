"""Numbers as students type them, read exactly or refused with a sentence; never guessed."""

import re
from dataclasses import dataclass
from fractions import Fraction

from qgen.document.numbers import decimal_value, fraction


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a response could not be read: a sentence for the student who typed it."""

    sentence: str


LONGEST = 100
_LARGEST_EXPONENT = 300

_EMPTY = Refusal("Nothing was typed: write a number such as 0.5, 1/3 or 5e-3.")
TOO_LONG = Refusal(f"A number has at most {LONGEST} characters here.")
NO_NUMBER = Refusal("This is not a number: write only a number such as -2, 0.5, 1/3 or 5e-3.")
_OTHER_DIGITS = Refusal("Write the number with the digits 0 to 9.")
_NOT_FINITE = Refusal("The answer is a finite number: write one such as -2, 0.5, 1/3 or 5e-3.")
_HUGE = Refusal(f"The power of ten must lie between -{_LARGEST_EXPONENT} and {_LARGEST_EXPONENT}.")
_BY_ZERO = Refusal("This divides by zero, which gives no number.")
_UNCLEAR_DIVISOR = Refusal(
    "It is unclear what is divided here: write a plain fraction, as in 100/3."
)
TWO_SLASHES = Refusal("A fraction has one slash: write it as 1/3.")
_GROUPS = Refusal(
    "The separators in this number are unclear: write it with a decimal point only, as in 1234.5."
)

_BLANKS = "\u00a0\u2007\u2009\u202f"
SAME_SIGN = str.maketrans(
    {**dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-"), **dict.fromkeys(_BLANKS, " "), "’": "'"}
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")

_POWER_OF_TEN = re.compile(
    r"""^(?P<mantissa>.*?)
        (?: [eE] (?P<plain>[+-]?[0-9]+)
          | (?: (?:^|(?<=[^\s])\s*(?P<times>[*·×⋅∙xX]|\\cdot|\\times)\s*) 10 \s*
              (?: (?:\^|\*\*)\s* (?:(?P<bare>[+-]?[0-9]+)|\(\s*(?P<round>[+-]?[0-9]+)\s*\)
                                   |\{\s*(?P<curly>[+-]?[0-9]+)\s*\})
                | (?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+) ) )
        )$""",
    re.VERBOSE,
)
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_COMMON = re.compile(
    r"(?P<sign>[-\u2212]?)(?P<whole>[0-9]+)"
    r"(?:\.?(?P<places>[0-9]*)(?:[eE](?P<exponent>[+-]?[0-9]{1,2}))?|/(?P<below>[1-9][0-9]*))"
)
"""What most people type, read at once: `-2`, `0.5`, `1/3`, `5e-3`."""
_DECIMAL_COMMA = re.compile(r"[0-9]*,[0-9]+")
_GROUPED = {
    separator: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(separator)}[0-9]{{3}})+")
    for separator in (",", ".", " ", "'")
}


def parse_number(text: str) -> Fraction | Refusal:
    """The exact number that a text means, or why it is refused.

    Reads fractions (`1/3`), decimals with a point or a comma, powers of ten (`5e-3`,
    `5·10^-3`), percentages (`50%` is 1/2) and digits in groups of three (`1 000`, `1,000.5`,
    `1.000,5`). A point on its own is always a decimal point. `1,000` could mean one or one
    thousand and is refused, as is everything else that has no single reading.
    """
    common = _COMMON.fullmatch(text) if len(text) <= LONGEST else None
    if common is not None:
        return _common(*common.groups())
    if len(text) > 4 * LONGEST or len(text.strip()) > LONGEST:
        return TOO_LONG
    plain = text.translate(SAME_SIGN).strip()
    if not plain:
        return _EMPTY
    # Superscripts are digits of an exponent and are read with it.
    if not plain.isascii() and any(char.isdecimal() and not char.isascii() for char in plain):
        return _OTHER_DIGITS
    if plain.lstrip("+-").strip().lower() in ("inf", "infinity", "∞", "nan"):
        return _NOT_FINITE
    percent = plain.endswith("%")
    top, *bottoms = plain.removesuffix("%").split("/")
    if len(bottoms) > 1:
        return TWO_SLASHES
    value = _signed(top)
    if isinstance(value, Fraction) and bottoms:
        divisor = _signed(bottoms[0])
        power = _POWER_OF_TEN.match(bottoms[0].strip())
        if power and power["times"]:
            return _UNCLEAR_DIVISOR
        if isinstance(divisor, Refusal):
            return divisor
        if divisor == 0:
            return _BY_ZERO
        value /= divisor
    return value / 100 if percent and isinstance(value, Fraction) else value


def _common(
    sign: str, whole: str, places: str | None, exponent: str | None, below: str | None
) -> Fraction:
    places = places or ""
    above = int(whole + places)
    shift = int(exponent or 0) - len(places)
    above = -above if sign else above
    if below is not None:
        return fraction(above, int(below))
    return fraction(above * 10**shift, 1) if shift > 0 else fraction(above, 10**-shift)


def _signed(text: str) -> Fraction | Refusal:
    text = text.strip()
    sign = -1 if text.startswith("-") else 1
    value = _with_exponent(text[1:].lstrip() if text[:1] in ("+", "-") else text)
    return value if isinstance(value, Refusal) else sign * value


def _with_exponent(text: str) -> Fraction | Refusal:
    match = _POWER_OF_TEN.match(text)
    if match is None:
        return _decimal(text)
    # A power of ten on its own, as in 10^-3, has the mantissa one.
    mantissa = _decimal(match["mantissa"].strip() or ("" if match["plain"] else "1"))
    if isinstance(mantissa, Refusal):
        return mantissa
    written = match["plain"] or match["bare"] or match["round"] or match["curly"]
    exponent = int(written or match["raised"].translate(_SUPERSCRIPTS))
    if abs(exponent) > _LARGEST_EXPONENT:
        return _HUGE
    return mantissa * Fraction(10) ** exponent


def _decimal(text: str) -> Fraction | Refusal:
    """The number behind digits, points, commas, blanks and apostrophes."""
    if _PLAIN.fullmatch(text):
        return decimal_value(text)
    if not re.fullmatch(r"[0-9.,' ]*[0-9][0-9.,' ]*", text):
        return NO_NUMBER
    for separator, decimal_marks in ((",", "."), (".", ","), (" ", ".,"), ("'", ".,")):
        mark = next((mark for mark in decimal_marks if mark in text), None)
        whole, _, places = text.partition(mark) if mark else (text, "", "")
        if not _GROUPED[separator].fullmatch(whole) or (mark and not places.isdecimal()):
            continue
        if separator == "," and mark is None and whole.count(",") == 1:
            decimal = whole.replace(",", ".")
            return Refusal(
                f"{whole} can mean {whole.replace(',', '')} or {decimal}: "
                f"write {whole.replace(',', '')} or {decimal}."
            )
        return Fraction(f"{re.sub('[^0-9]', '', whole)}.{places or 0}")
    if _DECIMAL_COMMA.fullmatch(text):
        return Fraction(text.replace(",", "."))
    return _GROUPS
