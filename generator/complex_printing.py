"""Prints complex numbers to fit their place: `3 - 2i`, in brackets where that would be misread."""

import re
from collections.abc import Callable

from qgen.bank.expressions import Filter
from qgen.bank.templates import HoleContext
from qgen.document.complex_numbers import UNIT
from qgen.document.numbers import MINUS
from qgen.document.values import Complex, Real, magnitude

_FILTERS = frozenset({"num", "frac"})
_PLAIN_FRACTION = re.compile(r"([0-9]+)/([0-9]+)")


def check_complex_filter(chosen: Filter | None) -> None:
    """Raises ValueError for a filter that prints no complex numbers."""
    if chosen is not None and chosen.name not in _FILTERS:
        raise ValueError(
            f"the filter '{chosen.name}' prints no complex numbers: print re(z) and im(z) "
            f"apart, or use {' or '.join(sorted(_FILTERS))}"
        )


def complex_text(value: Complex, size: Callable[[Real], str]) -> str:
    """`3 − 2i` among words; `size` prints a part without its sign."""
    real, imaginary = size(magnitude(value.real)), size(magnitude(value.imaginary))
    fraction = _PLAIN_FRACTION.fullmatch(imaginary)
    if fraction:
        # What is 1/2i, one half or one over 2i?
        imaginary = f"{'' if fraction[1] == '1' else fraction[1]}{UNIT}/{fraction[2]}"
    else:
        imaginary = UNIT if imaginary == "1" else f"{imaginary}{UNIT}"
    minus = MINUS if value.imaginary < 0 else ""
    if not value.real:
        return f"{minus}{imaginary}"
    before = MINUS if value.real < 0 else ""
    return f"{before}{real} {minus or '+'} {imaginary}"


def complex_math(value: Complex, size: Callable[[Real], str], context: HoleContext) -> str:
    """A value inside a formula, as a sum or a product with the unit has to stand there."""
    real, imaginary = size(magnitude(value.real)), size(magnitude(value.imaginary))
    imaginary = UNIT if imaginary == "1" else f"{imaginary}{UNIT}"
    if value.real:
        sign = "-" if value.imaginary < 0 else "+"
        text = f"{'-' if value.real < 0 else ''}{real} {sign} {imaginary}"
        is_sum = True
    else:
        text, is_sum = f"{'-' if value.imaginary < 0 else ''}{imaginary}", False
    before = context.after_factor or context.after_operator or context.after_sign
    beside = before or context.after_number or context.before_digit or context.coefficient
    signed = context.sign and (is_sum or text.startswith("-"))
    if beside or context.powered or signed or (is_sum and context.bound):
        brackets = (r"\left(", r"\right)") if r"\frac" in text else ("(", ")")
        text = f"{brackets[0]}{text}{brackets[1]}"
    return f" {context.sign} {text}" if context.sign else text
