"""Gradient estimators against known closed forms and SymPy's Gaussian moments."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

VARIANCES = find_solver("gradient_estimators.variances")
ESTIMATES = find_solver("gradient_estimators.estimates")
numbers = fractions(min_value=-4, max_value=4, max_denominator=5)
scales = fractions(min_value=Fraction(1, 5), max_value=4, max_denominator=5)
functions = draw.fixed_dictionaries(
    {
        "mu": numbers,
        "sigma": scales,
        "quadratic": numbers,
        "linear": numbers.filter(bool),
        "constant": numbers,
    }
)


def gaussian_mean(polynomial, noise):
    """E of a polynomial in standard normal noise: its moments are 1, 0, 1, 0, 3, 0, 15, …"""
    total = sympy.Integer(0)
    for (power,), factor in sympy.Poly(polynomial, noise).terms():
        total += factor * (0 if power % 2 else sympy.factorial2(power - 1))
    return total


def test_the_square_by_hand():
    """f(z) = z² at mu = 1, sigma = 2: 4 sigma² = 16 and mu⁴/sigma² + 14 mu² + 15 sigma²."""
    answers = solve(VARIANCES, {"mu": 1, "sigma": 2})
    assert answers["gradient_in_mu"] == 2
    assert answers["pathwise_variance_in_mu"] == 16
    assert answers["pathwise_variance_in_sigma"] == 4 + 8 * 4
    assert answers["score_variance_in_mu"] == Fraction(1, 4) + 14 + 60
    assert answers["score_second_moment"] == Fraction(1, 4) + 14 + 60 + 4
    assert answers["best_baseline"] == 13
    assert answers["baseline_mean"] == 5
    # f(mu) = 1 and C = 4.
    assert answers["gradient_in_mu_at_mean"] == 1
    assert answers["baseline_bent_down"] == -11
    assert answers["score_value_frozen"] == Fraction(1, 4)
    assert answers["variance_of_square_one"] == Fraction(1, 4) + 14 + 60 - 4


@examples(8)
@given(functions)
def test_sympy_finds_the_same_moments(values):
    answers = solve(VARIANCES, values)
    rational = {name: sympy.Rational(str(value)) for name, value in values.items()}
    noise, mu, sigma, shift = sympy.symbols("noise mu sigma shift")
    z = mu + sigma * noise
    f = rational["quadratic"] * z**2 + rational["linear"] * z + rational["constant"] - shift
    slope = 2 * rational["quadratic"] * z + rational["linear"]
    at = {mu: rational["mu"], sigma: rational["sigma"]}

    def moments(estimate, baseline=0):
        drawn = sympy.expand(estimate.subs({**at, shift: baseline}))
        mean = gaussian_mean(drawn, noise)
        return mean, gaussian_mean(sympy.expand(drawn**2), noise) - mean**2

    for estimate, gradient, variance in (
        (slope, "gradient_in_mu", "pathwise_variance_in_mu"),
        (f * noise / sigma, "gradient_in_mu", "score_variance_in_mu"),
    ):
        found = moments(estimate)
        assert found == tuple(sympy.Rational(str(answers[name])) for name in (gradient, variance))
    in_sigma = sympy.Rational(str(answers["pathwise_variance_in_sigma"]))
    assert moments(slope * noise)[1] == in_sigma
    best = sympy.Rational(str(answers["best_baseline"]))
    least = moments(f * noise / sigma, best)[1]
    assert least == sympy.Rational(str(answers["score_variance_with_baseline"]))
    for other in (best - 1, best + 1):
        assert moments(f * noise / sigma, other)[1] > least


@examples(15)
@given(functions, draw.lists(numbers, min_size=1, max_size=4))
def test_the_routes_agree_on_drawn_functions(values, eps):
    assert verify(VARIANCES, [values], [solve(VARIANCES, values)]).disagreements == ()
    both = {**values, "eps": tuple(eps)}
    assert verify(ESTIMATES, [both], [solve(ESTIMATES, both)]).disagreements == ()


def test_estimates_by_hand():
    """z = 2 and −1; f = z² = 4 and 1; f' = 4 and −2; eps = 1/2 and −1."""
    answers = solve(ESTIMATES, {"mu": 1, "sigma": 2, "eps": (Fraction(1, 2), -1)})
    assert answers["z"] == (2, -1)
    assert answers["pathwise_in_mu"] == 1
    assert answers["score_in_mu"] == Fraction(1, 4)
    assert answers["score_undivided"] == Fraction(1, 2)
    assert answers["score_not_centred"] == Fraction(7, 8)
    assert answers["score_without_function"] == Fraction(-1, 8)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sigma": 0}, "sigma must be positive"),
        ({"quadratic": 0}, "quadratic and linear must not both be 0"),
        ({"mu": 0.5}, "mu must be an exact number"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    for known in (VARIANCES, ESTIMATES):
        with pytest.raises(SolverFailure, match=reason):
            solve(known, {"mu": 1, "sigma": 1, "eps": (1,), **changed})
