"""The rules that every format encodes: credit for ticks, accepted numbers, what guessing earns.

Writers read these to say or encode what the grader does; nothing here looks at a response.
"""

from collections.abc import Callable, Sequence, Set
from fractions import Fraction
from itertools import pairwise
from math import comb, factorial, perm, sqrt
from typing import TypeAlias, assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MatrixCredit,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    OrderingCredit,
    Part,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    Tolerance,
)
from qgen.document.complex_numbers import squared_size
from qgen.document.numbers import exact_ratio
from qgen.document.values import Complex, Real

RIGHT, WRONG = Fraction(1), Fraction(0)

Ends: TypeAlias = tuple[int, int, int]
"""The ends of what a number and its tolerance accept, and what both are divided by."""


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


def matching_credit(rule: ScoringRule, right: int, wrong: int, lefts: int) -> Fraction:
    """The credit for matching `right` of `lefts` left items rightly and `wrong` of them wrongly.

    `all_or_nothing` is [right = lefts], `per_option` right / lefts, and `right_minus_wrong`
    max(0, (right - wrong) / lefts). What is left unmatched counts as neither.
    """
    match rule:
        case "all_or_nothing":
            return RIGHT if right == lefts else WRONG
        case "per_option":
            return Fraction(right, lefts)
        case "right_minus_wrong":
            return max(WRONG, Fraction(right - wrong, lefts))
        case _:
            assert_never(rule)


def ordering_credit(
    credit: OrderingCredit, key: Sequence[int], given: Sequence[int | None]
) -> Fraction:
    """The credit for giving an order where `key` is right; None is a position left empty.

    `all_or_nothing` is [given = key]. `adjacent` is the share of the key's n - 1 pairs of
    neighbours that are neighbours, in that order, of what was given.
    """
    match credit:
        case "all_or_nothing":
            return RIGHT if list(given) == list(key) else WRONG
        case "adjacent":
            kept = set(pairwise(key)) & set(pairwise(given))
            return Fraction(len(kept), len(key) - 1)
        case _:
            assert_never(credit)


def matrix_credit(credit: MatrixCredit, right: int, entries: int) -> Fraction:
    """The credit for `right` of so many entries of a matrix: right / entries, or all or nothing."""
    match credit:
        case "per_entry":
            return Fraction(right, entries)
        case "all":
            return RIGHT if right == entries else WRONG
        case _:
            assert_never(credit)


def accepted_interval(key: Real, tolerance: Tolerance) -> tuple[Fraction, Fraction]:
    """The smallest and largest accepted number, both accepted, as exact fractions.

    A float key stands for its first 15 significant digits (see `exact_value`).
    """
    low, high, below = interval_ends(*exact_ratio(key), tolerance)
    return Fraction(low, below), Fraction(high, below)


def interval_ends(above: int, below: int, tolerance: Tolerance) -> Ends:
    """The ends of what is accepted for the key above / below, and what both are divided by."""
    return ends_within(tolerance)(above, below)


def ends_within(tolerance: Tolerance) -> Callable[[int, int], Ends]:
    """The function that gives the ends of what is accepted for the number above / below.

    Whole numbers, because this runs for every mistake of every variant that is checked, and
    fractions would be brought to lowest terms at each step.
    """
    match tolerance.kind:
        case "absolute":
            return _ends_beside(*tolerance.amount.as_integer_ratio())
        case "relative":
            share, share_below = tolerance.amount.as_integer_ratio()
            nearer, farther = share_below - share, share_below + share

            def relative(above: int, below: int) -> Ends:
                if above < 0:
                    return above * farther, above * nearer, below * share_below
                return above * nearer, above * farther, below * share_below

            return relative
        case "significant_digits":
            digits = int(tolerance.amount)

            def of_digits(above: int, below: int) -> Ends:
                half = _half_unit(Fraction(above, below), digits) if above else Fraction(0)
                return _ends_beside(*half.as_integer_ratio())(above, below)

            return of_digits
        case _:
            assert_never(tolerance.kind)


def _ends_beside(margin: int, margin_below: int) -> Callable[[int, int], Ends]:
    def beside(above: int, below: int) -> Ends:
        middle, reach = above * margin_below, margin * below
        return middle - reach, middle + reach, below * margin_below

    return beside


def _half_unit(value: Fraction, digits: int) -> Fraction:
    """Half a unit of significant digit number `digits` of a value that is not zero."""
    magnitude, ten = abs(value), Fraction(10)
    exponent = len(str(magnitude.numerator)) - len(str(magnitude.denominator))
    if ten**exponent > magnitude:
        exponent -= 1
    return ten ** (exponent - digits + 1) / 2


def squared_reach(key: Complex, tolerance: Tolerance) -> Fraction:
    """The square of the distance in the plane up to which a complex number is accepted.

    Squares, because a magnitude is seldom a fraction and its square is always one.
    """
    amount = tolerance.amount
    match tolerance.kind:
        case "absolute":
            return amount * amount
        case "relative":
            return amount * amount * squared_size(key)
        case "significant_digits":
            square = squared_size(key)
            return _squared_half_unit(square, int(amount)) if square else Fraction(0)
        case _:
            assert_never(tolerance.kind)


def _squared_half_unit(square: Fraction, digits: int) -> Fraction:
    """The square of half a unit of a magnitude's significant digit of that number."""
    hundred = Fraction(100)
    exponent = (len(str(square.numerator)) - len(str(square.denominator))) // 2
    while hundred**exponent > square:
        exponent -= 1
    while hundred ** (exponent + 1) <= square:
        exponent += 1
    return hundred ** (exponent - digits + 1) / 4


def reach_of(key: Complex, tolerance: Tolerance) -> float:
    """The distance up to which a complex number is accepted, as platforms that reckon have it."""
    return sqrt(squared_reach(key, tolerance))


def guess_floor(parts: Sequence[Part]) -> Fraction:
    """The expected share of a question's points for blind guessing.

    Blind means: one option at random; every tick decided by a fair coin; for each left item
    another right one, all such assignments alike; all orders alike. Typed answers are taken as
    never guessed.
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
        case Matching():
            return _random_partners(answer.rule, len(answer.pairs), len(answer.rights))
        case Ordering():
            return _random_order(answer.credit, len(answer.items))
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer():
            return WRONG
        case ShortAnswer() | Open():
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


def _random_partners(rule: ScoringRule, lefts: int, rights: int) -> Fraction:
    """The mean credit where each left item gets a right one of its own at random.

    Of the rights! / (rights - lefts)! assignments, those that match exactly r left items rightly
    number C(lefts, r) sum_j (-1)^j C(lefts - r, j) P(rights - r - j, lefts - r - j), where
    P(n, k) = n! / (n - k)!: choose the r, and of the others leave out who is right after all.
    """
    total = WRONG
    for right in range(lefts + 1):
        others = lefts - right
        wrong_ones = sum(
            (-1) ** j * comb(others, j) * perm(rights - right - j, others - j)
            for j in range(others + 1)
        )
        assignments = comb(lefts, right) * wrong_ones
        total += assignments * matching_credit(rule, right, others, lefts)
    return total / perm(rights, lefts)


def _random_order(credit: OrderingCredit, items: int) -> Fraction:
    """The mean credit over all n! orders: 1 / n! for the right one, or 1 / n of the pairs kept.

    Two neighbours stay neighbours, in their order, in (n - 1)! of the n! orders.
    """
    match credit:
        case "all_or_nothing":
            return Fraction(1, factorial(items))
        case "adjacent":
            return Fraction(1, items)
        case _:
            assert_never(credit)
