"""Probabilistic principal component analysis: x = W z + mean + noise, fitted by maximum likelihood.

z ~ N(0, I) has q coordinates, x has d, and the noise is N(0, sigma² I).
"""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, hypot, log, pi, prod, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Matrix, Scalar, Vector, require_vector
from qgen.solvers.numerics.exact_linear_algebra import require_positive_definite
from qgen.solvers.numerics.shape_arguments import require_count, square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "probabilistic_pca.maximum_likelihood",
    results={
        "noise_variance": "sigma², the mean of the discarded eigenvalues",
        "column_lengths": "lengths of the columns of W (in the basis where they are orthogonal)",
        "squared_lengths": "their squares, eigenvalue − sigma²",
        "log_likelihood": "the largest mean log-likelihood of a data point",
        "determinant": "determinant of the model's covariance W Wᵀ + sigma² I",
        "mean_distance": "the trace of the inverse of that matrix times the sample covariance, "
        "which is the mean squared Mahalanobis distance of the data: it equals d",
        "explained_share": "share of the total variance in the kept directions",
        "shrinkage": "for each kept direction, by how much the posterior mean of z shrinks the "
        "projection: 1 − sigma²/eigenvalue",
    },
    mistakes={
        "noise_summed": "Adds the discarded eigenvalues up",
        "noise_mean_of_all": "Averages all eigenvalues",
        "noise_smallest": "Takes the smallest eigenvalue",
        "noise_over_all_dimensions": "Divides the sum of the discarded ones by d, not d − q",
        "noise_deviation": "The standard deviation of the noise",
        "noise_of_the_largest": "Averages the d − q largest eigenvalues: discards the wrong ones",
        "lengths_not_reduced": "Roots of the eigenvalues: sigma² is not subtracted",
        "deviation_subtracted": "Eigenvalue − sigma for the squared lengths",
        "smallest_subtracted": "Eigenvalue − the smallest eigenvalue for the squared lengths",
        "sample_determinant": "Takes the determinant of the sample covariance for the model's",
    },
    examples=(
        {"eigenvalues": (5, 3, 1, 1), "latent": 2},
        {"eigenvalues": (4, Fraction(3, 2), Fraction(1, 2)), "latent": 1},
        {"eigenvalues": (10, 6, 3, 2, 1), "latent": 3},
        {"eigenvalues": (3, Fraction(1, 4)), "latent": 1},
    ),
)
def maximum_likelihood(eigenvalues: Vector, latent: Scalar) -> Answers:
    """The fit to a sample covariance with these eigenvalues, largest first, and q = latent.

    The model's covariance W Wᵀ + sigma² I has the kept eigenvalues, and sigma² elsewhere; sigma²
    is best as the mean of the rest. Then the mean log-likelihood is
    −(d ln 2π + Σ ln lambda_i + (d − q) ln sigma² + d)/2. Source: Tipping and Bishop, Probabilistic
    Principal Component Analysis (1999), equations 7 and 8; Bishop, Pattern Recognition and
    Machine Learning (2006), equations 12.45 and 12.46. Raises ValueError unless the eigenvalues
    fall, all are positive, 1 ≤ q < d, and the last kept one exceeds the smallest (or else a
    column of W vanishes).
    """
    require_vector("eigenvalues", eigenvalues)
    d = len(eigenvalues)
    if d < 2:
        raise ValueError("eigenvalues must be at least two")
    q = require_count("latent", latent, 1, d - 1)
    if min(eigenvalues) <= 0 or sorted(eigenvalues, reverse=True) != list(eigenvalues):
        raise ValueError("eigenvalues must be positive, the largest first")
    kept, rest = eigenvalues[:q], eigenvalues[q:]
    if kept[-1] == eigenvalues[-1]:
        raise ValueError("eigenvalues: the last kept one must exceed the smallest one")
    total, discarded = Fraction(sum(eigenvalues)), Fraction(sum(rest))
    noise = discarded / (d - q)
    squares = [value - noise for value in kept]
    deviation = square_root(noise)
    logs = fsum([log(value) for value in kept])
    return {
        "noise_variance": noise,
        "column_lengths": tuple([square_root(square) for square in squares]),
        "squared_lengths": tuple(squares),
        "log_likelihood": -(d * (log(2 * pi) + 1) + logs + (d - q) * log(noise)) / 2,
        "determinant": prod(kept, start=noise ** (d - q)),
        "mean_distance": q + discarded / noise,
        "explained_share": 1 - discarded / total,
        "shrinkage": tuple([square / value for square, value in zip(squares, kept, strict=True)]),
        "noise_summed": discarded,
        "noise_mean_of_all": total / d,
        "noise_smallest": eigenvalues[-1],
        "noise_over_all_dimensions": discarded / d,
        "noise_deviation": deviation,
        "noise_of_the_largest": Fraction(sum(eigenvalues[: d - q])) / (d - q),
        "lengths_not_reduced": tuple([square_root(value) for value in kept]),
        "deviation_subtracted": tuple([value - deviation for value in kept]),
        "smallest_subtracted": tuple([value - eigenvalues[-1] for value in kept]),
        "sample_determinant": prod(eigenvalues),
    }


