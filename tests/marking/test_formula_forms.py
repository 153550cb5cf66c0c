"""The form of a typed formula, and what it may differ by from the key."""

import pytest

from qgen.document.answers import FormulaAnswer, FormulaForm, FormulaMistake, Freedom
from qgen.document.formula import Formula, VariableDomain
from qgen.document.richtext import passage_of
from qgen.marking import formula_forms
from qgen.marking.equivalence import FormulaMark, mark_formula
from qgen.marking.formula_reader import parse_formula
from qgen.marking.item_checks import _formula_values
from qgen.marking.number_reader import Refusal


def formula(text: str) -> Formula:
    read = parse_formula(text, ("x", "y"))
    assert not isinstance(read, Refusal)
    return read


def mark(
    key: str,
    text: str,
    *forms: FormulaForm,
    up_to: Freedom | None = None,
    domain: VariableDomain = "real",
) -> FormulaMark:
    variables: dict[str, VariableDomain] = {"x": domain, "y": domain}
    return mark_formula(FormulaAnswer(formula(key), variables, (), forms, up_to), text)


FORMS: list[tuple[str, str, FormulaForm, str]] = [
    ("x^2+3x+2", "(x+1)(x+2)", "factorised", "equal"),
    ("x^2+3x+2", "2*(x+1)(x/2+1)", "factorised", "equal"),
    ("x^2+3x+2", "x^2+3x+2", "factorised", "form"),
    ("x^2+3x+2", "x(x+3)+2", "factorised", "form"),
    ("x^3+3x^2+3x+1", "(x+1)^3", "factorised", "equal"),
    ("x^3+3x^2+3x+1", "(x+1)(x^2+2x+1)", "factorised", "form"),
    ("x^2+1", "x^2+1", "factorised", "equal"),
    ("x^2-y^2", "(x-y)(x+y)", "factorised", "equal"),
    ("x^2-y^2", "x^2-y^2", "factorised", "form"),
    ("x^2+3x+2", "x^2+3x+2", "expanded", "equal"),
    ("x^2+3x+2", "(x+1)(x+2)", "expanded", "form"),
    ("x^2+2x+1", "(x+1)^2", "expanded", "form"),
    ("x^2+3x+2", "x(x+3)+2", "expanded", "form"),
    ("x*exp(x+1)", "x*exp(x+1)", "expanded", "equal"),
    ("x/2", "2x/4", "lowest_terms", "form"),
    ("x/2", "3x/6", "lowest_terms", "form"),
    ("x/2", "x/2", "lowest_terms", "equal"),
    ("x/(x+1)", "x/(x+1)", "lowest_terms", "equal"),
    ("x/(x+1)", "x^2/(x^2+x)", "lowest_terms", "form"),
    ("x/(x+1)", "2x/(2x+2)", "lowest_terms", "form"),
    ("x/(x+1)", "1-1/(x+1)", "lowest_terms", "form"),
    ("x/4", "(x/2)/2", "lowest_terms", "form"),
    ("x/2", "0.5x", "no_decimals", "form"),
    ("x/2", ".5x", "no_decimals", "form"),
    ("x/2", "x/2", "no_decimals", "equal"),
    ("x/2", "x/3", "no_decimals", "different"),
    ("x/2", "x/3", "factorised", "different"),
]


@pytest.mark.parametrize(("key", "text", "form", "verdict"), FORMS)
def test_forms(key: str, text: str, form: FormulaForm, verdict: str) -> None:
    found = mark(key, text, form)
    assert found.verdict == verdict, found.sentence
    assert found.credit == int(verdict == "equal")
    if verdict == "form":
        assert formula_forms.WANTED[form] in found.sentence


FREEDOMS: list[tuple[str, str, Freedom, str]] = [
    ("x^4/4", "x^4/4 - 7", "constant", "equal"),
    ("x^4/4", "C + x^4/4", "constant", "equal"),
    ("x^4/4", "x^4/4 - c", "constant", "equal"),
    ("x^4/4", "x^4/4 + x", "constant", "different"),
    ("x^4/4", "C*x^4/4", "constant", "refused"),
    ("x^4/4", "x^4/4 + 7", "factor", "different"),
    ("ln(x)", "ln(5x)", "constant", "equal"),
    ("(sin(x))^2", "-(cos(x))^2", "constant", "equal"),
    ("x-2", "4-2x", "factor", "equal"),
    ("x-2", "0", "factor", "different"),
    ("x-2", "0*x", "factor", "different"),
    ("x-2", "x", "factor", "different"),
    ("x-2", "(x-2)^2", "factor", "different"),
    ("exp(-x)", "exp(1-x)", "factor", "equal"),
    ("1/x", "3/x", "factor", "equal"),
    ("1/x", "ln(0*x-1)", "constant", "different"),
]


@pytest.mark.parametrize(("key", "text", "freedom", "verdict"), FREEDOMS)
def test_freedoms(key: str, text: str, freedom: Freedom, verdict: str) -> None:
    found = mark(key, text, up_to=freedom, domain="positive")
    assert found.verdict == verdict, found.sentence


def test_without_freedom_a_constant_is_wrong_and_c_no_variable() -> None:
    assert mark("x^4/4", "x^4/4 + 1").verdict == "different"
    assert mark("x^4/4", "x^4/4 + C").verdict == "refused"


def test_no_answer_of_computer_algebra_is_no_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formula_forms, "ask", lambda *_: None)
    found = mark("x^2+3x+2", "(x+1)(x+2)", "factorised")
    assert (found.credit, found.verdict) == (None, "undecided")
    assert "a person must look" in found.sentence


@pytest.mark.parametrize(
    ("freedom", "key", "mistake", "codes"),
    [
        ("constant", "x^2", "x^2 + 5", ["mistake-is-key"]),
        ("constant", "x^2", "2*x^2", []),
        ("factor", "x^2", "3*x^2", ["mistake-is-key"]),
        ("factor", "x^2", "x^2 + 1", []),
        (None, "abs(x)", "sqrt(x^2)", ["mistake-is-key"]),
        (None, "abs(x)", "-x", []),
        (None, "abs(x)", "x", []),
    ],
)
def test_a_mistake_may_not_be_the_key_in_disguise(
    freedom: Freedom | None, key: str, mistake: str, codes: list[str]
) -> None:
    answer = FormulaAnswer(
        formula(key),
        {"x": "real"},
        (FormulaMistake(formula(mistake), passage_of("No.")),),
        (),
        freedom,
    )
    assert [code for code, _ in _formula_values(answer)] == codes
