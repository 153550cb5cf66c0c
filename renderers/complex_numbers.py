"""Complex numbers as TeX, and how far from the key one may lie."""

from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

from qgen.document.answers import ComplexAnswer, Tolerance
from qgen.document.complex_numbers import complex_tex, in_decimals
from qgen.document.formula import number_latex
from qgen.document.numbers import terminating
from qgen.document.values import Complex
from qgen.marking.rules import reach_of, squared_reach

_LONGEST_DECIMAL = 10
_ROUNDING = 1e-14
"""What a double loses of a number, as a share of it."""


def complex_key_tex(value: Complex) -> str:
    r"""The number as TeX, with its decimals where it has fractions.

    >>> complex_key_tex(Complex(Fraction(4, 17), Fraction(-1, 17)))
    '\\frac{4}{17} - \\frac{1}{17}i \\approx 0.235294 - 0.0588235i'
    """
    decimals = in_decimals(value)
    text = complex_tex(value)
    return text if decimals is None else rf"{text} \approx {complex_tex(decimals)}"


def accepted_tex(answer: ComplexAnswer) -> str:
    r"""What is accepted: `\left|z - (3 - 2i)\right| \le 0.01`; nothing where only the key is."""
    square = squared_reach(answer.key, answer.tolerance)
    if not square:
        return ""
    inner = f"z - {in_brackets(answer.key)}" if answer.key != Complex(0, 0) else "z"
    return rf"\left|{inner}\right| \le {_reach_tex(square, answer)}"


def in_brackets(value: Complex) -> str:
    """The number as TeX behind a minus."""
    text = complex_tex(value)
    is_alone = not (value.real and value.imaginary) and not text.startswith("-")
    if is_alone:
        return text
    return rf"\left({text}\right)" if r"\frac" in text else f"({text})"


def squared_margin(value: Complex, tolerance: Tolerance) -> float:
    """The square of the distance at which a platform accepts a number; the edge is in.

    A platform reckons in binary, so that a little more than the tolerance is accepted: a share of
    the number, since nothing else is small beside a number of 1e-15.
    """
    size = abs(complex(value.real, value.imaginary))
    return float(squared_reach(value, tolerance)) * (1 + 1e-9) + (_ROUNDING * size) ** 2


def rivals(answer: ComplexAnswer, place: int) -> Iterator[int]:
    """The other known mistakes near which a number may lie that is near to this one."""
    value = answer.mistakes[place].value
    for other, each in enumerate(answer.mistakes):
        reach = reach_of(value, answer.tolerance) + reach_of(each.value, answer.tolerance)
        apart = complex(value.real, value.imaginary) - complex(
            each.value.real, each.value.imaginary
        )
        if other != place and abs(apart) <= reach * (1 + 1e-9):
            yield other


def _reach_tex(square: Fraction, answer: ComplexAnswer) -> str:
    """The distance exactly where it is a short decimal, otherwise to six digits."""
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if top * top == square.numerator and bottom * bottom == square.denominator:
        exact = terminating(Fraction(top, bottom))
        if exact is not None and len(exact) <= _LONGEST_DECIMAL:
            return exact
    return number_latex(reach_of(answer.key, answer.tolerance))
