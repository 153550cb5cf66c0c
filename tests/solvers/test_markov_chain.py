"""Markov chains against hand-worked numbers and SymPy's eigenvectors."""

from fractions import Fraction
from functools import cache
from math import gcd

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

CHAIN = find_solver("markov_chain.laws")
HALF = Fraction(1, 2)


def laws(size):
    return (
        draw.tuples(*[draw.integers(0, 4)] * size)
        .filter(any)
        .map(lambda counts: tuple(Fraction(count, sum(counts)) for count in counts))
    )


def transitions(size):
    return draw.tuples(*[laws(size)] * size)


def sympy_matrix(matrix):
    return sympy.Matrix([[sympy.Rational(str(entry)) for entry in row] for row in matrix])


def test_a_chain_by_hand():
    """Weather: fine stays fine with 9/10, rain with 1/2; the stationary law is (5/6, 1/6)."""
    answers = solve(CHAIN, {**CHAIN.examples[0], "steps": 2})
    assert answers["law_after_steps"] == (Fraction(43, 50), Fraction(7, 50))
    assert answers["stationary"] == (Fraction(5, 6), Fraction(1, 6))
    assert (answers["is_reversible"], answers["converges"]) == (True, True)
    assert answers["starts_stationary"] is False
    assert answers["never_moved"] == (Fraction(81, 100), 0)
    assert answers["one_step_less"] == (Fraction(9, 10), Fraction(1, 10))
    assert answers["one_step_more"] == (Fraction(422, 500), Fraction(78, 500))
    assert answers["uniform_stationary"] == (HALF, HALF)
    assert answers["column_means"] == (Fraction(7, 10), Fraction(3, 10))
    assert answers["diagonal_stationary"] == (Fraction(9, 14), Fraction(5, 14))


def test_a_cycle_keeps_the_uniform_law_without_detailed_balance_or_convergence():
    cycle = ((0, 1, 0), (0, 0, 1), (1, 0, 0))
    answers = solve(CHAIN, {"transition": cycle, "start": (1, 0, 0), "steps": 4})
    assert answers["stationary"] == (Fraction(1, 3),) * 3
    assert answers["law_after_steps"] == (0, 1, 0)
    assert (answers["is_reversible"], answers["converges"]) == (False, False)
    lazy = ((HALF, HALF, 0), (0, HALF, HALF), (HALF, 0, HALF))
    answers = solve(CHAIN, {"transition": lazy, "start": (1, 0, 0), "steps": 4})
    assert (answers["is_reversible"], answers["converges"]) == (False, True)


@examples(40)
@given(
    draw.integers(1, 4).flatmap(
        cache(lambda size: draw.tuples(transitions(size), laws(size), draw.integers(1, 6)))
    )
)
def test_the_stationary_law_is_the_left_eigenvector_of_sympy(drawn):
    values = dict(zip(("transition", "start", "steps"), drawn, strict=True))
    matrix = sympy_matrix(values["transition"])
    kernel = (matrix.T - sympy.eye(matrix.rows)).nullspace()
    if len(kernel) > 1:
        with pytest.raises(SolverFailure, match="only one stationary law"):
            solve(CHAIN, values)
        return
    answers = solve(CHAIN, values)
    stationary = kernel[0] / sum(kernel[0])
    assert stationary == sympy_matrix([answers["stationary"]]).T
    law = sympy_matrix([values["start"]]) * matrix ** values["steps"]
    assert sympy_matrix([answers["law_after_steps"]]) == law
    assert answers["starts_stationary"] == (stationary == sympy_matrix([values["start"]]).T)
    assert answers["converges"] == (period(values["transition"], answers["stationary"]) == 1)
    assert verify(CHAIN, [values], [answers]).disagreements == ()


def period(transition, stationary):
    """The greatest common divisor of the lengths of all returns to a recurrent state."""
    home = next(state for state, share in enumerate(stationary) if share)
    found, reached = 0, {home}
    for step in range(1, 60):
        reached = {j for i in reached for j, entry in enumerate(transition[i]) if entry}
        if home in reached:
            found = gcd(found, step)
    return found


@pytest.mark.parametrize(
    ("known", "changed", "reason"),
    [
        (CHAIN, {"transition": ((1, 0), (0, 1))}, "only one stationary law"),
        (CHAIN, {"transition": ((HALF, 1), (0, 1))}, r"transition\[0\] must be probabilities"),
        (CHAIN, {"transition": ((HALF, HALF),)}, "must be square"),
        (CHAIN, {"steps": 0}, "steps must be a whole number from 1 to 100"),
        (CHAIN, {"start": (1, 0, 0)}, "start must have 2 entries"),
    ],
)
def test_unfit_values_are_refused(known, changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **changed})
