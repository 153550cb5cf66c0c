"""Vector quantisation against hand-worked numbers, numerical slopes and k-means."""

from fractions import Fraction
from functools import cache
from math import exp, log, sqrt

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

NEAREST = find_solver("vector_quantization.nearest_code")
GRADIENTS = find_solver("vector_quantization.gradients")
USAGE = find_solver("vector_quantization_codebook.usage")
AVERAGE = find_solver("vector_quantization_codebook.moving_average")
PRIOR = find_solver("vector_quantization_codebook.fitted_prior")
REACH = find_solver("vector_quantization.reach")
numbers = fractions(min_value=-4, max_value=4, max_denominator=3)
shares = fractions(min_value=Fraction(1, 20), max_value=Fraction(19, 20), max_denominator=20)


def vectors(width):
    return draw.tuples(*[numbers] * width)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def test_three_vectors_and_two_codes():
    """(1, 2) is 1 from (2, 2), (−1, 0) is 1 from the origin, (3, −1) is 10 from both."""
    answers = solve(NEAREST, NEAREST.examples[0])
    assert answers["squared_distances"] == ((5, 1), (1, 13), (10, 10))
    assert answers["codes"] == (1, 0, 0)
    assert answers["tie"] is True
    assert answers["summed_error"] == 12
    assert answers["codebook_loss"] == 4
    assert answers["commitment_loss"] == 1
    assert answers["total_loss"] == 5
    assert answers["inner_product_codes"] == (1, 0, 1)
    assert answers["absolute_codes"] == (1, 0, 0)
    assert (answers["inner_products_agree"], answers["absolutes_agree"]) == (False, True)
    assert answers["one_code_unused"] is False
    assert answers["unsquared_loss"] == pytest.approx(1.25 * (2 + sqrt(10)) / 3)
    assert (answers["element_loss"], answers["summed_loss"]) == (Fraction(5, 2), 15)
    assert answers["beta_forgotten"] == 8


@examples(20)
@given(
    draw.integers(1, 3).flatmap(
        cache(
            lambda width: draw.fixed_dictionaries(
                {
                    "z": draw.lists(vectors(width), min_size=1, max_size=3).map(tuple),
                    "codebook": draw.lists(vectors(width), min_size=2, max_size=4).map(tuple),
                    "beta": shares,
                }
            )
        )
    )
)
def test_both_routes_find_the_same_codes(values):
    assert agree(NEAREST, values)


def test_gradients_by_hand():
    """z − e = (1, −1), beta = 1/4: the encoder gets (1/2 + 1/2, −1 − 1/2)."""
    answers = solve(GRADIENTS, GRADIENTS.examples[0])
    assert answers["encoder_gradient"] == (1, Fraction(-3, 2))
    assert answers["commitment_gradient"] == (Fraction(1, 2), Fraction(-1, 2))
    assert answers["commitment_sign"] == (0, Fraction(-1, 2))
    assert answers["factor_two_forgotten"] == (Fraction(3, 4), Fraction(-5, 4))
    assert answers["beta_forgotten"] == (Fraction(5, 2), -3)
    assert answers["codebook_term_too"] == (3, Fraction(-7, 2))


@settings(max_examples=20, deadline=None)
@given(
    draw.integers(1, 3).flatmap(
        cache(
            lambda width: draw.fixed_dictionaries(
                {
                    "z": vectors(width),
                    "e": vectors(width),
                    "upstream": vectors(width),
                    "beta": shares,
                }
            )
        )
    )
)
def test_both_routes_of_the_gradients_agree(values):
    assert agree(GRADIENTS, values)


def test_code_usage_by_hand():
    """Shares 1/2, 1/4, 1/8, 1/8: 7/4 bits."""
    answers = solve(USAGE, {"counts": (8, 4, 2, 2)})
    assert answers["entropy"] == pytest.approx(1.75 * log(2))
    assert answers["perplexity"] == pytest.approx(2**1.75)
    assert answers["two_to_the_nats"] == pytest.approx(2 ** (1.75 * log(2)))
    assert answers["exp_of_bits"] == pytest.approx(exp(1.75))
    assert answers["inverse_largest_share"] == 2
    assert answers["inverse_sum_of_squares"] == Fraction(64, 22)
    two = solve(USAGE, {"counts": (5, 0, 0, 5)})
    assert two["perplexity"] == pytest.approx(2)
    assert two["codebook_size"] == 4
    one = solve(USAGE, {"counts": (0, 9)})
    assert (one["entropy"], one["perplexity"]) == (0, 1)


