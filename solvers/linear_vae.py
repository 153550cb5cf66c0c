"""Which coordinates a linear variational autoencoder uses when its decoder's noise is fixed.

The data have mean zero and a covariance of known eigenvalues; the decoder is N(W z, noise I), the
prior N(0, I), and the encoder linear and Gaussian. Each latent coordinate serves one direction.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
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

_HALVINGS = 120


@solver(
    "linear_vae.collapse",
    results={
        "active": "how many latent coordinates the best model uses",
        "squared_lengths": "squared length of each coordinate's column of the best W",
        "encoder_variances": "variance of each coordinate under the best encoder, for every x",
        "rates": "mean KL term of each coordinate over the data, in nats",
        "collapse_noise": "the least noise variance with which no coordinate is used",
    },
    mistakes={
        "active_all": "Counts every coordinate as used",
        "active_by_noise_deviation": "Compares the noise's standard deviation with the eigenvalues",
        "variances_of_the_data_fit": "noise/(noise + eigenvalue): takes eigenvalue for length",
        "mean_variances": "The variance over the data of each coordinate's encoder mean",
        "rates_not_halved": "Forgets the factor 1/2 in the KL terms",
        "rates_of_lengths": "Takes the squared lengths for the eigenvalues in the used ones",
        "rates_in_bits": "Takes logarithms to base 2",
        "first_collapse_noise": "The least noise variance with which some coordinate is not used",
        "noise_without_latent": "The noise variance that fits best without latent coordinates",
    },
    examples=(
        {"eigenvalues": (9, 4, 2, 1), "noise": 3},
        {"eigenvalues": (8, Fraction(5, 2), Fraction(1, 2)), "noise": 1},
        {"eigenvalues": (6, 5), "noise": Fraction(3, 2)},
        {"eigenvalues": (3, Fraction(1, 4)), "noise": 4},
    ),
)
def collapse(eigenvalues: Vector, noise: Scalar) -> SolverResults:
    """The best linear VAE for data with these eigenvalues and a decoder of variance `noise`.

    Along a direction of variance lambda the model has the variance l² + noise, best as
    max(lambda, noise). The encoder then has the variance noise/(l² + noise) and, over the data, a
    mean of variance 1 − noise/lambda, so that its mean KL term is ln(lambda/noise)/2, or 0 where
    lambda ≤ noise: the coordinate has collapsed. Sources: Lucas, Tucker, Grosse and Norouzi,
    Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse (2019), on the linear VAE
    and its collapse; Tipping and Bishop, Probabilistic Principal Component Analysis (1999), on
    the maximum of the likelihood. The rates are those of reverse water-filling: Cover and
    Thomas, Elements of Information Theory (2006), the rate distortion of a Gaussian vector.
    Raises ValueError unless all numbers are positive.
    """
    require_vector("eigenvalues", eigenvalues)
    for index, value in enumerate(eigenvalues):
        require_positive(f"eigenvalues[{index}]", value)
    require_positive("noise", noise)
    (*spreads, own), unit = over_common_denominator((*eigenvalues, noise))
    wider = [max(spread, own) for spread in spreads]
    rates = [log(spread / own) / 2 if spread > own else 0.0 for spread in spreads]
    return {
        "active": sum([spread > own for spread in spreads]),
        "squared_lengths": tuple([max(value - noise, 0) for value in eigenvalues]),
        "encoder_variances": tuple([fraction(own, wide) for wide in wider]),
        "rates": tuple(rates),
        "collapse_noise": max(eigenvalues),
        "active_all": len(eigenvalues),
        "active_by_noise_deviation": sum([spread * spread > own * unit for spread in spreads]),
        "variances_of_the_data_fit": tuple([fraction(own, own + spread) for spread in spreads]),
        "mean_variances": tuple([fraction(wide - own, wide) for wide in wider]),
        "rates_not_halved": tuple([2 * rate for rate in rates]),
        "rates_of_lengths": tuple(
            [log((spread - own) / own) / 2 if spread > own else 0.0 for spread in spreads]
        ),
        "rates_in_bits": tuple([rate / log(2) for rate in rates]),
        "first_collapse_noise": min(eigenvalues),
        "noise_without_latent": fraction(sum(spreads), unit * len(spreads)),
    }


@check("linear_vae.collapse", tolerance=1e-7)
def collapse_by_search(eigenvalues: "Tensor", noise: "Tensor") -> Mapping[str, Any]:
    """The best length by bisecting the slope of the likelihood, then the best encoder of its ELBO.

    eigenvalues: [variants, d]; noise: [variants]. Directions are fitted apart, as rows. Mistakes
    repeat this with the noise's root, or with a column as long as the data are wide; the noise
    at which a direction collapses is where the slope of the likelihood at length 0 changes sign.
    """
    import torch

    # Few different variances and noises are drawn, so that each pair is fitted once.
    directions = torch.stack((eigenvalues, noise[:, None].expand_as(eigenvalues)), dim=-1)
    kinds, kind_of = torch.unique(directions.flatten(0, 1), dim=0, return_inverse=True)
    kind_of = kind_of.reshape(eigenvalues.shape)
    spread, own_noise = kinds.unbind(-1)
    # Noise below the variance of each direction leaves all of them in use.
    noises = torch.cat((own_noise, spread / 2, own_noise.sqrt()))
    square, *others = _best_square(spread.repeat(3), noises).chunk(3)
    faint, by_deviation = (each > 0 for each in others)
    variances, mean_variances, rates = _best_encoder(spread, own_noise, square)
    used = square > 0
    logarithms = (square / own_noise).where(used, 1.0).log() / 2
    critical = _critical_noise(spread)[kind_of]
    return {
        "active": used[kind_of].sum(-1),
        "squared_lengths": square[kind_of],
        "encoder_variances": variances[kind_of],
        "rates": rates[kind_of],
        "collapse_noise": critical.amax(-1),
        "active_all": faint[kind_of].sum(-1),
        "active_by_noise_deviation": by_deviation[kind_of].sum(-1),
        "variances_of_the_data_fit": _best_encoder(spread, own_noise, spread)[0][kind_of],
        "mean_variances": mean_variances[kind_of],
        "rates_not_halved": 2 * rates[kind_of],
        "rates_of_lengths": logarithms[kind_of],
        "rates_in_bits": (rates / rates.new_tensor(2.0).log())[kind_of],
        "first_collapse_noise": critical.amin(-1),
        "noise_without_latent": _isotropic_variance(eigenvalues),
    }


def _best_encoder(
    spread: "Tensor", noise: "Tensor", square: "Tensor"
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Variance, variance of the mean over the data, and mean KL term of the best encoder; [rows].

    For data of variance `spread` and a column of W whose squared length is `square`.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import cubature_nodes, maximise
    from qgen.solvers.numerics.torch_laws import log_density

    nodes = cubature_nodes(2)
    data, own = spread.sqrt()[:, None] * nodes[:, 0], nodes[:, 1]
    length = square.sqrt()[:, None]

    def elbo(parameters: "Tensor") -> "Tensor":
        """Over the data and the encoder's noise; concave in its slope and log deviation."""
        sample = parameters[:, :1] * data + parameters[:, 1:].exp() * own
        misfit = (data - length * sample) ** 2 / noise[:, None]
        return -(misfit + sample**2).mean(-1) / 2 + parameters[:, 1]

    best = maximise(elbo, torch.zeros(len(spread), 2, dtype=spread.dtype))
    mean, deviation = best[:, :1] * data, best[:, 1:].exp()
    sample = mean + deviation * own
    encoder, prior = Normal(mean, deviation), Normal(0.0, 1.0)
    rates = (log_density(encoder, sample) - log_density(prior, sample)).mean(-1)
    return deviation[:, 0] ** 2, (mean**2).mean(-1), rates


