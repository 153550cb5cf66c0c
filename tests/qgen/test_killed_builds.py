"""A build that is killed leaves the old folder or the new one, and the next build tidies up.

Kills are done in processes that fork from one in which qgen is loaded and little else, so that a
hundred of them take seconds.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from qgen import workshop
from qgen.workshop import sweep
from tests.examples import tries
from tests.qgen.course import Course, choice, digests, manifest, numeric, run_python
from tests.qgen.test_output_folder import OLD, build, contents

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills and locks as Linux has them")

ROOT = Path(__file__).parents[2]
OWN = {"grades.csv": "Ada,10", "scans/1.pdf": "a scan", "html/notes.txt": "mine"}


def forked(work: Callable[[], object], delay: float | None = None) -> None:
    """Runs something in a child; after the delay, if there is one, it is killed."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    if delay is not None:
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def put_own_files(target: Path) -> None:
    for name, content in OWN.items():
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text(content)


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "exam")


def assert_whole(target: Path) -> None:
    """Every file that the manifest lists is as it says, and beside them people's own lie."""
    found = digests(target)
    del found["manifest.json"]
    own = {name: found.pop(name) for name in OWN}
    assert own == {name: sha256(content.encode()).hexdigest() for name, content in OWN.items()}
    assert found == manifest(target)["files"]


def in_a_process(call: str, folder: Path) -> None:
    """Calls a function of this file, which is given the folder, in a process of its own."""
    code = f"import sys; from pathlib import Path; from {__name__} import *\n"
    run = run_python(f"{code}folder = Path(sys.argv[1]); {call}", folder, cwd=ROOT)
    assert run.returncode == 0, run.stderr


def kill_at_random_moments(folder: Path, moments: int) -> None:
    course = Course(folder)
    outputs = {"html": {}, "latex": {"pdf": "never"}, "moodle": {"variants": 2}}
    course.exam("square", versions=2, outputs=outputs)
    built = partial(course.built, verify="never")  # what proofs survive is tested with the proofs
    target = built(seed=0)
    put_own_files(target)
    start = time.perf_counter()
    forked(partial(built, seed=0))
    longest = time.perf_counter() - start
    random_source = random.Random(4711)
    seen, left = [], 0
    for seed in range(1, moments + 1):
        before = manifest(target)["seed"]
        forked(partial(built, seed=seed), random_source.uniform(0, longest))
        assert_whole(target)
        after = manifest(target)["seed"]
        assert after in (before, seed)
        seen.append(after == seed)
        # However busy the machine is, some builds are to end in time, and some are not.
        longest *= 0.9 if seen[-1] else 1.05
        left += len(leftovers(course.output))
        assert len(leftovers(course.output)) <= 1
    assert min(seen.count(True), seen.count(False), left) >= moments / 20, (seen, left)
    built(seed=1)
    assert_whole(target)
    assert leftovers(course.output) == []


def test_killed_at_random_moments_the_old_or_the_new_build_is_whole(course: Course) -> None:
    """A hundred moments in the thorough profile."""
    course.bank(numeric("square"))
    in_a_process(f"kill_at_random_moments(folder, {tries(100)})", course.folder)


def killed_at_step(number: int, folder: Path, work: Callable[[], object]) -> None:
    """Ends this process, as a kill would, before it touches a folder for the so many-th time."""
    steps = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        if event.startswith(("os.", "open", "ctypes.dlsym")):
            steps += event != "open" or str(folder) in str(arguments[0])
            if steps == number:
                steps += 1  # The kill is such an event, too.
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    work()


def kill_at_every_step(folder: Path, at_once: bool) -> None:
    output = folder / "build"
    target = output / "exam"
    new = {"key.csv": "new key", "html/page.html": "new", "html/other.html": "other"}
    build(target, OLD)
    put_own_files(target)
    old = contents(target)
    results = set()
    gone = 0
    for number in range(1, 1000):
        if False in results:
            shutil.rmtree(output)
            build(target, OLD)
            put_own_files(target)
        forked(partial(killed_at_step, number, output, partial(build, target, new)))
        gone += not target.exists()
        is_over = leftovers(output) == [] and manifest(target)["files"].keys() == new.keys()
        sweep(target.parent)
        assert leftovers(output) == [], number
        found = contents(target)
        assert found in (old, {**new, **OWN}), (number, found)
        assert_whole(target)
        results.add(found == old)
        if is_over:
            break
    assert results == {True, False}
    assert number > 30
    assert (gone > 0) == (not at_once)


