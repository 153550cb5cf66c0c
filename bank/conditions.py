"""Conditions of `accept_if`: of formulas in comparisons, and all of them as trees for writers."""

import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import repeat
from typing import Any, TypeAlias, cast

from jinja2 import nodes

from qgen.bank import exact_arithmetic, formula_arithmetic
from qgen.bank.entries import ExpressionError
from qgen.bank.expression_syntax import parsed
from qgen.bank.expressions import Expression, compile_formula_row
from qgen.bank.functions import APPLIED, CONSTANTS
from qgen.bank.templates import RESPONSE_NAME
from qgen.document.conditions import OF_FORMULAS, PORTABLE, Applied, Given, Response, Term
from qgen.document.formula import Formula, Symbol, operands
from qgen.document.formula_changes import derivative, replaced
from qgen.document.values import Value, Values

MOST_OF_DERIVATIVE = 5_000
"""So many parts may a derivative have."""

_Comparison: TypeAlias = tuple[nodes.Expr, nodes.Expr, bool]
"""Two sides, and whether they are to be equal."""


def _size(formula: Formula) -> int:
    waiting, count = [formula], 0
    while waiting and count <= MOST_OF_DERIVATIVE:
        waiting += operands(waiting.pop())
        count += 1
    return count


def _variable(name: str, value: Any) -> str:
    if not isinstance(value, Symbol):
        raise ExpressionError(f"'{name}' takes a variable second, as in {name}({RESPONSE_NAME}, x)")
    return value.name


def _derivative(*arguments: Any) -> Formula:
    if len(arguments) != 2:
        raise ExpressionError(f"write it as diff({RESPONSE_NAME}, x)")
    variable = _variable("diff", arguments[1])
    found = derivative(formula_arithmetic.formula(arguments[0]), variable)
    if _size(found) > MOST_OF_DERIVATIVE:
        raise ExpressionError("a derivative that is too long to be compared")
    return found


def _at(*arguments: Any) -> Formula:
    if len(arguments) != 3:
        raise ExpressionError(f"write it as at({RESPONSE_NAME}, x, 0)")
    there = {_variable("at", arguments[1]): formula_arithmetic.formula(arguments[2])}
    return replaced(formula_arithmetic.formula(arguments[0]), there)


OWN_FUNCTIONS: Mapping[str, Callable[..., Any]] = {"diff": _derivative, "at": _at}
"""What only the condition of a formula has: a derivative, and a value at a place."""


def _comparisons(node: nodes.Expr) -> list[_Comparison]:
    if isinstance(node, nodes.And):
        return [*_comparisons(node.left), *_comparisons(node.right)]
    if isinstance(node, nodes.Compare) and len(node.ops) == 1 and node.ops[0].op in ("eq", "ne"):
        (other,) = node.ops
        return [(node.expr, other.expr, other.op == "eq")]
    raise ExpressionError(
        "of a formula it is asked whether it equals another: write comparisons by == or != with "
        f"'and' between them, as in diff({RESPONSE_NAME}, x) == f"
    )


@lru_cache(maxsize=256)
def wanted_equal(source: str) -> tuple[bool, ...]:
    """For each comparison of a formula's condition, whether its sides are to be equal."""
    return tuple([is_equal for _, _, is_equal in _comparisons(parsed(source))])


@lru_cache(maxsize=256)
def compile_comparisons(
    source: str, variables: frozenset[str], known: frozenset[str]
) -> Expression:
    """The compiled condition of a formula: its value has the two sides of each comparison.

    Raises ExpressionError for whatever is no comparison by == or !=.
    """
    sides = [side for left, right, _ in _comparisons(parsed(source)) for side in (left, right)]
    return compile_formula_row(source, sides, variables, known, OWN_FUNCTIONS)


def fault_of_formulas(source: str, variables: Collection[str]) -> str | None:
    """What a condition of a formula asks that nobody compares formulas by; None where all is well.

    Raises ExpressionError as `compile_comparisons` does.
    """
    node = parsed(source)
    for call in node.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        second = call.args[1] if len(call.args) > 1 else None
        if name not in OWN_FUNCTIONS:
            continue
        written = f"diff({RESPONSE_NAME}, x)" if name == "diff" else f"at({RESPONSE_NAME}, x, 0)"
        if len(call.args) != written.count(",") + 1:
            return f"write it as {written}"
        if not isinstance(second, nodes.Name) or second.name not in variables:
            known = ", ".join(sorted(variables))
            return f"'{name}' takes one of the 'variables' second, as in {written}: {known}"
    sides = (s for t in closed_terms(source, None, ()) for s in getattr(t, "arguments", ()))
    unknown = sorted(frozenset[str]().union(*map(used, sides)) - OF_FORMULAS)
    if not unknown:
        return None
    return (
        f"'{unknown[0]}' cannot be asked of a formula: there are + - * / **, diff, at and the "
        "functions that a student may type"
    )


