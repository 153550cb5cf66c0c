"""Flow matching along straight lines from noise to data, x_t = (1 − t) x_0 + t x_1, on a scalar."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Number, Product, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.diffusion_schedules import integrate
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_positive,
    require_probabilities,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "flow_matching.point_data",
    results={
        "velocity": "E[x_1 − x_0 | x_t = x], what a trained network returns",
        "weights": "the probability of each data point given x_t = x",
        "expected_data": "E[x_1 | x_t = x]",
    },
    mistakes={
        "of_likelier": "The velocity of the likeliest pair alone",
        "prior_weights": "Weighs the pairs by the prior probabilities of the data points",
        "not_divided": "E[x_1 | x_t = x] − x, without the division by 1 − t",
        "means_not_scaled": "Weighs as if the noise lay about a_k and not about t a_k",
        "variance_unsquared": "Weighs with the variance 1 − t in place of (1 − t)²",
    },
    examples=(
        {
            "x": Fraction(1, 2),
            "t": Fraction(1, 2),
            "points": (-1, 2),
            "prior": (Fraction(1, 2),) * 2,
        },
        {
            "x": 1,
            "t": Fraction(1, 4),
            "points": (-2, 3),
            "prior": (Fraction(1, 5), Fraction(4, 5)),
        },
        {
            "x": -1,
            "t": Fraction(3, 5),
            "points": (4, -3),
            "prior": (Fraction(9, 10), Fraction(1, 10)),
        },
    ),
)
def point_data(x: Scalar, t: Scalar, points: Vector, prior: Vector) -> SolverResults:
    """x_0 ~ N(0, 1), and x_1 = a_k with probability prior_k, independent of x_0.

    Given x_t = x and x_1 = a_k, the pair moves with (a_k − x) / (1 − t), and Bayes' rule weighs
    it by prior_k N(x; t a_k, (1 − t)²). Source: Lipman, Chen, Ben-Hamu, Nickel and Le, Flow
    matching for generative modeling (2023), equation 8, with the path of their example II and
    σ_min = 0. Raises ValueError for t not between 0 and 1 and a prior with zeros.
    """
    require_scalar("x", x)
    require_between_zero_and_one("t", t)
    require_vector("points", points)
    require_vector("prior", prior, len(points))
    shares, whole = require_probabilities("prior", prior)
    if min(shares) <= 0:
        raise ValueError("prior must have no zeros")
    # x and the points in parts of a unit, and t as a quotient: weights are found for every draw.
    (place, *spots), unit = over_common_denominator((x, *points))
    passed, duration = t.as_integer_ratio()
    ahead = duration - passed
    chances = [share / whole for share in shares]

    def weighed(gaps: list[int], variance: Fraction) -> list[float]:
        """By N(gap; 0, variance), with gaps in parts of unit · duration."""
        squares = [gap * gap for gap in gaps]
        least, below = min(squares), 2 * (unit * duration) ** 2 * variance.numerator
        raw = [
            chance * exp((least - square) * variance.denominator / below)
            for chance, square in zip(chances, squares, strict=True)
        ]
        total = fsum(raw)
        return [each / total for each in raw]

    here, left, places = float(x), ahead / duration, [spot / unit for spot in spots]

    def drift(weights: list[float]) -> float:
        return (fsum([w * a for w, a in zip(weights, places, strict=True)]) - here) / left

    scaled = [place * duration - passed * spot for spot in spots]
    squared = fraction(ahead * ahead, duration * duration)
    weights = weighed(scaled, squared)
    velocity = drift(weights)
    likeliest = spots[weights.index(max(weights))]
    middle = sum(map(mul, shares, spots))
    return {
        "velocity": velocity,
        "weights": tuple(weights),
        "expected_data": here + left * velocity,
        "of_likelier": fraction((likeliest - place) * duration, unit * ahead),
        "prior_weights": fraction((middle - whole * place) * duration, whole * unit * ahead),
        "not_divided": left * velocity,
        "means_not_scaled": drift(weighed([(place - spot) * duration for spot in spots], squared)),
        "variance_unsquared": drift(weighed(scaled, fraction(ahead, duration))),
    }


@check("flow_matching.point_data", tolerance=1e-6)
def point_data_by_continuity(
    x: "Tensor", t: "Tensor", points: "Tensor", prior: "Tensor"
) -> Mapping[str, Any]:
    """The velocity that carries the mass: −∂F/∂t over the density, F the distribution function.

    Integrating the continuity equation ∂p/∂t = −∂(v p)/∂x up to x gives it; both derivatives are
    autograd's. The probability of a pair is the slope of ln p in its own log weight. x, t:
    [variants]; points, prior: [variants, k].
    """
    import torch

    normal: Any = torch.distributions.Normal
    time, place = t.clone().requires_grad_(True), x.clone().requires_grad_(True)
    law = normal(time[:, None] * points, 1 - time[:, None])
    below = (prior * law.cdf(place[:, None])).sum(-1)
    in_time, density = torch.autograd.grad(below.sum(), (time, place))
    velocity = -in_time / density

    def weights(centres: "Tensor", spread: "Tensor") -> "Tensor":
        logs = prior.log().requires_grad_(True)
        each = normal(centres, spread[:, None]).log_prob(x[:, None])
        return torch.autograd.grad(torch.logsumexp(logs + each, -1).sum(), logs)[0]

    def blend(shares: "Tensor") -> "Tensor":
        return (shares * (points - x[:, None])).sum(-1) / (1 - t)

    shares = weights(t[:, None] * points, 1 - t)
    likeliest = torch.nn.functional.one_hot(shares.argmax(-1), points.shape[-1])
    return {
        "velocity": velocity,
        "weights": shares,
        "expected_data": x + (1 - t) * velocity,
        "of_likelier": blend(likeliest.to(x.dtype)),
        "prior_weights": blend(prior),
        "not_divided": (1 - t) * velocity,
        "means_not_scaled": blend(weights(points, 1 - t)),
        "variance_unsquared": blend(weights(t[:, None] * points, (1 - t).sqrt())),
    }


@solver(
    "flow_matching.gaussian_data",
    results={
        "velocity_formula": "E[x_1 − x_0 | x_t = x] as a formula in x, at the given t",
        "velocity": "its value at the given x",
        "slope": "the slope of the velocity in x",
        "variance": "the variance of x_t",
        "covariance": "the covariance of x_1 − x_0 and x_t",
        "end_of_step": "where one Euler step from t to 1 ends",
        "exact_end": "where the flow that starts in x at time t is at time 1",
        "variance_of_steps": "variance of end_of_step if x has the distribution of x_t",
        "spreading": "whether paths of the flow move apart at time t",
        "to_the_right": "whether the flow moves to the right in x at time t",
        "wider": "whether x_t has a larger variance than the data",
    },
    mistakes={
        "slope_sign_formula": "Adds the variances (1 − t) and t s² in the covariance",
        "slope_not_normalised_formula": "Forgets to divide the covariance by the variance of x_t",
        "centred_at_mean_formula": "Centres x at m in place of t m",
        "scaled_once": "The exact end with s² / variance in place of its root",
        "data_variance": "s²: the variance of the data",
    },
    examples=(
        {"m": 2, "s": 3, "t": Fraction(1, 2), "x": -1},
        {"m": -1, "s": Fraction(1, 2), "t": Fraction(1, 5), "x": 2},
        {"m": 3, "s": 2, "t": Fraction(4, 5), "x": 4},
    ),
)
def gaussian_data(m: Scalar, s: Scalar, t: Scalar, x: Scalar) -> SolverResults:
    """x_0 ~ N(0, 1) and x_1 ~ N(m, s²), independent.

    x_1 − x_0 and x_t are jointly Gaussian, with covariance t s² − (1 − t) and Var x_t = t² s² +
    (1 − t)². The standardised distance (x − t m) / √Var x_t stays the same along the flow.
    Source: Liu, Gong and Liu, Flow straight and fast (2023), equations 1 and 2, for Gaussians.
    Raises ValueError for s not above zero and t not between 0 and 1.
    """
    require_scalar("m", m)
    require_scalar("x", x)
    require_positive("s", s)
    require_between_zero_and_one("t", t)
    # m, s and x in parts of one unit, t as passed over whole: variances of x_t are in parts of
    # unit² · whole², covariances of unit² · whole.
    (centre, spread, here), unit = over_common_denominator((m, s, x))
    passed, whole = t.as_integer_ratio()
    rest, data, square = whole - passed, spread * spread, unit * unit
    variance = passed * passed * data + rest * rest * square
    covariance, wrong = passed * data - rest * square, passed * data + rest * square
    distance = whole * here - passed * centre
    moved = centre * variance + covariance * distance
    below, scale = unit * variance, square * whole
    slope, steep = fraction(covariance * whole, variance), fraction(wrong * whole, variance)
    covaried = fraction(covariance, scale)
    offset = centre * (scale * whole - covariance * passed)
    return {
        "velocity_formula": _line(
            slope, fraction(centre * (variance - covariance * passed), below)
        ),
        "velocity": fraction(moved, below),
        "slope": slope,
        "variance": fraction(variance, scale * whole),
        "covariance": covaried,
        "end_of_step": fraction(here * whole * variance + rest * moved, whole * below),
        "exact_end": m
        + fraction(distance, unit * whole) * square_root(fraction(data * whole * whole, variance)),
        "variance_of_steps": fraction((passed * data) ** 2, square * variance),
        "spreading": covariance > 0,
        "to_the_right": moved > 0,
        "wider": variance > data * whole * whole,
        "slope_sign_formula": _line(steep, fraction(centre * (variance - wrong * passed), below)),
        "slope_not_normalised_formula": _line(covaried, fraction(offset, unit * scale * whole)),
        "centred_at_mean_formula": _line(
            slope, fraction(centre * (variance - covariance * whole), below)
        ),
        "scaled_once": fraction(centre * variance + distance * data * whole, below),
        "data_variance": s * s,
    }


def _line(slope: Fraction, offset: Fraction) -> Sum:
    """slope · x + offset."""
    return Sum((Product((Number(slope), Symbol("x"))), Number(offset)))


@check("flow_matching.gaussian_data", tolerance=1e-6)
def gaussian_data_by_score(m: "Tensor", s: "Tensor", t: "Tensor", x: "Tensor") -> Mapping[str, Any]:
    """(x + (1 − t) · score) / t with the score by autograd, and the flow by integration.

    It is E[x_1 − x_0 | x_t] by Tweedie's formula for x_0. All are
    [variants].
    """
    import torch

    normal: Any = torch.distributions.Normal
    mean, spread = m[:, None], s[:, None]

    def velocity(time: "Tensor", place: "Tensor") -> "Tensor":
        at = place.detach().requires_grad_(True)
        law = normal(time * mean, torch.hypot(time * spread, 1 - time), validate_args=False)
        (score,) = torch.autograd.grad(law.log_prob(at).sum(), at)
        return (place + (1 - time) * score) / time

    two = torch.stack((x, x + 1), -1)
    now = velocity(t[:, None], two)
    one = torch.ones_like(t)
    ends = integrate(lambda when, at: velocity(when[:, None], at), two, t, one, steps=8)
    steps = two + (1 - t[:, None]) * now
    slope = now[:, 1] - now[:, 0]

    law = (t * s) ** 2 + (1 - t) ** 2

    def straight(shape: "Tensor", centre: "Tensor") -> Any:
        return lambda points: mean + shape[:, None] * (points["x"] - centre[:, None])

    return {
        "velocity_formula": lambda points: velocity(t[:, None], points["x"]),
        "velocity": now[:, 0],
        "slope": slope,
        "variance": law,
        "covariance": slope * law,
        "end_of_step": steps[:, 0],
        "exact_end": ends[:, 0],
        "variance_of_steps": (steps[:, 1] - steps[:, 0]) ** 2 * law,
        "spreading": slope > 1e-12,
        "to_the_right": now[:, 0] > 1e-12,
        "wider": law > s**2 * (1 + 1e-12),
        "slope_sign_formula": straight((t * s**2 + 1 - t) / law, t * m),
        "slope_not_normalised_formula": straight(slope * law, t * m),
        "centred_at_mean_formula": straight(slope, m),
        "scaled_once": m + (steps[:, 0] - m) / t,
        "data_variance": (ends[:, 1] - ends[:, 0]) ** 2 * law,
    }
