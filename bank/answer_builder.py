"""Templates of what a question asks: its parts, their answers, hints and feedback."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from qgen.bank.answer_models import (
    FormulaFields,
    MatchingFields,
    MatrixFields,
    MistakeModel,
    NumericFields,
    OpenFields,
    OrderingFields,
    ShortAnswerFields,
    ToleranceModel,
)
from qgen.bank.arrangements import ArrangementBuilder
from qgen.bank.choice_builder import ChoiceBuilder
from qgen.bank.choice_models import ChoiceFields
from qgen.bank.condition_reader import ConditionReader
from qgen.bank.formula_builder import Compiler, FormulaBuilder
from qgen.bank.hint_models import HintModel
from qgen.bank.mark_feedback import MarkFeedbackModel, never_partly
from qgen.bank.models import (
    DerivationQuestion,
    NumericPart,
    PartFields,
    PartModel,
    QuestionFields,
    QuestionModel,
    SoleQuestion,
)
from qgen.bank.question_reader import QuestionReader
from qgen.bank.templates import (
    AnswerTemplate,
    CarryTemplate,
    ComplexTemplate,
    HintTemplate,
    MatrixTemplate,
    MistakeTemplate,
    NumericTemplate,
    OpenTemplate,
    PartTemplate,
    Placed,
    ShortAnswerTemplate,
    TextMistakeTemplate,
)
from qgen.bank.yaml_source import Steps
from qgen.document.answers import COMPLEX, MARKS, Mark, Tolerance
from qgen.document.richtext import NO_TEXT, RichText

_NO_TOLERANCE = ToleranceModel(absolute=Fraction(0))
PART_LABELS = "abcdefghijklmnopqrstuvwxyz"


class AnswerBuilder:
    """Builds them with a question's own reader, which keeps what is wrong."""

    def __init__(self, model: QuestionModel, reader: QuestionReader) -> None:
        self._model = model
        self._reader = reader
        self._arrangements = ArrangementBuilder(
            reader.text, reader.expression, reader.place, reader.report
        )
        self._choices = ChoiceBuilder(
            reader.text, reader.proved, reader.place, reader.is_text, reader.report
        )
        self._conditions = ConditionReader(
            reader.expression, reader.place, reader.report, {*reader.drawn, *model.derive}
        )
        self._formulas = FormulaBuilder(
            reader.proved, self._mistakes, reader.place, reader.report, reader.drawn
        )

    def parts(self, blanks: Sequence[str]) -> tuple[PartTemplate, ...]:
        """The parts; those with these labels have blanks in the stem."""
        model = self._model
        if not isinstance(model, DerivationQuestion):
            sole = PartTemplate("", NO_TEXT, self._answer(model), model.points, None)
            hints, by_mark = self._hints(model.hints), self._by_mark(model.feedback, sole.answer)
            return (replace(sole, space=model.space, hints=hints, by_mark=by_mark),)
        if model.hints:
            message = "the hints of a derivation stand with the parts that they help with"
            self._reader.report("hints", message, self._reader.place("hints", key=True))
        if model.feedback is not None:
            message = "the feedback of a derivation stands with its parts, each of which has a mark"
            self._reader.report("feedback", message, self._reader.place("feedback", key=True))
        parts = (
            PartTemplate(
                PART_LABELS[index],
                self._reader.optional(part.prompt, "parts", index, "prompt") or NO_TEXT,
                self._answer(part, "parts", index),
                part.points,
                self._reader.optional(part.explanation, "parts", index, "explanation"),
                self._carry(part, model, index),
                part.space,
                PART_LABELS[index] in blanks,
                self._hints(part.hints, "parts", index),
            )
            for index, part in enumerate(model.parts)
        )
        spaced = (
            replace(part, space=model.space) if part.space is None and part.is_worked else part
            for part in parts
        )
        return tuple(
            replace(part, by_mark=self._by_mark(said.feedback, part.answer, "parts", index))
            for index, (part, said) in enumerate(zip(spaced, model.parts, strict=True))
        )

    def _hints(self, hints: tuple[HintModel, ...], *steps: str | int) -> tuple[HintTemplate, ...]:
        listed = self._reader.is_list("hints", steps)
        places = [(*steps, "hints", *([index] if listed else [])) for index in range(len(hints))]
        return tuple(
            HintTemplate(
                self._reader.text(hint.text, *place, "text"),
                hint.penalty,
                self._reader.place(*place),
            )
            for hint, place in zip(hints, places, strict=True)
        )

    def _by_mark(
        self, feedback: MarkFeedbackModel | None, answer: AnswerTemplate, *steps: str | int
    ) -> dict[Mark, RichText]:
        if feedback is None:
            return {}
        fault = None if feedback.partly is None else never_partly(answer)
        if fault is not None:
            message = f"'partly' is never said: {fault}"
            self._reader.report(
                "feedback", message, self._reader.place(*steps, "feedback", "partly", key=True)
            )
        written = ((mark, getattr(feedback, mark)) for mark in MARKS)
        return {
            mark: self._reader.text(text, *steps, "feedback", mark)
            for mark, text in written
            if text is not None
        }

    def _carry(
        self, part: PartFields, model: DerivationQuestion, index: int
    ) -> CarryTemplate | None:
        carry = part.carry if isinstance(part, NumericPart) else None
        if carry is None:
            return None
        source = PART_LABELS.index(carry.part)
        earlier = model.parts[source] if source < index else None
        if not isinstance(earlier, NumericPart) or earlier.accept_if:
            message = f"part '{carry.part}' is no earlier part that asks for a number"
            if isinstance(earlier, NumericPart):
                message += " with a key"
            self._reader.report(
                "carry", message, self._reader.place("parts", index, "carry", "part")
            )
        if isinstance(part, NumericPart) and part.accept_if:
            message = "a part that 'accept_if' marks follows from no earlier one"
            self._reader.report("carry", message, self._reader.place("parts", index, "carry"))
        return CarryTemplate(
            carry.part, self._reader.expression(carry.answer, "parts", index, "carry", "answer")
        )

    def _answer(self, model: SoleQuestion | PartModel, *steps: str | int) -> AnswerTemplate:
        match model:
            case ChoiceFields():
                return self._choices.build(model, steps)
            case NumericFields():
                mistakes = self._mistakes(model.mistakes, steps)
                answer = self._key(model, steps)
                tolerance = _tolerance(model.tolerance or _NO_TOLERANCE)
                unit = None
                if model.unit is not None:
                    unit = self._reader.plain(model.unit, *steps, "unit")
                worked_out = model.form == "worked_out"
                if model.number == COMPLEX:
                    return ComplexTemplate(answer, tolerance, unit, mistakes, worked_out)
                accept = self._conditions.read(model, model.points, mistakes, steps)
                return NumericTemplate(answer, tolerance, unit, mistakes, worked_out, accept)
            case FormulaFields():
                template = self._formulas.build(model, steps)
                accept = self._conditions.read(model, model.points, template.mistakes, steps)
                return replace(template, accept=accept)
            case MatrixFields():
                slips = self._matrix_mistakes(model, steps)
                return MatrixTemplate(
                    self._key(model, steps),
                    _tolerance(model.tolerance or _NO_TOLERANCE),
                    model.marks,
                    slips,
                    self._conditions.read(model, model.points, slips, steps),
                )
            case ShortAnswerFields():
                listed = self._reader.is_list("accept", steps)
                return ShortAnswerTemplate(
                    tuple(
                        self._reader.plain(text, *steps, "accept", *([i] if listed else []))
                        for i, text in enumerate(model.accept)
                    ),
                    model.case_sensitive,
                    tuple(
                        TextMistakeTemplate(
                            self._reader.plain(mistake.text, *steps, "mistakes", i, "text"),
                            self._reader.text(mistake.feedback, *steps, "mistakes", i, "feedback"),
                            mistake.credit,
                        )
                        for i, mistake in enumerate(model.mistakes)
                    ),
                )
            case OpenFields():
                rubric = tuple(
                    (line.points, self._reader.text(line.text, *steps, "rubric", index, "text"))
                    for index, line in enumerate(model.rubric)
                )
                self._check_rubric(model, rubric, steps)
                return OpenTemplate(rubric, model.lines, model.upload, model.code)
            case MatchingFields():
                return self._arrangements.matching(model, steps)
            case OrderingFields():
                return self._arrangements.ordering(model, steps)
            case _:
                assert_never(model)

    def _key(self, model: NumericFields | MatrixFields, steps: Steps) -> Placed:
        """The key, or the example of what a condition accepts."""
        key = "example" if model.accept_if else "answer"
        return self._reader.proved(getattr(model, key), model.proof, *steps, key)

    def _mistakes(
        self,
        mistakes: tuple[MistakeModel, ...],
        steps: Steps,
        compiled: Compiler | None = None,
    ) -> tuple[MistakeTemplate, ...]:
        return tuple(
            MistakeTemplate(
                self._reader.proved(
                    mistake.answer,
                    mistake.proof,
                    *steps,
                    "mistakes",
                    index,
                    "answer",
                    compiled=compiled,
                ),
                self._reader.text(mistake.feedback, *steps, "mistakes", index, "feedback"),
                mistake.credit,
            )
            for index, mistake in enumerate(mistakes)
        )

    def _matrix_mistakes(self, model: MatrixFields, steps: Steps) -> tuple[MistakeTemplate, ...]:
        return tuple(
            MistakeTemplate(
                self._reader.proved(
                    mistake.answer, mistake.proof, *steps, "mistakes", index, "answer"
                ),
                self._reader.text(mistake.feedback, *steps, "mistakes", index, "feedback"),
            )
            for index, mistake in enumerate(model.mistakes)
        )

    def _check_rubric(
        self, model: OpenFields, rubric: tuple[tuple[Fraction, RichText], ...], steps: Steps
    ) -> None:
        total = sum((points for points, _ in rubric), Fraction(0))
        worth = model.points if isinstance(model, (QuestionFields, PartFields)) else total
        if total != worth:
            message = f"the rubric's points add to {total}, the question is worth {worth}"
            self._reader.report("points", message, self._reader.place(*steps, "rubric"))


def _tolerance(model: ToleranceModel) -> Tolerance:
    if model.absolute is not None:
        return Tolerance("absolute", model.absolute)
    if model.relative is not None:
        return Tolerance("relative", model.relative)
    if model.significant_digits is not None:
        return Tolerance("significant_digits", Fraction(model.significant_digits))
    raise ValueError("a tolerance that says nothing")
