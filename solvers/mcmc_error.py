"""How far averages over Markov chains can be trusted: autocorrelation, and several chains."""

from collections.abc import Mapping
from fractions import Fraction
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.markov_chain import settled_law
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_vector,
)
from qgen.solvers.numerics.exact_linear_algebra import solve_linear
from qgen.solvers.numerics.shape_arguments import require_count, square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_DRAWS = 10**9


@solver(
    "mcmc_error.chain_average",
    results={
        "lag_one": "correlation of f before and after a step, in the long run",
        "time": "integrated autocorrelation time τ = 1 + 2 Σ_k (correlation at lag k)",
        "effective_draws": "draws / τ: as many independent draws give the same error",
    },
    mistakes={
        "effective_one_sided": "The effective draws with every lag once",
        "effective_first_lag": "The effective draws from the correlation at lag 1 alone",
        "effective_multiplied": "draws · τ",
        "effective_by_lag_one": "draws · (correlation at lag 1)",
    },
    examples=(
        {
            "transition": ((Fraction(9, 10), Fraction(1, 10)), (Fraction(1, 2), Fraction(1, 2))),
            "f": (1, 0),
            "draws": 1000,
        },
        {
            "transition": (
                (Fraction(1, 2), Fraction(1, 2), 0),
                (0, Fraction(1, 3), Fraction(2, 3)),
                (Fraction(3, 4), 0, Fraction(1, 4)),
            ),
            "f": (0, 2, -1),
            "draws": 50,
        },
        {
            "transition": ((Fraction(1, 4), Fraction(3, 4)), (Fraction(1, 2), Fraction(1, 2))),
            "f": (-1, 3),
            "draws": 400,
        },
    ),
)
def chain_average(transition: Matrix, f: Vector, draws: Scalar) -> SolverResults:
    """The error of the average of f over many steps of a chain in its stationary law.

    transition: [n, n], rows that sum to one; f: [n]. With g of (I − P) g = f − E f, the variance
    of the average is (2 E[(f − E f) g] − Var f) / draws for many draws. Sources: Geyer, Practical
    Markov chain Monte Carlo (1992), Statistical Science 7(4), for the sum of autocovariances;
    Kemeny and Snell, Finite Markov Chains (1960), on the fundamental matrix. Raises ValueError
    for a chain that does not settle, f that hardly varies, and draws not from 1 to 10^9.
    """
    law = settled_law(transition)
    size = len(law)
    require_vector("f", f, size)
    count = require_count("draws", draws, 1, _MOST_DRAWS)
    # Both sides of (I − P) g = f − E f in whole numbers. A factor of f, the one that makes its gaps
    # whole, is one of g too, and no result has it.
    (parts, of), (values, _) = over_common_denominator(law), over_common_denominator(f)
    flat, whole = over_common_denominator([entry for row in transition for entry in row])
    rows = [flat[at : at + size] for at in range(0, size * size, size)]
    mean = sum(map(mul, parts, values))
    gaps = [of * value - mean for value in values]
    variance = sum([part * gap * gap for part, gap in zip(parts, gaps, strict=True)])
    if variance == 0:
        raise ValueError("f must differ between states that the chain keeps visiting")
    # (I − P + 1 · law) is regular, and its solution is the g whose mean is 0.
    regular = tuple(
        [
            tuple([whole * ((of if i == j else 0) + parts[j]) - of * row[j] for j in range(size)])
            for i, row in enumerate(rows)
        ]
    )
    g = [row[0] for row in solve_linear(regular, tuple([(gap,) for gap in gaps]))]
    with_g = sum(map(mul, map(mul, parts, gaps), g), Fraction(0)) * whole * of
    time = 2 * with_g / variance - 1
    after = [sum(map(mul, row, gaps)) for row in rows]
    lag_one = fraction(sum(map(mul, map(mul, parts, gaps), after)), whole * variance)
    if time <= 0:
        raise ValueError("the average of f must have a variance above zero for many draws")
    first = 1 + 2 * lag_one
    return {
        "lag_one": lag_one,
        "time": time,
        "effective_draws": count / time,
        "effective_one_sided": 2 * count / (time + 1),
        "effective_first_lag": count / first if first else Fraction(0),
        "effective_multiplied": count * time,
        "effective_by_lag_one": count * lag_one,
    }


def _dot(weights: Vector, values: Vector | list[Scalar]) -> Fraction:
    return Fraction(sum(map(mul, weights, values)))


