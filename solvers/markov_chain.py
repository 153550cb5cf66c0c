"""Markov chains on finitely many states: their laws after some steps and in the long run.

Transition matrices hold the probabilities of a step from the row's state to the column's, so
that rows sum to one and laws are rows: one step takes law to law · matrix.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.exact_linear_algebra import require_square, solve_linear
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_STEPS = 100


def require_transition(name: str, matrix: Matrix, size: int | None = None) -> None:
    """Refuses all but a square matrix whose rows are laws. Raises ValueError."""
    require_square(name, matrix, size)
    for index, row in enumerate(matrix):
        require_probabilities(f"{name}[{index}]", row)


@solver(
    "markov_chain.laws",
    results={
        "law_after_steps": "the law of the state after so many steps",
        "stationary": "the stationary law",
        "starts_stationary": "whether the given start is the stationary law",
        "is_reversible": "whether the chain has detailed balance with its stationary law",
        "converges": "whether the law tends to the stationary one from every start",
    },
    mistakes={
        "one_step_more": "Takes one step too many",
        "one_step_less": "Takes one step too few",
        "uniform_stationary": "Takes the uniform law for the stationary one: the matrix has that "
        "as a right eigenvector",
        "never_moved": "The probability to have been in the state all the time",
        "column_means": "Takes the means of the matrix's columns for the stationary law",
        "diagonal_stationary": "Takes the probabilities of staying, normalised, for the stationary "
        "law (the uniform law if no state can stay)",
    },
    examples=(
        {
            "transition": ((Fraction(9, 10), Fraction(1, 10)), (Fraction(1, 2), Fraction(1, 2))),
            "start": (1, 0),
            "steps": 3,
        },
        {
            "transition": (
                (Fraction(1, 2), Fraction(1, 2), 0),
                (0, Fraction(1, 3), Fraction(2, 3)),
                (Fraction(3, 4), 0, Fraction(1, 4)),
            ),
            "start": (0, Fraction(1, 2), Fraction(1, 2)),
            "steps": 2,
        },
        {"transition": ((0, 1), (1, 0)), "start": (Fraction(1, 3), Fraction(2, 3)), "steps": 5},
        {
            "transition": ((1, 0), (Fraction(1, 4), Fraction(3, 4))),
            "start": (1, 0),
            "steps": 4,
        },
        {
            "transition": ((Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 4), Fraction(3, 4))),
            "start": (Fraction(1, 3), Fraction(2, 3)),
            "steps": 1,
        },
    ),
)
def laws(transition: Matrix, start: Vector, steps: Scalar) -> SolverResults:
    """start · transition^steps, and the law that a step does not change.

    transition: [n, n], rows that sum to one; start: [n]. The stationary law solves
    law · transition = law with entries that sum to one. Sources: Bishop, Pattern Recognition
    and Machine Learning (2006), equations 11.39 and 11.40; Norris, Markov Chains (1997),
    theorem 1.8.3 for convergence. Raises ValueError for laws that do not sum to one, more than
    one stationary law, and steps that are not from 1 to 100.
    """
    require_transition("transition", transition)
    size = len(transition)
    require_probabilities("start", start)
    require_vector("start", start, size)
    count = require_count("steps", steps, 1, _MOST_STEPS)
    flat, whole = over_common_denominator([entry for row in transition for entry in row])
    rows = [flat[at : at + size] for at in range(0, size * size, size)]
    columns = list(zip(*rows, strict=True))
    first, unit = over_common_denominator(start)
    stationary = _stationary(columns, whole)
    before, law = first, first
    for _ in range(count):
        before, law = law, _each_dot(columns, law)
    below = unit * whole**count
    stays = [rows[index][index] for index in range(size)]
    return {
        "law_after_steps": _over(law, below),
        "stationary": stationary,
        "starts_stationary": start == stationary,
        "is_reversible": _balanced(rows, stationary),
        "converges": _converges(rows),
        "one_step_more": _over(_each_dot(columns, law), below * whole),
        "one_step_less": _over(before, below // whole),
        "uniform_stationary": _over([1] * size, size),
        "never_moved": _over(
            [part * stay**count for part, stay in zip(first, stays, strict=True)], below
        ),
        "column_means": _over([sum(column) for column in columns], size * whole),
        "diagonal_stationary": _over(stays, sum(stays)) if any(stays) else _over([1] * size, size),
    }


def settled_law(transition: Matrix) -> Vector:
    """The stationary law. Raises ValueError unless every start tends to one and the same law."""
    require_transition("transition", transition)
    size = len(transition)
    flat, whole = over_common_denominator([entry for row in transition for entry in row])
    rows = [flat[at : at + size] for at in range(0, size * size, size)]
    if not _converges(rows):
        raise ValueError("transition must tend to one law from every start")
    return _stationary(list(zip(*rows, strict=True)), whole)


def _each_dot(rows: Sequence[Sequence[int]], vector: Sequence[int]) -> list[int]:
    return [sum([a * b for a, b in zip(row, vector, strict=True)]) for row in rows]


def _over(parts: Sequence[int], whole: int) -> Vector:
    return tuple([fraction(part, whole) for part in parts])


def _stationary(columns: Sequence[Sequence[int]], whole: int) -> Vector:
    """The only stationary law; one balance equation gives way to the sum of the entries."""
    size = len(columns)
    rows = [
        tuple([entry - whole if index == here else entry for here, entry in enumerate(column)])
        for index, column in enumerate(columns)
    ]
    rows[-1] = (1,) * size
    right = tuple([(int(index == size - 1),) for index in range(size)])
    try:
        return tuple([row[0] for row in solve_linear(tuple(rows), right)])
    except ValueError as error:
        raise ValueError("transition must have only one stationary law") from error


def _balanced(transition: Sequence[Sequence[int]], stationary: Vector) -> bool:
    law, _ = over_common_denominator(stationary)
    return all(
        law[i] * transition[i][j] == law[j] * transition[j][i]
        for i in range(len(law))
        for j in range(i)
    )


def _converges(transition: Sequence[Sequence[int]]) -> bool:
    """Whether some state is reached from every state in some one number of steps.

    n² + n steps show it if any do (Wielandt's bound, after leaving the transient states).
    """
    size = len(transition)
    reached = [sum(1 << j for j, entry in enumerate(row) if entry) for row in transition]
    steps = 1
    while steps < size * size + size:
        reached = [_union([reached[j] for j in range(size) if row >> j & 1]) for row in reached]
        steps *= 2
    common = reached[0]
    for row in reached:
        common &= row
    return common != 0


def _union(sets: Sequence[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


@check("markov_chain.laws", tolerance=1e-9)
def laws_by_eigenvalues(
    transition: "Tensor", start: "Tensor", steps: "Tensor"
) -> Mapping[str, Any]:
    """The stationary law from singular vectors, convergence from eigenvalues on the unit circle.

    transition: [variants, n, n]; start: [variants, n]; steps: [variants]. A chain is
    reversible if its operator is self-adjoint in the mean square under the stationary law.
    """
    import torch

    size = start.shape[-1]
    identity = torch.eye(size, dtype=start.dtype)

    def fixed(matrix: "Tensor") -> "Tensor":
        """The vector with entries that sum to one that the matrix, from the left, keeps."""
        vector: Tensor = torch.linalg.svd(matrix - identity).Vh[:, -1]
        return vector / vector.sum(-1, keepdim=True)

    def after(matrix: "Tensor", counts: "Tensor") -> "Tensor":
        """start · matrix^counts, each with its own count."""
        rows = zip(start, matrix, counts, strict=True)
        power = torch.linalg.matrix_power
        return torch.stack([row @ power(each, int(count)) for row, each, count in rows])

    stationary = fixed(transition.mT)
    flows = torch.diag_embed(stationary) @ transition
    on_circle = torch.linalg.eigvals(transition).abs() > 1 - 1e-9
    stays = transition.diagonal(dim1=-2, dim2=-1)
    nowhere = stays.sum(-1, keepdim=True) == 0
    even = torch.full_like(start, 1 / size)
    return {
        "law_after_steps": after(transition, steps),
        "stationary": stationary,
        "starts_stationary": (start - stationary).abs().amax(-1) < 1e-10,
        "is_reversible": torch.linalg.matrix_norm(flows - flows.mT) < 1e-10,
        "converges": on_circle.sum(-1) == 1,
        "one_step_more": after(transition, steps + 1),
        "one_step_less": after(transition, steps - 1),
        "uniform_stationary": fixed(transition),
        "never_moved": after(torch.diag_embed(stays), steps),
        "column_means": (even[:, None] @ transition)[:, 0],
        "diagonal_stationary": torch.where(
            nowhere, even, stays / stays.sum(-1, keepdim=True).where(~nowhere, 1)
        ),
    }
