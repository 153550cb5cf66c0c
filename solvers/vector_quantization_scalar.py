"""Quantisers beside the plain codebook: finite scalar, residual, and the best two codes."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import log, prod, sqrt, tanh
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Power, Product, Quotient, Sum, Symbol
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
from qgen.solvers.numerics.numerical_methods import gauss_legendre
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "vector_quantization_scalar.finite",
    results={
        "codebook_size": "the number of codes, Π L_i",
        "bits": "log2 of that number",
        "bounded": "(L_i − 1)/2 · tanh z_i",
        "quantised": "those rounded to the nearest whole number",
        "digits": "those counted from 0: quantised + (L_i − 1)/2",
        "index": "the code's number from 0, Σ digit_i Π_{j<i} L_j",
    },
    mistakes={
        "summed_levels": "Σ L_i: adds the levels in place of multiplying them",
        "clipped": "z_i rounded and clipped to the range, without tanh",
        "reversed_index": "The index with the last coordinate running fastest",
        "undigited_index": "The index from the quantised numbers, not counted from 0",
    },
    examples=(
        {"z": (Fraction(1, 2), -1), "levels": (5, 3)},
        {"z": (3, Fraction(-1, 5), Fraction(4, 5)), "levels": (7, 5, 3)},
        {"z": (Fraction(-1, 4),), "levels": (9,)},
    ),
)
def finite(z: Vector, levels: Vector) -> SolverResults:
    """Finite scalar quantisation: each coordinate is bounded by tanh and rounded by itself.

    All L_i are odd, so that the levels are the whole numbers from −(L_i − 1)/2 to (L_i − 1)/2.
    Source: Mentzer, Minnen, Agustsson and Tschannen, Finite scalar quantization: VQ-VAE made
    simple (2023), section 3. Raises ValueError for vectors of different lengths, more than four
    coordinates, and levels that are not odd numbers from 3 to 15.
    """
    require_vector("z", z)
    require_vector("levels", levels, len(z))
    sizes = [require_count("a level", level, 3, 15) for level in levels]
    if len(sizes) > 4 or not all(size % 2 for size in sizes):
        raise ValueError("there must be at most four levels, all of them odd")
    halves = [size // 2 for size in sizes]
    bounded = [half * tanh(entry) for half, entry in zip(halves, z, strict=True)]
    rounded = [round(entry) for entry in bounded]
    digits = [entry + half for entry, half in zip(rounded, halves, strict=True)]
    places = [prod(sizes[:place]) for place in range(len(sizes))]
    backwards = [prod(sizes[place + 1 :]) for place in range(len(sizes))]
    clipped = [max(-half, min(half, round(x))) for x, half in zip(z, halves, strict=True)]
    return {
        "codebook_size": prod(sizes),
        "bits": log(prod(sizes)) / log(2),
        "bounded": tuple(bounded),
        "quantised": tuple(rounded),
        "digits": tuple(digits),
        "index": sum([digit * step for digit, step in zip(digits, places, strict=True)]),
        "summed_levels": sum(sizes),
        "clipped": tuple(clipped),
        "reversed_index": sum([d * step for d, step in zip(digits, backwards, strict=True)]),
        "undigited_index": sum([x * step for x, step in zip(rounded, places, strict=True)]),
    }


@check("vector_quantization_scalar.finite", tolerance=1e-9)
def finite_by_enumeration(z: "Tensor", levels: "Tensor") -> Mapping[str, Any]:
    """Lists the whole codebook and looks for the nearest code; z, levels: [variants, d].

    The bound is found from the exponential: tanh z = 2 sigmoid(2 z) − 1.
    """
    import torch

    names = ("size", "bits", "bounded", "code", "index", "clipped", "backwards")
    rows: dict[str, list[Any]] = {name: [] for name in names}

    @cache
    def listed(*sizes: int) -> tuple["Tensor", "Tensor", float]:
        """All codes, the first coordinate running fastest and then the last one; and their bits."""
        ranges = [torch.arange(size, dtype=torch.float64) - (size - 1) / 2 for size in sizes]
        # The last factor of a product runs fastest.
        last = torch.cartesian_prod(*ranges).reshape(-1, len(sizes))
        grid = torch.cartesian_prod(*reversed(ranges)).reshape(-1, len(sizes)).flip(-1)
        law: Any = torch.distributions.Categorical(
            logits=torch.zeros(len(grid), dtype=torch.float64)
        )
        return grid, last, float(law.entropy()) / log(2)

    for entry, sizes in zip(z, levels.long().tolist(), strict=True):
        grid, last, bits = listed(*sizes)
        bound = (2 * torch.sigmoid(2 * entry) - 1) * grid.amax(0)
        index = int((grid - bound).square().sum(-1).argmin())
        rows["size"].append(float(len(grid)))
        rows["bits"].append(bits)
        rows["bounded"].append(bound)
        rows["code"].append(grid[index])
        rows["index"].append(float(index))
        # Halfway between two levels Python rounds to the even one.
        lengths = (grid - entry).abs() + 1e-9 * (grid % 2)
        rows["clipped"].append(grid[lengths.sum(-1).argmin()])
        rows["backwards"].append(float((last == grid[index]).all(-1).int().argmax()))
    codes = torch.stack(rows["code"])
    return {
        "codebook_size": torch.tensor(rows["size"], dtype=torch.float64),
        "bits": torch.tensor(rows["bits"], dtype=torch.float64),
        "bounded": torch.stack(rows["bounded"]),
        "quantised": codes,
        "digits": codes + (levels - 1) / 2,
        "index": torch.tensor(rows["index"], dtype=torch.float64),
        "summed_levels": 2 * ((levels - 1) / 2).sum(-1) + levels.shape[1],
        "clipped": torch.stack(rows["clipped"]),
        "reversed_index": torch.tensor(rows["backwards"], dtype=torch.float64),
        # The code 0 stands in the middle of the list.
        "undigited_index": torch.tensor(
            [at - (size - 1) / 2 for at, size in zip(rows["index"], rows["size"], strict=True)],
            dtype=torch.float64,
        ),
    }


@solver(
    "vector_quantization_scalar.residual",
    results={
        "first_code": "the code of the first codebook that is nearest to z",
        "remainder": "z less that code",
        "second_code": "the code of the second codebook that is nearest to the remainder",
        "approximation": "the sum of both codes",
        "error": "|z − approximation|",
        "best_error": "the smallest |z − c − d| over all pairs of codes",
        "greedy_is_best": "whether one code after the other reaches that",
        "second_helps": "whether the sum lies nearer to z than the first code alone",
        "same_second_code": "whether z itself has the same nearest second code as the remainder",
        "sums_differ": "whether no two pairs of codes have the same sum",
    },
    mistakes={
        "second_of_z": "The code of the second codebook that is nearest to z itself",
        "first_only_error": "|z − first code|: the second stage is left out",
    },
    examples=(
        {"z": Fraction(13, 2), "first": (0, 4, 10), "second": (-2, 0, 1, 3)},
        {"z": 5, "first": (0, 4), "second": (-1, Fraction(1, 2), 5)},
        {"z": Fraction(-7, 3), "first": (-6, 1), "second": (4, -3)},
    ),
)
def residual(z: Scalar, first: Vector, second: Vector) -> SolverResults:
    """Two stages of residual quantisation on the line; of equally near codes the first is taken.

    Source: Zeghidour, Luebs, Omran, Skoglund and Tagliasacchi, SoundStream: an end-to-end neural
    audio codec (2021), for residual vector quantisation. Raises ValueError for codebooks of
    more than 50 codes.
    """
    require_scalar("z", z)
    require_vector("first", first)
    require_vector("second", second)
    if max(len(first), len(second)) > 50:
        raise ValueError("a codebook must have at most 50 codes")

    # All numbers in parts of one unit, as whole numbers.
    (place, *codes), unit = over_common_denominator((z, *first, *second))
    early, late = codes[: len(first)], codes[len(first) :]

    def nearest(value: int, codes: list[int]) -> int:
        apart = [abs(value - code) for code in codes]
        return codes[apart.index(min(apart))]

    start = nearest(place, early)
    left = place - start
    then, apart = nearest(left, late), nearest(place, late)
    error = abs(left - then)
    best = min([abs(place - one - other) for one in early for other in late])
    return {
        "first_code": fraction(start, unit),
        "remainder": fraction(left, unit),
        "second_code": fraction(then, unit),
        "approximation": fraction(start + then, unit),
        "error": fraction(error, unit),
        "best_error": fraction(best, unit),
        "greedy_is_best": error == best,
        "second_helps": error < abs(left),
        "same_second_code": then == apart,
        "sums_differ": len({c + d for c in early for d in late}) == len(early) * len(late),
        "second_of_z": fraction(apart, unit),
        "first_only_error": fraction(abs(left), unit),
    }


@check("vector_quantization_scalar.residual", tolerance=1e-9)
def residual_by_borders(z: "Tensor", first: "Tensor", second: "Tensor") -> Mapping[str, Any]:
    """Sorts the codes and finds the cell between the midpoints; all sums of pairs are sorted too.

    z: [variants]; first, second: [variants, codes]. On a border both neighbours are equally near:
    then the one that comes first in the codebook is taken.
    """
    import torch

    def cell(value: "Tensor", codes: "Tensor") -> "Tensor":
        ordered, places = codes.sort(dim=-1, stable=True)
        borders = (ordered[:, 1:] + ordered[:, :-1]) / 2
        level = 1e-12 * (1 + value.abs() + codes.abs().amax(-1))[:, None]
        at = torch.searchsorted(borders, value[:, None] - level)
        beyond = torch.searchsorted(borders, value[:, None] + level)
        ranks = places.gather(1, at), places.gather(1, beyond)
        picked = torch.where(ranks[0] <= ranks[1], ranks[0], ranks[1])
        return codes.gather(1, picked)[:, 0]

    start = cell(z, first)
    then = cell(z - start, second)
    sums = (first[:, :, None] + second[:, None]).flatten(1)
    closest = cell(z, sums)
    error, best = (z - start - then).abs(), (z - closest).abs()
    return {
        "first_code": start,
        "remainder": z - start,
        "second_code": then,
        "approximation": start + then,
        "error": error,
        "best_error": best,
        "greedy_is_best": error <= best + 1e-10 * (1 + z.abs()),
        "second_helps": (z - start).abs() - error > 1e-10 * (1 + z.abs()),
        "same_second_code": (cell(z, second) - then).abs() < 1e-10,
        # A single sum has no neighbour; the others are compared with the next in order.
        "sums_differ": (sums.sort(-1).values.diff(dim=-1) > 1e-10).all(-1),
        "second_of_z": cell(z, second),
        "first_only_error": (z - start).abs(),
    }


_BORDER = Symbol("t")


@solver(
    "vector_quantization_scalar.two_codes",
    results={
        "lower_code": "the mean of z below the border t",
        "upper_code": "the mean of z above it",
        "lower_formula": "the lower code as a formula in t",
        "upper_formula": "the upper code as a formula in t",
        "new_border": "the point midway between the two codes",
        "best_border": "the border that this step leaves where it is",
    },
    mistakes={
        "lower_middle_formula": "The middle of the lower cell as a formula in t",
        "upper_middle_formula": "The middle of the upper cell as a formula in t",
        "upper_unnormalised_formula": "Forgets to divide by the mass of the upper cell",
        "even_step": "The point midway between the middles of the cells",
        "median": "A/√2: the border with half the mass on each side",
        "even_border": "A/2: the best border of an even density",
    },
    domains={
        "lower_formula": {"t": "positive"},
        "upper_formula": {"t": "positive"},
        "lower_middle_formula": {"t": "positive"},
        "upper_middle_formula": {"t": "positive"},
        "upper_unnormalised_formula": {"t": "positive"},
    },
    examples=(
        {"span": 1, "border": Fraction(1, 2)},
        {"span": 6, "border": 2},
        {"span": Fraction(3, 2), "border": 1},
    ),
)
def two_codes(span: Scalar, border: Scalar) -> SolverResults:
    """A Lloyd step for two codes and the density p(z) = 2 z / A² on [0, A]; A is `span`.

    The cell's means are 2 t/3 and (2/3) (A² + A t + t²)/(A + t); the best border solves
    t² + A t − A² = 0. Source: Lloyd, Least squares quantization in PCM (1982), for the two
    conditions, that codes are means of their cells and borders lie midway. Raises ValueError
    for a border that does not lie inside.
    """
    require_positive("span", span)
    require_positive("border", border)
    if border >= span:
        raise ValueError("border must lie below span")
    whole, at = Fraction(span), Fraction(border)
    lower = 2 * at / 3
    upper = Fraction(2, 3) * (whole * whole + whole * at + at * at) / (whole + at)
    quadratic = Sum(
        (Number(whole * whole), Product((Number(whole), _BORDER)), Power(_BORDER, Number(2)))
    )
    edge = Sum((Number(whole), _BORDER))
    third: Formula = Number(Fraction(2, 3))
    cubes = Sum((Number(whole**3), Product((Number(-1), Power(_BORDER, Number(3))))))
    return {
        "lower_code": lower,
        "upper_code": upper,
        "lower_formula": Product((third, _BORDER)),
        "upper_formula": Quotient(Product((Number(2), quadratic)), Product((Number(3), edge))),
        "new_border": (lower + upper) / 2,
        "best_border": float(whole) * (sqrt(5) - 1) / 2,
        "lower_middle_formula": Quotient(_BORDER, Number(2)),
        "upper_middle_formula": Quotient(edge, Number(2)),
        "upper_unnormalised_formula": Quotient(
            Product((Number(2), cubes)), Number(3 * whole * whole)
        ),
        "even_step": (whole + 2 * at) / 4,
        "median": float(whole) / sqrt(2),
        "even_border": whole / 2,
    }


@check("vector_quantization_scalar.two_codes", tolerance=1e-8)
def two_codes_by_quadrature(span: "Tensor", border: "Tensor") -> Mapping[str, Any]:
    """Means as Gauss sums over each cell; the best border by repeating Lloyd's step.

    The mistakes are the same with a flat density, and the median by halving an interval.
    span, border: [variants].
    """
    import torch

    nodes, weights = gauss_legendre(4)

    def moment(start: "Tensor", end: "Tensor", power: int, slope: int) -> "Tensor":
        """∫ z^power (2 z/A²)^slope dz from start to end; four nodes are exact up to degree 7."""
        places = start[..., None] + (end - start)[..., None] * nodes
        scale = (2 / span**2).reshape(-1, *[1] * (places.dim() - 1))
        return (end - start) * (weights * places**power * (scale * places) ** slope).sum(-1)

    def codes(at: "Tensor", slope: int = 1) -> tuple["Tensor", "Tensor"]:
        zero, whole = torch.zeros_like(at), span.reshape(-1, *[1] * (at.dim() - 1)).expand_as(at)
        cells = ((zero, at), (at, whole))
        lower, upper = (moment(*cell, 1, slope) / moment(*cell, 0, slope) for cell in cells)
        return lower, upper

    def midway(at: "Tensor", slope: int) -> "Tensor":
        lower, upper = codes(at, slope)
        return (lower + upper) / 2

    def settled(slope: int) -> "Tensor":
        at = border
        for _ in range(200):
            at = midway(at, slope)
        return at

    low, high = torch.zeros_like(span), span
    for _ in range(60):
        middle = (low + high) / 2
        light = moment(torch.zeros_like(span), middle, 0, 1) < 1 / 2
        low, high = torch.where(light, middle, low), torch.where(light, high, middle)

    def unnormalised(points: Mapping[str, "Tensor"]) -> "Tensor":
        return moment(points["t"], span[:, None].expand_as(points["t"]), 1, 1)

    lower, upper = codes(border)
    return {
        "lower_code": lower,
        "upper_code": upper,
        "lower_formula": lambda points: codes(points["t"])[0],
        "upper_formula": lambda points: codes(points["t"])[1],
        "new_border": midway(border, 1),
        "best_border": settled(1),
        "lower_middle_formula": lambda points: codes(points["t"], 0)[0],
        "upper_middle_formula": lambda points: codes(points["t"], 0)[1],
        "upper_unnormalised_formula": unnormalised,
        "even_step": midway(border, 0),
        "median": (low + high) / 2,
        "even_border": settled(0),
    }
