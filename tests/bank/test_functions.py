"""Every function of expressions has values that somebody knows, and none reaches beyond numbers."""

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.expressions import ExpressionError, compile_expression, evaluate
from qgen.bank.functions import FUNCTIONS, MANY, Function
from qgen.document.formula import Symbol
from qgen.document.values import Complex, Real, Value, Values
from tests.drawn_fractions import fractions

VALUES: Values = {
    "v": (2, 4, 4, 4, 5, 5, 7, 9),
    "w": (3, Fraction(1, 2), -4),
    "A": ((2, 1), (5, 3)),
    "B": ((1, 2, 3), (4, 5, 6)),
    "x": 0.5,
    "truth": (True, False, True),
    "z": Complex(3, -4),
}


def value_of(source: str, values: Values = VALUES) -> Any:
    return evaluate(compile_expression(source), values)


half = Fraction(1, 2)
KNOWN: list[tuple[str, Value]] = [
    ("abs(-3)", 3), ("sign(-1/2)", -1), ("floor(-1/2)", -1), ("ceil(5/2)", 3),
    ("round(5/2)", 2), ("round(7/2)", 4), ("round(2/3, 2)", Fraction(67, 100)),
    ("round(1/8, 2)", Fraction(12, 100)), ("round(x)", 0), ("round(-2/3, 1)", Fraction(-7, 10)),
    ("round(w, 0)", (3, 0, -4)), ("round(exp(0)*2.675, 2)", Fraction(268, 100)),
    ("mod(-7, 3)", 2), ("mod(7/2, 1)", half), ("gcd(12, 18, 27)", 3), ("lcm(4, 6, 10)", 60),
    ("factorial(6)", 720), ("binomial(6, 2)", 15), ("binomial((4, 5), 2)", (6, 10)),
    ("sqrt(9/4)", Fraction(3, 2)), ("sqrt((4, 9))", (2, 3)), ("exp(1)", math.e), ("log(e)", 1.0),
    ("ln(1)", 0.0), ("log2(1/8)", -3), ("log2(2**200)", 200), ("log2(8.0)", 3),
    ("log10(1000)", 3), ("log10(2)", math.log10(2)), ("log2(3)", math.log2(3)),
    ("log2((2**60 + 1)/2**60)", math.log2(1 + 2**-60)),
    ("sin(0)", 0), ("cos(0)", 1), ("tan(0)", 0), ("asin(1)", math.pi / 2), ("acos(-1)", math.pi),
    ("atan(1)", math.pi / 4), ("sinh(0)", 0), ("cosh(0)", 1), ("tanh(0)", 0),
    ("complex(1, -2)", Complex(1, -2)), ("complex(3, 0)", 3),
    ("complex(w, 1)[1]", Complex(half, 1)),
    ("re(z)", 3), ("im(z)", -4), ("im(7)", 0), ("conj(z)", Complex(3, 4)), ("conj(2)", 2),
    ("abs(z)", 5), ("arg(complex(0, 2))", math.pi / 2), ("arg(3)", 0), ("arg(-1)", math.pi),
    ("arg(z)", math.atan2(-4, 3)), ("exp(complex(0, 0.5))", Complex(math.cos(0.5), math.sin(0.5))),
    ("z + 1", Complex(4, -4)), ("1 - z", Complex(-2, 4)), ("z*conj(z)", 25), ("-z", Complex(-3, 4)),
    ("z*z", Complex(-7, -24)), ("z**2 - z*z", 0),
    ("z**-1", Complex(Fraction(3, 25), Fraction(4, 25))),
    ("25/z", Complex(3, 4)), ("z/2", Complex(Fraction(3, 2), -2)), ("z**0", 1), ("z == z*1", True),
    ("z != 3", True), ("complex(0, 1)**3", Complex(0, -1)),
    ("z*(1, 2)", (Complex(3, -4), Complex(6, -8))),
    ("sum((z, conj(z)))", 6), ("sum((z, 1/2))", Complex(Fraction(7, 2), -4)),
    ("round(complex(1/3, 2/3), 1)", Complex(Fraction(3, 10), Fraction(7, 10))),
    ("min(w)", -4), ("max(1, 3, 2)", 3), ("max(7)", 7), ("sum(v)", 40), ("sum(())", 0),
    ("length(v)", 8), ("length(B)", 2), ("dot(w, (1, 2, 1))", 0), ("distinct(v)", False),
    ("mean(v)", 5), ("mean(w)", Fraction(-1, 6)), ("var(v)", Fraction(32, 7)), ("sd((1, 3, 5))", 2),
    ("sd((1, 2))", math.sqrt(0.5)), ("median(v)", Fraction(9, 2)), ("median(w)", half),
    ("quantile(v, 0)", 2), ("quantile(v, 1)", 9), ("quantile(v, 1/4)", 4),
    ("quantile((1, 2, 3, 4), 0.4)", Fraction(22, 10)), ("quantile((3, 1), 1/2)", 2),
    ("sort(w)", (-4, half, 3)), ("cumsum((1, 2, 3))", (1, 3, 6)), ("argmax((1, 5, 5))", 1),
    ("count(v, 4)", 3), ("count(v > 4)", 4), ("count(truth)", 2), ("any(v > 8)", True),
    ("any(())", False), ("all(v > 2)", False), ("all(())", True), ("range(3)", (0, 1, 2)),
    ("range(2, 5)", (2, 3, 4)), ("range(5, 2)", ()), ("zip((1, 2), (3, 4))", ((1, 3), (2, 4))),
    ("matmul(A, B)", ((6, 9, 12), (17, 25, 33))), ("matmul(A, (1, 1))", (3, 8)),
    ("matmul((1, 1), A)", (7, 4)), ("matmul((1, 2), (3, 4))", 11),
    ("transpose(B)", ((1, 4), (2, 5), (3, 6))), ("det(A)", 1), ("det(((0, 1), (1, 0)))", -1),
    ("det(((1, 2), (2, 4)))", 0), ("inverse(A)", ((3, -1), (-5, 2))),
    ("inverse(((0, 2), (4, 0)))", ((0, Fraction(1, 4)), (half, 0))),
    ("rank(B)", 2), ("rank(((1, 2), (2, 4)))", 1), ("rank(((0, 0), (0, 0)))", 0), ("trace(A)", 5),
    ("norm((3, 4))", 5), ("norm(((1, 1), (1, 1)))", 2), ("outer((1, 2), (3, 4))", ((3, 4), (6, 8))),
    ("eye(2)", ((1, 0), (0, 1))),
]  # fmt: skip


