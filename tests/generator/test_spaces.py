"""Whose word counts where the room on paper is asked for at several places."""

from pathlib import Path

import pytest

from qgen.loading import load_whole_exam
from qgen.pipeline import BuildRequest, build

QUESTIONS = """
- id: worked
  kind: numeric
  title: A number
  topic: numbers
  difficulty: 1
  stem: How many?
  answer: 3
  tolerance: {absolute: 0}
  SPACE
- id: chosen
  kind: single_choice
  title: A choice
  topic: numbers
  difficulty: 1
  stem: Which?
  options: [{text: one, correct: true}, {text: two}]
  SPACE
- id: steps
  kind: derivation
  title: Steps
  topic: numbers
  difficulty: 1
  stem: Derive it.
  SPACE
  parts:
    - {kind: open, prompt: Why?, points: 1, rubric: [{points: 1, text: Because.}]}
    - {kind: open, prompt: Why?, points: 1, rubric: [{points: 1, text: Because.}], space: lines 9}
    - kind: single_choice
      prompt: Which?
      points: 1
      options: [{text: one, correct: true}, {text: two}]
"""
EXAM = """title: Spaces
seed: 1
bank: ./questions
EXAM
sections:
  - title: All
    SECTION
    questions: [{id: worked ENTRY}, {id: chosen ENTRY}, {id: steps ENTRY}]
outputs: {paper: {pdf: never}}
"""


def spaces(
    folder: Path, *, question: str = "", exam: str = "", section: str = "", entry: str = ""
) -> list[str | None]:
    """The room for worked, chosen, and the three steps: the number of its lines."""
    (folder / "questions").mkdir()
    own = f"space: {question}" if question else ""
    (folder / "questions" / "q.yaml").write_text(QUESTIONS.replace("SPACE", own))
    text = EXAM.replace("EXAM", f"space: {exam}" if exam else "")
    text = text.replace("SECTION", f"space: {section}" if section else "")
    text = text.replace("ENTRY", f", space: {entry}" if entry else "")
    (folder / "exam.yaml").write_text(text)
    loaded, problems = load_whole_exam(folder / "exam.yaml")
    assert loaded is not None, problems
    found = [space for slot in loaded.slots for space in slot.spaces.of_parts(slot.template.parts)]
    return [None if space is None else f"{space.kind} {space.amount}" for space in found]


NINE, NONE = "lines 9", None


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, [NONE, NONE, NONE, NINE, NONE]),
        ({"exam": "lines 2"}, ["lines 2", NONE, "lines 2", NINE, NONE]),
        ({"question": "lines 3"}, ["lines 3", "lines 3", "lines 3", NINE, NONE]),
        (
            {"exam": "lines 2", "question": "lines 3"},
            ["lines 3", "lines 3", "lines 3", NINE, NONE],
        ),
        (
            {"section": "lines 4", "question": "lines 3", "exam": "lines 2"},
            ["lines 4", "lines 3", "lines 4", "lines 4", NONE],
        ),
        (
            {"entry": "none", "section": "lines 4", "question": "lines 3"},
            ["none 0", "none 0", "none 0", "none 0", NONE],
        ),
    ],
)
def test_the_nearest_word_counts_and_choices_get_room_only_by_their_own(
    tmp_path: Path, said: dict[str, str], wanted: list[str | None]
) -> None:
    assert spaces(tmp_path, **said) == wanted


def test_a_build_prints_the_room(tmp_path: Path) -> None:
    spaces(tmp_path, section="squared 4 cm")
    report = build(BuildRequest(tmp_path / "exam.yaml", tmp_path / "out"))
    assert not report.failed, report.problems
    written = (tmp_path / "out/exam/paper/paper-A.typ").read_text()
    assert written.count("#room-squared(40mm);") == 3
    assert "#answer-lines" not in written
