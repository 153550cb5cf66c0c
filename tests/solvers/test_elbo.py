"""The evidence lower bound of small tables against hand-worked numbers and brute force."""

from fractions import Fraction
from itertools import product
from math import log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

DISCRETE = find_solver("elbo.discrete")
BETA = find_solver("elbo.beta_objective")
IMPORTANCE = find_solver("elbo.importance_weighted")

TABLES = {
    "prior": (Fraction(1, 2), Fraction(1, 2)),
    "likelihood": (Fraction(1, 5), Fraction(3, 5)),
    "q": (Fraction(1, 2), Fraction(1, 2)),
}


@draw.composite
def models(compose):
    count = compose(draw.integers(2, 4))
    sizes = draw.lists(draw.integers(1, 30), min_size=count, max_size=count)
    prior, q, fits = compose(sizes), compose(sizes), compose(sizes)
    return {
        "prior": tuple(Fraction(each, sum(prior)) for each in prior),
        "likelihood": tuple(Fraction(each, 31) for each in fits),
        "q": tuple(Fraction(each, sum(q)) for each in q),
    }


def test_worked_numbers():
    """p(x) = 1/10 + 3/10 = 2/5, the posterior is (1/4, 3/4), q = prior = (1/2, 1/2)."""
    answers = solve(DISCRETE, TABLES)
    assert answers["evidence"] == Fraction(2, 5)
    assert answers["log_evidence"] == pytest.approx(log(2 / 5))
    assert answers["posterior"] == (Fraction(1, 4), Fraction(3, 4))
    assert answers["rate"] == 0
    assert answers["elbo"] == pytest.approx(log(3 / 25) / 2)
    assert answers["gap"] == pytest.approx(log(4 / 3) / 2)
    assert answers["reconstruction"] == answers["prior_elbo"] == pytest.approx(log(3 / 25) / 2)
    assert answers["joint"] == (Fraction(1, 10), Fraction(3, 10))
    assert answers["expected_log_joint"] == pytest.approx(log(3 / 100) / 2)
    assert (answers["mode"], answers["unique_mode"], answers["tight"]) == (1, True, False)
    assert answers["point_mass_elbo"] == pytest.approx(log(3 / 10))
    assert answers["evidence_unweighted"] == Fraction(2, 5)
    assert answers["elbo_in_bits"] == pytest.approx(log(3 / 25) / 2 / log(2))
    assert answers["gap_swapped"] == pytest.approx(log(1 / 2) / 4 + 3 * log(3 / 2) / 4)
    assert answers["prior_ignored"] == (Fraction(1, 4), Fraction(3, 4))


def test_the_bound_is_tight_at_the_posterior_and_nowhere_else():
    values = {**TABLES, "q": (Fraction(1, 4), Fraction(3, 4))}
    answers = solve(DISCRETE, values)
    assert answers["tight"] is True
    assert answers["gap"] == pytest.approx(0, abs=1e-15)
    assert answers["elbo"] == pytest.approx(answers["log_evidence"])
    assert solve(BETA, {**values, "beta": 1})["objective"] == pytest.approx(log(2 / 5))


@settings(max_examples=25, deadline=None)
@given(models())
def test_identities_hold(values):
    answers = solve(DISCRETE, values)
    assert answers["elbo"] + answers["gap"] == pytest.approx(answers["log_evidence"])
    assert answers["reconstruction"] - answers["rate"] == pytest.approx(answers["elbo"])
    entropy = -sum(float(part) * log(part) for part in values["q"])
    assert answers["expected_log_joint"] + entropy == pytest.approx(answers["elbo"])
    assert answers["elbo_kl_added"] - answers["elbo"] == pytest.approx(2 * answers["rate"])
    assert answers["expected_log_joint"] <= answers["point_mass_elbo"] + 1e-12
    q, prior = (torch.tensor(list(map(float, values[name]))) for name in ("q", "prior"))
    rate = torch.distributions.kl_divergence(
        torch.distributions.Categorical(q), torch.distributions.Categorical(prior)
    )
    assert answers["rate"] == pytest.approx(float(rate), abs=1e-5)


