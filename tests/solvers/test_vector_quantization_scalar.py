"""Other quantisers against hand-worked numbers, brute force and sampled means."""

from fractions import Fraction
from math import sqrt

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

FINITE = find_solver("vector_quantization_scalar.finite")
RESIDUAL = find_solver("vector_quantization_scalar.residual")
TWO = find_solver("vector_quantization_scalar.two_codes")
numbers = fractions(min_value=-9, max_value=9, max_denominator=4)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_finite_scalar_quantisation_by_hand():
    """2 tanh(1/2) = 0.924 and tanh(−1) = −0.762 round to 1 and −1: the digits are 3 and 0."""
    answers = solve(FINITE, {"z": (Fraction(1, 2), -1), "levels": (5, 3)})
    assert answers["codebook_size"] == 15
    assert answers["bounded"] == pytest.approx((0.92423, -0.76159), abs=1e-5)
    assert answers["quantised"] == (1, -1)
    assert answers["digits"] == (3, 0)
    assert answers["index"] == 3
    assert answers["reversed_index"] == 9
    assert answers["undigited_index"] == -4
    assert answers["summed_levels"] == 8
    assert answers["clipped"] == (0, -1)


@settings(max_examples=15, deadline=None)
@given(
    draw.lists(
        draw.tuples(
            fractions(min_value=-2, max_value=2, max_denominator=7),
            draw.sampled_from([3, 5, 7]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_the_nearest_code_of_all_is_the_same(pairs):
    z, levels = (tuple(column) for column in zip(*pairs, strict=True))
    answers = solve(FINITE, {"z": z, "levels": levels})
    assert agree(FINITE, {"z": z, "levels": levels})
    assert 0 <= answers["index"] < answers["codebook_size"]


def test_two_stages_by_hand():
    """6.5 goes to 4 and the rest, 2.5, to 3: the sum 7 is 0.5 off."""
    answers = solve(RESIDUAL, RESIDUAL.examples[0])
    assert (answers["first_code"], answers["remainder"]) == (4, Fraction(5, 2))
    assert (answers["second_code"], answers["approximation"]) == (3, 7)
    assert (answers["error"], answers["best_error"]) == (Fraction(1, 2), Fraction(1, 2))
    assert (answers["greedy_is_best"], answers["second_helps"]) == (True, True)
    assert (answers["same_second_code"], answers["sums_differ"]) == (True, True)
    assert answers["second_of_z"] == 3
    assert answers["first_only_error"] == Fraction(5, 2)
    # 5 is nearer to 4 than to 0, but 0 + 5 would hit it.
    missed = solve(RESIDUAL, RESIDUAL.examples[1])
    assert (missed["error"], missed["best_error"]) == (Fraction(1, 2), 0)
    assert missed["greedy_is_best"] is False
    assert missed["second_of_z"] == 5


@examples(30)
@given(
    numbers,
    draw.lists(numbers, min_size=1, max_size=4),
    draw.lists(numbers, min_size=1, max_size=4),
)
def test_both_routes_of_the_stages_agree(z, first, second):
    values = {"z": z, "first": tuple(first), "second": tuple(second)}
    answers = solve(RESIDUAL, values)
    assert agree(RESIDUAL, values)
    assert answers["best_error"] <= answers["error"]


def test_two_codes_by_hand():
    """On [0, 1] with the border 1/2: 1/3 and (2/3) (7/4) / (3/2) = 7/9."""
    answers = solve(TWO, {"span": 1, "border": Fraction(1, 2)})
    assert (answers["lower_code"], answers["upper_code"]) == (Fraction(1, 3), Fraction(7, 9))
    assert answers["new_border"] == Fraction(5, 9)
    assert answers["best_border"] == pytest.approx((sqrt(5) - 1) / 2)
    assert evaluate(answers["lower_formula"], {"t": 0.5}) == pytest.approx(1 / 3)
    assert evaluate(answers["upper_formula"], {"t": 0.5}) == pytest.approx(7 / 9)
    # The mass above 1/2 is 3/4.
    assert evaluate(answers["upper_unnormalised_formula"], {"t": 0.5}) == pytest.approx(7 / 12)
    assert evaluate(answers["upper_middle_formula"], {"t": 0.5}) == pytest.approx(3 / 4)
    assert (answers["even_step"], answers["even_border"]) == (Fraction(1, 2), Fraction(1, 2))
    assert answers["median"] == pytest.approx(sqrt(0.5))


def test_a_sample_has_these_means():
    torch.manual_seed(0)
    sample = 6 * torch.rand(200_000, dtype=torch.float64).sqrt()
    answers = solve(TWO, {"span": 6, "border": 2})
    for part, code in ((sample[sample < 2], "lower_code"), (sample[sample >= 2], "upper_code")):
        assert float(part.mean()) == pytest.approx(float(answers[code]), rel=0.01)


@settings(max_examples=2)
@given(
    draw.lists(
        draw.tuples(
            fractions(min_value=Fraction(1, 2), max_value=20, max_denominator=4),
            fractions(min_value=Fraction(1, 20), max_value=Fraction(19, 20), max_denominator=20),
        ),
        min_size=15,
        max_size=15,
    )
)
def test_a_step_of_lloyd_leads_towards_the_best_border(drawn):
    batch = [{"span": span, "border": span * share} for span, share in drawn]
    answers = [solve(TWO, values) for values in batch]
    assert verify(TWO, batch, answers).disagreements == ()
    for values, each in zip(batch, answers, strict=True):
        away = abs(float(values["border"]) - each["best_border"])
        assert abs(float(each["new_border"]) - each["best_border"]) <= away


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (FINITE, {"levels": (4, 3)}, "all of them odd"),
        (FINITE, {"levels": (5,)}, "levels must have 2 entries"),
        (RESIDUAL, {"first": tuple(range(51))}, "at most 50 codes"),
        (TWO, {"border": 2}, "border must lie below span"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
