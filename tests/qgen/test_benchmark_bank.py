"""The bank that the benchmarks time must be a good one: what fails is not fast."""

from pathlib import Path

import pytest

from qgen.checking import check_banks

BANK = Path(__file__).parents[2] / "benchmarks" / "bank"


@pytest.mark.slow
def test_its_questions_are_proved() -> None:
    result = check_banks([str(BANK)], variants=200)
    assert [str(problem) for problem in result.problems if problem.severity == "error"] == []
    assert len(result.questions) == 5
