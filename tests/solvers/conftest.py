"""A registry that a test may fill, and that is as before afterwards."""

from pathlib import Path

import pytest

from qgen.solvers.routes import registry


@pytest.fixture
def own_registry(monkeypatch):
    """The registry's table, copied: what a test registers does not outlive it."""
    registry.all_solvers()
    monkeypatch.setattr(registry, "_SOLVERS", dict(registry._SOLVERS))


@pytest.fixture
def solver_file(tmp_path: Path):
    """Writes a course's solver file and gives its path."""

    def write(text: str, name: str = "course_solvers.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write
