"""Questions ready to fill: text parsed, expressions compiled, everything checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from qgen.bank.domain import Domain
from qgen.bank.expressions import Expression
from qgen.bank.table_domains import Rows
from qgen.document.answers import (
    NO_CREDIT,
    FormulaForm,
    Freedom,
    Mark,
    MatrixCredit,
    OrderingCredit,
    Space,
    Tolerance,
)
from qgen.document.derivation import Derivation
from qgen.document.exam import Asset, Header
from qgen.document.formula import VariableDomain
from qgen.document.problem import Place
from qgen.document.richtext import PlainText, RichText
from qgen.document.values import Values


@dataclass(frozen=True, slots=True)
class HoleContext:
    """What stands around a hole inside a formula, so that its value can be printed to fit.

    `sign` is a plus or minus that stood before the hole between two terms; the hole prints it.
    `after_sign`: a sign with no term before it stands there and stays. `after_operator`: an
    operator such as a dot or a slash stands directly before. `after_factor`: so does a factor.
    `after_number`: so does a digit or another hole. `before_digit`: a digit follows;
    `before_fraction`: a fraction does, which would make a mixed number of a number before it.
    `coefficient`: a factor follows that a one would only clutter; `blank`: the blank before
    it, which the hole prints. `bound`: a factor, a dot or a
    slash follows. `powered`: an exponent follows. `grouped`: TeX takes the hole as an argument,
    and it has no braces of its own. `in_words`: it stands among the formula's words, as in
    `\\text{…}`. `decimal`: fractions print as decimals where their expansion ends.
    `in_code`: it stands in a block of code.
    `as_file`: its text is the content of a file, and stays as it is.
    """

    in_math: bool
    decimal: bool = False
    sign: Literal["", "+", "-"] = ""
    after_sign: bool = False
    after_operator: bool = False
    after_factor: bool = False
    after_number: bool = False
    before_digit: bool = False
    before_fraction: bool = False
    coefficient: bool = False
    blank: str = ""
    bound: bool = False
    powered: bool = False
    grouped: bool = False
    in_words: bool = False
    in_code: bool = False
    as_file: bool = False


@dataclass(frozen=True, slots=True)
class HoleTemplate:
    """One hole of a question: what to print, how, and where it stands in the source."""

    expression: Expression
    context: HoleContext
    place: Place


@dataclass(frozen=True, slots=True)
class Placed:
    """An expression with its place, for the messages about it, and its proof where it has one.

    The proof gives the same value by another way; the two are compared for every variant.
    """

    expression: Expression
    place: Place
    proof: "Placed | None" = None


@dataclass(frozen=True, slots=True)
class PlacedDerivation:
    """A line of `derive` with its place."""

    line: Derivation
    place: Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `expressions` are those that stand for numbers of its domain, by their keys."""

    name: str
    domain: Domain
    place: Place
    expressions: Mapping[str, Placed] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What expressions read: the parameter, or each column of its row."""
        if isinstance(self.domain, Rows):
            return tuple(f"{self.name}.{column}" for column in self.domain.names)
        return (self.name,)


@dataclass(frozen=True, slots=True)
class FigureArgument:
    """What one argument of a figure is computed from; `name_place` is where its name stands."""

    name: str
    value: Placed
    name_place: Place


@dataclass(frozen=True, slots=True)
class FigureTemplate:
    """A figure to draw for each variant; `asset` is the name that texts know it by."""

    asset: str
    figure: str
    place: Place
    arguments: tuple[FigureArgument, ...]


@dataclass(frozen=True, slots=True)
class RowPicture:
    """A column of pictures: `column` names the drawn file, `files` are the pictures by that."""

    asset: str
    column: str
    files: Mapping[str, Asset]


@dataclass(frozen=True, slots=True)
class OptionTemplate:
    text: RichText
    correct: bool | Placed
    """Whether the option is right, or the expression that decides it for each variant."""

    feedback: RichText | None
    position: Literal["first", "last"] | None
    place: Place
    only_hole: int | None
    """The hole that is the whole text of the option, if one is."""


@dataclass(frozen=True, slots=True)
class DrawTemplate:
    """The fewest and most options that are shown; and of right ones, where that is said."""

    options: tuple[int, int]
    right: tuple[int, int] | None
    place: Place
    right_place: Place


@dataclass(frozen=True, slots=True)
class ChoiceTemplate:
    kind: Literal["single_choice", "multiple_select"]
    options: tuple[OptionTemplate, ...]
    draw: DrawTemplate | None


@dataclass(frozen=True, slots=True)
class MistakeTemplate:
    answer: Placed
    feedback: RichText
    credit: Fraction = NO_CREDIT


@dataclass(frozen=True, slots=True)
class TextMistakeTemplate:
    text: PlainText
    feedback: RichText
    credit: Fraction = NO_CREDIT


@dataclass(frozen=True, slots=True, eq=False)
class AcceptTemplate:
    """The condition for a right answer, and the points that its author gives for one.

    `feedback` are the texts for the known mistakes. Compared by identity.
    """

    condition: Placed
    points: Fraction
    feedback: tuple[RichText, ...]


@dataclass(frozen=True, slots=True)
class NumericTemplate:
    answer: Placed
    tolerance: Tolerance
    unit: PlainText | None
    mistakes: tuple[MistakeTemplate, ...]
    worked_out: bool = False
    accept: AcceptTemplate | None = None
    """What decides which numbers are right, the answer being one of them."""


@dataclass(frozen=True, slots=True)
class ComplexTemplate:
    """A complex number; its tolerance is a distance in the plane."""

    answer: Placed
    tolerance: Tolerance
    unit: PlainText | None
    mistakes: tuple[MistakeTemplate, ...]
    worked_out: bool = False


@dataclass(frozen=True, slots=True)
class FormulaTemplate:
    answer: Placed
    variables: Mapping[str, VariableDomain]
    mistakes: tuple[MistakeTemplate, ...]
    forms: tuple[FormulaForm, ...] = ()
    up_to: Freedom | None = None
    accept: AcceptTemplate | None = None
    """What decides which formulas are right; the value of its condition are all sides of it."""


@dataclass(frozen=True, slots=True)
class MatrixTemplate:
    answer: Placed
    tolerance: Tolerance
    credit: MatrixCredit
    mistakes: tuple[MistakeTemplate, ...]
    accept: AcceptTemplate | None = None
    """What decides which matrices are right."""


@dataclass(frozen=True, slots=True)
class ShortAnswerTemplate:
    accepted: tuple[PlainText, ...]
    case_sensitive: bool
    mistakes: tuple[TextMistakeTemplate, ...]


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text that must differ from its neighbours, in print and where it is a number in value."""

    text: RichText
    place: Place
    only_hole: int | None


