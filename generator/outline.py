"""The shape of a question before anything is drawn: what a format can carry is seen on it."""

from fractions import Fraction
from typing import assert_never

from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    MatchingTemplate,
    MatrixTemplate,
    NumericTemplate,
    OpenTemplate,
    OrderingTemplate,
    QuestionTemplate,
    ShortAnswerTemplate,
)
from qgen.document.answers import (
    Answer,
    CarriedForward,
    ComplexAnswer,
    ComplexMistake,
    FormulaAnswer,
    FormulaMistake,
    MatrixAnswer,
    MatrixMistake,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Option,
    Part,
    ScoringRule,
    SingleChoice,
)
from qgen.document.exam import Asset, Item
from qgen.document.formula import Number
from qgen.document.richtext import Passage, join_parts
from qgen.document.values import Complex, Real
from qgen.generator.accepting import unproved_answer
from qgen.generator.arrangements import matching, ordering
from qgen.generator.filling import filled_feedback, filled_hints, optional_passage, part_points
from qgen.generator.worded import Printed, worded_answer


def outline(template: QuestionTemplate, points: Fraction, rule: ScoringRule) -> Item:
    """An item of the template's shape: every hole reads `0`, every option is there.

    An option whose truth depends on the numbers counts as right; pairs and items to order stand
    as the author wrote them.
    """
    printed = ("0",) * len(template.holes)
    return Item(
        template.header,
        1,
        points,
        Passage(template.stem, printed),
        tuple(
            Part(
                part.label,
                Passage(part.prompt, printed),
                _outline_answer(part.answer, printed, rule),
                worth,
                "stated",
                optional_passage(part.explanation, printed),
                None if part.carry is None else CarriedForward(part.carry.part, _not_yet),
                None,
                part.in_text,
                filled_hints(part, printed),
                filled_feedback(part, printed),
            )
            for part, worth in zip(template.parts, part_points(template, points), strict=True)
        ),
        optional_passage(template.explanation, printed),
        {},
        {**template.assets, **undrawn(template), **_first_pictures(template)},
    )


def _not_yet(earlier: Fraction | Complex) -> Real:
    raise ValueError("nothing follows from an earlier answer before numbers are drawn")


def undrawn(template: QuestionTemplate) -> dict[str, Asset]:
    """Empty files in place of the question's figures, of the forms that each of them has."""
    return {
        figure.asset: Asset(figure.asset, {"svg": b"", "pdf": b""}) for figure in template.figures
    }


def _first_pictures(template: QuestionTemplate) -> dict[str, Asset]:
    """Of each column of pictures the first: all have the same forms."""
    return {each.asset: next(iter(each.files.values())) for each in template.pictures}


def _outline_answer(answer: AnswerTemplate, printed: Printed, rule: ScoringRule) -> Answer:
    match answer:
        case ChoiceTemplate():
            options = tuple(
                Option(
                    Passage(option.text, printed),
                    option.correct is not False,
                    optional_passage(option.feedback, printed),
                    option.position is not None,
                )
                for option in answer.options
            )
            if answer.kind == "single_choice":
                return SingleChoice(options)
            return MultipleSelect(options, rule)
        case NumericTemplate():
            mistakes = (
                NumericMistake(1, Passage(mistake.feedback, printed), mistake.credit)
                for mistake in answer.mistakes
            )
            unit = None if answer.unit is None else join_parts(answer.unit, printed)
            number = Numeric(0, answer.tolerance, unit, tuple(mistakes), answer.worked_out)
            if answer.accept is None:
                return number
            return unproved_answer(answer.accept, number, printed)
        case ComplexTemplate():
            slip = Complex(1, 1)
            known = (
                ComplexMistake(slip, Passage(mistake.feedback, printed), mistake.credit)
                for mistake in answer.mistakes
            )
            unit = None if answer.unit is None else join_parts(answer.unit, printed)
            return ComplexAnswer(
                Complex(0, 1), answer.tolerance, unit, tuple(known), answer.worked_out
            )
        case FormulaTemplate():
            wrong = (
                FormulaMistake(Number(1), Passage(mistake.feedback, printed), mistake.credit)
                for mistake in answer.mistakes
            )
            formula = FormulaAnswer(
                Number(0), answer.variables, tuple(wrong), answer.forms, answer.up_to
            )
            if answer.accept is None:
                return formula
            return unproved_answer(answer.accept, formula, printed)
        case MatrixTemplate():
            slips = (
                MatrixMistake(((1,),), Passage(mistake.feedback, printed))
                for mistake in answer.mistakes
            )
            matrix = MatrixAnswer(((0,),), answer.tolerance, answer.credit, tuple(slips))
            if answer.accept is None:
                return matrix
            return unproved_answer(answer.accept, matrix, printed)
        case MatchingTemplate():
            return matching(answer, printed, range(len(answer.rights)), rule)
        case OrderingTemplate():
            places = range(len(answer.items))
            return ordering(answer, printed, places, places)
        case ShortAnswerTemplate() | OpenTemplate():
            return worded_answer(answer, printed)
        case _:
            assert_never(answer)
