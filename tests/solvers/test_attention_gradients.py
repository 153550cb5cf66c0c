"""Derivatives of attention against hand-worked numbers and difference quotients."""

from fractions import Fraction
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

QUERY = find_solver("attention_gradients.query")
SLOPE = find_solver("attention_gradients.slope")
numbers = fractions(min_value=-3, max_value=3, max_denominator=3)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def vectors(width):
    return draw.tuples(*[numbers] * width)


def test_two_positions_by_hand():
    """d = 1 and equal scores: the weights are halves, o = 6, and values and keys vary together."""
    answers = solve(QUERY, {"query": (0,), "keys": ((1,), (5,)), "values": (4, 8)})
    assert answers["weights"] == (0.5, 0.5)
    assert answers["output"] == 6
    assert answers["score_slopes"] == (-1, 1)
    # The covariance of (1, 5) and (4, 8) under halves.
    assert answers["query_gradient"] == (4,)
    assert answers["uniform_gradient"] == (4,)
    assert answers["mean_forgotten_slopes"] == (2, 4)
    assert answers["own_weight_slopes"] == (1, 2)
    assert answers["unweighted_slopes"] == (-2, 2)
    assert answers["mean_forgotten_gradient"] == (22,)


def test_the_gradient_is_over_the_root_of_the_dimension():
    values = {"query": (2, 0, 0, 0), "keys": ((1, 0, 0, 0), (0, 0, 0, 0)), "values": (1, 0)}
    answers = solve(QUERY, values)
    share = exp(1) / (1 + exp(1))
    assert answers["scores"] == (1, 0)
    assert answers["output"] == pytest.approx(share)
    assert answers["unscaled_output"] == pytest.approx(exp(2) / (1 + exp(2)))
    assert answers["query_gradient"][0] == pytest.approx(share * (1 - share) / 2)
    assert answers["root_forgotten_gradient"][0] == pytest.approx(share * (1 - share))


@examples(15)
@given(draw.data(), draw.integers(1, 4), draw.integers(1, 4))
def test_difference_quotients_agree(data, width, count):
    values = {
        "query": data.draw(vectors(width)),
        "keys": data.draw(draw.tuples(*[vectors(width)] * count)),
        "values": data.draw(vectors(count)),
    }
    answers = solve(QUERY, values)
    assert agree(QUERY, values)
    assert sum(answers["score_slopes"]) == pytest.approx(0, abs=1e-9)
    small = Fraction(1, 100000)
    moved = [
        solve(QUERY, {**values, "query": (values["query"][0] + step, *values["query"][1:])})
        for step in (small, -small)
    ]
    quotient = (moved[0]["output"] - moved[1]["output"]) / float(2 * small)
    assert answers["query_gradient"][0] == pytest.approx(quotient, abs=1e-6)


def test_the_slope_in_one_score_by_hand():
    """a = (1/2, 1/4, 1/4), v = (1, 2, 4): o = 2, so the slope is 1/2 · (1 − 2)."""
    answers = solve(SLOPE, {"values": (1, 2, 4)})
    point = {"a_1": 0.5, "a_2": 0.25}
    found = {name: evaluate(formula, point) for name, formula in answers.items()}
    assert found == {
        "output_formula": 2,
        "slope_formula": -0.5,
        "mean_forgotten_formula": 0.5,
        "own_weight_formula": 0.25,
        "sign_formula": 0.5,
        "unweighted_formula": -1,
    }


@examples(15)
@given(vectors(3))
def test_both_routes_of_the_slope_agree(values):
    assert agree(SLOPE, {"values": values})


def test_the_slope_agrees_with_the_whole_gradient():
    """The formula at the weights that the softmax gives."""
    values = {"query": (Fraction(7, 5),), "keys": ((1,), (0,), (-1,)), "values": (3, -1, 2)}
    answers = solve(QUERY, values)
    formula = solve(SLOPE, {"values": (3, -1, 2)})["slope_formula"]
    point = dict(zip(("a_1", "a_2"), answers["weights"], strict=False))
    assert evaluate(formula, point) == pytest.approx(answers["score_slopes"][0])


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (QUERY, {"keys": ((1, 2), (0, 1))}, "keys must have 3 rows"),
        (QUERY, {"query": (1000, 0)}, "must stay within ±300"),
        (SLOPE, {"values": (1, 2)}, "values must have 3 entries"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
