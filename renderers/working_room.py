"""Room for working on paper, as much as a part's minutes ask for: the same for Typst and LaTeX."""

from fractions import Fraction

from qgen.document.answers import Part
from qgen.document.exam import Item

_USUAL_MINUTES = Fraction(5)
_MINUTE, _LEAST, _MOST = 5, 15, 60
"""Millimetres."""


def working_room(item: Item, part: Part) -> Fraction:
    """The height in millimetres that a part has by its share of the question's minutes."""
    minutes = item.header.minutes or _USUAL_MINUTES
    share = minutes * part.points / item.points if item.points else Fraction(minutes)
    return max(Fraction(_LEAST), min(Fraction(_MOST), share * _MINUTE))
