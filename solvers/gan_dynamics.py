"""The simplest game of a generator and a critic, on the line: how gradient steps move both."""

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Expression, Number, Power, Product, Sum, linear
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_TWO = Number(2)
_THETA, _PSI = "theta", "psi"


@solver(
    "gan_dynamics.dirac",
    results={
        "next_theta": "theta after one step of both players from the same point",
        "next_psi": "psi after that step",
        "alternating_psi": "psi, if the critic steps after the generator has moved",
        "squared_distance": "theta² + psi² after the simultaneous step",
        "free_distance_formula": "the same for no penalty, a formula in theta and psi before",
        "determinant": "product of both eigenvalues of the simultaneous step",
        "alternating_determinant": "product of both eigenvalues of the alternating step",
        "spectral_radius": "largest size of an eigenvalue of the simultaneous step",
        "converges": "whether simultaneous steps lead to (0, 0) from everywhere",
    },
    mistakes={
        "critic_descends_psi": "psi after a step in which the critic descends as well",
        "generator_ascends_theta": "theta after a step in which the generator ascends as well",
        "unchanged_formula": "theta² + psi², as if a step were a rotation",
        "step_not_squared_formula": "The squared distance without the square of the step's size",
        "both_descend_formula": "The squared distance after both descend, without a penalty",
        "radius_without_penalty": "The spectral radius for no penalty",
        "alternating_radius": "The size of the alternating step's eigenvalues, if they are complex",
    },
    examples=(
        {"theta": 1, "psi": 2, "step": Fraction(1, 10), "penalty": Fraction(1, 2)},
        {"theta": -2, "psi": 1, "step": Fraction(1, 2), "penalty": 0},
        {"theta": 3, "psi": Fraction(1, 2), "step": Fraction(1, 4), "penalty": 5},
    ),
)
def dirac(theta: Scalar, psi: Scalar, step: Scalar, penalty: Scalar = 0) -> Answers:
    """Data at 0, a generator that always gives theta, a critic f(x) = psi x.

    The critic ascends V = E_data f − E_model f − penalty f'²/2 = −psi theta − penalty psi²/2, the
    generator descends it, both by `step` times the gradient. One simultaneous step is the matrix
    ((1, s), (−s, 1 − s penalty)) on (theta, psi), with the determinant 1 − s penalty + s²; the
    alternating one has the determinant 1 − s penalty. Source: Mescheder, Geiger and Nowozin,
    Which Training Methods for GANs do actually Converge? (2018), the Dirac-GAN and its
    simultaneous and alternating gradient steps, with an R1 penalty. Raises ValueError for a step
    that is not above zero, a penalty below zero, and theta = psi = 0.
    """
    require_scalar("theta", theta)
    require_scalar("psi", psi)
    require_positive("step", step)
    require_scalar("penalty", penalty)
    if penalty < 0:
        raise ValueError(f"penalty must not be negative, it is {penalty}")
    if not theta and not psi:
        raise ValueError("theta and psi must not both be 0, where nothing moves")
    kept = 1 - step * penalty
    moved = theta + step * psi
    steered = kept * psi - step * theta
    determinant = kept + step * step
    trace = 1 + kept
    inside = Fraction(trace * trace) / 4 - determinant
    if inside < 0:
        radius = square_root(determinant)
    else:
        radius = abs(Fraction(trace) / 2) + square_root(inside)
    return {
        "next_theta": moved,
        "next_psi": steered,
        "alternating_psi": kept * psi - step * moved,
        "squared_distance": moved * moved + steered * steered,
        "free_distance_formula": Product((Number(1 + step * step), _squares((1, 0), (0, 1)))),
        "determinant": determinant,
        "alternating_determinant": kept,
        "spectral_radius": radius,
        "converges": radius < 1,
        "critic_descends_psi": psi + step * (theta + penalty * psi),
        "generator_ascends_theta": theta - step * psi,
        "unchanged_formula": _squares((1, 0), (0, 1)),
        "step_not_squared_formula": Product((Number(1 + step), _squares((1, 0), (0, 1)))),
        "both_descend_formula": _squares((1, step), (step, 1)),
        "radius_without_penalty": square_root(1 + step * step),
        "alternating_radius": sqrt(abs(kept)),
    }


def _squares(*rows: tuple[Scalar, Scalar]) -> Expression:
    """Σ (a theta + b psi)² over the rows (a, b)."""
    return Sum(
        tuple([Power(linear(zip(row, (_THETA, _PSI), strict=True), 0), _TWO) for row in rows])
    )


@check("gan_dynamics.dirac", tolerance=1e-6)
def dirac_by_autograd(
    theta: "Tensor", psi: "Tensor", step: "Tensor", penalty: "Tensor | None" = None
) -> Mapping[str, Any]:
    """Both players' gradients, and the matrix of a step, from autograd on V; all [variants]."""
    import torch

    weight = torch.zeros_like(step) if penalty is None else penalty

    def shaped(number: "Tensor", like: "Tensor") -> "Tensor":
        return number.reshape(-1, *[1] * (like.dim() - 1))

    def gradient(which: int, made: "Tensor", slope: "Tensor", weight: "Tensor") -> "Tensor":
        leaves = [each.detach().clone().requires_grad_(True) for each in (made, slope)]
        point = torch.zeros_like(made).requires_grad_(True)
        score = leaves[1] * point
        (steepness,) = torch.autograd.grad(score.sum(), point, create_graph=True)
        cost = shaped(weight, made) * steepness**2 / 2
        value = score - leaves[1] * leaves[0] - cost
        (found,) = torch.autograd.grad(value.sum(), leaves[which])
        return found

    def generator(made: "Tensor", slope: "Tensor") -> "Tensor":
        return made - shaped(step, made) * gradient(0, made, slope, weight)

    def critic(made: "Tensor", slope: "Tensor", cost: "Tensor" = weight) -> "Tensor":
        return slope + shaped(step, made) * gradient(1, made, slope, cost)

    def matrix(*, alternating: bool) -> "Tensor":
        """The images of (1, 0) and (0, 1) are its columns, as a step is linear."""
        columns = []
        for start in ((1.0, 0.0), (0.0, 1.0)):
            made, slope = (torch.full_like(step, entry) for entry in start)
            moved = generator(made, slope)
            columns.append(torch.stack((moved, critic(moved if alternating else made, slope)), -1))
        return torch.stack(columns, dim=-1)

    moved, steered = generator(theta, psi), critic(theta, psi)
    both = matrix(alternating=False)
    radius = torch.linalg.eigvals(both).abs().amax(-1)
    return {
        "next_theta": moved,
        "next_psi": steered,
        "alternating_psi": critic(moved, psi),
        "squared_distance": moved**2 + steered**2,
        "free_distance_formula": lambda points: (
            generator(*_pair(points, step)) ** 2
            + critic(*_pair(points, step), torch.zeros_like(step)) ** 2
        ),
        "determinant": torch.linalg.det(both),
        "alternating_determinant": torch.linalg.det(matrix(alternating=True)),
        "spectral_radius": radius,
        "converges": radius < 1 - 1e-12,
    }


def _pair(points: Mapping[str, "Tensor"], step: "Tensor") -> tuple["Tensor", "Tensor"]:
    """theta and psi at the points where a formula is compared, a row for each variant."""
    shape = (len(step), points[_THETA].shape[-1])
    return points[_THETA].expand(shape), points[_PSI].expand(shape)
