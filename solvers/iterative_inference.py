"""Amortised against iterative inference: the two gaps of an encoder, and steps that close one."""

from collections.abc import Mapping
from fractions import Fraction
from math import log, pi
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    over_common_denominator,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 1000
_NODES = 4
"""All logarithms of densities are quadratic: two nodes give their means exactly."""


def _posterior(weight: Scalar, noise_variance: Scalar, x: Scalar) -> tuple[Fraction, Fraction]:
    """Precision and mean of z given x, for z ~ N(0, 1) and x = weight z + noise."""
    for name, value in (("weight", weight), ("x", x)):
        require_scalar(name, value)
        if abs(value.numerator) > _LARGEST * value.denominator:
            raise ValueError(f"{name} must be at most {_LARGEST} in size")
    require_positive("noise_variance", noise_variance)
    if not weight:
        raise ValueError("weight must not be 0")
    factor, noise, seen = map(Fraction, (weight, noise_variance, x))
    if not noise.denominator <= _LARGEST * noise.numerator <= _LARGEST**2 * noise.denominator:
        raise ValueError(f"noise_variance must lie between 1/{_LARGEST} and {_LARGEST}")
    total = noise + factor * factor
    return total / noise, factor * seen / total


@solver(
    "iterative_inference.gaps",
    results={
        "evidence": "ln p(x)",
        "best_elbo": "the largest ELBO over all means, with the variance that is given",
        "encoder_elbo": "the ELBO of the encoder's mean, with the same variance",
        "approximation_gap": "ln p(x) − the best ELBO of the family",
        "amortisation_gap": "the best ELBO of the family − that of the encoder",
        "whole_gap": "the sum of both",
        "posterior_mean": "mean of p(z | x)",
        "posterior_variance": "variance of p(z | x)",
        "amortisation_is_larger": "whether the amortisation gap is the larger of the two",
    },
    mistakes={
        "gap_unscaled": "(m − mean)² / 2, not divided by the posterior variance",
        "gap_not_halved": "(m − mean)² over the posterior variance",
        "gap_own_variance": "(m − mean)² over twice the encoder's variance",
        "approximation_reversed": "The divergence in the other direction",
    },
    examples=(
        {
            "weight": 2,
            "noise_variance": 1,
            "x": 5,
            "mean": Fraction(3, 2),
            "variance": Fraction(1, 2),
        },
        {
            "weight": -1,
            "noise_variance": Fraction(1, 4),
            "x": 2,
            "mean": -1,
            "variance": Fraction(1, 10),
        },
    ),
)
def gaps(
    weight: Scalar, noise_variance: Scalar, x: Scalar, mean: Scalar, variance: Scalar
) -> SolverResults:
    """The gaps of q = N(mean, variance) in the model z ~ N(0, 1), x ~ N(weight z, noise_variance).

    The family has all means and one variance. ln p(x) − ELBO = KL(q || p(z | x)), which splits
    into (r − 1 − ln r) / 2 with r = variance over posterior variance, and the squared distance of
    the means over twice the posterior variance. Source: Cremer, Li and Duvenaud, Inference
    suboptimality in variational autoencoders (2018), equations 2 to 5. Raises ValueError for a
    weight of 0, variances not above zero, and numbers above 1000.
    """
    precision, centre = _posterior(weight, noise_variance, x)
    require_scalar("mean", mean)
    require_positive("variance", variance)
    factor, noise, seen, guess, spread = map(Fraction, (weight, noise_variance, x, mean, variance))
    if abs(guess) > _LARGEST or not Fraction(1, _LARGEST) <= spread <= _LARGEST:
        raise ValueError(f"mean and variance must be at most {_LARGEST}")
    whole = factor * factor + noise
    evidence = -log(2 * pi * float(whole)) / 2 - float(seen * seen / whole) / 2
    ratio = spread * precision
    apart = (float(ratio) - 1 - log(ratio)) / 2
    distance = guess - centre
    squared = distance * distance
    amortised = squared * precision / 2
    lost = float(amortised)
    return {
        "evidence": evidence,
        "best_elbo": evidence - apart,
        "encoder_elbo": evidence - apart - lost,
        "approximation_gap": apart,
        "amortisation_gap": amortised,
        "whole_gap": apart + lost,
        "posterior_mean": centre,
        "posterior_variance": 1 / precision,
        "amortisation_is_larger": lost > apart,
        "gap_unscaled": squared / 2,
        "gap_not_halved": squared * precision,
        "gap_own_variance": squared / (2 * spread),
        "approximation_reversed": (1 / float(ratio) - 1 + log(ratio)) / 2,
    }


