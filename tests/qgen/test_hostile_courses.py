"""Whatever a course's files hold: a message with its place, never a traceback or a silent exit."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from qgen.document.problem import Problem
from tests.qgen.course import SOLVERS, Course, errors, numeric

FIXED: dict[str, Any] = {"solver": None, "answer": 1, "mistakes": None}


def told(course: Course, **changes: Any) -> str:
    course.bank(numeric("q", **changes))
    course.exam("q", versions=1, outputs={"html": {}, "moodle": {"variants": 1}})
    return "\n".join(errors(course.build()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"let": {"t": "'\\ud800'"}}, "23:9: error: the expression ''\\ud800'': half of a char"),
        ({"let": {"t": "'\\x1b[31m'"}}, "a control character (U+001B) is not text"),
        ({"answer": "10**400"}, "'10**400' is beyond 10**300"),
        ({"mistakes": [{"answer": "10**400", "feedback": "No."}]}, "beyond 10**300"),
    ],
)
def test_a_value_that_nothing_can_hold(
    course: Course, changes: dict[str, Any], message: str
) -> None:
    assert message in told(course, **{**FIXED, **changes})


def test_a_large_value_that_is_no_key_is_built(course: Course) -> None:
    course.bank(numeric("q", **FIXED, stem="{{ t }} {{ a }}", let={"t": "10**400"}))
    course.exam("q", versions=1, outputs={"html": {}, "moodle": {"variants": 1}})
    assert course.built()


CALL = "__import__('qgen.document.formula').document.formula.Call"


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("10**100000", "'square' is beyond 10**300"),
        (f"{CALL}('exp', 1)", "the arguments of a Call are a tuple"),
        (f"{CALL}('nope', (1,))", "there is no function 'nope'"),
        ("__import__('sys').exit(0)", "SystemExit: 0"),
        ("'\\x1b'", "a control character (U+001B)"),
    ],
)
def test_what_a_solver_returns(course: Course, returned: str, message: str) -> None:
    course.solvers(SOLVERS.replace('"square": a * a', f'"square": {returned}'))
    assert message in told(course)


def test_a_text_of_a_solver_that_a_terminal_would_obey(course: Course) -> None:
    course.solvers(SOLVERS.replace('"square": a * a', '"square": "\\x1b[31m"'))
    found = told(course, stem="{{ square }} of {{ a }}", answer="a")
    assert "a control character (U+001B) is not text" in found


def test_a_solver_file_that_ends_the_program(course: Course) -> None:
    course.solvers("import sys\nsys.exit(0)\n")
    assert "course_solvers.py:2: SystemExit: 0" in told(course)


@pytest.mark.parametrize("character", ["\x7f", "\ufffe", "\x1b"])
def test_a_character_that_is_no_text_is_told_where_it_stands(
    course: Course, character: str
) -> None:
    course.write("questions/bank.yaml", f"id: q\nstem: a {character} b\n")
    course.exam("q")
    (found, *_) = errors(course.build())
    assert f"bank.yaml:2:9: error: a control character (U+{ord(character):04X})" in found


def test_a_message_is_nothing_that_a_terminal_obeys() -> None:
    assert str(Problem("code", "a \x1b[31m b \ud800")) == "error: a \\u001b[31m b \\ud800 [code]"


def test_a_spec_that_is_cut_off_is_told_in_its_last_line(course: Course) -> None:
    course.write("exam.yaml", "title: An exam\nsections: [{title: A,\n\n")
    (found,) = errors(course.build())
    assert int(found.split("exam.yaml:")[1].split(":")[0]) <= 3


def test_a_path_is_printed_as_it_is(course: Course, qgen: Callable[..., Result]) -> None:
    path = course.write("a:100:b/bank.yaml", "id: q\n")
    assert "a:100:b" in qgen("check", path).stdout