@pytest.mark.parametrize(("source", "value"), KNOWN)
def test_known_values(source: str, value: Value) -> None:
    found = value_of(source)
    assert (type(found), found) == (type(value), value)


REFUSED = [
    ("sqrt(z)", "'sqrt' takes real numbers, and complex(3, -4) is none: take abs(z), re(z) or im"),
    ("z < 5", "complex numbers have no order: compare abs(z), re(z) or im(z)"),
    ("z <= 5", "complex numbers have no order"), ("max(z, 1)", "'max' takes a vector of numbers"),
    ("z % 2", "complex numbers are not divided with a remainder"), ("z // 2", "with a remainder"),
    ("z**0.5", "a complex number is raised to whole powers only, up to 1000"),
    ("z**1001", "whole powers only"), ("2**z", "a complex power is written with exp, as in exp(z)"),
    ("complex(z, 1)", "'complex' takes real numbers"), ("re('a')", "'re' takes a number"),
    ("arg(0)", "zero has no angle"), ("complex(1, 2)/0", "divides by zero"),
    ("z + 'a'", "only numbers can be added"),
    ("sign(z)", "only a real number has a sign"), ("det(((z, 1), (1, 1)))", "a matrix of numbers"),
    ("complex(10**900, 1)**9", "more digits than a question can use"),
    ("sqrt(0 - 2)", "write a complex one as complex(0, sqrt(3))"),
    ("mean(3)", "'mean' takes a vector of numbers"),
    ("mean(())", "'mean' takes a vector of at least 1 entry"),
    ("mean(A)", "'mean' takes a vector of numbers"),
    ("sum(A)", "'sum' takes a vector of numbers"),
    ("var((1,))", "'var' takes a vector of at least 2 entries"),
    ("max('a', 'b')", "'max' takes a vector of numbers"),
    ("mean()", "write it as mean(v)"),
    ("mean(v, v)", "write it as mean(v)"),
    ("round()", "write it as round(x, places)"),
    ("round(1, -1)", "whole numbers from 0 to 12"),
    ("round('a')", "'round' takes numbers"),
    ("min()", "write it as min(v) or min(a, b, …)"),
    ("range(1, 2, 3)", "write it as range(b) or range(a, b)"),
    ("range(10**9)", "'range' of more than 5000 numbers"),
    ("range(1/2)", "'range' takes whole numbers"),
    ("eye(10**6)", "from 0 to 70"),
    ("outer(range(100), range(100))", "'outer' of more than 5000 entries"),
    ("zip(range(4000), range(4000))", "a list with more than 5000 entries"),
    ("zip(v, w)", "'zip' takes vectors of the same length"),
    ("matmul(A, (1, 2, 3))", "'matmul' of 2 columns and 3 rows"),
    ("matmul(eye(70), eye(70))", "'matmul' of more than 20000 products"),
    ("det(eye(21))", "'det' takes at most 20 rows and columns"),
    ("det(B)", "'det' takes a square matrix"),
    ("det(((1, 2), (3,)))", "'det' takes a matrix of numbers, rows of equal length"),
    ("inverse(((1, 2), (2, 4)))", "the matrix has no inverse: its determinant is 0"),
    ("inverse(((x, 1), (x, 1)))", "the matrix has no inverse: its determinant is 0"),
    ("rank(((x, 1), (2, 3)))", "'rank' takes exact entries"),
    ("lcm(3**6000, 5**4000)", "more digits than a question can use"),
    ("gcd(1/2, 3)", "'gcd' takes whole numbers"),
    ("quantile(v, 2)", "'quantile' takes a share from 0 to 1"),
    ("any(v)", "'any' takes a vector of truth values, such as x > 0"),
    ("count(v)", "'count' takes a vector of truth values"),
    ("asin(2)", "'asin' has no value at 2"),
    ("log2(0)", "the logarithm of a number that is not positive"),
    ("factorial((3, 2000))", "from 0 to 1000"),
    ("normal_cdf(0, 0, 0)", "'normal_cdf' takes as deviation a number above 0"),
    ("normal_cdf(0, 1)", "write it as normal_cdf(x) or normal_cdf(x, mean, deviation)"),
    ("normal_quantile(1)", "'normal_quantile' takes a share between 0 and 1, not the ends"),
    ("normal_cdf('a')", "'normal_cdf' takes numbers below 10**12"),
    ("binomial_pmf(1, 10**9, 1/2)", "takes as n a whole number from 0 to 10**6"),
    ("binomial_cdf(1, 1/2, 1/2)", "takes as n a whole number"),
    ("binomial_pmf(1/2, 3, 1/2)", "'binomial_pmf' takes a whole number first"),
    ("binomial_pmf(1, 3, 2)", "takes as p a number from 0 to 1"),
    ("binomial_pdf(1, 3, 2)", "did you mean 'binomial_pmf'?"),
    ("uniform_cdf(1, 3, 2)", "the ends of a uniform distribution rise"),
    ("beta_pdf(0, 1/2, 1)", "the density is infinite there"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "reason"), REFUSED)
