"""A coin of unknown bias against hand-worked numbers, torch's law, and both routes."""

from fractions import Fraction
from math import comb, exp, factorial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw
from torch.distributions import Beta

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

POSTERIOR = find_solver("beta_bernoulli.posterior")

COINS = draw.fixed_dictionaries(
    {
        "first": draw.integers(1, 8),
        "second": draw.integers(1, 8),
        "heads": draw.integers(1, 20),
        "tails": draw.integers(1, 20),
    }
).map(
    lambda drawn: {
        "first": drawn["first"],
        "second": drawn["second"],
        "heads": drawn["heads"],
        "tosses": drawn["heads"] + drawn["tails"],
    }
)


def test_a_coin_by_hand():
    """Beta(2, 1) and two heads in three tosses: Beta(4, 2), of density 20 theta³ (1 − theta)."""
    answers = solve(POSTERIOR, {"first": 2, "second": 1, "heads": 2, "tosses": 3})
    assert (answers["first_after"], answers["second_after"]) == (4, 2)
    assert (answers["mean"], answers["mode"]) == (Fraction(2, 3), Fraction(3, 4))
    # 2 · (the integral of theta³ (1 − theta), 1/20)
    assert answers["evidence"] == Fraction(1, 10)
    assert (answers["evidence_fair"], answers["evidence_ratio"]) == (
        Fraction(1, 8),
        Fraction(4, 5),
    )
    assert (answers["fair_after"], answers["unknown_after"]) == (Fraction(5, 9), Fraction(4, 9))
    assert (answers["share"], answers["prior_mean"]) == (Fraction(2, 3), Fraction(2, 3))
    assert answers["evidence_with_orders"] == Fraction(3, 10)
    assert answers["fair_with_orders"] == Fraction(3, 8)
    assert answers["evidence_at_share"] == Fraction(4, 27)
    assert answers["fair_after_best"] == Fraction(27, 59)
    at = {"theta": 0.5}
    assert evaluate(answers["density_formula"], at) == pytest.approx(20 / 16)
    assert evaluate(answers["unnormalised_formula"], at) == pytest.approx(1 / 16)
    assert evaluate(answers["exponents_formula"], {"theta": 0.1}) == pytest.approx(
        105 * 0.1**4 * 0.9**2
    )
    assert evaluate(answers["likelihood_formula"], {"theta": 0.1}) == pytest.approx(
        12 * 0.1**2 * 0.9
    )
    assert evaluate(answers["swapped_formula"], {"theta": 0.1}) == pytest.approx(
        30 * 0.1**2 * 0.9**2
    )


@examples(15)
@given(COINS)
def test_it_is_torchs_beta_law_and_both_routes_agree(values):
    answers = solve(POSTERIOR, values)
    tails = values["tosses"] - values["heads"]
    law = Beta(
        torch.tensor(values["first"] + values["heads"], dtype=torch.float64),
        torch.tensor(values["second"] + tails, dtype=torch.float64),
    )
    assert float(answers["mean"]) == pytest.approx(float(law.mean))
    for theta in (0.2, 0.7):
        point = torch.tensor(theta, dtype=torch.float64)
        expected = exp(float(law.log_prob(point)))
        assert evaluate(answers["density_formula"], {"theta": theta}) == pytest.approx(expected)
    assert verify(POSTERIOR, [values], [answers]).disagreements == ()


@pytest.mark.parametrize("tosses", [2, 5, 12])
def test_under_a_uniform_prior_every_number_of_heads_is_equally_probable(tosses):
    for heads in range(1, tosses):
        values = {"first": 1, "second": 1, "heads": heads, "tosses": tosses}
        found = solve(POSTERIOR, values)["evidence"]
        assert found * comb(tosses, heads) == Fraction(1, tosses + 1)
        assert found == Fraction(
            factorial(heads) * factorial(tosses - heads), factorial(tosses + 1)
        )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"first": 0}, "first must be a whole number from 1"),
        ({"second": Fraction(1, 2)}, "second must be a whole number"),
        ({"heads": 0}, "heads must be a whole number from 1 to 3"),
        ({"heads": 4}, "heads must be a whole number from 1 to 3"),
        ({"tosses": 99}, "tosses must be a whole number from 2 to 96"),
    ],
)
def test_unfit_values_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(POSTERIOR, {"first": 2, "second": 2, "heads": 2, "tosses": 4, **values})


def test_every_mistake_is_proved():
    assert unproved_mistakes(POSTERIOR) == []
