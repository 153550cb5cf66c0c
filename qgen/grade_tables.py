"""The tables of a grading: marks, totals, what a person must look at, and what changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from qgen.csv_tables import Row, read_table
from qgen.document.characters import visible
from qgen.document.numbers import terminating
from qgen.document.problem import Problem
from qgen.document.richtext import plain_text
from qgen.grades import GradedPaper, GradedPart
from qgen.renderers.csv_rows import csv_rows
from qgen.response_files import Concern, brief

MARKS, TOTALS, REVIEW, CHANGES = "marks.csv", "totals.csv", "review.csv", "changes.csv"

MARK_COLUMNS = (
    *("student", "paper", "question", "part", "id", "answer", "credit", "points", "worth"),
    *("mistake", "feedback", "outcome", "marked_by", "shown"),
)
TOTAL_COLUMNS = (
    *("student", "paper", "points", "worth", "passed", "waiting", "file", "handed_in"),
    *("page", "note"),
)
REVIEW_COLUMNS = (
    *("reason", "message", "file", "place", "student", "paper", "question", "part", "answer"),
    *("credit", "points"),
)
CHANGE_COLUMNS = ("student", "paper", "question", "part", "before", "after", "change")


def decimal(value: Fraction | None) -> str:
    """Points as a decimal of at most six places, which no spreadsheet takes for a date."""
    if value is None:
        return ""
    return terminating(round(value, 6)) or "0"


def rows(lines: Iterable[Sequence[str]]) -> bytes:
    """Rows that a spreadsheet runs nothing of, and a terminal obeys nothing of."""
    return csv_rows([visible(cell) for cell in line] for line in lines)


def review_rows(concerns: Iterable[Concern]) -> bytes:
    """The whole of `review.csv`; whoever marks a program sees its lines as they were typed."""
    lines = [REVIEW_COLUMNS, *map(review_row, concerns)]
    answers = {REVIEW_COLUMNS.index("answer")}
    return csv_rows([[visible(cell) for cell in line] for line in lines], answers)


def mark_row(graded: GradedPaper, part: GradedPart) -> Sequence[str]:
    """A row of `marks.csv`."""
    by = "" if part.credit is None else "person" if part.by_hand else "qgen"
    return (
        graded.student,
        graded.paper,
        str(part.number),
        part.label,
        part.question,
        brief(part.answer),
        decimal(part.credit),
        decimal(part.points),
        decimal(part.worth),
        part.mistake,
        " ".join(map(plain_text, part.feedback)),
        part.outcome,
        by,
        part.shown,
    )


def total_row(
    graded: GradedPaper, pass_mark: Fraction | None, page: str, note: str
) -> Sequence[str]:
    """A row of `totals.csv`; a paper with a note counts for nothing yet."""
    return (
        graded.student,
        graded.paper,
        "" if note else decimal(graded.points),
        decimal(graded.worth),
        "" if note else passed(graded, pass_mark),
        str(graded.waiting),
        graded.submission.file,
        graded.submission.handed_in[:40],
        page,
        note,
    )


def passed(graded: GradedPaper, pass_mark: Fraction | None) -> str:
    """`yes` or `no` as soon as nothing that waits can change it, otherwise nothing."""
    if pass_mark is None:
        return ""
    needed = pass_mark * graded.worth
    open_points = sum((part.worth for part in graded.parts if part.credit is None), Fraction(0))
    if graded.points >= needed:
        return "yes"
    return "no" if graded.points + open_points < needed else ""


def review_row(concern: Concern) -> Sequence[str]:
    """A row of `review.csv`, with room for what a person gives."""
    answer = brief(concern.answer, 10_000)
    about = (concern.file, concern.place, concern.student, concern.paper)
    where = (concern.question, concern.part)
    return (concern.reason, concern.message, *map(brief, (*about, *where)), answer, "", "")


class _Key(NamedTuple):
    student: str
    paper: str
    question: str
    part: str


def _key(row: Row) -> _Key:
    return _Key(*(row.get(column) for column in _Key._fields))


@dataclass(slots=True)
class Comparison:
    """What changed since an earlier `marks.csv`."""

    lines: list[Sequence[str]] = field(default_factory=list)
    """Rows of `changes.csv`."""
    gains: int = 0
    losses: int = 0
    concerns: list[Concern] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_marks(path: Path) -> tuple[list[Row], list[Problem]]:
    """The rows of a `marks.csv`, and why it is none."""
    return read_table(path, ("student", "paper", "question", "part", "points"), MARK_COLUMNS)


def compare(before: Sequence[Row], after: Sequence[Row]) -> Comparison:
    """Who gains and who loses, in sum and in each part; both tables as `read_marks` gives them."""
    found = Comparison()
    old, new = ({_key(row): row for row in table} for table in (before, after))
    students = {(key.student, key.paper): None for key in (*new, *old)}
    mine: dict[tuple[str, str], list[_Key]] = {student: [] for student in students}
    for key in dict.fromkeys((*new, *old)):
        mine[key.student, key.paper].append(key)
    for (student, paper), keys in mine.items():
        differing = [key for key in keys if _points(old, key) != _points(new, key)]
        found.concerns += _other_questions(keys, old, new)
        if not differing:
            continue
        total = sum((_value(new, key) - _value(old, key) for key in keys), Fraction(0))
        found.gains += total > 0
        found.losses += total < 0
        sums = [sum((_value(table, key) for key in keys), Fraction(0)) for table in (old, new)]
        found.lines.append((student, paper, "total", "", *map(decimal, sums), _signed(total)))
        for key in differing:
            change = _signed(_value(new, key) - _value(old, key))
            found.lines.append((*key, _points(old, key), _points(new, key), change))
    return found


def _points(table: dict[_Key, Row], key: _Key) -> str:
    return table[key].get("points") if key in table else ""


def _value(table: dict[_Key, Row], key: _Key) -> Fraction:
    """A cell's points; one that is empty, because a person has not decided, counts nothing."""
    return Fraction(_points(table, key) or 0)


def _signed(value: Fraction) -> str:
    return f"+{decimal(value)}" if value > 0 else decimal(value)


def _other_questions(
    keys: Iterable[_Key], old: dict[_Key, Row], new: dict[_Key, Row]
) -> Iterator[Concern]:
    for key in keys:
        if key not in old or key not in new:
            continue
        before, after = old[key].get("shown"), new[key].get("shown")
        if before and before != after:
            yield Concern(
                "other-question",
                "what the student saw here is not what was marked before: other numbers, words or "
                "options, or another order of them; build with the same seed and questions",
                student=key.student,
                paper=key.paper,
                question=key.question,
                part=key.part,
            )
