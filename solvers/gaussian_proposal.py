"""Importance sampling of a Gaussian target with a Gaussian proposal: when the weights explode."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import exp, log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Number, Product, Quotient, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_T = Symbol("t")
_V = Sum((Number(1), _T))
_REACH, _NODES = 6.0, 801
_FORMULAS = (
    "mean_squared_weight_formula",
    "root_forgotten_formula",
    "under_target_formula",
    "exponents_added_formula",
    "peak_formula",
)


@solver(
    "gaussian_proposal.weights",
    results={
        "mean_squared_weight": "E_q w² in one dimension",
        "effective_share": "1/E_q w², the share of draws that count, in one dimension",
        "product_mean_squared_weight": "E_q w² in all dimensions together",
        "effective_draws": "the draws over E_q w² in all dimensions together",
        "mean_squared_weight_formula": "E_q w² in one dimension, a formula in t",
    },
    mistakes={
        "weight_variance": "Takes the variance of the weights, the mean square less 1",
        "draws_in_one_dimension": "The draws that count in one dimension: the others are left out",
        "draws_over_dimensions": "Divides by the number of dimensions in place of raising to it",
        "root_forgotten_formula": "E_q w² without the root below the line, a formula in t",
        "under_target_formula": "E_p w², the mean under the target, a formula in t",
        "exponents_added_formula": "Multiplies by q instead of dividing by it in the exponent, a "
        "formula in t",
        "peak_formula": "The largest weight instead of the mean square, a formula in t",
    },
    domains={name: {"t": "positive"} for name in _FORMULAS},
    examples=(
        {"t": 1, "dimensions": 10, "draws": 1000},
        {"t": Fraction(1, 2), "dimensions": 3, "draws": 50},
        {"t": Fraction(7, 2), "dimensions": 2, "draws": 10**5},
    ),
)
def weights(t: Scalar, dimensions: Scalar, draws: Scalar) -> SolverResults:
    """Target N(0, 1), proposal q = N(0, 1 + t) in each of so many independent dimensions.

    With v = 1 + t, w² q is √(v/(2π)) exp(−λ x²/2) with λ = 2 − 1/v, so that E_q w² = √(v/λ) =
    v/√(2v − 1). The mean squares of independent coordinates multiply. Source: Robert and Casella,
    Monte Carlo Statistical Methods (2004), section 3.3 (finite variance of importance sampling);
    the integral by hand. Raises ValueError unless t is above 0, there are 1 to 1000 dimensions and
    1 to 10^9 draws, and for weights beyond all bounds.
    """
    require_positive("t", t)
    count = require_count("dimensions", dimensions, 1, 1000)
    total = require_count("draws", draws, 1, 10**9)
    logarithm = log(1 + t) - log(1 + 2 * t) / 2
    if count * logarithm > 600:
        raise ValueError("the mean squared weight is too large for so many dimensions")
    second = exp(logarithm)
    return {
        "mean_squared_weight": second,
        "effective_share": 1 / second,
        "product_mean_squared_weight": exp(count * logarithm),
        "effective_draws": total * exp(-count * logarithm),
        "mean_squared_weight_formula": Quotient(_V, Call("sqrt", (_multiple(2),))),
        "weight_variance": second - 1,
        "draws_in_one_dimension": total / second,
        "draws_over_dimensions": total / second / count,
        "root_forgotten_formula": Quotient(_V, _multiple(2)),
        "under_target_formula": Product((_V, Call("sqrt", (Quotient(_V, _multiple(3)),)))),
        "exponents_added_formula": Quotient(_V, Call("sqrt", (_multiple(2, 3),))),
        "peak_formula": Call("sqrt", (_V,)),
    }


def _multiple(factor: int, start: int = 1) -> Sum:
    """The formula start + factor · t."""
    return Sum((Number(start), Product((Number(factor), _T))))


@check("gaussian_proposal.weights", tolerance=1e-7)
def weights_by_quadrature(t: "Tensor", dimensions: "Tensor", draws: "Tensor") -> Mapping[str, Any]:
    """Integrates w² q by the trapezoidal rule in u, with x = sinh u; all arguments [variants].

    The integrand and all its derivatives vanish at both ends, so that the rule converges
    exponentially: Trefethen and Weideman, The Exponentially Convergent Trapezoidal Rule (2014).
    The mistakes are integrals of other powers of p and q.
    """
    import torch
    from torch.distributions import Normal

    u = torch.linspace(-_REACH, _REACH, _NODES, dtype=t.dtype)
    x, slope = u.sinh(), u.cosh() * (u[1] - u[0])
    normal: Any = Normal
    target = normal(torch.zeros(1).double(), torch.ones(1).double()).log_prob(x)

    def proposal(spread: "Tensor") -> "Tensor":
        """The log density [variants, k, nodes] for proposal variances [variants, k]."""
        law = normal(torch.zeros_like(spread)[..., None], spread.sqrt()[..., None])
        density: Tensor = law.log_prob(x)
        return density

    def integral(of_target: int, of_proposal: int, spread: "Tensor") -> "Tensor":
        """∫ p^of_target q^of_proposal dx, [variants, k]."""
        exponent = of_target * target + of_proposal * proposal(spread)
        found: Tensor = (exponent.exp() * slope).sum(-1)
        return found

    def in_t(route: Callable[["Tensor"], "Tensor"]) -> Callable[..., "Tensor"]:
        # These formulas hold no drawn number, and all variants are asked at the same points.
        return lambda points: route(1 + points["t"][:1]).expand_as(points["t"])

    second = integral(2, -1, 1 + t[:, None])[:, 0]
    variance = integral(2, -1, 1 + t[:, None]) - 2 * integral(1, 0, 1 + t[:, None]) + 1
    return {
        "mean_squared_weight": second,
        "effective_share": 1 / second,
        "product_mean_squared_weight": second**dimensions,
        "effective_draws": draws * second**-dimensions,
        "mean_squared_weight_formula": in_t(lambda v: integral(2, -1, v)),
        "weight_variance": variance[:, 0],
        "draws_in_one_dimension": draws / second,
        "draws_over_dimensions": draws / (second * dimensions),
        "root_forgotten_formula": in_t(lambda v: integral(2, -1, v) ** 2 / v),
        "under_target_formula": in_t(lambda v: integral(3, -2, v)),
        # The factor before the exponent stays that of 1/q, 2πv times that of q.
        "exponents_added_formula": in_t(lambda v: integral(2, 1, v) * 2 * torch.pi * v),
        "peak_formula": in_t(lambda v: (target - proposal(v)).amax(-1).exp()),
    }
