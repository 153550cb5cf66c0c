"""The Gaussian chain against hand-worked numbers, and regression on both neighbours."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given

from qgen.document.formula import typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

CHAIN = find_solver("autoregressive_gaussian.chain")
slopes = fractions(min_value=-3, max_value=3, max_denominator=4).filter(bool)
variances = fractions(min_value=Fraction(1, 4), max_value=9, max_denominator=4)


def test_a_chain_by_hand():
    """a = 1/2, v = 4, s = 3, r = 5: Var(x_2) = 1 + 3, Var(x_3) = 1 + 5."""
    answers = solve(CHAIN, CHAIN.examples[0])
    assert typed(answers["last_variance_formula"]) == "4*a^4 + 3*a^2 + 5"
    # The precision is 1/3 + 1/20 = 23/60; the pulls are 1/6 and 1/10.
    assert answers["gap_variance"] == Fraction(60, 23)
    assert typed(answers["gap_mean_formula"]) == "10/23*x_1 + 6/23*x_3"
    assert typed(answers["gap_variances_swapped_formula"]) == "6/17*x_1 + 10/17*x_3"
    assert typed(answers["gap_from_past_formula"]) == "1/2*x_1"
    assert typed(answers["gap_from_future_formula"]) == "2*x_3"
    assert typed(answers["gap_from_both_ends_formula"]) == "1/4*x_1 + x_3"
    assert typed(answers["noise_unscaled_formula"]) == "4*a^4 + 8"
    assert typed(answers["not_squared_formula"]) == "4*a^2 + 3*a + 5"
    assert typed(answers["one_step_formula"]) == "4*a^2 + 3"
    assert typed(answers["noise_once_formula"]) == "4*a^4 + 5"
    assert typed(answers["forecast_only_formula"]) == "3*a^2 + 5"


@examples(15)
@given(slopes, variances, variances, variances)
def test_both_routes_agree(a, start, first, second):
    values = {"a": a, "start_variance": start, "noise_variances": (first, second)}
    answers = solve(CHAIN, values)
    assert verify(CHAIN, [values], [answers]).disagreements == ()
    assert answers["gap_variance"] < first


def test_regression_on_samples_finds_the_gap():
    generator = torch.Generator().manual_seed(3)
    noise = torch.randn(3, 200_000, generator=generator, dtype=torch.float64)
    first = 2 * noise[0]
    middle = first / 2 + 3**0.5 * noise[1]
    last = middle / 2 + 5**0.5 * noise[2]
    ends = torch.stack((first, last), dim=1)
    weights = torch.linalg.lstsq(ends, middle[:, None]).solution[:, 0]
    assert weights.tolist() == pytest.approx([10 / 23, 6 / 23], abs=0.01)
    assert float((middle - ends @ weights).var()) == pytest.approx(60 / 23, rel=0.02)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"a": 0}, "a must not be 0"),
        ({"start_variance": 0}, "start_variance must be positive"),
        ({"noise_variances": (1, -1)}, "a noise variance must be positive"),
        ({"noise_variances": (1,)}, "noise_variances must have 2 entries"),
    ],
)
def test_unfit_values_are_refused(change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(CHAIN, {**CHAIN.examples[0], **change})
