"""The Fréchet distance of two Gaussians in the plane, with which samples of images are scored."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Matrix, Vector, require_vector
from qgen.solvers.numerics.exact_linear_algebra import (
    determinant,
    minus,
    require_positive_definite,
    times,
    trace,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "frechet_distance.gaussians",
    results={
        "squared_distance": "the squared Fréchet distance, which the FID reports",
        "mean_term": "its part from the means, |mu_data − mu_model|²",
        "covariance_term": "its part from the covariances",
        "distance": "its root, the Wasserstein-2 distance",
    },
    mistakes={
        "mean_not_squared": "Adds the length of the mean difference, not its square",
        "traces_added": "Forgets the mixed term: adds both traces",
        "traces_subtracted": "Takes the size of the difference of both traces",
        "variances_for_deviations": "Takes the sum of squared differences of all covariances",
        "root_not_doubled": "Subtracts the trace of the root once instead of twice",
    },
    examples=(
        {
            "mu_data": (0, 1),
            "mu_model": (2, 0),
            "cov_data": ((4, 0), (0, 1)),
            "cov_model": ((1, 0), (0, 9)),
        },
        {
            "mu_data": (1, 1),
            "mu_model": (0, -1),
            "cov_data": ((2, 1), (1, 3)),
            "cov_model": ((3, -1), (-1, 1)),
        },
        {
            "mu_data": (0, 0),
            "mu_model": (3, 4),
            "cov_data": ((2, 1), (1, 2)),
            "cov_model": ((5, 0), (0, 1)),
        },
    ),
)
def gaussians(
    mu_data: Vector, mu_model: Vector, cov_data: Matrix, cov_model: Matrix
) -> SolverResults:
    """|mu_data − mu_model|² + tr(C_data + C_model − 2 (C_data C_model)^(1/2)) in the plane.

    A 2 × 2 matrix with positive eigenvalues a and b has (√a + √b)² = trace + 2 √determinant, so the
    trace of the root needs no root of a matrix. Sources: Dowson and Landau, The Fréchet distance
    between multivariate normal distributions (1982), Journal of Multivariate Analysis 12; Heusel,
    Ramsauer, Unterthiner, Nessler and Hochreiter, GANs Trained by a Two Time-Scale Update Rule
    Converge to a Local Nash Equilibrium (2017), which defines the FID. Raises ValueError unless
    both means have two entries and both covariances are positive definite.
    """
    require_vector("mu_data", mu_data, 2)
    require_vector("mu_model", mu_model, 2)
    require_positive_definite("cov_data", cov_data, 2)
    require_positive_definite("cov_model", cov_model, 2)
    means = sum([(a - b) ** 2 for a, b in zip(mu_data, mu_model, strict=True)])
    product = times(cov_data, cov_model)
    mixed_squared = trace(product) + 2 * square_root(determinant(product))
    mixed = (
        square_root(mixed_squared) if not isinstance(mixed_squared, float) else mixed_squared**0.5
    )
    spread = trace(cov_data) + trace(cov_model)
    covariances = spread - 2 * mixed
    whole = means + covariances
    apart = minus(cov_data, cov_model)
    return {
        "squared_distance": whole,
        "mean_term": means,
        "covariance_term": covariances,
        "distance": max(float(whole), 0.0) ** 0.5,
        "mean_not_squared": square_root(means) + covariances,
        "traces_added": means + spread,
        "traces_subtracted": means + abs(trace(cov_data) - trace(cov_model)),
        "variances_for_deviations": means + sum([each * each for row in apart for each in row]),
        "root_not_doubled": means + spread - mixed,
    }


@check("frechet_distance.gaussians", tolerance=1e-7)
def gaussians_by_transport(
    mu_data: "Tensor", mu_model: "Tensor", cov_data: "Tensor", cov_model: "Tensor"
) -> Mapping[str, Any]:
    """The mean squared way of the best transport map, which is affine.

    The map takes x to mu_model + T (x − mu_data), with the symmetric T that turns C_data into
    C_model; means [variants, 2], covariances [variants, 2, 2].
    """
    import torch

    def root(matrix: "Tensor") -> "Tensor":
        values, vectors = torch.linalg.eigh(matrix)
        found: Tensor = vectors @ torch.diag_embed(values.clamp(min=0).sqrt()) @ vectors.mT
        return found

    half = root(cov_data)
    back = torch.linalg.inv(half)
    move = back @ root(half @ cov_model @ half) @ back - torch.eye(2, dtype=half.dtype)
    covariances = torch.einsum("vij,vjk,vik->v", move, cov_data, move)
    means = torch.linalg.vector_norm(mu_data - mu_model, dim=-1) ** 2
    spreads = [torch.linalg.eigvalsh(each).sum(-1) for each in (cov_data, cov_model)]
    return {
        "squared_distance": means + covariances,
        "mean_term": means,
        "covariance_term": covariances,
        "distance": (means + covariances).clamp(min=0).sqrt(),
        "mean_not_squared": torch.linalg.vector_norm(mu_data - mu_model, dim=-1) + covariances,
        "traces_added": means + spreads[0] + spreads[1],
        "traces_subtracted": means + (spreads[0] - spreads[1]).abs(),
        "variances_for_deviations": means
        + torch.linalg.matrix_norm(cov_data - cov_model, ord="fro") ** 2,
        # The mixed term is half of what the traces exceed the covariances' part by.
        "root_not_doubled": means + (spreads[0] + spreads[1] + covariances) / 2,
    }
