"""Learning energy-based models: the likelihood's gradient and contrastive divergence.

The model is a Boltzmann machine of two units with values 0 and 1 and without hidden units,
p(x) = exp(b_1 x_1 + b_2 x_2 + w x_1 x_2) / Z. States come in the order 00, 01, 10, 11;
statistics and gradients in the order b_1, b_2, w. Noise contrast is for any energy at one point.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log, log1p
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 100
_FEATURES = ((0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1))
"""x_1, x_2 and x_1 x_2 of the four states."""


def _require_small(**parameters: Scalar) -> None:
    for name, value in parameters.items():
        require_scalar(name, value)
        if not -_LARGEST <= value <= _LARGEST:
            raise ValueError(f"{name} must lie between -{_LARGEST} and {_LARGEST}")


@solver(
    "energy_learning.two_units",
    results={
        "data_expectations": "means of x_1, x_2 and x_1 x_2 over the data",
        "model_expectations": "expectations of x_1, x_2 and x_1 x_2 under the model",
        "gradient": "gradient of the mean log-likelihood in b_1, b_2 and w",
        "log_partition": "ln Z",
        "log_likelihood": "mean of ln p(x) over the data",
        "first_redrawn": "p(x_1 = 1) after x_1 has been redrawn given the data's x_2",
        "sweep_expectations": "expectations after one Gibbs sweep from the data: first x_1, "
        "then x_2 is redrawn",
        "contrastive": "data expectations less those after the sweep: the mean direction of CD-1",
    },
    mistakes={
        "gradient_sign": "The model's expectations less the data's",
        "gradient_uniform": "Takes the expectations of a uniform law for the model's",
        "gradient_independent": "Takes E[x_1] E[x_2] of the model for E[x_1 x_2]",
        "gradient_summed": "Gradient of the sum over the data, not of the mean",
        "partition_forgotten": "The mean log-likelihood without −ln Z",
        "likelihood_summed": "The sum of ln p(x) over the data, not their mean",
        "product_in_parallel": "E[x_1 x_2] if both units are redrawn at once from the data",
        "bias_for_field": "The product after the sweep with sigmoid(b_2) for sigmoid(b_2 + w)",
        "contrastive_sign": "The sign of the direction of CD-1 is wrong",
    },
    examples=(
        {"counts": (2, 1, 1, 6), "b": (Fraction(1, 2), -1), "w": 1},
        {"counts": (0, 3, 1, 4), "b": (-1, Fraction(3, 2)), "w": -2},
        {"counts": (5, 0, 0, 0), "b": (0, 0), "w": 0},
    ),
)
def two_units(counts: Vector, b: Vector, w: Scalar) -> Answers:
    """What maximum likelihood and contrastive divergence see of data with these counts.

    Source: Hinton, Training products of experts by minimizing contrastive divergence (2002),
    Neural Computation 14(8): the gradient is the data's expectation less the model's, and
    contrastive divergence stops the chain after a step. Raises ValueError for counts that are
    not four whole numbers of at least 0, no data, and parameters beyond ±100.
    """
    require_vector("counts", counts, 4)
    data = [require_count(f"counts[{at}]", each, 0, 10**6) for at, each in enumerate(counts)]
    if not any(data):
        raise ValueError("counts must hold at least one observation")
    require_vector("b", b, 2)
    _require_small(b_1=b[0], b_2=b[1], w=w)
    total = sum(data)
    seen = tuple([Fraction(_moment(data, at), total) for at in range(3)])
    exponents = [float(each) for each in (0, b[1], b[0], b[0] + b[1] + w)]
    top = max(exponents)
    weights = [exp(each - top) for each in exponents]
    whole = fsum(weights)
    model = [fsum([weights[2], weights[3]]), fsum([weights[1], weights[3]]), weights[3]]
    model = [each / whole for each in model]
    log_partition = top + log(whole)
    fit = float(b[0] * seen[0] + b[1] * seen[1] + w * seen[2])
    gradient = [float(here) - there for here, there in zip(seen, model, strict=True)]
    return {
        "data_expectations": seen,
        "model_expectations": tuple(model),
        "gradient": tuple(gradient),
        "log_partition": log_partition,
        "log_likelihood": fit - log_partition,
        "gradient_sign": tuple([-each for each in gradient]),
        "gradient_uniform": tuple(
            [here - Fraction(1, parts) for here, parts in zip(seen, (2, 2, 4), strict=True)]
        ),
        "gradient_independent": (*gradient[:2], float(seen[2]) - model[0] * model[1]),
        "gradient_summed": tuple([total * each for each in gradient]),
        "partition_forgotten": fit,
        "likelihood_summed": total * (fit - log_partition),
        **_after_a_sweep(seen, b, w),
    }


def _moment(data: Sequence[int], at: int) -> int:
    return sum([count * state[at] for count, state in zip(data, _FEATURES, strict=True)])


def _after_a_sweep(seen: Vector, b: Vector, w: Scalar) -> Answers:
    """One Gibbs sweep from the data, x_1 first: it forgets the data's x_1."""
    own, pushed = _sigmoid(b[0]), _sigmoid(b[0] + w)
    first = float(1 - seen[1]) * own + float(seen[1]) * pushed
    alone, joined = _sigmoid(b[1]), _sigmoid(b[1] + w)
    both = first * joined
    after = (first, both + (1 - first) * alone, both)
    contrast = [float(here) - there for here, there in zip(seen, after, strict=True)]
    shares = (1 - seen[0] - seen[1] + seen[2], seen[1] - seen[2], seen[0] - seen[2], seen[2])
    products = (own * alone, pushed * alone, own * joined, pushed * joined)
    return {
        "first_redrawn": first,
        "sweep_expectations": after,
        "contrastive": tuple(contrast),
        "product_in_parallel": fsum([float(a) * c for a, c in zip(shares, products, strict=True)]),
        "bias_for_field": first * alone,
        "contrastive_sign": tuple([-each for each in contrast]),
    }


