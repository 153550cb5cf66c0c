"""What an author says by the mark, on the pages of `qgen grade`."""

from pathlib import Path

import pytest

from tests.qgen.course import Course
from tests.qgen.handed_in import Desk, build_exam, response, short

SAID = {"right": "Said: {{ 1 + 1 }} rights.", "partly": "Said: a share.", "wrong": "Said: a wrong."}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    course = Course(tmp_path)
    halved = [{"answer": 3, "feedback": "Halve it.", "credit": "50%"}]
    questions = [
        short("number", "numeric", answer="3/2", mistakes=halved, feedback=SAID),
        short("words", "open", feedback=SAID),
        short("silent", "numeric", answer="7"),
    ]
    build_exam(course, monkeypatch, questions=questions, versions=1)
    return Desk(course)


def said(desk: Desk, student: str) -> list[str]:
    (page,) = desk.output.rglob(f"feedback/*{student}.html")
    text = page.read_text("utf-8")
    return [word for word in ("2 rights", "a share", "a wrong") if f"Said: {word}." in text]


def test_pages_say_it_by_the_mark_and_nothing_while_a_person_decides(desk: Desk) -> None:
    for student, number in {"Ada": "3/2", "Bob": "3", "Cyd": "9", "Dan": ""}.items():
        answers = {"1": number, "2": "Because.", "3": "1"}
        desk.put(f"{student}.json", response(answers, student=student))
    desk.graded()
    assert said(desk, "Ada") == ["2 rights"]
    assert said(desk, "Bob") == ["a share"]
    assert said(desk, "Cyd") == ["a wrong"]
    assert said(desk, "Dan") == ["a wrong"]
