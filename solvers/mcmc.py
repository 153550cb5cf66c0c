"""Markov chain Monte Carlo: the rule of Metropolis and Hastings, on finitely many states.

Transition matrices hold the probabilities of a step from the row's state to the column's, so
that rows sum to one and laws are rows: one step takes law to law · matrix. What any such
chain does is in `markov_chain`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers, Exact
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
        "rejection_probability": "the probability with which the chain stays",
        "ratio": "the ratio of Metropolis and Hastings, which is cut at 1",
        "always_accepted": "whether this proposal is accepted without fail",
    },
    mistakes={
        "inverted": "Turns the whole ratio over",
        "proposal_ignored": "Leaves the proposal's densities out, as if it were symmetric",
        "proposal_inverted": "Turns the ratio of the proposal's densities over",
        "target_ignored": "Leaves the target out",
        "barker": "Ratio over one plus ratio: Barker's rule, which accepts less often",
        "target_share": "The target at the proposed state over the sum of both states",
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
) -> Answers:
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
    accepted = min(ratio, Fraction(1))
    return {
        "acceptance_probability": accepted,
        "rejection_probability": 1 - accepted,
        "ratio": ratio,
        "always_accepted": ratio >= 1,
        "inverted": min(1, Fraction(away, back)),
        "proposal_ignored": min(1, Fraction(target_there, target_here)),
        "proposal_inverted": min(
            1, Fraction(target_there * proposal_there, target_here * proposal_back)
        ),
        "target_ignored": min(1, Fraction(proposal_back, proposal_there)),
        "barker": Fraction(back, away + back),
        "target_share": Fraction(target_there, target_here + target_there),
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
    sampling using Markov chains (1973), Biometrika 60. The pairs (there, back)
    lie on a line from the origin, and the largest in the unit square is found by bisection.
    """
    import torch

    flows = torch.stack((target_there * proposal_back, target_here * proposal_there))
    direction = flows / flows.amax(0)
    low, high = torch.zeros_like(target_here), torch.full_like(target_here, 2.0)
    for _ in range(60):
        middle = (low + high) / 2
        inside = ((middle * direction) <= 1).all(0)
        low, high = low.where(~inside, middle), high.where(inside, middle)
    there, back = low * direction
    return {
        "acceptance_probability": there,
        "rejection_probability": 1 - there,
        "ratio": there / back,
        "always_accepted": there >= 1 - 1e-12,
    }


@solver(
    "mcmc.metropolis_chain",
    results={
        "transition": "the transition matrix of the Metropolis-Hastings chain",
        "stationary": "the target, normalised",
        "stay_probabilities": "the probability of staying in each state",
        "acceptance_rate": "the share of proposals accepted in the long run",
    },
    mistakes={
        "rejections_lost": "Leaves rejected proposals out of the diagonal: rows do not sum to one",
        "proposal_ignored": "Leaves the proposal's probabilities out of the ratio",
        "inverted": "Turns the ratio over",
        "never_rejected": "The proposal itself, as if everything were accepted",
        "even_rate": "Averages the acceptance over the states evenly, not by the target",
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
def metropolis_chain(target: Vector, proposal: Matrix) -> Answers:
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
    plain = [
        [share * min(here, there) for share, there in zip(row, weights, strict=True)]
        for row, here in zip(q, weights, strict=True)
    ]
    rates = [
        Fraction(sum(row), weight * whole) for row, weight in zip(moving, weights, strict=True)
    ]
    total = sum(weights)
    return {
        "transition": transition,
        "stationary": tuple([Fraction(weight, total) for weight in weights]),
        "stay_probabilities": tuple([row[index] for index, row in enumerate(transition)]),
        "acceptance_rate": Fraction(sum(map(sum, moving)), total * whole),
        "rejections_lost": tuple(
            [
                (*row[:index], proposal[index][index], *row[index + 1 :])
                for index, row in enumerate(transition)
            ]
        ),
        "proposal_ignored": _with_rest(plain, [weight * whole for weight in weights]),
        "inverted": _inverted_chain(q, proposed, whole),
        "never_rejected": proposal,
        "even_rate": sum(rates) / size,
    }


def _with_rest(moves: Sequence[Sequence[int]], wholes: Sequence[int]) -> Matrix:
    """The moves of each row over its whole, with what is left on the diagonal."""
    rows = []
    for index, (row, whole) in enumerate(zip(moves, wholes, strict=True)):
        stay = whole - sum(row) + row[index]
        full = (*row[:index], stay, *row[index + 1 :])
        rows.append(tuple([Fraction(entry, whole) for entry in full]))
    return tuple(rows)


def _inverted_chain(
    q: Sequence[Sequence[int]], proposed: Sequence[Sequence[int]], whole: int
) -> Matrix:
    """The chain that accepts with the ratio turned over, always where that is infinite."""
    rows = []
    for index, row in enumerate(q):
        entries: list[Exact] = []
        for other, share in enumerate(row):
            away, back = proposed[index][other], proposed[other][index]
            entries.append(
                Fraction(share * away, whole * back) if back > away else Fraction(share, whole)
            )
        entries[index] = 0
        entries[index] = 1 - sum(entries)
        rows.append(tuple(entries))
    return tuple(rows)


@check("mcmc.metropolis_chain", tolerance=1e-9)
def metropolis_chain_by_acceptance(target: "Tensor", proposal: "Tensor") -> Mapping[str, Any]:
    """The chain from the rule of acceptance, which keeps the target for many steps.

    target: [variants, n]; proposal: [variants, n, n].
    """
    import torch

    weights = target / target.sum(-1, keepdim=True)
    away = weights[..., None] * proposal
    accepted = (away.mT / away).nan_to_num(nan=0.0, posinf=0.0).clamp(max=1)
    moves = proposal * accepted
    moves = moves - torch.diag_embed(moves.diagonal(dim1=-2, dim2=-1))
    transition = moves + torch.diag_embed(1 - moves.sum(-1))
    kept = (weights[..., None, :] @ torch.linalg.matrix_power(transition, 64))[..., 0, :]
    return {
        "transition": transition,
        "stationary": kept,
        "stay_probabilities": transition.diagonal(dim1=-2, dim2=-1),
        "acceptance_rate": (weights[..., None] * proposal * accepted).sum((-2, -1)),
    }
