"""Draws that conditions reject are proved as well: a wrong branch must not hide behind `where`."""

from pathlib import Path

import pytest

from qgen.checking import BankCheck, check_banks
from tests.bank.written import question, written

pytestmark = pytest.mark.slow

SOLVERS = """
from qgen.solvers.routes.registry import check, solver

@solver("{room}.root", results={{"root": "of n squared", "extra": "n"}})
def root(n):
    return {{"root": n if n < {right} else -1, "extra": n if n < 50 else 0}}

@check("{room}.root", tolerance=1e-9)
def root_by_power(n):
    return {{"root": (n**2) ** 0.5, "extra": n}}
"""


def checked(folder: Path, room: str, right: int, condition: str) -> BankCheck:
    solvers = folder / f"{room}.py"
    solvers.write_text(SOLVERS.format(room=room, right=right), encoding="utf-8")
    asked = question(
        parameters={"n": {"integers": {"from": 1, "to": 90}}},
        where=condition,
        solver=f"{room}.root",
        stem="The root of the square of ${{ n }}$?",
        answer="root",
        mistakes=[],
        explanation="It is ${{ n }}$.",
        note="There are few.",
    )
    path = folder / "bank.yaml"
    path.write_text(written(asked), encoding="utf-8")
    return check_banks([str(path)], 30, solver_files=[solvers])


def test_a_wrong_branch_that_a_condition_hides_is_found(tmp_path: Path) -> None:
    result = checked(tmp_path, "hiding", right=40, condition="root > 0")
    (problem,) = result.problems
    assert problem.code == "routes-disagree"
    assert "a draw that 'root > 0' rejects (n = " in problem.message
    assert "give different root: -1 and " in problem.message


def test_results_that_no_condition_reads_need_not_agree_there(tmp_path: Path) -> None:
    """Where `root < 40` does not hold, `extra` is wrong, but nobody reads it there."""
    assert checked(tmp_path, "other", right=100, condition="root < 40").problems == []
    result = checked(tmp_path, "reading", right=100, condition="root < 40 and extra > 0")
    assert "different extra" in "".join(problem.message for problem in result.problems)


def test_a_condition_without_a_value_is_told(tmp_path: Path) -> None:
    result = checked(tmp_path, "broken", right=100, condition="root < 40 and 1/(root - 5) < 9")
    assert {problem.code for problem in result.problems} == {"draw"}
