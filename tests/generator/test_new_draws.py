"""Draws of rows, permutations, weighted choices and data, and domains that read earlier values."""

import math
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.values import TeX, Value, Values
from qgen.generator.drawing import Drawer, VariantFailure, drawer, most_variants
from qgen.generator.seeds import stream
from tests.bank.written import messages, problems_of, question, template
from tests.drawn_fractions import fractions
from tests.examples import examples


def drawer_of(**parameters: Any) -> Drawer:
    return drawer(template(question(parameters=parameters)), lambda values: {})


def values_of(each: Drawer, number: int) -> Values:
    draw = each.draw(stream(0, "slot", "question", str(number), 0))
    assert draw is not None
    return draw.values


def many(entry: dict[str, Any], count: int) -> list[Any]:
    each = drawer_of(p=entry)
    return [values_of(each, number)["p"] for number in range(count)]


def complaint(**parameters: Any) -> str:
    (message,) = messages(problems_of(question(parameters=parameters)))
    return message


TABLE = {"names": ["iso", "mass"], "of": [["AGO", 1.5], ["BEL", 2], ["CHE", "7/2"]]}
CELLS = {("AGO", Fraction(3, 2)), ("BEL", 2), ("CHE", Fraction(7, 2))}


class TestRows:
    def test_the_cells_of_one_row_go_together(self) -> None:
        each = drawer_of(c={"rows": TABLE})
        found = {(v["c.iso"], v["c.mass"]) for v in (values_of(each, n) for n in range(60))}
        assert found == CELLS
        assert most_variants(each.template) == 3

    def test_with_a_size_columns_are_vectors_of_different_rows(self) -> None:
        each = drawer_of(c={"rows": {**TABLE, "size": 2}})
        orders = set()
        for number in range(80):
            values = values_of(each, number)
            names, masses = values["c.iso"], values["c.mass"]
            assert isinstance(names, tuple)
            assert isinstance(masses, tuple)
            pairs = tuple(zip(names, masses, strict=True))
            assert set(pairs) <= CELLS
            assert len(set(pairs)) == 2
            orders.add(names)
        assert len(orders) == most_variants(each.template) == 6

    def test_tex_columns_are_told_apart(self) -> None:
        table = {"names": ["f"], "of": [["x^2"], ["\\frac{1}{x}"]], "tex": ["f"]}
        assert type(values_of(drawer_of(c={"rows": table}), 0)["c.f"]) is TeX

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"of": [["AGO"]]}, "row 1 has 1 cells for 2 columns"),
            ({"of": [["AGO", 1], ["AGO", 1]]}, "a row stands twice in the table"),
            ({"of": "AGO"}, "expected a list of rows, each a list of cells"),
            ({"names": ["a", "a"]}, "a column's name stands twice"),
            ({"tex": ["x"]}, "there is no column 'x' that could be TeX"),
            ({"size": 4}, "'size' is more than the table holds"),
            ({"length": 2}, "rows have no 'length' and no 'shape': 'size' draws so many different "
                            "ones"),
            ({"of": [["\\frac{1", 1]], "tex": ["iso"]}, "the formula '\\frac{1' cannot be typeset"),
            ({"of": [["\\def\\x{1}", 1]], "tex": ["iso"]}, "'\\def' is not allowed in a formula"),
        ],
    )  # fmt: skip
    def test_mistakes(self, changes: dict[str, Any], message: str) -> None:
        assert message in complaint(c={"rows": {**TABLE, **changes}})


class TestPermutationsAndChoices:
    def test_every_order_is_as_likely(self) -> None:
        counts = Counter(many({"permutation": [1, 2, "x"]}, 3000))
        assert len(counts) == 6
        assert all(abs(count - 500) < 5 * math.sqrt(500) for count in counts.values())

    def test_weights(self) -> None:
        counts = Counter(
            many({"choice": {"of": ["a", "b", "c"], "weights": [1, 0.5, "1/6"]}}, 3000)
        )
        for value, share in (("a", 0.6), ("b", 0.3), ("c", 0.1)):
            assert abs(counts[value] - 3000 * share) < 5 * math.sqrt(3000 * share)

    def test_mistakes(self) -> None:
        entry = {"of": [1, 2], "weights": [1]}
        assert complaint(p={"choice": entry}) == "2 values have 1 weights"
        assert complaint(p={"choice": {**entry, "weights": [1, 0]}}) == "must be more than 0"
        assert complaint(p={"permutation": [1, 1]}) == "a value stands twice in the list"


