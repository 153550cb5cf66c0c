"""A categorical model against the law that fits the data best, their own shares."""

from collections.abc import Mapping
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.discrete import entropy_of, power_entropy
from qgen.solvers.numerics.arguments import (
    Vector,
    over_common_denominator,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST = 10**9


@solver(
    "categorical_likelihood.model_fit",
    results={
        "cross_entropy": "the average negative log-likelihood of an observation, which is the "
        "cross-entropy of the empirical law and the model, in nats",
        "empirical_entropy": "the entropy of the empirical law, the least average there is, "
        "in nats",
        "kl": "KL(empirical ‖ model), by which the model's average is larger, in nats",
    },
    mistakes={
        "kl_reversed": "Swaps the arguments: KL(model ‖ empirical)",
        "unweighted": "The plain mean of ln (empirical / model) over the outcomes",
        "decimal_logarithm": "Takes logarithms to base 10",
    },
    examples=(
        {"counts": (5, 3, 2), "model": (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3))},
        {"counts": (1, 3), "model": (Fraction(1, 4), Fraction(3, 4))},
        {"counts": (9, 1), "model": (Fraction(1, 5), Fraction(4, 5))},
        {
            "counts": (4, 4, 1, 1),
            "model": (Fraction(1, 10), Fraction(2, 5), Fraction(3, 10), Fraction(1, 5)),
        },
    ),
)
def model_fit(counts: Vector, model: Vector) -> SolverResults:
    """−(1/n) Σ c ln q = H(p̂) + KL(p̂ ‖ q) for the empirical law p̂ = c/n and a model q.

    The first term does not depend on the model, so that maximum likelihood minimises the
    divergence. counts, model: [k]. Source: Bishop, Pattern Recognition and Machine Learning
    (2006), section 1.6.1, equation 1.119. Raises ValueError unless all counts are whole numbers
    from 1 and the model is a law without zeros.
    """
    require_vector("counts", counts)
    c = [require_count(f"counts[{index}]", count, 1, _MOST) for index, count in enumerate(counts)]
    require_probabilities("model", model)
    require_vector("model", model, len(c))
    q, per = over_common_denominator(model)
    if not all(q):
        raise ValueError("model must give every outcome a positive probability")
    total = sum(c)
    surprises = [log(per) - log(share) for share in q]
    negative = fsum([count * each for count, each in zip(c, surprises, strict=True)])
    ratios = [log((count * per) / (share * total)) for count, share in zip(c, q, strict=True)]
    found = fsum([count * ratio for count, ratio in zip(c, ratios, strict=True)]) / total
    return {
        "cross_entropy": negative / total,
        "empirical_entropy": entropy_of(c, total),
        "kl": found,
        "kl_reversed": -fsum([share * each for share, each in zip(q, ratios, strict=True)]) / per,
        "unweighted": fsum(ratios) / len(ratios),
        "decimal_logarithm": found / log(10),
    }


@check("categorical_likelihood.model_fit", tolerance=1e-8)
def model_fit_by_best_model(counts: "Tensor", model: "Tensor") -> Mapping[str, Any]:
    """The divergence as what the best model gains, found by Newton's method on the log-odds.

    counts, model: [variants, k]. The best law is p = softmax(u, 0).
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    total = counts.sum(-1)

    def log_likelihood(u: "Tensor") -> "Tensor":
        scores = torch.cat((u, torch.zeros_like(u[:, :1])), dim=-1)
        return (counts * torch.log_softmax(scores, dim=-1)).sum(-1) / total

    if counts.shape[1] > 1:
        best = log_likelihood(maximise(log_likelihood, torch.zeros_like(counts[:, 1:])))
    else:
        best = torch.zeros_like(total)
    shares = counts / total[:, None]
    level = torch.full_like(model, 1 / model.shape[1])
    cross = power_entropy(shares, model)
    return {
        "cross_entropy": cross,
        "empirical_entropy": -best,
        "kl": cross + best,
        "kl_reversed": power_entropy(model, shares) - power_entropy(model),
        "unweighted": power_entropy(level, model) - power_entropy(level, shares),
        "decimal_logarithm": (cross + best) * cross.new_tensor(1.0).exp().log10(),
    }
