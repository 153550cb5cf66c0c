"""Definitions of derived values: what an author's `derive` line says, as a small closed tree.

The first route hands the tree to computer algebra, the second evaluates it as it stands. Its
operations stand in one table: `OPERATIONS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, NamedTuple, TypeAlias

from qgen.document.formula import VariableDomain

Group: TypeAlias = Literal["arithmetic", "function", "calculus", "matrix", "written"]


class Operation(NamedTuple):
    """How many arguments an operation takes, and how it is written.

    Operations with a `binder` have a name as their second argument, `bound` where this name is
    the operation's own and unknown outside.
    """

    group: Group
    least: int
    most: int
    written: str
    binder: bool = False
    bound: bool = False


def _functions(*names: str) -> dict[str, Operation]:
    return {name: Operation("function", 1, 1, f"{name}(x)") for name in names}


OPERATIONS: Mapping[str, Operation] = {
    "add": Operation("written", 2, 2, "a + b"),
    "subtract": Operation("written", 2, 2, "a - b"),
    "multiply": Operation("written", 2, 2, "a * b"),
    "divide": Operation("written", 2, 2, "a / b"),
    "power": Operation("written", 2, 2, "a ** b"),
    "negative": Operation("written", 1, 1, "-a"),
    "row": Operation("written", 1, 100, "[a, b]"),
    "at": Operation("written", 2, 10, "density(t)"),
    **_functions("exp", "log", "sqrt", "abs", "sin", "cos", "tan", "asin", "acos", "atan"),
    **_functions("sinh", "cosh", "tanh", "sigmoid", "erf", "gamma", "factorial"),
    "binomial": Operation("function", 2, 2, "binomial(n, k)"),
    "max": Operation("function", 2, 20, "max(a, b)"),
    "min": Operation("function", 2, 20, "min(a, b)"),
    "diff": Operation("calculus", 2, 3, "diff(f, x) or diff(f, x, 2)", binder=True),
    "integrate": Operation("calculus", 4, 4, "integrate(f, x, 0, oo)", binder=True, bound=True),
    "sum": Operation("calculus", 4, 4, "sum(f, k, 0, oo)", binder=True, bound=True),
    "product": Operation("calculus", 4, 4, "product(f, k, 1, n)", binder=True, bound=True),
    "limit": Operation("calculus", 3, 3, "limit(f, x, oo)", binder=True, bound=True),
    "solve": Operation("calculus", 2, 4, "solve(f == g, x, 0, oo)", binder=True, bound=True),
    "series": Operation("calculus", 4, 4, "series(f, x, 0, 3)", binder=True),
    "expand": Operation("calculus", 1, 1, "expand(f)"),
    "factor": Operation("calculus", 1, 1, "factor(f)"),
    "det": Operation("matrix", 1, 1, "det(A)"),
    "trace": Operation("matrix", 1, 1, "trace(A)"),
    "inverse": Operation("matrix", 1, 1, "inverse(A)"),
    "transpose": Operation("matrix", 1, 1, "transpose(A)"),
    "matmul": Operation("matrix", 2, 2, "matmul(A, B)"),
    "eigenvalues": Operation("matrix", 1, 1, "eigenvalues(A)"),
}
"""Everything that a definition may be made of, by its name in the tree."""

CALLED = frozenset(name for name, each in OPERATIONS.items() if each.group != "written")
"""The operations that authors call by name."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A number as it was written; infinite for `oo`, which only bounds may be."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, an entry of one (`w[0]`), a variable, an earlier result, `pi` or `oo`."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    operation: str
    arguments: tuple["Term", ...]


Term: TypeAlias = Exact | Name | Apply


class Derivation(NamedTuple):
    """One line of `derive`: a name, its definition, and the variables of a formula."""

    name: str
    source: str
    term: Term
    variables: Mapping[str, VariableDomain]


class Derivations(NamedTuple):
    """All lines of a question in their order, and what is assumed of the values that they read.

    `assumptions` are words of computer algebra (`positive`, `integer`) by the name of a value or
    an entry; `values` are the question's values that the lines read, as they are drawn.
    """

    lines: tuple[Derivation, ...]
    assumptions: Mapping[str, tuple[str, ...]]
    values: tuple[str, ...]


def to_data(term: Term) -> list[Any]:
    """The tree as nested lists, for a process or a file."""
    match term:
        case Exact():
            return ["number", str(term.value)]
        case Name():
            return ["name", term.name]
        case Apply():
            return [term.operation, *map(to_data, term.arguments)]


def from_data(data: list[Any]) -> Term:
    """The tree of nested lists that `to_data` made."""
    head, *rest = data
    match head:
        case "number":
            return Exact(Fraction(rest[0]))
        case "name":
            return Name(rest[0])
        case _:
            return Apply(head, tuple(map(from_data, rest)))


def names(term: Term) -> Iterator[str]:
    """Every name in a definition, bound ones included."""
    match term:
        case Exact():
            pass
        case Name():
            yield term.name
        case Apply():
            for argument in term.arguments:
                yield from names(argument)
