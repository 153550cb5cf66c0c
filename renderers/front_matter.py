"""What stands before the questions of a paper, and in which order: the same for Typst and LaTeX."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from qgen.document.exam import ExamDocument, Paper

Piece: TypeAlias = Literal[
    "cover_space", "logo", "title", "fields", "marks", "student", "instructions", "rules",
    "page_break",
]  # fmt: skip
Fact: TypeAlias = Literal["version", "date", "duration", "total", "pass_mark"]

_PAPER: tuple[Piece, ...] = ("logo", "title", "fields", "marks", "instructions", "rules")
_COVERED: tuple[Piece, ...] = ("cover_space", *_PAPER, "page_break")
_SOLUTIONS: tuple[Piece, ...] = ("logo", "title", "student", "instructions")
_MOST_COLUMNS = 10
"""Papers with more questions have a row for each section in their table of marks."""


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section in the table of marks: from its first question to its last, by their numbers."""

    title: str
    first: int
    last: int
    points: Fraction


def front_pieces(paper: Paper, *, is_solution: bool, has_cover: bool) -> tuple[Piece, ...]:
    """The pieces of a paper's front, or of its solutions', from above."""
    if is_solution:
        return tuple(piece for piece in _SOLUTIONS if piece != "student" or paper.student)
    return _COVERED if has_cover else _PAPER


def front_facts(exam: ExamDocument, paper: Paper) -> Iterator[Fact]:
    """What stands below the title, as far as the exam says it."""
    yield "version"
    if exam.date:
        yield "date"
    if exam.duration_of(paper) is not None:
        yield "duration"
    yield "total"
    if exam.pass_mark is not None:
        yield "pass_mark"


def has_mark_columns(paper: Paper) -> bool:
    """Whether the table of marks has a column for each question, or else a row a section."""
    return sum(1 for _ in paper.items()) <= _MOST_COLUMNS


def section_rows(paper: Paper) -> Iterator[SectionRow]:
    """The rows of a table of marks by sections."""
    first = 1
    for section in paper.sections:
        last = first + len(section.items) - 1
        points = sum((item.points for item in section.items), start=Fraction(0))
        yield SectionRow(section.title, first, last, points)
        first = last + 1