def share_below(entry: dict[str, Any], limit: float, count: int = 3000) -> float:
    return sum(value <= limit for value in many(entry, count)) / count


class TestData:
    @pytest.mark.parametrize(
        ("entry", "limit", "share"),
        [
            ({"normal": {"mean": 10, "deviation": 2, "step": 0.01}}, 12.004, 0.8413),
            ({"normal": {"step": 0.001}}, -1.2816, 0.1),
            ({"uniform": {"from": -1, "to": 3, "step": 0.001}}, 0, 0.25),
            ({"exponential": {"rate": 2, "step": 0.001}}, 1, 1 - math.exp(-2)),
            ({"binomial": {"n": 10, "p": 0.3}}, 2, 0.38278),
            ({"poisson": {"mean": 2.5}}, 2, 0.54381),
        ],
    )
    def test_shares_are_those_of_the_distribution(
        self, entry: dict[str, Any], limit: float, share: float
    ) -> None:
        assert abs(share_below(entry, limit) - share) < 5 * math.sqrt(share * (1 - share) / 3000)

    @given(fractions(-20, 20, max_denominator=8), st.sampled_from(["0.01", "0.5", "2"]))
    @examples(20)
    def test_values_lie_on_the_grid_as_they_print(self, mean: Fraction, step: str) -> None:
        entry = {"normal": {"mean": str(mean), "deviation": 3, "step": step, "length": 20}}
        for value in many(entry, 2)[1]:
            assert (value / Fraction(step)) % 1 == 0
            assert type(value) is int or value.denominator > 1

    def test_tables_of_counts_are_those_of_the_expressions(self) -> None:
        from qgen.bank.functions import FUNCTIONS
        from qgen.generator.data_samplers import _binomial_table, _poisson_table

        for k, reached in enumerate(_binomial_table(12, Fraction(1, 3))):
            expected = FUNCTIONS["binomial_cdf"].apply(k, 12, Fraction(1, 3))
            assert reached / 2**53 == pytest.approx(expected, abs=1e-14)
        for k, reached in enumerate(_poisson_table(Fraction(7, 2))):
            expected = FUNCTIONS["poisson_cdf"].apply(k, Fraction(7, 2))
            assert reached / 2**53 == pytest.approx(expected, abs=1e-14)

    def test_extremes(self) -> None:
        assert set(many({"binomial": {"n": 4, "p": 0}}, 5)) == {0}
        assert set(many({"binomial": {"n": 4, "p": 1}}, 5)) == {4}
        large = many({"poisson": {"mean": 1000}}, 50)
        assert 900 < sum(large) / 50 < 1100

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ({"normal": {"deviation": 0, "step": 1}}, "must be more than 0"),
            ({"normal": {"step": "1/3"}}, "'step' must be a finite decimal"),
            ({"normal": {"deviation": 1000, "step": 0.001}}, "more than 1000000 steps"),
            ({"normal": {}}, "'step' is missing"),
            ({"uniform": {"from": 2, "to": 1, "step": 1}}, "'from' is more than 'to'"),
            ({"uniform": {"from": 0.1, "to": 0.2, "step": 1}},
             "no multiple of 'step' lies between 'from' and 'to'"),
            ({"binomial": {"n": 2000, "p": 0.5}}, "must be at most 1000, got 2000"),
            ({"binomial": {"n": 2, "p": 1.5}}, "'p' must be from 0 to 1"),
            ({"poisson": {"mean": 1001}}, "'mean' must be at most 1000"),
        ],
    )  # fmt: skip
    def test_mistakes(self, entry: dict[str, Any], message: str) -> None:
        assert complaint(p=entry) == message