@dataclass(frozen=True, slots=True)
class PairTemplate:
    left: ShownText
    right: ShownText
    feedback: RichText | None


@dataclass(frozen=True, slots=True)
class MatchingTemplate:
    pairs: tuple[PairTemplate, ...]
    also: tuple[ShownText, ...]

    @property
    def lefts(self) -> tuple[ShownText, ...]:
        """What partners are wanted for."""
        return tuple(pair.left for pair in self.pairs)

    @property
    def rights(self) -> tuple[ShownText, ...]:
        """The partners in the order of the pairs, then those that belong to no pair."""
        return (*(pair.right for pair in self.pairs), *self.also)


@dataclass(frozen=True, slots=True)
class OrderingTemplate:
    """Items in the author's order, which is the right one where `values` is empty."""

    items: tuple[ShownText, ...]
    values: tuple[Placed, ...]
    credit: OrderingCredit


@dataclass(frozen=True, slots=True)
class OpenTemplate:
    rubric: tuple[tuple[Fraction, RichText], ...]
    lines: int
    upload: tuple[str, ...] = ()
    code: str | None = None


AnswerTemplate: TypeAlias = (
    ChoiceTemplate
    | NumericTemplate
    | ComplexTemplate
    | FormulaTemplate
    | MatrixTemplate
    | ShortAnswerTemplate
    | MatchingTemplate
    | OrderingTemplate
    | OpenTemplate
)


RESPONSE_NAME = "response"
"""What a student's answer is called in `accept_if`."""

CARRIED_NAME = "earlier"
"""What the student's own value of an earlier part is called in `carry`."""


@dataclass(frozen=True, slots=True)
class CarryTemplate:
    part: str
    answer: Placed


@dataclass(frozen=True, slots=True)
class HintTemplate:
    text: RichText
    penalty: Fraction
    place: Place


@dataclass(frozen=True, slots=True)
class PartTemplate:
    """A part of a question; label and prompt are empty where the question is no derivation."""

    label: str
    prompt: RichText
    answer: AnswerTemplate
    points: Fraction
    explanation: RichText | None
    carry: CarryTemplate | None = None
    space: Space | None = None
    in_text: bool = False
    """Whether its answer has a blank in the question's stem."""
    hints: tuple[HintTemplate, ...] = ()
    by_mark: Mapping[Mark, RichText] = field(default_factory=dict)
    """What is said of the whole answer by its mark."""

    @property
    def is_worked(self) -> bool:
        """Whether it is answered by working or writing, for which papers leave room."""
        short = (NumericTemplate, ComplexTemplate, FormulaTemplate, MatrixTemplate)
        return isinstance(self.answer, (*short, OpenTemplate))


