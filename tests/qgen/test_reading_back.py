"""What is printed is read back, so that a misprint stops `qgen check`."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qgen.bank.templates import QuestionTemplate
from qgen.checking import How, check_banks, check_question
from qgen.document import formula
from qgen.document.formula import Call, Number, Power, Product, Quotient, Sum, Symbol, linear
from qgen.document.values import TeX, Value
from qgen.generator import printing
from qgen.reading_back import ReadingBack
from qgen.renderers.html.text import Surroundings
from qgen.renderers.latex import text as latex_text
from qgen.renderers.moodle import text as moodle_text
from tests.bank.written import question, template, written
from tests.examples import examples
from tests.generator.filled import fill
from tests.generator.test_printing_values import NAMES, TEMPLATES, VALUES, meant
from tests.generator.tex_values import Misprint

X = Symbol("x")
POLYNOMIAL = Sum((Product((Number(3), Power(X, Number(2)))), Product((Number(-4), X)), Number(-1)))
DECAY = Product((Symbol("rate"), Call("exp", (Product((Number(-1), Symbol("rate"), X)),))))
ROOT = Quotient(Call("sqrt", (Call("abs", (X,)),)), Sum((Symbol("x_1"), Symbol("alpha"))))


@cache
def asked(stem: str, language: str = "en") -> QuestionTemplate:
    parameters = {name: {"one_of": [1, 2]} for name in (*NAMES, "v")}
    return template(question(stem=stem, parameters=parameters, language=language))


def misprints(stem: str, *values: Value, language: str = "en") -> list[str]:
    """What is misread of a stem with the holes h0, h1 and h2."""
    known = dict(zip(NAMES, values, strict=False))
    known |= dict.fromkeys([*NAMES, "v"][len(values) :], 1)
    found = asked(stem, language)
    return [message for message, _ in ReadingBack(found).faults(fill(found, known), known)]


@pytest.mark.parametrize(
    ("stem", "value"),
    [
        ("$x - {{ h0 }}$", -3),
        ("$2 {{ h0 }}$", Fraction(-3, 4)),
        ("$-{{ h0 }}x^2$", -1),
        ("$({{ h0 }})^2 + {{ h0 | coef }} x$", 1),
        ("$10^{{ h0 }}$", -12),
        ("$\\frac{1}{ {{ h0 }} }$", Fraction(1, 8)),
        ("$x_{1{{ h0 }}}$", 2),
        ("{{ h0 }} and ${{ h0 }}$", 0.1 + 0.2),
        ("{{ h0 | num(2) }} or ${{ h0 | num(7) }}$", 123456.789),
        ("${{ h0 | num(3) }}$", Fraction(99999, 100)),
        ("${{ h0 | percent }}$ or {{ h0 | percent(2) }}", Fraction(1, 3)),
        ("$\\text{at {{ h0 }} of them}$", Fraction(-1, 2)),
        ("${{ h0 | signed }} x$ and $y {{ h0 | signed }}$", 7),
        ("${{ h0 }} = {{ h0 | column }}$", (1, Fraction(-1, 2), 0.25)),
        ("${{ h0 | matrix }}$ or {{ h0 }}", ((1, -2), (Fraction(3, 7), 4))),
        ("${{ h0 | num(2) }}$", (0.123, 4567)),
        ("it is {{ h0 }}, ${{ h0 }}$", True),
        ("{{ h0 }} and ${{ h0 }}$", "a_b^c \\ 50% ~ {x}"),
        ("{{ h0 }} and ${{ h0 }}$", ("one, two", "three")),
        ("$f(x) = {{ h0 }}$ and $2 - {{ h0 }}$", TeX("\\frac{1}{1 + \\mathrm e^{-x}}")),
        ("$f = {{ h0 }}$", (TeX("x^2"), TeX("f(x, y)"))),
        ("$y - {{ h0 }}$, $2{{ h0 }}$ and {{ h0 }}", POLYNOMIAL),
        ("${{ h0 }}$", DECAY),
        ("${{ h0 }}$", ROOT),
        ("${{ h0 }}^2$ and {{ h0 }}", linear([(1, "x_1"), (-2, "mu_i")], Fraction(-1, 3))),
        ("${{ h0 }}$", Call("sigmoid", (Call("max", (X, Number(0))),))),
        ("${{ h0 }}$", Sum((Number(1.5e-9), Product((Number(-0.123456789), X))))),
        ("$\\mathcal N(0, {{ h0 }}^2)$, $\\log {{ h0 }} - {{ h0 }}!$", 5),
        ("$\\mathbf{{ h0 }}$ and $\\hat{ {{ h0 }} }$", 5),
    ],
)
def test_a_right_print_is_read_as_its_value(stem: str, value: Value) -> None:
    assert misprints(stem, value) == []
    assert misprints(stem, value, language="de") == []


def test_a_number_straight_before_a_fraction_is_read_as_a_mixed_one_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert misprints("${{ h0 }}\\frac{1}{3}$", 2) == []
    assert misprints("${{ h0 }} \\cdot \\frac{1}{3}$", 2) == []
    monkeypatch.setattr(printing, "BEFORE_FRACTION", "")
    assert "misread where it stands: '2\\frac{1}{3}'" in misprints("${{ h0 }}\\frac{1}{3}$", 2)[0]


@pytest.mark.slow
@examples(150)
@given(
    TEMPLATES,
    st.lists(VALUES, min_size=3, max_size=3),
)
@example("x - {{ h0 }}", [-3, 1, 1])
@example("{{ h0 }}{{ h1 }}^2", [Fraction(-3, 4), -1, 1])
@example("{{ h0 }} \\frac{1}{ {{ h1 }} }", [-3, 2, 1])
@example("{{ h2 }}^{{ h0 }}", [-45, 0, 1.25e-7])
@example("{{ h0 }}~\\frac{{ h1 }}{{ h2 }}", [2, 1, 3])
@example(
    r"\sqrt{{ h0 }}{{ h2 }}\sqrt{{ h2 }}-\sqrt{ {{ h0 }} }{{ h2 }}\sqrt{{ h2 }}", [2, 0, 1.25e-7]
)
def test_no_print_is_misread_that_says_what_is_meant(stem: str, values: list[Value]) -> None:
    try:
        meant(stem, dict(zip(NAMES, values, strict=True)))
    except (ZeroDivisionError, Misprint):
        assume(False)
    assert misprints(f"${stem}$", *values) == []


BROKEN = {
    "a flipped sign of a term": ("$x - {{ h0 }}$", 3),
    "a flipped sign": ("$f({{ h0 }})$", 3),
    "a flipped sign in a polynomial": ("${{ h0 }}$", POLYNOMIAL),
    "a flipped sign in a polynomial among words": ("{{ h0 }}", POLYNOMIAL),
    "no brackets around a negative factor": ("$2 \\cdot {{ h0 }}$", -3),
    "no brackets around a powered fraction": ("${{ h0 }}^2$", Fraction(1, 2)),
    "no brackets around a sum": ("$2 {{ h0 }}$", POLYNOMIAL),
    "a coefficient left out": ("${{ h0 }} x$", 2),
    "a fraction upside down": ("${{ h0 | frac }}$", Fraction(3, 4)),
    "a digit too few": ("${{ h0 | num(3) }}$", Fraction(2469, 20000)),
    "a percentage that is none": ("{{ h0 | percent }}", Fraction(1, 4)),
    "a vector turned around": ("${{ h0 }}$", (1, 2, 3)),
    "a table without its last row": ("${{ h0 | matrix }}$", ((1, 2), (3, 4))),
    "words that lose a sign": ("${{ h0 }}$", "a_b"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_printer_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stem, value = BROKEN[what]
    assert misprints(stem, value) == []
    _break(what, monkeypatch)
    assert [message for message in misprints(stem, value) if "misread" in message]


def test_what_is_larger_than_any_number_of_the_machine_is_read_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stem, value = "${{ h0 }}^2 \\cdot 10^{200} \\cdot 10^{200}$", Fraction(1, 2)
    assert misprints(stem, value) == []
    _break("no brackets around a powered fraction", monkeypatch)
    assert [message for message in misprints(stem, value) if "misread" in message]


def _break(what: str, patch: pytest.MonkeyPatch) -> None:
    """Breaks one line of the printers; what they printed before is not remembered."""

    def wrap(name: str, change: Callable[..., Any], room: Any = printing) -> None:
        real = getattr(room, name)
        patch.setattr(room, name, lambda *given: change(real, *given))

    match what:
        case "a flipped sign of a term":
            wrap("_term", lambda real, sign, *rest: real({"+": "-", "-": "+"}[sign], *rest))
        case "a flipped sign":
            wrap("_number", lambda real, value, *rest: real(-value, *rest))
        case "a flipped sign in a polynomial" | "a flipped sign in a polynomial among words":
            name = "latex" if "words" not in what else "typed"
            wrap(name, lambda real, value: real(value).replace("- 4", "+ 4"))
        case "no brackets around a negative factor" | "no brackets around a powered fraction":
            wrap("_needs_brackets", lambda real, *given: False)
        case "no brackets around a sum":
            wrap("_formula", lambda real, value, context: formula.latex(value))
        case "a coefficient left out":
            patch.setattr(printing, "_magnitude", lambda *given, **how: "")
        case "a fraction upside down":
            real = printing._magnitude
            patch.setattr(
                printing, "_magnitude", lambda value, *rest, **how: real(1 / value, *rest, **how)
            )
        case "a digit too few":
            wrap("to_digits", lambda real, value, digits: real(value, digits - 1))
        case "a percentage that is none":
            wrap("terminating", lambda real, value: real(value / 100))
        case "a vector turned around":
            wrap("_array", lambda real, value, *rest: real(value[::-1], *rest))
        case "a table without its last row":
            wrap("_array", lambda real, value, *rest: real(value[:-1], *rest))
        case "words that lose a sign":
            wrap("_worded", lambda real, value: real(value.replace("_", "")))


@pytest.mark.parametrize("name", ["TeX", "Moodle", "MathML"])
def test_a_writer_that_loses_a_sign_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "TeX":
        real = latex_text.formula_source
        monkeypatch.setattr(
            latex_text, "formula_source", lambda tex: (real(tex) or "").replace("-", "")
        )
    elif name == "Moodle":
        escaped = moodle_text.escaped
        monkeypatch.setattr(moodle_text, "escaped", lambda text: escaped(text).replace("-", ""))
    else:
        convert = Surroundings.formula
        monkeypatch.setattr(
            Surroundings,
            "formula",
            lambda self, tex, **how: convert(self, tex, **how).replace("−", ""),
        )
    asked.cache_clear()
    (message,) = misprints("$f({{ h0 }})$", -3)
    asked.cache_clear()
    assert message.endswith(f"({name})")


def test_what_was_read_counts_for_the_same_value_in_the_same_hole_only() -> None:
    """A print that was right is wrong for another value, and rounding is for floats alone."""
    found = asked("${{ h0 }}$ and {{ h1 | num(3) }}")
    known: dict[str, Value] = dict.fromkeys([*NAMES, "v"], 1)
    reading = ReadingBack(found)
    shown = fill(found, {**known, "h0": 0.33333})
    for value, faults in [(0.33333, 0), (0.33333, 0), (0.3344, 1), (Fraction(1, 3), 1)]:
        assert len(list(reading.faults(shown, {**known, "h0": value}))) == faults, value


def test_a_writer_that_loses_words_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    escaped = moodle_text.escaped_text
    monkeypatch.setattr(moodle_text, "escaped_text", lambda text: escaped(text)[:-1])
    (message,) = misprints("It is {{ h0 }}.", "p < q")
    assert message.endswith("(Moodle)")


@pytest.mark.slow
def test_a_flipped_sign_in_a_polynomial_stops_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question(
        "formula",
        id="slope",
        parameters={"a": {"integers": {"from": 2, "to": 9}}},
        stem="What is the slope of the square of $x - {{ a }}$?",
        solver=(),
        answer="2*x - 2*a",
        proof="2*(x - a)",
        variables={"x": "real"},
        explanation="It is ${{ 2*x_slope }}$.",
        let={"x_slope": "a"},
        note="There are few.",
    )
    path = tmp_path / "bank.yaml"
    path.write_text(written(asked), encoding="utf-8")
    assert check_banks([str(path)], 5).problems == []
    real = printing._term
    flipped = {"+": "-", "-": "+"}
    monkeypatch.setattr(printing, "_term", lambda sign, *rest: real(flipped[sign], *rest))
    result = check_banks([str(path)], 5)
    assert result.failed
    assert {problem.code for problem in result.problems} == {"misprint"}
    assert all(problem.place is not None and problem.place.line > 1 for problem in result.problems)


@pytest.mark.slow
def test_a_flipped_sign_in_a_shipped_polynomial_stops_its_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from qgen.banks import find_question

    entry, _ = find_question((), "score-of-a-double-well")
    assert entry is not None
    found, _ = entry.compiled
    assert found is not None
    assert check_question(found, How(5)).problems == []
    real = printing.latex
    monkeypatch.setattr(printing, "latex", lambda value: real(value).replace(" - ", " + "))
    problems = check_question(found, How(5)).problems
    assert "misprint" in {problem.code for problem in problems}
