"""The Gumbel-softmax relaxation of a categorical law (the concrete distribution)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum
from typing import TYPE_CHECKING, Any

from qgen.document.values import Exact, SolverResults
from qgen.solvers.numerics.arguments import Scalar, Vector, require_positive, require_vector
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "gumbel_softmax.sample",
    results={
        "sample": "the relaxed sample softmax((logits + noise) / temperature)",
        "largest_entry": "the largest entry of the relaxed sample",
        "largest_entry_at_one": "the same for the temperature 1",
        "most_likely": "index (from 0; the first of equals) of the largest logit",
        "winner": "index (from 0; the first of equals) of the category that Gumbel-max draws",
        "unique_winner": "whether one category alone has the largest logit plus noise",
        "first_above_average": "whether the first category has more than an equal share of the "
        "probability under Gumbel-max",
        "category_probabilities": "the probability of each category under Gumbel-max: softmax of "
        "the logits, whatever the temperature",
    },
    examples=(
        {
            "logits": (1, 0, Fraction(-1, 2)),
            "noise": (Fraction(-3, 10), Fraction(6, 5), Fraction(1, 2)),
            "temperature": Fraction(1, 2),
        },
        {"logits": (0, 0), "noise": (Fraction(1, 2), Fraction(1, 2)), "temperature": 1},
        {"logits": (2, -1), "noise": (-1, Fraction(1, 4)), "temperature": 2},
        {"logits": (0, 1, 2, 3), "noise": (4, 0, -1, 0), "temperature": Fraction(1, 10)},
    ),
)
def sample(logits: Vector, noise: Vector, temperature: Scalar) -> SolverResults:
    """The concrete (Gumbel-softmax) sample for given logits and Gumbel noise, both [k].

    Sources: Jang, Gu and Poole, Categorical Reparameterization with Gumbel-Softmax (2017),
    equations 1 and 2; Maddison, Mnih and Teh, The Concrete Distribution (2017), section 3.
    Raises ValueError for vectors of different lengths and a temperature that is not above zero.
    """
    require_vector("logits", logits)
    require_vector("noise", noise, len(logits))
    require_positive("temperature", temperature)
    scores = [logit + each for logit, each in zip(logits, noise, strict=True)]
    top = max(scores)
    winner = scores.index(top)
    probabilities = _softmax(logits)
    heat = float(temperature)
    relaxed = _softmax([float(score - top) / heat for score in scores])
    return {
        "sample": relaxed,
        "largest_entry": max(relaxed),
        "largest_entry_at_one": max(_softmax(scores)),
        "winner": winner,
        "unique_winner": scores.count(top) == 1,
        "first_above_average": len(logits) * probabilities[0] > 1 + 1e-12,
        "category_probabilities": probabilities,
        "most_likely": logits.index(max(logits)),
    }


def _softmax(scores: Sequence[Exact | float]) -> tuple[float, ...]:
    top = max(scores)
    weights = [exp(score - top) for score in scores]
    total = fsum(weights)
    return tuple([weight / total for weight in weights])


@check("gumbel_softmax.sample", tolerance=1e-8)
def sample_by_potential(
    logits: "Tensor", noise: "Tensor", temperature: "Tensor"
) -> Mapping[str, Any]:
    """The sample as the gradient of temperature · log-sum-exp; logits, noise: [variants, k].

    The probability that a category wins is integrated over the noise of that category: with
    noise g it wins if all others stay below, which is a product of Gumbel distribution functions.
    """
    import torch

    def softened(scores: "Tensor", heat: "Tensor") -> "Tensor":
        leaf = scores.clone().requires_grad_(True)
        potential = heat * torch.logsumexp(leaf / heat[:, None], dim=-1)
        return torch.autograd.grad(potential.sum(), leaf)[0]

    def first_of_largest(scores: "Tensor") -> "Tensor":
        near: Tensor = scores >= scores.amax(-1, keepdim=True) - 1e-9
        return near.int().argmax(-1)

    scores = logits + noise
    rivals = (scores >= scores.amax(-1, keepdim=True) - 1e-9).sum(-1)
    # The trapezium rule converges exponentially, as the integrand dies out on both sides.
    step = 0.25
    span = float((logits.amax(-1) - logits.amin(-1)).max())
    level = torch.arange(-10 - span, 45 + span, step, dtype=torch.float64)
    ahead = logits[:, :, None] - logits[:, None, :]
    others = (-(ahead[..., None] + level)).exp().sum(2)
    shares = (-level - others).exp().sum(-1) * step
    return {
        "sample": softened(scores, temperature),
        "largest_entry": softened(scores, temperature).amax(-1),
        "largest_entry_at_one": softened(scores, torch.ones_like(temperature)).amax(-1),
        "winner": first_of_largest(scores),
        "unique_winner": rivals == 1,
        "first_above_average": shares[:, 0] > shares.mean(-1) * (1 + 1e-9),
        "category_probabilities": shares,
        "most_likely": first_of_largest(logits),
    }
