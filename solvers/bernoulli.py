"""Bernoulli laws: the prior term of a variational autoencoder with a Bernoulli latent variable.

The encoder gives q(z = 1 | x) = e, the prior is p(z = 1) = alpha; numbers are in nats.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Expression, Number, Product, Quotient, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_E, _ALPHA, _ONE, _MINUS = Symbol("e"), Symbol("alpha"), Number(1), Number(-1)


def _rest(share: Expression) -> Expression:
    """1 − share, worked out where the share is a number."""
    if isinstance(share, Number):
        return Number(1 - share.value)
    return Sum((_ONE, Product((_MINUS, share))))


def _log_ratio(above: Expression, below: Expression) -> Expression:
    """ln(above / below), without fractions inside the fraction."""
    scaled = above
    if isinstance(below, Number) and isinstance(below.value, Fraction):
        scaled = Product((Number(below.value.denominator), above))
        below = Number(below.value.numerator)
    elif isinstance(above, Number) and isinstance(above.value, Fraction):
        scaled = Number(above.value.numerator)
        below = Product((Number(above.value.denominator), below))
    return Call("ln", (scaled if below == _ONE else Quotient(scaled, below),))


def _divergence(q: Expression, p: Expression) -> Sum:
    """KL(Bernoulli(q) ‖ Bernoulli(p)) = q ln(q/p) + (1 − q) ln((1 − q)/(1 − p))."""
    return Sum(
        (
            Product((q, _log_ratio(q, p))),
            Product((_rest(q), _log_ratio(_rest(q), _rest(p)))),
        )
    )


def _minus(formula: Sum) -> Expression:
    return Sum(tuple(Product((_MINUS, term)) for term in formula.terms))


_DIVERGENCE_IN_BOTH = _divergence(_E, _ALPHA)
_IN_BOTH: Answers = {
    "kl_in_both": _DIVERGENCE_IN_BOTH,
    "derivative_in_e": _log_ratio(Product((_E, _rest(_ALPHA))), Product((_ALPHA, _rest(_E)))),
    "derivative_in_alpha": Quotient(
        Sum((_ALPHA, Product((_MINUS, _E)))), Product((_ALPHA, _rest(_ALPHA)))
    ),
    "swapped_in_both": _divergence(_ALPHA, _E),
    "first_term_in_both": _DIVERGENCE_IN_BOTH.terms[0],
    "negated_in_both": _minus(_DIVERGENCE_IN_BOTH),
    "lost_sign_in_alpha": Sum((Quotient(_E, _ALPHA), Quotient(_rest(_E), _rest(_ALPHA)))),
}
"""Formulas that are the same whatever the values."""

_NEGATIVE_ENTROPY = Sum(
    (Product((_E, Call("ln", (_E,)))), Product((_rest(_E), Call("ln", (_rest(_E),)))))
)


@solver(
    "bernoulli.kl",
    results={
        "kl": "KL(q ‖ p) of the two given laws, in nats",
        "kl_formula": "KL(q ‖ p) as a formula in e, for the given alpha",
        "kl_in_both": "KL(q ‖ p) as a formula in e and alpha",
        "derivative_in_e": "derivative of KL(q ‖ p) with respect to e, a formula in e and alpha",
        "derivative_in_alpha": "derivative with respect to alpha, a formula in e and alpha",
        "slope_in_e": "the derivative with respect to e at the given values",
        "slope_in_alpha": "the derivative with respect to alpha at the given values",
    },
    mistakes={
        "kl_swapped": "Swaps the arguments: KL(p ‖ q)",
        "first_term": "Only the term of z = 1",
        "negative_entropy": "Leaves alpha out: e ln e + (1 − e) ln(1 − e)",
        "cross_entropy": "Leaves the encoder's entropy out: −e ln alpha − (1 − e) ln(1 − alpha)",
        "kl_in_bits": "Takes logarithms to base 2",
        "negated": "The sign of the whole is wrong",
        "slope_in_e_swapped": "Differentiates KL(p ‖ q) with respect to e",
        "swapped_formula": "KL(p ‖ q), a formula in e",
        "first_term_formula": "Only the term of z = 1, a formula in e",
        "negative_entropy_formula": "Leaves alpha out, a formula in e",
        "negated_formula": "The sign of the whole is wrong, a formula in e",
        "swapped_in_both": "KL(p ‖ q), a formula in e and alpha",
        "first_term_in_both": "Only the term of z = 1, a formula in e and alpha",
        "negated_in_both": "The sign of the whole is wrong, a formula in e and alpha",
        "lost_sign_in_alpha": "Loses the minus of −e/alpha in the derivative with respect to alpha",
    },
    domains={
        "kl_formula": {"e": "probability"},
        "kl_in_both": {"e": "probability", "alpha": "probability"},
        "derivative_in_e": {"e": "probability", "alpha": "probability"},
        "derivative_in_alpha": {"e": "probability", "alpha": "probability"},
    },
    examples=(
        {"e": Fraction(3, 4), "alpha": Fraction(1, 3)},
        {"e": Fraction(1, 10), "alpha": Fraction(9, 10)},
        {"e": Fraction(1, 2), "alpha": Fraction(1, 50)},
        {"e": Fraction(999, 1000), "alpha": Fraction(7, 10)},
    ),
)
def kl(e: Scalar, alpha: Scalar) -> Answers:
    """The divergence of a Bernoulli(e) encoder from a Bernoulli(alpha) prior, and its slopes.

    Σ_z q(z) ln(q(z)/p(z)) over both outcomes. Differentiating gives
    ln(e (1 − alpha) / (alpha (1 − e))) in e and (alpha − e) / (alpha (1 − alpha)) in alpha.
    Source: Cover and Thomas, Elements of Information Theory (2006), section 2.3, equation 2.26
    and example 2.3.1. Raises ValueError unless both values lie between 0 and 1.
    """
    require_between_zero_and_one("e", e)
    require_between_zero_and_one("alpha", alpha)
    # With q = hits/of and p = prior_hits/prior_of, whole numbers keep every quotient to the digit.
    hits, of, prior_hits, prior_of = e.numerator, e.denominator, alpha.numerator, alpha.denominator
    misses, prior_misses = of - hits, prior_of - prior_hits
    q, rest, p, prior_rest = hits / of, misses / of, prior_hits / prior_of, prior_misses / prior_of
    hit = log((hits * prior_of) / (of * prior_hits))
    miss = log((misses * prior_of) / (of * prior_misses))
    divergence = fsum((q * hit, rest * miss))
    difference = prior_hits * of - hits * prior_of
    return {
        **_IN_BOTH,
        **_formulas_in_e(prior_hits, prior_of),
        "kl": divergence,
        "slope_in_e": hit - miss,
        "slope_in_alpha": Fraction(difference * prior_of, of * prior_hits * prior_misses),
        "kl_swapped": fsum((-p * hit, -prior_rest * miss)),
        "first_term": q * hit,
        "negative_entropy": fsum((q * log(q), rest * log(rest))),
        "cross_entropy": fsum((-q * log(p), -rest * log(prior_rest))),
        "kl_in_bits": divergence / log(2),
        "negated": -divergence,
        "slope_in_e_swapped": Fraction(-difference * of, prior_of * hits * misses),
    }


@lru_cache(maxsize=4096)
def _formulas_in_e(prior_hits: int, prior_of: int) -> Answers:
    """Kept by the two whole numbers: hashing a fraction costs more than looking it up."""
    share = Number(Fraction(prior_hits, prior_of))
    formula = _divergence(_E, share)
    return {
        "kl_formula": formula,
        "swapped_formula": _divergence(share, _E),
        "first_term_formula": formula.terms[0],
        "negative_entropy_formula": _NEGATIVE_ENTROPY,
        "negated_formula": _minus(formula),
    }


def _divergence_by_quadrature(e: "Tensor", alpha: "Tensor") -> "Tensor":
    """KL(Bernoulli(e) ‖ Bernoulli(alpha)) as the integral of e − sigmoid(u) over log-odds.

    It runs from the log-odds of alpha to those of e: a Bernoulli law is an exponential family
    whose divergence is the Bregman divergence of its log-normaliser, and that has the slope
    sigmoid(u). Source: Banerjee, Merugu, Dhillon and Ghosh, Clustering with Bregman
    divergences (2005), Journal of Machine Learning Research 6, section 4.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    nodes, weights = gauss_legendre(64)
    start = torch.logit(alpha)[..., None]
    length = torch.logit(e)[..., None] - start
    return (length * (e[..., None] - torch.sigmoid(start + nodes * length))) @ weights


