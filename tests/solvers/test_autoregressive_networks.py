"""Receptive fields and parameter counts against hand-worked numbers and brute force."""

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

FIELD = find_solver("autoregressive_networks.receptive_field")
LAYERS = find_solver("autoregressive_networks.layers_needed")
COUNTS = find_solver("autoregressive_networks.parameter_counts")
layers = draw.lists(draw.tuples(draw.integers(1, 5), draw.integers(1, 9)), min_size=1, max_size=5)


def test_the_doubling_dilations_of_wavenet():
    answers = solve(FIELD, {"kernel_sizes": (2,) * 10, "dilations": tuple(2**i for i in range(10))})
    assert answers["receptive_field"] == 1024
    assert answers["steps_back"] == 1023
    assert answers["dilations_ignored"] == 11
    assert answers["kernels_times_dilations"] == 1023 * 2
    assert answers["kernels_multiplied"] == 1024
    assert answers["last_layer_only"] == 513


@settings(max_examples=25, deadline=None)
@given(layers)
def test_enumerated_offsets_give_the_same_field(stack):
    values = {"kernel_sizes": tuple(k for k, _ in stack), "dilations": tuple(d for _, d in stack)}
    answers = solve(FIELD, values)
    offsets = {sum(parts) for parts in product(*[[j * d for j in range(k)] for k, d in stack])}
    assert answers["receptive_field"] == max(offsets) + 1
    assert verify(FIELD, [values], [answers]).disagreements == ()


def test_a_gradient_through_real_convolutions_reaches_as_far():
    signal = inputs = torch.zeros(1, 1, 60, requires_grad=True)
    for size, space in [(3, 2), (2, 7), (5, 1)]:
        signal = torch.nn.functional.conv1d(signal, torch.ones(1, 1, size), dilation=space)
    (gradient,) = torch.autograd.grad(signal[0, 0, -1], inputs)
    touched = gradient[0, 0].nonzero()[:, 0]
    answers = solve(FIELD, {"kernel_sizes": (3, 2, 5), "dilations": (2, 7, 1)})
    assert answers["receptive_field"] == 60 - int(touched[0])


def test_the_widest_field_is_still_proved():
    values = {"kernel_sizes": (2, 2), "dilations": (65534, 1)}
    assert verify(FIELD, [values], [solve(FIELD, values)]).disagreements == ()


def test_layers_needed():
    doubled = solve(LAYERS, {"kernel_size": 2, "growth": 2, "target": 1025})
    assert (doubled["layers"], doubled["field_reached"]) == (11, 2048)
    assert doubled["without_growth"] == 1024
    plain = solve(LAYERS, {"kernel_size": 3, "growth": 1, "target": 28})
    assert (plain["layers"], plain["field_reached"]) == (14, 29)


@examples(25)
@given(draw.integers(2, 9), draw.integers(1, 50), draw.integers(2, 1024))
def test_so_many_layers_reach_the_target_and_one_less_does_not(kernel_size, growth, target):
    values = {"kernel_size": kernel_size, "growth": growth, "target": target}
    answers = solve(LAYERS, values)

    def field(count):
        return 1 + (kernel_size - 1) * sum(growth**i for i in range(count))

    assert field(answers["layers"]) == answers["field_reached"] >= target
    assert field(answers["layers"] - 1) < target
    assert verify(LAYERS, [values], [answers]).disagreements == ()


def test_parameter_counts_by_hand():
    answers = solve(COUNTS, {"n": 4, "hidden": 3})
    assert answers["neural_autoregressive"] == 12 + 12 + 4 + 3
    # Variable i: (i − 1) · 3 weights, 3 biases, 3 weights and a bias of the output.
    assert answers["unshared"] == (0 + 7) + (3 + 7) + (6 + 7) + (9 + 7)
    assert answers["own_input_matrices"] == (0 + 3 + 6 + 9) + 3 + 12 + 4
    assert answers["own_hidden_biases"] == 12 + 12 + 4 + 4 * 3
    assert answers["hidden_bias_forgotten"] == 28
    assert answers["one_matrix"] == 19
    assert answers["weights_only"] == 24


@settings(max_examples=15, deadline=None)
@given(draw.lists(draw.tuples(draw.integers(2, 49), draw.integers(1, 99)), min_size=1))
def test_both_routes_count_the_same(kinds):
    batch = [{"n": n, "hidden": hidden} for n, hidden in kinds]
    assert verify(COUNTS, batch, [solve(COUNTS, each) for each in batch]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (FIELD, {"dilations": (1, 2)}, "dilations must have 4 entries"),
        (FIELD, {"dilations": (1, 2, 0, 1)}, "a dilation must be a whole number from 1"),
        (FIELD, {"dilations": (65536, 1, 1, 1)}, "the receptive field must be at most 65536"),
        (LAYERS, {"kernel_size": 1}, "kernel_size must be a whole number from 2"),
        (LAYERS, {"target": 5000}, "target must be a whole number from 2 to 4096"),
        (COUNTS, {"n": 1}, "n must be a whole number from 2 to 1000"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
