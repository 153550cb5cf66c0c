"""Gaussian laws in one dimension against hand-worked numbers and SymPy's integrals."""

from fractions import Fraction
from math import exp, log, pi, sqrt

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

DENSITY = find_solver("gaussian.density")
KL = find_solver("gaussian.kl")
means = draw.integers(-6, 6) | fractions(-6, 6, max_denominator=8)
deviations = fractions(Fraction(1, 10), 10, max_denominator=10)


def test_a_density_by_hand():
    """One standard deviation of 2 above the mean: exp(−1/2) / (2 sqrt(2 pi))."""
    answers = solve(DENSITY, {"x": 3, "mu": 1, "sigma": 2})
    assert answers["density"] == pytest.approx(0.12098536225957168)
    assert answers["standard_score"] == 1
    assert answers["unnormalised"] == pytest.approx(exp(-0.5))
    assert answers["without_half"] == pytest.approx(exp(-1) / (2 * sqrt(2 * pi)))
    assert answers["unrooted"] == pytest.approx(exp(-0.5) / (8 * pi))
    assert answers["without_scale"] == pytest.approx(exp(-0.5) / sqrt(2 * pi))
    assert answers["deviation_in_exponent"] == pytest.approx(exp(-1) / (2 * sqrt(2 * pi)))
    assert typed(answers["score_formula"]) == "(-x + 1)/4"
    assert typed(answers["score_formula_negated"]) == "(x - 1)/4"
    assert typed(answers["score_over_deviation_formula"]) == "(-x + 1)/2"
    assert typed(answers["exponent_formula"]) == "-(x - 1)^2/8"


@examples(12)
@given(draw.lists(draw.tuples(means, means, deviations), min_size=1, max_size=20))
def test_both_routes_of_the_density_agree(batch):
    named = [dict(zip(("x", "mu", "sigma"), each, strict=True)) for each in batch]
    found = verify(DENSITY, named, [solve(DENSITY, each) for each in named])
    assert found.disagreements == ()
    assert found.compared == len(batch) * len(DENSITY.names), "a mistake has no second route"


def test_a_divergence_by_hand():
    """KL(N(1, 4) ‖ N(0, 1)) = (4 + 1 − 1) / 2 − ln 2."""
    answers = solve(KL, {"mu_1": 1, "sigma_1": 2, "mu_2": 0, "sigma_2": 1})
    assert answers["kl"] == pytest.approx(2 - log(2))
    assert answers["kl_reversed"] == pytest.approx(log(2) + 2 / 8 - 0.5)
    assert answers["without_log"] == 2
    assert answers["without_half"] == pytest.approx(4 - 2 * log(2))
    assert answers["means_only"] == Fraction(1, 2)
    assert answers["log_negated"] == pytest.approx(2 + log(2))
    assert answers["deviations_for_variances"] == pytest.approx((2 + 1 - 1 - log(2)) / 2)


@settings(max_examples=15, deadline=None)
@given(means, deviations, means, deviations)
def test_both_routes_of_the_divergence_agree(mu_1, sigma_1, mu_2, sigma_2):
    values = {"mu_1": mu_1, "sigma_1": sigma_1, "mu_2": mu_2, "sigma_2": sigma_2}
    answers = solve(KL, values)
    assert answers["kl"] >= -1e-12
    found = verify(KL, [values], [answers])
    assert found.disagreements == ()
    assert found.compared == len(KL.names), "a mistake has no second route"


def test_the_divergence_is_that_of_sympy():
    x = sympy.Symbol("x", real=True)
    bell = sympy.exp(-((x - 2) ** 2) / 18) / sympy.sqrt(18 * sympy.pi)
    log_ratio = -((x - 2) ** 2) / 18 + x**2 / 8 - sympy.log(sympy.Rational(3, 2))
    expected = float(sympy.integrate(bell * log_ratio, (x, -sympy.oo, sympy.oo)))
    answers = solve(KL, {"mu_1": 2, "sigma_1": 3, "mu_2": 0, "sigma_2": 2})
    assert answers["kl"] == pytest.approx(expected)


def test_equal_deviations_make_the_divergence_symmetric():
    values = {"mu_1": 3, "sigma_1": Fraction(1, 3), "mu_2": -1, "sigma_2": Fraction(1, 3)}
    answers = solve(KL, values)
    assert answers["kl"] == answers["kl_reversed"] == 72


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (DENSITY, {"sigma": 0}, "sigma must be positive"),
        (DENSITY, {"x": 0.5}, "x must be an exact number"),
        (KL, {"sigma_2": 0}, "sigma_2 must be positive"),
        (KL, {"mu_1": (1,)}, "mu_1 must be an exact number"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
