"""Networks of autoregressive models: how far they see, and how many parameters they have."""

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Scalar, Vector, require_vector
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST_FIELD = 65536


@solver(
    "autoregressive_networks.receptive_field",
    results={
        "receptive_field": "length of the stretch of inputs, from the oldest to the newest, that "
        "one output of a stack of causal convolutions depends on",
        "steps_back": "how many steps the oldest of these lies before the output",
        "inputs_seen": "how many different inputs the output depends on",
        "has_gaps": "whether inputs inside the stretch are skipped",
    },
    mistakes={
        "dilations_ignored": "1 + Σ (k − 1), as if every dilation were 1",
        "kernels_times_dilations": "Σ k d, without taking one off each kernel",
        "kernels_multiplied": "The product of the kernel sizes",
        "kernels_added": "The sum of the kernel sizes",
        "last_layer_only": "Only the last layer: 1 + (k − 1) d",
        "dilations_multiplied": "Multiplies the dilations up over the layers once more, as if they "
        "were strides",
    },
    examples=(
        {"kernel_sizes": (2, 2, 2, 2), "dilations": (1, 2, 4, 8)},
        {"kernel_sizes": (3, 3), "dilations": (1, 1)},
        {"kernel_sizes": (3, 2, 5), "dilations": (2, 7, 1)},
        {"kernel_sizes": (2,), "dilations": (4,)},
        {"kernel_sizes": (1, 3), "dilations": (5, 1)},
    ),
)
def receptive_field(kernel_sizes: Vector, dilations: Vector) -> Answers:
    """Receptive field 1 + Σ (k_l − 1) d_l of stacked causal convolutions of stride one.

    Each layer reaches (k − 1) d steps further back. The inputs seen are those at all sums of
    offsets j_l d_l with 0 ≤ j_l < k_l. Source: van den Oord et al., WaveNet: a generative
    model for raw audio (2016), section 2.1. Raises ValueError for vectors of different lengths,
    entries that are no whole numbers from 1, more than 32 layers and a field above 65536.
    """
    require_vector("kernel_sizes", kernel_sizes)
    require_vector("dilations", dilations, len(kernel_sizes))
    if len(kernel_sizes) > 32:
        raise ValueError(f"kernel_sizes must have at most 32 entries, not {len(kernel_sizes)}")
    sizes = [require_count("a kernel size", size, 1, _LARGEST_FIELD) for size in kernel_sizes]
    spaces = [require_count("a dilation", space, 1, _LARGEST_FIELD) for space in dilations]
    reach = sum([(size - 1) * space for size, space in zip(sizes, spaces, strict=True)])
    if reach >= _LARGEST_FIELD:
        raise ValueError(f"the receptive field must be at most {_LARGEST_FIELD}, it is {reach + 1}")
    seen = 1
    for size, space in zip(sizes, spaces, strict=True):
        offsets = seen
        for tap in range(1, size):
            offsets |= seen << (tap * space)
        seen = offsets
    strided, stride = 1, 1
    for size, space in zip(sizes, spaces, strict=True):
        stride *= space
        strided += (size - 1) * stride
    return {
        "receptive_field": reach + 1,
        "steps_back": reach,
        "inputs_seen": seen.bit_count(),
        "has_gaps": seen.bit_count() <= reach,
        "dilations_ignored": 1 + sum(sizes) - len(sizes),
        "kernels_times_dilations": reach + sum(spaces),
        "kernels_multiplied": prod(sizes),
        "kernels_added": sum(sizes),
        "last_layer_only": 1 + (sizes[-1] - 1) * spaces[-1],
        "dilations_multiplied": strided,
    }


