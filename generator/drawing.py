"""Draws parameter values: exact, on their grids, under the question's conditions."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from math import comb, factorial, perm, prod
from typing import NamedTuple, TypeAlias

from qgen.bank.domain import Domain
from qgen.bank.expressions import ExpressionError, evaluate
from qgen.bank.parameters import Decimals, Generated, Integers, Probabilities
from qgen.bank.table_domains import OneOf, Permutation, Rows, Subset, WeightedChoice
from qgen.bank.templates import Placed, QuestionTemplate
from qgen.document.problem import Problem
from qgen.document.values import SolverResults, Value, Values, show, show_all
from qgen.generator.registered import UnknownGenerator, try_generator
from qgen.generator.samplers import DrawFailure, Sampler, Simple, sampler
from qgen.generator.seeds import RandomSource

MAX_DRAWS = 2_000
"""How often a variant is drawn anew before its conditions count as impossible."""

MAX_FATES = 100_000
"""So many draws are remembered at most, which bounds the memory."""

Solve: TypeAlias = Callable[[Values], SolverResults]
Evaluate: TypeAlias = Callable[[Values], Value]
Step: TypeAlias = tuple[str | None, Evaluate, Placed]
"""A derived value with its name, or a condition without one; what works it out stands beside it."""
Fates: TypeAlias = dict[str, Placed | None]
"""By the `fate_key` of drawn parameters: the condition that they do not meet, or None."""


class VariantFailure(Exception):
    """A variant that cannot be made; `code` and the message go into a `Problem`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Draw(NamedTuple):
    """Drawn and derived values; the solvers' answers where the conditions needed them."""

    values: Values
    answers: SolverResults | None


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws the variants of one template; built once, used for every variant.

    `solve` gives the solvers' answers; it is called only where a condition reads them.
    """

    template: QuestionTemplate
    samplers: tuple[tuple[str | tuple[str, ...], Sampler], ...]
    simple: tuple[tuple[str, Simple], ...] | None
    """The samplers, where none reads what others drew or draws a row of a table."""

    steps: tuple[Step, ...]
    order: tuple[str, ...] | None
    """The names of all values in the template's order, where the steps have another one."""

    result_conditions: tuple[Placed, ...]
    solve: Solve

    def draw(self, random_source: RandomSource, fates: Fates | None = None) -> Draw | None:
        """Values that meet every condition; None where `fates` knows them as handed out before.

        `fates` remembers what came of parameter values: a template that is nearly exhausted
        draws the same ones again and again. Raises VariantFailure where an expression has no
        value for what was drawn, or where the conditions never hold; what `solve` raises
        passes through.
        """
        failed: Placed | None = None
        for _ in range(MAX_DRAWS):
            values = self._drawn(random_source)
            if fates is None:
                draw = self.judged(values)
            else:
                key = fate_key(values)
                if key not in fates:
                    draw = self.judged(values)
                    if len(fates) < MAX_FATES:
                        fates[key] = draw if isinstance(draw, Placed) else None
                elif (known := fates[key]) is None:
                    return None
                else:
                    draw = known
            if isinstance(draw, Draw):
                return draw
            failed = draw
        assert failed is not None
        message = f"'{failed.expression.source}' did not hold in {MAX_DRAWS} draws"
        raise VariantFailure("where", message)

    def _drawn(self, random_source: RandomSource) -> dict[str, Value]:
        values: dict[str, Value] = {}
        try:
            if self.simple is not None:
                return {name: draw(random_source) for name, draw in self.simple}
            for name, (fixed, dependent) in self.samplers:
                if fixed is not None:
                    value = fixed(random_source)
                else:
                    assert dependent is not None
                    value = dependent(random_source, values)
                if isinstance(name, str):
                    values[name] = value
                else:  # a row of a table, whose cells have a name each
                    assert isinstance(value, tuple)
                    values.update(zip(name, value, strict=True))
        except DrawFailure as failure:
            raise VariantFailure("draw", str(failure)) from None
        return values

    def judged(self, values: dict[str, Value]) -> Draw | Placed:
        """The draw of these parameter values, or the first condition that they do not meet."""
        try:
            for name, work_out, placed in self.steps:
                value = work_out(values)
                if name is not None:
                    values[name] = value
                elif value is not True and not _truth(placed, value):
                    return placed
        except (ArithmeticError, ValueError, TypeError):
            raise VariantFailure("draw", self._reason(values)) from None
        if self.order is not None:
            values = {name: values[name] for name in self.order}
        if not self.result_conditions:
            return Draw(values, None)
        answers = self.solve(values)
        known = {**values, **answers}
        try:
            failed = _first_unmet(self.result_conditions, known)
        except (ArithmeticError, ValueError, TypeError):
            raise VariantFailure("draw", _no_value(self.result_conditions, known)) from None
        return Draw(values, answers) if failed is None else failed

    def _reason(self, drawn: Values) -> str:
        """Which expression failed for which values."""
        values = dict(self.template.parameter_values(drawn))
        shown = show_all(values)
        try:
            for name, _, placed in self.steps:
                value = evaluate(placed.expression, values)
                if name is None:
                    _truth(placed, value)
                else:
                    values[name] = value
        except ExpressionError as error:
            return f"{error} for {shown}"
        raise AssertionError("an expression failed once and not again")


