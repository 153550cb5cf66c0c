"""A tightened script does what the script did, in fewer bytes."""

import itertools
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from qgen.document.answers import FormulaAnswer, Numeric
from qgen.renderers.html.script_tightening import tightened
from qgen.renderers.html.scripts import inner_script, modules_for, page_script, whole_script
from qgen.renderers.writer import NoMemory
from tests import samples

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node"),
]

SCRIPT = r"""
// A comment with `quotes` and "text".
/** Another { one. */
const spaced = "two  blanks // no comment", quoted = 'it\'s'
const pattern = /[/'"`]\/\d+/g
const half = (value, divisor = 2) => value / divisor / 1
function* counted(from, { step = 1, most: limit } = {}) {
  for (let at = from; at < limit; at += step) yield at
}
class Box {
  constructor(width) {
    this.width = width
  }

  get area() {
    return this.width ** 2
  }

  widened(width, ...others) {
    const { area } = this
    return { area, width, sum: others.reduce((total, each) => total + each, width) }
  }
}
const box = new Box(3)
let signs = 1 - -1 + +1
signs++
const inner = (each) => `<${each}> ${{ width: each }.width}`
const nested = `a ${[1, 2].map((each) => inner(each)).join(`,`)} b ${spaced}`
const choice = half(4) > 1 ? spaced : quoted
const [first, , third = first] = [...counted(0, { step: 2, most: 5 })]
const report = { first, third, half: half(9), area: box.area, ...box.widened(5, 6, 7), signs }
if (typeof missing === "undefined") report.missing = true
for (const [name, value] of Object.entries(report)) {
  const label = name.length > 4 ? name : value
  report[name] = `${label}`
}
report.matches = "1/2 '/7".replace(pattern, (found) => `[${found}]`)
console.log(JSON.stringify([report, nested, choice, third]))
"""


def said(script: str, tmp_path: Path) -> str:
    file = tmp_path / "script.mjs"
    file.write_text(script, "utf-8")
    run = subprocess.run(["node", str(file)], capture_output=True, text=True, check=True)
    return run.stdout


def test_a_tightened_script_says_the_same(tmp_path: Path) -> None:
    tight = tightened(SCRIPT)
    assert said(SCRIPT, tmp_path) == said(tight, tmp_path)
    assert len(tight) < 0.7 * len(SCRIPT)
    assert tightened(SCRIPT) == tight
    assert "Another" not in tight
    assert "two  blanks // no comment" in tight


def test_every_page_has_a_script_that_can_be_read(tmp_path: Path) -> None:
    asked = [samples.ANSWERS[kind] for kind in ("numeric", "formula", "ordering")]
    for mode, count in itertools.product(("practice", "exam"), range(len(asked) + 1)):
        modules = modules_for(mode, asked[:count])
        script, inner = page_script(modules, "", NoMemory()).text, inner_script(modules)
        for name, text in (("page.mjs", script), ("page.cjs", inner)):
            file = tmp_path / name
            file.write_text(text, "utf-8")
            subprocess.run(["node", "--check", str(file)], check=True)
        assert len(inner) < 0.6 * len(whole_script(modules))
        assert len(script) < 0.7 * len(inner)


def test_only_pages_that_mark_formulas_know_how() -> None:
    formula = samples.ANSWERS["formula"]
    assert isinstance(formula, FormulaAnswer)
    assert modules_for("exam", [formula]) == ("formulas", "start_exam")
    assert "formula_marking" in modules_for("practice", [formula])
    number = samples.ANSWERS["numeric"]
    assert isinstance(number, Numeric)
    assert modules_for("practice", [number]) == ("closed_forms", "start_practice")
    assert modules_for("exam", [replace(number, worked_out=True)]) == ("start_exam",)


def test_a_kept_script_that_was_damaged_is_made_anew() -> None:
    class Shelf:
        def __init__(self) -> None:
            self.kept: dict[str, bytes] = {}

        def read(self, name: str) -> bytes | None:
            return self.kept.get(name)

        def keep(self, name: str, content: bytes) -> None:
            self.kept[name] = content

    shelf = Shelf()
    script = page_script(("start_exam",), "", shelf)
    (name,) = shelf.kept
    shelf.kept[name] = shelf.kept[name][:-10]
    assert page_script(("start_exam",), "", shelf) == script
    assert page_script(("start_exam",), "", shelf) == script
