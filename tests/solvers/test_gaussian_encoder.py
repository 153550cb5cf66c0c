"""The divergence of a Gaussian encoder against hand-worked numbers and torch.distributions."""

from fractions import Fraction
from math import log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw
from torch.distributions import Normal, kl_divergence

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

KL = find_solver("gaussian_encoder.kl")
means = fractions(min_value=-5, max_value=5, max_denominator=8)
deviations = fractions(min_value=Fraction(1, 20), max_value=5, max_denominator=20)


def test_worked_numbers():
    """mu = (1, 0), sigma = (1/2, 2): (1 + 1/4 − 1)/2 + ln 2 and (4 − 1)/2 − ln 2."""
    answers = solve(KL, {"mu": (1, 0), "sigma": (Fraction(1, 2), 2)})
    assert answers["per_coordinate"] == pytest.approx((1 / 8 + log(2), 3 / 2 - log(2)))
    assert answers["kl"] == pytest.approx(13 / 8)
    assert answers["slopes_in_mu"] == (1, 0)
    assert answers["slopes_in_sigma"] == (Fraction(-3, 2), Fraction(3, 2))
    assert answers["collapsed"] == (False, False)
    assert answers["half_forgotten"] == pytest.approx(13 / 4)
    assert answers["one_forgotten"] == pytest.approx(13 / 8 + 1)
    assert answers["averaged"] == pytest.approx(13 / 16)
    # Variances 1/2 and 2: (1 + 5/2 − 2)/2 − ln(1)/2.
    assert answers["variance_for_deviation"] == pytest.approx(3 / 4)
    assert answers["means_forgotten"] == pytest.approx(9 / 8)
    # (1 + 1)/(2/4) − ln 2 − 1/2 and 1/8 + ln 2 − 1/2.
    assert answers["swapped"] == pytest.approx(4 + 1 / 8 - 1)
    assert typed(answers["kl_formula"]) == "(mu^2 + sigma^2 - 1)/2 - ln(sigma)"
    assert typed(answers["kl_formula_log_variance"]) == "(mu^2 + exp(s) - 1 - s)/2"


def test_the_formulas_of_mistakes_give_the_mistaken_numbers():
    answers = solve(KL, {"mu": Fraction(2, 3), "sigma": Fraction(5, 4)})
    point = {"mu": 2 / 3, "sigma": 5 / 4, "s": 2 * log(5 / 4)}
    for name in ("sign_of_log", "half_forgotten", "one_forgotten", "swapped"):
        assert evaluate(answers[f"{name}_formula"], point) == pytest.approx(answers[name]), name
    assert evaluate(answers["kl_formula_log_variance"], point) == pytest.approx(answers["kl"])


def test_only_the_prior_itself_has_collapsed():
    answers = solve(KL, {"mu": (0, 0, 1), "sigma": (1, 2, 1)})
    assert answers["collapsed"] == (True, False, False)
    assert answers["per_coordinate"][0] == 0


@examples(20)
@given(draw.lists(draw.tuples(means, deviations), min_size=1, max_size=4))
def test_torch_gives_the_same_divergence_both_ways_round(pairs):
    mu, sigma = map(tuple, zip(*pairs, strict=True))
    values = {"mu": mu, "sigma": sigma}
    answers = solve(KL, values)
    mean, deviation = (
        torch.tensor(list(map(float, each)), dtype=torch.float64) for each in (mu, sigma)
    )
    encoder = Normal(mean, deviation)
    prior = Normal(torch.zeros(len(mu)).double(), torch.ones(len(mu)).double())
    assert answers["kl"] == pytest.approx(float(kl_divergence(encoder, prior).sum()), abs=1e-12)
    assert answers["swapped"] == pytest.approx(float(kl_divergence(prior, encoder).sum()), abs=1e-9)
    assert verify(KL, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"mu": (1, 2), "sigma": (1,)}, "sigma must have 2 entries"),
        ({"mu": 1, "sigma": 0}, "sigma must be positive"),
        ({"mu": 0.5, "sigma": 1}, r"mu\[0\] must be an exact number"),
        ({"mu": (), "sigma": ()}, "mu must not be empty"),
    ],
)
def test_unfit_values_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(KL, values)


def test_every_mistake_is_proved():
    assert unproved_mistakes(KL) == []
