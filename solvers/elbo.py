"""The evidence lower bound of latent variable models that are small tables.

A latent variable z takes finitely many values. For one observed x, tables give the prior p(z),
the likelihood p(x | z) and an approximate posterior q(z). All logarithms are natural.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_positive,
)
from qgen.solvers.numerics.elbo_tables import (
    bounds_by_samples,
    divergence,
    divergence_by_information,
    is_posterior,
    mean_log,
    normalised,
    read_tables,
    sample_count,
    tempered,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_TABLES = (
    {
        "prior": (Fraction(1, 2), Fraction(1, 2)),
        "likelihood": (Fraction(1, 5), Fraction(3, 5)),
        "q": (Fraction(2, 5), Fraction(3, 5)),
    },
    {
        "prior": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
        "likelihood": (Fraction(1, 10), Fraction(2, 5), Fraction(9, 10)),
        "q": (Fraction(1, 5), Fraction(1, 5), Fraction(3, 5)),
    },
    {
        "prior": (Fraction(1, 4), Fraction(3, 4)),
        "likelihood": (Fraction(3, 5), Fraction(1, 5)),
        "q": (Fraction(1, 2), Fraction(1, 2)),
    },
)


@solver(
    "elbo.discrete",
    results={
        "evidence": "p(x), the sum of prior times likelihood",
        "log_evidence": "ln p(x)",
        "posterior": "p(z | x) for each z: the q that makes the ELBO largest",
        "elbo": "the evidence lower bound of the given q",
        "gap": "ln p(x) − ELBO, which is KL(q ‖ posterior)",
        "joint": "p(x, z) for each z, prior times likelihood",
        "reconstruction": "the reconstruction term, the mean of ln p(x | z) under q",
        "rate": "the KL term, KL(q ‖ prior)",
        "prior_elbo": "the ELBO of the prior in the place of q: the mean of ln p(x | z) under it",
        "expected_log_joint": "the mean of ln p(x, z) under q: the ELBO without the entropy of q",
        "mode": "index (from 0; the first of equals) of the z with the largest p(x, z), on which "
        "the best q puts all its mass if the ELBO's entropy term is left out",
        "unique_mode": "whether one z alone has the largest p(x, z)",
        "point_mass_elbo": "the largest value without entropy: the largest ln p(x, z)",
        "tight": "whether the ELBO equals ln p(x), as q is the posterior",
    },
    mistakes={
        "evidence_unweighted": "The plain mean of the likelihoods",
        "elbo_kl_added": "Adds the KL term to the reconstruction term",
        "elbo_in_bits": "Takes logarithms to base 2",
        "gap_swapped": "Swaps the arguments: KL(posterior ‖ q)",
        "prior_ignored": "A posterior that is proportional to the likelihood alone",
        "most_likely": "Index of the largest likelihood: the prior is ignored",
    },
    examples=(
        *_TABLES,
        {
            "prior": (Fraction(9, 10), Fraction(1, 10)),
            "likelihood": (Fraction(1, 5), Fraction(3, 5)),
            "q": (Fraction(7, 10), Fraction(3, 10)),
        },
    ),
)
def discrete(prior: Vector, likelihood: Vector, q: Vector) -> SolverResults:
    """Evidence, ELBO and its parts for tables p(z), p(x | z) (the observed x) and q(z).

    ELBO = Σ q ln(p(x, z)/q) = Σ q ln p(x | z) − KL(q ‖ p(z)) = ln p(x) − KL(q ‖ p(z | x)). Without
    the entropy of q it is linear in q, so that a point mass on the mode of p(x, z) is best.
    Sources: Kingma and Welling, Auto-Encoding Variational Bayes (2014), equations 1 to 3;
    Bishop, Pattern Recognition and Machine Learning (2006), equations 9.70 to 9.72; the name
    rate: Alemi and others, Fixing a Broken ELBO (2018), section 2. Raises ValueError for tables
    of different lengths, entries that are not positive, and laws that do not sum to one.
    """
    tables = read_tables(prior, likelihood, q)
    joint, total = tables.joint, sum(tables.joint)
    reconstruction = mean_log(tables.q, tables.likelihood, tables.likelihood_of)
    rate = divergence(tables.q, tables.prior)
    bound = reconstruction - rate
    fits_of = tables.likelihood_of
    return {
        "evidence": fraction(total, tables.joint_of),
        "log_evidence": log(total / tables.joint_of),
        "posterior": normalised(joint),
        "elbo": bound,
        "gap": divergence(tables.q, joint),
        "joint": tuple([fraction(each, tables.joint_of) for each in joint]),
        "reconstruction": reconstruction,
        "rate": rate,
        "prior_elbo": mean_log(tables.prior, tables.likelihood, fits_of),
        "expected_log_joint": mean_log(tables.q, joint, tables.joint_of),
        "mode": joint.index(max(joint)),
        "unique_mode": joint.count(max(joint)) == 1,
        "point_mass_elbo": log(max(joint) / tables.joint_of),
        "tight": is_posterior(tables),
        "evidence_unweighted": fraction(sum(tables.likelihood), fits_of * len(joint)),
        "elbo_kl_added": reconstruction + rate,
        "elbo_in_bits": bound / log(2),
        "gap_swapped": divergence(joint, tables.q),
        "prior_ignored": normalised(tables.likelihood),
        "most_likely": tables.likelihood.index(max(tables.likelihood)),
    }


@check("elbo.discrete", tolerance=1e-8)
def discrete_by_integration(
    prior: "Tensor", likelihood: "Tensor", q: "Tensor"
) -> Mapping[str, Any]:
    """Logarithms and divergences as integrals over tempered laws; all tables [variants, n].

    The posterior is the gradient of ln p(x) in ln p(z). The ELBO is ln p(x) less the divergence
    from the posterior. What ignores the prior is found again with a uniform one.
    """
    import torch

    count, one = prior.shape[1], torch.ones_like(prior[:, 0])
    log_evidence, posterior = tempered(prior, likelihood, one)
    level = torch.full_like(prior, 1 / count)
    log_level_evidence, level_posterior = tempered(level, likelihood, one)
    gap = divergence_by_information(q, posterior)
    rate = divergence_by_information(q, prior)
    entropy = one.new_tensor(count).log() - divergence_by_information(q, level)
    elbo = log_evidence - gap
    largest = posterior.amax(-1, keepdim=True)
    near = posterior >= largest * (1 - 1e-9)
    return {
        "evidence": 1 - (prior * (1 - likelihood)).sum(-1),
        "log_evidence": log_evidence,
        "posterior": posterior,
        "elbo": elbo,
        "gap": gap,
        "joint": posterior * log_evidence.exp()[:, None],
        "reconstruction": elbo + rate,
        "rate": rate,
        "prior_elbo": log_evidence - divergence_by_information(prior, posterior),
        "expected_log_joint": elbo - entropy,
        "mode": near.int().argmax(-1),
        "unique_mode": near.sum(-1) == 1,
        "point_mass_elbo": log_evidence + largest[:, 0].log(),
        "tight": (q - posterior).abs().amax(-1) <= 1e-10,
        "evidence_unweighted": log_level_evidence.exp(),
        "elbo_kl_added": elbo + 2 * rate,
        "elbo_in_bits": elbo / one.new_tensor(2).log(),
        "gap_swapped": divergence_by_information(posterior, q),
        "prior_ignored": level_posterior,
        "most_likely": (level_posterior >= level_posterior.amax(-1, keepdim=True) * (1 - 1e-9))
        .int()
        .argmax(-1),
    }


@solver(
    "elbo.beta_objective",
    results={
        "objective": "the beta-VAE objective: reconstruction term − beta times the KL term",
        "reconstruction": "the mean of ln p(x | z) under q",
        "distortion": "minus the reconstruction term",
        "rate": "the KL term, KL(q ‖ prior)",
        "elbo": "the objective with beta = 1",
        "best_q": "the q that makes the objective largest, proportional to p(z) p(x | z)^(1/beta)",
        "best_objective": "the objective of that q",
        "posterior": "p(z | x), the q that is best for beta = 1",
        "best_q_is_posterior": "whether that q is the posterior",
        "is_lower_bound": "whether the objective of the given q is at most ln p(x)",
    },
    mistakes={
        "kl_added": "Adds beta times the KL term",
        "reconstruction_weighted": "Weights the reconstruction term with beta instead",
        "beta_divided": "Divides the KL term by beta",
        "elbo_weighted": "Multiplies the whole ELBO by beta",
        "rate_swapped": "Uses KL(prior ‖ q)",
        "negated": "The loss, minus the objective",
        "best_q_power_beta": "Takes p(z) p(x | z)^beta for the best q",
        "prior_tempered": "Takes p(z)^beta p(x | z) for the best q",
    },
    examples=(
        {**_TABLES[0], "beta": 4},
        {**_TABLES[1], "beta": Fraction(1, 2)},
        {**_TABLES[2], "beta": 1},
        {**_TABLES[1], "beta": Fraction(5, 2)},
    ),
)
def beta_objective(prior: Vector, likelihood: Vector, q: Vector, beta: Scalar) -> SolverResults:
    """Σ q ln p(x | z) − beta KL(q ‖ p(z)), and the q that makes it largest.

    Setting the derivative in q to a constant gives ln q = ln p(z) + ln p(x | z) / beta − ln Z,
    and then the objective is beta ln Z. For beta ≥ 1 it is at most the ELBO, so a lower bound.
    Sources: Higgins and others, beta-VAE (2017), equation 4; Alemi and others, Fixing a Broken
    ELBO (2018), section 2. Raises ValueError as `discrete` does, and for beta not above zero.
    """
    tables = read_tables(prior, likelihood, q)
    require_positive("beta", beta)
    factor = float(beta)
    reconstruction = mean_log(tables.q, tables.likelihood, tables.likelihood_of)
    rate = divergence(tables.q, tables.prior)
    objective = reconstruction - factor * rate
    log_prior = [log(each / tables.prior_of) for each in tables.prior]
    log_fit = [log(each / tables.likelihood_of) for each in tables.likelihood]
    best_q, log_total = _softmax(log_prior, log_fit, 1 / factor)
    log_evidence = log(sum(tables.joint) / tables.joint_of)
    return {
        "objective": objective,
        "reconstruction": reconstruction,
        "distortion": -reconstruction,
        "rate": rate,
        "elbo": reconstruction - rate,
        "best_q": best_q,
        "best_objective": factor * log_total,
        "posterior": normalised(tables.joint),
        "best_q_is_posterior": beta == 1 or len(set(tables.likelihood)) == 1,
        # A theorem for beta ≥ 1; below, only rounding makes equal numbers differ.
        "is_lower_bound": beta >= 1 or objective <= log_evidence + 1e-12,
        "kl_added": reconstruction + factor * rate,
        "reconstruction_weighted": factor * reconstruction - rate,
        "beta_divided": reconstruction - rate / factor,
        "elbo_weighted": factor * (reconstruction - rate),
        "rate_swapped": reconstruction - factor * divergence(tables.prior, tables.q),
        "negated": -objective,
        "best_q_power_beta": _softmax(log_prior, log_fit, factor)[0],
        "prior_tempered": _softmax(log_fit, log_prior, factor)[0],
    }


def _softmax(
    first: Sequence[float], second: Sequence[float], power: float
) -> tuple[tuple[float, ...], float]:
    """The law proportional to exp(first + power · second), and the logarithm of its sum."""
    scores = [one + power * other for one, other in zip(first, second, strict=True)]
    top = max(scores)
    weights = [exp(score - top) for score in scores]
    total = fsum(weights)
    return tuple([weight / total for weight in weights]), top + log(total)


@check("elbo.beta_objective", tolerance=1e-8)
def beta_objective_by_integration(
    prior: "Tensor", likelihood: "Tensor", q: "Tensor", beta: "Tensor"
) -> Mapping[str, Any]:
    """The parts as integrals over tempered laws; tables [variants, n], beta [variants]."""
    import torch

    log_evidence, posterior = tempered(prior, likelihood, torch.ones_like(beta))
    log_total, best_q = tempered(prior, likelihood, 1 / beta)
    rate = divergence_by_information(q, prior)
    elbo = log_evidence - divergence_by_information(q, posterior)
    objective = elbo + (1 - beta) * rate
    return {
        "objective": objective,
        "reconstruction": elbo + rate,
        "distortion": -elbo - rate,
        "rate": rate,
        "elbo": elbo,
        "best_q": best_q,
        "best_objective": beta * log_total,
        "posterior": posterior,
        "best_q_is_posterior": (best_q - posterior).abs().amax(-1) <= 1e-10,
        "is_lower_bound": objective <= log_evidence + 1e-11,
        "kl_added": elbo + (1 + beta) * rate,
        "reconstruction_weighted": beta * elbo + (beta - 1) * rate,
        "beta_divided": elbo + (1 - 1 / beta) * rate,
        "elbo_weighted": beta * elbo,
        "rate_swapped": elbo + rate - beta * divergence_by_information(prior, q),
        "negated": -objective,
        "best_q_power_beta": tempered(prior, likelihood, beta)[1],
        # The two tables change places: the prior is what carries the exponent.
        "prior_tempered": tempered(likelihood, prior, beta)[1],
    }


@solver(
    "elbo.importance_weighted",
    results={
        "bound": "the importance-weighted bound L_K for K = samples",
        "elbo": "L_1, the ELBO",
        "log_evidence": "ln p(x)",
        "gap": "ln p(x) − L_K",
        "improvement": "L_K − L_1",
    },
    mistakes={
        "log_of_sum": "Does not divide the sum of the weights by K",
        "divided_outside": "Divides the logarithm of the sum by K, not the sum",
        "prior_sampled": "Puts the prior in the place of q, in the draws and in the weights",
    },
    examples=(
        {**_TABLES[0], "samples": 2},
        {**_TABLES[1], "samples": 3},
        {**_TABLES[2], "samples": 4},
        {**_TABLES[1], "samples": 1},
    ),
)
def importance_weighted(
    prior: Vector, likelihood: Vector, q: Vector, samples: Scalar
) -> SolverResults:
    """L_K = E[ln (1/K) Σ_k p(x, z_k)/q(z_k)] with z_1, …, z_K drawn independently from q.

    The law of the sum of weights is built up sample by sample, exactly; its logarithm is then
    averaged. L_1 ≤ L_2 ≤ … ≤ ln p(x), strictly unless all weights are equal (q is the posterior).
    Source: Burda, Grosse and Salakhutdinov, Importance Weighted Autoencoders (2016), equation 8
    and theorem 1. Raises ValueError as `discrete` does, and for `samples` that is not a whole
    number from 1, or so large that there are more than 4096 lists of samples.
    """
    tables = read_tables(prior, likelihood, q)
    count = sample_count(samples, len(prior))
    weights = [
        fraction(each * tables.q_of, tables.joint_of * part)
        for each, part in zip(tables.joint, tables.q, strict=True)
    ]
    bounds = bounds_by_samples(tables.q, weights, count)
    log_evidence = log(sum(tables.joint) / tables.joint_of)
    fits = [Fraction(fit) for fit in likelihood]
    log_sum = bounds[-1] + log(count)
    return {
        "bound": bounds[-1],
        "elbo": bounds[0],
        "log_evidence": log_evidence,
        "gap": log_evidence - bounds[-1],
        "improvement": bounds[-1] - bounds[0],
        "log_of_sum": log_sum,
        "divided_outside": log_sum / count,
        "prior_sampled": bounds_by_samples(tables.prior, fits, count)[-1],
    }


@check("elbo.importance_weighted", tolerance=1e-8)
def importance_weighted_by_enumeration(
    prior: "Tensor", likelihood: "Tensor", q: "Tensor", samples: "Tensor"
) -> Mapping[str, Any]:
    """Goes through every list of samples; tables [variants, n], samples [variants].

    ln p(x) comes from thermodynamic integration, and the ELBO from it by the divergence.
    """
    import torch

    most = int(samples.max())
    mean_logs = _mean_logs_of_sums(q, prior * likelihood / q, most)
    from_prior = _mean_logs_of_sums(prior, likelihood, most)
    chosen = samples.long()[:, None] - 1
    log_sum, log_prior_sum = (each.gather(1, chosen)[:, 0] for each in (mean_logs, from_prior))
    log_evidence, posterior = tempered(prior, likelihood, torch.ones_like(q[:, 0]))
    elbo = log_evidence - divergence_by_information(q, posterior)
    bound = log_sum - samples.log()
    return {
        "bound": bound,
        "elbo": elbo,
        "log_evidence": log_evidence,
        "gap": log_evidence - bound,
        "improvement": bound - elbo,
        "log_of_sum": log_sum,
        "divided_outside": log_sum / samples,
        "prior_sampled": log_prior_sum - samples.log(),
    }


def _mean_logs_of_sums(law: "Tensor", weights: "Tensor", most: int) -> "Tensor":
    """E ln(w_1 + … + w_k) for k = 1 … most, draws from the law [variants, n]: [variants, most]."""
    import torch

    sums, shares = torch.zeros_like(law[:, :1]), torch.ones_like(law[:, :1])
    found = []
    for _ in range(most):
        sums = (sums[:, :, None] + weights[:, None, :]).flatten(1)
        shares = (shares[:, :, None] * law[:, None, :]).flatten(1)
        found.append((shares * sums.log()).sum(-1))
    return torch.stack(found, dim=-1)
