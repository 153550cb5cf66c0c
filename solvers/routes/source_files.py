"""Which source files a module rests on, found by reading them: nothing is imported."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_ROOMS = ("qgen.solvers", "qgen.document")


def digest_with_imports(paths: Iterable[Path]) -> bytes:
    """SHA-256 of these files and of all files of the two rooms that they import in turn.

    Where the files stand does not matter, only what they hold.
    """
    waiting, contents = list(paths), dict[Path, bytes]()
    while waiting:
        path = waiting.pop()
        if path not in contents:
            contents[path] = path.read_bytes()
            waiting.extend(_imported_files(contents[path]))
    parts = sorted(hashlib.sha256(content).digest() for content in contents.values())
    return hashlib.sha256(b"".join(parts)).digest()


def module_file(name: str) -> Path | None:
    """The source file of a module of the two rooms, or None if there is no such module."""
    parent = name.rpartition(".")[0]
    try:
        # Looking for something in a module would import it, and with it what it needs.
        package = find_spec(parent) if parent else None
        if package is not None and package.submodule_search_locations is None:
            return None
        spec = find_spec(name)
    except ModuleNotFoundError:  # the parent is itself a module, and `name` something in it
        return None
    return Path(spec.origin) if spec and spec.origin else None


@lru_cache(maxsize=256)
def _imported_files(content: bytes) -> tuple[Path, ...]:
    names = sorted({name for name in _imported_names(content) if name.startswith(_ROOMS)})
    return tuple(path for path in map(module_file, names) if path)


# Found without parsing, since this runs for every solver of every build. What a docstring quotes
# as an import counts too: a file more in a digest is no harm.
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(qgen[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)"
    rb"|import[ \t]+(qgen[^\n]*))",
    re.MULTILINE,
)
_NAME = re.compile(rb"[A-Za-z_][\w.]*")


def _imported_names(content: bytes) -> Iterator[str]:
    """Every dotted name of ours after `import` and `from`, at the top and inside functions."""
    for module, names, modules in _IMPORT.findall(content):
        if module:
            yield module.decode()
            yield from (f"{module.decode()}.{name.decode()}" for name in _NAME.findall(names))
        else:
            yield from (name.decode() for name in _NAME.findall(modules))
