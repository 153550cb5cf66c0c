"""Speculative decoding: a small model proposes tokens, the large one accepts or replaces them."""

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_probabilities,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_DRAFTS = 32


@solver(
    "autoregressive_speculative.token",
    results={
        "acceptance": "probability that the proposed token is accepted, before it is drawn",
        "replacement": "the distribution of the token that is drawn after a rejection",
        "output": "the distribution of the token that comes out in the end",
    },
    mistakes={
        "both_draw_the_same": "Σ p q: the probability that two independent draws agree",
        "average_acceptance": "The plain mean of the acceptances, not weighted by q",
        "weighted_by_target": "Weighs the acceptances by p",
        "rejection": "The probability that the token is rejected",
        "replacement_not_normalised": "max(0, p − q), not divided by the sum",
    },
    examples=(
        {
            "target": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "draft": (Fraction(1, 5), Fraction(1, 5), Fraction(3, 5)),
        },
        {
            "target": (Fraction(1, 10), Fraction(2, 5), Fraction(1, 4), Fraction(1, 4)),
            "draft": (Fraction(2, 5), Fraction(1, 10), Fraction(3, 10), Fraction(1, 5)),
        },
        {
            "target": (Fraction(9, 10), Fraction(1, 10)),
            "draft": (Fraction(1, 10), Fraction(9, 10)),
        },
    ),
)
def token(target: Vector, draft: Vector) -> SolverResults:
    """One token: x ~ q is accepted with probability min(1, p(x) / q(x)), else replaced.

    The replacement has the distribution max(0, p − q), divided by its sum 1 − Σ min(p, q), so that
    the output has the distribution p. `target` is p, `draft` is q. Source: Leviathan, Kalman and
    Matias, Fast inference from transformers via speculative decoding (2023), section 2 and
    appendix A. Raises ValueError for distributions that do not sum to one or have zeros, of
    different lengths, or equal.
    """
    require_probabilities("target", target)
    require_probabilities("draft", draft)
    if len(target) != len(draft):
        raise ValueError("target and draft must have the same number of tokens")
    if min(*target, *draft) <= 0:
        raise ValueError("target and draft must have no zeros")
    if target == draft:
        raise ValueError("target and draft must differ")
    size = len(target)
    shares, whole = over_common_denominator((*target, *draft))
    p, q = shares[:size], shares[size:]
    kept = [min(a, b) for a, b in zip(p, q, strict=True)]
    missing = [a - b for a, b in zip(p, kept, strict=True)]
    left = whole - sum(kept)
    # The chances of acceptance, kept over drafted, in parts of one unit.
    unit = lcm(*q)
    accepted = [c * (unit // b) for b, c in zip(q, kept, strict=True)]
    return {
        "acceptance": fraction(sum(kept), whole),
        "replacement": tuple([fraction(each, left) for each in missing]),
        "output": tuple([fraction(c + m, whole) for c, m in zip(kept, missing, strict=True)]),
        "both_draw_the_same": fraction(sum([a * b for a, b in zip(p, q, strict=True)]), whole**2),
        "average_acceptance": fraction(sum(accepted), unit * size),
        "weighted_by_target": fraction(sum(map(mul, p, accepted)), whole * unit),
        "rejection": fraction(left, whole),
        "replacement_not_normalised": tuple([fraction(each, whole) for each in missing]),
    }


@check("autoregressive_speculative.token", tolerance=1e-9)
def token_by_tables(target: "Tensor", draft: "Tensor") -> Mapping[str, Any]:
    """Tables of both draws: the proposal (row), and the token that comes out (column).

    An accepted proposal lies on the diagonal; it is accepted where a uniform number lies below
    p / q. A rejected one is spread over its row by what the rows of the target have beyond those
    of the draft. Both arguments are [variants, tokens].
    """
    import torch

    uniform: Any = torch.distributions.Uniform(0.0, 1.0, validate_args=False)
    single = uniform.cdf(target / draft)
    beyond = torch.relu(target - draft)
    second = beyond / beyond.sum(-1, keepdim=True)
    accepted = torch.diag_embed(draft * single)
    replaced = (draft * (1 - single))[:, :, None] * second[:, None]
    both = target[:, :, None] * draft[:, None]
    return {
        "acceptance": accepted.sum((1, 2)),
        "replacement": replaced.sum(1) / replaced.sum((1, 2))[:, None],
        "output": (accepted + replaced).sum(1),
        "both_draw_the_same": both.diagonal(dim1=1, dim2=2).sum(-1),
        "average_acceptance": single.mean(-1),
        "weighted_by_target": torch.linalg.vecdot(target, single),
        "rejection": replaced.sum((1, 2)),
        "replacement_not_normalised": replaced.sum(1),
    }


@solver(
    "autoregressive_speculative.run",
    results={
        "expected_tokens": "expected number of tokens of a round",
        "speed_up": "expected_tokens over the cost of a round, in evaluations of the target model",
    },
    mistakes={
        "without_bonus_gain": "Counts the accepted drafts only, not the token after them",
        "linear_gain": "gamma · alpha + 1 tokens: as if later drafts did not need the earlier ones",
        "unlimited": "1 / (1 − alpha): as if there were no end to the drafts",
        "all_or_nothing": "gamma + 1 with probability alpha^gamma, else 1",
    },
    examples=(
        {"alpha": Fraction(4, 5), "gamma": 4, "cost": Fraction(1, 20)},
        {"alpha": Fraction(1, 2), "gamma": 1, "cost": Fraction(1, 10)},
        {"alpha": Fraction(9, 10), "gamma": 8, "cost": Fraction(1, 4)},
    ),
)
def run(alpha: Scalar, gamma: Scalar, cost: Scalar) -> SolverResults:
    """gamma drafts, each accepted with probability alpha if all before it were; `cost` of each.

    The round gives the accepted drafts and one token more: 1 + alpha + … + alpha^gamma =
    (1 − alpha^(gamma+1)) / (1 − alpha) in the mean. It costs one evaluation of the target
    model and gamma of the draft model. Source: Leviathan, Kalman and Matias, Fast inference
    from transformers via speculative decoding (2023), section 3. Raises ValueError for alpha
    and cost not between 0 and 1, and for gamma outside 1 to 32.
    """
    require_between_zero_and_one("alpha", alpha)
    require_between_zero_and_one("cost", cost)
    count = require_count("gamma", gamma, 1, _MOST_DRAFTS)
    rate = Fraction(alpha)
    full = rate**count
    expected = (1 - full * rate) / (1 - rate)
    spent = 1 + count * Fraction(cost)
    return {
        "expected_tokens": expected,
        "speed_up": expected / spent,
        "without_bonus_gain": (expected - 1) / spent,
        "linear_gain": (count * rate + 1) / spent,
        "unlimited": 1 / (1 - rate),
        "all_or_nothing": count * full + 1,
    }


@check("autoregressive_speculative.run", tolerance=1e-9)
def run_by_absorption(alpha: "Tensor", gamma: "Tensor", cost: "Tensor") -> Mapping[str, Any]:
    """The expected number of visits of a walk that goes on to the next draft or stops.

    With M the moves between places, the visits from the first place sum up the first row of
    (I − M)⁻¹. Source: Kemeny and Snell, Finite Markov chains (1960), on the fundamental
    matrix of absorbing chains. All are [variants].
    """
    import torch

    size = int(gamma.max()) + 1
    place = torch.arange(size - 1)
    moves = torch.zeros(len(alpha), size, size, dtype=torch.float64)
    moves[:, place, place + 1] = alpha[:, None] * (place < gamma[:, None])
    visits = torch.linalg.inv(torch.eye(size, dtype=torch.float64) - moves)[:, 0]
    spent = 1 + gamma * cost
    all_accepted = visits.gather(1, gamma.long()[:, None])[:, 0]
    geometric: Any = torch.distributions.Geometric(1 - alpha)
    return {
        "expected_tokens": visits.sum(-1),
        "speed_up": visits.sum(-1) / spent,
        "without_bonus_gain": visits[:, 1:].sum(-1) / spent,
        "linear_gain": (1 + moves.sum((1, 2))) / spent,
        # The accepted drafts before the first rejection, without an end, and the token after them.
        "unlimited": geometric.mean + 1,
        "all_or_nothing": (gamma + 1) * all_accepted + (1 - all_accepted),
    }
