"""A coin of unknown bias with a Beta prior: posterior, next toss, evidence of the tosses."""

from collections.abc import Mapping
from fractions import Fraction
from math import comb, factorial
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Power, Product, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_THETA = Symbol("theta")
_REST = Sum((Number(1), Product((Number(-1), _THETA))))
_NODES = 64
_LARGEST = 100


def _power(base: Formula, exponent: int) -> list[Formula]:
    """base^exponent as a list of factors, without the exponents 0 and 1."""
    if exponent == 0:
        return []
    return [base if exponent == 1 else Power(base, Number(exponent))]


def _bump(constant: int, heads: int, tails: int) -> Formula:
    """constant · theta^heads · (1 − theta)^tails."""
    factors = [*_power(_THETA, heads), *_power(_REST, tails)]
    if constant != 1 or not factors:
        factors.insert(0, Number(constant))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _one_over_beta(first: int, second: int) -> Fraction:
    """1 / B(first, second) = Γ(first + second) / (Γ(first) Γ(second)) for whole numbers."""
    above = factorial(first + second - 1)
    return fraction(above, factorial(first - 1) * factorial(second - 1))


def _density_formula(first: int, second: int) -> Formula:
    return _bump(int(_one_over_beta(first, second)), first - 1, second - 1)


@solver(
    "beta_bernoulli.posterior",
    results={
        "first_after": "first parameter of the Beta posterior",
        "second_after": "its second parameter",
        "mean": "the posterior mean, which is the probability that the next toss shows heads",
        "mode": "where the posterior density is largest",
        "density_formula": "the normalised posterior density, a formula in theta",
        "evidence": "the probability of the tosses in their order, over the prior",
        "evidence_fair": "the probability that a fair coin gives to the tosses in their order",
        "evidence_ratio": "the former over the latter",
        "fair_after": "the probability that the coin is fair, if before the tosses it was fair or "
        "of unknown bias with probability 1/2 each",
    },
    mistakes={
        "share": "The share of heads, the maximum of the likelihood: the prior is ignored",
        "prior_mean": "The mean before any toss: the data are ignored",
        "unnormalised_formula": "Leaves the constant out, a formula in theta",
        "swapped_formula": "Exchanges heads and tails, a formula in theta",
        "exponents_formula": "Takes the parameters for the exponents, a formula in theta",
        "likelihood_formula": "Normalises the likelihood alone, a formula in theta",
        "evidence_with_orders": "Multiplies the evidence by the number of orders",
        "evidence_at_share": "The largest likelihood for the evidence",
        "unknown_after": "The probability of the unknown bias for that of the fair coin",
        "fair_after_best": "Takes the largest likelihood for the evidence in fair_after",
        "fair_with_orders": "Multiplies the fair coin's probability by the number of orders",
    },
    domains={
        name: {"theta": "probability"}
        for name in (
            "density_formula",
            "unnormalised_formula",
            "swapped_formula",
            "exponents_formula",
            "likelihood_formula",
        )
    },
    examples=(
        {"first": 2, "second": 2, "heads": 3, "tosses": 4},
        {"first": 1, "second": 1, "heads": 1, "tosses": 5},
        {"first": 1, "second": 4, "heads": 2, "tosses": 3},
        {"first": 5, "second": 3, "heads": 6, "tosses": 12},
    ),
)
def posterior(first: Scalar, second: Scalar, heads: Scalar, tosses: Scalar) -> SolverResults:
    """Beta(first, second) becomes Beta(first + k, second + n − k) after k heads in n tosses.

    The posterior is proportional to theta^(first + k − 1) (1 − theta)^(second + n − k − 1). The
    evidence of one order is B(first + k, second + n − k) / B(first, second). Sources: Bishop,
    Pattern Recognition and Machine Learning (2006), section 2.1.1, for the posterior; MacKay,
    Information Theory, Inference, and Learning Algorithms (2003), section 3.3, for the evidence
    of a bent coin against a fair one. Raises ValueError unless the parameters are whole numbers
    from 1, there are heads and tails, and all of it adds up to at most 100.
    """
    a = require_count("first", first, 1, _LARGEST)
    b = require_count("second", second, 1, _LARGEST)
    n = require_count("tosses", tosses, 2, _LARGEST - a - b)
    k = require_count("heads", heads, 1, n - 1)
    after, other = a + k, b + n - k
    whole = after + other
    evidence = _one_over_beta(a, b) / _one_over_beta(after, other)
    fair = fraction(1, 2**n)
    orders = comb(n, k)
    best = fraction(k**k * (n - k) ** (n - k), n**n)
    return {
        "first_after": after,
        "second_after": other,
        "mean": fraction(after, whole),
        "mode": fraction(after - 1, whole - 2),
        "density_formula": _density_formula(after, other),
        "evidence": evidence,
        "evidence_fair": fair,
        "evidence_ratio": evidence / fair,
        "fair_after": fair / (fair + evidence),
        "share": fraction(k, n),
        "prior_mean": fraction(a, a + b),
        "unnormalised_formula": _bump(1, after - 1, other - 1),
        "swapped_formula": _density_formula(a + n - k, b + k),
        "exponents_formula": _density_formula(after + 1, other + 1),
        "likelihood_formula": _density_formula(k + 1, n - k + 1),
        "evidence_with_orders": evidence * orders,
        "evidence_at_share": best,
        "unknown_after": evidence / (fair + evidence),
        "fair_after_best": fair / (fair + best),
        "fair_with_orders": fair * orders,
    }


