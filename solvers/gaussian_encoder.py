"""The prior term of a variational autoencoder with a Gaussian encoder of diagonal covariance."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING, Any, TypeAlias

from qgen.document.formula import Call, Formula, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, Vector, require_positive, require_vector
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MU, _SIGMA, _S = Symbol("mu"), Symbol("sigma"), Symbol("s")
_HALF, _MINUS, _ONE, _TWO = Number(Fraction(1, 2)), Number(-1), Number(1), Number(2)


def _square(symbol: Symbol) -> Formula:
    return Power(symbol, _TWO)


_FORMULAS: SolverResults = {
    "kl_formula": Sum(
        (
            Quotient(Sum((_square(_MU), _square(_SIGMA), _MINUS)), _TWO),
            Product((_MINUS, Call("ln", (_SIGMA,)))),
        )
    ),
    "kl_formula_log_variance": Quotient(
        Sum((_square(_MU), Call("exp", (_S,)), _MINUS, Product((_MINUS, _S)))), _TWO
    ),
    "slope_in_sigma_formula": Sum((_SIGMA, Product((_MINUS, Quotient(_ONE, _SIGMA))))),
    "sign_of_log_formula": Sum(
        (
            Quotient(Sum((_square(_MU), _square(_SIGMA), _MINUS)), _TWO),
            Call("ln", (_SIGMA,)),
        )
    ),
    "half_forgotten_formula": Sum(
        (
            _square(_MU),
            _square(_SIGMA),
            _MINUS,
            Product((Number(-2), Call("ln", (_SIGMA,)))),
        )
    ),
    "one_forgotten_formula": Sum(
        (
            Quotient(Sum((_square(_MU), _square(_SIGMA))), _TWO),
            Product((_MINUS, Call("ln", (_SIGMA,)))),
        )
    ),
    "swapped_formula": Sum(
        (
            Quotient(Sum((_ONE, _square(_MU))), Product((_TWO, _square(_SIGMA)))),
            Call("ln", (_SIGMA,)),
            Product((_MINUS, _HALF)),
        )
    ),
}
"""Formulas that are the same whatever the values."""


@solver(
    "gaussian_encoder.kl",
    results={
        "kl": "KL(N(mu, diag sigma²) ‖ N(0, I)), in nats",
        "per_coordinate": "what each coordinate adds to it",
        "kl_formula": "the divergence of one coordinate, a formula in mu and sigma",
        "kl_formula_log_variance": "the same as a formula in mu and s = ln sigma²",
        "slopes_in_mu": "the derivatives of the divergence with respect to each mu_i",
        "slopes_in_sigma": "the derivatives with respect to each sigma_i",
        "slope_in_sigma_formula": "the derivative in sigma of one coordinate, a formula in sigma",
        "collapsed": "for each coordinate, whether it equals the prior (posterior collapse)",
    },
    mistakes={
        "sign_of_log": "Adds ln sigma instead of subtracting it",
        "half_forgotten": "Forgets the factor 1/2",
        "one_forgotten": "Forgets the −1 of each coordinate",
        "variance_for_deviation": "Takes sigma for the variance",
        "swapped": "Swaps the arguments: KL(N(0, I) ‖ N(mu, diag sigma²))",
        "means_forgotten": "Leaves out the squares of mu",
        "averaged": "Averages over the coordinates instead of adding them up",
        "negated": "The sign of the whole is wrong",
        "sign_of_log_formula": "Adds ln sigma, a formula in mu and sigma",
        "half_forgotten_formula": "Forgets the factor 1/2, a formula in mu and sigma",
        "one_forgotten_formula": "Forgets the −1, a formula in mu and sigma",
        "swapped_formula": "KL(N(0, 1) ‖ N(mu, sigma²)), a formula in mu and sigma",
    },
    domains={
        "kl_formula": {"sigma": "positive"},
        "slope_in_sigma_formula": {"sigma": "positive"},
        "sign_of_log_formula": {"sigma": "positive"},
        "half_forgotten_formula": {"sigma": "positive"},
        "one_forgotten_formula": {"sigma": "positive"},
        "swapped_formula": {"sigma": "positive"},
    },
    examples=(
        {"mu": (1, Fraction(-1, 2)), "sigma": (Fraction(1, 2), 2)},
        {"mu": (0, 2, 0), "sigma": (1, 1, Fraction(3, 4))},
        {"mu": 3, "sigma": Fraction(1, 10)},
        {"mu": (0,), "sigma": (Fraction(101, 100),)},
    ),
)
def kl(mu: Scalar | Vector, sigma: Scalar | Vector) -> SolverResults:
    """The divergence of a diagonal Gaussian encoder from the standard normal prior.

    mu and sigma (standard deviations) are vectors of one length, or numbers for one coordinate;
    results for each coordinate are vectors all the same. Under q the mean of ln q(z) is
    −ln sigma − 1/2 and that of ln p(z) is −(mu² + sigma²)/2, both without ln(2π)/2. Source:
    Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B. Raises ValueError
    for vectors of different lengths and a sigma that is not above zero.
    """
    means = mu if isinstance(mu, tuple) else (mu,)
    deviations = sigma if isinstance(sigma, tuple) else (sigma,)
    require_vector("mu", means)
    require_vector("sigma", deviations, len(means))
    for deviation in deviations:
        require_positive("sigma", deviation)
    logs = [log(deviation) for deviation in deviations]
    squares = [mean * mean for mean in means]
    variances = [deviation * deviation for deviation in deviations]
    terms = [
        _coordinate(square, variance, size)
        for square, variance, size in zip(squares, variances, logs, strict=True)
    ]
    total, spread, count = fsum(terms), fsum(logs), len(means)
    swapped = [
        float(Fraction(1 + square - variance) / (2 * variance)) + size
        for square, variance, size in zip(squares, variances, logs, strict=True)
    ]
    return {
        **_FORMULAS,
        "kl": total,
        "per_coordinate": tuple(terms),
        "slopes_in_mu": means,
        "slopes_in_sigma": tuple(
            [
                Fraction(v - 1) / deviation
                for v, deviation in zip(variances, deviations, strict=True)
            ]
        ),
        "collapsed": tuple(
            [not square and v == 1 for square, v in zip(squares, variances, strict=True)]
        ),
        "sign_of_log": total + 2 * spread,
        "half_forgotten": 2 * total,
        "one_forgotten": total + count / 2,
        "variance_for_deviation": float(Fraction(sum(squares) + sum(deviations) - count) / 2)
        - spread / 2,
        "swapped": fsum(swapped),
        "means_forgotten": float(Fraction(sum(variances) - count) / 2) - spread,
        "averaged": total / count,
        "negated": -total,
    }


def _coordinate(square: Scalar, variance: Scalar, log_deviation: float) -> float:
    """(mu² + sigma² − 1)/2 − ln sigma, the rational part worked out exactly."""
    return float(Fraction(square + variance - 1) / 2) - log_deviation


_Pair: TypeAlias = "tuple[Tensor | float, Tensor | float]"
_PRIOR: _Pair = (0.0, 1.0)


def _mean_log(under: _Pair, density: _Pair) -> "Tensor":
    """The mean of ln N(z; density) for z from N(under); a pair is (mean, deviation).

    Over the two nodes mean ± deviation, which is exact: the logarithm is quadratic in z.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import cubature_nodes
    from qgen.solvers.numerics.torch_laws import log_density

    def column(value: "Tensor | float") -> "Tensor":
        return torch.as_tensor(value, dtype=torch.float64)[..., None]

    sample = column(under[0]) + column(under[1]) * cubature_nodes(1)[:, 0]
    return log_density(Normal(column(density[0]), column(density[1])), sample).mean(-1)


