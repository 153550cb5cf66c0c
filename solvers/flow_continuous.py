"""A continuous normalising flow in the plane, dz/dt = A z, and what Euler steps make of it."""

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Power, Product, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Matrix, Scalar, require_positive
from qgen.solvers.numerics.exact_linear_algebra import (
    determinant,
    require_square,
    trace,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_H = Symbol("h")


@solver(
    "flow_continuous.linear",
    results={
        "divergence": "the divergence of the field, the trace of A",
        "log_det": "ln |det dz(time)/dz(0)|",
        "log_density_change": "ln p(z(time)) − ln p(z(0)) along a path",
        "euler_formula": "ln det of one Euler step of size h, a formula in h",
        "one_step": "ln det of one of the Euler steps",
        "euler_log_det": "the same, summed over all steps",
        "euler_error": "the exact log-determinant less that sum",
    },
    mistakes={
        "diagonal_formula": "ln of the diagonal entries of an Euler step, a formula in h",
        "divergence_formula": "h times the trace, the continuous flow's value, a formula in h",
        "field_formula": "ln det of h A instead of I + h A, a formula in h",
        "determinant": "The determinant of A instead of its trace",
        "divergence_negated": "The divergence with the other sign, the rate at which ln p changes",
        "one_step_error": "The exact log-determinant less that of a single one of the Euler steps",
        "single_step_error": "The exact log-determinant less that of one step over the whole time",
        "error_negated": "The sum less the exact log-determinant",
    },
    domains={
        name: {"h": "positive"}
        for name in ("euler_formula", "diagonal_formula", "divergence_formula", "field_formula")
    },
    examples=(
        {"matrix": ((1, 2), (0, 3)), "time": 1, "steps": 4},
        {"matrix": ((1, 2), (-3, 1)), "time": Fraction(1, 2), "steps": 2},
        {"matrix": ((2, 1), (0, 2)), "time": 2, "steps": 10},
    ),
)
def linear(matrix: Matrix, time: Scalar, steps: Scalar) -> SolverResults:
    """z(0) moves with the speed A z for a time, exactly and by Euler steps of size time/steps.

    d ln p(z(t))/dt = −tr A, so that ln p falls by time · tr A; an Euler step z + h A z has the
    determinant 1 + h tr A + h² det A. Source: Chen, Rubanova, Bettencourt and Duvenaud, Neural
    Ordinary Differential Equations (2018), theorem 1 (instantaneous change of variables). Raises
    ValueError unless the matrix is 2 × 2 with a positive diagonal and determinant, which keeps
    every Euler step's determinant positive, and there are 1 to 1000 steps.
    """
    require_square("matrix", matrix, 2)
    require_positive("time", time)
    count = require_count("steps", steps, 1, 1000)
    volume, spread = determinant(matrix), trace(matrix)
    if volume <= 0 or min(matrix[0][0], matrix[1][1]) <= 0:
        raise ValueError("matrix must have a positive determinant and a positive diagonal")
    size = Fraction(time) / count
    one_step = log(1 + size * spread + size * size * volume)
    log_det = time * spread
    diagonal = [_shifted(matrix[0][0]), _shifted(matrix[1][1])]
    error = float(log_det) - count * one_step
    return {
        "divergence": spread,
        "log_det": log_det,
        "log_density_change": -log_det,
        "euler_formula": Call("ln", (_quadratic(spread, volume),)),
        "one_step": one_step,
        "euler_log_det": count * one_step,
        "euler_error": error,
        "diagonal_formula": Sum(tuple([Call("ln", (entry,)) for entry in diagonal])),
        "divergence_formula": Product((Number(spread), _H)),
        "field_formula": Call("ln", (Product((Number(volume), Power(_H, Number(2)))),)),
        "determinant": volume,
        "divergence_negated": -spread,
        "one_step_error": float(log_det) - one_step,
        "single_step_error": float(log_det) - log(1 + time * spread + time * time * volume),
        "error_negated": -error,
    }


def _shifted(entry: Scalar) -> Formula:
    return Sum((Number(1), Product((Number(entry), _H))))


def _quadratic(spread: Scalar, volume: Scalar) -> Formula:
    """1 + spread h + volume h²."""
    square = Product((Number(volume), Power(_H, Number(2))))
    return Sum((Number(1), Product((Number(spread), _H)), square))


@check("flow_continuous.linear", tolerance=1e-7)
def linear_by_matrix_exponential(
    matrix: "Tensor", time: "Tensor", steps: "Tensor"
) -> Mapping[str, Any]:
    """The matrix exponential and log-determinants by torch; the divergence by autograd.

    matrix: [variants, 2, 2]; time, steps: [variants].
    """
    import torch

    leaf = torch.ones_like(matrix[:, 0]).requires_grad_(True)
    field = (matrix @ leaf[..., None])[..., 0]
    rows = [
        torch.autograd.grad(each.sum(), leaf, retain_graph=True)[0] for each in field.unbind(-1)
    ]
    divergence = rows[0][:, 0] + rows[1][:, 1]
    flow = torch.linalg.matrix_exp(time[:, None, None] * matrix)
    log_det = torch.linalg.slogdet(flow).logabsdet
    back = torch.linalg.slogdet(torch.linalg.inv(flow)).logabsdet
    identity = torch.eye(2, dtype=matrix.dtype)
    diagonal = torch.diag_embed(matrix.diagonal(dim1=-2, dim2=-1))

    def volume(field: "Tensor", size: "Tensor", start: "Tensor" = identity) -> "Tensor":
        """ln |det (start + size · field)| [variants, k] for sizes [variants, k]."""
        step = start + size[..., None, None] * field[:, None]
        found: Tensor = torch.linalg.slogdet(step).logabsdet
        return found

    def sizes(points: Mapping[str, "Tensor"]) -> "Tensor":
        return points["h"].expand(len(matrix), points["h"].shape[-1])

    one_step = volume(matrix, (time / steps)[:, None])[:, 0]
    summed = steps * one_step
    return {
        "divergence": divergence,
        "log_det": log_det,
        "log_density_change": back,
        "euler_formula": lambda points: volume(matrix, sizes(points)),
        "one_step": one_step,
        "euler_log_det": summed,
        "euler_error": log_det - summed,
        "diagonal_formula": lambda points: volume(diagonal, sizes(points)),
        "divergence_formula": lambda points: sizes(points) * divergence[:, None],
        "field_formula": lambda points: volume(matrix, sizes(points), 0 * identity),
        "determinant": volume(matrix, torch.ones_like(time)[:, None], 0 * identity)[:, 0].exp(),
        "divergence_negated": -divergence,
        "one_step_error": log_det - one_step,
        "single_step_error": log_det - volume(matrix, time[:, None])[:, 0],
        "error_negated": summed + back,
    }
