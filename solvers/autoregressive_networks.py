"""Networks of autoregressive models: how far they see, and how many parameters they have."""

from collections.abc import Mapping
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
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
    },
    mistakes={
        "dilations_ignored": "1 + Σ (k − 1), as if every dilation were 1",
        "kernels_times_dilations": "Σ k d, without taking one off each kernel",
        "kernels_multiplied": "The product of the kernel sizes",
        "last_layer_only": "Only the last layer: 1 + (k − 1) d",
    },
    examples=(
        {"kernel_sizes": (2, 2, 2, 2), "dilations": (1, 2, 4, 8)},
        {"kernel_sizes": (3, 3), "dilations": (1, 1)},
        {"kernel_sizes": (3, 2, 5), "dilations": (2, 7, 1)},
        {"kernel_sizes": (2,), "dilations": (4,)},
        {"kernel_sizes": (1, 3), "dilations": (5, 1)},
    ),
)
def receptive_field(kernel_sizes: Vector, dilations: Vector) -> SolverResults:
    """Receptive field 1 + Σ (k_l − 1) d_l of stacked causal convolutions of stride one.

    Each layer reaches (k − 1) d steps further back. Source: van den Oord et al., WaveNet: a
    generative model for raw audio (2016), section 2.1. Raises ValueError for vectors of different
    lengths, entries that are no whole numbers from 1, more than 32 layers and a field above 65536.
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
    return {
        "receptive_field": reach + 1,
        "steps_back": reach,
        "dilations_ignored": 1 + sum(sizes) - len(sizes),
        "kernels_times_dilations": reach + sum(spaces),
        "kernels_multiplied": prod(sizes),
        "last_layer_only": 1 + (sizes[-1] - 1) * spaces[-1],
    }


@check("autoregressive_networks.receptive_field", tolerance=0)
def receptive_field_by_impulse(kernel_sizes: "Tensor", dilations: "Tensor") -> Mapping[str, Any]:
    """Sends an impulse through convolutions with weights of one and looks where it comes out.

    Mistakes are other stacks; the product of the kernel sizes counts the paths to the impulse.
    Both arguments are [variants, layers].
    """
    import torch

    plain = torch.ones_like(dilations)
    paths = torch.ones_like(kernel_sizes[:, 0])
    for sizes in kernel_sizes.unbind(1):
        paths = (torch.arange(int(sizes.max())) < sizes[:, None]).sum(-1) * paths
    back = _steps_back(kernel_sizes, dilations)
    return {
        "receptive_field": back + 1,
        "steps_back": back,
        "dilations_ignored": _steps_back(kernel_sizes, plain) + 1,
        # With one tap more in every layer, each has k gaps.
        "kernels_times_dilations": _steps_back(kernel_sizes + 1, dilations),
        "kernels_multiplied": paths,
        "last_layer_only": _steps_back(kernel_sizes[:, -1:], dilations[:, -1:]) + 1,
    }


def _steps_back(kernel_sizes: "Tensor", dilations: "Tensor") -> "Tensor":
    """How late an impulse still comes out of each stack [variants].

    Layers are marked by where the impulse comes out, with ones, so that counts of paths do not
    grow.
    """
    import torch

    # Longer than any impulse response.
    length = int((kernel_sizes * dilations).sum(-1).max()) + 1
    places = torch.arange(length)
    found = []
    share = max(1, 2**22 // length)
    for sizes, spaces in zip(
        torch.split(kernel_sizes, share), torch.split(dilations, share), strict=True
    ):
        reached = (places == 0).repeat(len(sizes), 1)
        for size, space in zip(sizes.unbind(1), spaces.unbind(1), strict=True):
            kinds, kind_of = torch.unique(
                torch.stack((size, space), 1).long(), dim=0, return_inverse=True
            )
            for kind, (taps, gap) in enumerate(kinds.tolist()):
                rows = kind_of == kind
                reached[rows] = _heard(reached[rows], taps, gap)
        found.append((reached * places).amax(-1))
    return torch.cat(found).double()


def _heard(reached: "Tensor", taps: int, gap: int) -> "Tensor":
    """Where something comes out of a layer: at each tap, so many places after it came in.

    What one tap and the next let through is shifted as a whole, so that taps double each time.
    """
    heard, done = reached.clone(), 1
    while done < taps:
        more = min(done, taps - done)
        shift = more * gap
        heard[:, shift:] |= heard[:, : heard.shape[1] - shift].clone()
        done += more
    return heard


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
    },
    examples=(
        {"kernel_size": 2, "growth": 2, "target": 1024},
        {"kernel_size": 3, "growth": 1, "target": 28},
        {"kernel_size": 3, "growth": 3, "target": 1000},
        {"kernel_size": 5, "growth": 2, "target": 2},
    ),
)
def layers_needed(kernel_size: Scalar, growth: Scalar, target: Scalar) -> SolverResults:
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
def layers_needed_by_network(
    kernel_size: "Tensor", growth: "Tensor", target: "Tensor"
) -> Mapping[str, Any]:
    """Builds torch's causal convolutions layer by layer until an impulse is heard long enough.

    All are [variants]; each kind of network is built once, for the largest target.
    """
    import torch

    def needed(factor: "Tensor") -> tuple["Tensor", "Tensor", "Tensor"]:
        """Layers, their field, and how many networks from no layer on fall short."""
        kinds, variant_of = torch.unique(
            torch.stack((kernel_size, factor), 1).long(), dim=0, return_inverse=True
        )
        found = torch.zeros(len(target), 3, dtype=torch.float64)
        for index, (size, dilation_factor) in enumerate(kinds.tolist()):
            here = (variant_of == index).nonzero()[:, 0]
            fields = _fields_of_network(size, dilation_factor, int(target[here].max()))
            short = (fields < target[here, None]).sum(-1)
            found[here] = torch.stack((short, fields[short], short), -1).double()
        layers, reached, short = found.unbind(-1)
        return layers, reached, short

    layers, reached, short = needed(growth)
    return {
        "layers": layers,
        "field_reached": reached,
        # The deepest network that falls short, with no layer counted as the first.
        "one_layer_less": short - 1,
        "one_layer_more": short + 1,
        "without_growth": needed(torch.ones_like(growth))[0],
    }


def _fields_of_network(size: int, factor: int, target: int) -> "Tensor":
    """The receptive fields of 0, 1, 2, … layers, until the target is reached."""
    import torch

    response = torch.ones(1, 1, 1, dtype=torch.float64)
    weights = torch.ones(1, 1, size, dtype=torch.float64)
    fields, dilation = [1], 1
    while fields[-1] < target:
        gap = (size - 1) * dilation
        padded = torch.nn.functional.pad(response, (gap, gap))
        heard = torch.nn.functional.conv1d(padded, weights, dilation=dilation)
        response = (heard > 0.5).double()
        fields.append(int(response[0, 0].nonzero().max()) + 1)
        dilation *= factor
    return torch.tensor(fields)


@solver(
    "autoregressive_networks.parameter_counts",
    results={"neural_autoregressive": "NADE: shared weights W, V and biases b, c"},
    mistakes={
        "one_matrix": "One of the two weight matrices is forgotten",
        "weights_only": "Without biases",
        "hidden_bias_forgotten": "Without the bias c of the hidden units",
        "own_hidden_biases": "A bias c of its own for each variable",
        "own_input_matrices": "A matrix W of its own for each variable, on those before it",
        "unshared": "A hidden layer of its own, with biases, for each variable",
    },
    examples=(
        {"n": 4, "hidden": 3},
        {"n": 40, "hidden": 500},
        {"n": 3, "hidden": 1},
        {"n": 10, "hidden": 16},
    ),
)
def parameter_counts(n: Scalar, hidden: Scalar) -> SolverResults:
    """Parameters of a NADE of n binary variables; `hidden` counts the hidden units.

    It has W [h, n], V [n, h], b [n] and c [h]. A network of its own for variable i has (i − 1) h
    weights to its hidden units. Source: Larochelle and Murray, The neural autoregressive
    distribution estimator (2011), for the shared weights. Raises ValueError for n outside 2 to
    1000 and hidden below 1.
    """
    count = require_count("n", n, 2, 1000)
    units = require_count("hidden", hidden, 1, 10**6)
    below = count * (count - 1) // 2 * units
    matrix = count * units
    return {
        "neural_autoregressive": 2 * matrix + count + units,
        "one_matrix": matrix + count + units,
        "weights_only": 2 * matrix,
        "hidden_bias_forgotten": 2 * matrix + count,
        "own_hidden_biases": 3 * matrix + count,
        "own_input_matrices": below + matrix + count + units,
        "unshared": below + 2 * matrix + count,
    }


@check("autoregressive_networks.parameter_counts", tolerance=1e-14)
def parameter_counts_of_networks(n: "Tensor", hidden: "Tensor") -> Mapping[str, Any]:
    """Counts the entries of the parameters of real networks, without storage: [variants]."""
    import torch

    class Linear(torch.nn.Linear):
        def reset_parameters(self) -> None:
            """Nothing is drawn: only entries are counted."""

    @cache
    def own_entries(units: int, before: int) -> int:
        return torch.empty(units, before, device="meta").numel()

    def entries(*networks: torch.nn.Module) -> int:
        return sum(entry.numel() for each in networks for entry in each.parameters())

    def count(variables: int, units: int) -> list[int]:
        inward = Linear(variables, units, device="meta")
        outward = Linear(units, variables, device="meta")
        own = sum(own_entries(units, place) for place in range(variables))
        biases = torch.empty(variables, units, device="meta")
        shared = entries(inward, outward)
        rest = entries(outward) + own
        return [
            shared,
            entries(outward) + inward.bias.numel(),
            inward.weight.numel() + outward.weight.numel(),
            shared - inward.bias.numel(),
            shared + biases[1:].numel(),
            rest + inward.bias.numel(),
            rest + biases.numel(),
        ]

    kinds, variant_of = torch.unique(torch.stack((n, hidden), 1).long(), dim=0, return_inverse=True)
    table = torch.tensor([count(*kind) for kind in kinds.tolist()], dtype=torch.float64)
    names = (
        "neural_autoregressive",
        "one_matrix",
        "weights_only",
        "hidden_bias_forgotten",
        "own_hidden_biases",
        "own_input_matrices",
        "unshared",
    )
    return dict(zip(names, table[variant_of].unbind(-1), strict=True))
