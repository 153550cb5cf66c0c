"""What a diffusion model may predict, and how one prediction gives the others.

x_t = √ᾱ x_0 + √(1 − ᾱ) ε; the velocity is v = √ᾱ ε − √(1 − ᾱ) x_0, the score the slope of
ln q(x_t | x_0) in x_t. All values are scalars: vectors are converted coordinate by coordinate.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers, Real
from qgen.solvers.numerics.arguments import Scalar, require_between_zero_and_one, require_scalar
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


def _scales(x_t: Scalar, alpha_bar: Scalar, name: str, given: Scalar) -> tuple[Real, Real]:
    """√ᾱ and √(1 − ᾱ), after the checks that all four conversions share."""
    require_scalar("x_t", x_t)
    require_scalar(name, given)
    require_between_zero_and_one("alpha_bar", alpha_bar)
    return square_root(alpha_bar), square_root(1 - alpha_bar)


@solver(
    "diffusion_predictions.from_noise",
    results={
        "sample": "the x_0 that the predicted noise stands for",
        "velocity": "the velocity v",
        "score": "the score −ε / √(1 − ᾱ)",
    },
    mistakes={
        "sample_not_rescaled": "Forgets to divide by √ᾱ",
        "sample_without_roots": "(x_t − (1 − ᾱ) ε) / ᾱ: forgets the square roots",
        "sample_noise_added": "Adds the noise in place of taking it away",
        "sample_scales_swapped": "(x_t − √ᾱ ε) / √(1 − ᾱ): the two scales swapped",
        "velocity_scales_swapped": "√(1 − ᾱ) ε − √ᾱ x_0: the two scales swapped",
        "velocity_sign": "√ᾱ ε + √(1 − ᾱ) x_0: the wrong sign before x_0",
        "score_sign": "+ε / √(1 − ᾱ): the sign is lost",
        "score_by_variance": "−ε / (1 − ᾱ): divides by the variance",
        "score_is_noise": "−ε: forgets to divide",
    },
    examples=(
        {"x_t": 2, "alpha_bar": Fraction(16, 25), "noise": Fraction(1, 2)},
        {"x_t": -1, "alpha_bar": Fraction(1, 2), "noise": 1},
        {"x_t": Fraction(1, 3), "alpha_bar": Fraction(1, 100), "noise": Fraction(-3, 2)},
        {"x_t": 0, "alpha_bar": Fraction(9, 10), "noise": 0},
    ),
)
def from_noise(x_t: Scalar, alpha_bar: Scalar, noise: Scalar) -> Answers:
    """x_0 = (x_t − √(1 − ᾱ) ε) / √ᾱ, solved from the definition of x_t.

    Sources: Ho, Jain and Abbeel, Denoising diffusion probabilistic models (2020), equation 15;
    Salimans and Ho, Progressive distillation (2022), section 4 and appendix D, for the
    velocity. Raises ValueError unless alpha_bar lies between 0 and 1.
    """
    signal, spread = _scales(x_t, alpha_bar, "noise", noise)
    sample = (x_t - spread * noise) / signal
    return {
        "sample": sample,
        "velocity": signal * noise - spread * sample,
        "score": -noise / spread,
        "sample_not_rescaled": x_t - spread * noise,
        "sample_without_roots": Fraction(x_t - (1 - alpha_bar) * noise) / alpha_bar,
        "sample_noise_added": (x_t + spread * noise) / signal,
        "sample_scales_swapped": (x_t - signal * noise) / spread,
        "velocity_scales_swapped": spread * noise - signal * sample,
        "velocity_sign": signal * noise + spread * sample,
        "score_sign": noise / spread,
        "score_by_variance": Fraction(-noise) / (1 - alpha_bar),
        "score_is_noise": -noise,
    }


@solver(
    "diffusion_predictions.from_sample",
    results={
        "noise": "the noise ε that the predicted x_0 stands for",
        "velocity": "the velocity v",
        "score": "the score of q(x_t | x_0) at x_t",
    },
    mistakes={
        "noise_not_rescaled": "x_t − √ᾱ x_0: forgets to divide by √(1 − ᾱ)",
        "noise_without_roots": "(x_t − ᾱ x_0) / (1 − ᾱ): forgets the square roots",
        "noise_unscaled_sample": "(x_t − x_0) / √(1 − ᾱ): x_0 not scaled down",
        "velocity_scales_swapped": "√(1 − ᾱ) ε − √ᾱ x_0: the two scales swapped",
        "velocity_sign": "√ᾱ ε + √(1 − ᾱ) x_0: the wrong sign before x_0",
        "score_sign": "The sign of the score is lost",
        "score_by_deviation": "Divides by √(1 − ᾱ), not by 1 − ᾱ",
    },
    examples=(
        {"x_t": 2, "alpha_bar": Fraction(16, 25), "x_0": Fraction(1, 2)},
        {"x_t": -1, "alpha_bar": Fraction(1, 2), "x_0": 1},
        {"x_t": Fraction(1, 3), "alpha_bar": Fraction(1, 100), "x_0": Fraction(-3, 2)},
        {"x_t": 0, "alpha_bar": Fraction(9, 10), "x_0": 0},
    ),
)
def from_sample(x_t: Scalar, alpha_bar: Scalar, x_0: Scalar) -> Answers:
    """ε = (x_t − √ᾱ x_0) / √(1 − ᾱ); the score is −(x_t − √ᾱ x_0) / (1 − ᾱ).

    Sources: Ho, Jain and Abbeel, Denoising diffusion probabilistic models (2020), equation 4;
    Salimans and Ho, Progressive distillation (2022), section 4 and appendix D. Raises
    ValueError unless alpha_bar lies between 0 and 1.
    """
    signal, spread = _scales(x_t, alpha_bar, "x_0", x_0)
    rest = x_t - signal * x_0
    noise = rest / spread
    return {
        "noise": noise,
        "velocity": signal * noise - spread * x_0,
        "score": -rest / (1 - alpha_bar),
        "noise_not_rescaled": rest,
        "noise_without_roots": Fraction(x_t - alpha_bar * x_0) / (1 - alpha_bar),
        "noise_unscaled_sample": (x_t - x_0) / spread,
        "velocity_scales_swapped": spread * noise - signal * x_0,
        "velocity_sign": signal * noise + spread * x_0,
        "score_sign": rest / (1 - alpha_bar),
        "score_by_deviation": -noise,
    }


@solver(
    "diffusion_predictions.from_velocity",
    results={
        "sample": "the x_0 that the predicted velocity stands for",
        "noise": "the noise ε that it stands for",
        "score": "the score −ε / √(1 − ᾱ)",
    },
    mistakes={
        "sample_sign": "√ᾱ x_t + √(1 − ᾱ) v: the wrong sign before v",
        "sample_scales_swapped": "√(1 − ᾱ) x_t − √ᾱ v: the two scales swapped",
        "sample_without_roots": "ᾱ x_t − (1 − ᾱ) v: forgets the square roots",
        "velocity_taken_for_noise": "(x_t − √(1 − ᾱ) v) / √ᾱ: treats v as if it were ε",
        "noise_sign": "√(1 − ᾱ) x_t − √ᾱ v: the wrong sign before v",
        "noise_scales_swapped": "√ᾱ x_t + √(1 − ᾱ) v: the two scales swapped",
        "score_sign": "+ε / √(1 − ᾱ): the sign is lost",
    },
    examples=(
        {"x_t": 2, "alpha_bar": Fraction(16, 25), "velocity": Fraction(1, 2)},
        {"x_t": -1, "alpha_bar": Fraction(1, 2), "velocity": 1},
        {"x_t": Fraction(1, 3), "alpha_bar": Fraction(1, 100), "velocity": Fraction(-3, 2)},
        {"x_t": 1, "alpha_bar": Fraction(9, 10), "velocity": 0},
    ),
)
def from_velocity(x_t: Scalar, alpha_bar: Scalar, velocity: Scalar) -> Answers:
    """x_0 = √ᾱ x_t − √(1 − ᾱ) v and ε = √(1 − ᾱ) x_t + √ᾱ v: (x_t, v) is (x_0, ε) turned.

    Source: Salimans and Ho, Progressive distillation (2022), appendix D. Raises ValueError
    unless alpha_bar lies between 0 and 1.
    """
    signal, spread = _scales(x_t, alpha_bar, "velocity", velocity)
    noise = spread * x_t + signal * velocity
    return {
        "sample": signal * x_t - spread * velocity,
        "noise": noise,
        "score": -noise / spread,
        "sample_sign": signal * x_t + spread * velocity,
        "sample_scales_swapped": spread * x_t - signal * velocity,
        "sample_without_roots": alpha_bar * x_t - (1 - alpha_bar) * velocity,
        "velocity_taken_for_noise": (x_t - spread * velocity) / signal,
        "noise_sign": spread * x_t - signal * velocity,
        "noise_scales_swapped": signal * x_t + spread * velocity,
        "score_sign": noise / spread,
    }


@solver(
    "diffusion_predictions.from_score",
    results={
        "sample": "Tweedie's estimate of x_0",
        "noise": "the noise ε = −√(1 − ᾱ) · score",
        "velocity": "the velocity v",
    },
    mistakes={
        "sample_sign": "(x_t − (1 − ᾱ) s) / √ᾱ: the wrong sign before the score",
        "sample_not_rescaled": "x_t + (1 − ᾱ) s: forgets to divide by √ᾱ",
        "sample_by_deviation": "(x_t + √(1 − ᾱ) s) / √ᾱ: the deviation for the variance",
        "sample_without_root": "(x_t + (1 − ᾱ) s) / ᾱ: forgets the square root below",
        "noise_sign": "+√(1 − ᾱ) s: the sign is lost",
        "noise_by_variance": "−(1 − ᾱ) s: the variance for the deviation",
    },
    examples=(
        {"x_t": 2, "alpha_bar": Fraction(16, 25), "score": Fraction(1, 2)},
        {"x_t": -1, "alpha_bar": Fraction(1, 2), "score": 1},
        {"x_t": Fraction(1, 3), "alpha_bar": Fraction(1, 100), "score": Fraction(-3, 2)},
        {"x_t": 1, "alpha_bar": Fraction(9, 10), "score": 0},
    ),
)
def from_score(x_t: Scalar, alpha_bar: Scalar, score: Scalar) -> Answers:
    """Tweedie: E[x_0 | x_t] = (x_t + (1 − ᾱ) · score) / √ᾱ, and what follows from it.

    Sources: Efron, Tweedie's formula and selection bias (2011), equation 1.4; Ho, Jain and
    Abbeel, Denoising diffusion probabilistic models (2020), equation 15, with ε = −√(1 − ᾱ) s.
    Raises ValueError unless alpha_bar lies between 0 and 1.
    """
    signal, spread = _scales(x_t, alpha_bar, "score", score)
    noise = -spread * score
    shifted = x_t + (1 - alpha_bar) * score
    sample = shifted / signal
    return {
        "sample": sample,
        "noise": noise,
        "velocity": signal * noise - spread * sample,
        "sample_sign": (x_t - (1 - alpha_bar) * score) / signal,
        "sample_not_rescaled": shifted,
        "sample_by_deviation": (x_t + spread * score) / signal,
        "sample_without_root": Fraction(shifted) / alpha_bar,
        "noise_sign": spread * score,
        "noise_by_variance": -(1 - alpha_bar) * score,
    }


def _solved(
    x_t: "Tensor", alpha_bar: "Tensor", place: int, given: "Tensor"
) -> Mapping[str, "Tensor"]:
    """Sample, noise, velocity and score from one of the first three; all are [variants].

    (x_t, v) is (x_0, ε) turned by the angle whose cosine is √ᾱ: two linear equations for three
    unknowns, of which one (at `place`) is given. The score is the slope of a log density.
    """
    import torch

    angle = torch.acos(alpha_bar.sqrt())
    zero = torch.zeros_like(angle)
    turn = torch.linalg.matrix_exp(
        torch.stack((torch.stack((zero, angle), -1), torch.stack((-angle, zero), -1)), -2)
    )
    equations = torch.zeros(len(x_t), 3, 3, dtype=torch.float64)
    equations[:, :2, :2] = turn
    equations[:, 1, 2] = -1
    equations[:, 2, place] = 1
    sample, noise, velocity = torch.linalg.solve(
        equations, torch.stack((x_t, zero, given), -1)
    ).unbind(-1)
    point = x_t.clone().requires_grad_(True)
    log_density: Any = torch.distributions.Normal(turn[:, 0, 0] * sample, turn[:, 0, 1])
    (score,) = torch.autograd.grad(log_density.log_prob(point).sum(), point)
    return {"sample": sample, "noise": noise, "velocity": velocity, "score": score}


@check("diffusion_predictions.from_noise", tolerance=1e-8)
def from_noise_by_equations(
    x_t: "Tensor", alpha_bar: "Tensor", noise: "Tensor"
) -> Mapping[str, Any]:
    """Solves the turn of (x_0, ε) into (x_t, v); all are [variants]."""
    found = _solved(x_t, alpha_bar, 1, noise)
    return {name: found[name] for name in ("sample", "velocity", "score")}


@check("diffusion_predictions.from_sample", tolerance=1e-8)
def from_sample_by_equations(
    x_t: "Tensor", alpha_bar: "Tensor", x_0: "Tensor"
) -> Mapping[str, Any]:
    """Solves the turn of (x_0, ε) into (x_t, v); all are [variants]."""
    found = _solved(x_t, alpha_bar, 0, x_0)
    return {name: found[name] for name in ("noise", "velocity", "score")}


@check("diffusion_predictions.from_velocity", tolerance=1e-8)
def from_velocity_by_equations(
    x_t: "Tensor", alpha_bar: "Tensor", velocity: "Tensor"
) -> Mapping[str, Any]:
    """Solves the turn of (x_0, ε) into (x_t, v); all are [variants]."""
    found = _solved(x_t, alpha_bar, 2, velocity)
    return {name: found[name] for name in ("sample", "noise", "score")}


@check("diffusion_predictions.from_score", tolerance=1e-7)
def from_score_by_search(x_t: "Tensor", alpha_bar: "Tensor", score: "Tensor") -> Mapping[str, Any]:
    """Looks for the x_0 whose law q(x_t | x_0) has this score at x_t.

    The score is linear in x_0, so that its values at x_0 = 0 and 1 tell where it is met.
    All are [variants].
    """
    import torch

    at_zero = _solved(x_t, alpha_bar, 0, torch.zeros_like(x_t))["score"]
    at_one = _solved(x_t, alpha_bar, 0, torch.ones_like(x_t))["score"]
    found = _solved(x_t, alpha_bar, 0, (score - at_zero) / (at_one - at_zero))
    return {name: found[name] for name in ("sample", "noise", "velocity")}
