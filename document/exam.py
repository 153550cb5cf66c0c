"""The assembled exam: papers with sections of items, and pools of variants; closed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from qgen.document.answers import Answer, Derivation, PartAnswer, Provenance, ScoringRule
from qgen.document.problem import Place, Problem
from qgen.document.richtext import Passage
from qgen.document.values import Values


@dataclass(frozen=True, slots=True)
class Header:
    """What all variants of a question share."""

    identifier: str
    title: str
    kind: str
    topic: str
    tags: tuple[str, ...]
    difficulty: int
    minutes: Fraction | None
    source: str | None
    language: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture in one or more file formats, by extension: `{"svg": …, "pdf": …}`."""

    name: str
    forms: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Item:
    """One variant of a question, as a student gets it, with its key.

    `variant` counts from 1 among the variants of the same template; `values` are the drawn
    and derived values behind the printed text.
    """

    header: Header
    variant: int
    points: Fraction
    stem: Passage
    answer: Answer
    provenance: Provenance
    explanation: Passage | None
    values: Values
    assets: Mapping[str, Asset]


def answers_of(item: Item) -> Iterator[tuple[str, PartAnswer, Fraction, Provenance]]:
    """Part label (empty for a question without parts), answer, points and provenance."""
    if isinstance(item.answer, Derivation):
        for part in item.answer.parts:
            yield part.label, part.answer, part.points, part.provenance
    else:
        yield "", item.answer, item.points, item.provenance


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    instructions: Passage | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One version (`A`, `B`, …) or one student's paper; `student` is the name to print."""

    label: str
    student: str | None
    sections: tuple[Section, ...]

    @property
    def points(self) -> Fraction:
        """The marks that the whole paper is worth."""
        return sum((item.points for item in self.items()), Fraction(0))

    def items(self) -> Iterator[Item]:
        """All items in reading order."""
        for section in self.sections:
            yield from section.items


@dataclass(frozen=True, slots=True)
class Pool:
    """Many variants of one template; `items` streams its `count` items and is read once."""

    header: Header
    section: str
    points: Fraction
    count: int
    items: Iterable[Item]


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often the quiz may be taken, and how long to wait in between."""

    allowed: int
    every_minutes: int | None


@dataclass(frozen=True, slots=True)
class ExamDocument:
    """What renderers write. `duration` is in minutes, `pass_mark` a share of the points."""

    title: str
    slug: str
    language: str
    scoring: ScoringRule
    course: str | None = None
    date: str | None = None
    duration: int | None = None
    pass_mark: Fraction | None = None
    attempts: Attempts | None = None
    instructions: Passage | None = None
    shuffle_options: bool = True
    papers: tuple[Paper, ...] = ()
    pools: tuple[Pool, ...] = ()


Content: TypeAlias = bytes | Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Files by path relative to the format's folder; long ones stream."""

    files: Mapping[str, Content]
    problems: tuple[Problem, ...] = field(default=())
