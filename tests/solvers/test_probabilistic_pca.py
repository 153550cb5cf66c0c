"""Probabilistic PCA against hand-worked fits and against the likelihood nearby."""

from fractions import Fraction
from math import log, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

FIT = find_solver("probabilistic_pca.maximum_likelihood")
HELD_OUT = find_solver("probabilistic_pca.held_out")


def test_a_fit_by_hand():
    """Eigenvalues 5, 3, 1, 0.5, q = 2: sigma² = 3/4, squared lengths 17/4 and 9/4."""
    answers = solve(FIT, {"eigenvalues": (5, 3, 1, Fraction(1, 2)), "latent": 2})
    assert answers["noise_variance"] == Fraction(3, 4)
    assert answers["squared_lengths"] == (Fraction(17, 4), Fraction(9, 4))
    assert answers["explained_share"] == Fraction(16, 19)
    assert answers["shrinkage"] == (Fraction(17, 20), Fraction(3, 4))
    assert answers["determinant"] == 15 * Fraction(9, 16)
    assert answers["sample_determinant"] == Fraction(15, 2)
    assert answers["noise_summed"] == Fraction(3, 2)
    assert answers["noise_over_all_dimensions"] == Fraction(3, 8)
    assert answers["noise_mean_of_all"] == Fraction(19, 8)
    assert answers["explained_share_lost"] == Fraction(3, 19)
    assert answers["shrinkage_lost"] == (Fraction(3, 20), Fraction(1, 4))
    assert answers["smallest_subtracted"] == (Fraction(9, 2), Fraction(5, 2))


def test_the_fit_has_the_largest_log_likelihood():
    values = {"eigenvalues": (5, 3, 1, Fraction(1, 2)), "latent": 2}
    answers = solve(FIT, values)

    def mean_log_likelihood(noise, lengths):
        variances = [length**2 + noise for length in lengths] + [noise] * 2
        return (
            -sum(
                log(2 * pi * variance) + float(each) / variance
                for each, variance in zip(values["eigenvalues"], variances, strict=True)
            )
            / 2
        )

    noise = float(answers["noise_variance"])
    lengths = [sqrt(square) for square in answers["squared_lengths"]]
    best = mean_log_likelihood(noise, lengths)
    held_out = solve(HELD_OUT, {**values, "held_out": values["eigenvalues"]})
    assert held_out["log_likelihood_in_training"] == pytest.approx(best)
    for step in (-1e-3, 1e-3):
        assert mean_log_likelihood(noise + step, lengths) < best
        assert mean_log_likelihood(noise, [lengths[0] + step, lengths[1]]) < best
        assert mean_log_likelihood(noise, [lengths[0], lengths[1] + step]) < best


def test_the_shrinkage_is_that_of_the_posterior_mean():
    """(WᵀW + sigma² I)⁻¹ Wᵀ x for x along the first direction, as z times the length of W."""
    answers = solve(FIT, {"eigenvalues": (4, 2, 1), "latent": 1})
    square, noise = answers["squared_lengths"][0], answers["noise_variance"]
    assert answers["shrinkage"][0] == square / (square + noise)


@examples(20)
@given(draw.lists(draw.integers(1, 60), min_size=2, max_size=5, unique=True), draw.integers(1, 4))
def test_the_routes_agree_on_drawn_eigenvalues(eigenvalues, latent):
    ordered = tuple(Fraction(each, 4) for each in sorted(eigenvalues, reverse=True))
    values = {"eigenvalues": ordered, "latent": min(latent, len(ordered) - 1)}
    assert verify(FIT, [values], [solve(FIT, values)]).disagreements == ()


def test_held_out_data_by_hand():
    """Eigenvalues 4, 2, 1 with q = 1: sigma² = 3/2, C has 4, 3/2, 3/2. T has 2, 3, 3."""
    values = {"eigenvalues": (4, 2, 1), "latent": 1, "held_out": (2, 3, 3)}
    answers = solve(HELD_OUT, values)
    assert answers["held_out_distance"] == Fraction(1, 2) + 2 + 2
    assert answers["distance_in_training"] == 3
    assert answers["distance_by_sample"] == Fraction(1, 2) + Fraction(3, 2) + 3
    assert answers["distance_by_noise"] == Fraction(16, 3)
    constant = 3 * log(2 * pi) + log(9)
    assert answers["held_out_log_likelihood"] == pytest.approx(-(constant + 4.5) / 2)
    assert answers["log_likelihood_in_training"] == pytest.approx(-(constant + 3) / 2)
    assert answers["likelihood_lost"] == Fraction(3, 4)
    assert answers["trace_forgotten"] == pytest.approx(-constant / 2)


@examples(10)
@given(draw.lists(draw.integers(1, 60), min_size=3, max_size=5, unique=True), draw.integers(1, 4))
def test_the_routes_agree_on_drawn_held_out_data(eigenvalues, latent):
    ordered = tuple(Fraction(each, 4) for each in sorted(eigenvalues, reverse=True))
    values = {
        "eigenvalues": ordered,
        "latent": min(latent, len(ordered) - 1),
        "held_out": tuple(reversed(ordered)),
    }
    assert verify(HELD_OUT, [values], [solve(HELD_OUT, values)]).disagreements == ()


@pytest.mark.parametrize("known", [FIT, HELD_OUT], ids=lambda known: known.name)
def test_every_mistake_is_proved(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (FIT, {"eigenvalues": (1, 2), "latent": 1}, "the largest first"),
        (FIT, {"eigenvalues": (2, 0), "latent": 1}, "eigenvalues must be positive"),
        (FIT, {"eigenvalues": (2, 1), "latent": 2}, "latent must be a whole number from 1 to 1"),
        (FIT, {"eigenvalues": (2, 1, 1), "latent": 2}, "must exceed the smallest"),
        (FIT, {"eigenvalues": (2,), "latent": 1}, "must be at least two"),
        (HELD_OUT, {"eigenvalues": (2, 1), "latent": 1, "held_out": (1,)}, "must have 2 entries"),
        (HELD_OUT, {"eigenvalues": (2, 1), "latent": 1, "held_out": (1, 0)}, "must be positive"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)


def test_models_of_several_sizes_may_stand_in_one_batch():
    values = {"eigenvalues": (5, 3, 2, 1), "held_out": (4, 3, 2, 2)}
    batch = [{**values, "latent": latent} for latent in (1, 3, 2, 1)]
    answers = [solve(HELD_OUT, each) for each in batch]
    assert verify(HELD_OUT, batch, answers).disagreements == ()
