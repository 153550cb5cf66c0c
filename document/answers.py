"""Answers: what a question asks for, with its key, and the mistakes that it recognises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias, assert_never

from qgen.document.formula import Formula, VariableDomain
from qgen.document.richtext import Passage
from qgen.document.values import Real

ScoringRule: TypeAlias = Literal["all_or_nothing", "per_option", "right_minus_wrong"]
FormulaForm: TypeAlias = Literal["factorised", "expanded", "lowest_terms", "no_decimals"]
"""What a typed formula must look like, beside being equal to the key."""
Freedom: TypeAlias = Literal["constant", "factor"]
"""By what a typed formula may differ from the key: an additive constant, or a nonzero factor."""
OrderingCredit: TypeAlias = Literal["all_or_nothing", "adjacent"]
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
    """A formula in the named variables, each with the domain on which it must agree.

    `forms` say what it must look like as it is typed, `up_to` by what it may differ.
    """

    key: Formula
    variables: Mapping[str, VariableDomain]
    mistakes: tuple[FormulaMistake, ...] = ()
    forms: tuple[FormulaForm, ...] = ()
    up_to: Freedom | None = None

    @property
    def free_names(self) -> frozenset[str]:
        """What students may call the constant that the question leaves free."""
        if self.up_to != "constant":
            return frozenset()
        return frozenset(("C", "c")) - self.variables.keys()


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
    """A free answer that a person marks by the rubric; `lines` is the room on paper.

    `upload` are the types of the files that are the answer, where it is handed in as files.
    `code` is the programming language in which it is typed, where it is.
    """

    rubric: tuple[RubricLine, ...]
    lines: int
    upload: tuple[str, ...] = ()
    code: str | None = None


class Pair(NamedTuple):
    """A left item of a matching question; `right` is its partner's place among those shown."""

    left: Passage
    right: int
    feedback: Passage | None


@dataclass(frozen=True, slots=True)
class Matching:
    """Each left item has one partner among the right items, which stand in the order shown.

    No right item is the partner of two; some may be the partner of none.
    """

    pairs: tuple[Pair, ...]
    rights: tuple[Passage, ...]
    rule: ScoringRule


@dataclass(frozen=True, slots=True)
class Ordering:
    """Items in the order shown; `key` has their places there in the right order."""

    items: tuple[Passage, ...]
    key: tuple[int, ...]
    credit: OrderingCredit


Answer: TypeAlias = (
    SingleChoice
    | MultipleSelect
    | Numeric
    | FormulaAnswer
    | ShortAnswer
    | Matching
    | Ordering
    | Open
)
"""What one part of a question asks for."""

KINDS: Mapping[str, type[Answer]] = {
    "single_choice": SingleChoice,
    "multiple_select": MultipleSelect,
    "numeric": Numeric,
    "formula": FormulaAnswer,
    "short_answer": ShortAnswer,
    "matching": Matching,
    "ordering": Ordering,
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
class Space:
    """The room on paper for working, or for an open answer: so many lines, or so many millimetres.

    `squared` is paper with squares of 5 mm; `none` leaves only the place for the answer itself.
    """

    kind: Literal["lines", "box", "squared", "none"]
    amount: Fraction


class Hint(NamedTuple):
    """Help that a student may ask for, and the share of the part's points that it takes away."""

    text: Passage
    penalty: Fraction


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
    space: Space | None = None
    """The room that its author or the exam's wants; otherwise it goes by kind and minutes."""
    hints: tuple[Hint, ...] = ()
    """Shown one after another where a format can, never on a paper."""


def is_worked(answer: Answer) -> bool:
    """Whether papers leave room for working, or for an answer at length."""
    return isinstance(answer, (Numeric, FormulaAnswer, Open))


def marked_by_machine(answer: Answer) -> bool:
    """Whether every learning platform can mark such an answer without a person."""
    match answer:
        case SingleChoice() | MultipleSelect() | Numeric() | ShortAnswer():
            return True
        case Matching() | Ordering():
            return True
        case FormulaAnswer() | Open():
            return False
        case _:
            assert_never(answer)


def option_letter(index: int) -> str:
    """A, B, …, Z, AA, AB, … for the options from 0."""
    first = option_letter(index // 26 - 1) if index >= 26 else ""
    return first + chr(ord("A") + index % 26)


def matching_key(answer: Matching) -> str:
    """`1-C, 2-A`: the letter of the right item behind the number of each left one."""
    return ", ".join(
        f"{number}-{option_letter(pair.right)}" for number, pair in enumerate(answer.pairs, 1)
    )


def ordering_key(answer: Ordering) -> str:
    """`C, A, B`: the letters of the items in their right order."""
    return ", ".join(map(option_letter, answer.key))
