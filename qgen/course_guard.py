"""Runs what a course wrote: under a time limit, with mistakes told at the line of its own file.

The limit ends Python code; a call into compiled code ends first, and a system without alarms, or
another thread than the first, has no limit.
"""

import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import wraps
from pathlib import Path
from typing import Any

from qgen.solvers.routes.registry import SolverFailure

SECONDS = 20.0
"""So long may one call for one variant take."""
BATCH_SECONDS = 120.0
"""So long may loading a file take, or a second route for its batch of variants."""


class CourseFailure(ValueError):
    """What a course's own code did wrong; the message names its file and line."""


class _OutOfTime(BaseException):
    """No `except Exception` in a course's loop keeps it."""


def guarded(
    path: Path,
    function: Callable[..., Any],
    checked: Callable[[Any], Any],
    seconds: float = SECONDS,
) -> Callable[..., Any]:
    """The function of a course's file; what it returns goes through `checked`.

    It raises CourseFailure, and nothing else, for what the function raises and `checked` refuses
    (by TypeError or ValueError).
    """

    @wraps(function)
    def run(*arguments: Any, **named: Any) -> Any:
        with failures_of(path, function, seconds):
            returned = function(*arguments, **named)
        try:
            return checked(returned)
        except (TypeError, ValueError) as error:
            raise CourseFailure(f"{beginning(path, function)}: {error}") from error
        except RecursionError as error:
            told = "what it returned is nested too deeply"
            raise CourseFailure(f"{beginning(path, function)}: {told}") from error

    return run


@contextmanager
def failures_of(path: Path, function: Callable[..., Any] | None, seconds: float) -> Iterator[None]:
    """Turns whatever the code of a file raises inside into CourseFailure.

    What it prints goes where problems are told: `--json` has the other stream for itself.
    """
    try:
        with redirect_stdout(sys.stderr), _at_most(seconds):
            yield
    except CourseFailure:
        raise
    except _OutOfTime as error:
        told = f"does not end within {seconds:g} seconds"
        raise CourseFailure(f"{_where(path, error, function)}: it {told}") from None
    except (Exception, SystemExit) as error:
        place = _where(path, error, function)
        raise CourseFailure(f"{place}: {_in_words(error)}") from error


def beginning(path: Path, function: Callable[..., Any]) -> str:
    """The file and line where a function begins."""
    return f"{path}:{function.__code__.co_firstlineno}" if _has_code(function) else str(path)


def _has_code(function: Callable[..., Any]) -> bool:
    return hasattr(function, "__code__")


def _in_words(error: BaseException) -> str:
    """A sentence that the course raised on purpose stands for itself."""
    if type(error) is ValueError and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _where(path: Path, error: BaseException, function: Callable[..., Any] | None) -> str:
    """The last line of the file that was running."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    if lines:
        return f"{path}:{lines[-1]}"
    return str(path) if function is None else beginning(path, function)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Ends what runs inside after so many seconds; a limit outside of it goes on counting."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def end(*_: object) -> None:
        raise _OutOfTime

    begun = time.monotonic()
    before = signal.signal(signal.SIGALRM, end)
    # Again each second: a bare `except:` in a loop swallows the first.
    left, every = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            left = max(left - (time.monotonic() - begun), 0.01)
            signal.setitimer(signal.ITIMER_REAL, left, every)


def guarded_second_route(
    path: Path, function: Callable[..., Any], names: frozenset[str]
) -> Callable[..., Any]:
    """A course's second route; functions of points among its results are guarded as well.

    It raises SolverFailure, as second routes do.
    """

    def checked(returned: Any) -> Any:
        results = named_results(returned, names, all_of_them=False)
        return {
            name: guarded(path, value, lambda values: values, BATCH_SECONDS)
            if callable(value)
            else value
            for name, value in results.items()
        }

    run = guarded(path, function, checked, BATCH_SECONDS)

    @wraps(function)
    def second(*arguments: Any, **named: Any) -> Any:
        try:
            return run(*arguments, **named)
        except CourseFailure as failure:
            raise SolverFailure(str(failure)) from failure

    return second


def named_results(
    returned: Any, names: frozenset[str], *, all_of_them: bool = True
) -> Mapping[str, Any]:
    """What a route returned, which must have the names that its solver declares."""
    if not isinstance(returned, Mapping):
        raise TypeError(f"it returned a {type(returned).__name__}, not a dict with its results")
    if stray := sorted(str(name) for name in returned if name not in names):
        raise TypeError(f"it returns undeclared {', '.join(stray)}")
    if all_of_them and (missing := sorted(names - returned.keys())):
        raise TypeError(f"it does not return {', '.join(missing)}")
    return returned
