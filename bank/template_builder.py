"""From a validated question to a template: texts parsed, expressions compiled, names checked."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import assert_never

from qgen.bank.arrangements import ArrangementBuilder
from qgen.bank.blanks import blank_faults, blanks_of, unasked
from qgen.bank.choice_builder import ChoiceBuilder
from qgen.bank.choice_models import ChoiceFields
from qgen.bank.derivations import Scope, assumptions, read_derivation, value_shapes
from qgen.bank.expressions import (
    CONSTANTS,
    FUNCTIONS,
    RESERVED,
    Expression,
    ExpressionError,
    compile_expression,
)
from qgen.bank.formula_builder import Compiler, FormulaBuilder
from qgen.bank.headers import header_of
from qgen.bank.hint_models import HintModel
from qgen.bank.macros import Macros
from qgen.bank.mark_feedback import MarkFeedbackModel, never_partly
from qgen.bank.markup import (
    DATA,
    Handlers,
    MarkupError,
    read_closed_markup,
    read_markup,
)
from qgen.bank.math_faults import math_fault
from qgen.bank.models import (
    DerivationQuestion,
    DerivedModel,
    FormulaFields,
    MatchingFields,
    MatrixFields,
    MistakeModel,
    NumericFields,
    NumericPart,
    OpenFields,
    OrderingFields,
    PartFields,
    PartModel,
    QuestionFields,
    QuestionModel,
    ShortAnswerFields,
    SoleQuestion,
    ToleranceModel,
)
from qgen.bank.parameters import ParameterEntry, prints_decimals
from qgen.bank.pictures import read_picture
from qgen.bank.plain_text import read_plain_text
from qgen.bank.question_data import CONTEXT as FILE_CONTEXT
from qgen.bank.question_data import QuestionData
from qgen.bank.question_figures import SCHEME, QuestionFigures
from qgen.bank.row_pictures import SCHEME as PICTURE_SCHEME
from qgen.bank.row_pictures import RowPictures
from qgen.bank.table_domains import Rows
from qgen.bank.templates import (
    RESPONSE_NAME,
    AcceptTemplate,
    AnswerTemplate,
    CarryTemplate,
    HintTemplate,
    HoleContext,
    HoleTemplate,
    MatrixTemplate,
    MistakeTemplate,
    NumericTemplate,
    OpenTemplate,
    Parameter,
    PartTemplate,
    Placed,
    PlacedDerivation,
    QuestionTemplate,
    ShortAnswerTemplate,
    TextMistakeTemplate,
)
from qgen.bank.value_references import unknown_references
from qgen.bank.yaml_source import Data, Source, Steps
from qgen.document.answers import MARKS, Mark, Tolerance
from qgen.document.derivation import Derivation, Exact
from qgen.document.exam import Asset
from qgen.document.problem import Place, Problem
from qgen.document.richtext import NO_TEXT, PlainText, RichText

_NO_TOLERANCE = ToleranceModel(absolute=Fraction(0))
_NOT_ASKED = frozenset({"study_note", "accepted_warnings"})
PART_LABELS = "abcdefghijklmnopqrstuvwxyz"


class TemplateBuilder:
    """Builds the template of one question and collects what is wrong with it."""

    def __init__(
        self,
        model: QuestionModel,
        data: Data,
        source: Source,
        path: Steps,
        folder: Path,
        macros: Macros,
    ) -> None:
        self._model = model
        self._data = data
        self._source = source
        self._path = path
        self._folder = folder
        self._macros = macros
        self._holes: list[HoleTemplate] = []
        self._known_holes: dict[tuple[str, HoleContext], int] = {}
        self._assets: dict[str, Asset] = {}
        self._figures = QuestionFigures(model)
        self._data_files = QuestionData(model)
        self._pictures = RowPictures(model, self._place, source.path, folder)
        self._drawn = {*model.parameters, *model.let}
        # A solver may return a value of a constant's name.
        mine = {*self._drawn, *model.derive, *(CONSTANTS if model.solver else ())}
        self._own = frozenset(mine & {*FUNCTIONS, *CONSTANTS})
        self._decimal_names: set[str] = set()
        self._decimal_results = False
        self._arrangements = ArrangementBuilder(
            self._text, self._expression, self._place, self._problem
        )
        self._choices = ChoiceBuilder(
            self._text, self._proved, self._place, self._is_text, self._problem
        )
        self._formulas = FormulaBuilder(
            self._proved, self._mistakes, self._place, self._problem, self._drawn
        )
        self.problems: list[Problem] = []

    def build(self) -> QuestionTemplate:
        """The template; meaningless where `problems` is not empty afterwards."""
        model = self._model
        place = self._place()
        parameters = tuple(self._parameter(name, entry) for name, entry in model.parameters.items())
        self._check_names()
        self._decimal_names = {
            name for entry in parameters if prints_decimals(entry.domain) for name in entry.names
        }
        self._decimal_results = bool(self._decimal_names)
        derived = tuple((name, self._derived(name, entry)) for name, entry in model.let.items())
        for name, placed in derived:
            expression = placed.expression
            if expression.decimal or expression.names & self._decimal_names:
                self._decimal_names.add(name)
        derivations = self._derivations(parameters)
        conditions = tuple(
            self._expression(text, "where", *([i] if self._is_list("where") else []))
            for i, text in enumerate(model.where)
        )
        stem = self._stem(model)
        parts = self._parts(model, blanks_of(stem))
        explanation = self._optional(model.explanation, "explanation")
        figures = self._figures.templates(
            self._place, self._expression, self._assets, self.problems
        )
        self.problems += self._data_files.problems(self._place)
        template = QuestionTemplate(
            header=header_of(model, model.kind, place),
            parameters=parameters,
            derived=derived,
            conditions=conditions,
            solvers=tuple(
                (name, self._place("solver", *([i] if self._is_list("solver") else [])))
                for i, name in enumerate(model.solver)
            ),
            holes=tuple(self._holes),
            stem=stem,
            parts=parts,
            explanation=explanation,
            assets=dict(self._assets),
            digest=self._digest(),
            note=model.note,
            figures=figures,
            pictures=tuple(self._pictures.pictures.values()),
            derivations=derivations,
            assumptions=assumptions(parameters, derivations),
            study_note=self._study_note(model.study_note),
            accepted_warnings={
                code: self._place("accepted_warnings", code, key=True)
                for code in model.accepted_warnings
            },
        )
        self._check_points(template.points)
        self.problems += unknown_references(template)
        self.problems += self._pictures.problems
        return template

    def _parameter(self, name: str, entry: ParameterEntry) -> Parameter:
        """A parameter, with the expressions in its domain."""
        domain = entry.domain
        steps = ("parameters", name, entry.domain_name)
        expressions = {
            key: self._expression(text, *steps, key) for key, text in domain.expressions.items()
        }
        if isinstance(domain, Rows):
            self._check_tex(domain, steps)
        return Parameter(name, domain, self._place("parameters", name), expressions)

    def _check_tex(self, table: Rows, steps: Steps) -> None:
        """The cells that print as formulas must be some."""
        for column in table.tex:
            place = table.names.index(column)
            for number, row in enumerate(table.of):
                fault = math_fault(str(row[place]))
                if fault is not None:
                    self._problem("math", fault, self._place(*steps, "of", number, place))

    def _derivations(self, parameters: tuple[Parameter, ...]) -> tuple[PlacedDerivation, ...]:
        """The lines of `derive`, in their order."""
        shapes = value_shapes(parameters, self._model.let)
        lines: list[PlacedDerivation] = []
        for name, model in self._model.derive.items():
            earlier = {each.line.name: tuple(each.line.variables) for each in lines}
            scope = Scope(shapes, earlier, frozenset(self._model.let))
            steps = ("derive", name, *(["formula"] if self._is_mapping("derive", name) else []))
            place = self._place(*steps)
            try:
                line = read_derivation(name, model.formula, model.variables, scope)
            except ExpressionError as error:
                self._problem("derive", f"'{name}': {error}", place)
                line = Derivation(name, model.formula, Exact(Fraction(0)), model.variables)
            lines.append(PlacedDerivation(line, place))
        return tuple(lines)

    # Places and problems

    def _place(self, *steps: str | int, key: bool = False) -> Place:
        return self._source.place((*self._path, *steps), key=key)

    def _is_mapping(self, *steps: str | int) -> bool:
        return bool(self._source.node((*self._path, *steps)).keys)

    def _is_text(self, steps: Steps) -> bool:
        """Whether a value is neither a mapping nor a list."""
        node = self._source.node((*self._path, *steps))
        return not node.keys and not node.elements

    def _is_list(self, key: str, steps: Steps = ()) -> bool:
        return bool(self._source.node((*self._path, *steps, key)).elements)

    def _problem(self, code: str, message: str, place: Place) -> None:
        self.problems.append(Problem(code, message, place))

    # Expressions and texts

    def _expression(
        self,
        text: str,
        *steps: str | int,
        compiled: Compiler | None = None,
    ) -> Placed:
        place = self._place(*steps)
        try:
            expression = compiled(text) if compiled else compile_expression(text, own=self._own)
            return Placed(expression, place)
        except ExpressionError as error:
            self._problem("expression", f"the expression '{text}': {error}", place)
            return Placed(compile_expression("0"), place)

    def _derived(self, name: str, entry: DerivedModel) -> Placed:
        steps: Steps = ("let", name)
        if self._source.node((*self._path, *steps)).keys:
            return self._proved(entry.value, entry.proof, *steps, "value")
        return self._expression(entry.value, *steps)

    def _proved(
        self,
        text: str,
        proof: str | None,
        *steps: str | int,
        compiled: Compiler | None = None,
    ) -> Placed:
        """An expression with the proof that stands beside it, if one does."""
        claim = self._expression(text, *steps, compiled=compiled)
        if proof is None:
            return claim
        other = self._expression(proof, *steps[:-1], "proof", compiled=compiled)
        if "".join(proof.split()) == "".join(text.split()):
            message = f"the proof of '{text}' is the same expression; give another way to its value"
            self._problem("proof", message, other.place)
        return replace(claim, proof=other)

    def _optional(self, text: str | None, *steps: str | int) -> RichText | None:
        return None if text is None else self._text(text, *steps)

    def _stem(self, model: QuestionModel) -> RichText:
        if not isinstance(model, DerivationQuestion):
            return self._text(model.stem, "stem")
        stem = self._text(model.stem, "stem", has_blanks=True)
        for label, number, message in blank_faults(stem, model.parts, PART_LABELS):
            offset = -1
            for _ in range(number + 1):
                offset = model.stem.find(f"[[{label}]]", offset + 1)
            path = (*self._path, "stem")
            self._problem("blank", message, self._source.place_in_text(path, model.stem, offset))
        for index in unasked(model.parts, PART_LABELS, blanks_of(stem)):
            label = PART_LABELS[index]
            message = (
                f"part '{label}' needs a 'prompt', or a blank [[{label}]] in the stem, outside of "
                "formulas and code"
            )
            self._problem("missing", message, self._place("parts", index))
        return stem

    def _text(self, text: str, *steps: str | int, has_blanks: bool = False) -> RichText:
        path = (*self._path, *steps)

        def place(offset: int) -> Place:
            return self._source.place_in_text(path, text, offset)

        def hole(source: str, context: HoleContext, offset: int) -> int:
            return self._hole(source, context, place(offset))

        def image(target: str, offset: int) -> str:
            if target.startswith(SCHEME):
                return self._figures.shown(target, place(offset), self.problems)
            if target.startswith(PICTURE_SCHEME):
                return self._pictures.shown(target, place(offset))
            return self._image(target, place(offset))

        def data(target: str, offset: int) -> tuple[str, int] | None:
            return self._data_file(target, place(offset))

        def mistake(error: MarkupError) -> None:
            self._problem(error.code, str(error), place(error.offset))

        return read_markup(text, Handlers(hole, image, data, mistake, self._macros, has_blanks))

    def _plain(self, text: str, *steps: str | int) -> PlainText:
        """A text without markup: its holes print as among words."""
        path = (*self._path, *steps)

        def hole(source: str, offset: int) -> int:
            place = self._source.place_in_text(path, text, offset)
            return self._hole(source, HoleContext(in_math=False), place)

        def mistake(code: str, message: str, offset: int) -> None:
            self._problem(code, message, self._source.place_in_text(path, text, offset))

        return read_plain_text(text, hole, mistake)

    def _study_note(self, text: str | None) -> RichText | None:
        if text is None:
            return None
        path = (*self._path, "study_note")

        def mistake(error: MarkupError) -> None:
            place = self._source.place_in_text(path, text, error.offset)
            self._problem(error.code, str(error), place)

        return read_closed_markup(text, "a study note", mistake, self._macros)

    def _hole(self, source: str, context: HoleContext, place: Place) -> int:
        try:
            expression = compile_expression(source, printing=True, own=self._own)
        except ExpressionError as error:
            self._problem("expression", f"the hole '{source}': {error}", place)
            expression = compile_expression("0")
        self._pictures.check_hole(expression, place)
        return self._number_hole(expression, context, place)

    def _number_hole(self, expression: Expression, context: HoleContext, place: Place) -> int:
        decimal = (
            expression.decimal
            or bool(expression.names & self._decimal_names)
            or (self._decimal_results and bool(expression.names - self._drawn))
        )
        context = replace(context, decimal=decimal)
        key = (expression.source, context)
        if key not in self._known_holes:
            self._known_holes[key] = len(self._holes)
            self._holes.append(HoleTemplate(expression, context, place))
        return self._known_holes[key]

    def _data_file(self, target: str, place: Place) -> tuple[str, int] | None:
        """The name of a file of data, and the number of the hole that is its content."""
        file = self._data_files.file(target, place, self.problems)
        if file is None:
            return None
        if (target, FILE_CONTEXT) not in self._known_holes:
            content = self._data_files.content(target, self._expression)
            here = self._place("data", target.removeprefix(DATA), "columns")
            self._known_holes[target, FILE_CONTEXT] = len(self._holes)
            self._holes.append(HoleTemplate(content, FILE_CONTEXT, here))
        return file, self._known_holes[target, FILE_CONTEXT]

    def _image(self, target: str, place: Place) -> str:
        asset, fault = read_picture(target, self._source.path, self._folder)
        earlier = self._assets.get(asset.name)
        if fault is None and earlier is not None and earlier.forms != asset.forms:
            fault = f"two different pictures are named '{asset.name}'"
        if fault is not None:
            self._problem("image", fault, place)
        self._assets[asset.name] = asset
        return asset.name

    # Answers

    def _parts(self, model: QuestionModel, blanks: Sequence[str]) -> tuple[PartTemplate, ...]:
        if not isinstance(model, DerivationQuestion):
            sole = PartTemplate("", NO_TEXT, self._answer(model), model.points, None)
            hints, by_mark = self._hints(model.hints), self._by_mark(model.feedback, sole.answer)
            return (replace(sole, space=model.space, hints=hints, by_mark=by_mark),)
        if model.hints:
            message = "the hints of a derivation stand with the parts that they help with"
            self._problem("hints", message, self._place("hints", key=True))
        if model.feedback is not None:
            message = "the feedback of a derivation stands with its parts, each of which has a mark"
            self._problem("feedback", message, self._place("feedback", key=True))
        parts = (
            PartTemplate(
                PART_LABELS[index],
                self._optional(part.prompt, "parts", index, "prompt") or NO_TEXT,
                self._answer(part, "parts", index),
                part.points,
                self._optional(part.explanation, "parts", index, "explanation"),
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
        listed = self._is_list("hints", steps)
        places = [(*steps, "hints", *([index] if listed else [])) for index in range(len(hints))]
        return tuple(
            HintTemplate(self._text(hint.text, *place, "text"), hint.penalty, self._place(*place))
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
            self._problem("feedback", message, self._place(*steps, "feedback", "partly", key=True))
        written = ((mark, getattr(feedback, mark)) for mark in MARKS)
        return {
            mark: self._text(text, *steps, "feedback", mark)
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
            self._problem("carry", message, self._place("parts", index, "carry", "part"))
        if isinstance(part, NumericPart) and part.accept_if:
            message = "a part that 'accept_if' marks follows from no earlier one"
            self._problem("carry", message, self._place("parts", index, "carry"))
        return CarryTemplate(
            carry.part, self._expression(carry.answer, "parts", index, "carry", "answer")
        )

    def _answer(self, model: SoleQuestion | PartModel, *steps: str | int) -> AnswerTemplate:
        match model:
            case ChoiceFields():
                return self._choices.build(model, steps)
            case NumericFields():
                key = "example" if model.accept_if else "answer"
                mistakes = self._mistakes(model.mistakes, steps)
                return NumericTemplate(
                    self._proved(getattr(model, key), model.proof, *steps, key),
                    _tolerance(model.tolerance or _NO_TOLERANCE),
                    None if model.unit is None else self._plain(model.unit, *steps, "unit"),
                    mistakes,
                    model.form == "worked_out",
                    self._accept(model, model.points, mistakes, steps),
                )
            case FormulaFields():
                return self._formulas.build(model, steps)
            case MatrixFields():
                return MatrixTemplate(
                    self._proved(model.answer, model.proof, *steps, "answer"),
                    _tolerance(model.tolerance),
                    model.marks,
                    self._matrix_mistakes(model, steps),
                )
            case ShortAnswerFields():
                listed = self._is_list("accept", steps)
                return ShortAnswerTemplate(
                    tuple(
                        self._plain(text, *steps, "accept", *([i] if listed else []))
                        for i, text in enumerate(model.accept)
                    ),
                    model.case_sensitive,
                    tuple(
                        TextMistakeTemplate(
                            self._plain(mistake.text, *steps, "mistakes", i, "text"),
                            self._text(mistake.feedback, *steps, "mistakes", i, "feedback"),
                            mistake.credit,
                        )
                        for i, mistake in enumerate(model.mistakes)
                    ),
                )
            case OpenFields():
                rubric = tuple(
                    (line.points, self._text(line.text, *steps, "rubric", index, "text"))
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

    def _accept(
        self,
        model: NumericFields,
        points: Fraction,
        mistakes: tuple[MistakeTemplate, ...],
        steps: Steps,
    ) -> AcceptTemplate | None:
        if not model.accept_if:
            return None
        place = self._place(*steps, "accept_if")
        if RESPONSE_NAME in {*self._drawn, *self._model.derive}:
            message = (
                f"'{RESPONSE_NAME}' is what a student types: give the question's value another name"
            )
            self._problem("name", message, place)
        condition = self._expression(model.accept_if, *steps, "accept_if")
        if RESPONSE_NAME not in condition.expression.names:
            message = f"the condition does not read '{RESPONSE_NAME}', what a student types"
            self._problem("accept-if", message, place)
        feedback = tuple(mistake.feedback for mistake in mistakes)
        return AcceptTemplate(condition, points, feedback)

    def _mistakes(
        self,
        mistakes: tuple[MistakeModel, ...],
        steps: Steps,
        compiled: Compiler | None = None,
    ) -> tuple[MistakeTemplate, ...]:
        return tuple(
            MistakeTemplate(
                self._proved(
                    mistake.answer,
                    mistake.proof,
                    *steps,
                    "mistakes",
                    index,
                    "answer",
                    compiled=compiled,
                ),
                self._text(mistake.feedback, *steps, "mistakes", index, "feedback"),
                mistake.credit,
            )
            for index, mistake in enumerate(mistakes)
        )

    def _matrix_mistakes(self, model: MatrixFields, steps: Steps) -> tuple[MistakeTemplate, ...]:
        return tuple(
            MistakeTemplate(
                self._proved(mistake.answer, mistake.proof, *steps, "mistakes", index, "answer"),
                self._text(mistake.feedback, *steps, "mistakes", index, "feedback"),
            )
            for index, mistake in enumerate(model.mistakes)
        )

    # Checks across a question

    def _check_names(self) -> None:
        model = self._model
        for section in ("parameters", "let", "derive"):
            for name in getattr(model, section):
                place = self._source.place((*self._path, section, name), key=True)
                if name in RESERVED:
                    message = f"'{name}' has a meaning in expressions already"
                    self._problem("name", message, place)
                if section != "parameters" and name in model.parameters:
                    self._problem("name", f"'{name}' is a parameter already", place)
                if section == "derive" and name in model.let:
                    self._problem("name", f"'{name}' is a value of 'let' already", place)

    def _check_rubric(
        self, model: OpenFields, rubric: tuple[tuple[Fraction, RichText], ...], steps: Steps
    ) -> None:
        total = sum((points for points, _ in rubric), Fraction(0))
        worth = model.points if isinstance(model, (QuestionFields, PartFields)) else total
        if total != worth:
            message = f"the rubric's points add to {total}, the question is worth {worth}"
            self._problem("points", message, self._place(*steps, "rubric"))

    def _check_points(self, total: Fraction) -> None:
        if "points" in self._model.model_fields_set and self._model.points != total:
            message = f"the parts' points add to {total}, the question says {self._model.points}"
            self._problem("points", message, self._place("points"))

    def _digest(self) -> bytes:
        asked = self._data
        if isinstance(asked, dict):
            asked = {key: value for key, value in asked.items() if key not in _NOT_ASKED}
        plain = json.dumps(asked, sort_keys=True, default=str, ensure_ascii=False)
        digest = hashlib.sha256(plain.encode())
        if self._macros.mentioned(plain):
            digest.update(self._macros.digest)
        drawn = {
            f"{name} {cell}": asset
            for name, picture in self._pictures.pictures.items()
            for cell, asset in picture.files.items()
        }
        for name, asset in sorted({**self._assets, **drawn}.items()):
            for form, content in sorted(asset.forms.items()):
                digest.update(f"{name}.{form}".encode() + hashlib.sha256(content).digest())
        return digest.digest()


def _tolerance(model: ToleranceModel) -> Tolerance:
    if model.absolute is not None:
        return Tolerance("absolute", model.absolute)
    if model.relative is not None:
        return Tolerance("relative", model.relative)
    if model.significant_digits is not None:
        return Tolerance("significant_digits", Fraction(model.significant_digits))
    raise ValueError("a tolerance that says nothing")