def _elbo(
    weight: "Tensor", noise_variance: "Tensor", x: "Tensor", mean: "Tensor", variance: "Tensor"
) -> "Tensor":
    """E_q[ln p(x, z) − ln q(z)] with nodes for the expectation; all [variants]."""
    import torch

    from qgen.solvers.numerics.gauss_hermite import gauss_hermite

    nodes, weights = gauss_hermite(_NODES)
    normal: Any = torch.distributions.Normal
    z = mean[:, None] + variance.sqrt()[:, None] * nodes
    prior = normal(0.0, 1.0).log_prob(z)
    likelihood = normal(weight[:, None] * z, noise_variance.sqrt()[:, None]).log_prob(x[:, None])
    own = normal(mean[:, None], variance.sqrt()[:, None]).log_prob(z)
    value: Tensor = ((prior + likelihood - own) * weights).sum(-1)
    return value


@check("iterative_inference.gaps", tolerance=1e-7)
def gaps_by_maximising(
    weight: "Tensor", noise_variance: "Tensor", x: "Tensor", mean: "Tensor", variance: "Tensor"
) -> Mapping[str, Any]:
    """Climbs the ELBO in the mean, and then in the variance as well; all are [variants].

    In the mean it is a parabola, so that a single Newton step is enough; in the logarithm of the
    variance its slope is bisected. No formula of the posterior or of p(x) is used.
    """
    import torch

    def elbo(mean: "Tensor", variance: "Tensor") -> "Tensor":
        return _elbo(weight, noise_variance, x, mean, variance)

    place = mean.clone().requires_grad_()
    slope = torch.autograd.grad(elbo(place, variance).sum(), place, create_graph=True)[0]
    bend = torch.autograd.grad(slope.sum(), place)[0]
    best = (place - slope / bend).detach()
    low = torch.full_like(mean, -20.0)
    high = -low
    for _ in range(70):
        middle = ((low + high) / 2).requires_grad_()
        rising = torch.autograd.grad(elbo(best, middle.exp()).sum(), middle)[0] > 0
        middle = middle.detach()
        low, high = torch.where(rising, middle, low), torch.where(rising, high, middle)
    width = ((low + high) / 2).exp()
    evidence, family, own = elbo(best, width), elbo(best, variance), elbo(mean, variance)
    normal: Any = torch.distributions.Normal
    narrow, wide = normal(best, variance.sqrt()), normal(best, width.sqrt())
    distance = (mean - best).square()
    return {
        "evidence": evidence,
        "best_elbo": family,
        "encoder_elbo": own,
        "approximation_gap": evidence - family,
        "amortisation_gap": family - own,
        "whole_gap": evidence - own,
        "posterior_mean": best,
        "posterior_variance": width,
        "amortisation_is_larger": family - own > evidence - family,
        "gap_unscaled": distance / 2,
        "gap_not_halved": distance / width,
        "gap_own_variance": distance / (2 * variance),
        "approximation_reversed": torch.distributions.kl_divergence(wide, narrow),
    }


