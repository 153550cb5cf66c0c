"""Maximum likelihood of a Gaussian law, and one step of expectation-maximisation for mixtures."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log, pi
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Vector,
    over_common_denominator,
    require_positive,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LOG_TWO_PI = log(2 * pi)


def _require_spread(data: Vector) -> None:
    require_vector("data", data)
    if data.count(data[0]) == len(data):
        raise ValueError("data must have two different values")


@solver(
    "gaussian_likelihood.estimate",
    results={
        "mean": "the mean that maximises the likelihood",
        "variance": "the variance that maximises the likelihood: divided by n",
        "unbiased_variance": "the sum of squares about the mean over n − 1",
        "sum_of_squares": "the sum of squares about the mean, divided by nothing",
        "median": "the median of the data",
        "shrinkage": "(n − 1) / n: the expectation of the variance estimate over the true variance",
    },
    examples=(
        {"data": (1, 2, 6)},
        {"data": (-1, 1)},
        {"data": (Fraction(1, 2), Fraction(3, 2), 4, 0, Fraction(-7, 4))},
        {"data": (10, 12, 14, 16, 18, 23)},
    ),
)
def estimate(data: Vector) -> SolverResults:
    """The mean and the mean squared distance from it; the latter is too small by (n − 1) / n.

    −n ln(2 pi v) / 2 − Σ (x − m)² / (2 v) is largest at m = mean and v = Σ (x − m)² / n. Source:
    Bishop, Pattern Recognition and Machine Learning (2006), section 1.2.4, equations 1.54 to 1.59.
    Raises ValueError unless the data have two different values.
    """
    _require_spread(data)
    count, (parts, unit) = len(data), over_common_denominator(data)
    total, squares = sum(parts), sum([part * part for part in parts])
    scatter = squares * count - total * total
    variance = fraction(scatter, (count * unit) ** 2)
    ordered = sorted(parts)
    return {
        "mean": fraction(total, count * unit),
        "variance": variance,
        "unbiased_variance": fraction(scatter, count * (count - 1) * unit * unit),
        "sum_of_squares": variance * count,
        "median": fraction(ordered[(count - 1) // 2] + ordered[count // 2], 2 * unit),
        "shrinkage": fraction(count - 1, count),
    }


@check("gaussian_likelihood.estimate", tolerance=1e-8)
def estimate_by_newton(data: "Tensor") -> Mapping[str, Any]:
    """Maximises torch's log-densities over mean and precision; data: [variants, n].

    The unbiased variance is the mean of half the squared distance over all pairs of different
    draws, and the sum of squares is the trace of the centred data's outer product. The share is
    what centring leaves of independent noise: the trace of that projection.
    """
    import torch

    count = data.shape[1]
    weights = torch.ones_like(data)[:, None, :] / count
    mean, variance = _weighted_fit(data, weights)
    pairs = (data[:, :, None] - data[:, None, :]) ** 2 / 2
    unbiased = pairs.sum((-2, -1)) / (count * (count - 1))
    centring = torch.eye(count, dtype=data.dtype) - 1 / count
    return {
        "mean": mean[:, 0],
        "variance": variance[:, 0],
        "unbiased_variance": unbiased,
        "sum_of_squares": ((data @ centring) ** 2).sum(-1),
        "median": data.quantile(0.5, dim=-1),
        "shrinkage": (centring.trace() / count).expand(len(data)),
    }


def _weighted_fit(data: "Tensor", weights: "Tensor") -> tuple["Tensor", "Tensor"]:
    """Means and variances [variants, k] of the laws that fit weighted data best.

    data: [variants, n]; weights: [variants, k, n], each row summing to one. Maximises the
    weighted mean of the log-densities by Newton's method.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import maximise

    def objective(means: "Tensor", precisions: "Tensor") -> "Tensor":
        law = Normal(means[..., None], precisions[..., None] ** -0.5, validate_args=False)
        return (weights * log_density(law, data[:, None, :])).sum((-2, -1))

    variants, components, _ = weights.shape
    start = data.new_zeros(variants, components)
    means = maximise(lambda means: objective(means, torch.ones_like(start)), start)
    # From below, where a spread as wide as the data's range puts it, each step doubles the
    # precision at most and none can overshoot.
    width = data.amax(-1, keepdim=True) - data.amin(-1, keepdim=True)
    precisions = maximise(
        lambda precisions: objective(means, precisions), (width**-2).expand(variants, components)
    )
    return means, 1 / precisions


