"""Expressions of authors: exact, and nothing beyond arithmetic on the question's values."""

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qgen.bank.exact_arithmetic import MAX_BITS
from qgen.bank.expression_syntax import RESERVED, parsed
from qgen.bank.expressions import (
    FILTERS,
    ExpressionError,
    Filter,
    compile_expression,
    evaluate,
    unknown_name,
)
from qgen.document.formula import Symbol
from qgen.document.values import Real, Value, Values
from tests.drawn_fractions import fractions
from tests.examples import examples

VALUES: Values = {
    "a": 3,
    "b": -2,
    "half": Fraction(1, 2),
    "x": -1.5,
    "w": (3, Fraction(1, 2), -4),
    "m": ((1, 2), (3, 4)),
    "name": "relu",
    "deep": True,
    "f": Symbol("z"),
}


def value_of(source: str, values: Values = VALUES) -> Value:
    return evaluate(compile_expression(source), values)


@pytest.mark.parametrize("word", ["a", "x_1", "_", "pi", "loop", "set", "self", *sorted(RESERVED)])
def test_a_name_alone_is_read_as_jinja_reads_it(word: str) -> None:
    def told(source: str) -> object:
        try:
            return parsed(source)
        except ExpressionError as error:
            return str(error)

    # With a blank before it, it takes the way of all other expressions.
    assert told(word) == told(f" {word}")


def refusal(source: str, *, printing: bool = False) -> str:
    with pytest.raises(ExpressionError) as caught:
        evaluate(compile_expression(source, printing=printing), VALUES)
    assert "\n" not in str(caught.value)
    return str(caught.value)


EXACT: list[tuple[str, Value]] = [
    ("1/2", Fraction(1, 2)), ("6/3", 2), ("1/2 + 1/3", Fraction(5, 6)), ("half*4", 2),
    ("0.1 + 0.2", Fraction(3, 10)), ("half + half", 1), ("half - half", 0), ("1/2 / (1/4)", 2),
    ("1e-3", Fraction(1, 1000)), ("0x1F", 31), ("0o17", 15), ("1_000", 1000),
    ("2.50", Fraction(5, 2)), ("w[6/3]", -4), ("w[2*half]", Fraction(1, 2)),
    ("a/2", Fraction(3, 2)), ("a*half", Fraction(3, 2)), ("a**2", 9), ("a**-2", Fraction(1, 9)),
    ("half**2", Fraction(1, 4)), ("-(a**2)", -9), ("(-a)**2", 9), ("(a**2)**2", 81),
    ("2**(1 + 2)", 8),
    ("7 // 2", 3), ("-7 // 2", -4), ("-7 % 3", 2), ("half % 1", Fraction(1, 2)), ("+a - -b", 1),
    ("sqrt(9/4)", Fraction(3, 2)), ("sqrt(16)", 4), ("9**half", 3.0),
    ("x**2", 2.25), ("x * 2", -3.0), ("2**x", 2**-1.5), ("x**-1", 1/-1.5),
    ("w[0]", 3), ("w[-1]", -4), ("m[1][0]", 3), ("w[0] + m[0][1]", 5), ("(1, a)[1]", 3),
    ("abs(b)", 2), ("min(w)", -4), ("max(a, b)", 3), ("sum(w)", Fraction(-1, 2)), ("length(w)", 3),
    ("floor(half)", 0), ("ceil(half)", 1), ("gcd(12, 18)", 6), ("dot(w, (1, 2, 1))", 0),
    ("distinct((1, 2, 1))", False), ("distinct(w)", True), ("exp(0)", 1.0), ("log(1)", 0.0),
    ("factorial(0)", 1), ("factorial(5)", 120), ("binomial(5, 2)", 10), ("binomial(2, 5)", 0),
    ("binomial(0, 0)", 1), ("sign(x)", -1), ("sign(half)", 1), ("sign(0)", 0),
    ("a > b", True), ("1 < a < 3", False), ("a == 3 and not b > 0", True), ("a in (1, 3)", True),
    ("a not in w", False), ("a if deep else b", 3), ("name == 'relu'", True), ("1/2 == 0.5", True),
    ("w + w", (6, 1, -8)), ("2*w - 1", (5, 0, -9)), ("w * w", (9, Fraction(1, 4), 16)),
    ("-w", (-3, Fraction(-1, 2), 4)), ("w / 2", (Fraction(3, 2), Fraction(1, 4), -2)),
    ("w**2", (9, Fraction(1, 4), 16)), ("w // 2", (1, 0, -2)), ("m + m", ((2, 4), (6, 8))),
    ("2*m", ((2, 4), (6, 8))), ("w > 0", (True, True, False)), ("0 < w", (True, True, False)),
    ("w <= half", (False, True, True)), ("w == w", True), ("w == (3, half, -4)", True),
    ("pi", math.pi), ("e", math.e), ("abs(w)", (3, Fraction(1, 2), 4)),
    ("(1/2, 2/1)", (Fraction(1, 2), 2)), ("true", True), ("False", False), ("f", Symbol("z")),
]  # fmt: skip