def _sigmoid(x: Scalar) -> float:
    return 1 / (1 + exp(-x))


@check("energy_learning.two_units", tolerance=1e-8)
def two_units_by_autograd(counts: "Tensor", b: "Tensor", w: "Tensor") -> Mapping[str, Any]:
    """Differentiates the log-likelihood; the sweep is two matrices made from the joint table.

    counts: [variants, 4]; b: [variants, 2]; w: [variants]. Every redraw takes its conditional
    from the two entries of the joint table that agree with the unit that stays.
    """
    import torch

    features = torch.tensor(_FEATURES, dtype=torch.float64)
    parameters = torch.cat((b, w[:, None]), dim=-1).requires_grad_(True)
    log_weights = parameters @ features.mT
    log_partition = torch.logsumexp(log_weights, dim=-1)
    shares = counts / counts.sum(-1, keepdim=True)
    log_likelihood = (shares * torch.log_softmax(log_weights, dim=-1)).sum(-1)
    (gradient,) = torch.autograd.grad(log_likelihood.sum(), parameters, retain_graph=True)
    (model,) = torch.autograd.grad(log_partition.sum(), parameters)
    table = log_weights.detach().reshape(-1, 2, 2)
    law = shares.reshape(-1, 2, 2)
    # Axes are x_1 and x_2; a redraw of a unit spreads its sum over the unit's conditional.
    law = law.sum(1, keepdim=True) * torch.softmax(table, dim=1)
    first = law[:, 1].sum(-1)
    law = law.sum(2, keepdim=True) * torch.softmax(table, dim=2)
    after = law.reshape(-1, 4) @ features
    return {
        "data_expectations": shares @ features,
        "model_expectations": model,
        "gradient": gradient,
        "log_partition": log_partition.detach(),
        "log_likelihood": log_likelihood.detach(),
        "first_redrawn": first,
        "sweep_expectations": after,
        "contrastive": shares @ features - after,
    }


