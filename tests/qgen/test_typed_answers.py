"""Typed numbers from YAML to marks: closed forms, mistakes with a share, any right number."""

from collections.abc import Callable

import pytest
from click.testing import Result

from tests.qgen.course import Course
from tests.qgen.handed_in import Desk, build_exam, response, short

PARAMETERS = {name: {"integers": {"from": 2, "to": 9}} for name in ("a", "b")}
QUESTIONS = [
    {
        **short("entropy", "numeric"),
        "answer": "log(2)/2",
        "tolerance": {"relative": "1%"},
        "mistakes": [{"answer": "0.5", "feedback": "In nats.", "credit": "50%"}],
    },
    {
        **short("product", "numeric"),
        "answer": 391,
        "form": "worked_out",
        "tolerance": {"absolute": 0},
        "mistakes": None,
    },
    {
        **short("root", "numeric"),
        "parameters": PARAMETERS,
        "where": ["a < b"],
        "stem": "A root of $x^2 - {{ a + b }} x + {{ a*b }}$?",
        "answer": None,
        "tolerance": None,
        "accept_if": "response**2 - (a + b)*response + a*b == 0",
        "example": "a",
        "mistakes": [{"answer": "0 - b", "feedback": "Mind the sign.", "credit": "1/4"}],
    },
]


def test_typed_answers_are_graded(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = build_exam(course, monkeypatch, questions=QUESTIONS, versions=1)
    values = papers["A"].sections[0].items[2].values
    b = values["b"]
    assert isinstance(b, int)
    desk = Desk(course)
    desk.put("right.json", response({"1": "ln(2)/2", "2": "391", "3": f"{2 * b}/2"}))
    shares = {"1": "1/2", "2": "17*(23)", "3": f"-{b}"}
    desk.put("shares.json", response(shares, student="Bob"))
    desk.graded()
    assert [row["credit"] for row in desk.marks().values()] == ["1", "1", "1"]
    marks = desk.marks("Bob")
    assert [row["credit"] for row in marks.values()] == ["0.5", "", "0.25"]
    assert [row["mistake"] for row in marks.values()] == ["mistake 1", "", "mistake 1"]
    assert desk.reasons() == ["unreadable"]


def test_a_condition_marks_what_stands_in_a_table(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = build_exam(course, monkeypatch, questions=QUESTIONS, versions=1)
    b = papers["A"].sections[0].items[2].values["b"]
    desk = Desk(course)
    cells = [f"A,3,,{b},Ada", f"A,3,,-{b},Bob", "A,3,,,Cid", "A,3,,many,Dot"]
    desk.put("scan.csv", "\n".join(["paper,question,part,answer,student", *cells]) + "\n")
    desk.graded()
    credits = [desk.marks(name)["3"]["credit"] for name in ("Ada", "Bob", "Cid", "Dot")]
    assert credits == ["1", "0.25", "0", ""]


def test_a_platform_leaves_the_condition_to_a_person(
    course: Course, qgen: Callable[..., Result]
) -> None:
    course.bank(*QUESTIONS)
    course.exam("root", "product", outputs={"moodle": {}, "gift": {}, "csv": {}})
    report = course.build()
    lost = [each.message for each in report.problems if each.code == "accept-if"]
    assert [message.split("'")[1] for message in lost] == ["gift", "moodle"]
    lines = {name: marks.line() for name, marks in report.marks.items()}
    assert lines["moodle"] == "1 of 2 marks by machine, 1 by a person (root)"


def test_the_keys_show_an_example(course: Course) -> None:
    course.bank(*QUESTIONS)
    course.exam("root", outputs={"paper": {"pdf": "never"}}, versions=1)
    folder = course.built()
    key = (folder / "key.csv").read_text("utf-8").splitlines()[1]
    assert key.endswith(', or another that is right"')
    assert "e.g. " in (folder / "paper" / "keys.typ").read_text("utf-8")


def test_an_example_is_named_in_the_language_of_the_exam(course: Course) -> None:
    course.bank(*QUESTIONS)
    outputs = {"paper": {"pdf": "never"}, "html": {"mode": "practice"}}
    course.exam("root", outputs=outputs, versions=1, language="de")
    folder = course.built()
    (page,) = folder.rglob("*.html")
    for text in ((folder / "paper" / "keys.typ").read_text("utf-8"), page.read_text("utf-8")):
        assert "z.\u00a0B. " in text
