"""A course's own look for papers: the example of the docs, and what a template must not do."""

import subprocess
from pathlib import Path

import pytest

from qgen.document.problem import Problem
from qgen.pipeline import BuildReport, BuildRequest, build
from tests.renderers.paper.pages import needs_poppler

EXAMPLE = (Path(__file__).parents[2] / "docs" / "template.typ").read_text("utf-8")
EXAM = """title: "A look # of one's own"
course: Course 1
date: 2026-12-04
seed: 1
bank: builtin
sections: [{title: S, questions: [elbo-by-name, posterior-collapse-explained]}]
outputs: {paper: {template: TEMPLATE, together: true}}
"""
BARE = "#let look(title: none, ..others, body) = body\n"


def built(folder: Path, template: str, named: str = "my.typ") -> BuildReport:
    (folder / "exam.yaml").write_text(EXAM.replace("TEMPLATE", named))
    (folder / "my.typ").write_text(template)
    return build(BuildRequest(folder / "exam.yaml", folder / "out"))


def fault(folder: Path, template: str, named: str = "my.typ") -> Problem:
    report = built(folder, template, named)
    assert report.folder is None
    return report.problems[0]


@needs_poppler
@pytest.mark.tex
def test_the_example_of_the_docs_is_put_around_every_paper(tmp_path: Path) -> None:
    report = built(tmp_path, EXAMPLE)
    assert not report.failed, report.problems
    assert report.folder is not None
    for name in ("paper-A", "solutions-A", "all"):
        path = report.folder / "paper" / f"{name}.pdf"
        done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
        for page in done.stdout.decode().split("\f")[:-1]:
            words = " ".join(page.split())
            assert "University of Somewhere · Course 1 · December 4, 2026" in words
            assert "Version A" in words
        fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True).stdout
        assert b"LibertinusSerif" in fonts
    assert "dotted" in (report.folder / "paper/assets/template.typ").read_text()


def test_a_template_gets_texts_whatever_is_in_them(tmp_path: Path) -> None:
    report = built(tmp_path, BARE)
    assert not report.failed, report.problems
    assert report.folder is not None
    source = (report.folder / "paper/paper-A.typ").read_text()
    assert '#show: look.with(title: "A look # of one\'s own", course: "Course 1"' in source


def test_a_mistake_in_a_template_is_told_at_its_line(tmp_path: Path) -> None:
    found = fault(tmp_path, "// my look\n#let look(..all) = nothing\n")
    assert str(found) == "assets/template.typ:2:20: error: Typst: unknown variable: nothing [typst]"
    assert "unknown variable: look" in fault(tmp_path, "// empty\n").message


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (f'#read("/etc/passwd")\n{BARE}', "not found"),
        (f'#read("../../../../../../etc/passwd")\n{BARE}', "escape"),
        (f'#import "@preview/cetz:0.3.0": *\n{BARE}', "the package '@preview/cetz' is not used"),
        (f"#let f(n) = f(n + 1)\n#let x = f(0)\n{BARE}", "maximum function call depth"),
    ],
)
def test_a_hostile_template_ends_in_an_error(tmp_path: Path, template: str, message: str) -> None:
    assert message in fault(tmp_path, template).message


@pytest.mark.parametrize(
    ("named", "code"),
    [("../my.typ", "outside"), ("/etc/hostname", "outside"), ("none.typ", "file-missing")],
)
def test_only_a_file_in_the_exams_folder_is_a_template(
    tmp_path: Path, named: str, code: str
) -> None:
    assert fault(tmp_path, BARE, named).code == code


def test_fonts_of_the_spec_are_used_and_must_lie_in_the_exams_folder(tmp_path: Path) -> None:
    """A font of TeX or matplotlib that neither Typst nor, under this name, papers have."""
    import matplotlib

    font = Path(matplotlib.get_data_path()) / "fonts/ttf/STIXGeneral.ttf"
    (tmp_path / "my fonts").mkdir()
    (tmp_path / "my fonts" / "stix.ttf").write_bytes(font.read_bytes())
    template = BARE.replace("= body", '= { set text(font: "STIXGeneral", fallback: false)\nbody }')
    spec = "my.typ, fonts: my fonts"
    report = built(tmp_path, template, spec)
    assert not report.failed, report.problems
    assert report.folder is not None
    assert b"STIXGeneral" in (report.folder / "paper/paper-A.pdf").read_bytes()
    for named, reason in (("..", "it lies outside"), ("none", "there is no such folder")):
        found = fault(tmp_path, template, f"my.typ, fonts: {named}")
        assert found.code == "fonts"
        assert reason in found.message
        assert found.place is not None
        assert found.place.line == 7