@check("probabilistic_pca.maximum_likelihood", tolerance=1e-7)
def maximum_likelihood_by_newton(eigenvalues: "Tensor", latent: "Tensor") -> Mapping[str, Any]:
    """Fits the model's covariance in the eigenbasis by autograd; eigenvalues [variants, d].

    The variants of a call have one q, as their answers have one shape. Parameters are the
    logarithms of the model's variances, in which the log-likelihood is concave.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    variants, d = eigenvalues.shape
    q = int(latent[0])

    def model_variances(parameters: "Tensor") -> "Tensor":
        shared = parameters[:, q:].expand(-1, d - q)
        return torch.cat((parameters[:, :q], shared), dim=-1).exp()

    def log_likelihood(parameters: "Tensor") -> "Tensor":
        variances = model_variances(parameters)
        misfit = eigenvalues / variances + (2 * torch.pi * variances).log()
        return -misfit.sum(-1) / 2

    start = eigenvalues.mean(-1, keepdim=True).log().expand(variants, q + 1)
    best = maximise(log_likelihood, start)
    variances = model_variances(best)
    noise = variances[:, -1]
    # The posterior covariance of z is (I + WᵀW/sigma²)⁻¹, so the projection keeps the rest of I.
    squares = variances[:, :q] - noise[:, None]
    return {
        "noise_variance": noise,
        "column_lengths": squares.sqrt(),
        "squared_lengths": squares,
        "log_likelihood": log_likelihood(best),
        "determinant": torch.linalg.det(torch.diag_embed(variances)),
        "mean_distance": (eigenvalues / variances).sum(-1),
        "explained_share": eigenvalues[:, :q].sum(-1) / eigenvalues.sum(-1),
        "shrinkage": 1 - 1 / (1 + squares / noise[:, None]),
    }


@solver(
    "probabilistic_pca.plane",
    results={
        "eigenvalues": "eigenvalues of the covariance, the larger first",
        "direction": "the first principal direction, of length 1, its first entry other than 0 "
        "positive",
        "noise_variance": "sigma², the smaller eigenvalue",
        "w": "the column W (its sign as for the direction)",
        "column_length": "length of W",
        "explained_share": "share of the total variance along the first direction",
    },
    mistakes={
        "diagonal_for_eigenvalues": "Takes the diagonal for the eigenvalues, the larger first",
        "roots_for_eigenvalues": "Takes their roots, the standard deviations, for the eigenvalues",
        "second_direction": "Takes the direction of the smaller eigenvalue",
        "noise_halved": "Averages over both dimensions: half the smaller eigenvalue",
        "noise_mean_of_all": "The mean of both eigenvalues, half the trace",
        "w_not_reduced": "Root of the eigenvalue times the direction: sigma² is not subtracted",
        "w_not_rooted": "Eigenvalue − sigma² times the direction, without the root",
        "share_of_deviations": "The explained share with standard deviations for variances",
    },
    examples=(
        {"covariance": ((5, 2), (2, 2))},
        {"covariance": ((2, -1), (-1, 2))},
        {"covariance": ((3, 0), (0, Fraction(7, 2)))},
        {"covariance": ((4, 1), (1, 2))},
    ),
)
def plane(covariance: Matrix) -> Answers:
    """One latent coordinate and data in the plane, from the 2 × 2 sample covariance.

    The eigenvalues are (trace ± root of (trace² − 4 determinant))/2. With one eigenvalue left,
    it is the noise variance, and the model's covariance equals the sample covariance. Source:
    Tipping and Bishop, Probabilistic Principal Component Analysis (1999), equations 7 and 8.
    Raises ValueError unless the matrix is 2 × 2, symmetric and positive definite, with two
    different eigenvalues.
    """
    require_positive_definite("covariance", covariance, 2)
    (a, b), (_, c) = covariance
    if a == c and not b:
        raise ValueError("covariance must have two different eigenvalues")
    trace = a + c
    root = square_root((a - c) ** 2 + 4 * b * b)
    large, small = (trace + root) / 2, (trace - root) / 2
    if isinstance(root, float):
        # A difference of rounded numbers loses digits, the determinant over the other does not.
        small = float(a * c - b * b) / large
    length = square_root(root) if isinstance(root, Fraction) else sqrt(root)
    along = _direction(float(a), float(b), float(c), float(root))
    across = _with_positive_start(-along[1], along[0])
    spread, rest = sqrt(large), sqrt(small)
    return {
        "eigenvalues": (large, small),
        "direction": along,
        "noise_variance": small,
        "w": _scaled(along, float(length)),
        "column_length": length,
        "explained_share": large / trace,
        "diagonal_for_eigenvalues": (max(a, c), min(a, c)),
        "roots_for_eigenvalues": (spread, rest),
        "second_direction": across,
        "noise_halved": small / 2,
        "noise_mean_of_all": Fraction(trace) / 2,
        "w_not_reduced": _scaled(along, spread),
        "w_not_rooted": _scaled(along, float(root)),
        "share_of_deviations": spread / (spread + rest),
    }


def _direction(a: float, b: float, c: float, root: float) -> tuple[float, float]:
    """The unit vector of the larger eigenvalue of ((a, b), (b, c)); both differ by root.

    Of its two forms, (lambda − c, b) and (b, lambda − a), the one without cancellation.
    """
    x, y = ((a - c + root) / 2, b) if a >= c else (b, (c - a + root) / 2)
    length = hypot(x, y)
    return _with_positive_start(x / length, y / length)


def _with_positive_start(x: float, y: float) -> tuple[float, float]:
    """The vector or its opposite, whose first entry other than 0 is positive; no minus zeros."""
    sign = 1 if x > 0 or (x == 0 and y > 0) else -1
    return sign * x + 0.0, sign * y + 0.0


def _scaled(vector: tuple[float, float], factor: float) -> tuple[float, float]:
    return factor * vector[0], factor * vector[1]


@check("probabilistic_pca.plane", tolerance=1e-7)
def plane_by_power_iteration(covariance: "Tensor") -> Mapping[str, Any]:
    """Squares the matrix until only the first direction is left; covariance [variants, 2, 2].

    The noise is what the covariance leaves across that direction; W is what the covariance less
    the noise is made of.
    """
    import torch

    power = covariance
    for _ in range(60):
        power = power / power.diagonal(dim1=-2, dim2=-1).sum(-1)[:, None, None]
        power = power @ power
    # A matrix of rank one now: its longer row is the direction.
    longer = power.norm(dim=-1).argmax(-1)
    along = torch.nn.functional.normalize(power[torch.arange(len(power)), longer], dim=-1)
    first = torch.where(along[:, 0].abs() > 1e-9, along[:, 0], along[:, 1])
    along = along * first.sign()[:, None]
    across = torch.stack((-along[:, 1], along[:, 0]), dim=-1)

    def variance(direction: "Tensor") -> "Tensor":
        return (direction[:, None, :] @ covariance @ direction[..., None])[:, 0, 0]

    noise, trace = variance(across), covariance.diagonal(dim1=-2, dim2=-1).sum(-1)
    signal = covariance - noise[:, None, None] * torch.eye(2, dtype=covariance.dtype)
    length = signal.diagonal(dim1=-2, dim2=-1).sum(-1).sqrt()
    return {
        "eigenvalues": torch.stack((variance(along), noise), dim=-1),
        "direction": along,
        "noise_variance": noise,
        "w": length[:, None] * along,
        "column_length": length,
        "explained_share": variance(along) / trace,
    }
