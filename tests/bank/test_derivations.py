"""Lines of `derive` as they are read: a whitelist, and every mistake at its line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.derivations import Scope, read_derivation
from qgen.bank.entries import ExpressionError
from qgen.document.derivation import CALLED, Apply, Exact, Name, Term, from_data, to_data
from tests.bank.written import messages, problems_of, question, template

SCOPE = Scope(
    {"rate": (), "t": (), "w": (3,), "A": (2, 2), "table": None}, {"density": ("x",), "m": ()}
)


def read(source: str, *variables: str) -> Term:
    return read_derivation("it", source, dict.fromkeys(variables, "real"), SCOPE).term


def test_what_lines_become() -> None:
    assert read("integrate(x*density, x, 0, oo)") == Apply(
        "integrate",
        (
            Apply("multiply", (Name("x"), Name("density"))),
            Name("x"),
            Exact(0),  # type: ignore[arg-type]  # equal to a fraction
            Name("oo"),
        ),
    )
    assert read("w[0] + A[1][0]") == Apply("add", (Name("w[0]"), Name("A[1][0]")))
    assert read("density(t)") == Apply("at", (Name("density"), Name("t")))
    rows = tuple(
        Apply("row", (Name(f"A[{index}][0]"), Name(f"A[{index}][1]"))) for index in range(2)
    )
    assert read("det(A)") == Apply("det", (Apply("row", rows),))
    assert read("solve(z**2 == rate, z, 0, oo)", "x").arguments[1] == Name("z")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("integrate(f, x, 0, 1)", "no value named 'f'"),
        ("integrate(x, x)", "write it as integrate(f, x, 0, oo)"),
        ("integrate(x, 3, 0, 1)", "the second argument of 'integrate' is a name"),
        ("integrate(rate, rate, 0, 1)", "'rate' has a meaning outside"),
        ("density", "'density' is a formula in x"),
        ("density(1, 2)", "write density(x)"),
        ("m(2)", "write m"),
        ("x^2", "a power is written a**2"),
        ("intergrate(x, x, 0, 1)", "did you mean 'integrate'"),
        ("rte + 1", "did you mean 'rate'"),
        ("'a'", "no texts"),
        ("true", "no texts and no truth values"),
        ("rate == 2", "only 'solve' takes an equation"),
        ("solve(1 < x, x)", "an equation has one '=='"),
        ("solve(x**2 == rate, x, 0)", "both ends of the domain"),
        ("diff(rate, y)", "'y' is neither a variable nor a number"),
        ("diff(rate, rate, 9)", "a whole number from 1 to 5"),
        ("w[7]", "'w' has no such entry"),
        ("w[rate]", "an entry is named by a number"),
        ("table", "'table' is of no fixed shape"),
        ("rate.real", "a cell of a row needs a name under 'let'"),
        ("rate if t else 2", "not allowed"),
        ("rate | num(3)", "no filter"),
        ("[].append(1)", "only the named operations"),
        ("exp(*w)", "cannot be read|plain arguments"),
        ("__import__('os')", "no operation '__import__'"),
        ("9" * 400, "more digits"),
        ("+".join(["rate"] * 300), "nested too deeply|more than"),
        ("(" * 300 + "1" + ")" * 300, "nested too deeply|cannot be read"),
    ],
)
def test_what_is_refused(source: str, message: str) -> None:
    import re

    pattern = "|".join(map(re.escape, message.split("|")))
    with pytest.raises(ExpressionError, match=pattern):
        read(source)


@given(
    source=st.lists(
        st.sampled_from([*"xtw0123.,()[]+-*/=^ ", "rate", "oo", *sorted(CALLED)]), max_size=40
    ).map("".join)
)
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        term = read(source or "x", "x")
    except ExpressionError:
        return
    assert from_data(to_data(term)) == term


DERIVED: dict[str, Any] = {
    "parameters": {"rate": {"integers": {"from": 2, "to": 9}}},
    "answer": "mean",
    "derive": {
        "density": {"formula": "rate*exp(-rate*x)", "variables": {"x": "nonnegative"}},
        "mean": "integrate(x*density, x, 0, oo)",
    },
}


def test_a_question_with_derived_values() -> None:
    found = template(question(**DERIVED))
    assert [each.line.name for each in found.derivations] == ["density", "mean"]
    assert found.derivations[0].line.variables == {"x": "nonnegative"}
    assert found.assumptions == {"rate": ("integer", "positive")}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"derive": {"mean": "integrate(x, x, 0, y)"}}, "'mean': there is no value named 'y'"),
        ({"derive": {"mean": {"formula": "1", "varables": {}}}}, "unknown key 'varables'"),
        ({"derive": {"mean": {"variables": {"x": "real"}}}}, "'formula' is missing"),
        ({"derive": {"rate": "1"}}, "'rate' is a parameter already"),
        ({"derive": {"if": "1"}}, "'if' has a meaning in expressions already"),
        (
            {"let": {"exp": "2"}, "derive": {"mean": "exp(rate)"}},
            "'exp' is a value of this question, so that 'exp' cannot be called",
        ),
        (
            {"let": {"pi": "2"}, "derive": {"mean": "pi*rate"}},
            "'pi' is a number in a derivation: rename the value",
        ),
        ({"derive": {"maen": "1"}}, "did you mean 'maen'"),
        (
            {"derive": {"mean": {"formula": "1", "variables": {"rate": "real"}}}},
            "the variable 'rate' has a meaning already",
        ),
    ],
)
def test_mistakes_are_told_with_their_line(changes: dict[str, Any], message: str) -> None:
    found = messages(problems_of(question(**{**DERIVED, **changes})))
    assert any(message in each for each in found), found
