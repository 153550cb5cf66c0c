"""The simplest game of a generator and a critic, on the line: how gradient steps move both."""

from collections.abc import Mapping
from fractions import Fraction
from math import log, log1p
from typing import TYPE_CHECKING, Any, TypeAlias

from qgen.document.formula import Formula, Number, Power, Product, Sum, linear
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_scalar
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

    _Place: TypeAlias = tuple[Tensor, Tensor]

_TWO = Number(2)
_THETA, _PSI = "theta", "psi"


@solver(
    "gan_dynamics.dirac",
    results={
        "free_distance_formula": "theta² + psi² after a simultaneous step without a penalty, a "
        "formula in theta and psi before",
        "steps_to_double": "after how many such steps the distance from (0, 0) has doubled first",
        "determinant": "product of both eigenvalues of the simultaneous step with the penalty",
        "spectral_radius": "largest size of an eigenvalue of that step",
        "least_penalty": "the penalty at which complex eigenvalues have the size 1",
    },
    mistakes={
        "unchanged_formula": "theta² + psi², as if a step were a rotation",
        "step_not_squared_formula": "The squared distance without the square of the step's size",
        "both_descend_formula": "The squared distance after both descend, without a penalty",
        "steps_to_double_square": "After how many steps the squared distance has doubled",
        "steps_before_doubling": "The last step at which the distance has not doubled yet",
        "determinant_without_penalty": "The product of the eigenvalues for no penalty",
        "alternating_determinant": "The product of the eigenvalues of the alternating step",
        "square_subtracted": "Subtracts the square of the step's size in the determinant",
        "radius_without_penalty": "The spectral radius for no penalty",
    },
    examples=(
        {"step": Fraction(1, 10), "penalty": Fraction(1, 2)},
        {"step": Fraction(1, 2), "penalty": 0},
        {"step": Fraction(1, 4), "penalty": 5},
    ),
)
def dirac(step: Scalar, penalty: Scalar) -> SolverResults:
    """Data at 0, a generator that always gives theta, a critic f(x) = psi x.

    The critic ascends V = E_data f − E_model f − penalty f'²/2 = −psi theta − penalty psi²/2, the
    generator descends it, both by `step` times the gradient. One simultaneous step is the matrix
    ((1, s), (−s, 1 − s penalty)) on (theta, psi), with the determinant 1 − s penalty + s²; the
    alternating one has the determinant 1 − s penalty. Without a penalty the squared distance
    grows by the factor 1 + s² a step. Source: Mescheder, Geiger and Nowozin, Which Training
    Methods for GANs do actually Converge? (2018), the Dirac-GAN and its simultaneous and
    alternating gradient steps, with an R1 penalty. Raises ValueError for a step below 1/20 and a
    penalty below zero.
    """
    require_scalar("step", step)
    require_scalar("penalty", penalty)
    if step < Fraction(1, 20):
        raise ValueError(f"step must be at least 1/20, it is {step}")
    if penalty < 0:
        raise ValueError(f"penalty must not be negative, it is {penalty}")
    kept = 1 - step * penalty
    determinant = kept + step * step
    growth = 1 + step * step
    inside = Fraction((1 + kept) ** 2) / 4 - determinant
    if inside < 0:
        radius = square_root(determinant)
    else:
        radius = abs(Fraction(1 + kept) / 2) + square_root(inside)
    doubling = _steps_until(growth, 4)
    return {
        "free_distance_formula": Product((Number(growth), _squares((1, 0), (0, 1)))),
        "steps_to_double": doubling,
        "determinant": determinant,
        "spectral_radius": radius,
        "least_penalty": step,
        "unchanged_formula": _squares((1, 0), (0, 1)),
        "step_not_squared_formula": Product((Number(1 + step), _squares((1, 0), (0, 1)))),
        "both_descend_formula": _squares((1, step), (step, 1)),
        "steps_to_double_square": _steps_until(growth, 2),
        "steps_before_doubling": doubling - 1,
        "determinant_without_penalty": growth,
        "alternating_determinant": kept,
        "square_subtracted": kept - step * step,
        "radius_without_penalty": square_root(growth),
    }


def _steps_until(growth: Scalar, factor: int) -> int:
    """The smallest n with growthⁿ ≥ factor; logarithms only say where to look."""
    count = max(int(log(factor) / log1p(float(growth) - 1)) - 1, 1)
    while growth**count < factor:
        count += 1
    return count


def _squares(*rows: tuple[Scalar, Scalar]) -> Formula:
    """Σ (a theta + b psi)² over the rows (a, b)."""
    return Sum(
        tuple([Power(linear(zip(row, (_THETA, _PSI), strict=True), 0), _TWO) for row in rows])
    )


