"""Importance sampling: its weights, its variance, and what weighted draws are worth."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, lcm, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.estimators import cumulants, require_draws
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "importance_sampling.estimate",
    results={
        "weights": "importance weight p(x) / q(x) of each outcome",
        "expectation": "expectation of f under the target, which both estimators have",
        "plain_draw_variance": "variance of f at one draw from the target",
        "plain_variance": "variance of the plain Monte Carlo estimate with n draws from the target",
        "draw_variance": "variance of weight times f at one draw from the proposal",
        "estimator_variance": "variance of the importance sampling estimate with n draws",
        "has_smaller_variance": "whether importance sampling has the smaller variance",
        "mean_squared_weight": "mean square of the weights under the proposal",
        "effective_sample_size": "n over that mean square",
        "best_proposal": "the proposal with the smallest variance, proportional to p(x) |f(x)|",
        "best_draw_variance": "the variance of weight times f at one draw from that proposal",
    },
    mistakes={
        "inverted_weights": "Turns the ratio over: q(x) / p(x) (0 where p is 0)",
        "inverted_expectation": "The mean of f times the ratio turned over, under the proposal",
        "weights_forgotten": "The expectation of f under the proposal",
        "mean_not_subtracted": "Mean square of weight times f over n: not less the squared mean",
        "inverted_sample_size": "n times the mean square of the weights, instead of over it",
        "largest_weight_sample_size": "Divides n by the largest weight instead of the mean square",
        "best_without_target": "A proposal proportional to |f(x)|: the target is forgotten",
    },
    examples=(
        {
            "target": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "proposal": (Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)),
            "values": (1, 2, 10),
            "n": 100,
        },
        {
            "target": (Fraction(1, 10), Fraction(9, 10)),
            "proposal": (Fraction(1, 2), Fraction(1, 2)),
            "values": (0, 1),
            "n": 20,
        },
        {
            "target": (Fraction(1, 4), 0, Fraction(3, 4)),
            "proposal": (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)),
            "values": (-4, 3, Fraction(5, 2)),
            "n": 1,
        },
        {
            "target": (Fraction(2, 5), Fraction(3, 5)),
            "proposal": (Fraction(2, 5), Fraction(3, 5)),
            "values": (3, -1),
            "n": 50,
        },
    ),
)
def estimate(target: Vector, proposal: Vector, values: Vector, n: Scalar) -> Answers:
    """(1/n) Σ w(x_i) f(x_i) with x_i from the proposal q and w = p/q, against plain Monte Carlo.

    target p, proposal q, values f: one entry for each outcome. Both estimates are unbiased;
    n times their variances are Σ p² f² / q − mu² and Σ p f² − mu². The best proposal follows from
    Σ p² f² / q ≥ (Σ p |f|)² (Cauchy and Schwarz). Source: Robert and Casella, Monte Carlo
    Statistical Methods (2004), section 3.3 and theorem 3.12. Raises ValueError for unequal
    lengths, laws that do not sum to one, a proposal that misses an outcome, f that is zero
    wherever the target is positive, and n that is not a whole number from 1.
    """
    require_probabilities("target", target)
    require_probabilities("proposal", proposal)
    require_vector("proposal", proposal, len(target))
    require_vector("values", values, len(target))
    require_draws(n)
    if min(proposal) <= 0:
        raise ValueError("proposal must give every outcome a positive probability")
    p, of = over_common_denominator(target)
    q, per = over_common_denominator(proposal)
    f, unit = over_common_denominator(values)
    products = [share * score for share, score in zip(p, f, strict=True)]
    absolute = sum(map(abs, products))
    if not absolute:
        raise ValueError("values must not be 0 wherever the target is positive")
    # Over these denominators: the mean over of·unit, mean squares over its square.
    mean, whole = sum(products), (of * unit) ** 2
    second = sum([part * score for part, score in zip(products, f, strict=True)]) * of
    common = lcm(*q)
    inverse_shares = [common // share for share in q]
    weighted = Fraction(_square_sum(products, inverse_shares) * per, common)
    squared_weights = Fraction(_square_sum(p, inverse_shares) * per, common * of * of)
    plain = Fraction(second - mean * mean, whole)
    own = Fraction(weighted - mean * mean, whole)
    weights = tuple([Fraction(a * per, b * of) for a, b in zip(p, q, strict=True)])
    inverted = tuple([Fraction(b * of, a * per) if a else 0 for a, b in zip(p, q, strict=True)])
    return {
        "weights": weights,
        "expectation": Fraction(mean, of * unit),
        "plain_draw_variance": plain,
        "plain_variance": plain / n,
        "draw_variance": own,
        "estimator_variance": own / n,
        "has_smaller_variance": own < plain,
        "mean_squared_weight": squared_weights,
        "effective_sample_size": n / squared_weights,
        "best_proposal": tuple([Fraction(abs(part), absolute) for part in products]),
        "best_draw_variance": Fraction(absolute * absolute - mean * mean, whole),
        "inverted_weights": inverted,
        "inverted_expectation": sum(
            [Fraction(b, per) * c * d for b, c, d in zip(q, inverted, values, strict=True)]
        ),
        "weights_forgotten": Fraction(
            sum([share * score for share, score in zip(q, f, strict=True)]), per * unit
        ),
        "mean_not_subtracted": Fraction(weighted, whole * n),
        "inverted_sample_size": n * squared_weights,
        "largest_weight_sample_size": n / max(weights),
        "best_without_target": tuple([Fraction(abs(score), sum(map(abs, f))) for score in f]),
    }


def _square_sum(numbers: Sequence[int], factors: Sequence[int]) -> int:
    """Σ factor · number²."""
    return sum([factor * number * number for number, factor in zip(numbers, factors, strict=True)])


@check("importance_sampling.estimate", tolerance=1e-8)
def estimate_by_fitted_ratio(
    target: "Tensor", proposal: "Tensor", values: "Tensor", n: "Tensor"
) -> Mapping[str, Any]:
    """The ratio by least squares, the variances by autograd; tables [variants, outcomes].

    The weights maximise 2 Σ p u − Σ q u², whose maximum is their mean square. Source: Kanamori,
    Hido and Sugiyama, A least-squares approach to direct importance estimation (2009), Journal
    of Machine Learning Research 10. The best proposal minimises Σ (p f)² / q.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    def fit(u: "Tensor") -> "Tensor":
        return (2 * target * u - proposal * u**2).sum(-1)

    weights = maximise(fit, torch.zeros_like(target))
    ones = torch.ones_like(n)
    mean, plain = cumulants(values, target, ones)
    weighted_mean, own = cumulants(weights * values, proposal, ones)
    plain_variance = cumulants(values, target, n)[1]
    variance = cumulants(weights * values, proposal, n)[1]
    best, best_second_moment = _best_proposal((target * values).abs())
    return {
        "weights": weights,
        "expectation": (mean + weighted_mean) / 2,
        "plain_draw_variance": plain,
        "plain_variance": plain_variance,
        "draw_variance": own,
        "estimator_variance": variance,
        "has_smaller_variance": own < plain - 1e-10 * plain.abs().clamp(min=1e-3),
        "mean_squared_weight": fit(weights),
        "effective_sample_size": n / fit(weights),
        "best_proposal": best,
        "best_draw_variance": best_second_moment - mean**2,
    }


