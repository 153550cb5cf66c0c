"""Caches and linear attention against hand-worked numbers and a plain weighted mean."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

CACHE = find_solver("attention_generation.cache")
LINEAR = find_solver("attention_generation.linear")
positive = fractions(min_value=Fraction(1, 3), max_value=5, max_denominator=3)
numbers = fractions(min_value=-5, max_value=5, max_denominator=3)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_a_cache_by_hand():
    """2 layers, 2 key heads of width 3: 2 · 2 · 2 · 3 = 24 numbers or 48 bytes for a token."""
    answers = solve(CACHE, CACHE.examples[0])
    assert answers["numbers_per_token"] == 24
    assert answers["bytes_per_token"] == 48
    assert answers["cache_bytes"] == 240
    assert answers["cache_megabytes"] == Fraction(240, 10**6)
    assert answers["saved_factor"] == 2
    assert answers["keys_only"] == Fraction(120, 10**6)
    assert answers["query_heads_kept"] == Fraction(480, 10**6)
    assert answers["one_layer"] == Fraction(120, 10**6)
    assert answers["megabits"] == Fraction(1920, 10**6)
    assert answers["mebibytes"] == Fraction(240, 2**20)


@settings(max_examples=15, deadline=None)
@given(
    draw.fixed_dictionaries(
        {
            "layers": draw.integers(1, 20),
            "key_heads": draw.integers(1, 6),
            "width": draw.integers(1, 64),
            "tokens": draw.integers(1, 3000),
            "size": draw.sampled_from([1, 2, 4]),
        }
    ),
    draw.integers(1, 5),
)
def test_both_routes_of_the_cache_agree(values, group):
    assert agree(CACHE, {**values, "query_heads": group * values["key_heads"]})


def test_linear_attention_by_hand():
    """φ(q) = (2, 1) meets (1, 1) with 3 and (3, 1) with 7: (3 · 4 − 7 · 2) / 10."""
    answers = solve(LINEAR, LINEAR.examples[0])
    assert answers["pair_products"] == (3, 7)
    assert answers["state_before"] == (4, 4)
    assert answers["state"] == (-2, 2)
    assert answers["normaliser"] == (4, 2)
    assert (answers["numerator"], answers["denominator"]) == (-2, 10)
    assert answers["last_output"] == Fraction(-1, 5)
    assert answers["summed_values"] == 4
    assert answers["last_addition"] == (-6, -2)
    assert answers["divided_by_count"] == -1
    assert answers["before_update"] == 4
    assert answers["divided_by_key_sum"] == Fraction(-1, 3)


@examples(15)
@given(draw.data(), draw.integers(2, 5), draw.integers(1, 3))
def test_the_recurrence_agrees_and_the_output_lies_between_values(data, count, width):
    values = {
        "query": data.draw(draw.tuples(*[positive] * width)),
        "keys": data.draw(draw.tuples(*[draw.tuples(*[positive] * width)] * count)),
        "values": data.draw(draw.tuples(*[numbers] * count)),
    }
    answers = solve(LINEAR, values)
    assert agree(LINEAR, values)
    assert min(values["values"]) <= answers["last_output"] <= max(values["values"])


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (CACHE, {"key_heads": 3}, "key_heads must divide query_heads, 3 does not divide 4"),
        (CACHE, {"size": 3}, "size must be 1, 2 or 4"),
        (LINEAR, {"values": (1,)}, "at least two positions"),
        (LINEAR, {"keys": ((1, 0), (1, 1))}, "features must be positive"),
        (LINEAR, {"query": (1, 1, 1)}, "must have 3 entries"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
