"""Category names, and the sheet that tells what Moodle's XML cannot: the quiz and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qgen.document.exam import ExamDocument, Header
from qgen.document.numbers import terminating
from qgen.document.richtext import plain_text
from qgen.renderers.carriage import MarkedBy
from qgen.renderers.moodle.numbers import grade
from qgen.renderers.moodle.questions import plain_name
from qgen.renderers.moodle.text import cleaned

# Two names, the slashes doubled and Moodle's prefix stay below 255 characters.
_NAME_LENGTH = 115
_TOP = "$course$/top/"


@dataclass(frozen=True, slots=True)
class SheetSlot:
    """One slot of the quiz: a category to draw from, and who marks what is drawn."""

    section: str
    path: str
    count: int
    points: Fraction
    by: MarkedBy
    words: str
    """The parts that it asks, where another slot asks the rest; otherwise empty."""


class Categories:
    """Hands out the categories of an exam's questions, all distinct."""

    def __init__(self, exam_title: str) -> None:
        self._top = f"{_TOP}{_category_name(exam_title, '')}"
        self._seen: set[str] = set()

    def path(self, header: Header, words: str = "") -> str:
        """`$course$/top/<exam>/<question>`, with the parts that are in it where not all are."""
        parts = f" ({words})" if words else ""
        path, number = "", 1
        while not path or path in self._seen:
            ending = f" ({header.identifier})" if number > 1 else ""
            ending += f" {number - 1}" if number > 2 else ""
            path = f"{self._top}/{_category_name(header.title, ending + parts)}"
            number += 1
        self._seen.add(path)
        return path


def category_paths(exam: ExamDocument) -> list[str]:
    """The category of each pool, where each is one question."""
    categories = Categories(exam.title)
    return [categories.path(pool.header) for pool in exam.pools]


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
    slots: Sequence[SheetSlot],
    files: Mapping[str, Mapping[str, int]],
    *,
    drags: bool,
) -> str:
    """The quiz to set up by hand after the import, in plain text.

    `files` has the numbers of questions by file and category; `drags` says that some questions
    have items to be dragged into order.
    """
    lines = [f"Moodle: {exam.title}", "", *_import_lines(files), *_quiz_lines(exam)]
    lines += ["", "3. Slots", "", *_slot_lines(slots), "", *_NOTES]
    if any(slot.words for slot in slots):
        lines += _PAIRS
    if drags:
        lines.append(_DRAGS)
    return "\n".join(lines) + "\n"


def _slot_lines(slots: Sequence[SheetSlot]) -> list[str]:
    lines: list[str] = []
    section: str | None = None
    for number, slot in enumerate(slots, 1):
        if slot.section != section:
            section = slot.section
            lines.append(f"Section heading: {section}")
        parts = f", parts {slot.words}" if slot.words else ""
        add = (
            f"one random question from this category ({slot.count} variants)"
            if slot.count > 1
            else "the only question of this category"
        )
        lines += [
            f"  Slot {number}{parts}: {add}",
            f"    category: {slot.path}",
            f"    maximum mark: {_mark(slot.points)}"
            + (", marked by a person" if slot.by == "person" else ""),
        ]
    total = sum((slot.points for slot in slots), Fraction(0))
    lines += ["", f"Maximum grade of the quiz: {_mark(total)}"]
    by_person = [
        (number, slot.points) for number, slot in enumerate(slots, 1) if slot.by == "person"
    ]
    if by_person:
        numbers = ", ".join(str(number) for number, _ in by_person)
        marks = sum((points for _, points in by_person), Fraction(0))
        lines.append(f"A person marks: slot {numbers} ({_mark(marks)} of the marks)")
    return lines


_PAIRS = (
    "- Where two slots share the parts of one question, give them one after the other. Each draws",
    "  its own variant and states it in full, so that nothing has to be matched.",
)
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


def _import_lines(files: Mapping[str, Mapping[str, int]]) -> list[str]:
    lines = [
        "1. Import (Question bank, Import, Moodle XML format), in this order",
        "",
        "Compare the counts after each import: Moodle can stop in the middle of a file.",
    ]
    for name, counts in files.items():
        lines.append(f"  {name}: {sum(counts.values())} questions")
        lines += [f"    {count} in {path}" for path, count in counts.items()]
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
