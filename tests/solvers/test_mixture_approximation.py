"""A normal law for a mixture against hand-worked numbers, a sum over a grid, and neighbours."""

from fractions import Fraction
from math import exp, log, pi, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify

NORMAL = find_solver("mixture_approximation.normal")
APART = {
    "weights": (Fraction(3, 10), Fraction(7, 10)),
    "means": (-3, 4),
    "deviations": (Fraction(1, 2), 1),
    "m": -3,
    "s": Fraction(1, 2),
}

widths = draw.fractions(min_value=Fraction(1, 2), max_value=2, max_denominator=4)
places = draw.fractions(min_value=-4, max_value=4, max_denominator=4)
problems = draw.integers(1, 3).flatmap(
    lambda parts: draw.builds(
        lambda sizes, means, deviations, m, s: {
            "weights": tuple(Fraction(size, sum(sizes)) for size in sizes),
            "means": means,
            "deviations": deviations,
            "m": m,
            "s": s,
        },
        draw.lists(draw.integers(1, 9), min_size=parts, max_size=parts),
        draw.tuples(*[places] * parts),
        draw.tuples(*[widths] * parts),
        places,
        widths,
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
    assert answers["variance_between"] == Fraction(1029, 100)
    assert answers["variance_within"] == Fraction(3, 40) + Fraction(7, 10)
    assert answers["covering_variance"] == Fraction(1029, 100) + Fraction(31, 40)
    assert answers["covering_deviation"] == pytest.approx(sqrt(11.065))
    assert answers["means_averaged"] == Fraction(1, 2)
    assert answers["means_swapped"] == Fraction(-9, 10)
    assert answers["deviation_squared_mean"] == Fraction(1029, 100) + Fraction(85, 100) ** 2


def test_one_part_that_q_equals_leaves_no_gap():
    alone = {"weights": (1,), "means": (2,), "deviations": (3,), "m": 2, "s": 3}
    answers = solve(NORMAL, alone)
    assert answers["gap"] == pytest.approx(0, abs=1e-14)
    assert (answers["covering_mean"], answers["covering_variance"]) == (2, 9)


@settings(max_examples=15, deadline=None)
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


@settings(max_examples=10, deadline=None)
@given(draw.lists(problems, min_size=1, max_size=4))
def test_the_routes_agree_on_drawn_problems(batch):
    answers = [solve(NORMAL, values) for values in batch]
    assert verify(NORMAL, batch, answers).disagreements == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"weights": (Fraction(1, 2), Fraction(1, 3))}, "weights must be probabilities"),
        ({"weights": (0, 1)}, "weights must be positive"),
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
