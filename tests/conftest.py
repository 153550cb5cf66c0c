"""What all tests share: an own cache folder, and tools that must be there where it is said so."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings


def _tools_are_required() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get("QGEN_REQUIRE_TOOLS") == "1"


# How long an example takes says nothing on a machine that does other work as well. What breaks
# often is found by few examples, what breaks seldom by many: those are for CI, where they are the
# same at each run, so that nobody's change is blamed for what chance found. Every day looks anew.
settings.register_profile("everyday", deadline=None, max_examples=30)
settings.register_profile("thorough", deadline=None, max_examples=100, derandomize=True)
settings.load_profile("thorough" if _tools_are_required() else "everyday")

# A walk over all that a process holds, libraries and tests among it, is dear, and tests leave few
# circles behind: it is walked seldom, and what collecting built, which stays, never again.
gc.set_threshold(50_000, 20, 20)

NEEDING_TOOLS = ("tex", "browser", "node", "maxima", "install")
HERE = Path(__file__).parent
SOLVERS = HERE / "solvers"
# Nearly every test in them builds, kills builds, starts processes, draws figures, reads the whole
# shipped bank or writes in every format.
SLOW_FILES = {
    HERE / name
    for name in (
        "bank/test_fuzzing.py",
        "bank/test_shipped_bank.py",
        "figures/test_drawings.py",
        "generator/test_cohorts.py",
        "qgen/test_any_system.py",
        "qgen/test_cli.py",
        "qgen/test_cohorts.py",
        "qgen/test_conditions_graded.py",
        "qgen/test_course_files.py",
        "qgen/test_deriving.py",
        "qgen/test_failing_builds.py",
        "qgen/test_filled_texts.py",
        "qgen/test_formula_losses.py",
        "qgen/test_grading.py",
        "qgen/test_grading_again.py",
        "qgen/test_grading_command.py",
        "qgen/test_grading_review.py",
        "qgen/test_kept_results.py",
        "qgen/test_killed_builds.py",
        "qgen/test_macros.py",
        "qgen/test_own_labels.py",
        "qgen/test_paper_builds.py",
        "qgen/test_pipeline.py",
        "qgen/test_proofs.py",
        "qgen/test_question_warnings.py",
        "qgen/test_rebuilds.py",
        "qgen/test_response_files.py",
        "qgen/test_study_guide.py",
        "qgen/test_templates.py",
        "qgen/test_typed_answers.py",
        "qgen/test_typst_papers.py",
        "renderers/html/test_html.py",
        "renderers/html/test_html_modes.py",
        "renderers/html/test_index_page.py",
        "renderers/html/test_large_pages.py",
        "renderers/html/test_refused_formulas.py",
        "renderers/paper/test_east_asian.py",
        "renderers/paper/test_layout.py",
        "renderers/paper/test_writer.py",
        "renderers/qti/test_qti.py",
        "renderers/test_frames.py",
        "renderers/test_hostile_fields.py",
        "renderers/test_hostile_names.py",
        "renderers/test_passage_writer.py",
        "renderers/test_streaming.py",
    )
}


def pytest_configure(config: pytest.Config) -> None:
    """No proof that somebody's own builds left behind makes a test pass; one thread a process.

    The processes of one run share a cache folder: what one has derived, no other derives again.
    """
    if hasattr(config, "workerinput"):
        return  # started with the environment below
    # pytest has a process for each core already, and threads that wait for one another cost time.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    folder = tempfile.mkdtemp(prefix="qgen-tests-cache-")
    os.environ["XDG_CACHE_HOME"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    # The machine's fonts, which figures do not ask for, are listed once and not in each run.
    if (cache_folder := getattr(config, "cache", None)) is not None:
        os.environ.setdefault("MPLCONFIGDIR", str(cache_folder.mkdir("matplotlib")))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Nothing of what is slow as a whole is imported where no slow test is wanted."""
    is_slow = collection_path == SOLVERS or collection_path in SLOW_FILES
    return (is_slow and config.getoption("markexpr") == "not slow") or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start other programs are slow, and those of solvers: second routes load torch."""
    for item in items:
        if _is_slow(item.path) or any(mark.name in NEEDING_TOOLS for mark in item.iter_markers()):
            item.add_marker(pytest.mark.slow)


@cache
def _is_slow(path: Path) -> bool:
    return path in SLOW_FILES or path.is_relative_to(SOLVERS)


def pytest_collection_finish() -> None:
    """Sets what stays for the whole run aside."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """What nobody holds any more is told now, and not looked for again while the process ends."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport]:
    """Turns each skip into a failure where tools are required, be it for want of a font."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and _tools_are_required():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.fixture
def proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which this test's proofs are kept; empty at first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "qgen" / "proofs"
