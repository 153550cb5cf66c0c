"""Lipschitz constants of critics: linear layers, two in a row, piecewise linear functions."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from qgen.document.values import Real, SolverResults
from qgen.solvers.numerics.arguments import Matrix, Vector, require_vector
from qgen.solvers.numerics.exact_linear_algebra import determinant, require_square, times, trace
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


def _largest_singular_value(matrix: Matrix) -> Real:
    """The larger singular value of a 2 × 2 matrix.

    The squares of both add up to the sum of squared entries and multiply to the determinant
    squared; so their sum and difference are roots of |A|² ± 2 |det A|.
    """
    squares = sum([entry * entry for row in matrix for entry in row])
    signed = determinant(matrix)
    size = -signed if signed < 0 else signed
    return (square_root(squares + 2 * size) + square_root(squares - 2 * size)) / 2


def _frobenius(matrix: Matrix) -> Real:
    return square_root(sum([entry * entry for row in matrix for entry in row]))


@solver(
    "lipschitz.spectral_norm",
    results={
        "spectral_norm": "the Lipschitz constant of x → A x in the Euclidean norm: the largest "
        "singular value",
    },
    mistakes={
        "frobenius_norm": "The root of the sum of the squared entries",
        "norm_squared": "The largest eigenvalue of Aᵀ A, without the root",
        "determinant": "The absolute value of the determinant, how areas grow",
        "spectral_radius": "The largest absolute value of an eigenvalue of A",
        "largest_entry": "The largest absolute value of an entry",
        "largest_row_sum": "The largest row sum of absolute values, the norm for maxima",
    },
    examples=(
        {"matrix": ((3, 0), (4, 5))},
        {"matrix": ((1, 2), (0, 1))},
        {"matrix": ((Fraction(3, 5), Fraction(-4, 5)), (Fraction(4, 5), Fraction(3, 5)))},
        {"matrix": ((1, 2), (2, 4))},
        {"matrix": ((Fraction(1, 2), 0), (0, Fraction(-1, 3)))},
    ),
)
def spectral_norm(matrix: Matrix) -> SolverResults:
    """The spectral norm of a 2 × 2 matrix.

    Source: Miyato, Kataoka, Koyama and Yoshida, Spectral Normalization for Generative Adversarial
    Networks (2018), section 2.1. Raises ValueError unless the matrix is 2 × 2 and not 0.
    """
    _require_layer("matrix", matrix)
    large = _largest_singular_value(matrix)
    size = determinant(matrix)
    return {
        "spectral_norm": large,
        "frobenius_norm": _frobenius(matrix),
        "norm_squared": large * large,
        "determinant": abs(size),
        "spectral_radius": _spectral_radius(matrix),
        "largest_entry": max([abs(entry) for row in matrix for entry in row]),
        "largest_row_sum": max([sum(map(abs, row)) for row in matrix]),
    }


def _require_layer(name: str, matrix: Matrix) -> None:
    require_square(name, matrix, 2)
    if not any(entry for row in matrix for entry in row):
        raise ValueError(f"{name} must not be 0")


def _spectral_radius(matrix: Matrix) -> Real:
    half, size = Fraction(trace(matrix)) / 2, determinant(matrix)
    inside = half * half - size
    if inside < 0:
        return square_root(size)
    return abs(half) + square_root(inside)


@check("lipschitz.spectral_norm", tolerance=1e-7)
def spectral_norm_by_rotation(matrix: "Tensor") -> Mapping[str, Any]:
    """Turns the columns until they are orthogonal: their lengths are the singular values.

    matrix: [variants, 2, 2]. Source: Hestenes, Inversion of matrices by biorthogonalization and
    related results (1958), the one-sided Jacobi method.
    """
    import torch

    large, small = _lengths_by_rotation(matrix)
    entries = matrix.abs().flatten(1)
    return {
        "spectral_norm": large,
        "frobenius_norm": torch.hypot(large, small),
        "norm_squared": torch.linalg.eigvalsh(matrix.mT @ matrix)[:, -1],
        "determinant": large * small,
        "spectral_radius": torch.linalg.eigvals(matrix).abs().amax(-1),
        "largest_entry": torch.linalg.vector_norm(entries, ord=float("inf"), dim=-1),
        "largest_row_sum": torch.linalg.matrix_norm(matrix, ord=float("inf")),
    }


def _lengths_by_rotation(matrix: "Tensor") -> tuple["Tensor", "Tensor"]:
    import torch

    first, second = matrix.unbind(-1)
    across = 2 * (first * second).sum(-1)
    angle = torch.atan2(across, (first**2).sum(-1) - (second**2).sum(-1)) / 2
    cosine, sine = angle.cos()[:, None], angle.sin()[:, None]
    return (cosine * first + sine * second).norm(dim=-1), (cosine * second - sine * first).norm(
        dim=-1
    )


@solver(
    "lipschitz.network_bound",
    results={
        "bound": "the product of both spectral norms: a Lipschitz constant of the network",
        "first_norm": "the spectral norm of the first layer",
        "second_norm": "the spectral norm of the second layer",
        "linear_norm": "the spectral norm of second · first: the constant without activation",
    },
    mistakes={
        "sum_of_norms": "Adds the spectral norms",
        "larger_norm": "Takes the larger of the spectral norms",
        "first_determinant": "The size of the first layer's determinant, how it stretches areas",
        "smallest_stretch": "The smallest singular value of second · first",
    },
    examples=(
        {"first": ((3, 0), (4, 5)), "second": ((1, 2), (0, 1))},
        {"first": ((2, 0), (0, 1)), "second": ((1, 0), (0, 3))},
        {"first": ((2, 0), (0, 1)), "second": ((3, 0), (0, -1))},
        {"first": ((1, 1), (0, 1)), "second": ((1, -1), (2, 1))},
    ),
)
def network_bound(first: Matrix, second: Matrix) -> SolverResults:
    """x → second · a(first · x) with an activation a that is 1-Lipschitz, as ReLU is.

    Constants of composed maps multiply. Source: Miyato, Kataoka, Koyama and Yoshida, Spectral
    Normalization for Generative Adversarial Networks (2018), equation 7. Raises ValueError unless
    both matrices are 2 × 2 and not 0.
    """
    _require_layer("first", first)
    _require_layer("second", second)
    one, two = _largest_singular_value(first), _largest_singular_value(second)
    product = times(second, first)
    together = _largest_singular_value(product)
    return {
        "bound": one * two,
        "first_norm": one,
        "second_norm": two,
        "linear_norm": together,
        "sum_of_norms": one + two,
        "larger_norm": max(one, two),
        "first_determinant": abs(determinant(first)),
        # What the second layer drops may be all that the first one leaves.
        "smallest_stretch": abs(determinant(product)) / together if together else 0,
    }


@check("lipschitz.network_bound", tolerance=1e-7)
def network_bound_by_decomposition(first: "Tensor", second: "Tensor") -> Mapping[str, Any]:
    """Singular values by torch; the bound as that of the Kronecker product of both layers.

    first, second: [variants, 2, 2].
    """
    import torch

    def norm(matrix: "Tensor") -> "Tensor":
        values: Tensor = torch.linalg.svdvals(matrix)
        return values[:, 0]

    def beside(one: "Tensor", two: "Tensor") -> "Tensor":
        """Both matrices as blocks of one, whose norm is the larger of theirs."""
        zeros = torch.zeros_like(one)
        return torch.cat((torch.cat((one, zeros), -1), torch.cat((zeros, two), -1)), -2)

    rows = second[:, :, None, :, None] * first[:, None, :, None, :]
    identity = torch.eye(2, dtype=first.dtype)
    # The singular values of A ⊗ I + I ⊗ B for the stretches A and B are all sums of two.
    stretches = [torch.diag_embed(torch.linalg.svdvals(layer)) for layer in (first, second)]
    summed = torch.kron(stretches[0], identity) + torch.kron(identity, stretches[1])
    return {
        "bound": norm(rows.reshape(len(first), 4, 4)),
        "first_norm": norm(first),
        "second_norm": norm(second),
        "linear_norm": norm(second @ first),
        "sum_of_norms": norm(summed),
        "larger_norm": norm(beside(first, second)),
        "first_determinant": torch.linalg.det(first).abs(),
        "smallest_stretch": torch.linalg.svdvals(second @ first)[:, 1],
    }


@solver(
    "lipschitz.piecewise_linear",
    results={
        "constant": "the smallest Lipschitz constant: the largest |slope|",
        "slopes": "the slope of each piece",
        "is_one_lipschitz": "whether the function is 1-Lipschitz",
    },
    mistakes={
        "largest_slope": "The largest slope, with its sign",
        "slope_of_ends": "The absolute slope from the first to the last point",
        "mean_slope": "The mean of the absolute slopes",
        "largest_step": "The largest |change| of the value, not divided by the distance",
    },
    examples=(
        {"knots": (0, 1, 3), "values": (0, 2, -3)},
        {"knots": (-2, 0, 1, 4), "values": (1, 1, Fraction(1, 2), 2)},
        {"knots": (0, 2), "values": (5, 3)},
        {"knots": (-1, 0, Fraction(1, 2), 2), "values": (3, 0, -1, 7)},
    ),
)
def piecewise_linear(knots: Vector, values: Vector) -> SolverResults:
    """The function through the points (knot_i, value_i), straight in between.

    A critic of the Wasserstein distance must be 1-Lipschitz: Arjovsky, Chintala and Bottou,
    Wasserstein GAN (2017), equation 2. Raises ValueError for less than two points, knots that do
    not rise, vectors of different lengths, and a function that is constant.
    """
    require_vector("knots", knots)
    require_vector("values", values, len(knots))
    if len(knots) < 2 or any(b <= a for a, b in pairwise(knots)):
        raise ValueError("knots must be two or more numbers that rise")
    widths = [b - a for a, b in pairwise(knots)]
    steps = [b - a for a, b in pairwise(values)]
    if not any(steps):
        raise ValueError("values must not all be equal")
    slopes = [Fraction(step) / width for step, width in zip(steps, widths, strict=True)]
    sizes = [abs(slope) for slope in slopes]
    constant = max(sizes)
    return {
        "constant": constant,
        "slopes": tuple(slopes),
        "is_one_lipschitz": constant <= 1,
        "largest_slope": max(slopes),
        "slope_of_ends": abs(Fraction(values[-1] - values[0])) / (knots[-1] - knots[0]),
        "mean_slope": sum(sizes) / len(sizes),
        "largest_step": max(map(abs, steps)),
    }


@check("lipschitz.piecewise_linear", tolerance=1e-8)
def piecewise_linear_by_pairs(knots: "Tensor", values: "Tensor") -> Mapping[str, Any]:
    """The largest |f(a) − f(b)| / |a − b| over all pairs of points and of their midpoints.

    knots, values: [variants, n].
    """
    import torch

    def with_middles(rows: "Tensor") -> "Tensor":
        return torch.cat((rows, (rows[:, 1:] + rows[:, :-1]) / 2), dim=-1)

    places, heights = with_middles(knots), with_middles(values)
    across = places[:, :, None] - places[:, None, :]
    up = heights[:, :, None] - heights[:, None, :]
    ratios = torch.where(across == 0, 0, up / torch.where(across == 0, 1, across)).abs()
    constant = ratios.flatten(1).amax(-1)
    n = knots.shape[1]
    # A piece's slope is that between its knot and its midpoint.
    slopes = torch.stack(
        [up[:, n + piece, piece] / across[:, n + piece, piece] for piece in range(n - 1)], dim=-1
    )
    return {
        "constant": constant,
        "slopes": slopes,
        "is_one_lipschitz": constant <= 1 + 1e-12,
        "largest_slope": slopes.sort(-1).values[:, -1],
        "slope_of_ends": ratios[:, 0, n - 1],
        "mean_slope": torch.linalg.vector_norm(slopes, ord=1, dim=-1) / (n - 1),
        "largest_step": torch.linalg.vector_norm(values.diff(dim=-1), ord=float("inf"), dim=-1),
    }
