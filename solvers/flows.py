"""Normalising flows in one dimension: x = f(z) with z ~ N(0, 1), and the density of x."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import exp, fsum, log, pi
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Expression, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import Answers, Exact
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_HALF_LOG_TWO_PI = log(2 * pi) / 2
_X, _MINUS, _TWO = Symbol("x"), Number(-1), Number(2)
_LOG_PEAK = Product((_MINUS, Quotient(Call("ln", (Product((_TWO, Symbol("pi"))),)), _TWO)))
_LOG_X = Call("ln", (_X,))
_REST = Sum((Number(1), Product((_MINUS, _X))))
_LOG_REST = Call("ln", (_REST,))

_RESULTS = {
    "z": "the noise that x comes from, the inverse of the flow",
    "slope": "the derivative of x in z there",
    "log_det": "ln |dx/dz| there, the log-determinant of the flow",
    "log_density": "ln p(x)",
    "density": "p(x)",
    "z_formula": "the inverse as a formula in x",
    "log_density_formula": "ln p(x) as a formula in x",
}
_MISTAKES = {
    "log_det_forgotten": "ln of the base density at z: the log-determinant is forgotten",
    "log_det_added": "Adds the log-determinant of the flow instead of subtracting it",
    "base_at_x": "Puts x itself into the base density",
    "slope_not_logged": "Subtracts |dx/dz| instead of its logarithm",
    "density_not_divided": "The base density at z, not divided by |dx/dz|",
    "log_det_forgotten_formula": "ln of the base density at z, a formula in x",
    "log_det_added_formula": "Adds the log-determinant of the flow, a formula in x",
    "order_kept_formula": "Divides by sigma first and then subtracts mu, a formula in x",
}


def _base(z: float) -> float:
    """The logarithm of the standard normal density."""
    return -z * z / 2 - _HALF_LOG_TWO_PI


def _answers(z: float | Fraction, x: float, slope: float | Exact) -> Answers:
    """What the density of x is made of, without the formulas."""
    base, size = _base(float(z)), abs(float(slope))
    log_det = log(size)
    return {
        "z": z,
        "slope": slope,
        "log_det": log_det,
        "log_density": base - log_det,
        "density": exp(base - log_det),
        "log_det_forgotten": base,
        "log_det_added": base + log_det,
        "base_at_x": _base(x),
        "slope_not_logged": base - size,
        "density_not_divided": exp(base),
    }


def _formulas(start: Expression, mu: Exact, sigma: Exact, rest: tuple[Expression, ...]) -> Answers:
    """The formulas in x, where z = (start − mu)/sigma and ln |dx/dz| = ln |sigma| + Σ rest."""
    shifted = Sum((start, Number(-mu))) if mu else start
    square = _multiple(Power(shifted, _TWO), 1 / Fraction(2 * sigma * sigma))
    base = Product((_MINUS, square))
    size = -sigma if sigma < 0 else sigma
    log_det = rest if size == 1 else (Call("ln", (Number(size),)), *rest)
    minus = tuple([Product((_MINUS, term)) for term in log_det])
    divided = _multiple(start, 1 / Fraction(sigma))
    return {
        "z_formula": _multiple(shifted, 1 / Fraction(sigma)),
        "log_density_formula": Sum((base, *minus, _LOG_PEAK)),
        "log_det_forgotten_formula": Sum((base, _LOG_PEAK)),
        "log_det_added_formula": Sum((base, *log_det, _LOG_PEAK)),
        "order_kept_formula": Sum((divided, Number(-mu))) if mu else divided,
    }


def _multiple(term: Expression, factor: Fraction) -> Expression:
    """factor · term, with no fraction inside a fraction."""
    above, below = factor.numerator, factor.denominator
    top = term if above == 1 else Product((Number(above), term))
    return top if below == 1 else Quotient(top, Number(below))


@solver(
    "flows.affine",
    results=_RESULTS,
    mistakes={
        **_MISTAKES,
        "direction_swapped": "ln p of sigma x + mu under the base, + ln |sigma|",
    },
    examples=(
        {"mu": 1, "sigma": 2, "x": 4},
        {"mu": -2, "sigma": Fraction(-1, 2), "x": Fraction(-3, 2)},
        {"mu": 0, "sigma": 3, "x": Fraction(1, 3)},
    ),
)
def affine(mu: Scalar, sigma: Scalar, x: Scalar) -> Answers:
    """x = mu + sigma z, for any sigma other than 0: ln p(x) = ln N((x − mu)/sigma) − ln |sigma|.

    Source: Papamakarios and others, Normalizing Flows for Probabilistic Modeling and Inference
    (2021), section 2.1 (change of variables). Raises ValueError for sigma = 0.
    """
    require_scalar("mu", mu)
    require_scalar("sigma", sigma)
    require_scalar("x", x)
    if not sigma:
        raise ValueError("sigma must not be 0")
    return {
        **_answers(Fraction(x - mu) / sigma, float(x), sigma),
        **_formulas(_X, mu, sigma, ()),
        "direction_swapped": _base(float(mu + sigma * x)) + log(abs(sigma)),
    }


@solver(
    "flows.exponential",
    results=_RESULTS,
    mistakes={**_MISTAKES, "only_scale": "Takes ln sigma for the log-determinant: x is forgotten"},
    domains={
        name: {"x": "positive"} for name in (*_RESULTS, *_MISTAKES) if name.endswith("_formula")
    },
    examples=(
        {"mu": 0, "sigma": 1, "x": 2},
        {"mu": 1, "sigma": Fraction(1, 2), "x": 4},
        {"mu": Fraction(-1, 3), "sigma": 2, "x": Fraction(1, 5)},
    ),
)
def exponential(mu: Scalar, sigma: Scalar, x: Scalar) -> Answers:
    """x = exp(mu + sigma z), the log-normal law: ln |dx/dz| = ln sigma + ln x.

    Source: Papamakarios and others, Normalizing Flows for Probabilistic Modeling and Inference
    (2021), section 2.1 (change of variables). Raises ValueError unless sigma and x are positive.
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    require_positive("x", x)
    z = (log(x) - float(mu)) / float(sigma)
    return {
        **_answers(z, float(x), sigma * x),
        **_formulas(_LOG_X, mu, sigma, (_LOG_X,)),
        "only_scale": _base(z) - log(sigma),
    }


