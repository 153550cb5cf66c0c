"""The sheet that tells what Moodle's XML cannot: the quiz to set up by hand, in a few steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qgen.document.exam import ExamDocument
from qgen.document.numbers import terminating
from qgen.document.richtext import plain_text
from qgen.renderers.carriage import MarkedBy
from qgen.renderers.moodle.numbers import grade
from qgen.renderers.moodle.sheet_forms import Heading, Line, SheetLine


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
    description: str = ""
    """The name of the text that begins its section, where this slot does and there is one."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the files: questions by file and category, and the slots that ask them."""

    slots: Sequence[SheetSlot]
    files: Mapping[str, Mapping[str, int]]
    instructions: str
    """The category of the texts that begin sections."""
    drags: bool
    """Whether items are dragged into order."""
    numbers: bool
    """Whether numbers are typed."""
    embedded: bool
    """Whether there are questions with embedded answers."""
    hints: int
    """How many pools have hints."""
    plugins: Sequence[str]
    """The types of questions that plugins bring."""


def settings_sheet(exam: ExamDocument, written: Written) -> list[SheetLine]:
    """The lines of the sheet: what to import, what to set, what to put into which slot."""
    return [
        Heading(1, f"Moodle: {exam.title}"),
        Heading(2, "1. Import (Question bank, Import, Moodle XML format), in this order"),
        *_import_lines(written.files),
        Heading(2, "2. Quiz settings"),
        *_quiz_lines(exam, written),
        Heading(2, "3. Slots"),
        *_slot_lines(exam, written),
        Heading(2, "4. Good to know"),
        *_notes(written),
    ]


def _import_lines(files: Mapping[str, Mapping[str, int]]) -> Iterator[SheetLine]:
    yield Line(1, "Compare the counts after each import: Moodle can stop in the middle of a file.")
    for name, counts in files.items():
        total = sum(counts.values())
        yield Line(1, f"{name}: {total} question{'s' if total != 1 else ''}")
        for path, count in counts.items():
            yield Line(2, f"{count} in", path)


def _quiz_lines(exam: ExamDocument, written: Written) -> Iterator[SheetLine]:
    yield Line(1, f"Name: {exam.title}")
    if exam.course:
        yield Line(1, f"Course: {exam.course}")
    if exam.instructions is not None:
        yield Line(1, f"Description: {plain_text(exam.instructions)}")
    if exam.aids is not None:
        yield Line(1, f"Say there what may be used: {'; '.join(exam.aids) or 'nothing'}")
    if exam.date:
        yield Line(1, f"Open the quiz: {exam.date}; close it when all have answered")
    yield Line(1, f"Time limit: {f'{exam.duration} minutes' if exam.duration else 'none'}")
    if exam.attempts is None:
        yield Line(1, "Attempts allowed: not set in the exam")
    else:
        yield Line(1, f"Attempts allowed: {exam.attempts.allowed}")
        if exam.attempts.allowed > 1:
            yield Line(1, "Grading method: highest grade (the exam names none)")
        if exam.attempts.every_minutes:
            wait = exam.attempts.every_minutes
            yield Line(1, f"Enforced delay between attempts: {wait} minutes")
    total = sum((slot.points for slot in written.slots), Fraction(0))
    yield Line(1, f"Maximum grade of the quiz: {_mark(total)}")
    if exam.pass_mark is not None:
        share = terminating(exam.pass_mark * 100) or grade(exam.pass_mark * 100)
        yield Line(1, f"Grade to pass: {_mark(total * exam.pass_mark)} ({share}%)")
    yield Line(1, f"Shuffle within questions: {'yes' if exam.shuffle_options else 'no'}")
    yield Line(1, f"How questions behave: {_behaviour(written.hints)}")
    yield Line(
        1,
        "Review options: before the quiz is closed, tick nothing but The attempt; feedback and "
        "right answers tell the key",
    )


