"""Evidence and ELBO of the linear-Gaussian model against hand-worked numbers and integration."""

from fractions import Fraction
from functools import cache
from math import exp, log, pi

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

EVIDENCE = find_solver("linear_gaussian_evidence.evidence")
ELBO = find_solver("linear_gaussian_evidence.elbo")
POSTERIOR = find_solver("linear_gaussian.posterior")
PLAIN = {"w": (1, -2), "b": (0, 1), "alpha": 1, "x": (2, -1)}

numbers = draw.integers(-4, 4)
models = draw.integers(1, 3).flatmap(
    cache(
        lambda d: draw.fixed_dictionaries(
            {
                "w": draw.tuples(*[numbers] * d).filter(any),
                "b": draw.tuples(*[numbers] * d),
                "x": draw.tuples(*[numbers] * d),
                "alpha": fractions(min_value=Fraction(1, 3), max_value=4, max_denominator=6),
                "m": fractions(min_value=-2, max_value=2, max_denominator=6),
                "s": fractions(min_value=Fraction(1, 6), max_value=2, max_denominator=6),
            }
        )
    )
)


def normal(x, mean, variance):
    return exp(-((x - mean) ** 2) / (2 * variance)) / (2 * pi * variance) ** 0.5


def test_evidence_by_hand():
    """Covariance ((2, −2), (−2, 5)), determinant 6, r = (2, −2): distance (5·4 − 16 + 8)/6 = 2."""
    answers = solve(EVIDENCE, PLAIN)
    assert answers["mean"] == (0, 1)
    assert answers["covariance"] == ((2, -2), (-2, 5))
    assert (answers["determinant"], answers["distance"]) == (6, 2)
    assert answers["log_evidence"] == pytest.approx(-log(2 * pi) - log(6) / 2 - 1)
    assert answers["evidence"] == pytest.approx(exp(-1) / (2 * pi * 6**0.5))
    assert answers["independent"] is False
    assert answers["covariance_without_noise"] == ((1, -2), (-2, 4))
    assert answers["covariance_diagonal"] == ((2, 0), (0, 5))
    assert answers["coordinates_multiplied"] == pytest.approx(
        log(normal(2, 0, 2) * normal(-1, 1, 5))
    )
    assert answers["prior_ignored"] == pytest.approx(log(normal(2, 0, 1) * normal(-2, 0, 1)))
    # The posterior mean is (2 + 4)/6 = 1: x is expected at (1, −1).
    assert answers["posterior_mean_plugged_in"] == pytest.approx(
        log(normal(2, 1, 1) * normal(-1, -1, 1))
    )
    assert answers["constant_forgotten"] == pytest.approx(-log(6) / 2 - 1)
    assert answers["half_forgotten"] == pytest.approx(-2 * log(2 * pi) - log(6) - 2)
    assert answers["determinant_forgotten"] == pytest.approx(-log(2 * pi) - 1)
    assert answers["determinant_not_rooted"] == pytest.approx(-log(2 * pi) - log(6) - 1)


def test_the_noise_is_squared():
    values = {**PLAIN, "alpha": 4}
    answers = solve(EVIDENCE, values)
    assert answers["covariance"] == ((17, -2), (-2, 20))
    assert answers["covariance_unsquared_noise"] == ((5, -2), (-2, 8))


@examples(12)
@given(models)
def test_integrating_z_out_gives_the_evidence_and_the_bound(values):
    answers = solve(ELBO, values)
    step, noise = 0.002, float(values["alpha"]) ** 2
    grid = [index * step for index in range(-4500, 4501)]
    likelihoods = [
        exp(
            -sum(
                (x - w * z - b) ** 2 / (2 * noise) + log(2 * pi * noise) / 2
                for w, b, x in zip(values["w"], values["b"], values["x"], strict=True)
            )
        )
        for z in grid
    ]
    weights = [normal(z, 0, 1) * step for z in grid]
    total = sum(w * fit for w, fit in zip(weights, likelihoods, strict=True))
    assert answers["log_evidence"] == pytest.approx(log(total), rel=1e-7, abs=1e-9)
    assert solve(EVIDENCE, values)["log_evidence"] == pytest.approx(answers["log_evidence"])
    assert answers["elbo"] + answers["gap"] == pytest.approx(answers["log_evidence"])
    assert answers["gap"] >= 0


@examples(10)
@given(draw.lists(models, min_size=1, max_size=4))
def test_the_routes_agree_on_drawn_models(batch):
    for known in (EVIDENCE, ELBO):
        answers = [solve(known, values) for values in batch]
        assert verify(known, batch, answers).disagreements == ()


def test_the_bound_by_hand():
    """w = 1, b = 0, alpha = 1, x = 2, q = N(0, 1): −ln(2π)/2 − (4 + 1)/2, no KL term."""
    answers = solve(ELBO, {"w": (1,), "b": (0,), "alpha": 1, "x": (2,), "m": 0, "s": 1})
    assert answers["reconstruction"] == pytest.approx(-log(2 * pi) / 2 - 5 / 2)
    assert answers["rate"] == 0
    assert answers["log_evidence"] == pytest.approx(-log(4 * pi) / 2 - 1)
    # KL(N(0, 1) ‖ N(1, 1/2)) = (2 + 2 − 1)/2 − ln(2)/2.
    assert answers["gap"] == pytest.approx(3 / 2 - log(2) / 2)
    assert answers["gap_swapped"] == pytest.approx((1 / 2 + 1 - 1) / 2 + log(2) / 2)
    assert answers["reconstruction_at_mean"] == pytest.approx(-log(2 * pi) / 2 - 2)
    # The entropy of N(0, 1) is ln(2πe)/2.
    assert answers["entropy_forgotten"] == pytest.approx(-log(2 * pi) - 3 - 0)
    assert (answers["posterior_mean"], answers["posterior_variance"]) == (1, Fraction(1, 2))


def test_the_bound_is_tight_at_the_posterior():
    """alpha² = 9/16, w = 1, so that the variance 9/25 has an exact root."""
    values = {"w": (1,), "b": (0,), "alpha": Fraction(3, 4), "x": (5,)}
    values |= {"m": Fraction(16, 5), "s": Fraction(3, 5)}
    answers = solve(ELBO, values)
    assert answers["tight"] is True
    assert answers["gap"] == pytest.approx(0, abs=1e-15)
    assert verify(ELBO, [values], [answers]).disagreements == ()
    other = solve(POSTERIOR, {name: values[name] for name in ("w", "b", "alpha")})
    assert other["posterior_variance"] == answers["posterior_variance"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"x": (1,)}, "x must have 2 entries"),
        ({"w": (0, 0)}, "w must have an entry other than 0"),
        ({"alpha": 0}, "alpha must be positive"),
        ({"b": 1}, "b must be a vector"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    for known in (EVIDENCE, ELBO):
        with pytest.raises(SolverFailure, match=reason):
            solve(known, {**PLAIN, "m": 0, "s": 1, **changed})
    with pytest.raises(SolverFailure, match="s must be positive"):
        solve(ELBO, {**PLAIN, "m": 0, "s": 0})


@pytest.mark.parametrize("known", [EVIDENCE, ELBO], ids=lambda known: known.name)
def test_every_mistake_is_proved(known):
    assert unproved_mistakes(known) == []
