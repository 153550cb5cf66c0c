"""A course to build exams of, and the commands."""

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qgen import course_files
from qgen.cli import main
from qgen.document.exam import Paper
from qgen.document.problem import Problem
from tests.qgen.course import EXAMPLES, Course
from tests.qgen.handed_in import Desk, build_exam, recorded
from tests.qgen.whole_bank import WholeBank, build_whole_bank


@pytest.fixture(autouse=True)
def own_registry() -> Iterator[None]:
    """What a test's solver files register does not outlive the test."""
    yield
    course_files.forget_all()


def no_engine(*, unicode: bool = False) -> Problem:
    """What looking for a TeX engine gives where there is none."""
    return Problem("no-tex", "no TeX here")


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Builds an example exam without TeX, once a session, and gives its folder."""

    @cache
    def built(spec: Path) -> Path:
        output = tmp_path_factory.mktemp(spec.stem)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("qgen.typesetting.find_engine", no_engine)
            result = CliRunner().invoke(main, ["build", str(spec), "-o", str(output)])
        assert result.exit_code == 0, result.output
        (output / "report.txt").write_text(result.stdout, encoding="utf-8")
        return output / spec.stem

    return built


@pytest.fixture(scope="session")
def midterm(example: Callable[[Path], Path]) -> Path:
    """The folder of the example midterm; tests only read it."""
    return example(EXAMPLES / "midterm.yaml")


@pytest.fixture(scope="session")
def midterm_report(midterm: Path) -> str:
    """What the command said when it built the example midterm."""
    return (midterm.parent / "report.txt").read_text("utf-8")


@pytest.fixture(scope="session")
def whole_bank(tmp_path_factory: pytest.TempPathFactory) -> WholeBank:
    """An exam of every question that ships, for pages and papers; tests only read it."""
    return build_whole_bank(tmp_path_factory.mktemp("everything"))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course in a folder of its own, with solvers and no questions yet."""
    course = Course(tmp_path / "course")
    course.solvers()
    return course


@pytest.fixture
def desk(course: Course) -> Desk:
    """A folder for what students hand in."""
    return Desk(course)


@pytest.fixture(scope="session")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, dict[str, Paper]]:
    """A course with an exam of every kind of question, built; tests copy it."""
    course = Course(tmp_path_factory.mktemp("every-kind"))
    course.solvers()
    with pytest.MonkeyPatch.context() as patch:
        papers = build_exam(course, patch)
    course_files.forget_all()
    return course, papers


@pytest.fixture
def papers(
    desk: Desk, every_kind: tuple[Course, dict[str, Paper]], monkeypatch: pytest.MonkeyPatch
) -> dict[str, Paper]:
    """The papers of an exam with every kind of question, as if built beside the desk.

    Those of builds that follow take their places.
    """
    course, built = every_kind
    shutil.copytree(course.folder, desk.course.folder, dirs_exist_ok=True)
    papers = recorded(monkeypatch)
    papers.update(built)
    return papers


@pytest.fixture
def qgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command, run in this process from an empty folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))
