"""A course's own file: solvers, figures and generators, and what is told of wrong ones."""

import re
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen import course_files, course_guard
from qgen.course_files import load_course_file
from qgen.course_guard import CourseFailure
from qgen.course_values import drawn_value, plain
from qgen.document.formula import Number, Sum, Symbol, evaluate, typed
from qgen.document.values import FORMULA_TYPES, Complex
from qgen.figures.registry import find_figure
from qgen.figures.rendering import render_figure
from qgen.generator.registered import find_generator, try_generator
from qgen.generator.seeds import stream
from qgen.solvers.routes.registry import (
    UnknownSolver,
    all_solvers,
    find_solver,
    solve,
    source_digest,
)
from tests.qgen.course import SOLVERS, Course, digests, errors, manifest, numeric

PAGE = Path(__file__).parents[2] / "docs" / "course-files.md"

SOLVER = """
from qgen.course import check, solver

@solver("{stem}.double", results={{"twice": "two times n"}}, mistakes={{"same": "n itself"}})
def double(n, factor=2):
    return {{"twice": factor * n, "same": n}}

@check("{stem}.double", tolerance=1e-9)
def double_by_sum(n, factor):
    return {{"twice": n + n}}
"""

IMPORTED = "from qgen.course import figure, generator\n"


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Writes a course's file and loads it."""

    def written(text: str, name: str = "mine.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        load_course_file(path)
        return path

    return written


class TestLoading:
    def test_names_are_the_files_own(self, load: Any) -> None:
        load(SOLVER.format(stem="mine"))
        known = find_solver("mine.double")
        assert solve(known, {"n": 4}) == {"twice": 8, "same": 4}
        assert known.check is not None
        assert known not in all_solvers()

    def test_two_files_of_one_stem_do_not_clash(self, load: Any) -> None:
        text = SOLVER.format(stem="mine")
        load(text, "a/mine.py")
        load(text.replace("mine.double", "mine.again"), "b/mine.py")
        first, second = (
            solve(find_solver(f"mine.{name}"), {"n": 1}) for name in ("double", "again")
        )
        assert first == second

    def test_a_name_of_another_file_is_refused_and_the_first_stays(self, load: Any) -> None:
        load(SOLVER.format(stem="mine"), "a/mine.py")
        before = find_solver("mine.double")
        with pytest.raises(CourseFailure, match=r"b/mine\.py:4: .*two solvers"):
            load(SOLVER.format(stem="mine"), "b/mine.py")
        assert find_solver("mine.double") is before

    def test_again_is_harmless_and_a_change_is_seen(self, load: Any) -> None:
        path = load(SOLVER.format(stem="mine"))
        unchanged = find_solver("mine.double")
        digest = source_digest(unchanged)
        load_course_file(path)
        assert find_solver("mine.double") is unchanged
        load(SOLVER.format(stem="mine").replace("factor * n", "factor * n + 1"))
        changed = find_solver("mine.double")
        assert solve(changed, {"n": 4})["twice"] == 9
        assert source_digest(changed) != digest

    def test_nothing_stays_of_a_file_that_fails(self, load: Any) -> None:
        with pytest.raises(CourseFailure, match=r"mine\.py:11: NameError"):
            load(SOLVER.format(stem="mine") + "nope\n")
        with pytest.raises(UnknownSolver):
            find_solver("mine.double")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("x = 1\ny = (", r"mine\.py:2: SyntaxError"),
            ("x = 1\nx.y", r"mine\.py:2: AttributeError"),
            (SOLVER.format(stem="bernoulli"), r"mine\.py:4: .*must begin with 'mine\."),
            ("from qgen.course import figure\n@figure('other.f')\ndef f(): ...", r"mine\.py:2: "),
            (
                "from qgen.course import generator\n@generator('o.g')\ndef g(r): ...",
                r"py:2: the gen",
            ),
            (
                "from qgen.course import generator\n@generator('mine.g')\ndef g(): ...",
                r"py:2: .*first",
            ),
        ],
    )
    def test_a_file_that_cannot_run_is_told_with_its_line(
        self, load: Any, text: str, reason: str
    ) -> None:
        with pytest.raises(CourseFailure, match=reason):
            load(text)

    def test_a_missing_file_and_names_that_are_taken(self, load: Any, tmp_path: Path) -> None:
        with pytest.raises(CourseFailure, match="cannot be read"):
            load_course_file(tmp_path / "nowhere.py")
        for name in ("bernoulli", "gan", "tables", "data"):
            if name == "data" and name not in course_files.figure_modules():
                continue
            with pytest.raises(CourseFailure, match="rename the file"):
                load("", f"{name}.py")

    def test_a_file_that_does_not_end(self, load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(course_files, "BATCH_SECONDS", 0.2)
        begun = time.monotonic()
        with pytest.raises(CourseFailure, match=r"mine\.py:2: it does not end within 0\.2 seconds"):
            load("x = 1\nwhile True: pass\n")
        assert time.monotonic() - begun < 5


def values_of(text: str) -> Any:
    import numpy
    import sympy
    import torch

    return plain(eval(text, {"np": numpy, "sp": sympy, "torch": torch, "x": sympy.Symbol("x")}))


@pytest.mark.slow
class TestValues:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("np.float64(0.5)", 0.5),
            ("np.int32(3)", 3),
            ("np.bool_(True)", True),
            ("np.array([1, 2])", (1, 2)),
            ("np.eye(2)", ((1.0, 0.0), (0.0, 1.0))),
            ("torch.tensor(2.5, dtype=torch.float64, requires_grad=True)", 2.5),
            ("torch.tensor([[1, 2], [3, 4]])", ((1, 2), (3, 4))),
            ("sp.Rational(3, 4)", Fraction(3, 4)),
            ("sp.Integer(3)", 3),
            ("sp.Float(0.25)", 0.25),
            ("sp.Matrix([1, 2])", (1, 2)),
            ("sp.Matrix([[1, 2], [3, 4]]).inv()", ((-2, 1), (Fraction(3, 2), Fraction(-1, 2)))),
            ("2 - 1j", Complex(2.0, -1.0)),
            ("complex(3, 0)", 3.0),
            ("np.complex128(2j)", Complex(0.0, 2.0)),
            ("np.array([1j, 2])", (Complex(0.0, 1.0), 2.0)),
            ("torch.tensor([1 + 2j])", (Complex(1.0, 2.0),)),
            ("sp.Rational(1, 2) - 3*sp.I", Complex(Fraction(1, 2), -3)),
            ("sp.I**2", -1),
            ("1 + sp.sqrt(-2)", Complex(1, 2**0.5)),
            ("sp.true", True),
            ("[1, [2, 'a']]", (1, (2, "a"))),
            ("__import__('decimal').Decimal('0.50')", Fraction(1, 2)),
        ],
    )
    def test_numbers_of_others_are_numbers(self, text: str, value: Any) -> None:
        found = values_of(text)
        assert found == value
        assert repr(found) == repr(value)

    @pytest.mark.parametrize(
        "text",
        [
            "3*x**2 - x/2 + sp.Rational(1, 3)",
            "sp.exp(-x)/(1 + x)**2",
            "sp.sqrt(2)*sp.log(x) - sp.pi",
            "x**sp.Rational(2, 3)/sp.sqrt(x)",
            "sp.sin(x)*sp.cos(2*x)*sp.tan(x) + sp.tanh(x)",
            "sp.Max(x, 1) - sp.Min(x, 2)*sp.Abs(x - 3)",
            "sp.E**2*x - sp.sqrt(5)/7",
            "-(x + 1)*(x - 2)/(3*x)",
            "1/(1 + sp.exp(-x))",
        ],
    )
    def test_formulas_have_the_value_of_sympys(self, text: str) -> None:
        import sympy

        symbol = sympy.Symbol("x")
        expression = eval(text, {"sp": sympy, "x": symbol})
        found = plain(expression)
        assert isinstance(found, FORMULA_TYPES)
        for point in (0.3, 1.7, 2.9):
            expected = float(expression.subs(symbol, point))
            assert evaluate(found, {"x": point}) == pytest.approx(expected, rel=1e-12), typed(found)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("object()", "of type object"),
            ("{1: 2}", "of type dict"),
            ("complex('nan')", "is nan"),
            ("sp.zoo", "is nan"),
            ("np.zeros(6000)", "more than 5000"),
            ("[[0] * 100] * 100", "more than 5000"),
            ("torch.zeros(100, 100)", "more than 5000"),
            ("np.array([np.nan])", "is nan"),
            ("sp.oo", "SymPy's oo"),
            ("sp.I * x", "SymPy's I"),
            ("sp.gamma(x)", r"gamma\(x\); there are exp"),
            ("sp.Symbol('a b')", "no name"),
            ("sp.Piecewise((x, x > 0), (0, True))", "Piecewise"),
            ("x > 0", "no value"),
            ("__import__('decimal').Decimal('NaN')", "is NaN"),
        ],
    )
    def test_what_is_no_value_is_told(self, text: str, reason: str) -> None:
        with pytest.raises((TypeError, ValueError), match=reason):
            values_of(text)

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (Sum(("x", Number(1))), "holds 'x', which is none"),  # type: ignore[arg-type]
            (Sum([Symbol("x")]), "where a tuple belongs"),  # type: ignore[arg-type]
            (Number("3"), "which is no number"),  # type: ignore[arg-type]
            (Number(float("inf")), "holds the number inf"),
            (Symbol(""), "which is no name"),
        ],
    )
    def test_a_tree_that_is_no_formula_is_told(self, value: Any, reason: str) -> None:
        with pytest.raises((TypeError, ValueError), match=reason):
            plain(value)

    def test_a_generator_gives_exact_values_only(self) -> None:
        assert drawn_value([1, "a", True, [Fraction(1, 2)]]) == (1, "a", True, (Fraction(1, 2),))
        for value in (0.5, [1, [0.5]], Symbol("x")):
            with pytest.raises(TypeError, match="it drew"):
                drawn_value(value)


