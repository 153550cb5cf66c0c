"""What a response earns: exact credit as fractions, and the mistake that it shows.

Formula answers need computer algebra and are marked in `qgen.solvers.symbolic`.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb
from typing import assert_never
from unicodedata import normalize

from qgen.document.answers import (
    Answer,
    Derivation,
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
from qgen.document.richtext import Passage
from qgen.document.values import Real


@dataclass(frozen=True, slots=True)
class Mark:
    """The share of the points that a response earns, and what to tell the student.

    `mistake` is the index of the recognised mistake (of the ticked option, for a single
    choice), or None.
    """

    credit: Fraction
    feedback: tuple[Passage, ...] = ()
    mistake: int | None = None


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


def mark_choice(answer: SingleChoice | MultipleSelect, ticked: Set[int]) -> Mark:
    """Marks ticked options, given by their positions from 0."""
    options = answer.options
    feedback = tuple(
        option.feedback
        for index, option in enumerate(options)
        if index in ticked and option.feedback is not None
    )
    right = frozenset(index for index, option in enumerate(options) if option.correct)
    if isinstance(answer, MultipleSelect):
        credit = multiple_select_credit(answer.rule, right, ticked, len(options))
        return Mark(credit, feedback)
    if ticked == right:
        return Mark(RIGHT, feedback)
    return Mark(WRONG, feedback, min(ticked) if len(ticked) == 1 else None)


def accepted_interval(key: Real, tolerance: Tolerance) -> tuple[Fraction, Fraction]:
    """The smallest and largest accepted number, both accepted, as exact fractions.

    A float key stands for its first 15 significant digits (see `exact_value`).
    """
    low, high, below = _ends(exact_value(key), tolerance)
    return Fraction(low, below), Fraction(high, below)


def _ends(key: Fraction, tolerance: Tolerance) -> tuple[int, int, int]:
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


class NumberMarker:
    """Marks numbers given for one answer; what is accepted is worked out once."""

    def __init__(self, answer: Numeric) -> None:
        self._answer = answer
        self._accepted = _Reach(answer.key, answer.tolerance)
        self._near = [_Reach(mistake.value, answer.tolerance) for mistake in answer.mistakes]

    def mark(self, response: Real) -> Mark:
        """The mark; a wrong number gets the feedback of the nearest known mistake in reach."""
        given = exact_value(response)
        above, below = given.as_integer_ratio()
        if self._accepted.holds(above, below):
            return Mark(RIGHT)
        near = [index for index, reach in enumerate(self._near) if reach.holds(above, below)]
        if not near:
            return Mark(WRONG)
        nearest = near[0]
        if len(near) > 1:
            nearest = min(near, key=lambda index: abs(given - self._near[index].value))
        return Mark(WRONG, (self._answer.mistakes[nearest].feedback,), nearest)


class _Reach:
    """What a number and its tolerance accept."""

    __slots__ = ("_below", "_high", "_low", "value")

    def __init__(self, number: Real, tolerance: Tolerance) -> None:
        self.value = exact_value(number)
        self._low, self._high, self._below = _ends(self.value, tolerance)

    def holds(self, above: int, below: int) -> bool:
        """Whether above/below lies in it, the ends included."""
        return self._low * below <= above * self._below <= self._high * below


def mark_number(answer: Numeric, response: Real) -> Mark:
    """Marks one number; a wrong one gets the feedback of the nearest known mistake in reach."""
    return NumberMarker(answer).mark(response)


def mark_part_number(part: Part, response: Real, earlier: Mapping[str, Real]) -> Mark:
    """Marks the number given in a part of a derivation.

    `earlier` holds what the student gave in earlier parts, by label. A number that is wrong, but
    follows from an earlier value where the part allows that to be carried forward, is right.
    Raises TypeError for a part that asks for no number.
    """
    if not isinstance(part.answer, Numeric):
        raise TypeError(f"part {part.label} asks for no number")
    mark = mark_number(part.answer, response)
    if mark.credit or part.carried is None or part.carried.part not in earlier:
        return mark
    try:
        key = part.carried.key(exact_value(earlier[part.carried.part]))
    except (ArithmeticError, ValueError):
        return mark
    followed = mark_number(replace(part.answer, key=key, mistakes=()), response)
    return followed if followed.credit else mark


def mark_words(answer: ShortAnswer, response: str) -> Mark:
    """Marks a few words; runs of white space count as one blank.

    Letters with accents match however they are encoded.
    """

    def plain(text: str) -> str:
        words = " ".join(normalize("NFC", text).split())
        return words if answer.case_sensitive else words.casefold()

    given = plain(response)
    if given in map(plain, answer.accepted):
        return Mark(RIGHT)
    for index, mistake in enumerate(answer.mistakes):
        if given == plain(mistake.text):
            return Mark(WRONG, (mistake.feedback,), index)
    return Mark(WRONG)


def guess_floor(answer: Answer) -> Fraction:
    """The expected share of the points for blind guessing.

    Blind means: one option at random, or every tick decided by a fair coin. Typed answers are
    taken as never guessed.
    """
    match answer:
        case SingleChoice():
            return Fraction(1, len(answer.options))
        case MultipleSelect():
            right = sum(option.correct for option in answer.options)
            return _coin_tossing(answer.rule, right, len(answer.options))
        case Derivation():
            total = sum((part.points for part in answer.parts), Fraction(0))
            earned = (part.points * guess_floor(part.answer) for part in answer.parts)
            return sum(earned, Fraction(0)) / total if total else WRONG
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
