"""Numbers as students leave them, such as `sqrt(2)/2`, `2*pi` or `e^2`, read and worked out.

What `number_reader` understands keeps its meaning. Anything else is read by the grammar of typed
formulas, without variables: nothing is evaluated but that tree. A value that is no fraction is
known to twelve digits, on a page as here, and is accepted where what it stands for may be.
"""

import re
from collections.abc import Collection
from decimal import Context, Decimal, DecimalException
from fractions import Fraction
from typing import NamedTuple

from qgen.document.formula import Formula
from qgen.marking.formula_intervals import Arithmetic, Interval, NoValue, TooHard, Value
from qgen.marking.formula_points import enclose
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import NO_NUMBER, TWO_SLASHES, Refusal, parse_number


class TypedNumber(NamedTuple):
    """A number as it was typed; what it stands for lies at most `slack` from `value`."""

    value: Fraction
    slack: Fraction = Fraction(0)


_CLOSED_FORM = re.compile(
    r"[][(){}^*|√π\\⁰¹²³⁴⁵⁶⁷⁸⁹]"
    r"|(?<![A-Za-z])(?:exp|ln|log|sqrt|abs|sin|cos|tanh|sigmoid|pi|e)(?![A-Za-z0-9])"
)
"""What stands in no plain number that somebody only mistyped."""
_LOGARITHM = re.compile(r"(?<![A-Za-z])log(?![A-Za-z0-9]|\s*_)", re.IGNORECASE)
_HALF_A_POWER = re.compile(r"[0-9.]e(?![\^A-Za-z]|\*\*)")

_WHICH_LOGARITHM = Refusal("log can have base e, 10 or 2: write ln(2), log10(2) or log2(2).")
_WHICH_E = Refusal(
    "It is unclear what this e is: write 5*e for Euler's number, and 5e-3 for a power of ten."
)
NO_VALUE = Refusal("This has no value.")
TOO_LARGE = Refusal("This is too large or too small to be worked out here.")

_DIGITS = 12
_HALF_A_UNIT = Fraction(5, 10**_DIGITS)
_SHOWN, _WIDE = Context(prec=_DIGITS), Context(prec=40)
_WIDEST = Decimal(10) ** -9
_LARGEST = 300
_LARGEST_DOUBLE = Decimal("1.79e308")
_NEARLY_ZERO = Interval(Decimal("-1e-319"), Decimal("1e-319"))
_LARGEST_ANGLE = Decimal(10) ** 6


def read_typed(text: str, *, worked_out: bool = False) -> TypedNumber | Refusal:
    """The number that a text means, or why it is refused; `worked_out` takes plain numbers only."""
    read = parse_number(text)
    if isinstance(read, Fraction):
        return TypedNumber(read)
    if worked_out or read not in (NO_NUMBER, TWO_SLASHES) or not _CLOSED_FORM.search(text):
        return read
    formula = closed_form(text, ())
    return formula if isinstance(formula, Refusal) else _worked_out(formula)


def closed_form(text: str, variables: Collection[str]) -> Formula | Refusal:
    """A number as a formula, or why it is refused; what has two readings is asked back."""
    if _LOGARITHM.search(text):
        return _WHICH_LOGARITHM
    if _HALF_A_POWER.search(text):
        return _WHICH_E
    return parse_formula(text, variables)


class _Doubles(Arithmetic):
    """As many digits, and as large and small numbers, as a page's script works with."""

    def __init__(self) -> None:
        super().__init__(16)

    def interval(self, value: Value) -> Interval:
        bounds = super().interval(value)
        size = max(bounds.low.copy_abs(), bounds.high.copy_abs())
        if size > _LARGEST_DOUBLE:
            raise TooHard
        return _NEARLY_ZERO if 0 < size < _NEARLY_ZERO.high else bounds

    def _wave(self, value: Value, odd: int) -> Interval:
        bounds = self.interval(value)
        if max(bounds.low.copy_abs(), bounds.high.copy_abs()) > _LARGEST_ANGLE:
            raise TooHard
        return super()._wave(value, odd)


ARITHMETIC = _Doubles()


def _worked_out(formula: Formula) -> TypedNumber | Refusal:
    try:
        return known_number(enclose(formula, {}, ARITHMETIC))
    except NoValue:
        return NO_VALUE
    except (TooHard, DecimalException):
        return TOO_LARGE


def known_number(value: Value) -> TypedNumber | Refusal:
    """A value by its first digits. Raises TooHard where it is beyond what a page works with."""
    bounds = ARITHMETIC.interval(value)
    size = max(bounds.low.copy_abs(), bounds.high.copy_abs())
    if size and abs(size.adjusted()) >= _LARGEST:
        return TOO_LARGE
    if isinstance(value, Fraction):
        return TypedNumber(value)
    if not ARITHMETIC.is_narrow(bounds, _WIDEST):
        return TOO_LARGE
    middle = Fraction(_SHOWN.divide(_WIDE.add(bounds.low, bounds.high), Decimal(2)))
    half = (Fraction(bounds.high) - Fraction(bounds.low)) / 2
    return TypedNumber(middle, abs(middle) * _HALF_A_UNIT + half)
