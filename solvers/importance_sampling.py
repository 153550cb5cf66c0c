"""Importance sampling: its weights, its variance, and what weighted draws are worth."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from math import lcm
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.estimators import cumulants, with_random_sign
from qgen.solvers.numerics.arguments import (
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
        "expectation": "expectation of f under the target, which the estimate has",
        "plain_draw_variance": "variance of f at one draw from the target",
        "draw_variance": "variance of weight times f at one draw from the proposal",
        "best_proposal": "the proposal with the smallest variance, proportional to p(x) |f(x)|",
    },
    mistakes={
        "inverted_weights": "Turns the ratio over: q(x) / p(x) (0 where p is 0)",
        "weights_forgotten": "The expectation of f under the proposal",
        "mean_square": "The mean square of weight times f: the squared mean is not subtracted",
        "best_without_target": "A proposal proportional to |f(x)|: the target is forgotten",
    },
    examples=(
        {
            "target": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "proposal": (Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)),
            "values": (1, 2, 10),
        },
        {
            "target": (Fraction(1, 10), Fraction(9, 10)),
            "proposal": (Fraction(1, 2), Fraction(1, 2)),
            "values": (0, 1),
        },
        {
            "target": (Fraction(1, 4), 0, Fraction(3, 4)),
            "proposal": (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)),
            "values": (-4, 3, Fraction(5, 2)),
        },
    ),
)
def estimate(target: Vector, proposal: Vector, values: Vector) -> SolverResults:
    """(1/n) Σ w(x_i) f(x_i) with x_i from the proposal q and w = p/q, against plain Monte Carlo.

    target p, proposal q, values f: one entry for each outcome. Both estimates are unbiased;
    n times their variances are Σ p² f² / q − mu² and Σ p f² − mu². The best proposal follows from
    Σ p² f² / q ≥ (Σ p |f|)² (Cauchy and Schwarz). Source: Robert and Casella, Monte Carlo
    Statistical Methods (2004), section 3.3 and theorem 3.12. Raises ValueError for unequal
    lengths, probabilities that do not sum to one, a proposal that misses an outcome, and f that is
    zero wherever the target is positive.
    """
    require_probabilities("target", target)
    require_probabilities("proposal", proposal)
    require_vector("proposal", proposal, len(target))
    require_vector("values", values, len(target))
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
    weighted = sum([common // b * a * a for a, b in zip(products, q, strict=True)])
    mean_square = fraction(weighted * per, common * whole)
    under_proposal = sum([share * score for share, score in zip(q, f, strict=True)])
    return {
        "weights": tuple([fraction(a * per, b * of) for a, b in zip(p, q, strict=True)]),
        "expectation": fraction(mean, of * unit),
        "plain_draw_variance": fraction(second - mean * mean, whole),
        "draw_variance": mean_square - fraction(mean * mean, whole),
        "best_proposal": tuple([fraction(abs(part), absolute) for part in products]),
        "inverted_weights": tuple(
            [fraction(b * of, a * per) if a else 0 for a, b in zip(p, q, strict=True)]
        ),
        "weights_forgotten": fraction(under_proposal, per * unit),
        "mean_square": mean_square,
        "best_without_target": tuple([fraction(abs(score), sum(map(abs, f))) for score in f]),
    }


@check("importance_sampling.estimate", tolerance=1e-8)
def estimate_by_fitted_ratio(
    target: "Tensor", proposal: "Tensor", values: "Tensor"
) -> Mapping[str, Any]:
    """The ratio by least squares, the variances by autograd; tables [variants, outcomes].

    The weights maximise 2 Σ p u − Σ q u². Source: Kanamori, Hido and Sugiyama, A least-squares
    approach to direct importance estimation (2009), Journal of Machine Learning Research 10. The
    best proposal minimises Σ (p f)² / q. The mistakes fit with p and q exchanged, or take other
    tables.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    def ratio(above: "Tensor", below: "Tensor") -> "Tensor":
        """above / below, and 0 where below is 0."""
        some = below > 0

        def fit(u: "Tensor") -> "Tensor":
            return (2 * torch.where(some, above, 0) * u - below.where(some, 1) * u**2).sum(-1)

        return maximise(fit, torch.zeros_like(above))

    weights = ratio(target, proposal)
    one = torch.ones_like(target[:, 0])
    mean, plain = cumulants(values, target, one)
    weighted_mean, own = cumulants(weights * values, proposal, one)
    return {
        "weights": weights,
        "expectation": (mean + weighted_mean) / 2,
        "plain_draw_variance": plain,
        "draw_variance": own,
        "best_proposal": _best_proposal((target * values).abs()),
        "inverted_weights": ratio(proposal, target),
        "weights_forgotten": cumulants(values, proposal, one)[0],
        "mean_square": cumulants(*with_random_sign(weights * values, proposal), one)[1],
        "best_without_target": _best_proposal(values.abs()),
    }


