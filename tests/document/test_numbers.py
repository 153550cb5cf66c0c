from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.numbers import (
    exact_value,
    fraction,
    machine_decimal,
    rounded,
    significant,
    terminating,
    to_digits,
)


def test_terminating_decimals_are_written_in_full() -> None:
    assert terminating(Fraction(-1, 8)) == "-0.125"
    assert terminating(Fraction(3)) == "3"
    assert terminating(Fraction(1, 10**12)) == "0.000000000001"
    assert terminating(Fraction(1, 10**13)) is None
    assert terminating(Fraction(1, 3)) is None


@given(st.integers(-(10**15), 10**15), st.integers(0, 12))
def test_terminating_reads_back(digits: int, places: int) -> None:
    value = Fraction(digits, 10**places)
    text = terminating(value)
    assert text is not None
    assert Fraction(text) == value


def test_significant_rounds_half_to_even_and_drops_zeros() -> None:
    assert significant(Fraction(1, 3), 3) == "0.333"
    assert significant(Fraction(5, 2), 1) == "2"
    assert significant(Fraction(7, 2), 1) == "4"
    assert significant(1200, 2) == "1200"
    assert significant(Fraction(999, 1000), 2) == "1"
    assert significant(1e-6, 3) == "1e-6"
    assert significant(1.25e15, 3) == "1.25e15"
    assert significant(0.0, 3) == significant(0, 3) == "0"


@pytest.mark.slow
@given(st.fractions().filter(bool), st.integers(1, 15))
def test_significant_is_at_most_half_a_unit_off(value: Fraction, digits: int) -> None:
    error = abs(Fraction(significant(value, digits)) - value)
    assert error * 2 * 10 ** (digits - 1) <= abs(value)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (20.96, 3, "21.0"), (20.999, 4, "21.00"), (-0.7299, 3, "-0.730"), (99.97, 3, "100"),
        (0.00012001, 3, "0.000120"), (2000.4, 4, "2000"), (1.0004e-7, 3, "1.00e-7"),
        (Fraction(20, 3), 1, "7"), (Fraction(2999, 1000), 3, "3.00"), (123456.0, 4, "123500"),
        # What needs no more digits is exact, and prints short.
        (0.5, 3, "0.5"), (0.1 + 0.2, 4, "0.3"), (Fraction(1, 8), 4, "0.125"), (3, 3, "3"),
        (0.0, 3, "0"), (1e20, 3, "1e20"),
    ],
)  # fmt: skip
def test_zeros_are_kept_where_digits_were_rounded_away(
    value: float | Fraction, digits: int, text: str
) -> None:
    assert rounded(value, digits) == text


@given(st.floats(1e-4, 1e9), st.integers(1, 9))
def test_rounded_digits_are_as_many_as_asked_or_exact(value: float, digits: int) -> None:
    text = rounded(value, digits)
    shown = text.partition("e")[0].replace(".", "").lstrip("0")
    assert Fraction(text) == Fraction(significant(value, digits))
    assert len(shown) >= digits or float(text) == pytest.approx(value, rel=1e-11)


@given(st.one_of(st.floats(1e-7, 1e15), st.fractions(), st.integers()), st.integers(1, 9))
def test_all_digits_asked_for_are_shown(value: int | Fraction | float, digits: int) -> None:
    """Whether the value needs them or not: an exact one must not stand out among others."""
    text = to_digits(value, digits)
    assert Fraction(text) == Fraction(significant(value, digits))
    shown = text.partition("e")[0].replace(".", "").lstrip("-0")
    assert len(shown) >= digits or value == 0
    assert to_digits(float(value), digits) == text or not isinstance(value, int)


def test_machine_decimal_is_exact_where_it_can_be() -> None:
    assert machine_decimal(Fraction(1, 8)) == "0.125"
    assert machine_decimal(0.1 + 0.2) == "0.3"
    assert machine_decimal(Fraction(1, 3)) == "0.333333333333333"


def test_a_float_stands_for_its_first_fifteen_digits() -> None:
    assert exact_value(0.1) == Fraction(1, 10)
    assert exact_value(0.1 + 0.2) == Fraction(3, 10)
    assert exact_value(Fraction(1, 3)) == Fraction(1, 3)
    assert exact_value(7) == 7
    for value in (float("inf"), float("nan")):
        with pytest.raises(ValueError, match="Invalid literal"):
            exact_value(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_key_is_the_number_that_platforms_get(value: float) -> None:
    assert exact_value(value) == Fraction(machine_decimal(value))


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9).filter(bool))
def test_a_fraction_in_the_short_way_is_one_like_any_other(above: int, below: int) -> None:
    made, usual = fraction(above, below), Fraction(above, below)
    assert type(made) is Fraction
    assert (made, repr(made), hash(made)) == (usual, repr(usual), hash(usual))


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        fraction(1, 0)
