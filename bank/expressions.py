"""Expressions of authors: Jinja2's syntax, exact arithmetic, a closed set of operations.

Jinja2's parser reads the text; the tree is then translated, node by node from a whitelist,
into a Python function over exact numbers. What the whitelist does not name (attributes,
methods, unknown functions, loops) is refused when the bank is loaded, so nothing is left
for a sandbox to catch, and a thousand variants cost microseconds each.
"""

import ast
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from jinja2 import nodes

from qgen.bank import formula_arithmetic
from qgen.bank.derived_functions import DERIVED_CONSTANTS, DERIVED_FUNCTIONS
from qgen.bank.entries import ExpressionError
from qgen.bank.exact_arithmetic import OPERATIONS, limited
from qgen.bank.expression_syntax import RESERVED, parsed
from qgen.bank.functions import APPLIED, CONSTANTS, FUNCTIONS
from qgen.bank.printing_filters import FILTERS, Filter, printing_filter
from qgen.document.characters import unprintable
from qgen.document.formula import Formula, Symbol
from qgen.document.problem import did_you_mean
from qgen.document.values import Value, Values

__all__ = [
    "CONSTANTS",
    "FILTERS",
    "FUNCTIONS",
    "RESERVED",
    "Expression",
    "ExpressionError",
    "Filter",
    "compile_derived",
    "compile_expression",
    "compile_formula",
    "compile_formula_row",
    "evaluate",
    "unknown_name",
]

MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: `evaluate(values)`, and the names that it reads.

    `plain` tells that it reads, compares and combines results without any arithmetic, so that
    what is proved of its names holds for it too. `decimal` tells that the author wrote a number
    in it with a decimal point.
    """

    source: str
    names: frozenset[str]
    evaluate: Callable[[Values], Value]
    plain: bool
    filter: Filter | None = None
    decimal: bool = False


_GUARDED: dict[type[nodes.BinExpr], str] = {
    nodes.Add: "_add",
    nodes.Sub: "_subtract",
    nodes.Mul: "_multiply",
    nodes.Div: "_divide",
    nodes.FloorDiv: "_floor_divide",
    nodes.Mod: "_remainder",
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
_ORDERS = {
    "lt": ("_less", False),
    "lteq": ("_at_most", False),
    "gt": ("_less", True),
    "gteq": ("_at_most", True),
}
"""Comparisons of two values by functions, and whether these take them the other way round."""


class _Translator:
    """Translates Jinja2's tree into Python's, refusing what is not listed here.

    `kept` are names with a fixed meaning: a constant, or a symbol of a formula. `own` are names
    that the question may use for values of its own. With `formulas`, values may be formulas.
    """

    def __init__(
        self,
        functions: Mapping[str, object] = FUNCTIONS,
        kept: Mapping[str, Formula | float] | None = None,
        own: Collection[str] = (),
        formulas: bool = False,
    ) -> None:
        self.functions = functions
        self.kept = kept or {}
        self.own = own
        self.formulas = formulas
        self.names: set[str] = set()
        self.constants: dict[str, Fraction | Formula | float] = {}
        self.plain = True
        self.decimal = False

    def translate(self, node: nodes.Node, depth: int = 0) -> ast.expr:
        if depth > MAX_DEPTH:
            raise ExpressionError("nested too deeply")

        def inner(child: nodes.Node) -> ast.expr:
            return self.translate(child, depth + 1)

        match node:
            case nodes.Const():
                return self._constant(node.value)
            case nodes.Name() if node.name in self.kept:
                self.plain = False
                return self._kept(self.kept[node.name])
            case nodes.Name() if node.name in CONSTANTS:
                return self._value_or_constant(node.name)
            case nodes.Name():
                self.names.add(node.name)
                return ast.Subscript(_load("_values"), ast.Constant(node.name), ast.Load())
            case nodes.Getitem() if not isinstance(node.arg, nodes.Slice):
                return _call("_item", inner(node.node), inner(node.arg))
            case nodes.Neg() if self.formulas:
                self.plain = False
                return _call("_multiply", ast.Constant(-1), inner(node.node))
            case nodes.Neg(node=nodes.Const(value=int() | float())):
                return ast.UnaryOp(ast.USub(), inner(node.node))
            case nodes.Neg():
                return _call("_negate", inner(node.node))
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
            case nodes.Compare(ops=[nodes.Operand(op=order)]) if order in _ORDERS:
                name, swapped = _ORDERS[order]
                left, right = inner(node.expr), inner(node.ops[0].expr)
                return _call(name, right, left) if swapped else _call(name, left, right)
            case nodes.Compare():
                operators = [_COMPARISONS[operand.op] for operand in node.ops]
                others = [inner(operand.expr) for operand in node.ops]
                return ast.Compare(inner(node.expr), operators, others)
            case nodes.CondExpr() if node.expr2 is not None:
                return ast.IfExp(inner(node.test), inner(node.expr1), inner(node.expr2))
            case nodes.Tuple() | nodes.List():
                return _call("_row", *map(inner, node.items))
            case nodes.Call():
                return self._function(node, depth)
            case nodes.Filter():
                raise ExpressionError(
                    f"the filter '{node.name}' may only stand at the end, and it binds closer than "
                    "operators: put brackets around what it prints"
                )
            case nodes.Getattr(node=nodes.Name(name=name)):
                # The drawn row of a table: its cells are values by these names.
                cell = f"{name}.{node.attr}"
                self.names.add(cell)
                return ast.Subscript(_load("_values"), ast.Constant(cell), ast.Load())
            case nodes.Getattr():
                raise ExpressionError(f"'.{node.attr}' is not allowed: values have no attributes")
        raise ExpressionError(f"'{type(node).__name__.lower()}' is not allowed here")

    def _constant(self, value: object) -> ast.expr:
        if isinstance(value, float):
            if not math.isfinite(value):
                raise ExpressionError("a number beyond what can be written")
            self.decimal = True
            return self._kept(Fraction(str(value)))
        if isinstance(value, (bool, str)):
            # Jinja2 reads escapes such as '\\ud800', which stand for anything.
            found = unprintable(value) if isinstance(value, str) else None
            if found:
                raise ExpressionError(found[1])
            return ast.Constant(value)
        if isinstance(value, int):
            limited(value)
            return ast.Constant(value)
        raise ExpressionError("'none' is not a value")

    def _value_or_constant(self, name: str) -> ast.expr:
        """A value of this name, where there is one when it is read; otherwise the constant."""
        if name in self.own:
            self.names.add(name)
        return _call("_value_or", _load("_values"), ast.Constant(name), self._kept(CONSTANTS[name]))

    def _kept(self, value: Fraction | Formula | float) -> ast.expr:
        """A name for an exact constant, so that it is made once and not for every variant."""
        name = f"_constant_{len(self.constants)}"
        self.constants[name] = value
        return _load(name)

    def _folded(self, node: nodes.BinExpr, left: ast.expr, right: ast.expr) -> ast.expr | None:
        """`1/2` as one constant."""
        if not isinstance(node, nodes.Div):
            return None
        match left, right:
            case ast.Constant(above), ast.Constant(below) if (
                type(above) is int and type(below) is int and above % (below or 1)
            ):
                return self._kept(Fraction(above, below))
        return None

    def _function(self, node: nodes.Call, depth: int) -> ast.expr:
        if not isinstance(node.node, nodes.Name):
            raise ExpressionError("only the named functions can be called")
        name = node.node.name
        if name in self.own and name in self.functions:
            raise ExpressionError(
                f"'{name}' is a value of this question, so that the function of that name cannot "
                "be called: rename the value"
            )
        if name not in self.functions:
            hint = did_you_mean(name, self.functions) or "; 'qgen functions' lists those there are"
            raise ExpressionError(f"there is no function '{name}'{hint}")
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise ExpressionError(f"'{name}' takes plain arguments only")
        self._check_arguments(name, node.args)
        self.plain = False
        return _call(name, *(self.translate(argument, depth + 1) for argument in node.args))

    def _check_arguments(self, name: str, arguments: list[nodes.Expr]) -> None:
        known = FUNCTIONS.get(name)
        if known is None:
            return
        if len(arguments) not in known.counts:
            raise ExpressionError(f"write it as {known.written}")
        if name == "round" and len(arguments) == 2:
            self.decimal = True


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_load(name), list(arguments), [])


def _value_or(values: Values, name: str, constant: Value) -> Value:
    return values.get(name, constant)


_NAMESPACE: dict[str, object] = {
    "__builtins__": {},
    **OPERATIONS,
    **APPLIED,
    "_value_or": _value_or,
}
_DERIVED_NAMESPACE: dict[str, object] = {**_NAMESPACE, **DERIVED_FUNCTIONS}
_DERIVED_FORMULAS: dict[str, Callable[..., object]] = {
    **{
        name: formula_arithmetic.of_numbers(name, function)
        for name, function in DERIVED_FUNCTIONS.items()
    },
    **formula_arithmetic.FUNCTIONS,
}
_FORMULA_NAMESPACE: dict[str, object] = {
    "__builtins__": {},
    **formula_arithmetic.OPERATIONS,
    **formula_arithmetic.FUNCTIONS,
    "_value_or": _value_or,
}


@lru_cache(maxsize=4096)
def compile_expression(
    source: str, *, printing: bool = False, own: frozenset[str] = frozenset()
) -> Expression:
    """The compiled form of an expression; with `printing`, it may end in one printing filter.

    `own` are the names of functions and constants that the question uses for values of its own.
    Raises ExpressionError, with what to write instead, for anything outside the language.
    """
    node = parsed(source)
    chosen = None
    if printing and isinstance(node, nodes.Filter) and node.node is not None:
        chosen, node = printing_filter(node), node.node
    return _compiled(source, node, _Translator(own=own), _NAMESPACE, chosen)


def compile_formula(source: str, variables: Collection[str], known: Collection[str]) -> Expression:
    """The compiled form of an expression whose value is a formula in the variables.

    `pi` and `e` mean what mathematics means by them, unless a value of the question (`known`)
    has that name. Raises ExpressionError as `compile_expression` does.
    """
    return _formula(source, parsed(source), variables, known, {})


def compile_formula_row(
    source: str,
    entries: Sequence[nodes.Expr],
    variables: Collection[str],
    known: Collection[str],
    own_functions: Mapping[str, Callable[..., object]],
) -> Expression:
    """The compiled form of several formulas, which stand in `source`, with functions of their own.

    Raises ExpressionError as `compile_expression` does.
    """
    row = nodes.Tuple(list(entries), "load")
    return _formula(source, row, variables, known, own_functions)


def _formula(
    source: str,
    node: nodes.Expr,
    variables: Collection[str],
    known: Collection[str],
    own_functions: Mapping[str, Callable[..., object]],
) -> Expression:
    kept: dict[str, Formula | float] = {
        name: meaning for name, meaning in formula_arithmetic.CONSTANTS.items() if name not in known
    }
    kept |= {name: Symbol(name) for name in variables}
    functions = {**formula_arithmetic.FUNCTIONS, **own_functions}
    translator = _Translator(functions, kept, known, formulas=True)
    namespace = {**_FORMULA_NAMESPACE, **own_functions}
    return _compiled(source, node, translator, namespace, None)


def compile_derived(source: str, variables: Collection[str] = ()) -> Expression:
    """The compiled form of a derived value's closed form, which has functions of its own.

    With variables its value is a formula, in which these functions are of numbers only.
    """
    if not variables:
        translator = _Translator(DERIVED_FUNCTIONS, DERIVED_CONSTANTS)
        return _compiled(source, parsed(source), translator, _DERIVED_NAMESPACE, None)
    kept = {**formula_arithmetic.CONSTANTS, **{name: Symbol(name) for name in variables}}
    translator = _Translator(_DERIVED_FORMULAS, kept, formulas=True)
    namespace = {**_FORMULA_NAMESPACE, **_DERIVED_FORMULAS}
    return _compiled(source, parsed(source), translator, namespace, None)


def _compiled(
    source: str,
    node: nodes.Node,
    translator: _Translator,
    namespace: Mapping[str, object],
    chosen: Filter | None,
) -> Expression:
    tree = translator.translate(node)
    function = ast.Lambda(
        ast.arguments(
            posonlyargs=[], args=[ast.arg("_values")], kwonlyargs=[], kw_defaults=[], defaults=[]
        ),
        tree,
    )
    module = ast.fix_missing_locations(ast.Expression(function))
    # The tree was built above from whitelisted nodes only; nothing of the author's text is code.
    evaluate = eval(compile(module, "<expression>", "eval"), {**namespace, **translator.constants})
    names = frozenset(translator.names)
    return Expression(source, names, evaluate, translator.plain, chosen, translator.decimal)


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
    cells = sorted(each for each in known if each.startswith(f"{name}."))
    if cells:
        return f"'{name}' is a row of a table: write {' or '.join(cells)}"
    if "." in name and not any(each.startswith(name.partition(".")[0] + ".") for each in known):
        return f"'.{name.partition('.')[2]}' is not allowed: only a drawn row has columns"
    near = did_you_mean(name, known)
    if name in FUNCTIONS and not near:
        return f"'{name}' is a function, no value: write {FUNCTIONS[name].written}"
    if name in ("i", "j") and not near:
        return f"there is no value named '{name}'; the complex number a + bi is complex(a, b)"
    hint = near or (
        f"; there are {', '.join(sorted(known))}" if known else "; the question defines none"
    )
    return f"there is no value named '{name}'{hint}"
