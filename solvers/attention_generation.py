"""Attention while text is generated: the cache of keys and values, and linear attention's state."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
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
        "keys_only": "Megabytes of the keys alone",
        "query_heads_kept": "Megabytes if every query head has its own keys and values",
        "one_layer": "Megabytes of one layer",
        "megabits": "Counts bits, not bytes, in units of 10^6",
        "mebibytes": "The bytes in units of 2^20",
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
) -> SolverResults:
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
        "cache_megabytes": fraction(total, 10**6),
        "saved_factor": fraction(queries, keys),
        "keys_only": fraction(total, 2 * 10**6),
        "query_heads_kept": fraction(total // keys * queries, 10**6),
        "one_layer": fraction(total // depth, 10**6),
        "megabits": fraction(8 * total, 10**6),
        "mebibytes": fraction(total, 2**20),
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
    """Runs the key and value maps of every layer on tokens, and adds up what the outputs hold.

    They are multiplied on torch's "meta" device, which keeps shapes and kinds of numbers but no
    entries. All are [variants].
    """
    import torch

    kinds = {1: torch.float8_e4m3fn, 2: torch.float16, 4: torch.float32}

    @lru_cache(maxsize=4096)
    def stored(depth: int, model: int, kept: int, count: int, item: int) -> "Tensor":
        """The keys of all layers, then the values: [2 · layers, tokens, kept]."""
        with torch.device("meta"):
            entries, maps = torch.empty(count, model), torch.empty(2 * depth, model, kept)
            return (entries @ maps).to(kinds[item])

    def count(depth: int, queries: int, keys: int, across: int, tokens: int, item: int) -> Any:
        model = queries * across
        cached = stored(depth, model, keys * across, tokens, item)
        single = stored(depth, model, keys * across, 1, item)
        whole = stored(depth, model, model, tokens, item)
        total = cached.nbytes
        return [
            single.numel(),
            single.nbytes,
            total,
            total / 1e6,
            whole.nbytes / total,
            cached[:depth].nbytes / 1e6,
            whole.nbytes / 1e6,
            (cached[0].nbytes + cached[depth].nbytes) / 1e6,
            cached.numel() * torch.finfo(cached.dtype).bits / 1e6,
            total / 1024 / 1024,
        ]

    models = torch.stack((layers, query_heads, key_heads, width, tokens, size), 1).long()
    # A thousand variants hold few models that differ.
    distinct, places = torch.unique(models, dim=0, return_inverse=True)
    counts = [count(*row) for row in distinct.tolist()]
    columns = torch.tensor(counts, dtype=torch.float64)[places].unbind(-1)
    names = (
        "numbers_per_token",
        "bytes_per_token",
        "cache_bytes",
        "cache_megabytes",
        "saved_factor",
        "keys_only",
        "query_heads_kept",
        "one_layer",
        "megabits",
        "mebibytes",
    )
    return dict(zip(names, columns, strict=True))


@solver(
    "attention_generation.linear",
    results={
        "pair_products": "φ(q_n) · φ(k_i) for the last query and every key",
        "state_before": "S = Σ φ(k_i) v_i over all positions but the last",
        "state": "S over all positions",
        "normaliser": "Z = Σ φ(k_i) over all positions",
        "numerator": "S · φ(q_n)",
        "denominator": "Z · φ(q_n)",
        "last_output": "their quotient, the last output",
    },
    mistakes={
        "summed_values": "Σ v_i over all positions but the last: the features are forgotten",
        "last_addition": "φ(k_n) v_n: what the last position adds, taken for the state",
        "divided_by_count": "S · φ(q_n) / n: divided by the number of positions",
        "before_update": "The output from the state of the positions before the last one",
        "divided_by_key_sum": "S · φ(q_n) over the sum of the entries of Z",
    },
    examples=(
        {"query": (2, 1), "keys": ((1, 1), (3, 1)), "values": (4, -2)},
        {"query": (1, 1), "keys": ((2, 1), (1, 3), (4, 1)), "values": (1, 0, 5)},
        {
            "query": (3, 1, 2),
            "keys": ((2, Fraction(1, 3), 1), (1, 1, 5), (Fraction(1, 2), 1, 1)),
            "values": (-1, 7, 2),
        },
    ),
)
def linear(query: Vector, keys: Matrix, values: Vector) -> SolverResults:
    """The last output of causal attention with weights in proportion to φ(q) · φ(k), by pairs.

    `query` [m] and `keys` [n, m] hold the features φ already, all positive; `values` [n] are plain
    numbers. Source: Katharopoulos, Vyas, Pappas and Fleuret, Transformers are RNNs: fast
    autoregressive transformers with linear attention (2020), section 3, for the state. Raises
    ValueError for fewer than two positions, sizes that do not fit and features not above zero.
    """
    require_vector("values", values)
    count = len(values)
    if count < 2:
        raise ValueError("there must be at least two positions")
    require_vector("query", query)
    require_matrix("keys", keys, count, len(query))
    if min([entry for row in (query, *keys) for entry in row]) <= 0:
        raise ValueError("features must be positive")
    products = [sum([a * b for a, b in zip(query, key, strict=True)]) for key in keys]
    weighed = [product * value for product, value in zip(products, values, strict=True)]
    top, below = Fraction(sum(weighed)), Fraction(sum(products))
    columns = list(zip(*keys, strict=True))
    added = [[k * v for k, v in zip(column, values, strict=True)] for column in columns]
    normaliser = [sum(column) for column in columns]
    return {
        "pair_products": tuple(products),
        "state_before": tuple([sum(entries[:-1]) for entries in added]),
        "state": tuple([sum(entries) for entries in added]),
        "normaliser": tuple(normaliser),
        "numerator": top,
        "denominator": below,
        "last_output": top / below,
        "summed_values": sum(values[:-1]),
        "last_addition": tuple([entries[-1] for entries in added]),
        "divided_by_count": top / count,
        "before_update": (top - weighed[-1]) / (below - products[-1]),
        "divided_by_key_sum": top / sum(normaliser),
    }


@check("attention_generation.linear", tolerance=1e-9)
def linear_by_recurrence(query: "Tensor", keys: "Tensor", values: "Tensor") -> Mapping[str, Any]:
    """Runs the recurrent network: S ← S + φ(k) v and Z ← Z + φ(k), read out by the query.

    query: [variants, m]; keys: [variants, n, m]; values: [variants, n]. The products are what
    Z · φ(q) times the last output gains when a value grows.
    """
    import torch

    content = values.clone().requires_grad_(True)
    state, normaliser = torch.zeros_like(query), torch.zeros_like(query)
    states, outputs = [], []
    for key, value in zip(keys.unbind(1), content.unbind(1), strict=True):
        state = state + key * value[:, None]
        normaliser = normaliser + key
        states.append(state)
        outputs.append(torch.linalg.vecdot(state, query) / torch.linalg.vecdot(normaliser, query))
    below = torch.linalg.vecdot(normaliser, query)
    (weights,) = torch.autograd.grad(outputs[-1].sum(), content, retain_graph=True)
    top = outputs[-1] * below
    return {
        "pair_products": weights * below[:, None],
        "state_before": states[-2],
        "state": state,
        "normaliser": normaliser,
        "numerator": top,
        "denominator": below,
        "last_output": outputs[-1],
        "summed_values": values[:, :-1].sum(-1),
        "last_addition": state - states[-2],
        "divided_by_count": (weights * values).mean(-1) * below,
        "before_update": outputs[-2],
        "divided_by_key_sum": torch.linalg.vecdot(state, query) / keys.sum((1, 2)),
    }
