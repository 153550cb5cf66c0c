"""Derivatives against SymPy's, and formulas in the place of variables."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    evaluate,
    typed,
)
from qgen.document.formula_changes import derivative, replaced

X, Y = Symbol("x"), Symbol("y")
# Written for SymPy by its own names, so that nothing of ours reads it.
CASES: tuple[tuple[Formula, str], ...] = (
    (Sum((Power(X, Number(3)), Product((Number(5), X)), Number(7))), "x**3 + 5*x + 7"),
    (Product((X, Y, Call("exp", (X,)))), "x*y*exp(x)"),
    (Quotient(Y, Sum((X, Number(1)))), "y/(x + 1)"),
    (Quotient(X, Y), "x/y"),
    (Power(X, Y), "x**y"),
    (Power(Number(2), X), "2**x"),
    (Power(Sum((X, Y)), Number(Fraction(-1, 2))), "(x + y)**Rational(-1, 2)"),
    (Power(X, X), "x**x"),
    (Call("ln", (Product((X, Y)),)), "log(x*y)"),
    (Call("sqrt", (Sum((X, Number(1))),)), "sqrt(x + 1)"),
    (Call("abs", (Sum((X, Number(-2))),)), "Abs(x - 2)"),
    (Call("sin", (Product((Number(3), X)),)), "sin(3*x)"),
    (Call("cos", (Power(X, Number(2)),)), "cos(x**2)"),
    (Call("tanh", (Product((Y, X)),)), "tanh(x*y)"),
    (Call("sigmoid", (Product((Number(-2), X)),)), "1/(1 + exp(2*x))"),
    (Number(3), "3"),
    (Y, "y"),
)


@pytest.mark.parametrize(("formula", "text"), CASES, ids=[text for _, text in CASES])
def test_a_derivative_is_sympys(formula: Formula, text: str) -> None:
    x, y = sympy.symbols("x y", real=True)
    expected = sympy.diff(sympy.sympify(text, locals={"x": x, "y": y}), x)
    for point in ({"x": 0.7, "y": 1.3}, {"x": 2.4, "y": 0.2}, {"x": 3.1, "y": 2.9}):
        wanted = float(expected.subs({x: point["x"], y: point["y"]}))
        assert evaluate(derivative(formula, "x"), point) == pytest.approx(wanted, rel=1e-9)


@given(st.sampled_from(CASES), st.sampled_from(CASES), st.floats(0.2, 3), st.floats(0.2, 3))
@settings(max_examples=40)
def test_a_product_has_the_derivative_that_differences_give(
    first: tuple[Formula, str], second: tuple[Formula, str], x: float, y: float
) -> None:
    if abs(x - 2) < 0.01:
        return
    whole = Product((first[0], second[0]))
    step = 1e-5 * x
    ends = [evaluate(whole, {"x": x + way * step, "y": y}) for way in (1, -1)]
    expected = (ends[0] - ends[1]) / (2 * step)
    found = evaluate(derivative(whole, "x"), {"x": x, "y": y})
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5 * (1 + abs(ends[0])))


def test_what_has_none_says_so() -> None:
    with pytest.raises(ValueError, match="'max' has no derivative"):
        derivative(Call("max", (X, Number(1))), "x")
    assert derivative(Call("max", (Y, Number(1))), "x") == Number(0)


def test_variables_are_replaced_wherever_they_stand() -> None:
    whole = Sum((Power(X, Y), Call("exp", (Quotient(X, Product((Y, Number(2)))),))))
    there = replaced(whole, {"x": Number(3), "y": Sum((X, Number(1)))})
    assert typed(there) == "3^(x + 1) + exp(3/((x + 1)*2))"
    assert replaced(whole, {}) == whole
