"""State-space layers: linear recurrences, their kernels, and steps that are put together."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, log, log2
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_STEPS = 64


@solver(
    "state_space.unrolled",
    results={
        "states": "the state after each input, h_1, h_2, …, for h_0 = 0",
        "outputs": "the outputs y_1, y_2, …",
        "kernel": "the convolution kernel c b, c a b, c a² b, …, as long as the inputs",
        "far_sum": "the sum of the endless kernel: the output for a constant input of 1",
    },
    mistakes={
        "without_memory": "c b times the input alone",
        "kernel_reversed": "Sum of kernel times input in the same order, not turned round",
        "kernel_late": "c a^(k + 1) b: one power of a too many",
        "summed_inputs": "c b times the sum of all inputs: nothing is forgotten",
    },
    examples=(
        {"a": Fraction(1, 2), "b": 3, "c": 2, "inputs": (1, 2, -1, 4)},
        {"a": Fraction(-4, 5), "b": 1, "c": Fraction(1, 3), "inputs": (2, 0, 5)},
        {"a": Fraction(9, 10), "b": -2, "c": 5, "inputs": (1, -3)},
    ),
)
def unrolled(a: Scalar, b: Scalar, c: Scalar, inputs: Vector) -> SolverResults:
    """h_t = a h_(t−1) + b x_t and y_t = c h_t, as a recurrence and as a convolution.

    y_t = Σ_k c a^k b x_(t−k). Source: Gu, Goel and Ré, Efficiently modeling long sequences with
    structured state spaces (2022), equations 3 to 5. Raises ValueError for a not between −1 and
    1, and more than 64 inputs.
    """
    require_scalar("a", a)
    require_scalar("b", b)
    require_scalar("c", c)
    require_vector("inputs", inputs)
    if not -1 < a < 1:
        raise ValueError("a must lie between -1 and 1")
    if len(inputs) > _MOST_STEPS:
        raise ValueError(f"there must be at most {_MOST_STEPS} inputs")
    (over, under), (entry, entry_of), (leaving, leaving_of) = (
        each.as_integer_ratio() for each in (a, b, c)
    )
    numbers, unit = over_common_denominator(inputs)
    # A state is b times these, in parts of unit · under^(how many came before).
    state, states, scale = 0, list[int](), 1
    for value in numbers:
        state = over * state + scale * value
        states.append(state)
        scale *= under
    both, both_of = entry * leaving, entry_of * leaving_of
    powers = [over**k * under ** (len(inputs) - 1 - k) for k in range(len(inputs))]
    scales = [under**k for k in range(len(inputs))]
    return {
        "states": tuple(
            [
                fraction(entry * each, entry_of * unit * scale)
                for each, scale in zip(states, scales, strict=True)
            ]
        ),
        "outputs": tuple(
            [
                fraction(both * each, both_of * unit * scale)
                for each, scale in zip(states, scales, strict=True)
            ]
        ),
        "kernel": tuple([fraction(both * power, both_of * scales[-1]) for power in powers]),
        "far_sum": fraction(both * under, both_of * (under - over)),
        "without_memory": fraction(both * numbers[-1], both_of * unit),
        "kernel_reversed": fraction(
            both * sum(map(mul, powers, numbers)), both_of * unit * scales[-1]
        ),
        "kernel_late": fraction(both * over * states[-1], both_of * unit * scales[-1] * under),
        "summed_inputs": fraction(both * sum(numbers), both_of * unit),
    }


@check("state_space.unrolled", tolerance=1e-8)
def unrolled_by_spectrum(
    a: "Tensor", b: "Tensor", c: "Tensor", inputs: "Tensor"
) -> Mapping[str, Any]:
    """Filters the inputs by the frequency response c b / (1 − a e^(−iω)); inputs: [variants, n].

    The inputs are padded with zeros until the filter has forgotten everything, so that the
    circular convolution is the ordinary one. a, b, c: [variants].
    """
    import torch

    length = inputs.shape[1]
    # What the filter still remembers after so many steps is below 1e-17.
    remembered = float(a.abs().amax().clamp(0.5, 0.99))
    padded = 1 << ceil(log2(length - 40 / log(remembered)))
    turns = torch.exp(-2j * torch.pi * torch.arange(padded, dtype=torch.float64) / padded)
    response = (c * b)[:, None] / (1 - a[:, None] * turns)

    def filtered(signal: "Tensor", response: "Tensor") -> "Tensor":
        spectrum = torch.fft.fft(signal.to(torch.complex128), padded)
        found: Tensor = torch.fft.ifft(spectrum * response).real[:, :length]
        return found

    impulse = torch.zeros_like(inputs)
    impulse[:, 0] = 1
    kernel = filtered(impulse, response)
    outputs = filtered(inputs, response)
    late = filtered(inputs, response * a[:, None])
    turned = filtered(inputs.flip(-1), response)
    driven = filtered(inputs, b[:, None] / (1 - a[:, None] * turns))
    return {
        "states": driven,
        "outputs": outputs,
        "kernel": kernel,
        "far_sum": response[:, 0].real,
        "without_memory": kernel[:, 0] * inputs[:, -1],
        "kernel_reversed": turned[:, -1],
        "kernel_late": late[:, -1],
        "summed_inputs": kernel[:, 0] * inputs.sum(-1),
    }


@solver(
    "state_space.composed",
    results={
        "factor": "what the state is multiplied by in the two steps together",
        "shift": "what is added in the two steps together",
        "state": "the state after both steps",
        "steps_commute": "whether the steps in the other order do the same",
    },
    mistakes={
        "shift_swapped": "What is added if the second step comes first",
        "shifts_added": "The sum of what is added, the first not multiplied by the second factor",
        "factors_added": "The sum of the factors",
        "shift_multiplied": "The first factor times the sum of both shifts",
    },
    examples=(
        {"first": (2, 3), "second": (Fraction(1, 2), -1), "start": 4},
        {"first": (Fraction(-1, 3), 1), "second": (3, 2), "start": 0},
        {"first": (5, 2), "second": (Fraction(1, 4), 3), "start": -1},
    ),
)
def composed(first: Vector, second: Vector, start: Scalar) -> SolverResults:
    """The steps h → a h + b for two pairs (a, b), one after the other, as one step.

    It is (a_2 a_1, a_2 b_1 + b_2). This rule is associative, so that all states can be found by a
    parallel scan. Sources: Blelloch, Prefix sums and their applications (1990), section 1.4; Smith,
    Warrington and Linderman, Simplified state space layers for sequence modeling (2023), section
    2.2. Raises ValueError for steps that are no pairs.
    """
    require_vector("first", first, 2)
    require_vector("second", second, 2)
    require_scalar("start", start)
    (a, b), (c, d) = first, second
    return {
        "factor": Fraction(a) * c,
        "shift": Fraction(c) * b + d,
        "state": Fraction(a) * c * start + Fraction(c) * b + d,
        "steps_commute": Fraction(c) * b + d == Fraction(a) * d + b,
        "shift_swapped": Fraction(a) * d + b,
        "shifts_added": Fraction(b) + d,
        "factors_added": Fraction(a) + c,
        "shift_multiplied": Fraction(a) * d + Fraction(a) * b,
    }


@check("state_space.composed", tolerance=1e-9)
def composed_by_matrices(first: "Tensor", second: "Tensor", start: "Tensor") -> Mapping[str, Any]:
    """Each step as a matrix on (h, 1); first, second: [variants, 2], start: [variants].

    The composed step is read off a product, the state off its action.
    """
    import torch

    def matrix(step: "Tensor") -> "Tensor":
        made = torch.zeros(len(step), 2, 2, dtype=torch.float64)
        made[:, 0] = step
        made[:, 1, 1] = 1
        return made

    one, two = matrix(first), matrix(second)
    both, turned = two @ one, one @ two
    vector = torch.stack((start, torch.ones_like(start)), -1)
    one_shift, two_shift = (step @ vector.new_tensor([0.0, 1.0]) for step in (one, two))
    return {
        "factor": torch.linalg.det(both),
        "shift": both[:, 0, 1],
        "state": (both @ vector[..., None])[:, 0, 0],
        "steps_commute": (both - turned).abs().amax((1, 2)) < 1e-12,
        "shift_swapped": turned[:, 0, 1],
        "shifts_added": one_shift[:, 0] + two_shift[:, 0],
        "factors_added": (one + two).diagonal(dim1=1, dim2=2).sum(-1) - 2,
        "shift_multiplied": first[:, 0] * (one_shift + two_shift)[:, 0],
    }
