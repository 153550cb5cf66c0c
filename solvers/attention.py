"""Scaled dot-product attention on small matrices, and the softmax inside it.

Positions are counted from 0; logarithms are natural.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix, square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

Rows = tuple[tuple[float, ...], ...]

_LARGEST_SCORE = 300


@solver(
    "attention.softmax",
    results={
        "probabilities": "exp(l_i) / Σ exp(l_j)",
        "log_sum_exp": "ln Σ exp(l_j)",
        "jacobian": "matrix of the derivatives of p_i (row) in l_j (column)",
        "entropy": "entropy of the probabilities, in nats",
        "kl_from_uniform": "KL of equal shares from the probabilities, in nats",
    },
    mistakes={
        "kl_to_uniform": "KL of the probabilities from equal shares: the arguments are swapped",
        "jacobian_diagonal_only": "p_i (1 − p_i) on the diagonal and zeros beside it",
        "jacobian_off_sign": "+p_i p_j beside the diagonal: the sign is lost",
        "jacobian_of_exponentials": "p_i on the diagonal: forgets that the sum depends on l too",
        "normalised_logits": "|l_i| / Σ |l_j| (or equal shares if all are 0): no exponential",
        "base_two": "2^l_i / Σ 2^l_j",
        "largest_only": "One for the largest logit (the first of equals), zero for the others",
        "sum_exp": "Σ exp(l_j): forgets the logarithm",
    },
    examples=(
        {"logits": (1, 2, 3)},
        {"logits": (0, Fraction(-1, 2))},
        {"logits": (5, 5, -5, 0)},
        {"logits": (100, 99)},
    ),
)
def softmax(logits: Vector) -> Answers:
    """The softmax and its Jacobian ∂p_i/∂l_j = p_i ([i = j] − p_j).

    Source: Bishop, Pattern Recognition and Machine Learning (2006), equations 4.62 and 4.106.
    Raises ValueError for logits beyond ±300.
    """
    require_vector("logits", logits)
    scores = [float(logit) for logit in logits]
    if max(map(abs, scores)) > _LARGEST_SCORE:
        raise ValueError(f"logits must stay within ±{_LARGEST_SCORE}")
    law, log_total = _normalised(scores)
    whole, size = range(len(law)), fsum(map(abs, scores))
    # Each row sums to zero: 1 − p_i is added up from the others, to keep its digits.
    others = [fsum([p for j, p in enumerate(law) if j != i]) for i in whole]
    diagonal = [p * rest for p, rest in zip(law, others, strict=True)]
    return {
        "probabilities": law,
        "log_sum_exp": log_total,
        "jacobian": tuple(
            [tuple([diagonal[i] if i == j else -law[i] * law[j] for j in whole]) for i in whole]
        ),
        "entropy": fsum([p * (log_total - score) for p, score in zip(law, scores, strict=True)]),
        "kl_from_uniform": fsum([log_total - score for score in scores]) / len(law) - log(len(law)),
        "kl_to_uniform": log(len(law))
        - fsum([p * (log_total - score) for p, score in zip(law, scores, strict=True)]),
        "jacobian_diagonal_only": tuple(
            [tuple([diagonal[i] if i == j else 0 for j in whole]) for i in whole]
        ),
        "jacobian_off_sign": tuple(
            [tuple([diagonal[i] if i == j else law[i] * law[j] for j in whole]) for i in whole]
        ),
        "jacobian_of_exponentials": tuple(
            [tuple([law[i] if i == j else 0 for j in whole]) for i in whole]
        ),
        "normalised_logits": tuple(
            [abs(score) / size if size else 1 / len(law) for score in scores]
        ),
        "base_two": _normalised([score * log(2) for score in scores])[0],
        "largest_only": tuple([int(i == scores.index(max(scores))) for i in whole]),
        "sum_exp": exp(log_total),
    }


def _normalised(scores: Sequence[float]) -> tuple[tuple[float, ...], float]:
    """Softmax of the scores, and the logarithm of the sum of their exponentials."""
    largest = max(scores)
    weights = [exp(score - largest) for score in scores]
    total = fsum(weights)
    return tuple([weight / total for weight in weights]), largest + log(total)


@check("attention.softmax", tolerance=1e-8)
def softmax_by_autograd(logits: "Tensor") -> Mapping[str, Any]:
    """Gradient and Hessian of ln Σ exp(l_j), by autograd; logits: [variants, n].

    The entropy is the slope in T, at 1, of T ln Σ exp(l_j / T).
    """
    import torch

    leaf = logits.clone().requires_grad_(True)
    heat = torch.ones(len(logits), 1, dtype=torch.float64, requires_grad=True)
    total = heat[:, 0] * torch.logsumexp(leaf / heat, dim=-1)
    law, entropy = torch.autograd.grad(total.sum(), (leaf, heat), create_graph=True)
    rows = [
        torch.autograd.grad(share.sum(), leaf, retain_graph=True)[0] for share in law.unbind(-1)
    ]
    return {
        "probabilities": law,
        "log_sum_exp": total,
        "jacobian": torch.stack(rows, dim=1),
        "entropy": entropy[:, 0],
        "kl_from_uniform": torch.nn.functional.kl_div(
            torch.log_softmax(logits, -1),
            torch.full_like(logits, 1 / logits.shape[1]),
            reduction="none",
        ).sum(-1),
    }


@solver(
    "attention.causal",
    results={
        "scores": "q_i · k_j / √d before the mask, a row for each query",
        "weights": "attention weights, a row for each query; zero for later positions",
        "output": "the outputs, a row for each query",
        "last_weights": "the weights of the last query",
        "last_output": "the output of the last query",
    },
    mistakes={
        "unscaled_weights": "Forgets to divide by √d",
        "unscaled_output": "The output with the scores not divided by √d",
        "unscaled_last_weights": "The weights of the last query with scores not divided by √d",
        "scaled_by_d_weights": "Divides by d in place of √d",
        "unmasked_weights": "Forgets the mask: queries see later positions",
        "unmasked_output": "The output without the mask",
        "masked_after_weights": "Sets later weights to zero after the softmax, so that rows no "
        "longer sum to one",
        "masked_with_zero_weights": "Sets later scores to 0 in place of −∞",
        "softmax_over_queries": "Normalises columns, not rows, of the masked weights",
        "uniform_output": "The plain mean of the values seen so far",
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
            "queries": ((Fraction(1, 2), -1), (2, 1), (0, 0), (-3, 1)),
            "keys": ((0, 1), (1, 1), (2, -1), (1, 0)),
            "values": ((1, 2, 3), (0, 0, 1), (-1, 4, 0), (5, 5, 5)),
        },
    ),
)
def causal(queries: Matrix, keys: Matrix, values: Matrix) -> Answers:
    """softmax(Q Kᵀ / √d + mask) V, where query i sees positions 0 to i.

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
    content = [[float(entry) for entry in row] for row in values]
    root = sqrt(width)
    scores = [[entry / root for entry in line] for line in raw]
    weights, unscaled = _seen(scores), _seen(raw)
    full = tuple([_normalised(line)[0] for line in scores])
    output, unscaled_output = _mixed(weights, content), _mixed(unscaled, content)
    return {
        "scores": tuple(map(tuple, scores)),
        "weights": weights,
        "output": output,
        "last_weights": weights[-1],
        "last_output": output[-1],
        "unscaled_weights": unscaled,
        "unscaled_output": unscaled_output,
        "unscaled_last_weights": unscaled[-1],
        "scaled_by_d_weights": _seen([[entry / width for entry in line] for line in raw]),
        "unmasked_weights": full,
        "unmasked_output": _mixed(full, content),
        "masked_after_weights": tuple(
            [
                tuple([w if j <= i else 0.0 for j, w in enumerate(line)])
                for i, line in enumerate(full)
            ]
        ),
        "masked_with_zero_weights": tuple(
            [
                _normalised([s if j <= i else 0.0 for j, s in enumerate(line)])[0]
                for i, line in enumerate(scores)
            ]
        ),
        "softmax_over_queries": _by_columns(scores),
        "uniform_output": _mixed(_seen([[0.0] * count] * count), content),
    }


