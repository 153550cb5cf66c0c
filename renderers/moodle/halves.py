"""Which questions a derivation becomes: one that Moodle marks, and an essay for the rest."""

from dataclasses import dataclass
from fractions import Fraction

from qgen.document.answers import FormulaAnswer, Part
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.moodle.stack_fields import shape_fault


@dataclass(frozen=True, slots=True)
class Half:
    """The parts that one question asks; `words` tells them (`a, c`) where it does not ask all."""

    parts: tuple[Part, ...]
    by: MarkedBy
    words: str

    @property
    def points(self) -> Fraction:
        """What the question is worth."""
        return sum((part.points for part in self.parts), Fraction(0))


def marks_formula(answer: FormulaAnswer, options: MoodleOptions) -> bool:
    """Whether Moodle marks a formula: not where right ones differ by a constant or a factor."""
    return options.formulas != "essay" and answer.up_to is None


def in_stack(half: Half, options: MoodleOptions) -> bool:
    """Whether the outline of a half fits into one question of the STACK plugin, and is to be one.

    A half without a formula needs no plugin.
    """
    asked = any(isinstance(part.answer, FormulaAnswer) for part in half.parts)
    wanted = options.formulas == "stack" and half.by == "machine" and asked
    return wanted and shape_fault(half.parts) is None


def who_marks(item: Item, options: MoodleOptions) -> tuple[MarkedBy, ...]:
    """Who marks each part: a person all parts of a derivation that becomes one essay."""
    by = tuple(_who_marks(part, options) for part in item.parts)
    if options.derivations == "essay" and "person" in by:
        return tuple("person" for _ in by)
    return by


def _who_marks(part: Part, options: MoodleOptions) -> MarkedBy:
    if isinstance(part.answer, FormulaAnswer) and not marks_formula(part.answer, options):
        return "person"
    return marked_by("moodle", part.answer)


def halves(item: Item, options: MoodleOptions) -> tuple[Half, ...]:
    """The questions that an item becomes: one, or two where Moodle marks some of its parts."""
    by = who_marks(item, options)
    kinds: tuple[MarkedBy, ...] = ("machine", "person")
    present = [kind for kind in kinds if kind in by]
    found = []
    for kind in present:
        parts = tuple(part for part, who in zip(item.parts, by, strict=True) if who == kind)
        words = ", ".join(part.label for part in parts) if len(present) > 1 else ""
        found.append(Half(parts, kind, words))
    return tuple(found)
