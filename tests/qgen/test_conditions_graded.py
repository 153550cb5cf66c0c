"""Conditions on matrices and formulas from YAML to marks, and what an exam page tells of them."""

import pytest

from tests.qgen.course import Course
from tests.qgen.handed_in import Desk, build_exam, response, short

PARAMETERS = {name: {"integers": {"from": 2, "to": 9}} for name in ("a", "b")}
QUESTIONS = [
    {
        **short("singular", "matrix"),
        "parameters": PARAMETERS,
        "answer": None,
        "tolerance": None,
        "stem": "A $2 \\times 2$ matrix of rank 1 with ${{ a }}$ at its top left?",
        "accept_if": "rank(response) == 1 and response[0][0] == a",
        "example": "[[a, 1], [a, 1]]",
        "mistakes": [{"answer": "[[a, 0], [0, 1]]", "feedback": "That has rank 2."}],
    },
    {
        **short("solution", "formula"),
        "parameters": PARAMETERS,
        "solver": None,
        "answer": None,
        "variables": {"x": "real"},
        "stem": "A solution of $y' = {{ a }}y$ with $y(0) = {{ b }}$?",
        "accept_if": "diff(response, x) == a*response and at(response, x, 0) == b",
        "example": "b*exp(a*x)",
        "mistakes": [{"answer": "a*exp(b*x)", "feedback": "Swapped.", "credit": "1/4"}],
    },
]


def test_they_are_graded(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = build_exam(course, monkeypatch, questions=QUESTIONS, versions=1)
    items = papers["A"].sections[0].items
    a = items[0].values["a"]
    c, d = items[1].values["a"], items[1].values["b"]
    desk = Desk(course)
    right = {"1": [f"{a}", "2/3", "3", f"2/{a}"], "2": f"{d}*e^({c}x)"}
    desk.put("right.json", response(right))
    wrong = {"1": [f"{a}", "0", "0", "1"], "2": f"{c}exp({d}x)"}
    desk.put("wrong.json", response(wrong, student="Bob"))
    cells = [f"A,1,,{a} 1; {a} 1,Cid", "A,2,,max(x y,Cid", f"A,1,,{a} 0; _ 1,Dot", "A,2,,0,Dot"]
    desk.put("scan.csv", "\n".join(["paper,question,part,answer,student", *cells]) + "\n")
    desk.graded()
    credits = {
        name: [row["credit"] for row in desk.marks(name).values()]
        for name in ("Ada", "Bob", "Cid", "Dot")
    }
    assert credits == {"Ada": ["1", "1"], "Bob": ["0", "0.25"], "Cid": ["1", ""], "Dot": ["0", "0"]}
    assert [row["mistake"] for row in desk.marks("Bob").values()] == ["mistake 1", "mistake 1"]


def test_an_exam_page_asks_and_tells_nothing_of_the_condition(course: Course) -> None:
    course.bank(*QUESTIONS)
    course.exam("singular", "solution", outputs={"html": {"mode": "exam"}}, versions=1)
    report = course.build()
    assert not [each for each in report.problems if each.code == "accept-if"]
    (page,) = (course.folder / "build").rglob("*.html")
    text = page.read_text("utf-8")
    assert "q1-r2-c2" in text
    assert '"kind":"formula"' in text
    for secret in ("claims", "accept_if", "rank", "diff(", "Swapped", "rank 2."):
        assert secret not in text.replace("matrix of rank 1", ""), secret


def test_a_practice_page_brings_the_condition_along(course: Course) -> None:
    course.bank(*QUESTIONS)
    course.exam("singular", "solution", outputs={"html": {"mode": "practice"}}, versions=1)
    report = course.build()
    assert not [each for each in report.problems if each.code == "accept-if"]
    (page,) = (course.folder / "build").rglob("*.html")
    text = page.read_text("utf-8")
    assert '"claims":[["and",["==",["rank","response"],"1"]' in text


def test_a_build_for_stack_says_where_it_takes_derivatives_otherwise(course: Course) -> None:
    course.bank(*QUESTIONS)
    course.exam("singular", "solution", outputs={"moodle": {"formulas": "stack"}})
    report = course.build()
    (lost,) = [each.message for each in report.problems if each.code == "accept-if"]
    assert "takes the derivatives of 'accept_if' almost everywhere" in lost
