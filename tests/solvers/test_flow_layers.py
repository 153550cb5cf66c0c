"""Flow layers against hand-worked numbers and numerical Jacobians."""

from fractions import Fraction
from math import cosh, exp, log, pi, tanh

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

COUPLING = find_solver("flow_layers.coupling")
PLANAR = find_solver("flow_layers.planar")
LINEAR = find_solver("flow_layers.linear")
numbers = fractions(min_value=-2, max_value=2, max_denominator=4)


def vectors(length):
    return draw.tuples(*[numbers] * length)


def test_a_coupling_layer_by_hand():
    """x = (1, 2), s = x_1/2, t = 2 x_1 − 1: y = (1, 2 e^(1/2) + 1)."""
    values = {"x": (1, 2), "scale": (Fraction(1, 2), 0), "translation": (2, -1)}
    answers = solve(COUPLING, values)
    assert (answers["scale_output"], answers["translation_output"]) == (Fraction(1, 2), 1)
    assert answers["output"] == pytest.approx((1, 2 * exp(0.5) + 1))
    assert (answers["log_det"], answers["mirrored_log_det"]) == (Fraction(1, 2), Fraction(-1, 2))
    assert answers["log_det_is_constant"] is answers["translation_is_constant"] is False
    assert answers["inverse"] == pytest.approx((1, exp(-0.5)))
    assert answers["log_density_of_output"] == pytest.approx(-5 / 2 - log(2 * pi) - 1 / 2)
    assert answers["exp_forgotten"] == (1, 2)
    assert answers["scale_from_second"] == pytest.approx((1, 2 * exp(1) + 3))
    assert answers["inverse_order_swapped"] == pytest.approx((1, 2 * exp(-0.5) - 1))
    assert answers["inverse_not_negated"] == pytest.approx((1, exp(0.5)))


@examples(15)
@given(vectors(2), vectors(2), vectors(2))
def test_the_inverse_undoes_a_coupling_layer(x, scale, translation):
    values = {"x": x, "scale": scale, "translation": translation}
    answers = solve(COUPLING, values)
    s, t = float(answers["scale_output"]), float(answers["translation_output"])
    assert answers["inverse"][1] * exp(s) + t == pytest.approx(float(x[1]), abs=1e-9)
    assert verify(COUPLING, [values], [answers]).disagreements == ()


def test_a_planar_layer_by_hand():
    """w · z + b = 1/2, u · w = 2: determinant 1 + 2/cosh²(1/2)."""
    values = {"z": (1, -1), "u": (2, 0), "w": (1, 1), "b": Fraction(1, 2)}
    answers = solve(PLANAR, values)
    bent = tanh(0.5)
    assert answers["activation"] == Fraction(1, 2)
    assert answers["determinant"] == pytest.approx(1 + 2 / cosh(0.5) ** 2)
    assert answers["invertible"] is True
    assert answers["tanh_not_differentiated"] == pytest.approx(1 + 2 * bent)
    assert answers["tanh_not_squared"] == pytest.approx(1 + 2 * (1 - bent))
    assert answers["one_forgotten"] == pytest.approx(2 / cosh(0.5) ** 2)
    assert answers["slope_forgotten"] == 3


def test_a_planar_layer_can_fold_space():
    """u · w = −2 and b = 0: along w, a − 2 tanh(a) falls at 0 and rises far out."""
    values = {"z": (0,), "u": (-2,), "w": (1,), "b": 0}
    answers = solve(PLANAR, values)
    assert answers["invertible"] is False
    assert answers["determinant"] == -1
    assert answers["log_det"] == 0
    far = solve(PLANAR, {**values, "z": (300,)})
    assert far["determinant"] == 1
    with pytest.raises(SolverFailure, match="u · w must not be −1"):
        solve(PLANAR, {**values, "u": (-1,)})


@settings(max_examples=15, deadline=None)
@given(vectors(2), vectors(2), vectors(2), numbers)
def test_a_planar_determinant_by_finite_differences(z, u, w, b):
    if u[0] * w[0] + u[1] * w[1] == -1:
        return
    values = {"z": z, "u": u, "w": w, "b": b}
    answers = solve(PLANAR, values)

    def layer(x, y):
        bent = tanh(w[0] * x + w[1] * y + b)
        return x + u[0] * bent, y + u[1] * bent

    x, y, h = float(z[0]), float(z[1]), 1e-5
    right, left, up, down = layer(x + h, y), layer(x - h, y), layer(x, y + h), layer(x, y - h)
    rows = [(right[i] - left[i], up[i] - down[i]) for i in (0, 1)]
    numerical = float(rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]) / (4 * h * h)
    assert answers["determinant"] == pytest.approx(numerical, abs=1e-6)
    assert verify(PLANAR, [values], [answers]).disagreements == ()


def test_a_linear_flow_by_hand():
    """((2, 1), (0, 3)) z + (1, −1) = (4, 2): z = (1, 1)."""
    answers = solve(LINEAR, {"matrix": ((2, 1), (0, 3)), "shift": (1, -1), "x": (4, 2)})
    assert (answers["determinant"], answers["z"]) == (6, (1, 1))
    assert answers["log_density"] == pytest.approx(-1 - log(2 * pi) - log(6))
    assert answers["transposed"] == (Fraction(3, 2), Fraction(1, 2))
    assert answers["shift_forgotten"] == (Fraction(5, 3), Fraction(2, 3))
    assert answers["shift_subtracted_last"] == (Fraction(2, 3), Fraction(5, 3))
    assert answers["trace_for_determinant"] == 5
    assert answers["log_det_negated"] == pytest.approx(-log(6))
    assert answers["log_det_added"] == pytest.approx(-1 - log(2 * pi) + log(6))
    assert answers["log_det_halved"] == pytest.approx(-1 - log(2 * pi) - log(6) / 2)


@examples(15)
@given(draw.tuples(*[vectors(3)] * 3), vectors(3), vectors(3))
def test_sympy_inverts_the_same_matrix(matrix, shift, x):
    exact = sympy.Matrix([[sympy.Rational(str(entry)) for entry in row] for row in matrix])
    if not exact.det() or abs(float(exact.det())) < 0.05:
        return
    values = {"matrix": matrix, "shift": shift, "x": x}
    answers = solve(LINEAR, values)
    moved = [sympy.Rational(str(a)) - sympy.Rational(str(b)) for a, b in zip(x, shift, strict=True)]
    assert [sympy.Rational(str(each)) for each in answers["z"]] == list(
        exact.inv() * sympy.Matrix(moved)
    )
    assert sympy.Rational(str(answers["determinant"])) == exact.det()
    assert verify(LINEAR, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (COUPLING, {"x": (1,), "scale": (0, 0), "translation": (0, 0)}, "x must have 2 entries"),
        (PLANAR, {"z": (1,), "u": (1, 2), "w": (1,), "b": 0}, "u must have 1 entries"),
        (LINEAR, {"matrix": ((1, 2), (2, 4)), "shift": (0, 0), "x": (0, 0)}, "must be invertible"),
        (LINEAR, {"matrix": ((1, 2),), "shift": (0,), "x": (0,)}, "matrix"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