@dataclass(frozen=True, slots=True, eq=False)
class QuestionTemplate:
    """One question of a bank. Compared by identity.

    `digest` identifies everything that decides what the question prints and asks: it changes
    whenever the author changes the question.
    """

    header: Header
    parameters: tuple[Parameter, ...]
    derived: tuple[tuple[str, Placed], ...]
    conditions: tuple[Placed, ...]
    solvers: tuple[tuple[str, Place], ...]
    holes: tuple[HoleTemplate, ...]
    stem: RichText
    parts: tuple[PartTemplate, ...]
    explanation: RichText | None
    assets: Mapping[str, Asset]
    digest: bytes
    note: str | None
    figures: tuple[FigureTemplate, ...] = ()
    pictures: tuple[RowPicture, ...] = ()
    derivations: tuple[PlacedDerivation, ...] = ()
    assumptions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What computer algebra may assume of the values that derivations read, by their names."""
    study_note: RichText | None = None
    """The general insight behind the question, for study guides: no numbers of a variant."""
    accepted_warnings: Mapping[str, Place] = field(default_factory=dict)
    """The codes of warnings that the author accepts, and where the reason of each stands."""

    @property
    def points(self) -> Fraction:
        """What the question is worth where an exam says nothing else."""
        return sum((part.points for part in self.parts), Fraction(0))

    @property
    def drawn_names(self) -> frozenset[str]:
        """The names of parameters and derived values."""
        return frozenset(
            (
                *(name for each in self.parameters for name in each.names),
                *(name for name, _ in self.derived),
            )
        )

    @property
    def result_conditions(self) -> tuple[Placed, ...]:
        """The conditions that read what the solvers return."""
        drawn = self.drawn_names
        return tuple(each for each in self.conditions if not each.expression.names <= drawn)

    @property
    def drawn_conditions(self) -> tuple[Placed, ...]:
        """The conditions that read parameters and derived values only."""
        drawn = self.drawn_names
        return tuple(each for each in self.conditions if each.expression.names <= drawn)

    def answer_expressions(self) -> tuple[Placed, ...]:
        """Every expression that is read once the solvers have answered."""
        holes = (Placed(hole.expression, hole.place) for hole in self.holes)
        answers = answer_expressions(self.parts)
        proofs = (placed.proof for placed in self.proofs() if placed.proof is not None)
        figures = figure_expressions(self.figures)
        return (*self.result_conditions, *holes, *answers, *proofs, *figures)

    def proofs(self) -> tuple[Placed, ...]:
        """Every expression that has a proof beside it."""
        claims = (*(placed for _, placed in self.derived), *answer_expressions(self.parts))
        return tuple(placed for placed in claims if placed.proof is not None)

    @property
    def proved_names(self) -> frozenset[str]:
        """The derived values that have a proof."""
        return frozenset(name for name, placed in self.derived if placed.proof is not None)

    def parameter_values(self, values: Values) -> Values:
        """The drawn values alone, without those derived from them."""
        return {name: values[name] for entry in self.parameters for name in entry.names}


def figure_expressions(figures: tuple[FigureTemplate, ...]) -> tuple[Placed, ...]:
    """The expressions that figures are drawn from."""
    return tuple(argument.value for figure in figures for argument in figure.arguments)


def answer_expressions(parts: tuple[PartTemplate, ...]) -> tuple[Placed, ...]:
    """The expressions that decide keys, right options and recognised mistakes."""
    return tuple(expression for part in parts for expression in _expressions(part.answer))


def _expressions(answer: AnswerTemplate) -> tuple[Placed, ...]:
    match answer:
        case ChoiceTemplate():
            return tuple(
                option.correct for option in answer.options if isinstance(option.correct, Placed)
            )
        case NumericTemplate() | ComplexTemplate() | FormulaTemplate() | MatrixTemplate():
            return (answer.answer, *(mistake.answer for mistake in answer.mistakes))
        case OrderingTemplate():
            return answer.values
        case ShortAnswerTemplate() | MatchingTemplate() | OpenTemplate():
            return ()
        case _:
            assert_never(answer)


def carried_expressions(parts: tuple[PartTemplate, ...]) -> tuple[Placed, ...]:
    """The expressions that also read a student's own earlier value."""
    return tuple(part.carry.answer for part in parts if part.carry is not None)


def accept_conditions(parts: tuple[PartTemplate, ...]) -> tuple[Placed, ...]:
    """The expressions that also read what a student typed."""
    return tuple(
        accept.condition for part in parts if (accept := accept_of(part.answer)) is not None
    )


def accept_of(answer: AnswerTemplate) -> AcceptTemplate | None:
    """What decides which answers are right, where no key does."""
    asked = (NumericTemplate, MatrixTemplate, FormulaTemplate)
    return answer.accept if isinstance(answer, asked) else None


@dataclass(frozen=True, slots=True)
class Bank:
    """All questions of the banks that were loaded, by id."""

    questions: Mapping[str, QuestionTemplate] = field(default_factory=dict)
