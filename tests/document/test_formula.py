import math
from fractions import Fraction
from typing import get_args

import pytest
import sympy
from hypothesis import assume, given
from sympy.parsing.sympy_parser import (
    convert_xor,
    parse_expr,
    rationalize,
    standard_transformations,
)

from qgen.document.formula import (
    Call,
    Formula,
    FunctionName,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    evaluate,
    evaluate_all,
    latex,
    linear,
    number_latex,
    operands,
    symbols,
    typed,
)
from tests.document.expressions import EXPRESSIONS, VARIABLES
from tests.examples import examples

X, Y = Symbol("x"), Symbol("y")
MINUS_X = Product((Number(-1), X))
HALF = Number(Fraction(1, 2))


def plus(*terms: Formula) -> Sum:
    return Sum(terms)


def times(*factors: Formula) -> Product:
    return Product(factors)


PRINTED = [
    (Number(-3), "-3", "-3"),
    (Number(Fraction(-3, 4)), r"-\frac{3}{4}", "-3/4"),
    (Number(Fraction(4)), "4", "4"),
    (Number(0.1), "0.1", "0.1"),
    (Number(1 / 3), "0.333333", "0.333333333333333"),
    (Number(1e-20), r"1 \cdot 10^{-20}", "1*10^(-20)"),
    (Number(-2.5e15), r"-2.5 \cdot 10^{15}", "-2.5*10^(15)"),
    (Symbol("x_12"), "x_{12}", "x_12"),
    (Symbol("sigma_1"), r"\sigma_1", "sigma_1"),
    (Symbol("loss"), r"\mathrm{loss}", "loss"),
    # Signs within sums.
    (plus(X, Number(-3)), "x - 3", "x - 3"),
    (plus(MINUS_X, Number(1)), "-x + 1", "-x + 1"),
    (plus(Number(Fraction(-1, 2)), X), r"-\frac{1}{2} + x", "-1/2 + x"),
    (plus(X, times(Number(-2), Y)), "x - 2 y", "x - 2*y"),
    (plus(X, times(Number(-1), Number(-2))), r"x - \left(-2\right)", "x - (-2)"),
    (plus(X, times(Number(-1), MINUS_X)), r"x - \left(-x\right)", "x - (-x)"),
    (plus(X, plus(MINUS_X, Y)), r"x + \left(-x + y\right)", "x + (-x + y)"),
    (
        plus(X, times(Number(-1), plus(Y, Number(1)))),
        r"x - \left(y + 1\right)",
        "x - (y + 1)",
    ),
    (plus(X, Quotient(Number(-1), Number(2))), r"x - \frac{1}{2}", "x - 1/2"),
    # Products with negative numbers, numbers, sums and fractions.
    (times(Number(2), X), "2 x", "2*x"),
    (times(Number(2), Number(3)), r"2 \cdot 3", "2*3"),
    (times(Number(2), Number(-3)), r"2 \left(-3\right)", "2*(-3)"),
    (times(X, Number(-3)), r"x \left(-3\right)", "x*(-3)"),
    (times(Number(2), Power(Number(3), X)), r"2 \cdot 3^{x}", "2*3^x"),
    (times(HALF, X), r"\frac{1}{2} x", "1/2*x"),
    (times(X, HALF), r"x \cdot \frac{1}{2}", "x*(1/2)"),
    (times(Number(2), plus(X, Y)), r"2 \left(x + y\right)", "2*(x + y)"),
    (
        times(Quotient(X, Y), Quotient(Y, X)),
        r"\frac{x}{y} \cdot \frac{y}{x}",
        "x/y*(y/x)",
    ),
    # Fractions.
    (Quotient(MINUS_X, Y), r"-\frac{x}{y}", "-x/y"),
    (Quotient(X, times(Number(2), Y)), r"\frac{x}{2 y}", "x/(2*y)"),
    (Quotient(X, Quotient(Y, Number(3))), r"\frac{x}{\frac{y}{3}}", "x/(y/3)"),
    (Quotient(plus(X, Number(1)), Number(2)), r"\frac{x + 1}{2}", "(x + 1)/2"),
    # Powers.
    (times(Number(-1), Power(X, Number(2))), "-x^{2}", "-x^2"),
    (Power(MINUS_X, Number(2)), r"\left(-x\right)^{2}", "(-x)^2"),
    (Power(Number(-3), Number(2)), r"\left(-3\right)^{2}", "(-3)^2"),
    (Power(HALF, Number(2)), r"\left(\frac{1}{2}\right)^{2}", "(1/2)^2"),
    (Power(Number(1e-7), X), r"\left(1 \cdot 10^{-7}\right)^{x}", "(1*10^(-7))^x"),
    (Power(Power(X, Number(2)), Number(3)), r"\left(x^{2}\right)^{3}", "(x^2)^3"),
    (Power(X, Power(Y, Number(2))), "x^{y^{2}}", "x^(y^2)"),
    (Power(X, Number(-1)), "x^{-1}", "x^(-1)"),
    (Power(Call("ln", (X,)), Number(2)), r"\ln\left(x\right)^{2}", "ln(x)^2"),
    # Functions.
    (Call("abs", (plus(X, Number(-1)),)), r"\left|x - 1\right|", "abs(x - 1)"),
    (Call("sqrt", (times(Number(2), Symbol("pi")),)), r"\sqrt{2 \pi}", "sqrt(2*pi)"),
    # A logarithm has brackets where it is not clear without them what it is taken of.
    (Call("ln", (X,)), r"\ln x", "ln(x)"),
    (times(Number(3), Call("ln", (Number(2),))), r"3 \ln 2", "3*ln(2)"),
    (Call("ln", (HALF,)), r"\ln \frac{1}{2}", "ln(1/2)"),
    (Call("ln", (Quotient(X, Y),)), r"\ln \frac{x}{y}", "ln(x/y)"),
    (Call("ln", (Quotient(MINUS_X, Y),)), r"\ln\left(-\frac{x}{y}\right)", "ln(-x/y)"),
    (Call("ln", (Number(-3),)), r"\ln\left(-3\right)", "ln(-3)"),
    (Call("ln", (times(Number(2), X),)), r"\ln\left(2 x\right)", "ln(2*x)"),
    (Call("ln", (Call("ln", (X,)),)), r"\ln\left(\ln x\right)", "ln(ln(x))"),
    (times(Call("ln", (X,)), Y), r"\ln\left(x\right) y", "ln(x)*y"),
    (times(times(Y, Call("sin", (X,))), Y), r"\left(y \sin x\right) y", "y*sin(x)*y"),
    (plus(Call("ln", (X,)), Y), r"\ln x + y", "ln(x) + y"),
    (Quotient(Call("ln", (X,)), Number(2)), r"\frac{\ln x}{2}", "ln(x)/2"),
    (Call("exp", (X,)), r"\exp\left(x\right)", "exp(x)"),
    # What nobody writes.
    (times(Number(1), X), "x", "x"),
    (times(X, Number(Fraction(1)), Y), "x y", "x*y"),
    (plus(times(Number(1), X), times(Number(-1), Number(1), Y)), "x - y", "x - y"),
    (plus(Number(0), X), "x", "x"),
    (plus(X, times(Number(1), Number(-2))), "x - 2", "x - 2"),
    (Quotient(X, Number(1)), "x", "x"),
    (Power(plus(X, Y), Number(1)), "x + y", "x + y"),
    (times(Number(2), Power(plus(X, Y), Number(1))), r"2 \left(x + y\right)", "2*(x + y)"),
    (times(Number(1), Number(1)), "1", "1"),
    (plus(Number(0), Number(0)), "0", "0"),
    (Call("max", (Number(0), MINUS_X)), r"\max\left(0, -x\right)", "max(0, -x)"),
    (Call("sigmoid", (X,)), r"\operatorname{sigmoid}\left(x\right)", "sigmoid(x)"),
    # Nothing to add, nothing to multiply.
    (Sum(()), "0", "0"),
    (Product(()), "1", "1"),
]


