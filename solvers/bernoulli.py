"""The prior term of a variational autoencoder with a Bernoulli latent variable.

The encoder gives q(z = 1 | x) = e, the prior is p(z = 1) = alpha; numbers are in nats.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any, TypeAlias

from qgen.document.formula import Call, Formula, Number, Product, Quotient, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
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


def _rest(share: Formula) -> Formula:
    """1 − share, worked out where the share is a number."""
    if isinstance(share, Number):
        return Number(1 - share.value)
    return Sum((_ONE, Product((_MINUS, share))))


def _log_ratio(above: Formula, below: Formula) -> Formula:
    """ln(above / below), without fractions inside the fraction."""
    scaled = above
    if isinstance(below, Number) and isinstance(below.value, Fraction):
        scaled = Product((Number(below.value.denominator), above))
        below = Number(below.value.numerator)
    elif isinstance(above, Number) and isinstance(above.value, Fraction):
        scaled = Number(above.value.numerator)
        below = Product((Number(above.value.denominator), below))
    return Call("ln", (scaled if below == _ONE else Quotient(scaled, below),))


def _divergence(q: Formula, p: Formula) -> Sum:
    """KL(Bernoulli(q) ‖ Bernoulli(p)) = q ln(q/p) + (1 − q) ln((1 − q)/(1 − p))."""
    return Sum(
        (
            Product((q, _log_ratio(q, p))),
            Product((_rest(q), _log_ratio(_rest(q), _rest(p)))),
        )
    )


def _minus(formula: Sum) -> Formula:
    return Sum(tuple(Product((_MINUS, term)) for term in formula.terms))


_DIVERGENCE_IN_BOTH = _divergence(_E, _ALPHA)
_IN_BOTH: SolverResults = {
    "kl_in_both": _DIVERGENCE_IN_BOTH,
    "derivative_in_e": _log_ratio(Product((_E, _rest(_ALPHA))), Product((_ALPHA, _rest(_E)))),
    "derivative_in_alpha": Quotient(
        Sum((_ALPHA, Product((_MINUS, _E)))), Product((_ALPHA, _rest(_ALPHA)))
    ),
    "swapped_in_both": _divergence(_ALPHA, _E),
    "first_term_in_both": _DIVERGENCE_IN_BOTH.terms[0],
    "negated_in_both": _minus(_DIVERGENCE_IN_BOTH),
    "lost_sign_in_alpha": Sum((Quotient(_E, _ALPHA), Quotient(_rest(_E), _rest(_ALPHA)))),
    "inner_sign_in_alpha": _minus(Sum((Quotient(_E, _ALPHA), Quotient(_rest(_E), _rest(_ALPHA))))),
    "negated_in_alpha": Quotient(
        Sum((_E, Product((_MINUS, _ALPHA)))), Product((_ALPHA, _rest(_ALPHA)))
    ),
}
"""Formulas that are the same whatever the values."""

_MISTAKES_IN_E = (
    "swapped_formula",
    "first_term_formula",
    "negative_entropy_formula",
    "negated_formula",
)
_MISTAKES_IN_BOTH = (
    "swapped_in_both",
    "first_term_in_both",
    "negated_in_both",
    "lost_sign_in_alpha",
    "inner_sign_in_alpha",
    "negated_in_alpha",
)

_NEGATIVE_ENTROPY = Sum(
    (Product((_E, Call("ln", (_E,)))), Product((_rest(_E), Call("ln", (_rest(_E),)))))
)


@solver(
    "bernoulli.kl",
    results={
        "kl": "KL(q ‖ p) of the two given distributions, in nats",
        "kl_formula": "KL(q ‖ p) as a formula in e, for the given alpha",
        "kl_in_both": "KL(q ‖ p) as a formula in e and alpha",
        "derivative_in_e": "derivative of KL(q ‖ p) with respect to e, a formula in e and alpha",
        "derivative_in_alpha": "derivative with respect to alpha, a formula in e and alpha",
    },
    mistakes={
        "kl_swapped": "Swaps the arguments: KL(p ‖ q)",
        "first_term": "Only the term of z = 1",
        "kl_in_bits": "Takes logarithms to base 2",
        "swapped_formula": "KL(p ‖ q), a formula in e",
        "first_term_formula": "Only the term of z = 1, a formula in e",
        "negative_entropy_formula": "Leaves alpha out: e ln e + (1 − e) ln(1 − e)",
        "negated_formula": "The sign of the whole is wrong, a formula in e",
        "swapped_in_both": "KL(p ‖ q), a formula in e and alpha",
        "first_term_in_both": "Only the term of z = 1, a formula in e and alpha",
        "negated_in_both": "The sign of the whole is wrong, a formula in e and alpha",
        "lost_sign_in_alpha": "Loses the minus of −e/alpha in the derivative with respect to alpha",
        "inner_sign_in_alpha": "Forgets there that 1 − alpha falls: −e/alpha − (1 − e)/(1 − alpha)",
        "negated_in_alpha": "The derivative with respect to alpha with the wrong sign",
    },
    domains={
        "kl_formula": {"e": "probability"},
        "kl_in_both": {"e": "probability", "alpha": "probability"},
        "derivative_in_e": {"e": "probability", "alpha": "probability"},
        "derivative_in_alpha": {"e": "probability", "alpha": "probability"},
        **{name: {"e": "probability"} for name in _MISTAKES_IN_E},
        **{name: {"e": "probability", "alpha": "probability"} for name in _MISTAKES_IN_BOTH},
    },
    examples=(
        {"e": Fraction(3, 4), "alpha": Fraction(1, 3)},
        {"e": Fraction(1, 10), "alpha": Fraction(9, 10)},
        {"e": Fraction(1, 2), "alpha": Fraction(1, 50)},
        {"e": Fraction(999, 1000), "alpha": Fraction(7, 10)},
    ),
)
def kl(e: Scalar, alpha: Scalar) -> SolverResults:
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
    return {
        **_IN_BOTH,
        **_formulas_in_e(prior_hits, prior_of),
        "kl": divergence,
        "kl_swapped": fsum((-p * hit, -prior_rest * miss)),
        "first_term": q * hit,
        "kl_in_bits": divergence / log(2),
    }


@lru_cache(maxsize=4096)
def _formulas_in_e(prior_hits: int, prior_of: int) -> SolverResults:
    """Kept by the two whole numbers: hashing a fraction costs more than looking it up."""
    share = Number(fraction(prior_hits, prior_of))
    formula = _divergence(_E, share)
    return {
        "kl_formula": formula,
        "swapped_formula": _divergence(share, _E),
        "first_term_formula": formula.terms[0],
        "negative_entropy_formula": _NEGATIVE_ENTROPY,
        "negated_formula": _minus(formula),
    }


def _over_log_odds(e: "Tensor", alpha: "Tensor", slope: Callable[["Tensor"], "Tensor"]) -> "Tensor":
    """∫ slope(u) du from the log-odds of alpha to those of e."""
    import torch

    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    nodes, weights = gauss_legendre(64)
    start = torch.logit(alpha)[..., None]
    length = torch.logit(e)[..., None] - start
    return (length * slope(start + nodes * length)) @ weights


def _divergence_by_quadrature(e: "Tensor", alpha: "Tensor") -> "Tensor":
    """KL(Bernoulli(e) ‖ Bernoulli(alpha)) as the integral of e − sigmoid(u) over log-odds.

    A Bernoulli distribution is an exponential family whose divergence is the Bregman divergence
    of its log-normaliser, and that has the slope sigmoid(u). Source: Banerjee, Merugu, Dhillon
    and Ghosh, Clustering with Bregman divergences (2005), Journal of Machine Learning Research 6,
    section 4.
    """
    return _over_log_odds(e, alpha, lambda u: e[..., None] - u.sigmoid())


def _first_term_by_quadrature(e: "Tensor", alpha: "Tensor") -> "Tensor":
    """e ln(e/alpha): ln sigmoid(u) has the slope sigmoid(−u)."""
    return e * _over_log_odds(e, alpha, lambda u: (-u).sigmoid())


_Route: TypeAlias = Callable[["Tensor", "Tensor"], "Tensor"]


def _slope(route: _Route, position: int) -> _Route:
    """The derivative of a route in its argument at this position, by autograd."""
    import torch

    def at(*shares: "Tensor") -> "Tensor":
        leaves = [share.detach().clone().requires_grad_(True) for share in shares]
        return torch.autograd.grad(route(*leaves).sum(), leaves[position])[0]

    return at


@check("bernoulli.kl", tolerance=1e-8)
def kl_by_quadrature(e: "Tensor", alpha: "Tensor") -> Mapping[str, Any]:
    """The divergence as an integral over log-odds; its slopes by autograd. e, alpha: [variants].

    Mistakes are the same integrals: with exchanged limits, of one outcome, from even odds
    (minus the entropy is KL(q ‖ Bernoulli(1/2)) − ln 2), with the term of z = 1 taken back twice.
    """
    import torch

    divergence, first_term = _divergence_by_quadrature, _first_term_by_quadrature

    def swapped(one: "Tensor", other: "Tensor") -> "Tensor":
        return divergence(other, one)

    def negated(one: "Tensor", other: "Tensor") -> "Tensor":
        return -divergence(one, other)

    def negative_entropy(one: "Tensor", _: "Tensor") -> "Tensor":
        even = torch.full_like(one, 0.5)
        return divergence(one, even) + even.log()

    def lost_sign(one: "Tensor", other: "Tensor") -> "Tensor":
        return _slope(divergence, 1)(one, other) - 2 * _slope(first_term, 1)(one, other)

    def inner_sign(one: "Tensor", other: "Tensor") -> "Tensor":
        return 2 * _slope(first_term, 1)(one, other) - _slope(divergence, 1)(one, other)

    # All variants are asked for formulas at the same points: those with one alpha share them.
    kinds, kind_of = torch.unique(alpha, return_inverse=True)

    def in_e(route: _Route) -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        def at(points: Mapping[str, "Tensor"]) -> "Tensor":
            shares = points["e"][:1].expand(len(kinds), -1)
            return route(shares, kinds[:, None].expand_as(shares))[kind_of]

        return at

    def in_both(route: _Route) -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        # These formulas hold no drawn number.
        return lambda points: route(points["e"][:1], points["alpha"][:1]).expand_as(points["e"])

    return {
        "kl": divergence(e, alpha),
        "kl_formula": in_e(divergence),
        "kl_in_both": in_both(divergence),
        "derivative_in_e": in_both(_slope(divergence, 0)),
        "derivative_in_alpha": in_both(_slope(divergence, 1)),
        "kl_swapped": swapped(e, alpha),
        "first_term": first_term(e, alpha),
        "kl_in_bits": divergence(e, alpha) / torch.full_like(e, 2).log(),
        "swapped_formula": in_e(swapped),
        "first_term_formula": in_e(first_term),
        "negative_entropy_formula": in_e(negative_entropy),
        "negated_formula": in_e(negated),
        "swapped_in_both": in_both(swapped),
        "first_term_in_both": in_both(first_term),
        "negated_in_both": in_both(negated),
        "lost_sign_in_alpha": in_both(lost_sign),
        "inner_sign_in_alpha": in_both(inner_sign),
        "negated_in_alpha": in_both(_slope(negated, 1)),
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
        "smallest_in_bits": "The smallest average in bits",
    },
    examples=(
        {"e": (Fraction(1, 10), Fraction(7, 10), Fraction(4, 5))},
        {"e": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 100), Fraction(99, 100))},
        {"e": (Fraction(49, 50), Fraction(99, 100))},
        {"e": (Fraction(1, 3),)},
    ),
)
def best_prior(e: Vector) -> SolverResults:
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
        "best_prior": fraction(total, count * of),
        "smallest_average_kl": prior_entropy - entropy,
        "mean_log_odds_prior": 1 / (1 + exp(-log_odds)),
        "thresholded_prior": fraction(sum([2 * each >= of for each in hits]), count),
        "summed_outputs": fraction(total, of),
        "average_entropy": entropy,
        "prior_entropy": prior_entropy,
        "smallest_in_bits": (prior_entropy - entropy) / log(2),
    }


def _entropy(hits: int, of: int) -> float:
    """The entropy of Bernoulli(hits / of), in nats."""
    share, rest = hits / of, (of - hits) / of
    return -(share * log(share) + rest * log(rest))


@check("bernoulli.best_prior", tolerance=1e-8)
def best_prior_by_descent(e: "Tensor") -> Mapping[str, Any]:
    """Minimises the average divergence over the prior's log-odds by autograd; e: [variants, n].

    The same search with exchanged arguments gives the mistaken prior, torch's own entropies what
    a half-finished calculation gives.
    """
    import torch
    from torch.distributions import Bernoulli

    from qgen.solvers.numerics.numerical_methods import maximise
    from qgen.solvers.numerics.torch_laws import law_entropy

    def both(share: "Tensor") -> "Tensor":
        return torch.stack((1 - share, share), dim=-1)

    def average(first: "Tensor", second: "Tensor") -> "Tensor":
        """The mean over the outputs of the sum over both outcomes."""
        terms = torch.xlogy(both(first), both(first)) - torch.xlogy(both(first), both(second))
        return terms.sum(-1).mean(-1)

    start = torch.full_like(e[:, :1], 0.5)
    found = maximise(lambda log_odds: -average(e, log_odds.sigmoid()), start.logit()).sigmoid()
    # Concave in the share here, and undefined outside of (0, 1), where no step may lead.
    swapped = maximise(lambda share: -average(share, e), start)
    prior = found[:, 0]
    return {
        "best_prior": prior,
        "smallest_average_kl": average(e, found),
        "smallest_in_bits": average(e, found) / torch.full_like(prior, 2).log(),
        "mean_log_odds_prior": swapped[:, 0],
        "thresholded_prior": (2 * e).floor().mean(-1),
        "summed_outputs": prior * e.shape[1],
        "average_entropy": law_entropy(Bernoulli(e)).mean(-1),
        "prior_entropy": law_entropy(Bernoulli(prior)),
    }
