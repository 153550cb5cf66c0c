"""Flows in one dimension against hand-worked numbers, finite differences."""

from fractions import Fraction
from math import erf, exp, log, pi, sqrt

import pytest
from hypothesis import given

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

AFFINE = find_solver("flows.affine")
EXPONENTIAL = find_solver("flows.exponential")
LOGIT = find_solver("flows.logit")
LOGIT_FORMULA = find_solver("flows.logit_formula")
BASE = log(2 * pi) / 2
numbers = fractions(min_value=-4, max_value=4, max_denominator=6)
scales = fractions(min_value=Fraction(1, 6), max_value=4, max_denominator=6)
shares = fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=50)


def test_an_affine_flow_by_hand():
    """x = 1 + 2z at x = 4: z = 3/2."""
    answers = solve(AFFINE, {"mu": 1, "sigma": 2, "x": 4})
    assert answers["z"] == Fraction(3, 2)
    assert answers["log_density"] == pytest.approx(-9 / 8 - BASE - log(2))
    assert answers["log_det_added"] == pytest.approx(-9 / 8 - BASE + log(2))
    assert answers["base_at_x"] == pytest.approx(-8 - BASE)
    assert answers["slope_not_logged"] == pytest.approx(-9 / 8 - BASE - 2)
    assert answers["direction_swapped"] == pytest.approx(-81 / 2 - BASE + log(2))


def test_fractions_do_not_stand_inside_fractions():
    answers = solve(EXPONENTIAL, {"mu": 9, "sigma": Fraction(2, 3)})
    assert typed(answers["z_formula"]) == "3*(ln(x) - 9)/2"
    assert typed(answers["order_kept_formula"]) == "3*ln(x)/2 - 9"
    assert typed(answers["log_det_forgotten_formula"]) == "-9*(ln(x) - 9)^2/8 - ln(2*pi)/2"


def test_a_negative_scale_counts_by_its_size():
    answers = solve(AFFINE, {"mu": 1, "sigma": -2, "x": 4})
    assert answers["z"] == Fraction(-3, 2)
    assert answers["log_det"] == pytest.approx(log(2))
    assert answers["log_density"] == pytest.approx(-9 / 8 - BASE - log(2))


def test_a_sigmoid_by_hand():
    """x = 3/4 = sigmoid(ln 3) with m = 0 and s = 2: z = ln 3/2 and dx/dz = 3/8."""
    answers = solve(LOGIT, {"mu": 0, "sigma": 2, "x": Fraction(3, 4)})
    base = exp(-(log(3) ** 2) / 8) / sqrt(2 * pi)
    assert answers["z"] == pytest.approx(log(3) / 2)
    assert answers["slope"] == Fraction(3, 8)
    assert answers["density"] == pytest.approx(base * 8 / 3)
    assert answers["density_not_divided"] == pytest.approx(base)
    assert answers["density_over_scale"] == pytest.approx(base / 2)
    assert answers["density_over_half_slope"] == pytest.approx(base / 1.5)
    assert answers["density_multiplied"] == pytest.approx(base * 3 / 8)


@examples(20)
@given(numbers, scales, shares)
def test_densities_are_slopes_of_distribution_functions(mu, sigma, share):
    def phi(z):
        return (1 + erf(z / sqrt(2))) / 2

    def logit(x):
        return (log(x / (1 - x)) - float(mu)) / float(sigma)

    step = 1e-5 * float(share) * (1 - float(share))
    numerical = (phi(logit(float(share) + step)) - phi(logit(float(share) - step))) / (2 * step)
    answers = solve(LOGIT, {"mu": mu, "sigma": sigma, "x": share})
    assert answers["density"] == pytest.approx(numerical, rel=1e-5, abs=1e-7)
    formulas = solve(LOGIT_FORMULA, {"mu": mu, "sigma": sigma})
    here = {name: evaluate(formula, {"x": float(share)}) for name, formula in formulas.items()}
    base = -(answers["z"] ** 2) / 2 - BASE
    log_det = log(answers["slope"])
    assert here["log_density_formula"] == pytest.approx(base - log_det, abs=1e-9)
    assert here["log_det_forgotten_formula"] == pytest.approx(base, abs=1e-9)
    assert here["log_det_added_formula"] == pytest.approx(base + log_det, abs=1e-9)


@examples(12)
@given(numbers, scales, shares)
def test_the_routes_agree_on_drawn_flows(mu, sigma, share):
    for known, place in (
        (AFFINE, {"x": 8 * share - 4}),
        (EXPONENTIAL, {}),
        (LOGIT, {"x": share}),
        (LOGIT_FORMULA, {}),
    ):
        values = {"mu": mu, "sigma": sigma, **place}
        assert verify(known, [values], [solve(known, values)]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (AFFINE, {"mu": 0, "sigma": 0, "x": 1}, "sigma must not be 0"),
        (AFFINE, {"mu": 0, "sigma": 1, "x": 0.5}, "x must be an exact number"),
        (EXPONENTIAL, {"mu": 0, "sigma": 0}, "sigma must be positive"),
        (LOGIT_FORMULA, {"mu": 0, "sigma": -1}, "sigma must be positive"),
        (LOGIT, {"mu": 0, "sigma": 1, "x": 1}, "x must lie between 0 and 1"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
