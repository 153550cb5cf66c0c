"""Entropies and divergences of discrete laws against hand-worked numbers and torch."""

from fractions import Fraction
from functools import cache
from math import log

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as draw
from torch.distributions import Categorical, kl_divergence

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

ENTROPY = find_solver("discrete.entropy")
BERNOULLI = find_solver("discrete.bernoulli_entropy")
DIVERGENCE = find_solver("discrete.divergence")
QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)


def laws(size, least):
    return (
        draw.tuples(*[draw.integers(least, 12)] * size)
        .filter(any)
        .map(lambda weights: tuple(Fraction(weight, sum(weights)) for weight in weights))
    )


def categorical(law):
    return Categorical(torch.tensor([float(share) for share in law], dtype=torch.float64))


def test_an_entropy_of_whole_bits():
    answers = solve(ENTROPY, {"p": (HALF, QUARTER, QUARTER)})
    assert answers["entropy_in_bits"] == pytest.approx(1.5)
    assert answers["entropy"] == pytest.approx(1.5 * log(2))
    assert answers["perplexity"] == pytest.approx(2**1.5)
    assert answers["largest_entropy"] == pytest.approx(log(3))
    assert answers["is_uniform"] is False
    assert answers["negated"] == -answers["entropy"]
    assert answers["decimal_logarithm"] == pytest.approx(0.4515449934959718)
    assert answers["unweighted"] == pytest.approx(5 * log(2))
    assert answers["mean_surprise"] == pytest.approx(5 / 3 * log(2))
    assert answers["least_surprise"] == pytest.approx(log(2))
    assert answers["impurity"] == Fraction(5, 8)


@examples(20)
@given(draw.integers(1, 6).flatmap(cache(lambda size: laws(size, 0))))
def test_the_entropy_is_that_of_torch(p):
    answers = solve(ENTROPY, {"p": p})
    assert answers["entropy"] == pytest.approx(float(categorical(p).entropy()), abs=1e-12)
    assert answers["entropy"] <= answers["largest_entropy"] + 1e-12
    assert verify(ENTROPY, [{"p": p}], [answers]).disagreements == ()


def test_a_coin_by_hand():
    answers = solve(BERNOULLI, {"p": QUARTER})
    assert answers["entropy_in_bits"] == pytest.approx(2 - 0.75 * log(3) / log(2))
    assert answers["variance"] == Fraction(3, 16)
    assert answers["slope"] == pytest.approx(log(3))
    assert answers["first_term"] == pytest.approx(log(4) / 4)
    assert answers["unweighted"] == pytest.approx(log(4) + log(4 / 3))
    assert typed(answers["entropy_formula"]) == "-p*ln(p) - (1 - p)*ln(1 - p)"
    for formula, number in [
        ("entropy_formula", "entropy"),
        ("derivative", "slope"),
        ("negated_formula", "negated"),
        ("first_term_formula", "first_term"),
        ("derivative_negated", "slope_negated"),
    ]:
        assert evaluate(answers[formula], {"p": 0.25}) == pytest.approx(answers[number]), formula
    constants = evaluate(answers["derivative_with_constants"], {"p": 0.25})
    assert constants == pytest.approx(log(4) + log(4 / 3) - 2)


def test_a_divergence_by_hand():
    answers = solve(DIVERGENCE, {"p": (HALF, HALF), "q": (QUARTER, 1 - QUARTER)})
    assert answers["kl"] == pytest.approx(log(2) - log(3) / 2)
    assert answers["kl"] == pytest.approx(0.14384103622589042)
    assert answers["kl_reversed"] == pytest.approx(0.75 * log(3) - log(2))
    assert answers["kl_in_bits"] == pytest.approx(answers["kl"] / log(2))
    assert answers["kl_pq_larger"] is True
    assert answers["cross_entropy"] == pytest.approx(2 * log(2) - log(3) / 2)
    assert answers["cross_entropy_in_bits"] == pytest.approx(2 - log(3) / log(4))
    assert answers["entropy"] == pytest.approx(log(2))
    assert answers["total_variation"] == QUARTER
    assert answers["cross_entropy_swapped"] == pytest.approx(log(2))
    assert answers["unweighted"] == pytest.approx(2 * log(2) - log(3))
    assert answers["entropy_added"] == pytest.approx(3 * log(2) - log(3) / 2)
    assert answers["entropy_difference"] == pytest.approx(log(2) - 0.75 * log(3))
    assert answers["symmetrised"] == pytest.approx(log(3) / 8)
    assert answers["squared_distance"] == Fraction(1, 8)


@examples(20)
@given(draw.integers(1, 5).flatmap(cache(lambda size: draw.tuples(laws(size, 1), laws(size, 1)))))
def test_the_divergence_is_that_of_torch(both):
    values = dict(zip(("p", "q"), both, strict=True))
    answers = solve(DIVERGENCE, values)
    p, q = map(categorical, both)
    assert answers["kl"] == pytest.approx(float(kl_divergence(p, q)), abs=1e-12)
    assert answers["kl_reversed"] == pytest.approx(float(kl_divergence(q, p)), abs=1e-12)
    # Pinsker's inequality
    assert answers["kl"] >= 2 * answers["total_variation"] ** 2 - 1e-12
    assert verify(DIVERGENCE, [values], [answers]).disagreements == ()


def test_mirrored_laws_have_the_same_divergence_both_ways():
    answers = solve(DIVERGENCE, {"p": (QUARTER, 1 - QUARTER), "q": (1 - QUARTER, QUARTER)})
    assert answers["kl_pq_larger"] is False
    assert answers["kl"] == pytest.approx(log(3) / 2)


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (ENTROPY, {"p": (HALF, QUARTER)}, "p must be probabilities that sum to 1"),
        (BERNOULLI, {"p": 1}, "p must lie between 0 and 1"),
        (DIVERGENCE, {"p": (HALF, HALF), "q": (1,)}, "q must have 2 entries"),
        (DIVERGENCE, {"p": (HALF, HALF), "q": (1, 0)}, "every outcome a positive probability"),
        (DIVERGENCE, {"p": (1, 0), "q": (HALF, HALF)}, "every outcome a positive probability"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)


@pytest.mark.parametrize("known", [ENTROPY, BERNOULLI, DIVERGENCE], ids=lambda known: known.name)
def test_every_mistake_is_proved(known):
    assert unproved_mistakes(known) == []
