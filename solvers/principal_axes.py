"""Principal axes of data in the plane: the covariance matrix of a probabilistic PCA by hand."""

from collections.abc import Mapping
from fractions import Fraction
from math import hypot, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Matrix
from qgen.solvers.numerics.exact_linear_algebra import require_positive_definite
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "principal_axes.plane",
    results={
        "eigenvalues": "eigenvalues of the covariance, the larger first",
        "noise_variance": "sigma², the smaller eigenvalue",
        "w": "the column W, its first entry other than 0 positive",
        "explained_share": "share of the total variance along the first direction",
    },
    mistakes={
        "diagonal_for_eigenvalues": "Takes the diagonal for the eigenvalues, the larger first",
        "w_across": "The column along the direction of the smaller eigenvalue",
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
def plane(covariance: Matrix) -> SolverResults:
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
        "noise_variance": small,
        "w": _scaled(along, float(length)),
        "explained_share": large / trace,
        "diagonal_for_eigenvalues": (max(a, c), min(a, c)),
        "w_across": _scaled(across, float(length)),
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


@check("principal_axes.plane", tolerance=1e-7)
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
    found = torch.stack((variance(along), noise), dim=-1)
    deviations = found.sqrt()
    outward = torch.where(across[:, :1].abs() > 1e-9, across[:, :1], across[:, 1:]).sign() * across
    return {
        "eigenvalues": found,
        "noise_variance": noise,
        "w": length[:, None] * along,
        "explained_share": variance(along) / trace,
        "diagonal_for_eigenvalues": covariance.diagonal(dim1=-2, dim2=-1).sort(-1, True).values,
        "noise_halved": (trace - variance(along)) / 2,
        "noise_mean_of_all": trace / 2,
        "w_across": length[:, None] * outward,
        "w_not_reduced": deviations[:, :1] * along,
        "w_not_rooted": (signal @ along[..., None])[..., 0],
        "share_of_deviations": deviations[:, 0] / deviations.sum(-1),
    }
