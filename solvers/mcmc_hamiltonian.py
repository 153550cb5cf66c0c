"""Hamiltonian Monte Carlo on a line with a quadratic potential, step by step."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    over_common_denominator,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_STEPS = 20
_LARGEST = 300


@solver(
    "mcmc_hamiltonian.leapfrog",
    results={
        "half_momentum": "the momentum after the first half step",
        "position": "the position after all steps",
        "momentum": "the momentum after all steps",
        "energy_before": "H = k q² / 2 + p² / 2 at the start",
        "energy_after": "H after all steps",
        "energy_error": "the energy after less that before",
        "acceptance": "min(1, exp(−energy error))",
    },
    mistakes={
        "half_momentum_sign": "The first half step along the potential's slope, not against it",
        "half_momentum_whole": "A whole step in place of the first half step",
        "position_euler": "The position after one step with the old momentum in place of the new",
        "position_whole": "The position after one step with a whole first step of the momentum",
        "momentum_old_force": "The momentum after one step with the old position's force twice",
        "momentum_not_finished": "The momentum without the last half step",
        "potential_only": "min(1, exp(−rise of the potential)): the momenta are left out",
        "acceptance_sign": "min(1, exp(+energy error))",
        "error_as_probability": "1 − |energy error|",
    },
    examples=(
        {"q": 1, "p": 1, "step": Fraction(1, 2), "stiffness": 1, "steps": 1},
        {"q": 2, "p": Fraction(-1, 2), "step": Fraction(1, 4), "stiffness": 3, "steps": 3},
        {"q": -1, "p": 2, "step": 1, "stiffness": Fraction(1, 2), "steps": 2},
    ),
)
def leapfrog(
    q: Scalar, p: Scalar, step: Scalar, stiffness: Scalar, steps: Scalar = 1
) -> SolverResults:
    """Leapfrog steps for H(q, p) = stiffness · q² / 2 + p² / 2, and the test at the end.

    Each step is p ← p − (ε/2) k q, q ← q + ε p, p ← p − (ε/2) k q. The slips of one step are
    those of the first. Source: Neal, MCMC using Hamiltonian dynamics, in the Handbook of Markov
    Chain Monte Carlo (2011), section 2 for the leapfrog and section 3 for the test. Raises
    ValueError for step and stiffness not above zero, steps that are not from 1 to 20, and
    energies above 300.
    """
    require_scalar("q", q)
    require_scalar("p", p)
    require_positive("step", step)
    require_positive("stiffness", stiffness)
    count = require_count("steps", steps, 1, _MOST_STEPS)
    (begin, momentum), unit = over_common_denominator((q, p))
    (width, width_of), (stiff, stiff_of) = step.as_integer_ratio(), stiffness.as_integer_ratio()
    # A half step of the momentum is minus kick / below times the place.
    kick, below = width * stiff, 2 * width_of * stiff_of
    # Place and momentum are in parts of scale.
    place, speed, scale, unfinished = begin, momentum, unit, fraction(momentum, unit)
    for _ in range(count):
        moved = below * speed - kick * place
        unfinished = fraction(moved, below * scale)
        ahead = width_of * below * place + width * moved
        place, speed = below * ahead, width_of * below * moved - kick * ahead
        scale *= width_of * below * below
    energies = [
        fraction(stiff * at * at + stiff_of * pace * pace, 2 * stiff_of * of * of)
        for at, pace, of in ((begin, momentum, unit), (place, speed, scale))
    ]
    before, after = energies
    error = after - before
    if max(before, after) > _LARGEST:
        raise ValueError(f"the energies must be at most {_LARGEST}")
    kicked = below * momentum - 2 * kick * begin
    falls = stiff * ((begin * scale) ** 2 - (place * unit) ** 2)
    return {
        "half_momentum": fraction(below * momentum - kick * begin, below * unit),
        "position": fraction(place, scale),
        "momentum": fraction(speed, scale),
        "energy_before": before,
        "energy_after": after,
        "energy_error": error,
        "acceptance": min(1.0, exp(-error)),
        "half_momentum_sign": fraction(below * momentum + kick * begin, below * unit),
        "half_momentum_whole": fraction(kicked, below * unit),
        "position_euler": q + step * p,
        "position_whole": fraction(
            width_of * below * begin + width * kicked, width_of * below * unit
        ),
        "momentum_old_force": fraction(kicked, below * unit),
        "momentum_not_finished": unfinished,
        "potential_only": min(1.0, exp(falls / (2 * stiff_of * (unit * scale) ** 2))),
        "acceptance_sign": min(1.0, exp(error)),
        "error_as_probability": 1 - abs(error),
    }


@check("mcmc_hamiltonian.leapfrog", tolerance=1e-7)
def leapfrog_by_verlet(
    q: "Tensor", p: "Tensor", step: "Tensor", stiffness: "Tensor", steps: "Tensor"
) -> Mapping[str, Any]:
    """Störmer and Verlet's recurrence in the positions alone; all are [variants].

    q_{n+1} = 2 q_n − q_{n−1} + ε² · force(q_n), and the momentum is the central difference. Source:
    Hairer, Lubich and Wanner, Geometric numerical integration illustrated by the Störmer–Verlet
    method (2003), Acta Numerica 12, section 1. The forces come by autograd of the potential.
    The mistakes are runs with another stiffness: a whole step for half a step is a doubled force.
    """
    import torch

    one = torch.ones_like(steps)
    first, last, place, speed = _verlet(q, p, step, stiffness, steps)
    start, end = _energy(q, p, stiffness), _energy(place, speed, stiffness)
    rise = _energy(place, 0 * p, stiffness) - _energy(q, 0 * p, stiffness)
    half_sign, _, _, _ = _verlet(q, p, step, -stiffness, one)
    half_whole, _, place_whole, _ = _verlet(q, p, step, 2 * stiffness, one)
    _, _, place_free, _ = _verlet(q, p, step, 0 * stiffness, one)
    return {
        "half_momentum": first,
        "position": place,
        "momentum": speed,
        "energy_before": start,
        "energy_after": end,
        "energy_error": end - start,
        "acceptance": torch.exp(start - end).clamp(max=1),
        "half_momentum_sign": half_sign,
        "half_momentum_whole": half_whole,
        "position_euler": place_free,
        "position_whole": place_whole,
        "momentum_old_force": 2 * first - p,
        "momentum_not_finished": last,
        "potential_only": torch.exp(-rise).clamp(max=1),
        "acceptance_sign": torch.exp(end - start).clamp(max=1),
        "error_as_probability": 1 - (start - end).abs(),
    }


def _energy(place: "Tensor", speed: "Tensor", stiffness: "Tensor") -> "Tensor":
    return (stiffness * place**2 + speed**2) / 2


def _verlet(
    q: "Tensor", p: "Tensor", step: "Tensor", stiffness: "Tensor", steps: "Tensor"
) -> tuple["Tensor", "Tensor", "Tensor", "Tensor"]:
    """First and last speed between two positions, last position and its momentum."""
    import torch

    def acceleration(at: "Tensor") -> "Tensor":
        leaf = at.clone().requires_grad_(True)
        potential = _energy(leaf, torch.zeros_like(at), stiffness)
        return -torch.autograd.grad(potential.sum(), leaf)[0]

    # The position before the start mirrors the first step: their difference is 2 ε p.
    before, now = q - step * p + step**2 * acceleration(q) / 2, q
    after = 2 * now - before + step**2 * acceleration(now)
    first = (after - now) / step
    for done in range(1, int(steps.max()) + 1):
        going = done <= steps
        before, now = torch.where(going, now, before), torch.where(going, after, now)
        after = 2 * now - before + step**2 * acceleration(now)
    return first, (now - before) / step, now, (after - before) / (2 * step)
