"""From a spec to a folder of files: what a build does, and how it fails."""

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.cli import FORMAT_NAMES
from qgen.document.exam import ExamDocument, Item, Rendered
from qgen.document.problem import Problem
from qgen.generator import drawing
from qgen.loading import bank_path
from qgen.output_formats import FORMATS, HtmlFormat
from qgen.report import build_text
from tests.qgen.course import (
    SOLVERS,
    Course,
    choice,
    digests,
    errors,
    formula,
    manifest,
    numeric,
)

Item_ = dict[str, Any]


def items(folder: Path) -> dict[tuple[str, str], Item_]:
    """The manifest's items by slot and copy."""
    listed = manifest(folder)["items"]
    found = {(each["slot"], each["copy"]): each for each in listed}
    assert len(found) == len(listed)
    return found


class TestABuild:
    def test_writes_the_formats_that_the_spec_asks_for(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"))
        course.exam(
            "square",
            "which",
            outputs={"latex": {"pdf": "never"}, "moodle": {"variants": 3}, "html": {}},
        )
        assert set(digests(course.built())) == {
            "html/exam-A.html",
            "html/exam-B.html",
            "key.csv",
            "latex/paper-A.tex",
            "latex/paper-B.tex",
            "latex/solutions-A.tex",
            "latex/solutions-B.tex",
            "manifest.json",
            "moodle/exam.xml",
            "moodle/settings.txt",
        }

    def test_writes_other_formats_when_asked(self, course: Course) -> None:
        course.bank(choice("which"))
        course.exam("which", outputs={"latex": {"pdf": "never", "solutions": False}})
        assert set(digests(course.built(formats=("moodle", "latex")))) == {
            *("key.csv", "manifest.json", "latex/paper-A.tex", "latex/paper-B.tex"),
            *("moodle/exam.xml", "moodle/settings.txt"),
        }
        assert "html/exam-A.html" in digests(course.built(formats=("html",)))

    def test_reports_what_it_counted(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"), formula("divergence"))
        course.exam("square", "which", "divergence", outputs={"moodle": {"variants": 3}})
        report = course.build()
        assert not report.failed
        # Two papers of three questions; pools of three variants, and one of the plain question.
        assert report.tally.items == 2 * 3 + 3 + 1 + 3
        assert dict(report.tally.provenances) == {"verified": 10, "stated": 3}
        assert (report.questions, report.papers, report.pools) == (3, 2, 3)
        assert report.guess == Fraction(1, 3) / 3
        text = build_text(report).splitlines()
        assert re.fullmatch(r".*bank\.yaml:\d+:\d+: loss: .*formula.*", text[0])
        assert text[1:3] == [
            "3 questions, 2 papers, 13 variants in all",
            "answers: 10 verified, 0 computed, 3 stated",
        ]
        assert text[4] == "blind guessing scores 11.1% (multiple-select: per option)"
        assert text[5] == f"4 files in {course.output}/exam/, 1 loss (above)"

    def test_another_seed_is_the_spec_with_that_seed(self, course: Course) -> None:
        course.bank(*[numeric(f"question-{n}") for n in range(6)])
        picked = [{"title": "Some", "pick": 3, "from": {"topics": ["numbers"]}}]
        shuffled = {"questions": True}
        course.exam(sections=picked, shuffle=shuffled, seed=2)
        expected = digests(course.built())
        course.exam(sections=picked, shuffle=shuffled, seed=1)
        assert digests(course.built()) != expected
        assert digests(course.built(seed=2)) == expected

    def test_progress_hears_of_every_item(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.exam("square", outputs={"moodle": {"variants": 3}})
        steps: list[str] = []
        course.built(progress=steps.append)
        assert steps == ["item"] * 5

    def test_a_roster_gives_each_student_a_paper_with_the_name(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.write("roster.csv", "id,name\ns1,Ada O'Neil\n=cmd(),Émile\ns3,\n")
        course.exam(
            "square",
            versions=None,
            students="roster.csv",
            outputs={"latex": {"pdf": "never"}, "html": {"mode": "exam"}},
        )
        folder = course.built()
        pages = [path.read_text("utf-8") for path in sorted((folder / "html").iterdir())]
        papers = [path.read_text("utf-8") for path in sorted((folder / "latex").glob("paper-*"))]
        assert len(pages) == len(papers) == 3
        for name in ("Neil", "Émile"):
            assert sum(name in page for page in pages) == 1
            assert sum(name in paper for paper in papers) == 1
        squares = {each["values"]["a"] for each in items(folder).values()}
        assert len(squares) == 3
        assert "\n'=cmd(),1," in (folder / "key.csv").read_text("utf-8")


class TestTheManifest:
    def test_lists_each_item_once_with_its_values_and_answers(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"))
        course.exam("square", "which", "square", outputs={"moodle": {"variants": 4}})
        folder = course.built()
        found = items(folder)
        pool = [f"variant {number}" for number in range(1, 5)]
        assert {slot: [copy for s, copy in found if s == slot] for slot, _ in found} == {
            "Only one#1/square#1": ["A", "B", *pool],
            "Only one#1/which#1": ["A", "B", "variant 1"],
            "Only one#1/square#2": ["A", "B", *pool],
        }
        for each in found.values():
            if each["question"] == "square":
                assert each["answers"] == [str(each["values"]["a"] ** 2)]

    def test_has_the_digest_of_every_other_file(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.exam("square", outputs={"moodle": {}, "html": {}, "latex": {"pdf": "never"}})
        folder = course.built()
        expected = digests(folder)
        del expected["manifest.json"]
        assert manifest(folder)["files"] == expected

    def test_says_what_was_asked(self, course: Course) -> None:
        course.bank(formula("divergence"))
        course.exam("divergence", outputs={"moodle": {"variants": 5}})
        data = manifest(course.built(seed=77, verify="never"))
        assert (data["title"], data["seed"], data["verify"]) == ("An exam", 77, "never")
        assert data["versions"] == ["A", "B"]
        assert data["answers"] == {"computed": 7}
        (loss,) = data["losses"]
        # The file is named from the spec's folder, wherever the build ran.
        assert loss.startswith("questions/bank.yaml:2:2: loss: ")


class TestNumbersStay:
    def test_a_new_question_in_the_bank_moves_nothing(self, course: Course) -> None:
        course.bank(*[numeric(f"question-{n}") for n in range(4)])
        course.exam("question-1", "question-3", outputs={"moodle": {"variants": 5}})
        before = digests(course.built())
        course.bank(numeric("added", topic="other"), name="earlier-file")
        course.bank(*[numeric(f"question-{n}") for n in (0, 7, 1, 2, 3)])
        after = digests(course.built())
        assert before == after

    def test_a_new_question_in_the_exam_moves_no_other(self, course: Course) -> None:
        course.bank(*[numeric(f"question-{n}") for n in range(4)])
        course.exam("question-1", "question-3")
        before = items(course.built())
        course.exam(
            sections=[
                {"title": "New", "questions": ["question-2"]},
                {"title": "Only one", "questions": ["question-0", "question-1", "question-3"]},
            ]
        )
        after = items(course.built())
        assert before.items() <= after.items()
        assert len(after) == len(before) + 4

    def test_a_pick_stays_unless_it_is_outranked(self, course: Course) -> None:
        old = [f"question-{n}" for n in range(8)]
        pick = [{"title": "Some", "pick": 4, "from": {"topics": ["numbers"]}}]
        course.exam(sections=pick)

        def picked(*identifiers: str) -> set[str]:
            course.bank(*map(numeric, identifiers))
            return {each["question"] for each in items(course.built()).values()}

        before = picked(*old)
        assert len(before) == 4
        moved = 0
        for number in range(10):
            new = f"new-{number}"
            after = picked(new, *old)
            gone = before - after
            assert after - before == ({new} if gone else set())
            assert len(gone) <= 1
            moved += len(gone)
        assert 0 < moved < 10

    def test_a_question_that_stands_twice_has_other_numbers(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.exam("square", "square", versions=1)
        first, second = items(course.built()).values()
        assert first["values"] != second["values"]


def test_the_options_of_the_spec_reach_the_formats(course: Course) -> None:
    course.bank(numeric("square"))
    course.exam("square", versions=1, outputs={"html": {"mode": "exam"}})
    exam = (course.built() / "html" / "exam-A.html").read_text("utf-8")
    course.exam("square", versions=1, outputs={"html": {"mode": "practice"}})
    practice = (course.built() / "html" / "exam-A.html").read_text("utf-8")
    assert "twice the number" not in exam
    assert "twice the number" in practice


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

    def test_that_starts_while_moodle_streams_leaves_nothing_either(self, course: Course) -> None:
        """Papers are fine, and one of the pool's many variants is not."""
        course.bank(numeric("square", answer="square / (a - 5)"), choice("which"))
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
            ('return {"square": complex(a), "doubled": 1}', "complex"),
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
        # The same question says the same thing a few times at most.
        assert found.count("'solver-fails'") <= 3

    def test_only_where_pools_are_made_reports_all_pools(self, course: Course) -> None:
        course.bank(
            numeric("first", answer="square / (a - 5)"),
            numeric("second", answer="square / (a - 7)"),
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
        assert "only 3 distinct variants exist" in error
        assert "question 'square', variant 4" in error


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
        def losses(self: HtmlFormat, item: Item) -> list[Problem]:
            return [Problem("html-math", f"cannot: {item.header.identifier}", item.header.place)]

        monkeypatch.setattr(HtmlFormat, "losses", losses)
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

    def test_a_loss_is_reported_once_for_each_question_and_format(self, course: Course) -> None:
        course.bank(formula("divergence"))
        course.exam("divergence", "divergence", versions=3, outputs={"moodle": {"variants": 2}})
        report = course.build()
        assert [problem.code for problem in report.problems] == ["moodle-formula"]

    def test_an_error_that_only_rendering_finds_stops_the_build(
        self, course: Course, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def render(self: HtmlFormat, exam: ExamDocument) -> Rendered:
            return Rendered({"x.html": b""}, (Problem("html-math", "the instructions"),))

        monkeypatch.setattr(HtmlFormat, "render", render)
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


def test_every_format_of_the_table_is_built(course: Course) -> None:
    course.bank(choice("which"))
    course.exam("which", outputs={**{name: {} for name in FORMATS}, "latex": {"pdf": "never"}})
    folders = {path.name for path in course.built().iterdir() if path.is_dir()}
    assert folders == set(FORMATS) == set(FORMAT_NAMES)


@pytest.mark.xfail(strict=True, reason="an output with nothing behind its name is left out")
def test_a_format_with_nothing_behind_it_is_built_as_it_comes(course: Course) -> None:
    course.bank(choice("which"))
    course.exam("which", outputs={"html": {}, "moodle": None})
    assert "moodle/exam.xml" in digests(course.built())


def test_the_shipped_bank_is_found_from_anywhere() -> None:
    path = bank_path("builtin", Path("/nowhere"))
    assert path.shown == "builtin"
    assert path.path.is_dir()
    assert any(_files(path.path))


def _files(folder: Path) -> Iterator[Path]:
    return folder.rglob("*.yaml")
