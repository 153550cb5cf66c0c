"""A build that fails says why, all of it, and leaves everything as it was."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.generator import drawing
from qgen.renderers.html.writer import HtmlWriter
from qgen.renderers.writer import Chunk
from tests.qgen.course import SOLVERS, Course, choice, digests, errors, formula, numeric


class TestAFailedBuild:
    def test_leaves_the_last_good_output_and_nothing_else(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.exam("square")
        before = digests(course.built()), sorted(course.output.iterdir())
        course.bank(numeric("square", answer="square / (a - a)"))
        (error,) = {re.sub(r"variant \d+ \(a = \d+\)", "", each) for each in errors(course.build())}
        assert "square" in error
        assert (digests(course.output / "exam"), sorted(course.output.iterdir())) == before

    def test_writes_nothing_where_nothing_was(self, course: Course) -> None:
        course.bank(numeric("square", answer="square / (a - a)"))
        course.exam("square", outputs={"html": {}, "moodle": {}})
        before = sorted(course.folder.rglob("*"))
        errors(course.build())
        assert sorted(course.folder.rglob("*")) == before

    @pytest.mark.slow
    def test_that_starts_while_moodle_streams_leaves_nothing_either(self, course: Course) -> None:
        """Papers are fine, and one of the pool's many variants is not."""
        course.bank(numeric("square", answer="square + 0 / (a - 5)"), choice("which"))
        course.exam("square", "which", versions=1, outputs={"moodle": {"variants": 398}})
        before = sorted(course.folder.rglob("*"))
        (error,) = errors(course.build())
        assert "question 'square', variant " in error
        assert "(a = 5)" in error
        assert sorted(course.folder.rglob("*")) == before

    def test_does_not_replace_what_qgen_did_not_write(self, course: Course) -> None:
        course.bank(choice("which"))
        course.exam("which", name="questions")
        before = digests(course.folder)
        with pytest.raises(FileExistsError):
            course.build("questions", output=course.folder)
        assert digests(course.folder) == before


def returning(expression: str) -> str:
    """The course's solvers, with another first route."""
    return SOLVERS.replace('return {"square": a * a, "doubled": 2 * a}', expression)


class TestASolverThatFails:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ('return {"square": 1 // (a - a), "doubled": 1}', "by zero"),
            ('return {"square": float("nan"), "doubled": 1}', "'square' is nan"),
            ('return {"square": -float("inf"), "doubled": 1}', "'square' is -inf"),
            ('return {"square": object(), "doubled": 1}', "of type object"),
            ('return {"square": a}', "does not return doubled"),
            ("return None", "NoneType"),
            ('raise ValueError("the matrix is not positive definite")', "not positive definite"),
            ('raise RuntimeError("did not converge")', "did not converge"),
            ("return undefined_name", "undefined_name"),
            ("assert a < 0", "AssertionError"),
            ('return {}["missing"]', "missing"),
            (
                "import torch\n    torch.linalg.cholesky(-torch.eye(2))",
                "not positive-definite",
            ),
        ],
    )
    def test_is_a_problem_with_question_variant_values_and_reason(
        self, course: Course, body: str, reason: str
    ) -> None:
        course.solvers(returning(body))
        course.bank(numeric("square", parameters={"a": {"one_of": [6]}}), choice("which"))
        course.exam("square", "which", versions=1)
        (error,) = errors(course.build())
        assert error.startswith(f"{course.folder}/questions/bank.yaml:2:2: error: ")
        assert "question 'square', variant 1 (a = 6): course_solvers.square" in error
        assert reason in error
        assert "Traceback" not in error

    def test_does_not_hide_the_mistakes_of_other_questions(self, course: Course) -> None:
        course.solvers(returning("raise ValueError('no')"))
        course.bank(
            numeric("solver-fails", parameters={"a": {"one_of": [6, 7, 8]}}),
            choice("two-right", parameters={"n": {"one_of": [1, 2]}}, options=RIGHT_TWICE),
            choice("good"),
            numeric("key-fails", solver=None, answer="1 / (a - a)", mistakes=[]),
        )
        course.exam("solver-fails", "two-right", "good", "key-fails", versions=2)
        found = "\n".join(errors(course.build()))
        assert {*re.findall(r"question '([a-z-]+)'", found)} == {
            *("solver-fails", "two-right", "key-fails")
        }

    def test_says_the_same_of_three_variants_and_no_more(self, course: Course) -> None:
        course.solvers(returning("raise ValueError('no')"))
        course.bank(numeric("square"))
        course.exam("square", versions=6)
        found = errors(course.build())
        assert [re.findall(r"variant (\d)", error) for error in found] == [["1"], ["2"], ["3"]]

    def test_only_where_pools_are_made_reports_all_pools(self, course: Course) -> None:
        course.bank(
            numeric("first", answer="square + 0 / (a - 5)"),
            numeric("second", answer="square + 0 / (a - 7)"),
        )
        course.exam("first", "second", versions=1, outputs={"moodle": {"variants": 398}})
        found = errors(course.build())
        assert len(found) == 2
        assert "'first'" in found[0]
        assert "'second'" in found[1]

    def test_a_file_that_cannot_be_run_is_a_problem_at_its_line(self, course: Course) -> None:
        course.solvers("import qgen\n\nundefined_name\n")
        course.bank(choice("which"))
        course.exam("which")
        (error,) = errors(course.build())
        assert f"{course.folder}/course_solvers.py:3: NameError" in error
        assert f"{course.folder}/exam.yaml:" in error