@pytest.mark.parametrize(("source", "value"), EXACT)
def test_values(source: str, value: Value) -> None:
    found = value_of(source)
    assert (type(found), found) == (type(value), value)


NO_VALUE = [
    ("a +", "cannot be read: unexpected end of the expression"),
    ("", "cannot be read: Expected an expression, got end of the expression"),
    ("a b", "cannot be read: expected token end of the expression, got 'b'"),
    ("1 }}", "write one expression"),
    ("}} {{ 1", "an expression has no holes: write the names without '{{'"),
    ("{% if a %}", "cannot be read: unexpected '%'"),
    ("{{ a }}", "an expression has no holes: write the names without '{{'"),
    ("true/2", "only numbers can be added"),
    ("a #}", "cannot be read: unexpected char '#'"),
    ("w[0].real", "'.real' is not allowed: values have no attributes"),
    ("().__class__", "'.__class__' is not allowed: values have no attributes"),
    ("'a'.format(a)", "only the named functions can be called"),
    ("name['upper']", "only a vector or a matrix has entries"),
    ("w['__class__']", "an entry's number must be whole"),
    ("w[1:2]", "'getitem' is not allowed here"),
    ("w[half]", "an entry's number must be whole"),
    ("w[3]", "there is no entry 3; they count from 0 to 2"),
    ("w[-4]", "there is no entry -4"),
    ("apply(3)", "there is no function 'apply'; 'qgen functions' lists those there are"),
    ("sqr(a)", "there is no function 'sqr' (did you mean 'sqrt'?)"),
    ("max(*w)", "'max' takes plain arguments only"),
    ("max(a, key=b)", "'max' takes plain arguments only"),
    ("a ~ b", "'concat' is not allowed here"),
    ("{'a': 1}", "'dict' is not allowed here"),
    ("a is odd", "'test' is not allowed here"),
    ("a if deep", "'condexpr' is not allowed here"),
    ("none", "'none' is not a value"),
    ("(a | num(3)) + 1", "the filter 'num' may only stand at the end"),
    ("-a**2", "put brackets around one of the signs or powers, as in -(x**2)"),
    ("2**-a**2", "put brackets around one of the signs or powers"),
    ("2**3**2", "put brackets around one of the signs or powers"),
    ("9**9**9", "put brackets around one of the signs or powers"),
    ("9**(9**9)", "a power with more digits than a question can use"),
    ("a/0", "'a/0' divides by zero"),
    ("0**-1", "'0**-1' divides by zero"),
    ("b**half", "a negative number to a power that is not whole"),
    ("x**half", "a negative number to a power that is not whole"),
    ("sqrt(b)", "the square root of a negative number: write a complex one as complex(0, sqrt(3))"),
    ("log(0)", "the logarithm of a number that is not positive"),
    ("exp(1000)", "'exp(1000)' has no value"),
    ("w + (1, 2)", "vectors of 2 and 3 entries do not go together"),
    ("m + (1, 2)", "a matrix and a vector do not go together entry by entry"),
    ("w + (name, 1, 2)", "only numbers can be added"),
    ("name + 'x'", "only numbers can be added"),
    ("'%9999999999d' % a", "only numbers can be added"),
    ("name * 9999999999", "only numbers can be added"),
    ("dot((name,), (9999999999,))", "'dot' takes a vector of numbers"),
    ("(w, name) // 2", "only numbers can be added"),
    ("-name", "has no value"),
    ("deep + deep", "only numbers can be added"),
    ("f / 2", "only numbers can be added"),
    ("deep ** 2", "only numbers can be raised to a power"),
    ("dot(w, (1, 2))", "dot needs two vectors of the same length"),
    ("a < name", "'a < name' has no value"),
    ("factorial(10**9)", "factorial takes whole numbers from 0 to 1000"),
    ("factorial(half)", "factorial takes whole numbers from 0 to 1000"),
    ("factorial(b)", "factorial takes whole numbers from 0 to 1000"),
    ("binomial(10**9, 10**8)", "binomial takes whole numbers from 0 to 10000"),
    ("sign(name)", "only a real number has a sign"),
    ("sign(deep)", "only a real number has a sign"),
    ("1e999", "a decimal has at most 15 digits and a power of ten from -250 to 250"),
    ("1e-400", "a decimal has at most 15 digits and a power of ten from -250 to 250"),
    ("0.1234567890123456789", "a decimal has at most 15 digits"),
    ("+".join("1" * 60), "nested too deeply"),
    ("*".join("a" * 60), "nested too deeply"),
    ("(" * 300 + "1" + ")" * 300, "nested too deeply"),
    ("-" * 900 + "1", "nested too deeply"),
    ("1" * 2001, "longer than 2000 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "reason"), NO_VALUE, ids=[row[0][:20] for row in NO_VALUE])
def test_what_has_no_value(source: str, reason: str) -> None:
    assert reason in refusal(source)


def test_binomials_make_the_triangle_of_pascal() -> None:
    """Each is the sum of the two above it, and counts n! / (k! (n - k)!)."""
    for n in range(1, 40):
        for k in range(n + 1):
            values: Values = {"n": n, "k": k}
            whole = value_of("binomial(n, k)", values)
            above = value_of("binomial(n - 1, k) + (binomial(n - 1, k - 1) if k else 0)", values)
            ratio = value_of("factorial(n) / (factorial(k) * factorial(n - k))", values)
            assert whole == above == ratio


def test_names_are_those_of_the_values() -> None:
    assert compile_expression("w[0] + abs(a) if deep else b").names == {"w", "a", "deep", "b"}
    # Names that the compiled code uses inside are nothing to an author.
    expression = compile_expression("_values + __builtins__")
    assert expression.names == {"_values", "__builtins__"}
    assert evaluate(expression, {"_values": 1, "__builtins__": 2}) == 3


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("kl", True), ("w[1]", True), ("p > q", True), ("p > q and not r", True), ("-kl", True),
        ("p if q else r", True), ("kl + 0", False), ("2*kl", False), ("abs(kl)", False),
        ("kl**2", False), ("kl/2", False), ("kl - p", False),
    ],
)  # fmt: skip
def test_what_is_plain(source: str, plain: bool) -> None:
    assert compile_expression(source).plain is plain


