"""The list of students of an exam: a CSV file with the columns `id` and, if wanted, others.

`name` is what is printed; `extra_time` is what a student gets beside the exam's duration, as a
share of it (`25%`) or in minutes (`20 min`).
"""

import csv
import io
import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.bank.yaml_source import read_text
from qgen.document.problem import Place, Problem, did_you_mean

if TYPE_CHECKING:
    from _csv import Reader

COLUMNS = ("id", "name", "extra_time")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%")
_MINUTES = re.compile(r"([0-9]{1,4}) ?min")


@dataclass(frozen=True, slots=True)
class Student:
    identifier: str
    name: str | None
    extra_share: Fraction = Fraction(0)
    """How much more of the exam's duration this student has."""
    extra_minutes: int = 0
    """Minutes beside that."""

    def more_than(self, duration: int | None) -> int:
        """The minutes that come to an exam's duration, rounded up."""
        return self.extra_minutes + ceil(self.extra_share * (duration or 0))


def read_roster(path: Path, shown: str) -> tuple[tuple[Student, ...], list[Problem]]:
    """The students in the file's order, and what is wrong with the file."""
    text = read_text(path, shown)
    if isinstance(text, Problem):
        return (), [text]
    start = Place(shown, 1, 1)
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        return _students(rows, shown, start)
    except csv.Error as error:
        return (), [Problem("roster", f"not a CSV file: {error}", Place(shown, rows.line_num, 1))]


def _students(
    rows: "Reader", shown: str, start: Place
) -> tuple[tuple[Student, ...], list[Problem]]:
    """The students of a CSV file's rows. Raises csv.Error for what is no such row."""
    heads = [head.strip().lower() for head in next(rows, [])]
    if "id" not in heads:
        message = "the first line must name the columns: id, or id,name"
        return (), [Problem("roster", message, start)]
    problems = [
        Problem("roster", f"unknown column '{head}'{did_you_mean(head, COLUMNS)}", start)
        for head in heads
        if head not in COLUMNS
    ]
    students: dict[str, Student] = {}
    for row in rows:
        place = Place(shown, rows.line_num, 1)
        cells = dict(zip(heads, (cell.strip() for cell in row), strict=False))
        identifier = cells.get("id", "")
        if not any(cell.strip() for cell in row):
            continue
        if not identifier:
            problems.append(Problem("roster", "a student without an id", place))
        elif len(row) > len(heads):
            message = (
                f"{len(row)} cells under {len(heads)} columns; put a name with commas in quotes"
            )
            problems.append(Problem("roster", message, place))
        elif identifier in students:
            problems.append(Problem("roster", f"the id '{identifier}' stands twice", place))
        elif (extra := _extra_time(cells.get("extra_time", ""))) is None:
            message = (
                f"unknown extra time '{cells['extra_time']}': write a share of the exam's "
                "duration, as in 25%, or minutes, as in 20 min"
            )
            problems.append(Problem("roster", message, place))
        else:
            students[identifier] = Student(identifier, cells.get("name") or None, *extra)
    if not students and not problems:
        problems.append(Problem("roster", "the roster names no students", start))
    return tuple(students.values()), problems


def _extra_time(text: str) -> tuple[Fraction, int] | None:
    """A share and minutes; None for what is neither."""
    if share := _SHARE.fullmatch(text):
        return Fraction(share.group(1)) / 100, 0
    if minutes := _MINUTES.fullmatch(text):
        return Fraction(0), int(minutes.group(1))
    return None if text else (Fraction(0), 0)
