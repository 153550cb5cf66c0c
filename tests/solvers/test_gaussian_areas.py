"""The areas of a divergence's integrand against sums over a fine grid, and both routes."""

from fractions import Fraction
from math import erfc, exp, log, pi, sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw
from torch.distributions import Normal

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

AREAS = find_solver("gaussian_areas.kl_integrand")

PAIRS = draw.fixed_dictionaries(
    {
        "mu_1": draw.integers(-3, 3),
        "sigma_1": fractions(Fraction(1, 2), 4, max_denominator=4),
        "mu_2": draw.integers(-3, 3),
        "sigma_2": fractions(Fraction(1, 2), 4, max_denominator=4),
    }
).filter(lambda pair: (pair["mu_1"], pair["sigma_1"]) != (pair["mu_2"], pair["sigma_2"]))


def test_equal_deviations_by_hand():
    """For N(0, 1) and N(1, 1), p ln(p/q) = φ(x) (1/2 − x) is negative from 1/2 on."""
    answers = solve(AREAS, {"mu_1": 0, "sigma_1": 1, "mu_2": 1, "sigma_2": 1})
    below = exp(-1 / 8) / sqrt(2 * pi) - erfc(0.5 / sqrt(2)) / 4
    assert answers["kl"] == pytest.approx(0.5)
    assert answers["area_below"] == pytest.approx(below)
    assert answers["area_above"] == pytest.approx(0.5 + below)
    assert answers["above_without_below"] == pytest.approx(0.5 - below)
    assert answers["reversed_with_below"] == pytest.approx(0.5 + below)


def test_the_mistakes_for_unequal_deviations():
    answers = solve(AREAS, {"mu_1": 0, "sigma_1": 1, "mu_2": 1, "sigma_2": 2})
    assert answers["kl"] == pytest.approx(log(2) + 2 / 8 - 1 / 2)
    reversed_kl = answers["reversed_with_below"] - answers["area_below"]
    assert reversed_kl == pytest.approx(-log(2) + 5 / 2 - 1 / 2)
    assert answers["above_without_log"] == pytest.approx(answers["area_above"] - log(2))


@examples(20)
@given(PAIRS)
def test_the_areas_are_those_on_a_fine_grid(pair):
    answers = solve(AREAS, pair)
    first, second = (
        Normal(
            torch.tensor(float(pair[f"mu_{i}"]), dtype=torch.float64),
            torch.tensor(float(pair[f"sigma_{i}"]), dtype=torch.float64),
        )
        for i in (1, 2)
    )
    step = 1e-3
    x = torch.arange(-40, 40, step, dtype=torch.float64)
    integrand = first.log_prob(x).exp() * (first.log_prob(x) - second.log_prob(x))
    above = float(integrand.clamp(min=0).sum()) * step
    below = -float(integrand.clamp(max=0).sum()) * step
    assert answers["area_above"] == pytest.approx(above, abs=1e-5)
    assert answers["area_below"] == pytest.approx(below, abs=1e-5)
    assert answers["area_above"] - answers["area_below"] == pytest.approx(answers["kl"], abs=1e-12)


@examples(20)
@given(draw.lists(PAIRS, min_size=1, max_size=4))
def test_both_routes_agree_on_drawn_pairs(batch):
    answers = [solve(AREAS, pair) for pair in batch]
    found = verify(AREAS, batch, answers)
    assert found.disagreements == ()
    assert found.compared == len(batch) * len(AREAS.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"sigma_1": 0}, "sigma_1 must be positive"),
        ({"sigma_2": -1}, "sigma_2 must be positive"),
        ({"mu_2": 0, "sigma_2": 1}, "the two laws must differ"),
    ],
)
def test_unfit_values_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(AREAS, {"mu_1": 0, "sigma_1": 1, "mu_2": 1, "sigma_2": 2, **values})