@check("mcmc_error.chain_average", tolerance=1e-7)
def chain_average_by_lags(transition: "Tensor", f: "Tensor", draws: "Tensor") -> Mapping[str, Any]:
    """Adds up the autocovariances lag by lag, doubling how many there are.

    transition: [variants, n, n]; f: [variants, n]; draws: [variants]. The powers of the matrix tend
    to the stationary law in each row.
    """
    import torch

    law = torch.linalg.matrix_power(transition, 2**40)[:, 0]
    law = law / law.sum(-1, keepdim=True)
    mean = (law * f).sum(-1)
    gaps = (f - mean[:, None])[..., None]
    variance = (law * gaps[..., 0] ** 2).sum(-1)
    covariances, power = transition @ gaps, transition
    first = (law * gaps[..., 0] * covariances[..., 0]).sum(-1)
    for _ in range(40):
        covariances = covariances + power @ covariances
        # What rounding leaves of the mean would grow with the number of lags.
        covariances = covariances - (law[:, None] @ covariances)
        power = power @ power
    lags = (law * gaps[..., 0] * covariances[..., 0]).sum(-1)
    at_lag_one = first / variance

    def worth(sum_of_lags: "Tensor") -> "Tensor":
        """The effective draws for a sum of correlations over the lags from 1."""
        time = 1 + 2 * sum_of_lags
        return torch.where(time.abs() < 1e-12, 0, draws / time)

    all_lags = lags / variance
    return {
        "lag_one": at_lag_one,
        "time": 1 + 2 * all_lags,
        "effective_draws": worth(all_lags),
        "effective_one_sided": worth(all_lags / 2),
        "effective_first_lag": worth(at_lag_one),
        "effective_multiplied": draws**2 / worth(all_lags),
        "effective_by_lag_one": draws * at_lag_one,
    }


@solver(
    "mcmc_error.two_chains",
    results={
        "within": "W, the mean of the two chains' variances (divided by n − 1)",
        "apart": "V, the variance of the two chains' means (divided by 1)",
        "reduction": "R̂ = √((n − 1) / n + V / W)",
    },
    mistakes={
        "root_forgotten": "R̂² in place of R̂",
        "between_not_divided": "R̂ with B = n V in place of V",
        "within_by_n": "R̂ with the chains' variances divided by n",
        "means_by_two": "R̂ with the variance of the means divided by 2, not by 1",
        "inverted": "1 / R̂: the fraction is turned over",
    },
    examples=(
        {"first": (1, 2, 3), "second": (4, 6, 5)},
        {"first": (0, 0, 1, 2), "second": (3, 1, -1, 1)},
        {"first": (2, 5), "second": (7, 3)},
    ),
)
def two_chains(first: Vector, second: Vector) -> SolverResults:
    """The potential scale reduction of two chains of n draws each.

    Source: Gelman and Rubin, Inference from iterative simulation using multiple sequences (1992),
    Statistical Science 7(4), without the correction for degrees of freedom; Gelman and others,
    Bayesian Data Analysis (2013), section 11.4. Raises ValueError for chains of different length or
    fewer than two draws, and chains that both stand still.
    """
    require_vector("first", first)
    count = len(first)
    require_vector("second", second, count)
    if count < 2:
        raise ValueError("first must have at least 2 entries")
    draws, unit = over_common_denominator((*first, *second))
    chains = draws[:count], draws[count:]
    sums = [sum(each) for each in chains]
    # n² times a chain's variance, from its two sums; both together, and the gap of the sums.
    spreads = [
        count * sum(map(mul, each, each)) - total * total
        for each, total in zip(chains, sums, strict=True)
    ]
    spread, gap, less, square = sum(spreads), (sums[0] - sums[1]) ** 2, count - 1, unit * unit
    if not spread:
        raise ValueError("first and second must not both be constant")
    below = count * spread
    ratio = fraction(less * (spread + gap), below)
    return {
        "within": fraction(spread, 2 * count * less * square),
        "apart": fraction(gap, 2 * count * count * square),
        "reduction": square_root(ratio),
        "root_forgotten": ratio,
        "between_not_divided": square_root(fraction(less * (spread + count * gap), below)),
        "within_by_n": square_root(fraction(less * spread + count * gap, below)),
        "means_by_two": square_root(fraction(less * (2 * spread + gap), 2 * below)),
        "inverted": square_root(fraction(below, less * (spread + gap))),
    }


@check("mcmc_error.two_chains", tolerance=1e-8)
def two_chains_by_sums_of_squares(first: "Tensor", second: "Tensor") -> Mapping[str, Any]:
    """V from what the chains' own squares leave of all draws' squares; chains [variants, n].

    This is the analysis of variance: the sum of squares around the common mean splits into the
    sums within and between the chains. The mistakes are R̂ of chains that are moved apart.
    """
    import torch

    count = first.shape[-1]

    def parts(factor: float) -> tuple["Tensor", "Tensor"]:
        """W and V if the means lay so many times as far apart."""
        gap = second.mean(-1, keepdim=True) - first.mean(-1, keepdim=True)
        both = torch.stack((first, second + (factor - 1) * gap), dim=-2)
        everything = both.flatten(1)
        total = everything.var(-1, correction=0) * 2 * count
        inside = both.var(-1, correction=0).sum(-1) * count
        return inside / (2 * count - 2), (total - inside) / count

    def square(factor: float) -> "Tensor":
        within, apart = parts(factor)
        return (within - within / count + apart) / within

    within, apart = parts(1)
    return {
        "within": within,
        "apart": apart,
        "reduction": square(1).sqrt(),
        "root_forgotten": square(1),
        "between_not_divided": square(count**0.5).sqrt(),
        "within_by_n": square((count / (count - 1)) ** 0.5).sqrt(),
        "means_by_two": square(0.5**0.5).sqrt(),
        "inverted": (within / (within - within / count + apart)).sqrt(),
    }
