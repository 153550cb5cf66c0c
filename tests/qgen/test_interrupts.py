"""Ctrl-C at any moment: status 130, one word, nothing left running or lying about."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from qgen.cli import main
from qgen.interrupts import noticed_interrupts
from qgen.progress import Steps
from tests.qgen.course import Course, choice, digests, numeric

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc")


@pytest.fixture(autouse=True)
def heeded_interrupts() -> Iterator[None]:
    """As a terminal starts a program, whoever started the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def group(process: "subprocess.Popen[bytes]") -> list[str]:
    """The programs of a session that are still running."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(status[3]) == process.pid and status[0] != "Z":
                found.append((folder / "cmdline").read_text())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.slow
@pytest.mark.parametrize("first", ["nothing", "a source", "a pdf"])
def test_an_interrupted_build_leaves_nothing(first: str, course: Course) -> None:
    course.bank(numeric("square"), choice("which"))
    course.exam("square", "which")
    before = digests(course.built(verify="never"))
    outputs = {"paper": {"solutions": False}, "html": {}}
    course.exam("square", "which", versions=26, outputs=outputs)
    wanted = {"nothing": "*/new", "a source": "*/new/paper/*.typ", "a pdf": "*/new/paper/*.pdf"}
    command = "from qgen.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", command, "build", "exam.yaml", "--verify", "never", "--jobs", "2"],
        cwd=course.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        end = time.monotonic() + 60
        while not list(course.output.glob("." + wanted[first])):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"Stopped.\n")
    assert group(process) == []
    assert sorted(path.name for path in course.output.iterdir()) == ["exam"]
    assert digests(course.output / "exam") == before


def test_an_interrupt_that_a_library_takes_for_a_failure_is_no_traceback(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(path: object, seed: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            raise ImportError("cannot load module more than once per process") from None

    monkeypatch.setattr("qgen.pipeline.load_whole_exam", interrupted)
    result = CliRunner().invoke(main, ["build", str(course.folder / "exam.yaml")])
    assert (result.exit_code, result.output) == (130, "Stopped.\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_was_started_in_the_background_stays_deaf_to_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with noticed_interrupts() as was_pressed:
        os.kill(os.getpid(), signal.SIGINT)
        assert not was_pressed()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.slow
def test_a_terminal_is_told_how_many_there_are_and_what_time_is_left(course: Course) -> None:
    code = (
        "import time; from qgen.progress import progress_bar\n"
        "with progress_bar('building') as steps:\n"
        "    steps.expect('pdf', 10)\n"
        "    for _ in range(5): steps.step('pdf'); time.sleep(0.3)\n"
        "    steps.expect('pdf', 30); time.sleep(0.3)\n"
    )
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=terminal,
        cwd=course.folder,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    ):
        os.close(terminal)
        shown = b""
        while True:
            try:
                shown += os.read(controller, 4096)
            except OSError:
                break
    os.close(controller)
    text = shown.decode()
    assert "5/10" in text.replace(" ", "")
    assert "5/40" in text.replace(" ", "")
    assert "pdfs" in text
    assert "left" in text
    assert "0:00:0" in text.partition("left")[2]


def test_nobody_is_told_in_a_pipe() -> None:
    steps = Steps()
    steps.expect("pdf", 3)
    steps.step("pdf")
