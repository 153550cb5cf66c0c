"""The page's script marks as qgen does: the same responses, given to both."""

import atexit
import hashlib
import json
import random
import re
import shutil
import subprocess
import tempfile
from cmath import exp as cexp
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import exp
from pathlib import Path
from typing import Any

import pytest

import qgen.renderers.html
from qgen.bank.exact_arithmetic import multiply
from qgen.document.answers import (
    CarriedForward,
    ComplexAnswer,
    ComplexMistake,
    FormulaAnswer,
    FormulaMistake,
    Matching,
    MatrixAnswer,
    MatrixMistake,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Open,
    Option,
    Ordering,
    Pair,
    RubricLine,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.formula import Formula, typed
from qgen.document.richtext import passage_of
from qgen.document.values import Complex, as_complex
from qgen.marking.closed_forms import read_typed
from qgen.marking.complex_reader import read_complex
from qgen.marking.equivalence import mark_formula
from qgen.marking.formula_reader import parse_formula
from qgen.marking.grader import (
    mark_choice,
    mark_matching,
    mark_number,
    mark_ordering,
    mark_part_number,
    mark_words,
)
from qgen.marking.number_reader import NO_NUMBER, Refusal, parse_number
from qgen.marking.responses import mark_response
from qgen.marking.rules import accepted_interval, reach_of
from qgen.renderers.carried import quotient_of
from qgen.renderers.html.marking_data import marked_parts
from qgen.renderers.html.script_tightening import tightened
from qgen.renderers.html.scripts import whole_script
from tests import samples
from tests.marking import test_formula_forms

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node"),
]

MODULES = Path(str(qgen.renderers.html.__file__)).parent / "scripts"
RUNNER = Path(__file__).with_name("page_marking.mjs")
WORD = passage_of("word")
TOOLS = (
    "mark written readNumber readAnswer canonical sha256 allowance isIrreducible ratioOf "
    "readFormula readWithConstant complexNumbers".split()
)


@cache
def scripts() -> tuple[Path, Path]:
    """All that marks, as its modules and as a page has it: in one piece, tightened."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    modules = (
        "closed_forms",
        "complex_numbers",
        "formulas",
        "formula_marking",
        "formula_forms",
        "conditions",
        "formula_conditions",
        "marking",
        "digest",
        "store",
    )
    whole = whole_script(modules)
    tools = f"globalThis.tools = {{ {', '.join(TOOLS)} }}\n"
    found = folder / "whole.mjs", folder / "tight.mjs"
    for file, script in zip(found, (whole + tools, tightened(whole + tools)), strict=True):
        file.write_text(script, "utf-8")
    return found


def page(task: str, cases: Sequence[object]) -> list[Any]:
    """What a page's script makes of the cases, however it is written."""
    whole, tight = (run(script, task, cases) for script in scripts())
    assert whole == tight
    return tight


def run(script: Path, task: str, cases: Sequence[object]) -> list[Any]:
    found = subprocess.run(
        ["node", str(RUNNER), str(script)],
        input=json.dumps({"task": task, "cases": cases}).encode(),
        capture_output=True,
        check=False,
    )
    assert not found.returncode, found.stderr.decode()
    made: list[Any] = json.loads(found.stdout)
    return made


def key_of(answer: Any) -> Any:
    (key,) = marked_parts(replace(samples.item("open"), parts=samples.sole(answer)))
    return key


def credits(marks: Sequence[Any]) -> list[Fraction | None]:
    return [None if each["credit"] is None else Fraction(each["credit"]) for each in marks]


def test_ticks_of_every_rule() -> None:
    cases, expected = [], []
    for shown in (2, 3, 5):
        for right in range(1 << shown):
            options = tuple(Option(WORD, bool(right >> n & 1), None) for n in range(shown))
            answers = [
                MultipleSelect(options, rule)
                for rule in ("all_or_nothing", "per_option", "right_minus_wrong")
            ]
            if right.bit_count() == 1:
                answers.append(SingleChoice(options))
            for answer in answers:
                key = key_of(answer)
                for ticked in range(1 << shown):
                    chosen = [n for n in range(shown) if ticked >> n & 1]
                    if isinstance(answer, SingleChoice) and len(chosen) > 1:
                        continue
                    response: Any = [n + 1 for n in chosen]
                    if isinstance(answer, SingleChoice):
                        response = response[0] if response else None
                    cases.append([key, response])
                    expected.append(mark_choice(answer, set(chosen)))
    found = page("mark", cases)
    assert len(cases) > 3000
    assert credits(found) == [mark.credit for mark in expected]
    assert [mark["mistake"] for mark in found] == [
        mark.mistake if mark.credit == 0 else None for mark in expected
    ]