class TestFilters:
    def test_one_at_the_end(self) -> None:
        expression = compile_expression("(a/7) | num(3)", printing=True)
        assert expression.filter == Filter("num", (3,))
        # As in Jinja2, a filter binds closer than an operator.
        assert refusal("a + b | num(3)", printing=True) == (
            "the filter 'num' may only stand at the end, and it binds closer than operators: put "
            "brackets around what it prints"
        )

    @pytest.mark.parametrize("name", FILTERS)
    def test_number_of_arguments(self, name: str) -> None:
        least, most, _ = FILTERS[name]
        for count in range(4):
            source = f"a | {name}({', '.join('3' * count)})"
            if least <= count <= most:
                found = compile_expression(source, printing=True).filter
                assert found == Filter(name, (3,) * count)
            else:
                assert refusal(source, printing=True).startswith("write the filter as")

    def test_refusals(self) -> None:
        assert refusal("a | nmu(3)", printing=True) == (
            "there is no filter 'nmu' (did you mean 'num'?)"
        )
        assert "whole number from 1 to 15" in refusal("a | num(0)", printing=True)
        assert "whole number from 1 to 15" in refusal("a | num(16)", printing=True)
        assert "whole number from 1 to 15" in refusal("a | num(a)", printing=True)
        assert "whole number from 1 to 15" in refusal("a | num('3')", printing=True)
        assert "write the filter as" in refusal("a | num(digits=3)", printing=True)
        assert "may only stand at the end" in refusal("a | frac | num(3)", printing=True)
        assert "may only stand at the end" in refusal("a | num(3)")

    def test_filters_of_jinja_are_none_of_ours(self) -> None:
        for name in ("upper", "attr", "map", "format", "tojson", "eval", "length"):
            assert "there is no filter" in refusal(f"a | {name}", printing=True)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