def _best_proposal(products: "Tensor") -> "Tensor":
    """The probabilities q [variants, outcomes] that minimise Σ products² / q.

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
    return multiples / multiples.sum(-1, keepdim=True)


@solver(
    "importance_sampling.effective_sample_size",
    results={
        "largest_share": "the largest weight divided by the sum of all",
        "effective_sample_size": "(Σ w)² / Σ w²",
        "estimate": "self-normalised estimate Σ w f / Σ w",
        "ordinary_estimate": "Σ w f / n, unbiased where the weights are the exact ratios p / q",
        "size_without_largest": "the effective sample size without one draw of the largest weight "
        "(0 if no other has any)",
        "unweighted_estimate": "the plain mean of the values, which ignores the weights",
    },
    examples=(
        {"weights": (1, 2, 3, 4), "values": (2, 0, 1, 5)},
        {"weights": (Fraction(1, 2), Fraction(1, 2)), "values": (1, -3)},
        {"weights": (0, 0, Fraction(7, 3)), "values": (5, 6, 7)},
        {"weights": (Fraction(1, 10), 2, 0, Fraction(3, 4), 1), "values": (1, 1, 0, -1, -1)},
    ),
)
def effective_sample_size(weights: Vector, values: Vector) -> SolverResults:
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
    rest, rest_squares = total - max(w), squares - max(w) ** 2
    return {
        "largest_share": fraction(max(w), total),
        "effective_sample_size": fraction(total * total, squares),
        "estimate": fraction(moment, total * unit),
        "ordinary_estimate": fraction(moment, count * per * unit),
        "size_without_largest": fraction(rest * rest, rest_squares) if rest else Fraction(0),
        "unweighted_estimate": fraction(sum(f), count * unit),
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

    def fitted(masses: "Tensor") -> "Tensor":
        roots = masses.sqrt()[..., None]
        found: Tensor = torch.linalg.pinv(roots) @ (roots * values[..., None])
        return found[:, 0, 0]

    def size(masses: "Tensor") -> "Tensor":
        column = masses[..., None]
        nearest: Tensor = column @ (torch.linalg.pinv(column) @ ones[..., None])
        return (nearest**2).sum((-2, -1))

    largest = torch.nn.functional.one_hot(weights.argmax(-1), weights.shape[-1]).bool()
    return {
        "largest_share": normalised.amax(-1),
        "effective_sample_size": size(normalised),
        "estimate": fitted(weights),
        "ordinary_estimate": fitted(weights) * weights.mean(-1),
        "size_without_largest": size(normalised.masked_fill(largest, 0)),
        "unweighted_estimate": fitted(ones),
    }


@solver(
    "importance_sampling.self_normalised",
    results={
        "expectation": "E f under the normalised target",
        "pair_mean": "the mean of the estimate from two draws",
        "limit": "what the estimate tends to as the draws grow in number",
        "biased": "whether the mean of the estimate from two draws differs from E f",
        "consistent": "whether the estimate tends to E f",
    },
    mistakes={"proposal_mean": "E f under the proposal, the mean of the estimate from one draw"},
    examples=(
        {
            "target": (2, 3, 5),
            "proposal": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "values": (1, 2, 6),
        },
        {
            "target": (1, 3),
            "proposal": (Fraction(1, 4), Fraction(3, 4)),
            "values": (4, -1),
        },
        {
            "target": (2, 1, 1),
            "proposal": (Fraction(1, 2), Fraction(1, 2), 0),
            "values": (0, 3, 9),
        },
    ),
)
def self_normalised(target: Vector, proposal: Vector, values: Vector) -> SolverResults:
    """Σ w f / Σ w from draws of the proposal q, for a target that is known up to a constant.

    target, proposal, values: one entry for each outcome; target is any positive weights. The
    estimate tends to the mean of f under the target restricted to where q > 0. Source: Owen, Monte
    Carlo theory, methods and examples (2013), section 9.2. Raises ValueError for unequal lengths,
    target weights that are not positive, and a proposal that does not sum to one.
    """
    require_probabilities("proposal", proposal)
    require_vector("target", target, len(proposal))
    require_vector("values", values, len(proposal))
    if min(target) <= 0:
        raise ValueError("target must be positive everywhere")
    masses, whole = over_common_denominator(proposal)
    (weights, _), (outcomes, unit) = map(over_common_denominator, (target, values))
    rows = [row for row in zip(masses, weights, outcomes, strict=True) if row[0]]
    total, together = sum(map(mul, weights, outcomes)), sum(weights)
    # A pair of equal draws gives their value, and each other pair comes in two orders.
    pairs = sum([q * q * f for q, _, f in rows]) + 2 * sum(
        [
            Fraction(q * r * (p * r * f + s * q * g), p * r + s * q)
            for (q, p, f), (r, s, g) in combinations(rows, 2)
        ]
    )
    pair_mean = pairs * fraction(1, whole * whole * unit)
    expectation = fraction(total, together * unit)
    limit = fraction(sum([p * f for _, p, f in rows]), unit * sum([p for _, p, _ in rows]))
    return {
        "expectation": expectation,
        "pair_mean": pair_mean,
        "limit": limit,
        "biased": pair_mean != expectation,
        "consistent": limit == expectation,
        "proposal_mean": fraction(sum(map(mul, masses, outcomes)), whole * unit),
    }


@check("importance_sampling.self_normalised", tolerance=1e-8)
def self_normalised_by_least_squares(
    target: "Tensor", proposal: "Tensor", values: "Tensor"
) -> Mapping[str, Any]:
    """The estimate as the constant that fits the drawn values best; [variants, outcomes].

    The constant m minimises Σ w (f − m)² over the draws: over one draw, over both of a pair, and in
    the limit over the whole proposal. Each is a fit by singular values.
    """
    import torch

    weights = torch.where(proposal > 0, target / proposal, 0)
    size = values.shape[-1]

    def fitted(scores: "Tensor", masses: "Tensor") -> "Tensor":
        """The best constant for scores and masses [variants, …, draws]."""
        roots = masses.sqrt()[..., None]
        found: Tensor = torch.linalg.pinv(roots) @ (roots * scores[..., None])
        return found[..., 0, 0]

    pairs = torch.cartesian_prod(torch.arange(size), torch.arange(size))
    pair_chance = proposal[:, pairs].prod(-1)
    pair_mean = (fitted(values[:, pairs], weights[:, pairs]) * pair_chance).sum(-1)
    single = fitted(values[..., None], weights[..., None])
    expectation, limit = fitted(values, target), fitted(values, proposal * weights)
    close = 1e-10 * (1 + values.abs().amax(-1))
    return {
        "expectation": expectation,
        "pair_mean": pair_mean,
        "limit": limit,
        "biased": (pair_mean - expectation).abs() > close,
        "consistent": (limit - expectation).abs() <= close,
        "proposal_mean": (single * proposal).sum(-1),
    }
