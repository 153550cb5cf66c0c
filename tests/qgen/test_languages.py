"""Questions in several languages: which are picked, and what is said of those in another one."""

from pathlib import Path

import pytest

from qgen.loading import load_whole_exam
from qgen.pipeline import BuildRequest, build

QUESTION = """
- id: ID
  kind: open
  title: A title
  topic: words
  difficulty: 1
  stem: The stem.
  LANGUAGE
  rubric: [{points: 1, text: Says it.}]
"""
EXAM = """title: Languages
seed: 1
language: LANGUAGE
bank: ./questions
sections:
  - title: All
    SECTION
outputs: {csv: {}}
"""
LANGUAGES = {"plain": "", "german": "de", "swiss": "de-CH", "french": "fr", "english": "en"}


def exam(folder: Path, language: str, section: str) -> Path:
    (folder / "questions").mkdir(exist_ok=True)
    written = (
        QUESTION.replace("ID", name).replace("LANGUAGE", f"language: {tag}" if tag else "note: N")
        for name, tag in LANGUAGES.items()
    )
    (folder / "questions" / "q.yaml").write_text("".join(written))
    text = EXAM.replace("LANGUAGE", language).replace("SECTION", section)
    (folder / "exam.yaml").write_text(text)
    return folder / "exam.yaml"


@pytest.mark.parametrize(
    ("exam_language", "languages", "picked"),
    [
        ("de", "de", {"plain", "german", "swiss"}),
        ("en", "[en]", {"plain", "english"}),
        ("en", "[de, fr]", {"german", "swiss", "french"}),
        ("en", "de-ch", {"swiss"}),
    ],
)
def test_a_section_picks_questions_of_the_languages_that_it_names(
    tmp_path: Path, exam_language: str, languages: str, picked: set[str]
) -> None:
    section = f"pick: {len(picked)}\n    from: {{languages: {languages}}}"
    loaded, problems = load_whole_exam(exam(tmp_path, exam_language, section))
    assert loaded is not None, problems
    assert {slot.template.header.identifier for slot in loaded.slots} == picked
    more = section.replace(f"pick: {len(picked)}", f"pick: {len(picked) + 1}")
    _, (problem,) = load_whole_exam(exam(tmp_path, exam_language, more))
    assert problem.code == "too-few-questions"


def test_questions_in_another_language_than_the_exam_are_told_and_built(tmp_path: Path) -> None:
    path = exam(tmp_path, "de", f"questions: [{', '.join(LANGUAGES)}]")
    report = build(BuildRequest(path, tmp_path / "out"))
    assert report.folder is not None
    (problem,) = (each for each in report.problems if each.code == "question-language")
    assert problem.severity == "loss"
    assert problem.message == (
        "2 of 5 questions are not in the exam's language 'de': 'french' (fr), 'english' (en); "
        "'from: {languages: [de]}' picks others"
    )
    assert problem.place is not None
    assert problem.place.line == 6


def test_the_shipped_questions_are_in_english(tmp_path: Path) -> None:
    path = exam(tmp_path, "de", "questions: [elbo-by-name]")
    path.write_text(path.read_text().replace("./questions", "builtin"))
    loaded, problems = load_whole_exam(path)
    assert loaded is not None, problems
    assert [problem.code for problem in loaded.losses] == ["question-language"]
    path.write_text(path.read_text().replace("language: de", "language: en-GB"))
    loaded, _ = load_whole_exam(path)
    assert loaded is not None
    assert loaded.losses == ()
