"""Conditioning and affine maps against hand-worked numbers and SymPy."""

from fractions import Fraction
from functools import cache

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.numerics.exact_linear_algebra import identity, plus, times, transpose
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions

CONDITIONAL = find_solver("gaussian_maps.conditional")
AFFINE = find_solver("gaussian_maps.affine")
numbers = draw.integers(-3, 3) | fractions(-3, 3, max_denominator=4)


def vectors(size, entries=numbers):
    return draw.tuples(*[entries] * size)


def covariances(size):
    return vectors(size, vectors(size)).map(
        lambda root: plus(times(root, transpose(root)), identity(size))
    )


def rational(value):
    return sympy.Rational(str(value))


def test_conditioning_by_hand():
    """mu = (1, 2), C = ((4, 2), (2, 3)), x_2 = 5: mean 1 + 2/3 · 3, variance 4 − 4/3."""
    answers = solve(CONDITIONAL, CONDITIONAL.examples[0])
    assert answers["conditional_mean"] == (3,)
    assert answers["conditional_covariance"] == ((Fraction(8, 3),),)
    assert typed(answers["mean_formulas"][0]) == "2/3*x_2 - 1/3"
    assert answers["mean_negated"] == (-1,)
    assert answers["mean_uncentred"] == (Fraction(13, 3),)
    assert answers["mean_without_inverse"] == (7,)
    for mistake in ("negated", "uncentred", "without_inverse"):
        value = evaluate(answers[f"formulas_{mistake}"][0], {"x_2": 5})
        assert value == pytest.approx(float(answers[f"mean_{mistake}"][0])), mistake
    assert answers["covariance_added"] == ((Fraction(16, 3),),)
    assert answers["covariance_without_inverse"] == ((0,),)


conditionals = draw.integers(2, 4).flatmap(
    cache(
        lambda size: draw.sets(draw.integers(0, size - 1), min_size=1, max_size=size - 1).flatmap(
            lambda seen: draw.fixed_dictionaries(
                {
                    "mu": vectors(size),
                    "covariance": covariances(size),
                    "observed": draw.just(tuple(sorted(seen))),
                    "values": vectors(len(seen)),
                }
            )
        )
    )
)


@settings(max_examples=6, deadline=None)
@given(conditionals)
def test_the_exponent_of_the_joint_density_has_that_mean_and_curvature(values):
    """SymPy completes the square: the maximum over the hidden coordinates, and the Hessian."""
    answers = solve(CONDITIONAL, values)
    size = len(values["mu"])
    hidden = [index for index in range(size) if index not in values["observed"]]
    point = list(sympy.symbols(f"x_1:{size + 1}"))
    unknown = [point[index] for index in hidden]
    for index, value in zip(values["observed"], values["values"], strict=True):
        point[index] = rational(value)
    matrix = sympy.Matrix([[rational(entry) for entry in row] for row in values["covariance"]])
    apart = sympy.Matrix([x - rational(m) for x, m in zip(point, values["mu"], strict=True)])
    exponent = sympy.expand((apart.T * matrix.inv() * apart)[0] / 2)
    best = sympy.solve([sympy.diff(exponent, x) for x in unknown], unknown)
    assert [rational(entry) for entry in answers["conditional_mean"]] == [best[x] for x in unknown]
    found = [[rational(entry) for entry in row] for row in answers["conditional_covariance"]]
    assert sympy.Matrix(found) == sympy.hessian(exponent, unknown).inv()
    at = {f"x_{i + 1}": v for i, v in zip(values["observed"], values["values"], strict=True)}
    for formula, mean in zip(answers["mean_formulas"], answers["conditional_mean"], strict=True):
        assert evaluate(formula, at) == pytest.approx(float(mean), abs=1e-9)
    found = verify(CONDITIONAL, [values], [answers])
    assert found.disagreements == ()
    assert found.compared == len(CONDITIONAL.names), "a mistake has no second route"


def test_variants_that_observe_different_coordinates_are_proved_together():
    model = {"mu": (0, 1, 2), "covariance": ((4, -2, 0), (-2, 5, 1), (0, 1, 2))}
    batch = [{**model, "observed": (index,), "values": (3,)} for index in range(3)]
    answers = [solve(CONDITIONAL, values) for values in batch]
    assert verify(CONDITIONAL, batch, answers).disagreements == ()


def test_an_affine_map_by_hand():
    """Sum and difference of two coordinates with covariance ((2, 1), (1, 2))."""
    answers = solve(AFFINE, AFFINE.examples[0])
    assert answers["mean"] == (0, 5)
    assert answers["mapped_covariance"] == ((6, 0), (0, 2))
    assert answers["correlations_ignored"] == ((4, 0), (0, 4))
    assert answers["correlations_once"] == ((5, 0), (0, 3))
    assert answers["correlations_negated"] == ((2, 0), (0, 6))
    assert answers["shift_in_covariance"] == ((6, 0), (0, 11))
    assert answers["unsquared_factors"] == (4, 4)


@settings(max_examples=12, deadline=None)
@given(
    draw.tuples(draw.integers(1, 3), draw.integers(1, 3)).flatmap(
        cache(
            lambda shape: draw.fixed_dictionaries(
                {
                    "mu": vectors(shape[1]),
                    "covariance": covariances(shape[1]),
                    "a": vectors(shape[0], vectors(shape[1]).filter(any)),
                    "b": vectors(shape[0]),
                }
            )
        )
    )
)
def test_both_routes_of_the_affine_map_agree(values):
    found = verify(AFFINE, [values], [solve(AFFINE, values)])
    assert found.disagreements == ()
    assert found.compared == len(AFFINE.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (CONDITIONAL, {"observed": (0, 1), "values": (1, 1)}, "some, not all, indices"),
        (CONDITIONAL, {"observed": (2,)}, r"observed\[0\] must be a whole number from 0 to 1"),
        (CONDITIONAL, {"values": (1, 2)}, "values must have 1 entries"),
        (CONDITIONAL, {"covariance": ((1, 2), (2, 1))}, "positive definite"),
        (AFFINE, {"a": ((1, 1), (0, 0))}, "a row that is all 0"),
        (AFFINE, {"a": ((1,), (2,))}, r"a\[0\] must have 2 entries"),
        (AFFINE, {"b": (1,)}, "b must have 2 entries"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