def test_pairs_and_orders() -> None:
    stream = random.Random(5)
    cases, expected = [], []
    for _ in range(1500):
        size, more = stream.randint(2, 5), stream.randint(0, 2)
        places = list(range(size + more))
        stream.shuffle(places)
        pairs = tuple(Pair(WORD, place, None) for place in places[:size])
        rule = stream.choice(["all_or_nothing", "per_option", "right_minus_wrong"])
        matching = Matching(pairs, (WORD,) * (size + more), rule)
        near = [stream.choice([pair.right, pair.right, None, 0, size - 1]) for pair in pairs]
        cases.append([key_of(matching), [None if n is None else n + 1 for n in near]])
        expected.append(mark_matching(matching, near).credit)
        key = list(range(size))
        stream.shuffle(key)
        ordering = Ordering(
            (WORD,) * size, tuple(key), stream.choice(["all_or_nothing", "adjacent"])
        )
        given = [place if stream.random() < 0.9 else None for place in key]
        if stream.random() < 0.7:
            first, second = stream.randrange(size), stream.randrange(size)
            given[first], given[second] = given[second], given[first]
        cases.append([key_of(ordering), [None if n is None else n + 1 for n in given]])
        expected.append(mark_ordering(ordering, given).credit)
    assert credits(page("mark", cases)) == expected


WRITTEN = (
    *("1/3", "-1/3", "−0,25", "50%", "12,5 %", "1.2e-3", "5·10^-3", "5×10⁻³", "10^-3", "1,234"),
    *("1,234.5", "1.234,5", "1 000", "1'000", "1,2,3", "1.2.3", "0x10", "1/0", "1/2/3", "", " "),
    *("inf", "nan", "٣", "abc", "1e400", "+.5", "5.", ".", "-", "1e", "e5", "2*10^3/3", "3/2*10^3"),
    *(
        "1 / 3",
        "- 2",
        "--2",
        "1,5e3",
        "0,001",
        "00,1",
        "1e-300",
        "9" * 101,
        "1\u00a0000",
        "２",
        "½",
    ),
    *("1_000", "1/3%", "%", "10^{2}", "10**2", "\\cdot10^2", "5\\times10^2", "1\t", "∞", "x10^2"),
)


def test_numbers_are_read_alike() -> None:
    stream = random.Random(6)
    texts = list(WRITTEN)
    while len(texts) < 3000:
        texts.append(
            "".join(stream.choices("0123456789012345,.' /-+−%e^*10×()", k=stream.randint(1, 8)))
        )
    read = [parse_number(text) for text in texts]
    expected = [each.sentence if isinstance(each, Refusal) else str(each) for each in read]
    assert sum(isinstance(each, Fraction) for each in read) > 500
    for text, found, wanted in zip(texts, page("number", texts), expected, strict=True):
        assert (text, found) == (text, wanted)


CLOSED = (
    *("sqrt(2)/2", "2*pi", "3/4", "e^2", "ln(2)", "2π", "-e", "sqrt 2", "\\frac{1}{2}", "1/(2-2)"),
    *("ln(-1)", "9^9^9^9", "exp(exp(20))", "log(100)", "log10(100)", "\\log(2)", "log_2(8)", "5e"),
    *("2e^2", "2.e", "√2/2", "(1/2)/(3/4)", "1/2/3", "|−3|", "1,5*pi", "sqrt(2)^2-2", "sin(pi)"),
    *("cos(10^7)", "exp(700)", "e^e^e", "max(1,2)", "0.25 nats", "½", "x", "2(3", "1 000*pi"),
    "e",
    *(
        "(" * 30,
        "e^" * 45 + "2",
        "2^0.5",
        "10**-3",
        "2²",
        "tanh(1)",
        "sigmoid(0)",
        "abs(-2)/3",
        "()",
    ),
    *("1.2e-3*2", "e5", "1/3*pi%", "inf*2", "sqrt(4)", "8^(1/3)", "(-8)^(1/3)", "0^0", "0*ln(0)"),
)
PIECES = "1 2 3 7 0.5 10 e pi π ln( exp( sqrt( sin( log2( ) ( + - * / ^ ^2 ² | , 1/2".split()


