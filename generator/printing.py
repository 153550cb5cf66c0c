"""Prints values to fit their place: signs, coefficients, brackets, fractions, vectors."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import TypeAlias

from qgen.bank.expressions import Filter
from qgen.bank.templates import HoleContext
from qgen.document.characters import unprintable
from qgen.document.formula import (
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    is_open_ended,
    latex,
    typed,
)
from qgen.document.numbers import MINUS, coprime, rounded, terminating, to_digits
from qgen.document.values import Complex, Real, TeX, Value
from qgen.generator.complex_printing import check_complex_filter, complex_math, complex_text

MAX_REMEMBERED = 4096
MOST_CHARACTERS = 50_000
"""So long may the print of one value be."""
FLOAT_DIGITS = 4
"""How many significant digits of a computed number print where no filter says."""
BEFORE_FRACTION = r" \cdot "
"""Between a number and the fraction behind it, which would be read as one mixed number."""

Printer: TypeAlias = Callable[[Value], str]
_NUMBERS = (int, Fraction, float)
_ARRAYS = frozenset({"vector", "matrix", "column"})
_SIGNS = {
    "\\": r"\backslash",
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "~": r"\mathord{\sim}",
    "^": r"\hat{\ }",
}
"""TeX's special characters as signs of a formula, which TeX, MathML and MathJax all show."""
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_SPECIAL = re.compile(r"[\\{}$&#%_~^]")
_TEX_SPECIAL = str.maketrans({character: f"\\{character}" for character in "{}$&#%_"})


def printer(chosen: Filter | None, context: HoleContext, *, comma: bool = False) -> Printer:
    """The function that prints a value for one hole. It raises ValueError for what has no print.

    With `comma`, decimals are written `1,5`, and entries of vectors stand apart by semicolons.
    """
    if context.as_file:
        return str
    if context.in_code:
        return _fast(lambda value: _code(value, chosen, context.decimal), None)
    write = _direct_printer(chosen, context)
    if comma:
        return _fast(with_commas(write, "{,}" if _is_formula(context) else ","), None)
    return _fast(write, _float_format(chosen, context))


def _is_formula(context: HoleContext) -> bool:
    return context.in_math and not context.in_words


def with_commas(write: Printer, mark: str) -> Printer:
    """The same printer, with another decimal mark in numbers; texts that were drawn stay."""

    def printed(value: Value) -> str:
        text = write(value)
        if isinstance(value, (str, bool)) or _holds_texts(value):
            return text
        if isinstance(value, tuple):
            text = text.replace(", ", "; ")
        return _POINT.sub(mark, text)

    return printed


def _holds_texts(value: Value) -> bool:
    return isinstance(value, tuple) and any(
        isinstance(entry, str) or _holds_texts(entry) for entry in value
    )


def _fast(write: Printer, float_format: str | None) -> Printer:
    """The same printer, fast for the two kinds of value that nearly every hole holds.

    It knows the exact numbers it has printed, because grids are small; and it formats a float
    by `float_format` where the text is then the number and nothing else.
    """
    known: dict[int | tuple[int, int], str] = {}

    def printed(value: Value) -> str:
        if type(value) is float and float_format:
            text = float_format % value
            # `nan`, `inf`, powers of ten and zeros at the end are for the careful printer.
            return write(value) if text[-1] in "0." or text.strip("-0123456789.") else text
        if type(value) is not int and type(value) is not Fraction:
            text = write(value)
            if len(text) > MOST_CHARACTERS:
                raise ValueError(f"it prints as more than {MOST_CHARACTERS} characters")
            return text
        # Not the fraction itself, of which Python takes long to find the hash.
        key = value if type(value) is int else value.as_integer_ratio()
        remembered = known.get(key)
        if remembered is None:
            if len(known) >= MAX_REMEMBERED:
                known.clear()
            remembered = known[key] = write(value)
        return remembered

    return printed


def _float_format(chosen: Filter | None, context: HoleContext) -> str | None:
    """How a float prints in a formula where nothing beside it asks for brackets or signs."""
    if context != HoleContext(in_math=True, decimal=context.decimal):
        return None
    if chosen is None:
        return f"%#.{FLOAT_DIGITS}g"
    return f"%#.{chosen.arguments[0]}g" if chosen.name == "num" else None


def _direct_printer(chosen: Filter | None, context: HoleContext) -> Printer:
    if not context.in_math:
        return lambda value: _text(value, chosen, context.decimal)
    if context.in_words:

        def write(value: Value) -> str:
            return _words(value, chosen, context)
    else:

        def write(value: Value) -> str:
            return _math(value, chosen, context)

    if context.grouped:
        return lambda value: f"{{{write(value)}}}"
    if not context.blank and not context.before_fraction:
        return write

    def write_before_factor(value: Value) -> str:
        text = write(value)
        if context.before_fraction and text[-1:].isdigit():
            return text + BEFORE_FRACTION
        # Where a sign is all that is left of -1, it stands close to the factor.
        return text if text.endswith(("-", "+", " ")) else text + context.blank

    return write_before_factor


