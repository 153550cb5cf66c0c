"""Flows in one dimension against hand-worked numbers, torch's laws and finite differences."""

from fractions import Fraction
from math import erf, exp, log, pi, sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw
from torch.distributions import LogNormal

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

AFFINE = find_solver("flows.affine")
EXPONENTIAL = find_solver("flows.exponential")
LOGIT = find_solver("flows.logit")
COMPOSITION = find_solver("flows.composition")
BASE = log(2 * pi) / 2
numbers = draw.fractions(min_value=-4, max_value=4, max_denominator=6)
scales = draw.fractions(min_value=Fraction(1, 6), max_value=4, max_denominator=6)
shares = draw.fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=50)


def test_an_affine_flow_by_hand():
    """x = 1 + 2z at x = 4: z = 3/2."""
    answers = solve(AFFINE, {"mu": 1, "sigma": 2, "x": 4})
    assert (answers["z"], answers["slope"]) == (Fraction(3, 2), 2)
    assert answers["log_density"] == pytest.approx(-9 / 8 - BASE - log(2))
    assert answers["density"] == pytest.approx(exp(-9 / 8) / sqrt(2 * pi) / 2)
    assert answers["log_det_added"] == pytest.approx(-9 / 8 - BASE + log(2))
    assert answers["base_at_x"] == pytest.approx(-8 - BASE)
    assert answers["slope_not_logged"] == pytest.approx(-9 / 8 - BASE - 2)
    assert answers["direction_swapped"] == pytest.approx(-81 / 2 - BASE + log(2))
    assert typed(answers["z_formula"]) == "(x - 1)/2"
    assert typed(answers["order_kept_formula"]) == "x/2 - 1"
    assert typed(answers["log_density_formula"]) == "-(x - 1)^2/8 - ln(2) - ln(2*pi)/2"


def test_fractions_do_not_stand_inside_fractions():
    answers = solve(EXPONENTIAL, {"mu": 9, "sigma": Fraction(-2, -3), "x": 4})
    assert typed(answers["z_formula"]) == "3*(ln(x) - 9)/2"
    assert typed(answers["order_kept_formula"]) == "3*ln(x)/2 - 9"
    negative = solve(AFFINE, {"mu": 1, "sigma": Fraction(-1, 2), "x": 4})
    assert typed(negative["z_formula"]) == "-2*(x - 1)"


def test_a_negative_scale_counts_by_its_size():
    answers = solve(AFFINE, {"mu": 1, "sigma": -2, "x": 4})
    assert answers["z"] == Fraction(-3, 2)
    assert answers["log_det"] == pytest.approx(log(2))
    assert answers["log_density"] == pytest.approx(-9 / 8 - BASE - log(2))


def test_the_log_normal_law():
    answers = solve(EXPONENTIAL, {"mu": 1, "sigma": Fraction(1, 2), "x": 4})
    law = LogNormal(torch.tensor(1.0).double(), torch.tensor(0.5).double())
    expected = float(law.log_prob(torch.tensor(4.0).double()))
    assert answers["log_density"] == pytest.approx(expected)
    assert answers["slope"] == 2
    assert answers["only_scale"] == pytest.approx(expected + log(4))


@settings(max_examples=20, deadline=None)
@given(numbers, scales, shares)
def test_densities_are_slopes_of_distribution_functions(mu, sigma, share):
    def phi(z):
        return (1 + erf(z / sqrt(2))) / 2

    for known, x, inverse in (
        (AFFINE, 10 * share - 5, lambda x: x),
        (EXPONENTIAL, 5 * share, log),
        (LOGIT, share, lambda x: log(x / (1 - x))),
    ):
        answers = solve(known, {"mu": mu, "sigma": sigma, "x": x})
        step = 1e-5 * float(share) * (1 - float(share))
        above, below = (
            phi((inverse(float(x) + side) - float(mu)) / float(sigma)) for side in (step, -step)
        )
        numerical = (above - below) / (2 * step)
        assert answers["density"] == pytest.approx(numerical, rel=1e-5, abs=1e-7)
        for formula, number in (
            ("z_formula", "z"),
            ("log_density_formula", "log_density"),
            ("log_det_forgotten_formula", "log_det_forgotten"),
            ("log_det_added_formula", "log_det_added"),
        ):
            value = evaluate(answers[formula], {"x": float(x)})
            assert value == pytest.approx(float(answers[number]), abs=1e-9), formula


@settings(max_examples=12, deadline=None)
@given(numbers, scales, shares)
def test_the_routes_agree_on_drawn_flows(mu, sigma, share):
    for known, x in ((AFFINE, 8 * share - 4), (EXPONENTIAL, 5 * share), (LOGIT, share)):
        values = {"mu": mu, "sigma": sigma, "x": x}
        assert verify(known, [values], [solve(known, values)]).disagreements == ()


def test_a_composition_by_hand():
    """2z + 1, then −3t + 4, at z = 1/2: 2, then −2."""
    answers = solve(COMPOSITION, {"slopes": (2, -3), "shifts": (1, 4), "z": Fraction(1, 2)})
    assert answers["outputs"] == (2, -2)
    assert (answers["slope"], answers["shift"]) == (-6, 1)
    assert answers["log_det"] == pytest.approx(log(6))
    assert answers["log_density"] == pytest.approx(-1 / 8 - BASE - log(6))
    # −3/2 + 4 = 5/2, then 2 · 5/2 + 1.
    assert answers["reversed_order"] == 6
    assert answers["shifts_added"] == 2
    assert answers["log_dets_multiplied"] == pytest.approx(log(2) * log(3))
    assert answers["last_log_det"] == pytest.approx(log(3))
    assert typed(answers["z_formula"]) == "(x - 1)/(-6)"
    # (x − 1)/2 first, then (… − 4)/(−3): (x − 9)/(−6).
    assert typed(answers["inverse_order_kept_formula"]) == "(x - 9)/(-6)"


@settings(max_examples=15, deadline=None)
@given(draw.lists(draw.tuples(numbers.filter(bool), numbers), min_size=1, max_size=4), numbers)
def test_the_inverse_of_a_composition_gives_z_again(layers, z):
    slopes, shifts = map(tuple, zip(*layers, strict=True))
    values = {"slopes": slopes, "shifts": shifts, "z": z}
    answers = solve(COMPOSITION, values)
    again = evaluate(answers["z_formula"], {"x": float(answers["output"])})
    assert again == pytest.approx(float(z), abs=1e-6)
    assert verify(COMPOSITION, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (AFFINE, {"mu": 0, "sigma": 0, "x": 1}, "sigma must not be 0"),
        (AFFINE, {"mu": 0, "sigma": 1, "x": 0.5}, "x must be an exact number"),
        (EXPONENTIAL, {"mu": 0, "sigma": 1, "x": 0}, "x must be positive"),
        (EXPONENTIAL, {"mu": 0, "sigma": -1, "x": 1}, "sigma must be positive"),
        (LOGIT, {"mu": 0, "sigma": 1, "x": 1}, "x must lie between 0 and 1"),
        (COMPOSITION, {"slopes": (1, 0), "shifts": (0, 0), "z": 0}, "slopes must not be 0"),
        (COMPOSITION, {"slopes": (1,), "shifts": (0, 0), "z": 0}, "shifts must have 1 entries"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