TOO_HARD = "This is too large or too small to be worked out here."
OPERANDS = "2 0.5 10 3 7 e pi π ln(2) exp(-1) sqrt(3) sin(2) log2(6) (1/3) 7² -1 |2-pi|".split()


def closed_forms(count: int) -> list[str]:
    """What students might type; half of it has a value."""
    stream = random.Random(12)
    texts = list(CLOSED)
    while len(texts) < count:
        if len(texts) % 2:
            text = "".join(stream.choices(PIECES, k=stream.randint(2, 7)))
            texts.append(text + ")" * max(0, text.count("(") - text.count(")")))
            continue
        text = stream.choice(OPERANDS)
        for _ in range(stream.randint(0, 3)):
            shape = stream.choice(["{}+{}", "{} - {}", "({})*{}", "{}/{}", "({})^{}", "{}**{}"])
            text = shape.format(text, stream.choice(OPERANDS))
        texts.append(stream.choice(["{}", "-{}", "sqrt({})", "ln({})", "exp({})"]).format(text))
    return texts


def test_closed_forms_are_read_alike() -> None:
    texts = closed_forms(4000)
    values = 0
    for text, found in zip(texts, page("answer", [[text] for text in texts]), strict=True):
        read = read_typed(text)
        if isinstance(read, Refusal):
            # A page does not say which name is near to an unknown one.
            assert isinstance(found, str) or read.sentence == TOO_HARD, text
            assert found == read.sentence or "is unknown" in found or len(found) == 2, text
            continue
        values += 1
        if isinstance(found, str):
            # Where digits cancel, a page's doubles may not suffice any more.
            assert found == TOO_HARD, text
            assert read.slack > max(1, abs(read.value)) * Fraction(1, 10**11), text
            continue
        value, slack = map(Fraction, found)
        assert abs(value - read.value) <= slack + read.slack, text
        assert bool(slack) == bool(read.slack), text
    assert values > 800
    assert (
        page("answer", [[text, True] for text in CLOSED[:2]])
        == ["This is not a number: write only a number such as -2, 0.5, 1/3 or 5e-3."] * 2
    )


def test_closed_forms_are_marked_alike() -> None:
    stream = random.Random(13)
    cases, expected = [], []
    for text in closed_forms(1500):
        read = read_typed(text)
        if isinstance(read, Refusal):
            continue
        for kind, amount in (("absolute", "0"), ("relative", "0.01"), ("significant_digits", "3")):
            tolerance = Tolerance(kind, Fraction(amount))  # type: ignore[arg-type]
            moved = read.value * (1 + Fraction(stream.choice([0, 0, 9, 11]), 1000))
            key: Any = stream.choice([moved, float(moved)])
            mistake = NumericMistake(read.value + 1, WORD, Fraction(1, 3))
            answer = Numeric(key, tolerance, None, (mistake,))
            cases.append([key_of(answer), text])
            part = replace(samples.sole(answer)[0])
            expected.append(mark_response(part, text, {}).credit)
    assert {Fraction(0), Fraction(1)} <= set(expected)
    assert credits(page("mark", cases)) == expected


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


SHARES = (Fraction(0), Fraction(1, 2), Fraction(1, 3), Fraction(35, 100))
"""What known mistakes earn."""


