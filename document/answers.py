"""Answers: what a question asks for, with its key, and the mistakes that it recognises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias, assert_never, get_args

from qgen.document.conditions import Judge
from qgen.document.formula import Formula, VariableDomain
from qgen.document.richtext import Passage
from qgen.document.values import AnyNumber, Complex, Real

ScoringRule: TypeAlias = Literal["all_or_nothing", "per_option", "right_minus_wrong"]
FormulaForm: TypeAlias = Literal["factorised", "expanded", "lowest_terms", "no_decimals"]
"""What a typed formula must look like, beside being equal to the key."""
Freedom: TypeAlias = Literal["constant", "factor"]
"""By what a typed formula may differ from the key: an additive constant, or a nonzero factor."""
OrderingCredit: TypeAlias = Literal["all_or_nothing", "adjacent"]
MatrixCredit: TypeAlias = Literal["per_entry", "all"]
Provenance: TypeAlias = Literal["verified", "computed", "stated"]
"""How a key is known: two routes agree, one route or an expression, or the author's word."""


class Option(NamedTuple):
    """One option of a choice question, with what the student reads about it afterwards."""

    text: Passage
    correct: bool
    feedback: Passage | None
    stays: bool = False
    """Whether it keeps its place where options are mixed."""


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


NO_CREDIT = Fraction(0)


class NumericMistake(NamedTuple):
    """A wrong number that is recognised; `credit` is the share of the points that it earns."""

    value: Real
    feedback: Passage
    credit: Fraction = NO_CREDIT


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number within a tolerance; `unit` is printed behind the blank and never typed.

    `worked_out` takes plain numbers only, no closed form such as sqrt(2)/2.
    """

    key: Real
    tolerance: Tolerance
    unit: str | None = None
    mistakes: tuple[NumericMistake, ...] = ()
    worked_out: bool = False


class ComplexMistake(NamedTuple):
    """A wrong complex number that is recognised; `credit` is the share that it earns."""

    value: Complex
    feedback: Passage
    credit: Fraction = NO_CREDIT


@dataclass(frozen=True, slots=True)
class ComplexAnswer:
    """A complex number: the tolerance is the distance from the key in the plane.

    A `relative` one is a share of the key's magnitude, and the key's digits are those of that.
    """

    key: Complex
    tolerance: Tolerance
    unit: str | None = None
    mistakes: tuple[ComplexMistake, ...] = ()
    worked_out: bool = False


@dataclass(frozen=True, slots=True)
class FormulaMistake:
    """A wrong formula that is recognised; `credit` is the share of the points that it earns."""

    value: Formula
    feedback: Passage
    credit: Fraction = NO_CREDIT


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


Rows: TypeAlias = tuple[tuple[Real, ...], ...]
"""The rows of a matrix, all of one length; a vector is one row."""


class MatrixMistake(NamedTuple):
    rows: Rows
    feedback: Passage


@dataclass(frozen=True, slots=True)
class MatrixAnswer:
    """A matrix or a vector, each of its entries a number within the tolerance.

    `credit` says whether each right entry earns its share, or all of them together the points.
    """

    key: Rows
    tolerance: Tolerance
    credit: MatrixCredit = "per_entry"
    mistakes: tuple[MatrixMistake, ...] = ()

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.key)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.key[0])

    @property
    def entries(self) -> tuple[Real, ...]:
        """The key's entries, row by row."""
        return entries_of(self.key)


def entries_of(rows: Rows) -> tuple[Real, ...]:
    """The entries of a matrix, row by row."""
    return tuple([entry for row in rows for entry in row])


