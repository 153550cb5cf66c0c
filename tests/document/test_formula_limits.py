"""No formula is too much for the converter to MathML: limits come before it."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.formula_limits import formula_fault
from qgen.renderers.math_markup import MathMarkup, Unconvertible
from tests.generator.printed import passage

HOSTILE = [
    *(
        sign * 40
        for sign in ("(", "[", "⟨", "\\{", "\\langle ", "\\bigl(", "\\lfloor ", "\\lvert ")
    ),
    "{(}" * 40,
    "\\left(" + "(" * 30 + "\\right)",
    "\\mathopen{[}" * 40,
    "\\not(" * 40,
    "(\\\\" * 40,
    "{" * 6_000 + "}" * 6_000,
    "\\sqrt{" * 800 + "}" * 800,
    "x" * 100_000,
    "\\begin{matrix}" * 300,
]


@pytest.mark.parametrize("tex", HOSTILE)
def test_a_hostile_formula_is_refused_at_once(tex: str) -> None:
    started = perf_counter()
    assert formula_fault(tex) is not None
    assert isinstance(MathMarkup().convert(tex, is_display=False), Unconvertible)
    with pytest.raises(ValueError, match=r"cannot be read|opens a hole|at most"):
        passage(f"${tex}$")
    assert perf_counter() - started < 1


@pytest.mark.parametrize(
    "tex",
    [
        "x \\in [0, 1) \\cup (2, 3]",
        "\\left\\{ x : \\left( x \\right] \\right." * 1,
        "\\left(" * 30 + "x" + "\\right)" * 30,
        "(" * 50 + "x" + ")" * 50,
        "\\{" * 50 + "x" + "\\}" * 50,
        "{" * 50 + "x" + "}" * 50,
        "[0, 1) " * 200,
        "\\bigl( x \\bigr) " * 100,
    ],
)
def test_what_authors_write_is_within_the_limits(tex: str) -> None:
    assert formula_fault(tex) is None
    started = perf_counter()
    MathMarkup().convert(tex, is_display=False)
    assert perf_counter() - started < 1


@pytest.mark.parametrize("sign", ["(", "\\langle ", "\\{"])
def test_the_most_brackets_that_may_stay_open_cost_little(sign: str) -> None:
    tex = sign * 10 + "x + y " * 600
    assert formula_fault(tex) is None
    started = perf_counter()
    MathMarkup().convert(tex, is_display=False)
    assert perf_counter() - started < 2


PIECES = st.sampled_from(
    [
        *"({[)}]⟨⟩x2^_ ",
        *"\\left( \\right) \\begin{a} \\end{a} \\{ \\} \\\\".split(),
        *(f"\\{name} " for name in "langle lVert ulcorner lbrack rangle beta".split()),
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_a_formula_with_few_brackets_is_judged_like_one_with_many(tex: str) -> None:
    # Closed brackets before it change nothing, but that all of it is read.
    assert formula_fault(tex) == formula_fault("()" * 11 + tex)