def _sign_and_magnitude(value: Real) -> tuple[bool, Real]:
    """Whether a number is negative, and the number without its sign."""
    if type(value) is Fraction:  # which Python takes long to compare, and to negate
        above, below = value.as_integer_ratio()
        return (True, coprime(-above, below)) if above < 0 else (False, value)
    return (True, -value) if value < 0 else (False, value)


def _magnitude(value: Real, chosen: Filter | None, decimal: bool, in_math: bool) -> str:
    """A number that is not negative, without any sign."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("it is not a finite number")
    name = chosen.name if chosen else ""
    if name in _ARRAYS:
        raise ValueError("it is a number, not a vector or a matrix")
    if name == "num" and chosen:
        return _scientific(to_digits(value, chosen.arguments[0]), in_math)
    if name == "percent" and chosen:
        hundredfold = value * 100
        exact = None if isinstance(value, float) else terminating(Fraction(hundredfold))
        if chosen.arguments:
            number = to_digits(hundredfold, chosen.arguments[0])
        else:
            number = exact or rounded(hundredfold, 3)
        return number + (r"\%" if in_math else "%")
    if isinstance(value, float):
        if name == "frac":
            raise ValueError("a computed number has no fraction; use num(3)")
        return _scientific(rounded(value, FLOAT_DIGITS), in_math)
    if isinstance(value, int) or value.denominator == 1:
        return str(value.numerator)
    if decimal and name != "frac":
        expansion = terminating(value)
        if expansion:
            return expansion
    if in_math:
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"
    return f"{value.numerator}/{value.denominator}"


def _scientific(text: str, in_math: bool) -> str:
    mantissa, letter, exponent = text.partition("e")
    if not letter or not in_math:
        return text
    return rf"{mantissa} \times 10^{{{exponent}}}"


def _check_filter(value: Value, chosen: Filter | None) -> None:
    if isinstance(value, Complex):
        check_complex_filter(chosen)
    elif chosen and (isinstance(value, (bool, str)) or not isinstance(value, (*_NUMBERS, tuple))):
        raise ValueError(f"the filter '{chosen.name}' prints numbers")


def _code(value: Value, chosen: Filter | None, decimal: bool) -> str:
    """A value as programs have it: `-0.5`, `1.5e+20`, whatever the language."""
    if isinstance(value, tuple) and chosen is None:
        return "(" + ", ".join(_code(entry, None, decimal) for entry in value) + ")"
    if isinstance(value, float) and chosen is None:
        return f"{value:.{FLOAT_DIGITS}g}"
    if isinstance(value, Complex):
        raise ValueError("programs write complex numbers each in its way: write re(z) and im(z)")
    text = _text(value, chosen, decimal)
    return text if isinstance(value, str) else text.replace(MINUS, "-")


def _text(value: Value, chosen: Filter | None, decimal: bool) -> str:
    """A value among words."""
    _check_filter(value, chosen)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, TeX):
        raise ValueError("it is TeX: put the hole inside a formula, as in $…$")
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, tuple):
        inner = None if chosen and chosen.name in _ARRAYS else chosen
        return "(" + ", ".join(_text(entry, inner, decimal) for entry in value) + ")"
    if isinstance(value, Complex):
        return complex_text(value, lambda each: _magnitude(each, chosen, decimal, in_math=False))
    if not isinstance(value, _NUMBERS):
        return typed(value)
    negative, magnitude = _sign_and_magnitude(value)
    sign = MINUS if negative else "+" if chosen and chosen.name == "signed" else ""
    return sign + _magnitude(magnitude, chosen, decimal, in_math=False)


def _words(value: Value, chosen: Filter | None, context: HoleContext) -> str:
    """A value among the words of a formula, where TeX knows no signs of mathematics."""
    text = _text(value, chosen, context.decimal)
    for character in "\\~^":
        if character in text:
            # Nothing that may stand there shows them in every format.
            message = "write the hole into the formula itself, not into its words"
            raise ValueError(f"no format shows '{character}' there; {message}")
    return text.replace(MINUS, "-").translate(_TEX_SPECIAL)


def _printable(text: str) -> str:
    """The text. Raises ValueError for what a solver returned and nobody could read."""
    found = unprintable(text)
    if found:
        raise ValueError(found[1])
    return text


def _worded(text: str) -> str:
    """A drawn text inside a formula: its special characters stand between its words."""
    if not _SPECIAL.search(text):
        return rf"\text{{{text}}}"
    words = _SPECIAL.split(text)
    signs = [_SIGNS[character] for character in _SPECIAL.findall(text)]
    pieces = [rf"\text{{{words[0]}}}" if words[0] else ""]
    for sign, word in zip(signs, words[1:], strict=True):
        pieces += [sign, rf"\text{{{word}}}" if word else ""]
    return f"{{{''.join(pieces)}}}"


def _math(value: Value, chosen: Filter | None, context: HoleContext) -> str:
    """A value inside a formula."""
    if type(value) is float:
        return _number(value, chosen, context)
    _check_filter(value, chosen)
    if isinstance(value, bool):
        return _signed(rf"\text{{{'true' if value else 'false'}}}", context)
    if isinstance(value, TeX):
        return _signed(f"{{{value}}}", context)
    if isinstance(value, str):
        return _signed(_worded(_printable(value)), context)
    if isinstance(value, tuple):
        return _signed(_array(value, chosen, context.decimal), context)
    if isinstance(value, _NUMBERS):
        return _number(value, chosen, context)
    if isinstance(value, Complex):
        digits = context.decimal
        return complex_math(
            value, lambda each: _magnitude(each, chosen, digits, in_math=True), context
        )
    return _formula(value, context)


def _number(value: Real, chosen: Filter | None, context: HoleContext) -> str:
    negative, magnitude = _sign_and_magnitude(value)
    text = _magnitude(magnitude, chosen, context.decimal, in_math=True)
    name = chosen.name if chosen else ""
    alone = not (context.sign or context.after_sign or context.after_operator)
    sign = "+" if name == "signed" and alone else context.sign
    juxtaposed = context.after_number or (context.after_factor and negative)
    if _needs_brackets(text, negative, context) or (juxtaposed and not sign):
        brackets = (r"\left(", r"\right)") if "frac" in text else ("(", ")")
        inside = f"-{text}" if negative else text
        return _term(sign, f"{brackets[0]}{inside}{brackets[1]}", context)
    if text == "1" and (name == "coef" or (context.coefficient and not chosen)):
        text = ""
    if sign:
        return _term("+" if (sign == "+") != negative else "-", text, context)
    return f"-{text}" if negative else text


def _needs_brackets(text: str, negative: bool, context: HoleContext) -> bool:
    """Whether a number would be misread where it stands without brackets."""
    composed = "frac" in text or "times" in text
    return (
        (context.powered and (negative or composed))
        or (context.after_operator and (negative or "times" in text))
        or (context.after_sign and negative)
        or context.before_digit
    )


def _term(sign: str, text: str, context: HoleContext) -> str:
    """A term with its sign; the blanks stand for those that went with the author's sign."""
    return f" {sign} {text}" if context.sign else f"{sign}{text}"