def _best_proposal(products: "Tensor") -> tuple["Tensor", "Tensor"]:
    """The law q [variants, outcomes] that minimises Σ products² / q, and that minimum.

    By Newton's method on the logarithms of multiples of q, with Σ q as a cost in place of the
    condition that q sums to one. Outcomes whose product is 0 are not worth a draw.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    idle = products == 0

    def saving(logarithms: "Tensor") -> "Tensor":
        cost = products**2 * (-logarithms).exp() + logarithms.exp()
        return -torch.where(idle, logarithms**2, cost).sum(-1)

    start = products.amax(-1, keepdim=True).log().expand_as(products)
    multiples = torch.where(idle, 0, maximise(saving, start).exp())
    best = multiples / multiples.sum(-1, keepdim=True)
    return best, torch.where(idle, 0, products**2 / best).sum(-1)


@solver(
    "importance_sampling.effective_sample_size",
    results={
        "normalised_weights": "the weights divided by their sum",
        "effective_sample_size": "(Σ w)² / Σ w²",
        "effective_share": "effective sample size over the number of draws",
        "estimate": "self-normalised estimate Σ w f / Σ w",
        "ordinary_estimate": "Σ w f / n, unbiased where the weights are the exact ratios p / q",
        "all_weights_equal": "whether the effective sample size is the number of draws",
    },
    mistakes={
        "unweighted_estimate": "The plain mean of the values: the weights are ignored",
        "summed_estimate": "Σ w f, divided by nothing",
        "inverted_sample_size": "Turns the effective sample size over: Σ w² / (Σ w)²",
        "unnormalised_sample_size": "1 / Σ w² with weights that were not normalised",
        "entropy_sample_size": "The exponential of the entropy of the normalised weights",
        "positive_weights": "Counts the draws whose weight is above 0",
    },
    examples=(
        {"weights": (1, 2, 3, 4), "values": (2, 0, 1, 5)},
        {"weights": (Fraction(1, 2), Fraction(1, 2)), "values": (1, -3)},
        {"weights": (0, 0, Fraction(7, 3)), "values": (5, 6, 7)},
        {"weights": (Fraction(1, 10), 2, 0, Fraction(3, 4), 1), "values": (1, 1, 0, -1, -1)},
    ),
)
def effective_sample_size(weights: Vector, values: Vector) -> Answers:
    """The weights of importance sampling at given draws, and what they are worth.

    weights, values: one entry for each draw. By the rule of Kish, weighted draws are as good as
    (Σ w)² / Σ w² equal ones, which is n for equal weights and 1 where one weight has all.
    Source: Liu, Monte Carlo Strategies in Scientific Computing (2001), chapter 2, the rule of
    thumb for importance sampling. Raises ValueError for unequal lengths, a negative weight, and
    weights that are all zero.
    """
    require_vector("weights", weights)
    require_vector("values", values, len(weights))
    w, per = over_common_denominator(weights)
    f, unit = over_common_denominator(values)
    if min(w) < 0 or not any(w):
        raise ValueError("weights must not be negative, and not all 0")
    count, total = len(w), sum(w)
    squares = sum([weight * weight for weight in w])
    moment = sum([weight * score for weight, score in zip(w, f, strict=True)])
    entropy = log(total) - fsum([weight * log(weight) for weight in w if weight]) / total
    size = Fraction(total * total, squares)
    return {
        "normalised_weights": tuple([Fraction(weight, total) for weight in w]),
        "effective_sample_size": size,
        "effective_share": size / count,
        "estimate": Fraction(moment, total * unit),
        "ordinary_estimate": Fraction(moment, count * per * unit),
        "all_weights_equal": size == count,
        "unweighted_estimate": Fraction(sum(f), count * unit),
        "summed_estimate": Fraction(moment, per * unit),
        "inverted_sample_size": 1 / size,
        "unnormalised_sample_size": Fraction(per * per, squares),
        "entropy_sample_size": exp(entropy),
        "positive_weights": sum([weight > 0 for weight in w]),
    }


@check("importance_sampling.effective_sample_size", tolerance=1e-9)
def effective_sample_size_by_least_squares(
    weights: "Tensor", values: "Tensor"
) -> Mapping[str, Any]:
    """Two least-squares fits by singular values; both [variants, draws].

    The estimate is the constant that fits the values best, each counted by its weight. The
    multiple of the weights that is nearest to (1, …, 1) has the squared length (Σ w)² / Σ w².
    """
    import torch

    ones = torch.ones_like(weights)
    normalised = torch.linalg.solve(weights.sum(-1)[:, None, None], weights[:, None, :])[:, 0]
    roots = weights.sqrt()[..., None]
    estimate = (torch.linalg.pinv(roots) @ (roots * values[..., None]))[:, 0, 0]
    column = normalised[..., None]
    size = ((column @ (torch.linalg.pinv(column) @ ones[..., None])) ** 2).sum((-2, -1))
    count = weights.shape[1]
    return {
        "normalised_weights": normalised,
        "effective_sample_size": size,
        "effective_share": size / count,
        "estimate": estimate,
        "ordinary_estimate": estimate * weights.mean(-1),
        "all_weights_equal": weights.amax(-1) - weights.amin(-1) <= 1e-12 * weights.amax(-1),
    }
