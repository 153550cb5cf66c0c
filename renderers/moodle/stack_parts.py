"""The parts of a question in the STACK plugin, each with a box and a tree."""

import random
from collections.abc import Sequence
from typing import assert_never

from qgen.document.answers import (
    Acceptance,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.richtext import Passage
from qgen.renderers.carried import carried_quotient
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import size_text
from qgen.renderers.moodle.cloze import typing_hint
from qgen.renderers.moodle.essay import lettered, part_heading
from qgen.renderers.moodle.stack import input_here
from qgen.renderers.moodle.stack_fields import (
    Field,
    choice_field,
    complex_field,
    condition_field,
    following,
    follows_by,
    formula_field,
    number_field,
)
from qgen.renderers.moodle.stack_formulas import other_names
from qgen.renderers.moodle.text import EMPTY_FIELD, MoodleText, escaped_text


def formula_box(number: int, answer: FormulaAnswer, labels: Labels) -> str:
    """How a formula is typed, what stands there for names that mean something else, and the box."""
    others = other_names(answer.variables)
    told = "".join(f" (<code>{other}</code> = {name})" for name, other in others.items())
    return f"<p>{escaped_text(labels.type_formula)}{told}</p><p>{input_here(number)}</p>"


def unfollowed(part: Part) -> str:
    """What is told of a part whose carried value the plugin cannot work out."""
    assert part.carried is not None
    return (
        f"the plugin cannot work out what follows from a wrong answer to part {part.carried.part}, "
        "which earns nothing"
    )


class StackParts:
    """Writes parts; `unfollowed` are those whose carried values the plugin cannot work out."""

    def __init__(self, text: MoodleText, labels: Labels, *, shuffles: bool) -> None:
        self._text = text
        self._labels = labels
        self._shuffles = shuffles
        self.unfollowed: list[Part] = []

    def written(self, parts: Sequence[Part], name: str) -> tuple[str, list[Field], list[str]]:
        """The text, the boxes in it, and the headings of what is said of each.

        `name` tells the variant apart from others: options have an order of its own.
        """
        body: list[str] = []
        fields: list[Field] = []
        headings: list[str] = []
        for number, part in enumerate(parts, 1):
            asked, field = self._asked(number, part, f"{name}/{part.label}")
            before = after = ""
            if part.label:
                before = (
                    f"{part_heading(part, self._labels)}<div>{self._text.write(part.prompt)}</div>"
                )
                after = f"<p>{escaped_text(self._labels.part.format(part.label))}</p>"
            body.append(before + asked)
            fields.append(self._following(field, part, parts))
            headings.append(after)
        return "".join(body), fields, headings

    def _asked(self, number: int, part: Part, name: str) -> tuple[str, Field]:
        answer, points, box = part.answer, part.points, f"<p>{input_here(number)}</p>"
        match answer:
            case FormulaAnswer():
                said = [self._text.field(mistake.feedback) for mistake in answer.mistakes]
                made = formula_field(number, points, answer, said)
                return formula_box(number, answer, self._labels), made
            case Numeric():
                said = [self._text.field(mistake.feedback) for mistake in answer.mistakes]
                unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
                hint = typing_hint(self._labels)
                made = number_field(number, points, answer, said)
                return f"<p>{input_here(number)}{unit} {hint}</p>", made
            case ComplexAnswer():
                said = [self._text.field(mistake.feedback) for mistake in answer.mistakes]
                unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
                hint = f"<small>({escaped_text(self._labels.type_complex)})</small>"
                made = complex_field(number, points, answer, said)
                return f"<p>{input_here(number)}{unit} {hint}</p>", made
            case SingleChoice():
                order = list(range(len(answer.options)))
                if self._shuffles and not any(option.stays for option in answer.options):
                    random.Random(name).shuffle(order)
                shown = lettered((answer.options[each].text for each in order), self._text)
                said = [self._said(option.feedback) for option in answer.options]
                return f"{shown}{box}", choice_field(number, points, answer, order, said)
            case Open(accepts=Acceptance() as accepts):
                return self._by_condition(number, part, accepts)
            case (
                MultipleSelect() | ShortAnswer() | MatrixAnswer() | Matching() | Ordering() | Open()
            ):
                raise AssertionError("such a part is not asked in the plugin")
            case _:
                assert_never(answer)

    def _by_condition(self, number: int, part: Part, accepts: Acceptance) -> tuple[str, Field]:
        example = accepts.example
        said = [self._text.field(mistake.feedback) for mistake in example.mistakes]
        made = condition_field(number, part.points, accepts, said)
        if isinstance(example, FormulaAnswer):
            return formula_box(number, example, self._labels), made
        told = typing_hint(self._labels)
        if isinstance(example, MatrixAnswer):
            told = escaped_text(size_text(example, self._labels))
        return f"<p>{input_here(number)} {told}</p>", made

    def _said(self, feedback: Passage | None) -> str:
        return EMPTY_FIELD if feedback is None else self._text.field(feedback)

    def _following(self, field: Field, part: Part, parts: Sequence[Part]) -> Field:
        """The field that follows an earlier answer too, where it can."""
        carried, answer = part.carried, part.answer
        if carried is None:
            return field
        places = {each.label: number for number, each in enumerate(parts, 1)}
        number = places.get(carried.part)
        rule = None if number is None else carried_quotient(part, parts[number - 1])
        if number is None or rule is None or not isinstance(answer, Numeric):
            self.unfollowed.append(part)
            return field
        if not follows_by(answer):
            self.unfollowed.append(part)
            return field
        words = escaped_text(self._labels.carried.format(carried.part))
        said = self._text.field_of(f"<p>{words}</p>")
        return following(field, answer, number, rule, said)
