"""A course's own words: printed in every format, refused with their place where they are wrong."""

from pathlib import Path

import pytest

from qgen.pipeline import BuildReport, BuildRequest, build

EXAM = """title: Words
seed: 1
labels: labels.yaml
bank: builtin
sections: [{title: S, questions: [elbo-by-name, collapse-in-a-linear-vae]}]
outputs:
  {paper: {pdf: never}, latex: {pdf: never}, html: {}, moodle: {variants: 1}, guide: {pdf: never}}
"""
WORDS = """version: Series
points: {one: "{} mark", other: "{} marks"}
explanation: Worked answer
study_guide: Crib
"""


def built(folder: Path, words: str) -> BuildReport:
    (folder / "exam.yaml").write_text(EXAM)
    (folder / "labels.yaml").write_text(words)
    return build(BuildRequest(folder / "exam.yaml", folder / "out"))


def test_a_courses_words_are_printed_everywhere(tmp_path: Path) -> None:
    report = built(tmp_path, WORDS)
    assert not report.failed, report.problems
    assert report.folder is not None
    texts = {
        name: (report.folder / name).read_text("utf-8")
        for name in report.files
        if not name.endswith((".svg", ".png", ".pdf", ".zip"))
    }
    assert "Series" in texts["paper/paper-A.typ"]
    assert "Series A" in texts["latex/paper-A.tex"]
    assert " marks" in texts["paper/paper-A.typ"]
    assert "Worked answer" in texts["paper/solutions-A.typ"]
    assert "Worked answer" in texts["html/exam-A.html"]
    assert "Crib" in texts["guide/guide.tex"]
    for name in ("paper/paper-A.typ", "latex/paper-A.tex", "html/exam-A.html", "guide/guide.html"):
        assert "Version A" not in texts[name]
        assert "Study guide" not in texts[name]
    assert '"labels":' in texts["marking.jsonl"].splitlines()[0]


@pytest.mark.parametrize(
    ("words", "message", "line", "column"),
    [
        ("versoin: S", "there is no label 'versoin' (did you mean 'version'?)", 1, 1),
        ("language: xx", "there is no label 'language'", 1, 1),
        ("version: 3", "the label 'version' is a text", 1, 1),
        ("version: ' '", "the label 'version' is a text", 1, 1),
        ("a: b\nversion: x{}", "there is no label 'a'", 1, 1),
        ("version: x{}", "the label 'version' has no '{}', as in 'Version'", 1, 1),
        ("version: x{y}", "the label 'version' has no '{}', as in 'Version'", 1, 1),
        ("question: Q", "the label 'question' has one '{}', as in 'Question {}'", 1, 1),
        ("page: Q {}", "the label 'page' has two '{}', as in 'Page {} of {}'", 1, 1),
        (
            "points: marks",
            "the label 'points' has a text for each plural, as in {one: …, other: …}",
            1,
            1,
        ),
        ("points: {other: marks}", "the label 'points' has one '{}', as in '{} points'", 1, 1),
        ("- version", "a file of labels holds names and texts, as in version: Series", 1, 1),
    ],
)
def test_words_that_cannot_be_are_refused_with_their_place(
    tmp_path: Path, words: str, message: str, line: int, column: int
) -> None:
    report = built(tmp_path, words)
    assert report.folder is None
    problem = report.problems[0]
    assert problem.code == "labels"
    assert problem.message.startswith(message)
    assert problem.place is not None
    assert problem.place.file.endswith("labels.yaml")
    assert (problem.place.line, problem.place.column) == (line, column)


@pytest.mark.parametrize("named", ["../labels.yaml", "/etc/hostname", "missing.yaml"])
def test_only_a_file_in_the_exams_folder_is_read(tmp_path: Path, named: str) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    (tmp_path / "labels.yaml").write_text(WORDS)
    (folder / "exam.yaml").write_text(EXAM.replace("labels.yaml", named))
    report = build(BuildRequest(folder / "exam.yaml", folder / "out"))
    assert report.folder is None
    (problem,) = report.problems
    assert problem.code == ("file-missing" if named == "missing.yaml" else "outside")
