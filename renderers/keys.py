"""Keys as a person reads them, for `key.csv`, the manifest and the terminal."""

from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
    matching_key,
    option_letter,
    ordering_key,
)
from qgen.document.complex_numbers import in_decimals, typed_complex
from qgen.document.formula import typed
from qgen.document.matrices import typed_rows
from qgen.document.numbers import machine_decimal
from qgen.document.values import Complex, Real
from qgen.marking.rules import accepted_interval
from qgen.renderers.remembering import made_once


def key_text(answer: Answer) -> str:
    """The key in one line: letters, pairs such as `1-C`, a number, what is typed, or words."""
    match answer:
        case SingleChoice() | MultipleSelect():
            right = [option_letter(i) for i, option in enumerate(answer.options) if option.correct]
            return " ".join(right) or "none"
        case Numeric():
            return _number_text(answer.key)
        case ComplexAnswer():
            return _complex_text(answer.key)
        case FormulaAnswer():
            return typed_once(answer.key)
        case MatrixAnswer():
            return typed_rows(answer.key)
        case ShortAnswer():
            return answer.accepted[0]
        case Matching():
            return matching_key(answer)
        case Ordering():
            return ordering_key(answer)
        case Open():
            if answer.accepts is not None:
                return f"{key_text(answer.accepts.example)}, or another that is right"
            return "marked by a person"
        case _:
            assert_never(answer)


typed_once = made_once(typed)
"""A formula as it is typed, for keys and for those who mark."""


@made_once
def accepted_decimals(answer: Numeric) -> tuple[str, str]:
    """The smallest and the largest number that is accepted, as decimals."""
    low, high = map(machine_decimal, accepted_interval(answer.key, answer.tolerance))
    return low, high


def _number_text(value: Real) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{value} ({machine_decimal(value)})"
    return machine_decimal(value)


def _complex_text(value: Complex) -> str:
    text, decimals = typed_complex(value), in_decimals(value)
    if decimals is None or typed_complex(decimals) == text:
        return text
    return f"{text} ({typed_complex(decimals)})"
