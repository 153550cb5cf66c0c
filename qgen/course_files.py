"""Loads a course's own Python file: its solvers, figures and generators, under the file's name.

Code runs only from files that an exam's `solvers:` or a command's `--solvers` names.
"""

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import wraps
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from qgen.course_guard import (
    BATCH_SECONDS,
    CourseFailure,
    failures_of,
    guarded,
    guarded_second_route,
)
from qgen.course_reach import rests_on_itself
from qgen.course_values import drawn_value, solver_results
from qgen.document.problem import Place, Problem
from qgen.document.values import Value
from qgen.figures import registry as figures
from qgen.figures.registry import Drawing, figure_modules
from qgen.generator import registered as generators
from qgen.generator.registered import GENERATORS, OwnGenerator
from qgen.solvers.routes import registry as solvers
from qgen.solvers.routes.registry import Solver, topic_modules

_LOADED: dict[str, bytes] = {}
"""The content of the files that are loaded, by the names of their modules."""


def load_course_files(paths: Iterable[Path], place: Place | None = None) -> list[Problem]:
    """Runs a course's own files; what keeps one from being loaded, at `place`."""
    problems = []
    for path in paths:
        try:
            load_course_file(path)
        except CourseFailure as error:
            problems.append(Problem("solver-file", str(error), place))
    return problems


def load_course_file(path: Path) -> None:
    """Runs one file, whose names begin with its stem.

    A file that is loaded again unchanged is not run again; a changed one replaces what it
    registered before. Raises CourseFailure for a file that cannot be read or run, that has the
    name of a shipped module, or that registers a name of another one.
    """
    path = path.resolve()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CourseFailure(f"{path}: cannot be read: {error.strerror}") from error
    taken = {*topic_modules(), *figure_modules(), *(name.split(".")[0] for name in GENERATORS)}
    if path.stem in taken:
        raise CourseFailure(f"{path}: qgen has a topic '{path.stem}': rename the file")
    # The path is hashed into the module's name, so that two files of one stem never clash.
    module = f"qgen_course_file_{hashlib.sha256(str(path).encode()).hexdigest()[:16]}"
    if _LOADED.get(module) == content:
        return
    forget(module)
    try:
        _run(module, path, content)
    except CourseFailure:
        forget(module)
        raise
    _LOADED[module] = content


def forget(module: str) -> None:
    """Takes out whatever a file registered."""
    _LOADED.pop(module, None)
    sys.modules.pop(module, None)
    for room in (solvers, figures, generators):
        room.forget(module)


def forget_all() -> None:
    """Takes out whatever all files registered."""
    for module in list(_LOADED):
        forget(module)


def _run(name: str, path: Path, content: bytes) -> None:
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CourseFailure(f"{path}: is not a Python file")
    module = sys.modules[name] = module_from_spec(spec)
    with failures_of(path, None, BATCH_SECONDS):
        # Run as it was read: what Python keeps in __pycache__ may be of a file that was changed
        # within the same second, and it would stand in the course's folder.
        exec(compile(content, str(path), "exec"), module.__dict__)
    alone = rests_on_itself(content)
    solvers.revise(name, lambda known: replace(_guarded_solver(path, known), alone=alone))
    figures.revise(name, lambda known: _guarded_figure(path, known))
    generators.revise(name, lambda known: _guarded_generator(path, known))


def _guarded_solver(path: Path, known: Solver) -> Solver:
    first = guarded(path, known.function, lambda value: solver_results(value, known.expected))
    check = known.check
    if check is not None:
        second = guarded_second_route(path, check.function, known.expected)
        check = replace(check, function=second)
    return replace(known, function=first, check=check)


def _guarded_figure(path: Path, known: Drawing) -> Drawing:
    draw = guarded(path, known.function, _figure)

    @wraps(known.function)
    def with_floats(**values: Value) -> Any:
        return draw(**{name: _floats(value) for name, value in values.items()})

    return replace(known, function=with_floats, file=path)


def _floats(value: Value) -> Any:
    """A number as plotting libraries take it: a picture is no key."""
    if isinstance(value, tuple):
        return tuple(map(_floats, value))
    if isinstance(value, (bool, int, str)) or not hasattr(value, "__float__"):
        return value
    return float(value)


def _figure(returned: Any) -> Any:
    from matplotlib.figure import Figure

    if not isinstance(returned, Figure):
        kind = type(returned).__name__
        raise TypeError(f"it returned a {kind}, not a matplotlib.figure.Figure")
    return returned


def _guarded_generator(path: Path, known: OwnGenerator) -> OwnGenerator:
    return replace(known, function=guarded(path, known.function, drawn_value))
