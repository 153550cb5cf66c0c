"""Attention while text is generated: the cache of keys and values, and linear attention's state."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Matrix, Scalar, Vector, require_vector
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "attention_generation.cache",
    results={
        "numbers_per_token": "keys and values that one token adds in all layers",
        "bytes_per_token": "the bytes of those",
        "cache_bytes": "the bytes of all tokens",
        "cache_megabytes": "those in units of 10^6 bytes",
        "saved_factor": "how many times larger the cache is if every query head has its own keys",
    },
    mistakes={
        "keys_only": "Forgets that values are kept as well",
        "query_heads_kept": "Counts query heads in place of key heads",
        "one_layer": "Forgets that every layer has a cache",
        "numbers_not_bytes": "Counts numbers, not bytes",
        "bits": "Counts bits, not bytes",
        "squared_length": "Takes all pairs of tokens, as for attention weights",
    },
    examples=(
        {"layers": 2, "query_heads": 4, "key_heads": 2, "width": 3, "tokens": 5, "size": 2},
        {"layers": 32, "query_heads": 32, "key_heads": 8, "width": 128, "tokens": 4096, "size": 2},
        {"layers": 3, "query_heads": 6, "key_heads": 1, "width": 4, "tokens": 7, "size": 4},
    ),
)
def cache(
    layers: Scalar,
    query_heads: Scalar,
    key_heads: Scalar,
    width: Scalar,
    tokens: Scalar,
    size: Scalar,
) -> Answers:
    """The cache of grouped-query attention: 2 · layers · key_heads · width numbers for each token.

    `width` is that of one head, `tokens` are kept, `size` is the bytes of one number. Source:
    Ainslie et al., GQA: training generalized multi-query transformer models from multi-head
    checkpoints (2023), for the groups of query heads that share a key head. Raises ValueError for
    counts below 1, for key heads that do not divide the query heads, and sizes other than 1, 2, 4.
    """
    depth = require_count("layers", layers, 1, 1000)
    queries = require_count("query_heads", query_heads, 1, 1000)
    keys = require_count("key_heads", key_heads, 1, queries)
    across = require_count("width", width, 1, 10000)
    count = require_count("tokens", tokens, 1, 10**7)
    item = require_count("size", size, 1, 4)
    if queries % keys:
        raise ValueError(f"key_heads must divide query_heads, {keys} does not divide {queries}")
    if item == 3:
        raise ValueError("size must be 1, 2 or 4")
    numbers = 2 * depth * keys * across
    total = numbers * item * count
    return {
        "numbers_per_token": numbers,
        "bytes_per_token": numbers * item,
        "cache_bytes": total,
        "cache_megabytes": Fraction(total, 10**6),
        "saved_factor": Fraction(queries, keys),
        "keys_only": total // 2,
        "query_heads_kept": total // keys * queries,
        "one_layer": total // depth,
        "numbers_not_bytes": numbers * count,
        "bits": 8 * total,
        "squared_length": total * count,
    }


@check("attention_generation.cache", tolerance=1e-12)
def cache_of_tensors(
    layers: "Tensor",
    query_heads: "Tensor",
    key_heads: "Tensor",
    width: "Tensor",
    tokens: "Tensor",
    size: "Tensor",
) -> Mapping[str, Any]:
    """Adds up the bytes of real tensors, layer by layer; they are torch's "meta" tensors.

    All are [variants].
    """
    import torch

    kinds = {1: torch.int8, 2: torch.float16, 4: torch.float32}

    def stored(depth: int, heads: int, across: int, count: int, item: int) -> tuple[int, int]:
        """Numbers and bytes of the keys and of the values of all layers."""
        kept = [
            torch.empty(heads, count, across, dtype=kinds[item], device="meta")
            for _ in range(depth)
            for _ in ("keys", "values")
        ]
        return sum(each.numel() for each in kept), sum(each.nbytes for each in kept)

    found: list[list[float]] = []
    rows = torch.stack((layers, query_heads, key_heads, width, tokens, size), 1).long().tolist()
    for depth, queries, keys, across, count, item in rows:
        numbers, for_one = stored(depth, keys, across, 1, item)
        total = stored(depth, keys, across, count, item)[1]
        whole = stored(depth, queries, across, count, item)[1]
        found.append([numbers, for_one, total, total / 1e6, whole / total])
    columns = torch.tensor(found, dtype=torch.float64).unbind(-1)
    names = (
        "numbers_per_token",
        "bytes_per_token",
        "cache_bytes",
        "cache_megabytes",
        "saved_factor",
    )
    return dict(zip(names, columns, strict=True))


@solver(
    "attention_generation.linear",
    results={
        "pair_products": "φ(q_n) · φ(k_i) for the last query and every key",
        "weights": "those products over their sum",
        "state": "S = Σ φ(k_i) v_i over all positions",
        "normaliser": "Z = Σ φ(k_i) over all positions",
        "last_output": "S · φ(q_n) / Z · φ(q_n), the last output",
        "outputs": "the outputs of all positions, each from those up to its own",
    },
    mistakes={
        "not_normalised": "S · φ(q_n), not divided",
        "divided_by_count": "S · φ(q_n) / n: divided by the number of positions",
        "last_key_only": "The state of the last position alone: what went before is lost",
        "before_update": "The output from the state of the positions before the last one",
        "divided_by_key_sum": "S · φ(q_n) over the sum of the entries of Z",
    },
    examples=(
        {"queries": ((1, 2), (2, 1)), "keys": ((1, 1), (3, 1)), "values": (4, -2)},
        {
            "queries": ((1, 3), (2, 2), (1, 1)),
            "keys": ((2, 1), (1, 3), (4, 1)),
            "values": (1, 0, 5),
        },
        {
            "queries": ((1, 1, Fraction(1, 2)), (3, 1, 2)),
            "keys": ((2, Fraction(1, 3), 1), (1, 1, 5)),
            "values": (-1, 7),
        },
    ),
)
def linear(queries: Matrix, keys: Matrix, values: Vector) -> Answers:
    """Causal attention with weights in proportion to φ(q) · φ(k), pair by pair.

    `queries` and `keys` [n, m] hold the features φ already, all positive; `values` [n] are plain
    numbers. Source: Katharopoulos, Vyas, Pappas and Fleuret, Transformers are RNNs: fast
    autoregressive transformers with linear attention (2020), section 3, for the state. Raises
    ValueError for fewer than two positions, sizes that do not fit and features not above zero.
    """
    require_vector("values", values)
    count = len(values)
    if count < 2:
        raise ValueError("there must be at least two positions")
    require_matrix("queries", queries, count)
    require_matrix("keys", keys, count, len(queries[0]))
    if min([entry for row in (*queries, *keys) for entry in row]) <= 0:
        raise ValueError("features must be positive")
    products = [
        [Fraction(sum([a * b for a, b in zip(q, k, strict=True)])) for k in keys[: place + 1]]
        for place, q in enumerate(queries)
    ]
    raw = [sum([p * v for p, v in zip(row, values[: len(row)], strict=True)]) for row in products]
    last, total = products[-1], sum(products[-1])
    before, key_columns = total - last[-1], list(zip(*keys, strict=True))
    normaliser = [sum(column) for column in key_columns]
    return {
        "pair_products": tuple(last),
        "weights": tuple([each / total for each in last]),
        "state": tuple(
            [sum([k * v for k, v in zip(column, values, strict=True)]) for column in key_columns]
        ),
        "normaliser": tuple(normaliser),
        "last_output": raw[-1] / total,
        "outputs": tuple([top / sum(row) for top, row in zip(raw, products, strict=True)]),
        "not_normalised": raw[-1],
        "divided_by_count": raw[-1] / count,
        "last_key_only": values[-1],
        "before_update": (raw[-1] - last[-1] * values[-1]) / before,
        "divided_by_key_sum": Fraction(raw[-1]) / sum(normaliser),
    }


@check("attention_generation.linear", tolerance=1e-9)
def linear_by_recurrence(queries: "Tensor", keys: "Tensor", values: "Tensor") -> Mapping[str, Any]:
    """Runs the recurrent network: S ← S + φ(k) v and Z ← Z + φ(k), read out by each query.

    queries, keys: [variants, n, m]; values: [variants, n]. The weights are what the last output
    gains when a value grows.
    """
    import torch

    content = values.clone().requires_grad_(True)
    state, normaliser = torch.zeros_like(keys[:, 0]), torch.zeros_like(keys[:, 0])
    outputs = []
    for query, key, value in zip(queries.unbind(1), keys.unbind(1), content.unbind(1), strict=True):
        state = state + key * value[:, None]
        normaliser = normaliser + key
        outputs.append(torch.linalg.vecdot(state, query) / torch.linalg.vecdot(normaliser, query))
    (weights,) = torch.autograd.grad(outputs[-1].sum(), content)
    return {
        "pair_products": weights * torch.linalg.vecdot(normaliser, queries[:, -1])[:, None],
        "weights": weights,
        "state": state,
        "normaliser": normaliser,
        "last_output": outputs[-1],
        "outputs": torch.stack(outputs, -1),
    }
