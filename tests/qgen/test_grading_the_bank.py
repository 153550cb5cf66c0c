"""Every question that ships: its key, handed in, earns full marks; its mistakes are recognised."""

import json
from typing import Any

import pytest

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Numeric,
    Open,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.exam import Paper
from qgen.document.formula import typed
from qgen.document.numbers import machine_decimal
from qgen.pipeline import BuildRequest, build
from tests.qgen.course import Course
from tests.qgen.handed_in import Desk, answers_of, recorded, response
from tests.qgen.test_examples import shipped_questions

pytestmark = pytest.mark.slow


def last_mistake(part: Part) -> Any:
    """The last named mistake, as a student types it; None where there is none."""
    match part.answer:
        case Numeric(mistakes=(*_, mistake)):
            return machine_decimal(mistake.value)
        case ComplexAnswer(mistakes=(*_, mistake)):
            return typed_complex(mistake.value)
        case FormulaAnswer(mistakes=(*_, mistake)):
            return typed(mistake.value)
        case ShortAnswer(mistakes=(*_, mistake)):
            return mistake.text
        case SingleChoice(options):
            return next(n for n, option in enumerate(options, 1) if not option.correct)
        case _:
            return None


@pytest.fixture
def bank(course: Course, monkeypatch: pytest.MonkeyPatch) -> Paper:
    papers = recorded(monkeypatch)
    spec = {
        "title": "An exam",
        "seed": 20_261_204,
        "sections": [{"title": "All", "questions": list(shipped_questions())}],
        "outputs": {"gift": {"variants": 1}},
    }
    path = course.write("exam.yaml", json.dumps(spec))
    report = build(BuildRequest(path, course.output, verify="never"))
    assert not report.failed, "\n".join(map(str, report.problems))
    return papers["A"]


def test_keys_and_mistakes(bank: Paper, desk: Desk) -> None:
    mistakes = answers_of(bank, last_mistake)
    desk.put("key.json", response(answers_of(bank), student="Right"))
    desk.put("mistakes.json", response(mistakes, student="Mistaken"))
    desk.graded()
    right, mistaken = desk.marks("Right"), desk.marks("Mistaken")
    parts = [
        (f"{number}{part.label}", part)
        for number, item in enumerate(bank.items(), 1)
        for part in item.parts
    ]
    assert len(parts) == len(right) == len(mistaken)
    for place, part in parts:
        expected = "" if isinstance(part.answer, Open) else "1"
        assert right[place]["credit"] == expected, right[place]
        # A mistake may follow from the mistake before it, and is right then.
        if last_mistake(part) is not None and part.carried is None:
            assert mistaken[place]["mistake"], mistaken[place]
            assert mistaken[place]["credit"] == "0", mistaken[place]
