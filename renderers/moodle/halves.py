"""Which questions a derivation becomes: one that Moodle marks, and an essay for the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from qgen.document.answers import ComplexAnswer, FormulaAnswer, Open, Part
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.moodle import formulas_plugin, stack_fields


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


def try_penalty(half: Half) -> Fraction:
    """What a wrong try costs where hints are shown: Moodle has one penalty for all of them."""
    penalties = [hint.penalty for part in half.parts for hint in part.hints]
    if half.by == "person" or not penalties:
        return Fraction(0)
    return sum(penalties, Fraction(0)) / len(penalties)


class _Plugin(NamedTuple):
    """Why a plugin cannot ask for parts: seen on their outline, and on a variant."""

    shape_fault: Callable[[Sequence[Part]], str | None]
    parts_fault: Callable[[Sequence[Part]], str | None]


_PLUGINS = {
    "stack": _Plugin(stack_fields.shape_fault, stack_fields.parts_fault),
    "plugin": _Plugin(formulas_plugin.shape_fault, formulas_plugin.parts_fault),
}


def marks_formula(answer: FormulaAnswer, options: MoodleOptions) -> bool:
    """Whether Moodle marks a formula: not where right ones differ by a constant or a factor."""
    return options.formulas != "essay" and answer.up_to is None


def wants_plugin(half: Half, options: MoodleOptions) -> bool:
    """Whether a plugin is to ask for a half; one of real numbers and choices needs none."""
    kinds = (FormulaAnswer, ComplexAnswer, Open)
    asked = any(isinstance(part.answer, kinds) for part in half.parts)
    return options.formulas in _PLUGINS and half.by == "machine" and asked


def plugin_fault(half: Half, options: MoodleOptions) -> str | None:
    """Why the plugin cannot ask for a half that it is to ask for, seen on its outline."""
    return _PLUGINS[options.formulas].shape_fault(half.parts)


def variant_fault(half: Half, options: MoodleOptions) -> str | None:
    """Why the plugin cannot mark the half of a variant as it is."""
    return _PLUGINS[options.formulas].parts_fault(half.parts)


def in_plugin(half: Half, options: MoodleOptions) -> bool:
    """Whether the outline of a half fits into one question of the plugin, and is to be one."""
    return wants_plugin(half, options) and plugin_fault(half, options) is None


def who_marks(item: Item, options: MoodleOptions) -> tuple[MarkedBy, ...]:
    """Who marks each part: a person all parts of a derivation that becomes one essay."""
    by = tuple(_who_marks(part, options) for part in item.parts)
    machine = [part for part, who in zip(item.parts, by, strict=True) if who == "machine"]
    # Where a part follows from another, boxes may be empty, and a condition may hold of nothing.
    follows = any(part.carried is not None for part in machine)
    if any(map(_is_judged, machine)) and (follows or stack_fields.shape_fault(machine) is not None):
        # Only there a condition is worked out, and not all of these are asked there.
        by = tuple(
            "person" if _is_judged(part) else who for part, who in zip(item.parts, by, strict=True)
        )
    if options.derivations == "essay" and "person" in by:
        return tuple("person" for _ in by)
    return by


def _who_marks(part: Part, options: MoodleOptions) -> MarkedBy:
    if isinstance(part.answer, FormulaAnswer) and not marks_formula(part.answer, options):
        return "person"
    if _is_judged(part) and options.formulas == "stack":
        asked = stack_fields.judged_as(part.answer)
        return "person" if asked is part.answer else "machine"
    return marked_by("moodle", part.answer)


def _is_judged(part: Part) -> bool:
    """Whether a condition decides what is right."""
    return isinstance(part.answer, Open) and part.answer.accepts is not None


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
