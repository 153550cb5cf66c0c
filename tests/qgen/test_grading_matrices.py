"""`qgen grade` on a matrix: as a page saves it, and as it stands in a cell of a table."""

from pathlib import Path

import pytest

from tests.qgen.course import Course
from tests.qgen.handed_in import Desk, build_exam, response, short

KEY = ["1", "2", "0", "1/3", "4", "-1/2"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    course = Course(tmp_path)
    grid = {
        "answer": "((1, 2, 0), (1/3, 4, -1/2))",
        "tolerance": {"absolute": "1/100"},
        "mistakes": [{"answer": "((1, 2, 0), (3, 4, -2))", "feedback": "Divide."}],
    }
    questions = [
        short("grid", "matrix", **grid),
        short("whole", "matrix", marks="all", **grid),
        short("vector", "matrix", answer="(1, 2.5)"),
    ]
    build_exam(course, monkeypatch, questions=questions, versions=1)
    return Desk(course)


def test_what_a_page_saves(desk: Desk) -> None:
    beside = ["1", "2.005", "", "0.333", "4", "7"]
    mistake = ["1", "2", "0", "3", "4", "-2"]
    vector = ["1", "5/2"]
    tried = {
        "Ada": {"1": KEY, "2": KEY, "3": vector},
        "Bob": {"1": beside, "2": beside, "3": ["1", "2"]},
        "Cyd": {"1": mistake, "2": mistake, "3": ["", ""]},
        "Dan": {"1": ["1", "x", "", "", "", ""], "2": "1 2 0; 1/3 4 -1/2", "3": None},
    }
    for student, answers in tried.items():
        desk.put(f"{student}.json", response(answers, student=student))
    desk.graded()
    earned = {name: [desk.marks(name)[q]["credit"] for q in "123"] for name in tried}
    assert earned == {
        "Ada": ["1", "1", "1"],
        "Bob": ["0.666667", "0", "0.5"],
        "Cyd": ["0.666667", "0", "0"],
        "Dan": ["", "", "0"],
    }
    assert desk.marks("Cyd")["1"]["mistake"] == "mistake 1"
    assert desk.marks("Cyd")["2"]["feedback"] == "Divide."
    assert desk.marks("Bob")["1"]["answer"] == "1 2.005 _; 0.333 4 7"
    assert sorted(desk.reasons()) == ["no-answer", "unreadable"]


def test_cells_of_a_table(desk: Desk) -> None:
    rows = [
        "paper,question,part,answer,student",
        'A,1,,"1 2 0; 1/3 4 -1/2",Ada',
        'A,2,,"[[1, 2, 0], [0.33, 4, -0.5]]",Ada',
        'A,3,,"1; 2,5",Ada',
        'A,1,,"1 2 _; 3 4 -2",Bob',
        'A,2,,"1 2 0 1/3 4 -1/2",Bob',
        'A,3,,"1 2,5 3",Bob',
    ]
    desk.put("table.csv", "\n".join(rows) + "\n")
    desk.graded()
    ada, bob = desk.marks("Ada"), desk.marks("Bob")
    assert [ada[q]["credit"] for q in "123"] == ["1", "1", "1"]
    assert [bob[q]["credit"] for q in "123"] == ["0.5", "", ""]
    assert desk.reasons() == ["unreadable", "unreadable"]
