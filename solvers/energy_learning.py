"""Learning energy-based models: the likelihood's gradient and contrastive divergence.

The model is a Boltzmann machine of two units with values 0 and 1 and without hidden units,
p(x) = exp(b_1 x_1 + b_2 x_2 + w x_1 x_2) / Z. States come in the order 00, 01, 10, 11;
statistics and gradients in the order b_1, b_2, w. Noise contrast is for any energy at one point.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
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
        "partition": "Z, for its logarithm",
        "weight_of_both": "exp(b_1 + b_2 + w), for E[x_1 x_2]: not divided by Z",
        "product_of_means": "E[x_1] E[x_2] of the model, for E[x_1 x_2]",
        "gradient_uniform": "Takes the expectations of a uniform distribution for the model's",
        "gradient_independent": "Takes E[x_1] E[x_2] of the model for E[x_1 x_2]",
        "gradient_summed": "Gradient of the sum over the data, not of the mean",
        "partition_forgotten": "The mean log-likelihood without −ln Z",
        "likelihood_summed": "The sum of ln p(x) over the data, not their mean",
        "first_uncoupled": "sigmoid(b_1), for p(x_1 = 1) after its redraw",
        "first_pushed": "sigmoid(b_1 + w), for the same",
        "first_swapped": "The same with the shares of x_2 = 0 and x_2 = 1 swapped",
        "product_in_parallel": "E[x_1 x_2] if both units are redrawn at once from the data",
        "bias_for_field": "The product after the sweep with sigmoid(b_2) for sigmoid(b_2 + w)",
        "contrastive_sign": "The sign of the direction of CD-1 is wrong",
        "contrastive_in_parallel": "The direction for w with both units redrawn at once",
    },
    examples=(
        {"counts": (2, 1, 1, 6), "b": (Fraction(1, 2), -1), "w": 1},
        {"counts": (0, 3, 1, 4), "b": (-1, Fraction(3, 2)), "w": -2},
        {"counts": (5, 0, 0, 0), "b": (0, 0), "w": 0},
    ),
)
def two_units(counts: Vector, b: Vector, w: Scalar) -> SolverResults:
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
    moments = [_moment(data, at) for at in range(3)]
    seen = [moment / total for moment in moments]
    strengths, unit = over_common_denominator((*b, w))
    first, second, coupling = strengths
    exponents = [0.0, second / unit, first / unit, (first + second + coupling) / unit]
    top = max(exponents)
    weights = [exp(each - top) for each in exponents]
    whole = fsum(weights)
    model = [fsum([weights[2], weights[3]]), fsum([weights[1], weights[3]]), weights[3]]
    model = [each / whole for each in model]
    log_partition = top + log(whole)
    fit = sum(map(mul, strengths, moments)) / (unit * total)
    gradient = [here - there for here, there in zip(seen, model, strict=True)]
    return {
        "data_expectations": tuple([fraction(moment, total) for moment in moments]),
        "model_expectations": tuple(model),
        "gradient": tuple(gradient),
        "log_partition": log_partition,
        "log_likelihood": fit - log_partition,
        "partition": exp(log_partition),
        "weight_of_both": exp(exponents[3]),
        "product_of_means": model[0] * model[1],
        "gradient_sign": tuple([-each for each in gradient]),
        "gradient_uniform": tuple(
            [
                fraction(parts * moment - total, parts * total)
                for moment, parts in zip(moments, (2, 2, 4), strict=True)
            ]
        ),
        "gradient_independent": (*gradient[:2], seen[2] - model[0] * model[1]),
        "gradient_summed": tuple([total * each for each in gradient]),
        "partition_forgotten": fit,
        "likelihood_summed": total * (fit - log_partition),
        **_after_a_sweep(data, seen, strengths, unit),
    }


def _moment(data: Sequence[int], at: int) -> int:
    return sum([count * state[at] for count, state in zip(data, _FEATURES, strict=True)])


def _after_a_sweep(
    data: Sequence[int], seen: Sequence[float], strengths: Sequence[int], unit: int
) -> SolverResults:
    """One Gibbs sweep from the data, x_1 first: it forgets the data's x_1.

    The strengths are b_1, b_2 and w in parts of the unit.
    """
    bias, other_bias, coupling = strengths
    own, pushed = _sigmoid(bias / unit), _sigmoid((bias + coupling) / unit)
    total = sum(data)
    shares = [count / total for count in data]
    off = (data[0] + data[2]) / total
    first = off * own + seen[1] * pushed
    alone, joined = _sigmoid(other_bias / unit), _sigmoid((other_bias + coupling) / unit)
    both = first * joined
    after = (first, both + (1 - first) * alone, both)
    contrast = [here - there for here, there in zip(seen, after, strict=True)]
    products = (own * alone, pushed * alone, own * joined, pushed * joined)
    parallel = fsum(map(mul, shares, products))
    return {
        "first_redrawn": first,
        "sweep_expectations": after,
        "contrastive": tuple(contrast),
        "first_uncoupled": own,
        "first_pushed": pushed,
        "first_swapped": seen[1] * own + off * pushed,
        "product_in_parallel": parallel,
        "bias_for_field": first * alone,
        "contrastive_sign": tuple([-each for each in contrast]),
        "contrastive_in_parallel": float(seen[2]) - parallel,
    }


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


@check("energy_learning.two_units", tolerance=1e-8)
def two_units_by_autograd(counts: "Tensor", b: "Tensor", w: "Tensor") -> Mapping[str, Any]:
    """Differentiates the log-likelihood; the sweep is two matrices made from the joint table.

    counts: [variants, 4]; b: [variants, 2]; w: [variants]. Every redraw takes its conditional
    from the two entries of the joint table that agree with the unit that stays. The mistakes are
    slopes of other objectives or at zero parameters, and entries of the same tables.
    """
    import torch

    features = torch.tensor(_FEATURES, dtype=torch.float64)
    parameters = torch.cat((b, w[:, None]), dim=-1)
    shares = counts / counts.sum(-1, keepdim=True)

    def likelihood(at: "Tensor", weights: "Tensor") -> "Tensor":
        return (weights * torch.log_softmax(at @ features.mT, dim=-1)).sum(-1)

    def slope(objective: Callable[["Tensor"], "Tensor"], at: "Tensor") -> "Tensor":
        leaf = at.clone().requires_grad_(True)
        return torch.autograd.grad(objective(leaf).sum(), leaf)[0]

    def log_partition(at: "Tensor") -> "Tensor":
        return torch.logsumexp(at @ features.mT, dim=-1)

    log_weights = parameters @ features.mT
    model = slope(log_partition, parameters)
    gradient = slope(lambda at: likelihood(at, shares), parameters)
    table = torch.softmax(log_weights, dim=-1).reshape(-1, 2, 2)
    apart = table.sum(2)[:, 1] * table.sum(1)[:, 1]
    seen = shares @ features
    return {
        "data_expectations": seen,
        "model_expectations": model,
        "gradient": gradient,
        "log_partition": log_partition(parameters),
        "log_likelihood": likelihood(parameters, shares),
        "partition": log_weights.exp().sum(-1),
        "weight_of_both": parameters.sum(-1).exp(),
        "product_of_means": apart,
        "gradient_sign": slope(lambda at: -likelihood(at, shares), parameters),
        "gradient_uniform": slope(lambda at: likelihood(at, shares), 0 * parameters),
        "gradient_independent": torch.cat((gradient[:, :2], (seen[:, 2] - apart)[:, None]), -1),
        "gradient_summed": slope(lambda at: likelihood(at, counts), parameters),
        "partition_forgotten": (shares * log_weights).sum(-1),
        "likelihood_summed": likelihood(parameters, counts),
        **_sweep_by_tables(shares, log_weights.reshape(-1, 2, 2)),
    }


def _sweep_by_tables(shares: "Tensor", table: "Tensor") -> Mapping[str, "Tensor"]:
    """A Gibbs sweep from the data; shares: [variants, 4]; table of log weights: [variants, 2, 2].

    Axes are x_1 and x_2; a redraw of a unit spreads its sum over the unit's conditional.
    """
    import torch

    data = shares.reshape(-1, 2, 2)
    of_first, of_second = torch.softmax(table, dim=1), torch.softmax(table, dim=2)
    swept = data.sum(1, keepdim=True) * of_first
    first = swept[:, 1].sum(-1)
    swept = swept.sum(2, keepdim=True) * of_second
    after = swept.reshape(-1, 4) @ torch.tensor(_FEATURES, dtype=torch.float64)
    seen = shares @ torch.tensor(_FEATURES, dtype=torch.float64)
    parallel = torch.einsum("vij,vj,vi->v", data, of_first[:, 1], of_second[:, :, 1])
    turned = data.flip(2).sum(1, keepdim=True) * of_first
    return {
        "first_redrawn": first,
        "sweep_expectations": after,
        "contrastive": seen - after,
        "first_uncoupled": of_first[:, 1, 0],
        "first_pushed": of_first[:, 1, 1],
        "first_swapped": turned[:, 1].sum(-1),
        "product_in_parallel": parallel,
        "bias_for_field": first * of_second[:, 0, 1],
        "contrastive_sign": after - seen,
        "contrastive_in_parallel": seen[:, 2] - parallel,
    }


@solver(
    "energy_learning.noise_contrastive",
    results={
        "probability": "the probability that x is data, from the model's density and the noise's",
    },
    mistakes={
        "ratio_forgotten": "The probability with one noise sample for each data point",
        "constant_forgotten": "The probability without the learned constant",
        "constant_sign": "The probability with +c: the sign of the constant is wrong",
        "noise_probability": "The probability that x is noise",
        "not_normalised": "The ratio of data to noise, not divided by one plus itself",
    },
    examples=(
        {"energy": 2, "constant": 1, "noise": Fraction(1, 10), "ratio": 2},
        {"energy": Fraction(-1, 2), "constant": Fraction(3, 2), "noise": 1, "ratio": 5},
        {"energy": -3, "constant": -2, "noise": Fraction(1, 4), "ratio": 1},
        {"energy": 0, "constant": 0, "noise": 1, "ratio": 1},
    ),
)
def noise_contrastive(
    energy: Scalar, constant: Scalar, noise: Scalar, ratio: Scalar
) -> SolverResults:
    """Noise-contrastive estimation at one point x, with ν = `ratio` noise samples a data point.

    The model is p(x) = exp(−E(x) − c) with the learned constant c in the place of ln Z; `noise`
    is q(x), and p / (p + ν q) is asked. Source: Gutmann and Hyvärinen, Noise-contrastive
    estimation of unnormalized statistical models (2012), JMLR 13. Raises ValueError for noise
    and ratio not from 1/1000 to 1000, and for an energy and constant beyond ±10.
    """
    for name, value in (("energy", energy), ("constant", constant)):
        require_scalar(name, value)
        if not -10 <= value <= 10:
            raise ValueError(f"{name} must lie between -10 and 10")
    for name, value in (("noise", noise), ("ratio", ratio)):
        require_positive(name, value)
        if not Fraction(1, 1000) <= value <= 1000:
            raise ValueError(f"{name} must lie between 1/1000 and 1000")

    def share(data: float, false: float) -> float:
        return data / (data + false)

    data, false = exp(-(energy + constant)), float(ratio * noise)
    return {
        "probability": share(data, false),
        "ratio_forgotten": share(data, float(noise)),
        "constant_forgotten": share(exp(-energy), false),
        "constant_sign": share(exp(constant - energy), false),
        "noise_probability": share(false, data),
        "not_normalised": data / false,
    }


@check("energy_learning.noise_contrastive", tolerance=1e-8)
def noise_contrastive_by_training(
    energy: "Tensor", constant: "Tensor", noise: "Tensor", ratio: "Tensor"
) -> Mapping[str, Any]:
    """Trains the classifier: minimises its loss over the logit at x by Newton's method.

    Draws are data with the density p and noise with ν q, so the mean loss at x is
    −p ln sigmoid(G) − ν q ln sigmoid(−G). The mistakes train on other densities; all are
    [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    def logit(stored: "Tensor", samples: "Tensor") -> "Tensor":
        logs = torch.stack((-(energy + stored), (samples * noise).log()), dim=-1)
        shares = torch.softmax(logs, dim=-1)
        return maximise(
            lambda at: (
                shares[:, 0] * torch.nn.functional.logsigmoid(at[:, 0])
                + shares[:, 1] * torch.nn.functional.logsigmoid(-at[:, 0])
            ),
            torch.zeros_like(energy)[:, None],
        )[:, 0]

    best = logit(constant, ratio)
    return {
        "probability": torch.sigmoid(best),
        "ratio_forgotten": torch.sigmoid(logit(constant, torch.ones_like(ratio))),
        "constant_forgotten": torch.sigmoid(logit(0 * constant, ratio)),
        "constant_sign": torch.sigmoid(logit(-constant, ratio)),
        "noise_probability": torch.sigmoid(-best),
        "not_normalised": best.exp(),
    }