def test_numbers_are_marked_alike() -> None:
    stream = random.Random(7)
    cases, expected = [], []
    for _ in range(400):
        key = Fraction(stream.randint(-500, 500), stream.choice([1, 3, 7, 100, 10**6]))
        kind: Any = stream.choice(["absolute", "relative", "significant_digits"])
        amount = Fraction(stream.randint(1, 5)) / (1 if kind == "significant_digits" else 100)
        others = [key * 2 + 1, -key + Fraction(1, 3), key + amount * 3]
        answer = Numeric(
            stream.choice([key, float(key)]),
            Tolerance(kind, amount),
            None,
            tuple(
                NumericMistake(other, WORD, stream.choice(SHARES))
                for other in others
                if other != key
            ),
        )
        data = key_of(answer)
        edges = list(accepted_interval(answer.key, answer.tolerance))
        tries = [
            key,
            *edges,
            *others,
            *(edge + Fraction(step, 10**9) for edge in edges for step in (1, -1)),
        ]
        for given in tries:
            text = stream.choice([str(given), f"{float(given):.12g}", f"{float(given):.3g}"])
            cases.append([data, text])
            response = parse_number(text)
            assert isinstance(response, Fraction)
            expected.append(mark_number(answer, response))
    found = page("mark", cases)
    assert len(cases) > 3000
    assert credits(found) == [mark.credit for mark in expected]
    assert [mark["mistake"] for mark in found] == [mark.mistake for mark in expected]


def test_matrices_are_marked_alike() -> None:
    """Keys, mistakes, their edges, entries left out, and what cannot be read."""
    stream = random.Random(12)
    cases, expected = [], []
    for _ in range(300):
        height, width = stream.randint(1, 4), stream.randint(1, 4)

        def rows(height: int = height, width: int = width) -> Any:
            return tuple(
                tuple(
                    stream.choice([stream.randint(-9, 9), Fraction(stream.randint(-9, 9), 7), 0.3])
                    for _ in range(width)
                )
                for _ in range(height)
            )

        kind: Any = stream.choice(["absolute", "relative", "significant_digits"])
        amount = Fraction(stream.randint(1, 3)) / (1 if kind == "significant_digits" else 10)
        answer = MatrixAnswer(
            rows(),
            Tolerance(kind, amount),
            stream.choice(["per_entry", "all"]),
            tuple(MatrixMistake(rows(), WORD) for _ in range(stream.randint(0, 3))),
        )
        (part,) = samples.sole(answer)
        for near in (answer.key, *(mistake.rows for mistake in answer.mistakes)):
            for _ in range(4):
                given = [_beside(entry, answer.tolerance, stream) for row in near for entry in row]
                cases.append([key_of(answer), given])
                expected.append(mark_response(part, tuple(given), {}))
    found = page("mark", cases)
    assert len(cases) > 2000
    outcomes = {"marked": "marked", "blank": "blank", "unreadable": "refused"}
    for case, theirs, ours in zip(cases, found, expected, strict=True):
        assert (case, theirs["outcome"]) == (case, outcomes[ours.outcome])
        if ours.credit is None:
            assert theirs["sentence"] in ours.sentence
        else:
            assert (case, theirs["credit"]) == (case, str(ours.credit))
            assert (case, theirs["mistake"]) == (case, ours.mistake)
    assert sum(mark.mistake is not None for mark in expected) > 100
    assert sum(mark.credit == 1 for mark in expected) > 100
    assert {mark.outcome for mark in expected} == set(outcomes)


def _beside(entry: Any, tolerance: Tolerance, stream: random.Random) -> str | None:
    """An entry as it may be typed: nearly always within the tolerance."""
    low, high = accepted_interval(entry, tolerance)
    tried = stream.choices(
        [str(low), str(high), str(high + Fraction(1, 10**9)), "", None, "1,2,3x"],
        [40, 40, 4, 2, 2, 1],
    )
    return tried[0]


RULES = {
    "minus": lambda earlier: Fraction(7, 3) - earlier,
    "over": lambda earlier: Fraction(5) / earlier,
    "bayes": lambda earlier: earlier / (earlier + 3 * (1 - earlier)),
    "float": lambda earlier: -(7.3515 + 0.3333333 + float(earlier)) / 2,
    "cube": lambda earlier: 4 * earlier**3,
}


