"""Conditions: every draw meets them, and those that cannot be met are named."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.document.values import SolverResults, Values
from qgen.generator.drawing import MAX_DRAWS, VariantFailure, drawer
from qgen.generator.seeds import stream
from tests.bank.written import question, template
from tests.generator.test_drawing import drawer_of


class TestConditions:
    def test_they_hold_for_every_draw(self) -> None:
        each = drawer_of(
            parameters={"a": {"integers": {"from": 1, "to": 6}}, "b": {"one_of": [1, 2, 3]}},
            let={"c": "a + b", "d": "c/2"},
            where=["a > b", "c != 5"],
        )
        for number in range(100):
            values: dict[str, Any] = dict(each.draw(stream(0, "", "", str(number), 0)).values)
            assert values["a"] > values["b"]
            assert values["c"] == values["a"] + values["b"] != 5
            assert values["d"] == Fraction(values["c"], 2)
            assert list(values) == ["a", "b", "c", "d"]

    def test_one_keeps_a_derived_value_from_failing(self) -> None:
        each = drawer_of(
            parameters={"a": {"integers": {"from": 1, "to": 6}}},
            let={"b": "a - 3", "c": "1/b", "d": "1/(c - 1)"},
            where=["c != 1", "b != 0"],
        )
        found = {each.draw(stream(0, "", "", str(number), 0)).values["a"] for number in range(200)}
        assert found == {1, 2, 5, 6}

    def failure(self, **changes: Any) -> VariantFailure:
        each = drawer_of(**changes)
        with pytest.raises(VariantFailure) as caught:
            each.draw(stream(0, "", "", "", 0))
        return caught.value

    def test_an_impossible_one_is_named(self) -> None:
        failure = self.failure(
            parameters={"a": {"integers": {"from": 1, "to": 6}}}, where=["a < 9", "a > 6"]
        )
        assert failure.code == "where"
        assert str(failure) == f"'a > 6' did not hold in {MAX_DRAWS} draws"

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"let": {"q": "1/a"}}, "'1/a' divides by zero for a = 0, w = (1, 1)"),
            ({"where": ["1/a > 0"]}, "'1/a > 0' divides by zero for a = 0, w = (1, 1)"),
            ({"let": {"q": "w[2]"}}, "'w[2]': there is no entry 2; they count from 0 to 1 for "
                                     "a = 0, w = (1, 1)"),
            ({"let": {"q": "w + 'x'"}}, "'w + 'x'': only numbers can be added, subtracted, "
                                        "multiplied and divided for a = 0, w = (1, 1)"),
            ({"where": ["a < w"]}, "the condition 'a < w' is a vector; write all(a < w) "
                                   "for a = 0, w = (1, 1)"),
            ({"where": ["a"]}, "the condition 'a' is 0, neither true nor false for a = 0, "
                               "w = (1, 1)"),
            ({"where": ["w, 0"]}, "the condition 'w, 0' is ((1, 1), 0), neither true nor false for "
                                  "a = 0, w = (1, 1)"),
            ({"let": {"q": "9**(9**9)"}}, "'9**(9**9)': a power with more digits than a question "
                                          "can use for a = 0, w = (1, 1)"),
        ],
    )  # fmt: skip
    def test_what_has_no_value_is_told_with_the_numbers(
        self, changes: dict[str, Any], message: str
    ) -> None:
        parameters = {"a": {"one_of": [0]}, "w": {"one_of": {"of": [1], "length": 2}}}
        failure = self.failure(parameters=parameters, **changes)
        assert (failure.code, str(failure)) == ("draw", message)


class TestResultConditions:
    def test_solvers_answer_where_conditions_read_them(self) -> None:
        asked: list[Values] = []

        def solve(values: Values) -> SolverResults:
            asked.append(values)
            return {"square": values["a"] * values["a"]}  # type: ignore[operator]  # integers

        found = template(
            question(
                parameters={"a": {"integers": {"from": 1, "to": 9}}},
                solver="a.b",
                where=["a > 2", "square > 30"],
            )
        )
        draw = drawer(found, solve).draw(stream(3, "", "", "", 0))
        assert draw.answers == {"square": draw.values["a"] ** 2}  # type: ignore[operator]
        assert draw.values["a"] in (6, 7, 8, 9)
        # The cheap conditions come first.
        assert all(values["a"] > 2 for values in asked)  # type: ignore[operator]  # integers

    def test_an_impossible_one_is_named(self) -> None:
        found = template(
            question(parameters={"a": {"one_of": [1]}}, solver="a.b", where=["square > 30"])
        )
        with pytest.raises(VariantFailure, match="'square > 30' did not hold"):
            drawer(found, lambda values: {"square": 1}).draw(stream(0, "", "", "", 0))

    def test_one_without_a_value(self) -> None:
        found = template(
            question(parameters={"a": {"one_of": [1]}}, solver="a.b", where=["1/square > 30"])
        )
        with pytest.raises(VariantFailure, match="divides by zero"):
            drawer(found, lambda values: {"square": 0}).draw(stream(0, "", "", "", 0))
