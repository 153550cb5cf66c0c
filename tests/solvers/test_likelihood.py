"""Maximum likelihood with one parameter against hand-worked numbers and SymPy."""

from fractions import Fraction
from math import sqrt

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

BERNOULLI = find_solver("likelihood.bernoulli")
GEOMETRIC = find_solver("likelihood.geometric")
POISSON = find_solver("likelihood.poisson")
EXPONENTIAL = find_solver("likelihood.exponential")


def test_seven_heads_in_ten():
    answers = solve(BERNOULLI, {"successes": 7, "trials": 10})
    assert answers["estimate"] == Fraction(7, 10)
    assert answers["standard_error"] == pytest.approx(sqrt(0.021))
    assert typed(answers["log_likelihood_formula"]) == "7*ln(p) + 3*ln(1 - p)"
    assert typed(answers["score_formula"]) == "7/p - 3/(1 - p)"
    assert typed(answers["swapped_formula"]) == "3*ln(p) + 7*ln(1 - p)"
    assert typed(answers["lost_sign_score_formula"]) == "7/p + 3/(1 - p)"
    assert (answers["add_one"], answers["failures"]) == (Fraction(2, 3), Fraction(3, 10))
    assert answers["odds"] == Fraction(7, 3)
    assert answers["unrooted_error"] == Fraction(21, 1000)


def test_waiting_times_by_hand():
    answers = solve(GEOMETRIC, {"data": (3, 1, 4)})
    assert answers["estimate"] == Fraction(3, 8)
    assert answers["failures_counted"] == Fraction(3, 11)
    assert answers["mean_of_inverses"] == Fraction(19, 36)
    assert answers["failure_share"] == Fraction(5, 8)


def test_counts_by_hand():
    answers = solve(POISSON, {"data": (2, 0, 4)})
    assert answers["estimate"] == 2
    assert typed(answers["log_likelihood_formula"]) == "6*ln(lambda) - 3*lambda"
    assert typed(answers["score_formula"]) == "6/lambda - 3"
    assert typed(answers["lost_sign_score_formula"]) == "6/lambda + 3"


def test_lifetimes_by_hand():
    answers = solve(EXPONENTIAL, {"data": (2, 1, 4)})
    assert answers["estimate"] == Fraction(3, 7)
    assert (answers["mean"], answers["unbiased"]) == (Fraction(7, 3), Fraction(2, 7))
    assert answers["mean_of_inverses"] == Fraction(7, 12)
    assert answers["inverse_total"] == Fraction(1, 7)


@pytest.mark.parametrize("known", [BERNOULLI, POISSON])
def test_sympy_finds_the_same_root_of_the_derivative(known):
    for values in known.examples:
        answers = solve(known, values)
        name = "p" if known is BERNOULLI else "lambda"
        x = sympy.Symbol("x", positive=True)
        text = typed(answers["log_likelihood_formula"]).replace("lambda", "x").replace("p", "x")
        log_likelihood = sympy.sympify(text, locals={"x": x, "ln": sympy.log})
        (root,) = sympy.solve(sympy.diff(log_likelihood, x), x)
        assert sympy.Rational(str(answers["estimate"])) == sympy.nsimplify(root)
        at = {name: Fraction(1, 3)}
        slope = sympy.diff(log_likelihood, x).subs(x, sympy.Rational(1, 3))
        assert evaluate(answers["score_formula"], at) == pytest.approx(float(slope))


counts = draw.integers(0, 20)


@examples(8)
@given(draw.lists(draw.tuples(counts, counts, counts), min_size=1, max_size=10))
def test_both_routes_agree_on_drawn_data(batch):
    for known, rows in [
        (BERNOULLI, [{"successes": a + 1, "trials": a + b + 2} for a, b, _ in batch]),
        (GEOMETRIC, [{"data": (a + 1, b + 1, c + 2)} for a, b, c in batch]),
        (POISSON, [{"data": (a, b, c + 1)} for a, b, c in batch]),
        (EXPONENTIAL, [{"data": tuple(Fraction(x + 1, 4) for x in row)} for row in batch]),
    ]:
        found = verify(known, rows, [solve(known, values) for values in rows])
        assert found.disagreements == (), known.name
        assert found.compared == len(rows) * len(known.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (BERNOULLI, {"successes": 0, "trials": 5}, "successes must be a whole number from 1 to 4"),
        (BERNOULLI, {"successes": 5, "trials": 5}, "successes must be a whole number"),
        (GEOMETRIC, {"data": (1, 1)}, "data must have an entry above 1"),
        (GEOMETRIC, {"data": (0, 2)}, r"data\[0\] must be a whole number from 1"),
        (POISSON, {"data": (0, 0)}, "data must have an entry above 0"),
        (POISSON, {"data": (Fraction(1, 2),)}, r"data\[0\] must be a whole number"),
        (EXPONENTIAL, {"data": (1, 0)}, r"data\[1\] must be positive"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
