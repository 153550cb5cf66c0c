"""Attention against hand-worked numbers and torch's own attention as a third witness."""

from fractions import Fraction
from math import cos, exp, pi, sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

CAUSAL = find_solver("attention.causal")
SPREAD = find_solver("attention.score_spread")
MULTI_HEAD = find_solver("attention_networks.multi_head")
POSITIONS = find_solver("attention_networks.sinusoidal_positions")
ROTARY = find_solver("attention_networks.rotary_score")
numbers = fractions(min_value=-4, max_value=4, max_denominator=3)
scales = fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)


def matrices(rows, columns):
    return draw.tuples(*[draw.tuples(*[numbers] * columns)] * rows)


def tensor(matrix):
    return torch.tensor([[float(entry) for entry in row] for row in matrix], dtype=torch.float64)


def nested(matrix):
    return torch.tensor(matrix, dtype=torch.float64)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_causal_attention_by_hand():
    """d = 1: both queries score the keys 0 and 2; the first sees one key only."""
    values = {"queries": ((1,), (1,)), "keys": ((0,), (2,)), "values": ((4,), (8,))}
    answers = solve(CAUSAL, values)
    share = exp(2) / (1 + exp(2))
    assert answers["scores"] == answers["unscaled_scores"] == ((0, 2), (0, 2))
    assert answers["last_weights"] == pytest.approx((1 - share, share))
    assert answers["last_output"] == pytest.approx((4 + 4 * share,))
    assert answers["reversed_output"] == pytest.approx((8 - 4 * share,))
    assert answers["proportional_weights"] == (0, 1)
    assert answers["uniform_output"] == (6,)


def test_the_scale_is_the_root_of_the_dimension():
    values = {
        "queries": ((2, 0, 0, 0),) * 2,
        "keys": ((1, 0, 0, 0), (0,) * 4),
        "values": ((1,), (0,)),
    }
    answers = solve(CAUSAL, values)
    assert answers["last_weights"][0] == pytest.approx(exp(1) / (1 + exp(1)))
    assert answers["unscaled_weights"][0] == pytest.approx(exp(2) / (1 + exp(2)))
    assert answers["scaled_by_d_weights"][0] == pytest.approx(exp(0.5) / (1 + exp(0.5)))
    assert answers["scaled_by_d_scores"][1][0] == 0.5


def test_scores_of_zero_have_equal_shares():
    values = {"queries": ((0, 0),) * 2, "keys": ((1, 2), (3, 4)), "values": ((4,), (8,))}
    assert solve(CAUSAL, values)["proportional_weights"] == (0.5, 0.5)
    assert agree(CAUSAL, values)


@examples(15)
@given(draw.data(), draw.integers(1, 4), draw.integers(1, 3), draw.integers(1, 3))
def test_torch_attends_alike(data, count, width, depth):
    values = {
        "queries": data.draw(matrices(count, width)),
        "keys": data.draw(matrices(count, width)),
        "values": data.draw(matrices(count, depth)),
    }
    answers = solve(CAUSAL, values)
    attend = torch.nn.functional.scaled_dot_product_attention
    queries, keys, content = map(tensor, (values["queries"], values["keys"], values["values"]))
    for scale, name in [(None, "last_output"), (1.0, "unscaled_output")]:
        expected = attend(queries[None], keys[None], content[None], is_causal=True, scale=scale)
        assert torch.allclose(nested(answers[name]), expected[0, -1], atol=1e-10)
    assert agree(CAUSAL, values)


def test_score_spread_by_hand():
    answers = solve(SPREAD, {"d": 16, "sigma_q": 2, "sigma_k": 3})
    assert (answers["variance"], answers["deviation"]) == (576, 24)
    assert answers["scaled_variance"] == 36
    assert answers["variance_added"] == 208
    assert answers["deviations_multiplied"] == 96


def test_a_sample_has_that_spread():
    torch.manual_seed(0)
    products = (2 * torch.randn(20000, 8) * 3 * torch.randn(20000, 8)).sum(-1)
    expected = float(solve(SPREAD, {"d": 8, "sigma_q": 2, "sigma_k": 3})["variance"])
    assert float(products.var()) == pytest.approx(expected, rel=0.1)


@settings(max_examples=15, deadline=None)
@given(draw.integers(1, 600), scales, scales)
def test_both_routes_of_the_spread_agree(d, sigma_q, sigma_k):
    assert agree(SPREAD, {"d": d, "sigma_q": sigma_q, "sigma_k": sigma_k})


