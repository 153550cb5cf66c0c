"""Whether a course's own file rests on itself alone, so that what was proved with it can be kept.

Read from its syntax, and in doubt no: a file that is taken wrongly for one that reads others is
proved again each time, one that is wrongly kept would call a wrong key proved.
"""

import ast

_MODULES = frozenset(
    "__future__ abc bisect cmath collections dataclasses decimal enum fractions functools heapq "
    "itertools math matplotlib mpmath numbers numpy operator qgen re scipy statistics string "
    "sympy textwrap torch typing unicodedata".split()
)
"""What the same versions always have alike."""

_READERS = frozenset(
    "__builtins__ __dict__ __file__ __import__ __loader__ __spec__ eval exec from_file fromfile "
    "genfromtxt getattr globals hub imread io load loadtxt memmap open open_memmap vars".split()
)
"""Names and attributes by which code reads a file, or code that is written elsewhere."""


def rests_on_itself(content: bytes) -> bool:
    """Whether a file imports no module of the course and opens no file.

    >>> rests_on_itself(b"from fractions import Fraction")
    True
    >>> rests_on_itself(b"rates = open('rates.csv').read()")
    False
    """
    return not any(map(_reaches_out, ast.walk(ast.parse(content))))


def _reaches_out(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(_is_foreign(each.name) or _reads(each.name) for each in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            told = [module or "", *(each.name for each in names)]
            return level > 0 or _is_foreign(module or "") or any(map(_reads, told))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _reads(name)
    return False


def _is_foreign(module: str) -> bool:
    return module.partition(".")[0] not in _MODULES


def _reads(name: str) -> bool:
    parts = name.split(".")
    return not _READERS.isdisjoint(parts)
