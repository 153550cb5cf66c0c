"""Low-rank adapters and quantised weights: parameters, memory and rounding errors."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "adapters.low_rank",
    results={
        "adapter": "trainable parameters: rank · (rows + columns) for each adapted matrix",
        "full": "parameters of the adapted matrices themselves",
        "share": "adapter over full",
        "largest_rank": "the largest rank with fewer trainable parameters than the matrices have",
    },
    mistakes={
        "square": "Takes rank · (columns + columns): the rows are forgotten",
        "one_factor": "Counts one of the two factors, rank · columns",
        "product": "rank · rows · columns: as if each rank were a full matrix",
        "one_matrix": "Counts one matrix a layer",
    },
    examples=(
        {"rows": 4096, "columns": 1024, "rank": 8, "layers": 32, "matrices": 2},
        {"rows": 768, "columns": 3072, "rank": 4, "layers": 12, "matrices": 4},
        {"rows": 12, "columns": 10, "rank": 2, "layers": 1, "matrices": 3},
    ),
)
def low_rank(
    rows: Scalar, columns: Scalar, rank: Scalar, layers: Scalar, matrices: Scalar
) -> SolverResults:
    """W + B A with B of rows x rank and A of rank x columns, for so many matrices in each layer.

    Source: Hu et al., LoRA: low-rank adaptation of large language models (2021), section 4.1,
    equation 3. Raises ValueError for counts outside 1 to 10^6.
    """
    tall, wide = (
        require_count(name, value, 2, 10**6)
        for name, value in (("rows", rows), ("columns", columns))
    )
    narrow = require_count("rank", rank, 1, 10**6)
    copies = require_count("layers", layers, 1, 10**4) * require_count("matrices", matrices, 1, 100)
    one = narrow * (tall + wide)
    return {
        "adapter": copies * one,
        "full": copies * tall * wide,
        "share": fraction(one, tall * wide),
        "largest_rank": (tall * wide - 1) // (tall + wide),
        "square": copies * narrow * 2 * wide,
        "one_factor": copies * narrow * wide,
        "product": copies * narrow * tall * wide,
        "one_matrix": int(layers) * one,
    }


@check("adapters.low_rank", tolerance=1e-9)
def low_rank_by_tensors(
    rows: "Tensor", columns: "Tensor", rank: "Tensor", layers: "Tensor", matrices: "Tensor"
) -> Mapping[str, Any]:
    """Makes the layers without memory for them and counts their entries; all are [variants].

    The largest rank is found by going up while a layer of this rank is smaller.
    """
    import torch

    @cache
    def size(*shape: float) -> int:
        return torch.empty(tuple(map(int, shape)), device="meta").numel()

    found = []
    for tall, wide, narrow, deep, many in zip(
        *(each.tolist() for each in (rows, columns, rank, layers, matrices)), strict=True
    ):
        adapter = size(deep, many, tall, narrow) + size(deep, many, narrow, wide)
        full = size(deep, many, tall, wide)
        low, high = 0, int(min(tall, wide))
        while high - low > 1:
            middle = (low + high) // 2
            fits = size(tall, middle) + size(middle, wide) < size(tall, wide)
            low, high = (middle, high) if fits else (low, middle)
        found.append(
            {
                "adapter": adapter,
                "full": full,
                "share": adapter / full,
                "largest_rank": low,
                "square": 2 * size(deep, many, narrow, wide),
                "one_factor": size(deep, many, narrow, wide),
                "product": size(deep, many, narrow, tall, wide),
                "one_matrix": size(deep, tall, narrow) + size(deep, narrow, wide),
            }
        )
    return {
        name: torch.tensor([each[name] for each in found], dtype=torch.float64) for name in found[0]
    }


@solver(
    "adapters.memory",
    results={
        "bits_per_weight": "stored bits for each weight, with the scales of the blocks",
        "weights": "gigabytes (10^9 bytes) of the quantised weights",
        "adapters": "gigabytes of the adapters with their gradients and optimiser states",
        "total": "gigabytes of both",
        "fits": "whether the total is at most the memory",
        "unquantised": "gigabytes of the weights with 16 bits each",
    },
    mistakes={
        "without_scales": "Gigabytes of the weights without the blocks' scales",
        "as_bytes": "Takes the bits of a weight for bytes",
        "adapters_alone": "Gigabytes of the adapters without gradients and optimiser states",
    },
    examples=(
        {"billions": 7, "bits": 4, "block": 64, "scale_bits": 16, "millions": 40, "memory": 8},
        {"billions": 13, "bits": 4, "block": 32, "scale_bits": 32, "millions": 120, "memory": 8},
    ),
)
def memory(
    billions: Scalar,
    bits: Scalar,
    block: Scalar,
    scale_bits: Scalar,
    millions: Scalar,
    memory: Scalar,
) -> SolverResults:
    """Memory of a frozen quantised model and trained adapters, without activations.

    Each block of weights has a scale. An adapter's parameter is kept with 2 bytes, its gradient
    with 2 and the two moments of Adam with 4 each: 12 bytes. Source: Dettmers, Pagnoni, Holtzman
    and Zettlemoyer, QLoRA: efficient finetuning of quantized LLMs (2023), section 3. Raises
    ValueError for counts below one and sizes not above zero.
    """
    for name, value in (("billions", billions), ("millions", millions), ("memory", memory)):
        require_positive(name, value)
    width = require_count("bits", bits, 1, 16)
    size = require_count("block", block, 1, 10**6)
    scale = require_count("scale_bits", scale_bits, 1, 64)
    each = width + fraction(scale, size)
    weights = billions * each / 8
    trained = Fraction(millions) * 12 / 1000
    return {
        "bits_per_weight": each,
        "weights": weights,
        "adapters": trained,
        "total": weights + trained,
        "fits": weights + trained <= memory,
        "unquantised": Fraction(2 * billions),
        "without_scales": Fraction(billions) * width / 8,
        "as_bytes": billions * each,
        "adapters_alone": Fraction(millions) * 2 / 1000,
    }


@check("adapters.memory", tolerance=1e-9)
def memory_by_adding_up(
    billions: "Tensor",
    bits: "Tensor",
    block: "Tensor",
    scale_bits: "Tensor",
    millions: "Tensor",
    memory: "Tensor",
) -> Mapping[str, Any]:
    """Bits of one block, blocks of the model, and a table of what is kept for an adapter."""
    import torch

    blocks = billions * 1e9 / block
    one_block = bits * block + scale_bits
    kept = torch.tensor([16.0, 16.0, 32.0, 32.0], dtype=torch.float64)
    trained = millions[:, None] * 1e6 * kept
    gigabyte = 8e9
    total = (blocks * one_block + trained.sum(-1)) / gigabyte
    weights = total - trained.sum(-1) / gigabyte
    return {
        "bits_per_weight": one_block / block,
        "weights": weights,
        "adapters": trained.sum(-1) / gigabyte,
        "total": total,
        "fits": total <= memory * (1 + 1e-12),
        "unquantised": 16 * billions * 1e9 / gigabyte,
        "without_scales": weights - blocks * scale_bits / gigabyte,
        "as_bytes": weights * 8,
        "adapters_alone": trained[:, 0] / gigabyte,
    }


@solver(
    "adapters.rounded",
    results={
        "scale": "the largest weight in size over the largest whole number",
        "codes": "the whole number that stands for each weight",
        "restored": "what each weight becomes",
        "errors": "restored minus weight",
        "largest_error": "the largest of the errors in size",
        "tie": "whether some weight lies half-way between two of the grid",
        "zeros": "how many of the weights become 0",
    },
    mistakes={
        "truncated": "What each weight becomes if codes are cut off towards 0",
        "all_codes": "What each weight becomes if the range is shared by 2^bits steps",
    },
    examples=(
        {"weights": (Fraction(7, 10), Fraction(-3, 10), Fraction(1, 10)), "bits": 3},
        {"weights": (-2, Fraction(4, 5), Fraction(-1, 4), Fraction(3, 2)), "bits": 4},
    ),
)
def rounded(weights: Vector, bits: Scalar) -> SolverResults:
    """A block of weights on a symmetric grid: scale = max |w| / (2^(bits − 1) − 1), then rounding.

    Source: Dettmers, Lewis, Shleifer and Zettlemoyer, 8-bit optimizers via block-wise quantization
    (2021), section 2, and LLM.int8() (2022), section 2.1, on absmax quantisation. Raises
    ValueError for weights that are all zero and bits outside 2 to 8.
    """
    require_vector("weights", weights)
    width = require_count("bits", bits, 2, 8)
    top = 2 ** (width - 1) - 1
    # Weights in parts of a unit; restored ones in parts of the unit times the top code.
    parts, unit = over_common_denominator(weights)
    largest = max(map(abs, parts))
    if not largest:
        raise ValueError("weights must not all be zero")
    codes = [_to_nearest(part * top, largest) for part in parts]
    errors = [code * largest - part * top for code, part in zip(codes, parts, strict=True)]
    grid, wide = unit * top, 2 ** (width - 1)
    all_codes = [_to_nearest(part * wide, largest) for part in parts]
    whole = [abs(part) * top // largest * (1 if part > 0 else -1) for part in parts]
    return {
        "scale": fraction(largest, grid),
        "codes": tuple(codes),
        "restored": tuple([fraction(code * largest, grid) for code in codes]),
        "errors": tuple([fraction(error, grid) for error in errors]),
        "largest_error": fraction(max(map(abs, errors)), grid),
        "tie": any(2 * (part * top % largest) == largest for part in parts),
        "zeros": codes.count(0),
        "truncated": tuple([fraction(code * largest, grid) for code in whole]),
        "all_codes": tuple([fraction(code * largest, unit * wide) for code in all_codes]),
    }


def _to_nearest(above: int, below: int) -> int:
    """The whole number nearest to above / below, of two the even one."""
    least, rest = divmod(above, below)
    return least + (2 * rest > below or (2 * rest == below and least % 2))


@check("adapters.rounded", tolerance=1e-9)
def rounded_by_search(weights: "Tensor", bits: "Tensor") -> Mapping[str, Any]:
    """Lists the whole grid and takes its nearest point to each weight; weights: [variants, n]."""
    import torch

    largest = weights.abs().amax(-1)
    most = int(2 ** (bits.max() - 1))
    marks = torch.arange(-most, most + 1, dtype=torch.float64)

    def nearest(steps: "Tensor", inward: bool = False) -> tuple["Tensor", "Tensor"]:
        """The chosen whole numbers, and how near the second choice is."""
        grid = marks * (largest / steps)[:, None]
        gaps = (weights[..., None] - grid[:, None]).abs()
        if inward:
            beyond = grid[:, None].abs() > weights[..., None].abs() * (1 + 1e-12) + 1e-12
            gaps = gaps.masked_fill(beyond, torch.inf)
        two = gaps.topk(2, largest=False).values
        # Of two that are equally near, the even one.
        choice = gaps + 1e-9 * largest[:, None, None] * (marks % 2)
        return marks[choice.argmin(-1)], two[..., 1] - two[..., 0]

    top = 2 ** (bits - 1) - 1
    scale = largest / top
    codes, gaps = nearest(top)
    restored = codes * scale[:, None]
    cut, _ = nearest(top, inward=True)
    wide = 2 ** (bits - 1)
    return {
        "scale": scale,
        "codes": codes,
        "restored": restored,
        "errors": restored - weights,
        "largest_error": (restored - weights).abs().amax(-1),
        "tie": (gaps < 1e-9 * scale[:, None]).any(-1),
        "zeros": (codes == 0).sum(-1),
        "truncated": cut * scale[:, None],
        "all_codes": nearest(wide)[0] * (largest / wide)[:, None],
    }
