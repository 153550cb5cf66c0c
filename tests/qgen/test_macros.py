"""A course's macros in a build: every format has the same formulas, and wrong ones are told."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from qgen.cli import main
from qgen.pipeline import BuildReport, BuildRequest, build

EXAM = r"""title: Macros
seed: 1
macros: {macros}
bank: ./bank
instructions: Write $\E$ for a mean.
sections: [{{title: S, questions: [gap]}}]
outputs:
  paper: {{pdf: never}}
  latex: {{pdf: never}}
  html: {{}}
  moodle: {{variants: 1}}
  gift: {{variants: 1}}
  csv: {{variants: 1}}
  qti: {{variants: 1}}
  canvas: {{variants: 1}}
"""
MACROS = r"""E: '\mathbb{E}'
KL: ['\mathrm{KL}(#1\,\|\,#2)', 2]
minus: ['#1 - ', 1]
"""
QUESTION = r"""id: gap
kind: single_choice
title: Gap
topic: t
difficulty: 1
parameters: {a: {integers: {from: -5, to: -3}}}
let: {b: a}
stem: What is $\KL{ {{ a }} }{p} + \E[x] $, where $\minus{x} {{ b }}$?
options:
  - {text: "$\\E[x] - \\KL{q}{p}$", correct: true}
  - {text: "$\\KL{p}{q}$", feedback: "Not $\\E$."}
explanation: Since $\E[x]$.
study_note: Know $\E$.
"""


def course(folder: Path, macros: str = "macros.yaml", definitions: str = MACROS) -> Path:
    (folder / "bank").mkdir()
    (folder / "bank" / "gap.yaml").write_text(QUESTION)
    (folder / "macros.yaml").write_text(definitions)
    (folder / "exam.yaml").write_text(EXAM.format(macros=macros))
    return folder / "exam.yaml"


def built(spec: Path) -> BuildReport:
    return build(BuildRequest(spec, spec.parent / "out"))


def texts(report: BuildReport) -> dict[str, str]:
    assert not report.failed, report.problems
    assert report.folder is not None
    found = {}
    for name in report.files:
        path = report.folder / name
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found[name] = "".join(
                    archive.read(each).decode("utf-8", "ignore") for each in archive.namelist()
                )
        elif path.suffix in {".typ", ".tex", ".html", ".xml", ".gift", ".txt", ".csv", ".jsonl"}:
            found[name] = path.read_text("utf-8")
    return found


def test_no_format_has_a_macro_left(tmp_path: Path) -> None:
    found = texts(built(course(tmp_path)))
    for name, text in found.items():
        assert not re.search(r"\\(E|KL|minus)\b", text), name
    assert len(found) >= 8
    paper = found["latex/paper-A.tex"]
    assert r"\mathbb{E}" in paper
    assert re.search(r"\\mathrm\{KL\}\( *-[345] *\\,\\\|\\,p\)", paper)
    # What stands before the hole once the macro is expanded decides how its value prints.
    assert re.search(r"x \+ [345]", paper)
    assert "𝔼" in found["html/exam-A.html"]


def test_macros_in_the_spec_and_in_a_file_give_the_same_bytes(tmp_path: Path) -> None:
    inline = json.dumps(
        {"E": r"\mathbb{E}", "KL": [r"\mathrm{KL}(#1\,\|\,#2)", 2], "minus": ["#1 - ", 1]}
    )
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = texts(built(course(tmp_path / "a")))
    assert first == texts(built(course(tmp_path / "b", inline)))


def test_a_wrong_macro_is_told_once_with_its_place(tmp_path: Path) -> None:
    report = built(course(tmp_path, definitions=MACROS.replace("mathbb", "mathb")))
    (problem,) = report.problems
    assert str(problem).endswith(
        r"macros.yaml:1:4: error: the macro '\E': formulas have no command '\mathb' [macro]"
    )


def test_a_use_without_its_arguments_is_told_at_the_question(tmp_path: Path) -> None:
    spec = course(tmp_path, definitions=MACROS.replace("', 2]", " #3', 3]"))
    found = [str(problem) for problem in built(spec).problems]
    assert all("[macro]" in each and "lacks an argument" in each for each in found)
    assert {each.split("gap.yaml:")[1].split(":")[0] for each in found} == {"10", "11"}


def test_another_file_of_macros_is_refused_outside_the_folder(tmp_path: Path) -> None:
    (problem,) = built(course(tmp_path, "../macros.yaml")).problems
    assert problem.code == "outside"


@pytest.mark.parametrize("known", [True, False])
def test_check_and_show_take_the_macros(known: bool, tmp_path: Path) -> None:
    course(tmp_path)
    bank, given = str(tmp_path / "bank"), ["--macros", str(tmp_path / "macros.yaml")]
    for command in (
        ["check", bank, "--variants", "3", "--jobs", "1"],
        ["show", "gap", "--bank", bank],
    ):
        result = CliRunner().invoke(main, [*command, *(given if known else [])])
        assert ('Unknown command "' in result.output) == (not known), result.output
