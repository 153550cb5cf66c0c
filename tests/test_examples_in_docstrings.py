"""Examples in docstrings give what they say."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.test_imports import ROOT, SOURCES

WITH_EXAMPLES = [path for _, path in SOURCES if ">>>" in path.read_text("utf-8")]


def module_of(path: Path) -> str:
    """The dotted name of a source file in the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts if parts[0] == "qgen" else ("qgen", *parts))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=module_of)
def test_examples_give_what_they_say(path: Path) -> None:
    result = doctest.testmod(import_module(module_of(path)))
    assert result.attempted
    assert result.failed == 0
