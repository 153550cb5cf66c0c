"""A page marks formulas as qgen does: their values, forms and freedoms."""

import random
from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import (
    FormulaAnswer,
    FormulaMistake,
)
from qgen.document.formula import Formula, typed
from qgen.marking.equivalence import mark_formula
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal
from tests.marking import test_formula_forms
from tests.renderers.html.page_scripts import WORD, key_of, needs_node, page

pytestmark = needs_node

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