def _chosen(test: Any, first: Any, second: Any) -> Any:
    return first if test else second


_OPERATORS: Mapping[type[nodes.Node], str] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
}
_ORDERS = {"eq": ("==", 1), "ne": ("!=", 1), "lt": ("<", 1), "gt": ("<", -1)}
_ORDERS |= {"lteq": ("<=", 1), "gteq": ("<=", -1)}
"""Comparisons by their names, and whether they take the two values the other way round."""

_ARITHMETIC = {
    **{"+": "_add", "-": "_subtract", "*": "_multiply", "/": "_divide", "**": "_power"},
    **{"//": "_floor_divide", "%": "_remainder", "negate": "_negate"},
    **{"<": "_less", "<=": "_at_most", "row": "_row", "item": "_item"},
}
_OF_NUMBERS: Mapping[str, Callable[..., Any]] = {
    **APPLIED,
    **{name: exact_arithmetic.OPERATIONS[own] for name, own in _ARITHMETIC.items()},
    **{"==": operator.eq, "!=": operator.ne, "not": operator.not_, "if": _chosen},
    **{"and": lambda one, other: one and other, "or": lambda one, other: one or other},
}
_OF_FORMULAS: Mapping[str, Callable[..., Any]] = {
    **formula_arithmetic.FUNCTIONS,
    **OWN_FUNCTIONS,
    **{name: formula_arithmetic.OPERATIONS[own] for name, own in _ARITHMETIC.items()},
    "negate": lambda value: formula_arithmetic.OPERATIONS["_multiply"](-1, value),
}


RESPONSE = Response()
FIRST_ROW = Applied("item", (RESPONSE, Given(0)))


class _Closer:
    """Reads a condition's tree; what does not hang on the response is worked out.

    Without values, each of them counts as 0, and nothing is worked out.
    """

    def __init__(
        self, known: Values | None, variables: Collection[str] | None, response: Term
    ) -> None:
        self._known = known
        self._response = response
        self._variables = variables or ()
        self._apply = _OF_NUMBERS if variables is None else _OF_FORMULAS
        self._constants: Mapping[str, Value] = (
            CONSTANTS if variables is None else formula_arithmetic.CONSTANTS
        )

    def term(self, node: nodes.Node) -> Term:
        match node:
            case nodes.Const(value=float()):
                return Given(Fraction(str(node.value)))
            case nodes.Const():
                return Given(node.value)
            case nodes.Name():
                return self._response if node.name == RESPONSE_NAME else self._named(node.name)
            case nodes.Getattr(node=nodes.Name(name=name)):
                return self._named(f"{name}.{node.attr}")
            case nodes.Getitem():
                return self._applied("item", node.node, node.arg)
            case nodes.Neg():
                return self._applied("negate", node.node)
            case nodes.Pos():
                return self.term(node.node)
            case nodes.Not():
                return self._applied("not", node.node)
            case nodes.And() | nodes.Or():
                return self._applied(
                    "and" if isinstance(node, nodes.And) else "or", node.left, node.right
                )
            case nodes.BinExpr():
                return self._applied(_OPERATORS[type(node)], node.left, node.right)
            case nodes.Compare():
                return self._compared(node)
            case nodes.CondExpr(expr2=nodes.Expr() as other):
                return self._applied("if", node.test, node.expr1, other)
            case nodes.Tuple() | nodes.List():
                return self._applied("row", *node.items)
            case nodes.Call(node=nodes.Name(name=name)):
                return self._applied(name, *node.args)
        raise ExpressionError(f"'{type(node).__name__.lower()}' is not allowed here")

    def _named(self, name: str) -> Term:
        if self._known is None:
            return Given(0)
        if name in self._variables:
            return Given(Symbol(name))
        return Given(self._known[name] if name in self._known else self._constants[name])

    def _compared(self, node: nodes.Compare) -> Term:
        """A chain such as 0 < x < 1 is two comparisons, both of which hold."""
        found: list[Term] = []
        left = self.term(node.expr)
        for each in node.ops:
            right = self.term(each.expr)
            name, way = _ORDERS.get(each.op, (each.op, 1))
            found.append(self._joined(name, (left, right)[::way]))
            left = right
        whole = found[0]
        for each_term in found[1:]:
            whole = self._joined("and", (whole, each_term))
        return whole

    def _applied(self, name: str, *arguments: nodes.Node) -> Term:
        return self._joined(name, tuple([self.term(each) for each in arguments]))

    def _joined(self, name: str, arguments: tuple[Term, ...]) -> Term:
        values = [each.value for each in arguments if isinstance(each, Given)]
        if len(values) < len(arguments):
            return Applied(name, arguments)
        return Given(0 if self._known is None else cast(Value, self._apply[name](*values)))


