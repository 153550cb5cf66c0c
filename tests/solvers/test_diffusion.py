"""Diffusion against hand-worked numbers, torch's distributions and brute force."""

from fractions import Fraction
from math import sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

SCHEDULE = find_solver("diffusion.schedule")
POSTERIOR = find_solver("diffusion.posterior")
NOISE = find_solver("diffusion_predictions.from_noise")
SAMPLE = find_solver("diffusion_predictions.from_sample")
VELOCITY = find_solver("diffusion_predictions.from_velocity")
SCORE = find_solver("diffusion_predictions.from_score")
DDPM = find_solver("diffusion_steps.ddpm")
DDIM = find_solver("diffusion_steps.ddim")
PARTLY = find_solver("diffusion_steps.partly_random")
LANGEVIN = find_solver("diffusion_steps.langevin")
GAUSSIAN = find_solver("diffusion_denoising.gaussian_prior")
POINTS = find_solver("diffusion_denoising.point_prior")
levels = fractions(min_value=Fraction(1, 50), max_value=Fraction(49, 50), max_denominator=50)
numbers = fractions(min_value=-4, max_value=4, max_denominator=5)
scales = fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)


@draw.composite
def steps(draw_one, *names):
    betas = tuple(draw_one(draw.lists(levels, min_size=1, max_size=5)))
    values = {"betas": betas, "t": draw_one(draw.integers(1, len(betas)))}
    return {**values, **{name: draw_one(numbers) for name in names}}


def several(**arguments):
    """Problems that one call of the second route proves."""
    return draw.lists(draw.fixed_dictionaries(arguments), min_size=20, max_size=20)


def agree(known, batch):
    return verify(known, batch, [solve(known, each) for each in batch]).disagreements == ()


def test_a_schedule_by_hand():
    """ᾱ_2 = 9/10 · 4/5 = 18/25."""
    answers = solve(SCHEDULE, SCHEDULE.examples[0])
    assert answers["alpha_bar"] == Fraction(18, 25)
    assert answers["variance"] == Fraction(7, 25)
    assert answers["mean"] == pytest.approx(3 * sqrt(0.72))
    assert typed(answers["mean_formula"]) == "sqrt(18/25)*x_0"
    assert typed(answers["mean_of_last_step_formula"]) == "sqrt(4/5)*x_0"
    assert typed(answers["mean_of_betas_formula"]) == "sqrt(1/50)*x_0"
    assert answers["snr"] == Fraction(18, 7)
    assert answers["variance_before"] == Fraction(1, 10)
    assert answers["deviation_before"] == pytest.approx(sqrt(0.1))
    assert answers["mostly_noise"] is False
    # The last step adds 1/5; of the first one 4/5 · 1/10 is left.
    assert answers["mostly_last_step"] is True
    assert answers["total_variance"] == Fraction(36, 25) + Fraction(7, 25)
    assert answers["grows"] is False
    assert answers["betas_multiplied"] == Fraction(1, 50)
    assert answers["betas_added"] == Fraction(7, 10)
    assert answers["mean_without_root"] == Fraction(54, 25)
    assert answers["mean_of_last_step"] == pytest.approx(3 * sqrt(0.8))
    assert answers["variances_added"] == Fraction(3, 10)
    assert answers["variances_added_before"] == Fraction(1, 10)
    assert answers["variance_of_betas"] == Fraction(49, 50)
    assert answers["variance_of_last_step"] == Fraction(1, 5)
    assert answers["snr_inverted"] == Fraction(7, 18)


def test_ties_are_neither_noise_nor_growth():
    """β = 1/2 alone, from a start of variance 1; β = (1/3, 1/4) share the noise equally."""
    answers = solve(SCHEDULE, {"betas": (Fraction(1, 2),), "t": 1, "x_0": 1})
    assert (answers["mostly_noise"], answers["grows"]) == (False, False)
    shared = {"betas": (Fraction(1, 3), Fraction(1, 4)), "t": 2, "x_0": 1}
    assert solve(SCHEDULE, shared)["mostly_last_step"] is False
    assert agree(SCHEDULE, [SCHEDULE.examples[-1]])
    assert agree(SCHEDULE, [shared])


def test_square_levels_have_exact_scales():
    answers = solve(SCHEDULE, {"betas": (Fraction(9, 25),), "t": 1, "x_0": 5})
    assert (answers["mean"], answers["deviation"]) == (4, Fraction(3, 5))
    assert typed(answers["mean_formula"]) == "4/5*x_0"


