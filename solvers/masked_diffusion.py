"""Masked diffusion of tokens: the step back, its cost, and tokens that are revealed together."""

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_between_zero_and_one,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "masked_diffusion.step",
    results={
        "reveal": "the probability that a token masked at t is clean at s < t",
        "stay": "the probability that it stays masked",
        "mask_again": "the probability that a token clean at s is masked at t",
        "share_revealed": "the expected share of all tokens that the step reveals",
        "cost": "KL of the true step from the model's, in nats, for a token masked at t",
        "mean_cost": "its mean over tokens that may be clean at t, where it is 0",
        "mostly_masked": "whether more than half of the tokens are masked at t",
        "likelier_to_stay": "whether a masked token is likelier to stay masked than not",
        "likelier_masked_again": "whether a token clean at s is likelier masked than clean at t",
        "over_a_quarter": "whether the step reveals more than a quarter of all tokens",
    },
    mistakes={
        "level_after": "alpha_s: the probability of being clean at s, without what is known of t",
        "ratio": "alpha_t / alpha_s: the probability that a token clean at s is clean at t",
        "cross_entropy": "−ln p, without the weight of the step",
        "cost_of_stay": "Weighs −ln p by the probability of staying masked",
        "cost_in_bits": "The cost with the logarithm to base 2",
        "cost_of_probability": "Takes 1 − p in place of −ln p",
    },
    examples=(
        {"alpha_t": Fraction(1, 5), "alpha_s": Fraction(1, 2), "p": Fraction(1, 4)},
        {"alpha_t": Fraction(3, 5), "alpha_s": Fraction(4, 5), "p": Fraction(9, 10)},
        {"alpha_t": Fraction(1, 10), "alpha_s": Fraction(3, 20), "p": Fraction(1, 3)},
    ),
)
def step(alpha_t: Scalar, alpha_s: Scalar, p: Scalar) -> SolverResults:
    """A token is clean at time t with probability alpha_t; masks are never taken off forwards.

    Given a mask at t and the clean token, the token is clean at s with probability (alpha_s −
    alpha_t) / (1 − alpha_t). The model's step has the same probabilities with its own p for the
    clean token, so the divergence is this times −ln p. Source: Sahoo et al., Simple and
    effective masked diffusion language models (2024), section 3.2; Austin et al.,
    Structured denoising diffusion models in discrete state-spaces (2021), equation 3. Raises
    ValueError for values not between 0 and 1, and unless alpha_t is below alpha_s.
    """
    for name, value in (("alpha_t", alpha_t), ("alpha_s", alpha_s), ("p", p)):
        require_between_zero_and_one(name, value)
    if alpha_t >= alpha_s:
        raise ValueError("alpha_t must be below alpha_s")
    reveal = Fraction(alpha_s - alpha_t) / (1 - alpha_t)
    ratio, surprise = Fraction(alpha_t) / alpha_s, -log(p)
    cost = float(reveal) * surprise
    half = Fraction(1, 2)
    return {
        "reveal": reveal,
        "stay": 1 - reveal,
        "mask_again": 1 - ratio,
        "share_revealed": alpha_s - alpha_t,
        "cost": cost,
        "mean_cost": float(alpha_s - alpha_t) * surprise,
        "mostly_masked": alpha_t < half,
        "likelier_to_stay": reveal < half,
        "likelier_masked_again": ratio < half,
        "over_a_quarter": alpha_s - alpha_t > Fraction(1, 4),
        "level_after": alpha_s,
        "ratio": ratio,
        "cross_entropy": surprise,
        "cost_of_stay": float(1 - reveal) * surprise,
        "cost_in_bits": cost / log(2),
        "cost_of_probability": reveal * (1 - p),
    }


@check("masked_diffusion.step", tolerance=1e-9)
def step_by_matrices(alpha_t: "Tensor", alpha_s: "Tensor", p: "Tensor") -> Mapping[str, Any]:
    """Bayes' rule with transition matrices over the right token, another one, and the mask.

    The model's step is the mixture of the posteriors of both tokens, with its probabilities.
    All are [variants].
    """
    import torch

    def masking(kept: "Tensor") -> "Tensor":
        """Rows from, columns to: the mask absorbs."""
        matrix = kept[:, None, None] * torch.eye(3, dtype=kept.dtype)
        matrix[:, :, 2] += (1 - kept)[:, None]
        return matrix

    to_s = masking(alpha_s)
    onward = torch.linalg.solve(to_s, masking(alpha_t))
    joint = to_s[:, :2, :, None] * onward[:, None]
    to_t = joint.sum(2)
    posterior = joint[..., 2] / to_t[..., 2][..., None]
    shares = torch.stack((p, 1 - p), -1)
    model = (shares[:, :, None] * posterior).sum(1)
    truth = posterior[:, 0]
    logs = torch.where(truth > 0, (truth / model).log(), 0.0)
    cost = (truth * logs).sum(-1)
    both = joint[:, 0, 0]
    masked = to_t[:, 0, 2]
    again = both[:, 2] / both.sum(-1)
    return {
        "reveal": truth[:, 0],
        "stay": truth[:, 2],
        "mask_again": again,
        "share_revealed": both[:, 2],
        "cost": cost,
        "mean_cost": masked * cost,
        "mostly_masked": masked > 0.5 + 1e-12,
        "likelier_to_stay": truth[:, 2] > truth[:, 0] + 1e-12,
        "likelier_masked_again": again > 0.5 + 1e-12,
        "over_a_quarter": both[:, 2] > 0.25 + 1e-12,
        "level_after": both.sum(-1),
        "ratio": both[:, 0] / both.sum(-1),
        "cross_entropy": -shares[:, 0].log(),
        "cost_of_stay": -truth[:, 2] * shares[:, 0].log(),
        "cost_in_bits": (truth * logs / torch.log(torch.tensor(2.0, dtype=p.dtype))).sum(-1),
        "cost_of_probability": truth[:, 0] * shares[:, 1],
    }


