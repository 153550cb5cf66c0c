"""Passes of a masked autoregressive flow."""

from fractions import Fraction

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

PASSES = find_solver("flow_autoregressive.passes")


def test_the_routes_agree_on_several_sizes_at_once():
    batch = [{"d": d} for d in (2, 3, 17, 40)]
    answers = [solve(PASSES, values) for values in batch]
    assert [each["drawing_passes"] for each in answers] == [2, 3, 17, 40]
    assert verify(PASSES, batch, answers).disagreements == ()


def test_unfit_values_are_refused():
    with pytest.raises(SolverFailure, match="d must be a whole number"):
        solve(PASSES, {"d": Fraction(1, 2)})
