"""A bar on the terminal that tells how far a command is and how long it still takes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


def _nothing(unit: str) -> None:
    """Counts no step."""


def _nothing_expected(unit: str, count: int) -> None:
    """Expects no steps."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What a command tells while it works: each step as it is done, and how many there will be.

    A step is named by its unit, as in `step("item")`; `expect` adds to what was expected before.
    """

    step: Callable[[str], None] = _nothing
    expect: Callable[[str, int], None] = _nothing_expected


NO_STEPS = Steps()
"""Tells nobody."""


@contextmanager
def progress_bar(what: str) -> Iterator[Steps]:
    """Counts steps on a terminal, and does nothing in a pipe."""
    if not sys.stderr.isatty():
        yield Steps()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}
        expected: dict[str, int] = {}

        def task(unit: str) -> TaskID:
            if unit not in tasks:
                tasks[unit] = bar.add_task(what, total=None, unit=unit + "s")
            return tasks[unit]

        def expect(unit: str, count: int) -> None:
            expected[unit] = expected.get(unit, 0) + count
            bar.update(task(unit), total=expected[unit])

        yield Steps(lambda unit: bar.advance(task(unit)), expect)
