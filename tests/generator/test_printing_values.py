"""Whatever stands around a hole, the printed formula has the value that was meant."""

import re
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qgen.document.formula import Formula, Number, Power, Product, Quotient, Sum, Symbol
from qgen.document.values import Value
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.generator.printed import tex
from tests.generator.tex_values import Misprint, power, tex_value

LETTERS = {"x": Fraction(10007, 13), "y": Fraction(-509, 17), "z": Fraction(31, 1009)}
NAMES = tuple(f"h{n}" for n in range(3))


def formula_value(formula: Formula) -> Fraction:
    """A formula's value with the evaluator's opaque powers."""
    match formula:
        case Number(value):
            return Fraction(value)
        case Symbol(name):
            return LETTERS[name]
        case Sum(terms):
            return sum(map(formula_value, terms), Fraction(0))
        case Product(factors):
            result = Fraction(1)
            for factor in factors:
                result *= formula_value(factor)
            return result
        case Quotient(above, below):
            return formula_value(above) / formula_value(below)
        case Power(base, exponent):
            return power(formula_value(base), formula_value(exponent))
    raise TypeError(formula)


def value_of(value: Value) -> Fraction:
    if isinstance(value, float):
        return Fraction(str(value))
    return Fraction(value) if isinstance(value, (int, Fraction)) else formula_value(value)  # type: ignore[arg-type]  # only numbers and formulas are drawn here


NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.integers(-200, 200),
    fractions(-3, 3, max_denominator=8),
    st.sampled_from([0.25, -1.5, 1.25e-7, -3e15, 1e-6, 2.0, -1.0]),
)
LEAVES = st.one_of(
    st.sampled_from(sorted(LETTERS)).map(Symbol),
    st.integers(-4, 4).map(Number),
    fractions(-2, 2, max_denominator=4).map(Number),
)
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(Sum),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(Product),
        st.builds(Quotient, inner, inner),
        st.builds(Power, inner, inner),
    ),
    max_leaves=4,
)
VALUES = st.one_of(NUMBERS, NUMBERS, FORMULAS)
HOLES = st.one_of(
    st.sampled_from(NAMES).map("{{{{ {} }}}}".format),
    st.sampled_from(NAMES).map("{{{{{}}}}}".format),
)
SPACES = st.sampled_from(["", " ", "\\,", "~"])


def sums(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    argument = st.one_of(HOLES, inner.map("{{{}}}".format), inner.map("{{ {} }}".format))
    atom = st.one_of(
        HOLES,
        HOLES,
        st.sampled_from(["x", "y", "z", "2", "10", "0.5"]),
        inner.map("({})".format),
        inner.map("\\left( {} \\right)".format),
        st.builds("\\frac{}{}".format, argument, argument),
        argument.map("\\sqrt{}".format),
    )
    factor = st.one_of(
        atom,
        atom,
        st.builds("{}{}^{}".format, atom, SPACES, st.one_of(argument, st.sampled_from(["2", "x"]))),
    )
    operator = st.one_of(SPACES, SPACES, st.sampled_from([" \\cdot ", "/", " / ", " \\times "]))
    term = _chain(factor, operator)
    return st.builds(
        "{}{}".format, st.sampled_from(["", "", "-", "- "]), _chain(term, st.sampled_from("+-"))
    )


def _chain(link: st.SearchStrategy[str], between: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(between, SPACES, link), max_size=2)
    return st.builds(
        lambda first, rest: first + "".join(f"{sign}{space}{each}" for sign, space, each in rest),
        link,
        pairs,
    )


TEMPLATES = st.recursive(HOLES, sums, max_leaves=5)
HOLE = re.compile(r"\{\{ ?h([0-2]) ?\}\}")
SPACE = re.compile(r"\\,|~")


def meant(template: str, values: dict[str, Value]) -> Fraction:
    """The template's value with brackets around each of its values."""
    source = HOLE.sub(lambda match: f"{{{chr(0xE000 + int(match[1]))}}}", SPACE.sub(" ", template))
    atoms = {chr(0xE000 + n): value_of(values[name]) for n, name in enumerate(NAMES)}
    return tex_value(source, {**LETTERS, **atoms})


def check(template: str, values: dict[str, Value], *, decimal: bool) -> None:
    try:
        expected = meant(template, values)
    except (ZeroDivisionError, Misprint):
        assume(False)
    printed = tex(template, decimal=decimal, **values)
    try:
        found = tex_value(SPACE.sub(" ", printed), LETTERS)
    except Misprint as misprint:
        raise AssertionError(f"{template} prints {printed}: {misprint}") from None
    assert found == expected, f"{template} prints {printed}"


@pytest.mark.slow
@examples(200)
@given(TEMPLATES, st.lists(VALUES, min_size=3, max_size=3), st.booleans())
@example("x - {{ h0 }}", [-3] * 3, False)
@example("x^{{ h0 }}", [12] * 3, False)
@example("2 {{ h0 }}", [3] * 3, False)
@example("{{ h0 }} 2", [3] * 3, False)
@example("{{ h0 }} {{ h0 }}", [3] * 3, False)
@example("\\frac{{ h0 }}{{ h0 }}", [12] * 3, False)
@example("\\frac{x}{{ h0 }}", [-3] * 3, False)
@example("\\sqrt{{ h0 }}x", [16] * 3, False)
@example("{{ h0 }}^2", [Product((Number(2), Symbol("x")))] * 3, False)
@example("{{ h0 }} / y", [Sum((Symbol("x"), Number(1)))] * 3, False)
@example("y / {{ h0 }}", [Product((Number(2), Symbol("x")))] * 3, False)
@example("x - {{ h0 }} y", [Sum((Symbol("x"), Number(1)))] * 3, False)
@example("-{{ h0 }}x", [-1] * 3, False)
def test_the_printed_formula_has_the_value_that_was_meant(
    template: str, values: list[Value], decimal: bool
) -> None:
    try:
        named = dict(zip(NAMES, values, strict=True))
        for value in values:
            value_of(value)
    except ZeroDivisionError:
        assume(False)
    check(template, named, decimal=decimal)


@pytest.mark.parametrize(
    "source", ["x - -3", "2 \\cdot -3", "x^2^3", "x + -1", "+", "", "2(", "\\frac{1}", "x _ 1"]
)
def test_the_evaluator_refuses_what_readers_cannot_read(source: str) -> None:
    with pytest.raises(Misprint):
        tex_value(source, LETTERS)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("2 3", 23), ("2 (3)", 6), ("-2 + 3 \\cdot 4", 10), ("\\frac12 3", Fraction(3, 2)),
        ("2 / 4 (3)", Fraction(3, 2)), ("x^12", 2 * power(LETTERS["x"], Fraction(1))),
        ("-2^2", -power(Fraction(2), Fraction(2))), ("(-2)^2", power(Fraction(-2), Fraction(2))),
        ("\\left(1 - 2\\right) x", -LETTERS["x"]), ("1.5 \\times 10", 15),
    ],
)  # fmt: skip
def test_the_evaluator_reads_as_readers_do(source: str, value: Fraction) -> None:
    assert tex_value(source, LETTERS) == value
