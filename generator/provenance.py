"""How a key is known: verified by two routes, computed by one, or stated by the author."""

from collections.abc import Iterable

from qgen.bank.expressions import Expression
from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    FormulaTemplate,
    HoleTemplate,
    NumericTemplate,
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
    """

    def known(expression: Expression) -> Provenance:
        if not expression.names:
            return "stated"
        results = expression.names - drawn
        proved = bool(results) and results <= verified and expression.plain
        return "verified" if proved else "computed"

    def decides(correct: bool | Placed) -> Provenance:
        return "stated" if isinstance(correct, bool) else known(correct.expression)

    if isinstance(answer, (NumericTemplate, FormulaTemplate)):
        return known(answer.answer.expression)
    if isinstance(answer, ChoiceTemplate):
        if answer.kind == "multiple_select":
            return worst(decides(option.correct) for option in answer.options)
        decided = [
            known(option.correct.expression)
            for option in answer.options
            if isinstance(option.correct, Placed)
        ]
        if decided:
            return worst(decided)
        printed = [
            known(holes[index].expression)
            for option in answer.options
            if option.correct is True
            for index in _holes_of(option.text)
        ]
        if printed:
            return worst(printed)
    if isinstance(answer, ShortAnswerTemplate):
        written = [
            known(holes[part.index].expression)
            for text in answer.accepted
            for part in text
            if isinstance(part, Hole)
        ]
        if written:
            return worst(written)
    return "stated"


def _holes_of(text: RichText) -> list[int]:
    found = []
    for node in walk(text.blocks):
        if isinstance(node, Hole):
            found.append(node.index)
        elif isinstance(node, (Math, DisplayMath)):
            found += [part.index for part in node.parts if isinstance(part, Hole)]
    return found
