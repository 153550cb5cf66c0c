"""Speculative decoding against hand-worked numbers and a simulation."""

from fractions import Fraction

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

TOKEN = find_solver("autoregressive_speculative.token")
RUN = find_solver("autoregressive_speculative.run")
parts = draw.lists(draw.integers(1, 9), min_size=4, max_size=4)


def law(shares):
    return tuple(Fraction(share, sum(shares)) for share in shares)


def test_a_token_by_hand():
    """p = (5, 3, 2) / 10 and q = (2, 2, 6) / 10: 2 + 2 + 2 tenths are kept."""
    answers = solve(TOKEN, TOKEN.examples[0])
    assert answers["acceptance"] == Fraction(3, 5)
    assert answers["replacement"] == (Fraction(3, 4), Fraction(1, 4), 0)
    assert answers["output"] == TOKEN.examples[0]["target"]
    assert answers["both_draw_the_same"] == Fraction(10 + 6 + 12, 100)
    assert answers["average_acceptance"] == Fraction(7, 9)
    assert answers["weighted_by_target"] == Fraction(13, 15)
    assert answers["rejection"] == Fraction(2, 5)
    assert answers["replacement_not_normalised"] == (Fraction(3, 10), Fraction(1, 10), 0)


@settings(max_examples=20, deadline=None)
@given(parts, parts)
def test_both_routes_of_a_token_agree_and_the_output_is_the_target(first, second):
    target, draft = law(first), law(second)
    assume(target != draft)
    values = {"target": target, "draft": draft}
    answers = solve(TOKEN, values)
    assert answers["output"] == target
    assert verify(TOKEN, [values], [answers]).disagreements == ()


def test_a_round_by_hand():
    """alpha = 4/5 and four drafts: 1 + 0.8 + 0.64 + 0.512 + 0.4096, for 1 + 4/20."""
    answers = solve(RUN, RUN.examples[0])
    tokens = Fraction("3.3616")
    assert answers["expected_tokens"] == tokens
    assert answers["speed_up"] == tokens / Fraction("1.2")
    assert answers["without_bonus_gain"] == (tokens - 1) / Fraction("1.2")
    assert answers["linear_gain"] == Fraction("4.2") / Fraction("1.2")
    assert answers["unlimited"] == 5
    assert answers["all_or_nothing"] == 1 + 4 * Fraction("0.4096")


def test_rounds_in_a_simulation():
    generator = torch.Generator().manual_seed(5)
    accepted = torch.rand(100_000, 4, generator=generator) < 0.8
    tokens = 1 + accepted.double().cumprod(dim=1).sum(dim=1)
    assert float(tokens.mean()) == pytest.approx(3.3616, rel=0.01)


@settings(max_examples=15, deadline=None)
@given(draw.integers(1, 19), draw.integers(1, 12), draw.integers(1, 19))
def test_both_routes_of_a_round_agree(alpha, gamma, cost):
    batch = [
        {"alpha": Fraction(alpha, 20), "gamma": drafts, "cost": Fraction(cost, 20)}
        for drafts in (gamma, 1)
    ]
    assert verify(RUN, batch, [solve(RUN, each) for each in batch]).disagreements == ()


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (TOKEN, {"draft": (Fraction(1, 2), Fraction(1, 2))}, "the same number of tokens"),
        (TOKEN, {"draft": (Fraction(1, 2), Fraction(1, 2), 0)}, "must have no zeros"),
        (TOKEN, {"draft": TOKEN.examples[0]["target"]}, "target and draft must differ"),
        (RUN, {"alpha": 1}, "alpha must lie between 0 and 1"),
        (RUN, {"gamma": 0}, "gamma must be a whole number from 1 to 32"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
