"""From a validated question to a template: texts parsed, expressions compiled, names checked."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path

from qgen.bank.answer_builder import PART_LABELS, AnswerBuilder
from qgen.bank.blanks import blank_faults, blanks_of, unasked
from qgen.bank.derivations import Scope, assumptions, read_derivation, value_shapes
from qgen.bank.expressions import RESERVED, ExpressionError
from qgen.bank.headers import header_of
from qgen.bank.macros import Macros
from qgen.bank.math_faults import math_fault
from qgen.bank.models import DerivationQuestion, DerivedModel, QuestionModel
from qgen.bank.parameters import ParameterEntry, prints_decimals
from qgen.bank.question_reader import QuestionReader
from qgen.bank.table_domains import Rows
from qgen.bank.templates import Parameter, Placed, PlacedDerivation, QuestionTemplate
from qgen.bank.value_references import unknown_references
from qgen.bank.yaml_source import Data, Source, Steps
from qgen.document.derivation import Derivation, Exact
from qgen.document.problem import Problem
from qgen.document.richtext import RichText

_NOT_ASKED = frozenset({"study_note", "accepted_warnings"})


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
        self._reader = QuestionReader(model, source, path, folder, macros)
        self._answers = AnswerBuilder(model, self._reader)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong, in the order in which it was found."""
        return self._reader.problems

    def build(self) -> QuestionTemplate:
        """The template; meaningless where `problems` is not empty afterwards."""
        model = self._model
        place = self._reader.place()
        parameters = tuple(self._parameter(name, entry) for name, entry in model.parameters.items())
        self._check_names()
        self._reader.print_as_decimals(
            [name for entry in parameters if prints_decimals(entry.domain) for name in entry.names]
        )
        derived = tuple((name, self._derived(name, entry)) for name, entry in model.let.items())
        for name, placed in derived:
            expression = placed.expression
            if expression.decimal or expression.names & self._reader.decimal_names:
                self._reader.decimal_names.add(name)
        derivations = self._derivations(parameters)
        conditions = tuple(
            self._reader.expression(text, "where", *([i] if self._reader.is_list("where") else []))
            for i, text in enumerate(model.where)
        )
        stem = self._stem(model)
        parts = self._answers.parts(blanks_of(stem))
        explanation = self._reader.optional(model.explanation, "explanation")
        figures = self._reader.figures.templates(
            self._reader.place, self._reader.expression, self._reader.assets, self.problems
        )
        self._reader.problems += self._reader.data_files.problems(self._reader.place)
        template = QuestionTemplate(
            header=header_of(model, model.kind, place),
            parameters=parameters,
            derived=derived,
            conditions=conditions,
            solvers=tuple(
                (
                    name,
                    self._reader.place("solver", *([i] if self._reader.is_list("solver") else [])),
                )
                for i, name in enumerate(model.solver)
            ),
            holes=tuple(self._reader.holes),
            stem=stem,
            parts=parts,
            explanation=explanation,
            assets=dict(self._reader.assets),
            digest=self._digest(),
            note=model.note,
            figures=figures,
            pictures=tuple(self._reader.pictures.pictures.values()),
            derivations=derivations,
            assumptions=assumptions(parameters, derivations),
            study_note=self._study_note(model.study_note),
            accepted_warnings={
                code: self._reader.place("accepted_warnings", code, key=True)
                for code in model.accepted_warnings
            },
        )
        self._check_points(template.points)
        self._reader.problems += unknown_references(template)
        self._reader.problems += self._reader.pictures.problems
        return template

    def _parameter(self, name: str, entry: ParameterEntry) -> Parameter:
        """A parameter, with the expressions in its domain."""
        domain = entry.domain
        steps = ("parameters", name, entry.domain_name)
        expressions = {
            key: self._reader.expression(text, *steps, key)
            for key, text in domain.expressions.items()
        }
        if isinstance(domain, Rows):
            self._check_tex(domain, steps)
        return Parameter(name, domain, self._reader.place("parameters", name), expressions)

    def _check_tex(self, table: Rows, steps: Steps) -> None:
        """The cells that print as formulas must be some."""
        for column in table.tex:
            place = table.names.index(column)
            for number, row in enumerate(table.of):
                fault = math_fault(str(row[place]))
                if fault is not None:
                    self._reader.report(
                        "math", fault, self._reader.place(*steps, "of", number, place)
                    )

    def _derivations(self, parameters: tuple[Parameter, ...]) -> tuple[PlacedDerivation, ...]:
        """The lines of `derive`, in their order."""
        shapes = value_shapes(parameters, self._model.let)
        lines: list[PlacedDerivation] = []
        for name, model in self._model.derive.items():
            earlier = {each.line.name: tuple(each.line.variables) for each in lines}
            scope = Scope(shapes, earlier, frozenset(self._model.let))
            steps = (
                "derive",
                name,
                *(["formula"] if self._reader.is_mapping("derive", name) else []),
            )
            place = self._reader.place(*steps)
            try:
                line = read_derivation(name, model.formula, model.variables, scope)
            except ExpressionError as error:
                self._reader.report("derive", f"'{name}': {error}", place)
                line = Derivation(name, model.formula, Exact(Fraction(0)), model.variables)
            lines.append(PlacedDerivation(line, place))
        return tuple(lines)

    def _derived(self, name: str, entry: DerivedModel) -> Placed:
        steps: Steps = ("let", name)
        if self._reader.is_mapping(*steps):
            return self._reader.proved(entry.value, entry.proof, *steps, "value")
        return self._reader.expression(entry.value, *steps)

    def _stem(self, model: QuestionModel) -> RichText:
        if not isinstance(model, DerivationQuestion):
            return self._reader.text(model.stem, "stem")
        stem = self._reader.text(model.stem, "stem", has_blanks=True)
        for label, number, message in blank_faults(stem, model.parts, PART_LABELS):
            offset = -1
            for _ in range(number + 1):
                offset = model.stem.find(f"[[{label}]]", offset + 1)
            place = self._reader.place_in(model.stem, offset, "stem")
            self._reader.report("blank", message, place)
        for index in unasked(model.parts, PART_LABELS, blanks_of(stem)):
            label = PART_LABELS[index]
            message = (
                f"part '{label}' needs a 'prompt', or a blank [[{label}]] in the stem, outside of "
                "formulas and code"
            )
            self._reader.report("missing", message, self._reader.place("parts", index))
        return stem

    def _study_note(self, text: str | None) -> RichText | None:
        return (
            None if text is None else self._reader.closed_text(text, "a study note", "study_note")
        )

    def _check_names(self) -> None:
        model = self._model
        for section in ("parameters", "let", "derive"):
            for name in getattr(model, section):
                place = self._reader.place(section, name, key=True)
                if name in RESERVED:
                    message = f"'{name}' has a meaning in expressions already"
                    self._reader.report("name", message, place)
                if section != "parameters" and name in model.parameters:
                    self._reader.report("name", f"'{name}' is a parameter already", place)
                if section == "derive" and name in model.let:
                    self._reader.report("name", f"'{name}' is a value of 'let' already", place)

    def _check_points(self, total: Fraction) -> None:
        if "points" in self._model.model_fields_set and self._model.points != total:
            message = f"the parts' points add to {total}, the question says {self._model.points}"
            self._reader.report("points", message, self._reader.place("points"))

    def _digest(self) -> bytes:
        asked = self._data
        if isinstance(asked, dict):
            asked = {key: value for key, value in asked.items() if key not in _NOT_ASKED}
        plain = json.dumps(asked, sort_keys=True, default=str, ensure_ascii=False)
        digest = hashlib.sha256(plain.encode())
        if self._reader.macros.mentioned(plain):
            digest.update(self._reader.macros.digest)
        drawn = {
            f"{name} {cell}": asset
            for name, picture in self._reader.pictures.pictures.items()
            for cell, asset in picture.files.items()
        }
        for name, asset in sorted({**self._reader.assets, **drawn}.items()):
            for form, content in sorted(asset.forms.items()):
                digest.update(f"{name}.{form}".encode() + hashlib.sha256(content).digest())
        return digest.digest()
