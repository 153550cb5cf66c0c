"""The list of students of an exam: a CSV file with the columns `id` and, if wanted, `name`."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qgen.bank.yaml_source import read_text
from qgen.document.problem import Place, Problem, did_you_mean

if TYPE_CHECKING:
    from _csv import Reader

COLUMNS = ("id", "name")


@dataclass(frozen=True, slots=True)
class Student:
    identifier: str
    name: str | None


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
        else:
            students[identifier] = Student(identifier, cells.get("name") or None)
    if not students and not problems:
        problems.append(Problem("roster", "the roster names no students", start))
    return tuple(students.values()), problems