@pytest.mark.parametrize(("expression", "tex", "text"), PRINTED)
def test_formulas_print_as_a_person_writes_them(expression: Formula, tex: str, text: str) -> None:
    assert latex(expression) == tex
    assert typed(expression) == text


def test_linear_leaves_out_what_is_not_needed() -> None:
    formula = linear([(3, "x_1"), (0, "x_2"), (1, "x_3"), (-1, "x_4")], Fraction(-1, 2))
    assert typed(formula) == "3*x_1 + x_3 - x_4 - 1/2"
    assert typed(linear([(0, "x")], 0)) == "0"
    assert typed(linear([(1, "x")], 0)) == "x"


def test_number_latex_puts_the_sign_before_the_fraction() -> None:
    assert number_latex(Fraction(-22, 7)) == r"-\frac{22}{7}"
    assert number_latex(-22) == "-22"


def test_every_function_evaluates_and_prints() -> None:
    expected = {
        "exp": math.exp(0.5),
        "ln": math.log(0.5),
        "sqrt": math.sqrt(0.5),
        "abs": 0.5,
        "sin": math.sin(0.5),
        "cos": math.cos(0.5),
        "tanh": math.tanh(0.5),
        "sigmoid": 1 / (1 + math.exp(-0.5)),
        "max": 0.5,
        "min": 0.5,
    }
    assert set(expected) == set(get_args(FunctionName))
    for name in get_args(FunctionName):
        call = Call(name, (X,) if name not in ("max", "min") else (X, X))
        assert evaluate(call, {"x": 0.5}) == pytest.approx(expected[name])
        assert typed(call).startswith(f"{name}(x")


