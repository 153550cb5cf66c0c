"""What a diffusion model may predict, and how one prediction gives the others.

x_t = √ᾱ x_0 + √(1 − ᾱ) ε; the velocity is v = √ᾱ ε − √(1 − ᾱ) x_0, the score the slope of
ln q(x_t | x_0) in x_t. All values are scalars: vectors are converted coordinate by coordinate.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Real, SolverResults
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
    },
    mistakes={
        "sample_not_rescaled": "Forgets to divide by √ᾱ",
        "sample_without_roots": "(x_t − (1 − ᾱ) ε) / ᾱ: forgets the square roots",
        "sample_noise_added": "Adds the noise in place of taking it away",
        "sample_scales_swapped": "(x_t − √ᾱ ε) / √(1 − ᾱ): the two scales swapped",
    },
    examples=(
        {"x_t": 2, "alpha_bar": Fraction(16, 25), "noise": Fraction(1, 2)},
        {"x_t": -1, "alpha_bar": Fraction(1, 2), "noise": 1},
        {"x_t": Fraction(1, 3), "alpha_bar": Fraction(1, 100), "noise": Fraction(-3, 2)},
        {"x_t": 0, "alpha_bar": Fraction(9, 10), "noise": 0},
    ),
)
def from_noise(x_t: Scalar, alpha_bar: Scalar, noise: Scalar) -> SolverResults:
    """x_0 = (x_t − √(1 − ᾱ) ε) / √ᾱ, solved from the definition of x_t.

    Source: Ho, Jain and Abbeel, Denoising diffusion probabilistic models (2020), equation 15.
    Raises ValueError unless alpha_bar lies between 0 and 1.
    """
    signal, spread = _scales(x_t, alpha_bar, "noise", noise)
    return {
        "sample": (x_t - spread * noise) / signal,
        "sample_not_rescaled": x_t - spread * noise,
        "sample_without_roots": Fraction(x_t - (1 - alpha_bar) * noise) / alpha_bar,
        "sample_noise_added": (x_t + spread * noise) / signal,
        "sample_scales_swapped": (x_t - signal * noise) / spread,
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
def from_sample(x_t: Scalar, alpha_bar: Scalar, x_0: Scalar) -> SolverResults:
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
    },
    mistakes={
        "sample_sign": "√ᾱ x_t + √(1 − ᾱ) v: the wrong sign before v",
        "sample_scales_swapped": "√(1 − ᾱ) x_t − √ᾱ v: the two scales swapped",
        "velocity_taken_for_noise": "(x_t − √(1 − ᾱ) v) / √ᾱ: treats v as if it were ε",
    },
    examples=(
        {"x_t": 2, "alpha_bar": Fraction(16, 25), "velocity": Fraction(1, 2)},
        {"x_t": -1, "alpha_bar": Fraction(1, 2), "velocity": 1},
        {"x_t": Fraction(1, 3), "alpha_bar": Fraction(1, 100), "velocity": Fraction(-3, 2)},
        {"x_t": 1, "alpha_bar": Fraction(9, 10), "velocity": 0},
    ),
)
def from_velocity(x_t: Scalar, alpha_bar: Scalar, velocity: Scalar) -> SolverResults:
    """x_0 = √ᾱ x_t − √(1 − ᾱ) v and ε = √(1 − ᾱ) x_t + √ᾱ v: (x_t, v) is (x_0, ε) turned.

    Source: Salimans and Ho, Progressive distillation (2022), appendix D. Raises ValueError
    unless alpha_bar lies between 0 and 1.
    """
    signal, spread = _scales(x_t, alpha_bar, "velocity", velocity)
    return {
        "sample": signal * x_t - spread * velocity,
        "noise": spread * x_t + signal * velocity,
        "sample_sign": signal * x_t + spread * velocity,
        "sample_scales_swapped": spread * x_t - signal * velocity,
        "velocity_taken_for_noise": (x_t - spread * velocity) / signal,
    }


@solver(
    "diffusion_predictions.from_score",
    results={
        "sample": "Tweedie's estimate of x_0",
    },
    mistakes={
        "sample_sign": "(x_t − (1 − ᾱ) s) / √ᾱ: the wrong sign before the score",
        "sample_not_rescaled": "x_t + (1 − ᾱ) s: forgets to divide by √ᾱ",
        "sample_by_deviation": "(x_t + √(1 − ᾱ) s) / √ᾱ: the deviation for the variance",
        "sample_without_root": "(x_t + (1 − ᾱ) s) / ᾱ: forgets the square root below",
    },
    examples=(
        {"x_t": 2, "alpha_bar": Fraction(16, 25), "score": Fraction(1, 2)},
        {"x_t": -1, "alpha_bar": Fraction(1, 2), "score": 1},
        {"x_t": Fraction(1, 3), "alpha_bar": Fraction(1, 100), "score": Fraction(-3, 2)},
        {"x_t": 1, "alpha_bar": Fraction(9, 10), "score": 0},
    ),
)
def from_score(x_t: Scalar, alpha_bar: Scalar, score: Scalar) -> SolverResults:
    """Tweedie: E[x_0 | x_t] = (x_t + (1 − ᾱ) · score) / √ᾱ.

    Sources: Efron, Tweedie's formula and selection bias (2011), equation 1.4; Ho, Jain and
    Abbeel, Denoising diffusion probabilistic models (2020), equation 15, with ε = −√(1 − ᾱ) s.
    Raises ValueError unless alpha_bar lies between 0 and 1.
    """
    signal, spread = _scales(x_t, alpha_bar, "score", score)
    shifted = x_t + (1 - alpha_bar) * score
    return {
        "sample": shifted / signal,
        "sample_sign": (x_t - (1 - alpha_bar) * score) / signal,
        "sample_not_rescaled": shifted,
        "sample_by_deviation": (x_t + spread * score) / signal,
        "sample_without_root": Fraction(shifted) / alpha_bar,
    }


def _score(x_t: "Tensor", signal: "Tensor", spread: "Tensor", x_0: "Tensor") -> "Tensor":
    """The slope in x_t of torch's log density of N(signal · x_0, spread²); all are [variants]."""
    import torch

    normal: Any = torch.distributions.Normal
    point = x_t.clone().requires_grad_(True)
    value = normal(signal * x_0, spread).log_prob(point)
    return torch.autograd.grad(value.sum(), point)[0]


