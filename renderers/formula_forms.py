"""Formulas whose markup is made once for all numbers that stand in the same places.

A converter takes a number for one sign, whatever its digits are, unless it stands where a single
digit is meant, in words, or beside another digit. So each form is tried with other numbers before
it is used, and with the first ones that it is used for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qgen.document.richtext import Hole, join_parts
from qgen.renderers.passage_writer import FormulaSlot

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)")
_BETWEEN = "\x00"
"""What no printed value holds."""
_MOST_FORMS = 256
_TRIED = ("70391{:03}", "51.604{:03}")
"""Numbers that no text has, told apart by their ends."""


@dataclass(frozen=True, slots=True)
class NumberedFormula(FormulaSlot):
    """A formula with holes, which is converted once for each way in which its values print."""

    forms: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    """By what stands around the numbers the markup with `%s` for each of them, if there is one."""

    def filled(self, printed: tuple[str, ...]) -> str:
        """The formula with these values."""
        values = [printed[part.index] for part in self.parts if isinstance(part, Hole)]
        pieces = _NUMBER.split(_BETWEEN.join(values))
        shape, numbers = tuple(pieces[::2]), tuple(pieces[1::2])
        form = self.forms.get(shape, "")
        if form:
            return form % numbers
        whole = self.write(join_parts(self.parts, printed))
        if form == "":
            if len(self.forms) >= _MOST_FORMS:
                self.forms.clear()
            self.forms[shape] = self._form(shape, numbers, whole)
        return whole

    def _form(self, shape: tuple[str, ...], numbers: tuple[str, ...], whole: str) -> str | None:
        """The markup for a shape, where other numbers give the same and these ones the `whole`."""
        if not numbers:
            return None
        places = range(len(numbers))
        one, other = (self._tried(shape, [*map(tried.format, places)]) for tried in _TRIED)
        return one if one is not None and one == other and one % numbers == whole else None

    def _tried(self, shape: Sequence[str], others: Sequence[str]) -> str | None:
        """The markup with other numbers, each of which stands in it once, as a number."""
        pieces = [shape[0]]
        for text, number in zip(shape[1:], others, strict=True):
            pieces += (number, text)
        values = iter("".join(pieces).split(_BETWEEN))
        filled = (next(values) if isinstance(part, Hole) else part for part in self.parts)
        markup = self.write("".join(filled)).replace("%", "%%")
        before = 0
        for number in others:
            place = markup.find(f"<mn>{number}</mn>")
            if place < before or markup.count(number) != 1:
                return None
            before = place
        for number in others:
            markup = markup.replace(number, "%s")
        return markup
