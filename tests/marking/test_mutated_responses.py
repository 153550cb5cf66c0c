"""What students may type, changed by chance: it is read or refused in words, and soon."""

import random
from fractions import Fraction

import pytest

from qgen.document.answers import FormulaAnswer
from qgen.document.formula import Number, Power, Product, Sum, Symbol, typed
from qgen.marking.equivalence import mark_formula
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal, parse_number
from tests.mutations import in_time, mutated_text

NUMBERS = [
    "0.5", "-0.5", "1/3", "−2/7", "5e-3", "5·10^-3", "50%", "1 000", "1,000.5", "1.000,5", "0,25",
    "12 000 000", "3.", ".5", "1 / 3", "+7", "2,5 %", "１２", "٣", "1e5", "10^6", "½",
]  # fmt: skip
FORMULAS = [
    "(3*x_1 - 2)/(alpha^2 + 26)", "2 x_1 x_2", "exp(-x^2/2)", r"\frac{1}{2} x", r"\sqrt{x^2 + 1}",
    "ln(x) + sigmoid(alpha)", "x^2^3", "-x^(1/2)", "|x - 1|", "max(x, 0)", "α·x₁", "x(y+1)", "pi x",
    r"\left( x - \frac{3}{4} \right)^{2}", "e^x", "1,5 x", "3x^2 - 4x - 1",
]  # fmt: skip
VARIABLES = ("x", "x_1", "x_2", "y", "alpha")
KEY = Sum((Product((Number(3), Power(Symbol("x"), Number(2)))), Number(Fraction(-1, 2))))
ROUNDS = range(10)


@pytest.mark.parametrize("part", ROUNDS)
def test_mutated_numbers_are_read_or_refused_in_words(part: int) -> None:
    chance = random.Random(f"numbers {part}")
    for _ in range(200):
        text = mutated_text(chance.choice(NUMBERS), chance.randrange(10**9))
        with in_time(text):
            read = parse_number(text)
        if isinstance(read, Refusal):
            assert read.sentence.strip()
            assert "Traceback" not in read.sentence
        else:
            assert isinstance(read, Fraction)


@pytest.mark.parametrize("part", ROUNDS)
def test_mutated_formulas_are_read_or_refused_in_words(part: int) -> None:
    chance = random.Random(f"formulas {part}")
    for _ in range(100):
        text = mutated_text(chance.choice(FORMULAS), chance.randrange(10**9))
        with in_time(text):
            read = parse_formula(text, VARIABLES)
        if isinstance(read, Refusal):
            assert read.sentence.strip()
        else:
            again = parse_formula(typed(read), VARIABLES)
            assert not isinstance(again, Refusal), f"{text!r} was read as {typed(read)}"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_mutated_formulas_are_marked_in_time(part: int) -> None:
    chance = random.Random(f"marks {part}")
    answer = FormulaAnswer(KEY, {"x": "real"})
    for _ in range(10):
        right = chance.choice((typed(KEY), r"3 x^2 - \frac12", "6x^2/2 - 0.5"))
        text = mutated_text(right, chance.randrange(10**9))
        with in_time(text):
            mark = mark_formula(answer, text)
        assert mark.credit in (None, 0, 1)


def test_the_key_itself_is_right() -> None:
    assert mark_formula(FormulaAnswer(KEY, {"x": "real"}), typed(KEY)).credit == 1
