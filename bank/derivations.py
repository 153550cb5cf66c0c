"""Reads `derive` lines: a whitelist of operations on names that the question knows.

Jinja2's parser reads the text, as for expressions; nothing is evaluated here. What an author
gets wrong is an ExpressionError.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from jinja2 import nodes

from qgen.bank.domain import Domain
from qgen.bank.entries import ExpressionError
from qgen.bank.expression_syntax import parsed
from qgen.bank.functions import FUNCTIONS
from qgen.bank.parameters import (
    BinomialData,
    Decimals,
    ExponentialData,
    Generated,
    Integers,
    PoissonData,
    PositiveDefinite,
    Probabilities,
)
from qgen.bank.table_domains import OneOf, Permutation, Rows, Subset, WeightedChoice
from qgen.bank.templates import Parameter, PlacedDerivation
from qgen.document.derivation import (
    CALLED,
    OPERATIONS,
    Apply,
    Derivation,
    Exact,
    Name,
    Term,
    names,
)
from qgen.document.formula import VariableDomain
from qgen.document.problem import did_you_mean

MOST_NODES = 400
CONSTANTS = ("pi", "oo")
_BINARY: dict[type[nodes.Expr], str] = {
    nodes.Add: "add",
    nodes.Sub: "subtract",
    nodes.Mul: "multiply",
    nodes.Div: "divide",
    nodes.Pow: "power",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: `shapes` of drawn values, `earlier` lines, and `variables` in scope.

    `named` are the values of `let`, which are numbers where they stand alone, and vectors or
    matrices where their entries are read.
    """

    shapes: Mapping[str, tuple[int, ...] | None]
    earlier: Mapping[str, tuple[str, ...]]
    named: frozenset[str] = field(default_factory=frozenset)
    variables: frozenset[str] = field(default_factory=frozenset)

    @property
    def known(self) -> frozenset[str]:
        """Every name that means something."""
        return frozenset((*self.shapes, *self.earlier, *self.variables))


def read_derivation(
    name: str, source: str, variables: Mapping[str, VariableDomain], scope: Scope
) -> Derivation:
    """The definition that a line writes. Raises ExpressionError."""
    for variable in variables:
        if variable in scope.shapes or variable in scope.earlier or variable in CONSTANTS:
            raise ExpressionError(f"the variable '{variable}' has a meaning already")
    tree = parsed(source)
    inner = replace(scope, variables=frozenset(variables))
    return Derivation(name, source, _Reader().read(tree, inner), variables)


