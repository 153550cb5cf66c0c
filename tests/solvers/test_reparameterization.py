"""Reparameterised samples against hand-worked numbers and the second routes."""

from fractions import Fraction
from math import exp, log, log10

import pytest
from hypothesis import example, given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.numerics.sampling_families import FAMILIES
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

LOCATION_SCALE = find_solver("reparameterization.location_scale")
CHOLESKY = find_solver("reparameterization.cholesky")
INVERSE = find_solver("reparameterization.inverse_cdf")
ADMITS = find_solver("reparameterization.admits")
small = fractions(min_value=-4, max_value=4, max_denominator=10)
scales = fractions(min_value=Fraction(1, 10), max_value=5, max_denominator=10)
wide = fractions(min_value=Fraction(1, 2), max_value=5, max_denominator=10)


def test_location_and_scale_by_hand():
    answers = solve(LOCATION_SCALE, {"mu": 2, "sigma": 3, "eps": Fraction(-1, 2)})
    assert answers == {
        "z": Fraction(1, 2),
        "slope_in_sigma": Fraction(-1, 2),
        "slope_in_log_variance": Fraction(-3, 4),
        "variance_for_deviation": Fraction(-5, 2),
        "swapped": 2,
        "standardised": Fraction(-5, 6),
        "slope_in_log_deviation": Fraction(-3, 2),
        "slope_from_variance": Fraction(-9, 4),
    }


@examples(20)
@given(draw.lists(draw.tuples(small, scales, small), min_size=1, max_size=4))
def test_the_routes_of_location_and_scale_agree(rows):
    batch = [{"mu": mu, "sigma": sigma, "eps": eps} for mu, sigma, eps in rows]
    answers = [solve(LOCATION_SCALE, values) for values in batch]
    assert verify(LOCATION_SCALE, batch, answers).disagreements == ()


def test_a_cholesky_factor_by_hand():
    """((4, 2), (2, 5)) = L Lᵀ with L = ((2, 0), (1, 2)): z = (1, −1) + L (1/2, −1)."""
    values = {"mu": (1, -1), "covariance": ((4, 2), (2, 5)), "eps": (Fraction(1, 2), -1)}
    answers = solve(CHOLESKY, values)
    assert answers["factor"] == ((2, 0), (1, 2))
    assert answers["sample"] == (2, Fraction(-5, 2))
    assert answers["covariance_as_factor"] == (1, -5)
    assert answers["factor_transposed"] == (1, -3)
    assert answers["deviations_only"] == pytest.approx((2, -1 - 5**0.5))
    assert answers["pivots"] == (4, 4)
    assert answers["deviations"] == pytest.approx((2, 5**0.5))


@examples(20)
@given(draw.lists(small, min_size=6, max_size=6), draw.lists(wide, min_size=3, max_size=3))
# Nearly singular: what rounds there must not pass for a disagreement.
@example([1, 2, 0, 0, 0, 0], [Fraction(1, 5), Fraction(1, 10), Fraction(1, 10)])
def test_the_factor_squares_to_the_covariance(entries, diagonal):
    lower = [[0] * 3 for _ in range(3)]
    for index, scale in enumerate(diagonal):
        lower[index][index] = scale
    lower[1][0], lower[2][0], lower[2][1] = entries[:3]
    covariance = tuple(
        tuple(sum(a * b for a, b in zip(row, other, strict=True)) for other in lower)
        for row in lower
    )
    values = {"mu": tuple(entries[3:]), "covariance": covariance, "eps": (1, -2, 3)}
    answers = solve(CHOLESKY, values)
    assert answers["factor"] == tuple(map(tuple, lower))
    assert verify(CHOLESKY, [values], [answers]).disagreements == ()


