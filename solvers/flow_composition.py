"""Stacks of affine layers on the line: x = f_K(… f_1(z)) with z ~ N(0, 1)."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import fsum, log, pi
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Quotient, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import Exact, SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_X = Symbol("x")


@solver(
    "flow_composition.affine",
    results={
        "outputs": "what each layer gives, in order",
        "output": "x, what the last layer gives",
        "slope": "the slope of all layers together",
        "shift": "what all layers together make of 0",
        "log_det": "ln |dx/dz|, the sum over the layers",
        "log_density": "ln p(x) at that x, for z ~ N(0, 1)",
        "z_formula": "the inverse of all layers as a formula in x",
    },
    mistakes={
        "reversed_order": "Applies the layers in the opposite order",
        "shifts_added": "Adds all shifts to the product of the slopes times z",
        "log_dets_multiplied": "Multiplies the log-determinants of the layers",
        "last_log_det": "Takes the log-determinant of the last layer only",
        "log_det_negated": "The log-determinant of the inverse",
        "log_det_forgotten": "ln of the base density at z",
        "log_det_added": "Adds the log-determinant to ln of the base density",
        "inverse_order_kept_formula": "Undoes the first layer first, a formula in x",
    },
    examples=(
        {"slopes": (2, -3), "shifts": (1, 4), "z": Fraction(1, 2)},
        {"slopes": (Fraction(1, 2), 4, 3), "shifts": (0, -1, 2), "z": -1},
        {"slopes": (5,), "shifts": (-2,), "z": 0},
    ),
)
def affine(slopes: Vector, shifts: Vector, z: Scalar) -> SolverResults:
    """x = f_K(… f_1(z)) of affine layers f_k(t) = slope_k t + shift_k; log-determinants add up.

    Source: Papamakarios and others, Normalizing Flows for Probabilistic Modeling and Inference
    (2021), section 2.1. Raises ValueError for vectors of different lengths and for a slope
    of 0.
    """
    require_vector("slopes", slopes)
    require_vector("shifts", shifts, len(slopes))
    require_scalar("z", z)
    if not all(slopes):
        raise ValueError("slopes must not be 0")
    layers = list(zip(slopes, shifts, strict=True))
    outputs = list[Exact]()
    value, backwards = z, z
    for factor, start in layers:
        value = factor * value + start
        outputs.append(value)
    for factor, start in reversed(layers):
        backwards = factor * backwards + start
    logs = [log(abs(float(factor))) for factor in slopes]
    log_det, base, product = fsum(logs), -(float(z) ** 2) / 2 - log(2 * pi) / 2, 1.0
    for each in logs:
        product *= each
    slope, shift, kept_shift = _composed(slopes, shifts)
    return {
        "outputs": tuple(outputs),
        "output": value,
        "slope": slope,
        "shift": shift,
        "log_det": log_det,
        "log_density": base - log_det,
        "z_formula": _line_back(slope, shift),
        "reversed_order": backwards,
        "shifts_added": slope * z + sum(shifts),
        "log_dets_multiplied": product,
        "last_log_det": logs[-1],
        "log_det_negated": -log_det,
        "log_det_forgotten": base,
        "log_det_added": base + log_det,
        "inverse_order_kept_formula": _line_back(slope, kept_shift),
    }


def _composed(slopes: Vector, shifts: Vector) -> tuple[Fraction, Fraction, Fraction]:
    """Slope and shift of all layers, and their shift in the opposite order."""
    parts, unit = over_common_denominator((*slopes, *shifts))
    slope, shift, opposite, scale = 1, 0, 0, 1
    for factor, start in zip(parts[: len(slopes)], parts[len(slopes) :], strict=True):
        shift, opposite = factor * shift + start * scale, opposite * unit + start * slope
        slope, scale = slope * factor, scale * unit
    return fraction(slope, scale), fraction(shift, scale), fraction(opposite, scale)


def _line_back(slope: Fraction, shift: Fraction) -> Formula:
    """(x − shift)/slope."""
    moved = Sum((_X, Number(-shift))) if shift else _X
    return moved if slope == 1 else Quotient(moved, Number(slope))


@check("flow_composition.affine", tolerance=1e-9)
def affine_by_matrices(slopes: "Tensor", shifts: "Tensor", z: "Tensor") -> Mapping[str, Any]:
    """Layers as 2 × 2 matrices on (t, 1); slopes, shifts: [variants, layers], z: [variants].

    Mistakes take the product of the layers in the other order, of layers without their shifts,
    or the determinants of single layers.
    """
    import torch
    from torch.distributions import Normal

    ones = torch.ones_like(z)
    base: Any = Normal(torch.zeros_like(z), ones)
    layers = _matrices(slopes, shifts)
    start = torch.stack((z, ones), dim=-1)[..., None]

    def image(matrix: "Tensor") -> "Tensor":
        return (matrix @ start)[:, 0, 0]

    def back(matrix: "Tensor") -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        inverse = torch.linalg.inv(matrix)
        return lambda points: inverse[:, :1, 0] * points["x"] + inverse[:, :1, 1]

    partial = [_product(layers[:, : count + 1]) for count in range(slopes.shape[1])]
    whole, turned = partial[-1], _product(layers.flip(1))
    unshifted = _product(_matrices(slopes, 0 * shifts))
    logs = torch.linalg.slogdet(layers).logabsdet
    log_det = torch.linalg.slogdet(whole).logabsdet
    of_inverse = torch.linalg.slogdet(torch.linalg.inv(whole)).logabsdet
    return {
        "outputs": torch.stack([image(each) for each in partial], dim=-1),
        "output": image(whole),
        "slope": whole[:, 0, 0],
        "shift": whole[:, 0, 1],
        "log_det": log_det,
        "log_density": base.log_prob(z) - log_det,
        "z_formula": back(whole),
        "reversed_order": image(turned),
        "shifts_added": image(unshifted) + shifts.sum(-1),
        "log_dets_multiplied": logs.prod(-1),
        "last_log_det": logs[:, -1],
        "log_det_negated": of_inverse,
        "log_det_forgotten": base.log_prob(z),
        "log_det_added": base.log_prob(z) - of_inverse,
        "inverse_order_kept_formula": back(turned),
    }


def _matrices(slopes: "Tensor", shifts: "Tensor") -> "Tensor":
    """[variants, layers, 2, 2]."""
    import torch

    zeros, ones = torch.zeros_like(slopes), torch.ones_like(slopes)
    rows = (torch.stack((slopes, shifts), dim=-1), torch.stack((zeros, ones), dim=-1))
    return torch.stack(rows, dim=-2)


def _product(layers: "Tensor") -> "Tensor":
    """The matrix of all layers, the first of them applied first."""
    whole = layers[:, 0]
    for layer in layers.unbind(1)[1:]:
        whole = layer @ whole
    return whole
