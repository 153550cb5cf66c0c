"""Who marks what: for each learning platform and kind of answer, a machine, a person or nobody.

The table tells what a kind becomes where nothing else is in the way. A writer's `marked_by` says
it of an item, with the choices of the exam's author and with what the answers hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol, TypeAlias

from qgen.document.answers import COMPLEX, KIND_NAMES, Answer, ComplexAnswer
from qgen.document.exam import Item
from qgen.renderers.wording import points_number

MarkedBy: TypeAlias = Literal["machine", "person", "lost"]

NUMERIC_COMPLEX = f"{KIND_NAMES[ComplexAnswer]}, {COMPLEX}"
"""The row of numeric answers that are complex numbers."""

MARKED_BY: Mapping[str, Mapping[str, MarkedBy]] = {
    "moodle": {
        "single_choice": "machine",
        "multiple_select": "machine",
        "numeric": "machine",
        NUMERIC_COMPLEX: "machine",
        "formula": "machine",
        "matrix": "machine",
        "short_answer": "machine",
        "matching": "machine",
        "ordering": "machine",
        "open": "person",
    },
    "gift": {
        "single_choice": "machine",
        "multiple_select": "machine",
        "numeric": "machine",
        NUMERIC_COMPLEX: "person",
        "formula": "person",
        "matrix": "person",
        "short_answer": "machine",
        "matching": "machine",
        "ordering": "machine",
        "open": "person",
    },
    "canvas": {
        "single_choice": "machine",
        "multiple_select": "machine",
        "numeric": "machine",
        NUMERIC_COMPLEX: "person",
        "formula": "person",
        "matrix": "person",
        "short_answer": "machine",
        "matching": "machine",
        "ordering": "machine",
        "open": "person",
    },
    "qti": {
        "single_choice": "machine",
        "multiple_select": "machine",
        "numeric": "machine",
        NUMERIC_COMPLEX: "machine",
        "formula": "machine",
        "matrix": "machine",
        "short_answer": "machine",
        "matching": "machine",
        "ordering": "machine",
        "open": "person",
    },
    "blackboard": {
        "single_choice": "machine",
        "multiple_select": "machine",
        "numeric": "machine",
        NUMERIC_COMPLEX: "person",
        "formula": "person",
        "matrix": "person",
        "short_answer": "machine",
        "matching": "machine",
        "ordering": "machine",
        "open": "person",
    },
    "brightspace": {
        "single_choice": "machine",
        "multiple_select": "machine",
        "numeric": "person",
        NUMERIC_COMPLEX: "person",
        "formula": "person",
        "matrix": "person",
        "short_answer": "machine",
        "matching": "machine",
        "ordering": "machine",
        "open": "person",
    },
}
"""By format and kind. Formats that nobody answers on a platform, such as papers, are not in it."""

_MOST_NAMED = 8


def marked_by(name: str, answer: Answer) -> MarkedBy:
    """Who marks an answer of this kind in a format of the table."""
    is_complex = isinstance(answer, ComplexAnswer)
    return MARKED_BY[name][NUMERIC_COMPLEX if is_complex else KIND_NAMES[type(answer)]]


@dataclass(frozen=True, slots=True)
class Marks:
    """How many of an exam's marks a format has marked by whom, and in which questions."""

    machine: Fraction
    person: Fraction
    lost: Fraction
    by_person: tuple[str, ...]
    without: tuple[str, ...]

    def line(self) -> str:
        """`21 of 23 marks by machine, 2 by a person (posterior-collapse-explained)`."""
        total = self.machine + self.person + self.lost
        words = f"{points_number(self.machine)} of {points_number(total)} marks by machine"
        if self.by_person:
            words += f", {points_number(self.person)} by a person ({_named(self.by_person)})"
        if self.without:
            words += f", {points_number(self.lost)} lost ({_named(self.without)})"
        return words


def _named(identifiers: tuple[str, ...]) -> str:
    """The questions, or the first of many."""
    if len(identifiers) <= _MOST_NAMED:
        return ", ".join(identifiers)
    more = len(identifiers) - _MOST_NAMED
    return f"{', '.join(identifiers[:_MOST_NAMED])} and {more} more"


class Marking(Protocol):
    """What tells who marks each part of an item: a writer."""

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part; nothing where a paper is marked."""


def marks_by_format(writers: Mapping[str, Marking], items: Sequence[Item]) -> dict[str, Marks]:
    """What becomes of the items' marks in each format of the table."""
    return {name: _marks(writer, items) for name, writer in writers.items() if name in MARKED_BY}


def _marks(writer: Marking, items: Sequence[Item]) -> Marks:
    sums: dict[MarkedBy, Fraction] = dict.fromkeys(("machine", "person", "lost"), Fraction(0))
    where: dict[MarkedBy, dict[str, None]] = {"machine": {}, "person": {}, "lost": {}}
    for item in items:
        for part, who in zip(item.parts, writer.marked_by(item), strict=True):
            sums[who] += part.points
            where[who][item.header.identifier] = None
    return Marks(
        sums["machine"], sums["person"], sums["lost"], tuple(where["person"]), tuple(where["lost"])
    )
