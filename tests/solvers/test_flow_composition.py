"""Stacks of affine layers against hand-worked numbers."""

from fractions import Fraction
from math import log, pi

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

COMPOSITION = find_solver("flow_composition.affine")
BASE = log(2 * pi) / 2
numbers = fractions(min_value=-4, max_value=4, max_denominator=6)


def test_a_composition_by_hand():
    """2z + 1, then −3t + 4, at z = 1/2: 2, then −2."""
    answers = solve(COMPOSITION, {"slopes": (2, -3), "shifts": (1, 4), "z": Fraction(1, 2)})
    assert answers["outputs"] == (2, -2)
    assert (answers["slope"], answers["shift"]) == (-6, 1)
    assert answers["log_det"] == pytest.approx(log(6))
    assert answers["log_density"] == pytest.approx(-1 / 8 - BASE - log(6))
    # −3/2 + 4 = 5/2, then 2 · 5/2 + 1.
    assert answers["reversed_order"] == 6
    assert answers["shifts_added"] == 2
    assert answers["log_dets_multiplied"] == pytest.approx(log(2) * log(3))
    assert answers["last_log_det"] == pytest.approx(log(3))
    assert typed(answers["z_formula"]) == "(x - 1)/(-6)"
    # (x − 1)/2 first, then (… − 4)/(−3): (x − 9)/(−6).
    assert typed(answers["inverse_order_kept_formula"]) == "(x - 9)/(-6)"


@examples(15)
@given(draw.lists(draw.tuples(numbers.filter(bool), numbers), min_size=1, max_size=4), numbers)
def test_the_inverse_of_a_composition_gives_z_again(layers, z):
    slopes, shifts = map(tuple, zip(*layers, strict=True))
    values = {"slopes": slopes, "shifts": shifts, "z": z}
    answers = solve(COMPOSITION, values)
    again = evaluate(answers["z_formula"], {"x": float(answers["output"])})
    assert again == pytest.approx(float(z), abs=1e-6)
    assert verify(COMPOSITION, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"slopes": (1, 0), "shifts": (0, 0), "z": 0}, "slopes must not be 0"),
        ({"slopes": (1,), "shifts": (0, 0), "z": 0}, "shifts must have 1 entries"),
    ],
)
def test_unfit_values_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(COMPOSITION, values)