@pytest.mark.parametrize("name", RULES)
def test_an_earlier_value_is_carried_alike(name: str) -> None:
    rule = RULES[name]
    tolerance = Tolerance("relative", Fraction(1, 100))
    first = Numeric(Fraction(2, 5), tolerance)
    # A mistake that earns a share, and follows from an earlier value: that is worth more.
    wrong = NumericMistake(rule(Fraction(7, 10)), WORD, Fraction(1, 4))
    other = NumericMistake(Fraction("1.23"), WORD, Fraction(1, 2))
    second = Numeric(rule(Fraction(2, 5)), tolerance, None, (wrong, other))
    parts = samples.steps(first, second)
    parts = (parts[0], replace(parts[1], carried=CarriedForward("a", rule)))
    keys = marked_parts(replace(samples.item("open"), parts=parts))
    cases, expected = [], []
    for earlier in ("0.4", "0.7", "-3", "2/9", "0", "abc", "", "100"):
        value = parse_number(earlier)
        known = {"a": value} if isinstance(value, Fraction) else {}
        try:
            follows = str(round(float(rule(value)), 5)) if isinstance(value, Fraction) else "1"
        except ZeroDivisionError:
            follows = "1"
        for text in (follows, "1.23", str(float(second.key))):
            cases.append([keys[1], text, [earlier]])
            response = parse_number(text)
            assert isinstance(response, Fraction)
            expected.append(mark_part_number(parts[1], response, known).credit)
    assert {Fraction(1), Fraction(1, 2)} <= set(expected)
    assert credits(page("mark", cases)) == expected


def test_a_rule_that_is_no_quotient_is_left_to_a_person() -> None:
    assert quotient_of(lambda earlier: exp(-earlier)) is None
    assert quotient_of(abs) is None
    tolerance = Tolerance("absolute", Fraction(1, 100))
    parts = samples.steps(Numeric(1, tolerance), Numeric(Fraction(3, 8), tolerance))
    carried = CarriedForward("a", lambda earlier: exp(-earlier))
    keys = marked_parts(
        replace(samples.item("open"), parts=(parts[0], replace(parts[1], carried=carried)))
    )
    right, followed, alone = page(
        "mark", [[keys[1], "0.375", ["2"]], [keys[1], "0.135", ["2"]], [keys[1], "0.135", [""]]]
    )
    assert (right["credit"], followed["credit"], alone["credit"]) == ("1", None, "0")


def test_words_are_marked_alike() -> None:
    accepted = ("Evidence lower bound", "ELBO", "Straße", "naïve", "ΟΔΟΣ", "ﬁne", "Iı")
    mistakes = {"evidence": Fraction(0), "the bound": Fraction(1, 3)}
    cases, expected = [], []
    for sensitive in (False, True):
        answer = ShortAnswer(
            accepted, sensitive, tuple(TextMistake(m, WORD, c) for m, c in mistakes.items())
        )
        for text in (
            *accepted,
            *mistakes,
            "",
            "STRASSE",
            "nai\u0308ve",
            "οδος",
            "οδοσ",
            "fine",
            "ıI",
        ):
            for spelled in (
                text,
                text.upper(),
                text.lower(),
                f"  {text}\t",
                text.replace(" ", "\u00a0 "),
            ):
                cases.append([key_of(answer), spelled])
                expected.append(mark_words(answer, spelled))
    found = page("mark", cases)
    for case, mark, wanted in zip(cases, found, expected, strict=True):
        assert (case[1], Fraction(mark["credit"])) == (case[1], wanted.credit)
        assert (case[1], mark["mistake"]) == (case[1], wanted.mistake)


DOMAINS: Any = {"x": "real", "y": "positive", "p": "probability", "x_1": "real"}
KEYS = {
    "(3*x_1 - 2)/(x^2 + 26)": [
        "3x_1/(x²+26) - 2/(26+x^2)",
        "-(2-3x_1)/(x*x+26)",
        "(3x_1+2)/(x^2+26)",
    ],
    "max(0, x)": ["(x+|x|)/2", "x", "max(x, 0)", "0", "max(0, x) + 0.00001"],
    "ln(y) + 1/2": ["log(y*sqrt(e))", "0.5 + ln y", "ln(y + 1/2)", "log10(y) + 0.5", "ln(2y)/1"],
    "p*ln(p) + (1-p)*ln(1-p)": ["ln(p^p*(1-p)^(1-p))", "p ln(p) - (p-1) ln(1-p)", "p ln(p)"],
    "exp(-x^2/2)/sqrt(2*pi)": [
        "e^(-x²/2)/√(2π)",
        "(2 pi)^(-1/2) exp(-0.5x^2)",
        "exp(-x^2)/sqrt(2 pi)",
    ],
    "sigmoid(x)": ["1/(1+e^(-x))", "e^x/(1+e^x)", "(1+tanh(x/2))/2", "sigmoid(-x)", "1/(1+e^x)"],
    "x/y": ["x y^(-1)", "x*y/y^2", "y/x", "1/2x", "x^2y", "x//y", "(x", "q", "x = y", ""],
    "sqrt(x^2)": ["|x|", "x", "max(x,-x)", "abs(-x)"],
    "x + 1000000": ["x + 10^6", "x + 1000000.001", "x + 999999"],
    "cos(x)": ["sin(pi/2 - x)", "1 - x^2/2", "sin(x)", "cos(-x)"],
}


