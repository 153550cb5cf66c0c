"""Small Boltzmann machines, by going through all their states.

p(x) = exp(f(x)) / Z with f(x) = Σ b_i x_i + Σ_{i<j} w_ij x_i x_j = −energy. Each of two to four
units is 1 or `off` (0 or −1). Pairs come in the order 12, 13, 14, 23, 24, 34; states count
upwards in binary with the first unit as the leading digit, 1 as one and off as zero.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product
from math import exp, fsum, prod
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.values import Real, SolverResults
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
        "probabilities": "p(x) of all states, in binary order",
        "marginals": "p(x_i = 1) of each unit",
        "pair_expectations": "E[x_i x_j] of each pair",
        "pair_covariances": "E[x_i x_j] − E[x_i] E[x_j] of each pair",
        "most_probable": "index of the most probable state, from 0; the first of equals",
    },
    mistakes={
        "sign_partition": "Z with exp(energy): the minus is lost",
        "pairs_twice_partition": "Z with every pair counted twice",
        "uncoupled_partition": "Z of the biases alone, without the couplings",
        "one_state_forgotten": "Z without the state in which all units are off",
        "means_multiplied": "E[x_i] E[x_j] of each pair, as if they were independent",
    },
    examples=(
        {"b": (1, -1), "w": (2,), "off": 0},
        {"b": (0, 0, 1), "w": (1, -1, Fraction(1, 2)), "off": -1},
        {"b": (Fraction(1, 2), -1, 0, 1), "w": (1, 0, -2, 1, Fraction(1, 3), 1), "off": 0},
        {"b": (0, 0), "w": (0,), "off": -1},
    ),
)
def boltzmann(b: Vector, w: Vector, off: Scalar = 0) -> SolverResults:
    """Z, probabilities, marginals and expectations of a machine without hidden units.

    Source: Ackley, Hinton and Sejnowski, A learning algorithm for Boltzmann machines (1985),
    for the energy and the distribution; MacKay, Information Theory, Inference, and Learning
    Algorithms (2003), section 43.1. Raises ValueError for fewer than two or more than four units,
    a wrong number of couplings, `off` other than 0 and −1, and parameters that sum to more than
    200.
    """
    count, level = _require_machine(b, w, off)
    biases, couplings = [float(each) for each in b], [float(each) for each in w]
    states, pairs = _states(count, level)
    exponents = _exponents(biases, couplings, level)
    weights = [exp(each) for each in exponents]
    total = fsum(weights)
    shares = [weight / total for weight in weights]
    doubled = _exponents(biases, [2 * each for each in couplings], level)
    marginals = _marginals(shares, states)
    means = [level + (1 - level) * share for share in marginals]
    joint = [fsum(map(mul, shares, x)) for x in zip(*pairs, strict=True)]
    apart = [x * y for x, y in combinations(means, 2)]
    alone = [exp(bias) + exp(level * bias) for bias in biases]
    return {
        "partition_function": total,
        "probabilities": tuple(shares),
        "marginals": marginals,
        "pair_expectations": tuple(joint),
        "pair_covariances": tuple([x - y for x, y in zip(joint, apart, strict=True)]),
        "most_probable": _first_largest(b, w, level),
        "sign_partition": fsum([exp(-each) for each in exponents]),
        "pairs_twice_partition": fsum([exp(each) for each in doubled]),
        "uncoupled_partition": prod(alone),
        "one_state_forgotten": fsum(weights[1:]),
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
    """The distribution in which random-scan Gibbs sampling settles, from its transition matrix.

    Only the conditionals p(x_i = 1 | rest) = sigmoid((1 − off) · field) enter, never Z, which is
    then exp(f(x)) / p(x) at the most probable state. The mistakes are machines with other biases
    and couplings. b: [variants, n]; w: [variants, pairs]. Sources: Geman and Geman, Stochastic
    relaxation (1984); the stationary distribution without subtractions: Grassmann, Taksar and
    Heyman (1985), Operations Research 33(5).
    """
    import torch

    count = b.shape[1]
    low = off[:, None, None]
    bits = _bits(count)
    values = low + (1 - low) * bits
    rows, columns = torch.triu_indices(count, count, 1)
    shares, partition, best = _settled_machine(b, w, off)
    means = (shares[:, None] @ values)[:, 0]
    moments = torch.einsum("vs,vsi,vsj->vij", shares, values, values)
    centred = values - means[:, None]
    covariances = torch.einsum("vs,vsi,vsj->vij", shares, centred, centred)
    return {
        "partition_function": partition,
        "probabilities": shares,
        "marginals": shares @ bits,
        "pair_expectations": moments[:, rows, columns],
        "pair_covariances": covariances[:, rows, columns],
        "most_probable": best,
        "sign_partition": _settled_machine(-b, -w, off)[1],
        "pairs_twice_partition": _settled_machine(b, 2 * w, off)[1],
        "uncoupled_partition": _settled_machine(b, 0 * w, off)[1],
        "one_state_forgotten": shares[:, 1:].sum(-1) * partition,
        "means_multiplied": means[:, rows] * means[:, columns],
    }


def _bits(count: int) -> "Tensor":
    """The states [states, units] with 1 for one and 0 for off."""
    import torch

    return ((torch.arange(2**count)[:, None] >> torch.arange(count - 1, -1, -1)) & 1).double()


def _settled_machine(
    b: "Tensor", w: "Tensor", off: "Tensor"
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Probabilities [variants, states], Z and the index of the most probable state [variants]."""
    import torch

    count = b.shape[1]
    size = 2**count
    low = off[:, None, None]
    values = low + (1 - low) * _bits(count)
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
    shares = _stationary(moves)
    # The energy from the fields: each pair is met twice.
    exponents = ((fields + b[:, None]) * values).sum(-1) / 2
    near = shares >= shares.amax(-1, keepdim=True) * (1 - 1e-9)
    best = near.int().argmax(-1)[:, None]
    log_partition = exponents.gather(1, best)[:, 0] - shares.gather(1, best)[:, 0].log()
    return shares, log_partition.exp(), best[:, 0]


