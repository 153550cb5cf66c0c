"""One step of the samplers: DDPM, DDIM and Langevin dynamics, on a scalar."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.diffusion import alpha_bars, last_betas, reverse_step, walk
from qgen.solvers.diffusion_schedules import integrate
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "diffusion_steps.ddpm",
    results={
        "mean": "mean of p(x_{t−1} | x_t)",
        "predicted_x_0": "the x_0 that the predicted noise stands for",
    },
    mistakes={
        "mean_not_rescaled": "Forgets to divide by √α_t",
        "mean_noise_added": "Adds the predicted noise in place of taking it away",
        "mean_all_noise_removed": "(x_t − √(1 − ᾱ_t) ε) / √α_t: takes all the noise away at once",
        "mean_by_alpha_bar": "Divides by √ᾱ_t, not by √α_t",
        "mean_without_root": "β_t / (1 − ᾱ_t) before the noise: forgets the square root",
    },
    examples=(
        {
            "betas": (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2)),
            "t": 3,
            "x_t": 1,
            "predicted_noise": Fraction(-1, 2),
        },
        {
            "betas": (Fraction(19, 100), Fraction(9, 25)),
            "t": 2,
            "x_t": 2,
            "predicted_noise": 1,
        },
        {
            "betas": (Fraction(1, 4), Fraction(1, 3)),
            "t": 1,
            "x_t": 2,
            "predicted_noise": Fraction(3, 4),
        },
    ),
)
def ddpm(betas: Vector, t: Scalar, x_t: Scalar, predicted_noise: Scalar) -> SolverResults:
    """The mean (x_t − β_t/√(1 − ᾱ_t) ε) / √α_t of a DDPM sampler's step.

    It is the mean of q(x_{t−1} | x_t, x_0) at the x_0 that ε stands for. Source: Ho, Jain and
    Abbeel, Denoising diffusion probabilistic models (2020), equation 11 and algorithm 2. Raises
    ValueError for betas not between 0 and 1, and t that is no step.
    """
    step, _, bar = alpha_bars(betas, t)
    for name, value in (("x_t", x_t), ("predicted_noise", predicted_noise)):
        require_scalar(name, value)
    beta, alpha = betas[step - 1], Fraction(1 - betas[step - 1])
    scale, spread = square_root(alpha), square_root(1 - bar)
    removed = beta * predicted_noise / spread
    return {
        "mean": (x_t - removed) / scale,
        "predicted_x_0": (x_t - spread * predicted_noise) / square_root(bar),
        "mean_not_rescaled": x_t - removed,
        "mean_noise_added": (x_t + removed) / scale,
        "mean_all_noise_removed": (x_t - spread * predicted_noise) / scale,
        "mean_by_alpha_bar": (x_t - removed) / square_root(bar),
        "mean_without_root": (x_t - beta * predicted_noise / (1 - bar)) / scale,
    }


@check("diffusion_steps.ddpm", tolerance=1e-8)
def ddpm_by_posterior(
    betas: "Tensor", t: "Tensor", x_t: "Tensor", predicted_noise: "Tensor"
) -> Mapping[str, Any]:
    """Walks the signal's scale along, finds x_0, and conditions the chain on x_0 and x_t.

    The mistakes predict other noise, or rescale by the steps before t or by step t alone. betas:
    [variants, steps]; all others: [variants].
    """
    import torch

    scale, variance = walk(betas, t)
    before, _ = walk(betas, t - 1)
    alone, _ = walk(last_betas(betas, t), torch.ones_like(t))
    start, end, _ = reverse_step(betas, t).unbind(-1)
    deviation = variance.sqrt()

    def clean(noise: "Tensor") -> "Tensor":
        return (x_t - deviation * noise) / scale

    def mean(noise: "Tensor") -> "Tensor":
        return start * clean(noise) + end * x_t

    return {
        "mean": mean(predicted_noise),
        "predicted_x_0": clean(predicted_noise),
        "mean_not_rescaled": alone * mean(predicted_noise),
        "mean_noise_added": mean(-predicted_noise),
        "mean_all_noise_removed": before * clean(predicted_noise),
        "mean_by_alpha_bar": mean(predicted_noise) / before,
        "mean_without_root": mean(predicted_noise / deviation),
    }


@solver(
    "diffusion_steps.ddim",
    results={
        "predicted_x_0": "the x_0 that the predicted noise stands for",
        "x_next": "the deterministic DDIM step (η = 0) to the level alpha_bar_next",
    },
    mistakes={
        "old_noise_level": "√ᾱ_next x_0 + √(1 − ᾱ) ε: keeps the old noise level",
        "noise_dropped": "√ᾱ_next x_0: no noise is put back",
        "x_0_unscaled": "x_0 + √(1 − ᾱ_next) ε: the estimate is not scaled down again",
        "without_roots": "ᾱ_next x_0 + (1 − ᾱ_next) ε: forgets the square roots",
        "levels_swapped": "Takes the two levels the other way round",
        "noise_added": "Adds the noise in finding x_0",
    },
    examples=(
        {
            "alpha_bar": Fraction(9, 25),
            "alpha_bar_next": Fraction(16, 25),
            "x_t": 1,
            "predicted_noise": Fraction(1, 2),
        },
        {
            "alpha_bar": Fraction(1, 2),
            "alpha_bar_next": 1,
            "x_t": Fraction(-3, 2),
            "predicted_noise": 1,
        },
        {
            "alpha_bar": Fraction(9, 10),
            "alpha_bar_next": Fraction(1, 5),
            "x_t": 2,
            "predicted_noise": -1,
        },
    ),
)
def ddim(
    alpha_bar: Scalar, alpha_bar_next: Scalar, x_t: Scalar, predicted_noise: Scalar
) -> SolverResults:
    """x_next = √ᾱ_next x̂_0 + √(1 − ᾱ_next) ε with x̂_0 = (x_t − √(1 − ᾱ) ε) / √ᾱ.

    Source: Song, Meng and Ermon, Denoising diffusion implicit models (2021), equation 12 with
    σ = 0 (that paper writes α for ᾱ). Raises ValueError unless alpha_bar lies between 0 and 1
    and alpha_bar_next is above 0 and at most 1.
    """
    require_between_zero_and_one("alpha_bar", alpha_bar)
    require_positive("alpha_bar_next", alpha_bar_next)
    if alpha_bar_next > 1:
        raise ValueError("alpha_bar_next must be at most 1")
    require_scalar("x_t", x_t)
    require_scalar("predicted_noise", predicted_noise)
    noise = predicted_noise
    signal, spread = square_root(alpha_bar), square_root(1 - alpha_bar)
    next_signal, next_spread = square_root(alpha_bar_next), square_root(1 - alpha_bar_next)
    x_0 = (x_t - spread * noise) / signal
    return {
        "predicted_x_0": x_0,
        "x_next": next_signal * x_0 + next_spread * noise,
        "old_noise_level": next_signal * x_0 + spread * noise,
        "noise_dropped": next_signal * x_0,
        "x_0_unscaled": x_0 + next_spread * noise,
        "without_roots": alpha_bar_next * x_0 + (1 - alpha_bar_next) * noise,
        "levels_swapped": signal * (x_t - next_spread * noise) / next_signal + spread * noise,
        "noise_added": next_signal * (x_t + spread * noise) / signal + next_spread * noise,
    }


@check("diffusion_steps.ddim", tolerance=1e-8)
def ddim_by_integration(
    alpha_bar: "Tensor", alpha_bar_next: "Tensor", x_t: "Tensor", predicted_noise: "Tensor"
) -> Mapping[str, Any]:
    """Integrates the probability-flow equation with the predicted noise held; all are [variants].

    In the angle with cos φ = √ᾱ it is dx/dφ = −tan φ · x + ε / cos φ; at φ = 0 it has reached the
    data. The mistakes follow it between other levels or with other noise, or mix what it gives
    with other scales. Sources: Song, Sohl-Dickstein, Kingma, Kumar, Ermon and Poole,
    Score-based generative modeling through stochastic differential equations (2021), section
    4.3, for the equation; Salimans and Ho, Progressive distillation (2022), appendix D, for the
    angle.
    """
    import torch

    def carried(begin: "Tensor", end: "Tensor", noise: "Tensor") -> "Tensor":
        return integrate(
            lambda angle, state: (
                (noise / torch.cos(angle))[:, None] - torch.tan(angle)[:, None] * state
            ),
            x_t[:, None],
            begin,
            end,
            steps=12,
        )[:, 0]

    noise, zero = predicted_noise, torch.zeros_like(x_t)
    angle, goal = torch.acos(alpha_bar.sqrt()), torch.acos(alpha_bar_next.sqrt())
    start, end = carried(angle, zero, noise), carried(angle, goal, noise)
    put_back = torch.sin(goal) * noise
    return {
        "predicted_x_0": start,
        "x_next": end,
        "old_noise_level": end - put_back + torch.sin(angle) * noise,
        "noise_dropped": end - put_back,
        "x_0_unscaled": start + put_back,
        "without_roots": torch.cos(goal) ** 2 * start + torch.sin(goal) ** 2 * noise,
        "levels_swapped": carried(goal, angle, noise),
        "noise_added": torch.cos(goal) * carried(angle, zero, -noise) + put_back,
    }


@solver(
    "diffusion_steps.partly_random",
    results={
        "added_variance": "variance η² (1 − ᾱ_next) / (1 − ᾱ) · (1 − ᾱ / ᾱ_next) of the new noise",
        "kept_variance": "1 − ᾱ_next less this: the squared factor of the predicted noise",
        "keeps_marginal": "whether x_next has the variance 1 − ᾱ_next given x_0, if ε is right",
        "repeatable": "whether the step gives the same from the same x_t each time",
        "ancestral": "whether the new noise has the variance of q(x_next | x_t, x_0)",
        "mostly_new": "whether the new noise has more variance than the predicted noise put back",
    },
    examples=(
        {"alpha_bar": Fraction(1, 4), "alpha_bar_next": Fraction(1, 2), "eta": Fraction(1, 2)},
        {"alpha_bar": Fraction(1, 10), "alpha_bar_next": Fraction(9, 10), "eta": 1},
        {"alpha_bar": Fraction(1, 3), "alpha_bar_next": Fraction(1, 2), "eta": 0},
    ),
)
def partly_random(alpha_bar: Scalar, alpha_bar_next: Scalar, eta: Scalar) -> SolverResults:
    """A step of the DDIM family with the noise level η, from ᾱ to the earlier ᾱ_next.

    x_next = √ᾱ_next x̂_0 + √(1 − ᾱ_next − σ²) ε + σ z with σ = η σ_q and the variance σ_q² of
    q(x_next | x_t, x_0). Source: Song, Meng and Ermon, Denoising diffusion implicit models
    (2021), equations 12 and 16 (that paper writes α for ᾱ). Raises ValueError unless
    0 < ᾱ < ᾱ_next < 1, and for η that is not from 0 to 1.
    """
    require_between_zero_and_one("alpha_bar", alpha_bar)
    require_between_zero_and_one("alpha_bar_next", alpha_bar_next)
    require_scalar("eta", eta)
    if alpha_bar >= alpha_bar_next:
        raise ValueError("alpha_bar must be below alpha_bar_next")
    if not 0 <= eta <= 1:
        raise ValueError("eta must lie from 0 to 1")
    rest = Fraction(1 - alpha_bar_next)
    posterior = rest * (alpha_bar_next - alpha_bar) / (alpha_bar_next * (1 - alpha_bar))
    added = eta * eta * posterior
    kept = rest - added
    return {
        "added_variance": added,
        "kept_variance": kept,
        "keeps_marginal": added + kept == rest,
        "repeatable": added == 0,
        "ancestral": added == posterior,
        "mostly_new": 2 * added > rest,
    }


@check("diffusion_steps.partly_random", tolerance=1e-9)
def partly_random_by_conditioning(
    alpha_bar: "Tensor", alpha_bar_next: "Tensor", eta: "Tensor"
) -> Mapping[str, Any]:
    """The covariance of (x_next, x_t) given x_0, conditioned on x_t; all are [variants].

    Given x_0, x_t is √(ᾱ / ᾱ_next) x_next plus independent noise. The step is run twice, with
    two draws of new noise, to see whether it can be repeated.
    """
    import torch

    factor = (alpha_bar / alpha_bar_next).sqrt()
    own = 1 - alpha_bar_next
    of_x_t = factor**2 * own + (1 - factor**2)
    conditional = own - (factor * own) ** 2 / of_x_t
    added = (eta * conditional.sqrt()) ** 2
    factors = (own - added).sqrt(), added.sqrt()
    first, second = (factors[0] + factors[1] * draw for draw in (-1.0, 1.0))
    return {
        "added_variance": added,
        "kept_variance": own - added,
        "keeps_marginal": (torch.hypot(*factors) - own.sqrt()).abs() < 1e-9,
        "repeatable": (second - first).abs() < 1e-9,
        "ancestral": (conditional - added).abs() < 1e-9,
        "mostly_new": added - (own - added) > 1e-12,
    }


@solver(
    "diffusion_steps.langevin",
    results={
        "score": "score of N(mu, sigma²) at x",
        "x_next": "x + (step / 2) · score + √step · z",
        "drift": "the part of it that is not random: (step / 2) · score",
    },
    mistakes={
        "score_sign": "The sign of the score is wrong: the step leaves the mode",
        "no_noise": "Leaves the noise out: gradient ascent",
        "noise_without_root": "Adds step · z in place of √step · z",
        "mixed_factors": "x + step · score + √step · z: forgets the half",
        "score_by_sigma": "Divides by sigma, not by sigma²",
    },
    examples=(
        {"x": 2, "mu": 0, "sigma": 2, "step": Fraction(1, 4), "z": 1},
        {"x": -1, "mu": 1, "sigma": Fraction(1, 2), "step": Fraction(1, 10), "z": Fraction(-3, 2)},
        {"x": 3, "mu": 3, "sigma": 5, "step": 1, "z": 0},
    ),
)
def langevin(x: Scalar, mu: Scalar, sigma: Scalar, step: Scalar, z: Scalar) -> SolverResults:
    """One step of (unadjusted) Langevin dynamics towards N(mu, sigma²) from x, with noise z.

    The score is −(x − mu) / sigma². Source: Song and Ermon, Generative modeling by estimating
    gradients of the data distribution (2019), equation 4. Raises ValueError for sigma and step
    not above zero.
    """
    for name, value in (("x", x), ("mu", mu), ("z", z)):
        require_scalar(name, value)
    require_positive("sigma", sigma)
    require_positive("step", step)
    score = Fraction(mu - x) / (sigma * sigma)
    half = Fraction(step, 2)
    root = square_root(step)
    noise = root * z
    return {
        "score": score,
        "x_next": x + half * score + noise,
        "drift": half * score,
        "score_sign": x - half * score + noise,
        "no_noise": x + half * score,
        "noise_without_root": x + half * score + step * z,
        "mixed_factors": x + step * score + noise,
        "score_by_sigma": x + half * score * sigma + noise,
    }


@check("diffusion_steps.langevin", tolerance=1e-8)
def langevin_by_autograd(
    x: "Tensor", mu: "Tensor", sigma: "Tensor", step: "Tensor", z: "Tensor"
) -> Mapping[str, Any]:
    """Differentiates torch's log density, and maximises the density of where the step goes.

    Without noise a step of the rate r goes to the maximum of score · (y − x) − (y − x)² / (2 r)
    over y. The mistakes have another score, another rate or other noise. All are [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal

    def score_of(spread: "Tensor") -> "Tensor":
        point = x.clone().requires_grad_(True)
        return torch.autograd.grad(normal(mu, spread).log_prob(point).sum(), point)[0]

    def move(slope: "Tensor", rate: "Tensor") -> "Tensor":
        return maximise(
            lambda by: by[:, 0] * slope - by[:, 0] ** 2 / (2 * rate), torch.zeros_like(x)[:, None]
        )[:, 0]

    score, noise = score_of(sigma), step.sqrt() * z
    drift = move(score, step / 2)
    return {
        "score": score,
        "x_next": x + drift + noise,
        "drift": drift,
        "score_sign": x + move(-score, step / 2) + noise,
        "no_noise": x + drift,
        "noise_without_root": x + drift + step * z,
        "mixed_factors": x + move(score, step) + noise,
        # Dividing by sigma is dividing by the variance of a Gaussian with the deviation √sigma.
        "score_by_sigma": x + move(score_of(sigma.sqrt()), step / 2) + noise,
    }
