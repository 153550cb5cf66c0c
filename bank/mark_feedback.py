"""What authors say by the mark of a whole answer, beside the feedback of options and mistakes."""

from typing import Annotated, TypeAlias, assert_never

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import AuthorModel, NonEmptyText
from qgen.bank.templates import (
    AcceptTemplate,
    AnswerTemplate,
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    MatchingTemplate,
    MatrixTemplate,
    NumericTemplate,
    OpenTemplate,
    OrderingTemplate,
    ShortAnswerTemplate,
)


class MarkFeedbackModel(AuthorModel):
    """What is said of an answer by what it earned: all of the points, some of them, none."""

    right: Annotated[
        NonEmptyText | None, Field(description="said where the answer earned all of the points")
    ] = None
    partly: Annotated[
        NonEmptyText | None, Field(description="said where it earned some of the points")
    ] = None
    wrong: Annotated[
        NonEmptyText | None, Field(description="said where it earned nothing, a blank included")
    ] = None


def _not_a_text(written: object) -> object:
    if isinstance(written, str):
        message = (
            "feedback is said by the mark: write {right: …, partly: …, wrong: …}, each if wanted; "
            "what everybody reads is the 'explanation'"
        )
        raise PydanticCustomError("feedback", message)
    return written


MarkFeedback: TypeAlias = Annotated[
    MarkFeedbackModel | None,
    BeforeValidator(_not_a_text),
    Field(description="what is said of an answer by its mark: right, partly right or wrong"),
]


def never_partly(answer: AnswerTemplate) -> str | None:
    """Why an answer earns all of its points or none, whatever the exam's scoring rules; or None."""
    match answer:
        case ChoiceTemplate():
            return "a single choice is right or wrong" if answer.kind == "single_choice" else None
        case OrderingTemplate():
            whole = answer.credit == "all_or_nothing"
            return "this order is right or wrong; credit: adjacent gives shares" if whole else None
        case MatrixTemplate(accept=AcceptTemplate()):
            return "a matrix that 'accept_if' decides is right or wrong"
        case MatrixTemplate():
            whole = answer.credit == "all"
            return "all entries count together; marks: per_entry gives shares" if whole else None
        case NumericTemplate() | ComplexTemplate() | FormulaTemplate() | ShortAnswerTemplate():
            if any(mistake.credit for mistake in answer.mistakes):
                return None
            return "none of its mistakes has 'credit'"
        case MatchingTemplate() | OpenTemplate():
            return None
        case _:
            assert_never(answer)