def _bump_values(theta: "Tensor", heads: "Tensor", tails: "Tensor") -> "Tensor":
    """theta^heads (1 − theta)^tails at points theta [variants, points]; exponents [variants]."""
    found: Tensor = theta ** heads[:, None] * (1 - theta) ** tails[:, None]
    return found


def _moments(heads: "Tensor", tails: "Tensor") -> tuple["Tensor", "Tensor", "Tensor"]:
    """Integral of theta^heads (1 − theta)^tails, and mean and variance of that density.

    By the Gauss-Legendre rule, which is exact for a polynomial of this degree; all [variants].
    """
    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    nodes, weights = gauss_legendre(_NODES)
    at = nodes.expand(len(heads), _NODES)
    values = _bump_values(at, heads, tails)
    mass = values @ weights
    mean = (values * at) @ weights / mass
    return mass, mean, (values * (at - mean[:, None]) ** 2) @ weights / mass


def _peak(heads: "Tensor", tails: "Tensor") -> "Tensor":
    """Where theta^heads (1 − theta)^tails is largest, by Newton's method in the log-odds."""
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    def log_bump(log_odds: "Tensor") -> "Tensor":
        return _bump_values(torch.sigmoid(log_odds), heads, tails).log()[:, 0]

    start = torch.zeros(len(heads), 1, dtype=heads.dtype)
    return torch.sigmoid(maximise(log_bump, start))


@check("beta_bernoulli.posterior", tolerance=1e-8)
def posterior_by_quadrature(
    first: "Tensor", second: "Tensor", heads: "Tensor", tosses: "Tensor"
) -> Mapping[str, Any]:
    """Prior times likelihood, integrated over theta; all [variants].

    The mode is found by Newton's method, the parameters from mean and variance by the method of
    moments. Where a mistake takes another function for the posterior, that one is integrated; the
    number of heads in any order has torch's binomial distribution, averaged over the prior.
    """
    import torch
    from torch.distributions import Binomial

    from qgen.solvers.numerics.numerical_methods import gauss_legendre
    from qgen.solvers.numerics.torch_laws import log_density

    tails = tosses - heads
    up, down = first - 1 + heads, second - 1 + tails
    mass, mean, variance = _moments(up, down)
    size = mean * (1 - mean) / variance - 1
    prior_mass, prior_mean, _ = _moments(first - 1, second - 1)
    evidence, fair = mass / prior_mass, 0.5**tosses
    nodes, weights = gauss_legendre(_NODES)

    def any_order(theta: "Tensor") -> "Tensor":
        """The probability of that number of heads at points theta [points]."""
        return log_density(Binomial(tosses[:, None], theta), heads[:, None]).exp()

    def density(*exponents: "Tensor", constant: "Tensor | None" = None) -> Any:
        whole = _moments(*exponents)[0] if constant is None else constant
        return lambda points: _bump_values(points["theta"], *exponents) / whole[:, None]

    prior_density = _bump_values(nodes.expand(len(first), _NODES), first - 1, second - 1)
    share = _peak(heads, tails)
    best = _bump_values(share, heads, tails)[:, 0]
    return {
        "first_after": mean * size,
        "second_after": (1 - mean) * size,
        "mean": mean,
        "mode": _peak(up, down)[:, 0],
        "density_formula": density(up, down),
        "evidence": evidence,
        "evidence_fair": fair,
        "evidence_ratio": evidence / fair,
        "fair_after": torch.sigmoid(fair.log() - evidence.log()),
        "share": share[:, 0],
        "prior_mean": prior_mean,
        "unnormalised_formula": density(up, down, constant=torch.ones_like(mass)),
        "swapped_formula": density(first - 1 + tails, second - 1 + heads),
        "exponents_formula": density(first + heads, second + tails),
        "likelihood_formula": density(heads, tails),
        "evidence_with_orders": (any_order(nodes) * prior_density) @ weights / prior_mass,
        "evidence_at_share": best,
        "unknown_after": torch.sigmoid(evidence.log() - fair.log()),
        "fair_after_best": torch.sigmoid(fair.log() - best.log()),
        "fair_with_orders": any_order(torch.full_like(fair, 0.5)[:, None])[:, 0],
    }
