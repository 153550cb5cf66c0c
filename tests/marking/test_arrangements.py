"""Pairs and orders: credit by its rules, feedback, and what blind guessing earns."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import Answer, Matching, Ordering, OrderingCredit, Pair, ScoringRule
from qgen.document.richtext import passage_of
from qgen.marking.grader import Mark, mark_matching, mark_ordering
from qgen.marking.item_checks import item_faults, mistakes_tested
from qgen.marking.rules import guess_floor
from tests import samples
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


@pytest.mark.slow
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


# The checks that every item must pass


def faults(answer: Answer) -> list[tuple[str, str]]:
    item = replace(samples.item("open"), parts=sole(answer))
    return list(item_faults(item, with_formulas=False))


@pytest.mark.parametrize("rule", RULES)
def test_sound_pairs_and_orders_pass(rule: ScoringRule) -> None:
    assert faults(matching(rule, (2, 0, 1), 4)) == []
    for credit in CREDITS:
        assert faults(ordering(credit, 1, 0)) == []
        assert faults(ordering(credit, 3, 1, 2, 0)) == []


@pytest.mark.parametrize(
    ("kind", "earned", "told"),
    [
        ("matching", 1, ["left item 1", "left item 2", "left item 3", "a blank"]),
        ("matching", 0, ["matching every pair"]),
        ("ordering", 1, ["positions 1 and 2", "positions 2 and 3", "a blank"]),
        ("ordering", 0, ["the right order"]),
    ],
)
def test_a_grader_that_is_wrong_is_found(
    monkeypatch: pytest.MonkeyPatch, kind: str, earned: int, told: list[str]
) -> None:
    def mark(answer: Answer, given: object) -> Mark:
        return Mark(Fraction(earned))

    monkeypatch.setattr(f"qgen.marking.item_checks.mark_{kind}", mark)
    answer = (
        matching("per_option", (2, 0, 1), 4)
        if kind == "matching"
        else ordering("adjacent", 2, 0, 1)
    )
    found = faults(answer)
    assert {code for code, _ in found} == {"credit"}
    assert len(found) == len(told)
    for (_, message), words in zip(found, told, strict=True):
        assert words in message


def test_what_is_equal_in_value_is_found() -> None:
    half, also_half = passage_of("0.5"), passage_of("1/2")
    pairs = matching("per_option", (2, 0, 1), 4)
    order = ordering("adjacent", 2, 0, 1)
    wrong: list[Answer] = [
        replace(pairs, rights=(half, also_half, *pairs.rights[2:])),
        replace(
            pairs,
            pairs=(
                pairs.pairs[0]._replace(left=half),
                pairs.pairs[1]._replace(left=also_half),
                pairs.pairs[2],
            ),
        ),
        replace(order, items=(half, also_half, order.items[2])),
    ]
    for answer in wrong:
        assert [code for code, _ in faults(answer)] == ["equal-items"]


def test_how_many_wrong_answers_are_tried() -> None:
    for kind, tried in (("matching", 2), ("ordering", 2)):
        assert mistakes_tested(samples.item(kind)) == tried