def test_a_posterior_by_hand():
    """β = (1/5, 1/2): ᾱ = 4/5, 2/5; the variance is (1/5)/(3/5) · 1/2 = 1/6."""
    values = {"betas": (Fraction(1, 5), Fraction(1, 2)), "t": 2, "x_t": 1, "x_0": 2}
    answers = solve(POSTERIOR, values)
    assert answers["variance"] == Fraction(1, 6)
    assert answers["x_0_coefficient"] == pytest.approx(sqrt(4 / 5) * (1 / 2) / (3 / 5))
    assert answers["x_t_coefficient"] == pytest.approx(sqrt(1 / 2) * (1 / 5) / (3 / 5))
    assert answers["mean"] == pytest.approx(2 * sqrt(0.8) * 5 / 6 + sqrt(0.5) / 3)
    assert answers["mean_swapped"] == pytest.approx(sqrt(0.8) * 5 / 6 + 2 * sqrt(0.5) / 3)
    assert answers["mean_without_roots"] == Fraction(4, 3) + Fraction(1, 6)
    assert answers["forward_variance"] == Fraction(1, 2)
    assert answers["marginal_variance"] == Fraction(1, 5)
    assert answers["variance_without_beta"] == Fraction(1, 3)
    point = {"x_0": 2, "x_t": 1}
    assert evaluate(answers["mean_formula"], point) == pytest.approx(answers["mean"])
    assert evaluate(answers["swapped_formula"], point) == pytest.approx(answers["mean_swapped"])


def test_the_last_step_back_is_certain():
    answers = solve(POSTERIOR, POSTERIOR.examples[2])
    assert (answers["mean"], answers["variance"], answers["deviation"]) == (-3, 0, 0)
    assert typed(answers["mean_formula"]) == "x_0"


@examples(15)
@given(steps("x_t", "x_0"))
def test_bayes_rule_on_a_grid_gives_the_posterior(values):
    """q(x_{t−1} | x_0) times q(x_t | x_{t−1}), normalised on a fine grid."""
    assert agree(POSTERIOR, [values])
    assert agree(SCHEDULE, [values])
    answers = solve(POSTERIOR, values)
    t, betas = values["t"], [float(beta) for beta in values["betas"]]
    if t == 1:
        assert float(answers["mean"]) == pytest.approx(float(values["x_0"]))
        return
    before = float(torch.tensor([1 - beta for beta in betas[: t - 1]], dtype=torch.float64).prod())
    grid = torch.linspace(-16, 16, 64001, dtype=torch.float64)
    normal = torch.distributions.Normal
    log_weights = normal(sqrt(before) * float(values["x_0"]), sqrt(1 - before)).log_prob(grid)
    log_weights += normal(sqrt(1 - betas[t - 1]) * grid, sqrt(betas[t - 1])).log_prob(
        torch.tensor(float(values["x_t"]))
    )
    weights = torch.softmax(log_weights, 0)
    mean = float((weights * grid).sum())
    variance = float((weights * (grid - mean) ** 2).sum())
    assert float(answers["mean"]) == pytest.approx(mean, rel=1e-5, abs=1e-7)
    assert float(answers["variance"]) == pytest.approx(variance, rel=1e-5)


def test_conversions_by_hand():
    """With ᾱ = 16/25 the scales are 4/5 and 3/5; x_0 = 2, ε = 1 give x_t = 11/5, v = −2/5."""
    level = {"x_t": Fraction(11, 5), "alpha_bar": Fraction(16, 25)}
    score = Fraction(-5, 3)
    by_noise = solve(NOISE, {**level, "noise": 1})
    by_sample = solve(SAMPLE, {**level, "x_0": 2})
    by_velocity = solve(VELOCITY, {**level, "velocity": Fraction(-2, 5)})
    by_score = solve(SCORE, {**level, "score": score})
    assert by_noise["sample"] == by_velocity["sample"] == by_score["sample"] == 2
    assert by_sample["noise"] == by_velocity["noise"] == 1
    assert by_sample["velocity"] == Fraction(-2, 5)
    assert by_sample["score"] == score
    assert by_noise["sample_not_rescaled"] == Fraction(8, 5)
    assert by_noise["sample_without_roots"] == Fraction(46, 16)
    assert by_noise["sample_noise_added"] == Fraction(7, 2)
    assert by_noise["sample_scales_swapped"] == Fraction(7, 3)
    assert by_sample["noise_unscaled_sample"] == Fraction(1, 3)
    assert by_sample["velocity_scales_swapped"] == Fraction(-1)
    assert by_sample["velocity_sign"] == 2
    assert by_velocity["sample_sign"] == Fraction(38, 25)
    assert by_velocity["sample_scales_swapped"] == Fraction(41, 25)
    assert by_velocity["velocity_taken_for_noise"] == Fraction(61, 20)
    assert by_score["sample_sign"] == Fraction(7, 2)
    assert by_score["sample_by_deviation"] == Fraction(3, 2)


