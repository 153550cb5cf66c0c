"""Watermarks and memorisation against hand-worked numbers."""

from fractions import Fraction
from math import log2

import pytest

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve

from .proved_mistakes import unproved_mistakes

GREEN = find_solver("provenance_tests.green_list")
LENGTH = find_solver("provenance_tests.length")
POWERFUL = find_solver("provenance_tests.most_powerful")
SCREENING = find_solver("detection.screening")
EXPOSURE = find_solver("detection.exposure")


def test_green_tokens_by_hand():
    """16 tokens, gamma = 1/4: mean 4, variance 3; z > 3 needs more than 4 + 3 √3 = 9.196."""
    found = solve(GREEN, GREEN.examples[0])
    assert found["z"] == pytest.approx(5 / 3**0.5)
    assert (found["expected"], found["least_green"], found["flagged"]) == (4, 10, False)


def test_a_text_of_green_tokens_alone():
    """Twelve of twelve at gamma = 1/3."""
    assert solve(GREEN, GREEN.examples[2])["tail"] == Fraction(1, 3**12)


def test_a_length_by_hand():
    """16 · (3/16) / (7/20)² = 3 · 400 / 49 = 24.49."""
    found = solve(LENGTH, LENGTH.examples[0])
    assert found["exact"] == Fraction(1200, 49)
    assert found["tokens"] == 25
    assert found["own_variance"] == 32


def test_the_best_test_by_hand():
    """Ratios 2/7, 4, 2/3, 1/2, 4: scores 2 and 5 use up 3/20 and find 12/20."""
    found = solve(POWERFUL, POWERFUL.examples[0])
    assert found["flagged"] == (0, 1, 0, 0, 1)
    assert found["power"] == Fraction(12, 20)
    assert found["fills"]
    assert found["tie"]
    assert found["from_the_top"] == Fraction(4, 20)


def test_a_screening_by_hand():
    """40 of 50 and 19 of 950 are flagged."""
    found = solve(SCREENING, SCREENING.examples[0])
    assert (found["caught"], found["accused"], found["human"]) == (40, 19, 950)
    assert found["precision"] == Fraction(40, 59)
    assert found["accuracy"] == Fraction(971, 1000)
    assert found["any_accused"] == pytest.approx(1 - 0.98**950)


def test_an_exposure_by_hand():
    """Rank 10 of a million, twenty canaries."""
    found = solve(EXPOSURE, EXPOSURE.examples[0])
    assert found["exposure"] == pytest.approx(log2(10**5))
    assert found["expected_at_least"] == Fraction(20, 10**5)
    assert found["any_at_least"] == pytest.approx(1 - (1 - 1e-5) ** 20)


@pytest.mark.parametrize("known", [GREEN, LENGTH, POWERFUL, EXPOSURE], ids=lambda known: known.name)
def test_every_mistake_has_a_second_route(known):
    assert unproved_mistakes(known) == []


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (GREEN, {"green": 17}, "green must be a whole number from 0 to 16"),
        (LENGTH, {"share": Fraction(1, 4)}, "share must exceed gamma"),
        (POWERFUL, {"others": (1, 0, 0, 0, 0)}, "none of probability zero"),
        (SCREENING, {"machine": 1000}, "machine must be a whole number from 1 to 999"),
        (EXPOSURE, {"rank": 10**6}, "below the number of candidates"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
