"""Probabilistic principal component analysis: x = W z + mean + noise, fitted by maximum likelihood.

z ~ N(0, I) has q coordinates, x has d, and the noise is N(0, sigma² I).
"""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, lcm, log, pi, prod
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


def _sizes(eigenvalues: Vector, latent: Scalar) -> tuple[int, int]:
    """The dimensions of x and of z; ValueError where no fit with them exists."""
    require_vector("eigenvalues", eigenvalues)
    d = len(eigenvalues)
    if d < 2:
        raise ValueError("eigenvalues must be at least two")
    q = require_count("latent", latent, 1, d - 1)
    if min(eigenvalues) <= 0 or sorted(eigenvalues, reverse=True) != list(eigenvalues):
        raise ValueError("eigenvalues must be positive, the largest first")
    if eigenvalues[q - 1] == eigenvalues[-1]:
        raise ValueError("eigenvalues: the last kept one must exceed the smallest one")
    return d, q


@solver(
    "probabilistic_pca.maximum_likelihood",
    results={
        "noise_variance": "sigma², the mean of the discarded eigenvalues",
        "squared_lengths": "squared lengths of the columns of W (where these are orthogonal), "
        "eigenvalue − sigma²",
        "determinant": "determinant of the model's covariance W Wᵀ + sigma² I",
        "explained_share": "share of the total variance in the kept directions",
        "shrinkage": "for each kept direction, by how much the posterior mean of z shrinks the "
        "projection: 1 − sigma²/eigenvalue",
    },
    mistakes={
        "noise_summed": "Adds the discarded eigenvalues up",
        "noise_mean_of_all": "Averages all eigenvalues",
        "noise_smallest": "Takes the smallest eigenvalue",
        "noise_over_all_dimensions": "Divides the sum of the discarded ones by d, not d − q",
        "smallest_subtracted": "Eigenvalue − the smallest eigenvalue for the squared lengths",
        "sample_determinant": "Takes the determinant of the sample covariance for the model's",
        "explained_share_lost": "The share of the discarded directions",
        "shrinkage_lost": "What the posterior mean loses: sigma²/eigenvalue",
    },
    examples=(
        {"eigenvalues": (5, 3, 1, 1), "latent": 2},
        {"eigenvalues": (4, Fraction(3, 2), Fraction(1, 2)), "latent": 1},
        {"eigenvalues": (10, 6, 3, 2, 1), "latent": 3},
        {"eigenvalues": (3, Fraction(1, 4)), "latent": 1},
    ),
)
def maximum_likelihood(eigenvalues: Vector, latent: Scalar) -> SolverResults:
    """The fit to a sample covariance with these eigenvalues, largest first, and q = latent.

    The model's covariance W Wᵀ + sigma² I has the kept eigenvalues, and sigma² elsewhere; sigma²
    is best as the mean of the rest. Source: Tipping and Bishop, Probabilistic Principal Component
    Analysis (1999), equations 7 and 8; Bishop, Pattern Recognition and Machine Learning (2006),
    equations 12.45 and 12.46. Raises ValueError unless the eigenvalues
    fall, all are positive, 1 ≤ q < d, and the last kept one exceeds the smallest (or else a
    column of W vanishes).
    """
    d, q = _sizes(eigenvalues, latent)
    parts, unit = over_common_denominator(eigenvalues)
    kept, total, discarded, left = parts[:q], sum(parts), sum(parts[q:]), d - q
    squares = [left * value - discarded for value in kept]
    return {
        "noise_variance": fraction(discarded, left * unit),
        "squared_lengths": tuple([fraction(square, left * unit) for square in squares]),
        "determinant": fraction(prod(kept) * discarded**left, unit**d * left**left),
        "explained_share": fraction(total - discarded, total),
        "shrinkage": tuple(
            [fraction(square, left * value) for square, value in zip(squares, kept, strict=True)]
        ),
        "noise_summed": fraction(discarded, unit),
        "noise_mean_of_all": fraction(total, unit * d),
        "noise_smallest": eigenvalues[-1],
        "noise_over_all_dimensions": fraction(discarded, unit * d),
        "smallest_subtracted": tuple([value - eigenvalues[-1] for value in eigenvalues[:q]]),
        "sample_determinant": prod(eigenvalues),
        "explained_share_lost": fraction(discarded, total),
        "shrinkage_lost": tuple([fraction(discarded, left * value) for value in kept]),
    }


