"""What stays Gaussian: conditioning on some coordinates, and affine maps."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, linear
from qgen.document.values import SolverResults, show
from qgen.solvers.numerics.arguments import (
    Matrix,
    Vector,
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
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix
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
        "mean_formulas": "each entry of the conditional mean as a formula in the observed x_1, "
        "x_2, … (numbered from 1 in the whole vector)",
    },
    mistakes={
        "mean_negated": "Subtracts the correction from the mean instead of adding it",
        "mean_uncentred": "Applies the gain to the observed values, not to their distance from "
        "the mean",
        "mean_without_inverse": "Multiplies by the cross-covariance alone: the observed covariance "
        "is not inverted",
        "formulas_negated": "Subtracts the correction, formulas in the observed x_1, x_2, …",
        "formulas_uncentred": "Applies the gain to the observed values themselves, formulas",
        "formulas_without_inverse": "Does not invert the observed covariance, formulas",
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
def conditional(mu: Vector, covariance: Matrix, observed: Vector, values: Vector) -> SolverResults:
    """m_u + C_uo C_oo⁻¹ (values − m_o), with the covariance C_uu − C_uo C_oo⁻¹ C_ou.

    mu: [d]; covariance: [d, d]; observed: indices from 0, increasing, some but not all; values:
    what they are. Source: Bishop, Pattern Recognition and Machine Learning (2006), equations
    2.81 and 2.82. Raises ValueError for shapes that do not fit, a
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
    shift = times_vector(gain, seen_mean)
    turned = tuple([tuple([-entry for entry in row]) for row in gain])
    return {
        "conditional_mean": _sum(hidden_mean, change),
        "conditional_covariance": minus(own, explained),
        "mean_formulas": _formulas(gain, seen, _difference(hidden_mean, shift)),
        "mean_negated": _difference(hidden_mean, change),
        "mean_uncentred": _sum(hidden_mean, times_vector(gain, values)),
        "mean_without_inverse": _sum(hidden_mean, times_vector(cross, apart)),
        "formulas_negated": _formulas(turned, seen, _sum(hidden_mean, shift)),
        "formulas_uncentred": _formulas(gain, seen, hidden_mean),
        "formulas_without_inverse": _formulas(
            cross, seen, _difference(hidden_mean, times_vector(cross, seen_mean))
        ),
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


def _formulas(matrix: Matrix, seen: list[int], constants: Vector) -> tuple[Formula, ...]:
    """Each row times the observed coordinates, plus its constant."""
    names = [f"x_{index + 1}" for index in seen]
    return tuple(
        [
            linear(list(zip(row, names, strict=True)), constant)
            for row, constant in zip(matrix, constants, strict=True)
        ]
    )


@check("gaussian_maps.conditional", tolerance=1e-8)
def conditional_by_precision(
    mu: "Tensor", covariance: "Tensor", observed: "Tensor", values: "Tensor"
) -> Mapping[str, Any]:
    """From the blocks of the joint precision, which are what the exponent shows in the others.

    mu: [variants, d]; covariance: [variants, d, d]; observed, values: [variants, o]. The
    covariance of the others comes back from a Schur complement of the precision. Source: Bishop,
    Pattern Recognition and Machine Learning (2006), equations 2.73, 2.75 and 2.91.
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
    inner, beside, outer = precision[:, own, own], precision[:, own, seen], precision[:, seen, seen]
    gain = -torch.linalg.solve(inner, beside)
    apart = (values - means[:, seen])[..., None]
    change = (gain @ apart)[..., 0]
    remaining = torch.linalg.inv(inner)
    marginal = torch.linalg.inv(inner - beside @ torch.linalg.solve(outer, beside.mT))
    # What the gain makes of the observed covariance is the cross-covariance.
    cross = gain @ torch.linalg.inv(outer - beside.mT @ torch.linalg.solve(inner, beside))
    names, centre = order[:, seen] + 1, means[:, seen]

    def formulas(slopes: "Tensor", origin: "Tensor") -> list[Any]:
        def entry(index: int) -> Any:
            def at(points: Mapping[str, "Tensor"]) -> "Tensor":
                data = torch.stack([_points_of(points, row) for row in names.tolist()])
                deviations = data - origin[..., None]
                found: Tensor = (slopes[:, index, :, None] * deviations).sum(1)
                return means[:, index, None] + found

            return at

        return [entry(index) for index in range(size - count)]

    return {
        "conditional_mean": means[:, own] + change,
        "conditional_covariance": remaining,
        "mean_formulas": formulas(gain, centre),
        "mean_negated": means[:, own] - change,
        "mean_uncentred": means[:, own] + torch.einsum("vio,vo->vi", gain, values),
        "mean_without_inverse": means[:, own] + (cross @ apart)[..., 0],
        "formulas_negated": formulas(-gain, centre),
        "formulas_uncentred": formulas(gain, torch.zeros_like(centre)),
        "formulas_without_inverse": formulas(cross, centre),
        "covariance_added": 2 * marginal - remaining,
        "covariance_without_inverse": marginal - cross @ cross.mT,
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
    },
    mistakes={
        "correlations_ignored": "Keeps only the diagonal of the covariance of x",
        "correlations_once": "Counts each covariance of two coordinates of x once, not twice",
        "correlations_negated": "Turns the signs of the covariances of two coordinates of x",
        "shift_in_covariance": "Adds b bᵀ to the covariance",
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
def affine(mu: Vector, covariance: Matrix, a: Matrix, b: Vector) -> SolverResults:
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
    found = times(times(a, covariance), turned)
    variances = [row[index] for index, row in enumerate(covariance)]
    scaled = tuple([tuple([x * v for x, v in zip(row, variances, strict=True)]) for row in a])
    alone = times(scaled, turned)
    crossed = minus(found, alone)
    half = tuple([tuple([Fraction(entry, 2) for entry in row]) for row in crossed])
    return {
        "mean": _sum(times_vector(a, mu), b),
        "mapped_covariance": found,
        "correlations_ignored": alone,
        "correlations_once": plus(alone, half),
        "correlations_negated": minus(alone, crossed),
        "shift_in_covariance": plus(found, _outer(b)),
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
    """Moments of mapped cubature points, which are exact for these; batched over variants.

    Correlations are ignored or halved in x itself; squares that were not taken are those of the
    roots of |A|.
    """
    import torch

    alone = torch.diag_embed(covariance.diagonal(dim1=-2, dim2=-1))
    mean, found = _mapped_moments(mu, covariance, a, b)

    def spread(changed: "Tensor", by: "Tensor" = a) -> "Tensor":
        return _mapped_moments(mu, changed, by, b)[1]

    ignored, halved = spread(alone), spread((alone + covariance) / 2)
    return {
        "mean": mean,
        "mapped_covariance": found,
        "correlations_ignored": ignored,
        "correlations_once": halved,
        # Half of what the correlations add is the step from one to the other.
        "correlations_negated": ignored - 2 * (halved - ignored),
        "shift_in_covariance": _with_noisy_shift(mu, covariance, a, b),
        "unsquared_factors": spread(alone, a.abs().sqrt()).diagonal(dim1=-2, dim2=-1),
    }


def _with_noisy_shift(mu: "Tensor", covariance: "Tensor", a: "Tensor", b: "Tensor") -> "Tensor":
    """The covariance of A x + b t, where t is a further coordinate with variance one."""
    import torch

    larger = torch.nn.functional.pad(covariance, (0, 1, 0, 1))
    larger[:, -1, -1] = 1
    further = torch.nn.functional.pad(mu, (0, 1))
    return _mapped_moments(further, larger, torch.cat((a, b[..., None]), dim=-1), b)[1]


def _mapped_moments(
    mu: "Tensor", covariance: "Tensor", a: "Tensor", b: "Tensor"
) -> tuple["Tensor", "Tensor"]:
    """Mean and covariance of A x + b over cubature points of x."""
    import torch

    from qgen.solvers.numerics.numerical_methods import cubature_nodes

    size = mu.shape[1]
    factor = torch.linalg.cholesky(covariance)
    points = mu[:, None, :] + cubature_nodes(size) @ factor.mT
    mapped = (a[:, None] * points[:, :, None, :]).sum(-1) + b[:, None, :]
    mean = mapped.mean(1)
    centred = mapped - mean[:, None, :]
    return mean, torch.einsum("vpi,vpj->vij", centred, centred) / (2 * size)