@settings(max_examples=20, deadline=None)
@given(draw.lists(draw.integers(0, 50), min_size=1, max_size=8).filter(any))
def test_torch_finds_the_same_entropy(counts):
    values = {"counts": tuple(counts)}
    law = torch.distributions.Categorical(probs=torch.tensor(counts, dtype=torch.float64))
    assert solve(USAGE, values)["entropy"] == pytest.approx(float(law.entropy()), abs=1e-12)
    assert agree(USAGE, values)


def test_what_a_fitted_prior_saves_by_hand():
    """7/4 bits in place of 2, for ten latents."""
    answers = solve(PRIOR, {"counts": (8, 4, 2, 2), "latents": 10})
    assert answers["bits"] == pytest.approx(1.75)
    assert answers["saved_bits"] == pytest.approx(2.5)
    assert answers["fitted_bits"] == pytest.approx(17.5)
    assert answers["saved_nats"] == pytest.approx(2.5 * log(2))
    assert answers["saved_by_one"] == pytest.approx(0.25)
    assert answers["bases_mixed"] == pytest.approx(20 - 17.5 * log(2))


@examples(20)
@given(draw.lists(draw.integers(1, 50), min_size=2, max_size=6), draw.integers(1, 300))
@example([9, 9], 209)
def test_both_routes_of_the_fitted_prior_agree(counts, latents):
    assert agree(PRIOR, {"counts": tuple(counts), "latents": latents})


@pytest.mark.parametrize("way", [1, 2, 3])
@pytest.mark.parametrize("weights", [(0, 0), (1, 0), (0, Fraction(1, 4)), (2, 1)])
def test_who_gets_a_gradient(way, weights):
    values = {"way": way, "codebook_weight": weights[0], "commitment_weight": weights[1]}
    answers = solve(REACH, values)
    assert answers["reconstruction_moves_encoder"] is (way == 1)
    assert answers["code_moves"] is (way == 2 or weights[0] > 0)
    assert agree(REACH, values)


def test_a_moving_average_by_hand():
    """N = 9/10 · 4 + 1/10 · 2 = 19/5, m = (18/5 + 2/5, 36/5 + 1/5) = (4, 37/5)."""
    answers = solve(AVERAGE, AVERAGE.examples[0])
    assert answers["new_count"] == Fraction(19, 5)
    assert answers["new_total"] == (4, Fraction(37, 5))
    assert answers["new_code"] == (Fraction(20, 19), Fraction(37, 19))
    assert answers["old_code"] == (1, 2)
    assert answers["batch_mean"] == (2, 1)
    # N = 1/10 · 4 + 9/10 · 2 and m = (4/10 + 36/10, 8/10 + 18/10) with the weights swapped.
    assert (answers["count_added"], answers["count_swapped"]) == (6, Fraction(11, 5))
    assert answers["total_swapped"] == (4, Fraction(13, 5))
    assert answers["total_from_mean"] == (Fraction(19, 5), Fraction(73, 10))
    assert answers["total_added"] == (8, 10)
    assert answers["codes_averaged"] == (Fraction(11, 10), Fraction(19, 10))
    assert answers["count_not_updated"] == (1, Fraction(37, 20))
    assert answers["unweighted"] == (Fraction(8, 6), Fraction(10, 6))


@examples(15)
@given(
    draw.integers(1, 3).flatmap(
        cache(
            lambda width: draw.fixed_dictionaries(
                {
                    "total": vectors(width),
                    "count": fractions(min_value=Fraction(1, 4), max_value=9, max_denominator=4),
                    "vectors": draw.lists(vectors(width), min_size=1, max_size=4).map(tuple),
                    "decay": shares,
                }
            )
        )
    )
)
def test_both_routes_of_the_moving_average_agree(values):
    assert agree(AVERAGE, values)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (NEAREST, {"codebook": ((1, 2, 3), (1, 2, 3))}, r"codebook\[0\] must have 2 entries"),
        (NEAREST, {"codebook": ((1, 2),)}, "codebook must hold at least two codes"),
        (NEAREST, {"z": (1, 2)}, r"z\[0\] must be a vector"),
        (NEAREST, {"beta": -1}, "beta must not be negative"),
        (GRADIENTS, {"e": (1,)}, "e must have 2 entries"),
        (USAGE, {"counts": (0, 0)}, "counts must not all be 0"),
        (USAGE, {"counts": (Fraction(1, 2),)}, "a count must be a whole number"),
        (AVERAGE, {"decay": 1}, "decay must lie between 0 and 1"),
        (AVERAGE, {"count": 0}, "count must be positive"),
        (PRIOR, {"counts": (0, 3)}, "a count must be a whole number from 1"),
        (REACH, {"way": 4}, "way must be 1, 2 or 3"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