@solver(
    "masked_diffusion.together",
    results={
        "same_step": "the probability that both tokens are revealed in the same step",
        "wrong": "the sampler's probability of the second or the third pair",
        "true_wrong": "the data's probability of them",
    },
    mistakes={
        "always_together": "The probability of the two pairs when all is revealed at once",
        "only_second": "Counts the second pair alone",
        "by_steps": "Divides by the number of steps, whatever their shares",
    },
    examples=(
        {
            "shares": (Fraction(1, 4),) * 4,
            "joint": (Fraction(3, 5), 0, 0, Fraction(2, 5)),
        },
        {
            "shares": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "joint": (Fraction(1, 2), Fraction(1, 10), 0, Fraction(2, 5)),
        },
        {
            "shares": (Fraction(1, 10), Fraction(9, 10)),
            "joint": (Fraction(1, 5), Fraction(3, 10), Fraction(1, 10), Fraction(2, 5)),
        },
    ),
)
def together(shares: Vector, joint: Vector) -> SolverResults:
    """Two masked tokens with two values each; the model knows each token's exact conditional.

    Each token is revealed in step k with probability shares_k, independently. In different steps
    the second is drawn given the first; in the same step both are drawn from their marginals.
    Source: Sahoo et al., Simple and effective masked diffusion language models (2024), section
    3, where the step back factorises over the tokens. Raises ValueError for shares or a joint
    table that are no probabilities.
    """
    require_vector("shares", shares)
    require_probabilities("shares", shares)
    require_vector("joint", joint, 4)
    require_probabilities("joint", joint)
    same = Fraction(sum(share * share for share in shares))
    first, second = joint[0] + joint[1], joint[0] + joint[2]
    apart = (
        first * second,
        first * (1 - second),
        (1 - first) * second,
        (1 - first) * (1 - second),
    )
    made = tuple(same * a + (1 - same) * b for a, b in zip(apart, joint, strict=True))
    return {
        "same_step": same,
        "wrong": made[1] + made[2],
        "true_wrong": joint[1] + joint[2],
        "always_together": apart[1] + apart[2],
        "only_second": made[1],
        "by_steps": Fraction(apart[1] + apart[2]) / len(shares)
        + (1 - fraction(1, len(shares))) * (joint[1] + joint[2]),
    }


@check("masked_diffusion.together", tolerance=1e-9)
def together_by_enumeration(shares: "Tensor", joint: "Tensor") -> Mapping[str, Any]:
    """Runs through all pairs of steps and draws each token as the sampler would.

    shares: [variants, steps]; joint: [variants, 4].
    """
    import torch

    table = joint.reshape(-1, 2, 2)
    rows, columns = table.sum(2), table.sum(1)
    # A token's conditional given the other; of values that never occur it does not matter.
    given_first = table / rows.clamp(min=1e-300)[:, :, None]
    given_second = table / columns.clamp(min=1e-300)[:, None, :]
    made, split = torch.zeros_like(table), rows[:, :, None] * columns[:, None, :]
    same, count = torch.zeros_like(shares[:, 0]), shares.shape[-1]
    equal_steps = torch.zeros_like(table)
    for one in range(count):
        for other in range(count):
            if one < other:
                drawn = rows[:, :, None] * given_first
            elif one > other:
                drawn = columns[:, None, :] * given_second
            else:
                drawn = split
                same = same + shares[:, one] * shares[:, other]
            made = made + (shares[:, one] * shares[:, other])[:, None, None] * drawn
            equal_steps = equal_steps + drawn / count**2
    return {
        "same_step": same,
        "wrong": made[:, 0, 1] + made[:, 1, 0],
        "true_wrong": 1 - table[:, 0, 0] - table[:, 1, 1],
        "always_together": split[:, 0, 1] + split[:, 1, 0],
        "only_second": made[:, 0, 1],
        "by_steps": equal_steps[:, 0, 1] + equal_steps[:, 1, 0],
    }
