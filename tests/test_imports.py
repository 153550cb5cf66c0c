"""Which room may import which: the table that keeps the stages apart."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "document": set(),
    "bank": {"document"},
    "generator": {"bank", "document"},
    "solvers": {"document"},
    "marking": {"document"},
    "figures": {"document"},
    "renderers": {"document", "marking.rules"},
    "qgen": {"bank", "document", "figures", "generator", "marking", "renderers", "solvers"},
}
SOURCES = [(room, path) for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    """Every dotted name that a module imports, at its top or inside a function."""
    for node in _statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every statement below a node; expressions, of which there are many more, hold none."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield child
            yield from _statements(child)


@pytest.mark.parametrize(("room", "path"), SOURCES, ids=lambda value: getattr(value, "stem", value))
def test_a_room_imports_only_what_the_table_allows(room: str, path: Path) -> None:
    allowed = MAY_IMPORT[room] | {room}
    for name in imported(path):
        first, _, rest = name.partition(".")
        if first != "qgen":
            continue
        other = rest.partition(".")[0]
        target = other if other in MAY_IMPORT else "qgen"
        # The import name itself (`import qgen.solvers`) names the room, not the pipeline.
        one_module = any(f"{rest}.".startswith(f"{module}.") for module in allowed)
        assert target in allowed or one_module, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", [path for room, path in SOURCES if room == "document"])
def test_the_document_room_needs_the_standard_library_only(path: Path) -> None:
    for name in imported(path):
        first = name.partition(".")[0]
        assert first == "qgen" or first in sys.stdlib_module_names, f"{path.name} imports {name}"


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom qgen.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "heavy = {'torch', 'sympy', 'pydantic', 'markdown_it', 'matplotlib', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_the_wheel_holds_every_file_of_the_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {name: ROOT / folder for name, folder in settings["package-dir"].items()}
    assert set(settings["packages"]) == set(folders)
    held = set()
    for name, folder in folders.items():
        patterns = [*settings["package-data"]["*"], *settings["package-data"].get(name, ()), "*.py"]
        held |= {path for pattern in patterns for path in folder.glob(pattern)}
    written = {
        path
        for room in MAY_IMPORT
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }
    assert sorted(written - held) == []


def test_every_room_is_typed_and_every_folder_of_modules_is_a_package() -> None:
    for room in MAY_IMPORT:
        assert (ROOT / room / "py.typed").is_file()
        for path in (ROOT / room).rglob("*.py"):
            assert (path.parent / "__init__.py").is_file(), path
