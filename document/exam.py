"""What an exam is made of: papers with sections of items, and pools of variants; closed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from qgen.document.answers import Part, ScoringRule
from qgen.document.guide import GuideDocument
from qgen.document.problem import Place
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
    not_with: tuple[str, ...] = ()
    """The questions that this one gives away, or that give it away."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture in one or more file formats, by extension: `{"svg": …, "pdf": …}`."""

    name: str
    forms: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Item:
    """One variant of a question, as a student gets it, with its key.

    `variant` counts from 1 among the variants of the same template; `values` are the drawn
    and derived values behind the printed text. Only a derivation has more than one part.
    """

    header: Header
    variant: int
    points: Fraction
    stem: Passage
    parts: tuple[Part, ...]
    explanation: Passage | None
    values: Values
    assets: Mapping[str, Asset]
    slot: str = ""
    """Which of the exam's places it fills; the same in all papers and in the pool."""

    @property
    def is_derivation(self) -> bool:
        """True where the parts have labels and prompts of their own."""
        return bool(self.parts[0].label)


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
    extra_minutes: int = 0
    """What this student has beside the exam's duration."""

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
    """A question of the exam of which a platform gets many variants, where it `varies`."""

    header: Header
    section: str
    points: Fraction
    varies: bool
    instructions: Passage | None = None
    """What its section begins with."""
    parts: int = 1

    def count(self, variants: int) -> int:
        """How many items there are where so many variants of each template are wanted."""
        return variants if self.varies else min(variants, 1)


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often the quiz may be taken, and how long to wait in between."""

    allowed: int
    every_minutes: int | None


@dataclass(frozen=True, slots=True)
class ExamDocument:
    """What all papers and pools share. `duration` is in minutes, `pass_mark` a share of the points.

    Papers and variants come one by one behind it (see `qgen.renderers.writer`).
    """

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
    aids: tuple[str, ...] | None = None
    """What students may use, and none of it where this is empty; None where nothing is said."""
    logo: Asset | None = None
    template: str | None = None
    """The Typst source of the course's own look for papers."""
    labels: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    """Words of the course's own, in place of those of the language."""
    shuffle_options: bool = True
    shuffle_questions: bool = False
    pools: tuple[Pool, ...] = ()
    guide: GuideDocument | None = None

    def duration_of(self, paper: Paper) -> int | None:
        """The minutes that somebody with this paper has."""
        return None if self.duration is None else self.duration + paper.extra_minutes