@solver(
    "gaussian_likelihood.em_step",
    results={
        "responsibilities": "for each observation, the probability of each component given it",
        "effective_counts": "the sum of the responsibilities of each component",
        "weights_after": "the updated mixing weights",
        "means_after": "the updated means",
        "log_likelihood_before": "the log-likelihood of the data under the given mixture",
        "log_likelihood_after": "the log-likelihood with the updated weights and means",
    },
    mistakes={
        "responsibilities_without_weights": "Forgets the mixing weights in the responsibilities",
        "joint_for_responsibilities": "Weight times density, not divided by the sum",
        "means_over_all": "Divides by the number of observations, not by the effective count",
    },
    examples=(
        {
            "data": (-1, 0, 4, 5),
            "weights": (Fraction(1, 2), Fraction(1, 2)),
            "means": (0, 4),
            "variances": (1, 1),
        },
        {
            "data": (1, 2, Fraction(5, 2), 7),
            "weights": (Fraction(3, 10), Fraction(7, 10)),
            "means": (1, 5),
            "variances": (Fraction(1, 2), 4),
        },
        {
            "data": (0, 3, 6),
            "weights": (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)),
            "means": (1, 2, 5),
            "variances": (2, 1, 3),
        },
    ),
)
def em_step(data: Vector, weights: Vector, means: Vector, variances: Vector) -> SolverResults:
    """One step of expectation-maximisation for Gaussian components of known variances.

    data: [n]; weights, means, variances: [k]. r_ik ∝ weight_k N(x_i; mean_k, variance_k), then N_k
    = Σ_i r_ik, mean_k = Σ r_ik x_i / N_k and weight_k = N_k / n. Source: Bishop, Pattern
    Recognition and Machine Learning (2006), section 9.2.2, equations 9.23, 9.24, 9.26 and 9.27.
    Raises ValueError for unequal lengths, weights that are not a law without zeros, variances not
    above zero, and data without two different values.
    """
    _require_spread(data)
    require_probabilities("weights", weights)
    require_vector("means", means, len(weights))
    require_vector("variances", variances, len(weights))
    for index, (weight, variance) in enumerate(zip(weights, variances, strict=True)):
        require_positive(f"weights[{index}]", weight)
        require_positive(f"variances[{index}]", variance)
    x = [float(value) for value in data]
    w, m, v = ([float(value) for value in each] for each in (weights, means, variances))
    joint = _log_joint(x, w, m, v)
    logs = [_log_sum(row) for row in joint]
    r = [[exp(part - whole) for part in row] for row, whole in zip(joint, logs, strict=True)]
    columns = list(zip(*r, strict=True))
    counts = [fsum(column) for column in columns]
    sums = [fsum([a * b for a, b in zip(column, x, strict=True)]) for column in columns]
    new = [total / count for total, count in zip(sums, counts, strict=True)]
    shares = [count / len(x) for count in counts]
    return {
        "responsibilities": _rows(r),
        "effective_counts": tuple(counts),
        "weights_after": tuple(shares),
        "means_after": tuple(new),
        "log_likelihood_before": fsum(logs),
        "log_likelihood_after": fsum([_log_sum(row) for row in _log_joint(x, shares, new, v)]),
        "responsibilities_without_weights": _shares_of(_log_joint(x, [1.0] * len(w), m, v)),
        "joint_for_responsibilities": _rows([[exp(part) for part in row] for row in joint]),
        "means_over_all": tuple([total / len(x) for total in sums]),
    }


def _log_joint(
    x: Sequence[float], weights: Sequence[float], means: Sequence[float], variances: Sequence[float]
) -> list[list[float]]:
    """ln(weight · density) for each observation (row) and component."""
    constants = [
        log(weight) - (_LOG_TWO_PI + log(variance)) / 2
        for weight, variance in zip(weights, variances, strict=True)
    ]
    components = list(zip(constants, means, [2 * each for each in variances], strict=True))
    return [
        [constant - (each - mean) ** 2 / doubled for constant, mean, doubled in components]
        for each in x
    ]


def _log_sum(row: Sequence[float]) -> float:
    """ln Σ exp(entry), without underflow."""
    top = max(row)
    return top + log(fsum([exp(entry - top) for entry in row]))


def _shares_of(joint: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    wholes = [_log_sum(row) for row in joint]
    return _rows(
        [[exp(part - whole) for part in row] for row, whole in zip(joint, wholes, strict=True)]
    )


def _rows(matrix: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], ...]:
    return tuple([tuple(row) for row in matrix])


@check("gaussian_likelihood.em_step", tolerance=1e-7)
def em_step_by_maximisation(
    data: "Tensor", weights: "Tensor", means: "Tensor", variances: "Tensor"
) -> Mapping[str, Any]:
    """Responsibilities by autograd of the log-likelihood, the updates by Newton's method.

    data: [variants, n]; weights, means, variances: [variants, k]. The derivative of the
    log-likelihood in ln(weight · density) of a component at an observation is the
    responsibility (Fisher's identity); the new weights maximise Σ N_k ln w_k. Forgotten weights
    are equal ones.
    """
    import torch
    from torch.distributions import Categorical, MixtureSameFamily, Normal

    from qgen.solvers.numerics.numerical_methods import maximise

    def log_likelihood(*mixture: "Tensor") -> "Tensor":
        share, mean, variance = (each[:, None, :] for each in mixture)
        law = MixtureSameFamily(Categorical(probs=share), Normal(mean, variance.sqrt()))
        return log_density(law, data).sum(-1)

    densities = log_density(
        Normal(means[:, None, :], variances.sqrt()[:, None, :]), data[..., None]
    )

    def shares_of(joint: "Tensor") -> "Tensor":
        leaf = joint.requires_grad_(True)
        return torch.autograd.grad(leaf.logsumexp(-1).sum(), leaf)[0]

    joint = weights.log()[:, None, :] + densities
    shares = shares_of(joint)
    counts = shares.sum(1)
    new, _ = _weighted_fit(data, (shares / counts[:, None, :]).mT)
    fitted = maximise(
        lambda u: (counts * u - counts.sum(-1, keepdim=True) * u.exp()).sum(-1), weights.log()
    ).exp()
    return {
        "responsibilities": shares,
        "effective_counts": counts,
        "weights_after": fitted,
        "means_after": new,
        "log_likelihood_before": log_likelihood(weights, means, variances),
        "log_likelihood_after": log_likelihood(fitted, new, variances),
        "responsibilities_without_weights": shares_of(densities.clone()),
        "joint_for_responsibilities": joint.exp(),
        "means_over_all": (data[:, None, :] @ shares)[:, 0] / data.shape[1],
    }
