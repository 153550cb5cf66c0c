"""Questions as authors write them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias, get_args

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticCustomError

from qgen.bank.answer_space import SpaceText
from qgen.bank.author_model import (
    LEFT_OUT,
    ONE_OR_MORE,
    AuthorModel,
    ConditionText,
    ExactNumber,
    ExampleText,
    ExpressionText,
    FileType,
    FixedText,
    FormulaConditionText,
    MatrixConditionText,
    MistakeCredit,
    Name,
    NonEmptyText,
    NumberForm,
    NumberSort,
    PositiveNumber,
    ProgrammingLanguage,
)
from qgen.bank.choice_models import MultipleSelectFields, ProofText, SingleChoiceFields
from qgen.bank.condition_keys import check_key
from qgen.bank.headers import HeaderFields
from qgen.bank.hint_models import Hints
from qgen.bank.mark_feedback import MarkFeedback
from qgen.bank.parameters import WrittenParameter
from qgen.document.answers import (
    NO_CREDIT,
    FormulaForm,
    Freedom,
    MatrixCredit,
    OrderingCredit,
)
from qgen.document.data_files import MOST_COLUMNS
from qgen.document.formula import VariableDomain
from qgen.document.warnings import WARNINGS

if TYPE_CHECKING:
    WarningCode: TypeAlias = str
else:
    WarningCode = Literal[tuple(WARNINGS)]


class ToleranceModel(AuthorModel):
    """How far from the key a number may lie: exactly one of the three."""

    absolute: ExactNumber | None = None
    relative: ExactNumber | None = None
    significant_digits: Annotated[int, Field(strict=True, ge=1, le=15)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [value for _, value in self if value is not None]
        if len(given) != 1:
            message = "give one of 'absolute', 'relative' and 'significant_digits'"
            raise PydanticCustomError("tolerance", message)
        if given[0] < 0:
            raise PydanticCustomError("tolerance", "must not be negative")
        return self


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


def _with_text(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


class MistakeModel(AuthorModel):
    """A usual mistake: what it gives, and what to tell the student who made it."""

    answer: ExpressionText
    proof: ProofText | None = None
    feedback: NonEmptyText
    credit: MistakeCredit = NO_CREDIT


class TextMistakeModel(AuthorModel):
    """A wrong text that is often given, and what to tell the student who gave it."""

    text: NonEmptyText
    feedback: NonEmptyText
    credit: MistakeCredit = NO_CREDIT


class RubricModel(AuthorModel):
    """One line of a marking scheme."""

    points: PositiveNumber
    text: NonEmptyText


class NumericFields(AuthorModel):
    """A number within a tolerance; or with `accept_if` any that meets a condition.

    With `number: complex` it is a complex one, and the tolerance a distance in the plane.
    """

    kind: Literal["numeric"]
    answer: ExpressionText = LEFT_OUT
    example: ExampleText = LEFT_OUT
    accept_if: ConditionText = LEFT_OUT
    proof: ProofText | None = None
    tolerance: ToleranceModel | None = None
    unit: NonEmptyText | None = None
    mistakes: tuple[MistakeModel, ...] = ()
    form: NumberForm | None = None
    number: NumberSort = "real"

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.accept_if and self.number == "complex":
            message = "'accept_if' tells of real numbers only: with 'number: complex', give a key"
            raise PydanticCustomError("accept_if", message)
        check_key(self, "number", needed=("answer", "tolerance"))
        if self.accept_if and self.unit is not None:
            message = "beside 'accept_if', say the unit in the text: nothing stands behind the box"
            raise PydanticCustomError("accept_if", message)
        return self


class FormulaFields(AuthorModel):
    """A formula in the named variables: written here with them, or what a solver returns.

    `form` says what a typed formula must look like, `up_to` by what it may differ from the key;
    with `accept_if`, any formula is right that meets a condition.
    """

    kind: Literal["formula"]
    answer: ExpressionText = LEFT_OUT
    example: ExampleText = LEFT_OUT
    accept_if: FormulaConditionText = LEFT_OUT
    proof: ProofText | None = None
    variables: Annotated[dict[Name, VariableDomain], Field(min_length=1)]
    mistakes: tuple[MistakeModel, ...] = ()
    form: Annotated[tuple[FormulaForm, ...], ONE_OR_MORE] = ()
    up_to: Freedom | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        check_key(self, "formula", needed=("answer",), unfit=("form", "up_to"))
        return self


class MatrixMistakeModel(AuthorModel):
    """What a usual mistake gives instead of a matrix; its right entries earn what they earn."""

    answer: ExpressionText
    proof: ProofText | None = None
    feedback: NonEmptyText


class MatrixFields(AuthorModel):
    """A matrix or a vector, entry by entry; students are told how many rows and columns it has.

    `marks` says whether each right entry earns its share of the points, or all of them together;
    with `accept_if`, any matrix of the example's size is right that meets a condition.
    """

    kind: Literal["matrix"]
    answer: ExpressionText = LEFT_OUT
    example: ExampleText = LEFT_OUT
    accept_if: MatrixConditionText = LEFT_OUT
    proof: ProofText | None = None
    tolerance: ToleranceModel | None = None
    marks: MatrixCredit = "per_entry"
    mistakes: tuple[MatrixMistakeModel, ...] = ()

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        check_key(self, "matrix", needed=("answer", "tolerance"), unfit=("marks",))
        return self


class ShortAnswerFields(AuthorModel):
    kind: Literal["short_answer"]
    accept: Annotated[tuple[NonEmptyText, ...], ONE_OR_MORE, Field(min_length=1)]
    case_sensitive: bool = False
    mistakes: tuple[TextMistakeModel, ...] = ()


class PairModel(AuthorModel):
    """Two things that belong together, and what to tell the student who missed that."""

    left: NonEmptyText
    right: NonEmptyText
    feedback: NonEmptyText | None = None


class MatchingFields(AuthorModel):
    """Pairs to be found again; `also` are right items that belong to none of the left ones."""

    kind: Literal["matching"]
    pairs: Annotated[tuple[PairModel, ...], Field(min_length=2, max_length=20)]
    also: Annotated[tuple[NonEmptyText, ...], ONE_OR_MORE, Field(max_length=6)] = ()


class OrderingItemModel(AuthorModel):
    """One thing to put in order; `value` is the number that decides its place."""

    text: NonEmptyText
    value: ExpressionText | None = None


class OrderingFields(AuthorModel):
    """Items in their right order; where they have values, the order is by them, rising."""

    kind: Literal["ordering"]
    items: Annotated[
        tuple[
            Annotated[
                OrderingItemModel,
                BeforeValidator(_with_text, json_schema_input_type=OrderingItemModel | str),
            ],
            ...,
        ],
        Field(min_length=2, max_length=12),
    ]
    credit: OrderingCredit = "all_or_nothing"

    @model_validator(mode="after")
    def _values_for_all_or_none(self) -> Self:
        if len({item.value is None for item in self.items}) > 1:
            raise PydanticCustomError("ordering", "give every item a 'value', or none of them")
        return self


class OpenFields(AuthorModel):
    kind: Literal["open"]
    rubric: Annotated[tuple[RubricModel, ...], Field(min_length=1, max_length=30)]
    lines: Annotated[int, Field(strict=True, ge=1, le=60)] = 6
    upload: Annotated[
        tuple[FileType, ...],
        ONE_OR_MORE,
        Field(max_length=8, description="the answer is handed in as files of these types"),
    ] = ()
    code: Annotated[
        ProgrammingLanguage | None,
        Field(description="the answer is typed in this programming language, as in python"),
    ] = None

    @model_validator(mode="after")
    def _typed_or_handed_in(self) -> Self:
        if self.upload and self.code is not None:
            message = "an answer is typed as 'code' or handed in as an 'upload', not both"
            raise PydanticCustomError("upload", message)
        return self


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
