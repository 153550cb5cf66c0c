"""Whether the signs of a print are the value of their hole, in the precision that prints."""

import re
from fractions import Fraction
from math import floor, isclose, log10

from qgen.bank.expressions import Filter
from qgen.bank.templates import HoleTemplate
from qgen.document.complex_numbers import UNIT
from qgen.document.formula import Formula, evaluate, numbers, symbols
from qgen.document.values import FORMULA_TYPES, Complex, Real, TeX, Value
from qgen.marking.printed_tokens import Sign, plain_signs
from qgen.marking.printed_values import (
    Unreadable,
    read_at,
    read_entries,
    read_number,
    read_words,
)

COMPUTED_DIGITS = 4
"""A computed number prints to so many significant digits where no filter says."""
PERCENT_DIGITS = 3
_DECIMAL_COMMA = re.compile(r"(\d),(\d)")
"""Behind the comma between two entries stands a blank."""
POINTS = 3
CLOSE = 1e-12
"""What is left of the parts of a complex number by reading it."""


def compare_words(hole: HoleTemplate, value: Value, text: str) -> None:
    """Raises Unreadable where plain characters are not the value."""
    if isinstance(value, (str, bool)):
        wanted = value if isinstance(value, str) else "true" if value else "false"
        if " ".join(text.split()) != " ".join(wanted.split()):
            raise Unreadable("its characters are others")
        return
    if not _holds_words(value):
        compare_signs(plain_signs(_DECIMAL_COMMA.sub(r"\1.\2", text)), value, hole)


def _holds_words(value: Value) -> bool:
    """Whether texts stand in a tuple: nothing tells where one ends and the next begins."""
    return isinstance(value, (str, bool)) or (
        isinstance(value, tuple) and any(map(_holds_words, value))
    )


def completed(signs: list[Sign]) -> list[Sign]:
    """The signs; those of a coefficient that is not written, with its 1."""
    bare = signs[1:] if signs and signs[0].kind == "operator" else signs
    return signs if bare else [*signs, Sign("number", "1")]


def without_dot(signs: list[Sign], hole: HoleTemplate) -> list[Sign]:
    """The signs of the value alone, less a dot before the fraction that stands behind it."""
    has_dot = hole.context.before_fraction and signs[-1:] == [Sign("operator", "*")]
    return signs[:-1] if has_dot else signs


def compare_signs(signs: list[Sign], value: Value, hole: HoleTemplate) -> None:
    """Raises Unreadable where the signs of a formula do not print the value."""
    context, chosen = hole.context, hole.expression.filter
    signs = without_dot(signs, hole)
    if isinstance(value, (str, bool, tuple)) and context.sign:
        if signs[:1] != [Sign("operator", context.sign)]:
            raise Unreadable(f"the sign {context.sign} is missing")
        signs = signs[1:]
    if isinstance(value, TeX):
        return  # an author's own signs, as those that stand around it
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, str):
        if " ".join(read_words(signs).split()) != " ".join(value.split()):
            raise Unreadable("its characters are others")
        return
    if signs and signs[0].text == "{" and signs[-1].text == "}" and signs[0].kind == "brace":
        signs = signs[1:-1]
    if isinstance(value, tuple):
        _compare_entries(signs, value, hole)
    elif isinstance(value, FORMULA_TYPES):
        _compare_formula(signs, value, -1 if context.sign == "-" else 1)
    elif isinstance(value, Complex):
        _compare_complex(signs, value, hole, -1 if context.sign == "-" else 1)
    else:
        if context.coefficient or (chosen and chosen.name == "coef"):
            signs = completed(signs)
        _compare_number(signs, value, hole, -1 if context.sign == "-" else 1)


