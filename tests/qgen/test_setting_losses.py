"""What an exam says once is in the files of each format, or the build says that it is not."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from qgen.document.formats import FORMATS
from tests.qgen.course import Course, choice

SAID = {
    "the exam's instructions": "BehaveWell",
    "the instructions of sections": "ReadSlowly",
    "the aids": "AnAbacus",
    "the date": "2031-07-09",
    "the duration": r"time_limit>77<|maxTime=.4620\b|77 minutes",
    "the pass mark": r"\b37%",
    "the number of attempts": r"allowed_attempts>13<|Attempts allowed: 13",
    "the time between attempts": r"Enforced delay[^\n]*: 1140",
}
"""What to look for in a format's files."""


def texts_in(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".zip", ".apkg"):
            archive = zipfile.ZipFile(io.BytesIO(file.read_bytes()))
            yield from (
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
        elif file.is_file():
            yield file.read_text("utf-8", "replace")


def test_what_is_not_in_the_files_of_a_platform_is_told(course: Course) -> None:
    course.bank(choice("one"))
    platforms = [name for name in FORMATS if name not in ("paper", "latex", "html", "guide")]
    course.exam(
        "one",
        instructions="BehaveWell",
        aids=["AnAbacus"],
        date="2031-07-09",
        duration="77 min",
        pass_mark="37%",
        attempts={"allowed": 13, "every": "19 h"},
        sections=[{"title": "All", "instructions": "ReadSlowly", "questions": ["one"]}],
        outputs={name: {} for name in platforms},
    )
    report = course.build()
    assert not report.failed, report.problems
    told = [each.message for each in report.problems if each.code == "settings"]
    for name in platforms:
        written = "\n".join(texts_in(course.output / "exam" / name))
        (message,) = [each for each in told if each.startswith(f"'{name}'")] or [""]
        for said, pattern in SAID.items():
            is_missing = re.search(pattern, written) is None
            is_of_a_quiz = name not in ("anki", "csv") or pattern.isalpha()
            assert (said in message) == (is_missing and is_of_a_quiz), (name, said)


def test_an_exam_that_says_nothing_loses_nothing(course: Course) -> None:
    course.bank(choice("one"))
    course.exam("one", outputs={name: {} for name in ("gift", "canvas", "qti", "csv", "html")})
    assert "settings" not in {each.code for each in course.build().problems}
