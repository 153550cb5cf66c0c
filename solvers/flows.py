"""Normalising flows in one dimension: x = f(z) with z ~ N(0, 1), and the density of x."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import exp, log, pi
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import Exact, SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.formulas import logarithm
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_HALF_LOG_TWO_PI = log(2 * pi) / 2
_X, _MINUS, _TWO = Symbol("x"), Number(-1), Number(2)
_LOG_PEAK = Product((_MINUS, Quotient(Call("ln", (Product((_TWO, Symbol("pi"))),)), _TWO)))
_LOG_X = Call("ln", (_X,))
_REST = Sum((Number(1), Product((_MINUS, _X))))
_LOG_REST = Call("ln", (_REST,))


def _base(z: float) -> float:
    """The logarithm of the standard normal density."""
    return -z * z / 2 - _HALF_LOG_TWO_PI


def _formulas(start: Formula, mu: Exact, sigma: Exact, rest: tuple[Formula, ...]) -> SolverResults:
    """The formulas in x, where z = (start − mu)/sigma and ln |dx/dz| = ln |sigma| + Σ rest."""
    shifted = Sum((start, Number(-mu))) if mu else start
    square = _multiple(Power(shifted, _TWO), 1 / Fraction(2 * sigma * sigma))
    base = Product((_MINUS, square))
    scale = () if sigma == 1 else (sigma,)
    log_det = (*map(logarithm, scale), *rest)
    minus = (
        *(logarithm(1 / Fraction(each)) for each in scale),
        *(Product((_MINUS, term)) for term in rest),
    )
    divided = _multiple(start, 1 / Fraction(sigma))
    return {
        "z_formula": _multiple(shifted, 1 / Fraction(sigma)),
        "log_density_formula": Sum((base, *minus, _LOG_PEAK)),
        "log_det_forgotten_formula": Sum((base, _LOG_PEAK)),
        "log_det_added_formula": Sum((base, *log_det, _LOG_PEAK)),
        "order_kept_formula": Sum((divided, Number(-mu))) if mu else divided,
    }


def _multiple(term: Formula, factor: Fraction) -> Formula:
    """factor · term, with no fraction inside a fraction."""
    above, below = factor.numerator, factor.denominator
    top = term if above == 1 else Product((Number(above), term))
    return top if below == 1 else Quotient(top, Number(below))


@solver(
    "flows.affine",
    results={
        "z": "the noise that x comes from, the inverse of the flow",
        "log_det": "ln |dx/dz|, the log-determinant of the flow",
        "log_density": "ln p(x)",
    },
    mistakes={
        "log_det_forgotten": "ln of the base density at z: the log-determinant is forgotten",
        "log_det_added": "Adds the log-determinant of the flow instead of subtracting it",
        "base_at_x": "Puts x itself into the base density",
        "slope_not_logged": "Subtracts |dx/dz| instead of its logarithm",
        "direction_swapped": "ln p of sigma x + mu under the base, + ln |sigma|",
    },
    examples=(
        {"mu": 1, "sigma": 2, "x": 4},
        {"mu": -2, "sigma": Fraction(-1, 2), "x": Fraction(-3, 2)},
        {"mu": 0, "sigma": 3, "x": Fraction(1, 3)},
    ),
)
def affine(mu: Scalar, sigma: Scalar, x: Scalar) -> SolverResults:
    """x = mu + sigma z, for any sigma other than 0: ln p(x) = ln N((x − mu)/sigma) − ln |sigma|.

    Source: Papamakarios and others, Normalizing Flows for Probabilistic Modeling and Inference
    (2021), section 2.1 (change of variables). Raises ValueError for sigma = 0.
    """
    require_scalar("mu", mu)
    require_scalar("sigma", sigma)
    require_scalar("x", x)
    if not sigma:
        raise ValueError("sigma must not be 0")
    z = Fraction(x - mu) / sigma
    base, log_det = _base(float(z)), log(abs(float(sigma)))
    return {
        "z": z,
        "log_det": log_det,
        "log_density": base - log_det,
        "log_det_forgotten": base,
        "log_det_added": base + log_det,
        "base_at_x": _base(float(x)),
        "slope_not_logged": base - abs(float(sigma)),
        "direction_swapped": _base(float(mu + sigma * x)) + log_det,
    }


@solver(
    "flows.exponential",
    results={"z_formula": "the inverse of the flow as a formula in x"},
    mistakes={
        "order_kept_formula": "Divides by sigma first and then subtracts mu, a formula in x",
        "log_det_forgotten_formula": "ln of the base density at z, a formula in x",
    },
    domains={
        "z_formula": {"x": "positive"},
        "order_kept_formula": {"x": "positive"},
        "log_det_forgotten_formula": {"x": "positive"},
    },
    examples=(
        {"mu": 0, "sigma": 1},
        {"mu": 1, "sigma": Fraction(1, 2)},
        {"mu": Fraction(-1, 3), "sigma": 2},
    ),
)
def exponential(mu: Scalar, sigma: Scalar) -> SolverResults:
    """x = exp(mu + sigma z), log-normally distributed: z = (ln x − mu)/sigma.

    Source: Papamakarios and others, Normalizing Flows for Probabilistic Modeling and Inference
    (2021), section 2.1 (change of variables). Raises ValueError unless sigma is positive.
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    formulas = _formulas(_LOG_X, mu, sigma, (_LOG_X,))
    names = ("z_formula", "order_kept_formula", "log_det_forgotten_formula")
    return {name: formulas[name] for name in names}


