"""Maximum likelihood of a categorical law, and a given model against the data's own law."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, lgamma, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.discrete import entropy_of, power_entropy
from qgen.solvers.numerics.arguments import (
    Vector,
    over_common_denominator,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST = 10**9


def _whole_counts(counts: Vector, least: int) -> list[int]:
    require_vector("counts", counts)
    found = [
        require_count(f"counts[{index}]", count, least, _MOST) for index, count in enumerate(counts)
    ]
    if not any(found):
        raise ValueError("counts must not all be 0")
    return found


@solver(
    "categorical_likelihood.estimate",
    results={
        "estimate": "the probabilities that maximise the likelihood",
        "log_likelihood": "the largest log-likelihood, of the outcomes in their order, in nats",
        "average_negative_log_likelihood": "minus that over the number of observations, which is "
        "the entropy of the estimate",
    },
    mistakes={
        "add_one": "Laplace's rule: one is added to every count",
        "uniform": "The uniform law: the counts are ignored",
        "most_frequent": "All probability to the most frequent outcome, the first of equals",
        "over_largest": "Divides by the largest count instead of by the sum",
        "with_orders": "Adds the logarithm of the number of orders to the log-likelihood",
        "unweighted_log_likelihood": "Adds ln of each estimated probability once, not by counts",
    },
    examples=(
        {"counts": (5, 3, 2)},
        {"counts": (7, 0, 1)},
        {"counts": (4,)},
        {"counts": (10, 20, 30, 40)},
    ),
)
def estimate(counts: Vector) -> Answers:
    """Σ c_k ln p_k with Σ p_k = 1 is largest at p_k = c_k / Σ c (by a Lagrange multiplier).

    counts: [k]. Source: Bishop, Pattern Recognition and Machine Learning (2006), section 2.2,
    equations 2.31 to 2.33. Raises ValueError unless the counts are whole numbers from 0, not all
    0.
    """
    whole = _whole_counts(counts, 0)
    total, size = sum(whole), len(whole)
    average = entropy_of(whole, total)
    shares = [Fraction(count, total) for count in whole]
    first = whole.index(max(whole))
    orders = lgamma(total + 1) - fsum([lgamma(count + 1) for count in whole])
    return {
        "estimate": tuple(shares),
        "log_likelihood": -average * total,
        "average_negative_log_likelihood": average,
        "add_one": tuple([Fraction(count + 1, total + size) for count in whole]),
        "uniform": tuple([Fraction(1, size)] * size),
        "most_frequent": tuple([int(index == first) for index in range(size)]),
        "over_largest": tuple([Fraction(count, max(whole)) for count in whole]),
        "with_orders": orders - average * total,
        "unweighted_log_likelihood": fsum([log(count / total) for count in whole if count]),
    }


@check("categorical_likelihood.estimate", tolerance=1e-8)
def estimate_by_newton(counts: "Tensor") -> Mapping[str, Any]:
    """Maximises Σ c ln p − n Σ p over ln p by Newton's method; counts: [variants, k].

    The cost n is the Lagrange multiplier: with it the estimate sums to one. An outcome that
    never occurred only costs.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    total = counts.sum(-1, keepdim=True)
    unseen = counts == 0

    def objective(logarithms: "Tensor") -> "Tensor":
        seen = counts * logarithms - total * logarithms.exp()
        return torch.where(unseen, -(logarithms**2), seen).sum(-1) / total[:, 0]

    logarithms = maximise(objective, torch.zeros_like(counts))
    shares = torch.where(unseen, 0.0, logarithms.exp())
    law = torch.distributions.Categorical(probs=shares)
    outcomes = torch.arange(counts.shape[1])[:, None]
    surprises = -log_density(law, outcomes).T.where(~unseen, 0.0)
    found = (counts * surprises).sum(-1)
    return {
        "estimate": shares,
        "log_likelihood": -found,
        "average_negative_log_likelihood": found / total[:, 0],
    }


@solver(
    "categorical_likelihood.model_fit",
    results={
        "negative_log_likelihood": "−Σ counts ln model, in nats",
        "cross_entropy": "the average negative log-likelihood of an observation, which is the "
        "cross-entropy of the empirical law and the model, in nats",
        "cross_entropy_in_bits": "the same in bits",
        "empirical_entropy": "the entropy of the empirical law, the least average there is, "
        "in nats",
        "kl": "KL(empirical ‖ model), by which the model's average is larger, in nats",
        "perplexity": "the exponential of the cross-entropy",
        "is_best": "whether no other model has a larger likelihood",
    },
    mistakes={
        "kl_reversed": "Swaps the arguments: KL(model ‖ empirical)",
        "cross_entropy_swapped": "Weighs ln of the empirical law by the model",
        "unweighted": "The plain mean of −ln model over the outcomes: the counts are ignored",
        "entropy_added": "Adds the empirical entropy to the cross-entropy",
        "model_entropy": "The entropy of the model",
        "log_likelihood": "Forgets the minus in the negative log-likelihood",
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
def model_fit(counts: Vector, model: Vector) -> Answers:
    """−(1/n) Σ c ln q = H(p̂) + KL(p̂ ‖ q) for the empirical law p̂ = c/n and a model q.

    The first term does not depend on the model, so that maximum likelihood minimises the
    divergence. counts, model: [k]. Source: Bishop, Pattern Recognition and Machine Learning
    (2006), section 1.6.1, equation 1.119. Raises ValueError unless all counts are whole numbers
    from 1 and the model is a law without zeros.
    """
    c = _whole_counts(counts, 1)
    require_probabilities("model", model)
    require_vector("model", model, len(c))
    q, per = over_common_denominator(model)
    if not all(q):
        raise ValueError("model must give every outcome a positive probability")
    total = sum(c)
    surprises = [log(per) - log(share) for share in q]
    negative = fsum([count * each for count, each in zip(c, surprises, strict=True)])
    cross, entropy = negative / total, entropy_of(c, total)
    ratios = [log((count * per) / (share * total)) for count, share in zip(c, q, strict=True)]
    reversed_kl = -fsum([share * ratio for share, ratio in zip(q, ratios, strict=True)]) / per
    own = entropy_of(q, per)
    return {
        "negative_log_likelihood": negative,
        "cross_entropy": cross,
        "cross_entropy_in_bits": cross / log(2),
        "empirical_entropy": entropy,
        "kl": fsum([count * ratio for count, ratio in zip(c, ratios, strict=True)]) / total,
        "perplexity": exp(cross),
        "is_best": all(count * per == share * total for count, share in zip(c, q, strict=True)),
        "kl_reversed": reversed_kl,
        "cross_entropy_swapped": own + reversed_kl,
        "unweighted": fsum(surprises) / len(surprises),
        "entropy_added": cross + entropy,
        "model_entropy": own,
        "log_likelihood": -negative,
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
    cross = power_entropy(counts / total[:, None], model)
    gain = cross + best
    return {
        "negative_log_likelihood": cross * total,
        "cross_entropy": cross,
        "cross_entropy_in_bits": cross / cross.new_tensor(2.0).log(),
        "empirical_entropy": -best,
        "kl": gain,
        "perplexity": cross.exp(),
        "is_best": gain < 1e-13,
    }
