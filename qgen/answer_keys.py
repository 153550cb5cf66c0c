"""Keys as a person reads them, for `key.csv`, the manifest and the terminal."""

from collections.abc import Iterator
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    Derivation,
    FormulaAnswer,
    MultipleSelect,
    Numeric,
    Open,
    PartAnswer,
    Provenance,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.formula import typed
from qgen.document.numbers import machine_decimal
from qgen.document.values import Real

KINDS: dict[type[PartAnswer], str] = {
    SingleChoice: "single_choice",
    MultipleSelect: "multiple_select",
    Numeric: "numeric",
    FormulaAnswer: "formula",
    ShortAnswer: "short_answer",
    Open: "open",
}


def answers_of(item: Item) -> Iterator[tuple[str, PartAnswer, Fraction, Provenance]]:
    """Part label (empty for a question without parts), answer, points and provenance."""
    if isinstance(item.answer, Derivation):
        for part in item.answer.parts:
            yield part.label, part.answer, part.points, part.provenance
    else:
        yield "", item.answer, item.points, item.provenance


def key_text(answer: PartAnswer) -> str:
    """The key in one line: option letters, a number, a formula as it is typed, or words."""
    match answer:
        case SingleChoice() | MultipleSelect():
            right = [letter(i) for i, option in enumerate(answer.options) if option.correct]
            return " ".join(right) or "none"
        case Numeric():
            return _number_text(answer.key)
        case FormulaAnswer():
            return typed(answer.key)
        case ShortAnswer():
            return answer.accepted[0]
        case Open():
            return "marked by a person"
        case _:
            assert_never(answer)


def _number_text(value: Real) -> str:
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{value} ({machine_decimal(value)})"
    return machine_decimal(value)


def letter(index: int) -> str:
    """`A` for 0, `B` for 1, …; options are at most 30, so `AA` follows `Z`."""
    return chr(ord("A") + index) if index < 26 else "A" + chr(ord("A") + index - 26)
