"""What stays Gaussian: conditioning and marginals, affine maps, products of two densities."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, pi, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Expression, linear
from qgen.document.values import Answers, show
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.exact_linear_algebra import (
    minus,
    plus,
    require_positive_definite,
    solve_linear,
    submatrix,
    times,
    times_vector,
    transpose,
)
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix, square_root
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


def _sum(first: Vector, second: Vector) -> Vector:
    return tuple([one + two for one, two in zip(first, second, strict=True)])


def _difference(first: Vector, second: Vector) -> Vector:
    return tuple([one - two for one, two in zip(first, second, strict=True)])


@solver(
    "gaussian_maps.conditional",
    results={
        "conditional_mean": "mean of the other coordinates given the observed ones",
        "conditional_covariance": "their covariance given the observed ones",
        "gain": "the matrix by which the observed coordinates' distance from their mean acts",
        "mean_formulas": "each entry of the conditional mean as a formula in the observed x_1, "
        "x_2, … (numbered from 1 in the whole vector)",
        "marginal_mean": "mean of the other coordinates when nothing is observed",
        "marginal_covariance": "their covariance when nothing is observed",
        "observed_mean": "marginal mean of the observed coordinates",
        "observed_covariance": "marginal covariance of the observed coordinates",
        "is_informative": "whether the observation changes the law of the others",
    },
    mistakes={
        "mean_negated": "Subtracts the correction from the mean instead of adding it",
        "mean_uncentred": "Applies the gain to the observed values, not to their distance from "
        "the mean",
        "mean_without_inverse": "Multiplies by the cross-covariance alone: the observed covariance "
        "is not inverted",
        "mean_divided_by_own": "Divides by the other coordinates' covariance instead of the "
        "observed one's",
        "covariance_added": "Adds what is explained to the covariance instead of subtracting it",
        "covariance_without_inverse": "Subtracts the product of the cross-covariances alone",
    },
    examples=(
        {"mu": (1, 2), "covariance": ((4, 2), (2, 3)), "observed": (1,), "values": (5,)},
        {
            "mu": (0, -1, 2),
            "covariance": ((4, -2, 0), (-2, 5, 1), (0, 1, Fraction(3, 2))),
            "observed": (0, 2),
            "values": (Fraction(1, 2), 3),
        },
        {
            "mu": (0, 0, 1),
            "covariance": ((2, 1, 1), (1, 3, 0), (1, 0, 1)),
            "observed": (2,),
            "values": (-2,),
        },
        {"mu": (1, 1), "covariance": ((2, 0), (0, 3)), "observed": (0,), "values": (4,)},
    ),
)
def conditional(mu: Vector, covariance: Matrix, observed: Vector, values: Vector) -> Answers:
    """m_u + C_uo C_oo⁻¹ (values − m_o), with the covariance C_uu − C_uo C_oo⁻¹ C_ou.

    mu: [d]; covariance: [d, d]; observed: indices from 0, increasing, some but not all; values:
    what they are. Source: Bishop, Pattern Recognition and Machine Learning (2006), equations
    2.81 and 2.82, and 2.98 for the marginals. Raises ValueError for shapes that do not fit, a
    covariance that is not positive definite, and indices that are not as said.
    """
    require_vector("mu", mu)
    dimensions = len(mu)
    require_positive_definite("covariance", covariance, dimensions)
    seen = _indices(observed, dimensions)
    require_vector("values", values, len(seen))
    hidden = [index for index in range(dimensions) if index not in seen]
    own = submatrix(covariance, hidden, hidden)
    cross = submatrix(covariance, hidden, seen)
    known = submatrix(covariance, seen, seen)
    back = transpose(cross)
    gain = transpose(solve_linear(known, back))
    hidden_mean = tuple([mu[index] for index in hidden])
    seen_mean = tuple([mu[index] for index in seen])
    apart = _difference(values, seen_mean)
    change, explained = times_vector(gain, apart), times(gain, back)
    away = times_vector(cross, apart)
    scaled = solve_linear(own, tuple([(entry,) for entry in away]))
    constants = _difference(hidden_mean, times_vector(gain, seen_mean))
    return {
        "conditional_mean": _sum(hidden_mean, change),
        "conditional_covariance": minus(own, explained),
        "gain": gain,
        "mean_formulas": tuple(
            [_row_formula(row, seen, end) for row, end in zip(gain, constants, strict=True)]
        ),
        "marginal_mean": hidden_mean,
        "marginal_covariance": own,
        "observed_mean": seen_mean,
        "observed_covariance": known,
        "is_informative": any(entry for row in cross for entry in row),
        "mean_negated": _difference(hidden_mean, change),
        "mean_uncentred": _sum(hidden_mean, times_vector(gain, values)),
        "mean_without_inverse": _sum(hidden_mean, away),
        "mean_divided_by_own": _sum(hidden_mean, tuple([row[0] for row in scaled])),
        "covariance_added": plus(own, explained),
        "covariance_without_inverse": minus(own, times(cross, back)),
    }


def _indices(observed: Vector, dimensions: int) -> list[int]:
    require_vector("observed", observed)
    found = [
        require_count(f"observed[{place}]", index, 0, dimensions - 1)
        for place, index in enumerate(observed)
    ]
    if found != sorted(set(found)) or len(found) == dimensions:
        raise ValueError(
            f"observed must be some, not all, indices in increasing order, it is {show(observed)}"
        )
    return found


def _row_formula(row: Vector, seen: list[int], constant: Scalar) -> Expression:
    names = [f"x_{index + 1}" for index in seen]
    return linear(list(zip(row, names, strict=True)), constant)


@check("gaussian_maps.conditional", tolerance=1e-8)
def conditional_by_precision(
    mu: "Tensor", covariance: "Tensor", observed: "Tensor", values: "Tensor"
) -> Mapping[str, Any]:
    """From the blocks of the joint precision, which are what the exponent shows in the others.

    mu: [variants, d]; covariance: [variants, d, d]; observed, values: [variants, o]. Marginals
    come from Schur complements of the precision. Source: Bishop, Pattern Recognition and
    Machine Learning (2006), equations 2.73, 2.75 and 2.91.
    """
    import torch

    size, count = mu.shape[1], observed.shape[1]
    # The observed coordinates are put last in every variant.
    marks = torch.zeros_like(mu).scatter(1, observed.long(), 1.0)
    order = torch.argsort(marks, dim=1, stable=True)
    places = torch.nn.functional.one_hot(order, size).to(mu.dtype)
    precision = torch.linalg.inv(places @ covariance @ places.mT)
    means = (places @ mu[..., None])[..., 0]
    own, seen = slice(0, size - count), slice(size - count, size)
    inner, cross, outer = precision[:, own, own], precision[:, own, seen], precision[:, seen, seen]
    gain = -torch.linalg.solve(inner, cross)
    apart = (values - means[:, seen])[..., None]
    marginal = torch.linalg.inv(inner - cross @ torch.linalg.solve(outer, cross.mT))
    known = torch.linalg.inv(outer - cross.mT @ torch.linalg.solve(inner, cross))
    names = order[:, seen] + 1

    def entry(index: int) -> Any:
        def at(points: Mapping[str, "Tensor"]) -> "Tensor":
            data = torch.stack([_points_of(points, row) for row in names.tolist()])
            deviations = data - means[:, seen, None]
            found: Tensor = means[:, index, None] + (gain[:, index, :, None] * deviations).sum(1)
            return found

        return at

    return {
        "conditional_mean": means[:, own] + (gain @ apart)[..., 0],
        "conditional_covariance": torch.linalg.inv(inner),
        "gain": gain,
        "mean_formulas": [entry(index) for index in range(size - count)],
        "marginal_mean": means[:, own],
        "marginal_covariance": marginal,
        "observed_mean": means[:, seen],
        "observed_covariance": known,
        "is_informative": gain.abs().amax((-2, -1)) > 1e-11,
    }


def _points_of(points: Mapping[str, "Tensor"], indices: list[int]) -> "Tensor":
    """The points [o, points] of these coordinates; all variants have the same ones."""
    import torch

    return torch.stack([points[f"x_{index}"][0] for index in indices])


@solver(
    "gaussian_maps.affine",
    results={
        "mean": "mean of A x + b",
        "mapped_covariance": "covariance of A x + b",
        "deviations": "standard deviation of each coordinate of A x + b",
        "is_independent": "whether the coordinates of A x + b are independent",
    },
    mistakes={
        "shift_forgotten": "Leaves b out of the mean",
        "correlations_ignored": "Keeps only the diagonal of the covariance of x",
        "unit_covariance": "A Aᵀ: the covariance of x is forgotten",
        "shift_in_covariance": "Adds b bᵀ to the covariance",
        "second_moment": "E y yᵀ instead of the covariance: the mean is not subtracted",
        "unsquared_factors": "The variances of A x + b with |A| where its squares belong, and "
        "without correlations",
    },
    examples=(
        {"mu": (1, -1), "covariance": ((2, 1), (1, 2)), "a": ((1, 1), (1, -1)), "b": (0, 3)},
        {"mu": (2, 0), "covariance": ((1, 0), (0, 4)), "a": ((3, Fraction(1, 2)),), "b": (-1,)},
        {"mu": (5,), "covariance": ((9,),), "a": ((2,), (-1,)), "b": (1, 1)},
        {
            "mu": (0, 1, 2),
            "covariance": ((4, -2, 0), (-2, 5, 1), (0, 1, Fraction(3, 2))),
            "a": ((1, 0, 1), (0, 2, -1)),
            "b": (1, 2),
        },
    ),
)
def affine(mu: Vector, covariance: Matrix, a: Matrix, b: Vector) -> Answers:
    """y = A x + b has the mean A mu + b and the covariance A C Aᵀ.

    mu: [d]; covariance: [d, d]; a: [m, d] without a row of zeros; b: [m]. Source: Bishop,
    Pattern Recognition and Machine Learning (2006), equation 2.115 without noise. Raises
    ValueError for shapes that do not fit, a row of zeros, and a covariance that is not positive
    definite.
    """
    require_vector("mu", mu)
    require_positive_definite("covariance", covariance, len(mu))
    require_matrix("a", a, None, len(mu))
    require_vector("b", b, len(a))
    if not all(any(row) for row in a):
        raise ValueError("a must not have a row that is all 0")
    turned = transpose(a)
    without_shift = times_vector(a, mu)
    mean, found = _sum(without_shift, b), times(times(a, covariance), turned)
    variances = [row[index] for index, row in enumerate(covariance)]
    scaled = tuple([tuple([x * v for x, v in zip(row, variances, strict=True)]) for row in a])
    size = len(a)
    return {
        "mean": mean,
        "mapped_covariance": found,
        "deviations": tuple([square_root(found[index][index]) for index in range(size)]),
        "is_independent": not any(found[i][j] for i in range(size) for j in range(i)),
        "shift_forgotten": without_shift,
        "correlations_ignored": times(scaled, turned),
        "unit_covariance": times(a, turned),
        "shift_in_covariance": plus(found, _outer(b)),
        "second_moment": plus(found, _outer(mean)),
        "unsquared_factors": times_vector(
            tuple([tuple(map(abs, row)) for row in a]), tuple(variances)
        ),
    }


def _outer(vector: Vector) -> Matrix:
    return tuple([tuple([one * two for two in vector]) for one in vector])


@check("gaussian_maps.affine", tolerance=1e-8)
def affine_by_cubature(
    mu: "Tensor", covariance: "Tensor", a: "Tensor", b: "Tensor"
) -> Mapping[str, Any]:
    """Moments of mapped cubature points, which are exact for these; batched over variants."""
    import torch

    from qgen.solvers.numerics.numerical_methods import cubature_nodes

    size = mu.shape[1]
    factor = torch.linalg.cholesky(covariance)
    points = mu[:, None, :] + cubature_nodes(size) @ factor.mT
    mapped = (a[:, None] * points[:, :, None, :]).sum(-1) + b[:, None, :]
    mean = mapped.mean(1)
    centred = mapped - mean[:, None, :]
    found = torch.einsum("vpi,vpj->vij", centred, centred) / (2 * size)
    variances = found.diagonal(dim1=-2, dim2=-1)
    correlations = found / (variances[:, :, None] * variances[:, None, :]).sqrt()
    off_diagonal = correlations - torch.eye(found.shape[-1], dtype=found.dtype)
    return {
        "mean": mean,
        "mapped_covariance": found,
        "deviations": variances.sqrt(),
        "is_independent": off_diagonal.abs().amax((-2, -1)) < 1e-9,
    }


@solver(
    "gaussian_maps.product",
    results={
        "mean": "mean of the normalised product",
        "variance": "variance of the normalised product",
        "deviation": "its standard deviation",
        "precision": "one over its variance",
        "scale": "the integral of the product, N(mu_1; mu_2, sigma_1² + sigma_2²)",
    },
    mistakes={
        "plain_mean": "The plain mean of the two means",
        "weights_swapped": "Weighs each mean by its own variance instead of its precision",
        "weighted_by_deviations": "Weighs the means by 1 / sigma instead of 1 / sigma²",
        "summed_variance": "Adds the variances, as for a sum of variables",
        "mean_variance": "The plain mean of the variances",
        "multiplied_variance": "Multiplies the variances",
        "scale_without_exponent": "Forgets the distance of the means in the integral: "
        "1 / sqrt(2 pi (sigma_1² + sigma_2²))",
    },
    examples=(
        {"mu_1": 0, "sigma_1": 1, "mu_2": 4, "sigma_2": 2},
        {"mu_1": Fraction(1, 2), "sigma_1": 3, "mu_2": -1, "sigma_2": Fraction(1, 2)},
        {"mu_1": 2, "sigma_1": 2, "mu_2": 3, "sigma_2": 2},
        {"mu_1": 1, "sigma_1": 4, "mu_2": 1, "sigma_2": 3},
    ),
)
def product(mu_1: Scalar, sigma_1: Scalar, mu_2: Scalar, sigma_2: Scalar) -> Answers:
    """N(x; mu_1, sigma_1²) N(x; mu_2, sigma_2²) = scale · N(x; mean, variance).

    The exponents add, and with them the precisions; the mean is weighted by them. Source:
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equations A.7 and
    A.8. Raises ValueError for a sigma that is not above zero.
    """
    require_scalar("mu_1", mu_1)
    require_scalar("mu_2", mu_2)
    require_positive("sigma_1", sigma_1)
    require_positive("sigma_2", sigma_2)
    first, second = sigma_1 * sigma_1, sigma_2 * sigma_2
    total = first + second
    variance = Fraction(first * second, total)
    apart = mu_1 - mu_2
    root = sqrt(2 * pi * total)
    return {
        "mean": Fraction(mu_1 * second + mu_2 * first, total),
        "variance": variance,
        "deviation": square_root(variance),
        "precision": 1 / variance,
        "scale": exp(-float(Fraction(apart * apart, 2 * total))) / root,
        "plain_mean": Fraction(mu_1 + mu_2, 2),
        "weights_swapped": Fraction(mu_1 * first + mu_2 * second, total),
        "weighted_by_deviations": Fraction(mu_1 * sigma_2 + mu_2 * sigma_1, sigma_1 + sigma_2),
        "summed_variance": total,
        "mean_variance": Fraction(total, 2),
        "multiplied_variance": first * second,
        "scale_without_exponent": 1 / root,
    }


@check("gaussian_maps.product", tolerance=1e-8)
def product_by_integration(
    mu_1: "Tensor", sigma_1: "Tensor", mu_2: "Tensor", sigma_2: "Tensor"
) -> Mapping[str, Any]:
    """Moments of the product of torch's densities by the trapezoid rule; all [variants].

    The grid covers twelve deviations of the narrower law around the product's highest point,
    which Newton's method finds.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.numerical_methods import maximise

    first, second = Normal(mu_1[:, None], sigma_1[:, None]), Normal(mu_2[:, None], sigma_2[:, None])

    def log_product(x: "Tensor") -> "Tensor":
        return log_density(first, x) + log_density(second, x)

    peak = maximise(lambda x: log_product(x)[:, 0], mu_1[:, None])
    narrow = torch.minimum(sigma_1, sigma_2)[:, None]
    offsets = narrow * torch.linspace(-12, 12, 481, dtype=peak.dtype)
    heights = (log_product(peak + offsets) - log_product(peak)).exp()
    weights = heights / heights.sum(-1, keepdim=True)
    shift = (weights * offsets).sum(-1)
    variance = (weights * offsets**2).sum(-1) - shift**2
    area = heights.sum(-1) * narrow[:, 0] * 24 / 480
    return {
        "mean": peak[:, 0] + shift,
        "variance": variance,
        "deviation": variance.sqrt(),
        "precision": 1 / variance,
        "scale": area * log_product(peak)[:, 0].exp(),
    }
