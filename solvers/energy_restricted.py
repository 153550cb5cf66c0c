"""Restricted Boltzmann machines with units 0 and 1, by going through all their states.

The energy is E(v, h) = −a · v − b · h − v · W h with W [visible, hidden].
"""

from collections.abc import Mapping, Sequence
from itertools import product
from math import exp, fsum, log, log1p
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Matrix, Scalar, Vector, require_vector
from qgen.solvers.numerics.shape_arguments import require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 300


@solver(
    "energy_restricted.machine",
    results={
        "hidden_probabilities": "p(h_j = 1 | v) of each hidden unit",
        "visible_probabilities": "p(v_i = 1 | h) of each visible unit",
        "energy": "E(v, h)",
        "free_energy": "F(v) = −ln Σ_h exp(−E(v, h))",
        "log_partition": "ln Z, over all states of all units",
        "visible_probability": "p(v)",
    },
    mistakes={
        "hidden_fields": "The sums b_j + Σ v_i W_ij without the sigmoid",
        "hidden_bias_forgotten": "p(h_j = 1 | v) without b",
        "hidden_sign": "p(h_j = 0 | v): the sign in the sigmoid is wrong",
        "visible_bias_forgotten": "p(v_i = 1 | h) without a",
        "visible_sign": "p(v_i = 0 | h): the sign in the sigmoid is wrong",
        "energy_sign": "The sign of the energy is wrong",
        "energy_without_biases": "−v · W h alone",
        "free_energy_sign": "The sign of the free energy is wrong",
        "free_energy_bias_forgotten": "The free energy without −a · v",
        "free_energy_linear": "−a · v − Σ fields: forgets ln(1 + exp(…))",
        "unnormalised_probability": "exp(−F(v)): not divided by Z",
    },
    examples=(
        {
            "W": ((1, -1), (0, 2), (1, 1)),
            "a": (0, -1, 1),
            "b": (1, -2),
            "v": (1, 0, 1),
            "h": (0, 1),
        },
        {"W": ((2,), (-1,)), "a": (1, 0), "b": (-1,), "v": (1, 1), "h": (1,)},
        {
            "W": ((1, 0, -1, 2), (0, 1, 1, -1)),
            "a": (0, 1),
            "b": (0, -1, 1, 0),
            "v": (0, 1),
            "h": (1, 1, 0, 1),
        },
    ),
)
def machine(W: Matrix, a: Vector, b: Vector, v: Vector, h: Vector) -> Answers:
    """Conditionals, energies and probabilities of a machine with up to four units a side.

    p(h_j = 1 | v) = sigmoid(b_j + Σ_i v_i W_ij), p(v_i = 1 | h) = sigmoid(a_i + Σ_j W_ij h_j),
    F(v) = −a · v − Σ_j ln(1 + exp(b_j + Σ_i v_i W_ij)). Source: Hinton, Training products of
    experts (2002); Goodfellow, Bengio and Courville, Deep Learning (2016), section 20.2.
    Raises ValueError for more than four units a side, vectors that do not fit, states that are
    not 0 and 1, and parameters that sum to more than 300.
    """
    require_matrix("W", W)
    require_vector("a", a, len(W))
    require_vector("b", b, len(W[0]))
    if len(a) > 4 or len(b) > 4:
        raise ValueError("W must have at most 4 rows and 4 columns")
    for name, state, units in (("v", v, a), ("h", h, b)):
        require_vector(name, state, len(units))
        if not all(each in (0, 1) for each in state):
            raise ValueError(f"{name} must hold 0 and 1")
    numbers = [*a, *b, *[entry for row in W for entry in row]]
    if sum([abs(float(each)) for each in numbers]) > _LARGEST:
        raise ValueError(f"the entries of W, a and b must sum to at most {_LARGEST}")
    columns = list(zip(*W, strict=True))
    pulls = [sum(map(mul, v, column)) for column in columns]
    pushes = [sum(map(mul, h, row)) for row in W]
    fields = [bias + pull for bias, pull in zip(b, pulls, strict=True)]
    visible_fields = [bias + push for bias, push in zip(a, pushes, strict=True)]
    own = sum(map(mul, a, v))
    energy = -own - sum(map(mul, b, h)) - sum(map(mul, pulls, h))
    soft = fsum([_softplus(float(field)) for field in fields])
    free, log_total = -(float(own) + soft), _log_partition(W, a, b)
    return {
        "hidden_probabilities": _sigmoids(fields),
        "visible_probabilities": _sigmoids(visible_fields),
        "energy": energy,
        "free_energy": free,
        "log_partition": log_total,
        "visible_probability": exp(-free - log_total),
        "hidden_fields": tuple(fields),
        "hidden_bias_forgotten": _sigmoids(pulls),
        "hidden_sign": _sigmoids([-field for field in fields]),
        "visible_bias_forgotten": _sigmoids(pushes),
        "visible_sign": _sigmoids([-field for field in visible_fields]),
        "energy_sign": -energy,
        "energy_without_biases": -sum(map(mul, pulls, h)),
        "free_energy_sign": -free,
        "free_energy_bias_forgotten": -soft,
        "free_energy_linear": -own - sum(fields),
        "unnormalised_probability": exp(-free),
    }


