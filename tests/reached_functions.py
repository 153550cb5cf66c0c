"""Which tests run which functions, and how long each takes: a broken function is shown to those.

A function that is watched notes its path in a set before it does anything else. What tests
remember of one another hides some from that: what passes its own tests is shown to all of them.
"""

import ast
import os
import time
from collections.abc import Generator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest

from tests.source_mutants import Mutant, function_of

QUIET = ("-q", "-n0", "-p", "no:cacheprovider", "-m", "not browser and not tex and not node")
_NOTED = "_functions_that_ran"


@dataclass(slots=True)
class Reach:
    """What the tests of some files reach: of each function, its tests and their seconds.

    What fails although nothing is broken (on a busy machine, or because functions were watched)
    says nothing of mutants.
    """

    tests: dict[str, dict[str, float]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)

    def of(self, mutant: Mutant) -> Mapping[str, float]:
        """The tests that run a broken function."""
        return self.tests.get(_path(mutant), {})


class _Watching:
    """Notes what runs during each test."""

    def __init__(self, ran: set[str], reach: Reach) -> None:
        self._ran, self._reach = ran, reach

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._ran.clear()
        started = time.process_time()
        try:
            return (yield)
        finally:
            seconds = time.process_time() - started
            for path in self._ran:
                self._reach.tests.setdefault(path, {})[item.nodeid] = seconds

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._reach.failing.add(report.nodeid)


class _Only:
    """Runs some tests alone, the quickest first; without any named, all that say something."""

    def __init__(self, failing: Set[str], seconds: Mapping[str, float] | None = None) -> None:
        self._failing, self._seconds = failing, seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid not in self._failing]
        if (seconds := self._seconds) is not None:
            items[:] = [item for item in items if item.nodeid in seconds]
            items.sort(key=lambda item: seconds[item.nodeid])


def reach_of(files: Sequence[str], mutants: Sequence[Mutant]) -> Reach:
    """What the tests of these files reach of the functions that the mutants break.

    They run in a process of their own: nothing that they remember may hide a break from another.
    """
    receiver, sender = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_send_reach, args=(files, mutants, sender))
    process.start()
    sender.close()
    reach: Reach = receiver.recv()
    process.join()
    return reach


def _send_reach(files: Sequence[str], mutants: Sequence[Mutant], sender: Connection) -> None:
    be_silent()
    ran: set[str] = set()
    reach = Reach()
    _watch(mutants, ran)
    pytest.main([*QUIET, *files], plugins=[_Watching(ran, reach)])
    sender.send(reach)


def be_silent() -> None:
    """Sends what this process prints nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def noticed_by(mutant: Mutant, reach: Reach, files: Sequence[str]) -> bool:
    """Whether a test fails now that runs the broken function, or else one in all the files."""
    near = reach.of(mutant)
    chosen = sorted({name.partition("::")[0] for name in near})
    return (bool(chosen) and _one_fails(chosen, _Only(reach.failing, near))) or _one_fails(
        files, _Only(reach.failing)
    )


def _one_fails(files: Sequence[str], only: _Only) -> bool:
    return pytest.main([*QUIET, "-x", *files], plugins=[only]) != pytest.ExitCode.OK


def _watch(mutants: Sequence[Mutant], ran: set[str]) -> None:
    """Puts a note of the function's path before each of the functions."""
    for path, mutant in {_path(each): each for each in mutants}.items():
        function = function_of(mutant)

        def note(definition: ast.FunctionDef, path: str = path) -> None:
            _noting(definition, path)

        noted = mutant.changed(note)
        if noted is not None:
            function.__globals__[_NOTED] = ran
            function.__code__ = noted


def _noting(definition: ast.FunctionDef, path: str) -> None:
    note = ast.parse(f"{_NOTED}.add({path!r})").body[0]
    place = 1 if ast.get_docstring(definition) is not None else 0
    definition.body.insert(place, note)


def _path(mutant: Mutant) -> str:
    return f"{mutant.module}.{mutant.function}"
