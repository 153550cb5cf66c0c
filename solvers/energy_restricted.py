"""Restricted Boltzmann machines with units 0 and 1.

The energy is E(v, h) = −a · v − b · h − v · W h with W [visible, hidden].
"""

from collections.abc import Mapping, Sequence
from math import exp, fsum, log1p
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
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
    },
    mistakes={
        "hidden_bias_forgotten": "p(h_j = 1 | v) without b",
        "hidden_sign": "p(h_j = 0 | v): the sign in the sigmoid is wrong",
        "energy_sign": "The sign of the energy is wrong",
        "energy_without_biases": "−v · W h alone",
        "free_energy_sign": "The sign of the free energy is wrong",
        "free_energy_bias_forgotten": "The free energy without −a · v",
        "free_energy_linear": "−a · v − Σ fields: forgets ln(1 + exp(…))",
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
def machine(W: Matrix, a: Vector, b: Vector, v: Vector, h: Vector) -> SolverResults:
    """Conditionals and energies of a machine with up to four units a side.

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
    free = -(float(own) + soft)
    return {
        "hidden_probabilities": _sigmoids(fields),
        "visible_probabilities": _sigmoids(visible_fields),
        "energy": energy,
        "free_energy": free,
        "hidden_bias_forgotten": _sigmoids(pulls),
        "hidden_sign": _sigmoids([-field for field in fields]),
        "energy_sign": -energy,
        "energy_without_biases": -sum(map(mul, pulls, h)),
        "free_energy_sign": -free,
        "free_energy_bias_forgotten": -soft,
        "free_energy_linear": -own - sum(fields),
    }


def _sigmoids(fields: Sequence[Scalar]) -> tuple[float, ...]:
    return tuple([1 / (1 + exp(-field)) for field in fields])


def _softplus(x: float) -> float:
    """ln(1 + exp(x))."""
    return max(x, 0.0) + log1p(exp(-abs(x)))


@check("energy_restricted.machine", tolerance=1e-8)
def machine_by_enumeration(
    W: "Tensor", a: "Tensor", b: "Tensor", v: "Tensor", h: "Tensor"
) -> Mapping[str, Any]:
    """The table of energies of all states of both sides: nothing is factorised.

    The mistakes are tables without some of the biases, and the entry with all hidden units on.
    W: [variants, visible, hidden]; a, v: [variants, visible]; b, h: [variants, hidden].
    """
    import torch

    def all_states(count: int) -> "Tensor":
        codes = torch.arange(2**count)[:, None]
        return ((codes >> torch.arange(count - 1, -1, -1)) & 1).double()

    left, right = all_states(a.shape[1]), all_states(b.shape[1])
    row = (left[None] == v[:, None]).all(-1).double()
    column = (right[None] == h[:, None]).all(-1).double()

    def energies(own: "Tensor", hidden: "Tensor") -> "Tensor":
        return (
            -(own @ left.mT)[:, :, None]
            - (hidden @ right.mT)[:, None]
            - torch.einsum("si,vij,tj->vst", left, W, right)
        )

    def at_row(own: "Tensor", hidden: "Tensor") -> "Tensor":
        return torch.einsum("vs,vst->vt", row, energies(own, hidden))

    seen = at_row(a, b)
    at_column = torch.einsum("vt,vst->vs", column, energies(a, b))
    energy, free = (seen * column).sum(-1), -torch.logsumexp(-seen, dim=-1)
    return {
        "hidden_probabilities": torch.softmax(-seen, dim=-1) @ right,
        "visible_probabilities": torch.softmax(-at_column, dim=-1) @ left,
        "energy": energy,
        "free_energy": free,
        "hidden_bias_forgotten": torch.softmax(-at_row(a, 0 * b), dim=-1) @ right,
        "hidden_sign": torch.softmax(-seen, dim=-1) @ (1 - right),
        "energy_sign": -energy,
        "energy_without_biases": (at_row(0 * a, 0 * b) * column).sum(-1),
        "free_energy_sign": -free,
        "free_energy_bias_forgotten": -torch.logsumexp(-at_row(0 * a, b), dim=-1),
        "free_energy_linear": seen[:, -1],
    }
