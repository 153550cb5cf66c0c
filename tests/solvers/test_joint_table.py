"""Mutual information against hand-worked numbers and torch's divergence."""

from fractions import Fraction
from functools import cache
from math import log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw
from torch.distributions import Categorical, kl_divergence

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

INFORMATION = find_solver("joint_table.mutual_information")
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def tables(rows, columns):
    def scaled(weights):
        total = sum(map(sum, weights))
        return tuple(tuple(Fraction(weight, total) for weight in row) for row in weights)

    row = draw.tuples(*[draw.integers(0, 9)] * columns).filter(any)
    return draw.tuples(*[row] * rows).map(scaled)


def test_a_table_by_hand():
    """p = ((1/2, 0), (1/4, 1/4)): X is fair, Y = 0 has 3/4, H(X, Y) = 3/2 bits."""
    answers = solve(INFORMATION, {"joint": ((HALF, 0), (QUARTER, QUARTER))})
    bits = log(2)
    of_y = 2 - 0.75 * log(3) / bits
    assert answers["marginal_x"] == (HALF, HALF)
    assert answers["marginal_y"] == (1 - QUARTER, QUARTER)
    assert answers["entropy_x_in_bits"] == pytest.approx(1)
    assert answers["entropy_y_in_bits"] == pytest.approx(of_y)
    assert answers["joint_entropy_in_bits"] == pytest.approx(1.5)
    assert answers["entropy_y_given_x_in_bits"] == pytest.approx(0.5)
    assert answers["entropy_x_given_y_in_bits"] == pytest.approx(1.5 - of_y)
    assert answers["mutual_information_in_bits"] == pytest.approx(of_y - 0.5)
    assert answers["mutual_information"] == pytest.approx((of_y - 0.5) * bits)
    assert answers["is_independent"] is False
    assert answers["marginal_sum"] == pytest.approx((1 + of_y) * bits)
    assert answers["negated"] == -answers["mutual_information"]
    assert answers["one_marginal"] == pytest.approx(-0.5 * bits)
    # Cells (0, 0), (1, 0), (1, 1) have the ratios 4/3, 2/3, 2 and the products 3/8, 3/8, 1/8.
    assert answers["by_product"] == pytest.approx(
        3 / 8 * log(4 / 3) + 3 / 8 * log(2 / 3) + log(2) / 8
    )
    assert answers["unweighted"] == pytest.approx(log(4 / 3) + log(2 / 3) + log(2))
    assert answers["conditional_difference"] == pytest.approx((1 - of_y) * bits)
    assert answers["uniform_rows"] == pytest.approx(0.5 * bits)
    assert answers["covariance_of_indices"] == Fraction(1, 8)
    assert answers["row_entropies"] == pytest.approx((0, bits))