def _seen(scores: Sequence[Sequence[float]]) -> Rows:
    """Softmax of each row over the positions up to its own, zeros after it."""
    count = len(scores)
    return tuple(
        [
            (*_normalised(line[: place + 1])[0], *[0.0] * (count - place - 1))
            for place, line in enumerate(scores)
        ]
    )


def _by_columns(scores: Sequence[Sequence[float]]) -> Rows:
    """Softmax of each column over the rows from its own on, zeros before them."""
    count = len(scores)
    turned = [[scores[count - 1 - i][count - 1 - j] for i in range(count)] for j in range(count)]
    columns = _seen(turned)
    return tuple(
        [tuple([columns[count - 1 - j][count - 1 - i] for j in range(count)]) for i in range(count)]
    )


def _mixed(weights: Rows, values: Sequence[Sequence[float]]) -> Rows:
    columns = list(zip(*values, strict=True))
    return tuple(
        [
            tuple([fsum([w * v for w, v in zip(line, column, strict=True)]) for column in columns])
            for line in weights
        ]
    )


@check("attention.causal", tolerance=1e-8)
def causal_by_free_energy(queries: "Tensor", keys: "Tensor", values: "Tensor") -> Mapping[str, Any]:
    """Derivatives of each query's own ln Σ exp(scores + t · values) over what it sees.

    Its slope in the scores gives the weights, and its slope in t at t = 0 the output: the
    log-normaliser of an exponential family generates its means. queries, keys: [variants, n,
    d]; values: [variants, n, m]. The score q · k is found from three lengths.
    """
    import torch

    count, width = queries.shape[1:]
    square = queries.square().sum(-1)[:, :, None] + keys.square().sum(-1)[:, None]
    apart = (queries[:, :, None] - keys[:, None]).square().sum(-1)
    scores = ((square - apart) / (2 * width**0.5)).requires_grad_(True)
    tilt = torch.zeros_like(values).requires_grad_(True)
    tilted = scores + tilt @ values.mT
    totals = [torch.logsumexp(tilted[:, i, : i + 1], dim=-1) for i in range(count)]
    weights, output = torch.autograd.grad(torch.stack(totals).sum(), (scores, tilt))
    return {
        "scores": scores,
        "weights": weights,
        "output": output,
        "last_weights": weights[:, -1],
        "last_output": output[:, -1],
    }