def formula(text: str) -> Formula:
    found = parse_formula(text, DOMAINS.keys())
    assert not isinstance(found, Refusal)
    return found


def test_formulas_are_marked_alike() -> None:
    cases, texts, expected = [], [], []
    for key, tries in KEYS.items():
        mistake = FormulaMistake(formula("x + y + 17"), WORD)
        answer = FormulaAnswer(formula(key), DOMAINS, (mistake,))
        for text in (key, typed(formula(key)), "17 + y + x", *tries):
            cases.append([key_of(answer), text])
            texts.append((key, text))
            expected.append(mark_formula(answer, text))
    for text, found, wanted in zip(texts, page("mark", cases), expected, strict=True):
        credit = None if found["credit"] is None else Fraction(found["credit"])
        # What qgen leaves to a person, a page may settle by values alone; never the other way.
        if wanted.credit is not None:
            assert (text, credit, found["mistake"]) == (text, wanted.credit, wanted.mistake)
        if wanted.verdict == "refused" and text[1]:
            assert (text, found["sentence"].partition(" did you")[0][:40]) == (
                text,
                wanted.sentence[:40],
            )


def test_altered_formulas_of_the_samples_are_marked_alike() -> None:
    """Every key with a number, a sign or a function changed: nearly all are different.

    Some questions ask for a form, or leave a constant or a factor free.
    """
    stream = random.Random(8)
    cases, expected = [], []
    forms: list[Any] = ["expanded", "factorised", "lowest_terms", "no_decimals"]
    for key, others in KEYS.items():
        for turn in range(30):
            answer = FormulaAnswer(
                formula(key),
                DOMAINS,
                (FormulaMistake(formula("x + y + 17"), WORD),),
                (forms[turn % 4],) if turn % 3 == 1 else (),
                stream.choice(["constant", "factor"]) if turn % 3 == 2 else None,
            )
            text = list(stream.choice([typed(answer.key), *others]))
            place = stream.randrange(max(len(text), 1))
            text[place : place + 1] = stream.choice(["", "+", "-", "*", "2", "x", "y", "(", " "])
            if stream.random() < 0.4:
                text = list(stream.choice([key, f"3*({key})", f"{key} - 2", f"1.0*({key})"]))
            cases.append([key_of(answer), "".join(text)])
            expected.append(mark_formula(answer, "".join(text)))
    found = page("mark", cases)
    decided = 0
    for case, mark, wanted in zip(cases, found, expected, strict=True):
        if wanted.credit is not None and mark["credit"] is not None:
            decided += 1
            assert (case[1], mark["credit"]) == (case[1], str(wanted.credit))
            assert (case[1], mark["mistake"]) == (case[1], wanted.mistake)
    assert decided > 0.8 * len(cases)


def test_open_answers_earn_what_the_rubric_lines_are_worth() -> None:
    key = key_of(Open((RubricLine(Fraction(1), WORD), RubricLine(Fraction(1, 2), WORD)), 4))
    cases = [[key, "text", [], met] for met in (None, [], [0], [1], [0, 1])]
    wanted = [None, Fraction(0), Fraction(2, 3), Fraction(1, 3), Fraction(1)]
    assert credits(page("mark", cases)) == wanted


