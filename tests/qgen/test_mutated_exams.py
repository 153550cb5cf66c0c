"""Exam specs and rosters mutated by chance: a message with its line, never a traceback."""

import random
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qgen.bank.roster import read_roster
from qgen.cli import main
from tests.bank.written import load_exam_text
from tests.examples import tries
from tests.mutations import as_yaml, in_time, mutated_data, mutated_text
from tests.qgen.course import EXAMPLES, Course, choice, numeric
from tests.quick_yaml import from_yaml

pytestmark = pytest.mark.slow

ROUNDS = range(8)
A_ROUND = tries(25)
BUILDS = range(6)
PLACED = re.compile(r"[\w./-]+:[1-9]\d*:[1-9]\d*: (error|loss|warning): .+ \[[a-z0-9-]+\]")

ROSTER = 'id,name\ns1,Ada Lovelace\n"s2","Bob, the second"\ns3,\nमी,José\n'
SPEC: dict[str, Any] = {
    "title": "An exam",
    "course": "CS 726",
    "date": "2026-12-04",
    "language": "en",
    "seed": 1,
    "bank": ["questions"],
    "students": "roster.csv",
    "duration": "90 min",
    "pass_mark": "80%",
    "attempts": {"allowed": 3, "every": "8 h"},
    "scoring": {"multiple_select": "per_option"},
    "shuffle": {"questions": True, "options": True},
    "sections": [
        {"title": "One", "pick": 1, "from": {"kinds": ["single_choice"], "difficulty": "1-3"}},
        {"title": "Two", "questions": [{"id": "square", "points": 3}], "points": 2},
    ],
    "outputs": {"moodle": {"variants": 2}, "html": {"mode": "exam"}},
}


@cache
def specs() -> list[tuple[str, Any]]:
    """The shipped examples, and one with every kind of entry."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.yaml"))]
    return [*((text, from_yaml(text)) for text in texts), (as_yaml(SPEC), SPEC)]


@pytest.mark.parametrize("part", ROUNDS)
def test_a_mutated_spec_is_read_or_told(part: int) -> None:
    chance = random.Random(f"specs {part}")
    for turn in range(A_ROUND):
        text, data = chance.choice(specs())
        seed = chance.randrange(10**9)
        changed = mutated_text(text, seed) if turn % 2 else as_yaml(mutated_data(data, seed))
        with in_time(changed):
            loaded, problems = load_exam_text(changed)
        assert (loaded is None) == bool(problems)
        for problem in problems:
            assert PLACED.fullmatch(str(problem)), str(problem)


@pytest.mark.parametrize("part", BUILDS)
def test_a_mutated_exam_is_built_or_told(part: int, tmp_path: Path) -> None:
    chance = random.Random(f"exams {part}")
    course = Course(tmp_path)
    course.solvers("")
    asked = numeric("square", solver=None, answer="a*a", proof="a**2", mistakes=None)
    course.bank(asked, choice("which"), choice("other"))
    for turn in range(4):
        seed = chance.randrange(10**9)
        spec = {**SPEC, "outputs": {"html": {"mode": "exam"}, "moodle": {"variants": 2}}}
        text = as_yaml(mutated_data(spec, seed)) if turn % 2 else as_yaml(spec)
        roster = ROSTER if turn % 2 else mutated_text(ROSTER, seed)
        (tmp_path / "exam.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
        (tmp_path / "roster.csv").write_text(roster, encoding="utf-8", errors="surrogatepass")
        arguments = ["build", str(tmp_path / "exam.yaml"), "-o", str(tmp_path / f"out-{turn}")]
        with in_time(text):
            result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), text
        assert "Traceback" not in result.output
        assert result.exit_code in (0, 1)
        if result.exit_code:
            assert ": error: " in result.output


@pytest.mark.parametrize("part", ROUNDS)
def test_a_mutated_roster_is_read_or_told(part: int, tmp_path: Path) -> None:
    chance = random.Random(f"rosters {part}")
    path = tmp_path / "roster.csv"
    for _ in range(A_ROUND):
        content = bytearray(mutated_text(ROSTER, chance.randrange(10**9)).encode("utf-8"))
        if chance.random() < 0.3:
            content[chance.randrange(len(content)) :][:1] = bytes([chance.randrange(256)])
            content.insert(chance.randrange(len(content)), chance.randrange(256))
        path.write_bytes(content)
        with in_time(content.decode("utf-8", "replace")):
            students, problems = read_roster(path, "roster.csv")
        for problem in problems:
            assert re.fullmatch(
                r"roster\.csv:[1-9]\d*:[1-9]\d*: error: .+ \[[a-z-]+\]", str(problem)
            ), str(problem)
        if not problems:
            assert len({student.identifier for student in students}) == len(students)
