"""The figures by name: how a topic module registers one, and how one is looked up.

A name is `module.function`, so that looking one up imports just that module. Nothing here
imports matplotlib: a question's figures are checked without it.
"""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import qgen.figures
from qgen.document.problem import did_you_mean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Function = TypeVar("Function", bound=Callable[..., Any])


class UnknownFigure(LookupError):
    """No figure has this name."""


class FigureFailure(Exception):
    """A figure that cannot be drawn from these values; the message says why."""


class Argument(NamedTuple):
    """What a figure is drawn from; one that is not required may be left out."""

    name: str
    required: bool


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A registered figure; compared by identity."""

    name: str
    function: Callable[..., "Figure"]
    arguments: tuple[Argument, ...]
    file: Path | None = None
    """A course's own file that draws it."""


_DRAWINGS: dict[str, Drawing] = {}


def figure(name: str) -> Callable[[Function], Function]:
    """Registers the decorated function, which takes values and returns a matplotlib figure.

    The function raises ValueError, with a sentence that names the argument, for values that it
    cannot draw. Raises ValueError for a name that is taken or is not `module.function` of the
    file it stands in, and for a function whose arguments cannot be given by name.
    """

    def register(function: Function) -> Function:
        module, _, last = name.partition(".")
        stem = Path(str(sys.modules[function.__module__].__file__)).stem
        if module != stem or not last.isidentifier():
            raise ValueError(f"the figure '{name}' must be named '{stem}.' and a name")
        if name in _DRAWINGS:
            raise ValueError(f"two figures have the name '{name}'")
        parameters = inspect.signature(function).parameters.values()
        for each in parameters:
            if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
                raise ValueError(f"{name}: parameter '{each}' cannot be given by name")
        arguments = tuple(Argument(each.name, each.default is each.empty) for each in parameters)
        _DRAWINGS[name] = Drawing(name, function, arguments)
        return function

    return register


def find_figure(name: str) -> Drawing:
    """The figure of this name; imports at most its own module.

    Raises UnknownFigure, whose message gives the nearest name.
    """
    module, _, last = name.partition(".")
    if name not in _DRAWINGS and last and module in figure_modules():
        importlib.import_module(f"{qgen.figures.__name__}.{module}")
    if name not in _DRAWINGS:
        all_figures()
        known = sorted(_DRAWINGS)
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise UnknownFigure(f"no figure is named '{name}'{hint}")
    return _DRAWINGS[name]


def all_figures() -> list[Drawing]:
    """The figures that ship with qgen, sorted by name; imports every module of the room."""
    for module in figure_modules():
        importlib.import_module(f"{qgen.figures.__name__}.{module}")
    shipped = f"{qgen.figures.__name__}."
    return sorted(
        (each for each in _DRAWINGS.values() if each.function.__module__.startswith(shipped)),
        key=lambda drawing: drawing.name,
    )


def forget(module: str) -> None:
    """Takes out the figures that stand in a module of this name."""
    for name in _names_of(module):
        del _DRAWINGS[name]


def revise(module: str, change: Callable[[Drawing], Drawing]) -> None:
    """Puts something else in the place of each figure that stands in a module of this name."""
    for name in _names_of(module):
        _DRAWINGS[name] = change(_DRAWINGS[name])


def _names_of(module: str) -> list[str]:
    return [name for name, known in _DRAWINGS.items() if known.function.__module__ == module]


def argument_faults(drawing: Drawing, given: Set[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the names of the arguments given: the name, and a sentence."""
    known = [argument.name for argument in drawing.arguments]
    for name in sorted(given - set(known)):
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        yield name, f"{drawing.name} takes no argument '{name}'{hint}"
    for argument in drawing.arguments:
        if argument.required and argument.name not in given:
            yield argument.name, f"{drawing.name} needs an argument '{argument.name}'"


def figure_modules() -> list[str]:
    """The names of the modules of this room."""
    return sorted(module.name for module in pkgutil.iter_modules(qgen.figures.__path__))
