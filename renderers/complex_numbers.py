"""Complex numbers as TeX, and how far from the key one may lie."""

from fractions import Fraction
from math import isqrt

from qgen.document.answers import ComplexAnswer
from qgen.document.complex_numbers import complex_tex
from qgen.document.formula import number_latex
from qgen.document.numbers import terminating
from qgen.document.values import Complex
from qgen.marking.rules import reach_of, squared_reach

_LONGEST_DECIMAL = 10


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


def _reach_tex(square: Fraction, answer: ComplexAnswer) -> str:
    """The distance exactly where it is a short decimal, otherwise to six digits."""
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if top * top == square.numerator and bottom * bottom == square.denominator:
        exact = terminating(Fraction(top, bottom))
        if exact is not None and len(exact) <= _LONGEST_DECIMAL:
            return exact
    return number_latex(reach_of(answer.key, answer.tolerance))
