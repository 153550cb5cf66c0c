"""Steps of the Dirac-GAN against hand-worked numbers and long runs."""

from fractions import Fraction
from math import hypot, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions

DIRAC = find_solver("gan_dynamics.dirac")
steps = fractions(min_value=Fraction(1, 8), max_value=1, max_denominator=8)
penalties = fractions(min_value=0, max_value=5, max_denominator=3).filter(lambda c: c != 2)


def test_one_step_by_hand():
    """theta = 1, psi = 2, step 1/2, no penalty: (2, 3/2), and (2, 5/2) if the critic descends."""
    answers = solve(DIRAC, {"step": Fraction(1, 2), "penalty": 0})
    place = {"theta": 1, "psi": 2}
    assert evaluate(answers["free_distance_formula"], place) == 4 + 2.25
    assert evaluate(answers["both_descend_formula"], place) == 4 + 6.25
    assert evaluate(answers["step_not_squared_formula"], place) == 1.5 * 5
    assert typed(answers["unchanged_formula"]) == "theta^2 + psi^2"
    assert typed(answers["free_distance_formula"]) == "5/4*(theta^2 + psi^2)"
    assert (answers["determinant"], answers["alternating_determinant"]) == (Fraction(5, 4), 1)
    assert answers["spectral_radius"] == pytest.approx(sqrt(1.25))
    # 1.25^6 = 3.81 and 1.25^7 = 4.77; 1.25^3 = 1.95 and 1.25^4 = 2.44.
    assert (answers["steps_to_double"], answers["steps_before_doubling"]) == (7, 6)
    assert answers["steps_to_double_square"] == 4


def test_a_factor_that_is_reached_exactly():
    """With step 1 the square doubles each time: to 2 after one step and to 4 after two."""
    answers = solve(DIRAC, {"step": 1, "penalty": 0})
    assert (answers["steps_to_double"], answers["steps_to_double_square"]) == (2, 1)


def test_a_penalty_by_hand():
    """step 1/2, penalty 1: ((1, 1/2), (−1/2, 1/2)) has the determinant 3/4."""
    answers = solve(DIRAC, {"step": Fraction(1, 2), "penalty": 1})
    assert answers["determinant"] == Fraction(3, 4)
    assert answers["determinant_without_penalty"] == Fraction(5, 4)
    assert answers["alternating_determinant"] == Fraction(1, 2)
    assert answers["square_subtracted"] == Fraction(1, 4)
    assert answers["spectral_radius"] == pytest.approx(sqrt(0.75))
    assert answers["radius_without_penalty"] == pytest.approx(sqrt(1.25))
    assert answers["least_penalty"] == Fraction(1, 2)


def test_real_eigenvalues():
    """step 1, penalty 5/2: ((1, 1), (−1, −3/2)), with the eigenvalues 1/2 and −1."""
    assert solve(DIRAC, {"step": 1, "penalty": Fraction(5, 2)})["spectral_radius"] == 1


@settings(max_examples=2)
@given(draw.lists(draw.tuples(steps, penalties), min_size=12, max_size=12))
def test_many_steps_grow_as_the_spectral_radius_says(drawn):
    batch = [{"step": step, "penalty": penalty} for step, penalty in drawn]
    answers = [solve(DIRAC, values) for values in batch]
    for (step, penalty), found in zip(drawn, answers, strict=True):
        x, y, s, c = 1.0, 0.5, float(step), float(penalty)
        for _ in range(4000):
            x, y = x + s * y, y - s * (x + c * y)
            length = hypot(x, y)
            if length > 1e100 or length < 1e-100:
                assert (length > 1) == (found["spectral_radius"] > 1)
                break
    assert verify(DIRAC, batch, answers).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"step": Fraction(1, 100)}, "step must be at least 1/20"),
        ({"penalty": -1}, "penalty must not be negative"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(DIRAC, {**DIRAC.examples[0], **changed})
