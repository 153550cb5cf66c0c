"""The scripts of a page, run by Node on many cases at once."""

import atexit
import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import qgen.renderers.html
from qgen.document.richtext import passage_of
from qgen.renderers.html.marking_data import marked_parts
from qgen.renderers.html.script_tightening import tightened
from qgen.renderers.html.scripts import whole_script
from tests import samples

needs_node = [
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node"),
]

MODULES = Path(str(qgen.renderers.html.__file__)).parent / "scripts"
RUNNER = Path(__file__).with_name("page_marking.mjs")
WORD = passage_of("word")
TOO_HARD = "This is too large or too small to be worked out here."
SHARES = (Fraction(0), Fraction(1, 2), Fraction(1, 3), Fraction(35, 100))
"""What known mistakes earn."""
TOOLS = (
    "mark written readNumber readAnswer canonical sha256 allowance isIrreducible ratioOf "
    "readFormula readWithConstant complexNumbers".split()
)


@cache
def scripts() -> tuple[Path, Path]:
    """All that marks, as its modules and as a page has it: in one piece, tightened."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    modules = (
        "closed_forms",
        "complex_numbers",
        "formulas",
        "formula_marking",
        "formula_forms",
        "conditions",
        "formula_conditions",
        "marking",
        "digest",
        "store",
    )
    whole = whole_script(modules)
    tools = f"globalThis.tools = {{ {', '.join(TOOLS)} }}\n"
    found = folder / "whole.mjs", folder / "tight.mjs"
    for file, script in zip(found, (whole + tools, tightened(whole + tools)), strict=True):
        file.write_text(script, "utf-8")
    return found


def page(task: str, cases: Sequence[object]) -> list[Any]:
    """What a page's script makes of the cases, however it is written."""
    whole, tight = (run(script, task, cases) for script in scripts())
    assert whole == tight
    return tight


def run(script: Path, task: str, cases: Sequence[object]) -> list[Any]:
    found = subprocess.run(
        ["node", str(RUNNER), str(script)],
        input=json.dumps({"task": task, "cases": cases}).encode(),
        capture_output=True,
        check=False,
    )
    assert not found.returncode, found.stderr.decode()
    made: list[Any] = json.loads(found.stdout)
    return made


def key_of(answer: Any) -> Any:
    (key,) = marked_parts(replace(samples.item("open"), parts=samples.sole(answer)))
    return key


def credits(marks: Sequence[Any]) -> list[Fraction | None]:
    return [None if each["credit"] is None else Fraction(each["credit"]) for each in marks]
