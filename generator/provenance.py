"""How a key is known: verified by two routes, computed by one, or stated by the author."""

from collections.abc import Callable, Iterable
from typing import TypeAlias, assert_never

from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    HoleTemplate,
    MatchingTemplate,
    MatrixTemplate,
    NumericTemplate,
    OpenTemplate,
    OrderingTemplate,
    Placed,
    QuestionTemplate,
    ShortAnswerTemplate,
)
from qgen.document.answers import Provenance
from qgen.document.problem import Place, Problem, Severity
from qgen.document.richtext import CodeBlock, DisplayMath, Hole, Math, RichText, walk

_ORDER: tuple[Provenance, ...] = ("verified", "computed", "stated")


Known: TypeAlias = tuple[Provenance, Place | None]
"""How something is known, and the place of the expression that computes it."""

STATED: Known = ("stated", None)


def worst(known: Iterable[Known]) -> Known:
    """The weakest of several, as a chain is as strong as its weakest link."""
    return max(known, key=lambda each: _ORDER.index(each[0]))


def answer_provenance(
    answer: AnswerTemplate,
    holes: tuple[HoleTemplate, ...],
    drawn: frozenset[str],
    verified: frozenset[str],
) -> Known:
    """How the key of one answer is known, and where that is said.

    `drawn` are the names of values that nothing proves, `verified` those that two routes do.

    A number, a matrix or a formula: by its expression; an example of what a condition accepts is
    proved by that, for every variant. Several choices: by what decides each of them. A single
    choice: by the expressions that decide which option is right, the others being wrong;
    or by the holes in the text of the right one. A few words: by the holes in the accepted ones.
    Pairs: by the holes in each right side, or in the left one where the right one has none. An
    order: by the values that decide it.
    """

    def known(placed: Placed) -> Known:
        expression = placed.expression
        # A cell of a drawn row is the author's own word, as what no value is read for.
        if not expression.names or (expression.plain and all("." in n for n in expression.names)):
            return "stated", placed.place
        results = expression.names - drawn
        proved = bool(results) and results <= verified and expression.plain
        verdict = proved or placed.proof is not None
        return ("verified" if verdict else "computed"), placed.place

    def hole(index: int) -> Known:
        return known(Placed(holes[index].expression, holes[index].place))

    def printed(text: RichText) -> list[Known]:
        return [hole(index) for index in _holes_of(text)]

    match answer:
        case ComplexTemplate():
            return known(answer.answer)
        case NumericTemplate() | FormulaTemplate() | MatrixTemplate():
            if answer.accept is not None:
                return "verified", answer.answer.place
            return known(answer.answer)
        case ChoiceTemplate():
            return _choice_provenance(answer, known, printed)
        case MatchingTemplate():
            return worst(
                worst(printed(pair.right.text) or printed(pair.left.text) or [STATED])
                for pair in answer.pairs
            )
        case OrderingTemplate():
            return worst(list(map(known, answer.values)) or [STATED])
        case ShortAnswerTemplate():
            written = [
                hole(part.index)
                for text in answer.accepted
                for part in text
                if isinstance(part, Hole)
            ]
            return worst(written or [STATED])
        case OpenTemplate():
            return STATED
        case _:
            assert_never(answer)


def _choice_provenance(
    answer: ChoiceTemplate,
    known: Callable[[Placed], Known],
    printed: Callable[[RichText], list[Known]],
) -> Known:
    decided = [
        known(option.correct) for option in answer.options if isinstance(option.correct, Placed)
    ]
    if answer.kind == "multiple_select":
        return STATED if len(decided) < len(answer.options) else worst(decided)
    shown = (printed(option.text) for option in answer.options if option.correct is True)
    return worst(decided or [each for found in shown for each in found] or [STATED])


def _holes_of(text: RichText) -> list[int]:
    found = []
    for node in walk(text.blocks):
        if isinstance(node, Hole):
            found.append(node.index)
        elif isinstance(node, (Math, DisplayMath)):
            found += [part.index for part in node.parts if isinstance(part, Hole)]
        elif isinstance(node, CodeBlock):
            found += [part.index for part in node.text if isinstance(part, Hole)]
    return found


def known_answers(template: QuestionTemplate, verified: frozenset[str]) -> tuple[Known, ...]:
    """How the key of each part is known, where the solvers' `verified` results are proved."""
    drawn = template.drawn_names - template.proved_names
    proved = verified | template.proved_names
    return tuple(
        answer_provenance(part.answer, template.holes, drawn, proved) for part in template.parts
    )


def unproved_keys(
    template: QuestionTemplate, verified: frozenset[str], *, required: bool
) -> list[Problem]:
    """Each part whose key one expression computes, with nothing to prove it.

    A warning, and where proofs are required an error.
    """
    found = []
    severity: Severity = "error" if required else "warning"
    for part, (provenance, place) in zip(
        template.parts, known_answers(template, verified), strict=True
    ):
        if provenance == "computed":
            where = f"question '{template.header.identifier}'"
            where += f", part {part.label}" if part.label else ""
            message = (
                f"{where}: the key is computed by one expression alone; put a 'proof' beside it, "
                "an expression for the same value by another way, or take the key from a solver"
            )
            found.append(Problem("unproved-key", message, place, severity))
    return found