@settings(max_examples=2)
@given(several(x_t=numbers, alpha_bar=levels, known=numbers))
def test_both_routes_of_the_conversions_agree(drawn):
    for known, name in [
        (NOISE, "noise"),
        (SAMPLE, "x_0"),
        (VELOCITY, "velocity"),
        (SCORE, "score"),
    ]:
        names = {"known": name}
        assert agree(known, [{names.get(key, key): each[key] for key in each} for each in drawn])


def test_a_ddpm_step_by_hand():
    """β = (1/4, 9/25) has ᾱ_2 = 12/25, so that √α_2 = 4/5 and √(1 − ᾱ_2) = √13 / 5."""
    values = {
        "betas": (Fraction(1, 4), Fraction(9, 25)),
        "t": 2,
        "x_t": 1,
        "predicted_noise": 2,
    }
    answers = solve(DDPM, values)
    mean = (1 - 9 / 25 * 2 / (sqrt(13) / 5)) / 0.8
    assert answers["mean"] == pytest.approx(mean)
    assert answers["mean_without_root"] == pytest.approx((1 - 9 / 25 * 2 / (13 / 25)) / 0.8)
    assert answers["mean_not_rescaled"] == pytest.approx(0.8 * mean)
    assert answers["predicted_x_0"] == pytest.approx((1 - 2 * sqrt(13) / 5) / sqrt(12 / 25))
    last = solve(DDPM, {**values, "t": 1})
    assert last["mean"] == pytest.approx(last["predicted_x_0"])


@settings(max_examples=15, deadline=None)
@given(steps("x_t", "predicted_noise"))
def test_both_routes_of_a_ddpm_step_agree(values):
    assert agree(DDPM, [values])


def test_a_ddim_step_by_hand():
    """ᾱ = 9/25 to 16/25: x̂_0 = (1 − 4/5 · 1/2) / (3/5) = 1, so 4/5 + 3/5 · 1/2 = 11/10."""
    answers = solve(DDIM, DDIM.examples[0])
    assert answers["predicted_x_0"] == 1
    assert answers["x_next"] == Fraction(11, 10)
    assert answers["old_noise_level"] == Fraction(6, 5)
    assert answers["noise_dropped"] == Fraction(4, 5)
    assert answers["x_0_unscaled"] == Fraction(13, 10)
    assert answers["without_roots"] == Fraction(16, 25) + Fraction(9, 50)
    assert answers["levels_swapped"] == Fraction(3, 5) * Fraction(7, 8) + Fraction(2, 5)
    assert answers["noise_added"] == Fraction(4, 5) * Fraction(7, 3) + Fraction(3, 10)


@settings(max_examples=2)
@given(several(alpha_bar=levels, alpha_bar_next=levels, x_t=numbers, predicted_noise=numbers))
def test_a_ddim_step_to_the_data_and_to_where_it_is(batch):
    assert agree(DDIM, batch + [{**each, "alpha_bar_next": 1} for each in batch])
    for values in batch:
        data = solve(DDIM, {**values, "alpha_bar_next": 1})
        assert data["x_next"] == data["predicted_x_0"]
        same = solve(DDIM, {**values, "alpha_bar_next": values["alpha_bar"]})
        assert float(same["x_next"]) == pytest.approx(float(values["x_t"]), abs=1e-12)


def test_a_partly_random_step_by_hand():
    """From ᾱ = 1/4 to 1/2: q has the variance 1/2 · 1/4 / (1/2 · 3/4) = 1/3, of which η² = 1/4."""
    answers = solve(PARTLY, PARTLY.examples[0])
    assert answers["added_variance"] == Fraction(1, 12)
    assert answers["kept_variance"] == Fraction(5, 12)
    assert [answers[name] for name in ("repeatable", "ancestral", "mostly_new")] == [False] * 3
    random = solve(PARTLY, {**PARTLY.examples[0], "eta": 1})
    assert (random["ancestral"], random["mostly_new"]) == (True, True)
    assert solve(PARTLY, {**PARTLY.examples[0], "eta": 0})["repeatable"] is True
    chain = {"betas": (Fraction(1, 2), Fraction(1, 2)), "t": 2, "x_t": 1, "x_0": 1}
    assert random["added_variance"] == solve(POSTERIOR, chain)["variance"]


