"""Labels, points and numbers as a page prints them."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from qgen.document.formula import number_latex
from qgen.document.numbers import significant, terminating
from qgen.document.values import Real
from qgen.renderers.html.text import escape
from qgen.renderers.labels import Labels
from qgen.renderers.wording import points_label, points_number


def filled(label: str, *markup: str) -> str:
    """A label whose `{}` are replaced by HTML; the label itself is escaped."""
    return escape(label).format(*markup)


def points_text(points: Fraction, labels: Labels) -> str:
    """`2 points`."""
    return filled(points_label(points, labels), points_number(points, labels.locale))


def number_tex(value: Real) -> str:
    """A number as TeX, exactly; behind a fraction that does not end, its first six digits."""
    if isinstance(value, float):
        return number_latex(value)
    exact = terminating(Fraction(value))
    if exact is not None:
        return exact
    return rf"{number_latex(value)} \approx {number_latex(float(value))}"


def interval_tex(low: Fraction, high: Fraction) -> tuple[str, str]:
    """Two bounds as TeX, rounded inwards to as few digits as keep 1 % of the width from them."""
    slack = (high - low) / 100
    return _bound_tex(low, ROUND_CEILING, slack), _bound_tex(high, ROUND_FLOOR, slack)


def _bound_tex(bound: Fraction, rounding: str, slack: Fraction) -> str:
    exact = terminating(bound)
    if exact is not None and len(exact) <= 10:
        return exact
    numerator, denominator = Decimal(bound.numerator), Decimal(bound.denominator)
    for digits in range(3, 31):
        rounded = Fraction(Context(prec=digits, rounding=rounding).divide(numerator, denominator))
        if abs(rounded - bound) <= slack:
            return _scientific(significant(rounded, digits))
    return _scientific(significant(bound, 15))


def _scientific(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa
