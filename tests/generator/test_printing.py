"""How values print: among words, and in every place of a formula."""

import re
from fractions import Fraction

import pytest

from qgen.bank.expressions import FILTERS, Filter
from qgen.bank.markup import MarkupError, read_closed_markup
from qgen.bank.templates import HoleContext
from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    linear,
)
from qgen.document.values import Value
from qgen.generator.printing import printer
from tests.generator.printed import printed, tex

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
X, Y = Symbol("x"), Symbol("y")

# formula, then what it prints for 3, -3, 1, -1, 0, 1/2 and -1/2
NUMBERS = [
    ("{{ b }}", "3", "-3", "1", "-1", "0", r"\frac{1}{2}", r"-\frac{1}{2}"),
    ("x = {{ b }}", "x = 3", "x = -3", "x = 1", "x = -1", "x = 0", r"x = \frac{1}{2}",
     r"x = -\frac{1}{2}"),
    ("x + {{ b }}", "x + 3", "x - 3", "x + 1", "x - 1", "x + 0", r"x + \frac{1}{2}",
     r"x - \frac{1}{2}"),
    ("x - {{ b }}", "x - 3", "x + 3", "x - 1", "x + 1", "x - 0", r"x - \frac{1}{2}",
     r"x + \frac{1}{2}"),
    ("{{ b }}x", "3x", "-3x", "x", "-x", "0x", r"\frac{1}{2}x", r"-\frac{1}{2}x"),
    ("{{ b }} \\alpha", "3 \\alpha", "-3 \\alpha", " \\alpha", "-\\alpha", "0 \\alpha",
     r"\frac{1}{2} \alpha", r"-\frac{1}{2} \alpha"),
    ("{{ b }}(x + 1)", "3(x + 1)", "-3(x + 1)", "(x + 1)", "-(x + 1)", "0(x + 1)",
     r"\frac{1}{2}(x + 1)", r"-\frac{1}{2}(x + 1)"),
    ("y - {{ b }}x", "y - 3x", "y + 3x", "y - x", "y + x", "y - 0x", r"y - \frac{1}{2}x",
     r"y + \frac{1}{2}x"),
    # Straight before a fraction, a number would be read as a part of a mixed one.
    ("{{ b }}\\frac{1}{2}", r"3 \cdot \frac{1}{2}", r"-3 \cdot \frac{1}{2}", r"\frac{1}{2}",
     r"-\frac{1}{2}", r"0 \cdot \frac{1}{2}", r"\frac{1}{2}\frac{1}{2}",
     r"-\frac{1}{2}\frac{1}{2}"),
    ("x + {{ b }}\\,\\dfrac{y}{2}", r"x + 3 \cdot \dfrac{y}{2}", r"x - 3 \cdot \dfrac{y}{2}",
     r"x + 1 \cdot \dfrac{y}{2}", r"x - 1 \cdot \dfrac{y}{2}", r"x + 0 \cdot \dfrac{y}{2}",
     r"x + \frac{1}{2}\,\dfrac{y}{2}", r"x - \frac{1}{2}\,\dfrac{y}{2}"),
    ("-{{ b }}x", "-3x", "-(-3)x", "-x", "-(-1)x", "-0x", r"-\frac{1}{2}x",
     r"-\left(-\frac{1}{2}\right)x"),
    ("{{ b }}^2", "3^2", "(-3)^2", "1^2", "(-1)^2", "0^2", r"\left(\frac{1}{2}\right)^2",
     r"\left(-\frac{1}{2}\right)^2"),
    ("x - {{ b }}^2", "x - 3^2", "x - (-3)^2", "x - 1^2", "x - (-1)^2", "x - 0^2",
     r"x - \left(\frac{1}{2}\right)^2", r"x - \left(-\frac{1}{2}\right)^2"),
    ("2 \\cdot {{ b }}", "2 \\cdot 3", "2 \\cdot (-3)", "2 \\cdot 1", "2 \\cdot (-1)",
     "2 \\cdot 0", r"2 \cdot \frac{1}{2}", r"2 \cdot \left(-\frac{1}{2}\right)"),
    ("2 \\times {{ b }}x", "2 \\times 3x", "2 \\times (-3)x", "2 \\times 1x", "2 \\times (-1)x",
     "2 \\times 0x", r"2 \times \frac{1}{2}x", r"2 \times \left(-\frac{1}{2}\right)x"),
    ("x / {{ b }}", "x / 3", "x / (-3)", "x / 1", "x / (-1)", "x / 0", r"x / \frac{1}{2}",
     r"x / \left(-\frac{1}{2}\right)"),
    ("2{{ b }}x", "2(3)x", "2(-3)x", "2(1)x", "2(-1)x", "2(0)x",
     r"2\left(\frac{1}{2}\right)x", r"2\left(-\frac{1}{2}\right)x"),
    ("x {{ b }}", "x 3", "x (-3)", "x 1", "x (-1)", "x 0", r"x \frac{1}{2}",
     r"x \left(-\frac{1}{2}\right)"),
    ("x_{ {{ b }} }", "x_{ 3 }", "x_{ -3 }", "x_{ 1 }", "x_{ -1 }", "x_{ 0 }",
     r"x_{ \frac{1}{2} }", r"x_{ -\frac{1}{2} }"),
    ("x_{{ b }}", "x_{3}", "x_{-3}", "x_{1}", "x_{-1}", "x_{0}", r"x_{\frac{1}{2}}",
     r"x_{-\frac{1}{2}}"),
    ("x_{1{{ b }}}", "x_{13}", "x_{1(-3)}", "x_{11}", "x_{1(-1)}", "x_{10}",
     r"x_{1\frac{1}{2}}", r"x_{1\left(-\frac{1}{2}\right)}"),
    ("x_{ {{ b }}j }", "x_{ 3j }", "x_{ -3j }", "x_{ 1j }", "x_{ -1j }", "x_{ 0j }",
     r"x_{ \frac{1}{2}j }", r"x_{ -\frac{1}{2}j }"),
    ("x_{t - {{ b }}}", "x_{t - 3}", "x_{t + 3}", "x_{t - 1}", "x_{t + 1}", "x_{t - 0}",
     r"x_{t - \frac{1}{2}}", r"x_{t + \frac{1}{2}}"),
    ("x^{{ b }}", "x^{3}", "x^{-3}", "x^{1}", "x^{-1}", "x^{0}", r"x^{\frac{1}{2}}",
     r"x^{-\frac{1}{2}}"),
    ("10^{-{{ b }}}", "10^{-3}", "10^{-(-3)}", "10^{-1}", "10^{-(-1)}", "10^{-0}",
     r"10^{-\frac{1}{2}}", r"10^{-\left(-\frac{1}{2}\right)}"),
    ("e^{ {{ b }}x }", "e^{ 3x }", "e^{ -3x }", "e^{ x }", "e^{ -x }", "e^{ 0x }",
     r"e^{ \frac{1}{2}x }", r"e^{ -\frac{1}{2}x }"),
    ("\\frac{ {{ b }} }{2}", r"\frac{ 3 }{2}", r"\frac{ -3 }{2}", r"\frac{ 1 }{2}",
     r"\frac{ -1 }{2}", r"\frac{ 0 }{2}", r"\frac{ \frac{1}{2} }{2}", r"\frac{ -\frac{1}{2} }{2}"),
    ("\\sqrt{{ b }}", r"\sqrt{3}", r"\sqrt{-3}", r"\sqrt{1}", r"\sqrt{-1}", r"\sqrt{0}",
     r"\sqrt{\frac{1}{2}}", r"\sqrt{-\frac{1}{2}}"),
    ("{{ b }}\\,\\mathrm{kg}", r"3\,\mathrm{kg}", r"-3\,\mathrm{kg}", r"1\,\mathrm{kg}",
     r"-1\,\mathrm{kg}", r"0\,\mathrm{kg}", r"\frac{1}{2}\,\mathrm{kg}",
     r"-\frac{1}{2}\,\mathrm{kg}"),
    ("{{ b }} \\text{ cm}", r"3 \text{ cm}", r"-3 \text{ cm}", r"1 \text{ cm}", r"-1 \text{ cm}",
     r"0 \text{ cm}", r"\frac{1}{2} \text{ cm}", r"-\frac{1}{2} \text{ cm}"),
    ("\\text{at {{ b }} cm}", r"\text{at 3 cm}", r"\text{at -3 cm}", r"\text{at 1 cm}",
     r"\text{at -1 cm}", r"\text{at 0 cm}", r"\text{at 1/2 cm}", r"\text{at -1/2 cm}"),
    ("\\ln {{ b }}", r"\ln 3", r"\ln (-3)", r"\ln 1", r"\ln (-1)", r"\ln 0",
     r"\ln \frac{1}{2}", r"\ln \left(-\frac{1}{2}\right)"),
    ("\\mathcal N({{ b }}, 1)", r"\mathcal N(3, 1)", r"\mathcal N(-3, 1)", r"\mathcal N(1, 1)",
     r"\mathcal N(-1, 1)", r"\mathcal N(0, 1)", r"\mathcal N(\frac{1}{2}, 1)",
     r"\mathcal N(-\frac{1}{2}, 1)"),
    ("|{{ b }}|", "|3|", "|-3|", "|1|", "|-1|", "|0|", r"|\frac{1}{2}|", r"|-\frac{1}{2}|"),
    ("{{ b | signed }}", "+3", "-3", "+1", "-1", "+0", r"+\frac{1}{2}", r"-\frac{1}{2}"),
    ("x {{ b | signed }}", "x +3", "x -3", "x +1", "x -1", "x +0", r"x +\frac{1}{2}",
     r"x -\frac{1}{2}"),
    ("x - {{ b | signed }}", "x - 3", "x + 3", "x - 1", "x + 1", "x - 0", r"x - \frac{1}{2}",
     r"x + \frac{1}{2}"),
    ("x {{ b | signed }}^2", "x +3^2", "x +(-3)^2", "x +1^2", "x +(-1)^2", "x +0^2",
     r"x +\left(\frac{1}{2}\right)^2", r"x +\left(-\frac{1}{2}\right)^2"),
    ("2 \\cdot {{ b | signed }}", "2 \\cdot 3", "2 \\cdot (-3)", "2 \\cdot 1", "2 \\cdot (-1)",
     "2 \\cdot 0", r"2 \cdot \frac{1}{2}", r"2 \cdot \left(-\frac{1}{2}\right)"),
    ("{{ b | coef }}\\,x", r"3\,x", r"-3\,x", r"\,x", "-x", r"0\,x", r"\frac{1}{2}\,x",
     r"-\frac{1}{2}\,x"),
    ("{{ b | coef }} x + {{ b | coef }} y", "3 x + 3 y", "-3 x - 3 y", " x + y", "-x - y",
     "0 x + 0 y", r"\frac{1}{2} x + \frac{1}{2} y", r"-\frac{1}{2} x - \frac{1}{2} y"),
    ("y - {{ b | coef }}\\,x", r"y - 3\,x", r"y + 3\,x", "y - x", "y + x", r"y - 0\,x",
     r"y - \frac{1}{2}\,x", r"y + \frac{1}{2}\,x"),
    ("{{ b | num(2) }}x", "3.0x", "-3.0x", "1.0x", "-1.0x", "0x", "0.50x", "-0.50x"),
    ("x - {{ b | percent }}", r"x - 300\%", r"x + 300\%", r"x - 100\%", r"x + 100\%", r"x - 0\%",
     r"x - 50\%", r"x + 50\%"),
]  # fmt: skip
SHOWN: tuple[Value, ...] = (3, -3, 1, -1, 0, HALF, -HALF)


@pytest.mark.parametrize("row", NUMBERS, ids=[row[0] for row in NUMBERS])
def test_numbers_in_formulas(row: tuple[str, ...]) -> None:
    formula, *expected = row
    assert [tex(formula, b=value) for value in SHOWN] == expected


@pytest.mark.parametrize("row", NUMBERS, ids=[row[0] for row in NUMBERS])
def test_what_prints_can_be_typeset(row: tuple[str, ...]) -> None:
    mistakes: list[MarkupError] = []
    for formula in row[1:]:
        read_closed_markup(f"${formula.strip()}$", "it", mistakes.append)
    assert mistakes == []


FORMULAS: list[tuple[str, Formula, str]] = [
    ("{{ f }}", linear([(3, "x"), (-4, "y")], -2), "3 x - 4 y - 2"),
    ("y = {{ f }}", linear([(-1, "x")], 0), "y = -x"),
    ("y - {{ f }}", linear([(3, "x")], -2), r"y - \left(3 x - 2\right)"),
    ("y + {{ f }}", linear([(3, "x")], -2), "y + 3 x - 2"),
    ("y + {{ f }}", linear([(-3, "x")], 0), r"y + \left(-3 x\right)"),
    ("{{ f }} y", linear([(3, "x")], -2), r"\left(3 x - 2\right) y"),
    ("{{ f }} y", linear([(3, "x")], 0), "3 x y"),
    ("{{ f }} \\, dx", linear([(3, "x")], -2), r"\left(3 x - 2\right) \, dx"),
    ("{{ f }} \\,\\mathrm{kg}", linear([(3, "x")], -2), r"3 x - 2 \,\mathrm{kg}"),
    ("{{ f }} / 2", linear([(3, "x")], -2), r"\left(3 x - 2\right) / 2"),
    ("2 \\cdot {{ f }}", linear([(3, "x")], 0), r"2 \cdot \left(3 x\right)"),
    ("y / {{ f }}", linear([(3, "x")], 0), r"y / \left(3 x\right)"),
    ("2 {{ f }}", linear([(3, "x")], 0), r"2 \left(3 x\right)"),
    ("2 {{ f }}", X, "2 x"),
    ("{{ f }}^2", X, "x^2"),
    ("{{ f }}^2", Power(X, Number(3)), r"\left(x^{3}\right)^2"),
    ("{{ f }}^2", Product((Number(2), X)), r"\left(2 x\right)^2"),
    ("{{ f }}^2", Quotient(X, Y), r"\left(\frac{x}{y}\right)^2"),
    ("{{ f }}^2", Number(-2), r"\left(-2\right)^2"),
    ("{{ f }}^2", Number(2), "2^2"),
    ("{{ f }}^2", Call("exp", (X,)), r"\exp\left(x\right)^2"),
    ("-{{ f }}", Sum((X, Y)), r"-\left(x + y\right)"),
    ("e^{{ f }}", Sum((X, Y)), "e^{x + y}"),
    ("\\frac{{ f }}{{ f }}", Sum((X, Y)), r"\frac{x + y}{x + y}"),
    ("2 {{ f }}", Call("ln", (X,)), r"2 \ln x"),
    ("{{ f }} y", Call("ln", (X,)), r"\left(\ln x\right) y"),
    ("{{ f }}^2", Call("ln", (X,)), r"\left(\ln x\right)^2"),
]


@pytest.mark.parametrize(
    ("formula", "value", "expected"), FORMULAS, ids=[row[0] + row[2] for row in FORMULAS]
)
def test_formulas_in_formulas(formula: str, value: Formula, expected: str) -> None:
    assert tex(formula, f=value) == expected


W = (3, Fraction(-1, 2), 0)
M = ((1, -2), (HALF, 4))
ARRAYS: list[tuple[str, Value, str]] = [
    ("{{ w }}", W, r"(3, -\frac{1}{2}, 0)"),
    ("{{ w | vector }}", W, r"(3, -\frac{1}{2}, 0)"),
    ("{{ w | column }}", W, r"\begin{pmatrix} 3 \\ -\frac{1}{2} \\ 0 \end{pmatrix}"),
    ("{{ w | matrix }}", W, r"\begin{pmatrix} 3 \\ -\frac{1}{2} \\ 0 \end{pmatrix}"),
    ("{{ w }}", M, r"\begin{pmatrix} 1 & -2 \\ \frac{1}{2} & 4 \end{pmatrix}"),
    ("{{ w | num(2) }}", (THIRD, 1), "(0.33, 1.0)"),
    ("{{ w | percent }}", (HALF, THIRD), r"(50\%, 33.3\%)"),
    ("{{ w | signed }}", (1, -1), "(+1, -1)"),
    ("{{ w }}^\\top x", W, r"(3, -\frac{1}{2}, 0)^\top x"),
    ("x - {{ w }}", (-1, 2), "x - (-1, 2)"),
    ("2 {{ w }}", (1, 2), "2 (1, 2)"),
    ("{{ w }}", (X, linear([(2, "y")], 1)), "(x, 2 y + 1)"),
    ("{{ w }}", ("relu", True), r"(\text{relu}, \text{true})"),
    ("{{ w }}", (), "()"),
]


@pytest.mark.parametrize(("formula", "value", "expected"), ARRAYS, ids=[row[2] for row in ARRAYS])
def test_arrays(formula: str, value: Value, expected: str) -> None:
    assert tex(formula, w=value) == expected


class TestFloats:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [(0.123456, "0.1235"), (-2.0, "-2"), (1.5e-7, r"1.5 \times 10^{-7}"), (-0.0, "0"),
         (1e20, r"1 \times 10^{20}"), (123456.0, "123500"), (0.1 + 0.2, "0.3")],
    )  # fmt: skip
    def test_four_digits(self, value: float, expected: str) -> None:
        assert tex("{{ b }}", b=value) == expected

    def test_powers_of_ten_need_brackets(self) -> None:
        assert tex("x / {{ b }}", b=1.5e-7) == r"x / (1.5 \times 10^{-7})"
        assert tex("{{ b }}^2", b=1.5e-7) == r"(1.5 \times 10^{-7})^2"
        assert tex("x - {{ b }}", b=-1.5e-7) == r"x + 1.5 \times 10^{-7}"

    @pytest.mark.parametrize("value", [-1.125, 2.375])
    @pytest.mark.parametrize(
        "text",
        ["{{ b }}", "${{ b }}$", "$x + {{ b }}$", "$x - {{ b }}$", r"$x \cdot {{ b }}$",
         "${{ b }}^2$", "$x^{{ b }}$", r"${{ b }}\, x$", r"$\text{about {{ b }}}$"],
    )  # fmt: skip
    def test_what_ends_early_prints_as_the_exact_number_does(self, text: str, value: float) -> None:
        assert printed(text, b=value) == printed(text, decimal=True, b=Fraction(value))

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
    @pytest.mark.parametrize("text", ["{{ b }}", "${{ b }}$", "{{ b | num(3) }}", "$x - {{ b }}$"])
    def test_what_is_no_number(self, value: float, text: str) -> None:
        with pytest.raises(ValueError, match="not a finite number"):
            printed(text, b=value)


class TestDecimals:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [(HALF, "0.5"), (Fraction(-1, 8), "-0.125"), (THIRD, r"\frac{1}{3}"), (2, "2"),
         (Fraction(1, 10**6), "0.000001"), (Fraction(7, 5), "1.4")],
    )  # fmt: skip
    def test_where_the_expansion_ends(self, value: Value, expected: str) -> None:
        assert tex("{{ b }}", decimal=True, b=value) == expected

    def test_frac_asks_for_a_fraction(self) -> None:
        assert tex("{{ b | frac }}", decimal=True, b=-HALF) == r"-\frac{1}{2}"
        assert printed("{{ b | frac }}", decimal=True, b=-HALF) == "−1/2"
        with pytest.raises(ValueError, match=r"use num\(3\)"):
            tex("{{ b | frac }}", b=0.5)

    def test_in_arrays(self) -> None:
        assert tex("{{ b }}", decimal=True, b=(HALF, THIRD)) == r"(0.5, \frac{1}{3})"


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("{{ b }}", -3, "−3"), ("{{ b }}", Fraction(-1, 2), "−1/2"), ("x{{ b }}y", 1, "x1y"),
        ("{{ b | signed }}", 3, "+3"), ("{{ b | signed }}", -3, "−3"), ("{{ b | coef }}", 1, "1"),
        ("{{ b | percent }}", Fraction(1, 8), "12.5%"), ("{{ b | percent(2) }}", THIRD, "33%"),
        ("{{ b | percent }}", -HALF, "−50%"), ("{{ b | num(3) }}", THIRD, "0.333"),
        ("{{ b | num(2) }}", 1.5e-7, "1.5e-7"), ("{{ b }}", (1, -HALF), "(1, −1/2)"),
        ("{{ b }}", "a*b_c<d>", "a*b_c<d>"), ("{{ b }}", True, "true"), ("{{ b }}", False, "false"),
        ("{{ b }}", linear([(3, "x_1")], -2), "3*x_1 - 2"), ("x - {{ b }}", -3, "x - −3"),
    ],
)  # fmt: skip
def test_among_words(text: str, value: Value, expected: str) -> None:
    assert printed(text, b=value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, r"\text{true}"), ("ReLU", r"\text{ReLU}"),
        ("50% {of} #1 & $x_1$ ~a^b\\",
         r"{\text{50}\%\text{ }\{\text{of}\}\text{ }\#\text{1 }\&\text{ }\$\text{x}\_\text{1}\$"
         r"\text{ }\mathord{\sim}\text{a}\hat{\ }\text{b}\backslash}"),
    ],
)  # fmt: skip
def test_words_in_formulas(value: Value, expected: str) -> None:
    assert tex("{{ b }}", b=value) == expected
    assert tex("x + {{ b }}", b=value) == f"x + {expected}"
    if "\\backslash" not in expected:
        assert tex("\\text{{ b }}", b=value) == expected
    mistakes: list[MarkupError] = []
    read_closed_markup("$" + expected.replace("\\$", "") + "$", "it", mistakes.append)
    assert mistakes == []


class TestFilters:
    def test_every_filter_prints_in_words_and_formulas(self) -> None:
        arrays = {"vector", "matrix", "column"}
        for name, (least, most, _) in FILTERS.items():
            value: Value = (HALF, -2) if name in arrays else HALF
            for count in range(least, most + 1):
                chosen = Filter(name, (3,) * count)
                for in_math in (True, False):
                    assert printer(chosen, HoleContext(in_math))(value)

    @pytest.mark.parametrize("name", ["vector", "matrix", "column"])
    @pytest.mark.parametrize("text", ["{{{{ b | {} }}}}", "${{{{ b | {} }}}}$"])
    def test_a_number_is_no_array(self, name: str, text: str) -> None:
        with pytest.raises(ValueError, match="not a vector or a matrix"):
            printed(text.format(name), b=3)

    @pytest.mark.parametrize("value", ["relu", True, linear([(2, "x")], 1)])
    @pytest.mark.parametrize("text", ["{{ b | num(3) }}", "${{ b | percent }}$", "{{ b|frac }}"])
    def test_what_is_no_number_takes_no_filter(self, value: Value, text: str) -> None:
        with pytest.raises(ValueError, match=re.escape("prints numbers")):
            printed(text, b=value)

    def test_percentages(self) -> None:
        assert tex("{{ b | percent }}", b=THIRD) == r"33.3\%"
        assert tex("{{ b | percent }}", b=Fraction(12345, 100000)) == r"12.345\%"
        assert tex("{{ b | percent(2) }}", b=Fraction(12345, 100000)) == r"12\%"
        assert tex("{{ b | percent }}", b=0.12345) == r"12.3\%"

    def test_significant_digits(self) -> None:
        assert tex("{{ b | num(3) }}", b=Fraction(2, 3)) == "0.667"
        assert tex("{{ b | num(3) }}", b=1234567) == "1230000"
        assert tex("{{ b | num(3) }}", b=HALF) == tex("{{ b | num(3) }}", b=0.5) == "0.500"
        assert tex("{{ b | num(3) }}", b=-12) == tex("{{ b | num(3) }}", b=-12.0) == "-12.0"
        assert tex("{{ b | num(3) }}", b=(0.123456, HALF, 0)) == "(0.123, 0.500, 0)"
        assert tex("{{ b | percent(3) }}", b=HALF) == r"50.0\%"
        assert tex("{{ b | num(1) }}", b=-1e-9) == r"-1 \times 10^{-9}"


def test_a_printer_remembers_without_mixing_up() -> None:
    write = printer(None, HoleContext(in_math=True))
    values: list[Value] = [1, True, Fraction(1), 1.0, Fraction(1, 2), 0.5, 2, -1]
    once = [write(value) for value in values]
    assert [write(value) for value in values] == once
    assert once == ["1", r"\text{true}", "1", "1", r"\frac{1}{2}", "0.5", "2", "-1"]