def kill_at_every_step_of_both_ways(folder: Path) -> None:
    kill_at_every_step(folder / "one step", at_once=True)
    workshop._exchange = lambda one, other: False
    kill_at_every_step(folder / "two steps", at_once=False)


def test_killed_at_any_step_the_next_start_recovers(tmp_path: Path) -> None:
    """Where folders are exchanged in one step, and where it takes two renames."""
    in_a_process("kill_at_every_step_of_both_ways(folder)", tmp_path)


class TestWorkshops:
    def test_of_running_builds_stay(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        with workshop.workshop(target) as place:
            sweep(target.parent)
            assert place.exists()
        assert list(tmp_path.iterdir()) == []

    def test_of_any_dead_build_go_and_folders_of_people_stay(self, tmp_path: Path) -> None:
        names = [".exam-abcdefgh", ".exam-20251130", ".exam-short"]
        for name in names:
            (tmp_path / name).mkdir()
            (tmp_path / name / "mine.txt").write_text("mine")
        (tmp_path / ".another-exam-abcdefgh" / "new").mkdir(parents=True)
        (tmp_path / ".another-exam-abcdefgh" / "qgen.lock").touch()
        (tmp_path / ".another-exam-ijklmnop").mkdir()
        sweep(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)

    def test_are_swept_although_a_folder_in_them_is_not_writable(self, tmp_path: Path) -> None:
        inner = tmp_path / ".exam-abcdefgh" / "new" / "scans"
        inner.mkdir(parents=True)
        (tmp_path / ".exam-abcdefgh" / "qgen.lock").touch()
        (inner / "1.pdf").touch()
        inner.chmod(0o500)
        sweep(tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_the_tex_engine_ends_with_a_killed_build(course: Course, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    engine = programs / "pdflatex"
    engine.write_text('#!/bin/sh\necho $$ >> "$STARTED"\nsleep 600\n')
    engine.chmod(0o755)
    started = tmp_path / "started"
    course.bank(choice("which"))
    course.exam("which", outputs={"latex": {"pdf": "always"}})
    command = "from qgen.cli import main; main()"
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "STARTED": str(started)}
    with subprocess.Popen(
        [sys.executable, "-c", command, "build", str(course.folder / "exam.yaml")],
        cwd=tmp_path,
        env={**os.environ, **environment},
    ) as running:
        wait_until(lambda: started.exists() and started.read_text().endswith("\n"))
        assert leftovers(tmp_path / "build") != []
        running.kill()
    engines = [int(line) for line in started.read_text().split()]
    wait_until(lambda: not any(Path(f"/proc/{each}").exists() for each in engines))
    course.exam("which")
    course.built(output=tmp_path / "build")
    assert leftovers(tmp_path / "build") == []


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A limit on the size of files stands for a full disk: it fails in the same places."""
    import resource  # not on every system

    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


TEMPORARY = "the deck for Anki is made in the folder for temporary files, and there: disk I/O error"


@pytest.mark.parametrize(
    ("name", "variants", "limit", "reason"),
    [("moodle", 300, 20_000, "File too large"), ("anki", 100, 60_000, TEMPORARY)],
)
def test_a_full_disk_is_one_line_and_leaves_the_old_build(
    course: Course,
    qgen: Callable[..., Result],
    name: str,
    variants: int,
    limit: int,
    reason: str,
) -> None:
    course.bank(numeric("square"))
    course.exam("square", versions=20)
    before = digests(course.built(verify="never"))
    spec = course.exam("square", versions=20, outputs={name: {"variants": variants}})
    with largest_file(limit):
        run = qgen("build", spec, "-o", course.output, "--verify", "never")
    assert run.exit_code == 1
    assert run.stderr.splitlines() == [f"Error: cannot write to {course.output}: {reason}"]
    assert digests(course.output / "exam") == before
    assert leftovers(course.output) == []
