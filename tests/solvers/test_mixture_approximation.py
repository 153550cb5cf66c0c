"""A normal law for a mixture against hand-worked numbers, a sum over a grid, and neighbours."""

from fractions import Fraction
from functools import cache
from math import exp, log, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

NORMAL = find_solver("mixture_approximation.normal")
APART = {
    "weights": (Fraction(3, 10), Fraction(7, 10)),
    "means": (-3, 4),
    "deviations": (Fraction(1, 2), 1),
    "m": -3,
    "s": Fraction(1, 2),
}

widths = fractions(min_value=Fraction(1, 2), max_value=2, max_denominator=4)
places = fractions(min_value=-4, max_value=4, max_denominator=4)
problems = draw.integers(2, 3).flatmap(
    cache(
        lambda parts: draw.builds(
            lambda sizes, means, deviations, m, s: {
                "weights": tuple(Fraction(size, sum(sizes)) for size in sizes),
                "means": means,
                "deviations": deviations,
                "m": m,
                "s": s,
            },
            draw.lists(draw.integers(1, 9), min_size=parts, max_size=parts),
            draw.lists(places, min_size=parts, max_size=parts, unique=True).map(tuple),
            draw.tuples(*[widths] * parts),
            places,
            widths,
        )
    )
)


def log_density(values, x):
    """With the largest exponent taken out, so that nothing far away becomes 0."""
    parts = zip(
        *[map(float, values[name]) for name in ("weights", "means", "deviations")], strict=True
    )
    exponents = [
        log(weight / (wide * sqrt(2 * pi))) - ((x - mean) / wide) ** 2 / 2
        for weight, mean, wide in parts
    ]
    return max(exponents) + log(sum(exp(each - max(exponents)) for each in exponents))


def test_worked_numbers():
    """Mean 0.3·(−3) + 0.7·4 = 1.9; spread of the means 0.3·4.9² + 0.7·2.1² = 10.29."""
    answers = solve(NORMAL, APART)
    assert answers["gap"] == pytest.approx(-log(0.3), abs=1e-5)
    assert answers["covering_mean"] == Fraction(19, 10)
    assert (answers["weight_at_q"], answers["weight_elsewhere"]) == (
        Fraction(3, 10),
        Fraction(7, 10),
    )
    # Heights in proportion 0.3/0.5 to 0.7/1.
    assert answers["heights_compared"] == pytest.approx(6 / 13)
    assert answers["gap_of_the_rest"] == pytest.approx(-log(0.7))
    assert answers["covering_deviation"] == pytest.approx(sqrt(11.065))
    assert answers["means_averaged"] == Fraction(1, 2)
    assert answers["means_swapped"] == Fraction(-9, 10)


@examples(15)
@given(problems)
def test_the_gap_is_a_sum_over_a_fine_grid(values):
    m, s = float(values["m"]), float(values["s"])
    step = s / 200
    total = 0.0
    for index in range(-1600, 1601):
        z = m + index * step
        log_q = -((index * step / s) ** 2) / 2 - log(s * sqrt(2 * pi))
        total += step * exp(log_q) * (log_q - log_density(values, z))
    assert solve(NORMAL, values)["gap"] == pytest.approx(total, abs=1e-7)


@examples(10)
@given(draw.lists(problems, min_size=1, max_size=4))
def test_the_routes_agree_on_drawn_problems(batch):
    answers = [solve(NORMAL, values) for values in batch]
    found = verify(NORMAL, batch, answers)
    assert found.disagreements == ()
    assert found.compared == len(batch) * len(NORMAL.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"weights": (Fraction(1, 2), Fraction(1, 3))}, "weights must be probabilities"),
        ({"weights": (0, 1)}, "weights must be positive"),
        ({"means": (2, 2)}, "means must be two different numbers"),
        ({"means": (1,)}, "means must have 2 entries"),
        ({"deviations": (1, 0)}, "deviations must be positive"),
        ({"s": -1}, "s must be positive"),
        ({"means": (-(10**30), 4)}, "must not lie so far apart"),
        ({"s": Fraction(1, 10**6)}, "must not lie so far apart"),
    ],
)
def test_unfit_laws_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(NORMAL, {**APART, **changed})
