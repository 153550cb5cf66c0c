"""Masks against hand-worked numbers, and against networks and samplers that are run."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples

MADE = find_solver("autoregressive_masks.made_connections")
STACK = find_solver("autoregressive_masks.stack")
EVALUATIONS = find_solver("autoregressive_masks.evaluations")


def test_a_masked_autoencoder_by_hand():
    answers = solve(MADE, {"n": 3, "degrees": (1, 2, 1, 2)})
    assert answers["input_connections"] == 1 + 2 + 1 + 2
    assert answers["output_connections"] == 2 + 1 + 2 + 1
    assert answers["connections"] == 12
    assert answers["paths"] == ((0, 0, 0), (2, 0, 0), (4, 2, 0))
    assert answers["strict_input_mask"] == 2
    assert answers["weak_output_mask"] == 10
    assert answers["outputs_reached"] == (2, 1, 0)


@examples(15)
@given(
    draw.integers(2, 6).flatmap(
        cache(
            lambda n: draw.tuples(
                draw.just(n), draw.lists(draw.integers(1, n - 1), min_size=1, max_size=6).map(tuple)
            )
        )
    )
)
def test_both_routes_of_the_masks_agree_and_no_output_sees_itself(case):
    values = {"n": case[0], "degrees": case[1]}
    answers = solve(MADE, values)
    assert verify(MADE, [values], [answers]).disagreements == ()
    assert all(
        not paths for i, row in enumerate(answers["paths"]) for j, paths in enumerate(row) if j >= i
    )


@pytest.mark.parametrize(
    ("excluded", "nearest", "outcome"),
    [((0, 0, 0), 0, "leaks"), ((0, 1, 0), 1, "is_proper"), ((1, 0, 1), 2, "skips")],
)
def test_one_strict_layer_is_right(excluded, nearest, outcome):
    answers = solve(STACK, {"kernel_sizes": (3, 4, 5), "excluded": excluded})
    assert answers["nearest"] == nearest
    assert answers["farthest"] == 2 + 3 + 4
    assert [name for name in ("leaks", "is_proper", "skips") if answers[name]] == [outcome]


@settings(max_examples=20, deadline=None)
@given(draw.lists(draw.tuples(draw.integers(2, 6), draw.integers(0, 1)), min_size=1, max_size=5))
def test_gradients_find_what_a_stack_sees(layers):
    values = {
        "kernel_sizes": tuple(size for size, _ in layers),
        "excluded": tuple(mask for _, mask in layers),
    }
    assert verify(STACK, [values], [solve(STACK, values)]).disagreements == ()


def test_an_image_is_scored_at_once_and_completed_pixel_by_pixel():
    answers = solve(EVALUATIONS, {"height": 4, "width": 3, "known_rows": 1})
    assert answers == {
        "for_score": 1,
        "for_completion": 9,
        "all_pixels": 12,
        "missing_rows": 3,
    }


@settings(max_examples=15, deadline=None)
@given(draw.integers(1, 9), draw.integers(1, 9), draw.data())
def test_a_sampler_needs_as_many_evaluations(height, width, data):
    known = data.draw(draw.integers(0, height - 1))
    values = {"height": height, "width": width, "known_rows": known}
    assert verify(EVALUATIONS, [values], [solve(EVALUATIONS, values)]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (MADE, {"degrees": (1, 3)}, "a degree must be a whole number from 1 to 2"),
        (STACK, {"excluded": (0, 2, 0)}, "an entry of excluded must be a whole number from 0 to 1"),
        (STACK, {"kernel_sizes": (3, 3)}, "excluded must have 2 entries"),
        (EVALUATIONS, {"known_rows": 4}, "known_rows must be a whole number from 0 to 3"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
