"""Registered generators: exact draws from laws that no parameter domain expresses.

Each takes the random source and its arguments and returns exact values; an argument that it
does not take, or one out of range, is a `ValueError` with a sentence for the author.
"""

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import sub
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from qgen.document.problem import did_you_mean
from qgen.document.values import Value
from qgen.generator.seeds import RandomSource, stream

Arguments: TypeAlias = Mapping[str, Fraction]
Generator: TypeAlias = Callable[[RandomSource, Arguments], Value]
Function = TypeVar("Function", bound=Callable[..., Any])


class UnknownGenerator(LookupError):
    """No generator has this name."""


def composition(random_source: RandomSource, total: int, parts: int) -> tuple[int, ...]:
    """`total` as a sum of `parts` whole numbers of at least one, all such sums as likely."""
    cuts: set[int] = set()
    while len(cuts) < parts - 1:
        cuts.add(1 + int(random_source() * (total - 1)))
    edges = sorted(cuts)
    return tuple(map(sub, (*edges, total), (0, *edges)))


def joint_table(random_source: RandomSource, arguments: Arguments) -> Value:
    """A joint probability table of `rows` by `columns` positive entries, in steps of 1/`total`."""
    rows, columns, total = _whole(arguments, rows=2, columns=2, total=20)
    cells = rows * columns
    if min(rows, columns) < 1 or not cells <= min(total, 100) or total > 10_000:
        raise ValueError("a table needs 1 to 100 cells and a total from its cells to 10000")
    parts = [Fraction(part, total) for part in composition(random_source, total, cells)]
    return tuple(tuple(parts[row * columns : (row + 1) * columns]) for row in range(rows))


def transition_matrix(random_source: RandomSource, arguments: Arguments) -> Value:
    """A chain's transition matrix over `states`, all entries positive, in steps of 1/`total`."""
    states, total = _whole(arguments, states=2, total=10)
    if not 2 <= states <= 10 or not states <= total <= 10_000:
        raise ValueError("a chain needs 2 to 10 states and a total from its states to 10000")
    return tuple(
        tuple(Fraction(part, total) for part in composition(random_source, total, states))
        for _ in range(states)
    )


def _whole(arguments: Arguments, **defaults: int) -> list[int]:
    unknown = sorted(set(arguments) - set(defaults))
    if unknown:
        raise ValueError(f"unknown argument '{unknown[0]}'; there are {', '.join(defaults)}")
    values = [Fraction(arguments.get(name, default)) for name, default in defaults.items()]
    if any(value.denominator != 1 for value in values):
        raise ValueError("the arguments must be whole numbers")
    return [int(value) for value in values]


GENERATORS: Mapping[str, Generator] = {
    "tables.joint": joint_table,
    "chains.transition_matrix": transition_matrix,
}


@dataclass(frozen=True, slots=True)
class OwnGenerator:
    """A course's own generator, with the arguments that it takes beside the random source."""

    name: str
    function: Callable[..., Value]
    required: tuple[str, ...]
    optional: tuple[str, ...]

    def __call__(self, random_source: RandomSource, arguments: Arguments) -> Value:
        """A draw; whole arguments are given as `int`."""
        known = (*self.required, *self.optional)
        for name in sorted(arguments.keys() - set(known)):
            hint = did_you_mean(name, known) or (f"; there are {', '.join(known)}" if known else "")
            raise ValueError(f"it takes no argument '{name}'{hint}")
        for name in self.required:
            if name not in arguments:
                raise ValueError(f"it needs an argument '{name}' under 'with'")
        given = {
            name: value.numerator if value.denominator == 1 else value
            for name, value in arguments.items()
        }
        return self.function(random_source, **given)


_OWN: dict[str, OwnGenerator] = {}


def generator(name: str) -> Callable[[Function], Function]:
    """Registers the decorated function of a course as a generator.

    It takes a random source, and the arguments under `with:` by their names. The same random
    source must give the same values. Raises ValueError for a name that is taken or is not
    `module.function` of the file it stands in, and for a function that takes no random source.
    """

    def register(function: Function) -> Function:
        module, _, last = name.partition(".")
        stem = Path(str(sys.modules[function.__module__].__file__)).stem
        if module != stem or not last.isidentifier():
            raise ValueError(f"the generator '{name}' must be named '{stem}.' and a name")
        if name in GENERATORS or name in _OWN:
            raise ValueError(f"two generators have the name '{name}'")
        source, *others = inspect.signature(function).parameters.values() or (None,)
        if source is None or source.kind is not source.POSITIONAL_OR_KEYWORD:
            raise ValueError(f"{name} must take a random source as its first argument")
        for each in others:
            if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
                raise ValueError(f"{name}: parameter '{each}' cannot be given by name")
        _OWN[name] = OwnGenerator(
            name,
            function,
            tuple(each.name for each in others if each.default is each.empty),
            tuple(each.name for each in others if each.default is not each.empty),
        )
        return function

    return register


def find_generator(name: str) -> Generator:
    """The generator of this name. Raises UnknownGenerator, whose message gives the nearest."""
    found = GENERATORS.get(name) or _OWN.get(name)
    if found is None:
        known = [*GENERATORS, *_OWN]
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise UnknownGenerator(f"there is no generator '{name}'{hint}")
    return found


TRIALS = 3
"""A course's generator runs so often, twice with the same numbers, before it is used."""


def try_generator(name: str, arguments: Arguments) -> None:
    """Draws some values, as any question would. Raises ValueError for what no key may rest on.

    A generator that does not take all its chance from the random source gives itself away by
    drawing twice.
    """
    found = find_generator(name)
    for number in range(TRIALS if name in _OWN else 1):
        first = found(stream(0, "trial", name, "", number), arguments)
        if name in _OWN and repr(first) != repr(
            found(stream(0, "trial", name, "", number), arguments)
        ):
            raise ValueError(
                "it drew other values from the same random source: take every random number "
                "from its first argument"
            )


def forget(module: str) -> None:
    """Takes out the generators that stand in a module of this name."""
    for name in _names_of(module):
        del _OWN[name]


def revise(module: str, change: Callable[[OwnGenerator], OwnGenerator]) -> None:
    """Puts something else in the place of each generator that stands in a module of this name."""
    for name in _names_of(module):
        _OWN[name] = change(_OWN[name])


def _names_of(module: str) -> list[str]:
    return [name for name, known in _OWN.items() if known.function.__module__ == module]
