"""Scaled dot-product attention on small matrices; positions are counted from 0."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    over_common_denominator,
    require_positive,
)
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST_SCORE = 300


def _normalised(scores: Sequence[float]) -> tuple[float, ...]:
    """Softmax of the scores."""
    largest = max(scores)
    weights = [exp(score - largest) for score in scores]
    total = fsum(weights)
    return tuple([weight / total for weight in weights])


@solver(
    "attention.causal",
    results={
        "scores": "q_i · k_j / √d before the mask, a row for each query",
        "last_weights": "the weights of the last query",
        "last_output": "the output of the last query",
    },
    mistakes={
        "unscaled_scores": "q_i · k_j, not divided by √d",
        "scaled_by_d_scores": "q_i · k_j / d, divided by d in place of √d",
        "unscaled_weights": "The last weights with scores not divided by √d",
        "scaled_by_d_weights": "The last weights with scores divided by d",
        "proportional_weights": "The last scores' sizes over their sum (or equal shares where all "
        "are 0): no exponential",
        "unscaled_output": "The last output with the scores not divided by √d",
        "uniform_output": "The plain mean of the values",
        "reversed_output": "The last output with the weights in the reversed order",
    },
    examples=(
        {
            "queries": ((1, 0), (0, 1), (1, 1)),
            "keys": ((1, 1), (0, 2), (-1, 0)),
            "values": ((1, 0), (0, 1), (2, 2)),
        },
        {
            "queries": ((1, 2, 0, 1), (0, 1, 1, 1)),
            "keys": ((2, 0, 1, 0), (1, 1, 0, 1)),
            "values": ((3,), (-1,)),
        },
        {
            "queries": ((Fraction(1, 2), -1), (2, 1), (0, 0), (Fraction(-3, 2), 1)),
            "keys": ((0, 1), (1, 1), (2, -1), (1, 0)),
            "values": ((1, 2, 3), (0, 0, 1), (-1, 4, 0), (5, 5, 5)),
        },
    ),
)
def causal(queries: Matrix, keys: Matrix, values: Matrix) -> SolverResults:
    """softmax(Q Kᵀ / √d + mask) V for the last query, which sees every position.

    queries, keys: [n, d]; values: [n, m]. Source: Vaswani et al., Attention is all you need
    (2017), equation 1 and section 3.2.3 for the mask. Raises ValueError for matrices that do
    not fit, more than 12 positions and scores beyond ±300.
    """
    require_matrix("queries", queries)
    count, width = len(queries), len(queries[0])
    if count > 12:
        raise ValueError(f"queries must have at most 12 rows, not {count}")
    require_matrix("keys", keys, count, width)
    require_matrix("values", values, count)
    flat, one = over_common_denominator([entry for row in (*queries, *keys) for entry in row])
    rows = [flat[start : start + width] for start in range(0, len(flat), width)]
    raw = [
        [
            sum([a * b for a, b in zip(query, key, strict=True)]) / (one * one)
            for key in rows[count:]
        ]
        for query in rows[:count]
    ]
    if max([abs(entry) for line in raw for entry in line]) > _LARGEST_SCORE:
        raise ValueError(f"the scores q · k must stay within ±{_LARGEST_SCORE}")
    root = sqrt(width)
    scores = tuple([tuple([entry / root for entry in line]) for line in raw])
    by_d = tuple([tuple([entry / width for entry in line]) for line in raw])
    weights, unscaled = _normalised(scores[-1]), _normalised(raw[-1])
    size = fsum(map(abs, scores[-1]))
    return {
        "scores": scores,
        "last_weights": weights,
        "last_output": _mixed(weights, values),
        "unscaled_scores": tuple(map(tuple, raw)),
        "scaled_by_d_scores": by_d,
        "unscaled_weights": unscaled,
        "scaled_by_d_weights": _normalised(by_d[-1]),
        "proportional_weights": tuple(
            [abs(score) / size if size else 1 / count for score in scores[-1]]
        ),
        "unscaled_output": _mixed(unscaled, values),
        "uniform_output": _mixed([1 / count] * count, values),
        "reversed_output": _mixed(weights[::-1], values),
    }


def _mixed(weights: Sequence[float], values: Matrix) -> tuple[float, ...]:
    """Σ weights_i values_i."""
    return tuple(
        [
            fsum([w * float(v) for w, v in zip(weights, column, strict=True)])
            for column in zip(*values, strict=True)
        ]
    )


@check("attention.causal", tolerance=1e-8)
def causal_by_free_energy(queries: "Tensor", keys: "Tensor", values: "Tensor") -> Mapping[str, Any]:
    """Derivatives of the last query's ln Σ exp(scores + t · values).

    Its slope in the scores gives the weights, and its slope in t at t = 0 the output: the
    log-normaliser of an exponential family generates its means. queries, keys: [variants, n,
    d]; values: [variants, n, m]. The score q · k is found from three lengths.
    """
    import torch

    width = queries.shape[2]
    square = queries.square().sum(-1)[:, :, None] + keys.square().sum(-1)[:, None]
    apart = (queries[:, :, None] - keys[:, None]).square().sum(-1)
    raw = (square - apart) / 2

    def attend(row: "Tensor", content: "Tensor") -> tuple["Tensor", "Tensor"]:
        """Weights [variants, n] and output [variants, m] of a row of scores."""
        leaf = row.clone().requires_grad_(True)
        tilt = torch.zeros_like(content[:, 0]).requires_grad_(True)
        total = torch.logsumexp(leaf + torch.linalg.vecdot(content, tilt[:, None]), dim=-1)
        weights, output = torch.autograd.grad(total.sum(), (leaf, tilt))
        return weights, output

    scores, by_d = raw * width**-0.5, raw / width
    weights, output = attend(scores[:, -1], values)
    unscaled, unscaled_output = attend(raw[:, -1], values)
    shares = torch.nn.functional.normalize(scores[:, -1].abs(), p=1.0, dim=-1)
    equal, uniform_output = attend(torch.zeros_like(scores[:, -1]), values)
    return {
        "scores": scores,
        "last_weights": weights,
        "last_output": output,
        "unscaled_scores": raw,
        "scaled_by_d_scores": by_d,
        "unscaled_weights": unscaled,
        "scaled_by_d_weights": attend(by_d[:, -1], values)[0],
        "proportional_weights": torch.where(shares.sum(-1, keepdim=True) > 0, shares, equal),
        "unscaled_output": unscaled_output,
        "uniform_output": uniform_output,
        "reversed_output": attend(scores[:, -1], values.flip(1))[1],
    }


@solver(
    "attention.score_spread",
    results={
        "variance": "variance of q · k",
        "scaled_variance": "variance of q · k / √d",
    },
    mistakes={
        "deviation": "The standard deviation of q · k",
        "variance_added": "d (sigma_q² + sigma_k²): adds the variances of the factors",
        "deviations_multiplied": "d sigma_q sigma_k for the variance: not squared",
    },
    examples=(
        {"d": 64, "sigma_q": 1, "sigma_k": 3},
        {"d": 16, "sigma_q": 2, "sigma_k": Fraction(1, 2)},
        {"d": 3, "sigma_q": 7, "sigma_k": 5},
    ),
)
def score_spread(d: Scalar, sigma_q: Scalar, sigma_k: Scalar) -> SolverResults:
    """The spread of q · k for independent coordinates with mean 0 and these deviations.

    Each product q_i k_i has variance sigma_q² sigma_k², and d of them are added. All but the scaled
    variance are floats, so that they print with equally many digits. Source: Vaswani et al.,
    Attention is all you need (2017), section 3.2.1, footnote on the scaling by √d. Raises
    ValueError for d that is no whole number from 1 and deviations not above zero.
    """
    count = require_count("d", d, 1, 10**6)
    require_positive("sigma_q", sigma_q)
    require_positive("sigma_k", sigma_k)
    spread = sigma_q * sigma_k
    single = spread * spread
    return {
        "variance": float(count * single),
        "scaled_variance": single,
        "deviation": sqrt(count * single),
        "variance_added": float(count * (sigma_q * sigma_q + sigma_k * sigma_k)),
        "deviations_multiplied": float(count * spread),
    }


@check("attention.score_spread", tolerance=1e-8)
def score_spread_by_cumulants(
    d: "Tensor", sigma_q: "Tensor", sigma_k: "Tensor"
) -> Mapping[str, Any]:
    """The curvature of the log moment-generating function of q · k at zero; all are [variants].

    Coordinates are taken to be ±sigma with equal odds, so that the expectation is a plain mean
    over four cases; d independent ones add their logarithms. Then d sigma_q sigma_k is the largest
    value that q · k can take.
    """
    import torch

    signs = torch.tensor([1.0, -1.0], dtype=torch.float64)
    query, key = sigma_q[:, None, None] * signs[:, None], sigma_k[:, None, None] * signs

    def curvature(cases: "Tensor") -> "Tensor":
        point = torch.zeros_like(d).requires_grad_(True)
        total = d * (point[:, None, None] * cases).exp().mean((1, 2)).log()
        (slope,) = torch.autograd.grad(total.sum(), point, create_graph=True)
        return torch.autograd.grad(slope.sum(), point)[0]

    plain = curvature(query * key)
    return {
        "variance": plain,
        "scaled_variance": curvature(query * key / d.sqrt()[:, None, None]),
        "deviation": plain.sqrt(),
        "variance_added": curvature(query + key),
        "deviations_multiplied": d * (query * key).amax((1, 2)),
    }