def fate_key(drawn: Values) -> str:
    """What tells the draws of one template apart, whose parameters stand in one order."""
    return repr([*drawn.values()])


def values_digest(values: Values) -> bytes:
    """16 bytes that identify drawn values."""
    return hashlib.blake2b(repr(values).encode(), digest_size=16).digest()


def _first_unmet(conditions: tuple[Placed, ...], values: Values) -> Placed | None:
    for placed in conditions:
        value = placed.expression.evaluate(values)
        if value is not True and not _truth(placed, value):
            return placed
    return None


def _truth(condition: Placed, value: Value) -> bool:
    if isinstance(value, bool):
        return value
    source = condition.expression.source
    if isinstance(value, tuple) and all(isinstance(each, bool) for each in value):
        raise ExpressionError(f"the condition '{source}' is a vector; write all({source})")
    raise ExpressionError(f"the condition '{source}' is {show(value)}, neither true nor false")


def _no_value(conditions: tuple[Placed, ...], values: Values) -> str:
    """The reason why a condition has no value."""
    try:
        for placed in conditions:
            _truth(placed, evaluate(placed.expression, values))
    except ExpressionError as error:
        return str(error)
    raise AssertionError("an expression failed once and not again")


def drawer(template: QuestionTemplate, solve: Solve) -> Drawer:
    """The drawer of a template whose `generator_problems` are none."""
    samplers = tuple(
        (entry.name if entry.names == (entry.name,) else entry.names, sampler(entry))
        for entry in template.parameters
    )
    simple = [
        (name, each.fixed)
        for name, each in samplers
        if isinstance(name, str) and each.fixed is not None
    ]
    steps = _steps(template)
    drawn = [name for each in template.parameters for name in each.names]
    derived = [name for name, _, _ in steps if name is not None]
    in_order = [name for name, _ in template.derived]
    return Drawer(
        template,
        samplers,
        tuple(simple) if len(simple) == len(samplers) else None,
        steps,
        None if derived == in_order else (*drawn, *in_order),
        template.result_conditions,
        solve,
    )


def _steps(template: QuestionTemplate) -> tuple[Step, ...]:
    """Each condition with the derived values that it rests on before it, then all other values.

    First come the conditions whose last value is derived first. Most draws fail a condition,
    and a condition may keep a derived value from failing.
    """
    places = {name: place for place, (name, _) in enumerate(template.derived)}
    steps: list[Step] = []
    known: set[str] = set()

    def derive(names: frozenset[str]) -> None:
        for name in sorted(names & places.keys() - known, key=places.__getitem__):
            placed = template.derived[places[name]][1]
            derive(placed.expression.names)
            known.add(name)
            steps.append((name, placed.expression.evaluate, placed))

    def last(condition: Placed) -> int:
        return max((places.get(name, -1) for name in condition.expression.names), default=-1)

    for condition in sorted(template.drawn_conditions, key=last):
        derive(condition.expression.names)
        steps.append((None, condition.expression.evaluate, condition))
    derive(frozenset(places))
    return tuple(steps)


def generator_problems(template: QuestionTemplate) -> list[Problem]:
    """Unknown generators, and arguments that they refuse."""
    problems = []
    for parameter in template.parameters:
        if not isinstance(parameter.domain, Generated):
            continue
        name = parameter.domain.generator
        try:
            try_generator(name, parameter.domain.arguments)
        except UnknownGenerator as error:
            message = f"{error}; a course's own stand in a file under 'solvers:' of the exam"
            problems.append(Problem("unknown-generator", message, parameter.place))
        except ValueError as error:
            problems.append(Problem("generator", f"'{name}': {error}", parameter.place))
    return problems


def most_variants(template: QuestionTemplate) -> int | None:
    """How many different draws the domains allow, before conditions; None where unknown."""
    counts = [_size(parameter.domain) for parameter in template.parameters]
    known = [count for count in counts if count is not None]
    return prod(known) if len(known) == len(counts) else None


def _size(domain: Domain) -> int | None:
    if domain.expressions:
        return None
    entries = prod(domain.dimensions)
    match domain:
        case Integers():
            excluded = {n for n in domain.excluded if n in domain.grid}
            return int((len(domain.grid) - len(excluded)) ** entries)
        case Decimals():
            return int(len(domain.values) ** entries)
        case Permutation():
            return int(factorial(len(domain.of)) ** entries)
        case Rows():
            return len(domain.of) if domain.size is None else perm(len(domain.of), domain.size)
        case OneOf() | WeightedChoice():
            return int(len(domain.of) ** entries)
        case Subset():
            return int(comb(len(domain.of), domain.size) ** entries)
        case Probabilities():
            free = int(1 / domain.step) - domain.least_steps * domain.outcomes
            rows = prod(domain.dimensions[:-1])
            return int(comb(free + domain.outcomes - 1, domain.outcomes - 1) ** rows)
        case _:
            return None
