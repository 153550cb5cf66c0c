"""What authors write of an answer, by its kind; of choices in `choice_models`."""

from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import (
    LEFT_OUT,
    ONE_OR_MORE,
    AuthorModel,
    ConditionText,
    ExactNumber,
    ExampleText,
    ExpressionText,
    FileType,
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
from qgen.bank.choice_models import ProofText
from qgen.bank.condition_keys import check_key
from qgen.document.answers import (
    NO_CREDIT,
    FormulaForm,
    Freedom,
    MatrixCredit,
    OrderingCredit,
)
from qgen.document.formula import VariableDomain


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