RIGHT_TWICE = [
    {"text": "one", "correct": "n > 0"},
    {"text": "two", "correct": "n > 0"},
]


class TestMistakesInWhatWasWritten:
    def test_of_all_files_are_reported_together(self, course: Course) -> None:
        course.write("questions/a.yaml", "id: [\n")
        course.write("questions/b.yaml", "id: b\nkind: no_such_kind\n")
        course.bank(numeric("square", tolerence={"absolute": 1}))
        course.write("roster.csv", "name\nAda\n")
        course.exam("square", versions=None, students="roster.csv", bank=["questions", "missing"])
        found = "\n".join(errors(course.build()))
        for words in ("a.yaml:", "b.yaml:", "did you mean 'tolerance'?", "roster.csv:1:1"):
            assert words in found, found
        assert "there is no bank 'missing'" in found or "missing" in found
        assert not course.output.exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"bank": ["missing"]}, "there is no bank"),
            ({"bank": ["empty"]}, "no bank files"),
            ({"students": "missing.csv", "versions": None}, "missing.csv"),
            ({"solvers": ["missing.py"]}, "missing.py"),
            ({"language": "xx"}, "xx"),
            ({"sections": [{"title": "S", "pick": 9, "from": {}}]}, "2 questions fit where 9"),
            ({"sections": [{"title": "S", "questions": ["sqare"]}]}, "did you mean 'square'?"),
            ({"outputs": {}}, "names no format"),
            ({"outputs": {"moodel": None}}, "did you mean 'moodle'?"),
            ({"seed": -1}, "must be at least 0, got -1"),
        ],
    )
    def test_is_a_problem_and_nothing_is_written(
        self, course: Course, changes: dict[str, Any], words: str
    ) -> None:
        (course.folder / "empty").mkdir()
        course.bank(numeric("square"), choice("which"))
        path = course.exam("square")
        spec = {**json.loads(path.read_text()), **changes}
        path.write_text(json.dumps({key: value for key, value in spec.items() if value != ""}))
        found = "\n".join(errors(course.build()))
        assert words in found
        assert f"{course.folder}" in found
        assert not course.output.exists()

    def test_too_few_variants_is_an_error_with_the_number_there_are(self, course: Course) -> None:
        course.bank(numeric("square", parameters={"a": {"one_of": [3, 4, 5]}}))
        course.exam("square", versions=4)
        (error,) = errors(course.build())
        assert "question 'square': only 3 variants exist that students can tell apart" in error
        assert "write 'repeats: allowed' at the question or its section" in error


class TestLosses:
    """What a format cannot carry is known before any work is done."""

    @pytest.fixture
    def no_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def draw(*arguments: object) -> None:
            raise AssertionError("a number was drawn")

        monkeypatch.setattr(drawing.Drawer, "draw", draw)

    @pytest.mark.usefixtures("no_work")
    def test_an_error_of_a_format_stops_the_build_before_a_number_is_drawn(
        self, course: Course, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def losses(self: HtmlWriter, item: Item) -> list[Problem]:
            return [Problem("html-math", f"cannot: {item.header.identifier}", item.header.place)]

        monkeypatch.setattr(HtmlWriter, "losses", losses)
        course.bank(numeric("first"), numeric("second"))
        course.exam("first", "second", "first", versions=26)
        assert [error.split("error: ")[1] for error in errors(course.build())] == [
            "cannot: first [html-math]",
            "cannot: second [html-math]",
        ]
        assert not course.output.exists()

    @pytest.mark.usefixtures("no_work")
    def test_a_formula_that_no_page_can_show_is_such_an_error(self, course: Course) -> None:
        course.bank(numeric("square", explanation="By $\\nosuchcommand{a}$."))
        course.exam("square")
        found = errors(course.build())
        assert found
        assert all("nosuchcommand" in error for error in found)

    @pytest.mark.slow
    def test_a_loss_is_reported_once_for_each_question_and_format(self, course: Course) -> None:
        course.bank(formula("divergence"))
        course.exam("divergence", "divergence", versions=3, outputs={"moodle": {"variants": 2}})
        report = course.build()
        codes = [problem.code for problem in report.problems]
        assert codes == ["moodle-formula", "moodle-numbers"]

    def test_an_error_that_only_rendering_finds_stops_the_build(
        self, course: Course, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def end(self: HtmlWriter) -> Iterator[Chunk]:
            self.problems.append(Problem("html-math", "the instructions"))
            yield Chunk("x.html", b"")

        monkeypatch.setattr(HtmlWriter, "end", end)
        course.bank(choice("which"))
        course.exam("which")
        assert errors(course.build()) == ["error: the instructions [html-math]"]
        assert not course.output.exists()

    @pytest.mark.parametrize(("pdf", "severity"), [("auto", "loss"), ("always", "error")])
    def test_without_tex_papers_are_sources_or_an_error(
        self,
        course: Course,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        pdf: str,
        severity: str,
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        course.bank(choice("which"))
        course.exam("which", outputs={"latex": {"pdf": pdf}})
        report = course.build()
        (problem,) = report.problems
        assert (problem.code, problem.severity) == ("no-tex", severity)
        assert problem.place is not None
        assert problem.place.file == str(course.folder / "exam.yaml")
        assert report.failed == (severity == "error")
        assert (course.output / "exam").exists() == (severity == "loss")
