"""Category names, and the sheet that tells what Moodle's XML cannot: the quiz and its settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qgen.document.exam import ExamDocument
from qgen.document.numbers import terminating
from qgen.document.richtext import plain_text
from qgen.renderers.moodle.numbers import grade
from qgen.renderers.moodle.questions import plain_name
from qgen.renderers.moodle.text import cleaned

# Two names, the slashes doubled and Moodle's prefix stay below 255 characters.
_NAME_LENGTH = 115
_TOP = "$course$/top/"


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file: its name, and how many questions of which pool (by its index) it holds."""

    name: str
    counts: tuple[tuple[int, int], ...]

    @property
    def questions(self) -> int:
        """How many questions the file holds."""
        return sum(count for _, count in self.counts)


def plan_files(pool_counts: Sequence[int], slug: str, questions_per_file: int) -> list[FilePlan]:
    """Spreads the questions of pools of such sizes over files, in order; none is empty."""
    files: list[list[tuple[int, int]]] = []
    room = 0
    for index, count in enumerate(pool_counts):
        left = count
        while left:
            if not room:
                files.append([])
                room = questions_per_file
            taken = min(left, room)
            files[-1].append((index, taken))
            left, room = left - taken, room - taken
    if len(files) == 1:
        return [FilePlan(f"{slug}.xml", tuple(files[0]))]
    return [
        FilePlan(f"{slug}-{number}.xml", tuple(counts)) for number, counts in enumerate(files, 1)
    ]


def category_paths(exam: ExamDocument) -> list[str]:
    """The category of each pool: `$course$/top/<exam>/<question>`, all distinct."""
    paths: list[str] = []
    seen: set[str] = set()
    for pool in exam.pools:
        title, identifier, path, number = pool.header.title, pool.header.identifier, "", 1
        endings = ("", f" ({identifier})")
        while not path or path in seen:
            ending = endings[number - 1] if number <= 2 else f" ({identifier}) {number - 1}"
            path = f"{_TOP}{_category_name(exam.title, '')}/{_category_name(title, ending)}"
            number += 1
        seen.add(path)
        paths.append(path)
    return paths


def _category_name(name: str, ending: str) -> str:
    """A name as it stands in a path; Moodle trims it, so blanks may keep its own slashes apart."""
    name = " ".join(plain_name(cleaned(name)).split()) or "?"
    ending = plain_name(cleaned(ending)).replace("/", "//")
    room = max(_NAME_LENGTH - len(ending), _NAME_LENGTH // 2)
    while len(name.replace("/", "//")) > room:
        name = name[:-1]
    ending = ending[: _NAME_LENGTH - len(name.replace("/", "//"))]
    written = name.replace("/", "//") + ending
    before = " " if written.startswith("/") else ""
    after = " " if written.endswith("/") else ""
    return f"{before}{written}{after}"


def settings_sheet(
    exam: ExamDocument,
    counts: Sequence[int],
    paths: Sequence[str],
    files: Sequence[FilePlan],
    *,
    drags: bool,
) -> str:
    """The quiz to set up by hand after the import, in plain text.

    `counts` and `paths` are the numbers of variants and the categories of the exam's pools;
    `drags` says that some questions have items to be dragged into order.
    """
    lines = [f"Moodle: {exam.title}", "", *_import_lines(paths, files), *_quiz_lines(exam)]
    total = sum((pool.points for pool in exam.pools), Fraction(0))
    lines += ["", "3. Slots", ""]
    section: str | None = None
    pools = zip(exam.pools, counts, paths, strict=True)
    for number, (pool, count, path) in enumerate(pools, 1):
        if pool.section != section:
            section = pool.section
            lines.append(f"Section heading: {section}")
        lines += [
            f"  Slot {number}: one random question from this category ({count} variants)",
            f"    category: {path}",
            f"    maximum mark: {_mark(pool.points)}",
        ]
    lines += ["", f"Maximum grade of the quiz: {_mark(total)}", "", *_NOTES]
    if drags:
        lines.append(_DRAGS)
    return "\n".join(lines) + "\n"


_DRAGS = (
    "- Items to be put in order need Moodle 4.4 or later; for older ones write\n"
    "  `moodle: {ordering: matching}` in the exam."
)
_NOTES = (
    "4. Good to know",
    "",
    "- Importing a file again adds its questions a second time; it never updates.",
    "- The maximum marks above must be set at the slots: a question with embedded answers brings",
    "  whole-numbered weights of its own, and their sum is only its default mark.",
    "- Numbers are typed as decimals such as 0.25 or 1.2e-5; Moodle does not read 1/4.",
    "- Moodle 4.1 does not import the ID number of a question with embedded answers.",
)


def _import_lines(paths: Sequence[str], files: Sequence[FilePlan]) -> list[str]:
    lines = [
        "1. Import (Question bank, Import, Moodle XML format), in this order",
        "",
        "Compare the counts after each import: Moodle can stop in the middle of a file.",
    ]
    for file in files:
        lines.append(f"  {file.name}: {file.questions} questions")
        lines += [f"    {count} in {paths[index]}" for index, count in file.counts]
    return lines


def _quiz_lines(exam: ExamDocument) -> list[str]:
    lines = ["", "2. Quiz settings", "", f"  Name: {exam.title}"]
    if exam.course:
        lines.append(f"  Course: {exam.course}")
    if exam.date:
        lines.append(f"  Date: {exam.date}")
    if exam.instructions is not None:
        lines.append(f"  Description: {plain_text(exam.instructions)}")
    lines.append(f"  Time limit: {f'{exam.duration} minutes' if exam.duration else 'none'}")
    if exam.attempts is None:
        lines.append("  Attempts allowed: not set in the exam")
    else:
        lines.append(f"  Attempts allowed: {exam.attempts.allowed}")
        if exam.attempts.every_minutes:
            wait = exam.attempts.every_minutes
            lines.append(f"  Enforced delay between attempts: {wait} minutes")
    if exam.pass_mark is not None:
        total = sum((pool.points for pool in exam.pools), Fraction(0))
        share = terminating(exam.pass_mark * 100) or grade(exam.pass_mark * 100)
        lines.append(f"  Grade to pass: {_mark(total * exam.pass_mark)} ({share}%)")
    shuffle = "yes" if exam.shuffle_options else "no"
    return [*lines, f"  Shuffle within questions: {shuffle}"]


def _mark(points: Fraction) -> str:
    exact = terminating(points)
    return exact if exact is not None else f"{grade(points)} ({points})"
