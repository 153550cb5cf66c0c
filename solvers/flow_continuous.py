"""A continuous normalising flow in the plane, dz/dt = A z, and what Euler steps make of it."""

from collections.abc import Mapping
from fractions import Fraction
from math import cos, cosh, exp, log, pi, sin, sinh, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Expression, Number, Power, Product, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Matrix, Scalar, Vector, require_positive, require_vector
from qgen.solvers.numerics.exact_linear_algebra import (
    determinant,
    require_square,
    times_vector,
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
        "output": "z(time)",
        "log_density": "ln p(z(time)), if z(0) has the standard normal law",
        "euler_formula": "ln det of one Euler step of size h, a formula in h",
        "euler_log_det": "the same, summed over all steps",
        "euler_error": "the exact log-determinant less that sum",
    },
    mistakes={
        "determinant_for_trace": "Takes the determinant of A for its trace",
        "log_det_added": "Adds the log-determinant to ln of the base density",
        "diagonal_formula": "ln of the diagonal entries of an Euler step, a formula in h",
        "divergence_formula": "h times the trace, the continuous flow's value, a formula in h",
        "field_formula": "ln det of h A instead of I + h A, a formula in h",
        "one_step_only": "The log-determinant of one of the Euler steps",
        "single_step": "The log-determinant of one Euler step over the whole time",
    },
    domains={
        name: {"h": "positive"}
        for name in ("euler_formula", "diagonal_formula", "divergence_formula", "field_formula")
    },
    examples=(
        {"matrix": ((1, 2), (0, 3)), "z": (1, -1), "time": 1, "steps": 4},
        {"matrix": ((1, 2), (-3, 1)), "z": (0, 2), "time": Fraction(1, 2), "steps": 2},
        {"matrix": ((2, 1), (0, 2)), "z": (1, 1), "time": 2, "steps": 10},
    ),
)
def linear(matrix: Matrix, z: Vector, time: Scalar, steps: Scalar) -> Answers:
    """z(0) moves with the speed A z for a time, exactly and by Euler steps of size time/steps.

    d ln p(z(t))/dt = −tr A, so that ln p falls by time · tr A; an Euler step z + h A z has the
    determinant 1 + h tr A + h² det A. Source: Chen, Rubanova, Bettencourt and Duvenaud, Neural
    Ordinary Differential Equations (2018), theorem 1 (instantaneous change of variables). Raises
    ValueError unless the matrix is 2 × 2 with a positive diagonal and determinant, which keeps
    every Euler step's determinant positive, and there are 1 to 1000 steps.
    """
    require_square("matrix", matrix, 2)
    require_vector("z", z, 2)
    require_positive("time", time)
    count = require_count("steps", steps, 1, 1000)
    volume, spread = determinant(matrix), trace(matrix)
    if volume <= 0 or min(matrix[0][0], matrix[1][1]) <= 0:
        raise ValueError("matrix must have a positive determinant and a positive diagonal")
    size = Fraction(time) / count
    one_step = log(1 + size * spread + size * size * volume)
    log_det = time * spread
    base = -float(z[0] ** 2 + z[1] ** 2) / 2 - log(2 * pi)
    diagonal = [_shifted(matrix[0][0]), _shifted(matrix[1][1])]
    return {
        "divergence": spread,
        "log_det": log_det,
        "log_density_change": -log_det,
        "output": _moved(matrix, z, time),
        "log_density": base - float(log_det),
        "euler_formula": Call("ln", (_quadratic(spread, volume),)),
        "euler_log_det": count * one_step,
        "euler_error": float(log_det) - count * one_step,
        "determinant_for_trace": time * volume,
        "log_det_added": base + float(log_det),
        "diagonal_formula": Sum(tuple([Call("ln", (entry,)) for entry in diagonal])),
        "divergence_formula": Product((Number(spread), _H)),
        "field_formula": Call("ln", (Product((Number(volume), Power(_H, Number(2)))),)),
        "one_step_only": one_step,
        "single_step": log(1 + time * spread + time * time * volume),
    }


def _shifted(entry: Scalar) -> Expression:
    return Sum((Number(1), Product((Number(entry), _H))))


def _quadratic(spread: Scalar, volume: Scalar) -> Expression:
    """1 + spread h + volume h²."""
    square = Product((Number(volume), Power(_H, Number(2))))
    return Sum((Number(1), Product((Number(spread), _H)), square))


def _moved(matrix: Matrix, z: Vector, time: Scalar) -> tuple[float, ...]:
    """exp(time A) z: A = m I + B with B² = d I, where m is half the trace and d = m² − det A."""
    middle = Fraction(trace(matrix)) / 2
    inside = float(middle * middle - determinant(matrix))
    t, root = float(time), sqrt(abs(inside))
    even, odd = (cosh(root * t), sinh(root * t)) if inside > 0 else (cos(root * t), sin(root * t))
    slope = odd / root if root else t
    along = times_vector(matrix, z)
    return tuple(
        [
            exp(float(middle) * t) * (even * float(at) + slope * float(go - middle * at))
            for at, go in zip(z, along, strict=True)
        ]
    )


@check("flow_continuous.linear", tolerance=1e-7)
def linear_by_matrix_exponential(
    matrix: "Tensor", z: "Tensor", time: "Tensor", steps: "Tensor"
) -> Mapping[str, Any]:
    """The matrix exponential and log-determinants by torch; the divergence by autograd.

    matrix: [variants, 2, 2]; z: [variants, 2]; time, steps: [variants].
    """
    import torch
    from torch.distributions import MultivariateNormal

    leaf = z.clone().requires_grad_(True)
    field = (matrix @ leaf[..., None])[..., 0]
    rows = [
        torch.autograd.grad(each.sum(), leaf, retain_graph=True)[0] for each in field.unbind(-1)
    ]
    divergence = rows[0][:, 0] + rows[1][:, 1]
    flow = torch.linalg.matrix_exp(time[:, None, None] * matrix)
    log_det = torch.linalg.slogdet(flow).logabsdet
    law: Any = MultivariateNormal(torch.zeros(2).double(), torch.eye(2).double())
    identity = torch.eye(2, dtype=z.dtype)

    def step_log_det(size: "Tensor") -> "Tensor":
        """[variants, k] for sizes [variants, k]."""
        step = identity + size[..., None, None] * matrix[:, None]
        found: Tensor = torch.linalg.slogdet(step).logabsdet
        return found

    summed = steps * step_log_det((time / steps)[:, None])[:, 0]
    return {
        "divergence": divergence,
        "log_det": log_det,
        "log_density_change": -log_det,
        "output": (flow @ z[..., None])[..., 0],
        "log_density": law.log_prob(z) - log_det,
        "euler_formula": lambda points: step_log_det(
            points["h"].expand(len(z), points["h"].shape[-1])
        ),
        "euler_log_det": summed,
        "euler_error": log_det - summed,
    }
