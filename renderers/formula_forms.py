"""Formulas whose markup is made once for all numbers that stand in the same places.

A converter takes a number for one sign, whatever its digits are, unless it stands where a single
digit is meant, in words, or beside another digit. So each form is tried with other numbers before
it is used, and with the first ones that it is used for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from qgen.document.richtext import Hole, join_parts
from qgen.renderers.passage_writer import FormulaSlot

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)")
_MOST_FORMS = 256
_TRIED = ("70391{:03}", "51.604{:03}")
"""Numbers that no text has, told apart by their ends."""


@lru_cache(maxsize=4096)
def _cut(value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A printed value as what stands around its numbers, and these."""
    pieces = _NUMBER.split(value)
    return tuple(pieces[::2]), tuple(pieces[1::2])


Around: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class NumberedFormula(FormulaSlot):
    """A formula with holes, which is converted once for each way in which its values print."""

    holes: tuple[int, ...] = field(init=False)
    """The values that it prints."""
    forms: dict[Around, str | None] = field(default_factory=dict)
    """By what stands around the numbers the markup with `%s` for each of them, if there is one."""

    def __post_init__(self) -> None:
        holes = tuple(part.index for part in self.parts if isinstance(part, Hole))
        object.__setattr__(self, "holes", holes)

    def filled(self, printed: tuple[str, ...]) -> str:
        """The formula with these values."""
        if len(self.holes) == 1:
            texts, numbers = _cut(printed[self.holes[0]])
            around: Around = (texts,)
        else:
            cut = [_cut(printed[index]) for index in self.holes]
            around = tuple([texts for texts, _ in cut])
            numbers = tuple([each for _, some in cut for each in some])
        form = self.forms.get(around, "")
        if form:
            return form % numbers
        whole = self.write(join_parts(self.parts, printed))
        if form == "":
            if len(self.forms) >= _MOST_FORMS:
                self.forms.clear()
            self.forms[around] = self._form(around, numbers, whole)
        return whole

    def _form(self, around: Around, numbers: tuple[str, ...], whole: str) -> str | None:
        """The markup of such values, where other numbers give it, too, and these the `whole`."""
        if not numbers:
            return None
        places = range(len(numbers))
        one, other = (self._tried(around, [*map(tried.format, places)]) for tried in _TRIED)
        return one if one is not None and one == other and one % numbers == whole else None

    def _tried(self, around: Around, others: Sequence[str]) -> str | None:
        """The markup with other numbers, each of which stands in it once, as a number."""
        left = iter(others)
        values = iter(
            ["".join([texts[0], *(next(left) + text for text in texts[1:])]) for texts in around]
        )
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
