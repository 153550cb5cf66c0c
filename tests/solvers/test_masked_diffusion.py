"""Diffusion of tokens, masked and uniform, against hand-worked numbers and simulation."""

from fractions import Fraction
from math import log

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

STEP = find_solver("masked_diffusion.step")
TOGETHER = find_solver("masked_diffusion.together")
UNIFORM = find_solver("uniform_diffusion.posterior")
HALF = Fraction(1, 2)
levels = fractions(min_value=Fraction(1, 40), max_value=Fraction(39, 40), max_denominator=40)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


@pytest.mark.parametrize("known", [STEP, TOGETHER, UNIFORM], ids=lambda known: known.name)
def test_the_second_route_proves_the_mistakes(known):
    assert unproved_mistakes(known) == []


def test_a_step_by_hand():
    """α = 1/2 after 1/5: of the 4/5 that are masked at t, 3/10 were clean at s."""
    answers = solve(STEP, STEP.examples[0])
    assert answers["reveal"] == Fraction(3, 8)
    assert answers["stay"] == Fraction(5, 8)
    assert answers["mask_again"] == Fraction(3, 5)
    assert answers["share_revealed"] == Fraction(3, 10)
    assert answers["cost"] == pytest.approx(3 / 8 * log(4))
    assert answers["mean_cost"] == pytest.approx(0.3 * log(4))
    assert answers["cost_in_bits"] == pytest.approx(3 / 4)
    assert answers["cost_of_probability"] == Fraction(9, 32)
    truths = ("mostly_masked", "likelier_to_stay", "likelier_masked_again", "over_a_quarter")
    assert [answers[name] for name in truths] == [True, True, True, True]


@examples(20)
@given(levels, levels, levels)
def test_both_routes_of_a_step_agree(one, other, p):
    assume(one != other)
    assert agree(STEP, {"alpha_t": min(one, other), "alpha_s": max(one, other), "p": p})


def test_tokens_together_by_hand():
    """Four equal steps, pairs 3/5 and 2/5: 1/4 · 2 · 3/5 · 2/5 of the samples are wrong."""
    answers = solve(TOGETHER, TOGETHER.examples[0])
    assert answers["same_step"] == Fraction(1, 4)
    assert answers["always_together"] == Fraction(12, 25)
    assert answers["wrong"] == Fraction(3, 25)
    assert answers["true_wrong"] == 0
    assert answers["only_second"] == Fraction(3, 50)


def test_tokens_together_by_simulation():
    """A sampler that walks through the steps and draws tokens, two hundred thousand times."""
    shares, joint = TOGETHER.examples[1]["shares"], TOGETHER.examples[1]["joint"]
    generator = torch.Generator().manual_seed(5)

    def draw_from(weights):
        return torch.multinomial(weights, 1, generator=generator)[..., 0]

    count = 200_000
    steps = draw_from(torch.tensor([[float(each) for each in shares]]).expand(2 * count, -1))
    first_step, second_step = steps[:count], steps[count:]
    table = torch.tensor([float(each) for each in joint]).reshape(2, 2)
    one = draw_from(table.sum(1).expand(count, -1))
    other = draw_from(table.sum(0).expand(count, -1))
    given_one = draw_from(table[one])
    given_other = draw_from(table.T[other])
    first = torch.where(first_step > second_step, given_other, one)
    second = torch.where(second_step > first_step, given_one, other)
    sampled = float((first != second).sum()) / count
    assert float(solve(TOGETHER, TOGETHER.examples[1])["wrong"]) == pytest.approx(
        sampled, abs=0.005
    )


def test_uniform_noise_by_hand():
    """K = 4, ᾱ = 3/5, β = 1/5: prior 7/10 and 1/10, likelihood 1/20 and 17/20."""
    answers = solve(UNIFORM, UNIFORM.examples[0])
    evidence = Fraction(7, 200) + Fraction(17, 200) + 2 * Fraction(1, 200)
    assert answers["clean_before"] == Fraction(7, 200) / evidence
    assert answers["stayed"] == Fraction(17, 200) / evidence
    assert answers["third"] == Fraction(1, 200) / evidence
    assert answers["prior_only"] == Fraction(7, 10)
    assert answers["not_normalised"] == Fraction(7, 200)
    assert answers["likelihood_only"] == Fraction(1, 20)


@settings(max_examples=20, deadline=None)
@given(draw.integers(3, 30), levels, levels)
def test_uniform_posteriors_sum_to_one(size, level, beta):
    values = {"size": size, "alpha_bar_before": level, "beta": beta}
    answers = solve(UNIFORM, values)
    assert answers["clean_before"] + answers["stayed"] + (size - 2) * answers["third"] == 1
    assert agree(UNIFORM, values)


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (STEP, {"alpha_t": HALF}, "alpha_t must be below alpha_s"),
        (STEP, {"p": 1}, "p must lie between 0 and 1"),
        (TOGETHER, {"shares": (HALF, 1)}, "shares must be probabilities"),
        (TOGETHER, {"joint": (1,)}, "joint must have 4 entries"),
        (UNIFORM, {"size": 2}, "size must be a whole number from 3"),
        (UNIFORM, {"beta": 0}, "beta must lie between 0 and 1"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
