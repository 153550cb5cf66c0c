"""Choice questions as authors write them: options, and how many of them are shown."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import AuthorModel, ExpressionText, NonEmptyText, TruthText

ProofText: TypeAlias = Annotated[
    ExpressionText,
    Field(description="an expression for the same value by another way, compared every time"),
]

ONE_RIGHT_OPTION = "a single choice has exactly one right option; {} are marked correct"
MARK_ONE = "a plain text is a wrong option: write {{text: {}, correct: true}} for the right one"
NOTHING_MARKED = (
    "all options are plain texts, and a plain text is a wrong option: write "
    "{{text: {}, correct: true}} for a right one; where none is right, write one option with "
    "correct: false"
)


class OptionModel(AuthorModel):
    """One option: `correct` is true, false, or an expression with a truth value."""

    text: Annotated[NonEmptyText, Field(description="what students read")]
    correct: Annotated[
        TruthText, Field(description="true, false, or an expression that is one of them")
    ] = False
    proof: ProofText | None = None
    feedback: Annotated[
        NonEmptyText | None, Field(description="why it is right or wrong, shown afterwards")
    ] = None
    position: Annotated[
        Literal["first", "last"] | None,
        Field(description="where it stands in every order; such an option is always shown"),
    ] = None


def _as_option(written: object) -> object:
    return {"text": written} if isinstance(written, str) else written


OptionEntry: TypeAlias = Annotated[
    OptionModel,
    BeforeValidator(_as_option, json_schema_input_type=OptionModel | NonEmptyText),
    Field(description="an option; a plain text is a wrong one without feedback"),
]

_COUNTS = re.compile(r"([0-9]{1,2})(?: ?- ?([0-9]{1,2}))?")

Counts: TypeAlias = tuple[int, int]
"""The fewest and the most of something."""


def _counts(written: object) -> Counts:
    match = None
    if isinstance(written, (int, str)) and not isinstance(written, bool):
        match = _COUNTS.fullmatch(str(written).strip())
    if match is None:
        raise PydanticCustomError("counts", "expected a number such as 3, or a range such as 2-3")
    fewest, most = int(match[1]), int(match[2] or match[1])
    if fewest > most:
        raise PydanticCustomError("counts", "the range begins with its larger number")
    return fewest, most


def _at_least_two(written: object) -> Counts:
    fewest, most = _counts(written)
    if fewest < 2:
        raise PydanticCustomError("counts", "must be at least 2, got {got}", {"got": fewest})
    return fewest, most


class DrawModel(AuthorModel):
    """How many options a variant shows, and how many of them are right."""

    options: Annotated[
        Counts,
        BeforeValidator(_at_least_two, json_schema_input_type=int | str),
        Field(description="how many options are shown: a number, or a range such as 4-6"),
    ]
    right: Annotated[
        Counts | None,
        BeforeValidator(
            lambda written: None if written is None else _counts(written),
            json_schema_input_type=int | str | None,
        ),
        Field(
            description="how many of them are right: a number, or a range such as 2-3; "
            "where nothing is said, one at least if there is one"
        ),
    ] = None


def _as_draw(written: object) -> object:
    return written if isinstance(written, dict) or written is None else {"options": written}


class ChoiceFields(AuthorModel):
    """What the two choice kinds ask for."""

    options: Annotated[
        tuple[OptionEntry, ...],
        Field(min_length=2, max_length=30, description="what students choose from"),
    ]
    draw: Annotated[
        DrawModel | None,
        BeforeValidator(_as_draw, json_schema_input_type=DrawModel | int | str | None),
        Field(description="how many options each variant shows, as in 4 or {options: 6, right: 2}"),
    ] = None


class SingleChoiceFields(ChoiceFields):
    kind: Literal["single_choice"]


class MultipleSelectFields(ChoiceFields):
    kind: Literal["multiple_select"]
