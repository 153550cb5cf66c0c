"""A coin of unknown bias with a Beta prior: posterior, next toss, evidence of the tosses."""

from collections.abc import Mapping
from fractions import Fraction
from math import comb, factorial
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Expression, Number, Power, Product, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Scalar
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_THETA = Symbol("theta")
_REST = Sum((Number(1), Product((Number(-1), _THETA))))
_NODES = 64
_LARGEST = 100


def _power(base: Expression, exponent: int) -> list[Expression]:
    """base^exponent as a list of factors, without the exponents 0 and 1."""
    if exponent == 0:
        return []
    return [base if exponent == 1 else Power(base, Number(exponent))]


def _bump(constant: int, heads: int, tails: int) -> Expression:
    """constant · theta^heads · (1 − theta)^tails."""
    factors = [*_power(_THETA, heads), *_power(_REST, tails)]
    if constant != 1 or not factors:
        factors.insert(0, Number(constant))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _one_over_beta(first: int, second: int) -> Fraction:
    """1 / B(first, second) = Γ(first + second) / (Γ(first) Γ(second)) for whole numbers."""
    above = factorial(first + second - 1)
    return Fraction(above, factorial(first - 1) * factorial(second - 1))


def _density_formula(first: int, second: int) -> Expression:
    return _bump(int(_one_over_beta(first, second)), first - 1, second - 1)


@solver(
    "beta_bernoulli.posterior",
    results={
        "first_after": "first parameter of the Beta posterior",
        "second_after": "its second parameter",
        "mean": "the posterior mean, which is the probability that the next toss shows heads",
        "mode": "where the posterior density is largest",
        "variance": "the posterior variance",
        "density_formula": "the normalised posterior density, a formula in theta",
        "evidence": "the probability of the tosses in their order, over the prior",
        "evidence_fair": "the probability that a fair coin gives to the tosses in their order",
        "evidence_ratio": "the former over the latter",
        "fair_after": "the probability that the coin is fair, if before the tosses it was fair or "
        "of unknown bias with probability 1/2 each",
        "prefers_unknown": "whether the tosses are more probable over the prior than if fair",
    },
    mistakes={
        "share": "The share of heads, the maximum of the likelihood: the prior is ignored",
        "prior_mean": "The mean before any toss: the data are ignored",
        "swapped_mean": "Adds the heads to the parameter of the tails",
        "unnormalised_formula": "Leaves the constant out, a formula in theta",
        "swapped_formula": "Exchanges heads and tails, a formula in theta",
        "exponents_formula": "Takes the parameters for the exponents, a formula in theta",
        "likelihood_formula": "Normalises the likelihood alone, a formula in theta",
        "evidence_with_orders": "Multiplies the evidence by the number of orders",
        "evidence_at_share": "The largest likelihood for the evidence",
        "unknown_after": "The probability of the unknown bias for that of the fair coin",
        "fair_after_best": "Takes the largest likelihood for the evidence in fair_after",
        "fair_with_orders": "Multiplies the fair coin's probability by the number of orders",
        "evidence_at_prior_mean": "The likelihood at the prior mean for the evidence",
    },
    domains={"density_formula": {"theta": "probability"}},
    examples=(
        {"first": 2, "second": 2, "heads": 3, "tosses": 4},
        {"first": 1, "second": 1, "heads": 1, "tosses": 5},
        {"first": 1, "second": 4, "heads": 2, "tosses": 3},
        {"first": 5, "second": 3, "heads": 6, "tosses": 12},
    ),
)
def posterior(first: Scalar, second: Scalar, heads: Scalar, tosses: Scalar) -> Answers:
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
    fair = Fraction(1, 2**n)
    orders = comb(n, k)
    best = Fraction(k**k * (n - k) ** (n - k), n**n)
    return {
        "first_after": after,
        "second_after": other,
        "mean": Fraction(after, whole),
        "mode": Fraction(after - 1, whole - 2),
        "variance": Fraction(after * other, whole * whole * (whole + 1)),
        "density_formula": _density_formula(after, other),
        "evidence": evidence,
        "evidence_fair": fair,
        "evidence_ratio": evidence / fair,
        "fair_after": fair / (fair + evidence),
        "prefers_unknown": evidence > fair,
        "share": Fraction(k, n),
        "prior_mean": Fraction(a, a + b),
        "swapped_mean": Fraction(a + n - k, whole),
        "unnormalised_formula": _bump(1, after - 1, other - 1),
        "swapped_formula": _density_formula(a + n - k, b + k),
        "exponents_formula": _density_formula(after + 1, other + 1),
        "likelihood_formula": _density_formula(k + 1, n - k + 1),
        "evidence_with_orders": evidence * orders,
        "evidence_at_share": best,
        "unknown_after": evidence / (fair + evidence),
        "fair_after_best": fair / (fair + best),
        "fair_with_orders": fair * orders,
        "evidence_at_prior_mean": Fraction(a**k * b ** (n - k), (a + b) ** n),
    }


@check("beta_bernoulli.posterior", tolerance=1e-8)
def posterior_by_quadrature(
    first: "Tensor", second: "Tensor", heads: "Tensor", tosses: "Tensor"
) -> Mapping[str, Any]:
    """Prior times likelihood, integrated by the Gauss-Legendre rule; all [variants].

    Both are polynomials in theta, for which the rule is exact. The mode is found by Newton's
    method, the parameters from mean and variance by the method of moments.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import gauss_legendre, maximise

    nodes, weights = gauss_legendre(_NODES)

    def prior(theta: "Tensor") -> "Tensor":
        found: Tensor = theta ** (first[:, None] - 1) * (1 - theta) ** (second[:, None] - 1)
        return found

    def joint(theta: "Tensor") -> "Tensor":
        tails = (tosses - heads)[:, None]
        found: Tensor = prior(theta) * theta ** heads[:, None] * (1 - theta) ** tails
        return found

    at = nodes.expand(len(first), len(nodes))
    mass = joint(at) @ weights
    mean = (joint(at) * at) @ weights / mass
    variance = (joint(at) * (at - mean[:, None]) ** 2) @ weights / mass
    start = torch.zeros(len(first), 1, dtype=torch.float64)
    peak = maximise(lambda free: joint(torch.sigmoid(free)).log()[:, 0], start)
    size = mean * (1 - mean) / variance - 1
    evidence = mass / (prior(at) @ weights)
    fair = 0.5**tosses
    return {
        "first_after": mean * size,
        "second_after": (1 - mean) * size,
        "mean": mean,
        "mode": torch.sigmoid(peak)[:, 0],
        "variance": variance,
        "density_formula": lambda points: joint(points["theta"]) / mass[:, None],
        "evidence": evidence,
        "evidence_fair": fair,
        "evidence_ratio": evidence / fair,
        "fair_after": torch.sigmoid(fair.log() - evidence.log()),
        "prefers_unknown": evidence > fair * (1 + 1e-12),
    }
