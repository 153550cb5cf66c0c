"""Pairs and items to order as authors write them, and what is wrong with them."""

from typing import Any

import pytest

from qgen.bank.templates import MatchingTemplate, OrderingTemplate
from tests.bank.written import messages, problems_of, question, template


def test_pairs_and_more() -> None:
    answer = template(question("matching", also="$\\sigma$")).parts[0].answer
    assert isinstance(answer, MatchingTemplate)
    assert (len(answer.lefts), len(answer.rights)) == (2, 3)


def test_items_with_and_without_values() -> None:
    answer = template(question("ordering")).parts[0].answer
    assert isinstance(answer, OrderingTemplate)
    assert (len(answer.items), answer.values, answer.credit) == (3, (), "all_or_nothing")
    items = [{"text": "b", "value": "1/2"}, {"text": "a", "value": 0.25}]
    answer = template(question("ordering", items=items, credit="adjacent")).parts[0].answer
    assert isinstance(answer, OrderingTemplate)
    assert [value.expression.source for value in answer.values] == ["1/2", "0.25"]
    assert answer.credit == "adjacent"


PAIR = {"left": "a", "right": "1"}


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("matching", {"pairs": [PAIR]}, "needs at least 2 entries"),
        ("matching", {"pairs": [PAIR, {"left": "b"}]}, "'right' is missing"),
        (
            "matching",
            {"pairs": [PAIR, {"left": "b", "right": " 1 "}]},
            "the right item '1' stands in line 9 already",
        ),
        (
            "matching",
            {"pairs": [PAIR, {"left": "a", "right": "2"}]},
            "the left item 'a' stands in line 8 already",
        ),
        (
            "matching",
            {"pairs": [PAIR, {"left": "b", "right": "2"}], "also": ["3", "2"]},
            "the right item '2' stands in line 11 already",
        ),
        ("ordering", {"items": ["a"]}, "needs at least 2 entries"),
        ("ordering", {"items": ["a", "b", "c", "a"]}, "the item 'a' stands in line 8 already"),
        (
            "ordering",
            {"items": [{"text": "a", "value": 1}, "b"]},
            "give every item a 'value', or none of them",
        ),
        (
            "ordering",
            {"credit": "adjacant"},
            "expected 'all_or_nothing' or 'adjacent', got 'adjacant' (did you mean 'adjacent'?)",
        ),
        (
            "ordering",
            {"items": [{"text": "a", "value": "1 +"}, {"text": "b", "value": 2}]},
            "the expression '1 +': cannot be read: unexpected end of the expression",
        ),
    ],
)
def test_mistakes(kind: str, changes: dict[str, Any], message: str) -> None:
    assert messages(problems_of(question(kind, **changes))) == [message]


def test_a_repeated_item_is_reported_where_it_stands() -> None:
    (problem,) = problems_of(question("ordering", items=["a", "b", "a"]))
    assert problem == "10:3: the item 'a' stands in line 8 already [repeated-item]"


def test_letter_case_tells_symbols_apart() -> None:
    assert problems_of(question("ordering", items=["$X$", "$x$"])) == []