GENERATOR = """
import random as chance
from fractions import Fraction
from qgen.course import generator, shuffled, whole

@generator("mine.draw")
def draw(random, n, most=9):
    return {returned}
"""


class TestGenerators:
    def test_the_same_source_gives_the_same_values(self, load: Any) -> None:
        load(GENERATOR.format(returned="[whole(random, 1, most) for _ in range(n)]"))
        draw = find_generator("mine.draw")
        first, second = (draw(stream(1, "s", "q", "A", 0), {"n": Fraction(5)}) for _ in "ab")
        assert first == second
        assert isinstance(first, tuple)
        assert len(first) == 5
        assert all(isinstance(entry, int) and 1 <= entry <= 9 for entry in first)

    @pytest.mark.parametrize(
        ("returned", "arguments", "reason"),
        [
            ("chance.getrandbits(60) + whole(random, 1, n)", {"n": 10**9}, "other values from the"),
            (
                "id(object()) + whole(random, 1, 9) * chance.randint(1, 10**9)",
                {"n": 1},
                "other val",
            ),
            ("random()", {"n": 1}, r"mine\.py:6: it drew the float"),
            ("1 / (n - n)", {"n": 1}, r"mine\.py:8: ZeroDivisionError"),
            ("whole(random, 2, 1)", {"n": 1}, r"mine\.py:8: there is no whole number from 2 to 1"),
            ("1", {}, "it needs an argument 'n' under 'with'"),
            ("1", {"n": 1, "mots": 2}, r"no argument 'mots' \(did you mean 'most'\?\)"),
        ],
    )
    def test_a_wrong_one_is_told(
        self, load: Any, returned: str, arguments: dict[str, int], reason: str
    ) -> None:
        load(GENERATOR.format(returned=returned))
        with pytest.raises(ValueError, match=reason):
            try_generator("mine.draw", {key: Fraction(n) for key, n in arguments.items()})

    def test_one_that_never_ends_is_told(self, load: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(course_guard, "SECONDS", 0.2)
        monkeypatch.setattr(course_guard.guarded, "__defaults__", (0.2,))
        load(GENERATOR.format(returned="next(1 for _ in iter(int, 1) if random() > 2)"))
        with pytest.raises(ValueError, match=r"mine\.py:8: it does not end within 0\.2 seconds"):
            try_generator("mine.draw", {"n": Fraction(1)})

    def test_its_mistakes_are_told_at_the_questions_line(self, course: Course) -> None:
        course.write("mine.py", GENERATOR.format(returned="random()"))
        parameters = {"a": {"generator": "mine.draw", "with": {"n": 3}}}
        course.bank(numeric("q", parameters=parameters, solver=None, answer="a", mistakes=None))
        course.exam("q", solvers=["mine.py"])
        (error,) = errors(course.build())
        assert re.match(r".*bank\.yaml:\d+:\d+: error: 'mine\.draw': .*mine\.py:6: it drew", error)

    def test_one_that_fails_later_is_told_of_the_variant(self, course: Course) -> None:
        fails = "n if random() < 0.97 else 1 / (n - n)"
        course.write("mine.py", GENERATOR.format(returned=fails))
        parameters = {
            "a": {"generator": "mine.draw", "with": {"n": 3}},
            "b": {"integers": {"from": 1, "to": 900}},
        }
        stem = "{{ a }} {{ b }}"
        question = numeric("q", parameters=parameters, solver=None, answer="a", mistakes=None)
        course.bank({**question, "stem": stem})
        course.exam("q", solvers=["mine.py"], outputs={"moodle": {"variants": 300}})
        (error,) = errors(course.build())
        assert "question 'q', variant" in error
        assert "mine.py:8: ZeroDivisionError" in error

    def test_an_unknown_one_says_where_a_courses_own_stand(self, course: Course) -> None:
        parameters = {"a": {"generator": "mine.draw"}}
        course.bank(numeric("q", parameters=parameters, solver=None, answer="a", mistakes=None))
        course.exam("q")
        (error,) = errors(course.build())
        assert "there is no generator 'mine.draw'; there are tables.joint" in error
        assert "under 'solvers:' of the exam" in error


FIGURE = """
from matplotlib.figure import Figure
from qgen.course import figure

@figure("mine.line")
def line(ys, title=""):
    drawn = Figure(figsize=(2, 1))
    drawn.add_subplot(title=title).plot(ys)
    return {returned}
"""


@pytest.mark.slow
class TestFigures:
    def test_is_drawn_from_exact_values(self, load: Any) -> None:
        load(FIGURE.format(returned="drawn"))
        forms = render_figure("mine.line", {"ys": (Fraction(1, 2), 2, 3)}).forms
        assert forms["svg"].startswith(b"<?xml")
        assert forms["pdf"].startswith(b"%PDF-")
        assert find_figure("mine.line").arguments[0].required

    @pytest.mark.parametrize(
        ("returned", "values", "reason"),
        [
            ("drawn.axes", {}, r"mine\.line: .*mine\.py:5: it returned a list, not a matplotlib"),
            ("1 / 0", {}, r"mine\.py:9: ZeroDivisionError"),
            (
                "drawn",
                {"title": "$\\frac$"},
                r"mine\.py: what it drew cannot be written",
            ),
            ("drawn", {"tilte": "x"}, "did you mean 'title'"),
        ],
    )
    def test_a_wrong_one_is_told(
        self, load: Any, returned: str, values: dict[str, Any], reason: str
    ) -> None:
        load(FIGURE.format(returned=returned))
        from qgen.figures.registry import FigureFailure

        with pytest.raises(FigureFailure, match=reason):
            render_figure("mine.line", {"ys": (1, 2), **values})


CHECK_BODY = 'return {"square": (2 * a.log()).exp()}'


class TestFirstRoutes:
    def test_what_it_prints_is_no_answer_of_a_command(
        self, load: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        said = SOLVER.replace("    return", "    print('solving')\n    return", 1)
        load("print('loading')\n" + said.format(stem="loudcourse"), "loudcourse.py")
        assert solve(find_solver("loudcourse.double"), {"n": 2, "factor": 2})["twice"] == 4
        told = capsys.readouterr()
        assert (told.out, told.err) == ("", "loading\nsolving\n")

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("a = [a]; a.append(a); return {'square': a, 'doubled': 1}", "nested too deeply"),
            ("return [a]", "it returned a list, not a dict with its results"),
            ("return {'square': a}", "it does not return doubled"),
            ("return {'square': a, 'doubled': {a}}", "'doubled' is of type set, which is no value"),
            ("while True: a = a", "it does not end within 0.2 seconds"),
            ("return {'square': a ** 10 ** 4, 'doubled': 1}", "'square' is beyond 10"),
        ],
    )
    def test_a_wrong_one_is_told_with_its_line(
        self, course: Course, monkeypatch: pytest.MonkeyPatch, body: str, reason: str
    ) -> None:
        monkeypatch.setattr(course_guard.guarded, "__defaults__", (0.2,))
        course.solvers(SOLVERS.replace('return {"square": a * a, "doubled": 2 * a}', body))
        course.bank(numeric("square", parameters={"a": {"one_of": [6]}}))
        course.exam("square", versions=1)
        (error,) = errors(course.build())
        assert re.search(rf"course_solvers\.py:\d+: .*{re.escape(reason)}", error), error
        assert "Traceback" not in error


