"""Questions as authors write them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
)

from qgen.bank.answer_models import (
    FormulaFields,
    MatchingFields,
    MatrixFields,
    NumericFields,
    OpenFields,
    OrderingFields,
    ShortAnswerFields,
)
from qgen.bank.answer_space import SpaceText
from qgen.bank.author_model import (
    ONE_OR_MORE,
    AuthorModel,
    ExpressionText,
    FixedText,
    Name,
    NonEmptyText,
    PositiveNumber,
)
from qgen.bank.choice_models import MultipleSelectFields, ProofText, SingleChoiceFields
from qgen.bank.headers import HeaderFields
from qgen.bank.hint_models import Hints
from qgen.bank.mark_feedback import MarkFeedback
from qgen.bank.parameters import WrittenParameter
from qgen.document.data_files import MOST_COLUMNS
from qgen.document.formula import VariableDomain
from qgen.document.warnings import WARNINGS

if TYPE_CHECKING:
    WarningCode: TypeAlias = str
else:
    WarningCode = Literal[tuple(WARNINGS)]


class CarryModel(AuthorModel):
    """Marks a part by the student's own value of an earlier `part`, called `earlier` here."""

    part: Annotated[str, Field(pattern=r"^[a-z]$")]
    answer: ExpressionText


class PartFields(AuthorModel):
    """What every part of a derivation says beside its answer.

    A part whose blank stands in the stem, as in `[[a]]`, needs no prompt.
    """

    prompt: NonEmptyText | None = None
    points: PositiveNumber
    space: SpaceText | None = None
    explanation: NonEmptyText | None = None
    hints: Hints = ()
    feedback: MarkFeedback = None


class SingleChoicePart(PartFields, SingleChoiceFields):
    """A part with options of which one is right."""


class MultipleSelectPart(PartFields, MultipleSelectFields):
    """A part with options of which any number is right."""


class NumericPart(PartFields, NumericFields):
    """A part that asks for a number, which may follow from the student's own earlier one."""

    carry: CarryModel | None = None


class FormulaPart(PartFields, FormulaFields):
    """A part that asks for a formula."""


class MatrixPart(PartFields, MatrixFields):
    """A part that asks for a matrix or a vector."""


class ShortAnswerPart(PartFields, ShortAnswerFields):
    """A part that asks for a few words."""


class MatchingPart(PartFields, MatchingFields):
    """A part with pairs to be found again."""


class OrderingPart(PartFields, OrderingFields):
    """A part with items to be put in order."""


class OpenPart(PartFields, OpenFields):
    """A part that a person marks."""


PartModel: TypeAlias = Annotated[
    SingleChoicePart
    | MultipleSelectPart
    | NumericPart
    | FormulaPart
    | MatrixPart
    | ShortAnswerPart
    | MatchingPart
    | OrderingPart
    | OpenPart,
    Field(discriminator="kind"),
]


class DerivedModel(AuthorModel):
    """A derived value: an expression, and where its author can prove it, another for the same."""

    value: ExpressionText
    proof: ProofText | None = None


def _derived(written: object) -> object:
    return written if isinstance(written, dict) else {"value": written}


DerivedEntry: TypeAlias = Annotated[
    DerivedModel,
    BeforeValidator(_derived, json_schema_input_type=ExpressionText | DerivedModel),
]


class FigureModel(AuthorModel):
    """A figure drawn from the numbers of each variant: which one, and from what."""

    figure: FixedText
    arguments: dict[Name, ExpressionText] = Field(default_factory=dict, alias="with")


class DataModel(AuthorModel):
    """A file of data that the student gets, written from the numbers of each variant."""

    file: FixedText = Field(description="The plain name of the file, such as regression.csv.")
    columns: dict[Name, ExpressionText] = Field(
        min_length=1,
        max_length=MOST_COLUMNS,
        description="By the name of each column, an expression for the vector of its entries.",
    )


