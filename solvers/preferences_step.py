"""One small step of direct preference optimisation, and whose probability it raises."""

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "preferences_step.log_linear",
    results={
        "slopes": "how fast the log probability of each answer changes along the step",
        "mean_feature": "the policy's expected feature",
        "chosen_rises": "whether the step raises the probability of the chosen answer",
        "rejected_falls": "whether it lowers the probability of the rejected answer",
        "third_rises": "whether it raises the probability of the third answer",
        "margin": "beta times the difference of the two log ratios",
        "steeper_than_at_start": "whether the loss is steeper than for policy = reference",
    },
    examples=(
        {
            "features": (2, 1, 3),
            "policy": (Fraction(1, 5), Fraction(1, 5), Fraction(3, 5)),
            "reference": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)),
            "beta": Fraction(1, 10),
        },
        {
            "features": (-1, 2, 0),
            "policy": (Fraction(3, 5), Fraction(1, 10), Fraction(3, 10)),
            "reference": (Fraction(1, 5), Fraction(2, 5), Fraction(2, 5)),
            "beta": Fraction(1, 2),
        },
    ),
)
def log_linear(features: Vector, policy: Vector, reference: Vector, beta: Scalar) -> SolverResults:
    """A small gradient step of the DPO loss in theta, where policy(y) ∝ e^(theta f(y) + c(y)).

    The answers are the chosen, the rejected and a third one. Minus the gradient is
    beta sigmoid(−margin) (f_w − f_l), and ln policy(y) has the slope f(y) − E[f]. Sources: Rafailov
    et al., Direct preference optimization (2023), section 4; Razin, Malladi, Bhaskar, Chen, Arora
    and Hanin, Unintentional unalignment: likelihood displacement in direct preference optimization
    (2024), on chosen answers that become less likely. Raises ValueError for other than three
    answers, distributions with zeros, equal features of the pair and beta not above zero.
    """
    require_vector("features", features, 3)
    for name, law in (("policy", policy), ("reference", reference)):
        parts, _ = require_probabilities(name, law)
        require_vector(name, law, 3)
        if min(parts) <= 0:
            raise ValueError(f"{name} must have no zeros")
    require_positive("beta", beta)
    (chosen, rejected, other), unit = over_common_denominator(features)
    gap = chosen - rejected
    if not gap:
        raise ValueError("chosen and rejected answer must have different features")
    masses, whole = over_common_denominator(policy)
    known, _ = over_common_denominator(reference)
    mean = masses[0] * chosen + masses[1] * rejected + masses[2] * other
    slopes = [gap * (whole * each - mean) for each in (chosen, rejected, other)]
    raised, lowered = masses[0] * known[1], masses[1] * known[0]
    strength, below = beta.as_integer_ratio()
    return {
        "slopes": tuple([fraction(slope, unit * unit * whole) for slope in slopes]),
        "mean_feature": fraction(mean, whole * unit),
        "chosen_rises": slopes[0] > 0,
        "rejected_falls": slopes[1] < 0,
        "third_rises": slopes[2] > 0,
        "margin": strength / below * log(raised / lowered),
        "steeper_than_at_start": raised < lowered,
    }


_STILL = 1e-12
"""Slopes below it are rounding: an answer with the mean feature stays where it is."""


@check("preferences_step.log_linear", tolerance=1e-10)
def log_linear_by_trying(
    features: "Tensor", policy: "Tensor", reference: "Tensor", beta: "Tensor"
) -> Mapping[str, Any]:
    """Takes the step and looks; features, policy, reference: [variants, 3], beta: [variants].

    The loss is differentiated by autograd at theta = 0 with c = ln policy, and so is what a step
    against the gradient does to the policy.
    """
    import torch

    theta = torch.zeros(len(beta), dtype=torch.float64, requires_grad=True)

    def log_policy(theta: "Tensor") -> "Tensor":
        return (policy.log() + theta[:, None] * features).log_softmax(-1)

    def loss(logs: "Tensor") -> "Tensor":
        ratios = logs - reference.log()
        return -torch.nn.functional.logsigmoid(beta * (ratios[:, 0] - ratios[:, 1]))

    logs = log_policy(theta)
    now = loss(logs)
    descent = -torch.autograd.grad(now.sum(), theta, retain_graph=True)[0]
    # Along the step, in units in which it is the gap of the features that moves theta.
    pull = descent / (beta * (1 - (-now.detach()).exp()))
    answers = logs.sum(0)
    rises = [torch.autograd.grad(each, theta, retain_graph=True)[0] for each in answers]
    change = torch.stack(rises, -1) * pull[:, None]
    at_start = torch.zeros_like(theta).requires_grad_()
    equal = -torch.nn.functional.logsigmoid(at_start * beta * (features[:, 0] - features[:, 1]))
    start = torch.autograd.grad(equal.sum(), at_start)[0]
    return {
        "slopes": change,
        "mean_feature": torch.linalg.vecdot(policy, features),
        "chosen_rises": change[:, 0] > _STILL,
        "rejected_falls": change[:, 1] < -_STILL,
        "third_rises": change[:, 2] > _STILL,
        "margin": -torch.log(torch.expm1(now.detach())),
        "steeper_than_at_start": descent.abs() > start.abs() * (1 + 1e-9),
    }