def _compare_entries(signs: list[Sign], value: tuple[Value, ...], hole: HoleTemplate) -> None:
    if any(isinstance(each, TeX) for each in value):
        return
    entries = read_entries(signs)
    if len(entries) != len(value):
        raise Unreadable(f"{len(entries)} entries stand there for {len(value)}")
    for entry, one in zip(entries, value, strict=True):
        if isinstance(one, tuple):
            _compare_entries(entry, one, hole)
        elif isinstance(one, (str, bool)):
            continue  # read as words where they stand alone
        elif isinstance(one, FORMULA_TYPES):
            _compare_formula(entry, one, 1)
        elif isinstance(one, Complex):
            _compare_complex(entry, one, hole, 1)
        else:
            _compare_number(entry, one, hole, 1)


def _compare_number(signs: list[Sign], value: Real, hole: HoleTemplate, sign: int) -> None:
    number = read_number(signs)
    number = -number if sign < 0 else number
    above, below = number.as_integer_ratio()
    if isinstance(value, float):
        if abs(value - above / below) <= allowed(value, hole):
            return
    else:
        exact = (above, below) == value.as_integer_ratio()
        if exact or abs(number - value) <= _exact_allowance(value, hole):
            return
    raise Unreadable(f"it reads as {float(number):.12g}")


def _compare_complex(signs: list[Sign], value: Complex, hole: HoleTemplate, sign: int) -> None:
    """Each part in the precision that prints; `i` is the unit, whatever else has that name."""
    found = sign * complex(read_at(signs, {UNIT: 1j}))
    for wanted, read in ((value.real, found.real), (value.imaginary, found.imag)):
        if isinstance(wanted, float):
            allowance = allowed(wanted, hole)
        else:
            allowance = float(_exact_allowance(wanted, hole))
        if abs(float(wanted) - read) > allowance + CLOSE * abs(read):
            raise Unreadable(f"it reads as {found.real:.12g} and {found.imag:.12g} i")


def _digits(chosen: Filter | None, computed: bool) -> int | None:
    """To how many significant digits a number prints; None for one that prints in full."""
    name = chosen.name if chosen else ""
    if chosen and name in ("num", "percent") and chosen.arguments:
        return int(chosen.arguments[0])
    if name == "percent":
        return PERCENT_DIGITS
    return COMPUTED_DIGITS if computed else None


def allowed(value: float, hole: HoleTemplate) -> float:
    """Half a unit of the last digit that prints."""
    if value == 0:
        return 0.0
    digits = _digits(hole.expression.filter, computed=True)
    assert digits is not None
    return float(0.5000001 * 10.0 ** (floor(log10(abs(value))) - digits + 1))


def _exact_allowance(value: int | Fraction, hole: HoleTemplate) -> Fraction:
    """The same for a value that is known exactly: nothing, unless a filter rounds it."""
    digits = _digits(hole.expression.filter, computed=False)
    if digits is None or value == 0:
        return Fraction(0)
    size, exponent = abs(Fraction(value)), 0
    while size >= 10:
        size, exponent = size / 10, exponent + 1
    while size < 1:
        size, exponent = size * 10, exponent - 1
    return Fraction(1, 2) * Fraction(10) ** (exponent - digits + 1)


def _compare_formula(signs: list[Sign], value: Formula, sign: int) -> None:
    """At points between 0 and 1, which every domain has."""
    names = sorted(symbols(value))
    rounded = any(isinstance(number, float) for number in numbers(value))
    tried = 0
    for step in range(1, POINTS + 1):
        point = {name: (step * 0.381966 + place * 0.23606) % 1 for place, name in enumerate(names)}
        try:
            wanted = evaluate(value, point)
        except (ArithmeticError, ValueError):
            continue
        tried += 1
        found = sign * complex(read_at(signs, point))
        close = 1e-3 if rounded else 1e-9
        if abs(found.imag) > close or not isclose(
            found.real, wanted, rel_tol=close, abs_tol=1e-9 if not rounded else 1e-6
        ):
            raise Unreadable(f"it reads as another formula, {found.real:.9g} for {wanted:.9g}")
