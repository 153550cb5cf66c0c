"""Numerical methods that second routes share. Torch is imported where it is used."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_STEPS = 200
_HALVINGS = 60
_SMALL_STEP = 1e-9


def maximise(objective: Callable[["Tensor"], "Tensor"], start: "Tensor") -> "Tensor":
    """The maximum of a concave objective for each variant, by Newton's method with autograd.

    `objective` takes parameters [variants, k] and gives [variants], each from its own row;
    `start` is [variants, k]. The step that is taken last is below 1e-9, so that its error, which
    shrinks quadratically, is at rounding. Raises ArithmeticError where it does not converge.
    Source: Boyd and Vandenberghe, Convex Optimization (2004), section 9.5, with the
    backtracking of section 9.2.
    """
    import torch

    parameters = start.detach()
    for _ in range(_STEPS):
        parameters = parameters.clone().requires_grad_(True)
        value = objective(parameters)
        (gradient,) = torch.autograd.grad(value.sum(), parameters, create_graph=True)
        rows = [
            torch.autograd.grad(entry.sum(), parameters, retain_graph=True)[0]
            for entry in gradient.unbind(-1)
        ]
        step = -torch.linalg.solve(torch.stack(rows, dim=-2), gradient.detach())
        parameters, value = parameters.detach(), value.detach()
        step = _shorten(objective, parameters, step, value)
        parameters = parameters + step
        if bool((step.abs() <= _SMALL_STEP * (1 + parameters.abs())).all()):
            return parameters
    raise ArithmeticError(f"no maximum was reached in {_STEPS} Newton steps")


def _shorten(
    objective: Callable[["Tensor"], "Tensor"], point: "Tensor", step: "Tensor", value: "Tensor"
) -> "Tensor":
    """The steps, each halved until its objective is no lower than `value`, but for rounding."""
    import torch

    least = value - 1e-12 * (1 + value.abs())
    with torch.no_grad():
        for _ in range(_HALVINGS):
            lower = ~(objective(point + step) >= least)
            if not bool(lower.any()):
                return step
            step = torch.where(lower[:, None], step / 2, step)
    raise ArithmeticError("no Newton step raises the objective")


def cubature_nodes(dimensions: int) -> "Tensor":
    """Points [2 * dimensions, dimensions] whose plain mean replaces a Gaussian expectation.

    Under N(0, I), the mean of any polynomial of degree three or less over the points is its
    expectation, exactly. Source: Arasaratnam and Haykin, Cubature Kalman filters (2009),
    IEEE Transactions on Automatic Control 54(6), section IV.
    """
    import torch

    axes = torch.eye(dimensions, dtype=torch.float64) * dimensions**0.5
    return torch.cat((axes, -axes))


@lru_cache(maxsize=8)
def gauss_legendre(count: int) -> tuple["Tensor", "Tensor"]:
    """Nodes and weights [count] of the Gauss-Legendre rule on (0, 1), as NumPy finds them."""
    import torch
    from numpy.polynomial.legendre import leggauss

    nodes, weights = leggauss(count)
    return torch.from_numpy((nodes + 1) / 2), torch.from_numpy(weights / 2)