def test_refusals(source: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value_of(source)
    assert reason in str(caught.value)


def test_every_function_has_a_known_value() -> None:
    """Those of distributions are compared with other ways to compute them, in their own tests."""
    called = {name for source, _ in KNOWN for name in FUNCTIONS if f"{name}(" in source}
    assert {name for name in FUNCTIONS if "_" not in name} <= called


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_is_written_with_as_many_arguments_as_it_takes(function: Function) -> None:
    forms = function.written.split(" or ")
    assert all(form.startswith(f"{function.name}(") for form in forms)
    counts = {form.count(",") + 1 for form in forms}
    assert counts <= set(function.counts)
    assert max(function.counts) == (MANY if "…" in function.written else max(counts))
    assert not function.says.endswith(".")


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_cannot_reach_beyond_numbers(function: Function) -> None:
    hostile = (Symbol("x"), None, "text", (), (("a",),), object(), math.nan, math.inf, 10**4000)
    for count in sorted(function.counts)[:4]:
        for argument in hostile:
            try:
                result = function.apply(*[argument] * count)
            except (ArithmeticError, ValueError, TypeError):
                continue
            assert isinstance(result, (int, float, Fraction, Complex, tuple)), argument


matrices = st.integers(1, 4).flatmap(
    lambda n: st.lists(
        st.lists(fractions(-4, 4, max_denominator=4), min_size=n, max_size=n),
        min_size=n,
        max_size=n,
    )
)


real_numbers = st.one_of(
    st.integers(-3, 3),
    fractions(-2, 2, max_denominator=3),
    st.sampled_from([0.5, -1.0, 1 / 3, Fraction(6, 3)]),
)


@given(st.lists(real_numbers, min_size=1, max_size=5))
def test_order_and_equality_are_those_of_the_exact_numbers(entries: list[Real]) -> None:
    values: Values = {"v": tuple(entries)}
    for source, expected in (("min(v)", min(entries)), ("max(v)", max(entries))):
        found = value_of(source, values)
        assert type(found) is type(expected)
        assert found == expected
    assert value_of("distinct(v)", values) is (len(set(entries)) == len(entries))


@pytest.mark.slow
@given(matrices)
def test_linear_algebra_by_its_laws(rows: list[list[Fraction]]) -> None:
    import sympy

    matrix = sympy.Matrix([[sympy.Rational(e.numerator, e.denominator) for e in r] for r in rows])
    values: Values = {"A": tuple(map(tuple, rows)), "n": len(rows)}
    determinant = value_of("det(A)", values)
    assert sympy.Rational(Fraction(determinant)) == matrix.det()
    assert value_of("rank(A)", values) == matrix.rank()
    assert value_of("det(transpose(A))", values) == determinant
    if determinant:
        assert value_of("matmul(A, inverse(A)) == eye(n)", values)
        assert value_of("det(inverse(A)) * det(A)", values) == 1


numbers = st.lists(fractions(-50, 50, max_denominator=20), min_size=2, max_size=12)


@pytest.mark.slow
@given(numbers, fractions(0, 1, max_denominator=20))
def test_statistics_are_those_of_python_and_numpy(values: list[Fraction], share: Fraction) -> None:
    import statistics

    import numpy as np

    known: Values = {"x": tuple(values), "p": share}
    assert value_of("mean(x)", known) == statistics.mean(values)
    assert value_of("var(x)", known) == statistics.variance(values)
    assert value_of("median(x)", known) == statistics.median(values)
    assert float(value_of("sd(x)", known)) == pytest.approx(statistics.stdev(values))
    floats = [float(each) for each in values]
    expected = np.quantile(floats, float(share))
    assert float(value_of("quantile(x, p)", known)) == pytest.approx(expected, abs=1e-9)
