"""Expressions of authors: Jinja2's syntax, exact arithmetic, a closed set of operations.

Jinja2's parser reads the text; the tree is then translated, node by node from a whitelist,
into a Python function over exact numbers. What the whitelist does not name (attributes,
methods, unknown functions, loops) is refused when the bank is loaded, so nothing is left
for a sandbox to catch, and a thousand variants cost microseconds each.
"""

import ast
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

from qgen.document.problem import did_you_mean
from qgen.document.values import Value, Values

MAX_CHARACTERS = 2_000
MAX_BITS = 20_000
MAX_DEPTH = 50


class ExpressionError(ValueError):
    """An expression that cannot be read, or that has no value for some numbers."""


@dataclass(frozen=True, slots=True)
class Filter:
    """How a value is printed: the filter's name and its arguments."""

    name: str
    arguments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: `evaluate(values)`, and the names that it reads.

    `plain` tells that it reads, compares and combines results without any arithmetic, so that
    what is proved of its names holds for it too.
    """

    source: str
    names: frozenset[str]
    evaluate: Callable[[Values], Value]
    plain: bool
    filter: Filter | None = None


# Looked up by exact type: these run for every variant, and a truth value is no number.
_NUMBERS = frozenset({int, Fraction, float})


def _divide(first: Any, second: Any) -> Value:
    if second == 0:
        raise ZeroDivisionError("division by zero")
    if type(first) is float or type(second) is float:
        return float(first / second)
    quotient = Fraction(first, second)
    return quotient.numerator if quotient.denominator == 1 else quotient


def _multiply(first: Any, second: Any) -> Value:
    if type(first) not in _NUMBERS or type(second) not in _NUMBERS:
        raise ExpressionError("only numbers can be multiplied")
    return _limited(first * second)


def _power(base: Any, exponent: Any) -> Value:
    if type(base) not in _NUMBERS or type(exponent) not in _NUMBERS:
        raise ExpressionError("only numbers can be raised to a power")
    whole = isinstance(exponent, int) or (
        isinstance(exponent, Fraction) and exponent.denominator == 1
    )
    if whole and not isinstance(base, float):
        power, exact = int(exponent), Fraction(base)
        bits = max(exact.numerator.bit_length(), exact.denominator.bit_length())
        if bits * abs(power) > MAX_BITS:
            raise ExpressionError("a power with more digits than a question can use")
        if power < 0 and exact == 0:
            raise ZeroDivisionError("zero to a negative power")
        result = exact**power
        return result.numerator if result.denominator == 1 else result
    if base < 0:
        raise ExpressionError("a negative number to a power that is not whole")
    return math.pow(base, exponent)


def _limited(value: Any) -> Value:
    size = value.numerator if type(value) is Fraction else value
    if type(size) is int and size.bit_length() > MAX_BITS:
        raise ExpressionError("a number with more digits than a question can use")
    return value  # type: ignore[no-any-return]  # checked by the callers above


def _item(container: Any, index: Any) -> Value:
    if type(container) is not tuple:
        raise ExpressionError("only a vector or a matrix has entries")
    if type(index) is not int:
        raise ExpressionError("an entry's number must be whole")
    if not -len(container) <= index < len(container):
        raise ExpressionError(
            f"there is no entry {index}; they count from 0 to {len(container) - 1}"
        )
    return container[index]  # type: ignore[no-any-return]  # entries of a Value are Values


def _dot(first: Any, second: Any) -> Value:
    if len(first) != len(second):
        raise ExpressionError("dot needs two vectors of the same length")
    return _limited(sum(a * b for a, b in zip(first, second, strict=True)))


def _distinct(values: Any) -> bool:
    return len(set(values)) == len(values)


def _logarithm(value: Any) -> float:
    if value <= 0:
        raise ExpressionError("the logarithm of a number that is not positive")
    return math.log(value)


def _square_root(value: Any) -> Value:
    if value < 0:
        raise ExpressionError("the square root of a negative number")
    if isinstance(value, (int, Fraction)):
        exact = Fraction(value)
        top, bottom = math.isqrt(exact.numerator), math.isqrt(exact.denominator)
        if top * top == exact.numerator and bottom * bottom == exact.denominator:
            return _divide(top, bottom)
    return math.sqrt(value)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "sum": sum,
    "length": len,
    "floor": math.floor,
    "ceil": math.ceil,
    "gcd": math.gcd,
    "dot": _dot,
    "distinct": _distinct,
    "sqrt": _square_root,
    "exp": math.exp,
    "log": _logarithm,
}
FILTERS: dict[str, tuple[int, int]] = {
    "num": (1, 1),
    "frac": (0, 0),
    "signed": (0, 0),
    "coef": (0, 0),
    "vector": (0, 0),
    "column": (0, 0),
    "matrix": (0, 0),
    "percent": (0, 1),
}
"""The printing filters, with the least and the greatest number of their arguments."""

_OPERATORS: dict[type[nodes.BinExpr], ast.operator] = {
    nodes.Add: ast.Add(),
    nodes.Sub: ast.Sub(),
    nodes.FloorDiv: ast.FloorDiv(),
    nodes.Mod: ast.Mod(),
}
_GUARDED: dict[type[nodes.BinExpr], str] = {
    nodes.Mul: "_multiply",
    nodes.Div: "_divide",
    nodes.Pow: "_power",
}
_COMPARISONS: dict[str, ast.cmpop] = {
    "eq": ast.Eq(),
    "ne": ast.NotEq(),
    "lt": ast.Lt(),
    "lteq": ast.LtE(),
    "gt": ast.Gt(),
    "gteq": ast.GtE(),
    "in": ast.In(),
    "notin": ast.NotIn(),
}
_ENVIRONMENT = Environment(autoescape=False)
_Node: TypeAlias = nodes.Expr


class _Translator:
    """Translates Jinja2's tree into Python's, refusing what is not listed here."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.constants: dict[str, Fraction] = {}
        self.plain = True

    def translate(self, node: nodes.Node, depth: int = 0) -> ast.expr:
        if depth > MAX_DEPTH:
            raise ExpressionError("nested too deeply")

        def inner(child: nodes.Node) -> ast.expr:
            return self.translate(child, depth + 1)

        match node:
            case nodes.Const():
                return self._constant(node.value)
            case nodes.Name():
                self.names.add(node.name)
                return ast.Subscript(_load("_values"), ast.Constant(node.name), ast.Load())
            case nodes.Getitem() if not isinstance(node.arg, nodes.Slice):
                return _call("_item", inner(node.node), inner(node.arg))
            case nodes.Neg():
                return ast.UnaryOp(ast.USub(), inner(node.node))
            case nodes.Pos():
                return inner(node.node)
            case nodes.Not():
                return ast.UnaryOp(ast.Not(), inner(node.node))
            case nodes.And() | nodes.Or():
                operator = ast.And() if isinstance(node, nodes.And) else ast.Or()
                return ast.BoolOp(operator, [inner(node.left), inner(node.right)])
            case nodes.BinExpr() if type(node) in _GUARDED:
                self.plain = False
                left, right = inner(node.left), inner(node.right)
                folded = self._folded(node, left, right)
                return folded or _call(_GUARDED[type(node)], left, right)
            case nodes.BinExpr() if type(node) in _OPERATORS:
                self.plain = False
                return ast.BinOp(inner(node.left), _OPERATORS[type(node)], inner(node.right))
            case nodes.Compare():
                operators = [_COMPARISONS[operand.op] for operand in node.ops]
                others = [inner(operand.expr) for operand in node.ops]
                return ast.Compare(inner(node.expr), operators, others)
            case nodes.CondExpr() if node.expr2 is not None:
                return ast.IfExp(inner(node.test), inner(node.expr1), inner(node.expr2))
            case nodes.Tuple() | nodes.List():
                return ast.Tuple([inner(entry) for entry in node.items], ast.Load())
            case nodes.Call():
                return self._function(node, depth)
            case nodes.Filter():
                raise ExpressionError(f"the filter '{node.name}' may only stand at the end")
            case nodes.Getattr():
                raise ExpressionError(f"'.{node.attr}' is not allowed: values have no attributes")
        raise ExpressionError(f"'{type(node).__name__.lower()}' is not allowed here")

    def _constant(self, value: object) -> ast.expr:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise ExpressionError("a number beyond what can be written")
            return self._fraction(Fraction(str(value)))
        if isinstance(value, (bool, str)):
            return ast.Constant(value)
        if isinstance(value, int):
            _limited(value)
            return ast.Constant(value)
        raise ExpressionError("'none' is not a value")

    def _fraction(self, value: Fraction) -> ast.expr:
        """A name for an exact constant, so that it is made once and not for every variant."""
        name = f"_constant_{len(self.constants)}"
        self.constants[name] = value
        return _load(name)

    def _folded(self, node: nodes.BinExpr, left: ast.expr, right: ast.expr) -> ast.expr | None:
        """`1/2` as one constant."""
        if not isinstance(node, nodes.Div):
            return None
        match left, right:
            case ast.Constant(int(above)), ast.Constant(int(below)) if below:
                return self._fraction(Fraction(above, below))
        return None

    def _function(self, node: nodes.Call, depth: int) -> ast.expr:
        if not isinstance(node.node, nodes.Name):
            raise ExpressionError("only the named functions can be called")
        name = node.node.name
        if name not in FUNCTIONS:
            hint = did_you_mean(name, FUNCTIONS) or f"; there are {', '.join(FUNCTIONS)}"
            raise ExpressionError(f"there is no function '{name}'{hint}")
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise ExpressionError(f"'{name}' takes plain arguments only")
        self.plain = False
        return _call(name, *(self.translate(argument, depth + 1) for argument in node.args))


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_load(name), list(arguments), [])