@st.composite
def arithmetic(draw: st.DrawFn, depth: int = 3) -> tuple[str, Fraction]:
    """An expression and its value by Python's own fractions."""
    if depth == 0 or draw(st.booleans()):
        number = draw(
            st.one_of(
                st.integers(-20, 20).map(Fraction),
                fractions(-5, 5, max_denominator=9),
                st.decimals(-9, 9, places=3).map(Fraction),
            )
        )
        return draw(st.sampled_from(_spellings(number))), number
    left, first = draw(arithmetic(depth - 1))
    right, second = draw(arithmetic(depth - 1))
    sign = draw(st.sampled_from([*OPERATORS, "**"]))
    if sign == "**":
        exponent = draw(st.integers(-3, 3))
        assume(first or exponent >= 0)
        return f"(({left})**({exponent}))", first**exponent
    assume(second or sign not in ("/", "//", "%"))
    return f"({left} {sign} {right})", Fraction(OPERATORS[sign](first, second))


def _spellings(number: Fraction) -> list[str]:
    spellings = [f"({number.numerator}/{number.denominator})"]
    if 10**6 % number.denominator == 0:
        spellings += [f"({float(number)!r})", f"({float(number):.6f})"]
    if number.denominator == 1:
        spellings += [str(number.numerator) if number >= 0 else f"({number.numerator})"]
    return spellings


@pytest.mark.slow
@given(arithmetic())
def test_arithmetic_is_exact(pair: tuple[str, Fraction]) -> None:
    source, expected = pair
    found = value_of(source)
    assert found == expected
    # Whole results of division and powers are integers, as they print.
    assert isinstance(found, (int, Fraction))


@pytest.mark.slow
@given(st.lists(st.sampled_from(["a*a", "1/a", "a + 1/(a + 1)", "a - 1/a", "a**3"]), max_size=40))
def test_numbers_stay_small_however_often_they_are_squared(steps: list[str]) -> None:
    value: Value = Fraction(3, 7)
    for step in steps:
        try:
            value = value_of(step, {"a": value})
        except ExpressionError:
            break
        assert isinstance(value, (int, Fraction))
        assert max(abs(value.numerator), value.denominator).bit_length() <= MAX_BITS
        assert str(value)


def test_squares_of_a_small_fraction_come_to_an_end() -> None:
    values: dict[str, Value] = {"a": Fraction(1, 3)}
    for _ in range(10):
        values["a"] = value_of("a*a", values)
    assert values["a"] == Fraction(1, 3**1024)
    for _ in range(2):
        values["a"] = value_of("a*a", values)
    with pytest.raises(ExpressionError, match="more digits"):
        value_of("a*a", values)


TOKENS = [
    "1", "2", "0.5", "a", "w", "w[0]", "m", "name", "'t'", "'", "[", "]", "(", ")", "+", "-", "*",
    "range(", "eye(", "inverse(", "matmul(", "quantile(", "round(", "zip(", "binomial_cdf(",
    "t_pdf(", ".x", "10**9",
    "/", "**", "//", "%", "==", "<", "in", "not", "and", "or", "if", "else", "is", "|", "num(3)",
    "frac", "}}", "{{", "{%", "%}", "{#", "#}", "-%}", ".", "..", ",", ":", "~", "max", "sum",
    " ", "\n", "\\", "e9", "{", "}", "=", "@", "\x00", "é", "true", "none", "for", "import", "set",
]  # fmt: skip