@solver(
    "flows.logit",
    results={
        "z": "the noise that x comes from, the inverse of the flow",
        "slope": "the derivative of x in z there",
        "density": "p(x)",
    },
    mistakes={
        "density_not_divided": "The base density at z, not divided by the slope",
        "density_over_scale": "Divides by sigma only: the sigmoid's slope is forgotten",
        "density_over_half_slope": "Takes x for the derivative of the sigmoid, not x (1 − x)",
        "density_multiplied": "Multiplies by the slope instead of dividing by it",
    },
    examples=(
        {"mu": 0, "sigma": 1, "x": Fraction(3, 4)},
        {"mu": 1, "sigma": Fraction(1, 2), "x": Fraction(1, 10)},
        {"mu": -2, "sigma": 3, "x": Fraction(19, 20)},
    ),
)
def logit(mu: Scalar, sigma: Scalar, x: Scalar) -> SolverResults:
    """x = sigmoid(mu + sigma z), whose inverse is the logit: dx/dz = sigma x (1 − x).

    Source: Dinh, Sohl-Dickstein and Bengio, Density Estimation Using Real NVP (2017), section
    4.1 (data through a logit). Raises ValueError unless sigma is positive and x in (0, 1).
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    require_between_zero_and_one("x", x)
    start = log(x.numerator / (x.denominator - x.numerator))
    z = (start - float(mu)) / float(sigma)
    slope, base = sigma * x * (1 - x), exp(_base(z))
    return {
        "z": z,
        "slope": slope,
        "density": base / float(slope),
        "density_not_divided": base,
        "density_over_scale": base / float(sigma),
        "density_over_half_slope": base / float(sigma * x),
        "density_multiplied": base * float(slope),
    }


@solver(
    "flows.logit_formula",
    results={"log_density_formula": "ln p(x) as a formula in x"},
    mistakes={
        "log_det_forgotten_formula": "ln of the base density at z, a formula in x",
        "log_det_added_formula": "Adds the log-determinant of the flow, a formula in x",
    },
    domains={
        "log_density_formula": {"x": "probability"},
        "log_det_forgotten_formula": {"x": "probability"},
        "log_det_added_formula": {"x": "probability"},
    },
    examples=(
        {"mu": 0, "sigma": 1},
        {"mu": 1, "sigma": Fraction(1, 2)},
        {"mu": -2, "sigma": 3},
    ),
)
def logit_formula(mu: Scalar, sigma: Scalar) -> SolverResults:
    """ln p(x) for x = sigmoid(mu + sigma z), with ln dx/dz = ln sigma + ln x + ln (1 − x).

    Source: Dinh, Sohl-Dickstein and Bengio, Density Estimation Using Real NVP (2017), section
    4.1 (data through a logit). Raises ValueError unless sigma is positive.
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    start = Call("ln", (Quotient(_X, _REST),))
    formulas = _formulas(start, mu, sigma, (_LOG_X, _LOG_REST))
    names = ("log_density_formula", "log_det_forgotten_formula", "log_det_added_formula")
    return {name: formulas[name] for name in names}


