"""A formula asked for by its values: the points, and a box at each of them."""

from typing import Literal, NamedTuple, TypeAlias

from qgen.document.answers import FormulaAnswer, Part
from qgen.document.exam import Header, Item
from qgen.renderers.labels import Labels
from qgen.renderers.moodle.cloze import point_tex
from qgen.renderers.moodle.formula_values import HIDDEN, NO_VALUES, FormulaValues, formula_values
from qgen.renderers.moodle.text import escaped_text
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.number_processing import value_names
from qgen.renderers.qti.text import QtiText

Formulas: TypeAlias = Literal["points", "essay"]
_BOX = 20


class Unvalued(NamedTuple):
    """What is lost of a part that is asked for by its values."""

    header: Header
    label: str
    text: str


def marks_values(answer: FormulaAnswer, formulas: Formulas) -> bool:
    """Whether a formula is asked for by values: not where right ones may differ in them."""
    return formulas == "points" and answer.up_to is None


class ValueBoxes:
    """Finds the values that are asked for in place of formulas, and writes their boxes."""

    def __init__(self, dialect: Dialect, text: QtiText, formulas: Formulas) -> None:
        self._tag = dialect.element
        self._text = text
        self._formulas = formulas
        self.lost: dict[Unvalued, None] = {}
        """What values do not tell."""

    def values(self, item: Item, part: Part) -> FormulaValues | None:
        """What is asked for in place of a formula, where it has values that can be typed."""
        answer = part.answer
        if not isinstance(answer, FormulaAnswer) or not marks_values(answer, self._formulas):
            return None
        found = formula_values(answer, f"{item.header.identifier}/{part.label}")
        if found is None:
            self.lost[Unvalued(item.header, part.label, NO_VALUES)] = None
        elif found.hidden:
            numbers = ", ".join(str(index + 1) for index in sorted(found.hidden))
            self.lost[Unvalued(item.header, part.label, HIDDEN.format(numbers))] = None
        return found

    def body(self, name: str, asked: FormulaValues, labels: Labels) -> str:
        """A box for the value at each point; a formula without variables has but one value."""
        boxes = [
            self._tag("textEntryInteraction", responseIdentifier=each, expectedLength=_BOX)
            for each in value_names(name, asked)
        ]
        if not asked.values[0].point:
            return f"<p>{escaped_text(labels.type_value)}</p><p>{boxes[0]}</p>"
        rows = "".join(
            f"<li>{self._text.formula(point_tex(point))}: {box}</li>"
            for box, (point, _) in zip(boxes, asked.values, strict=True)
        )
        return f"<p>{escaped_text(labels.type_values)}</p><ul>{rows}</ul>"
