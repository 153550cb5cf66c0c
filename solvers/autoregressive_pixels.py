"""The probability of a pixel's level under a logistic distribution that is cut into levels."""

from collections.abc import Mapping
from math import exp, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_LEVELS = 256
_FARTHEST = 30
_TAIL = 60


@solver(
    "autoregressive_pixels.discretised_logistic",
    results={
        "probability": "probability of the level x",
        "bits": "−log2 of it",
        "above": "value of the distribution function at the upper border of the level",
        "below": "value of the distribution function at the lower border of the level",
    },
    mistakes={
        "density": "The density at x, times the width 1 of the level",
        "from_level_up": "Takes the borders x and x + 1",
        "upper_only": "The distribution function at the upper border",
        "scale_forgotten": "Does not divide by the scale",
        "scale_multiplied": "Multiplies by the scale",
    },
    examples=(
        {"x": 3, "mu": 2, "scale": 1, "levels": 16},
        {"x": 0, "mu": 1, "scale": 2, "levels": 4},
        {"x": 255, "mu": 251, "scale": 3, "levels": 256},
    ),
)
def discretised_logistic(x: Scalar, mu: Scalar, scale: Scalar, levels: Scalar) -> SolverResults:
    """P(x) = F(x + 1/2) − F(x − 1/2) with F(y) = 1 / (1 + exp(−(y − mu) / scale)).

    The levels are 0, …, levels − 1; the first takes all mass below and the last all above.
    Source: Salimans, Karpathy, Chen and Kingma, PixelCNN++: improving the PixelCNN with
    discretized logistic mixture likelihood and other modifications (2017), section 2.1. Raises
    ValueError for a level that does not exist, and for borders that lie more than 30 scales
    from mu.
    """
    count = require_count("levels", levels, 2, _MOST_LEVELS)
    level = require_count("x", x, 0, count - 1)
    require_scalar("mu", mu)
    require_positive("scale", scale)
    distance, width = float(level - mu), float(scale)
    if (abs(distance) + 1) > _FARTHEST * min(1, width, 1 / width):
        raise ValueError(f"x must lie within {_FARTHEST} scales of mu")
    upper, lower = _sigmoid((distance + 0.5) / width), _sigmoid((distance - 0.5) / width)
    above = 1.0 if level == count - 1 else upper
    below = 0.0 if level == 0 else lower
    probability = above - below
    middle = _sigmoid(distance / width)
    return {
        "probability": probability,
        "bits": -log(probability) / log(2),
        "above": above,
        "below": below,
        "density": middle * (1 - middle) / width,
        "from_level_up": _sigmoid((distance + 1) / width) - middle,
        "upper_only": upper,
        "scale_forgotten": _sigmoid(distance + 0.5) - _sigmoid(distance - 0.5),
        "scale_multiplied": _sigmoid((distance + 0.5) * width) - _sigmoid((distance - 0.5) * width),
    }


def _sigmoid(value: float) -> float:
    return 1 / (1 + exp(-value))


@check("autoregressive_pixels.discretised_logistic", tolerance=1e-8)
def discretised_logistic_by_quadrature(
    x: "Tensor", mu: "Tensor", scale: "Tensor", levels: "Tensor"
) -> Mapping[str, Any]:
    """Integrates the density sech²((y − mu) / (2 scale)) / (4 scale) over the level's cell.

    An open cell ends 60 scales away from mu, where nothing is left. All are [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    nodes, weights = gauss_legendre(400)

    def mass(start: "Tensor", end: "Tensor", width: "Tensor") -> "Tensor":
        places = start[:, None] + (end - start)[:, None] * nodes
        angle = (places - mu[:, None]) / (2 * width[:, None])
        density = 1 / (torch.cosh(angle) ** 2 * 4 * width[:, None])
        return (density * weights).sum(-1) * (end - start)

    low, high = mu - _TAIL * scale, mu + _TAIL * scale
    start = torch.where(x == 0, low, x - 0.5)
    end = torch.where(x == levels - 1, high, x + 0.5)
    probability = mass(start, end, scale)
    place = x.clone().requires_grad_(True)
    (density,) = torch.autograd.grad(torch.sigmoid((place - mu) / scale).sum(), place)
    return {
        "probability": probability,
        "bits": -probability.log2(),
        "above": mass(low, end, scale),
        "below": mass(low, start, scale),
        "density": density,
        "from_level_up": mass(x, x + 1, scale),
        "upper_only": mass(low, x + 0.5, scale),
        "scale_forgotten": mass(x - 0.5, x + 0.5, torch.ones_like(scale)),
        "scale_multiplied": mass(x - 0.5, x + 0.5, 1 / scale),
    }
