"""A key as students may type it, and what qgen makes of that."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache, lru_cache

from qgen.document.answers import Numeric, Tolerance
from qgen.document.numbers import significant
from qgen.document.values import Real
from qgen.marking.grader import mark_number
from qgen.marking.number_reader import Refusal, parse_number
from qgen.marking.rules import accepted_interval

PLAIN_DECIMAL = re.compile(r"\s*-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
"""What every platform reads, and tells students to type."""


def spellings(answer: Numeric) -> Iterator[str]:
    """The key, as exactly as its tolerance asks for, in other words; and what is no number."""
    yield from _spellings(answer.key, answer.tolerance)


def _spellings(exact: Real, tolerance: Tolerance) -> Iterator[str]:
    key, (low, high) = Fraction(exact), accepted_interval(exact, tolerance)
    near = next(
        text
        for text in (significant(key, digits) for digits in range(1, 18))
        if low <= Fraction(text) <= high or len(text) > 15
    )
    yield from (near, f" {near} ", f"{near.replace('-', '- ')}", f"{float(near):.14e}")
    yield from (near.replace("-", "\u2212"), near.replace(".", ","), f"{near} nats", f"{near}?")
    yield f"+{near}" if not near.startswith("-") else near
    yield f"{near}00" if "." in near and "e" not in near else near
    yield near.replace("0.", ".", 1) if near.lstrip("-").startswith("0.") else near
    yield str(key)
    yield f"{significant(key * 100, 15)}%"
    yield f"{significant(key * 1000, 15)}·10^-3"
    yield f"{significant(key * 1000, 15)}*10^-3"
    yield from ("1/2", "0,1", "1 or 7", "", "three", "1e400", "x")


def plain_spellings(answer: Numeric) -> tuple[str, ...]:
    """Those that every platform reads, but for what lies so near to an edge that digits decide."""
    return _plain_spellings(answer.key, answer.tolerance)


@lru_cache(maxsize=None, typed=True)  # each test of the whole bank asks for all of them
def _plain_spellings(key: Real, tolerance: Tolerance) -> tuple[str, ...]:
    low, high = accepted_interval(key, tolerance)
    slack = max(abs(low), abs(high), Fraction(1, 10**9)) / 10**11
    return tuple(
        text
        for text in filter(PLAIN_DECIMAL.fullmatch, _spellings(key, tolerance))
        if all(abs(Fraction(text.strip()) - edge) > slack for edge in (low, high))
    )


def credit_of(answer: Numeric, text: str) -> Fraction:
    """What the grader gives for a typed text; nothing where it is no number."""
    number = _read(text)
    return Fraction(0) if isinstance(number, Refusal) else mark_number(answer, number).credit


_read = cache(parse_number)