@solver(
    "attention.score_spread",
    results={
        "variance": "variance of q · k",
        "deviation": "standard deviation of q · k",
        "scaled_variance": "variance of q · k / √d",
        "scaled_deviation": "standard deviation of q · k / √d",
    },
    mistakes={
        "variance_added": "d (sigma_q² + sigma_k²): adds the variances of the factors",
        "deviations_multiplied": "d sigma_q sigma_k for the variance: not squared",
        "squared_dimension": "d² sigma_q² sigma_k²: adds deviations, not variances",
        "divided_once": "sigma_q² sigma_k² √d: divides the variance by √d, not by d",
        "divided_by_dimension": "sigma_q² sigma_k² / d: the variance of q · k / d",
    },
    examples=(
        {"d": 64, "sigma_q": 1, "sigma_k": 1},
        {"d": 16, "sigma_q": 2, "sigma_k": Fraction(1, 2)},
        {"d": 3, "sigma_q": Fraction(3, 2), "sigma_k": 5},
    ),
)
def score_spread(d: Scalar, sigma_q: Scalar, sigma_k: Scalar) -> Answers:
    """The spread of q · k for independent coordinates with mean 0 and these deviations.

    Each product q_i k_i has variance sigma_q² sigma_k², and d of them are added. Source: Vaswani
    et al., Attention is all you need (2017), section 3.2.1, footnote on the scaling by √d.
    Raises ValueError for d that is no whole number from 1 and deviations not above zero.
    """
    count = require_count("d", d, 1, 10**6)
    require_positive("sigma_q", sigma_q)
    require_positive("sigma_k", sigma_k)
    spread = sigma_q * sigma_k
    single = Fraction(spread * spread)
    return {
        "variance": count * single,
        "deviation": square_root(count) * spread,
        "scaled_variance": single,
        "scaled_deviation": spread,
        "variance_added": count * (sigma_q * sigma_q + sigma_k * sigma_k),
        "deviations_multiplied": count * spread,
        "squared_dimension": count * count * single,
        "divided_once": single * square_root(count),
        "divided_by_dimension": single / count,
    }


@check("attention.score_spread", tolerance=1e-8)
def score_spread_by_cumulants(
    d: "Tensor", sigma_q: "Tensor", sigma_k: "Tensor"
) -> Mapping[str, Any]:
    """The curvature of the log moment-generating function of q · k at zero; all are [variants].

    Coordinates are taken to be ±sigma with equal odds, so that the expectation is a plain mean
    over four cases; d independent ones add their logarithms.
    """
    import torch

    signs = torch.tensor([1.0, -1.0], dtype=torch.float64)
    product = (sigma_q[:, None, None] * signs[:, None]) * (sigma_k[:, None, None] * signs)

    def curvature(divisor: "Tensor") -> "Tensor":
        point = torch.zeros_like(d).requires_grad_(True)
        moments = (point / divisor)[:, None, None] * product
        total = d * moments.exp().mean((1, 2)).log()
        (slope,) = torch.autograd.grad(total.sum(), point, create_graph=True)
        return torch.autograd.grad(slope.sum(), point)[0]

    plain, scaled = curvature(torch.ones_like(d)), curvature(d.sqrt())
    return {
        "variance": plain,
        "deviation": plain.sqrt(),
        "scaled_variance": scaled,
        "scaled_deviation": scaled.sqrt(),
    }