def test_pi_is_known_unless_a_variable_has_its_name() -> None:
    assert evaluate(Symbol("pi"), {}) == math.pi
    assert evaluate(Symbol("pi"), {"pi": 0.25}) == 0.25
    with pytest.raises(KeyError):
        evaluate(Symbol("x"), {})


def test_sigmoid_survives_large_arguments() -> None:
    assert evaluate(Call("sigmoid", (X,)), {"x": -1000.0}) == 0.0
    assert evaluate(Call("sigmoid", (X,)), {"x": 1000.0}) == 1.0


def test_symbols_and_operands_reach_every_part() -> None:
    formula = Quotient(
        plus(Symbol("a"), times(Symbol("b"), Number(2))),
        Power(Call("max", (Symbol("c"), Symbol("d"))), Symbol("f")),
    )
    assert symbols(formula) == {"a", "b", "c", "d", "f"}
    assert operands(formula) == (formula.numerator, formula.denominator)
    assert operands(Number(3)) == operands(X) == ()


POINTS = (0.7, 1.3, 2.1, 0.4, 1.9, 0.2, 3.2)
_NAMES: dict[str, object] = {
    **{name: sympy.Symbol(name) for name in VARIABLES},
    "ln": sympy.log,
    "max": sympy.Max,
    "min": sympy.Min,
    "sigmoid": lambda argument: 1 / (1 + sympy.exp(-argument)),
}


def all_values(expression: Formula, point: dict[str, float]) -> list[float]:
    """What the formula and all its parts are worth."""
    inner = [value for part in operands(expression) for value in all_values(part, point)]
    return [evaluate(expression, point), *inner]


@pytest.mark.slow
@examples(80)
@given(EXPRESSIONS)
def test_the_typed_text_means_the_formula_to_another_reader(expression: Formula) -> None:
    point = dict(zip(VARIABLES, POINTS, strict=True))
    try:
        value, *inner = all_values(expression, point)
    except (ArithmeticError, ValueError):
        assume(False)
    # Beyond these, double precision says little about the formula.
    assume(all(part == 0 or 1e-6 < abs(part) < 1e6 for part in (value, *inner)))
    with sympy.evaluate(False):
        read = parse_expr(
            typed(expression),
            local_dict=_NAMES,
            transformations=(*standard_transformations, rationalize, convert_xor),
        )
    there = read.evalf(20, subs={sympy.Symbol(name): point[name] for name in VARIABLES})
    assume(there.is_real)
    assert float(there) == pytest.approx(value, rel=1e-4, abs=1e-4)


@given(EXPRESSIONS)
def test_many_points_at_once_give_what_each_gives(expression: Formula) -> None:
    points = [{name: step + place / 3 for place, name in enumerate(VARIABLES)} for step in (1, 2)]
    try:
        each = [evaluate(expression, point) for point in points]
    except (ArithmeticError, ValueError):
        with pytest.raises((ArithmeticError, ValueError)):
            evaluate_all(expression, points)
    else:
        assert list(map(repr, evaluate_all(expression, points))) == list(map(repr, each))


def test_no_terms_at_many_points() -> None:
    assert evaluate_all(Sum(()), [{}, {}]) == [evaluate(Sum(()), {})] * 2
    assert evaluate_all(Product(()), [{}, {}]) == [evaluate(Product(()), {})] * 2