class _Reader:
    """Reads one line, which has a limited size."""

    def __init__(self) -> None:
        self._nodes = 0

    def read(self, node: nodes.Node, scope: Scope) -> Term:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise ExpressionError(f"more than {MOST_NODES} numbers, names and operations")
        match node:
            case nodes.Const():
                return _number(node.value)
            case nodes.Name():
                return self._name(node.name, scope)
            case nodes.Getitem():
                return _entry(node, scope)
            case nodes.Neg():
                return Apply("negative", (self.read(node.node, scope),))
            case nodes.Pos():
                return self.read(node.node, scope)
            case nodes.BinExpr() if type(node) in _BINARY:
                both = (self.read(node.left, scope), self.read(node.right, scope))
                return Apply(_BINARY[type(node)], both)
            case nodes.List() | nodes.Tuple():
                return Apply("row", tuple(self.read(each, scope) for each in node.items))
            case nodes.Call():
                return self._call(node, scope)
            case nodes.Getattr():
                raise ExpressionError("a cell of a row needs a name under 'let' to be derived of")
            case nodes.Compare():
                raise ExpressionError("only 'solve' takes an equation, as in solve(x**2 == a, x)")
            case nodes.Filter():
                raise ExpressionError("a derived value has no filter; its hole may have one")
        raise ExpressionError(f"'{type(node).__name__.lower()}' is not allowed in a derivation")

    def _name(self, name: str, scope: Scope) -> Term:
        if name in CONSTANTS and name in scope.known:
            raise ExpressionError(f"'{name}' is a number in a derivation: rename the value")
        if name in scope.variables or name in CONSTANTS:
            return Name(name)
        if name in scope.earlier:
            missing = sorted(set(scope.earlier[name]) - scope.variables)
            if missing:
                raise ExpressionError(
                    f"'{name}' is a formula in {', '.join(scope.earlier[name])}: name the variable "
                    f"{missing[0]} under 'variables', or write {name}(…)"
                )
            return Name(name)
        if name not in scope.shapes:
            hint = did_you_mean(name, scope.known)
            raise ExpressionError(f"there is no value named '{name}'{hint}")
        return _whole(name, scope.shapes[name])

    def _call(self, node: nodes.Call, scope: Scope) -> Term:
        if not isinstance(node.node, nodes.Name):
            raise ExpressionError("only the named operations can be called")
        name = node.node.name
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise ExpressionError(f"'{name}' takes plain arguments only")
        if name in scope.earlier and name not in scope.variables:
            return self._substituted(name, node.args, scope)
        if name in scope.shapes and name in FUNCTIONS:
            raise ExpressionError(
                f"'{name}' is a value of this question, so that '{name}' cannot be called: rename "
                "the value"
            )
        if name == "ln":
            name = "log"
        if name not in CALLED:
            hint = did_you_mean(name, CALLED) or f"; there are {', '.join(sorted(CALLED))}"
            raise ExpressionError(f"there is no operation '{name}'{hint}")
        operation = OPERATIONS[name]
        if not operation.least <= len(node.args) <= operation.most:
            raise ExpressionError(f"write it as {operation.written}")
        if operation.binder:
            return self._binding(name, node.args, scope)
        return Apply(name, tuple(self.read(each, scope) for each in node.args))

    def _substituted(self, name: str, arguments: list[nodes.Expr], scope: Scope) -> Term:
        variables = scope.earlier[name]
        if len(arguments) != len(variables) or not variables:
            given = ", ".join(variables)
            raise ExpressionError(f"write {name}({given})" if given else f"write {name}")
        return Apply("at", (Name(name), *(self.read(each, scope) for each in arguments)))

    def _binding(self, name: str, arguments: list[nodes.Expr], scope: Scope) -> Term:
        operation, variable = OPERATIONS[name], arguments[1]
        if not isinstance(variable, nodes.Name):
            raise ExpressionError(f"the second argument of '{name}' is a name: {operation.written}")
        letter, inner = variable.name, scope
        if operation.bound:
            if letter in scope.known or letter in CONSTANTS:
                raise ExpressionError(
                    f"'{letter}' has a meaning outside of this '{name}': take another letter"
                )
            inner = replace(scope, variables=scope.variables | {letter})
        elif letter not in scope.variables and scope.shapes.get(letter, None) != ():
            raise ExpressionError(f"'{letter}' is neither a variable nor a number of the question")
        first = arguments[0]
        if name == "solve" and isinstance(first, nodes.Compare):
            body = self._equation(first, inner)
        else:
            body = self.read(first, inner)
        rest = tuple(self.read(each, scope) for each in arguments[2:])
        if name in ("diff", "series"):
            _check_order(name, rest)
        if name == "solve" and len(rest) == 1:
            raise ExpressionError(f"give both ends of the domain: {operation.written}")
        return Apply(name, (body, Name(letter), *rest))

    def _equation(self, node: nodes.Compare, scope: Scope) -> Term:
        if len(node.ops) != 1 or node.ops[0].op != "eq":
            raise ExpressionError("an equation has one '==', as in solve(x**2 == a, x)")
        sides = (self.read(node.expr, scope), self.read(node.ops[0].expr, scope))
        return Apply("subtract", sides)


def _check_order(name: str, rest: tuple[Term, ...]) -> None:
    if not rest:
        return
    order = rest[-1]
    most = 5
    if not isinstance(order, Exact) or order.value not in range(1, most + 1):
        raise ExpressionError(f"the last argument of '{name}' is a whole number from 1 to {most}")


def _number(value: object) -> Term:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ExpressionError("a derivation has numbers, no texts and no truth values")
    if isinstance(value, int) and value.bit_length() > 200:
        raise ExpressionError("a number with more digits than a derivation can use")
    return Exact(Fraction(str(value)))


