"""Complex numbers as people type and print them, and the plane in which they lie."""

from fractions import Fraction

from qgen.document.formula import number_latex
from qgen.document.numbers import exact_value, machine_decimal, terminating
from qgen.document.values import Complex, Real, magnitude

UNIT = "i"
_LONGEST_DECIMAL = 10


def typed_complex(value: Complex) -> str:
    """The number as it may be typed, exactly: `3-2i`, `1/2-2i/3`, `-i`.

    >>> typed_complex(Complex(Fraction(1, 2), Fraction(-2, 3)))
    '0.5-2i/3'
    """
    if not value.imaginary:
        return _typed(value.real)
    sign = "-" if value.imaginary < 0 else "+" if value.real else ""
    before = _typed(value.real) if value.real else ""
    return f"{before}{sign}{_imaginary(magnitude(value.imaginary))}"


def _typed(value: Real) -> str:
    if isinstance(value, Fraction) and terminating(value) is None:
        return str(value)
    return machine_decimal(value)


def _imaginary(size: Real) -> str:
    """A positive multiple of the unit: `1/2i` would have two readings."""
    if isinstance(size, Fraction) and terminating(size) is None:
        top = "" if size.numerator == 1 else str(size.numerator)
        return f"{top}{UNIT}/{size.denominator}"
    text = machine_decimal(size)
    return UNIT if text == "1" else f"{text}{UNIT}"


def complex_tex(value: Complex) -> str:
    r"""The number as TeX: `3 - 2i`, `\\frac{1}{3} + \\frac{2}{3}i`."""
    if not value.imaginary:
        return _part_tex(value.real)
    size = _part_tex(magnitude(value.imaginary))
    size = UNIT if size == "1" else f"{size}{UNIT}"
    if not value.real:
        return f"-{size}" if value.imaginary < 0 else size
    return f"{_part_tex(value.real)} {'-' if value.imaginary < 0 else '+'} {size}"


def _part_tex(value: Real) -> str:
    exact = None if isinstance(value, float) else terminating(Fraction(value))
    if exact is not None and len(exact) <= _LONGEST_DECIMAL:
        return exact
    return number_latex(value)


def in_decimals(value: Complex) -> Complex | None:
    """The number with floats for its fractions; None where no part is printed as a fraction."""
    if not (_is_fraction(value.real) or _is_fraction(value.imaginary)):
        return None
    return Complex(_as_decimal(value.real), _as_decimal(value.imaginary))


def _as_decimal(part: Real) -> Real:
    return float(part) if _is_fraction(part) else part


def _is_fraction(part: Real) -> bool:
    return isinstance(part, Fraction) and r"\frac" in _part_tex(part)


def exact_parts(value: Complex) -> tuple[Fraction, Fraction]:
    """Both parts as the numbers that they stand for."""
    return exact_value(value.real), exact_value(value.imaginary)


def squared_size(value: Complex) -> Fraction:
    """The square of the distance from zero."""
    real, imaginary = exact_parts(value)
    return real * real + imaginary * imaginary
