"""A Gaussian autoregressive model of the first order: forecasts, and gaps against its order."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Power, Product, Sum, Symbol, linear
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "autoregressive_gaussian.chain",
    results={
        "last_variance_formula": "variance of x_3, a formula in a",
        "gap_mean_formula": "mean of x_2 given x_1 and x_3, a formula in x_1 and x_3",
        "gap_variance": "variance of x_2 given x_1 and x_3",
    },
    mistakes={
        "noise_unscaled_formula": "a⁴ v + s + r: adds the noises without scaling the first",
        "not_squared_formula": "a² v + a s + r: scales variances by a, not by its square",
        "one_step_formula": "a² v + s: the variance of x_2",
        "noise_once_formula": "a⁴ v + r: only the last noise",
        "forecast_only_formula": "a² s + r: the variance given x_1",
        "gap_from_past_formula": "a x_1: ignores x_3, a formula in x_1",
        "gap_from_future_formula": "x_3 / a: ignores x_1, a formula in x_3",
        "gap_from_both_ends_formula": "(a x_1 + x_3 / a) / 2: the plain mean of the two",
        "gap_variances_swapped_formula": "The two noises swapped, a formula in x_1 and x_3",
    },
    examples=(
        {"a": Fraction(1, 2), "start_variance": 4, "noise_variances": (3, 5)},
        {"a": Fraction(-4, 5), "start_variance": Fraction(1, 2), "noise_variances": (2, 1)},
        {"a": 2, "start_variance": 5, "noise_variances": (Fraction(1, 4), Fraction(1, 3))},
    ),
)
def chain(a: Scalar, start_variance: Scalar, noise_variances: Vector) -> SolverResults:
    """x_1 ~ N(0, v), x_2 = a x_1 + noise of variance s, x_3 = a x_2 + noise of variance r.

    `noise_variances` holds s and r. Each step maps a variance V to a² V plus that of its noise.
    Given both neighbours, x_2 has the precision 1 / s + a² / r, since it is the outcome of one
    step and the input of the next; its mean is (a x_1 / s + a x_3 / r) over this. Source: Rue
    and Held, Gaussian Markov Random Fields (2005), chapter 1, on autoregressive processes of
    the first order. Raises ValueError for variances not above zero and for a = 0.
    """
    require_scalar("a", a)
    require_positive("start_variance", start_variance)
    require_vector("noise_variances", noise_variances, 2)
    for noise in noise_variances:
        require_positive("a noise variance", noise)
    if not a:
        raise ValueError("a must not be 0")
    start, square = Fraction(start_variance), Fraction(a * a)
    first, second = map(Fraction, noise_variances)
    return {
        "last_variance_formula": _polynomial((start, 4), (first, 2), (second, 0)),
        "gap_mean_formula": _gap_mean(a, first, second),
        "gap_variance": first * second / (second + square * first),
        "noise_unscaled_formula": _polynomial((start, 4), (first + second, 0)),
        "not_squared_formula": _polynomial((start, 2), (first, 1), (second, 0)),
        "one_step_formula": _polynomial((start, 2), (first, 0)),
        "noise_once_formula": _polynomial((start, 4), (second, 0)),
        "forecast_only_formula": _polynomial((first, 2), (second, 0)),
        "gap_from_past_formula": linear([(a, "x_1")], 0),
        "gap_from_future_formula": linear([(Fraction(1) / a, "x_3")], 0),
        "gap_from_both_ends_formula": linear(
            [(Fraction(a) / 2, "x_1"), (Fraction(1) / (2 * a), "x_3")], 0
        ),
        "gap_variances_swapped_formula": _gap_mean(a, second, first),
    }


def _gap_mean(a: Scalar, first: Fraction, second: Fraction) -> Formula:
    """(second · a x_1 + first · a x_3) / (second + a² first)."""
    (here, there), _ = over_common_denominator((first, second))
    up, run = a.as_integer_ratio()
    total = run * run * there + up * up * here
    before, after = fraction(up * run * there, total), fraction(up * run * here, total)
    return linear([(before, "x_1"), (after, "x_3")], 0)


def _polynomial(*terms: tuple[Fraction, int]) -> Formula:
    """The sum of factor · a^power over the terms."""
    name = Symbol("a")
    powers: dict[int, tuple[Formula, ...]] = {1: (name,)}
    return Sum(
        tuple(
            Product((Number(factor), *powers.get(power, (Power(name, Number(power)),))))
            if power
            else Number(factor)
            for factor, power in terms
        )
    )


@check("autoregressive_gaussian.chain", tolerance=1e-7)
def chain_by_precision(
    a: "Tensor", start_variance: "Tensor", noise_variances: "Tensor"
) -> Mapping[str, Any]:
    """Reads everything off the covariance matrix of (x_1, x_2, x_3) and its inverse.

    With L x = (start, noise, noise) for a triangular L, the covariance is L⁻¹ D L⁻ᵀ. Given the
    rest, a coordinate has the precision on the diagonal of the inverse covariance, and its mean
    follows from the row beside it. Most mistakes are those of other noises. a, start_variance:
    [variants]; noise_variances: [variants, 2].
    """
    import torch

    nothing = torch.zeros_like(start_variance)
    first, second = noise_variances.unbind(-1)

    def covariance(slope: "Tensor", *variances: "Tensor") -> "Tensor":
        """[variants, points, 3, 3] for slopes [variants, points]."""
        lower = torch.eye(3, dtype=torch.float64).repeat(*slope.shape, 1, 1)
        lower[..., 1, 0] = lower[..., 2, 1] = -slope
        inverse: Tensor = torch.linalg.inv(lower)
        return inverse @ torch.diag_embed(torch.stack(variances, -1))[:, None] @ inverse.mT

    def entry(place: int, *variances: "Tensor") -> Any:
        """The variance of x_{place + 1} as a function of points a."""
        return lambda points: covariance(points["a"], *variances)[..., place, place]

    def gap(*noises: "Tensor") -> Any:
        """The mean of x_2 given both neighbours, as a function of points."""
        precision = torch.linalg.inv(covariance(a[:, None], start_variance, *noises)[:, 0])
        pulls = -precision[:, 1] / precision[:, 1, 1][:, None]
        return lambda points: pulls[:, :1] * points["x_1"] + pulls[:, 2:] * points["x_3"]

    def unsquared(points: Mapping[str, "Tensor"]) -> "Tensor":
        """Each step maps a variance V to a V plus that of its noise."""
        variance = start_variance[:, None]
        for noise in (first, second):
            variance = points["a"] * variance + noise[:, None]
        return variance

    def forecast(points: Mapping[str, "Tensor"]) -> "Tensor":
        """The Schur complement of x_1 in the covariance."""
        whole = covariance(points["a"], start_variance, first, second)
        return whole[..., 2, 2] - whole[..., 0, 2] ** 2 / whole[..., 0, 0]

    def from_future(points: Mapping[str, "Tensor"]) -> "Tensor":
        """The Newton step from 0 for (x_3 − a x_2)², whose curvature is 2 a²."""
        return 2 * a[:, None] * points["x_3"] / (2 * a**2)[:, None]

    whole = covariance(a[:, None], start_variance, first, second)[:, 0]
    forward = whole[:, 1, 0] / whole[:, 0, 0]
    return {
        "last_variance_formula": entry(2, start_variance, first, second),
        "gap_mean_formula": gap(first, second),
        "gap_variance": 1 / torch.linalg.inv(whole)[:, 1, 1],
        "noise_unscaled_formula": entry(2, start_variance, nothing, first + second),
        "not_squared_formula": unsquared,
        "one_step_formula": entry(1, start_variance, first, second),
        "noise_once_formula": entry(2, start_variance, nothing, second),
        "forecast_only_formula": forecast,
        "gap_from_past_formula": lambda points: forward[:, None] * points["x_1"],
        "gap_from_future_formula": from_future,
        # Noises of 1 and a² leave a x_1 and x_3 / a equally exact.
        "gap_from_both_ends_formula": gap(torch.ones_like(a), a * a),
        "gap_variances_swapped_formula": gap(second, first),
    }