def _clean(
    x_t: "Tensor",
    signal: "Tensor",
    spread: "Tensor",
    slope: "Tensor",
    curvature: float = 0.0,
) -> "Tensor":
    """The x_0 at which ln N(x_t; signal · x_0, spread²) has the slope `slope` + curvature · x_0.

    Found by Newton's method as the maximum over x_0 of the log density less the parabola with
    that slope; all are [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal

    def objective(sample: "Tensor") -> "Tensor":
        place = sample[:, 0]
        value: Tensor = normal(signal * place, spread).log_prob(x_t)
        return value - slope * place - curvature * place**2 / 2

    return maximise(objective, x_t[:, None])[:, 0]


def _clean_of_noise(x_t: "Tensor", signal: "Tensor", spread: "Tensor", noise: "Tensor") -> "Tensor":
    """The log density's slope in x_0 is signal · ε / spread."""
    return _clean(x_t, signal, spread, signal * noise / spread)


@check("diffusion_predictions.from_noise", tolerance=1e-8)
def from_noise_by_newton(x_t: "Tensor", alpha_bar: "Tensor", noise: "Tensor") -> Mapping[str, Any]:
    """Looks for the x_0 whose log density has the slope that this noise gives.

    The mistakes do so with other scales or noise; all are [variants].
    """
    rest = 1 - alpha_bar
    signal, spread = alpha_bar.sqrt(), rest.sqrt()
    sample = _clean_of_noise(x_t, signal, spread, noise)
    return {
        "sample": sample,
        "sample_not_rescaled": signal * sample,
        "sample_without_roots": _clean_of_noise(x_t, alpha_bar, rest, noise),
        "sample_noise_added": _clean_of_noise(x_t, signal, spread, -noise),
        "sample_scales_swapped": _clean_of_noise(x_t, spread, signal, noise),
    }


