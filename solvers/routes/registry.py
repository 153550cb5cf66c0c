"""The solvers by name: how a topic module registers one, and how the pipeline runs it.

A name is `module.function`, so that looking one up imports just that module. Nothing here
imports torch or sympy: a build whose proofs are kept never needs them.
"""

import hashlib
import importlib
import inspect
import math
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

import qgen.solvers
from qgen.document.characters import unprintable
from qgen.document.formula import VariableDomain
from qgen.document.problem import did_you_mean
from qgen.document.values import (
    FORMULA_TYPES,
    LARGEST,
    Complex,
    SolverResults,
    Value,
    Values,
    show_all,
)
from qgen.solvers.routes.source_files import digest_with_imports, module_file

Function = TypeVar("Function", bound=Callable[..., Any])


class UnknownSolver(LookupError):
    """No solver has this name."""


class RegistrationError(ValueError):
    """A solver or check that cannot be registered, or a solver file that cannot be loaded."""


class SolverFailure(Exception):
    """A route that gave no usable answers for these values; the message says why."""


class Parameter(NamedTuple):
    """An argument of a solver; one that is not required has a default value."""

    name: str
    required: bool
    default: Value


@dataclass(frozen=True, slots=True)
class Check:
    """The second route of a solver, with how far it may be off (see `verification.verify`)."""

    function: Callable[..., Mapping[str, Any]]
    tolerance: float


@dataclass(frozen=True, slots=True, eq=False)
class Solver:
    """A first route, with what it promises to return; compared by identity.

    `results` and `mistakes` say what each returned name means. `domains` holds, for results
    that are formulas, the domain of each symbol that is not simply real. `expected` are all names.
    """

    name: str
    function: Callable[..., SolverResults]
    results: Mapping[str, str]
    mistakes: Mapping[str, str]
    domains: Mapping[str, Mapping[str, VariableDomain]]
    examples: tuple[Values, ...]
    parameters: tuple[Parameter, ...]
    source: Path
    expected: frozenset[str]
    check: Check | None = None
    content: bytes = b""
    """What both routes rest on beside their source: the definitions of derived values."""
    alone: bool = True
    """Whether both routes rest on sources alone, and on no file that they read: only then is
    what was proved with them kept."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the solver returns: the results, then the mistakes."""
        return (*self.results, *self.mistakes)


_SOLVERS: dict[str, Solver] = {}


def solver(
    name: str,
    *,
    results: Mapping[str, str],
    mistakes: Mapping[str, str] | None = None,
    domains: Mapping[str, Mapping[str, VariableDomain]] | None = None,
    examples: Sequence[Values] = (),
) -> Callable[[Function], Function]:
    """Registers the decorated function as the first route of `name`.

    Raises RegistrationError for a name that is taken or is not `module.function` of the file
    it stands in, and for declarations that contradict each other.
    """

    def register(function: Function) -> Function:
        source = _source_of(function)
        _refuse_bad_name(name, source)
        declared = Solver(
            name=name,
            function=function,
            results=dict(results),
            mistakes=dict(mistakes or {}),
            domains=dict(domains or {}),
            examples=tuple(examples),
            parameters=_parameters(name, function),
            source=source,
            expected=frozenset((*results, *(mistakes or {}))),
        )
        _refuse_contradictions(declared)
        _SOLVERS[name] = declared
        return function

    return register


def check(name: str, *, tolerance: float) -> Callable[[Function], Function]:
    """Registers the decorated function as the second route of the solver `name`.

    It takes the solver's parameters, batched, and returns every result (see
    `verification.verify`). Raises RegistrationError for an unknown solver, for a second check
    of the same one, for other parameters than the solver's, and for a tolerance below zero.
    """

    def register(function: Function) -> Function:
        known = _SOLVERS.get(name)
        if known is None:
            near = did_you_mean(name, _SOLVERS)
            raise RegistrationError(f"a check is registered for no solver: '{name}'{near}")
        if known.check is not None:
            raise RegistrationError(f"{name} has two checks")
        expected = [parameter.name for parameter in known.parameters]
        given = [parameter.name for parameter in _parameters(name, function)]
        if given != expected:
            raise RegistrationError(
                f"the check of {name} takes ({', '.join(given)}), the solver takes "
                f"({', '.join(expected)})"
            )
        if not 0 <= tolerance < math.inf:
            raise RegistrationError(f"the tolerance of {name}'s check is {tolerance}")
        _SOLVERS[name] = replace(known, check=Check(function, tolerance))
        return function

    return register


