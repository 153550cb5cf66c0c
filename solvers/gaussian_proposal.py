"""Importance sampling of a Gaussian target with a Gaussian proposal: when the weights explode."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Expression, Number, Product, Quotient, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_T, _ONE = Symbol("t"), Number(1)
_REACH, _NODES = 6.0, 801


@solver(
    "gaussian_proposal.weights",
    results={
        "mean_squared_weight": "E_q w² in one dimension",
        "weight_variance": "Var_q w in one dimension",
        "effective_share": "1/E_q w², the share of draws that count, in one dimension",
        "product_mean_squared_weight": "E_q w² in all dimensions together",
        "product_effective_share": "1/E_q w² in all dimensions together",
        "mean_squared_weight_formula": "E_q w² in one dimension for the proposal variance 1 + t, "
        "a formula in t",
    },
    mistakes={
        "root_forgotten": "E_q w² without the root below the line",
        "dimensions_multiplied": "Multiplies E_q w² by the number of dimensions",
        "share_over_dimensions": "Divides the effective share by the number of dimensions",
        "shares_lost_added": "Takes 1 − dimensions · (1 − share) for the effective share",
        "root_forgotten_formula": "E_q w² without the root below the line, a formula in t",
        "under_target_formula": "E_p w², the mean under the target, a formula in t",
        "exponents_added_formula": "Multiplies by q instead of dividing by it in the exponent, a "
        "formula in t",
        "peak_formula": "The largest weight instead of the mean square, a formula in t",
    },
    domains={
        name: {"t": "positive"}
        for name in (
            "mean_squared_weight_formula",
            "root_forgotten_formula",
            "under_target_formula",
            "exponents_added_formula",
            "peak_formula",
        )
    },
    examples=(
        {"variance": 2, "mean": 1, "dimensions": 10},
        {"variance": Fraction(3, 4), "mean": 0, "dimensions": 3},
        {"variance": Fraction(9, 2), "mean": Fraction(-1, 2), "dimensions": 2},
    ),
)
def weights(variance: Scalar, mean: Scalar, dimensions: Scalar) -> Answers:
    """Target N(0, 1), proposal q = N(mean, variance) in each of so many independent dimensions.

    w² q is proportional to exp(−x² + (x − mean)²/(2 variance)), a Gaussian integral that is finite
    for variance > 1/2: E_q w² = v/√(2v − 1) · exp(mean²/(2v − 1)). The mean squares of independent
    coordinates multiply. Source: Robert and Casella, Monte Carlo Statistical Methods (2004),
    section 3.3 (finite variance of importance sampling); the integral by hand. Raises ValueError
    unless the variance is above 1/2 and there are 1 to 1000 dimensions.
    """
    require_positive("variance", variance)
    require_scalar("mean", mean)
    count = require_count("dimensions", dimensions, 1, 1000)
    rest = 2 * variance - 1
    if rest <= 0:
        raise ValueError(f"variance must be above 1/2, it is {variance}")
    shift = float(Fraction(mean * mean) / rest)
    logarithm = log(variance) - log(rest) / 2 + shift
    if count * abs(logarithm) > 600:
        raise ValueError("the mean squared weight is too large for so many dimensions")
    second = exp(logarithm)
    share = 1 / second
    return {
        "mean_squared_weight": second,
        "weight_variance": second - 1,
        "effective_share": share,
        "product_mean_squared_weight": exp(count * logarithm),
        "product_effective_share": exp(-count * logarithm),
        **_formulas(mean),
        "root_forgotten": exp(logarithm - log(rest) / 2),
        "dimensions_multiplied": count * second,
        "share_over_dimensions": share / count,
        "shares_lost_added": 1 - count * (1 - share),
    }


def _formulas(mean: Scalar) -> Answers:
    """E_q w² and slips in it, for the proposal N(mean, 1 + t); the slips are for the mean 0."""
    peak = Sum((_ONE, _T))
    doubled, tripled = (Sum((_ONE, Product((Number(factor), _T)))) for factor in (2, 3))
    plain: Expression = Quotient(peak, Call("sqrt", (doubled,)))
    shift = Call("exp", (Quotient(Number(mean * mean), doubled),))
    wider = Sum((Number(3), Product((Number(2), _T))))
    return {
        "mean_squared_weight_formula": Product((plain, shift)) if mean else plain,
        "root_forgotten_formula": Quotient(peak, doubled),
        "under_target_formula": Product((peak, Call("sqrt", (Quotient(peak, tripled),)))),
        "exponents_added_formula": Quotient(peak, Call("sqrt", (wider,))),
        "peak_formula": Call("sqrt", (peak,)),
    }


@check("gaussian_proposal.weights", tolerance=1e-7)
def weights_by_quadrature(
    variance: "Tensor", mean: "Tensor", dimensions: "Tensor"
) -> Mapping[str, Any]:
    """Integrates w² q by the trapezoidal rule in u, with x = sinh u; all arguments [variants].

    The integrand and all its derivatives vanish at both ends, so that the rule converges
    exponentially: Trefethen and Weideman, The Exponentially Convergent Trapezoidal Rule (2014).
    """
    import torch
    from torch.distributions import Normal

    u = torch.linspace(-_REACH, _REACH, _NODES, dtype=mean.dtype)
    x, slope = u.sinh(), u.cosh() * (u[1] - u[0])
    target: Any = Normal(torch.zeros(1).double(), torch.ones(1).double())
    twice = 2 * target.log_prob(x)

    def mean_square(spread: "Tensor") -> "Tensor":
        """[variants, k] for proposal variances [variants, k]."""
        centre = mean.reshape(-1, 1, 1)
        proposal: Any = Normal(centre, spread.sqrt()[..., None])
        found: Tensor = ((twice - proposal.log_prob(x)).exp() * slope).sum(-1)
        return found

    second = mean_square(variance[:, None])[:, 0]
    return {
        "mean_squared_weight": second,
        "weight_variance": second - 1,
        "effective_share": 1 / second,
        "product_mean_squared_weight": second**dimensions,
        "product_effective_share": second**-dimensions,
        "mean_squared_weight_formula": lambda points: mean_square(
            (1 + points["t"]).expand(len(mean), points["t"].shape[-1])
        ),
    }
