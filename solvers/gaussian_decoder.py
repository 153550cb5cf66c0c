"""The noise variance of a Gaussian decoder that a weighted squared error stands for."""

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_HALVINGS = 100
_MOST_PIXELS = 1_000_000


@solver(
    "gaussian_decoder.weighted_loss",
    results={"noise_variance": "sigma² of the decoder N(f(z), sigma² I) whose ELBO is maximised"},
    mistakes={
        "mean_overlooked": "Takes the mean over the pixels for a sum: weight/2",
        "two_overlooked": "Forgets the factor 2 of the Gaussian exponent: pixels · weight",
        "noise_deviation": "The standard deviation sigma",
        "noise_precision": "The precision 1/sigma²",
    },
    examples=(
        {"pixels": 784, "weight": Fraction(1, 100)},
        {"pixels": 64, "weight": Fraction(3, 1000)},
        {"pixels": 4, "weight": 2},
    ),
)
def weighted_loss(pixels: Scalar, weight: Scalar) -> SolverResults:
    """The loss (Σ of squares)/pixels + weight · KL as minus an ELBO: sigma² = pixels · weight/2.

    Minus the ELBO of the decoder is (Σ of squares)/(2 sigma²) + KL and a constant. Both losses are
    proportional where the squares weigh 1/(pixels · weight) = 1/(2 sigma²) beside the KL term.
    Source: Rybkin, Daniilidis and Levine, Simple and Effective VAE Training with Calibrated
    Decoders (2021), on the weight of the KL term as the decoder's variance. Raises ValueError
    unless pixels is a whole number from 1 and the weight is positive.
    """
    count = require_count("pixels", pixels, 1, _MOST_PIXELS)
    require_positive("weight", weight)
    variance = Fraction(count * weight) / 2
    return {
        "noise_variance": variance,
        "mean_overlooked": Fraction(weight) / 2,
        "two_overlooked": count * weight,
        "noise_deviation": sqrt(variance),
        "noise_precision": 1 / variance,
    }


@check("gaussian_decoder.weighted_loss", tolerance=1e-8)
def weighted_loss_by_bisection(pixels: "Tensor", weight: "Tensor") -> Mapping[str, Any]:
    """Bisects log sigma until a picture that is off by 1 in every pixel costs as many nats.

    In the program it costs 1 for a weight of KL, so 1/weight nats; in the ELBO what torch's own
    density falls by. pixels, weight: [variants]. Mistakes count one pixel, or leave the exponent's
    half out of the density.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.torch_laws import log_density

    def best(count: "Tensor", factor: float) -> "Tensor":
        low, high = torch.full_like(weight, -30), torch.full_like(weight, 30)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            pixel = Normal(torch.zeros_like(middle), middle.exp())
            gone = log_density(pixel, torch.zeros_like(middle))
            cost = factor * count * (gone - log_density(pixel, torch.ones_like(middle)))
            dear = cost > 1 / weight
            low, high = torch.where(dear, middle, low), torch.where(dear, high, middle)
        return (low + high).exp()

    variance = best(pixels, 1.0)
    return {
        "noise_variance": variance,
        "mean_overlooked": best(torch.ones_like(pixels), 1.0),
        "two_overlooked": best(pixels, 2.0),
        "noise_deviation": variance.sqrt(),
        "noise_precision": 1 / variance,
    }
