"""A normal law that stands in for a posterior that is a mixture of normal laws."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, exp, log, pi, sqrt
from operator import mul, sub
from typing import TYPE_CHECKING, Any, TypeAlias

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_positive,
    require_probabilities,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_Part: TypeAlias = tuple[float, float, float]
"""The logarithm of weight over deviation, mean and deviation of one part of a mixture."""

_REACH, _LEAST_STEPS, _MOST_STEPS = 9, 8, 200


@solver(
    "mixture_approximation.normal",
    results={
        "gap": "KL(q ‖ p) in nats: what the ELBO of q lacks of ln p(x)",
        "weight_at_q": "the weight of the part whose mean is nearest to that of q",
        "covering_mean": "mean of the normal law with the smallest KL(p ‖ ·)",
        "covering_deviation": "standard deviation of that law",
    },
    mistakes={
        "weight_elsewhere": "The weight of all other parts",
        "heights_compared": "The height of p at the mean nearest to q, as a share of its heights "
        "at all the parts' means",
        "gap_of_the_rest": "−ln of the weight of all other parts, for the gap",
        "means_averaged": "The plain mean of the parts' means",
        "means_swapped": "Gives the weights to the means in the opposite order",
    },
    examples=(
        {
            "weights": (Fraction(3, 10), Fraction(7, 10)),
            "means": (-3, 4),
            "deviations": (Fraction(1, 2), 1),
            "m": -3,
            "s": Fraction(1, 2),
        },
        {
            "weights": (Fraction(2, 5), Fraction(3, 5)),
            "means": (0, 1),
            "deviations": (1, Fraction(3, 2)),
            "m": Fraction(1, 2),
            "s": Fraction(3, 4),
        },
        {
            "weights": (Fraction(1, 5), Fraction(1, 2), Fraction(3, 10)),
            "means": (-2, 0, 5),
            "deviations": (1, Fraction(1, 2), 2),
            "m": 1,
            "s": 2,
        },
    ),
)
def normal(
    weights: Vector, means: Vector, deviations: Vector, m: Scalar, s: Scalar
) -> SolverResults:
    """KL(q ‖ p) of q = N(m, s²) from the mixture p = Σ w_k N(m_k, s_k²), and p's moments.

    A normal law N(a, v) has E_p ln N(x; a, v) = −(ln 2πv + E_p (x − a)²/v)/2, which is largest
    for p's own mean and variance, so that they minimise KL(p ‖ ·). KL(q ‖ p) has no closed form;
    where q is one of parts that hardly overlap, it is −ln of that part's weight, since p is
    that weight times q where q has its mass. Source: Bishop, Pattern Recognition and Machine
    Learning (2006), section 10.1.2 on both directions of the divergence and section 10.7 on
    matching moments. Raises ValueError for vectors of different lengths, fewer than two parts,
    weights that are no probabilities or 0, equal means, deviations that are not positive, and
    laws that are too far apart for their widths.
    """
    require_probabilities("weights", weights)
    require_vector("means", means, len(weights))
    require_vector("deviations", deviations, len(weights))
    require_scalar("m", m)
    for name, each in (("s", s), *(("deviations", each) for each in deviations)):
        require_positive(name, each)
    if min(weights) <= 0:
        raise ValueError("weights must be positive")
    if len(set(means)) < max(2, len(means)):
        raise ValueError("means must be two different numbers at least")
    steps = _steps(means, deviations, s)
    shares, places = list(map(Fraction, weights)), list(map(Fraction, means))
    widths = list(map(Fraction, deviations))
    mean = sum(map(mul, shares, places))
    # The variance of p: E s_k² + E m_k² − (E m_k)².
    squares = [place * place + wide * wide for place, wide in zip(places, widths, strict=True)]
    variance = sum(map(mul, shares, squares)) - mean * mean
    centre = Fraction(m)
    distances = [abs(place - centre) for place in places]
    nearest = distances.index(min(distances))
    inner = [
        (log(float(weight) / float(wide)), float(place), float(wide))
        for weight, place, wide in zip(weights, means, deviations, strict=True)
    ]
    heights = list(map(exp, _log_heights(inner, [each for _, each, _ in inner])))
    rest = 1 - shares[nearest]
    return {
        "gap": _divergence(inner, float(m), float(s), steps),
        "weight_at_q": weights[nearest],
        "covering_mean": mean,
        "covering_deviation": sqrt(variance),
        "weight_elsewhere": rest,
        "heights_compared": heights[nearest] / sum(heights),
        "gap_of_the_rest": -log(rest),
        "means_averaged": sum(places, Fraction(0)) / len(places),
        "means_swapped": sum(map(mul, shares, reversed(places))),
    }


def _steps(means: Vector, deviations: Vector, s: Scalar) -> int:
    """How many steps a deviation of q the trapezoidal rule needs.

    Two parts of deviation d that lie a distance D apart make ln p bend within d²/D: its nearest
    singularities lie π d²/D off the line. A step of a quarter of that leaves an error like
    exp(−8π), as Trefethen and Weideman show (The Exponentially Convergent Trapezoidal Rule,
    2014, the theorem on integrals over the line).
    """
    farthest = max(means) - min(means)
    narrowest, widest = min(deviations), max(deviations)
    needed = max(_LEAST_STEPS, 4 * s * max(farthest, widest) / (3 * narrowest * narrowest))
    if needed > _MOST_STEPS or max(s, widest) > _MOST_STEPS * min(s, narrowest):
        raise ValueError("the laws must not lie so far apart for their widths")
    return ceil(needed)


def _divergence(parts: list[_Part], m: float, s: float, steps: int) -> float:
    """The mean of ln q − ln p under q by the trapezoidal rule."""
    places, weights = _trapezoidal(steps)
    heights = _log_heights(parts, [m + s * place for place in places])
    total = sum(map(mul, weights, heights), 0.0)
    return -log(s) - 0.5 - total / (steps * sqrt(2 * pi))


@lru_cache(maxsize=32)
def _trapezoidal(steps: int) -> tuple[list[float], list[float]]:
    """Places so many a deviation, with the heights of the standard normal law times √(2π)."""
    places = [index / steps for index in range(-_REACH * steps, _REACH * steps + 1)]
    return places, [exp(-place * place / 2) for place in places]


def _log_heights(parts: list[_Part], at: Sequence[float]) -> list[float]:
    """The log densities of the mixture there, without their constant −ln(2π)/2."""
    # Part by part: a list for each costs a quarter of what a short one for each place does.
    exponents = [[share - ((z - each) / wide) ** 2 / 2 for z in at] for share, each, wide in parts]
    if len(exponents) == 2:
        # The exponential of the higher one, less itself, is 1.
        return [
            (first if first > second else second) + log(1 + exp(-abs(first - second)))
            for first, second in zip(*exponents, strict=True)
        ]
    tops = list(map(max, *exponents))
    ratios = [map(exp, map(sub, each, tops)) for each in exponents]
    totals = map(sum, zip(*ratios, strict=True))
    return [top + log(total) for top, total in zip(tops, totals, strict=True)]


@check("mixture_approximation.normal", tolerance=1e-7)
def normal_by_quadrature(
    weights: "Tensor", means: "Tensor", deviations: "Tensor", m: "Tensor", s: "Tensor"
) -> Mapping[str, Any]:
    """Torch's log densities at Gauss-Legendre nodes; the covering law by Newton's method.

    The weights are what the heights of p at the parts' means give back, as a linear system.
    weights, means, deviations: [variants, parts]; m, s: [variants].
    """
    import torch
    from torch.distributions import Categorical, MixtureSameFamily, Normal

    from qgen.solvers.numerics.gauss_hermite import gauss_hermite
    from qgen.solvers.numerics.numerical_methods import gauss_legendre, maximise
    from qgen.solvers.numerics.torch_laws import log_density

    nodes, shares = gauss_legendre(48)
    starts = torch.arange(-_REACH, _REACH, dtype=m.dtype)[:, None]
    places, shares = (starts + nodes).flatten(), shares.repeat(2 * _REACH)
    z = m[:, None] + s[:, None] * places
    p: Any = MixtureSameFamily(
        Categorical(weights[:, None]), Normal(means[:, None], deviations[:, None])
    )
    q: Any = Normal(m[:, None], s[:, None])
    log_q = log_density(q, z)
    gap = (log_q.exp() * s[:, None] * (log_q - log_density(p, z))) @ shares

    hermite, chances = gauss_hermite(8)
    samples = means[..., None] + deviations[..., None] * hermite
    chances = weights[..., None] * chances

    def fit(parameters: "Tensor") -> "Tensor":
        """E_p ln q without its constant, concave in precision times mean and in the precision."""
        pull, precision = parameters[:, 0, None, None], parameters[:, 1, None, None]
        exponent = pull * samples - precision * samples**2 / 2 - pull**2 / precision / 2
        return (chances * (exponent + precision.log() / 2)).sum((-2, -1))

    start = torch.stack((torch.zeros_like(m), torch.ones_like(m)), dim=-1)
    best = maximise(fit, start)
    variance = 1 / best[:, 1]
    heights = log_density(p, means).exp()
    alone = log_density(Normal(means[:, None], deviations[:, None]), means[..., None]).exp()
    apart = (means - m[:, None]).abs()
    near = torch.nn.functional.one_hot(apart.argmin(-1), means.shape[1]).to(m.dtype)
    weight = (near * torch.linalg.solve(alone, heights)).sum(-1)
    level = torch.full_like(weights, 1 / weights.shape[1])
    return {
        "gap": gap,
        "weight_at_q": weight,
        "covering_mean": best[:, 0] * variance,
        "covering_deviation": variance.sqrt(),
        "weight_elsewhere": 1 - weight,
        "heights_compared": (near * heights).sum(-1) / heights.sum(-1),
        "gap_of_the_rest": -torch.log1p(-weight),
        "means_averaged": (level * means).sum(-1),
        "means_swapped": (weights.flip(-1) * means).sum(-1),
    }
