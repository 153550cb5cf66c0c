from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.marking.formula_intervals import Arithmetic, Interval, NoValue, TooHard
from tests.drawn_fractions import fractions
from tests.examples import examples

_PLACES = st.decimals(-30, 30, places=4).map(Fraction)
_FUNCTIONS: dict[str, tuple[Callable[[Arithmetic], Callable[..., object]], object]] = {
    "exp": (lambda a: a.exp, mpmath.exp),
    "ln": (lambda a: a.ln, mpmath.log),
    "sqrt": (lambda a: a.sqrt, mpmath.sqrt),
    "sin": (lambda a: a.sin, mpmath.sin),
    "cos": (lambda a: a.cos, mpmath.cos),
    "tanh": (lambda a: a.tanh, mpmath.tanh),
    "sigmoid": (lambda a: a.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
}


@pytest.mark.parametrize("name", _FUNCTIONS)
@given(value=_PLACES)
@examples(30)
def test_bounds_hold_the_value_and_are_narrow(name: str, value: Fraction) -> None:
    ours, theirs = _FUNCTIONS[name]
    arithmetic = Arithmetic(40)
    if name == "ln" and value == 0:
        return
    try:
        bounds = arithmetic.interval(ours(arithmetic)(value))  # type: ignore[arg-type]
    except NoValue:
        assert name in ("ln", "sqrt")
        assert value < 0
        return
    with mpmath.workdps(80):
        expected = theirs(mpmath.mpf(value.numerator) / value.denominator)  # type: ignore[operator]
        low, high = mpmath.mpf(str(bounds.low)), mpmath.mpf(str(bounds.high))
        margin = mpmath.mpf(10) ** -75 * (1 + abs(expected))
        assert low - margin <= expected <= high + margin
        assert high - low <= mpmath.mpf(10) ** -35 * max(1, abs(expected))


@pytest.mark.slow
@given(
    fractions(-9, 9, max_denominator=50),
    st.one_of(st.integers(-300, 300).map(Fraction), fractions(-9, 9, max_denominator=7)),
)
def test_powers_are_real_and_within_bounds(base: Fraction, exponent: Fraction) -> None:
    arithmetic = Arithmetic(40)
    try:
        bounds = arithmetic.interval(arithmetic.power(base, exponent))
    except NoValue:
        assert (base == 0 and exponent < 0) or (base < 0 and exponent.denominator > 1)
        return
    with mpmath.workdps(80):
        expected = mpmath.power(
            mpmath.mpf(base.numerator) / base.denominator,
            mpmath.mpf(exponent.numerator) / exponent.denominator,
        )
        margin = mpmath.mpf(10) ** -70 * abs(expected)
        assert mpmath.mpf(str(bounds.low)) - margin <= expected
        assert expected <= mpmath.mpf(str(bounds.high)) + margin


@pytest.mark.slow
@given(st.lists(st.decimals(-5, 5, places=3), min_size=2, max_size=2), st.integers(-6, 6))
def test_powers_of_intervals_hold_the_powers_of_their_points(
    ends: list[Decimal], exponent: int
) -> None:
    arithmetic = Arithmetic(30)
    interval = Interval(min(ends), max(ends))
    try:
        bounds = arithmetic.interval(arithmetic.power(interval, Fraction(exponent)))
    except TooHard:
        assert exponent < 0
        assert interval.low <= 0 <= interval.high
        return
    for inside in (*ends, (ends[0] + ends[1]) / 2):
        if inside or exponent >= 0:
            value = Fraction(inside) ** exponent
            assert Fraction(bounds.low) <= value <= Fraction(bounds.high)


@pytest.mark.parametrize("name", _FUNCTIONS)
@given(ends=st.lists(st.decimals("0.0001", 60, places=4), min_size=2, max_size=2))
@examples(30)
def test_functions_of_intervals_hold_the_values_between(name: str, ends: list[Decimal]) -> None:
    arithmetic = Arithmetic(40)
    function = _FUNCTIONS[name][0](arithmetic)
    bounds = arithmetic.interval(function(Interval(min(ends), max(ends))))  # type: ignore[arg-type]
    for inside in (*ends, (ends[0] + ends[1]) / 2):
        value = arithmetic.interval(function(Fraction(inside)))  # type: ignore[arg-type]
        assert bounds.low <= value.high
        assert value.low <= bounds.high


@pytest.mark.parametrize("digits", [16, 40, 150])
def test_pi_lies_within_its_bounds(digits: int) -> None:
    bounds = Arithmetic(digits).pi()
    with mpmath.workdps(200):
        assert mpmath.mpf(str(bounds.low)) < mpmath.pi < mpmath.mpf(str(bounds.high))
        assert bounds.high - bounds.low <= Decimal(10) ** (1 - digits)
