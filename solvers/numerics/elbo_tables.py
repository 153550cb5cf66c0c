"""Tables of a discrete latent variable model, and divergences of laws given by such tables."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import fsum, log
from typing import TYPE_CHECKING, NamedTuple

from qgen.document.numbers import fraction
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_probabilities,
    require_scalar,
    require_vector,
)

if TYPE_CHECKING:
    from torch import Tensor


_MOST_SAMPLE_LISTS = 4096


class Tables(NamedTuple):
    """The three tables as whole numbers over one denominator each, and prior times likelihood."""

    prior: Sequence[int]
    prior_of: int
    likelihood: Sequence[int]
    likelihood_of: int
    q: Sequence[int]
    q_of: int
    joint: Sequence[int]
    joint_of: int


def read_tables(prior: Vector, likelihood: Vector, q: Vector) -> Tables:
    """The tables; ValueError for other lengths, entries not above zero, sums other than one."""
    shares, prior_of = require_probabilities("prior", prior)
    require_vector("likelihood", likelihood, len(prior))
    parts, q_of = require_probabilities("q", q)
    require_vector("q", q, len(prior))
    fits, likelihood_of = over_common_denominator(likelihood)
    for name, table in (("prior", shares), ("likelihood", fits), ("q", parts)):
        if min(table) <= 0:
            raise ValueError(f"{name} must have positive entries only")
    joint = [share * fit for share, fit in zip(shares, fits, strict=True)]
    return Tables(
        shares, prior_of, fits, likelihood_of, parts, q_of, joint, prior_of * likelihood_of
    )


def mean_log(weights: Sequence[int], values: Sequence[int], divisor: int) -> float:
    """Σ weight_i ln(value_i / divisor) / Σ weight_i."""
    total = sum(weights)
    return fsum(
        [
            weight * log(value / divisor) / total
            for weight, value in zip(weights, values, strict=True)
        ]
    )


def divergence(above: Sequence[int], below: Sequence[int]) -> float:
    """KL(a ‖ b) of two laws that are proportional to positive whole numbers."""
    total, whole = sum(above), sum(below)
    return fsum(
        [
            first / total * log((first * whole) / (second * total))
            for first, second in zip(above, below, strict=True)
        ]
    )


def normalised(weights: Sequence[int]) -> tuple[Fraction, ...]:
    """The law that is proportional to these weights."""
    total = sum(weights)
    return tuple([fraction(weight, total) for weight in weights])


def is_posterior(tables: Tables) -> bool:
    """Whether q is the posterior, exactly."""
    total = sum(tables.joint)
    return all(
        part * total == tables.q_of * each
        for part, each in zip(tables.q, tables.joint, strict=True)
    )


def sample_count(samples: Scalar, values: int) -> int:
    """`samples` as a whole number; ValueError unless it is one, and small enough to enumerate."""
    require_scalar("samples", samples)
    if samples.denominator != 1 or not 1 <= samples <= 12 or values**samples > _MOST_SAMPLE_LISTS:
        raise ValueError(
            f"samples must be a whole number from 1 to 12 with at most {_MOST_SAMPLE_LISTS} lists "
            f"of samples, it is {samples} for {values} values of z"
        )
    return int(samples)


def bounds_by_samples(
    shares: Sequence[int], weights: Sequence[Fraction], count: int
) -> list[float]:
    """E[ln((w_1 + … + w_k)/k)] for k = 1 … count, where z has probabilities like `shares`."""
    sizes, whole = over_common_denominator(weights)
    total = sum(shares)
    ways, bounds = {0: 1}, list[float]()
    for drawn in range(1, count + 1):
        later: dict[int, int] = {}
        for so_far, number in ways.items():
            for share, size in zip(shares, sizes, strict=True):
                later[so_far + size] = later.get(so_far + size, 0) + number * share
        ways = later
        lists, scale = total**drawn, drawn * whole
        bounds.append(fsum([n / lists * log(size / scale) for size, n in ways.items()]))
    return bounds


@lru_cache(maxsize=1)
def _unit_interval() -> tuple["Tensor", "Tensor"]:
    """Nodes and weights [64] on (0, 1): four panels, as tempered laws may change fast.

    Divergences of laws with probabilities down to 1e-9 come out to 4e-13 of their value.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    nodes, weights = gauss_legendre(16)
    starts = torch.arange(4, dtype=nodes.dtype)[:, None]
    return ((starts + nodes) / 4).flatten(), weights.repeat(4) / 4


def divergence_by_information(q: "Tensor", p: "Tensor") -> "Tensor":
    """KL(q ‖ p) as ∫ t I(t) dt over the geometric path from p to q; both [variants, n].

    I(t) is the variance of ln(q/p) under the law proportional to p^(1 − t) q^t. With
    A(t) = ln Σ p^(1 − t) q^t, I = A'', and integrating by parts leaves A'(1) = KL(q ‖ p).
    Source: Amari and Nagaoka, Methods of Information Geometry (2000), chapter 3 (the canonical
    divergence of an e-geodesic).
    """
    import torch

    nodes, weights = _unit_interval()
    ratio = (q / p).log()[:, None, :]
    path = torch.softmax(p.log()[:, None, :] + nodes[:, None] * ratio, dim=-1)
    centred = ratio - (path * ratio).sum(-1, keepdim=True)
    return ((path * centred**2).sum(-1) * nodes) @ weights


def _log_evidence_by_tempering(
    log_prior: "Tensor", likelihood: "Tensor", power: "Tensor"
) -> "Tensor":
    """ln Σ p(z) p(x | z)^power, by thermodynamic integration; tables [variants, n].

    The slope in the power is the mean of ln p(x | z) under the tempered posterior. Source:
    Gelman and Meng, Simulating normalizing constants: from importance sampling to bridge
    sampling to path sampling (1998), Statistical Science 13, on path sampling.
    """
    import torch

    nodes, weights = _unit_interval()
    fit = likelihood.log()[:, None, :]
    steps = nodes[:, None] * power[:, None, None]
    path = torch.softmax(log_prior[:, None, :] + steps * fit, dim=-1)
    start = torch.logsumexp(log_prior, dim=-1)
    return start + power * ((path * fit).sum(-1) @ weights)


def tempered(prior: "Tensor", likelihood: "Tensor", power: "Tensor") -> tuple["Tensor", "Tensor"]:
    """That logarithm [variants], and its gradient in ln prior: the tempered posterior."""
    import torch

    log_prior = prior.log().requires_grad_(True)
    value = _log_evidence_by_tempering(log_prior, likelihood, power)
    (gradient,) = torch.autograd.grad(value.sum(), log_prior)
    return value.detach(), gradient
