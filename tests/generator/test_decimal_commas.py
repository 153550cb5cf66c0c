"""Numbers in questions of a language that writes `1,5`: printed so, and marked as before."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.expressions import Filter
from qgen.bank.templates import HoleContext
from qgen.document.answers import Numeric, ShortAnswer
from qgen.document.formula import Number, Product, Symbol
from qgen.document.richtext import plain_text
from qgen.document.values import Value
from qgen.generator.printing import printer
from qgen.marking.responses import mark_response
from qgen.renderers.math_markup import MathMarkup
from tests.bank.written import question, template
from tests.generator.filled import fill

MATH, WORDS = HoleContext(in_math=True, decimal=True), HoleContext(in_math=False, decimal=True)


def printed(value: Value, context: HoleContext, chosen: Filter | None = None) -> str:
    return printer(chosen, context, comma=True)(value)


@pytest.mark.parametrize(
    ("value", "in_math", "in_words"),
    [
        (Fraction(3, 2), "1{,}5", "1,5"),
        (Fraction(-3, 2), "-1{,}5", "−1,5"),
        (2, "2", "2"),
        (0.123456, "0{,}1235", "0,1235"),
        (1.5e-9, r"1{,}5 \times 10^{-9}", "1,5e-9"),
        ((Fraction(3, 2), 2), "(1{,}5; 2)", "(1,5; 2)"),
        ("v1.5", r"\text{v1.5}", "v1.5"),
        (("a", "v1.5"), r"(\text{a}, \text{v1.5})", "(a, v1.5)"),
        (True, r"\text{true}", "true"),
    ],
)
def test_decimals_have_commas_and_texts_stay(value: Value, in_math: str, in_words: str) -> None:
    assert printed(value, MATH) == in_math
    assert printed(value, WORDS) == in_words


def test_filters_signs_matrices_and_formulas_have_them_too() -> None:
    assert printed(Fraction(1, 8), WORDS, Filter("percent", ())) == "12,5%"
    assert printed(2 / 3, MATH, Filter("num", (3,))) == "0{,}667"
    matrix = printed(((Fraction(1, 2), 1), (0, 1)), MATH)
    assert matrix == r"\begin{pmatrix} 0{,}5 & 1 \\ 0 & 1 \end{pmatrix}"
    formula = Product((Number(0.5), Symbol("x")))
    assert "0{,}5" in printed(formula, MATH)
    assert printed(Fraction(1, 2), HoleContext(in_math=True, in_words=True, decimal=True)) == "0,5"


@given(st.fractions(-1000, 1000, max_denominator=1000), st.sampled_from([MATH, WORDS]))
def test_nothing_but_the_mark_differs(value: Fraction, context: HoleContext) -> None:
    plain = printer(None, context)(value)
    assert printed(value, context).replace("{,}", ".").replace(",", ".") == plain


def german(**changes: Any) -> Any:
    return template(question(language="de", **changes))


def numeric(language: str | None) -> Any:
    changes = {} if language is None else {"language": language}
    return template(
        question(
            kind="numeric",
            parameters={"a": {"decimals": {"from": 1.5, "to": 1.5, "step": 0.5}}},
            stem="Was ist ${{ a }}$ mal {{ a }}?",
            answer="a * a",
            tolerance={"absolute": 0},
            **changes,
        )
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Was ist $1{,}5$ mal 1,5?"),
        ("de-CH", "Was ist $1.5$ mal 1.5?"),
        (None, "Was ist $1.5$ mal 1.5?"),
    ],
)
def test_a_question_prints_in_its_own_language_and_marks_both_marks(
    language: str | None, text: str
) -> None:
    item = fill(numeric(language), {"a": Fraction(3, 2)})
    assert plain_text(item.stem).strip() == text
    answer = item.parts[0].answer
    assert isinstance(answer, Numeric)
    for response in ("2.25", "2,25"):
        assert mark_response(item.parts[0], response, {}).credit == 1


def test_a_short_answer_accepts_either_mark_and_knows_a_mistake_by_either() -> None:
    asked = template(
        question(
            language="de",
            kind="short_answer",
            parameters={"a": {"decimals": {"from": 1.5, "to": 1.5, "step": 0.5}}},
            stem="Wie viel?",
            accept=["{{ a }} kg"],
            mistakes=[{"text": "{{ -a }} kg", "feedback": "Das Vorzeichen."}],
        )
    )
    item = fill(asked, {"a": Fraction(3, 2)})
    answer = item.parts[0].answer
    assert isinstance(answer, ShortAnswer)
    assert answer.accepted == ("1,5 kg", "1.5 kg")
    assert [mistake.text for mistake in answer.mistakes] == ["-1,5 kg", "-1.5 kg"]
    for response in ("1,5 kg", "1.5 KG"):
        assert mark_response(item.parts[0], response, {}).credit == 1
    assert mark_response(item.parts[0], "-1.5 kg", {}).credit == 0


def test_a_page_shows_the_comma_within_the_number() -> None:
    markup = MathMarkup().convert("1{,}5", is_display=False)
    assert "," in str(markup)