def _slope(square: "Tensor", spread: "Tensor", noise: "Tensor") -> "Tensor":
    """The slope of the log-likelihood in a column's squared length, by autograd; [rows]."""
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.torch_laws import log_density

    leaf = square.clone().requires_grad_(True)
    model = Normal(torch.zeros_like(leaf), (leaf + noise).sqrt())
    (gradient,) = torch.autograd.grad(log_density(model, spread.sqrt()).sum(), leaf)
    return gradient


def _best_square(spread: "Tensor", noise: "Tensor") -> "Tensor":
    """The square of a column's length that makes data of variance `spread` likeliest; [rows].

    Where the likelihood falls from 0 on, it is 0; else its slope, by autograd, changes sign once.
    """
    import torch

    low, high = torch.zeros_like(spread), spread.clone()
    rising = _slope(low, spread, noise) > 1e-12 / noise
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        upward = _slope(middle, spread, noise) > 0
        low, high = torch.where(upward, middle, low), torch.where(upward, high, middle)
    return torch.where(rising, (low + high) / 2, torch.zeros_like(low))


def _critical_noise(spread: "Tensor") -> "Tensor":
    """The noise variance from which on a direction has no column, by bisection; [rows]."""
    import torch

    low, high = spread / 100, spread * 100
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = _slope(torch.zeros_like(spread), spread, middle) > 0
        low, high = torch.where(rising, middle, low), torch.where(rising, high, middle)
    return (low + high) / 2


def _isotropic_variance(eigenvalues: "Tensor") -> "Tensor":
    """The variance of the likeliest N(0, variance · I), by Newton's method; [variants]."""
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import maximise
    from qgen.solvers.numerics.torch_laws import log_density

    def log_likelihood(log_deviation: "Tensor") -> "Tensor":
        return log_density(Normal(0.0, log_deviation.exp()), eigenvalues.sqrt()).sum(-1)

    start = eigenvalues.amax(-1, keepdim=True).log() / 2
    return (2 * maximise(log_likelihood, start)[:, 0]).exp()
