"""Shipped questions mutated by chance: no traceback, no hang, and each message with its line."""

import random
import re

import pytest

from qgen import deriving
from qgen.checking import How, check_question
from qgen.document.problem import Problem
from tests.bank.written import load_text
from tests.examples import tries
from tests.mutations import as_yaml, in_time, mutated_data, mutated_text
from tests.qgen.test_examples import shipped_questions
from tests.quick_yaml import from_yaml, to_yaml

pytestmark = pytest.mark.slow

ROUNDS = range(12)
A_ROUND = tries(12)
"""So many mutated questions a test: enough rounds to find again what was found once."""


def shipped(chance: random.Random) -> str:
    """Some question of the bank."""
    return to_yaml(chance.choice(list(shipped_questions().values())))


def told(text: str) -> list[Problem]:
    """What loading the question says, and where it loads, what checking it says."""
    bank, problems = load_text(text)
    for template in () if problems else bank.questions.values():
        problems = [*problems, *check_question(template, How(3)).problems]
    return problems


def held(text: str) -> None:
    with in_time(text):
        problems = told(text)
    lines = text.count("\n") + 1
    for problem in problems:
        message = str(problem)
        assert re.fullmatch(
            r"bank\.yaml:[1-9]\d*:[1-9]\d*: (error|warning): .+ \[[a-z0-9-]+\]", message
        ), message
        assert "Traceback" not in message
        assert problem.place is not None
        assert problem.place.line <= lines, message


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch takes its seconds beforehand."""
    pytest.importorskip("torch")
    monkeypatch.setattr(deriving, "SECONDS", 2.0)


@pytest.mark.parametrize("part", ROUNDS)
def test_mutated_text_passes_or_is_told(part: int) -> None:
    chance = random.Random(f"questions as text {part}")
    for _ in range(A_ROUND):
        text = shipped(chance)
        held(mutated_text(text, chance.randrange(10**9)))


@pytest.mark.parametrize("part", ROUNDS)
def test_mutated_data_passes_or_is_told(part: int) -> None:
    chance = random.Random(f"questions as data {part}")
    for _ in range(A_ROUND):
        data = from_yaml(shipped(chance))
        held(as_yaml(mutated_data(data, chance.randrange(10**9))))
