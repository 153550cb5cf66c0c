"""Answers: what a question asks for, with its key, and the mistakes that it recognises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from qgen.document.formula import Formula, VariableDomain
from qgen.document.richtext import Passage
from qgen.document.values import Real

ScoringRule: TypeAlias = Literal["all_or_nothing", "per_option", "right_minus_wrong"]
Provenance: TypeAlias = Literal["verified", "computed", "stated"]
"""How a key is known: two routes agree, one route or an expression, or the author's word."""


class Option(NamedTuple):
    """One option of a choice question, with what the student reads about it afterwards."""

    text: Passage
    correct: bool
    feedback: Passage | None


@dataclass(frozen=True, slots=True)
class SingleChoice:
    """Exactly one option is correct."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class MultipleSelect:
    """Any number of options is correct, none and all included."""

    options: tuple[Option, ...]
    rule: ScoringRule


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far from the key a number may lie; the edge itself is accepted.

    `absolute`: at most `amount` away. `relative`: at most `amount` times the key's magnitude.
    `significant_digits`: at most half a unit of the key's digit number `amount`.
    """

    kind: Literal["absolute", "relative", "significant_digits"]
    amount: Fraction


class NumericMistake(NamedTuple):
    value: Real
    feedback: Passage


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number within a tolerance; `unit` is printed behind the blank and never typed."""

    key: Real
    tolerance: Tolerance
    unit: str | None = None
    mistakes: tuple[NumericMistake, ...] = ()


@dataclass(frozen=True, slots=True)
class FormulaMistake:
    value: Formula
    feedback: Passage


@dataclass(frozen=True, slots=True)
class FormulaAnswer:
    """A formula in the named variables, each with the domain on which it must agree."""

    key: Formula
    variables: Mapping[str, VariableDomain]
    mistakes: tuple[FormulaMistake, ...] = ()


@dataclass(frozen=True, slots=True)
class TextMistake:
    text: str
    feedback: Passage


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A few words; the first accepted text is the key that solutions print."""

    accepted: tuple[str, ...]
    case_sensitive: bool = False
    mistakes: tuple[TextMistake, ...] = ()


@dataclass(frozen=True, slots=True)
class RubricLine:
    points: Fraction
    text: Passage


@dataclass(frozen=True, slots=True)
class Open:
    """A free answer that a person marks by the rubric; `lines` is the room on paper."""

    rubric: tuple[RubricLine, ...]
    lines: int


Answer: TypeAlias = SingleChoice | MultipleSelect | Numeric | FormulaAnswer | ShortAnswer | Open
"""What one part of a question asks for."""

KINDS: Mapping[str, type[Answer]] = {
    "single_choice": SingleChoice,
    "multiple_select": MultipleSelect,
    "numeric": Numeric,
    "formula": FormulaAnswer,
    "short_answer": ShortAnswer,
    "open": Open,
}
"""The kinds of answer by the names that authors write: the one list of them."""

KIND_NAMES: Mapping[type[Answer], str] = {kind: name for name, kind in KINDS.items()}

DERIVATION = "derivation"
"""The kind of a question with several parts, each of which has a kind of its own."""


@dataclass(frozen=True, slots=True)
class CarriedForward:
    """How a numeric part is marked for a student whose earlier part went wrong.

    `key` gives what is right for the value that the student gave in part `part`; it raises
    ValueError or ArithmeticError where nothing is.
    """

    part: str
    key: Callable[[Fraction], Real]


@dataclass(frozen=True, slots=True)
class Part:
    """What a question asks at one place. `label` is `a`, `b`, … for the steps of a derivation.

    A question of any other kind has one part, whose label and prompt are empty.
    """

    label: str
    prompt: Passage
    answer: Answer
    points: Fraction
    provenance: Provenance
    explanation: Passage | None
    carried: CarriedForward | None = None


AUTOMATIC = (SingleChoice, MultipleSelect, Numeric, ShortAnswer)
"""The kinds that every learning platform can mark without a person."""


def option_letter(index: int) -> str:
    """A, B, …, Z, AA, AB, … for the options from 0."""
    first = option_letter(index // 26 - 1) if index >= 26 else ""
    return first + chr(ord("A") + index % 26)
