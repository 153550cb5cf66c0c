"""What `qgen grade` tells its user, as text and as JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from qgen.document.characters import visible
from qgen.grade_tables import CHANGES, REVIEW
from qgen.grading import GradeReport
from qgen.report import count, problem_data, problems_text
from qgen.response_files import Concern

__all__ = ["grade_data", "grade_text", "problems_text", "unmarked"]

_UNMARKED = (
    *("unreadable-file", "not-read", "another-exam", "unknown-paper", "unknown-question"),
    *("answered-twice", "two-files", "no-answer", "no-row"),
)
"""Why something was not marked that somebody handed in, other than for a person to decide."""
_MOST_SHOWN = 10


def unmarked(report: GradeReport) -> list[Concern]:
    """What was handed in and could not be marked."""
    return [concern for concern in report.concerns if concern.reason in _UNMARKED]


def grade_text(report: GradeReport) -> str:
    """The short report of a grading."""
    lines = [*map(str, report.problems), *_shown(unmarked(report))]
    marked = f"{count(report.students, 'student')}, {count(report.parts, 'answer')} marked"
    lines.append(f"{marked}, {report.waiting} of them to be decided by a person")
    if report.withheld:
        lines.append(f"{count(report.withheld, 'file')} withheld: one student has several")
    comparison = report.comparison
    if comparison is not None:
        lines.append(f"{comparison.gains} gain, {comparison.losses} lose: {CHANGES}")
    reasons = Counter(concern.reason for concern in report.concerns)
    told = ", ".join(f"{number} {reason}" for reason, number in sorted(reasons.items()))
    lines.append(f"to look at: {told} ({REVIEW})" if told else "nothing to look at")
    lines.append(f"{count(len(report.files), 'file')} in {report.folder}/")
    return "\n".join(lines)


def _shown(concerns: Sequence[Concern]) -> list[str]:
    lines = []
    for concern in concerns[:_MOST_SHOWN]:
        where = ", ".join(filter(None, (concern.file, concern.place)))
        lines.append(visible(f"{where}: not marked: {concern.message} [{concern.reason}]"))
    if len(concerns) > _MOST_SHOWN:
        lines.append(f"and {len(concerns) - _MOST_SHOWN} more, in {REVIEW}")
    return lines


def grade_data(report: GradeReport) -> dict[str, Any]:
    """The report of a grading for a program."""
    comparison = report.comparison
    return {
        "ok": not report.failed and not unmarked(report),
        "problems": [problem_data(problem) for problem in report.problems],
        "folder": None if report.folder is None else str(report.folder),
        "files": list(report.files),
        "students": report.students,
        "answers": report.parts,
        "waiting": report.waiting,
        "withheld": report.withheld,
        "gains": None if comparison is None else comparison.gains,
        "losses": None if comparison is None else comparison.losses,
        "review": [asdict(concern) for concern in report.concerns],
    }
