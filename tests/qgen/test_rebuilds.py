"""What a second build does with the folder of the first: nothing of anybody's is lost."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.qgen.course import Course, choice, digests, manifest, numeric

OUTPUTS = {"latex": {"pdf": "never"}, "moodle": {"variants": 3}, "html": {}}
Run = Callable[..., Result]


@pytest.fixture
def built(course: Course) -> Path:
    """A course's build in three formats."""
    course.bank(numeric("square"), choice("which"))
    course.exam("square", "which", outputs=OUTPUTS)
    return course.built()


def change(course: Course, **changes: object) -> None:
    course.exam("square", "which", **{"outputs": OUTPUTS, **changes})


class TestOwnFiles:
    def test_stay_and_change_nothing_in_the_manifest(self, course: Course, built: Path) -> None:
        (built / "grades.csv").write_text("Ada,10")
        (built / "scans").mkdir()
        (built / "scans" / "1.pdf").write_text("a scan")
        before = digests(built)
        assert not course.build().failed
        assert digests(built) == before

    def test_that_were_ours_stay_and_are_named(self, qgen: Run, course: Course) -> None:
        course.bank(choice("which"))
        spec = course.exam("which")
        assert qgen("build", spec).exit_code == 0
        page = Path("build/exam/html/exam-A.html")
        written = page.read_bytes()
        page.write_text("my own")
        results = [qgen("build", spec) for _ in range(2)]
        for result in results:
            assert result.exit_code == 0
            first, *_, last = result.output.splitlines()
            assert first == (
                "loss: build/exam/html/exam-A.html is not as qgen wrote it and stays as it is; "
                "what this build writes is beside it, in exam-A.new.html [kept-file]"
            )
            assert last.endswith("1 loss (above)")
        assert page.read_text() == "my own"
        assert page.with_name("exam-A.new.html").read_bytes() == written
        page.unlink()
        assert "nothing lost" in qgen("build", spec).output
        assert sorted(path.name for path in page.parent.glob("exam-*")) == [
            "exam-A.html",
            "exam-B.html",
        ]


class TestABuildOfSomeFormats:
    def test_leaves_the_other_files_as_they_were(self, course: Course, built: Path) -> None:
        before = digests(built)
        report = course.build(formats=("html",))
        assert (report.problems, report.kept) == ([], ("latex", "moodle"))
        after = digests(built)
        assert before.pop("manifest.json") != after.pop("manifest.json")
        assert after == before == manifest(built)["files"]

    def test_tells_the_run_of_each_file_and_item(self, course: Course, built: Path) -> None:
        before = manifest(built)
        for _ in range(2):
            course.built(formats=("html",))
            data = manifest(built)
            new, earlier = data["runs"]
            assert (new["formats"], earlier["formats"]) == (["html"], ["latex", "moodle", "html"])
            assert sorted(new["files"] + earlier["files"]) == sorted(data["files"])
            assert new["files"] == [
                "html/exam-A.html",
                "html/exam-B.html",
                "html/index.html",
                "key.csv",
                "marking.jsonl",
            ]
            assert [item for item in data["items"] if "run" not in item] == [
                item for item in before["items"] if not item["copy"].startswith("variant")
            ]
            kept = [item for item in data["items"] if item.pop("run", 0) == 1]
            assert kept == before["items"]
        course.built()
        assert manifest(built) == before

    def test_keeps_the_numbers_of_each_run(self, course: Course, built: Path) -> None:
        """Three runs with three seeds, and each paper can be marked still."""
        before = manifest(built)
        course.built(formats=("html",), seed=2)
        course.built(formats=("moodle",), seed=3)
        data = manifest(built)
        assert [run["seed"] for run in data["runs"]] == [3, 2, 1]
        kept = [item for item in data["items"] if item.pop("run", 0) == 2]
        assert kept == before["items"]
        assert (built / "key-html.csv").read_bytes() != (built / "key-latex.csv").read_bytes()
        assert digests(built)["key-latex.csv"] == before["files"]["key.csv"]

    def test_says_what_is_of_another_run(self, qgen: Run, course: Course, built: Path) -> None:
        output = ("-o", course.output, "--format", "html")
        result = qgen("build", course.folder / "exam.yaml", *output)
        assert "\nleft as an earlier build wrote them: latex/, moodle/\n" in result.output
        assert result.output.endswith("nothing lost\n")
        change(course, title="Another title")
        result = qgen("build", course.folder / "exam.yaml", *output)
        assert f"loss: {built}/latex/ stays from an earlier build (the exam's" in result.output
        data = json.loads(qgen("build", course.folder / "exam.yaml", *output, "--json").output)
        assert data["kept"] == ["latex", "moodle"]
        assert [each["code"] for each in data["problems"]] == ["earlier-run"] * 2

    def test_keeps_a_format_that_the_exam_has_no_longer(self, course: Course, built: Path) -> None:
        change(course, outputs={"html": {}})
        course.built(formats=("html",))
        assert (built / "moodle" / "exam.xml").exists()
        (built / "moodle" / "mine.txt").write_text("mine")
        course.built()
        assert set(digests(built)) == {
            *("html/exam-A.html", "html/exam-B.html", "html/index.html"),
            *("key.csv", "manifest.json", "marking.jsonl"),
            "moodle/mine.txt",
        }


class TestAnotherExamOfTheSameName:
    @pytest.fixture
    def plain(self, tmp_path: Path) -> Callable[..., Course]:
        """Courses that differ in their folders alone."""

        def make(name: str, **changes: object) -> Course:
            course = Course(tmp_path / name)
            course.bank(choice("which"))
            course.exam("which", **changes)
            return course

        return make

    @pytest.mark.parametrize("title", ["An exam", "Another exam"])
    def test_is_refused_with_both_paths(
        self, qgen: Run, plain: Callable[..., Course], title: str
    ) -> None:
        one, other = plain("one"), plain("other", title=title)
        built = one.built()
        before = digests(one.output)
        result = qgen("build", other.folder / "exam.yaml", "-o", one.output)
        assert result.exit_code == 1
        assert result.output == (
            f"Error: cannot write to {one.output}: {built} holds the build of another exam, "
            f"{one.folder}/exam.yaml, not of {other.folder}/exam.yaml; move it, or use -o\n"
        )
        assert digests(one.output) == before
        assert [path.name for path in one.output.iterdir()] == ["exam"]

    def test_is_the_same_exam_when_its_course_was_moved(
        self, plain: Callable[..., Course], tmp_path: Path
    ) -> None:
        before = digests(plain("one").built())
        (tmp_path / "one").rename(tmp_path / "two")
        assert digests(plain("two", title="Changed").built()) != before
        assert digests(plain("two").built()) == before

    def test_is_the_same_exam_when_only_its_output_was_moved(
        self, plain: Callable[..., Course], tmp_path: Path
    ) -> None:
        plain("one").built().parent.rename(tmp_path / "elsewhere")
        assert not plain("one").build(output=tmp_path / "elsewhere").problems

    def test_is_another_when_its_output_was_moved_and_it_was_changed(
        self, plain: Callable[..., Course], tmp_path: Path
    ) -> None:
        plain("one").built().parent.rename(tmp_path / "elsewhere")
        with pytest.raises(FileExistsError, match="another exam"):
            plain("one", title="Changed").build(output=tmp_path / "elsewhere")
