"""Formulas as MathML, which browsers draw without a script."""

import re
from dataclasses import dataclass

from math_core import LatexError, LatexToMathML

from qgen.document.formula_limits import formula_fault

_MOST_REMEMBERED = 20_000
# math-core escapes `<` and `>` in texts, so that these match nothing but its own tags.
_IDENTIFIER = re.compile(r'(<[^<>]*) id="[^"<>]*"')
_REFERENCE = re.compile(r'<a href="#[^"<>]*">([^<>]*)</a>')
_POSITION = re.compile(r"([0-9]+): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unconvertible:
    """Why a formula cannot be converted; `position` counts characters from 1 where it is known."""

    reason: str
    position: int | None


class MathMarkup:
    """Converts TeX formulas to MathML and remembers what it made of them.

    Keep one instance for one `render` call.
    """

    def __init__(self) -> None:
        self._converter = LatexToMathML(fancy_error=False)
        self._known: dict[tuple[str, bool], str | Unconvertible] = {}

    def convert(self, tex: str, *, is_display: bool) -> str | Unconvertible:
        """The formula as a `<math>` element without identifiers, or why there is none."""
        key = (tex, is_display)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:  # Thousands of variants would pile up.
                self._known.clear()
            known = self._known[key] = self._convert(tex, is_display)
        return known

    def _convert(self, tex: str, is_display: bool) -> str | Unconvertible:
        fault = formula_fault(tex)
        if fault is not None:
            return Unconvertible(fault, None)
        try:
            markup = self._converter.convert_with_local_state(tex, displaystyle=is_display)
        except LatexError as error:
            return _unconvertible(str(error))
        # XML readers do not know the entity.
        markup = markup.replace("&ApplyFunction;", "\N{FUNCTION APPLICATION}")
        if ' id="' in markup:
            # The labels of one formula may stand in another too, and a page has each name once.
            markup = _REFERENCE.sub(r"\1", _IDENTIFIER.sub(r"\1", markup))
        return markup


def _unconvertible(message: str) -> Unconvertible:
    found = _POSITION.fullmatch(message)
    if found is None:
        return Unconvertible(message.rstrip("."), None)
    return Unconvertible(found[2].rstrip("."), int(found[1]) + 1)
