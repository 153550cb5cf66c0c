"""Arithmetic, functions and matrices of the second route, on tensors with an axis of variants."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor


def _factorial(x: "Tensor") -> "Tensor":
    return torch.exp(torch.lgamma(x + 1))


def _gamma(x: "Tensor") -> "Tensor":
    """By the logarithm for positive arguments; by reflection for the others."""
    reflected = torch.pi / (torch.sin(torch.pi * x) * torch.exp(torch.lgamma(1 - x)))
    return torch.where(x > 0, torch.exp(torch.lgamma(x)), reflected)


def _binomial(n: "Tensor", k: "Tensor") -> "Tensor":
    logs = torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)
    return torch.where((k >= 0) & (k <= n), torch.exp(logs), 0.0)


def _power(base: "Tensor", exponent: "Tensor") -> "Tensor":
    """A power; its derivative by a base of zero would be NaN if the exponent had one too."""
    if exponent.numel() == 1 and not exponent.requires_grad:
        return torch.pow(base, float(exponent))
    return torch.pow(base, exponent)


_TORCH = (
    *("exp", "log", "sqrt", "abs", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "sigmoid", "erf"),
)
_FUNCTIONS: Mapping[str, Callable[..., "Tensor"]] = {
    "add": torch.add,
    "subtract": torch.sub,
    "multiply": torch.mul,
    "divide": torch.div,
    "power": _power,
    "negative": torch.neg,
    "gamma": _gamma,
    "factorial": _factorial,
    "binomial": _binomial,
    "max": lambda *values: reduce(torch.maximum, values),
    "min": lambda *values: reduce(torch.minimum, values),
    **{name: getattr(torch, name) for name in _TORCH},
}


def apply(operation: str, values: Sequence[Any]) -> Any:
    """An operation on numbers; entry by entry on vectors and matrices of one shape."""
    lists = [each for each in values if isinstance(each, list)]
    if not lists:
        return _FUNCTIONS[operation](*values)
    scaling = operation == "multiply" or (operation == "divide" and not isinstance(values[1], list))
    allowed = operation == "negative" or (scaling and len(lists) == 1)
    if not allowed and not (operation in ("add", "subtract") and len(lists) == 2):
        raise TypeError(f"'{operation}' is for numbers; matrices are multiplied by 'matmul'")
    if len({len(each) for each in lists}) > 1:
        raise TypeError("vectors or matrices of different shapes")
    rows = [each if isinstance(each, list) else [each] * len(lists[0]) for each in values]
    return [apply(operation, entries) for entries in zip(*rows, strict=True)]


def stacked(value: Any, shape: tuple[int, ...]) -> "Tensor":
    """Rows of numbers as a tensor [..., rows, columns]; a vector is a column."""
    if not isinstance(value, list):
        raise TypeError("a number stands where a matrix belongs")
    rows = [each if isinstance(each, list) else [each] for each in value]
    if len({len(row) for row in rows}) > 1:
        raise TypeError("the rows of a matrix have different lengths")
    return torch.stack(
        [torch.stack([entry.expand(shape) for entry in row], dim=-1) for row in rows], dim=-2
    )


def unstacked(value: "Tensor | list[Tensor]") -> Any:
    """What `stacked` stacked: a number for 1 by 1, a list for one column, else rows."""
    if isinstance(value, list):
        return value
    if value.ndim and isinstance(value, torch.Tensor) and value.shape[-2:] == (1, 1):
        return value[..., 0, 0]
    rows, columns = value.shape[-2:]
    if columns == 1:
        return [value[..., row, 0] for row in range(rows)]
    return [[value[..., row, column] for column in range(columns)] for row in range(rows)]


def _number(function: Callable[["Tensor"], "Tensor"]) -> Callable[["Tensor"], "Tensor"]:
    return lambda matrix: function(matrix)[..., None, None]


def _trace(matrix: "Tensor") -> "Tensor":
    return torch.diagonal(matrix, dim1=-2, dim2=-1).sum(-1)


def _eigenvalues(matrix: "Tensor") -> list["Tensor"]:
    """Rising; NaN where one is not real."""
    found = torch.linalg.eigvals(matrix)
    scale = found.abs().amax(-1, keepdim=True)
    real = torch.where(found.imag.abs() <= 1e-9 * scale, found.real, torch.nan)
    ordered = torch.sort(real, dim=-1).values
    return [ordered[..., index] for index in range(ordered.shape[-1])]


MATRICES: Mapping[str, Callable[..., Any]] = {
    "det": _number(torch.linalg.det),
    "trace": _number(_trace),
    "inverse": torch.linalg.inv,
    "transpose": lambda matrix: matrix.transpose(-1, -2),
    "matmul": torch.matmul,
    "eigenvalues": _eigenvalues,
}
