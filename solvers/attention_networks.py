"""Transformers around the attention itself: parameters, cost, and how positions enter."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import cos, fsum, sin
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Number, Product, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, Vector, require_positive, require_vector
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 10**6


@solver(
    "attention_networks.multi_head",
    results={
        "head_dimension": "d_model / heads",
        "weights": "entries of the query, key, value and output matrices",
        "parameters": "those and the four biases",
        "projection_multiplications": "multiplications of the four projections of a sequence",
        "score_multiplications": "multiplications of q · k over all pairs and heads",
        "total_multiplications": "these two, and as many for mixing values as for the scores",
        "attention_entries": "entries of the attention matrices of all heads",
        "visible_pairs": "pairs (query, key) that a causal mask leaves in one head",
        "pairs_cost_more": "whether scores and mixing cost more than the four projections",
        "entries_exceed_weights": "whether the attention matrices hold more than the four matrices",
        "length_factor": "the total for a sequence twice as long, over the total",
        "score_factor": "multiplications of q · k with twice as many heads of half the width, over "
        "those with the heads as they are",
    },
    mistakes={
        "output_forgotten": "Three matrices: forgets the output projection",
        "times_heads": "4 d² for each head: forgets that heads are narrower",
        "divided_by_heads": "4 d² / heads: only one head",
        "one_bias": "One bias in place of four",
        "entries_of_one_head": "n²: forgets that every head has a matrix",
        "strict_pairs": "Pairs that a mask without the diagonal leaves",
    },
    examples=(
        {"d_model": 512, "heads": 8, "positions": 100},
        {"d_model": 6, "heads": 3, "positions": 4},
        {"d_model": 64, "heads": 4, "positions": 1000},
        {"d_model": 10, "heads": 1, "positions": 2},
        {"d_model": 10, "heads": 1, "positions": 20},
        {"d_model": 8, "heads": 4, "positions": 8},
    ),
)
def multi_head(d_model: Scalar, heads: Scalar, positions: Scalar) -> SolverResults:
    """Multi-head self-attention with heads of d_model / heads on a sequence of n positions.

    Each of four d × d matrices costs n d² multiplications; scores and mixing cost n² d each,
    since the heads share d. Source: Vaswani et al., Attention is all you need (2017), section
    3.2.2 and table 1. Raises ValueError for heads that do not divide d_model and counts below 1.
    """
    width = require_count("d_model", d_model, 1, _LARGEST)
    number = require_count("heads", heads, 1, width)
    count = require_count("positions", positions, 1, _LARGEST)
    if width % number:
        raise ValueError(f"heads must divide d_model, {number} does not divide {width}")
    weights, pairs = 4 * width * width, count * count * width
    total, entries = count * weights + 2 * pairs, number * count * count
    return {
        "head_dimension": width // number,
        "weights": weights,
        "parameters": weights + 4 * width,
        "projection_multiplications": count * weights,
        "score_multiplications": pairs,
        "total_multiplications": total,
        "attention_entries": entries,
        "visible_pairs": count * (count + 1) // 2,
        "pairs_cost_more": count > 2 * width,
        "entries_exceed_weights": entries > weights,
        "length_factor": fraction(2 * count * weights + 8 * pairs, total),
        "score_factor": 2 * number * count * count * fraction(width, 2 * number) / pairs,
        "output_forgotten": 3 * width * width,
        "times_heads": number * weights,
        "divided_by_heads": fraction(weights, number),
        "one_bias": weights + width,
        "entries_of_one_head": count * count,
        "strict_pairs": count * (count - 1) // 2,
    }


_COUNTED = (
    "head_dimension",
    "weights",
    "parameters",
    "projection_multiplications",
    "score_multiplications",
    "total_multiplications",
    "attention_entries",
    "visible_pairs",
    "output_forgotten",
    "times_heads",
    "divided_by_heads",
    "one_bias",
    "entries_of_one_head",
    "strict_pairs",
)


@lru_cache(maxsize=1024)
def _module(width: int, number: int) -> tuple[Any, list["Tensor"]]:
    """A real module of this width, with so many heads, and its parameters.

    Nothing is stored on the "meta" device.
    """
    import torch

    module = torch.nn.MultiheadAttention(width, number, device="meta")
    return module, list(module.parameters())


def _count_of_module(width: int, number: int, places: int) -> list[float]:
    """The numbers of `_COUNTED`, in this order: entries of a real module, and of all products.

    Nothing is stored: the tensors are torch's "meta" tensors.
    """
    import torch

    module, parameters = _module(width, number)

    def tensor(*shape: int) -> "Tensor":
        return torch.empty(shape, device="meta")

    def product(first: "Tensor", second: "Tensor") -> int:
        """Entries of the product, which is not formed."""
        joined: Tensor = torch.broadcast_tensors(first, second)[0]  # type: ignore[no-untyped-call]  # of torch
        return joined.numel()

    queries, keys = (
        tensor(number, places, 1, module.head_dim),
        tensor(number, 1, places, module.head_dim),
    )
    weights, tokens = tensor(number, places, places, 1), tensor(places, 1, width)
    narrow, wide = tensor(4, width, module.head_dim), tensor(number, 4, width, width)
    matrices = [entry for entry in parameters if entry.dim() == 2]
    # The query, key and value matrices stand in one of 3 d rows.
    projected = [product(tokens, each) for each in matrices]
    scored, mixed = (product(each, keys) for each in (queries, weights))
    entries = sum(each.numel() for each in matrices)
    seen = torch.arange(places)
    return [
        module.head_dim,
        entries,
        sum(each.numel() for each in parameters),
        sum(projected),
        scored,
        sum(projected) + scored + mixed,
        weights.numel(),
        int((seen + 1).sum()),
        module.in_proj_weight.numel(),
        wide.numel(),
        narrow.numel(),
        entries + module.out_proj.bias.numel(),
        weights[0].numel(),
        int(seen.sum()),
    ]


@check("attention_networks.multi_head", tolerance=1e-12)
def multi_head_of_modules(
    d_model: "Tensor", heads: "Tensor", positions: "Tensor"
) -> Mapping[str, Any]:
    """Counts the entries of a real module and of all products before they are added.

    What changes with the length or the heads is counted in a second module. All are [variants].
    """
    import torch

    kinds, variant_of = torch.unique(
        torch.stack((d_model, heads, positions), 1).long(), dim=0, return_inverse=True
    )

    def counted(rows: list[list[int]]) -> dict[str, "Tensor"]:
        table = torch.tensor([_count_of_module(*row) for row in rows], dtype=torch.float64)
        return dict(zip(_COUNTED, table[variant_of].unbind(-1), strict=True))

    rows = kinds.tolist()
    found = counted(rows)
    longer = counted([[width, number, 2 * places] for width, number, places in rows])
    # Twice as many heads of half the width: as many heads of the same width in a model twice as
    # wide, of which each head has half.
    more = counted([[2 * width, 2 * number, places] for width, number, places in rows])
    pairs = found["total_multiplications"] - found["projection_multiplications"]
    return {
        **found,
        "pairs_cost_more": pairs > found["projection_multiplications"],
        "entries_exceed_weights": found["attention_entries"] > found["weights"],
        "length_factor": longer["total_multiplications"] / found["total_multiplications"],
        "score_factor": more["score_multiplications"] / 2 / found["score_multiplications"],
    }


@solver(
    "attention_networks.sinusoidal_positions",
    results={
        "dot_product": "inner product of the encodings of the position and of the other one",
        "squared_length": "inner product of an encoding with itself: d / 2",
    },
    mistakes={
        "product_of_positions": "Inner product with angles added in place of subtracted",
        "first_pair_only": "Inner product of the fastest pair of coordinates alone",
    },
    examples=(
        {"position": 3, "dimension": 4, "base": 10000, "other": 5},
        {"position": 1, "dimension": 2, "base": 100, "other": 0},
        {"position": 7, "dimension": 6, "base": 50, "other": 7},
        {"position": 0, "dimension": 4, "base": 10000, "other": 1},
    ),
)
def sinusoidal_positions(
    position: Scalar, dimension: Scalar, base: Scalar = 10000, other: Scalar = 0
) -> SolverResults:
    """PE(pos, 2i) = sin(pos / base^(2i/d)), PE(pos, 2i + 1) = cos of the same angle.

    The inner product Σ cos((p − q) / base^(2i/d)) depends on the distance alone. Source: Vaswani
    et al., Attention is all you need (2017), section 3.5. Raises ValueError for positions that
    are not whole from 0 to 10 000, a dimension that is not even from 2 to 64 and a base that is
    not from 2 to 1 000 000.
    """
    place = require_count("position", position, 0, 10000)
    second = require_count("other", other, 0, 10000)
    width = require_count("dimension", dimension, 2, 64)
    if width % 2:
        raise ValueError(f"dimension must be even, it is {width}")
    root = require_count("base", base, 2, _LARGEST)
    scales = [root ** (2 * i / width) for i in range(width // 2)]
    return {
        "dot_product": fsum([cos((place - second) / scale) for scale in scales]),
        "squared_length": fraction(width, 2),
        "product_of_positions": fsum([cos((place + second) / scale) for scale in scales]),
        "first_pair_only": cos(place - second),
    }


@check("attention_networks.sinusoidal_positions", tolerance=1e-7)
def sinusoidal_positions_by_turning(
    position: "Tensor", dimension: "Tensor", base: "Tensor", other: "Tensor"
) -> Mapping[str, Any]:
    """Turns each pair (sin, cos) = (0, 1) of position 0 by its own unit angle, step by step.

    One turn is the exponential of a generator, `position` turns its integer power; the inner
    product is taken of two encodings. Angles are added where the other position is turned
    backwards. All are [variants].
    """
    import torch

    place = torch.arange(0, int(dimension.max()), 2, dtype=torch.float64)
    fractions = place / dimension[:, None]
    exists = (fractions < 1).double()
    unit = (-fractions * base.log()[:, None]).exp()
    zero = torch.zeros_like(unit)
    turn = torch.linalg.matrix_exp(
        torch.stack((torch.stack((zero, unit), -1), torch.stack((-unit, zero), -1)), -2)
    )
    code, second = (_turned(turn, places.long()) for places in (position, other))
    backwards = _turned(turn.mT, other.long())

    def pairs(first: "Tensor", other_code: "Tensor") -> "Tensor":
        """The share of each pair of coordinates in the inner product."""
        return (first * other_code).sum(-1) * exists

    return {
        "dot_product": pairs(code, second).sum(-1),
        "squared_length": pairs(code, code).sum(-1),
        "product_of_positions": pairs(code, backwards).sum(-1),
        "first_pair_only": pairs(code, second)[:, 0],
    }


def _turned(turn: "Tensor", times: "Tensor") -> "Tensor":
    """(0, 1) turned so many times, by squaring: [variants, pairs, 2]."""
    import torch

    state = torch.zeros(turn.shape[:-1], dtype=torch.float64)
    state[..., 1] = 1
    while bool(times.any()):
        odd = (times % 2 == 1)[:, None, None]
        state = torch.where(odd, (turn @ state[..., None])[..., 0], state)
        turn, times = turn @ turn, times // 2
    return state


@solver(
    "attention_networks.rotary_score",
    results={
        "turned_query": "the query turned by its position times theta",
        "turned_key": "the key turned by its position times theta",
        "score": "inner product of both: it depends on the distance of the positions alone",
        "plain_score": "inner product without turning",
        "score_formula": "the score as a formula in the distance t = n − m, q and k held fixed",
    },
    mistakes={
        "backwards_formula": "The formula with the sense of the turn reversed",
        "cosine_formula": "q · k times the cosine of the turn",
        "added_positions": "Turns by the sum of the positions, not by their difference",
        "one_turned": "Turns the query only",
        "turned_backwards": "Turns both clockwise: the sign of the angle is wrong",
        "cosine_only": "Multiplies q · k by the cosine of the turn",
        "query_turned_backwards": "The query turned in the wrong sense",
    },
    examples=(
        {"q": (1, 2), "k": (3, -1), "m": 2, "n": 5, "theta": Fraction(1, 2)},
        {"q": (0, 1), "k": (1, 1), "m": 4, "n": 4, "theta": 1},
        {"q": (-2, Fraction(1, 2)), "k": (1, 0), "m": 10, "n": 3, "theta": Fraction(1, 100)},
    ),
)
def rotary_score(q: Vector, k: Vector, m: Scalar, n: Scalar, theta: Scalar) -> SolverResults:
    """(R(m θ) q) · (R(n θ) k) = q · R((n − m) θ) k with R the turn of the plane, anticlockwise.

    Source: Su et al., RoFormer: enhanced transformer with rotary position embedding (2021),
    section 3.2. Raises ValueError for vectors that are not of the plane,
    positions that are not whole from 0 and theta not above zero.
    """
    require_vector("q", q, 2)
    require_vector("k", k, 2)
    first = require_count("m", m, 0, 10000)
    second = require_count("n", n, 0, 10000)
    require_positive("theta", theta)
    angle = float(theta)
    q_1, q_2, k_1, k_2 = map(float, (*q, *k))

    angle_of_distance = Product((Number(theta), Symbol("t")))
    cosine, sine = Call("cos", (angle_of_distance,)), Call("sin", (angle_of_distance,))
    aligned, crossed = q[0] * k[0] + q[1] * k[1], q[1] * k[0] - q[0] * k[1]

    def after(turn: float) -> float:
        """q · R(turn) k."""
        return float(aligned) * cos(turn) + float(crossed) * sin(turn)

    def turned(vector: tuple[float, float], by: float) -> tuple[float, float]:
        x, y = vector
        return x * cos(by) - y * sin(by), x * sin(by) + y * cos(by)

    return {
        "turned_query": turned((q_1, q_2), first * angle),
        "turned_key": turned((k_1, k_2), second * angle),
        "score": after((second - first) * angle),
        "plain_score": aligned,
        "score_formula": Sum(
            (Product((Number(aligned), cosine)), Product((Number(crossed), sine)))
        ),
        "backwards_formula": Sum(
            (Product((Number(aligned), cosine)), Product((Number(-crossed), sine)))
        ),
        "cosine_formula": Product((Number(aligned), cosine)),
        "added_positions": after((second + first) * angle),
        "one_turned": after(-first * angle),
        "turned_backwards": after((first - second) * angle),
        "cosine_only": float(aligned) * cos((second - first) * angle),
        "query_turned_backwards": turned((q_1, q_2), -first * angle),
    }


@check("attention_networks.rotary_score", tolerance=1e-7)
def rotary_score_by_complex_numbers(
    q: "Tensor", k: "Tensor", m: "Tensor", n: "Tensor", theta: "Tensor"
) -> Mapping[str, Any]:
    """Multiplies complex numbers by unit ones, step by step; q, k: [variants, 2]."""
    import torch

    step = torch.polar(torch.ones_like(theta), theta)

    def power(times: "Tensor") -> "Tensor":
        result, factor, left = torch.ones_like(step), step, times.long()
        while bool(left.any()):
            result = torch.where(left % 2 == 1, result * factor, result)
            factor, left = factor * factor, left // 2
        return result

    start, goal = (torch.view_as_complex(each.contiguous()) for each in (q, k))
    by_query, by_key = power(m), power(n)
    query, key = start * by_query, goal * by_key

    def inner(first: "Tensor", second: "Tensor") -> "Tensor":
        return (first * second.conj()).real

    def of_distance(points: Mapping[str, "Tensor"]) -> "Tensor":
        """Turns the key by t theta, with the query at position 0."""
        return inner(start[:, None], goal[:, None] * torch.exp(1j * points["t"] * theta[:, None]))

    def backwards(points: Mapping[str, "Tensor"]) -> "Tensor":
        """Turns the query in place of the key."""
        return inner(start[:, None] * torch.exp(1j * points["t"] * theta[:, None]), goal[:, None])

    turned_backwards = inner(start * by_query.conj(), goal * by_key.conj())
    return {
        "turned_query": torch.view_as_real(query),
        "turned_key": torch.view_as_real(key),
        "score": inner(query, key),
        "plain_score": torch.linalg.vecdot(q, k),
        "score_formula": of_distance,
        "backwards_formula": backwards,
        # The sine is odd, so that it cancels in the mean of both senses of the turn.
        "cosine_formula": lambda points: (of_distance(points) + backwards(points)) / 2,
        "added_positions": inner(start * by_query.conj(), key),
        "one_turned": inner(query, goal),
        "turned_backwards": turned_backwards,
        "cosine_only": (inner(query, key) + turned_backwards) / 2,
        "query_turned_backwards": torch.view_as_real(start * by_query.conj()),
    }
