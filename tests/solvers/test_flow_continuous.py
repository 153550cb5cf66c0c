"""Continuous flows against hand-worked numbers and many small steps."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

FLOW = find_solver("flow_continuous.linear")
entries = fractions(min_value=-1, max_value=1, max_denominator=3)
rates = fractions(min_value=Fraction(1, 3), max_value=2, max_denominator=3)
times = fractions(min_value=Fraction(1, 4), max_value=1, max_denominator=4)


def test_a_triangular_field_by_hand():
    """A = ((1, 2), (0, 3)), time 1/2, two steps of 1/4: trace 4, det 3."""
    values = {"matrix": ((1, 2), (0, 3)), "time": Fraction(1, 2), "steps": 2}
    answers = solve(FLOW, values)
    assert (answers["divergence"], answers["log_det"]) == (4, 2)
    assert (answers["divergence_negated"], answers["determinant"]) == (-4, 3)
    assert (answers["log_density_change"], answers["log_det"]) == (-2, 2)
    step = log(1.25) + log(1.75)
    assert answers["one_step"] == pytest.approx(step)
    assert answers["euler_log_det"] == pytest.approx(2 * step)
    assert answers["euler_error"] == pytest.approx(2 - 2 * step)
    assert answers["error_negated"] == pytest.approx(2 * step - 2)
    assert answers["one_step_error"] == pytest.approx(2 - step)
    assert answers["single_step_error"] == pytest.approx(2 - log(1.5) - log(2.5))
    assert typed(answers["euler_formula"]) == "ln(1 + 4*h + 3*h^2)"
    assert typed(answers["divergence_formula"]) == "4*h"


@examples(15)
@given(rates, entries, entries, rates, times)
def test_many_small_steps_spread_volume_as_the_trace_says(first, upper, lower, second, time):
    if first * second - upper * lower <= 0:
        return
    values = {"matrix": ((first, upper), (lower, second)), "time": time, "steps": 5}
    answers = solve(FLOW, values)
    formula = answers["euler_formula"]
    assert 5 * evaluate(formula, {"h": float(time) / 5}) == pytest.approx(answers["euler_log_det"])
    many = 20000 * evaluate(formula, {"h": float(time) / 20000})
    assert many == pytest.approx(float(answers["log_det"]), abs=2e-3)
    assert verify(FLOW, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"matrix": ((1, 2), (2, 1))}, "positive determinant"),
        ({"matrix": ((-1, 0), (0, -1))}, "positive diagonal"),
        ({"time": 0}, "time must be positive"),
        ({"steps": Fraction(1, 2)}, "steps must be a whole number"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(FLOW, {**FLOW.examples[0], **changed})