def closed_terms(
    source: str,
    known: Values | None,
    variables: Collection[str] | None = None,
    response: Term = RESPONSE,
) -> tuple[Term, ...]:
    """The trees of a condition, all of which hold; with `variables`, that of a formula.

    `response` is what stands for what was typed.

    Raises ValueError or ArithmeticError where a part of it has no value.
    """
    node = parsed(source)
    closer = _Closer(known, variables, response)
    if variables is None:
        return (closer.term(node),)
    return tuple(
        [
            Applied("==" if is_equal else "!=", (closer.term(left), closer.term(right)))
            for left, right, is_equal in _comparisons(node)
        ]
    )


@lru_cache(maxsize=256)
def shape_of(source: str, of_formulas: bool) -> tuple[Term, ...]:
    """The trees of a condition before there are values: 0 stands for each that is not written."""
    return closed_terms(source, None, () if of_formulas else None)


@lru_cache(maxsize=256)
def is_portable(source: str, of_formulas: bool) -> bool:
    """Whether everything that a condition does with a response is in the table of such things."""
    terms = shape_of(source, of_formulas)
    if not of_formulas:
        return all(used(term) <= PORTABLE and not _typed_exponent(term) for term in terms)
    sides = (s for term in terms if isinstance(term, Applied) for s in term.arguments)
    return all(used(side) <= OF_FORMULAS for side in sides)


def _typed_exponent(term: Term) -> bool:
    """Whether what was typed stands in an exponent, where nothing stays exact."""
    if not isinstance(term, Applied):
        return False
    here = term.name == "**" and not isinstance(term.arguments[1], Given)
    return here or any(map(_typed_exponent, term.arguments))


def used(term: Term) -> frozenset[str]:
    """The names of all that a tree applies."""
    if not isinstance(term, Applied):
        return frozenset()
    return frozenset((term.name,)).union(*map(used, term.arguments))


_JUMPS = frozenset("in notin rank distinct count sign floor ceil mod % // gcd lcm".split())
"""What may jump where its argument is rounded, however little."""
_COMPARING = frozenset(("<", "<=", "==", "!="))
_MARGIN = 100
"""A comparison is certain where its sides are so many times further apart than rounding moves."""


def is_in_doubt(source: str, terms: tuple[Term, ...], responses: Collection[Value]) -> bool:
    """Whether a condition on a rounded response may hold or fail by that alone.

    `responses` are what was typed and others as far away as it is not known.
    """
    if any(_JUMPS & used(each) for each in shape_of(source, of_formulas=False)):
        return True
    pairs = (pair for term in terms for pair in _compared_sides(term))
    return any(_rounding_decides(left, right, responses) for left, right in pairs)


def _compared_sides(term: Term) -> Iterator[tuple[Term, Term]]:
    if not isinstance(term, Applied):
        return
    if term.name in _COMPARING:
        left, right = term.arguments
        yield left, right
    for each in term.arguments:
        yield from _compared_sides(each)


def _rounding_decides(left: Term, right: Term, responses: Collection[Value]) -> bool:
    try:
        found = [_differences(_valued(left, each), _valued(right, each)) for each in responses]
    except (ArithmeticError, ValueError, TypeError, LookupError):
        # What has no value here was not asked: something before it has decided already.
        return False
    for apart in zip(*found, strict=False):
        moved = max(apart) - min(apart)
        if moved and min(map(abs, apart)) <= _MARGIN * moved:
            return True
    return False


def _differences(left: Any, right: Any) -> list[Any]:
    """By how much two values differ; lists by their entries, with a number beside every one."""
    if not isinstance(left, tuple) and not isinstance(right, tuple):
        return [left - right]
    lefts, rights = (each if isinstance(each, tuple) else repeat(each) for each in (left, right))
    return [gap for pair in zip(lefts, rights, strict=False) for gap in _differences(*pair)]


def _valued(term: Term, response: Value) -> Any:
    match term:
        case Response():
            return response
        case Given():
            return term.value
        case Applied(name="if", arguments=(test, first, second)):
            return _valued(first if _valued(test, response) else second, response)
        case Applied(name="and" | "or" as name, arguments=(first, second)):
            found = _valued(first, response)
            return _valued(second, response) if bool(found) == (name == "and") else found
        case Applied():
            return _OF_NUMBERS[term.name](*[_valued(each, response) for each in term.arguments])
