"""What a command tells its user, as text and as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any

from qgen.document.problem import Problem
from qgen.pipeline import BuildReport
from qgen.renderers.carriage import Marks

_ROUTES = {
    "new": "each variant's two routes run once, then remembered",
    "always": "both routes run on every variant",
    "never": "no second route run",
}


def count(number: int, what: str) -> str:
    """`1 variant`, `2 variants`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def build_text(report: BuildReport) -> str:
    """The short report of a build that succeeded."""
    tally = report.tally
    losses = [problem for problem in report.problems if problem.severity == "loss"]
    warnings = [problem for problem in report.problems if problem.severity == "warning"]
    answers = ", ".join(
        f"{tally.provenances[each]} {each}" for each in ("verified", "computed", "stated")
    )
    proofs = f"{tally.proved_now} proved now, {tally.proved_earlier} earlier"
    lines = [
        *(str(problem) for problem in (*warnings, *losses)),
        f"{count(report.questions, 'question')}, {count(report.papers, 'paper')}, "
        f"{count(tally.items, 'variant')} in all",
        f"answers: {answers}",
        f"proofs: {proofs} ({_ROUTES[report.verify]})",
    ]
    if report.guess is not None:
        rule = report.scoring.replace("_", " ")
        lines.append(f"blind guessing scores {float(report.guess):.1%} (multiple-select: {rule})")
    lines += [f"{name}: {marks.line()}" for name, marks in report.marks.items()]
    if report.guide is not None:
        notes, topics = count(report.guide.notes, "note"), count(len(report.guide.topics), "topic")
        lines.append(
            f"study guide: {notes} on {topics}; left out are the notes of the exam's questions "
            "and those that repeat a sentence or the key formula of one"
        )
    if report.kept:
        folders = ", ".join(f"{each}/" for each in report.kept)
        lines.append(f"left as an earlier build wrote them: {folders}")
    lines.append(f"{count(len(report.files), 'file')} in {report.folder}/, {_losses(len(losses))}")
    return "\n".join(lines)


def _losses(number: int) -> str:
    if number == 0:
        return "nothing lost"
    return "1 loss (above)" if number == 1 else f"{number} losses (above)"


def build_data(report: BuildReport) -> dict[str, Any]:
    """The report of a build for a program."""
    tally = report.tally
    return {
        "ok": not report.failed,
        "problems": [problem_data(problem) for problem in report.problems],
        "folder": None if report.folder is None else str(report.folder),
        "files": list(report.files),
        "kept": list(report.kept),
        "questions": report.questions,
        "papers": report.papers,
        "variants": tally.items,
        "answers": dict(sorted(tally.provenances.items())),
        "verify": report.verify,
        "proved": {"now": tally.proved_now, "earlier": tally.proved_earlier},
        "study_notes": None if report.guide is None else report.guide.notes,
        "blind_guessing": None if report.guess is None else float(report.guess),
        "marks": marks_data(report.marks),
    }


def marks_data(marks: Mapping[str, Marks]) -> dict[str, Any]:
    """Who marks how much in each format, for a program."""
    return {
        name: {
            "machine": float(each.machine),
            "person": float(each.person),
            "lost": float(each.lost),
            "by_person": list(each.by_person),
            "without": list(each.without),
        }
        for name, each in marks.items()
    }


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem for a program."""
    place = problem.place
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }


def problems_text(problems: Iterable[Problem]) -> str:
    """All problems, a line each, and how many errors there are."""
    listed = list(problems)
    errors = sum(problem.severity == "error" for problem in listed)
    return "\n".join([*map(str, listed), count(errors, "error")])
