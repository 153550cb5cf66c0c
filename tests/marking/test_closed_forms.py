"""Numbers that students leave as they are: what they are worth, and what is asked back."""

import math
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import CarriedForward, Numeric, Tolerance
from qgen.marking.closed_forms import read_typed
from qgen.marking.number_reader import Refusal, parse_number
from qgen.marking.responses import mark_response
from tests import samples

VALUES = {
    "sqrt(2)/2": math.sqrt(2) / 2,
    "2*pi": 2 * math.pi,
    "2π": 2 * math.pi,
    "e^2": math.e**2,
    "e^-3": math.e**-3,
    "2e^2": 2 * math.e**2,
    "-ln(2)": -math.log(2),
    "ln 2": math.log(2),
    "exp(-1/2)": math.exp(-0.5),
    "log2(8)": 3,
    "log_{10}(2)": math.log10(2),
    "1/sqrt(2*pi)": 1 / math.sqrt(2 * math.pi),
    "2**0.5": math.sqrt(2),
    "(1 + sqrt(5))/2": (1 + math.sqrt(5)) / 2,
    r"\frac{\sqrt{3}}{2}": math.sqrt(3) / 2,
    "|2-π|": math.pi - 2,
    "sin(1)": math.sin(1),
    "3√2": 3 * math.sqrt(2),
}
EXACT = {
    "3/4": "3/4",
    "1.2e-3": "0.0012",
    "(1/2)/(3/4)": "2/3",
    "2^10": "1024",
    "(2/3)^3": "8/27",
    r"\frac{1}{2}": "1/2",
    "sqrt(16)/2": "2",
    "1 000": "1000",
    "12,5 %": "1/8",
}
ASKED_BACK = {
    "1,234": "can mean",
    "log(100)": "base e, 10 or 2",
    r"\log 2": "base e, 10 or 2",
    "5e": "unclear what this e is",
    "1,5*pi": "comma",
    "ln(-1)": "no value",
    "1/(2-2)": "no value",
    "9^9^9^9": "too large",
    "exp(exp(20))": "too large",
    "e^-1000": "too large or too small",
    "3-4": "not a number",
    "17 nats": "not a number",
    "1/2/3": "one slash",
    "x*pi": "unknown",
    "sqrt(2": "not closed",
    "1/2pi": "unclear",
    "(" * 40 + "1" + ")" * 40: "nested too deeply",
    "1+" * 60 + "pi": "at most 100 characters",
    "": "Nothing was typed",
    "__import__('os')": "not understood",
    "e.__class__": "",
}


@pytest.mark.parametrize("text", VALUES)
def test_closed_forms_have_their_values(text: str) -> None:
    read = read_typed(text)
    assert not isinstance(read, Refusal)
    assert abs(float(read.value) - VALUES[text]) <= 1e-11 * abs(VALUES[text])
    assert abs(Fraction(VALUES[text]) - read.value) <= read.slack + Fraction(1, 10**15)


@pytest.mark.parametrize("text", EXACT)
def test_what_is_a_fraction_stays_one(text: str) -> None:
    assert read_typed(text) == (Fraction(EXACT[text]), 0)


@pytest.mark.parametrize("text", ASKED_BACK)
def test_what_is_unclear_is_asked_back(text: str) -> None:
    start = time.perf_counter()
    read = read_typed(text)
    assert isinstance(read, Refusal)
    assert ASKED_BACK[text] in read.sentence
    assert time.perf_counter() - start < 1


@given(st.text("0123456789.,' /+-−%e^*()", max_size=12))
def test_plain_numbers_keep_their_meaning(text: str) -> None:
    plain = parse_number(text)
    read = read_typed(text)
    if isinstance(plain, Fraction):
        assert read == (plain, 0)
    assert isinstance(read_typed(text, worked_out=True), Refusal) == isinstance(plain, Refusal)


@given(st.text("0123456789.()^*/+-e π√|sqrtlnxp,", max_size=60))
def test_nothing_hangs_or_raises(text: str) -> None:
    start = time.perf_counter()
    read = read_typed(text)
    if not isinstance(read, Refusal):
        assert abs(read.value) < 10**301
    assert time.perf_counter() - start < 1


def test_a_closed_form_is_marked_as_the_number_that_it_is() -> None:
    tolerance = Tolerance("relative", Fraction(1, 1000))
    (part,) = samples.sole(Numeric(math.sqrt(2) / 2, tolerance))
    credits = {"sqrt(2)/2": 1, "1/sqrt(2)": 1, "sin(π/4)": 1, "0.707": 1, "sqrt(2)": 0}
    for text, credit in credits.items():
        assert mark_response(part, text, {}).credit == credit
    # No decimal of a rounded key is wanted to more digits than it has.
    exactly = replace(part, answer=Numeric(math.sqrt(2) / 2, Tolerance("absolute", Fraction(0))))
    assert mark_response(exactly, "sqrt(2)/2", {}).credit == 1
    assert mark_response(exactly, "sqrt(2)/2 + 10^-9", {}).credit == 0
    unread = mark_response(part, "log(2)", {})
    assert (unread.credit, unread.outcome) == (None, "unreadable")


def test_only_plain_numbers_where_they_are_to_be_worked_out() -> None:
    answer = Numeric(391, Tolerance("absolute", Fraction(0)), worked_out=True)
    (part,) = samples.sole(answer)
    assert mark_response(part, "391", {}).credit == 1
    assert mark_response(part, "782/2", {}).credit == 1
    assert mark_response(part, "(17*23)", {}).outcome == "unreadable"
    (free,) = samples.sole(replace(answer, worked_out=False))
    assert mark_response(free, "(17*23)", {}).credit == 1


def test_what_follows_from_a_closed_form() -> None:
    tolerance = Tolerance("relative", Fraction(1, 1000))
    _, second = samples.steps(Numeric(1, tolerance), Numeric(2, tolerance))
    part = replace(second, carried=CarriedForward("a", lambda earlier: 2 * earlier))
    first = read_typed("sqrt(2)")
    assert not isinstance(first, Refusal)
    assert mark_response(part, "2*sqrt(2)", {"a": first.value}).credit == 1
    assert mark_response(part, "2*sqrt(3)", {"a": first.value}).credit == 0
