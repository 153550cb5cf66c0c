"""Lipschitz constants against hand-worked numbers, torch and pairs of points."""

from fractions import Fraction
from math import sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

NORM = find_solver("lipschitz.spectral_norm")
NETWORK = find_solver("lipschitz.network_bound")
PIECEWISE = find_solver("lipschitz.piecewise_linear")
numbers = fractions(min_value=-4, max_value=4, max_denominator=4)
matrices = draw.tuples(*[draw.tuples(numbers, numbers)] * 2).filter(
    lambda rows: any(map(any, rows))
)


def test_a_norm_by_hand():
    """((3, 0), (4, 5)): AᵀA = ((25, 20), (20, 25)) has the eigenvalues 45 and 5."""
    answers = solve(NORM, {"matrix": ((3, 0), (4, 5))})
    assert answers["spectral_norm"] == pytest.approx(sqrt(45))
    assert answers["norm_squared"] == pytest.approx(45)
    assert answers["frobenius_norm"] == pytest.approx(sqrt(50))
    assert (answers["determinant"], answers["spectral_radius"]) == (15, 5)
    assert (answers["largest_entry"], answers["largest_row_sum"]) == (5, 9)


def test_rotations_have_the_norm_one_exactly():
    a, b = Fraction(3, 5), Fraction(4, 5)
    answers = solve(NORM, {"matrix": ((a, -b), (b, a))})
    assert (answers["spectral_norm"], answers["spectral_radius"]) == (1, 1)


@examples(25)
@given(matrices, matrices)
def test_torch_finds_the_same_norms(first, second):
    answers = solve(NORM, {"matrix": first})
    entries = torch.tensor([[float(each) for each in row] for row in first], dtype=torch.float64)
    assert float(answers["spectral_norm"]) == pytest.approx(
        float(torch.linalg.matrix_norm(entries, 2))
    )
    eigenvalues = torch.linalg.eigvals(entries).abs().max()
    assert float(answers["spectral_radius"]) == pytest.approx(float(eigenvalues), abs=1e-6)
    assert verify(NORM, [{"matrix": first}], [answers]).disagreements == ()
    layers = {"first": first, "second": second}
    both = solve(NETWORK, layers)
    assert float(both["linear_norm"]) <= float(both["bound"]) * (1 + 1e-12)
    assert verify(NETWORK, [layers], [both]).disagreements == ()


def test_a_bound_that_is_not_reached():
    """The first layer stretches the first axis, the second one the other: 2 · 3 against 3."""
    answers = solve(NETWORK, {"first": ((2, 0), (0, 1)), "second": ((1, 0), (0, 3))})
    assert (answers["bound"], answers["linear_norm"]) == (6, 3)
    assert (answers["sum_of_norms"], answers["larger_norm"]) == (5, 3)
    assert (answers["first_determinant"], answers["smallest_stretch"]) == (2, 2)
    reached = solve(NETWORK, {"first": ((2, 0), (0, 1)), "second": ((3, 0), (0, 1))})
    assert (reached["bound"], reached["linear_norm"]) == (6, 6)


def test_a_second_layer_that_sees_nothing_of_the_first():
    """The first layer leaves the second axis only, which the second one drops."""
    layers = {"first": ((0, 0), (0, 1)), "second": ((1, 0), (0, 0))}
    answers = solve(NETWORK, layers)
    assert (answers["bound"], answers["linear_norm"], answers["smallest_stretch"]) == (1, 0, 0)
    assert verify(NETWORK, [layers], [answers]).disagreements == ()


def test_a_piecewise_linear_function_by_hand():
    answers = solve(PIECEWISE, {"knots": (0, 1, 3), "values": (0, 2, -3)})
    assert answers["slopes"] == (2, Fraction(-5, 2))
    assert answers["constant"] == Fraction(5, 2)
    assert answers["largest_slope"] == 2
    assert answers["slope_of_ends"] == 1
    assert answers["mean_slope"] == Fraction(9, 4)
    assert answers["largest_step"] == 5
    flat = solve(PIECEWISE, {"knots": (0, 2), "values": (0, -2)})
    assert (flat["constant"], flat["is_one_lipschitz"]) == (1, True)


@settings(max_examples=15, deadline=None)
@given(
    draw.lists(draw.tuples(draw.integers(-9, 9), numbers), min_size=2, max_size=5).filter(
        lambda rows: len({x for x, _ in rows}) == len(rows) and len({y for _, y in rows}) > 1
    )
)
def test_the_routes_agree_on_drawn_functions(rows):
    knots, heights = map(tuple, zip(*sorted(rows), strict=True))
    values = {"knots": knots, "values": heights}
    assert verify(PIECEWISE, [values], [solve(PIECEWISE, values)]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (NORM, {"matrix": ((0, 0), (0, 0))}, "matrix must not be 0"),
        (NORM, {"matrix": ((1,),)}, "matrix"),
        (NETWORK, {"first": ((1, 0), (0, 1)), "second": 3}, "second"),
        (PIECEWISE, {"knots": (0, 0), "values": (1, 2)}, "knots must be two or more"),
        (PIECEWISE, {"knots": (0,), "values": (1,)}, "knots must be two or more"),
        (PIECEWISE, {"knots": (0, 1), "values": (1, 1)}, "values must not all be equal"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