@check("diffusion_predictions.from_sample", tolerance=1e-8)
def from_sample_by_slopes(x_t: "Tensor", alpha_bar: "Tensor", x_0: "Tensor") -> Mapping[str, Any]:
    """The noise from the score of torch's log density, the velocity as a slope in the angle.

    x_t = cos φ x_0 + sin φ ε with cos φ = √ᾱ, and v = dx_t/dφ. The mistakes have other scales,
    another angle or a flipped x_0; all are [variants]. Source: Salimans and Ho, Progressive
    distillation (2022), appendix D.
    """
    import torch

    rest = 1 - alpha_bar
    signal, spread = alpha_bar.sqrt(), rest.sqrt()
    score = _score(x_t, signal, spread, x_0)
    noise = -spread * score

    def velocity(angle: "Tensor", clean: "Tensor") -> "Tensor":
        turned = angle.clone().requires_grad_(True)
        value = torch.cos(turned) * clean + torch.sin(turned) * noise
        return torch.autograd.grad(value.sum(), turned)[0]

    return {
        "noise": noise,
        "velocity": velocity(torch.acos(signal), x_0),
        "score": score,
        "noise_not_rescaled": -rest * score,
        "noise_without_roots": -rest * _score(x_t, alpha_bar, rest, x_0),
        "noise_unscaled_sample": -spread * _score(x_t, torch.ones_like(x_t), spread, x_0),
        "velocity_scales_swapped": velocity(torch.asin(signal), x_0),
        "velocity_sign": velocity(torch.acos(signal), -x_0),
        "score_sign": -score,
        "score_by_deviation": spread * score,
    }


@check("diffusion_predictions.from_velocity", tolerance=1e-8)
def from_velocity_by_newton(
    x_t: "Tensor", alpha_bar: "Tensor", velocity: "Tensor"
) -> Mapping[str, Any]:
    """Looks for the x_0 whose log density has the slope that this velocity gives.

    √ᾱ ε = v + √(1 − ᾱ) x_0 makes the slope in x_0 equal to v / √(1 − ᾱ) + x_0. The mistakes have
    another velocity or other scales, or take v for the noise; all are [variants].
    """
    signal, spread = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    sample = _clean(x_t, signal, spread, velocity / spread, 1.0)
    return {
        "sample": sample,
        "noise": -spread * _score(x_t, signal, spread, sample),
        "sample_sign": _clean(x_t, signal, spread, -velocity / spread, 1.0),
        "sample_scales_swapped": _clean(x_t, spread, signal, velocity / signal, 1.0),
        "velocity_taken_for_noise": _clean_of_noise(x_t, signal, spread, velocity),
    }


@check("diffusion_predictions.from_score", tolerance=1e-8)
def from_score_by_newton(x_t: "Tensor", alpha_bar: "Tensor", score: "Tensor") -> Mapping[str, Any]:
    """Looks for the x_0 whose density N(√ᾱ x_0, 1 − ᾱ) has this score at x_t.

    The log density's slope in x_0 is −√ᾱ times the score; all are [variants].
    """
    signal, spread = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    sample = _clean(x_t, signal, spread, -signal * score)
    return {
        "sample": sample,
        "sample_sign": _clean(x_t, signal, spread, signal * score),
        "sample_not_rescaled": signal * sample,
        "sample_by_deviation": _clean(x_t, signal, spread, -signal * score / spread),
        "sample_without_root": sample / signal,
    }