class TestDomainsThatReadEarlierValues:
    def test_bounds_and_lengths(self) -> None:
        each = drawer_of(
            n={"integers": {"from": 2, "to": 5}},
            k={"integers": {"from": 1, "to": "n - 1"}},
            x={"normal": {"mean": "10*n", "deviation": "1/2", "step": "0.1", "length": "n"}},
            s={"subset": {"of": [1, 2, 3, 4, 5], "size": "k"}},
        )
        seen = set()
        for number in range(150):
            values: Any = values_of(each, number)
            assert 1 <= values["k"] < values["n"]
            assert len(values["x"]) == values["n"]
            assert all(abs(x - 10 * values["n"]) < 5 for x in values["x"])
            assert len(values["s"]) == values["k"]
            seen.add((values["n"], values["k"]))
        assert len(seen) == 1 + 2 + 3 + 4
        assert most_variants(each.template) is None

    def test_a_fraction_is_a_number_and_no_expression(self) -> None:
        each = drawer_of(p={"decimals": {"from": "1/10", "to": "50%", "step": 0.1}})
        assert most_variants(each.template) == 5

    @pytest.mark.parametrize(
        ("parameters", "message"),
        [
            ({"k": {"integers": {"from": 1, "to": "n"}}, "n": {"integers": {"from": 2, "to": 3}}},
             "in 'n': there is no value named 'n'; the question defines none"),
            ({"k": {"integers": {"from": 1, "to": "n +"}}},
             "the expression 'n +': cannot be read: unexpected end of the expression"),
            ({"k": {"integers": {"from": 1, "to": "mean"}}},
             "in 'mean': 'mean' is a function, no value: write mean(v)"),
        ],
    )  # fmt: skip
    def test_mistakes_in_the_text(self, parameters: dict[str, Any], message: str) -> None:
        assert complaint(**parameters) == message

    @pytest.mark.parametrize(
        ("entry", "message"),
        [
            ({"integers": {"from": 3, "to": "n"}}, "'from' is more than 'to'; to is 2 for n = 2"),
            ({"integers": {"from": 0, "to": "n/4"}}, "to: must be a whole number; to is 1/2"),
            ({"integers": {"from": 1, "to": 2, "length": "500*n"}}, "must be at most 400"),
            ({"integers": {"from": 1, "to": 2, "length": "10**9*n"}}, "must be at most 400"),
            ({"integers": {"from": 1, "to": "10**20*n"}}, "more than 1000000000000"),
            ({"normal": {"deviation": "n - 2", "step": 1}}, "must be more than 0; deviation is 0"),
            ({"integers": {"from": 1, "to": "1/(n - 2)"}}, "to: '1/(n - 2)' divides by zero"),
            ({"integers": {"from": 1, "to": "n == 2"}}, "to: must be a whole number"),
        ],
    )
    def test_what_a_draw_makes_impossible_is_told_with_the_numbers(
        self, entry: dict[str, Any], message: str
    ) -> None:
        each = drawer_of(n={"one_of": [2]}, k=entry)
        with pytest.raises(VariantFailure) as caught:
            values_of(each, 0)
        assert caught.value.code == "draw"
        assert message in str(caught.value)
        assert "for n = 2" in str(caught.value)


def test_draws_depend_on_nothing_but_their_stream() -> None:
    parameters: dict[str, Any] = {
        "n": {"integers": {"from": 2, "to": 6}},
        "x": {"normal": {"step": 0.01, "length": "n"}},
        "c": {"rows": TABLE},
        "o": {"permutation": [1, 2, 3, 4]},
    }
    first, second = drawer_of(**parameters), drawer_of(**parameters)
    later = [values_of(second, number) for number in reversed(range(20))]
    earlier: list[dict[str, Value]] = [dict(values_of(first, number)) for number in range(20)]
    assert earlier == later[::-1]
