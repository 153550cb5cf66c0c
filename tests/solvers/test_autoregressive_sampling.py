"""Temperature, top-k and top-p against hand-worked numbers and torch as a third witness."""

from fractions import Fraction
from math import exp, log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

TEMPERATURE = find_solver("autoregressive_sampling.temperature")
TOP_K = find_solver("autoregressive_sampling.top_k")
TOP_P = find_solver("autoregressive_sampling.top_p")
laws = draw.lists(draw.integers(1, 9), min_size=2, max_size=7).map(
    lambda parts: tuple(Fraction(part, sum(parts)) for part in parts)
)
LAW = tuple(Fraction(part, 20) for part in (3, 10, 1, 4, 2))


def test_a_temperature_of_a_half_squares_the_odds():
    answers = solve(TEMPERATURE, {"logits": (1, 0), "temperature": Fraction(1, 2)})
    odds = exp(2)
    assert answers["probabilities"] == pytest.approx((odds / (1 + odds), 1 / (1 + odds)))
    root = exp(0.5)
    assert answers["multiplied"] == pytest.approx((root / (1 + root), 1 / (1 + root)))
    assert answers["temperature_ignored"][0] == pytest.approx(exp(1) / (1 + exp(1)))
    assert answers["not_normalised"] == pytest.approx((odds, 1))
    assert sum(answers["divided_after_softmax"]) == pytest.approx(2)
    flat = solve(TEMPERATURE, {"logits": (3, 3, 3), "temperature": Fraction(1, 2)})
    assert flat["entropy"] == pytest.approx(log(3))
    assert flat["entropy_in_bits"] == pytest.approx(log(3) / log(2))
    assert flat["logit_variance"] == flat["entropy_slope"] == 0


def test_the_entropy_grows_by_the_variance_of_the_logits():
    """Logits 1 and −1 at T = 2 have odds e; p (1 − p) · 4 is their variance, and T³ = 8."""
    answers = solve(TEMPERATURE, TEMPERATURE.examples[1])
    share = exp(1) / (1 + exp(1))
    variance = 4 * share * (1 - share)
    assert answers["logit_variance"] == pytest.approx(variance)
    assert answers["mean_logit"] == pytest.approx(2 * share - 1)
    assert answers["mean_squared_logit"] == pytest.approx(1)
    assert answers["entropy_slope"] == pytest.approx(variance / 8)
    assert answers["slope_by_square"] == pytest.approx(variance / 4)
    assert answers["slope_of_mean_square"] == pytest.approx(1 / 8)
    near = [
        solve(TEMPERATURE, {"logits": (1, -1), "temperature": 2 + Fraction(sign, 1000)})["entropy"]
        for sign in (1, -1)
    ]
    assert answers["entropy_slope"] == pytest.approx((near[0] - near[1]) / 0.002, rel=1e-5)


@settings(max_examples=15, deadline=None)
@given(
    draw.lists(draw.integers(-9, 9), min_size=1, max_size=5),
    # Below, differences of logarithms leave nothing of the smallest slopes to compare with.
    fractions(min_value=Fraction(2, 3), max_value=5, max_denominator=9),
)
def test_torch_finds_the_same_law(logits, temperature):
    values = {"logits": tuple(logits), "temperature": temperature}
    answers = solve(TEMPERATURE, values)
    law = torch.distributions.Categorical(
        logits=torch.tensor(logits, dtype=torch.float64) / float(temperature)
    )
    assert answers["probabilities"] == pytest.approx(law.probs.tolist())
    assert answers["entropy"] == pytest.approx(float(law.entropy()), abs=1e-12)
    assert verify(TEMPERATURE, [values], [answers]).disagreements == ()


def test_top_two_of_five():
    """Of 3, 10, 1, 4, 2 twentieths, tokens 1 and 3 stay: 10/14 and 4/14."""
    answers = solve(TOP_K, {"probabilities": LAW, "k": 2, "other": 1, "another": 4})
    assert answers["distribution"] == (0, Fraction(5, 7), 0, Fraction(2, 7), 0)
    assert answers["kept_mass"] == Fraction(7, 10)
    assert answers["softmax_again"][1] == pytest.approx(exp(0.5) / (exp(0.5) + exp(0.2)))
    assert answers["some_are_lost"] is answers["certain_with_other"] is True
    assert answers["unchanged_with_another"] is False
    whole = solve(TOP_K, {"probabilities": LAW, "k": 5, "other": 2, "another": 5})
    assert whole["some_are_lost"] is whole["certain_with_other"] is False
    assert whole["unchanged_with_another"] is True


def test_the_first_of_equals_is_kept():
    law = (Fraction(1, 5), Fraction(2, 5), Fraction(1, 5), Fraction(1, 5))
    answers = solve(TOP_K, {"probabilities": law, "k": 2, "other": 1, "another": 1})
    assert answers["distribution"] == (Fraction(1, 3), Fraction(2, 3), 0, 0)
    nucleus = solve(TOP_P, {"probabilities": law, "p": Fraction(3, 5)})
    assert nucleus["distribution"] == (Fraction(1, 3), Fraction(2, 3), 0, 0)
    assert nucleus["tie_at_border"] is nucleus["hits_threshold"] is True


def test_the_nucleus_reaches_p():
    """Sorted: 10, 4, 3, 2, 1 twentieths; 3/4 = 15/20 needs the first three (17/20)."""
    answers = solve(TOP_P, {"probabilities": LAW, "p": Fraction(3, 4)})
    assert answers["kept_count"] == 3
    assert answers["kept_mass"] == Fraction(17, 20)
    assert answers["distribution"] == (Fraction(3, 17), Fraction(10, 17), 0, Fraction(4, 17), 0)
    assert answers["hits_threshold"] is False
    assert answers["stopped_before"] == (0, Fraction(5, 7), 0, Fraction(2, 7), 0)
    exactly = solve(TOP_P, {"probabilities": LAW, "p": Fraction(7, 10)})
    assert exactly["kept_count"] == 2
    assert exactly["hits_threshold"] is True


@examples(25)
@given(laws, draw.data())
def test_both_routes_of_the_truncations_agree(law, data):
    counts = draw.integers(1, len(law))
    values = {name: data.draw(counts) for name in ("k", "other", "another")}
    values["probabilities"] = law
    assert verify(TOP_K, [values], [solve(TOP_K, values)]).disagreements == ()
    sums = [Fraction(i, 40) for i in range(1, 40)] + [
        sum(sorted(law)[i:]) for i in range(1, len(law))
    ]
    values = {"probabilities": law, "p": data.draw(draw.sampled_from(sums))}
    answers = solve(TOP_P, values)
    assert verify(TOP_P, [values], [answers]).disagreements == ()
    assert answers["kept_mass"] >= values["p"]
    kept = [share for share in answers["not_renormalised"] if share]
    assert len(kept) == answers["kept_count"]
    assert answers["kept_mass"] - min(kept) < values["p"]


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (TEMPERATURE, {"temperature": 0}, "temperature must be positive"),
        (TEMPERATURE, {"logits": (301,)}, "logits must stay within ±300"),
        (TOP_K, {"k": 6}, "k must be a whole number from 1 to 5"),
        (TOP_K, {"another": 0}, "another must be a whole number from 1 to 5"),
        (TOP_K, {"probabilities": (1, 0)}, "probabilities must all be above 0"),
        (TOP_K, {"probabilities": (Fraction(1, 13),) * 13}, "at most 12 entries"),
        (TOP_P, {"p": 1}, "p must lie between 0 and 1"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
