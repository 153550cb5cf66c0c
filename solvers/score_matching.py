"""Score matching on Gaussian data: the explicit loss, the denoising loss, and their difference."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "score_matching.gaussian_gap",
    results={
        "explicit": "E (model score − true score)² over noisy data",
        "denoising": "E (model score − score of the noise kernel)²",
        "constant": "denoising − explicit",
    },
    mistakes={
        "explicit_of_data": "Takes the score of the clean data for the true one",
        "explicit_sign": "Adds the two scores in place of subtracting them",
        "explicit_at_one": "The squared difference at x = 1: not averaged",
        "independent": "Takes the kernel's score for independent of x",
        "kernel_of_deviation": "Has 1 / sigma in place of 1 / sigma² as the kernel's mean square",
    },
    examples=(
        {"tau": 2, "sigma": 1, "spread": 4},
        {"tau": 1, "sigma": 3, "spread": 12},
        {"tau": Fraction(1, 2), "sigma": Fraction(3, 2), "spread": 1},
    ),
)
def gaussian_gap(tau: Scalar, sigma: Scalar, spread: Scalar) -> SolverResults:
    """Data N(0, tau²), x = x_0 + sigma · noise, and the model score −x / spread.

    With T = tau² + sigma² the explicit loss is T (1/T − 1/spread)², the denoising loss T/spread²
    − 2/spread + 1/sigma². Source: Vincent, A connection between score matching and denoising
    autoencoders (2011), section 4.2 and appendix. Raises ValueError for arguments not above zero.
    """
    for name, value in (("tau", tau), ("sigma", sigma), ("spread", spread)):
        require_positive(name, value)
    data, noise = Fraction(tau * tau), Fraction(sigma * sigma)
    total, slope = data + noise, Fraction(1) / spread
    explicit = total * (1 / total - slope) ** 2
    denoising = total * slope**2 - 2 * slope + 1 / noise
    return {
        "explicit": explicit,
        "denoising": denoising,
        "constant": denoising - explicit,
        "explicit_of_data": total * (1 / data - slope) ** 2,
        "explicit_sign": total * (1 / total + slope) ** 2,
        "explicit_at_one": (1 / total - slope) ** 2,
        "independent": total * slope**2 + 1 / noise,
        "kernel_of_deviation": total * slope**2 - 2 * slope + Fraction(1) / sigma,
    }


@check("score_matching.gaussian_gap", tolerance=1e-8)
def gaussian_gap_by_cubature(tau: "Tensor", sigma: "Tensor", spread: "Tensor") -> Mapping[str, Any]:
    """Averages over points of (x_0, noise), exact for squares, with scores by autograd.

    All are [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import cubature_nodes

    normal: Any = torch.distributions.Normal
    nodes = cubature_nodes(2)
    clean, noise = tau[:, None] * nodes[:, 0], sigma[:, None] * nodes[:, 1]
    noisy = clean + noise

    def score(place: "Tensor", mean: "Tensor", deviation: "Tensor") -> "Tensor":
        at = place.detach().clone().requires_grad_(True)
        return torch.autograd.grad(normal(mean, deviation[:, None]).log_prob(at).sum(), at)[0]

    none = torch.zeros_like(noisy)
    true = score(noisy, none, torch.hypot(tau, sigma))
    kernel = score(noisy, clean, sigma)
    own = score(noisy, none, spread.sqrt())

    def mean_square(value: "Tensor") -> "Tensor":
        return (value**2).mean(-1)

    explicit, denoising = mean_square(own - true), mean_square(own - kernel)
    at_one = score(torch.ones_like(none), none, spread.sqrt()) - score(
        torch.ones_like(none), none, torch.hypot(tau, sigma)
    )
    return {
        "explicit": explicit,
        "denoising": denoising,
        "constant": denoising - explicit,
        "explicit_of_data": mean_square(own - score(noisy, none, tau)),
        "explicit_sign": mean_square(own + true),
        "explicit_at_one": mean_square(at_one),
        "independent": mean_square(own) + mean_square(kernel),
        "kernel_of_deviation": denoising - mean_square(kernel) + mean_square(kernel).sqrt(),
    }
