"""States with given energies at a temperature: p_i = exp(−E_i / T) / Z."""

from collections.abc import Mapping
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Scalar, Vector, require_positive, require_vector
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 200


@solver(
    "energy_temperature.states",
    results={
        "probabilities": "p_i of every state",
        "mean_energy": "Σ p_i E_i",
        "entropy": "−Σ p_i ln p_i, in nats",
        "cooling_slopes": "−dp_i/dT: above zero for a state that cooling makes more probable",
        "energy_variance": "variance of the energy",
    },
    mistakes={
        "temperature_ignored": "The probabilities at T = 1",
        "temperature_multiplied": "The probabilities with exp(−T E_i)",
        "sign_lost": "The probabilities with exp(+E_i / T)",
        "plain_mean": "The plain mean of the energies",
        "not_exponentiated": "The energies over their sum, for the probabilities",
    },
    examples=(
        {"energies": (0, 1, 3), "temperature": 2},
        {"energies": (-1, 2, 2, 5), "temperature": 1},
        {"energies": (1, 1), "temperature": 3},
    ),
)
def states(energies: Vector, temperature: Scalar = 1) -> Answers:
    """Probabilities, mean energy and entropy, and what a small fall of T does.

    With β = 1/T, dp_i/dβ = p_i (mean energy − E_i): a state gains by cooling exactly if its energy
    lies below the mean energy. The entropy is ln Z + mean energy / T. Source: MacKay, Information
    Theory, Inference, and Learning Algorithms (2003), chapter 31. Raises ValueError for fewer
    than two states, T not above zero and energies beyond ±200 T.
    """
    require_vector("energies", energies)
    if len(energies) < 2:
        raise ValueError("energies must have at least 2 entries")
    require_positive("temperature", temperature)
    heat = float(temperature)
    if max(abs(float(each)) for each in energies) > _LARGEST * min(heat, 1 / heat, 1.0):
        raise ValueError(f"energies must lie within {_LARGEST} times the temperature")
    levels = [float(each) for each in energies]
    law = _law([-each / heat for each in levels])
    mean = fsum([share * each for share, each in zip(law, levels, strict=True)])
    lowest = min(levels)
    log_partition = log(fsum([exp((lowest - each) / heat) for each in levels])) - lowest / heat
    gaps = [mean - each for each in levels]
    total = sum(energies)
    return {
        "probabilities": law,
        "mean_energy": mean,
        "entropy": log_partition + mean / heat,
        "cooling_slopes": tuple(
            [share * gap / heat**2 for share, gap in zip(law, gaps, strict=True)]
        ),
        "energy_variance": fsum([share * gap * gap for share, gap in zip(law, gaps, strict=True)]),
        "temperature_ignored": _law([-each for each in levels]),
        "temperature_multiplied": _law([-each * heat for each in levels]),
        "sign_lost": _law([each / heat for each in levels]),
        "plain_mean": float(total) / len(levels),
        "not_exponentiated": tuple([each / float(total) if total else 0.0 for each in levels]),
    }


def _law(exponents: list[float]) -> tuple[float, ...]:
    top = max(exponents)
    weights = [exp(each - top) for each in exponents]
    whole = fsum(weights)
    return tuple([weight / whole for weight in weights])


@check("energy_temperature.states", tolerance=1e-8)
def states_by_autograd(energies: "Tensor", temperature: "Tensor") -> Mapping[str, Any]:
    """Differentiates T ln Z and the probabilities in T; energies: [variants, n].

    With the free energy F = −T ln Z, the entropy is −dF/dT, the mean energy F + T · entropy, and
    the variance of the energy T² times the mean energy's slope.
    """
    import torch

    heat = temperature.clone().requires_grad_(True)
    exponents = -energies / heat[:, None]
    free = -heat * torch.logsumexp(exponents, dim=-1)
    (slope,) = torch.autograd.grad(free.sum(), heat, create_graph=True)
    mean = free - heat * slope
    (capacity,) = torch.autograd.grad(mean.sum(), heat, retain_graph=True)
    law = torch.softmax(exponents, dim=-1)
    slopes = [
        torch.autograd.grad(entry.sum(), heat, retain_graph=True)[0] for entry in law.unbind(-1)
    ]
    return {
        "probabilities": law.detach(),
        "mean_energy": mean.detach(),
        "entropy": -slope.detach(),
        "cooling_slopes": -torch.stack(slopes, dim=-1),
        "energy_variance": temperature**2 * capacity,
    }
