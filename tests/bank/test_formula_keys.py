"""Formulas as keys in YAML: variables stand for themselves, drawn values are exact coefficients."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.expressions import ExpressionError, compile_formula, evaluate
from qgen.bank.formula_arithmetic import formula
from qgen.bank.templates import FormulaTemplate
from qgen.document.formula import Call, Formula, Number, Product, Quotient, Sum, Symbol, typed
from qgen.document.formula import evaluate as value_at
from qgen.document.formula import latex as as_tex
from tests.bank.written import messages, problems_of, question, template
from tests.drawn_fractions import fractions


def key(source: str, **values: Any) -> str:
    """What an expression in x and y becomes, as a student would type it."""
    compiled = compile_formula(source, {"x", "y"}, values.keys())
    return typed(formula(evaluate(compiled, values)))


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("rate*exp(-rate*x)", {"rate": 3}, "3*exp(-3*x)"),
        ("a*x + b", {"a": 1, "b": 0}, "x"),
        ("a*x - b", {"a": 2, "b": -3}, "2*x + 3"),
        ("a*x", {"a": 0}, "0"),
        ("x/a", {"a": Fraction(1, 2)}, "x/(1/2)"),
        ("x**n", {"n": 1}, "x"),
        ("x**n", {"n": 0}, "1"),
        ("sqrt(a)*x", {"a": 2}, "sqrt(2)*x"),
        ("sqrt(a)*x", {"a": 4}, "2*x"),
        ("a**(1/2)*x", {"a": 3}, "sqrt(3)*x"),
        ("exp(a)*x", {"a": 0}, "x"),
        ("log(x)/log(a)", {"a": 2}, "ln(x)/ln(2)"),
        ("(x if a > 1 else y)", {"a": 2}, "x"),
        ("-x", {}, "-x"),
        ("-(x - y)", {}, "-(x - y)"),
        ("x - (y - 1)", {}, "x - (y - 1)"),
        ("max(0, a*x)", {"a": 2}, "max(0, 2*x)"),
        ("2*pi*x", {}, "2*pi*x"),
        ("pi*x", {"pi": 3}, "3*x"),
        ("m + 1", {"m": Sum((Symbol("x"), Number(2)))}, "x + 3"),
        ("a + 1", {"a": 2}, "3"),
    ],
)
def test_what_an_expression_becomes(source: str, values: dict[str, Any], expected: str) -> None:
    assert key(source, **values) == expected


_EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "a", "b", "2", "0", "1", "1/3", "0.25"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
            lambda each: f"({each[0]}) {each[1]} ({each[2]})"
        ),
        inner.map(lambda each: f"-({each})"),
        inner.map(lambda each: f"({each})**2"),
        inner.map(lambda each: f"exp(-(({each})**2))"),
        inner.map(lambda each: f"abs({each})"),
    ),
    max_leaves=8,
)


@given(source=_EXPRESSIONS, a=st.integers(-3, 3), b=fractions(-2, 2, max_denominator=4))
def test_a_formula_has_the_value_of_its_expression(source: str, a: int, b: Fraction) -> None:
    """Python reads the same text as numbers, by its own arithmetic."""
    compiled = compile_formula(source, {"x", "y"}, ("a", "b"))
    point = {"x": 0.7, "y": -1.3}
    names = {"exp": math.exp, "abs": abs, "a": a, "b": float(b), **point}
    try:
        tree = formula(evaluate(compiled, {"a": a, "b": b}))
        found = value_at(tree, point)
        expected = eval(source, {"__builtins__": {}}, names)
    except (ArithmeticError, ExpressionError):
        return
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert "{" not in typed(tree)
    assert as_tex(tree)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x^2", "a power is written a**2, not a^2"),
        ("erf(x)", "there is no function 'erf'"),
        ("exp(x).real", "values have no attributes"),
        ("exp(x, y)", "write it as exp"),
        ("x // 2", "'//' and '%' are for numbers"),
        ("x/0", "divides by zero"),
        ("x + 'a'", "a formula is made of numbers, variables and functions of them"),
    ],
)
def test_what_is_refused(source: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message.replace("*", r"\*").replace("^", r"\^")):
        key(source)


def test_a_question_with_its_key_written_in_its_variables() -> None:
    found = template(
        question(
            "formula",
            solver=[],
            parameters={"rate": {"integers": {"from": 2, "to": 9}}},
            answer="rate*exp(-rate*x)",
            variables={"x": "nonnegative"},
            mistakes=[{"answer": "exp(-rate*x)", "feedback": "It does not integrate to one."}],
            form="expanded",
            up_to="factor",
        )
    )
    answer = found.parts[0].answer
    assert isinstance(answer, FormulaTemplate)
    x = Symbol("x")
    tree: Formula = Product((Number(2), Call("exp", (Product((Number(-2), x)),))))
    assert answer.answer.expression.evaluate({"rate": 2}) == tree
    assert answer.mistakes[0].answer.expression.evaluate({"rate": 2}) == tree.factors[1]
    assert (answer.forms, answer.up_to) == (("expanded",), "factor")


def test_what_is_wrong_in_a_question_is_told_with_its_line() -> None:
    made = question(
        "formula",
        solver=[],
        parameters={"a": {"integers": {"from": 2, "to": 9}}},
        answer="a*x + z",
        variables={"x": "real", "a": "real"},
    )
    found = messages(problems_of(made))
    assert any("'a' is a variable and a value of the question" in each for each in found)
    assert any("there is no value named 'z'" in each for each in found)
    assert any("a**2, not a^2" in each for each in messages(problems_of({**made, "answer": "x^2"})))
    wrong = messages(problems_of({**made, "form": "expnded", "answer": "x"}))
    assert any("did you mean 'expanded'" in each for each in wrong)


def test_quotients_of_one_vanish() -> None:
    assert evaluate(compile_formula("x/a", {"x"}, {"a"}), {"a": 1}) == Symbol("x")
    quotient = evaluate(compile_formula("x/a", {"x"}, {"a"}), {"a": 2})
    assert quotient == Quotient(Symbol("x"), Number(2))