@check("gan_dynamics.dirac", tolerance=1e-7)
def dirac_by_autograd(step: "Tensor", penalty: "Tensor") -> Mapping[str, Any]:
    """Both players' gradients, and the matrix of a step, from autograd on V; all [variants].

    Doublings are counted along a run, and the least penalty is found by halving.
    """
    import torch

    none = torch.zeros_like(step)

    def before(points: Mapping[str, "Tensor"]) -> "_Place":
        shape = (len(step), points[_THETA].shape[-1])
        return points[_THETA].expand(shape), points[_PSI].expand(shape)

    def unsquared(points: Mapping[str, "Tensor"]) -> "Tensor":
        """The square before, and the step's size times it."""
        square = _square(before(points))
        return square + step[:, None] * square

    crossed = _doublings(step)
    low, high = none, torch.full_like(step, 1.9)
    for _ in range(60):
        middle = (low + high) / 2
        grows = _radius(step, middle) > 1
        low, high = torch.where(grows, middle, low), torch.where(grows, high, middle)
    both = _matrix(step, penalty)
    diagonal = both.diagonal(dim1=-2, dim2=-1).prod(-1)
    alternating = _matrix(step, penalty, alternating=True)
    return {
        "free_distance_formula": lambda points: _square(_moved(before(points), step, none)),
        "steps_to_double": crossed[4],
        "determinant": torch.linalg.det(both),
        "spectral_radius": _radius(step, penalty),
        "least_penalty": high,
        "unchanged_formula": lambda points: _square(before(points)),
        "step_not_squared_formula": unsquared,
        "both_descend_formula": lambda points: _square(
            _moved(before(points), step, none, critic=-1)
        ),
        "steps_to_double_square": crossed[2],
        "steps_before_doubling": crossed[4] - 1,
        "determinant_without_penalty": torch.linalg.det(_matrix(step, none)),
        "alternating_determinant": torch.linalg.det(alternating),
        "square_subtracted": 2 * diagonal - torch.linalg.det(both),
        "radius_without_penalty": _radius(step, none),
    }


def _square(place: "_Place") -> "Tensor":
    return place[0] ** 2 + place[1] ** 2


def _moved(
    place: "_Place", step: "Tensor", cost: "Tensor", *, alternating: bool = False, critic: int = 1
) -> "_Place":
    """One step from (theta, psi); the critic ascends, or descends where `critic` is −1."""
    theta, psi = place
    shape = (-1, *[1] * (theta.dim() - 1))
    size, weight = step.reshape(shape), cost.reshape(shape)
    after = theta - size * _gradients(theta, psi, weight)[0]
    seen = after if alternating else theta
    return after, psi + critic * size * _gradients(seen, psi, weight)[1]


def _matrix(step: "Tensor", cost: "Tensor", *, alternating: bool = False) -> "Tensor":
    """The images of (1, 0) and (0, 1) are its columns, as a step is linear."""
    import torch

    one, none = torch.ones_like(step), torch.zeros_like(step)
    columns = [
        torch.stack(_moved(axis, step, cost, alternating=alternating), -1)
        for axis in ((one, none), (none, one))
    ]
    return torch.stack(columns, dim=-1)


def _radius(step: "Tensor", cost: "Tensor") -> "Tensor":
    import torch

    sizes: Tensor = torch.linalg.eigvals(_matrix(step, cost)).abs()
    return sizes.amax(-1)


def _doublings(step: "Tensor") -> dict[int, "Tensor"]:
    """After how many steps from (0, 1) the squared distance is first 2 and 4."""
    import torch

    none = torch.zeros_like(step)
    place, count = (none, torch.ones_like(step)), none
    crossed = dict.fromkeys((2, 4), none)
    while bool((crossed[4] == 0).any()):
        place, count = _moved(place, step, none), count + 1
        for factor, found in crossed.items():
            # The square of step 1 is doubled exactly: what rounding takes off does not count.
            first = (found == 0) & (_square(place) >= factor * (1 - 1e-12))
            crossed[factor] = torch.where(first, count, found)
    return crossed


def _gradients(theta: "Tensor", psi: "Tensor", cost: "Tensor") -> tuple["Tensor", ...]:
    """The derivatives of V − cost f'²/2 in theta and psi, for the critic f(x) = psi x."""
    import torch

    leaves = [each.detach().clone().requires_grad_(True) for each in (theta, psi)]
    point = torch.zeros_like(theta).requires_grad_(True)
    score = leaves[1] * point
    (steepness,) = torch.autograd.grad(score.sum(), point, create_graph=True)
    value = score - leaves[1] * leaves[0] - cost * steepness**2 / 2
    return torch.autograd.grad(value.sum(), leaves)
