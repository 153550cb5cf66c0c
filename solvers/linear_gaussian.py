"""The linear-Gaussian latent variable model with one latent coordinate.

z ~ N(0, 1) and x_i = w_i z + b_i + alpha eps_i with independent eps_i ~ N(0, 1): a linear
variational autoencoder whose best encoder is the exact posterior.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, isqrt, lcm, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Quotient, Sum, linear
from qgen.document.numbers import fraction
from qgen.document.values import Real, SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "linear_gaussian.posterior",
    results={
        "posterior_mean": "mean of p(z | x), a formula in x_1, x_2, …",
        "posterior_variance": "variance of p(z | x)",
        "posterior_deviation": "standard deviation of p(z | x)",
        "posterior_precision": "one over the variance of p(z | x)",
        "decoder_parameters": "theta_1, theta_2, …: w_1, b_1, w_2, b_2, … of the mean of p(x | z)",
        "decoder_variance": "variance of each coordinate of p(x | z)",
    },
    mistakes={
        "averaged_inverses": "Averages the inverses (x_i − b_i) / w_i of the coordinates, "
        "ignoring how noisy each is (and the prior); coordinates with w_i = 0 are left out",
        "least_squares_mean": "Forgets the prior: the least-squares estimate of z",
        "least_squares_variance": "Forgets the prior: the variance of the least-squares estimate",
        "forgotten_intercepts_mean": "Does not subtract b from x in the posterior mean",
        "unsquared_noise_mean": "Takes alpha for the noise's variance in the posterior mean",
        "unsquared_noise_variance": "Takes alpha for the noise's variance in the variance",
    },
    examples=(
        {"w": (3, 4, 1), "b": (2, 1, -2), "alpha": Fraction(1, 2)},
        {"w": (3, 4, 1), "b": (2, 1, -2), "alpha": 1},
        {"w": (-2, 0), "b": (0, Fraction(3, 4)), "alpha": 3},
        {"w": (Fraction(-5, 3),), "b": (4,), "alpha": Fraction(2, 7)},
        {"w": (1, -5, 4, -2, 3, 1), "b": (0, 0, 1, -1, 4, 2), "alpha": 2},
    ),
)
def posterior(w: Vector, b: Vector, alpha: Scalar) -> SolverResults:
    """The exact posterior of z, by completing the square in the exponent.

    log p(z | x) = −z²/2 − Σ (x_i − w_i z − b_i)² / (2 alpha²) + terms without z
    = −(1 + Σ w_i² / alpha²) z² / 2 + z Σ w_i (x_i − b_i) / alpha² + …, hence the mean
    Σ w_i (x_i − b_i) / (alpha² + Σ w_i²) and the variance alpha² / (alpha² + Σ w_i²).

    Sources: Bishop, Pattern Recognition and Machine Learning (2006), equations 2.113 to 2.117;
    with one latent coordinate equation 12.42. Raises ValueError for vectors of different
    lengths, w without an entry other than zero, and alpha not above zero.
    """
    require_vector("w", w)
    require_vector("b", b, len(w))
    require_positive("alpha", alpha)
    noise = alpha * alpha
    signal = sum([slope * slope for slope in w])
    if not signal:
        raise ValueError("w must have an entry other than 0")
    total = noise + signal
    constant = -sum([slope * intercept for slope, intercept in zip(w, b, strict=True)])
    # All formulas share these numbers: made whole once, each formula only cancels.
    (*factors, shift, above_noise, above_signal, above_alpha), _ = over_common_denominator(
        (*w, constant, total, signal, alpha + signal)
    )
    variance = Fraction(noise, total)
    return {
        "posterior_mean": _linear_over(factors, shift, above_noise),
        "posterior_variance": variance,
        "posterior_deviation": _square_root(variance),
        "posterior_precision": Fraction(total, noise),
        "decoder_parameters": tuple([entry for pair in zip(w, b, strict=True) for entry in pair]),
        "decoder_variance": noise,
        "averaged_inverses": _averaged_inverses(w, b),
        "least_squares_mean": _linear_over(factors, shift, above_signal),
        "least_squares_variance": Fraction(noise, signal),
        "forgotten_intercepts_mean": _linear_over(factors, 0, above_noise),
        "unsquared_noise_mean": _linear_over(factors, shift, above_alpha),
        "unsquared_noise_variance": Fraction(alpha, alpha + signal),
    }


def _averaged_inverses(w: Vector, b: Vector) -> Formula:
    """The mean of (x_i − b_i) / w_i over the coordinates that have a slope."""
    used = [slope.numerator for slope in w if slope]
    common = lcm(*used)
    factors = [common // slope.numerator * slope.denominator if slope else 0 for slope in w]
    constant = -sum([factor * shift for factor, shift in zip(factors, b, strict=True)])
    (*whole, shift, below), _ = over_common_denominator((*factors, constant, len(used) * common))
    return _linear_over(whole, shift, below)


def _linear_over(factors: Sequence[int], constant: int, divisor: int) -> Formula:
    """(Σ factor_i x_i + constant) / divisor, with all numbers as small as can be."""
    common = gcd(*factors, constant, divisor)
    terms = [
        _term(factor // common, index) for index, factor in enumerate(factors, start=1) if factor
    ]
    if constant or not terms:
        terms.append(_whole(constant // common))
    above = terms[0] if len(terms) == 1 else Sum(tuple(terms))
    return above if divisor == common else Quotient(above, _whole(divisor // common))


@lru_cache(maxsize=4096)
def _term(factor: int, index: int) -> Formula:
    """factor · x_index, kept because drawn slopes are few and variants many."""
    return linear([(factor, f"x_{index}")], 0)


@lru_cache(maxsize=4096)
def _whole(number: int) -> Number:
    return Number(number)


def _square_root(value: Fraction) -> Real:
    """The square root of a fraction: exact where it is one, otherwise in double precision."""
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above * above == value.numerator and below * below == value.denominator:
        return fraction(above, below)
    return sqrt(value)


@check("linear_gaussian.posterior", tolerance=1e-8)
def posterior_by_elbo(w: "Tensor", b: "Tensor", alpha: "Tensor") -> Mapping[str, Any]:
    """Fits encoder and decoder to the model's own data by autograd; w, b: [variants, d].

    The encoder q(z | x) = N(phi · x + phi_0, s²) maximises the expected ELBO, whose maximum over
    this family is the posterior; the decoder maximises the expected log p(x | z). No formula
    of the posterior is used. The mistakes fit the encoder to other models, or take least squares
    by the pseudoinverse. Source: Kingma and Welling, Auto-Encoding Variational Bayes
    (2014), equation 3, with the reparameterisation of section 2.4.
    """
    import torch

    variants, d = w.shape
    phi, log_deviation = _best_encoder(w, b, alpha)
    theta, log_variance = _best_decoder(w, b, alpha)
    unshifted, _ = _best_encoder(w, torch.zeros_like(b), alpha)
    # An encoder that takes alpha for the variance believes in the deviation √alpha.
    careless, careless_deviation = _best_encoder(w, b, alpha.sqrt())
    deviation = log_deviation.exp()
    least_squares = torch.linalg.pinv(w[:, :, None])[:, 0]

    def residuals(points: Mapping[str, "Tensor"]) -> "Tensor":
        """x − b: [variants, points, d]."""
        return torch.stack([points[f"x_{i + 1}"] for i in range(d)], dim=-1) - b[:, None]

    def mean(phi: "Tensor") -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        return lambda points: (
            torch.stack([phi[:, i : i + 1] * points[f"x_{i + 1}"] for i in range(d)]).sum(0)
            + phi[:, d:]
        )

    return {
        "posterior_mean": mean(phi),
        "posterior_variance": deviation**2,
        "posterior_deviation": deviation,
        "posterior_precision": deviation**-2,
        "decoder_parameters": theta.reshape(variants, 2 * d),
        "decoder_variance": log_variance.exp(),
        # A coordinate without a slope divides by zero and is left out.
        "averaged_inverses": lambda points: torch.nanmean(
            residuals(points) / w.where(w != 0, torch.nan)[:, None], dim=-1
        ),
        "least_squares_mean": lambda points: (residuals(points) * least_squares[:, None]).sum(-1),
        "least_squares_variance": (alpha[:, None] * least_squares).square().sum(-1),
        "forgotten_intercepts_mean": mean(unshifted),
        "unsquared_noise_mean": mean(careless),
        "unsquared_noise_variance": (2 * careless_deviation).exp(),
    }


def _best_encoder(w: "Tensor", b: "Tensor", alpha: "Tensor") -> tuple["Tensor", "Tensor"]:
    """phi [variants, d + 1] and log s [variants] that maximise the expected ELBO.

    The expectation runs over z, eps_1 … eps_d and the encoder's own noise. The ELBO is
    quadratic in all of them, so cubature nodes give it exactly.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import cubature_nodes, maximise

    variants, d = w.shape
    nodes = cubature_nodes(d + 2)
    latent, noise, own = nodes[:, :1], nodes[:, 1:-1], nodes[:, -1]
    slopes, intercepts, scale = w[:, None, :], b[:, None, :], alpha[:, None, None]
    data = slopes * latent + intercepts + scale * noise
    # Inputs about their mean keep the Hessian well conditioned; the encoders are the same.
    centre = data.mean(1, keepdim=True)
    inputs = torch.cat((data - centre, torch.ones_like(data[..., :1])), dim=-1)

    def elbo(phi: "Tensor", log_deviation: "Tensor") -> "Tensor":
        sample = (inputs @ phi[:, :, None]).squeeze(-1) + log_deviation.exp() * own
        misfit = (data - slopes * sample[..., None] - intercepts) / scale
        return (-(misfit**2).sum(-1) / 2 - sample**2 / 2).mean(-1) + log_deviation[:, 0]

    start = torch.zeros(variants, 1, dtype=w.dtype)
    phi = maximise(lambda phi: elbo(phi, start), torch.zeros(variants, d + 1, dtype=w.dtype))
    log_deviation = maximise(lambda log_deviation: elbo(phi, log_deviation), start)
    constant = phi[:, d:] - (phi[:, :d] * centre[:, 0]).sum(-1, keepdim=True)
    return torch.cat((phi[:, :d], constant), dim=-1), log_deviation[:, 0]


