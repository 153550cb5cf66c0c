"""The shape of a question before anything is drawn: what a format can carry is seen on it."""

from fractions import Fraction
from typing import assert_never

from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    DerivationTemplate,
    FormulaTemplate,
    NumericTemplate,
    OpenTemplate,
    PartAnswerTemplate,
    QuestionTemplate,
    ShortAnswerTemplate,
)
from qgen.document.answers import (
    Answer,
    Derivation,
    FormulaAnswer,
    FormulaMistake,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Option,
    Part,
    PartAnswer,
    ScoringRule,
    SingleChoice,
)
from qgen.document.exam import Asset, Item
from qgen.document.formula import Number
from qgen.document.richtext import Passage
from qgen.generator.filling import Printed, optional_passage, part_points, worded_answer


def outline(template: QuestionTemplate, points: Fraction, rule: ScoringRule) -> Item:
    """An item of the template's shape: every hole reads `0`, every option is there.

    An option whose truth depends on the numbers counts as right.
    """
    printed = ("0",) * len(template.holes)
    return Item(
        template.header,
        1,
        points,
        Passage(template.stem, printed),
        _outline_answer(template.answer, printed, rule, part_points(template.answer, points)),
        "stated",
        optional_passage(template.explanation, printed),
        {},
        {**template.assets, **undrawn(template)},
    )


def undrawn(template: QuestionTemplate) -> dict[str, Asset]:
    """Empty files in place of the question's figures, of the forms that each of them has."""
    return {
        figure.asset: Asset(figure.asset, {"svg": b"", "pdf": b""}) for figure in template.figures
    }


def _outline_answer(
    answer: AnswerTemplate, printed: Printed, rule: ScoringRule, points: tuple[Fraction, ...]
) -> Answer:
    if isinstance(answer, DerivationTemplate):
        return Derivation(
            tuple(
                Part(
                    part.label,
                    Passage(part.prompt, printed),
                    _outline_part(part.answer, printed, rule),
                    part_points,
                    "stated",
                    optional_passage(part.explanation, printed),
                )
                for part, part_points in zip(answer.parts, points, strict=True)
            )
        )
    return _outline_part(answer, printed, rule)


def _outline_part(answer: PartAnswerTemplate, printed: Printed, rule: ScoringRule) -> PartAnswer:
    match answer:
        case ChoiceTemplate():
            options = tuple(
                Option(
                    Passage(option.text, printed),
                    option.correct.expression.source != "false",
                    optional_passage(option.feedback, printed),
                )
                for option in answer.options
            )
            if answer.kind == "single_choice":
                return SingleChoice(options)
            return MultipleSelect(options, rule)
        case NumericTemplate():
            mistakes = (
                NumericMistake(1, Passage(mistake.feedback, printed)) for mistake in answer.mistakes
            )
            return Numeric(0, answer.tolerance, answer.unit, tuple(mistakes))
        case FormulaTemplate():
            wrong = (
                FormulaMistake(Number(1), Passage(mistake.feedback, printed))
                for mistake in answer.mistakes
            )
            return FormulaAnswer(Number(0), answer.variables, tuple(wrong))
        case ShortAnswerTemplate() | OpenTemplate():
            return worded_answer(answer, printed)
        case _:
            assert_never(answer)
