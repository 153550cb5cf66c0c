"""Ratios give what Python's own fractions give."""

import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.solvers.numerics.ratios import (
    Ratio,
    dot,
    fraction,
    in_lowest_terms,
    ratio_root,
    ratios,
)
from qgen.solvers.numerics.shape_arguments import square_root
from tests.drawn_fractions import fractions

EXACT = st.one_of(st.integers(-50, 50), fractions(-20, 20, max_denominator=60))
SCALES = st.integers(1, 12)
OPERATIONS = [operator.add, operator.sub, operator.mul, operator.truediv]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def written(value: int | Fraction, scale: int) -> Ratio:
    """The same number with a common divisor above and below."""
    return Ratio(value.numerator * scale, value.denominator * scale)


@pytest.mark.parametrize("operation", OPERATIONS)
@given(first=EXACT, second=EXACT, scale=SCALES, other_scale=SCALES)
def test_operations_are_those_of_fractions(operation, first, second, scale, other_scale):
    left, right = written(first, scale), written(second, other_scale)
    for one, other in ((left, right), (left, second), (first, right)):
        if operation is operator.truediv and not second:
            with pytest.raises(ZeroDivisionError):
                operation(one, other)
            continue
        found = operation(one, other)
        assert type(found) is Ratio
        assert found.below > 0
        assert found.exact() == operation(Fraction(first), second)


@pytest.mark.parametrize("comparison", COMPARISONS)
@given(first=EXACT, second=EXACT, scale=SCALES, other_scale=SCALES)
def test_comparisons_are_those_of_fractions(comparison, first, second, scale, other_scale):
    left, right = written(first, scale), written(second, other_scale)
    for one, other in ((left, right), (left, second), (first, right)):
        assert comparison(one, other) is comparison(Fraction(first), second)


@given(value=EXACT, scale=SCALES, exponent=st.integers(-4, 6))
def test_one_number_alone(value, scale, exponent):
    number = written(value, scale)
    assert Ratio.of(value).exact() == value
    assert (-number).exact() == -value
    assert abs(number).exact() == abs(value)
    assert bool(number) is bool(value)
    assert float(number) == float(value)
    if value or exponent >= 0:
        assert (number**exponent).exact() == Fraction(value) ** exponent
    else:
        with pytest.raises(ZeroDivisionError):
            number**exponent


@given(above=st.integers(-(10**9), 10**9), below=st.integers(1, 10**9))
def test_what_leaves_is_a_fraction_like_any_other(above, below):
    made, usual = fraction(above, below), Fraction(above, below)
    assert type(made) is Fraction
    assert (made, repr(made), hash(made)) == (usual, repr(usual), hash(usual))


@given(value=fractions(0, 40, max_denominator=400), scale=SCALES)
def test_roots_are_exact_where_they_can_be(value, scale):
    for square in (value, value * value):
        found, expected = ratio_root(written(square, scale)), square_root(square)
        assert (found, type(found)) == (expected, type(expected))


def test_sums_of_products_and_results():
    weights, values = ratios(Fraction(1, 2), Fraction(1, 3)), ratios(4, Fraction(3, 2))
    mean = dot(weights, values)
    results = in_lowest_terms({"mean": mean, "count": 2, "rows": (1.5,)})
    assert results == {"mean": Fraction(5, 2), "count": 2, "rows": (1.5,)}
    assert type(results["mean"]) is Fraction


@pytest.mark.parametrize("operation", [*OPERATIONS, *COMPARISONS[:4]])
def test_rounded_numbers_are_refused(operation):
    for one, other in ((Ratio(1, 2), 0.5), (0.5, Ratio(1, 2))):
        with pytest.raises(TypeError):
            operation(one, other)