def _mean_log_likelihood(variances: "Tensor", squares: "Tensor") -> "Tensor":
    """Of Gaussian data in the eigenbasis: variances [variants, d] of the model, mean squares."""
    import torch

    return -(squares / variances + (2 * torch.pi * variances).log()).sum(-1) / 2


def _fitted_variances(eigenvalues: "Tensor", latent: int) -> "Tensor":
    """The variances of the likeliest model along the eigenvectors: [variants, d].

    By Newton's method. Its parameters are the logarithms of `latent` free variances and of the
    one that all other directions share; the log-likelihood is concave in them.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    variants, d = eigenvalues.shape

    def variances(parameters: "Tensor") -> "Tensor":
        shared = parameters[:, latent:].expand(-1, d - latent)
        return torch.cat((parameters[:, :latent], shared), dim=-1).exp()

    start = eigenvalues.mean(-1, keepdim=True).log().expand(variants, latent + 1)
    return variances(
        maximise(lambda free: _mean_log_likelihood(variances(free), eigenvalues), start)
    )


@check("probabilistic_pca.maximum_likelihood", tolerance=1e-7)
def maximum_likelihood_by_newton(eigenvalues: "Tensor", latent: "Tensor") -> Mapping[str, Any]:
    """Fits the model's covariance in the eigenbasis by autograd; eigenvalues [variants, d].

    The variants of a call have one q, as their answers have one shape. Mistakes are fits with
    another number of latent coordinates: none, or all but one.
    """
    import torch

    d, q = eigenvalues.shape[1], int(latent[0])
    variances = _fitted_variances(eigenvalues, q)
    isotropic = _fitted_variances(eigenvalues, 0)
    richest = _fitted_variances(eigenvalues, d - 1)
    noise = variances[:, -1]
    squares = variances[:, :q] - noise[:, None]
    # The posterior covariance of z is (I + WᵀW/sigma²)⁻¹, so the projection keeps the rest of I.
    lost = 1 / (1 + squares / noise[:, None])
    unexplained = eigenvalues[:, q:].sum(-1) / eigenvalues.sum(-1)
    return {
        "noise_variance": noise,
        "squared_lengths": squares,
        "determinant": torch.linalg.det(torch.diag_embed(variances)),
        "explained_share": eigenvalues[:, :q].sum(-1) / eigenvalues.sum(-1),
        "shrinkage": 1 - lost,
        "noise_summed": variances[:, q:].sum(-1),
        "noise_mean_of_all": isotropic[:, -1],
        "noise_smallest": richest[:, -1],
        "noise_over_all_dimensions": variances[:, q:].sum(-1) / d,
        "smallest_subtracted": richest[:, :q] - richest[:, -1:],
        "sample_determinant": torch.linalg.det(torch.diag_embed(richest)),
        "explained_share_lost": unexplained,
        "shrinkage_lost": lost,
    }


@solver(
    "probabilistic_pca.held_out",
    results={
        "held_out_distance": "the trace of C⁻¹ T: the mean squared Mahalanobis distance of the "
        "held-out data under the fitted model",
        "held_out_log_likelihood": "the mean log-likelihood of a held-out data point",
        "likelihood_lost": "by how much that is lower than for the training data",
    },
    mistakes={
        "distance_by_sample": "Divides by the eigenvalues of S in place of those of C",
        "distance_by_noise": "Divides by sigma² along the kept directions, too",
        "distance_in_training": "The trace of C⁻¹ S, which is d",
        "trace_forgotten": "The mean log-likelihood without the trace",
        "half_forgotten": "The mean log-likelihood without the factor 1/2",
        "log_likelihood_negated": "Minus the mean log-likelihood",
        "log_likelihood_in_training": "The mean log-likelihood of the training data",
    },
    examples=(
        {"eigenvalues": (5, 3, 1, 1), "latent": 2, "held_out": (4, 3, 2, Fraction(1, 2))},
        {"eigenvalues": (4, Fraction(3, 2), Fraction(1, 2)), "latent": 1, "held_out": (5, 1, 2)},
        {"eigenvalues": (10, 6, 3, 2, 1), "latent": 3, "held_out": (8, 7, 3, 4, 2)},
        {"eigenvalues": (3, Fraction(1, 4)), "latent": 1, "held_out": (2, 1)},
    ),
)
def held_out(eigenvalues: Vector, latent: Scalar, held_out: Vector) -> SolverResults:
    """The fit of `maximum_likelihood`, on data whose mean squares along the eigenvectors are given.

    With C = W Wᵀ + sigma² I of the fit and T the mean of x xᵀ over the held-out data, the mean
    log-likelihood is −(d ln 2π + ln det C + tr(C⁻¹ T))/2; C has the kept eigenvalues of S, and
    sigma² elsewhere. Source: Tipping and Bishop, Probabilistic Principal Component Analysis
    (1999), equations 4, 7 and 8. Raises ValueError as `maximum_likelihood` does, and unless the
    mean squares are as many as the eigenvalues and positive.
    """
    d, q = _sizes(eigenvalues, latent)
    require_vector("held_out", held_out, d)
    for index, square in enumerate(held_out):
        require_positive(f"held_out[{index}]", square)
    noise = Fraction(sum(eigenvalues[q:])) / (d - q)
    fitted = (*eigenvalues[:q], *[noise] * (d - q))
    distance = _total_ratio(held_out, fitted)
    constant = fsum([d * log(2 * pi), *map(log, fitted)])
    found, training = -(constant + distance) / 2, -(constant + d) / 2
    return {
        "held_out_distance": distance,
        "held_out_log_likelihood": found,
        "likelihood_lost": (distance - d) / 2,
        "distance_by_sample": _total_ratio(held_out, eigenvalues),
        "distance_by_noise": sum(held_out) / noise,
        "distance_in_training": d,
        "trace_forgotten": -constant / 2,
        "half_forgotten": 2 * found,
        "log_likelihood_negated": -found,
        "log_likelihood_in_training": training,
    }


def _total_ratio(above: Vector, below: Vector) -> Fraction:
    """Σ above_i / below_i."""
    parts, _ = over_common_denominator((*above, *below))
    ones, others = parts[: len(above)], parts[len(above) :]
    shared = lcm(*others)
    return fraction(
        sum([one * (shared // other) for one, other in zip(ones, others, strict=True)]), shared
    )


@check("probabilistic_pca.held_out", tolerance=1e-7)
def held_out_by_densities(
    eigenvalues: "Tensor", latent: "Tensor", held_out: "Tensor"
) -> Mapping[str, Any]:
    """Torch's own density of the fit, over data points that have these mean squares.

    They lie at ± √d times the root of a mean square along each eigenvector. A distance is what
    the log density falls from the mean of the model to the data, twice. All [variants, d].
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import cubature_nodes
    from qgen.solvers.numerics.torch_laws import log_density

    d = eigenvalues.shape[1]
    fitted = torch.empty_like(eigenvalues)
    for size in {int(each) for each in latent}:  # no result has a shape that goes by it
        alike = latent == size
        fitted[alike] = _fitted_variances(eigenvalues[alike], size)
    nodes = cubature_nodes(d)

    def mean_log(variances: "Tensor", squares: "Tensor") -> "Tensor":
        points = squares.sqrt()[:, None, :] * nodes
        model = Normal(torch.zeros_like(points), variances.sqrt()[:, None, :])
        return log_density(model, points).sum(-1).mean(-1)

    def distance(variances: "Tensor", squares: "Tensor") -> "Tensor":
        return 2 * (mean_log(variances, 0 * squares) - mean_log(variances, squares))

    found, training = mean_log(fitted, held_out), mean_log(fitted, eigenvalues)
    return {
        "held_out_distance": distance(fitted, held_out),
        "held_out_log_likelihood": found,
        "likelihood_lost": training - found,
        "distance_by_sample": distance(eigenvalues, held_out),
        "distance_by_noise": distance(fitted[:, -1:].expand_as(fitted), held_out),
        "distance_in_training": distance(fitted, eigenvalues),
        "trace_forgotten": mean_log(fitted, 0 * held_out),
        "half_forgotten": 2 * found,
        "log_likelihood_negated": -found,
        "log_likelihood_in_training": training,
    }
