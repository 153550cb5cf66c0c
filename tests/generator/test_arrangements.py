"""Pairs and orders filled: what is shown in which order, the key, and what may not be equal."""

from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.templates import QuestionTemplate
from qgen.document.answers import Matching, Ordering
from qgen.document.richtext import plain_text
from qgen.generator.arrangements import mixed, rising
from qgen.generator.drawing import VariantFailure
from qgen.generator.filling import Filler
from qgen.generator.seeds import stream
from tests.bank.written import question, template
from tests.generator.filled import fill, filling

NUMBERS = {"parameters": {"a": {"one_of": [2]}, "b": {"one_of": [3]}}}


def pairs(*pairs: tuple[str, str], **changes: Any) -> QuestionTemplate:
    written = [{"left": left, "right": right} for left, right in pairs]
    return template({**question("matching", pairs=written), **changes})


def order(*items: Any, **changes: Any) -> QuestionTemplate:
    return template({**question("ordering", items=list(items)), **changes})


def matched(found: QuestionTemplate, copy: str = "", **values: Any) -> dict[str, str]:
    answer = fill(found, values, source=stream(0, "", "", copy, 0)).parts[0].answer
    assert isinstance(answer, Matching)
    rights = [plain_text(right) for right in answer.rights]
    return {plain_text(pair.left): rights[pair.right] for pair in answer.pairs}


def put_in_order(found: QuestionTemplate, copy: str = "", **values: Any) -> list[str]:
    answer = fill(found, values, source=stream(0, "", "", copy, 0)).parts[0].answer
    assert isinstance(answer, Ordering)
    return [plain_text(answer.items[place]) for place in answer.key]


COPIES = [f"copy {number}" for number in range(40)]


@pytest.mark.parametrize("copy", COPIES)
def test_the_key_follows_the_shown_order(copy: str) -> None:
    found = pairs(("mean", "$\\mu$"), ("variance", "$v$"), also=["$\\sigma$", "$s$"])
    assert matched(found, copy) == {"mean": r"$\mu$", "variance": "$v$"}
    assert put_in_order(order("one", "two", "three"), copy) == ["one", "two", "three"]


def test_right_items_are_mixed_even_where_options_are_not() -> None:
    found = pairs(("a", "1"), ("b", "2"), ("c", "3"))
    shown = set()
    for copy in COPIES:
        answer = fill(found, source=stream(0, "", "", copy, 0), shuffle=False).parts[0].answer
        assert isinstance(answer, Matching)
        shown.add(tuple(pair.right for pair in answer.pairs))
    assert shown == set(permutations(range(3))) - {(0, 1, 2)}


def test_the_rule_is_the_exams() -> None:
    answer = fill(pairs(("a", "1"), ("b", "2")), rule="right_minus_wrong").parts[0].answer
    assert isinstance(answer, Matching)
    assert answer.rule == "right_minus_wrong"


@given(st.integers(2, 6), st.text(max_size=5))
def test_no_order_but_the_keys_own_is_left_out(count: int, copy: str) -> None:
    key = list(range(count))[::-1]
    found = mixed(stream(0, "", "", copy, 0), key)
    assert sorted(found) == sorted(key)
    assert count == 2 or found != key


def test_of_two_items_either_may_stand_first() -> None:
    found = {tuple(mixed(stream(0, "", "", copy, 0), (0, 1))) for copy in COPIES}
    assert found == {(0, 1), (1, 0)}


def test_values_decide_the_order() -> None:
    items = [
        {"text": "${{ a }}$", "value": "a"},
        {"text": "the quotient", "value": "b/a"},
        {"text": "the root", "value": "sqrt(b)"},
        {"text": "one", "value": 1},
    ]
    found = order(*items, **NUMBERS)
    assert put_in_order(found, a=2, b=3) == ["one", "the quotient", "the root", "$2$"]
    assert put_in_order(found, a=2, b=5) == ["one", "$2$", "the root", "the quotient"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((2, 3, 2), "items 1 and 3 have the same value, 2: nothing decides which comes first"),
        ((Fraction(1, 3), Fraction(1, 2), 0.5), "items 2 and 3 have the same value, 1/2: .*"),
        ((0.1 + 0.2, 0.3, 1.0), "items 1 and 2 have the same value, .*"),
        ((1e-17, 0.0, 1.0), "items 1 and 2 have the same value, .*"),
    ],
)
def test_a_tie_is_an_error(values: tuple[Any, ...], message: str) -> None:
    with pytest.raises(VariantFailure, match=message) as caught:
        rising(values)
    assert caught.value.code == "equal-values"


def test_close_exact_values_are_no_tie() -> None:
    tiny = Fraction(1, 10**30)
    assert rising((1 + tiny, Fraction(1), 1 - tiny)) == [2, 1, 0]
    assert rising((1.001, 1.0)) == [1, 0]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (pairs(("x", "${{ a }}$"), ("y", "${{ b }}$"), **NUMBERS), "the right items 'a' and 'b'"),
        (pairs(("{{ a }}", "x"), ("{{ b }}", "y"), **NUMBERS), "the left items 'a' and 'b'"),
        (pairs(("x", "{{ a }} m"), ("y", "2 m"), **NUMBERS), "the right items '2 m' and '2 m'"),
        (order("{{ a }}", "{{ b }}", "z", **NUMBERS), "the items 'a' and 'b' are both 2"),
    ],
)
def test_what_becomes_equal_is_an_error(found: QuestionTemplate, message: str) -> None:
    with pytest.raises(VariantFailure, match=message) as caught:
        fill(found, {"a": 2, "b": 2})
    assert caught.value.code == "equal-items"


@pytest.mark.parametrize(
    ("found", "provenance"),
    [
        (pairs(("x", "1"), ("y", "2")), "stated"),
        (pairs(("x", "${{ kl }}$"), ("y", "${{ h }}$"), solver="x.y"), "verified"),
        (pairs(("${{ kl }}$", "x"), ("${{ h }}$", "y"), solver="x.y"), "verified"),
        (pairs(("x", "${{ kl }}$"), ("y", "2"), solver="x.y"), "stated"),
        (pairs(("x", "${{ kl }}$"), ("y", "${{ other }}$"), solver="x.y"), "computed"),
        (order("x", "y"), "stated"),
        (
            order({"text": "x", "value": "kl"}, {"text": "y", "value": "h"}, solver="x.y"),
            "verified",
        ),
        (
            order({"text": "x", "value": "kl"}, {"text": "y", "value": "2*h"}, solver="x.y"),
            "computed",
        ),
    ],
)
def test_how_the_key_is_known(found: QuestionTemplate, provenance: str) -> None:
    verified = frozenset({"kl", "h"})
    assert Filler(found, filling(verified=verified)).provenances == (provenance,)
