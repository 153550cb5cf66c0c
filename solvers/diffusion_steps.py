"""One step of the samplers: DDPM, DDIM and Langevin dynamics, on a scalar."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.diffusion import alpha_bars, reverse_law
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
        "x_previous": "x_{t−1} with the variance β_t (at t = 1 no noise is added)",
        "x_previous_posterior": "x_{t−1} with the variance of q(x_{t−1} | x_t, x_0) instead",
        "predicted_x_0": "the x_0 that the predicted noise stands for",
    },
    mistakes={
        "mean_not_rescaled": "Forgets to divide by √α_t",
        "mean_noise_added": "Adds the predicted noise in place of taking it away",
        "mean_all_noise_removed": "(x_t − √(1 − ᾱ_t) ε) / √α_t: takes all the noise away at once",
        "mean_by_alpha_bar": "Divides by √ᾱ_t, not by √α_t",
        "mean_without_root": "β_t / (1 − ᾱ_t) before the noise: forgets the square root",
        "variance_times_noise": "Adds β_t z: the variance in place of the deviation",
        "noise_added_to_x_t": "x_t + √β_t z: only adds noise",
    },
    examples=(
        {
            "betas": (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2)),
            "t": 3,
            "x_t": 1,
            "predicted_noise": Fraction(-1, 2),
            "z": 2,
        },
        {
            "betas": (Fraction(19, 100), Fraction(9, 25)),
            "t": 2,
            "x_t": 2,
            "predicted_noise": 1,
            "z": -1,
        },
        {
            "betas": (Fraction(1, 4), Fraction(1, 3)),
            "t": 1,
            "x_t": 2,
            "predicted_noise": Fraction(3, 4),
            "z": 1,
        },
    ),
)
def ddpm(betas: Vector, t: Scalar, x_t: Scalar, predicted_noise: Scalar, z: Scalar) -> Answers:
    """x_{t−1} = (x_t − β_t/√(1 − ᾱ_t) ε) / √α_t + σ_t z, with z = 0 at t = 1.

    The mean is that of q(x_{t−1} | x_t, x_0) at the x_0 that ε stands for. Source: Ho, Jain and
    Abbeel, Denoising diffusion probabilistic models (2020), equation 11 and algorithm 2;
    both choices of σ_t in section 3.2. Raises ValueError for betas not between 0 and 1, and t
    that is no step.
    """
    step, before, bar = alpha_bars(betas, t)
    for name, value in (("x_t", x_t), ("predicted_noise", predicted_noise), ("z", z)):
        require_scalar(name, value)
    beta, alpha = betas[step - 1], Fraction(1 - betas[step - 1])
    scale, spread, beta_root = square_root(alpha), square_root(1 - bar), square_root(beta)
    removed = beta * predicted_noise / spread
    mean = (x_t - removed) / scale
    drawn = z if step > 1 else 0
    return {
        "mean": mean,
        "x_previous": mean + beta_root * drawn,
        "x_previous_posterior": mean + square_root(beta * (1 - before) / (1 - bar)) * drawn,
        "predicted_x_0": (x_t - spread * predicted_noise) / square_root(bar),
        "mean_not_rescaled": x_t - removed,
        "mean_noise_added": (x_t + removed) / scale,
        "mean_all_noise_removed": (x_t - spread * predicted_noise) / scale,
        "mean_by_alpha_bar": (x_t - removed) / square_root(bar),
        "mean_without_root": (x_t - beta * predicted_noise / (1 - bar)) / scale,
        "variance_times_noise": mean + beta * z,
        "noise_added_to_x_t": x_t + beta_root * z,
    }


@check("diffusion_steps.ddpm", tolerance=1e-8)
def ddpm_by_posterior(
    betas: "Tensor", t: "Tensor", x_t: "Tensor", predicted_noise: "Tensor", z: "Tensor"
) -> Mapping[str, Any]:
    """Walks the signal's scale along, finds x_0, and conditions the chain on x_0 and x_t.

    betas: [variants, steps]; all others: [variants].
    """
    import torch

    scale, variance = torch.ones_like(x_t), torch.zeros_like(x_t)
    for step, beta in enumerate(betas.unbind(1), start=1):
        scale = torch.where(step <= t, scale * (1 - beta).sqrt(), scale)
        variance = torch.where(step <= t, (1 - beta) * variance + beta, variance)
    x_0 = (x_t - variance.sqrt() * predicted_noise) / scale
    start, end, posterior_variance = reverse_law(betas, t).unbind(-1)
    mean = start * x_0 + end * x_t
    own = betas.gather(1, t.long()[:, None] - 1)[:, 0]
    drawn = z * (t > 1)
    return {
        "mean": mean,
        "x_previous": mean + own.sqrt() * drawn,
        "x_previous_posterior": mean + posterior_variance.sqrt() * drawn,
        "predicted_x_0": x_0,
    }


@solver(
    "diffusion_steps.ddim",
    results={
        "predicted_x_0": "the x_0 that the predicted noise stands for",
        "x_next": "the deterministic DDIM step (η = 0) to the level alpha_bar_next",
        "direction": "its second term √(1 − ᾱ_next) ε, which points to x_t",
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
) -> Answers:
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
        "direction": next_spread * noise,
        "old_noise_level": next_signal * x_0 + spread * noise,
        "noise_dropped": next_signal * x_0,
        "x_0_unscaled": x_0 + next_spread * noise,
        "without_roots": alpha_bar_next * x_0 + (1 - alpha_bar_next) * noise,
        "levels_swapped": signal * (x_t - next_spread * noise) / next_signal + spread * noise,
        "noise_added": next_signal * (x_t + spread * noise) / signal + next_spread * noise,
    }


@check("diffusion_steps.ddim", tolerance=1e-8)
def ddim_by_angle(
    alpha_bar: "Tensor", alpha_bar_next: "Tensor", x_t: "Tensor", predicted_noise: "Tensor"
) -> Mapping[str, Any]:
    """Turns (x_t, velocity) back by the angle between the two levels; all are [variants].

    With cos φ = √ᾱ the sample moves on a circle: x_{φ−δ} = cos δ · x_φ − sin δ · v_φ. Source:
    Salimans and Ho, Progressive distillation for fast sampling of diffusion models (2022),
    appendix D.
    """
    import torch

    angle, goal = torch.acos(alpha_bar.sqrt()), torch.acos(alpha_bar_next.sqrt())
    velocity = (predicted_noise - torch.sin(angle) * x_t) / torch.cos(angle)

    def turned(by: "Tensor") -> "Tensor":
        return torch.cos(by) * x_t - torch.sin(by) * velocity

    start, end = turned(angle), turned(angle - goal)
    return {
        "predicted_x_0": start,
        "x_next": end,
        "direction": end - torch.cos(goal) * start,
    }


@solver(
    "diffusion_steps.langevin",
    results={
        "score": "score of N(mu, sigma²) at x",
        "x_next": "x + (step / 2) · score + √step · z",
        "x_next_other": "x + step · score + √(2 step) · z: the other usual way of writing a step",
        "drift": "the part of the first that is not random: (step / 2) · score",
    },
    mistakes={
        "score_sign": "The sign of the score is wrong: the step leaves the mode",
        "no_noise": "Leaves the noise out: gradient ascent",
        "noise_without_root": "Adds step · z in place of √step · z",
        "mixed_factors": "x + step · score + √step · z: mixes the two ways of writing it",
        "score_by_sigma": "Divides by sigma, not by sigma²",
        "noise_times_sigma": "Multiplies the noise by sigma",
    },
    examples=(
        {"x": 2, "mu": 0, "sigma": 2, "step": Fraction(1, 4), "z": 1},
        {"x": -1, "mu": 1, "sigma": Fraction(1, 2), "step": Fraction(1, 10), "z": Fraction(-3, 2)},
        {"x": 3, "mu": 3, "sigma": 5, "step": 1, "z": 0},
    ),
)
def langevin(x: Scalar, mu: Scalar, sigma: Scalar, step: Scalar, z: Scalar) -> Answers:
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
        "x_next_other": x + step * score + square_root(2 * step) * z,
        "drift": half * score,
        "score_sign": x - half * score + noise,
        "no_noise": x + half * score,
        "noise_without_root": x + half * score + step * z,
        "mixed_factors": x + step * score + noise,
        "score_by_sigma": x + half * score * sigma + noise,
        "noise_times_sigma": x + half * score + sigma * noise,
    }


@check("diffusion_steps.langevin", tolerance=1e-8)
def langevin_by_autograd(
    x: "Tensor", mu: "Tensor", sigma: "Tensor", step: "Tensor", z: "Tensor"
) -> Mapping[str, Any]:
    """Differentiates torch's log density, and maximises the step's own law.

    Without noise a step goes to the maximum of score · (y − x) − (y − x)² / (2 h) over y, and its
    noise has the variance 2 h; h is step / 2 for the first way and step for the other. All
    are [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal
    point = x.clone().requires_grad_(True)
    (score,) = torch.autograd.grad(normal(mu, sigma).log_prob(point).sum(), point)

    def move(rate: "Tensor") -> "Tensor":
        return maximise(
            lambda by: by[:, 0] * score - by[:, 0] ** 2 / (2 * rate), torch.zeros_like(x)[:, None]
        )[:, 0]

    def moved(rate: "Tensor") -> "Tensor":
        return x + move(rate) + (2 * rate).sqrt() * z

    return {
        "score": score,
        "x_next": moved(step / 2),
        "x_next_other": moved(step),
        "drift": move(step / 2),
    }
