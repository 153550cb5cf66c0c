"""The headers of questions: what a bank is searched by, read without their bodies."""

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias

from pydantic import Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import (
    ONE_OR_MORE,
    AuthorModel,
    FixedText,
    Identifier,
    Language,
    PositiveNumber,
    SolverName,
    WholeNumber,
)
from qgen.document.answers import DERIVATION, KINDS
from qgen.document.exam import Header
from qgen.document.problem import Place

if TYPE_CHECKING:
    Kind: TypeAlias = str
else:
    Kind = Literal[(*KINDS, DERIVATION)]


class HeaderFields(AuthorModel):
    """What a bank can be searched by, without a question's body."""

    id: Identifier
    title: FixedText
    topic: Identifier
    tags: tuple[FixedText, ...] = ()
    difficulty: Annotated[WholeNumber, Field(ge=1, le=5)]
    points: PositiveNumber = Fraction(1)
    minutes: PositiveNumber | None = None
    source: FixedText | None = None
    language: Language | None = None
    solver: Annotated[tuple[SolverName, ...], ONE_OR_MORE] = ()
    not_with: Annotated[
        tuple[Identifier, ...],
        ONE_OR_MORE,
        Field(description="the questions that this one gives away, or that give it away"),
    ] = ()

    @model_validator(mode="after")
    def _not_with_others(self) -> Self:
        if self.id in self.not_with:
            message = "'not_with' names the question itself; name those that it gives away"
            raise PydanticCustomError("not-with", message)
        return self


class PartPoints(AuthorModel):
    """What is read of a part before its derivation is used."""

    points: PositiveNumber


class QuestionHeader(HeaderFields):
    """What is read of a question before it is used."""

    kind: Kind
    parts: tuple[PartPoints, ...] = ()


HEADER: TypeAdapter[Any] = TypeAdapter(QuestionHeader)


def header_of(model: HeaderFields, kind: str, place: Place) -> Header:
    """A question's header."""
    return Header(
        identifier=model.id,
        title=model.title,
        kind=kind,
        topic=model.topic,
        tags=model.tags,
        difficulty=model.difficulty,
        minutes=model.minutes,
        source=model.source,
        language=model.language,
        place=place,
        not_with=model.not_with,
    )
