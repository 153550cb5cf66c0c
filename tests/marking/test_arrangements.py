"""Pairs and orders: credit by its rules, feedback, and what blind guessing earns."""

from fractions import Fraction
from itertools import pairwise, permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import Matching, Ordering, OrderingCredit, Pair, ScoringRule
from qgen.document.richtext import passage_of
from qgen.marking.grader import mark_matching, mark_ordering
from qgen.marking.rules import guess_floor
from tests.samples import sole

RULES = get_args(ScoringRule)
CREDITS = get_args(OrderingCredit)


def matching(rule: ScoringRule, key: tuple[int, ...], rights: int) -> Matching:
    pairs = tuple(
        Pair(passage_of(f"left {place}"), right, passage_of(f"note {place}"))
        for place, right in enumerate(key)
    )
    return Matching(pairs, tuple(passage_of(f"right {place}") for place in range(rights)), rule)


def ordering(credit: OrderingCredit, *key: int) -> Ordering:
    return Ordering(tuple(passage_of(f"item {place}") for place in key), key, credit)


@pytest.mark.parametrize(
    ("chosen", "credits"),
    [
        ((2, 0, 1), (1, 1, 1)),
        ((2, 0, 3), (0, Fraction(2, 3), Fraction(1, 3))),
        ((2, 0, None), (0, Fraction(2, 3), Fraction(2, 3))),
        ((2, 1, 0), (0, Fraction(1, 3), 0)),
        ((2, None, None), (0, Fraction(1, 3), Fraction(1, 3))),
        ((2, 2, 2), (0, Fraction(1, 3), 0)),
        ((None, None, None), (0, 0, 0)),
    ],
)
def test_pairs_under_each_rule(
    chosen: tuple[int | None, ...], credits: tuple[Fraction, ...]
) -> None:
    found = [mark_matching(matching(rule, (2, 0, 1), 4), chosen).credit for rule in RULES]
    assert found == list(credits)


def test_who_misses_a_pair_reads_its_feedback() -> None:
    answer = matching("per_option", (2, 0, 1), 4)
    notes = [pair.feedback for pair in answer.pairs]
    assert mark_matching(answer, (2, 0, 1)).feedback == ()
    assert mark_matching(answer, (2, 3, None)).feedback == tuple(notes[1:])


def test_an_answer_for_each_left_item_is_needed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        mark_matching(matching("per_option", (0, 1), 2), (0,))


@pytest.mark.parametrize("rule", RULES)
@given(st.data())
def test_pairs_by_their_definition(rule: ScoringRule, data: st.DataObject) -> None:
    rights = data.draw(st.integers(2, 6))
    lefts = data.draw(st.integers(2, rights))
    key = tuple(data.draw(st.permutations(range(rights)))[:lefts])
    places = st.none() | st.integers(0, rights - 1)
    chosen = data.draw(st.lists(places, min_size=lefts, max_size=lefts))
    right = sum(one == other for one, other in zip(key, chosen, strict=True))
    wrong = sum(one is not None for one in chosen) - right
    expected = {
        "all_or_nothing": Fraction(int(right == lefts)),
        "per_option": Fraction(right, lefts),
        "right_minus_wrong": max(Fraction(0), Fraction(right - wrong, lefts)),
    }[rule]
    credit = mark_matching(matching(rule, key, rights), chosen).credit
    assert credit == expected
    assert 0 <= credit <= 1
    assert (credit == 1) is (tuple(chosen) == key)


@pytest.mark.parametrize(
    ("given_order", "adjacent"),
    [
        ((2, 0, 3, 1), Fraction(1)),
        ((0, 3, 1, 2), Fraction(2, 3)),
        ((2, 0, 1, 3), Fraction(1, 3)),
        ((1, 3, 0, 2), Fraction(0)),
        ((2, 0, None, 1), Fraction(1, 3)),
        ((2, 0, 2, 0), Fraction(1, 3)),
        ((None,) * 4, Fraction(0)),
    ],
)
def test_orders(given_order: tuple[int | None, ...], adjacent: Fraction) -> None:
    assert mark_ordering(ordering("adjacent", 2, 0, 3, 1), given_order).credit == adjacent
    whole = mark_ordering(ordering("all_or_nothing", 2, 0, 3, 1), given_order).credit
    assert whole == int(adjacent == 1)


@pytest.mark.parametrize("credit", CREDITS)
@given(st.integers(2, 7).flatmap(lambda count: st.tuples(*[st.permutations(range(count))] * 2)))
def test_orders_by_their_definition(
    credit: OrderingCredit, orders: tuple[list[int], list[int]]
) -> None:
    key, chosen = orders
    follows = {one: chosen.index(one) for one in chosen}
    kept = sum(follows[other] == follows[one] + 1 for one, other in pairwise(key))
    expected = {
        "all_or_nothing": Fraction(int(kept == len(key) - 1)),
        "adjacent": Fraction(kept, len(key) - 1),
    }[credit]
    assert mark_ordering(ordering(credit, *key), chosen).credit == expected


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("lefts", "rights"), [(2, 2), (2, 4), (3, 3), (3, 5), (4, 4), (5, 6)])
def test_the_guess_floor_of_pairs_is_the_mean_over_all_assignments(
    rule: ScoringRule, lefts: int, rights: int
) -> None:
    answer = matching(rule, tuple(range(lefts)), rights)
    credits = [mark_matching(answer, each).credit for each in permutations(range(rights), lefts)]
    assert guess_floor(sole(answer)) == sum(credits, Fraction(0)) / len(credits)


@pytest.mark.parametrize("credit", CREDITS)
@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_the_guess_floor_of_an_order_is_the_mean_over_all_orders(
    credit: OrderingCredit, count: int
) -> None:
    answer = ordering(credit, *range(count))
    credits = [mark_ordering(answer, each).credit for each in permutations(range(count))]
    assert guess_floor(sole(answer)) == sum(credits, Fraction(0)) / len(credits)