@settings(max_examples=15, deadline=None)
@given(levels, levels, fractions(min_value=0, max_value=1, max_denominator=8))
def test_both_routes_of_a_partly_random_step_agree(level, kept, eta):
    assert agree(PARTLY, [{"alpha_bar": level * kept, "alpha_bar_next": level, "eta": eta}])


def test_a_langevin_step_by_hand():
    """At 2 the score of N(0, 4) is −1/2; with the step 1/4: 2 − 1/16 + 1/2 · 1."""
    answers = solve(LANGEVIN, LANGEVIN.examples[0])
    assert answers["score"] == Fraction(-1, 2)
    assert answers["drift"] == Fraction(-1, 16)
    assert answers["x_next"] == Fraction(39, 16)
    assert answers["score_sign"] == Fraction(41, 16)
    assert answers["no_noise"] == Fraction(31, 16)
    assert answers["noise_without_root"] == Fraction(35, 16)
    assert answers["mixed_factors"] == Fraction(19, 8)
    assert answers["score_by_sigma"] == Fraction(19, 8)


@examples(15)
@given(numbers, numbers, scales, scales, numbers)
def test_both_routes_of_langevin_and_of_tweedie_agree(x, mu, sigma, other, z):
    assert agree(LANGEVIN, [{"x": x, "mu": mu, "sigma": sigma, "step": other, "z": z}])
    assert agree(GAUSSIAN, [{"x": x, "mu": mu, "tau": other, "sigma": sigma}])
    prior = (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2))
    # With little noise Tweedie's formula is a difference that leaves nothing of a tiny estimate.
    assert agree(POINTS, [{"x": x, "points": (mu, z, 3), "prior": prior, "sigma": 1 + sigma}])


def test_tweedie_by_hand():
    """Prior N(1, 4), noise variance 1, x = 3: the score is −2/5, the estimate 13/5."""
    answers = solve(GAUSSIAN, GAUSSIAN.examples[0])
    assert answers["score"] == Fraction(-2, 5)
    assert answers["estimate"] == Fraction(13, 5)
    assert answers["variance"] == Fraction(4, 5)
    assert answers["prior_weight"] == Fraction(1, 5)
    assert answers["score_sign"] == Fraction(17, 5)
    assert answers["weights_swapped"] == Fraction(7, 5)
    assert answers["score_of_data"] == Fraction(-1, 2)
    assert answers["score_of_noise"] == -2
    assert (answers["marginal_variance"], answers["prior_variance"]) == (5, 4)


def test_two_points_give_a_hyperbolic_tangent():
    """For ±1 with equal odds, E[x_0 | x] = tanh(x / sigma²)."""
    answers = solve(POINTS, POINTS.examples[0])
    tanh = float(torch.tanh(torch.tensor(0.5 / 2.25, dtype=torch.float64)))
    assert answers["estimate"] == pytest.approx(tanh)
    assert answers["nearest_point"] == 1
    assert answers["prior_mean"] == 0
    assert answers["prior_ignored"] == pytest.approx(tanh)
    assert answers["half_forgotten"] == pytest.approx(
        float(torch.tanh(torch.tensor(1 / 2.25, dtype=torch.float64)))
    )


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (SCHEDULE, {"t": 4}, "t must be a whole number from 1 to 3"),
        (SCHEDULE, {"betas": (Fraction(1, 2), 1, 1)}, r"betas\[1\] must lie between 0 and 1"),
        (POSTERIOR, {"t": 0}, "t must be a whole number from 1"),
        (NOISE, {"alpha_bar": 1}, "alpha_bar must lie between 0 and 1"),
        (SCORE, {"score": 0.5}, "score must be an exact number"),
        (DDIM, {"alpha_bar_next": 2}, "alpha_bar_next must be at most 1"),
        (PARTLY, {"alpha_bar": Fraction(3, 4)}, "alpha_bar must be below alpha_bar_next"),
        (PARTLY, {"eta": 2}, "eta must lie from 0 to 1"),
        (SCHEDULE, {"spread": 0}, "spread must be positive"),
        (LANGEVIN, {"step": 0}, "step must be positive"),
        (GAUSSIAN, {"tau": -1}, "tau must be positive"),
        (POINTS, {"prior": (1, 0)}, "prior must have no zeros"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
