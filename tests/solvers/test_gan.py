"""Discriminators of tables and generator losses against hand-worked numbers and brute force."""

from fractions import Fraction
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

TABLES = find_solver("gan.discriminator")
LOSS = find_solver("gan.generator_loss")


def test_tables_by_hand():
    """p = (3/4, 1/4), q = (1/4, 3/4): D* = (3/4, 1/4), V = 2 (3/4 ln 3/4 + 1/4 ln 1/4)."""
    values = {
        "p_data": (Fraction(3, 4), Fraction(1, 4)),
        "p_model": (Fraction(1, 4), Fraction(3, 4)),
    }
    answers = solve(TABLES, values)
    value = 1.5 * log(0.75) + 0.5 * log(0.25)
    assert answers["best_discriminator"] == (Fraction(3, 4), Fraction(1, 4))
    assert answers["value"] == pytest.approx(value)
    assert answers["jensen_shannon"] == pytest.approx((value + log(4)) / 2)
    assert answers["difference"] == (Fraction(3, 4), Fraction(1, 4))
    assert answers["factor_forgotten"] == pytest.approx((value + log(4)) / 2 - log(4))
    assert answers["cross_entropy"] == pytest.approx(-value / 2)


def test_equal_laws_and_disjoint_ones():
    law = (Fraction(1, 3), Fraction(2, 3))
    equal = solve(TABLES, {"p_data": law, "p_model": law})
    assert equal["best_discriminator"] == (Fraction(1, 2), Fraction(1, 2))
    assert equal["value"] == pytest.approx(-log(4))
    assert (equal["jensen_shannon"], equal["generator_is_best"]) == (0, True)
    apart = solve(TABLES, {"p_data": (1, 0), "p_model": (0, 1)})
    assert apart["best_discriminator"] == (1, 0)
    assert (apart["value"], apart["disjoint"]) == (0, True)
    assert apart["jensen_shannon"] == pytest.approx(log(2))


@examples(20)
@given(draw.lists(draw.tuples(draw.integers(0, 9), draw.integers(0, 9)), min_size=1, max_size=4))
def test_no_other_discriminator_wins_more(rows):
    rows = [*(row for row in rows if any(row)), (1, 2)]
    data, model = (tuple(Fraction(v, sum(c)) for v in c) for c in zip(*rows, strict=True))
    answers = solve(TABLES, {"p_data": data, "p_model": model})

    def payoff(outputs):
        return sum(
            (p * log(d) if p else 0) + (q * log(1 - d) if q else 0)
            for p, q, d in zip(data, model, outputs, strict=True)
        )

    best = answers["best_discriminator"]
    assert payoff(best) == pytest.approx(answers["value"], abs=1e-12)
    for index, output in enumerate(best):
        for other in (float(output) * 0.99 + 0.001, float(output) * 0.99 + 0.009):
            changed = [*best[:index], other, *best[index + 1 :]]
            assert payoff(changed) <= answers["value"] + 1e-9
    assert answers["value"] == pytest.approx(2 * answers["jensen_shannon"] - log(4))
    values = {"p_data": data, "p_model": model}
    assert verify(TABLES, [values], [answers]).disagreements == ()


def test_losses_by_hand():
    """d = 1/10: the saturating slope is −1/10, the non-saturating one −9/10."""
    answers = solve(LOSS, {"d": Fraction(1, 10)})
    assert answers["saturating_slope"] == Fraction(-1, 10)
    assert answers["non_saturating_slope"] == Fraction(-9, 10)
    assert answers["slope_ratio"] == 9
    assert answers["saturating_slope_in_d"] == Fraction(-10, 9)
    assert answers["saturating_sign_lost"] == Fraction(1, 10)
    assert (answers["ratio_turned_over"], answers["ratio_to_one"]) == (Fraction(1, 9), 10)
    assert answers["non_saturating_is_steeper"] is True
    assert solve(LOSS, {"d": Fraction(1, 2)})["non_saturating_is_steeper"] is False


@examples(15)
@given(draw.fractions(min_value=Fraction(1, 1000), max_value=Fraction(999, 1000)))
def test_slopes_by_finite_differences(d):
    answers = solve(LOSS, {"d": d})
    a, step = log(d / (1 - d)), 1e-5
    for name, loss in (
        ("saturating", lambda a: -log(1 + exp(a))),
        ("non_saturating", lambda a: log(1 + exp(-a))),
    ):
        slope = float(answers[f"{name}_slope"])
        assert (loss(a + step) - loss(a - step)) / (2 * step) == pytest.approx(slope, abs=1e-8)
        written = evaluate(answers[f"{name}_slope_formula"], {"a": a})
        assert written == pytest.approx(slope, abs=1e-12)
    assert verify(LOSS, [{"d": d}], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (TABLES, {"p_data": (1, 0), "p_model": (1, 0)}, "must not both be 0"),
        (TABLES, {"p_data": (1, 1), "p_model": (1, 0)}, "p_data must be probabilities"),
        (TABLES, {"p_data": (1,), "p_model": (1, 0)}, "p_model must have 1 entries"),
        (LOSS, {"d": 1}, "d must lie between 0 and 1"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
