"""Derived values: closed forms by computer algebra, once a question, with their second route.

The lines of `derive` become a solver like any other, so that all that proves, keeps and reports
routes holds for them. Closed forms of shipped questions come with qgen, others are kept in the
user's cache folder: a rebuild needs no SymPy.
"""

import atexit
import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import qgen.bank
from qgen import __version__
from qgen.bank.expressions import Expression, ExpressionError, compile_derived
from qgen.bank.formula_arithmetic import formula
from qgen.bank.templates import (
    PlacedDerivation,
    QuestionTemplate,
    accept_conditions,
    carried_expressions,
)
from qgen.cache_folder import CacheFolder
from qgen.document.derivation import OPERATIONS, Apply, Derivation, Name, Term, names, to_data
from qgen.document.problem import Problem
from qgen.document.values import SolverResults, Value
from qgen.marking.sympy_prover import START_SECONDS, Worker
from qgen.solvers.routes.registry import Check, Parameter, Solver
from qgen.solvers.routes.source_files import digest_with_imports, module_file

NAME = "derive"
"""What messages call the routes of derived values."""

SECONDS = 20.0
"""So long may computer algebra take for one line."""

TOLERANCE = 1e-6
DEEPEST = 2
"""So many integrals, sums, limits and roots may stand inside one another."""

SHIPPED = Path(qgen.bank.__file__).parent / "closed_forms.json"
"""The closed forms of shipped questions, by the digests of their requests."""

_PROGRAM = "qgen.solvers.derivations.sympy_worker"
_ALWAYS = "_variants"


def derived_solver(template: QuestionTemplate) -> tuple[Solver | None, list[Problem]]:
    """The solver of a question's derived values; or None, and why a line has no closed form."""
    lines = template.derivations
    if not lines:
        return None, []
    if problems := list(filter(None, (_too_deep(lines, each) for each in lines))):
        return None, problems
    request = derivation_request(template)
    forms, failure = _closed_forms(request)
    if failure is not None:
        line = lines[len(forms)]
        message = f"'{line.line.name}': {line.line.source}: {failure}"
        return None, [Problem("derive", message, line.place)]
    compiled: dict[str, Expression] = {}
    for each in lines:
        form = forms[each.line.name]
        try:
            compiled[each.line.name] = compile_derived(form, tuple(each.line.variables))
        except ExpressionError as error:
            message = f"'{each.line.name}': its closed form {form[:200]}: {error}"
            problems.append(Problem("derive", message, each.place))
    if problems or not _read_lines(template):
        return None, problems
    return _solver(template, compiled, (request + json.dumps(forms)).encode()), []


def derivation_request(template: QuestionTemplate) -> str:
    """What computer algebra is asked: a question's lines of `derive`, and what they assume."""
    lines = [each.line for each in template.derivations]
    return json.dumps(
        {
            "assumptions": dict(sorted(template.assumptions.items())),
            "lines": [
                {
                    "name": line.name,
                    "term": to_data(line.term),
                    "variables": dict(line.variables),
                }
                for line in lines
            ],
        },
        sort_keys=True,
    )


def _too_deep(lines: tuple[PlacedDerivation, ...], line: PlacedDerivation) -> Problem | None:
    known = {each.line.name: each.line.term for each in lines}

    def depth(term: Term) -> int:
        match term:
            case Apply(operation, arguments):
                bound = OPERATIONS[operation].bound
                return int(bound) + max(map(depth, arguments))
            case Name(name) if name in known:
                return depth(known[name])
            case _:
                return 0

    if depth(line.line.term) <= DEEPEST:
        return None
    message = (
        f"'{line.line.name}': more than {DEEPEST} integrals, sums, limits or roots inside one "
        "another, earlier lines included; they cannot be checked by numbers"
    )
    return Problem("derive", message, line.place)


def _solver(
    template: QuestionTemplate, compiled: Mapping[str, Expression], content: bytes
) -> Solver:
    lines = [each.line for each in template.derivations]
    wanted = _read_lines(template)
    drawn = template.drawn_names
    read = {name.partition("[")[0] for line in lines for name in names(line.term)} & drawn
    plain = [(line.name, compiled[line.name].evaluate) for line in wanted if not line.variables]
    formulas = [(line.name, compiled[line.name].evaluate) for line in wanted if line.variables]

    alone = {name for line in lines for name in names(line.term) if "[" not in name} & drawn

    def by_closed_form(**values: Value) -> SolverResults:
        found: dict[str, Value] = {}
        for name in sorted(alone):
            if isinstance(values[name], tuple):
                raise ExpressionError(f"'{name}' is a vector: name its entries, as in {name}[0]")
        try:
            for name, evaluate in plain:
                found[name] = evaluate(values)
            for name, evaluate in formulas:
                found[name] = formula(evaluate(values))
        except (ArithmeticError, ValueError, TypeError) as error:
            raise ExpressionError(f"'{name}' has no value: {error}") from None
        return found

    def by_definition(**values: Any) -> dict[str, Any]:
        from qgen.solvers.derivations.second_route import evaluated

        return evaluated(lines, wanted, values, _ALWAYS)

    return Solver(
        name=NAME,
        function=by_closed_form,
        results={line.name: line.source for line in wanted},
        mistakes={},
        domains={line.name: line.variables for line in wanted if line.variables},
        examples=(),
        parameters=(
            *(Parameter(name, True, 0) for name in sorted(read)),
            Parameter(_ALWAYS, False, 0),
        ),
        source=_source("qgen.solvers.derivations.second_route"),
        expected=frozenset(line.name for line in wanted),
        check=Check(by_definition, TOLERANCE),
        content=content,
    )


