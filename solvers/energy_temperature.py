"""States with given energies at a temperature: p_i = exp(−E_i / T) / Z."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 200
_LARGEST_CHANGED = 20


@solver(
    "energy_temperature.states",
    results={
        "probabilities": "p_i of every state",
        "mean_energy": "Σ p_i E_i",
        "cooling_slopes": "−dp_i/dT: above zero for a state that cooling makes more probable",
    },
    mistakes={
        "plain_mean": "The plain mean of the energies, for the mean energy",
    },
    examples=(
        {"energies": (0, 1, 3), "temperature": 2},
        {"energies": (-1, 2, 2, 5), "temperature": 1},
        {"energies": (1, 1), "temperature": 3},
    ),
)
def states(energies: Vector, temperature: Scalar = 1) -> SolverResults:
    """Probabilities, mean energy, and what a small fall of T does.

    With β = 1/T, dp_i/dβ = p_i (mean energy − E_i): a state gains by cooling exactly if its energy
    lies below the mean energy. Source: MacKay, Information Theory, Inference, and Learning
    Algorithms (2003), chapter 31. Raises ValueError for fewer than two states, T not above
    zero and energies beyond ±200 T.
    """
    require_vector("energies", energies)
    if len(energies) < 2:
        raise ValueError("energies must have at least 2 entries")
    require_positive("temperature", temperature)
    heat = float(temperature)
    if max(abs(float(each)) for each in energies) > _LARGEST * min(heat, 1 / heat, 1.0):
        raise ValueError(f"energies must lie within {_LARGEST} times the temperature")
    levels = [float(each) for each in energies]
    shares = _shares([-each / heat for each in levels])
    mean = fsum([share * each for share, each in zip(shares, levels, strict=True)])
    return {
        "probabilities": shares,
        "mean_energy": mean,
        "cooling_slopes": tuple(
            [share * (mean - each) / heat**2 for share, each in zip(shares, levels, strict=True)]
        ),
        "plain_mean": Fraction(sum(energies)) / len(energies),
    }


def _shares(exponents: list[float]) -> tuple[float, ...]:
    top = max(exponents)
    weights = [exp(each - top) for each in exponents]
    whole = fsum(weights)
    return tuple([weight / whole for weight in weights])


@check("energy_temperature.states", tolerance=1e-8)
def states_by_autograd(energies: "Tensor", temperature: "Tensor") -> Mapping[str, Any]:
    """Differentiates ln Z in 1/T and the probabilities in T; energies: [variants, n].

    The mean energy is −d ln Z/dβ with β = 1/T, and the plain mean the same at β = 0.
    """
    import torch

    def mean_energy(at: "Tensor") -> "Tensor":
        inverse = at.clone().requires_grad_(True)
        log_partition = torch.logsumexp(-inverse[:, None] * energies, dim=-1)
        return -torch.autograd.grad(log_partition.sum(), inverse)[0]

    heat = temperature.clone().requires_grad_(True)
    shares = torch.softmax(-energies / heat[:, None], dim=-1)
    slopes = [
        torch.autograd.grad(entry.sum(), heat, retain_graph=True)[0] for entry in shares.unbind(-1)
    ]
    return {
        "probabilities": shares.detach(),
        "mean_energy": mean_energy(1 / temperature),
        "cooling_slopes": -torch.stack(slopes, dim=-1),
        "plain_mean": mean_energy(0 * temperature),
    }


@solver(
    "energy_temperature.changed",
    results={
        "shifted_same": "whether the energies E + shift give the same distribution",
        "scaled_same": "whether the energies factor · E do",
        "negated_same": "whether the energies −E do",
        "squared_same": "whether the energies E² do",
        "shifted": "E + shift of every state",
        "scaled": "factor · E of every state",
        "negated": "−E of every state",
        "squared": "E² of every state",
    },
    examples=(
        {"energies": (1, 2, 4), "shift": 3, "factor": 2},
        {"energies": (Fraction(1, 2), Fraction(1, 2)), "shift": -1, "factor": 3},
        {"energies": (0, 1), "shift": 5, "factor": -1},
    ),
)
def changed(energies: Vector, shift: Scalar, factor: Scalar) -> SolverResults:
    """Which changes of all energies leave p_i = exp(−E_i) / Z as it is.

    Ratios of probabilities are exp(E_j − E_i), so exactly the changes that keep all differences
    do. Source: LeCun, Chopra, Hadsell, Ranzato and Huang, A tutorial on energy-based learning
    (2006), equation 2, for the Gibbs distribution. Raises ValueError for fewer than two states,
    and for energies, a shift and a factor beyond ±20.
    """
    require_vector("energies", energies)
    if len(energies) < 2:
        raise ValueError("energies must have at least 2 entries")
    require_scalar("shift", shift)
    require_scalar("factor", factor)
    numbers: list[Scalar] = [*energies, shift, factor]
    if not all(-_LARGEST_CHANGED <= each <= _LARGEST_CHANGED for each in numbers):
        raise ValueError(f"energies, shift and factor must lie within ±{_LARGEST_CHANGED}")
    new = {
        "shifted": tuple([each + shift for each in energies]),
        "scaled": tuple([each * factor for each in energies]),
        "negated": tuple([-each for each in energies]),
        "squared": tuple([each * each for each in energies]),
    }
    return {
        **new,
        **{
            f"{name}_same": len({a - b for a, b in zip(levels, energies, strict=True)}) == 1
            for name, levels in new.items()
        },
    }


@check("energy_temperature.changed", tolerance=1e-9)
def changed_by_softmax(energies: "Tensor", shift: "Tensor", factor: "Tensor") -> Mapping[str, Any]:
    """Compares the log probabilities; energies: [variants, n]; shift, factor: [variants]."""
    import torch

    log_shares = torch.log_softmax(-energies, dim=-1)
    new = {
        "shifted": energies + shift[:, None],
        "scaled": torch.einsum("vn,v->vn", energies, factor),
        "negated": energies.neg(),
        "squared": energies.square(),
    }
    same = {
        f"{name}_same": ((torch.log_softmax(-levels, dim=-1) - log_shares).abs() < 1e-9).all(-1)
        for name, levels in new.items()
    }
    return {**new, **same}