@solver(
    "iterative_inference.refined",
    results={
        "posterior_mean": "where the steps lead, if they converge",
        "refined": "the mean after the steps",
        "shrinkage": "what a step multiplies the distance to the posterior mean by",
        "largest_step": "steps below this converge",
        "distance": "distance to the posterior mean at the start, with its sign",
        "converges": "whether the steps converge",
    },
    mistakes={
        "one_step": "The mean after one step",
        "without_prior": "The mean after steps that climb ln p(x | z) alone",
        "downhill": "The mean after steps in the opposite direction",
        "half_the_slope": "The mean after steps of half the size",
    },
    examples=(
        {
            "weight": 2,
            "noise_variance": 1,
            "x": 5,
            "start": 1,
            "step": Fraction(1, 10),
            "steps": 3,
        },
        {
            "weight": -1,
            "noise_variance": Fraction(1, 2),
            "x": 3,
            "start": 0,
            "step": Fraction(1, 2),
            "steps": 2,
        },
    ),
)
def refined(
    weight: Scalar,
    noise_variance: Scalar,
    x: Scalar,
    start: Scalar,
    step: Scalar,
    steps: Scalar,
) -> SolverResults:
    """Gradient ascent on ln p(x, z) in z from an encoder's guess: z + step · slope, repeated.

    The slope is precision · (posterior mean − z), so that the distance is multiplied by
    1 − step · precision each time. Source: Kim, Wiseman, Miller, Sontag and Rush, Semi-amortized
    variational autoencoders (2018), section 3. Raises ValueError for a weight of 0, a step or a
    noise variance not above zero, numbers above 1000, and more than 20 steps.
    """
    precision, centre = _posterior(weight, noise_variance, x)
    require_scalar("start", start)
    require_positive("step", step)
    factor, noise, seen, begin, width = map(Fraction, (weight, noise_variance, x, start, step))
    if max(abs(begin), width) > _LARGEST:
        raise ValueError(f"start and step must be at most {_LARGEST}")
    count = require_count("steps", steps, 1, 20)
    (around, first), unit = over_common_denominator((centre, begin))
    pace = width * precision
    up, below = pace.as_integer_ratio()

    def after(shrunk: int, whole: int, steps: int) -> Fraction:
        """Where so many steps lead that each multiply the distance by shrunk over whole."""
        left = around * whole**steps + (first - around) * shrunk**steps
        return fraction(left, unit * whole**steps)

    guess = seen / factor
    steep = 1 - width * factor * factor / noise
    return {
        "posterior_mean": centre,
        "refined": after(below - up, below, count),
        "shrinkage": fraction(below - up, below),
        "largest_step": 2 / precision,
        "distance": fraction(first - around, unit),
        "converges": 0 < up < 2 * below,
        "one_step": after(below - up, below, 1),
        "without_prior": guess + (begin - guess) * steep**count,
        "downhill": after(below + up, below, count),
        "half_the_slope": after(2 * below - up, 2 * below, count),
    }


@check("iterative_inference.refined", tolerance=1e-7)
def refined_by_climbing(
    weight: "Tensor",
    noise_variance: "Tensor",
    x: "Tensor",
    start: "Tensor",
    step: "Tensor",
    steps: "Tensor",
) -> Mapping[str, Any]:
    """Takes the steps, with slopes by autograd; all are [variants]."""
    import torch

    normal: Any = torch.distributions.Normal
    prior_and_likelihood = (1.0, 1.0)

    def slope(z: "Tensor", shares: tuple[float, float] = prior_and_likelihood) -> "Tensor":
        z = z.detach().requires_grad_()
        prior = normal(0.0, 1.0).log_prob(z)
        likelihood = normal(weight * z, noise_variance.sqrt()).log_prob(x)
        joint = shares[0] * prior + shares[1] * likelihood
        return torch.autograd.grad(joint.sum(), z)[0]

    def climbed(
        size: "Tensor", count: "Tensor", shares: tuple[float, float] = prior_and_likelihood
    ) -> "Tensor":
        z = start
        for number in range(int(count.max())):
            z = torch.where(number < count, z + size * slope(z, shares), z)
        return z

    zero, one = torch.zeros_like(x), torch.ones_like(x)
    bend = slope(zero) - slope(one)
    best = slope(zero) / bend
    first = climbed(step, one)
    moved = climbed(step, steps)
    change = slope(zero + step * slope(zero)) / slope(zero)
    return {
        "posterior_mean": best,
        "refined": moved,
        "shrinkage": change,
        "largest_step": 2 / bend,
        "distance": start - best,
        "converges": change.abs() < 1 - 1e-12,
        "one_step": first,
        "without_prior": climbed(step, steps, (0.0, 1.0)),
        "downhill": climbed(-step, steps),
        "half_the_slope": climbed(step / 2, steps),
    }
