"""A page reads and marks complex numbers as qgen does."""

import random
from cmath import exp as cexp
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.bank.exact_arithmetic import multiply
from qgen.document.answers import (
    CarriedForward,
    ComplexAnswer,
    ComplexMistake,
    Numeric,
    Tolerance,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.values import Complex, as_complex
from qgen.marking.complex_reader import read_complex
from qgen.marking.number_reader import NO_NUMBER, Refusal
from qgen.marking.responses import mark_response
from qgen.marking.rules import reach_of
from qgen.renderers.html.marking_data import marked_parts
from tests import samples
from tests.renderers.html.page_scripts import SHARES, TOO_HARD, WORD, key_of, needs_node, page

pytestmark = needs_node

COMPLEX_TEXTS = (
    *("3-2i", "3 - 2*i", "-i", "2i+3", "3+2j", "sqrt(2)i/2", "1/2 - i/3", "1,5-2,5i", "−i", "i"),
    *("I", "+i", "1/2i", "1/(2i)", "(1/2)i", "1,234+2i", "1.234,5+i", "3", "3,5", "1e-3i", "2e"),
    *(
        "5·10^-3 + 2i",
        "3e-2i",
        "2ei",
        "10^-3i",
        "5*10**3i",
        "10⁻³i",
        "10^3 i",
        "2e*i",
        "e^(i*pi/4)",
        "e^ipi",
        "exp(iπ/3)",
        "i^i",
        "i^0.5",
    ),
    *("2(cos(pi/3)+i sin(pi/3))", "(3+2i)/5", "1/(2+i)", "(1+i)^2", "i^2", "sqrt(-3)", "sqrt(i)"),
    *("(1+sqrt(-3))/2", "ln(i)", "sin(i)", "log(2)i", "i+j", "2i+3i", "2+3", "--2i", "i2", "i*2"),
    *("2 i", "2i/3", "2/3i", "2/3*i", "50%+i", "inf+i", "infinity", "3\\mathrm{i}", "𝑖", "3+2𝑖"),
    *("(3,2)", "3,2", "3;2", "abc", "i + ", "1/0+i", "i/0", "1/(i-i)", "pii", "2ii", "pi i", "pi"),
    *("3 + -2i", "1+2i+3", "0i", "0", "2i^2", "(1+i)^99", "(1+i)^101", "exp(1000i)", "1e400i"),
    *("½i", "２i", "3i-2.", "1 000i", "1'000+2i", "3√2i", "3+√2*i", "mini", "3∠40", "", " ", "²i"),
    *("|3+4i|", "abs(3+4i)i", "i" * 101, "i(1+i)", "1e5-3i", "5.e-3i", "2 e-3 + i", "i/-2", "-+2i"),
    *("(2+i)^-2", "0*i", "i*0+1", "(i)^0", "exp(0*i)", "3+2i ", "\t2i", "3\u00a0+\u00a02i", "1_0i"),
    *("*i", "8+*i", "-*i", "8 + · i", "×i/2", "2**i", "2* *i", "i*", "2 * i", "-3·i/4"),
    *("3+j4", "j4", "3 + j 4", "3−j0,5", "j4+3", "j4e-3-1", "j4e", "3j4", "j1,234", "j4+i", "j4j"),
    *("-+j4", "3+-j4", "j4-2+1", "j4.", "j4/5", "j4^2", "j(4)", "i*4", "I4", "𝑗4", "2+j4,5e3"),
)
COMPLEX_PIECES = "i i i j 1 2 3 0.5 1,5 1/2 10 e pi π exp( sqrt( ( ) + + - - * / ^2 ² | I %".split()
COMPLEX_OPERANDS = "i 2i -i 3 (1+i) (2-3i) 0.5i sqrt(2) pi exp(i) e^(2i) i/3 (1/3) |3-4i|".split()


def complex_texts(count: int) -> list[str]:
    """What students might type for a complex number; most of it has a value."""
    stream = random.Random(21)
    texts = list(COMPLEX_TEXTS)
    while len(texts) < count:
        match len(texts) % 3:
            case 0:
                texts.append("".join(stream.choices(COMPLEX_PIECES, k=stream.randint(1, 6))))
            case 1:
                text = stream.choice(COMPLEX_OPERANDS)
                for _ in range(stream.randint(0, 3)):
                    shape = stream.choice(["{}+{}", "{} - {}", "({})*{}", "({})/({})", "{} {}"])
                    text = shape.format(text, stream.choice(COMPLEX_OPERANDS))
                texts.append(stream.choice(["{}", "-({})", "({})^2", "({})^-1"]).format(text))
            case _:
                real, imaginary = (
                    f"{stream.choice(['', '-', '−'])}{stream.randint(0, 99)}"
                    f"{stream.choice(['', ',', '.', '/', 'e-'])}{stream.randint(1, 9)}"
                    for _ in range(2)
                )
                shape = stream.choice(["{} + {}i", "{}i{}", "{}+{}*i", "{} − i*{}", "{}{}j", "{}i"])
                texts.append(shape.format(real, imaginary))
    return texts


def test_complex_numbers_are_read_alike() -> None:
    texts = complex_texts(6000)
    values = 0
    for text, found in zip(texts, page("complex", [[text] for text in texts]), strict=True):
        read = read_complex(text)
        if isinstance(read, Refusal):
            assert isinstance(found, str) or read.sentence == TOO_HARD, text
            assert found == read.sentence or "is unknown" in found or len(found) == 5, text
            continue
        values += 1
        if isinstance(found, str):
            # Where digits cancel, a page's doubles may not suffice any more.
            assert found == TOO_HARD, text
            assert any(p.slack > max(1, abs(p.value)) * Fraction(1, 10**11) for p in read), text
            continue
        shown = [Fraction(each) for each in found[:4]]
        for part, value, slack in zip(read, shown[::2], shown[1::2], strict=True):
            assert abs(value - part.value) <= slack + part.slack, text
            assert bool(slack) == bool(part.slack), text
        # What the page makes of it reads back as that.
        again = read_complex(found[4])
        assert not isinstance(again, Refusal)
        for part, back in zip(read, again, strict=True):
            assert float(back.value) == pytest.approx(float(part.value), rel=1e-5, abs=1e-12), text
    assert values > 3000
    plain, *others = page("complex", [["1/2-i/3", True], ["sqrt(2)i", True], ["(1+i)^2", True]])
    assert plain[:4] == ["1/2", "0", "-1/3", "0"]
    assert set(others) == {NO_NUMBER.sentence}


def test_a_page_shows_no_rounding_of_a_complex_number() -> None:
    texts = ["e^(i*pi)", "8e^(-2i*pi)", "3e^(i*pi/2)", "e^(i*pi)+1", "1e-20i - 2", "1.5"]
    found = [read[4] for read in page("complex", [[text] for text in texts])]
    assert found == ["-1", "8", "3i", "0", "-2 + 1e-20i", "1.5"]


def test_complex_numbers_are_marked_alike() -> None:
    stream = random.Random(22)
    cases, expected = [], []

    def some() -> Complex:
        parts = [
            stream.choice([0, stream.randint(-9, 9), Fraction(stream.randint(-9, 9), 7), 0.3])
            for _ in range(2)
        ]
        return Complex(*parts)

    for _ in range(500):
        kind: Any = stream.choice(["absolute", "relative", "significant_digits"])
        amount = Fraction(stream.randint(1, 3)) / (1 if kind == "significant_digits" else 10)
        amount = stream.choice([amount, amount, Fraction(1 if kind == "significant_digits" else 0)])
        key, *wrong = (some() for _ in range(4))
        answer = ComplexAnswer(
            key,
            Tolerance(kind, amount),
            None,
            tuple(ComplexMistake(each, WORD, stream.choice(SHARES)) for each in wrong),
        )
        reach = reach_of(key, answer.tolerance)
        for near in (key, *wrong):
            for _ in range(4):
                share, angle = stream.choice([0, 0.9, 0.999, 1.001, 1.1]), stream.random() * 7
                there = complex(near.real, near.imaginary) + share * reach * cexp(1j * angle)
                text = stream.choice(["{:.15g} {:+.15g}i", "{:.3g}{:+.3g}*i"])
                cases.append([key_of(answer), text.format(there.real, there.imag)])
                expected.append(mark_response(samples.sole(answer)[0], cases[-1][1], {}))
        for text in (typed_complex(key), "sqrt(2)/2 + exp(1)*i", "1/2i", "", "2i+", "i+j"):
            cases.append([key_of(answer), text])
            expected.append(mark_response(samples.sole(answer)[0], text, {}))
    found = page("mark", cases)
    assert len(cases) > 5000
    assert {Fraction(0), Fraction(1)} <= {mark.credit for mark in expected}
    outcomes = {"marked": "marked", "blank": "blank", "unreadable": "refused"}
    for case, theirs, ours in zip(cases, found, expected, strict=True):
        assert (case, theirs["outcome"]) == (case, outcomes[ours.outcome])
        if ours.credit is None:
            assert theirs["sentence"] == ours.sentence
        else:
            assert (case, theirs["credit"]) == (case, str(ours.credit))
            assert (case, theirs["mistake"]) == (case, ours.mistake)


def test_what_follows_from_a_complex_number_is_left_to_a_person() -> None:
    """A page follows no complex number; who is right by the key is right all the same."""
    first = ComplexAnswer(Complex(1, 2), Tolerance("absolute", Fraction(0)))
    second = ComplexAnswer(Complex(-3, 4), Tolerance("absolute", Fraction(0)))
    third = Numeric(5, Tolerance("absolute", Fraction(0)))
    one, two, three = samples.steps(first, second, third)
    two = replace(two, carried=CarriedForward("a", lambda z: multiply(z, z)))
    three = replace(three, carried=CarriedForward("a", lambda z: abs(as_complex(z).real) + 4))
    keys = marked_parts(replace(samples.item("open"), parts=(one, two, three)))
    cases = [
        [keys[1], "-3+4i", ["1+i"]],
        [keys[1], "2i", ["1+i"]],
        [keys[1], "2i", ["1/2i"]],
        [keys[1], "2i", [""]],
        [keys[2], "5", ["1+i"]],
        [keys[2], "7", ["3+i"]],
        [keys[2], "7", ["i/"]],
    ]
    found = page("mark", cases)
    assert [each["outcome"] for each in found] == [
        *("marked", "undecided", "marked", "marked", "marked", "undecided", "marked")
    ]
    earlier = {"a": Complex(1, 1)}
    assert mark_response(two, "2i", earlier).credit == 1
    assert mark_response(two, "3i", earlier).credit == 0
    assert mark_response(three, "7", {"a": Complex(3, 1)}).credit == 1
