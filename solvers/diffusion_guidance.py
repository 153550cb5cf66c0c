"""What guidance and the variational bound make of Gaussians, on a scalar."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.diffusion import alpha_bars, last_betas, reverse_step, walk
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "diffusion_guidance.gaussians",
    results={
        "mean": "mean of the Gaussian whose score is (1 + w) s(x | c) − w s(x)",
        "variance": "variance of this Gaussian",
        "score": "the guided score at x",
        "beyond": "whether its mean lies further from that of all data than that of the class",
        "narrower": "whether its variance is below that of the class",
    },
    mistakes={
        "mean_of_means": "(1 + w) mu_c − w mu: combines the means, not the scores",
        "mean_other_weight": "Takes w and 1 − w as the weights",
        "variance_other_weight": "Takes w and 1 − w as the weights",
        "variance_of_class": "tau_c²: no guidance",
        "mean_of_class": "mu_c: no guidance",
        "precision": "The precision of the guided Gaussian: one over its variance",
        "deviation": "The standard deviation of the guided Gaussian",
        "score_other_weight": "w s(x | c) + (1 − w) s(x)",
        "score_swapped": "(1 + w) s(x) − w s(x | c)",
        "score_sign": "The sign of both scores is wrong",
    },
    examples=(
        {"mu": 0, "tau": 2, "mu_c": 1, "tau_c": 1, "weight": 1, "x": 3},
        {"mu": 1, "tau": 3, "mu_c": -2, "tau_c": Fraction(1, 2), "weight": 4, "x": 0},
        {"mu": 0, "tau": 5, "mu_c": 3, "tau_c": 2, "weight": Fraction(1, 2), "x": -1},
    ),
)
def gaussians(
    mu: Scalar, tau: Scalar, mu_c: Scalar, tau_c: Scalar, weight: Scalar, x: Scalar
) -> SolverResults:
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
    # Means and deviations in parts of one unit, the weight as less over below: whole numbers, and
    # all precisions in parts of 1/(below · variance_c · variance).
    (centre, wide, centre_c, narrow, here), unit = over_common_denominator(
        (mu, tau, mu_c, tau_c, x)
    )
    less, below = weight.as_integer_ratio()
    more, rest = below + less, below - less
    variance_c, variance = narrow * narrow, wide * wide
    own, whole = more * variance, less * variance_c
    precision, other = own - whole, less * variance + rest * variance_c
    shared, square = below * variance_c * variance, unit * unit
    moment = own * centre_c - whole * centre
    of_class, of_all = (centre_c - here) * variance, (centre - here) * variance_c
    score = fraction(unit * (more * of_class - less * of_all), shared)
    guided_variance = fraction(shared, square * precision)
    other_moment = less * variance * centre_c + rest * variance_c * centre
    return {
        "mean": fraction(moment, unit * precision),
        "variance": guided_variance,
        "score": score,
        "beyond": abs(moment - centre * precision) > abs(centre_c - centre) * precision,
        "narrower": precision > below * variance,
        "mean_of_means": (1 + weight) * mu_c - weight * mu,
        "mean_other_weight": fraction(other_moment, unit * other),
        "variance_other_weight": fraction(shared, square * other),
        "variance_of_class": tau_c * tau_c,
        "mean_of_class": mu_c,
        "precision": fraction(square * precision, shared),
        "deviation": square_root(guided_variance),
        "score_other_weight": fraction(unit * (less * of_class + rest * of_all), shared),
        "score_swapped": fraction(unit * (more * of_all - less * of_class), shared),
        "score_sign": -score,
    }


@check("diffusion_guidance.gaussians", tolerance=1e-8)
def gaussians_by_maximum(
    mu: "Tensor", tau: "Tensor", mu_c: "Tensor", tau_c: "Tensor", weight: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Climbs p(x | c) · p(c | x)^w with torch's log densities; all are [variants].

    By Bayes' rule ln p(c | x) is the difference of the two log densities, up to a constant. A
    Gaussian has its mean at its maximum, and minus the curvature there is its precision. The
    mistakes climb with other weights of the two log densities.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal

    one, none = torch.ones_like(weight), torch.zeros_like(weight)

    def blend(of_class: "Tensor", of_all: "Tensor") -> Callable[["Tensor"], "Tensor"]:
        """The two log densities, so many times each."""

        def objective(at: "Tensor") -> "Tensor":
            value: Tensor = normal(mu_c, tau_c).log_prob(at) * of_class
            value = value + normal(mu, tau).log_prob(at) * of_all
            return value

        return objective

    guided, mixed = blend(one + weight, -weight), blend(weight, one - weight)
    swapped, own = blend(-weight, one + weight), blend(one, none)

    def top(objective: Callable[["Tensor"], "Tensor"]) -> "Tensor":
        return maximise(lambda place: objective(place[:, 0]), mu_c[:, None])[:, 0]

    def slopes(objective: Callable[["Tensor"], "Tensor"]) -> tuple["Tensor", "Tensor"]:
        """Score and curvature at x."""
        point = x.clone().requires_grad_(True)
        (score,) = torch.autograd.grad(objective(point).sum(), point, create_graph=True)
        return score.detach(), torch.autograd.grad(score.sum(), point)[0]

    mean, own_mean = top(guided), top(own)
    (score, curvature), (mixed_score, mixed_curvature) = slopes(guided), slopes(mixed)
    own_variance = -1 / slopes(own)[1]
    return {
        "mean": mean,
        "variance": -1 / curvature,
        "score": score,
        "beyond": (mean - mu).abs() > (mu_c - mu).abs() * (1 + 1e-9),
        "narrower": -1 / curvature < own_variance * (1 - 1e-12),
        "mean_of_means": own_mean + weight * (own_mean - top(blend(none, one))),
        "mean_other_weight": top(mixed),
        "variance_other_weight": -1 / mixed_curvature,
        "variance_of_class": own_variance,
        "mean_of_class": own_mean,
        "precision": -curvature,
        "deviation": (-curvature) ** -0.5,
        "score_other_weight": mixed_score,
        "score_swapped": slopes(swapped)[0],
        "score_sign": -score,
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
        "variance": "the variance of both Gaussians",
    },
    mistakes={
        "not_halved": "Forgets the half",
        "of_one_ratio": "error² SNR(t) / 2: forgets the difference",
        "forward_variance": "Divides by 2 β_t in place of twice the variance of the Gaussian",
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
def step_cost(betas: Vector, t: Scalar, error: Scalar) -> SolverResults:
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
    """torch's divergence of two densities of x_{t−1}, found by conditioning the chain on both ends.

    The ratios come from mean and variance of the chain, step by step. The mistakes are divergences
    of other Gaussians. betas: [variants, steps]; t, error: [variants].
    """
    import torch

    start, _, variance = reverse_step(betas, t).unbind(-1)
    normal: Any = torch.distributions.Normal

    def divergence(shift: "Tensor", spread: "Tensor") -> "Tensor":
        """KL of N(0, spread) from N(shift, spread)."""
        own, model = (normal(place, spread.sqrt()) for place in (torch.zeros_like(shift), shift))
        return torch.distributions.kl_divergence(own, model)

    ratios = []
    for steps in (t - 1, t):
        scale, noise = walk(betas, steps)
        ratios.append(scale**2 / noise)
    _, forward = walk(last_betas(betas, t), torch.ones_like(t))
    cost = divergence(start * error, variance)
    return {
        "cost": cost,
        "snr_before": ratios[0],
        "snr": ratios[1],
        "mean_error": start * error,
        "x_0_factor": start,
        "variance": variance,
        "not_halved": (start * error) ** 2 / variance,
        # The signal √ᾱ_t x_0 is moved by the error, and the noise about it has not changed.
        "of_one_ratio": divergence(scale * error, noise),
        "forward_variance": divergence(start * error, forward),
        "error_unsquared": cost / error.abs(),
        "unweighted": divergence(error, torch.ones_like(error)),
        "deviation_for_variance": divergence(start * error, variance.sqrt()),
    }
