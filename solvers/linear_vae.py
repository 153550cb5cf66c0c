"""Which coordinates a linear variational autoencoder uses when its decoder's noise is fixed.

The data have mean zero and a covariance of known eigenvalues; the decoder is N(W z, noise I), the
prior N(0, I), and the encoder linear and Gaussian. Each latent coordinate serves one direction.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Scalar, Vector, require_positive, require_vector
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_HALVINGS = 120


@solver(
    "linear_vae.collapse",
    results={
        "active": "how many latent coordinates the best model uses",
        "collapsed": "for each eigenvalue, whether its coordinate is left at the prior",
        "squared_lengths": "squared length of each coordinate's column of the best W",
        "encoder_variances": "variance of each coordinate under the best encoder, for every x",
        "rates": "mean KL term of each coordinate over the data, in nats",
        "rate": "their sum",
    },
    mistakes={
        "active_all": "Counts every coordinate as used",
        "active_by_deviation": "Compares the noise's variance with the roots of the eigenvalues",
        "active_by_noise_deviation": "Compares the noise's standard deviation with the eigenvalues",
        "lengths_not_reduced": "The eigenvalues: the noise is not subtracted",
        "variances_of_the_data_fit": "noise/(noise + eigenvalue): takes eigenvalue for length",
        "rate_not_halved": "Forgets the factor 1/2",
        "rate_of_lengths": "Takes the squared lengths for the eigenvalues in the used ones",
        "rate_unclipped": "Adds the negative terms of the collapsed coordinates, too",
        "rate_in_bits": "Takes logarithms to base 2",
    },
    examples=(
        {"eigenvalues": (9, 4, 2, 1), "noise": 3},
        {"eigenvalues": (8, Fraction(5, 2), Fraction(1, 2)), "noise": 1},
        {"eigenvalues": (6, 5), "noise": Fraction(3, 2)},
        {"eigenvalues": (3, Fraction(1, 4)), "noise": 4},
    ),
)
def collapse(eigenvalues: Vector, noise: Scalar) -> Answers:
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
    used = [value for value in eigenvalues if value > noise]
    ratios = [Fraction(value) / noise for value in eigenvalues]
    terms = [log(ratio) / 2 if ratio > 1 else 0.0 for ratio in ratios]
    rate = fsum(terms)
    return {
        "active": len(used),
        "collapsed": tuple([ratio <= 1 for ratio in ratios]),
        "squared_lengths": tuple([max(value - noise, 0) for value in eigenvalues]),
        "encoder_variances": tuple([1 / max(ratio, Fraction(1)) for ratio in ratios]),
        "rates": tuple(terms),
        "rate": rate,
        "active_all": len(eigenvalues),
        "active_by_deviation": sum([value > noise * noise for value in eigenvalues]),
        "active_by_noise_deviation": sum([value * value > noise for value in eigenvalues]),
        "lengths_not_reduced": eigenvalues,
        "variances_of_the_data_fit": tuple([1 / (1 + ratio) for ratio in ratios]),
        "rate_not_halved": 2 * rate,
        "rate_of_lengths": fsum([log(ratio - 1) / 2 for ratio in ratios if ratio > 1]),
        "rate_unclipped": fsum([log(ratio) / 2 for ratio in ratios]),
        "rate_in_bits": rate / log(2),
    }


@check("linear_vae.collapse", tolerance=1e-7)
def collapse_by_search(eigenvalues: "Tensor", noise: "Tensor") -> Mapping[str, Any]:
    """The best length by bisecting the slope of the likelihood, then the best encoder of its ELBO.

    eigenvalues: [variants, d]; noise: [variants]. Directions are fitted apart, as rows.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import cubature_nodes, maximise
    from qgen.solvers.numerics.torch_laws import log_density

    size = eigenvalues.shape
    spread, own_noise = eigenvalues.flatten(), noise[:, None].expand(size).flatten()
    square = _best_square(spread, own_noise)
    nodes = cubature_nodes(2)
    data, own = spread.sqrt()[:, None] * nodes[:, 0], nodes[:, 1]
    length = square.sqrt()[:, None]

    def elbo(parameters: "Tensor") -> "Tensor":
        """Over the data and the encoder's noise; concave in its slope and log deviation."""
        sample = parameters[:, :1] * data + parameters[:, 1:].exp() * own
        misfit = (data - length * sample) ** 2 / own_noise[:, None]
        return -(misfit + sample**2).mean(-1) / 2 + parameters[:, 1]

    best = maximise(elbo, torch.zeros(len(spread), 2, dtype=spread.dtype))
    mean, deviation = best[:, :1] * data, best[:, 1:].exp()
    encoder: Any = Normal(mean, deviation)
    prior: Any = Normal(torch.zeros_like(mean), torch.ones_like(mean))
    sample = mean + deviation * own
    rates = (log_density(encoder, sample) - log_density(prior, sample)).mean(-1).reshape(size)
    used = (square > 0).reshape(size)
    return {
        "active": used.sum(-1),
        "collapsed": ~used,
        "squared_lengths": square.reshape(size),
        "encoder_variances": (deviation[:, 0] ** 2).reshape(size),
        "rates": rates,
        "rate": rates.sum(-1),
    }


def _best_square(spread: "Tensor", noise: "Tensor") -> "Tensor":
    """The square of a column's length that makes data of variance `spread` likeliest; [rows].

    Where the likelihood falls from 0 on, it is 0; else its slope, by autograd, changes sign once.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.torch_laws import log_density

    def slope(square: "Tensor") -> "Tensor":
        leaf = square.clone().requires_grad_(True)
        law: Any = Normal(torch.zeros_like(leaf), (leaf + noise).sqrt())
        (gradient,) = torch.autograd.grad(log_density(law, spread.sqrt()).sum(), leaf)
        return gradient

    low, high = torch.zeros_like(spread), spread.clone()
    rising = slope(low) > 1e-12 / noise
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        upward = slope(middle) > 0
        low, high = torch.where(upward, middle, low), torch.where(upward, high, middle)
    return torch.where(rising, (low + high) / 2, torch.zeros_like(low))