def _behaviour(hints: int) -> str:
    if not hints:
        return "deferred feedback"
    have = "question has" if hints == 1 else "questions have"
    return (
        f"interactive with multiple tries, since {hints} {have} hints: one is shown after each "
        "wrong try, which costs the question's penalty (deferred feedback shows none, and takes "
        "nothing off)"
    )


def _slot_lines(exam: ExamDocument, written: Written) -> Iterator[SheetLine]:
    section: str | None = None
    for number, slot in enumerate(written.slots, 1):
        if slot.section != section or slot.description:
            section = slot.section
            yield Line(1, f"Section heading: {section}")
        if slot.description:
            yield Line(
                1,
                f"Before slot {number}: the description '{slot.description}' (no marks) of",
                written.instructions,
            )
        yield from _slot(number, slot)
    by_person = [
        (number, slot.points) for number, slot in enumerate(written.slots, 1) if slot.by == "person"
    ]
    if by_person:
        marks = sum((points for _, points in by_person), Fraction(0))
        numbers = ", ".join(str(number) for number, _ in by_person)
        slots = "slots" if len(by_person) > 1 else "slot"
        yield Line(1, f"A person marks: {slots} {numbers} ({_mark(marks)} of the marks)")
    yield Line(1, f"Shuffle (beside the sections' headings): {_shuffling(exam, written)}")


def _slot(number: int, slot: SheetSlot) -> Iterator[SheetLine]:
    parts = f" (part{'s' if ',' in slot.words else ''} {slot.words})" if slot.words else ""
    if slot.count > 1:
        yield Line(1, f"Slot {number}{parts}: a random question, one of {slot.count} variants")
    else:
        yield Line(1, f"Slot {number}{parts}: from the question bank, the only question there")
    yield Line(2, "category:", slot.path)
    by_person = ", marked by a person" if slot.by == "person" else ""
    yield Line(2, f"maximum mark: {_mark(slot.points)}{by_person}")


def _shuffling(exam: ExamDocument, written: Written) -> str:
    if not exam.shuffle_questions:
        return "no"
    kept = {slot.section for slot in written.slots if slot.words or slot.description}
    others = {slot.section for slot in written.slots} - kept
    if not kept:
        return "yes"
    if not others:
        return "no, since slots belong together"
    return f"yes, but for {', '.join(sorted(kept))}, where slots belong together"


def _notes(written: Written) -> Iterator[SheetLine]:
    yield Line(1, "Importing a file again adds its questions a second time; it never updates.")
    if any(slot.words for slot in written.slots):
        yield Line(
            1,
            "Where two slots share the parts of one question, each draws its own variant and "
            "states it in full: nothing has to be matched. Only put them one after the other.",
        )
    if written.embedded:
        yield Line(
            1,
            "Set the maximum marks above: a question with embedded answers brings whole-numbered "
            "weights of its own, whose sum is only its default mark. Moodle 4.1 does not import "
            "the ID number of such a question.",
        )
    if "stack" in written.plugins:
        yield Line(
            1,
            "Formulas are typed into questions of the plugin STACK (qtype_stack), which must be "
            "installed before the import. Run each question's tests there once.",
        )
    if "formulas" in written.plugins:
        yield Line(
            1,
            "Formulas are typed into questions of the plugin Formulas (qtype_formulas), which must "
            "be installed before the import. Students write ln and exp, not log and e^x.",
        )
    if written.numbers:
        yield Line(
            1,
            "Students type numbers as decimals such as 0.25 or -1.2e-5, as each box says; of 1/4 "
            "or 0,25 Moodle reads a part.",
        )
    if written.drags:
        yield Line(
            1,
            "Items to be put in order need Moodle 4.4 or later; for older ones write",
            "moodle: {ordering: matching}",
        )


def _mark(points: Fraction) -> str:
    exact = terminating(points)
    return exact if exact is not None else f"{grade(points)} ({points})"
