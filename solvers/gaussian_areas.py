"""The two areas between the axis and the integrand of a divergence of Gaussian laws."""

from collections.abc import Mapping
from math import erfc, exp, log, pi, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_REACH = 12.0
_CELLS = 2000
_HALVINGS = 60
_NODES = 160


@solver(
    "gaussian_areas.kl_integrand",
    results={
        "kl": "KL(p ‖ q), the integral of p ln(p / q), in nats",
        "area_above": "the area between the axis and p ln(p / q) where that is positive",
        "area_below": "the area between the axis and p ln(p / q) where that is negative",
    },
    mistakes={
        "above_without_below": "KL less the area below: the sign of that area is lost",
        "reversed_with_below": "Adds the area below to KL(q ‖ p)",
        "above_without_log": "Forgets ln(sigma_2 / sigma_1) in the divergence",
    },
    examples=(
        {"mu_1": 0, "sigma_1": 1, "mu_2": 1, "sigma_2": 1},
        {"mu_1": 0, "sigma_1": 1, "mu_2": 1, "sigma_2": 2},
        {"mu_1": 1, "sigma_1": 3, "mu_2": -1, "sigma_2": 2},
        {"mu_1": 2, "sigma_1": 2, "mu_2": 2, "sigma_2": 1},
    ),
)
def kl_integrand(mu_1: Scalar, sigma_1: Scalar, mu_2: Scalar, sigma_2: Scalar) -> SolverResults:
    """The areas above and below the axis of p ln(p / q), with p = N(mu_1, sigma_1²), q likewise.

    In u = (x − mu_1) / sigma_1, ln(p / q) is the quadratic ln(sigma_2 / sigma_1) − u²/2 +
    (sigma_1 u + mu_1 − mu_2)² / (2 sigma_2²). Between its zeros the integral follows from the
    partial moments Φ, −φ and Φ − t φ of the standard normal density; the area above less the
    area below is the divergence. Sources: Cover and Thomas, Elements of Information Theory
    (2006), section 8.5, for the divergence; Johnson, Kotz and Balakrishnan, Continuous Univariate
    Distributions 1 (1994), chapter 13, for moments of truncated normal laws. Raises ValueError for
    a sigma not above zero and for two equal laws.
    """
    require_scalar("mu_1", mu_1)
    require_scalar("mu_2", mu_2)
    require_positive("sigma_1", sigma_1)
    require_positive("sigma_2", sigma_2)
    if mu_1 == mu_2 and sigma_1 == sigma_2:
        raise ValueError("the two laws must differ")
    apart = mu_1 - mu_2
    first, second = sigma_1 * sigma_1, sigma_2 * sigma_2
    ratio = log(sigma_2 / sigma_1)
    bend, tilt = (first - second) / (2 * second), sigma_1 * apart / second
    level = ratio + float(apart * apart / (2 * second))
    below = -_negative_part(level, float(tilt), float(bend))
    found = level + float(bend)
    swapped = float((second + apart * apart - first) / (2 * first)) - ratio
    return {
        "kl": found,
        "area_above": found + below,
        "area_below": below,
        "above_without_below": found - below,
        "reversed_with_below": swapped + below,
        "above_without_log": found - ratio + below,
    }


def _negative_part(level: float, tilt: float, bend: float) -> float:
    """The integral of φ(u) (level + tilt u + bend u²) over all u where the bracket is negative."""

    def up_to(t: float) -> float:
        bell, below = exp(-t * t / 2) / sqrt(2 * pi), erfc(-t / sqrt(2)) / 2
        return level * below - tilt * bell + bend * (below - t * bell)

    whole = level + bend
    if bend == 0:
        zero = -level / tilt
        return whole - up_to(zero) if tilt < 0 else up_to(zero)
    # Both densities integrate to one, so their quadratic log ratio has two zeros.
    root = sqrt(tilt * tilt - 4 * bend * level)
    sides = sorted(((-tilt - root) / (2 * bend), (-tilt + root) / (2 * bend)))
    between = up_to(sides[1]) - up_to(sides[0])
    return between if bend > 0 else whole - between


@check("gaussian_areas.kl_integrand", tolerance=1e-8)
def kl_integrand_by_quadrature(
    mu_1: "Tensor", sigma_1: "Tensor", mu_2: "Tensor", sigma_2: "Tensor"
) -> Mapping[str, Any]:
    """Integrates p (ln p − ln q) of torch's densities piece by piece; all [variants].

    The pieces end where the sign changes, which is found on a grid and by halving. The divergence
    without its logarithm is that of the densities as shares of their heights.
    """
    import torch
    from torch.distributions import Normal

    p, q = Normal(mu_1[:, None], sigma_1[:, None]), Normal(mu_2[:, None], sigma_2[:, None])

    def log_ratio(x: "Tensor") -> "Tensor":
        return log_density(p, x) - log_density(q, x)

    ends = mu_1[:, None] + sigma_1[:, None] * torch.tensor([-_REACH, _REACH], dtype=mu_1.dtype)
    cuts = torch.cat((ends[:, :1], _sign_changes(log_ratio, ends), ends[:, 1:]), dim=1)
    total = torch.stack(
        [
            _integral(lambda x: log_density(p, x).exp() * log_ratio(x), cuts[:, i], cuts[:, i + 1])
            for i in range(cuts.shape[1] - 1)
        ]
    )
    back = torch.stack((mu_2 - _REACH * sigma_2, mu_2 + _REACH * sigma_2))
    swapped = _integral(lambda x: -log_density(q, x).exp() * log_ratio(x), back[0], back[1])
    heights = log_density(p, mu_1[:, None]) - log_density(q, mu_2[:, None])
    level = _integral(
        lambda x: log_density(p, x).exp() * (log_ratio(x) - heights), ends[:, 0], ends[:, 1]
    )
    below = -total.clamp(max=0).sum(0)
    return {
        "kl": total.sum(0),
        "area_above": total.clamp(min=0).sum(0),
        "area_below": below,
        "above_without_below": total.sum(0) - below,
        "reversed_with_below": swapped + below,
        "above_without_log": level + below,
    }


def _sign_changes(function: Any, ends: "Tensor") -> "Tensor":
    """Where the sign changes between the ends, in order: [variants, 2]; else the right end."""
    import torch

    steps = torch.linspace(0, 1, _CELLS + 1, dtype=ends.dtype)
    grid = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * steps
    positive = function(grid) > 0
    flips = (positive[:, 1:] != positive[:, :-1]).int()
    # A stable sort puts the cells with a change first, in order; others count as the last cell.
    cells = torch.argsort(flips, dim=1, descending=True, stable=True)[:, :2]
    missing = flips.gather(1, cells) == 0
    low, high = grid.gather(1, cells), grid.gather(1, cells + 1)
    rising = function(high) > 0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        left = (function(middle) > 0) != rising
        low, high = torch.where(left, middle, low), torch.where(left, high, middle)
    return torch.where(missing, ends[:, 1:], high)


def _integral(function: Any, start: "Tensor", end: "Tensor") -> "Tensor":
    """The integral of the function from start to end, [variants] each, by Gauss and Legendre."""
    from qgen.solvers.numerics.numerical_methods import gauss_legendre

    nodes, weights = gauss_legendre(_NODES)
    width = (end - start)[:, None]
    found: Tensor = (function(start[:, None] + width * nodes) * width) @ weights
    return found
