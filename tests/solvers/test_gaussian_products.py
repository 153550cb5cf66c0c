"""Products of two Gaussian densities against hand-worked numbers, and both routes."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

PRODUCT = find_solver("gaussian_products.product")
numbers = draw.integers(-3, 3) | fractions(-3, 3, max_denominator=4)


def test_a_product_by_hand():
    """N(0, 1) · N(4, 4): precisions 1 and 1/4 add to 5/4."""
    answers = solve(PRODUCT, PRODUCT.examples[0])
    assert (answers["mean"], answers["variance"]) == (Fraction(4, 5), Fraction(4, 5))
    assert answers["deviation"] == pytest.approx(sqrt(0.8))
    assert answers["precision"] == Fraction(5, 4)
    assert (answers["plain_mean"], answers["weights_swapped"]) == (2, Fraction(16, 5))
    assert answers["weighted_by_deviations"] == Fraction(4, 3)
    assert (answers["summed_variance"], answers["mean_variance"]) == (5, Fraction(5, 2))
    assert answers["sum_of_inverse_deviations"] == Fraction(3, 2)


@examples(12)
@given(
    draw.fixed_dictionaries(
        {
            "mu_1": numbers,
            "sigma_1": fractions(Fraction(1, 4), 5, max_denominator=4),
            "mu_2": numbers,
            "sigma_2": fractions(Fraction(1, 4), 5, max_denominator=4),
        }
    )
)
def test_both_routes_of_the_product_agree(values):
    found = verify(PRODUCT, [values], [solve(PRODUCT, values)])
    assert found.disagreements == ()
    assert found.compared == len(PRODUCT.names), "a mistake has no second route"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sigma_1": 0}, "sigma_1 must be positive"),
        ({"mu_2": 0.5}, "mu_2 must be an exact number"),
    ],
)
def test_unfit_values_are_refused(changed, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(PRODUCT, {**PRODUCT.examples[0], **changed})