@solver(
    "flows.logit",
    results=_RESULTS,
    mistakes={
        **_MISTAKES,
        "only_scale": "Takes ln sigma for the log-determinant: x is forgotten",
        "only_half_slope": "Takes x for the derivative of the sigmoid, not x (1 − x)",
    },
    domains={
        name: {"x": "probability"} for name in (*_RESULTS, *_MISTAKES) if name.endswith("_formula")
    },
    examples=(
        {"mu": 0, "sigma": 1, "x": Fraction(3, 4)},
        {"mu": 1, "sigma": Fraction(1, 2), "x": Fraction(1, 10)},
        {"mu": -2, "sigma": 3, "x": Fraction(99, 100)},
    ),
)
def logit(mu: Scalar, sigma: Scalar, x: Scalar) -> Answers:
    """x = sigmoid(mu + sigma z), whose inverse is the logit: dx/dz = sigma x (1 − x).

    Source: Dinh, Sohl-Dickstein and Bengio, Density Estimation Using Real NVP (2017), section
    4.1 (data through a logit). Raises ValueError unless sigma is positive and x in (0, 1).
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    require_between_zero_and_one("x", x)
    start = log(x.numerator / (x.denominator - x.numerator))
    z = (start - float(mu)) / float(sigma)
    return {
        **_answers(z, float(x), sigma * x * (1 - x)),
        **_formulas(Call("ln", (Quotient(_X, _REST),)), mu, sigma, (_LOG_X, _LOG_REST)),
        "only_scale": _base(z) - log(sigma),
        "only_half_slope": _base(z) - log(sigma * x),
    }


def _by_bisection(
    flow: Callable[["Tensor"], "Tensor"], mu: "Tensor", sigma: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """The results for x = flow(mu + sigma z): z by halving, dx/dz by autograd.

    mu, sigma, x: [variants].
    """
    import torch
    from torch.distributions import Normal

    def invert(mean: "Tensor", scale: "Tensor", value: "Tensor") -> tuple["Tensor", "Tensor"]:
        """z and dx/dz at x; the flow rises in its argument t = mu + sigma z."""
        reach = value.abs() + 1000
        low, high = -reach, reach
        for _ in range(100):
            middle = (low + high) / 2
            below = flow(middle) < value
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        z = ((low + high) / 2 - mean) / scale
        leaf = z.detach().clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(flow(mean + scale * leaf).sum(), leaf)
        return z, slope

    def log_density(mean: "Tensor", scale: "Tensor", value: "Tensor") -> "Tensor":
        z, slope = invert(mean, scale, value)
        law: Any = Normal(torch.zeros_like(z), torch.ones_like(z))
        density: Tensor = law.log_prob(z) - slope.abs().log()
        return density

    z, slope = invert(mu, sigma, x)
    mean, scale = mu[:, None], sigma[:, None]
    return {
        "z": z,
        "slope": slope,
        "log_det": slope.abs().log(),
        "log_density": log_density(mu, sigma, x),
        "density": log_density(mu, sigma, x).exp(),
        "z_formula": lambda points: invert(mean, scale, points["x"])[0],
        "log_density_formula": lambda points: log_density(mean, scale, points["x"]),
    }


@check("flows.affine", tolerance=1e-8)
def affine_by_bisection(mu: "Tensor", sigma: "Tensor", x: "Tensor") -> Mapping[str, Any]:
    """Inverts the flow by halving an interval; its slope by autograd."""
    return _by_bisection(lambda t: t, mu, sigma, x)


@check("flows.exponential", tolerance=1e-8)
def exponential_by_bisection(mu: "Tensor", sigma: "Tensor", x: "Tensor") -> Mapping[str, Any]:
    """Inverts the flow by halving an interval; its slope by autograd."""
    import torch

    return _by_bisection(torch.exp, mu, sigma, x)


@check("flows.logit", tolerance=1e-8)
def logit_by_bisection(mu: "Tensor", sigma: "Tensor", x: "Tensor") -> Mapping[str, Any]:
    """Inverts the flow by halving an interval; its slope by autograd."""
    import torch

    return _by_bisection(torch.sigmoid, mu, sigma, x)


@solver(
    "flows.composition",
    results={
        "outputs": "what each layer gives, in order",
        "output": "x, what the last layer gives",
        "slope": "the slope of all layers together",
        "shift": "what all layers together make of 0",
        "log_det": "ln |dx/dz|, the sum over the layers",
        "log_density": "ln p(x) at that x, for z ~ N(0, 1)",
        "z_formula": "the inverse of all layers as a formula in x",
    },
    mistakes={
        "reversed_order": "Applies the layers in the opposite order",
        "shifts_added": "Adds all shifts to the product of the slopes times z",
        "log_dets_multiplied": "Multiplies the log-determinants of the layers",
        "last_log_det": "Takes the log-determinant of the last layer only",
        "log_det_negated": "The log-determinant of the inverse",
        "log_det_forgotten": "ln of the base density at z",
        "log_det_added": "Adds the log-determinant to ln of the base density",
        "inverse_order_kept_formula": "Undoes the first layer first, a formula in x",
    },
    examples=(
        {"slopes": (2, -3), "shifts": (1, 4), "z": Fraction(1, 2)},
        {"slopes": (Fraction(1, 2), 4, 3), "shifts": (0, -1, 2), "z": -1},
        {"slopes": (5,), "shifts": (-2,), "z": 0},
    ),
)
def composition(slopes: Vector, shifts: Vector, z: Scalar) -> Answers:
    """x = f_K(… f_1(z)) of affine layers f_k(t) = slope_k t + shift_k; log-determinants add up.

    Source: Papamakarios and others, Normalizing Flows for Probabilistic Modeling and Inference
    (2021), section 2.1. Raises ValueError for vectors of different lengths and for a slope
    of 0.
    """
    require_vector("slopes", slopes)
    require_vector("shifts", shifts, len(slopes))
    require_scalar("z", z)
    if not all(slopes):
        raise ValueError("slopes must not be 0")
    layers = list(zip(slopes, shifts, strict=True))
    outputs, slope, shift = list[Exact](), Fraction(1), Fraction(0)
    value, backwards = z, z
    for factor, start in layers:
        value = factor * value + start
        slope, shift = factor * slope, factor * shift + start
        outputs.append(value)
    for factor, start in reversed(layers):
        backwards = factor * backwards + start
    logs = [log(abs(float(factor))) for factor in slopes]
    log_det, base, product = fsum(logs), _base(float(z)), 1.0
    for each in logs:
        product *= each
    undone, kept = Fraction(1), Fraction(0)
    for factor, start in layers:
        undone, kept = undone / factor, (kept - start) / factor
    return {
        "outputs": tuple(outputs),
        "output": value,
        "slope": slope,
        "shift": shift,
        "log_det": log_det,
        "log_density": base - log_det,
        "z_formula": _line_back(slope, shift),
        "reversed_order": backwards,
        "shifts_added": slope * z + sum(shifts),
        "log_dets_multiplied": product,
        "last_log_det": logs[-1],
        "log_det_negated": -log_det,
        "log_det_forgotten": base,
        "log_det_added": base + log_det,
        "inverse_order_kept_formula": _line_back(1 / undone, -kept / undone),
    }


def _line_back(slope: Fraction, shift: Fraction) -> Expression:
    """(x − shift)/slope."""
    moved = Sum((_X, Number(-shift))) if shift else _X
    return moved if slope == 1 else Quotient(moved, Number(slope))


@check("flows.composition", tolerance=1e-9)
def composition_by_matrices(slopes: "Tensor", shifts: "Tensor", z: "Tensor") -> Mapping[str, Any]:
    """Layers as 2 × 2 matrices on (t, 1); slopes, shifts: [variants, layers], z: [variants]."""
    import torch
    from torch.distributions import Normal

    zeros, ones = torch.zeros_like(slopes), torch.ones_like(slopes)
    rows = (torch.stack((slopes, shifts), dim=-1), torch.stack((zeros, ones), dim=-1))
    layers = torch.stack(rows, dim=-2)
    start = torch.stack((z, torch.ones_like(z)), dim=-1)[..., None]
    whole, outputs = torch.eye(2, dtype=z.dtype).expand(len(z), 2, 2), []
    for layer in layers.unbind(1):
        whole = layer @ whole
        outputs.append((whole @ start)[:, 0, 0])
    log_det = torch.linalg.slogdet(whole).logabsdet
    inverse = torch.linalg.inv(whole)
    base: Any = Normal(torch.zeros_like(z), torch.ones_like(z))
    return {
        "outputs": torch.stack(outputs, dim=-1),
        "output": outputs[-1],
        "slope": whole[:, 0, 0],
        "shift": whole[:, 0, 1],
        "log_det": log_det,
        "log_density": base.log_prob(z) - log_det,
        "z_formula": lambda points: inverse[:, :1, 0] * points["x"] + inverse[:, :1, 1],
    }
