"""The pytest plugin in a course's folder, run as a course would run it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
pytest_plugins = ("pytester",)

GOOD = """
- id: fine
  kind: short_answer
  title: T
  topic: t
  difficulty: 1
  stem: What?
  accept: this
  explanation: Because.
- id: unexplained
  kind: short_answer
  title: T
  topic: t
  difficulty: 1
  stem: What?
  accept: that
"""


OTHERS = ("cacheprovider", "hypothesispytest", "xdist", "anyio", "unraisableexception")
"""Plugins that take time to begin, or to end: the last one has all garbage collected."""
WITHOUT_OTHERS = [argument for name in OTHERS for argument in ("-p", f"no:{name}")]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", *WITHOUT_OTHERS, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def run_here(
    course: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., pytest.RunResult]:
    """Runs pytest in the course's folder, but in this process, which has qgen loaded already."""
    monkeypatch.chdir(course)
    return lambda *arguments: pytester.runpytest_inprocess(*WITHOUT_OTHERS, *arguments)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nqgen_banks = ["questions"]\nqgen_variants = "20"\n'
    )
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "bank.yaml").write_text(GOOD)
    return tmp_path


def test_one_test_a_question_and_the_place_of_a_failure(course: Path) -> None:
    """A file with mistakes is a failure of its own."""
    (course / "questions" / "wrong.yaml").write_text("id: wrong\nkind: numeric\n")
    result = run(course, "-v")
    assert result.returncode == 1
    assert "questions/bank.yaml::fine PASSED" in result.stdout
    assert "questions/bank.yaml::unexplained FAILED" in result.stdout
    assert "questions/bank.yaml:10:3: error: question 'unexplained'" in result.stdout
    assert "questions/wrong.yaml::mistakes FAILED" in result.stdout
    assert "wrong.yaml:1:1: error: 'title' is missing" in result.stdout
    assert "1 passed" in result.stdout
    assert "2 failed" in result.stdout
    assert "Traceback" not in result.stdout


def test_the_banks_are_collected_beside_testpaths(
    course: Path, run_here: Callable[..., pytest.RunResult]
) -> None:
    (course / "tests").mkdir()
    (course / "tests" / "test_own.py").write_text("def test_own():\n    pass\n")
    with (course / "pyproject.toml").open("a") as file:
        file.write('testpaths = ["tests"]\n')
    result = run_here("--collect-only").stdout.str()
    assert "<QuestionItem unexplained>" in result
    assert "3 tests collected" in result


def test_only_what_the_command_line_names(
    course: Path, run_here: Callable[..., pytest.RunResult]
) -> None:
    (course / "test_own.py").write_text("def test_own():\n    pass\n")
    assert "1 passed" in run_here("test_own.py").stdout.str()
    assert run_here("questions/bank.yaml::fine").ret == 0
    assert "1 passed, 1 deselected" in run_here("-k", "fine", "questions").stdout.str()


def test_a_bank_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nqgen_banks = nowhere\n")
    result = run(tmp_path)
    assert result.returncode != 0
    assert "nowhere" in result.stdout + result.stderr


def test_without_banks_nothing_of_qgen_is_imported(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "import sys\n\ndef test_own():\n"
        "    loaded = {name for name in sys.modules if name.startswith('qgen')}\n"
        "    assert loaded <= {'qgen', 'qgen.pytest_plugin'}\n"
        "    assert 'pydantic' not in sys.modules\n"
    )
    assert run(tmp_path).returncode == 0
