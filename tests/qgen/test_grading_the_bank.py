"""Every question that ships: its key, handed in, earns full marks; its mistakes are recognised."""

from fractions import Fraction
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
from qgen.document.formula import typed
from qgen.document.numbers import machine_decimal
from tests.qgen.handed_in import Desk, answers_of, response
from tests.qgen.whole_bank import WholeBank

pytestmark = pytest.mark.slow


def last_mistake(part: Part) -> Any:
    """The last named mistake, as a student types it; None where there is none."""
    match part.answer:
        case Numeric(mistakes=(*_, mistake), tolerance=tolerance):
            # A number that has no room around it is typed as the fraction that it is.
            exact = isinstance(mistake.value, Fraction) and not tolerance.amount
            return str(mistake.value) if exact else machine_decimal(mistake.value)
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


def test_keys_and_mistakes(whole_bank: WholeBank, desk: Desk) -> None:
    bank = whole_bank.paper
    mistakes = answers_of(bank, last_mistake)
    desk.put("key.json", response(answers_of(bank), student="Right"))
    desk.put("mistakes.json", response(mistakes, student="Mistaken"))
    desk.graded(build=whole_bank.folder)
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