def _entry(node: nodes.Getitem, scope: Scope) -> Term:
    """`w[0]` and `A[0][1]` of a value that is a vector or a matrix."""
    indices: list[int] = []
    inner: nodes.Node = node
    while isinstance(inner, nodes.Getitem):
        index = inner.arg
        if not isinstance(index, nodes.Const) or type(index.value) is not int or index.value < 0:
            raise ExpressionError("an entry is named by a number, as in w[0]")
        indices.insert(0, index.value)
        inner = inner.node
    if not isinstance(inner, nodes.Name) or inner.name not in scope.shapes:
        raise ExpressionError("only a vector or a matrix of the question has entries")
    shape = scope.shapes[inner.name]
    if (
        inner.name not in scope.named
        and shape is not None
        and (
            len(indices) != len(shape)
            or any(index >= size for index, size in zip(indices, shape, strict=True))
        )
    ):
        raise ExpressionError(f"'{inner.name}' has no such entry")
    return Name(entry_name(inner.name, indices))


def entry_name(name: str, indices: tuple[int, ...] | list[int]) -> str:
    """`A[0][1]`, as an expression reads it."""
    return name + "".join(f"[{index}]" for index in indices)


def _whole(name: str, shape: tuple[int, ...] | None) -> Term:
    """A value as a whole: a name, or the rows of its entries."""
    if shape is None:
        raise ExpressionError(f"'{name}' is of no fixed shape: name its entries, as in {name}[0]")

    def rows(indices: tuple[int, ...], sizes: tuple[int, ...]) -> Term:
        if not sizes:
            return Name(entry_name(name, indices))
        return Apply("row", tuple(rows((*indices, i), sizes[1:]) for i in range(sizes[0])))

    return rows((), shape)


def domain_shape(domain: Domain) -> tuple[int, ...] | None:
    """The shape of what a domain draws; None where it is only known once something is drawn."""
    if {"length", "size"} & domain.expressions.keys():
        return None
    match domain:
        case Permutation():
            return (*domain.dimensions, len(domain.of))
        case PositiveDefinite():
            return (*domain.dimensions, domain.size, domain.size)
        case Subset():
            return (*domain.dimensions, domain.size)
        case Generated():
            return None
        case _:
            return domain.dimensions


def domain_assumptions(domain: Domain) -> tuple[str, ...] | None:
    """What computer algebra may take for granted of each number; None for what is no number."""
    if domain.expressions.keys() - {"length", "size", "n", "p", "rate", "mean"}:
        return ("integer", "real") if isinstance(domain, Integers) else ("real",)
    match domain:
        case Rows():
            return None
        case BinomialData() | PoissonData():
            return ("integer", "nonnegative")
        case ExponentialData():
            return ("nonnegative",)
        case Integers():
            without_zero = 0 in domain.excluded or 0 not in domain.grid
            return ("integer", *_sign(domain.first, domain.last, without_zero))
        case Decimals():
            return _sign(domain.first, domain.last, 0 in domain.excluded)
        case OneOf() | Subset() | Permutation() | WeightedChoice():
            if any(isinstance(value, (str, bool)) for value in domain.of):
                return None
            values = [Fraction(value) for value in domain.of]
            whole = ("integer",) if all(value.denominator == 1 for value in values) else ()
            return (*whole, *_sign(min(values), max(values), 0 not in values))
        case Probabilities():
            return ("positive",) if domain.least_steps else ("nonnegative",)
        case _:
            return ("real",)


def _sign(least: Fraction | int, most: Fraction | int, without_zero: bool) -> tuple[str, ...]:
    if least > 0 or (least == 0 and without_zero):
        return ("positive",)
    if most < 0 or (most == 0 and without_zero):
        return ("negative",)
    if least == 0:
        return ("nonnegative",)
    return ("real", "nonzero") if without_zero else ("real",)


def value_shapes(
    parameters: tuple[Parameter, ...], derived: Collection[str]
) -> dict[str, tuple[int, ...] | None]:
    """The shapes of a question's values; those of `let` are numbers. Texts cannot be derived of."""
    shapes = {
        each.name: domain_shape(each.domain)
        for each in parameters
        if domain_assumptions(each.domain) is not None
    }
    return {**shapes, **dict.fromkeys(derived, ())}


def assumptions(
    parameters: tuple[Parameter, ...], derivations: tuple[PlacedDerivation, ...]
) -> dict[str, tuple[str, ...]]:
    """What is assumed of each value and each entry that the lines read."""
    read = {name for each in derivations for name in names(each.line.term)}
    known: dict[str, tuple[str, ...]] = {}
    for each in parameters:
        assumed = domain_assumptions(each.domain) or ("real",)
        known |= {name: assumed for name in read if name.partition("[")[0] == each.name}
    return known
