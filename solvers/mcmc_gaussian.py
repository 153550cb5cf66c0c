"""Markov chains whose target is Gaussian, where everything can be worked out.

Gibbs sampling of a pair with correlation rho, and Langevin dynamics
x' = x + (h/2) · score(x) + √h · noise for N(0, sigma²), with and without a test of acceptance.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import exp
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Product, Quotient, Sum, Symbol, linear
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import require_count, square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_SWEEPS = 60


@solver(
    "mcmc_gaussian.gibbs_pair",
    results={
        "conditional_variance": "variance of each unit given the other: 1 − rho²",
        "first_mean": "mean of x_1 after its first redraw",
        "mean": "mean of x_2 after so many sweeps",
        "variance": "variance of x_2 after so many sweeps",
        "time": "integrated autocorrelation time of x_2, 1 + 2 Σ_k rho^(2k)",
    },
    mistakes={
        "mean_unsquared": "rho^sweeps · start: one factor rho a sweep",
        "variance_one_sweep": "The variance after the first sweep alone",
        "variance_unsquared": "1 − rho^(2 · sweeps): the factor of a redraw for that of a sweep",
        "variance_linear": "1 − rho^sweeps",
        "variance_missing": "rho^(4 · sweeps), what is missing to the variance of the target",
        "conditional_deviation": "The square root of the conditional variance",
        "conditional_unsquared": "1 − |rho|",
        "time_one_sided": "1 + Σ_k rho^(2k): each lag once, not twice",
        "time_unsquared": "(1 + rho) / (1 − rho)",
    },
    examples=(
        {"rho": Fraction(4, 5), "start": 2, "sweeps": 1},
        {"rho": Fraction(-1, 2), "start": 3, "sweeps": 3},
        {"rho": Fraction(9, 10), "start": -1, "sweeps": 2},
    ),
)
def gibbs_pair(rho: Scalar, start: Scalar, sweeps: Scalar) -> SolverResults:
    """Gibbs sampling of a pair of standard normals with correlation rho, from x_2 = start.

    A sweep redraws x_1 given x_2, from N(rho x_2, 1 − rho²), and then x_2 given x_1 alike, so
    that x_2 is an autoregressive process with factor rho². Source: Robert and Casella, Monte
    Carlo Statistical Methods (2004), chapter 9, for the chain; Liu, Monte Carlo Strategies in
    Scientific Computing (2001), for the autocorrelation time. Raises ValueError for rho that is
    zero or not between −1 and 1, and sweeps that are not from 1 to 60.
    """
    require_scalar("rho", rho)
    require_scalar("start", start)
    if not -1 < rho < 1 or rho == 0:
        raise ValueError("rho must lie between -1 and 1 and must not be 0")
    count = require_count("sweeps", sweeps, 1, _MOST_SWEEPS)
    factor = Fraction(rho * rho)
    return {
        "conditional_variance": 1 - factor,
        "first_mean": rho * start,
        "mean": factor**count * start,
        "variance": 1 - factor ** (2 * count),
        "time": (1 + factor) / (1 - factor),
        "mean_unsquared": Fraction(rho) ** count * start,
        "variance_one_sweep": 1 - factor**2,
        "variance_unsquared": 1 - factor**count,
        "variance_linear": 1 - Fraction(rho) ** count,
        "variance_missing": factor ** (2 * count),
        "conditional_deviation": square_root(1 - factor),
        "conditional_unsquared": 1 - abs(rho),
        "time_one_sided": 1 / (1 - factor),
        "time_unsquared": Fraction(1 + rho) / (1 - rho),
    }


@check("mcmc_gaussian.gibbs_pair", tolerance=1e-8)
def gibbs_pair_by_precision(rho: "Tensor", start: "Tensor", sweeps: "Tensor") -> Mapping[str, Any]:
    """A sweep as a Gauss–Seidel step on the precision matrix; all are [variants].

    Source: Roberts and Sahu, Updating schemes, correlation structure, blocking and
    parameterization for the Gibbs sampler (1997), JRSS B 59. The covariance that t sweeps have
    reached is Σ − Bᵗ Σ (Bᵗ)ᵀ, and the covariances of all lags sum to B (I − B)⁻¹ Σ.
    Half-sweeps are those of the pair with the correlation √|rho|.
    """
    import torch

    def sweep_of(correlation: "Tensor") -> tuple["Tensor", "Tensor", "Tensor"]:
        """The covariance, the precision and what a sweep multiplies means by."""
        one = torch.ones_like(correlation)
        entries = torch.stack((one, correlation, correlation, one), dim=-1)
        covariance = entries.reshape(-1, 2, 2)
        precision = torch.linalg.inv(covariance)
        lower = precision.tril()
        sweep = -torch.linalg.solve_triangular(lower, precision.triu(1), upper=False)
        return covariance, precision, sweep

    def missing(correlation: "Tensor", counts: "Tensor") -> "Tensor":
        """What is missing to the variance of x_2 after so many sweeps."""
        covariance, _, sweep = sweep_of(correlation)
        many = _powers(sweep, counts)
        return (many @ covariance @ many.mT)[:, 1, 1]

    covariance, precision, sweep = sweep_of(rho)
    halved = rho.abs().sqrt()
    state = torch.stack((torch.zeros_like(start), start), dim=-1)[..., None]
    lagged = sweep @ torch.linalg.solve(torch.eye(2, dtype=rho.dtype) - sweep, covariance)
    once = _powers(-precision[:, :1, 1:] / precision[:, :1, :1], sweeps)[:, 0, 0]
    slow = -precision[:, 0, 1] / precision[:, 0, 0]
    return {
        "conditional_variance": 1 / precision[:, 0, 0],
        "first_mean": (sweep @ state)[:, 0, 0],
        "mean": (_powers(sweep, sweeps) @ state)[:, 1, 0],
        "variance": 1 - missing(rho, sweeps),
        "time": 1 + 2 * lagged[:, 1, 1],
        "mean_unsquared": once * start,
        "variance_one_sweep": 1 - missing(rho, torch.ones_like(sweeps)),
        "variance_unsquared": 1 - missing(halved, sweeps),
        "variance_linear": 1 - once,
        "variance_missing": missing(rho, sweeps),
        "conditional_deviation": precision[:, 0, 0] ** -0.5,
        "conditional_unsquared": 1 / sweep_of(halved)[1][:, 0, 0],
        "time_one_sided": 1 + lagged[:, 1, 1],
        "time_unsquared": 1 + 2 * slow / (1 - slow),
    }


def _powers(matrices: "Tensor", counts: "Tensor") -> "Tensor":
    """Each matrix [variants, n, n] to its own power; counts: [variants]."""
    import torch

    power = torch.linalg.matrix_power
    return torch.stack([power(m, int(k)) for m, k in zip(matrices, counts, strict=True)])


_IN_H = (
    "variance_formula",
    "half_forgotten_formula",
    "first_order_formula",
    "noise_unrooted_formula",
)


@solver(
    "mcmc_gaussian.langevin",
    results={
        "variance_formula": "the variance in which the chain settles, a formula in the step size h",
    },
    mistakes={
        "half_forgotten_formula": "The variance with h · score for (h/2) · score, a formula in h",
        "first_order_formula": "sigma² + h/4: the first order in h alone, a formula in h",
        "noise_unrooted_formula": "The variance with noise h in place of √h, a formula in h",
    },
    domains={name: {"h": "positive"} for name in _IN_H},
    examples=({"sigma": 2}, {"sigma": Fraction(1, 2)}, {"sigma": 3}),
)
def langevin(sigma: Scalar) -> SolverResults:
    """Langevin steps without a test of acceptance, for the target N(0, sigma²).

    x' = (1 − h / (2 sigma²)) x + √h z settles where v = (1 − h/(2 sigma²))² v + h, which is
    v = 4 sigma⁴ / (4 sigma² − h). Source: Roberts and Tweedie, Exponential convergence of
    Langevin distributions and their discrete approximations (1996), Bernoulli 2(4), on chains
    that are not adjusted. Raises ValueError for sigma not above zero.
    """
    require_positive("sigma", sigma)
    square = Fraction(sigma * sigma)
    variance = _over_less_h(4 * square**2, 4 * square)
    return {
        "variance_formula": variance,
        "half_forgotten_formula": _over_less_h(square**2, 2 * square),
        "first_order_formula": linear([(Fraction(1, 4), "h")], square),
        "noise_unrooted_formula": Product((Symbol("h"), variance)),
    }


def _over_less_h(above: Fraction, start: Fraction) -> Formula:
    """The formula above / (start − h) with whole numbers, the common ones before the bracket."""
    whole = start.denominator
    rest = Sum((Number(start.numerator), Product((Number(-whole), Symbol("h")))))
    factor = above * whole
    return Quotient(Number(factor.numerator), Product((Number(factor.denominator), rest)))


@check("mcmc_gaussian.langevin", tolerance=1e-7)
def langevin_by_extrapolation(sigma: "Tensor") -> Mapping[str, Any]:
    """Runs the chain's variance for two steps and extrapolates; sigma: [variants].

    The slope of a step is found by autograd of torch's log density. A step maps variances
    linearly, so that Aitken's extrapolation from three of them is exact. One over the settled
    variance is a line in h, and two of its points give the tangent of the variance at h = 0.
    """
    import torch

    normal: Any = torch.distributions.Normal
    spread = sigma[:, None]

    def slope(drift: "Tensor") -> "Tensor":
        """What x + drift · score(x) multiplies a difference of two states by."""
        at = torch.ones_like(drift * spread).requires_grad_(True)
        log_density = normal(torch.zeros_like(at), spread.expand_as(at)).log_prob(at)
        (score,) = torch.autograd.grad(log_density.sum(), at, create_graph=True)
        after = at + drift * score
        return torch.autograd.grad(after.sum(), at)[0]

    def settled(drift: "Tensor", noise: "Tensor") -> "Tensor":
        squeeze = slope(drift) ** 2
        first = noise.expand_as(squeeze)
        second = squeeze * first + noise
        third = squeeze * second + noise
        return first - (second - first) ** 2 / (third - 2 * second + first)

    def tangent(h: "Tensor") -> "Tensor":
        near, far = spread**2 / 2, spread**2
        precision, further = 1 / settled(near / 2, near), 1 / settled(far / 2, far)
        fall = (further - precision) / (far - near)
        at_zero = 1 / (precision - fall * near)
        return at_zero - at_zero**2 * fall * h

    return {
        "variance_formula": lambda points: settled(points["h"] / 2, points["h"]),
        "half_forgotten_formula": lambda points: settled(points["h"], points["h"]),
        "first_order_formula": lambda points: tangent(points["h"]),
        "noise_unrooted_formula": lambda points: settled(points["h"] / 2, points["h"] ** 2),
    }


@solver(
    "mcmc_gaussian.langevin_acceptance",
    results={
        "acceptance": "the probability with which the proposed state is accepted",
        "log_ratio": "the logarithm of the ratio of Metropolis and Hastings",
    },
    mistakes={
        "proposal_ignored": "The ratio of the target alone, cut at 1",
        "proposal_inverted": "The proposal's densities with their ratio turned over",
        "target_ignored": "The ratio of the proposal's densities alone, cut at 1",
        "barker": "Ratio over one plus ratio",
    },
    examples=(
        {"x": 1, "y": 2, "sigma": 1, "step": Fraction(1, 2)},
        {"x": 2, "y": -1, "sigma": Fraction(3, 2), "step": 1},
        {"x": Fraction(-1, 2), "y": Fraction(3, 2), "sigma": 2, "step": 3},
    ),
)
def langevin_acceptance(x: Scalar, y: Scalar, sigma: Scalar, step: Scalar) -> SolverResults:
    """Whether a Langevin proposal from x to y is accepted, for the target N(0, sigma²).

    With a = 1 − h/(2 sigma²) the proposal is N(a x, h); in the logarithm of the ratio all but
    −h (y² − x²) / (8 sigma⁴) cancels. Source: Roberts and Tweedie, Exponential convergence of
    Langevin distributions and their discrete approximations (1996), Bernoulli 2(4), for the
    algorithm (MALA). Raises ValueError for sigma and step not above zero, and for ratios beyond
    exp(±300).
    """
    require_scalar("x", x)
    require_scalar("y", y)
    require_positive("sigma", sigma)
    require_positive("step", step)
    gap, precision = y * y - x * x, 1 / Fraction(sigma * sigma)
    log_target = -gap * precision / 2
    log_ratio = -step * gap * precision**2 / 8
    log_proposal = log_ratio - log_target
    if max(abs(log_target), abs(log_ratio)) > 300:
        raise ValueError("the logarithm of the ratio must lie between -300 and 300")
    ratio = exp(log_ratio)
    return {
        "acceptance": min(1.0, ratio),
        "log_ratio": log_ratio,
        "proposal_ignored": min(1.0, exp(log_target)),
        "proposal_inverted": min(1.0, exp(log_target - log_proposal)),
        "target_ignored": min(1.0, exp(log_proposal)),
        "barker": ratio / (1 + ratio),
    }


@check("mcmc_gaussian.langevin_acceptance", tolerance=1e-7)
def langevin_acceptance_by_densities(
    x: "Tensor", y: "Tensor", sigma: "Tensor", step: "Tensor"
) -> Mapping[str, Any]:
    """Four of torch's log densities, with the score by autograd; all are [variants]."""
    import torch

    normal: Any = torch.distributions.Normal
    target = normal(torch.zeros_like(sigma), sigma)

    def proposal(here: "Tensor") -> Any:
        at = here.clone().requires_grad_(True)
        (score,) = torch.autograd.grad(target.log_prob(at).sum(), at)
        return normal(here + step / 2 * score, step.sqrt())

    def cut(logarithm: "Tensor") -> "Tensor":
        return logarithm.exp().clamp(max=1)

    by_target = target.log_prob(y) - target.log_prob(x)
    by_proposal = proposal(y).log_prob(x) - proposal(x).log_prob(y)
    return {
        "acceptance": cut(by_target + by_proposal),
        "log_ratio": by_target + by_proposal,
        "proposal_ignored": cut(by_target),
        "proposal_inverted": cut(by_target - by_proposal),
        "target_ignored": cut(by_proposal),
        "barker": torch.sigmoid(by_target + by_proposal),
    }
