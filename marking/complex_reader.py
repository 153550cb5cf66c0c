"""Complex numbers as students type them: `3-2i`, `2i+3`, `1/2 - i/3`, `sqrt(2)i/2`, `e^(i*pi/4)`.

The unit is i, as engineers and programs have it j (`3+j4` too), but not both. A real and an
imaginary term, each a number as `number_reader` knows them, are read exactly; anything else by the
grammar of typed formulas. What has two readings (`1/2i`, `1,234+i`) is refused, never guessed. A
page reads the same.
"""

import re
from decimal import DecimalException
from fractions import Fraction
from functools import reduce
from typing import NamedTuple, TypeAlias, assert_never

from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    operands,
    symbols,
)
from qgen.marking.closed_forms import (
    ARITHMETIC,
    NO_VALUE,
    TOO_LARGE,
    TypedNumber,
    closed_form,
    known_number,
    read_typed,
)
from qgen.marking.formula_intervals import NoValue, TooHard, Value
from qgen.marking.formula_points import applied, enclose
from qgen.marking.number_reader import (
    LONGEST,
    NO_NUMBER,
    SAME_SIGN,
    TOO_LONG,
    TWO_SLASHES,
    Refusal,
    parse_number,
)


class TypedComplex(NamedTuple):
    """A complex number as it was typed, by its parts."""

    real: TypedNumber
    imaginary: TypedNumber


_ZERO = TypedNumber(Fraction(0))
_UNITS = ("i", "j")
_OTHER_UNITS = str.maketrans({"𝑖": "i", "ⅈ": "i", "𝑗": "j", "ⅉ": "j"})
_CAPITAL = re.compile(r"(?<![A-Za-z])I(?![A-Za-z])")
_HAS_UNIT = re.compile(r"(?<![A-Za-z])[ij]|[ij](?![A-Za-z])")
_IMAGINARY = re.compile(
    r"(?P<before>[^ij/^]*?)(?P<factor> *[*·×⋅∙])? *[ij] *(?:/ *(?P<below>[1-9][0-9]*))?"
)
_UNIT_FIRST = re.compile(r"[ij] *(?P<size>[0-9][0-9.,eE+-]*)")
"""`j4`, as engineers write 4j."""
_EXPONENT_BEHIND, _DIGIT = re.compile(r"[0-9.] *[eE]$"), re.compile(r"[0-9]")
_NO_SEPARATOR_BEHIND = frozenset("^*·×⋅∙/({+-")
_MOST_OF_EXPONENT = 100

_TWO_UNITS = Refusal("i and j both stand here: write the imaginary unit as i.")
_OF_REAL_ONLY = Refusal("Functions but exp and abs are read of real numbers: write a + b*i.")


def read_complex(text: str, *, worked_out: bool = False) -> TypedComplex | Refusal:
    """The complex number that a text means, or why it is refused.

    `worked_out` takes a sum of a real and an imaginary term only, each a plain number.
    """
    if len(text) > 4 * LONGEST or len(text.strip()) > LONGEST:
        return TOO_LONG
    plain = _CAPITAL.sub("i", text.translate(_OTHER_UNITS))
    if not _HAS_UNIT.search(plain):
        number = read_typed(text, worked_out=worked_out)
        if not isinstance(number, Refusal):
            return TypedComplex(number, _ZERO)
        if number != NO_VALUE:  # sqrt(-3) has one here
            return number
    by_terms = _by_terms(plain.translate(SAME_SIGN).strip())
    if by_terms is not None:
        return by_terms
    if worked_out:
        return NO_NUMBER
    formula = closed_form(plain, _UNITS)
    if isinstance(formula, Refusal):
        return formula
    if set(_UNITS) <= symbols(formula):
        return _TWO_UNITS
    return _worked_out(formula)


def _by_terms(text: str) -> TypedComplex | Refusal | None:
    """A real and an imaginary term, or one of them; None where the text is no such sum."""
    terms = _terms(text)
    if len(terms) > 2:
        return None
    parts: dict[bool, Fraction] = {}
    for term in terms:
        size = term.removeprefix("-").removeprefix("+").strip()
        first = _UNIT_FIRST.fullmatch(size)
        imaginary = _IMAGINARY.fullmatch(size if first is None else f"{first['size']}i")
        number = parse_number(term) if imaginary is None else _multiple(term, imaginary)
        if isinstance(number, Refusal):
            return None if number in (NO_NUMBER, TWO_SLASHES) else number
        if number is None or (imaginary is not None) in parts:
            return None
        parts[imaginary is not None] = number
    if True not in parts:
        return None
    real = TypedNumber(parts.get(False, Fraction(0)))
    return TypedComplex(real, TypedNumber(parts[True]))


