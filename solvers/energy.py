"""Small Boltzmann machines, by going through all their states.

p(x) = exp(f(x)) / Z with f(x) = Σ b_i x_i + Σ_{i<j} w_ij x_i x_j = −energy. Each of two to four
units is 1 or `off` (0 or −1). Pairs come in the order 12, 13, 14, 23, 24, 34; states count
upwards in binary with the first unit as the leading digit, 1 as one and off as zero.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product
from math import exp, fsum, log
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers, Real
from qgen.solvers.numerics.arguments import Scalar, Vector, over_common_denominator, require_vector
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 200
"""So large may f(x) be, which keeps every exponential finite even when pairs count twice."""


@lru_cache(maxsize=8)
def _states(
    count: int, off: int
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """The states, and the products of their pairs."""
    states = tuple(product((off, 1), repeat=count))
    return states, tuple(tuple(a * b for a, b in combinations(state, 2)) for state in states)


def _require_machine(b: Vector, w: Vector, off: Scalar) -> tuple[int, int]:
    """The number of units and the value of a unit that is off; refuses unfit arguments."""
    require_vector("b", b)
    count = len(b)
    if not 2 <= count <= 4:
        raise ValueError(f"b must have 2 to 4 entries, it has {count}")
    require_vector("w", w, count * (count - 1) // 2)
    level = require_count("off", off, -1, 0)
    if sum([abs(float(each)) for each in (*b, *w, *w)]) > _LARGEST:
        raise ValueError(f"the entries of b and twice those of w must sum to at most {_LARGEST}")
    return count, level


def _exponents(b: Sequence[float], w: Sequence[float], off: int) -> list[float]:
    """f(x) of every state."""
    states, pairs = _states(len(b), off)
    return [
        fsum((*map(mul, b, state), *map(mul, w, products)))
        for state, products in zip(states, pairs, strict=True)
    ]


@solver(
    "energy.boltzmann",
    results={
        "partition_function": "Z, the sum of exp(f(x)) over all states",
        "log_partition": "ln Z",
        "probabilities": "p(x) of all states, in binary order",
        "marginals": "p(x_i = 1) of each unit",
        "means": "E[x_i] of each unit",
        "pair_expectations": "E[x_i x_j] of each pair",
        "pair_covariances": "E[x_i x_j] − E[x_i] E[x_j] of each pair",
        "mean_energy": "E[−f(x)]",
        "most_probable": "index of the most probable state, from 0; the first of equals",
    },
    mistakes={
        "sign_partition": "Z with exp(energy): the minus is lost",
        "sign_probabilities": "The probabilities with exp(energy)",
        "sign_marginals": "The marginals with exp(energy)",
        "pairs_twice_partition": "Z with every pair counted twice",
        "pairs_twice_marginals": "The marginals with every pair counted twice",
        "other_coding_partition": "Z with units 0 and 1 in place of −1 and 1, or the other way",
        "one_state_forgotten": "Z without the state in which all units are off",
        "unnormalised": "exp(f(x)) of all states: not divided by Z",
        "pairs_ignored_marginals": "The marginals of the units alone, without their couplings",
        "means_multiplied": "E[x_i] E[x_j] of each pair, as if they were independent",
    },
    examples=(
        {"b": (1, -1), "w": (2,), "off": 0},
        {"b": (0, 0, 1), "w": (1, -1, Fraction(1, 2)), "off": -1},
        {"b": (Fraction(1, 2), -1, 0, 1), "w": (1, 0, -2, 1, Fraction(1, 3), 1), "off": 0},
        {"b": (0, 0), "w": (0,), "off": -1},
    ),
)
def boltzmann(b: Vector, w: Vector, off: Scalar = 0) -> Answers:
    """Z, probabilities, marginals and expectations of a machine without hidden units.

    Source: Ackley, Hinton and Sejnowski, A learning algorithm for Boltzmann machines (1985),
    for the energy and the law; MacKay, Information Theory, Inference, and Learning Algorithms
    (2003), section 43.1. Raises ValueError for fewer than two or more than four units, a wrong
    number of couplings, `off` other than 0 and −1, and parameters that sum to more than 200.
    """
    count, level = _require_machine(b, w, off)
    biases, couplings = [float(each) for each in b], [float(each) for each in w]
    states, pairs = _states(count, level)
    exponents = _exponents(biases, couplings, level)
    weights = [exp(each) for each in exponents]
    total = fsum(weights)
    law = [weight / total for weight in weights]
    inverse = [exp(-each) for each in exponents]
    doubled = [exp(each) for each in _exponents(biases, [2 * each for each in couplings], level)]
    other = [exp(each) for each in _exponents(biases, couplings, -1 - level)]
    marginals = _marginals(law, states)
    means = [level + (1 - level) * share for share in marginals]
    joint = [fsum(map(mul, law, x)) for x in zip(*pairs, strict=True)]
    apart = [x * y for x, y in combinations(means, 2)]
    return {
        "partition_function": total,
        "log_partition": log(total),
        "probabilities": tuple(law),
        "marginals": marginals,
        "means": tuple(means),
        "pair_expectations": tuple(joint),
        "pair_covariances": tuple([x - y for x, y in zip(joint, apart, strict=True)]),
        "mean_energy": -fsum(map(mul, law, exponents)),
        "most_probable": _first_largest(b, w, level),
        "sign_partition": fsum(inverse),
        "sign_probabilities": tuple([weight / fsum(inverse) for weight in inverse]),
        "sign_marginals": _marginals(inverse, states),
        "pairs_twice_partition": fsum(doubled),
        "pairs_twice_marginals": _marginals(doubled, states),
        "other_coding_partition": fsum(other),
        "one_state_forgotten": fsum(weights[1:]),
        "unnormalised": tuple(weights),
        "pairs_ignored_marginals": tuple([_sigmoid((1 - level) * bias) for bias in biases]),
        "means_multiplied": tuple(apart),
    }


def _marginals(weights: Sequence[float], states: Sequence[tuple[int, ...]]) -> tuple[float, ...]:
    """The share of the weights of states in which each unit is 1."""
    total = fsum(weights)
    return tuple(
        [
            fsum([weight for weight, x in zip(weights, column, strict=True) if x == 1]) / total
            for column in zip(*states, strict=True)
        ]
    )


def _first_largest(b: Vector, w: Vector, off: int) -> int:
    """The first state of largest f(x), found exactly."""
    numbers, _ = over_common_denominator((*b, *w))
    states, pairs = _states(len(b), off)
    exact = [
        sum(map(mul, numbers, (*state, *products)))
        for state, products in zip(states, pairs, strict=True)
    ]
    return exact.index(max(exact))


def _sigmoid(x: Real) -> float:
    return 1 / (1 + exp(-x))


@check("energy.boltzmann", tolerance=1e-8)
def boltzmann_by_gibbs(b: "Tensor", w: "Tensor", off: "Tensor") -> Mapping[str, Any]:
    """The law in which random-scan Gibbs sampling settles, from its transition matrix.

    Only the conditionals p(x_i = 1 | rest) = sigmoid((1 − off) · field) enter, never Z, which is
    then exp(f(x)) / p(x) at the most probable state. b: [variants, n]; w: [variants, pairs].
    Sources: Geman and Geman, Stochastic relaxation (1984); the stationary law without
    subtractions: Grassmann, Taksar and Heyman (1985), Operations Research 33(5).
    """
    import torch

    count = b.shape[1]
    size = 2**count
    bits = (torch.arange(size)[:, None] >> torch.arange(count - 1, -1, -1)) & 1
    low = off[:, None, None]
    values = low + (1 - low) * bits
    coupling = torch.zeros(len(b), count, count, dtype=torch.float64)
    rows, columns = torch.triu_indices(count, count, 1)
    coupling[:, rows, columns] = w
    coupling = coupling + coupling.mT
    fields = b[:, None] + values @ coupling
    rise = (1 - low) * fields
    moves = torch.zeros(len(b), size, size, dtype=torch.float64)
    places = torch.arange(size)
    for unit in range(count):
        digit = 1 << (count - 1 - unit)
        moves[:, places, places | digit] += torch.sigmoid(rise[..., unit]) / count
        moves[:, places, places & ~digit] += torch.sigmoid(-rise[..., unit]) / count
    law = _settled(moves)
    # The energy from the fields: each pair is met twice.
    exponents = ((fields + b[:, None]) * values).sum(-1) / 2
    near = law >= law.amax(-1, keepdim=True) * (1 - 1e-9)
    best = near.int().argmax(-1)[:, None]
    log_partition = exponents.gather(1, best)[:, 0] - law.gather(1, best)[:, 0].log()
    moments = torch.einsum("vs,vsi,vsj->vij", law, values, values)
    means = (law[:, None] @ values)[:, 0]
    centred = values - means[:, None]
    covariances = torch.einsum("vs,vsi,vsj->vij", law, centred, centred)
    return {
        "partition_function": log_partition.exp(),
        "log_partition": log_partition,
        "probabilities": law,
        "marginals": law @ bits.double(),
        "means": means,
        "pair_expectations": moments[:, rows, columns],
        "pair_covariances": covariances[:, rows, columns],
        "mean_energy": -(law * exponents).sum(-1),
        "most_probable": best[:, 0],
    }


def _settled(moves: "Tensor") -> "Tensor":
    """The stationary law [variants, states] of transition matrices, without subtractions."""
    import torch

    size = moves.shape[-1]
    moves = moves.clone()
    for state in range(size - 1, 0, -1):
        leaving = moves[:, state, :state].sum(-1, keepdim=True)
        moves[:, :state, state] /= leaving
        moves[:, :state, :state] += moves[:, :state, state, None] * moves[:, state, None, :state]
    law = [torch.ones(len(moves), dtype=torch.float64)]
    for state in range(1, size):
        law.append((torch.stack(law, -1) * moves[:, :state, state]).sum(-1))
    weights = torch.stack(law, dim=-1)
    return weights / weights.sum(-1, keepdim=True)


@solver(
    "energy.gibbs_update",
    results={
        "field": "b_i + Σ_j w_ij x_j of the unit, from the other units",
        "probability": "p(x_i = 1 | the others)",
        "energy": "−f(x) of the state as given",
        "energy_gap": "the energy with the unit off less that with it 1",
    },
    mistakes={
        "bias_forgotten": "The probability without the unit's bias",
        "neighbours_forgotten": "The probability from the unit's bias alone",
        "sign_wrong": "p(x_i = off | the others): the sign in the sigmoid is wrong",
        "other_coding": "sigmoid(2 · field) for units 0 and 1, sigmoid(field) for −1 and 1",
        "couplings_halved": "Halves the couplings",
        "not_normalised": "exp((1 − off) · field): not divided",
        "energy_sign": "f(x): the sign of the energy is wrong",
        "energy_pairs_twice": "The energy with every pair counted twice",
    },
    examples=(
        {"b": (1, -1), "w": (2,), "x": (1, 1), "unit": 0, "off": 0},
        {"b": (0, 0, 1), "w": (1, -1, Fraction(1, 2)), "x": (-1, 1, 1), "unit": 2, "off": -1},
        {
            "b": (Fraction(1, 2), -1, 0, 1),
            "w": (1, 0, -2, 1, Fraction(1, 3), 1),
            "x": (1, 0, 1, 0),
            "unit": 1,
            "off": 0,
        },
    ),
)
def gibbs_update(b: Vector, w: Vector, x: Vector, unit: Scalar, off: Scalar = 0) -> Answers:
    """The probability with which Gibbs sampling sets one unit (counted from 0) to 1.

    f with the unit at 1 less f with it off is (1 − off) · field, whose sigmoid is asked. Source:
    Ackley, Hinton and Sejnowski, A learning algorithm for Boltzmann machines (1985), for the
    energy gap and the probability. Raises ValueError for unfit machines (see
    `energy.boltzmann`), states that are not 1 or off, and a unit that is not there.
    """
    count, level = _require_machine(b, w, off)
    require_vector("x", x, count)
    if not all(each in (level, 1) for each in x):
        raise ValueError(f"x must hold {level} and 1")
    chosen = require_count("unit", unit, 0, count - 1)
    couplings = list(zip(combinations(range(count), 2), w, strict=True))
    neighbours = sum([each * x[i + j - chosen] for (i, j), each in couplings if chosen in (i, j)])
    bias = b[chosen]
    field, step = bias + neighbours, 1 - level
    single = sum([each * value for each, value in zip(b, x, strict=True)])
    paired = sum([each * x[i] * x[j] for (i, j), each in couplings])
    return {
        "field": field,
        "probability": _sigmoid(step * field),
        "energy": -(single + paired),
        "energy_gap": step * field,
        "bias_forgotten": _sigmoid(step * neighbours),
        "neighbours_forgotten": _sigmoid(step * bias),
        "sign_wrong": _sigmoid(-step * field),
        "other_coding": _sigmoid((3 - step) * field),
        "couplings_halved": _sigmoid(step * (bias + neighbours / 2)),
        "not_normalised": exp(step * field),
        "energy_sign": single + paired,
        "energy_pairs_twice": -(single + 2 * paired),
    }


@check("energy.gibbs_update", tolerance=1e-8)
def gibbs_update_by_joint(
    b: "Tensor", w: "Tensor", x: "Tensor", unit: "Tensor", off: "Tensor"
) -> Mapping[str, Any]:
    """The two states that agree with the others, from the energy as a quadratic form.

    The field is the slope of f in the unit, by autograd: f is linear in each unit. b, x:
    [variants, n]; w: [variants, pairs]; unit, off: [variants].
    """
    import torch

    count = b.shape[1]
    coupling = torch.zeros(len(b), count, count, dtype=torch.float64)
    rows, columns = torch.triu_indices(count, count, 1)
    coupling[:, rows, columns] = w

    def energy(state: "Tensor") -> "Tensor":
        return -(b * state).sum(-1) - torch.einsum("vi,vij,vj->v", state, coupling, state)

    chosen = torch.arange(count) == unit[:, None]
    on, out = torch.where(chosen, 1.0, x), torch.where(chosen, off[:, None], x)
    leaf = x.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(energy(leaf).sum(), leaf)
    energies = torch.stack((energy(on), energy(out)), dim=-1)
    return {
        "field": -(slope * chosen).sum(-1),
        "probability": torch.softmax(-energies, dim=-1)[:, 0],
        "energy": energy(x),
        "energy_gap": energies[:, 1] - energies[:, 0],
    }
