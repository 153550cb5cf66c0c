"""Parameter domains: what may be written, and what is said of the rest."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from qgen.bank.domain import Domain
from qgen.bank.parameters import Decimals, Integers, ParameterEntry, Probabilities
from qgen.bank.table_domains import OneOf, Subset
from tests.bank.written import messages, problems_of, question, template


def domain(**entry: Any) -> Domain:
    (parameter,) = template(question(parameters={"p": entry})).parameters
    return parameter.domain


def complaint(**entry: Any) -> str:
    (message,) = messages(problems_of(question(parameters={"p": entry})))
    return message


def test_integers() -> None:
    found = domain(integers={"from": -2, "to": 3, "not": [0, 9]})
    assert isinstance(found, Integers)
    assert found.values == (-2, -1, 1, 2, 3)
    assert found.dimensions == ()
    stepped = domain(integers={"from": -2, "to": 7, "step": 3, "not": [4]})
    assert isinstance(stepped, Integers)
    assert stepped.values == (-2, 1, 7)


def test_decimals_lie_on_their_grid() -> None:
    found = domain(decimals={"from": "0.05", "to": 0.2, "step": 0.05, "not": [0.1], "length": 2})
    assert isinstance(found, Decimals)
    assert found.values == (Fraction(1, 20), Fraction(3, 20), Fraction(1, 5))
    assert found.dimensions == (2,)
    assert [type(value) for value in found.values] == [Fraction] * 3


def test_choices() -> None:
    found = domain(one_of=["1/2", 2, "relu", True, "km/h", "-3 / 4", "1/0"])
    assert isinstance(found, OneOf)
    assert found.of == (Fraction(1, 2), 2, "relu", True, "km/h", Fraction(-3, 4), "1/0")
    (parameter,) = template(
        "{id: q, kind: open, title: t, topic: t, difficulty: 1, stem: s, rubric: [{points: 1, "
        "text: x}], parameters: {p: {one_of: {of: [0.10, 1/2], length: 3}}}}"
    ).parameters
    assert isinstance(parameter.domain, OneOf)
    assert parameter.domain.of == (Decimal("0.10"), Fraction(1, 2))
    assert parameter.domain.dimensions == (3,)


def test_subsets() -> None:
    found = domain(subset={"of": [3, 1, 2], "size": 3})
    assert isinstance(found, Subset)
    assert found.of == (3, 1, 2)


def test_probabilities() -> None:
    found = domain(probabilities={"shape": [2, 4], "step": "0.05", "minimum": 0.1})
    assert isinstance(found, Probabilities)
    assert (found.outcomes, found.least_steps, found.dimensions) == (4, 2, (2, 4))
    assert domain(probabilities={"length": 10}) is not None


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"integers": {"from": 3, "to": 2}}, "'from' is more than 'to'"),
        ({"integers": {"from": 2, "to": 2, "not": [2]}}, "'not' leaves nothing to draw"),
        ({"integers": {"from": 0, "to": 10**13}},
         "more than 1000000000000, which no question needs"),
        ({"integers": {"from": -(10**400), "to": 0}},
         "more than 1000000000000, which no question needs"),
        ({"integers": {"from": 1.5, "to": 2}}, "expected a whole number, got 1.5"),
        ({"integers": {"from": 0, "to": 5, "step": 2}},
         "'to' cannot be reached from 'from' in whole steps"),
        ({"integers": {"from": 0, "to": 5, "step": 0}}, "must be at least 1, got 0"),
        ({"integers": {"from": 0, "to": 10, "step": 5, "not": [0, 5, 10]}},
         "'not' leaves nothing to draw"),
        ({"integers": {"from": 1, "to": 2, "not": 1}}, "expected a list, got 1"),
        ({"integers": {"from": 1}}, "'to' is missing"),
        ({"integers": {"from": 1, "to": 2, "length": 0}}, "must be at least 1, got 0"),
        ({"integers": {"from": 1, "to": 2, "length": 401}}, "must be at most 400, got 401"),
        ({"integers": {"from": 1, "to": 2, "shape": [30, 30]}}, "at most 400 entries can be drawn"),
        ({"integers": {"from": 1, "to": 2, "shape": [2, 2, 2]}}, "may have at most 2 entries"),
        ({"integers": {"from": 1, "to": 2, "shape": []}}, "needs at least 1 entry"),
        ({"integers": {"from": 1, "to": 2, "shape": [2], "length": 2}},
         "give 'length' or 'shape', not both"),
        ({"decimals": {"from": 1, "to": 0, "step": 0.1}}, "'from' is more than 'to'"),
        ({"decimals": {"from": 0, "to": 1, "step": 0.3}},
         "'to' cannot be reached from 'from' in whole steps"),
        ({"decimals": {"from": 0, "to": 1, "step": "1/3"}},
         "'from' and 'step' must be finite decimals"),
        ({"decimals": {"from": 0, "to": 1, "step": "1e-7"}}, "more than 1000000 steps"),
        ({"decimals": {"from": 0, "to": 1, "step": 0}}, "must be more than 0"),
        ({"decimals": {"from": 0, "to": 0.1, "step": 0.1, "not": [0, "1/10"]}},
         "'not' leaves nothing to draw"),
        ({"one_of": []}, "expected a list of values to choose from"),
        ({"one_of": [1, 2, 1]}, "a value stands twice in the list"),
        ({"one_of": [0.5, "1/2"]}, "a value stands twice in the list"),
        ({"one_of": [[1], 2]}, "a value to choose must be a number or a text"),
        ({"one_of": [None]}, "a value to choose must be a number or a text"),
        ({"subset": {"of": [1, 2], "size": 3}}, "'size' is more than the list holds"),
        ({"probabilities": {}}, "'length' or 'shape' is missing"),
        ({"probabilities": {"length": 3, "step": 0.3}}, "1 is not a whole number of steps"),
        ({"probabilities": {"length": 3, "step": "1e-9"}}, "more than 1000000 steps"),
        ({"probabilities": {"length": 3, "minimum": 0.15}},
         "'minimum' is not a whole number of steps"),
        ({"probabilities": {"length": 11}},
         "so many probabilities of at least the minimum do not sum to one"),
        ({"probabilities": {"length": 2, "minimum": -0.1}},
         "so many probabilities of at least the minimum do not sum to one"),
        ({"spd": {"size": 7}}, "must be at most 6, got 7"),
        ({"spd": {"size": 2, "largest": 0}}, "must be at least 1, got 0"),
        ({"generator": "tables.joint", "with": {"rows": "two"}},
         "expected a number such as 2, 0.25, 1/3 or 5%, got 'two'"),
        ({}, f"give exactly one domain: {', '.join(ParameterEntry.model_fields)}"),
        ({"one_of": [1], "subset": {"of": [1], "size": 1}},
         f"give exactly one domain: {', '.join(ParameterEntry.model_fields)}"),
    ],
)  # fmt: skip
def test_mistakes(entry: dict[str, Any], message: str) -> None:
    assert complaint(**entry) == message


def test_one_and_true_are_different_choices() -> None:
    found = domain(one_of=[1, True, "1"])
    assert isinstance(found, OneOf)
    assert [type(value) for value in found.of] == [int, bool, str]


@pytest.mark.parametrize("name", ["in", "true", "none", "if", "not"])
def test_names_with_a_meaning(name: str) -> None:
    expected = [f"'{name}' has a meaning in expressions already"]
    assert messages(problems_of(question(parameters={name: {"one_of": [1]}}))) == expected
    assert messages(problems_of(question(let={name: "1"}))) == expected


@pytest.mark.parametrize("name", ["1a", "a-b", "a b", "", "_a", "é", "a" * 41])
def test_what_is_no_name(name: str) -> None:
    (message,) = messages(problems_of(question(parameters={name: {"one_of": [1]}})))
    assert message.startswith(("a name starts with a letter", "may have at most 40 characters"))


def test_a_derived_value_cannot_replace_a_parameter() -> None:
    data = question(parameters={"a": {"one_of": [1]}}, let={"a": "2"})
    assert messages(problems_of(data)) == ["'a' is a parameter already"]


def test_derived_values_read_what_comes_before_them() -> None:
    data = question(parameters={"a": {"one_of": [1]}}, let={"c": "b + a", "b": "a"})
    assert messages(problems_of(data)) == ["in 'b + a': there is no value named 'b'; there are a"]