class DefinitionModel(AuthorModel):
    """A value by its definition: an integral, a derivative, a sum, a root, a matrix.

    With `variables` it is a formula in them.
    """

    formula: ExpressionText
    variables: dict[Name, VariableDomain] = Field(default_factory=dict)


def _with_formula(value: object) -> object:
    return value if isinstance(value, dict) else {"formula": value}


DefinitionEntry: TypeAlias = Annotated[
    DefinitionModel,
    BeforeValidator(_with_formula, json_schema_input_type=DefinitionModel | str),
]


class QuestionFields(HeaderFields):
    """What every question says."""

    note: FixedText | None = None
    accepted_warnings: dict[WarningCode, FixedText] = Field(default_factory=dict)
    parameters: dict[Name, WrittenParameter] = Field(default_factory=dict)
    where: Annotated[tuple[ExpressionText, ...], ONE_OR_MORE] = ()
    let: dict[Name, DerivedEntry] = Field(default_factory=dict)
    derive: dict[Name, DefinitionEntry] = Field(default_factory=dict)
    figures: dict[Name, FigureModel] = Field(default_factory=dict)
    data: dict[Name, DataModel] = Field(
        default_factory=dict,
        description="Files of data, to which a text links by [the data](data:name).",
    )
    stem: NonEmptyText
    space: SpaceText | None = None
    explanation: NonEmptyText | None = None
    hints: Hints = ()
    feedback: MarkFeedback = None
    study_note: NonEmptyText | None = None


class SingleChoiceQuestion(QuestionFields, SingleChoiceFields):
    """One right option."""


class MultipleSelectQuestion(QuestionFields, MultipleSelectFields):
    """Any number of right options."""


class NumericQuestion(QuestionFields, NumericFields):
    """A number."""


class FormulaQuestion(QuestionFields, FormulaFields):
    """A formula."""


class MatrixQuestion(QuestionFields, MatrixFields):
    """A matrix or a vector."""


class ShortAnswerQuestion(QuestionFields, ShortAnswerFields):
    """A few words."""


class MatchingQuestion(QuestionFields, MatchingFields):
    """Pairs to be found again."""


class OrderingQuestion(QuestionFields, OrderingFields):
    """Items to be put in order."""


class OpenQuestion(QuestionFields, OpenFields):
    """A free answer."""


class DerivationQuestion(QuestionFields):
    """A stem and parts, each with its own points."""

    kind: Literal["derivation"]
    parts: Annotated[tuple[PartModel, ...], Field(min_length=1, max_length=26)]


SoleQuestion: TypeAlias = (
    SingleChoiceQuestion
    | MultipleSelectQuestion
    | NumericQuestion
    | FormulaQuestion
    | MatrixQuestion
    | ShortAnswerQuestion
    | MatchingQuestion
    | OrderingQuestion
    | OpenQuestion
)
"""A question that asks for one answer."""

QuestionModel: TypeAlias = Annotated[SoleQuestion | DerivationQuestion, Field(discriminator="kind")]
_DEFERRED = ConfigDict(defer_build=True)
QUESTION: TypeAdapter[Any] = TypeAdapter(QuestionModel, config=_DEFERRED)
_QUESTIONS: Mapping[object, TypeAdapter[Any]] = {
    kind: TypeAdapter(model)
    for model in (*get_args(SoleQuestion), DerivationQuestion)
    for kind in get_args(model.model_fields["kind"].annotation)
}
BANK_FILE: TypeAdapter[Any] = TypeAdapter(QuestionModel | list[QuestionModel], config=_DEFERRED)


def question_adapter(data: object) -> TypeAdapter[Any]:
    """What validates a question: its kind's own model, or where it has no right kind, all.

    Validators are built when they are first used; those of one kind take a third of the time of
    those of all.
    """
    kind = data.get("kind") if isinstance(data, dict) else None
    return _QUESTIONS.get(kind, QUESTION) if isinstance(kind, str) else QUESTION
