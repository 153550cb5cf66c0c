"""Mistakes and losses as data: what is wrong, where, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from qgen.document.characters import visible

Severity = Literal["error", "loss", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake of an author (`error`), what a format cannot carry (`loss`), or a `warning`.

    A warning tells what may be meant, and is only an error where an author asks for that.
    """

    code: str
    message: str
    place: Place | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        # What an author wrote over several lines may be part of the message.
        return visible(f"{where}{self.severity}: {' '.join(self.message.split())} [{self.code}]")


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by file, line and column; those without a place first; repeats removed."""
    start = Place("", 0, 0)
    return sorted(
        dict.fromkeys(problems),
        key=lambda problem: (problem.place or start, problem.code, problem.message),
    )


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """` (did you mean 'tolerance'?)` for the candidate nearest to `word`, or an empty text."""
    near = get_close_matches(word, sorted(candidates), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""