@check("autoregressive_networks.receptive_field", tolerance=0)
def receptive_field_by_impulse(kernel_sizes: "Tensor", dilations: "Tensor") -> Mapping[str, Any]:
    """Sends an impulse through convolutions with weights of one and looks where it comes out.

    Each layer is a product of Fourier transforms; what it reaches is brought back to zeros and
    ones, so that counts of paths do not grow. Both arguments are [variants, layers].
    """
    import torch

    # Longer than any impulse response, so that nothing wraps around.
    length = int((kernel_sizes * dilations).sum(-1).max()) + 1
    places = torch.arange(length)
    found = []
    share = max(1, 2**22 // length)
    for sizes, spaces in zip(
        torch.split(kernel_sizes, share), torch.split(dilations, share), strict=True
    ):
        reached = (places == 0).double().repeat(len(sizes), 1)
        for size, space in zip(sizes.unbind(1), spaces.unbind(1), strict=True):
            steps = places / space[:, None]
            taps = (steps == steps.floor()) & (steps < size[:, None])
            spectrum = torch.fft.rfft(reached) * torch.fft.rfft(taps.double())
            reached = (torch.fft.irfft(spectrum, n=length) > 0.5).double()
        oldest = (reached * places).amax(-1)
        found.append(torch.stack((oldest, reached.sum(-1)), dim=-1))
    back, seen = torch.cat(found).unbind(-1)
    return {
        "receptive_field": back + 1,
        "steps_back": back,
        "inputs_seen": seen,
        "has_gaps": seen < back + 1,
    }


@solver(
    "autoregressive_networks.layers_needed",
    results={
        "layers": "smallest number of layers whose receptive field is at least the target",
        "field_reached": "the receptive field of so many layers",
    },
    mistakes={
        "one_layer_less": "Stops at the last field below the target",
        "one_layer_more": "Counts one layer too many",
        "without_growth": "Layers needed when every dilation is 1",
        "whole_kernels": "Counts k d for each layer, without taking one off the kernel",
        "field_without_one": "Forgets the 1 in the field reached: Σ (k − 1) d",
    },
    examples=(
        {"kernel_size": 2, "growth": 2, "target": 1024},
        {"kernel_size": 3, "growth": 1, "target": 28},
        {"kernel_size": 3, "growth": 3, "target": 1000},
        {"kernel_size": 5, "growth": 2, "target": 2},
    ),
)
def layers_needed(kernel_size: Scalar, growth: Scalar, target: Scalar) -> Answers:
    """Layers with dilations 1, g, g², … (g = `growth`; 1 for plain convolutions) to see `target`.

    The field is 1 + (k − 1)(1 + g + … + g^(L−1)). Source: van den Oord et al., WaveNet (2016),
    section 2.1, where g = 2. Raises ValueError for a kernel below 2, a growth below 1 and a
    target outside 2 to 4096.
    """
    size = require_count("kernel_size", kernel_size, 2, 4096)
    factor = require_count("growth", growth, 1, 4096)
    goal = require_count("target", target, 2, 4096)
    layers = _layers(size - 1, factor, goal - 1)
    reach = (size - 1) * (layers if factor == 1 else (factor**layers - 1) // (factor - 1))
    return {
        "layers": layers,
        "field_reached": reach + 1,
        "one_layer_less": layers - 1,
        "one_layer_more": layers + 1,
        "without_growth": _layers(size - 1, 1, goal - 1),
        "whole_kernels": _layers(size, factor, goal),
        "field_without_one": reach,
    }


def _layers(step: int, growth: int, reach: int) -> int:
    """The smallest L with step · (1 + growth + … + growth^(L−1)) at least `reach`."""
    if growth == 1:
        return -(-reach // step)
    layers, reached, dilation = 0, 0, 1
    while reached < reach:
        reached += step * dilation
        dilation *= growth
        layers += 1
    return layers


@check("autoregressive_networks.layers_needed", tolerance=0)
def layers_needed_by_table(
    kernel_size: "Tensor", growth: "Tensor", target: "Tensor"
) -> Mapping[str, Any]:
    """Looks the target up in a table of the fields of 0, 1, 2, … layers; all are [variants].

    A field is the length of the convolution of two fields: m + n − 1 for lengths m and n. Tables
    end where every variant has reached its target.
    """
    import torch

    fields = [torch.ones_like(target)]
    dilation = torch.ones_like(target)
    while bool((fields[-1] < target).any()):
        stretched = (kernel_size - 1) * dilation + 1
        fields.append(fields[-1] + stretched - 1)
        # Finished variants may grow without bound: beyond the target nothing is read.
        dilation = (dilation * growth).clamp(max=1e9)
    table = torch.stack(fields, dim=1)
    layers = (table < target[:, None]).sum(-1)
    return {"layers": layers, "field_reached": table.gather(1, layers[:, None])[:, 0]}


@solver(
    "autoregressive_networks.parameter_counts",
    results={
        "full_table": "free entries of a table of all 2^n outcomes",
        "independent": "n independent Bernoulli variables",
        "logistic": "a logistic regression (with bias) for each variable on those before it",
        "neural_autoregressive": "NADE: shared weights W, V and biases b, c",
        "unshared": "a hidden layer of its own, with biases, for each variable on those before it",
        "masked_weights": "weights that a strictly triangular mask leaves of an n × n matrix",
        "first_order_tables": "tables of a first-order Markov chain whose steps are not shared",
    },
    mistakes={
        "outcomes": "2^n: forgets that the probabilities sum to one",
        "full_matrix": "A full n × n weight matrix with biases: forgets the mask",
        "mask_with_diagonal": "Logistic regressions in which a variable sees itself too",
        "one_matrix": "NADE with one of its two weight matrices forgotten",
        "weights_only": "NADE without biases",
        "square_table": "n² for the full table",
    },
    examples=(
        {"n": 4, "hidden": 3},
        {"n": 40, "hidden": 500},
        {"n": 2, "hidden": 1},
        {"n": 10, "hidden": 16},
    ),
)
def parameter_counts(n: Scalar, hidden: Scalar) -> Answers:
    """Parameters of models of n binary variables; `hidden` counts the hidden units.

    Variable i has a table of 2^(i−1) entries, i parameters of a logistic regression, and
    (i − 1) h + h + h + 1 of a network of its own. NADE has W [h, n], V [n, h], b [n], c [h].
    Sources: Frey, Graphical Models for Machine Learning and Digital Communication (1998), on
    logistic belief networks; Larochelle and Murray, The neural autoregressive distribution
    estimator (2011), for the shared weights. Raises ValueError for n outside 2 to 49, hidden
    below 1.
    """
    # Beyond 2^49 the second route, in double precision, could not tell 2^n - 1 from 2^n.
    count = require_count("n", n, 2, 49)
    units = require_count("hidden", hidden, 1, 10**6)
    below = count * (count - 1) // 2
    return {
        "full_table": 2**count - 1,
        "independent": count,
        "logistic": below + count,
        "neural_autoregressive": 2 * count * units + count + units,
        "unshared": below * units + count * (2 * units + 1),
        "masked_weights": below,
        "first_order_tables": 2 * count - 1,
        "outcomes": 2**count,
        "full_matrix": count * count + count,
        "mask_with_diagonal": below + 2 * count,
        "one_matrix": count * units + count + units,
        "weights_only": 2 * count * units,
        "square_table": count * count,
    }


@check("autoregressive_networks.parameter_counts", tolerance=1e-16)
def parameter_counts_of_modules(n: "Tensor", hidden: "Tensor") -> Mapping[str, Any]:
    """Counts the entries of tensors of real networks, without storage; n, hidden: [variants]."""
    import torch
    from torch.nn import Linear

    def numbers(*networks: torch.nn.Module) -> int:
        return sum(entry.numel() for each in networks for entry in each.parameters())

    def count(variables: int, units: int) -> list[float]:
        order = torch.arange(variables)
        # The weights of a mask, and the inputs that each variable of an unshared network has.
        allowed = order[:, None] > order
        inputs = allowed.sum(-1)
        with torch.device("meta"):
            one_input, head = numbers(Linear(1, units, bias=False)), numbers(Linear(units, 1))
            shared = numbers(Linear(variables, units), Linear(units, variables))
        return [
            float(torch.ldexp(torch.ones(variables, dtype=torch.float64), inputs).sum()),
            float(variables),
            float((allowed | torch.eye(variables, dtype=torch.bool)).sum()),
            float(shared),
            float((inputs * one_input + units + head).sum()),
            float(allowed.sum()),
            # Only the first variable lacks a parent, so that its table has one row, not two.
            float(torch.where(order > 0, 2, 1).sum()),
        ]

    kinds, variant_of = torch.unique(torch.stack((n, hidden), 1).long(), dim=0, return_inverse=True)
    table = torch.tensor([count(*kind) for kind in kinds.tolist()], dtype=torch.float64)
    names = (
        "full_table",
        "independent",
        "logistic",
        "neural_autoregressive",
        "unshared",
        "masked_weights",
        "first_order_tables",
    )
    return dict(zip(names, table[variant_of].unbind(-1), strict=True))


@solver(
    "autoregressive_networks.made_connections",
    results={
        "input_connections": "weights that the mask leaves between inputs and hidden units",
        "output_connections": "weights that the mask leaves between hidden units and outputs",
        "connections": "both together",
        "paths": "matrix: by how many hidden units output i (row) depends on input j (column)",
    },
    mistakes={
        "strict_input_mask": "Input connections with d < m where d ≤ m belongs",
        "weak_output_mask": "Output connections with m ≤ d where m < d belongs: outputs see "
        "themselves",
        "unmasked": "All weights: 2 n h",
        "outputs_unmasked": "Masks the inputs' weights only",
    },
    examples=(
        {"n": 3, "degrees": (1, 2, 1, 2)},
        {"n": 4, "degrees": (3, 1, 2)},
        {"n": 2, "degrees": (1,)},
        {"n": 5, "degrees": (1, 1, 4, 4, 2)},
    ),
)
def made_connections(n: Scalar, degrees: Vector) -> Answers:
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
        "strict_input_mask": total - len(units),
        "weak_output_mask": every - total + len(units),
        "unmasked": 2 * every,
        "outputs_unmasked": total + every,
    }


@check("autoregressive_networks.made_connections", tolerance=1e-12)
def made_connections_by_jacobian(n: "Tensor", degrees: "Tensor") -> Mapping[str, Any]:
    """Builds the masks and differentiates the linear network; degrees: [variants, hidden].

    With all weights one, the Jacobian of the outputs counts paths, and the gradient of their
    sum with respect to the weights tells which are connected.
    """
    import torch

    size = int(n[0])
    place = torch.arange(1, size + 1, dtype=torch.float64)
    inward = (degrees[:, :, None] >= place).double()
    outward = (place[:, None] > degrees[:, None, :]).double()
    data = torch.ones(len(n), size, dtype=torch.float64, requires_grad=True)
    weights = [torch.ones_like(mask).requires_grad_(True) for mask in (inward, outward)]
    hidden = torch.einsum("vkd,vd->vk", weights[0] * inward, data)
    # Outputs beside the hidden units, so that units without a connection onward count too.
    outputs = torch.einsum("vdk,vk->vd", weights[1] * outward, hidden)
    rows = [
        torch.autograd.grad(output.sum(), data, retain_graph=True)[0]
        for output in outputs.unbind(1)
    ]
    used = [
        (torch.autograd.grad(total, weight, retain_graph=True)[0] != 0).sum((1, 2)).double()
        for total, weight in zip((hidden.sum(), outputs.sum()), weights, strict=True)
    ]
    return {
        "input_connections": used[0],
        "output_connections": used[1],
        "connections": used[0] + used[1],
        "paths": torch.stack(rows, dim=1),
    }