def _stationary(moves: "Tensor") -> "Tensor":
    """The stationary distribution [variants, states] of matrices, without subtractions."""
    import torch

    size = moves.shape[-1]
    moves = moves.clone()
    for state in range(size - 1, 0, -1):
        leaving = moves[:, state, :state].sum(-1, keepdim=True)
        moves[:, :state, state] /= leaving
        moves[:, :state, :state] += moves[:, :state, state, None] * moves[:, state, None, :state]
    weights = [torch.ones(len(moves), dtype=torch.float64)]
    for state in range(1, size):
        weights.append((torch.stack(weights, -1) * moves[:, :state, state]).sum(-1))
    table = torch.stack(weights, dim=-1)
    return table / table.sum(-1, keepdim=True)


@solver(
    "energy.gibbs_update",
    results={
        "field": "b_i + Σ_j w_ij x_j of the unit, from the other units",
        "probability": "p(x_i = 1 | the others)",
    },
    mistakes={
        "bias_forgotten": "The probability without the unit's bias",
        "neighbours_forgotten": "The probability from the unit's bias alone",
        "sign_wrong": "p(x_i = off | the others): the sign in the sigmoid is wrong",
        "other_coding": "sigmoid(2 · field) for units 0 and 1, sigmoid(field) for −1 and 1",
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
def gibbs_update(b: Vector, w: Vector, x: Vector, unit: Scalar, off: Scalar = 0) -> SolverResults:
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
    return {
        "field": field,
        "probability": _sigmoid(step * field),
        "bias_forgotten": _sigmoid(step * neighbours),
        "neighbours_forgotten": _sigmoid(step * bias),
        "sign_wrong": _sigmoid(-step * field),
        "other_coding": _sigmoid((3 - step) * field),
    }


@check("energy.gibbs_update", tolerance=1e-8)
def gibbs_update_by_joint(
    b: "Tensor", w: "Tensor", x: "Tensor", unit: "Tensor", off: "Tensor"
) -> Mapping[str, Any]:
    """The two states that agree with the others, from the energy as a quadratic form.

    The field is the slope of f in the unit, by autograd: f is linear in each unit. The mistakes
    weigh the same two states in a machine without this bias or without couplings, or with the
    unit off at its other value. b, x: [variants, n]; w: [variants, pairs]; unit, off: [variants].
    """
    import torch

    count = b.shape[1]
    rows, columns = torch.triu_indices(count, count, 1)
    chosen = torch.arange(count) == unit[:, None]

    def energy(state: "Tensor", bias: "Tensor", pairs: "Tensor") -> "Tensor":
        coupling = torch.zeros(len(b), count, count, dtype=torch.float64)
        coupling[:, rows, columns] = pairs
        return -(bias * state).sum(-1) - torch.einsum("vi,vij,vj->v", state, coupling, state)

    def shares(bias: "Tensor", pairs: "Tensor", low: "Tensor") -> "Tensor":
        """The probabilities [variants, 2] of 1 and of off."""
        both = torch.where(chosen, 1.0, x), torch.where(chosen, low[:, None], x)
        energies = torch.stack([energy(state, bias, pairs) for state in both], dim=-1)
        return torch.softmax(-energies, dim=-1)

    leaf = x.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(energy(leaf, b, w).sum(), leaf)
    right = shares(b, w, off)
    return {
        "field": -(slope * chosen).sum(-1),
        "probability": right[:, 0],
        "bias_forgotten": shares(torch.where(chosen, 0.0, b), w, off)[:, 0],
        "neighbours_forgotten": shares(b, 0 * w, off)[:, 0],
        "sign_wrong": right[:, 1],
        "other_coding": shares(b, w, -1 - off)[:, 0],
    }