_NAMESPACE: dict[str, object] = {
    "__builtins__": {},
    "_divide": _divide,
    "_multiply": _multiply,
    "_power": _power,
    "_item": _item,
    **FUNCTIONS,
}


def _printing_filter(node: nodes.Filter) -> Filter:
    if node.name not in FILTERS:
        hint = did_you_mean(node.name, FILTERS) or f"; there are {', '.join(FILTERS)}"
        raise ExpressionError(f"there is no filter '{node.name}'{hint}")
    arguments = []
    for argument in node.args:
        whole = isinstance(argument, nodes.Const) and type(argument.value) is int
        if not whole or not 1 <= argument.value <= 15:  # type: ignore[attr-defined]  # a Const
            raise ExpressionError(f"'{node.name}' takes a whole number from 1 to 15")
        arguments.append(argument.value)  # type: ignore[attr-defined]  # a Const
    least, most = FILTERS[node.name]
    if node.kwargs or not least <= len(arguments) <= most:
        example = f"{node.name}(3)" if most else node.name
        raise ExpressionError(f"write the filter as '{example}'")
    return Filter(node.name, tuple(arguments))


@lru_cache(maxsize=4096)
def compile_expression(source: str, *, printing: bool = False) -> Expression:
    """The compiled form of an expression; with `printing`, it may end in one printing filter.

    Raises ExpressionError, with what to write instead, for anything outside the language.
    """
    if len(source) > MAX_CHARACTERS:
        raise ExpressionError(f"longer than {MAX_CHARACTERS} characters")
    try:
        # The blanks keep a trailing brace or percent sign from closing Jinja2's own braces.
        body = _ENVIRONMENT.parse("{{ " + source + " }}").body
    except (TemplateSyntaxError, ValueError) as error:
        raise ExpressionError(f"cannot be read: {error}") from None
    except RecursionError:
        raise ExpressionError("nested too deeply") from None
    output = body[0] if len(body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        raise ExpressionError("write one expression")
    node: nodes.Node = output.nodes[0]
    if isinstance(node, nodes.TemplateData):
        raise ExpressionError("write one expression")
    chosen = None
    if printing and isinstance(node, nodes.Filter) and node.node is not None:
        chosen, node = _printing_filter(node), node.node
    translator = _Translator()
    tree = translator.translate(node)
    function = ast.Lambda(
        ast.arguments(
            posonlyargs=[], args=[ast.arg("_values")], kwonlyargs=[], kw_defaults=[], defaults=[]
        ),
        tree,
    )
    module = ast.fix_missing_locations(ast.Expression(function))
    # The tree was built above from whitelisted nodes only; nothing of the author's text is code.
    evaluate = eval(compile(module, "<expression>", "eval"), {**_NAMESPACE, **translator.constants})
    return Expression(source, frozenset(translator.names), evaluate, translator.plain, chosen)


def evaluate(expression: Expression, values: Values) -> Value:
    """The expression's value. Raises ExpressionError with the reason where it has none."""
    try:
        return expression.evaluate(values)
    except ExpressionError as error:
        raise ExpressionError(f"'{expression.source}': {error}") from None
    except ZeroDivisionError:
        raise ExpressionError(f"'{expression.source}' divides by zero") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise ExpressionError(f"'{expression.source}' has no value: {error}") from None


def unknown_name(name: str, known: Collection[str]) -> str:
    """The sentence for a name that nothing defines."""
    hint = did_you_mean(name, known) or (
        f"; there are {', '.join(sorted(known))}" if known else "; the question defines none"
    )
    return f"there is no value named '{name}'{hint}"