def _module_of(function: Callable[..., Any]) -> ModuleType:
    return sys.modules[function.__module__]


def _source_of(function: Callable[..., Any]) -> Path:
    path = _module_of(function).__file__
    if path is None:
        raise RegistrationError(f"'{function.__name__}' does not stand in a file")
    return Path(path)


def _refuse_bad_name(name: str, source: Path) -> None:
    module, _, function = name.partition(".")
    if not (module.isidentifier() and function.isidentifier()):
        raise RegistrationError(f"'{name}' is not of the form module.function")
    if module != source.stem:
        raise RegistrationError(
            f"'{name}' stands in {source.name}: its name must begin with '{source.stem}.'"
        )
    if name in _SOLVERS:
        raise RegistrationError(
            f"two solvers have the name '{name}' ({_SOLVERS[name].source} and {source})"
        )


def _parameters(name: str, function: Callable[..., Any]) -> tuple[Parameter, ...]:
    parameters = inspect.signature(function).parameters.values()
    for parameter in parameters:
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise RegistrationError(f"{name}: parameter '{parameter}' cannot be given by name")
    return tuple(
        Parameter(parameter.name, required, 0 if required else parameter.default)
        for parameter in parameters
        for required in (parameter.default is parameter.empty,)
    )


def _refuse_contradictions(declared: Solver) -> None:
    if not declared.results:
        raise RegistrationError(f"{declared.name} declares no results")
    both = declared.results.keys() & declared.mistakes.keys()
    if both:
        raise RegistrationError(f"{declared.name}: '{min(both)}' is both a result and a mistake")
    stray = declared.domains.keys() - declared.results.keys() - declared.mistakes.keys()
    if stray:
        raise RegistrationError(f"{declared.name}: domains are given for no result: '{min(stray)}'")


def topic_modules() -> list[str]:
    """The names of the modules that ship with qgen: one a topic, at the top of the room."""
    return sorted(
        module.name for module in pkgutil.iter_modules(qgen.solvers.__path__) if not module.ispkg
    )


def find_solver(name: str) -> Solver:
    """The solver of this name; imports at most its own module.

    Raises UnknownSolver, whose message gives the nearest name.
    """
    if name not in _SOLVERS:
        module, _, function = name.partition(".")
        if function.isidentifier() and module in topic_modules():
            importlib.import_module(f"qgen.solvers.{module}")
    if name not in _SOLVERS:
        all_solvers()
        raise UnknownSolver(f"no solver is named '{name}'{did_you_mean(name, _SOLVERS)}")
    return _SOLVERS[name]


def all_solvers() -> list[Solver]:
    """The solvers that ship with qgen, sorted by name; imports every topic module."""
    for module in topic_modules():
        importlib.import_module(f"qgen.solvers.{module}")
    return sorted(
        (known for known in _SOLVERS.values() if _is_shipped(known)),
        key=lambda known: known.name,
    )


def _is_shipped(known: Solver) -> bool:
    return known.function.__module__.startswith(f"{qgen.solvers.__name__}.")


def forget(module: str) -> None:
    """Takes out the solvers that stand in a module of this name."""
    for name in _names_of(module):
        del _SOLVERS[name]


def revise(module: str, change: Callable[[Solver], Solver]) -> None:
    """Puts something else in the place of each solver that stands in a module of this name."""
    for name in _names_of(module):
        _SOLVERS[name] = change(_SOLVERS[name])


def _names_of(module: str) -> list[str]:
    return [name for name, known in _SOLVERS.items() if known.function.__module__ == module]


def complete_arguments(solver: Solver, values: Values) -> dict[str, Value]:
    """What the solver's function is called with: the values it names, defaults filled in.

    Raises SolverFailure for a required one that is missing.
    """
    arguments: dict[str, Value] = {}
    for name, required, default in solver.parameters:
        if name in values:
            arguments[name] = values[name]
        elif required:
            raise SolverFailure(f"{solver.name} needs a value named '{name}'")
        else:
            arguments[name] = default
    return arguments


