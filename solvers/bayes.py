"""Bayes' rule for finitely many hypotheses."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Vector,
    over_common_denominator,
    require_probabilities,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "bayes.posterior",
    results={
        "posterior": "the probability of each hypothesis given the data",
        "joint": "for each hypothesis, the probability of it together with the data",
        "evidence": "the probability of the data, the sum of those",
        "most_probable": "index of the most probable hypothesis, from 0; the first of equals",
        "most_likely": "index of the hypothesis of the largest likelihood, from 0",
        "unique_maximum": "whether one hypothesis alone is the most probable",
        "keeps_its_favourite": "whether the most probable hypothesis had the largest prior, too",
        "posterior_after_two": "the probability of each hypothesis after data of the same "
        "likelihoods once more, independent of the first given the hypothesis",
        "predictive": "given the data, the probability of those second data",
    },
    mistakes={
        "prior_ignored": "Divides the likelihoods by their sum, as if the prior were uniform",
        "likelihoods_swapped": "Gives the likelihoods to the hypotheses in the opposite order",
        "evidence_unweighted": "The plain mean of the likelihoods, as if the prior were uniform",
    },
    examples=(
        {"prior": (Fraction(1, 100), Fraction(99, 100)), "likelihoods": (1, Fraction(3, 10))},
        {
            "prior": (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)),
            "likelihoods": (Fraction(1, 10), Fraction(2, 5), Fraction(9, 10)),
        },
        {
            "prior": (Fraction(1, 4), 0, Fraction(1, 2), Fraction(1, 4)),
            "likelihoods": (0, Fraction(1, 2), Fraction(1, 8), Fraction(1, 4)),
        },
        {"prior": (1,), "likelihoods": (Fraction(1, 7),)},
    ),
)
def posterior(prior: Vector, likelihoods: Vector) -> SolverResults:
    """The posterior p(h | data) = p(h) p(data | h) / Σ_g p(g) p(data | g).

    Second data d' of the same likelihoods multiply them once more, and
    p(d' | data) = Σ_h p(h | data) p(d' | h). Source: MacKay, Information Theory, Inference, and
    Learning Algorithms (2003), section 2.3 (posterior, likelihood, prior and evidence; prediction
    by marginalisation). Raises ValueError for a prior that does not sum
    to one, for likelihoods that are not one for each hypothesis or negative, and for data that are
    impossible under all.
    """
    shares, shared_whole = require_probabilities("prior", prior)
    require_vector("likelihoods", likelihoods, len(prior))
    fits, fitted_whole = over_common_denominator(likelihoods)
    if min(fits) < 0:
        raise ValueError("likelihoods must not be negative")
    joint = [share * fit for share, fit in zip(shares, fits, strict=True)]
    swapped = [share * fit for share, fit in zip(shares, reversed(fits), strict=True)]
    if not any(joint) or not any(swapped):
        raise ValueError("the data must be possible, with the likelihoods in either order")
    whole = shared_whole * fitted_whole
    again = [weight * fit for weight, fit in zip(joint, fits, strict=True)]
    return {
        "posterior": _normalised(joint),
        "joint": tuple([fraction(weight, whole) for weight in joint]),
        "evidence": fraction(sum(joint), whole),
        "most_probable": joint.index(max(joint)),
        "unique_maximum": joint.count(max(joint)) == 1,
        "keeps_its_favourite": shares[joint.index(max(joint))] == max(shares),
        "posterior_after_two": _normalised(again),
        "predictive": fraction(sum(again), sum(joint) * fitted_whole),
        "prior_ignored": _normalised(fits),
        "likelihoods_swapped": _normalised(swapped),
        "evidence_unweighted": fraction(sum(fits), fitted_whole * len(fits)),
        "most_likely": fits.index(max(fits)),
    }


def _normalised(weights: Sequence[int]) -> tuple[Fraction, ...]:
    total = sum(weights)
    return tuple([fraction(weight, total) for weight in weights])


def _settled(weights: "Tensor") -> "Tensor":
    """Where a Metropolis walk settles that prefers hypotheses by these weights; [variants, h]."""
    import torch

    count = weights.shape[1]
    here, there = weights[:, :, None], weights[:, None, :]
    accepted = (there / here).clamp(max=1).nan_to_num(nan=1.0)
    moves = accepted / count
    moves = moves - torch.diag_embed(moves.diagonal(dim1=1, dim2=2))
    steps = moves + torch.diag_embed(1 - moves.sum(-1))
    # The walk forgets its start at a rate of at least 1/h a step.
    settled: Tensor = torch.linalg.matrix_power(steps, 64 * count)
    return settled[:, 0]


@check("bayes.posterior", tolerance=1e-9)
def posterior_by_random_walk(prior: "Tensor", likelihoods: "Tensor") -> Mapping[str, Any]:
    """The distribution in which a Metropolis walk over the hypotheses settles; both [variants, h].

    A step proposes any hypothesis and accepts by the ratio of prior times likelihood, so that
    nothing is ever divided by the evidence. That is one minus the probability of all other
    data, from the table of both. A mistake walks by the weights that it takes for right. Source:
    Metropolis, Rosenbluth, Rosenbluth, Teller and Teller, Equation of state calculations by fast
    computing machines (1953), section II.
    """

    def evidence(shares: "Tensor", fits: "Tensor") -> "Tensor":
        return 1 - (shares * (1 - fits)).sum(-1)

    uniform = prior.new_full(prior.shape, 1 / prior.shape[1])
    settled = _settled(prior * likelihoods)
    likely = _settled(uniform * likelihoods)
    near = settled >= settled.amax(-1, keepdim=True) * (1 - 1e-9)
    most_probable = near.int().argmax(-1)
    # The prior is where the walk settles without any data.
    before = _settled(prior)
    favourites = before >= before.amax(-1, keepdim=True) * (1 - 1e-9)
    total = evidence(prior, likelihoods)
    return {
        "posterior": settled,
        "joint": settled * total[:, None],
        "evidence": total,
        "most_probable": most_probable,
        "keeps_its_favourite": favourites.gather(1, most_probable[:, None])[:, 0],
        "unique_maximum": near.sum(-1) == 1,
        "posterior_after_two": _settled(settled * likelihoods),
        "predictive": evidence(settled, likelihoods),
        "prior_ignored": likely,
        "likelihoods_swapped": _settled(prior * likelihoods.flip(-1)),
        "evidence_unweighted": evidence(uniform, likelihoods),
        "most_likely": (likely >= likely.amax(-1, keepdim=True) * (1 - 1e-9)).int().argmax(-1),
    }