def _inverse(
    flow: Callable[["Tensor"], "Tensor"], mu: "Tensor", sigma: "Tensor", x: "Tensor"
) -> tuple["Tensor", "Tensor"]:
    """z and dx/dz at x for x = flow(mu + sigma z), by halving and by autograd.

    The flow rises in its argument. All are [variants], or broadcast to one shape.
    """
    import torch

    reach = x.abs() + 1000
    low, high = -reach, reach
    for _ in range(100):
        middle = (low + high) / 2
        below = flow(middle) < x
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    z = ((low + high) / 2 - mu) / sigma
    leaf = z.detach().clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(flow(mu + sigma * leaf).sum(), leaf)
    return z, slope


def _log_base(z: "Tensor") -> "Tensor":
    """The standard normal log-density, by torch."""
    import torch
    from torch.distributions import Normal

    base: Any = Normal(torch.zeros_like(z), torch.ones_like(z))
    density: Tensor = base.log_prob(z)
    return density


@check("flows.affine", tolerance=1e-8)
def affine_by_bisection(mu: "Tensor", sigma: "Tensor", x: "Tensor") -> Mapping[str, Any]:
    """Inverts the flow by halving an interval; its slope by autograd. All [variants].

    The flow from the noise mu + sigma x back to x has the slope 1/sigma: for the swapped
    direction it is inverted at x.
    """
    z, slope = _inverse(lambda t: t, mu, sigma, x)
    noise, back = _inverse(lambda t: t, -mu / sigma, 1 / sigma, x)
    log_det = slope.abs().log()
    return {
        "z": z,
        "log_det": log_det,
        "log_density": _log_base(z) - log_det,
        "log_det_forgotten": _log_base(z),
        "log_det_added": _log_base(z) + log_det,
        "base_at_x": _log_base(x),
        "slope_not_logged": _log_base(z) - slope.abs(),
        "direction_swapped": _log_base(noise) - back.abs().log(),
    }


@check("flows.exponential", tolerance=1e-8)
def exponential_by_bisection(mu: "Tensor", sigma: "Tensor") -> Mapping[str, Any]:
    """Inverts the flow by halving an interval; with the order kept, a flow with another shift.

    mu, sigma: [variants].
    """
    import torch

    def noise(points: Mapping[str, "Tensor"], shift: "Tensor") -> "Tensor":
        return _inverse(torch.exp, shift[:, None], sigma[:, None], points["x"])[0]

    return {
        "z_formula": lambda points: noise(points, mu),
        # ln x / sigma − mu is the inverse for the shift sigma mu.
        "order_kept_formula": lambda points: noise(points, sigma * mu),
        "log_det_forgotten_formula": lambda points: _log_base(noise(points, mu)),
    }


@check("flows.logit", tolerance=1e-8)
def logit_by_bisection(mu: "Tensor", sigma: "Tensor", x: "Tensor") -> Mapping[str, Any]:
    """Inverts the flow by halving an interval; its slope by autograd. All [variants]."""
    import torch

    z, slope = _inverse(torch.sigmoid, mu, sigma, x)
    _, plain = _inverse(torch.sigmoid, mu, torch.ones_like(sigma), x)
    base = _log_base(z)
    return {
        "z": z,
        "slope": slope,
        "density": (base - slope.log()).exp(),
        "density_not_divided": base.exp(),
        "density_over_scale": (base - slope.log() + plain.log()).exp(),
        "density_over_half_slope": (base - slope.log()).exp() * (1 - x),
        "density_multiplied": (base + slope.log()).exp(),
    }


@check("flows.logit_formula", tolerance=1e-8)
def logit_formula_by_bisection(mu: "Tensor", sigma: "Tensor") -> Mapping[str, Any]:
    """Inverts the flow by halving an interval; its slope by autograd. mu, sigma: [variants]."""
    import torch

    def parts(points: Mapping[str, "Tensor"]) -> tuple["Tensor", "Tensor"]:
        z, slope = _inverse(torch.sigmoid, mu[:, None], sigma[:, None], points["x"])
        return _log_base(z), slope.log()

    return {
        "log_density_formula": lambda points: torch.sub(*parts(points)),
        "log_det_forgotten_formula": lambda points: parts(points)[0],
        "log_det_added_formula": lambda points: torch.add(*parts(points)),
    }