def solve(solver: Solver, values: Values) -> SolverResults:
    """The results and mistakes for these values; values that the solver does not name are ignored.

    Raises SolverFailure if a value is missing or unfit, if the arithmetic breaks down, and if
    what is returned is not what was declared or not finite.
    """
    arguments = complete_arguments(solver, values)
    try:
        answers = solver.function(**arguments)
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        reason = str(error) or type(error).__name__
        raise SolverFailure(f"{solver.name}: {reason}; it was given {show_all(arguments)}") from (
            error
        )
    if answers.keys() != solver.expected:
        raise SolverFailure(_wrong_names(solver, answers))
    if found := _first_fault(answers):
        name, fault = found
        raise SolverFailure(f"{solver.name}: '{name}' {fault}; it was given {show_all(arguments)}")
    return answers


def _wrong_names(solver: Solver, answers: SolverResults) -> str:
    missing = sorted({*solver.names} - answers.keys())
    stray = sorted(answers.keys() - {*solver.names})
    faults = [
        f"{word} {', '.join(names)}"
        for word, names in (("does not return", missing), ("returns undeclared", stray))
        if names
    ]
    return f"{solver.name} {' and '.join(faults)}"


# Looked up by exact type, because this runs on every answer of every variant. The numbers inside
# a formula are looked at where one becomes a key: few of a solver's formulas ever do.
_ALWAYS_FINE = frozenset({bool, *FORMULA_TYPES})
_LOWEST, _HIGHEST, _PLAIN_BITS = -1e299, 1e299, 990
"""Numbers between the first two, or with fewer bits than the third, need no closer look."""


def _first_fault(answers: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first name whose value is no answer, with the reason."""
    if _all_plain(answers.values()):
        return None
    faults = ((name, value_fault(value)) for name, value in answers.items())
    return next(((name, fault) for name, fault in faults if fault), None)


def _all_plain(values: Iterable[Any]) -> bool:
    """Whether none of these needs a closer look, as nearly all answers need none."""
    for value in values:
        kind = type(value)
        if kind is float:
            # Not a number is beyond every limit.
            if not _LOWEST < value < _HIGHEST:
                return False
        elif kind is Fraction or kind is int:
            if value.numerator.bit_length() >= _PLAIN_BITS:
                return False
        elif not (kind in _ALWAYS_FINE or (kind is tuple and _all_plain(value))):
            return False
    return True


def value_fault(value: Any) -> str | None:
    """Why a value is no answer, or None: numbers must be finite, vectors hold values."""
    kind = type(value)
    if kind is float:
        # Not a number is beyond every limit.
        return None if _LOWEST < value < _HIGHEST else _number_fault(value)
    if kind is tuple:
        for entry in value:
            if fault := value_fault(entry):
                return fault
        return None
    if kind in _ALWAYS_FINE:
        return None
    if kind is int or kind is Fraction:
        return None if value.numerator.bit_length() < _PLAIN_BITS else _number_fault(value)
    if isinstance(value, (int, Fraction, float)):
        return _number_fault(value)
    if kind is Complex:
        return value_fault((value.real, value.imaginary))
    if isinstance(value, str):
        found = unprintable(value)
        return f"holds what no format can: {found[1]}" if found else None
    if isinstance(value, tuple):
        return value_fault(tuple(value))
    return f"is of type {kind.__name__}, which is no value of a question"


def _number_fault(value: int | Fraction | float) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"is {value}"
    return None if -LARGEST < value < LARGEST else "is beyond 10**300"


@cache
def source_digest(solver: Solver) -> bytes:
    """SHA-256 of everything that a proof of this solver rests on, read from the source files.

    That is its own file, the registry, the verification, and whatever of `qgen.solvers` and
    `qgen.document` these import, directly or through each other.
    """
    proof = ("qgen.solvers.routes.registry", "qgen.solvers.routes.verification")
    sources = digest_with_imports([solver.source, *filter(None, map(module_file, proof))])
    return sources + hashlib.sha256(solver.content).digest() if solver.content else sources
