"""What `qgen check` tells: a table, the problems and a summary, or data for a program."""

from typing import Any

from qgen.checking import BankCheck, number_of
from qgen.report import count, marks_data, problem_data

PIPE_WIDTH = 140


def check_data(result: BankCheck) -> dict[str, Any]:
    """The check for a program."""
    return {
        "ok": not result.failed,
        "questions": [
            {
                "id": check.identifier,
                "kind": check.kind,
                "variants": check.variants,
                "distinct": check.distinct,
                "routes": check.routes,
                "largest_disagreement": check.largest,
                "mistakes_tested": check.mistakes,
                "blind_guessing": float(check.guess),
                "answers": list(check.provenances),
                "kept": check.kept,
                "ok": all(problem.severity != "error" for problem in check.problems),
            }
            for check in result.questions
        ],
        "problems": [problem_data(problem) for problem in result.problems],
        "marks": marks_data(result.marks),
    }


def print_check(result: BankCheck) -> None:
    """The check as a table, its problems, and a summary."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("question", overflow="fold", ratio=1)
    table.add_column("kind", no_wrap=True)
    for head in ("variants", "distinct", "routes", "difference", "mistakes", "guessing"):
        table.add_column(head, justify="right")
    table.add_column("status")
    for check in result.questions:
        table.add_row(
            check.identifier,
            check.kind,
            str(check.variants),
            str(check.distinct),
            str(check.routes) if check.routes else "",
            f"{check.largest:.0e}" if check.routes == 2 else "",
            str(check.mistakes),
            f"{float(check.guess):.0%}" if check.guess else "",
            check.status,
        )
    console = Console(emoji=False)
    if not console.is_terminal:
        console = Console(emoji=False, width=PIPE_WIDTH)
    console.print(table)
    for problem in result.problems:
        console.print(str(problem), markup=False, highlight=False, soft_wrap=True)
    for name, marks in result.marks.items():
        console.print(f"{name}: {marks.line()}", markup=False, highlight=False, soft_wrap=True)
    console.print(_summary(result))


def _summary(result: BankCheck) -> str:
    provenances = [each for check in result.questions for each in check.provenances]
    answers = ", ".join(
        f"{provenances.count(each)} {each}" for each in ("verified", "computed", "stated")
    )
    made = sum(check.distinct for check in result.questions)
    kept = sum(check.kept for check in result.questions)
    earlier = f" ({kept} proved by an earlier check)" if kept else ""
    return (
        f"{count(len(result.questions), 'question')}{earlier}, {count(made, 'variant')}; "
        f"answers: {answers}; {number_of(result.problems) or '0 problems'}"
    )
