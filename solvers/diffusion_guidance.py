"""What guidance and the variational bound make of Gaussian laws, on a scalar."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.diffusion import alpha_bars, reverse_law
from qgen.solvers.numerics.arguments import Scalar, Vector, require_positive, require_scalar
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "diffusion_guidance.gaussians",
    results={
        "mean": "mean of the law whose score is (1 + w) s(x | c) − w s(x)",
        "variance": "variance of this law",
        "score": "the guided score at x",
        "beyond": "whether its mean lies further from that of all data than that of the class",
    },
    mistakes={
        "mean_of_means": "(1 + w) mu_c − w mu: combines the means, not the scores",
        "mean_other_weight": "Takes w and 1 − w as the weights",
        "variance_other_weight": "Takes w and 1 − w as the weights",
        "variance_of_variances": "(1 + w) tau_c² − w tau²: combines the variances",
        "variance_of_class": "tau_c²: no guidance",
        "mean_of_class": "mu_c: no guidance",
        "mean_by_deviations": "Weighs with the deviations in place of the variances",
        "precision": "The precision of the guided law: one over its variance",
        "deviation": "The standard deviation of the guided law",
        "score_other_weight": "w s(x | c) + (1 − w) s(x)",
        "score_swapped": "(1 + w) s(x) − w s(x | c)",
    },
    examples=(
        {"mu": 0, "tau": 2, "mu_c": 1, "tau_c": 1, "weight": 1, "x": 3},
        {"mu": 1, "tau": 3, "mu_c": -2, "tau_c": Fraction(1, 2), "weight": 4, "x": 0},
        {"mu": 0, "tau": 5, "mu_c": 3, "tau_c": 2, "weight": Fraction(1, 2), "x": -1},
    ),
)
def gaussians(
    mu: Scalar, tau: Scalar, mu_c: Scalar, tau_c: Scalar, weight: Scalar, x: Scalar
) -> Answers:
    """The guided score of p(x) = N(mu, tau²) and p(x | c) = N(mu_c, tau_c²), with weight w.

    A Gaussian score is −precision · (x − mean), so precisions combine as (1 + w) / tau_c² −
    w / tau², and precisions times means likewise. Source: Ho and Salimans, Classifier-free
    diffusion guidance (2022), which writes the guided score in this way. Raises ValueError
    for deviations and weights that are not positive, and unless tau_c is below tau.
    """
    require_scalar("mu", mu)
    require_scalar("mu_c", mu_c)
    require_scalar("x", x)
    for name, value in (("tau", tau), ("tau_c", tau_c), ("weight", weight)):
        require_positive(name, value)
    if tau_c >= tau:
        raise ValueError("tau_c must be below tau")
    own, whole = Fraction(1) / (tau_c * tau_c), Fraction(1) / (tau * tau)
    precision = (1 + weight) * own - weight * whole
    mean = ((1 + weight) * own * mu_c - weight * whole * mu) / precision
    other = weight * own + (1 - weight) * whole
    narrow, wide = Fraction(1) / tau_c, Fraction(1) / tau
    by_deviation = (1 + weight) * narrow - weight * wide
    of_class, of_all = own * (mu_c - x), whole * (mu - x)
    return {
        "mean": mean,
        "variance": 1 / precision,
        "score": (1 + weight) * of_class - weight * of_all,
        "beyond": abs(mean - mu) > abs(mu_c - mu),
        "mean_of_means": (1 + weight) * mu_c - weight * mu,
        "mean_other_weight": (weight * own * mu_c + (1 - weight) * whole * mu) / other,
        "variance_other_weight": 1 / other,
        "variance_of_variances": (1 + weight) * tau_c * tau_c - weight * tau * tau,
        "variance_of_class": tau_c * tau_c,
        "mean_of_class": mu_c,
        "mean_by_deviations": ((1 + weight) * narrow * mu_c - weight * wide * mu) / by_deviation,
        "precision": precision,
        "deviation": square_root(1 / precision),
        "score_other_weight": weight * of_class + (1 - weight) * of_all,
        "score_swapped": (1 + weight) * of_all - weight * of_class,
    }


@check("diffusion_guidance.gaussians", tolerance=1e-8)
def gaussians_by_maximum(
    mu: "Tensor", tau: "Tensor", mu_c: "Tensor", tau_c: "Tensor", weight: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Climbs p(x | c) · p(c | x)^w with torch's log densities; all are [variants].

    By Bayes' rule ln p(c | x) is the difference of the two log densities, up to a constant. A
    Gaussian has its mean at its maximum, and minus the curvature there is its precision.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal

    def objective(at: "Tensor") -> "Tensor":
        with_class: Tensor = normal(mu_c, tau_c).log_prob(at)
        whole: Tensor = normal(mu, tau).log_prob(at)
        return with_class + weight * (with_class - whole)

    mean = maximise(lambda place: objective(place[:, 0]), mu_c[:, None])[:, 0]
    point = x.clone().requires_grad_(True)
    (score,) = torch.autograd.grad(objective(point).sum(), point, create_graph=True)
    (curvature,) = torch.autograd.grad(score.sum(), point)
    return {
        "mean": mean,
        "variance": -1 / curvature,
        "score": score,
        "beyond": (mean - mu).abs() > (mu_c - mu).abs() * (1 + 1e-9),
    }


@solver(
    "diffusion_guidance.step_cost",
    results={
        "cost": "KL(q(x_{t−1} | x_t, x_0) ‖ p(x_{t−1} | x_t)) in nats, when the predicted x_0 is "
        "wrong by `error` and the variances agree",
        "snr_before": "ᾱ_{t−1} / (1 − ᾱ_{t−1})",
        "snr": "ᾱ_t / (1 − ᾱ_t)",
        "mean_error": "how far the two means lie apart",
        "x_0_factor": "the factor of x_0 in the mean",
        "variance": "the variance of both laws",
    },
    mistakes={
        "not_halved": "Forgets the half",
        "of_one_ratio": "error² SNR(t) / 2: forgets the difference",
        "forward_variance": "Divides by 2 β_t in place of twice the variance of the law",
        "error_unsquared": "Does not square the error",
        "unweighted": "error² / 2: no weight of the step",
        "deviation_for_variance": "Divides by twice the deviation",
    },
    examples=(
        {"betas": (Fraction(1, 10), Fraction(1, 5), Fraction(1, 2)), "t": 3, "error": 1},
        {"betas": (Fraction(1, 4), Fraction(1, 3)), "t": 2, "error": Fraction(-3, 2)},
        {"betas": (Fraction(1, 50), Fraction(1, 25), Fraction(3, 50)), "t": 2, "error": 2},
    ),
)
def step_cost(betas: Vector, t: Scalar, error: Scalar) -> Answers:
    """(SNR(t−1) − SNR(t)) / 2 · error²: what a wrong x_0 costs in step t of the bound.

    The model's step is q(x_{t−1} | x_t, x̂_0) with x̂_0 = x_0 + error. Source: Kingma, Salimans,
    Poole and Ho, Variational diffusion models (2021), on the loss in discrete time. Raises
    ValueError for betas not between 0 and 1, a t below 2 or beyond them, and no error.
    """
    step, before, bar = alpha_bars(betas, t)
    require_scalar("error", error)
    if step < 2:
        raise ValueError("t must be at least 2")
    if not error:
        raise ValueError("error must not be 0")
    earlier, later = before / (1 - before), bar / (1 - bar)
    square = Fraction(error * error)
    beta = betas[step - 1]
    variance = beta * (1 - before) / (1 - bar)
    factor = square_root(before) * (beta / (1 - bar))
    cost = (earlier - later) * square / 2
    return {
        "cost": cost,
        "snr_before": earlier,
        "snr": later,
        "mean_error": factor * error,
        "x_0_factor": factor,
        "variance": variance,
        "not_halved": 2 * cost,
        "of_one_ratio": later * square / 2,
        "forward_variance": cost * variance / beta,
        "error_unsquared": (earlier - later) * abs(error) / 2,
        "unweighted": square / 2,
        "deviation_for_variance": cost * square_root(variance),
    }


@check("diffusion_guidance.step_cost", tolerance=1e-8)
def step_cost_by_divergence(betas: "Tensor", t: "Tensor", error: "Tensor") -> Mapping[str, Any]:
    """torch's divergence of two laws of x_{t−1}, found by conditioning the chain on both ends.

    The ratios come from mean and variance of the chain, step by step. betas: [variants, steps];
    t, error: [variants].
    """
    import torch

    start, _, variance = reverse_law(betas, t).unbind(-1)
    normal: Any = torch.distributions.Normal
    true, model = (normal(start * by, variance.sqrt()) for by in (torch.zeros_like(error), error))
    ratios = []
    scale, noise = torch.ones_like(error), torch.zeros_like(error)
    for beta in betas.unbind(1):
        scale, noise = scale * (1 - beta).sqrt(), (1 - beta) * noise + beta
        ratios.append(scale**2 / noise)
    table, place = torch.stack(ratios, dim=1), t.long()[:, None]
    return {
        "cost": torch.distributions.kl_divergence(true, model),
        "snr_before": table.gather(1, place - 2)[:, 0],
        "snr": table.gather(1, place - 1)[:, 0],
        "mean_error": start * error,
        "x_0_factor": start,
        "variance": variance,
    }
