"""How a key is known: verified by two routes, computed by one, or stated by the author."""

from collections.abc import Callable, Iterable
from typing import assert_never

from qgen.bank.expressions import Expression
from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    FormulaTemplate,
    HoleTemplate,
    MatchingTemplate,
    NumericTemplate,
    OpenTemplate,
    OrderingTemplate,
    Placed,
    ShortAnswerTemplate,
)
from qgen.document.answers import Provenance
from qgen.document.richtext import DisplayMath, Hole, Math, RichText, walk

_ORDER: tuple[Provenance, ...] = ("verified", "computed", "stated")


def worst(provenances: Iterable[Provenance]) -> Provenance:
    """The weakest of several, as a chain is as strong as its weakest link."""
    return max(provenances, key=_ORDER.index)


def answer_provenance(
    answer: AnswerTemplate,
    holes: tuple[HoleTemplate, ...],
    drawn: frozenset[str],
    verified: frozenset[str],
) -> Provenance:
    """How the key of one answer is known.

    A number or a formula: by its expression. Several choices: by what decides each of them. A
    single choice: by the expressions that decide which option is right, the others being wrong;
    or by the holes in the text of the right one. A few words: by the holes in the accepted ones.
    Pairs: by the holes in each right side, or in the left one where the right one has none. An
    order: by the values that decide it.
    """

    def known(expression: Expression) -> Provenance:
        if not expression.names:
            return "stated"
        results = expression.names - drawn
        proved = bool(results) and results <= verified and expression.plain
        return "verified" if proved else "computed"

    def printed(text: RichText) -> list[Provenance]:
        return [known(holes[index].expression) for index in _holes_of(text)]

    match answer:
        case NumericTemplate() | FormulaTemplate():
            return known(answer.answer.expression)
        case ChoiceTemplate():
            return _choice_provenance(answer, known, printed)
        case MatchingTemplate():
            return worst(
                worst(printed(pair.right.text) or printed(pair.left.text) or ["stated"])
                for pair in answer.pairs
            )
        case OrderingTemplate():
            return worst([known(value.expression) for value in answer.values] or ["stated"])
        case ShortAnswerTemplate():
            written = [
                known(holes[part.index].expression)
                for text in answer.accepted
                for part in text
                if isinstance(part, Hole)
            ]
            return worst(written or ["stated"])
        case OpenTemplate():
            return "stated"
        case _:
            assert_never(answer)


def _choice_provenance(
    answer: ChoiceTemplate,
    known: Callable[[Expression], Provenance],
    printed: Callable[[RichText], list[Provenance]],
) -> Provenance:
    decided = [
        known(option.correct.expression)
        for option in answer.options
        if isinstance(option.correct, Placed)
    ]
    if answer.kind == "multiple_select":
        return "stated" if len(decided) < len(answer.options) else worst(decided)
    shown = (printed(option.text) for option in answer.options if option.correct is True)
    return worst(decided or [each for found in shown for each in found] or ["stated"])


def _holes_of(text: RichText) -> list[int]:
    found = []
    for node in walk(text.blocks):
        if isinstance(node, Hole):
            found.append(node.index)
        elif isinstance(node, (Math, DisplayMath)):
            found += [part.index for part in node.parts if isinstance(part, Hole)]
    return found
