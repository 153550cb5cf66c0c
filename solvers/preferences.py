"""Learning from preferences: rewards with a KL penalty, the Bradley-Terry model and DPO."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, log, log1p
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_positive,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_NATS = 200


@solver(
    "preferences.tilted",
    results={
        "policy": "the best policy, reference times e^(reward / beta) over the sum of these",
        "weights": "reference times e^(reward / beta), before they are normalised",
        "partition": "the sum Z of the weights",
        "best_value": "the largest value of the objective, beta ln Z",
        "expected_reward": "expected reward of the best policy",
        "divergence": "KL(best policy || reference), in nats",
    },
    mistakes={
        "without_reference": "Forgets the reference: a softmax of reward / beta",
        "beta_multiplied": "Multiplies the rewards by beta where it divides",
        "log_partition": "ln Z, without the factor beta",
        "reference_reward": "Expected reward of the reference",
        "divergence_reversed": "KL(reference || best policy)",
    },
    examples=(
        {
            "reference": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "rewards": (0, 1, 2),
            "beta": Fraction(1, 2),
        },
        {"reference": (Fraction(9, 10), Fraction(1, 10)), "rewards": (-1, 3), "beta": 2},
        {
            "reference": (Fraction(1, 4), Fraction(1, 4), Fraction(3, 10), Fraction(1, 5)),
            "rewards": (Fraction(-3, 2), 0, 2, 1),
            "beta": Fraction(3, 2),
        },
    ),
)
def tilted(reference: Vector, rewards: Vector, beta: Scalar) -> SolverResults:
    """The policy that maximises E[r] − beta KL(policy || reference) over finitely many answers.

    It is reference(y) e^(r(y) / beta) / Z, and the maximum is beta ln Z. Source: Rafailov, Sharma,
    Mitchell, Ermon, Manning and Finn, Direct preference optimization (2023), equations 3 and 4
    and appendix A.1. Raises ValueError for a reference with zeros, for vectors of different
    lengths, for beta not above zero and for rewards above 200 beta in size.
    """
    require_probabilities("reference", reference)
    require_vector("rewards", rewards, len(reference))
    require_positive("beta", beta)
    if min(reference) <= 0:
        raise ValueError("reference must have no zeros")
    parts, whole = over_common_denominator(reference)
    gains, unit = over_common_denominator(rewards)
    strength, below = beta.as_integer_ratio()
    largest = max(map(abs, gains))
    if (
        largest * below > _MOST_NATS * strength * unit
        or largest * strength > _MOST_NATS * below * unit
    ):
        raise ValueError(f"rewards must be at most {_MOST_NATS} times beta, and over it, in size")
    shares = [part / whole for part in parts]
    scaled = [gain * below / (unit * strength) for gain in gains]
    multiplied = [gain * strength / (unit * below) for gain in gains]
    weights = [share * exp(each) for share, each in zip(shares, scaled, strict=True)]
    partition = fsum(weights)
    policy = _shares(weights)
    pairs = list(zip(policy, shares, strict=True))
    return {
        "policy": policy,
        "weights": tuple(weights),
        "partition": partition,
        "best_value": strength / below * log(partition),
        "expected_reward": fsum([p * (r / unit) for p, r in zip(policy, gains, strict=True)]),
        "divergence": fsum([p * log(p / q) for p, q in pairs]),
        "without_reference": _shares([exp(each) for each in scaled]),
        "beta_multiplied": _shares(
            [share * exp(each) for share, each in zip(shares, multiplied, strict=True)]
        ),
        "log_partition": log(partition),
        "reference_reward": fraction(sum(map(mul, parts, gains)), whole * unit),
        "divergence_reversed": fsum([q * log(q / p) for p, q in pairs]),
    }


def _shares(weights: list[float]) -> tuple[float, ...]:
    total = fsum(weights)
    return tuple([weight / total for weight in weights])


def _best_policy(
    reference: "Tensor", rewards: "Tensor", beta: "Tensor"
) -> tuple["Tensor", "Tensor"]:
    """The maximiser [variants, answers] and the maximum, by mirror ascent with autograd.

    A step of 1 / (2 beta) halves the distance to the maximum in log probabilities. Source:
    Beck and Teboulle, Mirror descent and nonlinear projected subgradient methods (2003).
    """
    import torch

    policy = torch.full_like(reference, 1 / reference.shape[1])
    strength = beta[:, None]

    def objective(policy: "Tensor") -> "Tensor":
        return (policy * (rewards - strength * (policy / reference).log())).sum(-1)

    for _ in range(64):
        policy = policy.detach().requires_grad_()
        slope = torch.autograd.grad(objective(policy).sum(), policy)[0]
        policy = (policy.detach().log() + slope / (2 * strength)).softmax(-1)
    return policy, objective(policy)


@check("preferences.tilted", tolerance=1e-9)
def tilted_by_ascent(reference: "Tensor", rewards: "Tensor", beta: "Tensor") -> Mapping[str, Any]:
    """Climbs the objective itself; reference, rewards: [variants, answers], beta: [variants].

    Z follows from the maximum, and the expected reward from how the maximum changes with the
    rewards. Mistakes are the maxima of other objectives.
    """
    import torch

    policy, value = _best_policy(reference, rewards, beta)
    uniform = torch.full_like(reference, 1 / reference.shape[1])
    entropies = torch.nn.functional.kl_div
    partition = (value / beta).exp()
    return {
        "policy": policy,
        "weights": policy * partition[:, None],
        "partition": partition,
        "best_value": value,
        "expected_reward": value
        + beta * entropies(reference.log(), policy, reduction="none").sum(-1),
        "divergence": entropies(reference.log(), policy, reduction="none").sum(-1),
        "without_reference": _best_policy(uniform, rewards, beta)[0],
        "beta_multiplied": _best_policy(reference, rewards, 1 / beta)[0],
        "log_partition": value / beta,
        "reference_reward": torch.linalg.vecdot(reference, rewards),
        "divergence_reversed": entropies(policy.log(), reference, reduction="none").sum(-1),
    }


@solver(
    "preferences.pair",
    results={
        "margin": "beta times (log ratio of the chosen answer − log ratio of the rejected one)",
        "chosen_ratio": "ln of policy over reference, of the chosen answer",
        "rejected_ratio": "ln of policy over reference, of the rejected answer",
        "loss": "−ln sigmoid(margin)",
        "weight": "sigmoid(−margin): how steep the loss is in the margin",
        "ranks_rightly": "whether the implicit reward of the chosen answer is the larger one",
    },
    mistakes={
        "margin_without_reference": "beta times the difference of the policy's log probabilities",
        "margin_without_beta": "The difference of the log ratios, not multiplied by beta",
        "margin_added": "Adds the two log ratios",
        "probability": "sigmoid(margin): the logarithm is forgotten",
        "loss_of_swapped_pair": "−ln sigmoid(−margin): chosen and rejected are swapped",
    },
    examples=(
        {"policy": (-40, -42), "reference": (-41, -40), "beta": Fraction(1, 10)},
        {
            "policy": (Fraction(-45, 2), Fraction(-39, 2)),
            "reference": (-24, -25),
            "beta": Fraction(1, 2),
        },
        {"policy": (-10, -9), "reference": (-8, -12), "beta": Fraction(3, 10)},
    ),
)
def pair(policy: Vector, reference: Vector, beta: Scalar) -> SolverResults:
    """The DPO loss of one pair; the log probabilities are those of chosen and rejected answer.

    −ln sigmoid(beta ln(policy(y_w) / reference(y_w)) − beta ln(policy(y_l) / reference(y_l))).
    Source: Rafailov, Sharma, Mitchell, Ermon, Manning and Finn, Direct preference optimization
    (2023), equation 7 and its gradient in section 4. Raises ValueError for other than two log
    probabilities each, beta not above zero, and margins above 200.
    """
    require_vector("policy", policy, 2)
    require_vector("reference", reference, 2)
    require_positive("beta", beta)
    if max(*policy, *reference) > 0:
        raise ValueError("log probabilities must not be positive")
    chosen, rejected = (Fraction(p) - q for p, q in zip(policy, reference, strict=True))
    margin = beta * (chosen - rejected)
    if abs(margin) > _MOST_NATS:
        raise ValueError(f"the margin must be at most {_MOST_NATS} in size")
    return {
        "margin": margin,
        "chosen_ratio": chosen,
        "rejected_ratio": rejected,
        "loss": log1p(exp(-margin)),
        "weight": 1 / (1 + exp(margin)),
        "ranks_rightly": margin > 0,
        "margin_without_reference": beta * (Fraction(policy[0]) - policy[1]),
        "margin_without_beta": chosen - rejected,
        "margin_added": beta * (chosen + rejected),
        "probability": 1 / (1 + exp(-margin)),
        "loss_of_swapped_pair": log1p(exp(margin)),
    }


@check("preferences.pair", tolerance=1e-9)
def pair_by_odds(policy: "Tensor", reference: "Tensor", beta: "Tensor") -> Mapping[str, Any]:
    """The pair as a classification with two logits, its implicit rewards; beta: [variants].

    policy, reference: [variants, 2]. The loss is the cross-entropy of the label "first"; its
    slope in the first reward, found by autograd, is minus the weight. Source: Bradley and Terry,
    Rank analysis of incomplete block designs (1952).
    """
    import torch

    ratios = policy - reference
    rewards = (beta[:, None] * ratios).requires_grad_()
    first = torch.zeros(len(beta), dtype=torch.long)
    entropy = torch.nn.functional.cross_entropy
    loss = entropy(rewards, first, reduction="none")
    slope = torch.autograd.grad(loss.sum(), rewards)[0]
    contrast = torch.tensor([1.0, -1.0], dtype=torch.float64)
    both = rewards.detach().softmax(-1)
    return {
        "margin": torch.logit(both[:, 0]),
        "chosen_ratio": ratios[:, 0],
        "rejected_ratio": ratios[:, 1],
        "loss": loss.detach(),
        "weight": -slope[:, 0],
        "ranks_rightly": ratios @ contrast > 1e-12,
        "margin_without_reference": (beta[:, None] * policy) @ contrast,
        "margin_without_beta": ratios @ contrast,
        "margin_added": rewards.detach().sum(-1),
        "probability": both[:, 0],
        "loss_of_swapped_pair": entropy(rewards.detach(), first + 1, reduction="none"),
    }


@solver(
    "preferences.bradley_terry",
    results={
        "far": "probability that the first answer beats the third",
        "odds": "the odds of that, first · second in odds",
        "near_odds": "the odds of the two probabilities that are given",
        "differences": "the two differences of rewards, ln of these odds",
    },
    mistakes={
        "product": "Multiplies the two probabilities",
        "mean": "Averages the two probabilities",
        "second_reversed": "Divides the odds: reads the second comparison backwards",
        "probit": "Adds distances of a normal distribution in place of log odds",
    },
    examples=(
        {"first": Fraction(4, 5), "second": Fraction(7, 10)},
        {"first": Fraction(3, 10), "second": Fraction(9, 10)},
        {"first": Fraction(3, 5), "second": Fraction(3, 4)},
    ),
)
def bradley_terry(first: Scalar, second: Scalar) -> SolverResults:
    """P(A beats C) from P(A beats B) = first and P(B beats C) = second.

    P(A beats B) = sigmoid(r_A − r_B), so that log odds add. Source: Bradley and Terry, Rank
    analysis of incomplete block designs (1952), section 2; Rafailov et al., Direct preference
    optimization (2023), equation 1. Raises ValueError for probabilities not between 0 and 1.
    """
    from statistics import NormalDist

    require_between_zero_and_one("first", first)
    require_between_zero_and_one("second", second)
    odds = Fraction(first) / (1 - first), Fraction(second) / (1 - second)
    both = odds[0] * odds[1]
    wrong = odds[0] / odds[1]
    normal = NormalDist()
    distance = normal.inv_cdf(float(first)) + normal.inv_cdf(float(second))
    return {
        "far": both / (1 + both),
        "odds": both,
        "near_odds": odds,
        "differences": (log(odds[0]), log(odds[1])),
        "product": Fraction(first) * second,
        "mean": Fraction(first + second) / 2,
        "second_reversed": wrong / (1 + wrong),
        "probit": normal.cdf(distance),
    }


@check("preferences.bradley_terry", tolerance=1e-8)
def bradley_terry_by_fitting(first: "Tensor", second: "Tensor") -> Mapping[str, Any]:
    """Fits three rewards (the third 0) to endless comparisons by Newton's method; [variants] each.

    The likelihood is concave in the rewards, and its maximum reproduces both probabilities.
    """
    import torch

    shares = torch.stack((first, second), -1)
    # Rows: A against B, B against C; columns: the rewards of A and B.
    design = torch.tensor([[1.0, -1.0], [0.0, 1.0]], dtype=torch.float64)

    def fitted(shares: "Tensor") -> "Tensor":
        rewards = torch.zeros_like(shares)
        for _ in range(60):
            beaten = torch.sigmoid(rewards @ design.T)
            slope = (shares - beaten) @ design
            bend = design.T @ torch.diag_embed(beaten * (1 - beaten)) @ design
            step = torch.linalg.solve(bend, slope)
            rewards = rewards + step * (1 / step.norm(dim=-1, keepdim=True)).clamp(max=1)
        return rewards

    rewards = fitted(shares)
    swapped = fitted(torch.stack((first, 1 - second), -1))
    normal = torch.special.ndtr
    return {
        "far": torch.sigmoid(rewards[:, 0]),
        "odds": rewards[:, 0].exp(),
        "near_odds": (rewards @ design.T).exp(),
        "differences": rewards @ design.T,
        "product": shares.prod(-1),
        "mean": shares.mean(-1),
        "second_reversed": torch.sigmoid(swapped[:, 0]),
        "probit": normal(torch.special.ndtri(shares).sum(-1)),
    }