@pytest.mark.slow
@examples(300)
@given(
    st.one_of(st.text(max_size=30), st.lists(st.sampled_from(TOKENS), max_size=14).map("".join)),
    st.booleans(),
)
@example("'%999999999d' % 1", False)
@example("sum(((1,),))", False)
@example("-" * 1999, False)
@example("[" * 1999, False)
@example("not " * 499, False)
def test_any_text_is_read_or_refused(text: str, printing: bool) -> None:
    try:
        expression = compile_expression(text, printing=printing)
        if expression.names <= set(VALUES):
            evaluate(expression, VALUES)
    except ExpressionError:
        pass


def test_unknown_names_get_the_nearest() -> None:
    assert unknown_name("hieght", {"height", "width"}) == (
        "there is no value named 'hieght' (did you mean 'height'?)"
    )
    assert unknown_name("q", {"height", "width"}) == (
        "there is no value named 'q'; there are height, width"
    )
    assert unknown_name("q", ()) == "there is no value named 'q'; the question defines none"


def test_only_rows_have_columns() -> None:
    assert compile_expression("c.iso").names == {"c.iso"}
    assert value_of("c.iso", {"c.iso": "AGO"}) == "AGO"
    assert unknown_name("w.append", {"w"}) == (
        "'.append' is not allowed: only a drawn row has columns"
    )
    assert (
        unknown_name("c", {"c.iso", "c.name"}) == "'c' is a row of a table: write c.iso or c.name"
    )
    assert "did you mean 'c.iso'?" in unknown_name("c.is", {"c.iso", "c.name"})


def test_a_function_is_no_value() -> None:
    assert unknown_name("mean", {"x"}) == "'mean' is a function, no value: write mean(v)"


class TestNamesOfFunctionsAndConstants:
    """A question may use any of them for values of its own."""

    OWN = frozenset({"mean", "e"})

    def test_a_value_has_its_name_for_itself(self) -> None:
        expression = compile_expression("mean + e", own=self.OWN)
        assert expression.names == {"mean", "e"}
        assert evaluate(expression, {"mean": 1, "e": 2}) == 3

    def test_the_function_cannot_be_called_then(self) -> None:
        with pytest.raises(ExpressionError, match="'mean' is a value of this question"):
            compile_expression("mean((1, 2))", own=self.OWN)
        assert value_of("mean((1, 2))") == Fraction(3, 2)

    def test_a_constant_that_is_read_as_a_value_is_one(self) -> None:
        """What a carried key reads is compiled anew where it is marked."""
        assert evaluate(compile_expression("2*e"), {"e": 5}) == 10
        assert compile_expression("2*e").names == frozenset()
        assert evaluate(compile_expression("2*e", own=self.OWN), {}) == 2 * math.e


any_numbers = st.one_of(
    st.integers(-50, 50),
    fractions(-50, 50, max_denominator=40),
    st.floats(-50, 50),
    st.sampled_from([0.1, Fraction(1, 10), 0.5, Fraction(1, 2), float("inf"), Fraction(10**400)]),
)


@pytest.mark.slow
@given(any_numbers, any_numbers)
def test_comparisons_are_those_of_the_exact_numbers(a: Real, b: Real) -> None:
    for source, expected in (
        ("a < b", a < b),
        ("a <= b", a <= b),
        ("a > b", a > b),
        ("a >= b", a >= b),
        ("a == b", a == b),
    ):
        assert compile_expression(source).evaluate({"a": a, "b": b}) is expected


@pytest.mark.slow
@given(any_numbers, any_numbers)
def test_sums_and_products_are_those_of_python(a: Real, b: Real) -> None:
    for source, expected in (
        ("a + b", lambda: a + b),
        ("a - b", lambda: a - b),
        ("a * b", lambda: a * b),
        ("a / b", lambda: a / (b if isinstance(b, float) else Fraction(b))),
    ):
        try:
            right = expected()
        except (OverflowError, ZeroDivisionError):
            continue
        value = compile_expression(source).evaluate({"a": a, "b": b})
        assert value == right or (isinstance(right, float) and math.isnan(right))
        assert not (isinstance(value, Fraction) and value.denominator == 1)
