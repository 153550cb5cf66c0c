"""Control variates: how much of an estimate's variance a second quantity takes away."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Number, Power, Product, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Vector, require_probabilities, require_vector
from qgen.solvers.numerics.shape_arguments import square_root
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
        "control_mean": "the mean of g, which is known",
        "best_coefficient": "the c for which f − c (g − E g) has the smallest variance",
        "best_variance": "that smallest variance",
        "remaining_share": "it divided by the variance of f: 1 minus the squared correlation",
        "variance_formula": "the variance of f − c (g − E g) as a formula in c",
    },
    mistakes={
        "coefficient_negated": "The best coefficient with the wrong sign",
        "coefficient_inverted": "Divides the covariance by the variance of f, not of g",
        "coefficient_from_deviations": "Divides the covariance by both deviations: the correlation",
        "share_removed": "The share of the variance that the control takes away",
        "correlation_not_squared": "1 minus the correlation's size, which was not squared",
        "plain_difference_variance": "The variance of f − g, for the coefficient 1",
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
def table(probabilities: Vector, values: Vector, controls: Vector) -> Answers:
    """f, and g with a known mean, for each outcome: the estimate averages f − c (g − E g).

    The variance is Var f − 2 c Cov(f, g) + c² Var g, least for c = Cov(f, g)/Var g, where it is
    Var f (1 − correlation²). Source: Robert and Casella, Monte Carlo Statistical Methods (2004),
    chapter 4 (control variates). Raises ValueError for unequal lengths, probabilities that do not
    sum to one, and f or g that does not vary or a covariance of 0.
    """
    require_probabilities("probabilities", probabilities)
    require_vector("values", values, len(probabilities))
    require_vector("controls", controls, len(probabilities))
    rows = list(zip(probabilities, values, controls, strict=True))
    mean = sum([Fraction(p) * f for p, f, _ in rows])
    control_mean = sum([Fraction(p) * g for p, _, g in rows])
    own = sum([p * (f - mean) * (f - mean) for p, f, _ in rows])
    other = sum([p * (g - control_mean) * (g - control_mean) for p, _, g in rows])
    shared = sum([p * (f - mean) * (g - control_mean) for p, f, g in rows])
    if not shared:
        raise ValueError("values and controls must be correlated, their covariance is 0")
    best = Fraction(shared) / other
    removed = Fraction(shared * shared) / (own * other)
    correlation = square_root(removed)
    signed = -correlation if shared < 0 else correlation
    start = Number(own)
    square = Product((Number(other), Power(_C, Number(2))))
    return {
        "variance": own,
        "control_variance": other,
        "covariance": shared,
        "control_mean": control_mean,
        "best_coefficient": best,
        "best_variance": own - best * shared,
        "remaining_share": 1 - removed,
        "variance_formula": Sum((start, Product((Number(-2 * shared), _C)), square)),
        "coefficient_negated": -best,
        "coefficient_inverted": Fraction(shared) / own,
        "coefficient_from_deviations": signed,
        "share_removed": removed,
        "correlation_not_squared": 1 - correlation,
        "plain_difference_variance": own - 2 * shared + other,
        "covariance_forgotten_formula": Sum((start, square)),
        "covariance_once_formula": Sum((start, Product((Number(-shared), _C)), square)),
        "sign_lost_formula": Sum((start, Product((Number(2 * shared), _C)), square)),
        "coefficient_not_squared_formula": Sum((start, Product((Number(other - 2 * shared), _C)))),
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
    least = (residual**2).sum((-2, -1))
    mean = (probabilities * controls).sum(-1)

    def variance_at(c: "Tensor") -> "Tensor":
        """[variants, k] for coefficients [variants or 1, k]."""
        rest = values[:, None, :] - c[..., None] * (controls - mean[:, None])[:, None, :]
        return shared(rest, rest)

    return {
        "variance": shared(values, values),
        "control_variance": shared(controls, controls),
        "covariance": shared(values, controls),
        "control_mean": mean,
        "best_coefficient": fit[:, 1, 0],
        "best_variance": least,
        "remaining_share": least / shared(values, values),
        "variance_formula": lambda points: variance_at(points["c"]),
    }
