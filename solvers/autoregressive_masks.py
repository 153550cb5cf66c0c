"""Masks that keep the order of an autoregressive network, and what they let through."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, Vector, require_vector
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "autoregressive_masks.made_connections",
    results={
        "input_connections": "weights that the mask leaves between inputs and hidden units",
        "output_connections": "weights that the mask leaves between hidden units and outputs",
        "connections": "both together",
        "paths": "matrix: by how many hidden units output i (row) depends on input j (column)",
        "outputs_reached": "for each input, how many outputs depend on it",
    },
    mistakes={
        "strict_input_mask": "Input connections with d < m where d ≤ m belongs",
        "weak_output_mask": "Output connections with m ≤ d where m < d belongs: outputs see "
        "themselves",
    },
    examples=(
        {"n": 3, "degrees": (1, 2, 1, 2)},
        {"n": 4, "degrees": (3, 1, 2)},
        {"n": 2, "degrees": (1,)},
        {"n": 5, "degrees": (1, 1, 4, 4, 2)},
    ),
)
def made_connections(n: Scalar, degrees: Vector) -> SolverResults:
    """Connections of a one-layer MADE whose hidden units have degrees m_k from 1 to n − 1.

    Input d feeds hidden unit k if d ≤ m_k, which feeds output d if m_k < d: so m_k inputs and
    n − m_k outputs. Source: Germain, Gregor, Murray and Larochelle, MADE: masked autoencoder
    for distribution estimation (2015), section 4. Raises ValueError for n outside 2 to 32,
    more than 64 degrees, and degrees outside 1 to n − 1.
    """
    count = require_count("n", n, 2, 32)
    require_vector("degrees", degrees)
    if len(degrees) > 64:
        raise ValueError(f"degrees must have at most 64 entries, not {len(degrees)}")
    units = [require_count("a degree", degree, 1, count - 1) for degree in degrees]
    total, every = sum(units), count * len(units)
    paths = tuple(
        tuple([sum([source <= unit < target for unit in units]) for source in range(1, count + 1)])
        for target in range(1, count + 1)
    )
    return {
        "input_connections": total,
        "output_connections": every - total,
        "connections": every,
        "paths": paths,
        "outputs_reached": tuple(
            [sum([through > 0 for through in column]) for column in zip(*paths, strict=True)]
        ),
        "strict_input_mask": total - len(units),
        "weak_output_mask": every - total + len(units),
    }


@check("autoregressive_masks.made_connections", tolerance=1e-12)
def made_connections_by_jacobian(n: "Tensor", degrees: "Tensor") -> Mapping[str, Any]:
    """Builds the masks and differentiates the linear network; degrees: [variants, hidden].

    With all weights one, the Jacobian of the outputs counts paths, and the gradient of their
    sum with respect to the weights tells which are connected. Mistakes are other masks.
    """
    import torch

    size = int(n[0])
    place = torch.arange(1, size + 1, dtype=torch.float64)
    inward = (degrees[:, :, None] >= place).double()
    outward = (place[:, None] > degrees[:, None, :]).double()

    def run(*masks: "Tensor") -> tuple[list["Tensor"], "Tensor"]:
        """The numbers of connected weights of both masks, and the paths."""
        data = torch.ones(len(n), size, dtype=torch.float64, requires_grad=True)
        weights = [torch.ones_like(mask).requires_grad_(True) for mask in masks]
        hidden = torch.einsum("vkd,vd->vk", weights[0] * masks[0], data)
        outputs = torch.einsum("vdk,vk->vd", weights[1] * masks[1], hidden)
        rows = [
            torch.autograd.grad(output.sum(), data, retain_graph=True)[0]
            for output in outputs.unbind(1)
        ]
        # The hidden units beside the outputs, so that units without a connection onward count too.
        used = [
            (torch.autograd.grad(total, weight, retain_graph=True)[0] != 0).sum((1, 2)).double()
            for total, weight in zip((hidden.sum(), outputs.sum()), weights, strict=True)
        ]
        return used, torch.stack(rows, dim=1)

    used, paths = run(inward, outward)
    strict = (degrees[:, :, None] > place).double()
    weak = (place[:, None] >= degrees[:, None, :]).double()
    return {
        "input_connections": used[0],
        "output_connections": used[1],
        "connections": used[0] + used[1],
        "paths": paths,
        "outputs_reached": (paths > 0).sum(1),
        "strict_input_mask": run(strict, outward)[0][0],
        # The units beside the inputs too: those of a strict mask may see none.
        "weak_output_mask": run(torch.ones_like(inward), weak)[0][1],
    }


@solver(
    "autoregressive_masks.stack",
    results={
        "nearest": "how many steps the newest value that the output for x_i sees lies before x_i",
        "farthest": "how many steps the oldest one does",
        "leaks": "whether the output for x_i sees x_i itself",
        "is_proper": "whether it sees x_{i−1}, but not x_i",
        "skips": "whether it sees neither x_i nor x_{i−1}",
    },
    examples=(
        {"kernel_sizes": (3, 3, 2), "excluded": (1, 0, 0)},
        {"kernel_sizes": (3, 2), "excluded": (0, 0)},
        {"kernel_sizes": (2, 4, 3), "excluded": (1, 0, 1)},
        {"kernel_sizes": (2,), "excluded": (1,)},
    ),
)
def stack(kernel_sizes: Vector, excluded: Vector) -> SolverResults:
    """A stack of causal convolutions of stride one whose masks may take away the tap at x_i.

    `excluded` holds, for each layer, 1 where its mask takes the tap of the position itself away
    (type A) and 0 where it keeps it (type B). The taps of a layer lie 0 or 1 to k − 1 steps back,
    and steps add up over the layers. Source: van den Oord, Kalchbrenner and Kavukcuoglu, Pixel
    recurrent neural networks (2016), section 3.4, for the two types. Raises ValueError for
    vectors of different lengths, kernel sizes outside 2 to 64, more than 16 layers, and entries
    of `excluded` other than 0 and 1.
    """
    require_vector("kernel_sizes", kernel_sizes)
    require_vector("excluded", excluded, len(kernel_sizes))
    if len(kernel_sizes) > 16:
        raise ValueError(f"kernel_sizes must have at most 16 entries, not {len(kernel_sizes)}")
    sizes = [require_count("a kernel size", size, 2, 64) for size in kernel_sizes]
    nearest = sum([require_count("an entry of excluded", mask, 0, 1) for mask in excluded])
    return {
        "nearest": nearest,
        "farthest": sum(sizes) - len(sizes),
        "leaks": nearest == 0,
        "is_proper": nearest == 1,
        "skips": nearest > 1,
    }


@check("autoregressive_masks.stack", tolerance=0)
def stack_by_gradients(kernel_sizes: "Tensor", excluded: "Tensor") -> Mapping[str, Any]:
    """Differentiates the last output of real convolutions in every value of a sequence.

    All weights that the masks keep are one. Both arguments are [variants, layers].
    """
    import torch

    kinds, variant_of = torch.unique(
        torch.cat((kernel_sizes, excluded), 1).long(), dim=0, return_inverse=True
    )
    layers = kernel_sizes.shape[1]
    length, widest = int(kinds[:, :layers].sum(-1).max()), int(kinds[:, :layers].max())
    # Each kind has a channel of its own.
    data = torch.ones(1, len(kinds), length, dtype=torch.float64, requires_grad=True)
    values = data
    for size, mask in zip(kinds[:, :layers].T, kinds[:, layers:].T, strict=True):
        kernels = (torch.arange(widest) >= widest - size[:, None]).double()
        kernels[:, -1] = 1 - mask
        padded = torch.nn.functional.pad(values, (widest - 1, 0))
        heard = torch.nn.functional.conv1d(padded, kernels[:, None], groups=len(kinds))
        values = heard / size[:, None]
    (gradient,) = torch.autograd.grad(values[0, :, -1].sum(), data)
    seen = gradient[0].flip(-1) != 0
    steps = torch.arange(length)
    table = torch.stack(
        (
            steps.where(seen, length).amin(-1),
            steps.where(seen, -1).amax(-1),
            *((seen & (steps == step)).any(-1).long() for step in (0, 1)),
        ),
        -1,
    )[variant_of]
    sees_itself, sees_last = table[:, 2] > 0, table[:, 3] > 0
    return {
        "nearest": table[:, 0],
        "farthest": table[:, 1],
        "leaks": sees_itself,
        "is_proper": sees_last & ~sees_itself,
        "skips": ~sees_last & ~sees_itself,
    }


@solver(
    "autoregressive_masks.evaluations",
    results={
        "for_score": "evaluations, one after the other, that give ln p of a whole image",
        "for_completion": "evaluations that complete an image whose first rows are known",
    },
    mistakes={
        "all_pixels": "One evaluation for every pixel of the image",
        "missing_rows": "One evaluation for every missing row",
    },
    examples=(
        {"height": 4, "width": 3, "known_rows": 1},
        {"height": 28, "width": 28, "known_rows": 14},
        {"height": 2, "width": 5, "known_rows": 0},
    ),
)
def evaluations(height: Scalar, width: Scalar, known_rows: Scalar) -> SolverResults:
    """A masked network outputs all conditional distributions of an image in one evaluation.

    Each is valid once the pixels before it, row by row, are known. A given image needs one
    evaluation; a missing pixel must be drawn before the next one's distribution is valid. Source:
    van den Oord, Kalchbrenner and Kavukcuoglu, Pixel recurrent neural networks (2016), section 2.
    Raises ValueError for sizes outside 1 to 256 and known rows outside 0 to height − 1.
    """
    rows = require_count("height", height, 1, 256)
    columns = require_count("width", width, 1, 256)
    known = require_count("known_rows", known_rows, 0, rows - 1)
    return {
        "for_score": 1,
        "for_completion": (rows - known) * columns,
        "all_pixels": rows * columns,
        "missing_rows": rows - known,
    }


@check("autoregressive_masks.evaluations", tolerance=0)
def evaluations_by_running(
    height: "Tensor", width: "Tensor", known_rows: "Tensor"
) -> Mapping[str, Any]:
    """Runs the network on images of all sizes at once and counts; all are [variants].

    In each round an evaluation makes every distribution valid whose earlier pixels are known, and
    the first missing pixel, whose distribution is valid then, is drawn.
    """
    import torch

    kinds, variant_of = torch.unique(
        torch.stack((height, width, known_rows), 1).long(), dim=0, return_inverse=True
    )
    rows, columns, given_rows = (entry[:, None] for entry in kinds.unbind(-1))
    place = torch.arange(int((rows * columns).max()))
    exists = place < rows * columns
    given = exists & (place // columns < given_rows)

    def rounds(known: "Tensor", needed: "Tensor") -> "Tensor":
        """Evaluations until every needed distribution has been valid."""
        count = torch.zeros(len(kinds), dtype=torch.long)
        # Beyond the last pixel stands one that is never known; flags are bytes, which are searched
        # faster than truth values.
        flags = torch.nn.functional.pad(known.to(torch.uint8), (0, 1))
        last = torch.where(needed, place, -1).amax(-1)
        valid_up_to = torch.full_like(last, -1)
        first_missing = flags.argmin(-1)
        while bool((waiting := last > valid_up_to).any()):
            count = count + waiting
            valid_up_to = first_missing
            flags.scatter_(1, first_missing.clamp(max=len(place) - 1)[:, None], 1)
            # What is known stays known: the next pixel that is missing comes after this one.
            while bool((known_here := flags.gather(1, first_missing[:, None])[:, 0]).any()):
                first_missing = first_missing + known_here
        return count

    found = (
        rounds(exists, exists),
        rounds(given, exists & ~given),
        exists.sum(-1),
        (exists & ~given & (place % columns == 0)).sum(-1),
    )
    names = ("for_score", "for_completion", "all_pixels", "missing_rows")
    return {name: count[variant_of] for name, count in zip(names, found, strict=True)}