def test_checksums_are_those_of_canonical_json() -> None:
    values: list[Any] = [
        {"b": 1, "a": [None, 'é\u2028\x7f\n"\\/', True], "c": {"10": 1, "2": 2}},
        {"student": "王 😀", "answers": {"1": [1, None], "2-1": "−0,5"}},
        {"text": "a" * 1000},
        *({"text": "a" * size} for size in range(40, 70)),
    ]
    canonical = [
        json.dumps(each, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        for each in values
    ]
    assert page("digest", values) == [
        hashlib.sha256(text.encode()).hexdigest() for text in canonical
    ]


def test_attempts_are_limited_and_spaced() -> None:
    hour = 3_600_000
    attempts = [{"at": at * hour, "credit": "1", "points": "2"} for at in (0, 1, 2)]
    limits = {"allowed": 3, "every": 480}
    cases: list[Any] = [
        [limits, attempts[:2], 2 * hour],
        [limits, attempts, 7 * hour],
        [limits, attempts, 8 * hour],
        [limits, attempts, 9 * hour],
        [{"allowed": 3, "every": None}, attempts, 10**6 * hour],
    ]
    found = page("allowance", cases)
    assert [each["left"] for each in found] == [1, 0, 1, 2, 0]
    assert found[1]["next"] == 8 * hour
    assert found[4]["next"] is None  # JSON's word for Infinity


def test_no_two_modules_declare_the_same_name() -> None:
    """They are put into one: a name that stands twice would stop the page."""
    names: list[str] = []
    for module in MODULES.glob("*.mjs"):
        text = module.read_text("utf-8")
        names += re.findall(
            r"^(?:export )?(?:async )?(?:const|let|class|function\*?) (\w+)", text, re.M
        )
        for listed in re.findall(r"^(?:export )?const \[([^\]]*)\]", text, re.M):
            names += [name.strip() for name in listed.split(",")]
    assert len(names) > 100
    assert len(names) == len(set(names))


FORMS: Any = [
    *test_formula_forms.FORMS,
    *(
        ("x^2+3x+2", "x^2+3*x+2", "factorised"),
        ("6x^2+5x+1", "(2x+1)(3x+1)", "factorised"),
        ("6x^2+5x+1", "6x^2+5x+1", "factorised"),
        ("x^3+2", "x^3+2", "factorised"),
        ("x^3-8", "x^3-8", "factorised"),
        ("x^4+4", "x^4+4", "factorised"),
        ("x^4+1", "x^4+1", "factorised"),
        ("x^4+4", "(x^2-2x+2)(x^2+2x+2)", "factorised"),
        ("x^5+x+1", "x^5+x+1", "factorised"),
        ("x*y+x", "x*(y+1)", "factorised"),
        ("x*y+x", "x*y+x", "factorised"),
        ("x*y+x+y+1", "x*y+x+y+1", "factorised"),
        ("x*y+1", "x*y+1", "factorised"),
        ("x^2+y^2", "x^2+y^2", "factorised"),
        ("x^2+2x*y+y^2", "x^2+2x*y+y^2", "factorised"),
        ("x^2*y^2-1", "x^2*y^2-1", "factorised"),
        ("x^3+y^3", "x^3+y^3", "factorised"),
        ("x^3+y^3", "(x+y)(x^2-x*y+y^2)", "factorised"),
        ("x^2-2", "x^2-2", "factorised"),
        ("x^2/4-1", "x^2/4-1", "factorised"),
        ("x^2/4+1", "0.25*x^2+1", "factorised"),
        ("2x+4", "2x+4", "factorised"),
        ("(x+1)/(y+1)", "(x+1)/(y+1)", "factorised"),
        ("(x^2-1)/(y+1)", "(x^2-1)/(y+1)", "factorised"),
        ("x*exp(x)+x", "x*exp(x)+x", "factorised"),
        ("x+y", "x+y", "expanded"),
        ("x*y+x", "x(y+1)", "expanded"),
        ("x/2+y/2", "(x+y)/2", "expanded"),
        ("x*(y+1)/2", "x*(y+1)/2", "expanded"),
        ("x^2*y^2", "(x*y)^2", "expanded"),
        ("(x+1)^(-1)", "(x+1)^(-1)", "expanded"),
        ("(x+y)/(2x+2)", "(x+y)/(2x+2)", "lowest_terms"),
        ("(x+y)/(x^2-y^2)", "(x+y)/(x^2-y^2)", "lowest_terms"),
        ("1/(x-y)", "1/(x-y)", "lowest_terms"),
        ("(2x+4)/6", "(2x+4)/6", "lowest_terms"),
        ("(2x+4)/(6y)", "(2x+4)/(6y)", "lowest_terms"),
        ("(x+1)/x", "1+1/x", "lowest_terms"),
        ("(x+1)/x", "(x+1)x^(-1)", "lowest_terms"),
        ("exp(x)/x", "exp(x)/x", "lowest_terms"),
        ("exp(2x)-1", "exp(2x)-1", "factorised"),
        ("sin(x)^2-1", "(sin(x))^2-1", "factorised"),
        ("ln(x)^2-y^2", "(ln(x)-y)(ln(x)+y)", "factorised"),
        ("abs(x)^2-1", "abs(x)^2-1", "factorised"),
        ("x*exp(x)*ln(x)+x", "x*exp(x)*ln(x)+x", "factorised"),
        ("x^4+x^2*y^2+y^4", "x^4+x^2*y^2+y^4", "factorised"),
        ("x^4*y^3+x^3*y^3+1", "x^4*y^3+x^3*y^3+1", "factorised"),
        ("1/3", "2/6", "lowest_terms"),
        ("1/3", "1/3", "lowest_terms"),
        ("x/1000", "1e-3", "no_decimals"),
        ("x^2+x", "x^2.0+x", "no_decimals"),
    ),
]


def test_forms_are_judged_alike() -> None:
    """Where polynomials do not tell, the page leaves it to a person; it never says otherwise."""
    cases, expected = [], []
    for key, text, form, *_ in FORMS:
        answer = FormulaAnswer(plain(key), {"x": "real", "y": "real"}, (), (form,))
        cases.append([key_of(answer), text])
        expected.append(mark_formula(answer, text))
    left = 0
    for case, found, wanted in zip(cases, page("mark", cases), expected, strict=True):
        if wanted.verdict == "refused":
            assert (case[1], found["outcome"]) == (case[1], "refused")
        elif found["credit"] is None:
            left += wanted.credit is not None
        elif wanted.credit is not None:
            assert (case[1], Fraction(found["credit"])) == (case[1], wanted.credit)
            assert (case[1], "form" in found) == (case[1], wanted.verdict == "form")
    # Only what holds two functions that may depend on each other, or one that is simplified.
    assert left <= 4


def test_freedoms_are_judged_alike() -> None:
    cases, expected = [], []
    for domain in ("real", "positive", "probability"):
        for key, text, freedom, *_ in test_formula_forms.FREEDOMS:
            answer = FormulaAnswer(plain(key), {"x": domain, "y": domain}, (), (), freedom)
            cases.append([key_of(answer), text])
            expected.append(mark_formula(answer, text))
    for case, found, wanted in zip(cases, page("mark", cases), expected, strict=True):
        credit = None if found["credit"] is None else Fraction(found["credit"])
        if wanted.verdict == "refused":
            assert (case[1], found["outcome"]) == (case[1], "refused")
        elif wanted.credit is not None:
            assert (case, credit) == (case, wanted.credit)


def plain(text: str) -> Formula:
    found = parse_formula(text, ("x", "y"))
    assert not isinstance(found, Refusal)
    return found


def test_factors_are_found_as_computer_algebra_finds_them() -> None:
    """Random products and sums; null says nothing, and must be rare."""
    sympy = pytest.importorskip("sympy")
    stream = random.Random(11)
    names = ["x", "y"]

    def some() -> str:
        terms = [
            f"{stream.randint(-4, 4)}*x^{stream.randint(0, 2)}*y^{stream.randint(0, 2)}"
            for _ in range(stream.randint(1, 3))
        ]
        return f"({' + '.join(terms)})"

    cases, wanted = [], []
    while len(cases) < 600:
        text = some() if stream.random() < 0.5 else f"{some()}*{some()}"
        if stream.random() < 0.5:
            text = text.replace("y", "1")
        expanded = sympy.expand(sympy.sympify(text.replace("^", "**")))
        if not expanded.free_symbols:
            continue
        cases.append([text, names])
        _, factors = sympy.factor_list(expanded)
        wanted.append(sum(power for _, power in factors) <= 1)
    found = page("irreducible", cases)
    for case, answer, right in zip(cases, found, wanted, strict=True):
        assert answer is None or (case[0], answer) == (case[0], right)
    assert found.count(None) < len(cases) / 10
    assert 100 < wanted.count(True) < 500
