"""Values that are drawn, derived and answered: exact where they are printed exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias, TypeGuard

from qgen.document.formula import Call, Formula, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.formula import typed as typed_formula


class TeX(str):
    """A drawn text that is the TeX of a formula, and prints as such."""

    __slots__ = ()


Exact: TypeAlias = int | Fraction
Real: TypeAlias = int | Fraction | float


@dataclass(frozen=True, slots=True)
class Complex:
    """A complex number by its parts, each exact where that is; `complex_value` makes them."""

    real: Real
    imaginary: Real


AnyNumber: TypeAlias = Real | Complex
"""A number of either kind."""
Value: TypeAlias = Real | Complex | bool | str | Formula | tuple["Value", ...]
Values: TypeAlias = Mapping[str, Value]
SolverResults: TypeAlias = Mapping[str, Value]
"""What a solver returns: results and usual mistakes, by name."""

FORMULA_TYPES = (Number, Symbol, Sum, Product, Quotient, Power, Call)


LARGEST = 10**300
"""Keys, mistakes and results are smaller: routes are compared, and answers marked, as floats."""


def is_real(value: object) -> TypeGuard[Real]:
    """True for a number (a truth value is none)."""
    return isinstance(value, (int, Fraction, float)) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[AnyNumber]:
    """True for a number, a complex one too."""
    return is_real(value) or isinstance(value, Complex)


def complex_value(real: Real, imaginary: Real) -> AnyNumber:
    """The number with these parts; one without an imaginary part is real."""
    return Complex(real, imaginary) if imaginary else real


def as_complex(value: AnyNumber) -> Complex:
    """The number by its parts."""
    return value if isinstance(value, Complex) else Complex(value, 0)


def magnitude(value: Real) -> Real:
    """A number without its sign."""
    return -value if value < 0 else value


MOST_SHOWN = 200
"""So many characters of a value stand in a message."""


def show(value: Value) -> str:
    """A value in one line of plain characters, as error messages and the manifest write it."""
    if isinstance(value, tuple):
        return "(" + ", ".join(show(entry) for entry in value) + ")"
    if isinstance(value, FORMULA_TYPES):
        return typed_formula(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Complex):
        return f"complex({show(value.real)}, {show(value.imaginary)})"
    return str(value)


def brief(value: Value) -> str:
    """A value as messages name it: cut where it is long."""
    try:
        text = show(value)
    except ValueError:  # Python writes no number of more than 4300 digits.
        return "a number of thousands of digits"
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"


def show_all(values: Values) -> str:
    """`w = (3, 4, 1), alpha = 1/2`; a name that begins with `_` is none of an author's."""
    shown = ((name, value) for name, value in values.items() if not name.startswith("_"))
    return ", ".join(f"{name} = {brief(value)}" for name, value in shown)
