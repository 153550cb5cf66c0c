"""The rules that every format encodes: credit for ticks, accepted numbers, what guessing earns.

Writers read these to say or encode what the grader does; nothing here looks at a response.
"""

from collections.abc import Sequence, Set
from fractions import Fraction
from math import comb
from typing import assert_never

from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Part,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    Tolerance,
)
from qgen.document.numbers import exact_value
from qgen.document.values import Real

RIGHT, WRONG = Fraction(1), Fraction(0)


def multiple_select_credit(
    rule: ScoringRule, right: Set[int], ticked: Set[int], shown: int
) -> Fraction:
    """The credit for ticking `ticked` of `shown` options of which `right` are correct.

    `per_option` is 1 - |right symmetric difference ticked| / shown. `right_minus_wrong` is
    max(0, (right ticked - wrong ticked) / right ones); where nothing is right, ticking nothing
    is the key and any tick earns nothing.
    """
    match rule:
        case "all_or_nothing":
            return RIGHT if ticked == right else WRONG
        case "per_option":
            return 1 - Fraction(len(right ^ ticked), shown)
        case "right_minus_wrong":
            if not right:
                return WRONG if ticked else RIGHT
            return max(WRONG, Fraction(len(ticked & right) - len(ticked - right), len(right)))
        case _:
            assert_never(rule)


def accepted_interval(key: Real, tolerance: Tolerance) -> tuple[Fraction, Fraction]:
    """The smallest and largest accepted number, both accepted, as exact fractions.

    A float key stands for its first 15 significant digits (see `exact_value`).
    """
    low, high, below = interval_ends(exact_value(key), tolerance)
    return Fraction(low, below), Fraction(high, below)


def interval_ends(key: Fraction, tolerance: Tolerance) -> tuple[int, int, int]:
    """The interval's ends as whole numbers, and what both are divided by.

    Whole numbers, because these run for every mistake of every variant that is checked, and
    fractions would be brought to lowest terms at each step.
    """
    above, below = key.as_integer_ratio()
    amount = tolerance.amount
    match tolerance.kind:
        case "absolute":
            margin, margin_below = amount.as_integer_ratio()
        case "relative":
            share, share_below = amount.as_integer_ratio()
            return (
                above * share_below - abs(above) * share,
                above * share_below + abs(above) * share,
                below * share_below,
            )
        case "significant_digits":
            half = _half_unit(key, int(amount)) if above else Fraction(0)
            margin, margin_below = half.as_integer_ratio()
        case _:
            assert_never(tolerance.kind)
    middle, reach = above * margin_below, margin * below
    return middle - reach, middle + reach, below * margin_below


def _half_unit(value: Fraction, digits: int) -> Fraction:
    """Half a unit of significant digit number `digits` of a value that is not zero."""
    magnitude, ten = abs(value), Fraction(10)
    exponent = len(str(magnitude.numerator)) - len(str(magnitude.denominator))
    if ten**exponent > magnitude:
        exponent -= 1
    return ten ** (exponent - digits + 1) / 2


def guess_floor(parts: Sequence[Part]) -> Fraction:
    """The expected share of a question's points for blind guessing.

    Blind means: one option at random, or every tick decided by a fair coin. Typed answers are
    taken as never guessed.
    """
    total = sum((part.points for part in parts), Fraction(0))
    earned = sum((part.points * _guessed(part.answer) for part in parts), Fraction(0))
    return earned / total if total else WRONG


def _guessed(answer: Answer) -> Fraction:
    match answer:
        case SingleChoice():
            return Fraction(1, len(answer.options))
        case MultipleSelect():
            right = sum(option.correct for option in answer.options)
            return _coin_tossing(answer.rule, right, len(answer.options))
        case Numeric() | FormulaAnswer() | ShortAnswer() | Open():
            return WRONG
        case _:
            assert_never(answer)


def _coin_tossing(rule: ScoringRule, right: int, shown: int) -> Fraction:
    """The mean credit over all subsets of ticks."""
    key: Sequence[int] = range(right)
    total = sum(
        (
            multiple_select_credit(
                rule, frozenset(key), frozenset((*range(hit), *range(right, right + false))), shown
            )
            * comb(right, hit)
            * comb(shown - right, false)
            for hit in range(right + 1)
            for false in range(shown - right + 1)
        ),
        Fraction(0),
    )
    return total * Fraction(1, 2**shown)
