"""`qgen grade` on the command line: what it says, and its exit status."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from qgen.document.exam import Paper
from tests.qgen.handed_in import Desk, answers_of, response

Run = Callable[..., Result]


@pytest.fixture
def run(qgen: Run, desk: Desk, papers: dict[str, Paper]) -> Run:
    desk.put("a.json", response(answers_of(papers["A"])))
    return lambda *more: qgen("grade", desk.course.output / "exam", desk.folder, *more)


def test_it_counts_what_it_did(run: Run) -> None:
    result = run()
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "1 student, 11 answers marked, 1 of them to be decided by a person",
        "to look at: 1 open (review.csv)",
        "5 files in grades/",
    ]


def test_what_could_not_be_marked_is_told_with_its_place(run: Run, desk: Desk) -> None:
    desk.put("b.json", "{")
    desk.put("c.csv", "paper,question,part,answer\nA,99,,\x1b[2J\n")
    result = run()
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()[:2]
    assert first.startswith(f"{desk.folder / 'b.json'}: not marked: not JSON")
    assert second.startswith(f"{desk.folder / 'c.csv'}, line 2: not marked: the paper has no")
    assert "\x1b" not in result.stdout


def test_json(run: Run) -> None:
    data = json.loads(run("--json").stdout)
    assert (data["ok"], data["students"], data["waiting"]) == (True, 1, 1)
    assert [concern["reason"] for concern in data["review"]] == ["open"]


def test_mistakes_are_told_without_a_traceback(run: Run, qgen: Run, desk: Desk) -> None:
    result = qgen("grade", desk.folder, desk.folder)
    assert result.exit_code == 1
    assert "is no folder that qgen build wrote" in result.stderr
    result = run("-o", desk.folder)
    assert result.exit_code == 1
    assert "holds something else than grades" in result.stderr
    manual = desk.course.write("mine.csv", "student,question,points\nAda,8,x\n")
    result = run("--manual", manual)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{manual}:2:1: error: 'x' gives no marks")
    assert qgen("grade", desk.folder).exit_code == 2


def test_who_gains_is_told(run: Run) -> None:
    run()
    result = run("--against", "grades/marks.csv")
    assert "0 gain, 0 lose: changes.csv" in result.stdout
