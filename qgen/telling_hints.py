"""Hints that give the key away: its number, its formula, its words or the right option."""

import re
from collections.abc import Iterator
from fractions import Fraction
from math import isclose
from typing import assert_never

from qgen.document.answers import (
    Acceptance,
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
)
from qgen.document.formula import Formula, evaluate
from qgen.document.richtext import DisplayMath, Math, Passage, closed, join_parts, plain_text, walk
from qgen.marking.complex_marker import Given, given_as_typed, mark_complex
from qgen.marking.complex_reader import read_complex
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal, parse_number
from qgen.marking.rules import accepted_interval

_NUMBER = re.compile(r"(?<![\w.,])[-−+]?\d+(?:[.,]\d+)?(?:/\d+)?(?![\w]|[.,]\d)")
_FRACTION = re.compile(r"\\[dt]?frac\{(-?\d+)\}\{(\d+)\}")
_RELATIONS = re.compile(r"=|<|>|,|;|:|\\(?:approx|le|leq|ge|geq|to|quad|qquad)\b")
_SHARES = tuple((number * 0.3819660) % 1 for number in range(1, 6))


def telling(answer: Answer, hint: Passage) -> str | None:
    """What of the key stands in a hint, or None.

    Of several right options, pairs, orders and entries nothing is looked for: a hint may name one
    of them.
    """
    match answer:
        case Numeric():
            low, high = accepted_interval(answer.key, answer.tolerance)
            return next((text for text, value in _numbers(hint) if low <= value <= high), None)
        case ComplexAnswer():
            numbers = _complex_numbers(hint)
            return next(
                (t for t, given in numbers if mark_complex(answer, given).credit == 1), None
            )
        case FormulaAnswer():
            told = (text for text, formula in _formulas(hint, answer) if _same(formula, answer))
            return next(told, None)
        case ShortAnswer():
            words = _words(plain_text(hint))
            return next((form for form in answer.accepted if _holds(words, form)), None)
        case SingleChoice():
            return _right_option(answer, hint)
        case Open(accepts=Acceptance(example=example)):
            return telling(example, hint)
        case MultipleSelect() | Matching() | Ordering() | MatrixAnswer() | Open():
            return None
        case _:
            assert_never(answer)


def _numbers(hint: Passage) -> Iterator[tuple[str, Fraction]]:
    text = _FRACTION.sub(r"\1/\2", plain_text(hint))
    for found in _NUMBER.finditer(text):
        value = parse_number(found[0])
        if not isinstance(value, Refusal):
            yield found[0], value


_COMPLEX = re.compile(r"[-−]?[0-9.,/ ]*(?:[-−+] *)?[0-9.,]*[ij](?:/[0-9]+)?(?![A-Za-z])")


def _complex_numbers(hint: Passage) -> Iterator[tuple[str, Given]]:
    """What may be a complex number, in formulas and among words."""
    formulas = (node for node in walk(closed(hint)) if isinstance(node, (Math, DisplayMath)))
    pieces = [
        piece.strip().rstrip(".")
        for node in formulas
        for piece in _RELATIONS.split(join_parts(node.parts, ()))
    ]
    for text in (*pieces, *_COMPLEX.findall(plain_text(hint))):
        typed = read_complex(text)
        if not isinstance(typed, Refusal):
            yield text.strip(), given_as_typed(typed)


def _formulas(hint: Passage, answer: FormulaAnswer) -> Iterator[tuple[str, Formula]]:
    """What stands on either side of each sign of relation, as far as it can be read."""
    for node in walk(closed(hint)):
        if isinstance(node, (Math, DisplayMath)):
            for piece in _RELATIONS.split(join_parts(node.parts, ()).strip().rstrip(".")):
                formula = parse_formula(piece, answer.variables)
                if not isinstance(formula, Refusal):
                    yield piece.strip(), formula


def _same(formula: Formula, answer: FormulaAnswer) -> bool:
    """Whether two formulas have the same values: enough for a warning."""
    met = 0
    for share in _SHARES:
        point = {name: (share + 0.13 * n) % 1 for n, name in enumerate(answer.variables)}
        try:
            one, other = evaluate(formula, point), evaluate(answer.key, point)
        except (ArithmeticError, ValueError):
            continue
        if not isclose(one, other, rel_tol=1e-9, abs_tol=1e-12):
            return False
        met += 1
    return met > 1


def _right_option(answer: SingleChoice, hint: Passage) -> str | None:
    """The right option, where the hint holds it and none of the others."""
    words = _words(plain_text(hint))
    named = [option for option in answer.options if _holds(words, plain_text(option.text))]
    return plain_text(named[0].text) if len(named) == 1 and named[0].correct else None


def _holds(words: str, text: str) -> bool:
    wanted = _words(text)
    return bool(wanted) and f" {wanted} " in f" {words} "


def _words(text: str) -> str:
    """A text reduced to what is read, in small letters, one blank between."""
    return " ".join(re.findall(r"\w+|[^\w\s.,;:!?]", text.lower()))
