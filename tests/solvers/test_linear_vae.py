"""The linear VAE with fixed noise against hand-worked numbers and its own ELBO nearby."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.solvers.proved_mistakes import unproved_mistakes

COLLAPSE = find_solver("linear_vae.collapse")

sizes = fractions(min_value=Fraction(1, 4), max_value=9, max_denominator=4)
problems = draw.fixed_dictionaries(
    {"eigenvalues": draw.lists(sizes, min_size=1, max_size=4).map(tuple), "noise": sizes}
)


def test_worked_numbers():
    """Noise 3: the directions of variance 9 and 4 are used, those of 2 and 1 are not."""
    answers = solve(COLLAPSE, {"eigenvalues": (9, 4, 2, 1), "noise": 3})
    assert answers["active"] == 2
    assert answers["squared_lengths"] == (6, 1, 0, 0)
    assert answers["encoder_variances"] == (Fraction(1, 3), Fraction(3, 4), 1, 1)
    assert answers["mean_variances"] == (Fraction(2, 3), Fraction(1, 4), 0, 0)
    assert answers["rates"] == pytest.approx((log(3) / 2, log(4 / 3) / 2, 0, 0))
    assert answers["rates_in_bits"][1] == pytest.approx(log(4 / 3) / log(4))
    assert answers["rates_not_halved"] == pytest.approx((log(3), log(4 / 3), 0, 0))
    assert answers["rates_of_lengths"] == pytest.approx((log(2) / 2, log(1 / 3) / 2, 0, 0))
    assert answers["active_by_noise_deviation"] == 3
    assert answers["variances_of_the_data_fit"][0] == Fraction(1, 4)
    assert (answers["collapse_noise"], answers["first_collapse_noise"]) == (9, 1)
    assert answers["noise_without_latent"] == 4


def mean_elbo(spread, noise, length, slope, variance):
    """E over y of variance `spread` of the ELBO of N(slope y, variance), by hand."""
    misfit = (1 - length * slope) ** 2 * spread + length**2 * variance
    second = slope**2 * spread + variance
    return -(misfit / noise + log(noise) + second - 1 - log(variance)) / 2


@settings(max_examples=40, deadline=None)
@given(sizes, sizes)
def test_no_other_length_slope_or_variance_has_a_larger_elbo(spread, noise):
    answers = solve(COLLAPSE, {"eigenvalues": (spread,), "noise": noise})
    square, variance = float(answers["squared_lengths"][0]), answers["encoder_variances"][0]
    spread, noise, length, variance = float(spread), float(noise), square**0.5, float(variance)
    slope = length / (square + noise)
    best = mean_elbo(spread, noise, length, slope, variance)
    # The bound is tight: it is the log-likelihood of a Gaussian of variance square + noise.
    total = square + noise
    assert best == pytest.approx(-(spread / total + log(total)) / 2)
    for step in (-0.02, 0.02):
        assert mean_elbo(spread, noise, length, slope + step, variance) < best
        assert mean_elbo(spread, noise, length, slope, variance * (1 + step)) < best
        moved = max(square + step, 0)
        assert -(spread / (moved + noise) + log(moved + noise)) / 2 <= best + 1e-12
    second = slope**2 * spread + variance
    assert answers["rates"][0] == pytest.approx((second - 1 - log(variance)) / 2)


@settings(max_examples=2)
@given(draw.lists(problems, min_size=20, max_size=20))
def test_the_routes_agree_on_drawn_problems(batch):
    answers = [solve(COLLAPSE, values) for values in batch]
    assert verify(COLLAPSE, batch, answers).disagreements == ()


def test_a_direction_as_wide_as_the_noise_collapses():
    values = {"eigenvalues": (3, 2), "noise": 2}
    answers = solve(COLLAPSE, values)
    assert answers["active"] == 1
    assert verify(COLLAPSE, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"noise": 0}, "noise must be positive"),
        ({"eigenvalues": (2, 0)}, r"eigenvalues\[1\] must be positive"),
        ({"eigenvalues": ()}, "eigenvalues must not be empty"),
    ],
)
def test_unfit_problems_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(COLLAPSE, {"eigenvalues": (2, 1), "noise": 1, **changed})


def test_every_mistake_is_proved():
    assert unproved_mistakes(COLLAPSE) == []