def _terms(text: str) -> list[str]:
    """What stands between signs that neither begin the text nor belong to an exponent."""
    cuts = [0]
    for place, sign in enumerate(text):
        before = text[:place].rstrip()
        if sign not in "+-" or not before or before[-1] in _NO_SEPARATOR_BEHIND:
            continue
        if _EXPONENT_BEHIND.search(before) and _DIGIT.match(text, place + 1):
            continue
        cuts.append(place)
    return [text[a:b].strip() for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _multiple(term: str, imaginary: re.Match[str]) -> Fraction | Refusal | None:
    """By what the unit is multiplied; None where more than a number may stand before it."""
    before = imaginary["before"].strip()
    if before[:1] in ("+", "-") or "**" in before or (imaginary["factor"] and not before):
        return None
    number = parse_number(before) if before else Fraction(1)
    if isinstance(number, Refusal):
        return number
    size = number / int(imaginary["below"] or 1)
    return -size if term.startswith("-") else size


_Parts: TypeAlias = tuple[Value, Value]


class _RealOnly(ArithmeticError):
    """A function of a number that is not real."""


def _worked_out(formula: Formula) -> TypedComplex | Refusal:
    try:
        real, imaginary = map(known_number, _enclosed(formula))
    except NoValue:
        return NO_VALUE
    except _RealOnly:
        return _OF_REAL_ONLY
    except (TooHard, DecimalException):
        return TOO_LARGE
    if isinstance(real, Refusal):
        return real
    return imaginary if isinstance(imaginary, Refusal) else TypedComplex(real, imaginary)


_NOTHING, _ONE = Fraction(0), Fraction(1)


def _enclosed(formula: Formula) -> _Parts:
    """Real and imaginary part, each exactly or between bounds."""
    if isinstance(formula, (Number, Symbol)):
        if isinstance(formula, Symbol) and formula.name in _UNITS:
            return _NOTHING, _ONE
        return enclose(formula, {}, ARITHMETIC), _NOTHING
    values = [_enclosed(operand) for operand in operands(formula)]
    match formula:
        case Sum():
            return reduce(_added, values)
        case Product():
            return reduce(_multiplied, values)
        case Quotient():
            return _divided(*values)
        case Power():
            return _powered(*values)
        case Call():
            return _called(formula, values)
        case _:
            assert_never(formula)


def _added(first: _Parts, second: _Parts) -> _Parts:
    return ARITHMETIC.add(first[0], second[0]), ARITHMETIC.add(first[1], second[1])


def _negative(value: Value) -> Value:
    return ARITHMETIC.multiply(Fraction(-1), value)


def _multiplied(first: _Parts, second: _Parts) -> _Parts:
    times, add = ARITHMETIC.multiply, ARITHMETIC.add
    (a, b), (c, d) = first, second
    return add(times(a, c), _negative(times(b, d))), add(times(a, d), times(b, c))


def _divided(first: _Parts, second: _Parts) -> _Parts:
    if second[1] == 0:
        return ARITHMETIC.divide(first[0], second[0]), ARITHMETIC.divide(first[1], second[0])
    above = _multiplied(first, (second[0], _negative(second[1])))
    below = _squared_size(second)
    return ARITHMETIC.divide(above[0], below), ARITHMETIC.divide(above[1], below)


def _squared_size(value: _Parts) -> Value:
    two = Fraction(2)
    return ARITHMETIC.add(ARITHMETIC.power(value[0], two), ARITHMETIC.power(value[1], two))


def _powered(base: _Parts, exponent: _Parts) -> _Parts:
    if exponent[1] != 0:
        raise _RealOnly
    if base[1] == 0:
        return ARITHMETIC.power(base[0], exponent[0]), _NOTHING
    times = exponent[0]
    if not isinstance(times, Fraction) or times.denominator != 1:
        raise _RealOnly
    if abs(times) > _MOST_OF_EXPONENT:
        raise TooHard
    result: _Parts = (_ONE, _NOTHING)
    for _ in range(abs(times.numerator)):
        result = _multiplied(result, base)
    return _divided((_ONE, _NOTHING), result) if times < 0 else result


def _called(call: Call, values: list[_Parts]) -> _Parts:
    real, imaginary = values[0]
    if call.function == "exp" and imaginary != 0:
        size = ARITHMETIC.exp(real)
        wave = ARITHMETIC.cos(imaginary), ARITHMETIC.sin(imaginary)
        return ARITHMETIC.multiply(size, wave[0]), ARITHMETIC.multiply(size, wave[1])
    if call.function == "abs" and imaginary != 0:
        return ARITHMETIC.sqrt(_squared_size(values[0])), _NOTHING
    if any(each[1] != 0 for each in values):
        raise _RealOnly
    if call.function == "sqrt" and ARITHMETIC.interval(real).high < 0:
        return _NOTHING, ARITHMETIC.sqrt(_negative(real))
    return applied(call.function, [each[0] for each in values], ARITHMETIC), _NOTHING
