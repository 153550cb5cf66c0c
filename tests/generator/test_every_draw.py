"""Domains that are gone through value by value: they hold what can be drawn, each draw once."""

from typing import Any

import pytest

from qgen.document.values import SolverResults, Values
from qgen.generator.drawing import VariantFailure, drawer, most_variants, values_digest
from qgen.generator.every_draw import can_be_listed, every_draw
from qgen.generator.seeds import stream
from qgen.generator.variants import VariantSource
from tests.bank.written import question, template

DOMAINS: dict[str, dict[str, Any]] = {
    "integers": {"integers": {"from": -2, "to": 3, "not": [0]}},
    "decimals": {"decimals": {"from": "0.5", "to": "1.5", "step": "0.25", "shape": [1, 2]}},
    "one_of": {"one_of": {"of": ["1/2", 3, "a"], "length": 2}},
    "weighted": {"choice": {"of": [1, 3], "weights": [2, 1]}},
    "permutation": {"permutation": {"of": [1, 2, "1/2"]}},
    "subset": {"subset": {"of": [1, 3, 5, 7], "size": 2}},
    "probabilities": {"probabilities": {"shape": [2, 3], "step": "0.2"}},
    "with_zeros": {"probabilities": {"length": 3, "step": "0.25", "minimum": 0}},
    "row": {"rows": {"names": ["low", "high"], "of": [[1, 2], ["1/2", 4]]}},
    "rows": {"rows": {"names": ["low", "high"], "of": [[1, 2], [3, 4], [5, 6]], "size": 2}},
}


def unsolved(values: Values) -> SolverResults:
    raise AssertionError("nothing here needs a solver")


@pytest.mark.parametrize("name", DOMAINS)
def test_what_is_listed_is_what_can_be_drawn(name: str) -> None:
    asked = template(question(parameters={"p": DOMAINS[name]}, stem="What?"))
    listed = [values_digest(values) for values in every_draw(asked)]
    assert len(listed) == len(set(listed)) == most_variants(asked)
    draws = drawer(asked, unsolved)
    drawn = {
        values_digest(draw.values)
        for number in range(2000)
        if (draw := draws.draw(stream(0, "slot", "question", str(number), 0)))
    }
    assert drawn == set(listed)


def test_the_values_of_all_parameters_are_combined() -> None:
    parameters = {"a": {"integers": {"from": 1, "to": 4}}, "b": {"one_of": [1, 2, 5]}}
    listed = list(every_draw(template(question(parameters=parameters, stem="What?"))))
    assert sorted((values["a"], values["b"]) for values in listed) == [
        (a, b) for a in (1, 2, 3, 4) for b in (1, 2, 5)
    ]


LARGE = {"p": {"integers": {"from": 0, "to": 99, "length": 4}}}
READING = {"n": {"integers": {"from": 1, "to": 3}}, "p": {"integers": {"from": 1, "to": "2*n"}}}


@pytest.mark.parametrize("parameters", [LARGE, READING])
def test_large_domains_and_those_that_read_others_are_not_gone_through(
    parameters: dict[str, Any],
) -> None:
    assert not can_be_listed(template(question(parameters=parameters, stem="What?")))


@pytest.mark.parametrize("most", [7, 40, 3000])
def test_a_check_meets_every_variant_of_a_small_domain_once(most: int) -> None:
    """Half of the draws do not meet the condition."""
    asked = template(
        question(
            parameters={"p": {"integers": {"from": 1, "to": most}}},
            where=["p % 2 == 1"],
            stem="What is ${{ p }}$?",
        )
    )
    source = VariantSource(asked, 0, "check", unsolved, by_value=True)
    odd = list(range(1, most + 1, 2))
    met: list[Any] = []
    with pytest.raises(VariantFailure, match=f"only {len(odd)} variant"):
        met.extend(variant.values["p"] for variant in source.variants(map(str, range(most + 1))))
    assert sorted(met) == odd