def _divergence(mean: "Tensor", deviation: "Tensor") -> "Tensor":
    q = (mean, deviation)
    return _mean_log(q, q) - _mean_log(q, _PRIOR)


def _swapped(mean: "Tensor", deviation: "Tensor") -> "Tensor":
    return _mean_log(_PRIOR, _PRIOR) - _mean_log(_PRIOR, (mean, deviation))


def _log_added(mean: "Tensor", deviation: "Tensor") -> "Tensor":
    """The peak of ln q falls by ln sigma from that of N(mu, 1); here it rises as much."""
    fallen = _mean_log((mean, 0.0), (mean, 1.0)) - _mean_log((mean, 0.0), (mean, deviation))
    return _divergence(mean, deviation) + 2 * fallen


def _one_forgotten(mean: "Tensor", deviation: "Tensor") -> "Tensor":
    """The −1/2 is what ln q falls on average from its peak: here ln q stays there."""
    q = (mean, deviation)
    return _mean_log((mean, 0.0), q) - _mean_log(q, _PRIOR)


@check("gaussian_encoder.kl", tolerance=1e-8)
def kl_by_cubature(mu: "Tensor", sigma: "Tensor") -> Mapping[str, Any]:
    """The mean of ln q(z) − ln p(z) over two nodes mu ± sigma, which is exact; slopes by autograd.

    mu, sigma: [variants, d] or [variants]. Mistakes are the same mean with other arguments
    (√sigma for sigma, no mean, nodes of the prior) or with ln q taken at its mean.
    """
    import torch

    def slope(deviation: "Tensor") -> "Tensor":
        leaf = deviation.detach().clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(_divergence(leaf.detach(), leaf).sum(), leaf)
        return gradient

    def in_both(route: Callable[["Tensor", "Tensor"], "Tensor"], factor: int = 1) -> Any:
        return lambda points: factor * route(points["mu"], points["sigma"])

    means, deviations = (each.reshape(len(each), -1).requires_grad_(True) for each in (mu, sigma))
    terms = _divergence(means, deviations)
    in_mu, in_sigma = torch.autograd.grad(terms.sum(), (means, deviations))
    total = terms.sum(-1)
    return {
        "kl": total,
        "per_coordinate": terms,
        "kl_formula": in_both(_divergence),
        "kl_formula_log_variance": lambda points: _divergence(
            points["mu"], (points["s"] / 2).exp()
        ),
        "slopes_in_mu": in_mu,
        "slopes_in_sigma": in_sigma,
        "slope_in_sigma_formula": lambda points: slope(points["sigma"]),
        "collapsed": terms.detach() <= 1e-12,
        "sign_of_log": _log_added(means, deviations).sum(-1),
        "half_forgotten": 2 * total,
        "one_forgotten": _one_forgotten(means, deviations).sum(-1),
        "variance_for_deviation": _divergence(means, deviations.sqrt()).sum(-1),
        "swapped": _swapped(means, deviations).sum(-1),
        "means_forgotten": _divergence(0 * means, deviations).sum(-1),
        "averaged": terms.mean(-1),
        "negated": -total,
        "sign_of_log_formula": in_both(_log_added),
        "half_forgotten_formula": in_both(_divergence, 2),
        "one_forgotten_formula": in_both(_one_forgotten),
        "swapped_formula": in_both(_swapped),
    }