def _read_lines(template: QuestionTemplate) -> list[Derivation]:
    """The lines that the question reads; others only stand in the definitions of these."""
    placed = (
        *template.answer_expressions(),
        *carried_expressions(template.parts),
        *accept_conditions(template.parts),
    )
    read = frozenset[str]().union(*(each.expression.names for each in placed))
    return [each.line for each in template.derivations if each.line.name in read]


def _source(module: str) -> Path:
    path = module_file(module)
    assert path is not None
    return path


# Closed forms, shipped and kept


def request_digest(request: str) -> str:
    """Under what the closed forms of a request stand in the file of those that are shipped."""
    return hashlib.sha256(request.encode()).hexdigest()


def shipped_forms(request: str) -> dict[str, str] | None:
    """The closed forms that come with qgen for a request, if there are any."""
    return _forms(_shipped(SHIPPED).get(request_digest(request)), request)


@cache
def _shipped(path: Path) -> dict[str, Any]:
    try:
        found = _read_json(path.read_bytes())
    except OSError:
        found = None
    # Without the file, or with one that is damaged, all is derived.
    return found if isinstance(found, dict) else {}


@cache
def _versions() -> bytes:
    """What closed forms depend on beside their definitions."""
    program = digest_with_imports([_source(_PROGRAM)])
    return f"{__version__} {version('sympy')} ".encode() + program


_KNOWN: dict[str, dict[str, str]] = {}


def _closed_forms(request: str) -> tuple[dict[str, str], str | None]:
    """The closed forms of all lines, by their names; or of those before the one that failed."""
    if (shipped := shipped_forms(request)) is not None:
        return shipped, None
    key = hashlib.sha256(_versions() + request.encode()).hexdigest()
    if key not in _KNOWN:
        folder = CacheFolder("derivations")
        kept = _forms(_read_json(folder.read(f"{key}.json")), request)
        if kept is None:
            forms, failure = derive_anew(request)
            if failure is not None:
                return forms, failure
            folder.keep(f"{key}.json", json.dumps(forms).encode())
            kept = forms
        _KNOWN[key] = kept
    return _KNOWN[key], None


def derive_anew(request: str) -> tuple[dict[str, str], str | None]:
    """What computer algebra finds, whatever is shipped or kept; and why a line has no form."""
    return _SESSION.derive(json.loads(request))


def _forms(found: object, request: str) -> dict[str, str] | None:
    """What was found in a file, if it is a closed form for each line, in their order.

    What was cut short or changed is derived anew; wrong forms fail their second route.
    """
    names = [line["name"] for line in json.loads(request)["lines"]]
    if not isinstance(found, dict) or list(found) != names:
        return None
    return found if all(isinstance(each, str) for each in found.values()) else None


def _read_json(content: bytes | None) -> object:
    try:
        return json.loads(content or b"null")
    except ValueError:
        return None


class _Session:
    """Keeps at most one process that derives, and ends it when it takes too long."""

    def __init__(self) -> None:
        self._worker: Worker | None = None

    def derive(self, request: Mapping[str, Any]) -> tuple[dict[str, str], str | None]:
        """The closed forms of lines until one fails, and why that one does."""
        forms: dict[str, str] = {}
        if not self._started():
            return forms, "the process that derives did not start"
        self._ask({"assumptions": request["assumptions"]})
        for line in request["lines"]:
            reply = self._ask(line)
            if reply is None:
                return forms, (
                    f"SymPy finds no closed form within {SECONDS:g} seconds; write it otherwise, "
                    "or in steps"
                )
            if "error" in reply:
                return forms, reply["error"]
            forms[line["name"]] = reply["form"]
        return forms, None

    def _started(self) -> bool:
        if self._worker is not None and self._worker.owner != os.getpid():
            # This process was forked: the worker belongs to the parent.
            self._worker = None
        if self._worker is None:
            self._worker = Worker(_PROGRAM)
            if self._worker.reply(START_SECONDS) != "ready":
                self.close()
        return self._worker is not None

    def _ask(self, request: Mapping[str, Any]) -> dict[str, str] | None:
        assert self._worker is not None
        self._worker.send(json.dumps(request))
        reply = self._worker.reply(SECONDS)
        if not reply:
            self.close()
            return None
        found: dict[str, str] = json.loads(reply)
        return found

    def close(self) -> None:
        if self._worker is not None and self._worker.owner == os.getpid():
            self._worker.end()
        self._worker = None


_SESSION = _Session()
atexit.register(_SESSION.close)