def test_multi_head_by_hand():
    answers = solve(MULTI_HEAD, {"d_model": 6, "heads": 3, "positions": 4})
    assert answers["head_dimension"] == 2
    assert answers["weights"] == 144
    assert answers["parameters"] == 168
    assert answers["projection_multiplications"] == 4 * 144
    # 3 heads, 16 pairs, 2 coordinates.
    assert answers["score_multiplications"] == 96
    assert answers["total_multiplications"] == 768
    assert answers["attention_entries"] == 48
    assert answers["visible_pairs"] == 10
    assert answers["pairs_cost_more"] is answers["entries_exceed_weights"] is False
    # Twice as long: 1152 + 4 · 192.
    assert answers["length_factor"] == Fraction(1920, 768)
    assert answers["score_factor"] == 1
    assert answers["output_forgotten"] == 108
    assert answers["one_bias"] == 150
    assert answers["entries_of_one_head"] == 16
    assert answers["times_heads"] == 432
    assert answers["divided_by_heads"] == 48
    assert answers["strict_pairs"] == 6


@settings(max_examples=15, deadline=None)
@given(draw.integers(1, 40), draw.integers(1, 8), draw.integers(1, 300))
def test_both_routes_of_the_counts_agree(narrow, heads, positions):
    values = {"d_model": narrow * heads, "heads": heads, "positions": positions}
    assert agree(MULTI_HEAD, values)


def test_positions_by_hand():
    answers = solve(POSITIONS, {"position": 3, "dimension": 4, "base": 10000, "other": 5})
    assert answers["dot_product"] == pytest.approx(cos(2) + cos(0.02))
    assert answers["product_of_positions"] == pytest.approx(cos(8) + cos(0.08))
    assert answers["first_pair_only"] == pytest.approx(cos(2))
    assert answers["squared_length"] == 2


@settings(max_examples=15, deadline=None)
@given(draw.integers(0, 500), draw.integers(0, 500), draw.integers(1, 8), draw.integers(2, 10000))
def test_both_routes_of_the_positions_agree(position, other, half, base):
    values = {"position": position, "other": other, "dimension": 2 * half, "base": base}
    assert agree(POSITIONS, values)


@settings(max_examples=15, deadline=None)
@given(
    draw.tuples(numbers, numbers),
    draw.tuples(numbers, numbers),
    draw.integers(0, 60),
    draw.integers(0, 60),
    scales,
)
def test_the_rotary_score_depends_on_the_distance(q, k, m, n, theta):
    values = {"q": q, "k": k, "m": m, "n": n, "theta": theta}
    answers = solve(ROTARY, values)
    assert agree(ROTARY, values)
    inner = sum(a * b for a, b in zip(answers["turned_query"], answers["turned_key"], strict=True))
    assert answers["score"] == pytest.approx(inner, abs=1e-9)
    later = solve(ROTARY, {**values, "m": m + 7, "n": n + 7})
    assert later["score"] == pytest.approx(answers["score"], abs=1e-9)


def test_a_quarter_turn():
    quarter = Fraction(pi / 2)
    answers = solve(ROTARY, {"q": (1, 0), "k": (1, 0), "m": 1, "n": 0, "theta": quarter})
    assert answers["turned_query"] == pytest.approx((0, 1), abs=1e-12)
    assert answers["query_turned_backwards"] == pytest.approx((0, -1), abs=1e-12)
    assert answers["turned_key"] == pytest.approx((1, 0))
    assert answers["plain_score"] == 1
    assert answers["score"] == pytest.approx(0, abs=1e-12)
    eighth = solve(ROTARY, {"q": (1, 0), "k": (0, 1), "m": 0, "n": 1, "theta": Fraction(pi / 4)})
    # The key is turned from 90 to 135 degrees.
    assert eighth["score"] == pytest.approx(-sqrt(0.5))
    assert eighth["turned_backwards"] == pytest.approx(sqrt(0.5))
    assert eighth["one_turned"] == pytest.approx(0)
    # One place further, the key has turned by 45 degrees more: sin(−90°) in all.
    formulas = [eighth[name] for name in ("score_formula", "backwards_formula", "cosine_formula")]
    values = [evaluate(formula, {"t": 2}) for formula in formulas]
    assert values == pytest.approx([-1, 1, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (CAUSAL, {"keys": ((1, 1), (0, 2))}, "keys must have 3 rows"),
        (CAUSAL, {"keys": ((100, 1),) * 3, "queries": ((100, 1),) * 3}, "must stay within ±300"),
        (SPREAD, {"d": 0}, "d must be a whole number from 1"),
        (MULTI_HEAD, {"heads": 7}, "heads must divide d_model, 7 does not divide 512"),
        (POSITIONS, {"dimension": 3}, "dimension must be even"),
        (ROTARY, {"q": (1, 2, 3)}, "q must have 2 entries"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
