"""Markov chain Monte Carlo: the rule of Metropolis and Hastings, on finitely many states.

Transition matrices hold the probabilities of a step from the row's state to the column's, so
that rows sum to one and laws are rows: one step takes law to law · matrix. What any such
chain does is in `markov_chain`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.markov_chain import require_transition
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "mcmc.acceptance",
    results={
        "acceptance_probability": "the probability with which the proposed state is accepted",
        "ratio": "the ratio of Metropolis and Hastings, which is cut at 1",
    },
    mistakes={
        "proposal_ignored": "Leaves the proposal's densities out, as if it were symmetric",
        "proposal_inverted": "Turns the ratio of the proposal's densities over",
        "barker": "Ratio over one plus ratio: Barker's rule, which accepts less often",
    },
    examples=(
        {"target_here": 3, "target_there": 2},
        {
            "target_here": Fraction(1, 5),
            "target_there": Fraction(1, 10),
            "proposal_there": Fraction(1, 4),
            "proposal_back": Fraction(1, 3),
        },
        {"target_here": 1, "target_there": 2, "proposal_there": 3, "proposal_back": 1},
        {"target_here": 1, "target_there": 4, "proposal_there": 1, "proposal_back": 2},
    ),
)
def acceptance(
    target_here: Scalar,
    target_there: Scalar,
    proposal_there: Scalar = 1,
    proposal_back: Scalar = 1,
) -> SolverResults:
    """min(1, target_there · proposal_back / (target_here · proposal_there)).

    The target need not be normalised; proposal_there = q(there | here) and proposal_back =
    q(here | there) may be left out for a symmetric proposal. Source: Hastings, Monte Carlo
    sampling methods using Markov chains and their applications (1970), Biometrika 57, section
    2. Raises ValueError unless all are above zero.
    """
    require_positive("target_here", target_here)
    require_positive("target_there", target_there)
    require_positive("proposal_there", proposal_there)
    require_positive("proposal_back", proposal_back)
    away, back = target_here * proposal_there, target_there * proposal_back
    ratio = Fraction(back, away)
    return {
        "acceptance_probability": min(ratio, Fraction(1)),
        "ratio": ratio,
        "proposal_ignored": min(1, Fraction(target_there, target_here)),
        "proposal_inverted": min(
            1, Fraction(target_there * proposal_there, target_here * proposal_back)
        ),
        "barker": Fraction(back, away + back),
    }


@check("mcmc.acceptance", tolerance=1e-10)
def acceptance_by_largest_flow(
    target_here: "Tensor",
    target_there: "Tensor",
    proposal_there: "Tensor",
    proposal_back: "Tensor",
) -> Mapping[str, Any]:
    """The largest pair of acceptances that balances the flows between two states; [variants].

    Among all rules with detailed balance, this accepts most: Peskun, Optimum Monte-Carlo
    sampling using Markov chains (1973), Biometrika 60. The pairs (there, back) lie on a line from
    the origin, and the largest in the unit square is found by bisection. Barker's pair is the one
    that sums to 1. The mistakes balance other flows.
    """
    import torch

    def pair(there: "Tensor", back: "Tensor") -> "Tensor":
        """The largest acceptances [2, variants] for proposals with these probabilities."""
        flows = torch.stack((target_there * back, target_here * there))
        direction = flows / flows.amax(0)
        low, high = torch.zeros_like(there), torch.full_like(there, 2.0)
        for _ in range(60):
            middle = (low + high) / 2
            inside = ((middle * direction) <= 1).all(0)
            low, high = low.where(~inside, middle), high.where(inside, middle)
        return low * direction

    accepted = pair(proposal_there, proposal_back)
    even = torch.ones_like(target_here)
    return {
        "acceptance_probability": accepted[0],
        "ratio": accepted[0] / accepted[1],
        "proposal_ignored": pair(even, even)[0],
        "proposal_inverted": pair(proposal_back, proposal_there)[0],
        "barker": accepted[0] / accepted.sum(0),
    }


@solver(
    "mcmc.metropolis_chain",
    results={
        "transition": "the transition matrix of the Metropolis-Hastings chain",
        "stay_probabilities": "the probability of staying in each state",
    },
    mistakes={
        "leave_probabilities": "The probability of leaving each state",
        "rejections_multiplied": "Multiplies the rejection probabilities of all proposed states",
        "rejections_added": "Adds them up without the probabilities of being proposed",
        "target_shares": "The target, normalised: where the chain is in the long run",
    },
    examples=(
        {
            "target": (1, 2, 1),
            "proposal": (
                (0, Fraction(1, 2), Fraction(1, 2)),
                (Fraction(1, 2), 0, Fraction(1, 2)),
                (Fraction(1, 2), Fraction(1, 2), 0),
            ),
        },
        {
            "target": (Fraction(1, 4), Fraction(3, 4)),
            "proposal": ((Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 5), Fraction(4, 5))),
        },
        {
            "target": (1, 1, 3),
            "proposal": (
                (0, 1, 0),
                (Fraction(1, 2), 0, Fraction(1, 2)),
                (0, Fraction(1, 4), Fraction(3, 4)),
            ),
        },
    ),
)
def metropolis_chain(target: Vector, proposal: Matrix) -> SolverResults:
    """P(i, j) = q(j | i) min(1, target_j q(i | j) / (target_i q(j | i))), the rest on the diagonal.

    target: [n], any positive weights; proposal: [n, n], rows that sum to one. Source: Robert
    and Casella, Monte Carlo Statistical Methods (2004), section 7.3. Raises ValueError for a
    weight that is not positive and a proposal that is no transition matrix.
    """
    require_vector("target", target)
    for index, weight in enumerate(target):
        require_positive(f"target[{index}]", weight)
    require_transition("proposal", proposal, len(target))
    size = len(target)
    weights, _ = over_common_denominator(target)
    flat, whole = over_common_denominator([share for row in proposal for share in row])
    q = [flat[at : at + size] for at in range(0, size * size, size)]
    # What is proposed from i to j in the long run; the smaller of two flows is what moves.
    proposed = [[weight * share for share in row] for weight, row in zip(weights, q, strict=True)]
    moving = [[min(proposed[i][j], proposed[j][i]) for j in range(size)] for i in range(size)]
    transition = _with_rest(moving, [weight * whole for weight in weights])
    stays = tuple([row[index] for index, row in enumerate(transition)])
    refused = [
        [
            1 - fraction(go, away)
            for other, (go, away) in enumerate(zip(*flows, strict=True))
            if other != index and away
        ]
        for index, flows in enumerate(zip(moving, proposed, strict=True))
    ]
    total = sum(weights)
    return {
        "transition": transition,
        "stay_probabilities": stays,
        "leave_probabilities": tuple([1 - stay for stay in stays]),
        "rejections_multiplied": tuple([prod(row) for row in refused]),
        "rejections_added": tuple([sum(row) for row in refused]),
        "target_shares": tuple([fraction(weight, total) for weight in weights]),
    }


def _with_rest(moves: Sequence[Sequence[int]], wholes: Sequence[int]) -> Matrix:
    """The moves of each row over its whole, with what is left on the diagonal."""
    rows = []
    for index, (row, whole) in enumerate(zip(moves, wholes, strict=True)):
        stay = whole - sum(row) + row[index]
        full = (*row[:index], stay, *row[index + 1 :])
        rows.append(tuple([fraction(entry, whole) for entry in full]))
    return tuple(rows)


@check("mcmc.metropolis_chain", tolerance=1e-9)
def metropolis_chain_by_uniforms(target: "Tensor", proposal: "Tensor") -> Mapping[str, Any]:
    """Integrates over the uniform number that decides on acceptance.

    A proposal is accepted if the number lies below its ratio. Between two neighbouring ratios all
    decisions stay the same, so that the integral is a sum over the pieces of (0, 1) between them.
    target: [variants, n]; proposal: [variants, n, n].
    """
    import torch

    size = target.shape[-1]
    weights = target / target.sum(-1, keepdim=True)
    away = weights[..., None] * proposal
    ratios = torch.where(away > 0, away.mT / away, 0)
    ends = torch.cat((ratios.flatten(1), torch.tensor([0.0, 1.0]).expand(len(target), 2)), dim=-1)
    ends = ends.clamp(0, 1).sort(dim=-1).values
    width, middle = ends.diff(dim=-1), (ends[:, 1:] + ends[:, :-1]) / 2
    accepted = (middle[..., None, None] < ratios[:, None]).double()
    moves = proposal[:, None] * accepted * (1 - torch.eye(size, dtype=target.dtype))
    steps = moves + torch.diag_embed(1 - moves.sum(-1))
    transition = (width[..., None, None] * steps).sum(1)
    refused = (width[..., None, None] * (1 - accepted)).sum(1)
    others = (proposal > 0) & ~torch.eye(size, dtype=torch.bool)
    kept = (weights[..., None, :] @ torch.linalg.matrix_power(transition, 64))[..., 0, :]
    return {
        "transition": transition,
        "stay_probabilities": transition.diagonal(dim1=-2, dim2=-1),
        "leave_probabilities": (width[..., None] * moves.sum(-1)).sum(1),
        "rejections_multiplied": torch.where(others, refused, 1).prod(-1),
        "rejections_added": torch.where(others, refused, 0).sum(-1),
        "target_shares": kept,
    }