@dataclass(frozen=True, slots=True)
class TextMistake:
    """A wrong text that is recognised; `credit` is the share of the points that it earns."""

    text: str
    feedback: Passage
    credit: Fraction = NO_CREDIT


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
class Acceptance:
    """A number, a matrix or a formula of which a condition tells whether it is right.

    `example` is one that is, with the mistakes that are recognised. `holds` raises ValueError or
    ArithmeticError where it cannot tell. `compares` says that it asks whether numbers are equal,
    which nobody can tell of one that is known to some digits only.
    """

    example: Numeric | MatrixAnswer | FormulaAnswer
    holds: Judge
    compares: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """A free answer that a person marks by the rubric; `lines` is the room on paper.

    `upload` are the types of the files that are the answer, where it is handed in as files.
    `code` is the programming language in which it is typed, where it is.
    With `accepts`, a number, a matrix or a formula is asked for of which a condition tells whether
    it is right: what cannot work that out leaves it to a person.
    """

    rubric: tuple[RubricLine, ...]
    lines: int
    upload: tuple[str, ...] = ()
    code: str | None = None
    accepts: Acceptance | None = None


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
    | ComplexAnswer
    | FormulaAnswer
    | MatrixAnswer
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
    "matrix": MatrixAnswer,
    "short_answer": ShortAnswer,
    "matching": Matching,
    "ordering": Ordering,
    "open": Open,
}
"""The kinds of answer by the names that authors write: the one list of them."""

COMPLEX = "complex"
"""What `number` says of a numeric answer that is a complex number."""

KIND_NAMES: Mapping[type[Answer], str] = {
    **{kind: name for name, kind in KINDS.items()},
    ComplexAnswer: "numeric",
}

DERIVATION = "derivation"
"""The kind of a question with several parts, each of which has a kind of its own."""


@dataclass(frozen=True, slots=True)
class CarriedForward:
    """How a numeric part is marked for a student whose earlier part went wrong.

    `key` gives what is right for the value that the student gave in part `part`; it raises
    ValueError or ArithmeticError where nothing is.
    """

    part: str
    key: Callable[[Fraction | Complex], AnyNumber]


@dataclass(frozen=True, slots=True)
class Space:
    """The room on paper for working, or for an open answer: so many lines, or so many millimetres.

    `squared` is paper with squares of 5 mm; `none` leaves only the place for the answer itself.
    """

    kind: Literal["lines", "box", "squared", "none"]
    amount: Fraction


Mark: TypeAlias = Literal["right", "partly", "wrong"]
"""What an answer earned: all of the points, some of them, none."""
MARKS: tuple[Mark, ...] = get_args(Mark)


class MarkFeedback(NamedTuple):
    """What is said of a whole answer by its mark, where something is."""

    right: Passage | None = None
    partly: Passage | None = None
    wrong: Passage | None = None

    def of(self, credit: Fraction) -> Passage | None:
        """What is said of an answer that earned this share of the points."""
        if credit >= 1:
            return self.right
        return self.partly if credit > 0 else self.wrong

    @property
    def texts(self) -> tuple[tuple[Mark, Passage], ...]:
        """The texts that there are, each with the mark by which it is said."""
        said = zip(MARKS, self, strict=True)
        return tuple((mark, text) for mark, text in said if text is not None)


NOTHING_SAID = MarkFeedback()


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
    in_text: bool = False
    """Whether its answer has a blank in the question's stem."""
    hints: tuple[Hint, ...] = ()
    """Shown one after another where a format can, never on a paper."""
    by_mark: MarkFeedback = NOTHING_SAID


def rewards_mistakes(answer: Answer) -> bool:
    """Whether a known mistake earns a share of the points."""
    rewarding = (Numeric, ComplexAnswer, FormulaAnswer, ShortAnswer)
    known = answer.mistakes if isinstance(answer, rewarding) else ()
    return any(mistake.credit for mistake in known)


def is_worked(answer: Answer) -> bool:
    """Whether papers leave room for working, or for an answer at length."""
    return isinstance(answer, (Numeric, ComplexAnswer, FormulaAnswer, MatrixAnswer, Open))


def marked_by_machine(answer: Answer) -> bool:
    """Whether every learning platform can mark such an answer without a person."""
    match answer:
        case SingleChoice() | MultipleSelect() | Numeric() | ShortAnswer():
            return True
        case Matching() | Ordering():
            return True
        case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
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