class TestSecondRoutes:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("return None", r"course_solvers\.py:14: it returned a NoneType, not a dict"),
            ("return 1 / 0", r"course_solvers\.py:16: ZeroDivisionError"),
            ('return {"sqare": a}', "returns undeclared sqare"),
            ('return {"square": 3.0}', "a float, not a tensor"),
        ],
    )
    def test_a_wrong_one_is_told(self, course: Course, body: str, reason: str) -> None:
        course.solvers(SOLVERS.replace(CHECK_BODY, body))
        course.bank(numeric("square"))
        course.exam("square", versions=1)
        found = "\n".join(errors(course.build()))
        assert re.search(reason, found), found
        assert "Traceback" not in found


def blocks() -> Iterator[str]:
    """The blocks of code on the page, in order."""
    yield from re.findall(r"```(?:python|yaml)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.slow
def test_the_pages_example_is_built_and_proved(tmp_path: Path) -> None:
    file, question, exam = blocks()
    course = Course(tmp_path / "course")
    course.write("coursefit.py", file)
    course.write("questions/fit.yaml", question)
    course.write("exam.yaml", exam)
    folder = course.built()
    first = digests(folder / "html")
    assert "verified" in str(manifest(folder))
    course_files.forget_all()
    assert digests(course.built(verify="always") / "html") == first
