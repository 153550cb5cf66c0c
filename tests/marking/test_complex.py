"""Complex numbers: read as they are meant or refused, and marked by their distance."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import CarriedForward, ComplexAnswer, ComplexMistake, Tolerance
from qgen.document.complex_numbers import complex_tex, typed_complex
from qgen.document.richtext import passage_of
from qgen.document.values import Complex, as_complex
from qgen.marking.complex_checks import complex_faults
from qgen.marking.complex_marker import Given, mark_complex
from qgen.marking.complex_reader import read_complex
from qgen.marking.number_reader import LONGEST, Refusal
from qgen.marking.responses import mark_response
from qgen.marking.rules import squared_reach
from tests import samples

F = Fraction
READ = {
    "3-2i": (3, -2),
    "3 − 2·i": (3, -2),
    "-i": (0, -1),
    "I": (0, 1),
    "2i+3": (3, 2),
    "3+2j": (3, 2),
    "3+j4": (3, 4),
    "3 − j 0,5": (3, F(-1, 2)),
    "j4 + 3": (3, 4),
    "-i2": (0, -2),
    "1+j4e-3": (1, F(1, 250)),
    "1/2 - i/3": (F(1, 2), F(-1, 3)),
    "2i/3": (0, F(2, 3)),
    "1,5-2,5i": (F(3, 2), F(-5, 2)),
    "1.234,5+i": (F(2469, 2), 1),
    "1e-3i": (0, F(1, 1000)),
    "5·10^-3 + 2i": (F(1, 200), 2),
    "5·10^-3 i": (0, F(1, 200)),
    "5·10⁻³i": (0, F(1, 200)),
    "10^(-3)*i": (0, F(1, 1000)),
    "(3+2i)/5": (F(3, 5), F(2, 5)),
    "1/(2+i)": (F(2, 5), F(-1, 5)),
    "(1+i)^-2": (0, F(-1, 2)),
    "2i*3i": (-6, 0),
    "|3+4i|": (5, 0),
    "7": (7, 0),
    "0,5": (F(1, 2), 0),
    "\\frac{1}{2}+\\frac{i}{3}": (F(1, 2), F(1, 3)),
}
REFUSED = {
    "1/2i": "still belongs to the divisor",
    "1,234+2i": "1,234 can mean 1234 or 1.234",
    "10^-3i": "still belongs to the exponent",
    "5*10**3i": "still belongs to the exponent",
    "i+j": "write the imaginary unit as i",
    "2e+i": "what this e is",
    "log(2)i": "log can have base",
    "ln(i)": "Functions but exp and abs are read of real numbers",
    "i^i": "Functions but exp and abs",
    "(3, 2)": "comma",
    "3+2x": "not a number",
    "i2i": "unknown",
    "3+j1,234": "1,234 can mean 1234 or 1.234",
    "3j4": "unknown",
    "j4+i": "unknown",
    "j4^2": "unknown",
    "1/(i-i)": "no value",
    "1/0+i": "divides by zero",
    "inf+i": "finite",
    "3+": "not a number",
    "*i": "Something is missing before",
    "8+*i": "Something is missing before",
    "-·i/2": "Something is missing before",
    "": "Nothing was typed",
    "i" * 101: "at most 100 characters",
    "(1+i)^1000": "too large",
}


@pytest.mark.parametrize("text", READ)
def test_what_is_meant(text: str) -> None:
    read = read_complex(text)
    assert not isinstance(read, Refusal)
    assert (read.real.value, read.imaginary.value) == READ[text]
    assert read.real.slack == read.imaginary.slack == 0


@pytest.mark.parametrize("text", REFUSED)
def test_what_has_no_single_reading(text: str) -> None:
    read = read_complex(text)
    assert isinstance(read, Refusal)
    assert REFUSED[text] in read.sentence


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sqrt(2)i/2", 2**0.5 / 2 * 1j),
        ("e^(i*pi/4)", (1 + 1j) / 2**0.5),
        ("2(cos(pi/3) + i sin(pi/3))", 1 + 3**0.5 * 1j),
        ("(1+sqrt(-3))/2", 0.5 + 3**0.5 / 2 * 1j),
        ("exp(iπ)", -1),
    ],
)
def test_closed_forms(text: str, value: complex) -> None:
    read = read_complex(text)
    assert not isinstance(read, Refusal)
    assert complex(read.real.value, read.imaginary.value) == pytest.approx(value)
    assert isinstance(read_complex(text, worked_out=True), Refusal)


def test_the_words_of_a_number_that_is_to_be_worked_out() -> None:
    for text in ("3-2i", "1/2 - i/3", "2,5i", "7"):
        assert read_complex(text, worked_out=True) == read_complex(text)
    for text in ("(1+i)^2", "i*i", "2i+3i", "sqrt(2)"):
        assert isinstance(read_complex(text, worked_out=True), Refusal)


parts = st.one_of(
    st.integers(-(10**6), 10**6),
    st.fractions(-(10**6), 10**6, max_denominator=10**6),
    st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-9),
)


@given(parts, parts)
def test_a_key_reads_back_as_it_is_typed(real: Any, imaginary: Any) -> None:
    value = Complex(real, imaginary)
    read = read_complex(typed_complex(value))
    assert not isinstance(read, Refusal)
    for part, found in ((real, read.real), (imaginary, read.imaginary)):
        assert float(found.value) == pytest.approx(float(part), rel=1e-14)
        assert isinstance(part, float) or found.value == part
    assert not isinstance(read_complex(complex_tex(value).replace(r"\cdot", "*")), Refusal)


def asked(key: Complex, kind: Any, amount: Any, *mistakes: ComplexMistake) -> ComplexAnswer:
    return ComplexAnswer(key, Tolerance(kind, Fraction(amount)), None, mistakes)


@given(parts, parts, st.floats(0, 6.29), st.sampled_from(["absolute", "relative"]))
def test_a_tolerance_is_a_disc(real: Any, imaginary: Any, angle: float, kind: str) -> None:
    from cmath import exp

    key = Complex(real, imaginary)
    answer = asked(key, kind, "0.01")
    reach = 0.01 if kind == "absolute" else 0.01 * abs(complex(float(real), float(imaginary)))
    if reach < 1e-6:
        return
    for share, right in ((0.999, 1), (1.001, 0)):
        away = share * reach * exp(1j * angle)
        given_ = Given(F(real) + F(away.real), F(imaginary) + F(away.imag))
        assert mark_complex(answer, given_).credit == right


@pytest.mark.parametrize(
    ("key", "digits", "half"),
    [
        (Complex(3, 4), 3, F(1, 200)),
        (Complex(60, 80), 3, F(1, 2)),
        (Complex(0, F(999, 1000)), 2, F(5, 1000)),
        (Complex(F(6, 10), F(8, 10)), 1, F(1, 2)),
        (Complex(0, 0), 2, 0),
        (Complex(1, 1), 2, F(1, 20)),
        (Complex(7, 7), 2, F(1, 20)),
        (Complex(8, 8), 2, F(1, 2)),
    ],
)
def test_digits_are_those_of_the_magnitude(key: Complex, digits: int, half: Fraction) -> None:
    assert squared_reach(key, Tolerance("significant_digits", F(digits))) == half * half


def test_the_nearest_mistake_is_recognised() -> None:
    first = ComplexMistake(Complex(0, 0), passage_of("nothing"), F(1, 4))
    second = ComplexMistake(Complex(1, 0), passage_of("one"))
    answer = asked(Complex(5, 5), "absolute", 1, first, second)
    (part,) = samples.sole(answer)
    assert mark_response(part, "0.4", {}).mistake == 0
    assert mark_response(part, "0.4", {}).credit == F(1, 4)
    assert mark_response(part, "0.6+0.1i", {}).mistake == 1
    assert mark_response(part, "9i", {}).mistake is None
    assert mark_response(part, "5+4j", {}).credit == 1
    assert mark_response(part, "5+3.99j", {}).credit == 0
    assert mark_response(part, " ", {}).outcome == "blank"
    assert mark_response(part, "1/2i", {}).outcome == "unreadable"


def test_what_follows_from_an_earlier_value_is_right() -> None:
    conjugated = ComplexMistake(Complex(4, -3), passage_of("the conjugate"))
    answer = asked(Complex(4, 3), "absolute", "0.1", conjugated)
    carried = CarriedForward("a", lambda value: Complex(as_complex(value).real + 1, 3))
    part = replace(samples.sole(answer)[0], carried=carried)
    earlier = {"a": Fraction(7)}
    assert mark_response(part, "4+3i", earlier).credit == 1
    assert mark_response(part, "8+3i", earlier).credit == 1
    assert mark_response(part, "3i", {"a": Complex(-1, 2)}).credit == 1
    assert mark_response(part, "8+3i", {}).credit == 0
    assert mark_response(part, "9+3i", earlier).credit == 0
    # What does not follow may still be a known mistake.
    assert mark_response(part, "4-3i", earlier).mistake == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5e^(i*pi)", (-5, 0)),
        ("5e^(-i*pi)", (-5, 0)),
        ("5e^(i*pi/2)", (0, 5)),
        ("e^(i*pi) + 1", (0, 0)),
        ("-5 + 1e-20i", (-5, F(1, 10**20))),
    ],
)
def test_what_follows_starts_from_no_rounding(text: str, value: tuple[Any, Any]) -> None:
    (part,) = samples.sole(asked(Complex(5, 5), "absolute", 1))
    number = mark_response(part, text, {}).number
    assert number is not None
    found = as_complex(number)
    assert (found.real, found.imaginary) == value


FAULTY = {
    "mistake-in-tolerance": asked(
        Complex(1, 1), "absolute", "0.1", ComplexMistake(Complex(1, F(21, 20)), passage_of("x"))
    ),
    "equal-mistakes": asked(
        Complex(1, 1),
        "absolute",
        "0.1",
        ComplexMistake(Complex(2, 0), passage_of("x")),
        ComplexMistake(Complex(2, 0), passage_of("y")),
    ),
    "key-wrong": asked(Complex(F(1, 3), 1), "absolute", 0),
}


@pytest.mark.parametrize("code", FAULTY)
def test_faults_of_keys_and_mistakes(code: str) -> None:
    assert [found for found, _ in complex_faults(FAULTY[code])] == [code]


@pytest.mark.parametrize("amount", ["0", "0.01", "3"])
@pytest.mark.parametrize("key", [Complex(3, -2), Complex(0, 1), Complex(-0.25, 1e-3)])
def test_a_sound_answer_has_no_fault(key: Complex, amount: str) -> None:
    assert list(complex_faults(asked(key, "absolute", amount))) == []


def test_a_key_that_is_too_long_to_be_typed_exactly_is_asked_for_in_decimals() -> None:
    power, size = multiplied_out(Complex(F(3, 7), F(2, 11)), 20), F(1, 100)
    assert len(typed_complex(power)) > LONGEST
    assert list(complex_faults(asked(power, "relative", size))) == []
    ((code, message),) = complex_faults(asked(power, "relative", 0))
    assert code == "key-wrong"
    assert "allow for rounding" in message


def multiplied_out(base: Complex, times: int) -> Complex:
    real, imaginary = F(1), F(0)
    a, b = F(base.real), F(base.imaginary)
    for _ in range(times):
        real, imaginary = a * real - b * imaginary, a * imaginary + b * real
    return Complex(real, imaginary)