@check("bernoulli.kl", tolerance=1e-8)
def kl_by_quadrature(e: "Tensor", alpha: "Tensor") -> Mapping[str, Any]:
    """The divergence as an integral over log-odds; its slopes by autograd. e, alpha: [variants]."""
    import torch

    def slope(position: int) -> Callable[["Tensor", "Tensor"], "Tensor"]:
        def at(*shares: "Tensor") -> "Tensor":
            leaves = [share.detach().clone().requires_grad_(True) for share in shares]
            total = _divergence_by_quadrature(*leaves).sum()
            return torch.autograd.grad(total, leaves[position])[0]

        return at

    def in_both(route: Callable[["Tensor", "Tensor"], "Tensor"]) -> Callable[..., "Tensor"]:
        return lambda points: route(points["e"], points["alpha"])

    return {
        "kl": _divergence_by_quadrature(e, alpha),
        "kl_formula": lambda points: _divergence_by_quadrature(points["e"], alpha[:, None]),
        "kl_in_both": in_both(_divergence_by_quadrature),
        "derivative_in_e": in_both(slope(0)),
        "derivative_in_alpha": in_both(slope(1)),
        "slope_in_e": slope(0)(e, alpha),
        "slope_in_alpha": slope(1)(e, alpha),
    }


@solver(
    "bernoulli.best_prior",
    results={
        "best_prior": "the alpha that makes the average of KL(Bernoulli(e_i) ‖ Bernoulli(alpha)) "
        "smallest",
        "smallest_average_kl": "that smallest average, in nats",
    },
    mistakes={
        "mean_log_odds_prior": "Swaps the arguments: the alpha that makes the average of "
        "KL(Bernoulli(alpha) ‖ Bernoulli(e_i)) smallest, whose log-odds are the mean log-odds",
        "thresholded_prior": "Rounds every e_i to 0 or 1 first (1/2 to 1)",
        "summed_outputs": "Forgets to divide by their number",
        "average_entropy": "Takes the encoder's average entropy for the smallest average",
        "prior_entropy": "Takes the entropy of the best prior for the smallest average",
    },
    examples=(
        {"e": (Fraction(1, 10), Fraction(7, 10), Fraction(4, 5))},
        {"e": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 100), Fraction(99, 100))},
        {"e": (Fraction(49, 50), Fraction(99, 100))},
        {"e": (Fraction(1, 3),)},
    ),
)
def best_prior(e: Vector) -> Answers:
    """The prior that fits the encoder's outputs e_1, …, e_n best: their mean.

    The derivative of the average divergence in alpha, (alpha − mean e) / (alpha (1 − alpha)),
    vanishes there. What is left is the entropy of the mean less the mean of the entropies.
    Sources: Tomczak and Welling, VAE with a VampPrior (2018), section 2, where the best prior
    is the aggregated posterior; Cover and Thomas, Elements of Information Theory (2006),
    section 2.4. Raises ValueError unless every e_i lies between 0 and 1.
    """
    require_vector("e", e)
    for index, share in enumerate(e):
        require_between_zero_and_one(f"e[{index}]", share)
    hits, of = over_common_denominator(e)
    count, total = len(e), sum(hits)
    entropy = fsum([_entropy(each, of) for each in hits]) / count
    log_odds = fsum([log(each / (of - each)) for each in hits]) / count
    prior_entropy = _entropy(total, count * of)
    return {
        "best_prior": Fraction(total, count * of),
        "smallest_average_kl": prior_entropy - entropy,
        "mean_log_odds_prior": 1 / (1 + exp(-log_odds)),
        "thresholded_prior": Fraction(sum([2 * each >= of for each in hits]), count),
        "summed_outputs": Fraction(total, of),
        "average_entropy": entropy,
        "prior_entropy": prior_entropy,
    }


def _entropy(hits: int, of: int) -> float:
    """The entropy of Bernoulli(hits / of), in nats."""
    share, rest = hits / of, (of - hits) / of
    return -(share * log(share) + rest * log(rest))


@check("bernoulli.best_prior", tolerance=1e-8)
def best_prior_by_descent(e: "Tensor") -> Mapping[str, Any]:
    """Minimises the average divergence over the prior's log-odds by autograd; e: [variants, n]."""
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    def average(log_odds: "Tensor") -> "Tensor":
        """The mean over the outputs of the sum over both outcomes."""
        prior = torch.cat((-log_odds, log_odds), dim=-1).sigmoid()
        encoder = torch.stack((1 - e, e), dim=-1)
        return (encoder * (encoder / prior[:, None, :]).log()).sum(-1).mean(-1)

    best = maximise(lambda log_odds: -average(log_odds), torch.zeros_like(e[:, :1]))
    return {"best_prior": best[:, 0].sigmoid(), "smallest_average_kl": average(best)}
