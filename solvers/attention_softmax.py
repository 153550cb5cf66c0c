"""The softmax of attention: its slopes, its entropy, what it maximises. Logarithms are natural."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, isclose, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Vector, require_vector
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST_SCORE = 300
_SAME = 1e-12
"""Weights that differ by less are the same but for rounding."""


def _require_scores(logits: Vector) -> list[float]:
    """The logits as floats; refuses those beyond ±300."""
    require_vector("logits", logits)
    scores = [float(logit) for logit in logits]
    if max(map(abs, scores)) > _LARGEST_SCORE:
        raise ValueError(f"logits must stay within ±{_LARGEST_SCORE}")
    return scores


def _normalised(scores: Sequence[float]) -> tuple[tuple[float, ...], float]:
    """Softmax of the scores, and the logarithm of the sum of their exponentials."""
    largest = max(scores)
    weights = [exp(score - largest) for score in scores]
    total = fsum(weights)
    return tuple([weight / total for weight in weights]), largest + log(total)


@solver(
    "attention_softmax.weights",
    results={
        "probabilities": "exp(l_i) / Σ exp(l_j)",
        "slopes": "the derivatives of p_i in its own score l_i",
        "entropy": "entropy of the probabilities, in nats",
        "entropy_share": "that entropy over the largest possible one, ln n",
        "kept_by_shift": "whether adding 1 to all logits leaves every probability as it is",
        "kept_by_doubling": "whether doubling all logits leaves every probability as it is",
        "doubled_odds": "p_1 / p_2 after all logits have been doubled",
        "twice_the_odds": "2 p_1 / p_2, for those who take odds to grow as the logits do",
    },
    examples=(
        {"logits": (1, 2, 3)},
        {"logits": (0, Fraction(-1, 2))},
        {"logits": (5, 5, -5, 0)},
        {"logits": (100, 99)},
        {"logits": (7, 7)},
    ),
)
def weights(logits: Vector) -> SolverResults:
    """The softmax, its slopes ∂p_i/∂l_i = p_i (1 − p_i), and what a shift and a factor do to it.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), equations 4.62 and 4.106.
    Raises ValueError for fewer than two logits and for logits beyond ±300.
    """
    scores = _require_scores(logits)
    if len(scores) < 2:
        raise ValueError("logits must have at least two entries")
    shares, log_total = _normalised(scores)
    whole = range(len(shares))
    # 1 − p_i is added up from the others, to keep its digits.
    others = [fsum([p for j, p in enumerate(shares) if j != i]) for i in whole]
    entropy = fsum([p * (log_total - score) for p, score in zip(shares, scores, strict=True)])
    odds = exp(scores[0] - scores[1])

    def keeps(changed: list[float]) -> bool:
        after = _normalised(changed)[0]
        return all(
            isclose(new, old, rel_tol=0, abs_tol=_SAME)
            for new, old in zip(after, shares, strict=True)
        )

    return {
        "probabilities": shares,
        "slopes": tuple([p * rest for p, rest in zip(shares, others, strict=True)]),
        "entropy": entropy,
        "entropy_share": entropy / log(len(shares)),
        "kept_by_shift": keeps([score + 1 for score in scores]),
        "kept_by_doubling": keeps([2 * score for score in scores]),
        "doubled_odds": odds * odds,
        "twice_the_odds": 2 * odds,
    }


@check("attention_softmax.weights", tolerance=1e-8)
def weights_by_autograd(logits: "Tensor") -> Mapping[str, Any]:
    """Gradient and Hessian of ln Σ exp(l_j), by autograd; logits: [variants, n].

    The entropy is the slope in T, at 1, of T ln Σ exp(l_j / T).
    """
    import torch

    def gradient(scores: "Tensor") -> tuple["Tensor", "Tensor", "Tensor"]:
        """The probabilities with their graph, the entropy and the leaf."""
        leaf = scores.clone().requires_grad_(True)
        heat = torch.ones(len(scores), 1, dtype=torch.float64, requires_grad=True)
        total = heat[:, 0] * torch.logsumexp(leaf / heat, dim=-1)
        shares, entropy = torch.autograd.grad(total.sum(), (leaf, heat), create_graph=True)
        return shares, entropy[:, 0], leaf

    shares, entropy, leaf = gradient(logits)
    slopes = [
        torch.autograd.grad(share.sum(), leaf, retain_graph=True)[0][:, place]
        for place, share in enumerate(shares.unbind(-1))
    ]
    flat = gradient(torch.zeros_like(logits))[1]
    doubled = gradient(2 * logits)[0].detach()
    shares = shares.detach()

    def kept(after: "Tensor") -> "Tensor":
        return ((after - shares).abs() <= _SAME).all(-1)

    return {
        "probabilities": shares,
        "slopes": torch.stack(slopes, dim=1),
        "entropy": entropy,
        "entropy_share": entropy / flat,
        "kept_by_shift": kept(gradient(logits + 1)[0].detach()),
        "kept_by_doubling": kept(doubled),
        "doubled_odds": doubled[:, 0] / doubled[:, 1],
        "twice_the_odds": shares[:, 0] / shares[:, 1] + shares[:, 0] / shares[:, 1],
    }


@solver(
    "attention_softmax.variational",
    results={
        "uniform_objective": "F(u) for equal weights u: the mean logit plus ln n",
        "best_objective": "F(p) for p = softmax(l), the largest value of F: ln Σ exp(l_j)",
        "kl_from_uniform": "KL(u ‖ p), in nats",
    },
    mistakes={
        "mean_logit": "F(u) without the entropy",
        "entropy_subtracted": "The mean logit minus ln n",
        "best_mean": "F(p) without the entropy: Σ p_i l_i",
        "sum_exp": "Σ exp(l_j): the logarithm is forgotten",
        "largest_logit": "F for the weights that put all on the largest logit",
        "kl_to_uniform": "KL(p ‖ u): the arguments are swapped",
        "kl_negated": "−KL(u ‖ p): the sign is lost",
    },
    examples=({"logits": (1, 2, 4)}, {"logits": (0, -1)}, {"logits": (5, 5, -5, 0)}),
)
def variational(logits: Vector) -> SolverResults:
    """F(a) = Σ a_i l_i + H(a) over weights a that sum to one, at equal weights and at its maximum.

    F(a) = ln Σ exp(l_j) − KL(a ‖ p) with p = softmax(l), so that p is the only maximiser. Source:
    Mézard and Montanari, Information, Physics, and Computation (2009), section 4.1, on the Gibbs
    free energy. Raises ValueError for logits beyond ±300.
    """
    scores = _require_scores(logits)
    count = len(scores)
    shares, log_total = _normalised(scores)
    mean = fsum(scores) / count
    best_mean = fsum([p * score for p, score in zip(shares, scores, strict=True)])
    divergence = fsum([log_total - score for score in scores]) / count - log(count)
    return {
        "uniform_objective": mean + log(count),
        "best_objective": log_total,
        "kl_from_uniform": divergence,
        "mean_logit": mean,
        "entropy_subtracted": mean - log(count),
        "best_mean": best_mean,
        "sum_exp": exp(log_total),
        "largest_logit": max(logits),
        "kl_to_uniform": log(count) - log_total + best_mean,
        "kl_negated": -divergence,
    }


@check("attention_softmax.variational", tolerance=1e-8)
def variational_by_maximising(logits: "Tensor") -> Mapping[str, Any]:
    """Maximises F by Newton's method over the log-odds of the weights; logits: [variants, n].

    The last weight's log-odds are held at zero. Objective, entropy and divergences are torch's.
    """
    import torch
    from torch.distributions import Categorical, kl_divergence

    from qgen.solvers.numerics.numerical_methods import maximise

    categorical: Any = Categorical  # not annotated

    def weights_of(free: "Tensor") -> "Tensor":
        return torch.cat((free, torch.zeros_like(free[:, :1])), -1).softmax(-1)

    def objective(weights: "Tensor") -> "Tensor":
        entropy: Tensor = categorical(probs=weights).entropy()
        return (weights * logits).sum(-1) + entropy

    start = logits[:, :-1] - logits[:, -1:]
    best = weights_of(maximise(lambda free: objective(weights_of(free)), 0.9 * start))
    flat = torch.full_like(logits, 1 / logits.shape[1])
    largest = torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[1]).double()
    divergence = kl_divergence(categorical(probs=flat), categorical(probs=best))
    return {
        "uniform_objective": objective(flat),
        "best_objective": objective(best),
        "kl_from_uniform": divergence,
        "mean_logit": logits.mean(-1),
        "entropy_subtracted": 2 * logits.mean(-1) - objective(flat),
        "best_mean": objective(best) - categorical(probs=best).entropy(),
        "sum_exp": logits.exp().sum(-1),
        "largest_logit": (largest * logits).sum(-1),
        "kl_to_uniform": kl_divergence(categorical(probs=best), categorical(probs=flat)),
        "kl_negated": objective(flat) - objective(best),
    }
