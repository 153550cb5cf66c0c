"""The Bernoulli prior term against hand-worked numbers and SymPy as a third witness."""

from fractions import Fraction
from math import log

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

KL = find_solver("bernoulli.kl")
BEST_PRIOR = find_solver("bernoulli.best_prior")
shares = draw.fractions(
    min_value=Fraction(1, 1000), max_value=Fraction(999, 1000), max_denominator=1000
)
E, ALPHA = sympy.symbols("e alpha", positive=True)
BOTH = E * sympy.log(E / ALPHA) + (1 - E) * sympy.log((1 - E) / (1 - ALPHA))


def test_worked_numbers():
    answers = solve(KL, {"e": Fraction(3, 4), "alpha": Fraction(1, 2)})
    assert answers["kl"] == pytest.approx(0.75 * log(1.5) + 0.25 * log(0.5))
    assert answers["kl_swapped"] == pytest.approx(0.5 * log(2 / 3) + 0.5 * log(2))
    assert answers["kl_in_bits"] == pytest.approx(1 - 0.8112781244591328)
    assert answers["first_term"] == pytest.approx(0.75 * log(1.5))
    assert typed(answers["kl_in_both"]) == ("e*ln(e/alpha) + (1 - e)*ln((1 - e)/(1 - alpha))")
    assert typed(answers["derivative_in_alpha"]) == "(alpha - e)/(alpha*(1 - alpha))"


def test_the_mistaken_formulas_give_the_mistaken_numbers():
    values = {"e": Fraction(2, 7), "alpha": Fraction(3, 5)}
    answers = solve(KL, values)
    point = {name: float(value) for name, value in values.items()}
    for formula, number in [
        ("kl_formula", answers["kl"]),
        ("kl_in_both", answers["kl"]),
        ("swapped_formula", answers["kl_swapped"]),
        ("swapped_in_both", answers["kl_swapped"]),
        ("first_term_formula", answers["first_term"]),
        ("first_term_in_both", answers["first_term"]),
        ("negative_entropy_formula", 2 / 7 * log(2 / 7) + 5 / 7 * log(5 / 7)),
        ("negated_formula", -answers["kl"]),
        ("negated_in_both", -answers["kl"]),
        ("derivative_in_e", log(2 / 7 * 2 / 5 / (3 / 5 * 5 / 7))),
        ("derivative_in_alpha", -2 / 7 / (3 / 5) + 5 / 7 / (2 / 5)),
        ("lost_sign_in_alpha", 2 / 7 / (3 / 5) + 5 / 7 / (2 / 5)),
    ]:
        assert evaluate(answers[formula], point) == pytest.approx(number), formula


@examples(20)
@given(shares, shares)
def test_sympy_differentiates_to_the_same_slopes(e, alpha):
    answers = solve(KL, {"e": e, "alpha": alpha})
    at = {E: sympy.Rational(str(e)), ALPHA: sympy.Rational(str(alpha))}
    point = {"e": float(e), "alpha": float(alpha)}
    assert answers["kl"] == pytest.approx(float(BOTH.subs(at).evalf(30)), rel=1e-9, abs=1e-14)
    for symbol, name in ((E, "derivative_in_e"), (ALPHA, "derivative_in_alpha")):
        slope = float(sympy.diff(BOTH, symbol).subs(at).evalf(30))
        assert evaluate(answers[name], point) == pytest.approx(slope, rel=1e-9, abs=1e-12)


@examples(15)
@given(draw.lists(draw.fixed_dictionaries({"e": shares, "alpha": shares}), min_size=1))
def test_both_routes_of_the_divergence_agree(batch):
    assert verify(KL, batch, [solve(KL, values) for values in batch]).disagreements == ()


@examples(15)
@given(draw.lists(draw.lists(shares, min_size=1, max_size=6).map(tuple), min_size=1))
def test_both_routes_of_the_best_prior_agree(outputs):
    batch = [{"e": e} for e in outputs]
    answers = [solve(BEST_PRIOR, values) for values in batch]
    assert verify(BEST_PRIOR, batch, answers).disagreements == ()


def test_the_best_prior_is_best_and_the_mistakes_are_worse():
    e = (Fraction(1, 10), Fraction(7, 10), Fraction(4, 5))
    answers = solve(BEST_PRIOR, {"e": e})
    assert answers["best_prior"] == Fraction(8, 15)
    assert answers["summed_outputs"] == Fraction(8, 5)
    assert answers["thresholded_prior"] == Fraction(2, 3)

    def average(alpha, first="kl"):
        return sum(solve(KL, {"e": each, "alpha": alpha})[first] for each in e) / len(e)

    assert answers["smallest_average_kl"] == pytest.approx(average(Fraction(8, 15)))
    swapped = Fraction(answers["mean_log_odds_prior"])
    assert average(swapped) > answers["smallest_average_kl"]
    for step in (Fraction(-1, 100), Fraction(1, 100)):
        assert average(Fraction(8, 15) + step) > answers["smallest_average_kl"]
        assert average(swapped + step, "kl_swapped") > average(swapped, "kl_swapped")


@pytest.mark.parametrize("share", [0, 1, Fraction(-1, 2), 2])
def test_shares_outside_the_open_interval_are_refused(share):
    with pytest.raises(SolverFailure, match="e must lie between 0 and 1"):
        solve(KL, {"e": share, "alpha": Fraction(1, 2)})
    with pytest.raises(SolverFailure, match="alpha must lie between 0 and 1"):
        solve(KL, {"e": Fraction(1, 2), "alpha": share})
    with pytest.raises(SolverFailure, match=r"e\[1\] must lie between 0 and 1"):
        solve(BEST_PRIOR, {"e": (Fraction(1, 2), share)})


@pytest.mark.parametrize("known", [KL, BEST_PRIOR], ids=lambda known: known.name)
def test_every_mistake_is_proved(known):
    assert unproved_mistakes(known) == []
