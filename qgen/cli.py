"""The command line. Everything heavy is imported by the command that needs it."""

import gc
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from qgen import __version__
from qgen.document.formats import FORMATS
from qgen.interrupts import INTERRUPTED, noticed_interrupts
from qgen.progress import progress_bar

if TYPE_CHECKING:
    from qgen.document.problem import Problem

MAX_JOBS = 64
_EPILOG = "Start with: qgen list, then qgen build exam.yaml"


class _Commands(click.Group):
    """Lists the commands in the order of a course's work, not of the alphabet."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; one that is interrupted ends with the status that shells expect."""
        with noticed_interrupts() as is_interrupted:
            try:
                return super().invoke(ctx)
            except BaseException:
                if not is_interrupted():
                    raise
        click.echo("Stopped.", err=True)
        ctx.exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands as they were added."""
        return list(self.commands)


@click.group(
    cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="qgen")
def main() -> None:
    """Build exams from a bank of YAML questions, with keys that are proved.

    An exam is one YAML file; it names the bank, the sections and the formats. Exit status: 0
    fine, 1 problems in what you wrote, 2 a wrong command line.
    """
    # Neither modules nor variants that stream by hold cycles; looking for some among each 700 new
    # objects, as Python does by default, costs a tenth of a command.
    gc.set_threshold(50_000, 20, 20)
    # Looking for plugins of pydantic in all installed packages costs 13 ms, and none is wanted.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _formats(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    for name in names:
        if name not in FORMATS:
            from qgen.document.problem import did_you_mean

            hint = did_you_mean(name, FORMATS) or f"; there are {', '.join(FORMATS)}"
            raise click.BadParameter(f"there is no format '{name}'{hint}")
    if not names:
        raise click.BadParameter("names no format")
    return names


_as_json = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")

_files = partial(click.option, multiple=True, type=click.Path(path_type=Path), metavar="FILE")
_solver_files = _files("--solvers", "solver_files", help="A course's own solver file.")
_macro_files = _files("--macros", "macro_files", help="A course's own file of TeX macros.")

_strict = click.option("--strict", is_flag=True, help="A key that nothing proves is an error.")


@main.command()
@click.argument("spec", type=click.Path(path_type=Path), metavar="EXAM.YAML")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build"),
    show_default=True,
    help="The folder in which a folder named after the exam is written.",
)
@click.option(
    "--format",
    "formats",
    callback=_formats,
    metavar="LIST",
    help=f"Only these formats, with commas: {','.join(FORMATS)}.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Another seed than the exam's own.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1, max=MAX_JOBS),
    default=min(os.cpu_count() or 1, MAX_JOBS),
    show_default="the processors there are",
    help="How many papers TeX compiles at once.",
)
@click.option(
    "--verify",
    type=click.Choice(["new", "always", "never"]),
    default="new",
    show_default=True,
    help="Run second routes on variants not proved before, on all, or on none.",
)
@_strict
@_as_json
def build(
    spec: Path,
    output: Path,
    formats: tuple[str, ...] | None,
    seed: int | None,
    jobs: int,
    verify: Literal["new", "always", "never"],
    strict: bool,
    as_json: bool,
) -> None:
    """Write an exam's papers, platform files and web pages.

    Every computed key is found by two independent routes; where they disagree, or anything
    else is wrong, every problem is printed with its file and line and nothing is written.
    """
    from qgen import pipeline, report

    with progress_bar("building") as steps:
        request = pipeline.BuildRequest(
            spec, output, formats, seed, jobs, verify, strict, steps=steps
        )
        try:
            result = pipeline.build(request)
        except OSError as error:
            raise click.ClickException(f"cannot write to {output}: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps(report.build_data(result), indent=1, ensure_ascii=False))
    elif not result.failed:
        click.echo(report.build_text(result))
    if result.failed:
        if not as_json:
            click.echo(report.problems_text(result.problems), err=True)
        sys.exit(1)


@main.command("check")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--variants",
    type=click.IntRange(min=1, max=100_000),
    default=200,
    show_default=True,
    help="How many variants of each question to prove.",
)
@click.option(
    "--scoring",
    type=click.Choice(["all_or_nothing", "per_option", "right_minus_wrong"]),
    default="per_option",
    show_default=True,
    help="The multiple-select rule under which blind guessing is counted.",
)
@_solver_files
@_macro_files
@click.option(
    "--jobs",
    type=click.IntRange(min=1, max=64),
    default=os.cpu_count() or 1,
    show_default="the processors there are",
    help="How many processes share the questions.",
)
@click.option(
    "--format",
    "formats",
    callback=_formats,
    metavar="LIST",
    help="Tell who marks how many of the bank's marks in these formats, with commas.",
)
@click.option(
    "--verify",
    type=click.Choice(["new", "always"]),
    default="new",
    show_default=True,
    help="Check questions that are not just as an earlier check proved them, or all.",
)
@_strict
@_as_json
def check_command(
    paths: tuple[str, ...],
    variants: int,
    scoring: Literal["all_or_nothing", "per_option", "right_minus_wrong"],
    solver_files: tuple[Path, ...],
    macro_files: tuple[Path, ...],
    jobs: int,
    formats: tuple[str, ...] | None,
    verify: Literal["new", "always"],
    strict: bool,
    as_json: bool,
) -> None:
    """Prove a bank: folders or files of questions (without one, the shipped bank).

    Runs both routes on every variant; marks the key, its other forms, each known mistake and
    a blank as a student would send them; and looks for options that are equal, for too few
    variants and for missing explanations.
    """
    from qgen import check_report, checking

    with progress_bar("checking") as steps:
        result = checking.check_banks(
            paths,
            variants,
            scoring,
            solver_files,
            steps,
            jobs,
            formats or (),
            strict,
            macro_files,
            again=verify == "always",
        )
    if as_json:
        click.echo(json.dumps(check_report.check_data(result), indent=1, ensure_ascii=False))
    else:
        check_report.print_check(result)
    sys.exit(1 if result.failed else 0)


@main.command("grade")
@click.argument("build", type=click.Path(path_type=Path), metavar="BUILD")
@click.argument(
    "responses", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RESPONSES..."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("grades"),
    show_default=True,
    help="The folder for marks, feedback, and what a person must look at.",
)
@click.option(
    "--manual",
    type=click.Path(path_type=Path),
    metavar="TABLE.CSV",
    help="Credit or points that a person gives, as in a filled-in review.csv.",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="MARKS.CSV",
    help="Earlier marks: list who gains and who loses.",
)
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    help="The format that students answered, where a build holds several runs.",
)
@_as_json
def grade_command(
    build: Path,
    responses: tuple[Path, ...],
    output: Path,
    manual: Path | None,
    against: Path | None,
    format_name: str | None,
    as_json: bool,
) -> None:
    """Mark what students handed in against the keys of a build.

    BUILD is the folder of an exam; RESPONSES are files that its exam pages saved, CSV tables
    with the columns paper, question, part, answer, or folders of them. What a person must look at
    is listed in review.csv; exit status 1 says that something could not be marked at all.
    """
    from qgen import grade_report
    from qgen.grading import GradeRequest, grade

    with progress_bar("marking") as steps:
        request = GradeRequest(build, responses, output, format_name, against, manual, steps)
        try:
            result = grade(request)
        except OSError as error:
            reason = error.strerror or error
            raise click.ClickException(f"cannot write to {output}: {reason}") from None
    if as_json:
        data = grade_report.grade_data(result)
        click.echo(json.dumps(data, indent=1, ensure_ascii=False))
    elif result.failed:
        click.echo(grade_report.problems_text(result.problems), err=True)
    else:
        click.echo(grade_report.grade_text(result))
    if result.failed or grade_report.unmarked(result):
        sys.exit(1)


@main.command("list")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--topic", help="Only questions of this topic.")
@click.option("--kind", help="Only questions of this kind.")
@click.option("--count", is_flag=True, help="How many questions of each kind a topic has.")
@_as_json
def list_command(
    paths: tuple[str, ...], topic: str | None, kind: str | None, count: bool, as_json: bool
) -> None:
    """List the questions of a bank (without one, the shipped bank)."""
    from qgen import listing
    from qgen.banks import open_banks

    catalogue, problems = open_banks(paths)
    _stop_on(problems)
    if unknown := listing.unknown_words(catalogue, topic, kind):
        raise click.ClickException("; ".join(unknown))
    chosen = listing.chosen(catalogue, topic, kind)
    if as_json:
        data = listing.count_data(chosen) if count else listing.list_data(chosen)
        click.echo(json.dumps(data, indent=1, ensure_ascii=False))
    elif count:
        listing.print_count(chosen)
    else:
        listing.print_list(chosen)


@main.command()
@click.argument("identifier", metavar="ID")
@click.option("--bank", "banks", multiple=True, metavar="PATH", help="A bank to look in.")
@_solver_files
@_macro_files
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--solution", is_flag=True, help="Show the key and the explanation, too.")
def show(
    identifier: str,
    banks: tuple[str, ...],
    solver_files: tuple[Path, ...],
    macro_files: tuple[Path, ...],
    seed: int,
    solution: bool,
) -> None:
    """Print one variant of a question as text."""
    from qgen import showing

    text, problems = showing.show_question(
        identifier, banks, solver_files, seed, solution, macro_files
    )
    _stop_on(problems)
    click.echo(text)


@main.command("functions")
@click.argument("word", required=False, metavar="[WORD]")
@_as_json
def functions_command(word: str | None, as_json: bool) -> None:
    """List what expressions can call; with WORD, what has it in its name or its explanation."""
    from qgen import function_list

    groups = function_list.chosen(word)
    if as_json:
        data = function_list.functions_data(groups)
        click.echo(json.dumps(data, indent=1, ensure_ascii=False))
    elif groups:
        click.echo(function_list.functions_text(groups))
    else:
        raise click.ClickException(f"no function has '{word}' in its name or its explanation")


@main.command()
@click.argument("what", type=click.Choice(["question", "exam"]))
def schema(what: str) -> None:
    """Print the JSON Schema of bank files (question) or of exam specs (exam).

    Editors use it to complete and check what you type.
    """
    from qgen.schemas import exam_schema, question_schema

    chosen = question_schema() if what == "question" else exam_schema()
    click.echo(json.dumps(chosen, indent=1))


def _stop_on(problems: "list[Problem]") -> None:
    if problems:
        from qgen.report import problems_text

        click.echo(problems_text(problems), err=True)
        sys.exit(1)
