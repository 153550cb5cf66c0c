"""The headers of questions: what a bank is searched by, read without their bodies."""

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter

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
    )
