"""Control variates: how much of an estimate's variance a second quantity takes away."""

from collections.abc import Mapping
from fractions import Fraction
from math import sqrt
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Number, Power, Product, Sum, Symbol, linear
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_probabilities,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_C = Symbol("c")


@solver(
    "control_variates.table",
    results={
        "variance": "variance of f at one draw",
        "control_variance": "variance of the control g at one draw",
        "covariance": "their covariance",
        "best_coefficient": "the c for which f − c (g − E g) has the smallest variance",
        "best_variance": "that smallest variance",
        "variance_formula": "the variance of f − c (g − E g) as a formula in c",
    },
    mistakes={
        "covariance_forgotten_formula": "Var f + c² Var g, a formula in c",
        "covariance_once_formula": "Var f − c Cov + c² Var g, a formula in c",
        "sign_lost_formula": "Var f + 2 c Cov + c² Var g, a formula in c",
        "coefficient_not_squared_formula": "Var f − 2 c Cov + c Var g, a formula in c",
    },
    examples=(
        {
            "probabilities": (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
            "values": (1, 4, 9),
            "controls": (0, 2, 3),
        },
        {
            "probabilities": (Fraction(1, 4), Fraction(1, 4), Fraction(1, 4), Fraction(1, 4)),
            "values": (5, 2, -1, 0),
            "controls": (1, 2, 4, 3),
        },
        {
            "probabilities": (Fraction(1, 3), Fraction(2, 3)),
            "values": (2, 7),
            "controls": (Fraction(1, 2), 3),
        },
    ),
)
def table(probabilities: Vector, values: Vector, controls: Vector) -> SolverResults:
    """f, and g with a known mean, for each outcome: the estimate averages f − c (g − E g).

    The variance is Var f − 2 c Cov(f, g) + c² Var g, least for c = Cov(f, g)/Var g, where it is
    Var f (1 − correlation²). Source: Robert and Casella, Monte Carlo Statistical Methods (2004),
    chapter 4 (control variates). Raises ValueError for unequal lengths, probabilities that do not
    sum to one, and f or g that does not vary or a covariance of 0.
    """
    require_probabilities("probabilities", probabilities)
    require_vector("values", values, len(probabilities))
    require_vector("controls", controls, len(probabilities))
    masses, whole = over_common_denominator(probabilities)
    (outcomes, unit), (known, step) = map(over_common_denominator, (values, controls))
    weighted, weighted_known = list(map(mul, masses, outcomes)), list(map(mul, masses, known))
    mean, known_mean = sum(weighted), sum(weighted_known)

    def moment(weighted: list[int], others: list[int], means: int, below: int) -> Fraction:
        """The mean of a product less the product of the means."""
        return fraction(whole * sum(map(mul, weighted, others)) - means, whole * whole * below)

    own = moment(weighted, outcomes, mean * mean, unit * unit)
    other = moment(weighted_known, known, known_mean * known_mean, step * step)
    shared = moment(weighted, known, mean * known_mean, unit * step)
    if not shared:
        raise ValueError("values and controls must be correlated, their covariance is 0")
    best = shared / other
    start = Number(own)
    square = Product((Number(other), Power(_C, Number(2))))
    return {
        "variance": own,
        "control_variance": other,
        "covariance": shared,
        "best_coefficient": best,
        "best_variance": own - best * shared,
        "variance_formula": Sum((start, Product((Number(-2 * shared), _C)), square)),
        "covariance_forgotten_formula": Sum((start, square)),
        "covariance_once_formula": Sum((start, Product((Number(-shared), _C)), square)),
        "sign_lost_formula": Sum((start, Product((Number(2 * shared), _C)), square)),
        "coefficient_not_squared_formula": linear([(other - 2 * shared, "c")], own),
    }


@check("control_variates.table", tolerance=1e-8)
def table_by_regression(
    probabilities: "Tensor", values: "Tensor", controls: "Tensor"
) -> Mapping[str, Any]:
    """Regresses f on 1 and g by weighted least squares; variances by pairs of draws.

    The slope is the best coefficient, and the mean squared residual the best variance. A
    covariance is half the mean product of differences of two independent draws. All arguments:
    [variants, outcomes].
    """
    import torch

    pairs = probabilities[:, :, None] * probabilities[:, None, :]

    def shared(one: "Tensor", two: "Tensor") -> "Tensor":
        """Half the mean product of differences, over the last two axes; [variants, …, n]."""
        first = one[..., :, None] - one[..., None, :]
        second = two[..., :, None] - two[..., None, :]
        weights = pairs.reshape(len(pairs), *[1] * (one.dim() - 2), *pairs.shape[1:])
        return (weights * first * second).sum((-2, -1)) / 2

    roots = probabilities.sqrt()
    design = torch.stack((torch.ones_like(controls), controls), dim=-1) * roots[..., None]
    fit = torch.linalg.pinv(design) @ (values * roots)[..., None]
    residual = (values * roots)[..., None] - design @ fit

    def variance_at(c: "Tensor") -> "Tensor":
        """[variants, k] for coefficients [variants or 1, k]."""
        rest = values[:, None, :] - c[..., None] * controls[:, None, :]
        return shared(rest, rest)

    def apart(c: "Tensor") -> "Tensor":
        """The variance if f and g came from two independent draws."""
        rest = values[:, None, :, None] - c[..., None, None] * controls[:, None, None, :]
        mean = (pairs[:, None] * rest).sum((-2, -1), keepdim=True)
        return (pairs[:, None] * (rest - mean) ** 2).sum((-2, -1))

    def square_lost(c: "Tensor") -> "Tensor":
        """Var f + Cov(g, c g − 2 c f): the factor of Var g is c."""
        scaled = c[..., None] * (controls - 2 * values)[:, None, :]
        control = controls[:, None, :].expand_as(scaled)
        return shared(values, values)[:, None] + shared(control, scaled)

    return {
        "variance": shared(values, values),
        "control_variance": shared(controls, controls),
        "covariance": shared(values, controls),
        "best_coefficient": fit[:, 1, 0],
        "best_variance": (residual**2).sum((-2, -1)),
        "variance_formula": lambda points: variance_at(points["c"]),
        "covariance_forgotten_formula": lambda points: apart(points["c"]),
        "covariance_once_formula": lambda points: (
            (variance_at(points["c"]) + apart(points["c"])) / 2
        ),
        "sign_lost_formula": lambda points: variance_at(-points["c"]),
        "coefficient_not_squared_formula": lambda points: square_lost(points["c"]),
    }


@solver(
    "control_variates.savings",
    results={"needed": "the draws that reach the same standard error with the control variate"},
    mistakes={
        "removed": "Takes the share of the variance that is taken away for the one that remains",
        "unsquared": "Does not square the correlation",
        "rooted": "Takes the factor of the standard error for that of the draws",
    },
    examples=(
        {"correlation": Fraction(4, 5), "draws": 1000},
        {"correlation": Fraction(-1, 4), "draws": 40000},
        {"correlation": Fraction(19, 20), "draws": 10},
    ),
)
def savings(correlation: Scalar, draws: Scalar) -> SolverResults:
    """How many draws f − c (g − E g) with the best c needs where plain f needs `draws`.

    The best c leaves the share 1 − correlation² of the variance, and the number of draws goes with
    the variance. Source: Robert and Casella, Monte Carlo Statistical Methods (2004), chapter 4
    (control variates). Raises ValueError unless the correlation is between −1 and 1 and not 0,
    and for draws not above zero.
    """
    require_scalar("correlation", correlation)
    require_positive("draws", draws)
    if not -1 < correlation < 1 or not correlation:
        raise ValueError("correlation must lie between -1 and 1 and must not be 0")
    taken = Fraction(correlation * correlation)
    return {
        "needed": draws * (1 - taken),
        "removed": draws * taken,
        "unsquared": draws * (1 - abs(correlation)),
        "rooted": float(draws) * sqrt(1 - taken),
    }


@check("control_variates.savings", tolerance=1e-8)
def savings_by_minimising(correlation: "Tensor", draws: "Tensor") -> Mapping[str, Any]:
    """Minimises the variance of f − c g over c, for f and g of variance 1; both [variants].

    f and g are two linear functions of independent noise, from the Cholesky factor of their
    covariance, so that the variance is the squared length of f − c g.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    one = torch.ones_like(correlation)
    covariance = torch.stack((one, correlation, correlation, one), dim=-1).reshape(-1, 2, 2)
    f, g = torch.linalg.cholesky(covariance).unbind(-2)

    def length(coefficient: "Tensor") -> "Tensor":
        squares: Tensor = ((f - coefficient * g) ** 2).sum(-1)
        return squares

    best = maximise(lambda c: -length(c), torch.zeros_like(one)[:, None])
    left = length(best)
    return {
        "needed": draws * left,
        "removed": draws * ((best * g) ** 2).sum(-1),
        "unsquared": draws * (1 - best[:, 0].abs()),
        "rooted": draws * left.sqrt(),
    }
