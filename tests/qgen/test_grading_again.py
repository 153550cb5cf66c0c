"""A changed key, earlier marks, and what lies in the folders already."""

from pathlib import Path

import pytest

from qgen.document.answers import SingleChoice
from qgen.document.exam import Paper
from qgen.document.richtext import plain_text
from tests.qgen.conftest import no_engine
from tests.qgen.course import choice, digests
from tests.qgen.handed_in import Desk, answers_of, build_exam, questions, response


class TestAChangedKey:
    def test_is_applied_by_building_and_grading_again(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        others = questions()[2:4]
        paper = build_exam(desk.course, monkeypatch, questions=[choice("one"), *others])["A"]
        (asked,) = paper.sections[0].items[0].parts
        assert isinstance(asked.answer, SingleChoice)
        shown = [plain_text(option.text) for option in asked.answer.options]
        first = {"1": shown.index("the right one") + 1}
        second = {"1": shown.index("a wrong one") + 1}
        for name, given in (("Ada", first), ("Bo", second), ("Cy", second), ("Di", {})):
            desk.put(f"{name}.json", response(given, student=name))
        desk.graded()
        old = desk.course.write("old.csv", (desk.output / "marks.csv").read_text("utf-8"))
        options = [
            {"text": "the right one", "feedback": "Mended."},
            {"text": "a wrong one", "correct": True},
            {"text": "another wrong one"},
        ]
        mended = choice("one", options=options)
        build_exam(desk.course, monkeypatch, questions=[mended, *others])
        report = desk.graded(against=old)
        assert report.comparison is not None
        assert (report.comparison.gains, report.comparison.losses) == (2, 1)
        assert "other-question" not in desk.reasons()
        changes = {(r["student"], r["question"]): r["change"] for r in desk.table("changes.csv")}
        assert changes == {
            **{("Ada", "total"): "-1", ("Ada", "1"): "-1"},
            **{("Bo", "total"): "+1", ("Bo", "1"): "+1"},
            **{("Cy", "total"): "+1", ("Cy", "1"): "+1"},
        }

    def test_other_numbers_or_options_are_told(self, desk: Desk, papers: dict[str, Paper]) -> None:
        desk.put("a.json", response({"1": 1}))
        desk.graded()
        old = desk.course.write("old.csv", (desk.output / "marks.csv").read_text("utf-8"))
        desk.course.built(formats=("html",), seed=2)
        desk.graded(against=old)
        assert "other-question" in desk.reasons()

    def test_only_a_table_of_marks_is_compared_with(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response({"1": 1}))
        report = desk.grade(against=desk.course.write("old.csv", "a,b\n1,2\n"))
        assert report.failed
        assert "names no column 'student'" in report.problems[0].message


class TestWhereItWrites:
    def test_what_others_put_there_stays(self, desk: Desk, papers: dict[str, Paper]) -> None:
        desk.put("a.json", response({"1": 1}))
        desk.graded()
        (desk.output / "notes.txt").write_text("mine")
        marks = desk.output / "marks.csv"
        marks.write_text("changed by hand")
        report = desk.graded()
        assert (desk.output / "notes.txt").read_text() == "mine"
        assert marks.read_text() == "changed by hand"
        assert (desk.output / "marks.new.csv").exists()
        assert [problem.code for problem in report.problems] == ["kept-file"]

    @pytest.mark.parametrize("place", ["build/exam", "questions", "handed-in"])
    def test_a_folder_with_something_else_is_refused(
        self, desk: Desk, papers: dict[str, Paper], place: str
    ) -> None:
        desk.put("a.json", response({"1": 1}))
        folder = desk.course.folder / place
        before = digests(folder)
        with pytest.raises(FileExistsError, match="something else than grades"):
            desk.grade(output=folder)
        assert digests(folder) == before

    def test_a_link_or_a_file_is_refused(self, desk: Desk, papers: dict[str, Paper]) -> None:
        (desk.course.folder / "elsewhere").mkdir()
        link, file = desk.course.folder / "link", desk.course.write("file", "mine")
        link.symlink_to("elsewhere")
        for output in (link, file):
            with pytest.raises(FileExistsError):
                desk.grade(output=output)
        assert link.is_symlink()

    def test_a_killed_grading_leaves_nothing_and_others_folders_stay(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response({"1": 1}))
        beside = desk.course.folder
        for name in (".grades-abcdefgh", ".mine-abcdefgh"):
            (beside / name).mkdir()
        desk.graded()
        assert not (beside / ".grades-abcdefgh").exists()
        assert (beside / ".mine-abcdefgh").exists()

    def test_a_page_that_is_gone_is_removed(self, desk: Desk, papers: dict[str, Paper]) -> None:
        desk.put("a.json", response({"1": 1}))
        path = desk.put("b.json", response({"1": 1}, student="Bo"))
        desk.graded()
        path.unlink()
        desk.graded()
        assert [page.name for page in (desk.output / "feedback").iterdir()] == ["A-Ada.html"]


class TestTheKeysOfABuild:
    def test_no_build(self, desk: Desk, tmp_path: Path) -> None:
        (problem,) = desk.grade(build=tmp_path).problems
        assert "no folder that qgen build wrote" in problem.message

    def test_changed_since(self, desk: Desk, papers: dict[str, Paper]) -> None:
        path = desk.course.output / "exam" / "marking.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"correct": true', b'"correct": false', 1))
        (problem,) = desk.grade().problems
        assert "was changed after it was built" in problem.message

    def test_several_runs_need_a_word(
        self, desk: Desk, papers: dict[str, Paper], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("qgen.typesetting.find_engine", no_engine)
        desk.put("a.json", response(answers_of(papers["A"])))
        desk.graded()
        before = desk.marks()
        desk.course.built(formats=("latex",), seed=2)
        (problem,) = desk.grade().problems
        assert "tell with --format" in problem.message
        desk.graded(format="html")
        assert desk.marks() == before
        desk.graded(format="latex")
        assert desk.marks() != before
        (problem,) = desk.grade(format="htlm").problems
        assert "did you mean 'html'" in problem.message
