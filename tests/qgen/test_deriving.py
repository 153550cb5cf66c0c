"""Derived values from YAML to a proved key: what is right passes, and nothing wrong leaves."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_cache_path

from qgen import deriving
from qgen.checking import How, check_question
from qgen.document.formula import typed
from qgen.document.values import FORMULA_TYPES
from qgen.question_solvers import question_solvers
from qgen.solvers.routes.registry import solve
from tests.bank.written import question, template
from tests.examples import is_thorough
from tests.qgen.course import Course, digests, errors, run_python

RATE = {"rate": {"integers": {"from": 2, "to": 400}}}
DENSITY = {"formula": "rate*exp(-rate*x)", "variables": {"x": "nonnegative"}}


def derived(lines: dict[str, Any], answer: str = "mean", **changes: Any) -> dict[str, Any]:
    return question(
        id="derived",
        parameters=RATE,
        derive=lines,
        stem="The rate is {{ rate }}.",
        explanation="It follows.",
        answer=answer,
        tolerance={"relative": "1%"},
        **changes,
    )


MEAN = derived({"density": DENSITY, "mean": "integrate(x*density, x, 0, oo)"})


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch, proofs: Path) -> None:
    """No closed form that is shipped or that another test derived."""
    monkeypatch.setattr(deriving, "SHIPPED", Path("nowhere"))
    monkeypatch.setattr(deriving, "_KNOWN", {})


def checked(made: dict[str, Any], variants: int = 20) -> list[str]:
    found = check_question(template(made), How(variants)).problems
    return [str(problem) for problem in found if problem.severity == "error"]


def forms(monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    """Makes computer algebra say something else."""
    derive = deriving._SESSION.derive

    def wrong(request: Any) -> Any:
        found, failure = derive(request)
        return {**found, **changed}, failure

    monkeypatch.setattr(deriving._SESSION, "derive", wrong)


class TestRight:
    def test_a_mean_is_exact_and_verified(self) -> None:
        found = template(MEAN)
        (solver,), problems = question_solvers(found)
        assert problems == []
        assert str(solve(solver, {"rate": 4})["mean"]) == "1/4"
        check = check_question(found, How(20))
        assert (check.problems, check.provenances, check.routes) == ([], ("verified",), 2)

    def test_a_formula_is_one_that_students_type(self) -> None:
        made = question(
            "formula",
            id="slope",
            solver=[],
            parameters={"rate": {"integers": {"from": 2, "to": 9}}},
            note="Eight rates are enough.",
            derive={
                "density": DENSITY,
                "slope": {"formula": "diff(density, x)", "variables": {"x": "nonnegative"}},
            },
            stem="The rate is {{ rate }}.",
            explanation="It follows.",
            answer="slope",
            variables={"x": "nonnegative"},
            mistakes=[{"answer": "density", "feedback": "That is the density."}],
        )
        found = template(made)
        (solver,), _ = question_solvers(found)
        slope = solve(solver, {"rate": 3})["slope"]
        assert isinstance(slope, FORMULA_TYPES)
        assert typed(slope) == "-9*exp(-3*x)"
        check = check_question(found, How(10))
        assert (check.problems, check.provenances) == ([], ("verified",))

    def test_what_is_assumed_decides_the_form(self) -> None:
        """The root of a square is the number itself only where it is not negative."""
        lines = {"mean": "integrate(exp(-(x**2)/(2*s**2)), x, -oo, oo)"}
        for domain in ({"from": 1, "to": 300}, {"from": -300, "to": -1}):
            made = {**derived(lines), "parameters": {"s": {"integers": domain}}}
            made["stem"] = "{{ s }}"
            assert checked(made) == []

    def test_conditions_and_holes_read_derived_values(self) -> None:
        made = derived({"mean": "integrate(x*rate*exp(-rate*x), x, 0, oo)"}, where="mean < 1/4")
        made["stem"] = "{{ rate }} gives not {{ 2*mean }}."
        assert checked(made) == []

    def test_a_solver_and_derived_values_together(self, course: Course) -> None:
        from tests.qgen.course import numeric

        course.bank(numeric("a-square", derive={"cube": "a**3"}, stem="{{ a }} and {{ cube }}"))
        course.exam("a-square")
        report = course.build()
        assert not report.failed, report.problems
        assert report.tally.provenances == {"verified": 2}


MUTATED = [
    # the definition changes, the closed form stays: an integrand, a bound, a sign
    ({"mean": "integrate(x*rate*exp(-rate*x), x, 0, oo)"}, {"mean": "(2/rate)"}),
    ({"mean": "integrate(x*rate*exp(-rate*x), x, 0, oo)"}, {"mean": "(-1/rate)"}),
    ({"mean": "integrate(x**2*rate*exp(-rate*x), x, 0, oo)"}, {"mean": "(1/rate)"}),
    ({"mean": "integrate(x*rate*exp(-rate*x), x, 1, oo)"}, {"mean": "(1/rate)"}),
    ({"mean": "integrate(x*rate*exp(-rate*x), x, 0, 1)"}, {"mean": "(1/rate)"}),
    ({"mean": "sum(1/rate**k, k, 0, oo)"}, {"mean": "(1/(rate + 1))"}),
    ({"mean": "sum(1/rate**k, k, 1, oo)"}, {"mean": "(rate/(rate - 1))"}),
    ({"mean": "product(k, k, 1, 5) + rate"}, {"mean": "119 + rate"}),
    ({"mean": "limit((1 + 1/n)**n, n, oo) + rate"}, {"mean": "rate + 2"}),
    ({"mean": "solve(x**2 == rate, x, 0, oo)"}, {"mean": "(-sqrt(rate))"}),
    ({"mean": "diff(rate**3, rate)"}, {"mean": "3*rate"}),
    ({"mean": "det([[rate, 1], [2, 3]])"}, {"mean": "3*rate + 2"}),
]


@pytest.mark.parametrize(("lines", "wrong"), MUTATED)
def test_a_wrong_closed_form_stops_the_build(
    lines: dict[str, str], wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked(derived(lines)) == []
    monkeypatch.setattr(deriving, "_KNOWN", {})
    monkeypatch.setattr(deriving, "_forms", lambda *_: None)
    forms(monkeypatch, **wrong)
    found = checked(derived(lines))
    assert found
    assert all("'mean' comes out differently" in each for each in found)


def test_a_wrong_formula_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    slope = {"formula": "diff(rate*exp(-rate*x), x)", "variables": {"x": "nonnegative"}}
    forms(monkeypatch, slope="(rate)**(2)*exp(((-1)*rate*x))")
    made = derived({"slope": slope}, answer="rate", note="{{ slope }}")
    made["stem"] = "The slope is ${{ slope }}$."
    del made["note"]
    (problem, *_) = checked(made)
    assert "'slope' comes out differently" in problem


def test_a_kept_proof_holds_for_one_closed_form_only(course: Course) -> None:
    """Who changes the closed form in the cache does not get by with the proofs of the old one."""
    course.bank({**MEAN, "topic": "numbers"})
    course.exam("derived")
    assert not course.build().failed
    assert course.build().tally.proved_now == 0
    (kept,) = (user_cache_path("qgen") / "derivations").iterdir()
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "mean": "(2/rate)"}))
    deriving._KNOWN.clear()
    (problem, *_) = errors(course.build())
    assert "'mean' comes out differently: its closed form as 2/" in problem
    assert "bank.yaml:" in problem


def test_a_known_wrong_integral_of_sympy_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """SymPy 1.14 says 0 for a positive integrand, because its antiderivative jumps.

    It takes seconds to say so, and is asked in the thorough profile only.
    """
    if not is_thorough():
        monkeypatch.setattr(deriving._SESSION, "derive", lambda _: ({"mean": "0"}, None))
    found = checked(derived({"mean": "integrate(1/(rate + cos(x)), x, 0, 2*pi)"}))
    assert found
    assert all("'mean' comes out differently: its closed form as 0" in each for each in found)


def test_an_integral_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = {"mean": "integrate(log(sin(x)**2 + 1), x, 0, pi)"}
    start = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(deriving, "SECONDS", 0.5)
        (problem, *_) = checked(derived(lines))
    assert time.monotonic() - start < 30
    assert "'mean': integrate(log(sin(x)**2 + 1), x, 0, pi): SymPy finds no closed form" in problem
    assert "within 0.5 seconds" in problem
    assert problem.startswith("bank.yaml:")
    assert checked(MEAN) == []  # the next question has a process of its own


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("integrate(1/x, x, 0, 1) + rate", "no finite value"),
        ("integrate(exp(sin(x)), x, 0, 1) + rate", "SymPy finds no closed form"),
        ("sum(1/(k**3 + k + rate), k, 1, oo)", "SymPy"),
        ("solve(x**2 == -rate, x)", "SymPy finds no root"),
        ("inverse([[1, 1], [1, 1]])", "SymPy fails with NonInvertibleMatrixError"),
        ("det([[1, 2], [3]])", "the rows of a matrix have different lengths"),
        ("sqrt(-rate)", "complex numbers"),
        ("1/0 + rate", "no finite value"),
        ("[1, 2] * [3, 4]", "matmul"),
        (
            "integrate(integrate(integrate(x*y*z, x, 0, 1), y, 0, 1), z, 0, 1)",
            "more than 2 integrals, sums, limits or roots inside one another",
        ),
    ],
)
def test_what_cannot_be_derived_is_told_at_its_line(line: str, message: str) -> None:
    (problem, *_) = checked(derived({"mean": line}))
    assert message in problem
    assert "[derive]" in problem
    assert problem.startswith("bank.yaml:")
    assert not problem.startswith("bank.yaml:1:")


def test_numbers_outside_the_closed_form_are_told() -> None:
    made = derived({"mean": "sum((rate/10)**k, k, 0, oo)"})
    (problem, *_) = checked(made)
    assert "computer algebra knows no closed form for such numbers" in problem


def test_a_rebuild_needs_neither_sympy_nor_torch(course: Course) -> None:
    course.bank({**MEAN, "topic": "numbers"})
    course.exam("derived", solvers=None)
    first = digests(course.built())
    code = (
        "import sys\nfrom pathlib import Path\nfrom qgen.pipeline import BuildRequest, build\n"
        "import qgen.deriving as d\n"
        "def no(*_): raise AssertionError('derived again')\n"
        "d._SESSION.derive = no\nd.SHIPPED = Path('nowhere')\n"
        "report = build(BuildRequest(Path('exam.yaml'), Path('build')))\n"
        "assert not report.failed, report.problems\n"
        "assert not {'sympy', 'torch'} & set(sys.modules)\n"
    )
    result = run_python(code, cwd=course.folder)
    assert result.returncode == 0, result.stderr
    assert digests(course.output / "exam") == first
