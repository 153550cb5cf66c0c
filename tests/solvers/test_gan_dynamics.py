"""Steps of the Dirac-GAN against hand-worked numbers and long runs."""

from fractions import Fraction
from math import hypot, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

DIRAC = find_solver("gan_dynamics.dirac")
numbers = draw.fractions(min_value=-2, max_value=2, max_denominator=4)
steps = draw.fractions(min_value=Fraction(1, 8), max_value=1, max_denominator=8)
penalties = draw.fractions(min_value=0, max_value=5, max_denominator=3).filter(lambda c: c != 2)


def test_one_step_by_hand():
    """theta = 1, psi = 2, step 1/2, no penalty: (1 + 1, 2 − 1/2), and 2 − 1 if alternating."""
    answers = solve(DIRAC, {"theta": 1, "psi": 2, "step": Fraction(1, 2), "penalty": 0})
    assert (answers["next_theta"], answers["next_psi"]) == (2, Fraction(3, 2))
    assert answers["alternating_psi"] == 1
    assert answers["squared_distance"] == Fraction(25, 4)
    assert (answers["determinant"], answers["alternating_determinant"]) == (Fraction(5, 4), 1)
    assert answers["spectral_radius"] == pytest.approx(sqrt(1.25))
    assert answers["converges"] is False
    assert (answers["critic_descends_psi"], answers["generator_ascends_theta"]) == (2.5, 0)
    assert typed(answers["unchanged_formula"]) == "theta^2 + psi^2"
    assert typed(answers["free_distance_formula"]) == "5/4*(theta^2 + psi^2)"
    assert evaluate(answers["both_descend_formula"], {"theta": 1, "psi": 2}) == 4 + 6.25


def test_a_penalty_by_hand():
    """step 1/2, penalty 1: ((1, 1/2), (−1/2, 1/2)) has the determinant 3/4."""
    answers = solve(DIRAC, {"theta": 1, "psi": 2, "step": Fraction(1, 2), "penalty": 1})
    assert (answers["next_theta"], answers["next_psi"]) == (2, Fraction(1, 2))
    assert answers["determinant"] == Fraction(3, 4)
    assert answers["spectral_radius"] == pytest.approx(sqrt(0.75))
    assert answers["converges"] is True
    assert answers["radius_without_penalty"] == pytest.approx(sqrt(1.25))
    assert answers["alternating_radius"] == pytest.approx(sqrt(0.5))


def test_real_eigenvalues():
    """step 1, penalty 5/2: ((1, 1), (−1, −3/2)), with the eigenvalues 1/2 and −1."""
    answers = solve(DIRAC, {"theta": 1, "psi": 0, "step": 1, "penalty": Fraction(5, 2)})
    assert answers["spectral_radius"] == 1
    assert answers["converges"] is False


@settings(max_examples=15, deadline=None)
@given(numbers, numbers, steps, penalties)
def test_many_steps_grow_as_the_spectral_radius_says(theta, psi, step, penalty):
    if not theta and not psi:
        return
    values = {"theta": theta, "psi": psi, "step": step, "penalty": penalty}
    answers = solve(DIRAC, values)
    place = {"theta": float(theta), "psi": float(psi)}
    formula = evaluate(answers["free_distance_formula"], place)
    free = solve(DIRAC, {**values, "penalty": 0})
    assert formula == pytest.approx(float(free["squared_distance"]))
    x, y, s, c = float(theta), float(psi), float(step), float(penalty)
    count = 4000
    grown = 0.0
    for _ in range(count):
        x, y = x + s * y, y - s * (x + c * y)
        length = hypot(x, y)
        if length > 1e100 or length < 1e-100:
            break
        grown += 1
    if answers["converges"] and grown < count:
        assert length < 1e-99
    if length > 1e100:
        assert answers["spectral_radius"] > 1
    assert verify(DIRAC, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"step": 0}, "step must be positive"),
        ({"penalty": -1}, "penalty must not be negative"),
        ({"theta": 0, "psi": 0}, "must not both be 0"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(DIRAC, {**DIRAC.examples[0], **changed})