def _best_decoder(w: "Tensor", b: "Tensor", alpha: "Tensor") -> tuple["Tensor", "Tensor"]:
    """theta [variants, d, 2] (slope, intercept) and log variance [variants] of p(x | z).

    They maximise the expected log-likelihood of x given z, over both.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import cubature_nodes, maximise

    variants, d = w.shape
    nodes = cubature_nodes(d + 1)
    latent, noise = nodes[:, :1], nodes[:, 1:]
    data = w[:, None, :] * latent + b[:, None, :] + alpha[:, None, None] * noise

    def log_likelihood(theta: "Tensor", log_variance: "Tensor") -> "Tensor":
        slopes, intercepts = theta[:, None, :d], theta[:, None, d:]
        squares = ((data - slopes * latent - intercepts) ** 2).sum(-1).mean(-1)
        return -squares * (-log_variance[:, 0]).exp() / 2 - d * log_variance[:, 0] / 2

    start = torch.zeros(variants, 1, dtype=w.dtype)
    theta = maximise(
        lambda theta: log_likelihood(theta, start), torch.zeros(variants, 2 * d, dtype=w.dtype)
    )
    log_variance = maximise(lambda log_variance: log_likelihood(theta, log_variance), start)
    return torch.stack((theta[:, :d], theta[:, d:]), dim=-1), log_variance[:, 0]