@examples(10)
@given(draw.lists(models(), min_size=1, max_size=5), draw.sampled_from(["1/5", "1", "3/2", "10"]))
def test_the_routes_agree_on_drawn_models(batch, beta):
    weighted = [{**values, "beta": Fraction(beta), "samples": 3} for values in batch]
    for known in (DISCRETE, BETA, IMPORTANCE):
        found = verify(known, weighted, [solve(known, values) for values in weighted])
        assert found.disagreements == ()
        assert found.compared == len(batch) * len(known.names), "a mistake has no second route"


def test_the_best_q_of_the_weighted_objective_beats_its_neighbours():
    answers = solve(BETA, {**TABLES, "beta": 4})
    rate = log(2)

    def objective(share):
        q = (share, 1 - share)
        fit = sum(part * log(each) for part, each in zip(q, (0.2, 0.6), strict=True))
        return fit - 4 * (sum(part * log(part) for part in q) + rate)

    best = answers["best_q"][0]
    # The powers 1/4 of 1/5 and 3/5 have the ratio 1 : 3^(1/4).
    assert best == pytest.approx(1 / (1 + 3**0.25))
    assert answers["best_objective"] == pytest.approx(objective(best))
    assert objective(best) > max(objective(best + 1e-3), objective(best - 1e-3))
    assert answers["best_q_is_posterior"] is False


def test_a_small_beta_can_exceed_the_evidence():
    values = {**TABLES, "q": (Fraction(1, 10), Fraction(9, 10)), "beta": Fraction(1, 10)}
    answers = solve(BETA, values)
    assert answers["objective"] > log(2 / 5)
    assert answers["is_lower_bound"] is False
    assert solve(BETA, {**values, "beta": 7})["is_lower_bound"] is True


def test_importance_weighting_by_brute_force():
    values = {
        "prior": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
        "likelihood": (Fraction(1, 10), Fraction(2, 5), Fraction(9, 10)),
        "q": (Fraction(1, 5), Fraction(1, 5), Fraction(3, 5)),
        "samples": 3,
    }
    answers = solve(IMPORTANCE, values)
    weights = [Fraction(1, 4), Fraction(3, 5), Fraction(3, 10)]
    expected = sum(
        float(values["q"][a] * values["q"][b] * values["q"][c])
        * log((weights[a] + weights[b] + weights[c]) / 3)
        for a, b, c in product(range(3), repeat=3)
    )
    assert answers["bound"] == pytest.approx(expected)
    assert answers["elbo"] == pytest.approx(solve(DISCRETE, values)["elbo"])
    assert answers["log_of_sum"] == pytest.approx(expected + log(3))
    assert answers["divided_outside"] == pytest.approx((expected + log(3)) / 3)
    assert answers["elbo"] < answers["bound"] < answers["log_evidence"]
    assert answers["log_evidence"] == pytest.approx(log(0.35))
    with_prior = {**values, "q": values["prior"]}
    assert answers["prior_sampled"] == pytest.approx(solve(IMPORTANCE, with_prior)["bound"])


def test_more_samples_gain_nothing_at_the_posterior():
    values = {**TABLES, "q": (Fraction(1, 4), Fraction(3, 4)), "samples": 4}
    answers = solve(IMPORTANCE, values)
    assert answers["elbo"] == answers["bound"] == pytest.approx(log(2 / 5))
    assert verify(IMPORTANCE, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"q": (1, 0)}, "q must have positive entries"),
        ({"q": (Fraction(1, 2), Fraction(1, 3))}, "q must be probabilities that sum to 1"),
        ({"q": (1,)}, "q must have 2 entries"),
        ({"prior": (Fraction(1, 2), Fraction(1, 3))}, "prior must be probabilities"),
        ({"likelihood": (0, 1)}, "likelihood must have positive entries"),
        ({"likelihood": (1, 1, 1)}, "likelihood must have 2 entries"),
    ],
)
def test_unfit_tables_are_refused(changed, reason):
    for known in (DISCRETE, BETA, IMPORTANCE):
        with pytest.raises(SolverFailure, match=reason):
            solve(known, {**TABLES, "beta": 1, "samples": 2, **changed})


@pytest.mark.parametrize("samples", [0, Fraction(3, 2), 13, -(10**30), 10**30])
def test_unfit_sample_counts_are_refused(samples):
    with pytest.raises(SolverFailure, match="samples must be a whole number"):
        solve(IMPORTANCE, {**TABLES, "samples": samples})


def test_beta_must_be_positive():
    with pytest.raises(SolverFailure, match="beta must be positive"):
        solve(BETA, {**TABLES, "beta": 0})
