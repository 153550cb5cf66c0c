"""A course to build exams of, and the commands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qgen.cli import main
from qgen.solvers import registry
from tests.qgen.course import Course


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test's solver files register does not outlive the test."""
    monkeypatch.setattr(registry, "_LOADED_FILES", {})
    yield
    for name, known in list(registry._SOLVERS.items()):
        if known.function.__module__.startswith("qgen_solver_file_"):
            del registry._SOLVERS[name]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course in a folder of its own, with solvers and no questions yet."""
    course = Course(tmp_path / "course")
    course.solvers()
    return course


@pytest.fixture
def qgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command, run in this process from an empty folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))
