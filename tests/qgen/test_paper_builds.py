"""Building papers on a machine that has nothing but what pip installs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.qgen.course import EXAMPLES, Course, choice, digests, formula, numeric


def test_an_example_ends_in_pdfs_where_there_is_no_tex(
    tmp_path: Path, qgen: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATH", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    result = qgen("build", EXAMPLES / "quiz.yaml", "--format", "paper", "-o", tmp_path)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "quiz" / "paper"
    documents = {path.stem for path in folder.glob("*.pdf")}
    versions = [f"{kind}-{version}" for kind in ("paper", "solutions") for version in "AB"]
    assert documents == {*versions, "keys"}
    assert all(path.read_bytes().startswith(b"%PDF") for path in folder.glob("*.pdf"))


def test_the_midterm_has_all_its_papers(midterm: Path) -> None:
    documents = {path.stem for path in (midterm / "paper").glob("*.pdf")}
    versions = [f"{kind}-{version}" for kind in ("paper", "solutions") for version in "ABCD"]
    assert documents == {*versions, "guide", "keys"}
    assert all(path.read_bytes().startswith(b"%PDF") for path in midterm.glob("paper/*.pdf"))


def test_papers_are_the_same_for_any_number_of_jobs(course: Course) -> None:
    course.bank(numeric("square"), formula("divergence"), choice("which"))
    course.exam("square", "divergence", "which", versions=5, outputs={"paper": {}})
    first = digests(course.built(jobs=1))
    assert sum(name.endswith(".pdf") for name in first) == 11
    assert digests(course.built(jobs=3)) == first


def test_sources_alone_are_written_where_no_pdf_is_wanted(course: Course) -> None:
    course.bank(choice("which"))
    course.exam("which", versions=1, outputs={"paper": {"pdf": "never", "solutions": False}})
    files = {name for name in digests(course.built()) if name.startswith("paper/")}
    assert files == {"paper/assets/style.typ", "paper/paper-A.typ"}


@pytest.mark.parametrize("sheet", [True, False])
def test_papers_by_latex_beside_answer_sheets_are_a_loss(course: Course, sheet: bool) -> None:
    course.bank(choice("which"))
    outputs = {"paper": {"pdf": "never", "sheet": sheet}, "latex": {"pdf": "never"}}
    course.exam("which", versions=1, outputs=outputs)
    found = [(problem.code, problem.severity) for problem in course.build().problems]
    assert found == [("latex-sheet", "loss")] * sheet


@pytest.mark.parametrize("sign", ["\ua984", "\u1a00"])
def test_a_character_that_no_font_has_stops_the_build(course: Course, sign: str) -> None:
    course.bank(choice("which", stem=f"Which {sign}?"))
    course.exam("which", versions=1, outputs={"paper": {}})
    report = course.build()
    assert report.folder is None
    assert {problem.code for problem in report.problems} == {"typst-character"}
    for problem in report.problems:
        assert f"has '{sign}'" in problem.message
        assert problem.message.endswith("in question 'which'")
