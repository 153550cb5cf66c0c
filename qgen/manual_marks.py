"""Credit that a person gives: a table such as `review.csv` with its last columns filled in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from qgen.csv_tables import Row, read_table
from qgen.document.problem import Place, Problem
from qgen.grade_tables import REVIEW_COLUMNS, decimal
from qgen.grades import GradedPaper, GradedPart, part_place
from qgen.marking.number_reader import Refusal, parse_number
from qgen.renderers.csv_rows import csv_cell

_OWN = ("student", "paper", "question", "part", "credit", "points")


class _Given(NamedTuple):
    row: Row
    credit: Fraction | None
    points: Fraction | None


@dataclass(slots=True)
class ManualMarks:
    """What a person gave, and what is wrong with it; complete once all papers are marked."""

    file: str = ""
    problems: list[Problem] = field(default_factory=list)
    _given: list[_Given] = field(default_factory=list)
    _used: dict[int, str] = field(default_factory=dict)

    def apply(self, graded: GradedPaper) -> GradedPaper:
        """The paper with what a person gave for it, which stands before any other mark."""
        mine = [each for each in self._given if _is_for(each.row, graded)]
        if not mine:
            return graded
        parts = list(graded.parts)
        for given in mine:
            index = self._part(given.row, parts)
            if index is not None:
                self._note(given.row, graded)
                parts[index] = self._marked(given, parts[index])
        decided = {(str(part.number), part.label) for part in parts if part.by_hand}
        concerns = tuple(
            concern
            for concern in graded.concerns
            if (concern.question, concern.part) not in decided
        )
        return replace(graded, parts=tuple(parts), concerns=concerns)

    def check_use(self) -> None:
        """Adds a problem for every row that belongs to no paper that was marked."""
        for each in self._given:
            if each.row.line not in self._used:
                message = (
                    "no marked paper has this student, paper, question and part; a student of "
                    "whom there are two files has none"
                )
                self._problem(each.row, message)

    def _part(self, row: Row, parts: Sequence[GradedPart]) -> int | None:
        """The place among the parts that a row is about."""
        places = [
            index for index, part in enumerate(parts) if str(part.number) == row.get("question")
        ]
        if not places:
            return None
        if not parts[places[0]].label:
            return None if row.get("part") else places[0]
        found = part_place(row.get("part"), [parts[index].label for index in places])
        return None if found is None else places[found]

    def _note(self, row: Row, graded: GradedPaper) -> None:
        about = f"{graded.student}, paper {graded.paper}"
        if row.line in self._used:
            message = f"fits two students ({self._used[row.line]}; {about}): name the student"
            self._problem(row, message)
        self._used[row.line] = about

    def _marked(self, given: _Given, part: GradedPart) -> GradedPart:
        if part.by_hand:
            self._problem(given.row, "this part is given marks twice")
        if given.credit is not None:
            credit = given.credit
        else:
            assert given.points is not None
            if given.points > part.worth:
                message = f"{decimal(given.points)} points, where {decimal(part.worth)} can be had"
                self._problem(given.row, message)
            credit = given.points / part.worth if part.worth else Fraction(0)
        return replace(part, credit=credit, by_hand=True)

    def _problem(self, row: Row, message: str) -> None:
        self.problems.append(Problem("manual", message, Place(self.file, row.line, 1)))


def _is_for(row: Row, graded: GradedPaper) -> bool:
    student, paper = row.get("student"), row.get("paper")
    return (not student or student in (graded.student, csv_cell(graded.student))) and (
        not paper or paper in (graded.paper, csv_cell(graded.paper))
    )


def read_manual(path: Path | None) -> ManualMarks:
    """The marks of a table with the columns question, part, credit or points, student or paper.

    Rows without credit and points wait for a decision and are passed over.
    """
    if path is None:
        return ManualMarks()
    found = ManualMarks(str(path))
    optional = (*_OWN, *(column for column in REVIEW_COLUMNS if column not in _OWN))
    rows, found.problems = read_table(path, ("question",), optional[:2] + optional[3:])
    for row in rows:
        credit, points = row.get("credit"), row.get("points")
        if not credit and not points:
            continue
        numbers = [_number(found, row, text) if text else None for text in (credit, points)]
        if not row.get("student") and not row.get("paper"):
            found.problems.append(_wrong(found, row, "names neither a student nor a paper"))
        elif not row.get("question"):
            found.problems.append(_wrong(found, row, "names no question"))
        elif credit and points:
            found.problems.append(_wrong(found, row, "gives credit and points: give one of them"))
        elif numbers[0] is not None and numbers[0] > 1:
            message = f"a credit of {credit}: it is a share from 0 to 1"
            found.problems.append(_wrong(found, row, message))
        else:
            found._given.append(_Given(row, *numbers))
    return found


def _number(found: ManualMarks, row: Row, text: str) -> Fraction:
    number = parse_number(text)
    if isinstance(number, Refusal) or number < 0:
        reason = number.sentence if isinstance(number, Refusal) else "It is below 0."
        found.problems.append(_wrong(found, row, f"'{text[:50]}' gives no marks: {reason}"))
        return Fraction(0)
    return number


def _wrong(found: ManualMarks, row: Row, message: str) -> Problem:
    return Problem("manual", message, Place(found.file, row.line, 1))