@pytest.mark.parametrize(
    ("family", "u", "standard", "complement", "base_ten"),
    [
        ("exponential", 0.75, -log(0.25), -log(0.75), -log10(0.25)),
        ("logistic", 0.75, log(3), -log(3), log10(3)),
        ("gumbel", 0.75, -log(-log(0.75)), -log(-log(0.25)), -log10(-log10(0.75))),
        ("uniform", 0.75, 0.75, 0.25, 0.75),
    ],
)
def test_inverse_distribution_functions_by_hand(family, u, standard, complement, base_ten):
    values = {"family": family, "u": Fraction(3, 4), "location": 1, "scale": 2}
    answers = solve(INVERSE, values)
    assert answers["sample"] == pytest.approx(1 + 2 * standard)
    assert answers["complement"] == pytest.approx(1 + 2 * complement)
    assert answers["scale_inverted"] == pytest.approx(1 + standard / 2)
    assert answers["logarithm_to_base_ten"] == pytest.approx(1 + 2 * base_ten)
    for formula, number in (
        ("sample_formula", standard),
        ("complement_formula", complement),
        ("sign_lost_formula", -standard),
    ):
        assert evaluate(answers[formula], {"u": u}) == pytest.approx(1 + 2 * number)


def test_the_distribution_function_is_the_mistaken_one():
    gumbel = solve(INVERSE, {"family": "gumbel", "u": Fraction(1, 2)})
    assert gumbel["distribution_at_u"] == pytest.approx(exp(-exp(-0.5)))
    far = {"family": "gumbel", "u": Fraction(1, 2), "location": 10**9, "scale": Fraction(1, 9)}
    assert solve(INVERSE, far)["distribution_at_u"] == 0
    exponential = solve(INVERSE, {"family": "exponential", "u": Fraction(1, 2), "scale": 2})
    assert exponential["distribution_at_u"] == pytest.approx(1 - exp(-0.25))
    assert typed(exponential["sample_formula"]) == "-2*ln(1 - u)"


@examples(10)
@given(
    draw.sampled_from(["exponential", "logistic", "gumbel", "uniform"]),
    fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100), max_denominator=100),
    small,
    scales,
)
def test_bisection_agrees_on_drawn_laws(family, u, location, scale):
    values = {"family": family, "u": u, "location": location, "scale": scale}
    assert verify(INVERSE, [values], [solve(INVERSE, values)]).disagreements == ()


def test_which_families_can_be_reparameterised():
    answers = solve(ADMITS, {"families": tuple(FAMILIES)})
    found = {
        family: {way: ways[index] for way, ways in answers.items()}
        for index, family in enumerate(FAMILIES)
    }
    assert found["normal"] == {
        "location_scale": True,
        "inverse_cdf": False,
        "differentiable": True,
    }
    assert found["exponential"]["inverse_cdf"]
    assert not found["exponential"]["location_scale"]
    for family in ("bernoulli", "categorical", "binomial", "geometric", "poisson"):
        assert not any(found[family].values())
    # One way is enough.
    for ways in found.values():
        assert ways["differentiable"] or not (ways["location_scale"] or ways["inverse_cdf"])
    with pytest.raises(SolverFailure, match="did you mean 'laplace'"):
        solve(ADMITS, {"families": ("normal", "laplase")})


def test_the_second_route_sees_a_wrong_entry():
    wrong = {"location_scale": (True,), "inverse_cdf": (True,), "differentiable": (True,)}
    assert len(verify(ADMITS, [{"families": ("gamma",)}], [wrong]).disagreements) == 2


@pytest.mark.parametrize(
    ("known", "values", "reason"),
    [
        (LOCATION_SCALE, {"mu": 0, "sigma": 0, "eps": 1}, "sigma must be positive"),
        (ADMITS, {"families": ()}, "families must be names of families"),
        (LOCATION_SCALE, {"mu": 0.5, "sigma": 1, "eps": 1}, "mu must be an exact number"),
        (CHOLESKY, {"mu": (0, 0), "covariance": ((1, 2), (2, 1)), "eps": (1, 1)}, "covariance"),
        (CHOLESKY, {"mu": (0, 0), "covariance": ((1, 0), (1, 1)), "eps": (1, 1)}, "covariance"),
        (CHOLESKY, {"mu": (0,), "covariance": ((1, 0), (0, 1)), "eps": (1,)}, "covariance"),
        (INVERSE, {"family": "normal", "u": Fraction(1, 2)}, "family must be one of"),
        (INVERSE, {"family": "uniform", "u": 1}, "u must lie between 0 and 1"),
        (INVERSE, {"family": "uniform", "u": Fraction(1, 2), "scale": 0}, "scale must be positive"),
    ],
)
def test_unfit_values_are_refused(known, values, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, values)