def _sigmoids(fields: Sequence[Scalar]) -> tuple[float, ...]:
    return tuple([1 / (1 + exp(-field)) for field in fields])


def _softplus(x: float) -> float:
    """ln(1 + exp(x))."""
    return max(x, 0.0) + log1p(exp(-abs(x)))


def _log_partition(W: Matrix, a: Vector, b: Vector) -> float:
    """ln Σ_v exp(−F(v))."""
    biases = [float(each) for each in a]
    columns = [[float(entry) for entry in column] for column in zip(*W, strict=True)]
    hidden = list(zip([float(each) for each in b], columns, strict=True))
    exponents = [
        fsum(
            [
                *map(mul, biases, state),
                *[_softplus(bias + sum(map(mul, state, column))) for bias, column in hidden],
            ]
        )
        for state in product((0, 1), repeat=len(biases))
    ]
    largest = max(exponents)
    return largest + log(fsum([exp(each - largest) for each in exponents]))


@check("energy_restricted.machine", tolerance=1e-8)
def machine_by_enumeration(
    W: "Tensor", a: "Tensor", b: "Tensor", v: "Tensor", h: "Tensor"
) -> Mapping[str, Any]:
    """The table of energies of all states of both sides: nothing is factorised.

    W: [variants, visible, hidden]; a, v: [variants, visible]; b, h: [variants, hidden].
    """
    import torch

    def all_states(count: int) -> "Tensor":
        codes = torch.arange(2**count)[:, None]
        return ((codes >> torch.arange(count - 1, -1, -1)) & 1).double()

    left, right = all_states(a.shape[1]), all_states(b.shape[1])
    table = (
        -(a @ left.mT)[:, :, None]
        - (b @ right.mT)[:, None]
        - torch.einsum("si,vij,tj->vst", left, W, right)
    )
    row = (left[None] == v[:, None]).all(-1).double()
    column = (right[None] == h[:, None]).all(-1).double()
    at_row = torch.einsum("vs,vst->vt", row, table)
    at_column = torch.einsum("vt,vst->vs", column, table)
    log_partition = torch.logsumexp(-table.flatten(1), dim=-1)
    free = -torch.logsumexp(-at_row, dim=-1)
    return {
        "hidden_probabilities": torch.softmax(-at_row, dim=-1) @ right,
        "visible_probabilities": torch.softmax(-at_column, dim=-1) @ left,
        "energy": (at_row * column).sum(-1),
        "free_energy": free,
        "log_partition": log_partition,
        "visible_probability": (
            torch.softmax(-table.flatten(1), dim=-1).reshape(table.shape).sum(-1) * row
        ).sum(-1),
    }
