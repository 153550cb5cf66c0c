"""Straight-through gradients, code lengths and moving averages against hand-worked numbers."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

LINE = find_solver("vector_quantization_training.line")
LENGTH = find_solver("vector_quantization_training.code_length")
LONG = find_solver("vector_quantization_training.long_run")
AVERAGE = find_solver("vector_quantization_codebook.moving_average")
numbers = fractions(min_value=-5, max_value=5, max_denominator=3)
shares = fractions(min_value=Fraction(1, 20), max_value=Fraction(19, 20), max_denominator=20)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_a_straight_through_gradient_by_hand():
    """x̂ = 7 and x = 8, z = 4: −2 · 2 · 1 from the decoder and 2 · 1/4 · 1 from the commitment."""
    answers = solve(LINE, {"a": 2, "b": 1, "e": 3, "beta": Fraction(1, 4)})
    assert answers["reconstruction"] == 7
    found = {
        name: evaluate(formula, {"x": 8.0, "z": 4.0})
        for name, formula in answers.items()
        if name.endswith("_formula")
    }
    assert found == {
        "encoder_formula": -3.5,
        # The decoder would give 9 at z.
        "decoder_at_z_formula": 4.5,
        "slope_forgotten_formula": -1.5,
        "true_gradient_formula": 0.5,
        "copied_only_formula": -4,
        "codebook_term_too_formula": -1.5,
        "commitment_sign_formula": -4.5,
    }


@examples(15)
@given(numbers.filter(bool), numbers, numbers, shares)
def test_both_routes_of_the_line_agree(a, b, e, beta):
    assert agree(LINE, {"a": a, "b": b, "e": e, "beta": beta})


def test_a_code_length_by_hand():
    """256 pixels by 8 make 32 positions a side: 1024 of 9 bits."""
    answers = solve(LENGTH, LENGTH.examples[0])
    assert (answers["latents"], answers["bits_per_latent"]) == (1024, 9)
    assert answers["total_bits"] == 9216
    assert answers["kl"] == pytest.approx(9216 * log(2))
    assert answers["ratio"] == Fraction(24 * 65536, 9216)
    assert answers["one_row_bits"] == 288
    assert answers["codes_as_bits"] == 1024 * 512
    assert answers["kl_of_one_position"] == pytest.approx(9 * log(2))
    assert answers["kl_over_all_grids"] == pytest.approx(19 * log(2))


@settings(max_examples=15, deadline=None)
@given(draw.integers(1, 20), draw.integers(1, 8), draw.integers(2, 2000))
def test_both_routes_of_the_lengths_agree(across, factor, codes):
    assert agree(LENGTH, {"side": across * factor, "factor": factor, "codes": codes})


def test_a_long_run_by_hand():
    """N = 4, e = 1 and two numbers of mean 3: N goes to 3.8 and m to 3.6 + 0.6 = 4.2."""
    values = {"count": 4, "code": 1, "batch": 2, "mean": 3, "decay": Fraction(9, 10)}
    answers = solve(LONG, values)
    assert answers["weight"] == Fraction(1, 19)
    assert answers["step_size"] == Fraction(1, 76)
    assert answers["undecayed_share"] == Fraction(1, 3)
    assert answers["half_missed_step"] == answers["step_not_divided"] == Fraction(1, 38)
    assert answers["fresh_share"] == Fraction(1, 10)
    assert evaluate(answers["count_formula"], {"t": 1}) == pytest.approx(3.8)
    assert evaluate(answers["count_swapped_formula"], {"t": 1}) == pytest.approx(2.2)
    assert evaluate(answers["code_formula"], {"t": 2}) == pytest.approx(3 - 2 * 0.81)
    assert evaluate(answers["weights_swapped_formula"], {"t": 2}) == pytest.approx(1 + 2 * 0.81)
    assert evaluate(answers["straight_line_formula"], {"t": 2}) == pytest.approx(3 - 2 * 0.8)


@examples(15)
@given(
    fractions(min_value=Fraction(1, 4), max_value=9, max_denominator=4),
    numbers,
    draw.integers(1, 6),
    numbers,
    shares,
    draw.integers(1, 6),
)
def test_single_updates_lead_to_the_same_count_and_code(count, code, batch, mean, decay, steps):
    values = {"count": count, "code": code, "batch": batch, "mean": mean, "decay": decay}
    answers = solve(LONG, values)
    assert agree(LONG, values)

    def run(size):
        total = size * code
        for _ in range(steps):
            vectors = ((mean,),) * batch
            once = solve(
                AVERAGE, {"total": (total,), "count": size, "vectors": vectors, "decay": decay}
            )
            size, (total,) = once["new_count"], once["new_total"]
        return float(size), float(total / size)

    later = {"t": float(steps)}
    assert evaluate(answers["count_formula"], later) == pytest.approx(run(count)[0])
    assert evaluate(answers["code_formula"], later) == pytest.approx(run(batch)[1], abs=1e-9)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (LINE, {"a": 0}, "a must not be 0"),
        (LINE, {"beta": 0}, "beta must be positive"),
        (LENGTH, {"factor": 7}, "factor must divide side, 7 does not divide 256"),
        (LENGTH, {"codes": 1}, "codes must be a whole number from 2"),
        (LONG, {"decay": 1}, "decay must lie between 0 and 1"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