@solver(
    "energy_learning.noise_contrastive",
    results={
        "log_ratio": "G(x) = −E(x) − c − ln(ν q(x)), the classifier's logit",
        "probability": "the probability, sigmoid(G), that x is data",
        "data_loss": "−ln of it: the loss if x is data",
        "noise_loss": "−ln(1 − probability): the loss if x is noise",
    },
    mistakes={
        "ratio_forgotten": "The probability with one noise sample for each data point",
        "ratio_inverted": "The probability with ν divided out of the noise, not multiplied",
        "constant_forgotten": "The probability without the learned constant",
        "constant_sign": "The probability with +c: the sign of the constant is wrong",
        "energy_sign": "The probability with exp(+E(x)): the sign of the energy is wrong",
        "noise_probability": "The probability that x is noise",
        "not_normalised": "The ratio itself: exp(G), not divided by 1 + exp(G)",
        "plain_ratio": "The ratio of the model's density to the noise's, without ν",
    },
    examples=(
        {"energy": 2, "constant": 1, "noise": Fraction(1, 10), "ratio": 2},
        {"energy": Fraction(-1, 2), "constant": Fraction(3, 2), "noise": 1, "ratio": 5},
        {"energy": 0, "constant": 0, "noise": 1, "ratio": 1},
    ),
)
def noise_contrastive(energy: Scalar, constant: Scalar, noise: Scalar, ratio: Scalar) -> Answers:
    """Noise-contrastive estimation at one point x, with ν = `ratio` noise samples a data point.

    The model is p(x) = exp(−E(x) − c) with the learned constant c in the place of ln Z; `noise`
    is q(x). Source: Gutmann and Hyvärinen, Noise-contrastive estimation of unnormalized
    statistical models (2012), JMLR 13. Raises ValueError for noise and ratio not above zero, and
    for an energy and constant beyond ±100.
    """
    _require_small(energy=energy, constant=constant)
    require_positive("noise", noise)
    require_positive("ratio", ratio)
    log_noise, log_times = log(noise), log(ratio)

    def sigmoid(logit: float) -> float:
        return 1 / (1 + exp(-logit)) if logit > 0 else exp(logit) / (1 + exp(logit))

    log_model = -float(energy + constant)
    logit = log_model - log_noise - log_times
    softplus = max(logit, 0.0) + log1p(exp(-abs(logit)))
    return {
        "log_ratio": logit,
        "probability": sigmoid(logit),
        "data_loss": softplus - logit,
        "noise_loss": softplus,
        "ratio_forgotten": sigmoid(log_model - log_noise),
        "ratio_inverted": sigmoid(log_model - log_noise + log_times),
        "constant_forgotten": sigmoid(logit + float(constant)),
        "constant_sign": sigmoid(logit + 2 * float(constant)),
        "energy_sign": sigmoid(logit + 2 * float(energy)),
        "noise_probability": sigmoid(-logit),
        "not_normalised": exp(logit),
        "plain_ratio": exp(log_model - log_noise),
    }


@check("energy_learning.noise_contrastive", tolerance=1e-8)
def noise_contrastive_by_bayes(
    energy: "Tensor", constant: "Tensor", noise: "Tensor", ratio: "Tensor"
) -> Mapping[str, Any]:
    """Bayes' rule for a draw that is data with probability 1 / (1 + ν); all are [variants]."""
    import torch

    data = torch.exp(-energy) * torch.exp(-constant) / (1 + ratio)
    false = noise * ratio / (1 + ratio)
    joint = torch.stack((data, false), dim=-1)
    posterior = joint / joint.sum(-1, keepdim=True)
    return {
        "log_ratio": torch.log(data / false),
        "probability": posterior[:, 0],
        "data_loss": -posterior[:, 0].log(),
        "noise_loss": -posterior[:, 1].log(),
    }
