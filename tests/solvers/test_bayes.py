"""Bayes' rule against hand-worked numbers, and its two routes against each other."""

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

POSTERIOR = find_solver("bayes.posterior")


def normalised(weights):
    return tuple(Fraction(weight, sum(weights)) for weight in weights)


def problems(size):
    likelihoods = draw.tuples(*[fractions(0, 1, max_denominator=20)] * size)
    return draw.fixed_dictionaries(
        {
            "prior": draw.tuples(*[draw.integers(0, 20)] * size).filter(any).map(normalised),
            "likelihoods": likelihoods,
        }
    ).filter(
        lambda values: (
            any(p * fit for p, fit in zip(values["prior"], values["likelihoods"], strict=True))
            and any(
                p * fit
                for p, fit in zip(values["prior"], reversed(values["likelihoods"]), strict=True)
            )
        )
    )


def test_worked_numbers():
    """A disease of one in a hundred, a test that finds 90 % and falsely alarms at 9 %."""
    answers = solve(
        POSTERIOR,
        {
            "prior": (Fraction(1, 100), Fraction(99, 100)),
            "likelihoods": (Fraction(9, 10), Fraction(9, 100)),
        },
    )
    assert answers["posterior"] == (Fraction(10, 109), Fraction(99, 109))
    assert answers["evidence"] == Fraction(981, 10000)
    assert answers["most_probable"] == 1
    assert answers["unique_maximum"] is True
    assert answers["prior_ignored"] == (Fraction(10, 11), Fraction(1, 11))
    assert answers["likelihoods_swapped"] == (Fraction(1, 991), Fraction(990, 991))
    assert answers["joint"] == (Fraction(9, 1000), Fraction(891, 10000))
    assert answers["evidence_unweighted"] == Fraction(99, 200)
    assert answers["most_likely"] == 0
    assert answers["keeps_its_favourite"] is True
    # A second alarm: 81/100 against 81/10000, so odds of 100 to 99.
    assert answers["posterior_after_two"] == (Fraction(100, 199), Fraction(99, 199))
    assert answers["predictive"] == Fraction(10, 109) * Fraction(9, 10) + Fraction(
        99, 109
    ) * Fraction(9, 100)


def test_updating_twice_is_updating_once_with_the_posterior_as_the_prior():
    values = {
        "prior": (Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)),
        "likelihoods": (Fraction(9, 10), Fraction(1, 2), Fraction(1, 10)),
    }
    once = solve(POSTERIOR, values)
    twice = solve(POSTERIOR, {**values, "prior": once["posterior"]})
    assert twice["posterior"] == once["posterior_after_two"]
    assert twice["evidence"] == once["predictive"]


def test_equals_are_told_and_the_first_is_given_by_both_routes():
    values = {
        "prior": (Fraction(1, 7), Fraction(2, 7), Fraction(4, 7)),
        "likelihoods": (Fraction(1, 10), Fraction(1, 5), Fraction(1, 10)),
    }
    answers = solve(POSTERIOR, values)
    assert (answers["most_probable"], answers["unique_maximum"]) == (1, False)
    assert answers["keeps_its_favourite"] is False
    assert verify(POSTERIOR, [values], [answers]).disagreements == ()


@examples(30)
@given(draw.integers(1, 5).flatmap(cache(lambda size: draw.lists(problems(size), min_size=1))))
def test_both_routes_agree_on_drawn_problems(batch):
    answers = [solve(POSTERIOR, values) for values in batch]
    assert all(sum(each["posterior"]) == 1 for each in answers)
    assert verify(POSTERIOR, batch, answers).disagreements == ()


@pytest.mark.parametrize(
    ("prior", "likelihoods", "reason"),
    [
        ((Fraction(1, 2), Fraction(1, 3)), (1, 1), "prior must be probabilities that sum to 1"),
        ((2, -1), (1, 1), "prior must be probabilities that sum to 1"),
        ((1, 0), (1,), "likelihoods must have 2 entries"),
        ((1, 0), (1, -1), "likelihoods must not be negative"),
        ((1, 0), (0, 1), "the data must be possible"),
        ((1, 0), (1, 0), "the data must be possible"),
    ],
)
def test_unfit_values_are_refused(prior, likelihoods, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(POSTERIOR, {"prior": prior, "likelihoods": likelihoods})


def test_every_mistake_is_proved():
    assert unproved_mistakes(POSTERIOR) == []
