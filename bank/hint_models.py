"""Hints as authors write them: help on request, which may cost a share of the points."""

from fractions import Fraction
from typing import Annotated, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import AuthorModel, ExactNumber, NonEmptyText


class HintModel(AuthorModel):
    """A hint, and the share of the points that taking it costs."""

    text: Annotated[NonEmptyText, Field(description="what the hint says")]
    penalty: Annotated[
        ExactNumber, Field(description="the share of the points that it takes away, as in 10%")
    ] = Fraction(0)

    @model_validator(mode="after")
    def _is_a_share(self) -> Self:
        if not 0 <= self.penalty <= 1:
            raise PydanticCustomError("penalty", "a hint's penalty lies between 0 and 100%")
        return self


def _hints_as_list(written: object) -> object:
    if isinstance(written, (str, dict)):
        written = [written]
    if not isinstance(written, list):
        return written
    return [{"text": each} if isinstance(each, str) else each for each in written]


def _penalties_add_up(hints: tuple[HintModel, ...]) -> tuple[HintModel, ...]:
    total = sum((hint.penalty for hint in hints), Fraction(0))
    if total > 1:
        message = "the penalties of all hints add to more than 100%"
        raise PydanticCustomError("penalty", message)
    return hints


_HintEntry: TypeAlias = HintModel | NonEmptyText
Hints: TypeAlias = Annotated[
    tuple[HintModel, ...],
    BeforeValidator(_hints_as_list, json_schema_input_type=_HintEntry | tuple[_HintEntry, ...]),
    AfterValidator(_penalties_add_up),
    Field(
        max_length=6,
        description="help that students may ask for, one after another; a text costs nothing",
    ),
]
