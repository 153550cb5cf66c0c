"""Holes in texts, and texts without markup: a unit, an accepted answer."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from qgen.document.richtext import Hole, PlainText

MOST_CHARACTERS = 60_000
"""So long may a text with markup be."""
OPEN_HOLE = "'{{' opens a hole that no '}}' closes; for TeX's own braces write '{ {' with a blank"

# Of three braces the inner two are the hole's, so that TeX may have the outer one.
_OPENING = re.compile(r"\{\{(?!\{)")


class FoundHole(NamedTuple):
    """A hole of a text: its expression in one line, and the characters that it takes."""

    source: str
    start: int
    end: int


def find_holes(text: str) -> Iterator[FoundHole]:
    """The holes of a text in order. Takes time in proportion to the text, whatever it holds."""
    position = 0
    while opening := _OPENING.search(text, position):
        closing = text.find("}}", opening.end())
        if closing < 0:
            return
        inside = text[opening.end() : closing]
        source = " ".join(line.strip() for line in inside.strip().splitlines())
        position = closing + 2
        yield FoundHole(source, opening.start(), position)


def open_hole(text: str) -> int | None:
    """Where a hole opens that nothing closes, if one does."""
    position = 0
    for hole in find_holes(text):
        found = text.find("{{", position, hole.start)
        if found >= 0:
            return found
        position = hole.end
    found = text.find("{{", position)
    return None if found < 0 else found


def read_plain_text(
    text: str, hole: Callable[[str, int], int], mistake: Callable[[str, str, int], None]
) -> PlainText:
    """The characters of a text, cut at its holes.

    `hole(source, offset)` numbers an expression; `mistake(code, message, offset)` keeps what is
    wrong, which is a hole that nothing closes.
    """
    parts: list[str | Hole] = []
    position = 0
    for found in find_holes(text):
        parts += [text[position : found.start], Hole(hole(found.source, found.start))]
        position = found.end
    parts.append(text[position:])
    unclosed = open_hole(text)
    if unclosed is not None:
        mistake("open-hole", OPEN_HOLE, unclosed)
    return tuple(part for part in parts if part != "")
