"""Mean-field inference for a Gaussian pair against hand-worked numbers and torch's divergence."""

from fractions import Fraction
from math import log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw
from torch.distributions import MultivariateNormal, kl_divergence

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

PAIR = find_solver("mean_field.gaussian_pair")
PLAIN = {"mean": (1, -2), "covariance": ((4, 2), (2, 3)), "start": 0}

numbers = draw.integers(-4, 4)
problems = draw.builds(
    lambda mean, a, b, c, start: {
        "mean": mean,
        "covariance": ((a * a + b * b, b * c), (b * c, c * c)),
        "start": start,
    },
    draw.tuples(numbers, numbers),
    draw.integers(1, 4),
    numbers.filter(bool),
    draw.integers(1, 4),
    numbers,
)


def divergence(values, variances, swapped=False):
    mean = torch.tensor(list(map(float, values["mean"])), dtype=torch.float64)
    covariance = torch.tensor(
        [list(map(float, row)) for row in values["covariance"]], dtype=torch.float64
    )
    p = MultivariateNormal(mean, covariance)
    q = MultivariateNormal(mean, torch.diag(torch.tensor(variances, dtype=torch.float64)))
    return float(kl_divergence(p, q) if swapped else kl_divergence(q, p))


def test_worked_numbers():
    """Determinant 8; the inverse is (3, −2; −2, 4)/8; the squared correlation is 4/12."""
    answers = solve(PAIR, PLAIN)
    assert answers["precisions_for_variances"] == (Fraction(3, 8), Fraction(1, 2))
    assert answers["variances"] == (Fraction(8, 3), 2)
    assert answers["marginal_variances"] == (4, 3)
    assert answers["updated_mean"] == 1 + Fraction(2, 3) * 2
    assert typed(answers["update_formula"]) == "(2*m_2 + 7)/3"
    assert answers["error_factor"] == Fraction(1, 3)
    assert answers["gap"] == pytest.approx(log(12 / 8) / 2)
    assert answers["marginals_gap"] == pytest.approx(0.5 - log(1.5) / 2)
    assert answers["correlation"] == pytest.approx(3**-0.5)
    assert (answers["first_slope"], answers["error_removed"]) == (Fraction(2, 3), Fraction(2, 3))
    assert answers["gap_not_halved"] == pytest.approx(log(1.5))
    assert answers["gap_with_correlation"] == pytest.approx(-log(1 - 3**-0.5) / 2)
    assert evaluate(answers["update_formula_sign_lost"], {"m_2": 0.0}) == pytest.approx(1 - 4 / 3)
    assert evaluate(answers["update_formula_divided_by_own"], {"m_2": 0.0}) == pytest.approx(2)


@examples(20)
@given(problems)
def test_each_q_is_best_for_its_own_divergence(values):
    answers = solve(PAIR, values)
    narrow, wide = (list(map(float, answers[n])) for n in ("variances", "marginal_variances"))
    assert answers["gap"] == pytest.approx(divergence(values, narrow), abs=1e-9)
    assert answers["marginals_gap"] == pytest.approx(divergence(values, wide), abs=1e-9)
    for factor in (0.98, 1.02):
        for place in (0, 1):
            near = [v * (factor if i == place else 1) for i, v in enumerate(narrow)]
            assert divergence(values, near) > answers["gap"] - 1e-12
            near = [v * (factor if i == place else 1) for i, v in enumerate(wide)]
            assert divergence(values, near, True) > divergence(values, wide, True) - 1e-12


@settings(max_examples=2)
@given(draw.lists(problems, min_size=24, max_size=24))
def test_the_routes_agree_on_drawn_problems(batch):
    answers = [solve(PAIR, values) for values in batch]
    found = verify(PAIR, batch, answers)
    assert found.disagreements == ()
    assert found.compared == len(batch) * len(PAIR.names), "a mistake has no second route"


def test_rounds_of_updates_come_to_the_mean_by_the_factor():
    answers, other = solve(PAIR, PLAIN), Fraction(4)
    for _ in range(3):
        own = solve(PAIR, {**PLAIN, "start": other})["updated_mean"]
        # The other factor's update is the same problem with the coordinates exchanged.
        exchanged = {"mean": (-2, 1), "covariance": ((3, 2), (2, 4)), "start": own}
        later = solve(PAIR, exchanged)["updated_mean"]
        assert later + 2 == answers["error_factor"] * (other + 2)
        other = later


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"covariance": ((4, 0), (0, 3))}, "must have an entry other than 0 off its diagonal"),
        ({"covariance": ((1, 2), (2, 1))}, "covariance must be positive definite"),
        ({"mean": (1,)}, "mean must have 2 entries"),
    ],
)
def test_unfit_problems_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(PAIR, {**PLAIN, **changed})
