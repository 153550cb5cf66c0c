"""Functions with one thing broken in their syntax tree, put in place of the whole ones.

The broken function gets the code of its mutant, so that whoever imported it runs the mutant.
"""

import ast
import functools
import gc
import inspect
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

Edit = Callable[[Any], ast.AST]
"""Makes another node of a copy of one."""

_OTHER_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
}
_OTHER_ORDERS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


@dataclass(frozen=True, eq=False)
class Mutant:
    """One break: of this function of a module, at a line, in words.

    The node of this `number` among those of the definition that can be broken is replaced by what
    `edit` makes of it.
    """

    module: str
    function: str
    line: int
    what: str
    definition: ast.FunctionDef
    number: int
    edit: Edit
    file: str

    def __str__(self) -> str:
        return f"{self.module}.{self.function}, line {self.line}: {self.what}"

    def code(self) -> CodeType | None:
        """The broken function's code; None where Python refuses it."""

        def break_it(definition: ast.FunctionDef) -> None:
            node = list(_places(definition))[self.number][0]
            _Replacing(node, self.edit(deepcopy(node))).visit(definition)

        return self.changed(break_it)

    def changed(self, change: Callable[[ast.FunctionDef], None]) -> CodeType | None:
        """The function's code after a change of its definition; None where Python refuses it."""
        other = deepcopy(self.definition)
        change(other)
        other.decorator_list = []
        module = ast.fix_missing_locations(ast.Module([other], []))
        try:
            compiled = compile(module, self.file, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return None
        codes = [each for each in compiled.co_consts if isinstance(each, CodeType)]
        return next((each for each in codes if each.co_name == other.name), None)

    def put_in_place(self) -> None:
        """Breaks the function in this process, and forgets what the whole one had computed."""
        code = self.code()
        assert code is not None
        function_of(self).__code__ = code
        for known in gc.get_objects():
            if isinstance(known, functools._lru_cache_wrapper):
                known.cache_clear()


def function_of(mutant: Mutant) -> FunctionType:
    """The function that a mutant breaks."""
    found = function_named(sys.modules[mutant.module], mutant.function)
    assert found is not None
    return found


def function_named(module: ModuleType, path: str) -> FunctionType | None:
    """A function or a method of a module, without what is wrapped around it."""
    found: Any = module
    for name in path.split("."):
        found = inspect.getattr_static(found, name, None)
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, (staticmethod, classmethod)):
        found = found.__func__
    found = inspect.unwrap(found) if callable(found) else None
    return found if isinstance(found, FunctionType) else None


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Every mutant of a module's functions and methods; not of what stands outside them."""
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    for path, definition in _definitions(tree):
        function = function_named(module, path)
        if function is None or function.__code__.co_freevars:
            continue
        for number, (node, edits) in enumerate(_places(definition)):
            for what, edit in edits:
                yield Mutant(
                    module.__name__,
                    path,
                    node.lineno,
                    what,
                    definition,
                    number,
                    edit,
                    module.__file__,
                )


def _definitions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


class _Replacing(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _places(definition: ast.FunctionDef) -> Iterator[tuple[Any, list[tuple[str, Edit]]]]:
    """The nodes of a function's body that can be broken, with the ways to do it."""
    pending: list[ast.AST] = list(reversed(definition.body))
    while pending:
        node = pending.pop()
        # What a mistake is called, and what a type is, changes no number.
        if isinstance(node, (ast.Raise, ast.JoinedStr)):
            continue
        edits = list(_edits(node))
        if edits:
            yield node, edits
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.AnnAssign):
            children = [child for child in children if child is not node.annotation]
        pending += reversed(children)


def _edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    shown = ast.unparse(node) if isinstance(node, ast.expr) else ""
    match node:
        case ast.BinOp(op=operator) if type(operator) in _OTHER_OPERATORS:
            other = _OTHER_OPERATORS[type(operator)]
            yield f"{shown}: {other.__name__}", lambda copy: _with(copy, op=other())
            yield f"{shown}: its left alone", lambda copy: copy.left
            yield f"{shown}: its right alone", lambda copy: copy.right
            yield f"{shown}: other sign", lambda copy: ast.UnaryOp(ast.USub(), copy)
        case ast.Compare(ops=[order]) if type(order) in _OTHER_ORDERS:
            for new in _OTHER_ORDERS[type(order)]:
                yield f"{shown}: {new.__name__}", functools.partial(_reordered, new=new)
        case ast.Constant(value=bool()):
            yield f"{shown}: flipped", lambda copy: ast.Constant(not copy.value)
        case ast.Constant(value=int()):
            yield f"{shown}: one more", lambda copy: ast.Constant(copy.value + 1)
            yield f"{shown}: one less", lambda copy: ast.Constant(copy.value - 1)
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield f"{shown}: without its sign", lambda copy: copy.operand
        case ast.BoolOp():
            other_word = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield f"{shown}: {other_word.__name__}", lambda copy: _with(copy, op=other_word())
        case ast.If() | ast.IfExp() | ast.While():
            yield (
                f"if {ast.unparse(node.test)}: negated",
                lambda copy: _with(copy, test=ast.UnaryOp(ast.Not(), copy.test)),
            )
        case ast.Call(args=[first, second, *_]) if not isinstance(first, ast.Starred):
            if not isinstance(second, ast.Starred):
                yield f"{shown}: arguments swapped", _swapped


def _with(node: Any, **changes: Any) -> Any:
    for name, value in changes.items():
        setattr(node, name, value)
    return node


def _reordered(copy: Any, new: type[ast.cmpop]) -> Any:
    return _with(copy, ops=[new()])


def _swapped(copy: Any) -> Any:
    first, second, *others = copy.args
    return _with(copy, args=[second, first, *others])
