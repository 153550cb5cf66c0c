"""Functions of complex numbers for authors' expressions; what they give of exact parts is exact."""

import math
from typing import Any

from qgen.bank import number_functions
from qgen.bank.entries import ExpressionError
from qgen.bank.exact_arithmetic import NUMBERS, multiply, negate
from qgen.document.values import Complex, Value, as_complex, complex_value


def _complex(name: str, value: Any) -> Complex:
    if type(value) not in NUMBERS and type(value) is not Complex:
        raise ExpressionError(f"'{name}' takes a number, which may be complex")
    return as_complex(value)


def from_parts(real: Any, imaginary: Any) -> Value:
    """The number with these parts."""
    name = "complex"
    return complex_value(
        number_functions.number(name, real), number_functions.number(name, imaginary)
    )


def real_part(value: Any) -> Value:
    """The real part."""
    return _complex("re", value).real


def imaginary_part(value: Any) -> Value:
    """The imaginary part, without the unit."""
    return _complex("im", value).imaginary


def conjugate(value: Any) -> Value:
    """The number mirrored at the real axis."""
    found = _complex("conj", value)
    return complex_value(found.real, negate(found.imaginary))  # type: ignore[arg-type]  # a number


def angle(value: Any) -> Value:
    """The angle to the positive real axis, in radians."""
    found = _complex("arg", value)
    if found.real == 0 and found.imaginary == 0:
        raise ExpressionError("zero has no angle")
    if type(found.imaginary) is not float and found.imaginary == 0 and found.real > 0:
        return 0
    return math.atan2(found.imaginary, found.real)


def exponential(value: Any) -> Value:
    """`e**x`, of a complex number by its angle."""
    if type(value) is not Complex:
        return number_functions.exponential(value)
    size = number_functions.exponential(value.real)
    wave = complex_value(math.cos(value.imaginary), math.sin(value.imaginary))
    return multiply(size, wave)
