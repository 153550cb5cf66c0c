from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.document.numbers import machine_decimal, significant
from qgen.marking.number_reader import Refusal, parse_number

UNDERSTOOD = {
    "7": "7",
    "+7": "7",
    "-7": "-7",
    "−7": "-7",
    "– 7": "-7",
    " \t7\n": "7",
    "007": "7",
    "0.5": "1/2",
    ".5": "1/2",
    "5.": "5",
    "0,5": "1/2",
    ",5": "1/2",
    "0,500": "1/2",
    "12,25": "49/4",
    "1234,567": "1234567/1000",
    "1.000": "1",
    "1.234": "617/500",
    "1/3": "1/3",
    "-1/3": "-1/3",
    "1/-3": "-1/3",
    " 1 / 3 ": "1/3",
    "0,5/2": "1/4",
    "5e-3": "1/200",
    "5E+3": "5000",
    "1e1/4": "5/2",
    "2,5e3": "2500",
    "5·10^-3": "1/200",
    "5*10^-3": "1/200",
    "5x10^-3": "1/200",
    "5 × 10⁻³": "1/200",
    "5*10**(-3)": "1/200",
    r"5 \cdot 10^{-3}": "1/200",
    "10^-3": "1/1000",
    "-10^2": "-100",
    "50%": "1/2",
    "12,5 %": "1/8",
    "1/3%": "1/300",
    "1 000": "1000",
    "1\u202f000\u00a0000": "1000000",
    "1 000,5": "2001/2",
    "1'000.5": "2001/2",
    "1,000.5": "2001/2",
    "1.000,5": "2001/2",
    "1,000,000": "1000000",
    "1.000.000": "1000000",
    "1,234,567.25": "4938269/4",
}
REFUSED = {
    "": "Nothing was typed",
    " \u00a0 ": "Nothing was typed",
    "1,000": "write 1000 or 1.000",
    "-1,234": "write 1234 or 1.234",
    "1,000/3": "write 1000 or 1.000",
    "1,00,000": "separators",
    "1,0000.5": "separators",
    "1.2.3": "separators",
    "1 1": "separators",
    "1 1/2": "separators",
    "0 500": "separators",
    "5,": "separators",
    "1/0": "divides by zero",
    "1/0.0": "divides by zero",
    "1/2/3": "one slash",
    "1/3*10^2": "unclear what is divided",
    "1e999999999": "power of ten",
    "1e-999999999": "power of ten",
    "0e99999": "power of ten",
    "10^99999": "power of ten",
    "inf": "finite",
    "-Infinity": "finite",
    "∞": "finite",
    "NaN": "finite",
    "５": "digits 0 to 9",
    "٣": "digits 0 to 9",
    "1٫5": "not a number",
    "½": "not a number",
    "5²": "not a number",
    "two": "not a number",
    "5 nats": "not a number",
    "--5": "not a number",
    "1_000": "not a number",
    "0x10": "not a number",
    "1e5e5": "not a number",
    "2^10": "not a number",
    "210^3": "not a number",
    "*10^3": "not a number",
    "%": "not a number",
    "1/": "not a number",
    ".": "not a number",
    "1+1": "not a number",
    "__import__('os')": "not a number",
    "9" * 101: "at most 100 characters",
    "9" * 10**6: "at most 100 characters",
    " " * 10**6: "at most 100 characters",
    "1," * 10**6: "at most 100 characters",
}


@pytest.mark.parametrize(("text", "value"), UNDERSTOOD.items())
def test_numbers_are_read_exactly(text: str, value: str) -> None:
    assert parse_number(text) == Fraction(value)


@pytest.mark.parametrize(("text", "part"), REFUSED.items())
def test_the_rest_is_refused_with_a_sentence(text: str, part: str) -> None:
    refusal = parse_number(text)
    assert isinstance(refusal, Refusal), refusal
    assert part in refusal.sentence
    assert refusal.sentence.endswith(".")
    assert len(refusal.sentence) < 200


@pytest.mark.slow
@given(st.fractions())
def test_a_fraction_reads_back(value: Fraction) -> None:
    assert parse_number(str(value)) == value
    assert parse_number(f"+{value}" if value >= 0 else f"−{-value}") == value
    assert parse_number(f"{value}%") == value / 100


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-9999, max_value=9999)
)
def test_a_decimal_reads_back_with_a_point_and_in_groups(value: object) -> None:
    assert parse_number(str(value)) == Fraction(str(value))
    assert parse_number(f"{value:,}") == Fraction(str(value))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e250, max_value=1e250))
def test_what_the_key_prints_reads_back(value: float) -> None:
    for text in (significant(value, 4), machine_decimal(value), repr(value)):
        if "e-3" not in text or int(text.partition("e")[2]) >= -300:
            assert parse_number(text) == Fraction(text)


_PIECES = st.sampled_from([*"0123456789.,' eE+-−/%x*·^(){}⁻²⁵٣５\u00a0", "10^", "inf", "nan"])


@pytest.mark.slow
@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(_PIECES).map("".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert isinstance(parse_number(text), Fraction | Refusal)


@pytest.mark.slow
@given(st.lists(st.sampled_from("0123456789.-+eE"), min_size=1, max_size=8).map("".join))
def test_what_python_reads_as_a_number_is_never_read_as_another(text: str) -> None:
    given_number = parse_number(text)
    try:
        expected = Fraction(text)
    except (ValueError, ZeroDivisionError):
        return
    assert isinstance(given_number, Refusal) or given_number == expected
