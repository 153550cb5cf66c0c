"""What an author of a complex answer would rather know."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.complex_warnings import doubts
from qgen.document.answers import ComplexAnswer, ComplexMistake, Tolerance
from qgen.document.richtext import passage_of
from qgen.document.values import Complex
from qgen.telling_hints import telling


def asked(key: Complex, amount: str, *wrong: Complex, kind: Any = "absolute") -> ComplexAnswer:
    mistakes = tuple(ComplexMistake(each, passage_of("No.")) for each in wrong)
    return ComplexAnswer(key, Tolerance(kind, Fraction(amount)), None, mistakes)


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (asked(Complex(3, 4), "0.1"), []),
        (asked(Complex(3, 4), "0"), []),
        (asked(Complex(0, 0), "0.1"), []),
        (asked(Complex(0, 4), "0.1"), []),
        (asked(Complex(3, 4), "5"), ["zero-accepted"]),
        (asked(Complex(3, 4), "0.6"), ["wide-tolerance"]),
        (asked(Complex(30, Fraction(1, 10)), "0.2"), ["wide-tolerance"]),
        (asked(Complex(Fraction(1, 10), 30), "0.2"), ["wide-tolerance"]),
        (asked(Complex(3, 4), "0.1", Complex(3, Fraction(415, 100))), ["near-mistakes"]),
        (asked(Complex(3, 4), "0.1", Complex(1, 1), Complex(1, 1.15)), ["near-mistakes"]),
        (asked(Complex(3, 4), "0.1", Complex(3, -4), Complex(-3, 4)), []),
    ],
)
def test_tolerances_and_mistakes_that_are_doubted(answer: ComplexAnswer, codes: list[str]) -> None:
    found = list(doubts(answer, 0.1, 1e-9))
    assert [each.code for each in found] == codes
    assert all((each.severity == "error") == (each.code == "zero-accepted") for each in found)


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("It is 3+4i.", "3+4i"),
        ("Perhaps 3 + 4j or so", "3 + 4j"),
        ("The real part is 3.", None),
        ("Its conjugate is 3-4i.", None),
        ("Think of i.", None),
    ],
)
def test_a_hint_that_holds_the_key(hint: str, told: str | None) -> None:
    assert telling(asked(Complex(3, 4), "0.1"), passage_of(hint)) == told
