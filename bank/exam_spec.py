"""Exams as authors write them: sections, versions or students, scoring, outputs."""

import re
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from qgen.bank.answer_space import SpaceText
from qgen.bank.author_model import (
    ONE_OR_MORE,
    AuthorModel,
    ExactNumber,
    FixedText,
    Identifier,
    Language,
    NonEmptyText,
    PositiveNumber,
    WholeNumber,
)
from qgen.bank.headers import Kind
from qgen.bank.output_options import Outputs
from qgen.document.answers import ScoringRule
from qgen.document.formats import FORMATS

_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}
_DURATION = re.compile(r"([0-9]{1,6}) ?(min|h|d)")
_RANGE = re.compile(r"([1-5])(?: ?- ?([1-5]))?")


def _duration(value: object) -> int:
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or int(match.group(1)) == 0:
        raise PydanticCustomError("duration", "expected a time such as 90 min, 2 h or 1 d")
    return int(match.group(1)) * _MINUTES[match.group(2)]


def _difficulties(value: object) -> tuple[int, int]:
    match = _RANGE.fullmatch(str(value).strip()) if isinstance(value, (int, str)) else None
    if match is None:
        raise PydanticCustomError("difficulty", "expected 1 to 5, or a range such as 1-3")
    low, high = int(match.group(1)), int(match.group(2) or match.group(1))
    if low > high:
        raise PydanticCustomError("difficulty", "the range begins with its larger number")
    return low, high


def _date(value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise PydanticCustomError("date", "expected a date such as 2026-12-04") from None


def _within_one(value: Fraction) -> Fraction:
    if not 0 <= value <= 1:
        raise PydanticCustomError("share", "must lie between 0 and 100%")
    return value


Minutes: TypeAlias = Annotated[int, BeforeValidator(_duration, json_schema_input_type=str)]
Labels: TypeAlias = Annotated[tuple[FixedText, ...], ONE_OR_MORE]


class AttemptsModel(AuthorModel):
    """How often a quiz may be taken, and how long to wait between two attempts."""

    allowed: Annotated[WholeNumber, Field(ge=1, le=1000)]
    every: Minutes | None = None


class ScoringModel(AuthorModel):
    multiple_select: ScoringRule = "per_option"


class ShuffleModel(AuthorModel):
    questions: bool = False
    options: bool = True


class SelectionModel(AuthorModel):
    """Which questions of the bank a section may pick from; every given condition must hold."""

    topics: Annotated[tuple[Identifier, ...], ONE_OR_MORE] = ()
    kinds: Annotated[tuple[Kind, ...], ONE_OR_MORE] = ()
    tags: Labels = ()
    ids: Annotated[tuple[Identifier, ...], ONE_OR_MORE] = ()
    sources: Labels = ()
    languages: Annotated[tuple[Language, ...], ONE_OR_MORE] = ()
    difficulty: Annotated[
        tuple[int, int] | None,
        BeforeValidator(_difficulties, json_schema_input_type=int | str | None),
    ] = None


Repeats: TypeAlias = Annotated[
    Literal["allowed", "never"],
    Field(description="whether two students may get the same numbers where a question has too few"),
]


class SectionQuestion(AuthorModel):
    """A question by its id, with the points it is worth here."""

    id: Identifier
    points: PositiveNumber | None = None
    repeats: Repeats | None = None
    space: SpaceText | None = None


def _by_id(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


class SectionModel(AuthorModel):
    """Listed questions, or `pick` of them drawn `from` the bank; `points` for each."""

    title: FixedText
    instructions: NonEmptyText | None = None
    pick: Annotated[WholeNumber, Field(ge=1, le=500)] | None = None
    selection: SelectionModel | None = Field(default=None, alias="from")
    questions: tuple[
        Annotated[
            SectionQuestion,
            BeforeValidator(_by_id, json_schema_input_type=SectionQuestion | str),
        ],
        ...,
    ] = ()
    points: PositiveNumber | None = None
    repeats: Repeats = "never"
    space: SpaceText | None = None

    @model_validator(mode="after")
    def _listed_or_picked(self) -> Self:
        if self.questions and (self.pick is not None or self.selection is not None):
            message = "give 'questions', or 'pick' with 'from', not both"
            raise PydanticCustomError("section", message)
        if not self.questions and (self.pick is None or self.selection is None):
            message = "give 'questions', or 'pick' with 'from'"
            raise PydanticCustomError("section", message)
        return self


class ExamSpec(AuthorModel):
    """One exam."""

    title: FixedText
    course: FixedText | None = None
    date: Annotated[str, BeforeValidator(_date)] | None = None
    language: Language = "en"
    seed: Annotated[WholeNumber, Field(ge=0)]
    proofs: Annotated[
        Literal["optional", "required"],
        Field(description="whether a key that nothing proves keeps the exam from being built"),
    ] = "optional"
    bank: Annotated[Labels, Field(min_length=1)] = ("builtin",)
    solvers: Labels = ()
    versions: Annotated[WholeNumber, Field(ge=1, le=26)] | None = None
    students: NonEmptyText | None = None
    duration: Minutes | None = None
    pass_mark: Annotated[ExactNumber, AfterValidator(_within_one)] | None = None
    attempts: AttemptsModel | None = None
    instructions: NonEmptyText | None = None
    aids: Annotated[
        Labels | None,
        Field(description="what may be used, printed on papers; an empty list for nothing"),
    ] = None
    space: SpaceText | None = None
    labels: Annotated[
        NonEmptyText | None,
        Field(description="a file of words in place of those that papers and pages print"),
    ] = None
    macros: Annotated[
        Any,
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "additionalProperties": {
                            "anyOf": [
                                {"type": "string"},
                                {
                                    "type": "array",
                                    "prefixItems": [{"type": "string"}, {"type": "integer"}],
                                    "minItems": 2,
                                    "maxItems": 2,
                                },
                            ]
                        },
                    },
                    {"type": "null"},
                ]
            }
        ),
        Field(
            description="TeX commands of the course's own, by name, or a file of them: a text, or "
            "a text with #1, #2, … and how many arguments it has"
        ),
    ] = None
    logo: Annotated[
        FixedText | None, Field(description="a picture to print above the titles of papers")
    ] = None
    scoring: ScoringModel = ScoringModel()
    shuffle: ShuffleModel = ShuffleModel()
    sections: Annotated[tuple[SectionModel, ...], Field(min_length=1)]
    outputs: Outputs

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.versions is not None and self.students is not None:
            raise PydanticCustomError("cohort", "give 'versions' or 'students', not both")
        if not self.outputs.formats:
            names = ", ".join(FORMATS)
            raise PydanticCustomError("outputs", f"'outputs' names no format; there are {names}")
        return self


EXAM: TypeAdapter[Any] = TypeAdapter(ExamSpec)
