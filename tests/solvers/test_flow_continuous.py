"""Continuous flows against hand-worked numbers and many small steps."""

from fractions import Fraction
from math import cos, exp, log, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

FLOW = find_solver("flow_continuous.linear")
entries = draw.fractions(min_value=-1, max_value=1, max_denominator=3)
rates = draw.fractions(min_value=Fraction(1, 3), max_value=2, max_denominator=3)
times = draw.fractions(min_value=Fraction(1, 4), max_value=1, max_denominator=4)


def test_a_triangular_field_by_hand():
    """A = ((1, 2), (0, 3)), time 1/2, two steps of 1/4: trace 4, det 3."""
    values = {"matrix": ((1, 2), (0, 3)), "z": (1, 0), "time": Fraction(1, 2), "steps": 2}
    answers = solve(FLOW, values)
    assert (answers["divergence"], answers["log_det"]) == (4, 2)
    assert answers["log_density_change"] == -2
    assert answers["output"] == pytest.approx((exp(0.5), 0))
    assert answers["log_density"] == pytest.approx(-1 / 2 - log(2 * pi) - 2)
    step = log(1.25) + log(1.75)
    assert answers["euler_log_det"] == pytest.approx(2 * step)
    assert answers["euler_error"] == pytest.approx(2 - 2 * step)
    assert answers["one_step_only"] == pytest.approx(step)
    assert answers["single_step"] == pytest.approx(log(1.5) + log(2.5))
    assert answers["determinant_for_trace"] == Fraction(3, 2)
    assert typed(answers["euler_formula"]) == "ln(1 + 4*h + 3*h^2)"
    assert typed(answers["divergence_formula"]) == "4*h"


def test_a_field_that_turns():
    """A = ((1, −2), (2, 1)) stretches by e^t and turns by the angle 2t."""
    values = {"matrix": ((1, -2), (2, 1)), "z": (1, 0), "time": 1, "steps": 1}
    answers = solve(FLOW, values)
    assert answers["output"] == pytest.approx((exp(1) * cos(2), exp(1) * sin(2)))
    assert answers["log_det"] == 2


@settings(max_examples=15, deadline=None)
@given(rates, entries, entries, rates, times)
def test_many_small_steps_come_near(first, upper, lower, second, time):
    if first * second - upper * lower <= 0:
        return
    values = {"matrix": ((first, upper), (lower, second)), "z": (1, -1), "time": time, "steps": 5}
    answers = solve(FLOW, values)
    x, y, count = 1.0, -1.0, 20000
    h = float(time) / count
    for _ in range(count):
        x, y = (
            x + h * (float(first) * x + float(upper) * y),
            y + h * (float(lower) * x + float(second) * y),
        )
    assert answers["output"] == pytest.approx((x, y), rel=2e-3, abs=2e-3)
    formula = evaluate(answers["euler_formula"], {"h": float(time) / 5})
    assert 5 * formula == pytest.approx(answers["euler_log_det"])
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