def _formula(value: Formula, context: HoleContext) -> str:
    text = latex(value)
    before = context.after_factor or context.after_operator or context.after_sign
    beside = before or context.before_digit or context.bound
    composed = isinstance(value, (Product, Quotient, Power)) or (
        isinstance(value, Number) and not text.isdigit()
    )
    if (
        (isinstance(value, Sum) and (beside or context.powered or context.sign == "-"))
        or (text.startswith("-") and (before or context.powered or context.sign))
        or (composed and context.powered)
        or (isinstance(value, Product) and context.after_operator)
        or (context.after_number and text.startswith((*"0123456789", r"\frac")))
        or (context.before_digit and isinstance(value, (Number, Product)))
        or ((context.bound or context.powered or context.before_digit) and is_open_ended(value))
    ):
        text = rf"\left({text}\right)"
    return _signed(text, context)


def _signed(text: str, context: HoleContext) -> str:
    return f" {context.sign} {text}" if context.sign else text


def _array(value: tuple[Value, ...], chosen: Filter | None, decimal: bool) -> str:
    """A vector in round brackets, a matrix (or a vector as a `column`) as an array."""
    name = chosen.name if chosen else ""
    write = _entry_printer(None if name in _ARRAYS else chosen, decimal)
    nested = bool(value) and all(isinstance(row, tuple) for row in value)
    if nested:
        rows = [row if isinstance(row, tuple) else (row,) for row in value]
    elif name in {"column", "matrix"}:
        rows = [(entry,) for entry in value]
    else:
        return f"({', '.join(map(write, value))})"
    lines = [" & ".join(map(write, row)) for row in rows]
    return r"\begin{pmatrix} " + r" \\ ".join(lines) + r" \end{pmatrix}"


@lru_cache(maxsize=64)
def _entry_printer(chosen: Filter | None, decimal: bool) -> Printer:
    """The printer of a vector's entries; kept, for the numbers that it remembers."""
    context = HoleContext(in_math=True, decimal=decimal)
    return _fast(lambda value: _math(value, chosen, context), _float_format(chosen, context))