@examples(25)
@given(draw.tuples(draw.integers(1, 4), draw.integers(1, 4)).flatmap(cache(lambda n: tables(*n))))
def test_it_is_the_divergence_from_the_product_of_the_marginals(joint):
    answers = solve(INFORMATION, {"joint": joint})
    table = torch.tensor([[float(part) for part in row] for row in joint], dtype=torch.float64)
    product = table.sum(1)[:, None] * table.sum(0)
    expected = kl_divergence(Categorical(table.flatten()), Categorical(product.flatten()))
    assert answers["mutual_information"] == pytest.approx(float(expected), abs=1e-12)
    assert answers["is_independent"] == (answers["mutual_information"] < 1e-12)
    assert verify(INFORMATION, [{"joint": joint}], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("joint", "reason"),
    [
        (((HALF, HALF), (HALF, HALF)), "joint must be probabilities that sum to 1"),
        (((HALF, HALF), (0, 0)), "a row that is all 0"),
        (((HALF,), (QUARTER, QUARTER)), r"joint\[1\] must have 1 entries"),
        ((HALF, HALF), r"joint\[0\] must be a vector"),
    ],
)
def test_unfit_tables_are_refused(joint, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(INFORMATION, {"joint": joint})


FACTORISED = find_solver("joint_table.factorised_model")
MODEL = {
    "joint": ((HALF, QUARTER), (Fraction(1, 8), Fraction(1, 8))),
    "model_x": (HALF, HALF),
    "model_y": (QUARTER, 1 - QUARTER),
}


def test_a_factorised_model_by_hand():
    """p = ((1/2, 1/4), (1/8, 1/8)) has the marginals (3/4, 1/4) and (5/8, 3/8)."""
    answers = solve(FACTORISED, MODEL)
    assert answers["best_x"] == (1 - QUARTER, QUARTER)
    assert answers["best_y"] == (Fraction(5, 8), Fraction(3, 8))
    # The model's cells are 1/8, 3/8, 1/8, 3/8.
    assert answers["kl"] == pytest.approx(log(4) / 2 + log(2 / 3) / 4 + log(1 / 3) / 8)
    assert answers["excess_x"] == pytest.approx(0.75 * log(1.5) + 0.25 * log(0.5))
    assert answers["excess_y"] == pytest.approx(5 / 8 * log(5 / 2) + 3 / 8 * log(1 / 2))
    assert answers["excess"] == pytest.approx(answers["excess_x"] + answers["excess_y"])
    assert answers["least_kl"] == pytest.approx(
        solve(INFORMATION, {"joint": MODEL["joint"]})["mutual_information"]
    )
    assert answers["kl"] == pytest.approx(answers["least_kl"] + answers["excess"])
    assert answers["kl_reversed"] == pytest.approx(
        log(1 / 4) / 8 + 3 / 8 * log(3 / 2) + 3 / 8 * log(3)
    )
    assert answers["excess_x_reversed"] == pytest.approx(log(2 / 3) / 2 + log(2) / 2)
    assert answers["excess_y_reversed"] == pytest.approx(log(2 / 5) / 4 + 3 / 4 * log(2))
    assert answers["cross_entropy"] == pytest.approx(5 / 8 * log(8) + 3 / 8 * log(8 / 3))
    assert answers["total_bits"] == pytest.approx(answers["kl"] / log(2))
    assert answers["least_in_bits"] == pytest.approx(answers["least_kl"] / log(2))


def laws(size):
    def scaled(weights):
        return tuple(Fraction(weight, sum(weights)) for weight in weights)

    return draw.tuples(*[draw.integers(1, 9)] * size).map(scaled)


@examples(15)
@given(
    draw.tuples(draw.integers(2, 3), draw.integers(2, 4)).flatmap(
        cache(lambda shape: draw.tuples(laws(shape[0] * shape[1]), laws(shape[0]), laws(shape[1])))
    )
)
def test_both_routes_of_the_factorised_model_agree(drawn):
    flat, model_x, model_y = drawn
    width = len(model_y)
    joint = tuple(flat[at : at + width] for at in range(0, len(flat), width))
    values = {"joint": joint, "model_x": model_x, "model_y": model_y}
    answers = solve(FACTORISED, values)
    parts = answers["least_kl"] + answers["excess_x"] + answers["excess_y"]
    assert answers["kl"] == pytest.approx(parts, abs=1e-12)
    assert verify(FACTORISED, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"joint": ((HALF, HALF), (0, 0))}, "must not have zeros"),
        ({"joint": ((HALF, HALF), (HALF, 0))}, "joint must be probabilities"),
        ({"model_x": (HALF, QUARTER)}, "model_x must be probabilities"),
        ({"model_x": (1, 0)}, "must not have zeros"),
        ({"model_y": (1,)}, "model_y must have 2 entries"),
    ],
)
def test_unfit_factorised_models_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(FACTORISED, {**MODEL, **values})


@pytest.mark.parametrize("known", [INFORMATION, FACTORISED], ids=lambda known: known.name)
def test_every_mistake_is_proved(known):
    assert unproved_mistakes(known) == []
