"""Draws questions for the sections of an exam that pick them, whatever their order."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qgen.bank.exam_spec import SelectionModel
from qgen.generator.apart import Rivals
from qgen.generator.seeds import rank

_TRIES = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What one section wants: so many of these candidates, the first ones if it can have them."""

    section: int
    key: str
    pick: int
    candidates: tuple[str, ...]


def wish(
    seed: int, section: int, selection: SelectionModel, pick: int, candidates: Iterable[str]
) -> Wish:
    """A section's wish. Its lottery is known by what the selection says.

    Each candidate has a rank of its own: a new question only ever pushes out the last.
    """
    said = selection.model_dump(mode="json", exclude_defaults=True)
    key = json.dumps({name: sorted(values) for name, values in said.items()}, sort_keys=True)
    ranked = sorted(candidates, key=lambda each: rank(seed, key, each))
    return Wish(section, key, pick, tuple(ranked))


def draw_questions(wishes: Sequence[Wish], rivals: Rivals) -> dict[int, list[str]]:
    """The candidates that each section gets, none twice and none that gives another away.

    A section gets fewer than it wants where there are too few.
    """
    drawn = _drawn(wishes, frozenset())
    if not _all_met(wishes, drawn):
        return drawn
    found = _apart(wishes, rivals, drawn, frozenset(), [_TRIES])
    return found if found is not None else _without_rivals(wishes, rivals, drawn)


def _all_met(wishes: Sequence[Wish], drawn: Mapping[int, list[str]]) -> bool:
    return all(len(drawn[each.section]) == each.pick for each in wishes)


def _conflict(
    wishes: Sequence[Wish], rivals: Rivals, drawn: Mapping[int, list[str]]
) -> tuple[str, str] | None:
    """Two questions that give each other away, the one that was drawn by an earlier lot first."""
    places = {
        name: (each.candidates.index(name), each.key)
        for each in wishes
        for name in drawn[each.section]
    }
    ranked = sorted(places, key=lambda name: (places[name], name))
    for later, name in enumerate(ranked):
        for earlier in ranked[:later]:
            if earlier in rivals.get(name, ()):
                return earlier, name
    return None


def _apart(
    wishes: Sequence[Wish],
    rivals: Rivals,
    drawn: dict[int, list[str]],
    without: frozenset[str],
    tries: list[int],
) -> dict[int, list[str]] | None:
    """A draw without rivals in which all wishes are met, if one is found in so many tries."""
    conflict = _conflict(wishes, rivals, drawn)
    if conflict is None:
        return drawn
    for loser in reversed(conflict):
        tries[0] -= 1
        other = _drawn(wishes, without | {loser})
        if tries[0] > 0 and _all_met(wishes, other):
            found = _apart(wishes, rivals, other, without | {loser}, tries)
            if found is not None:
                return found
    return None


def _without_rivals(
    wishes: Sequence[Wish], rivals: Rivals, drawn: dict[int, list[str]]
) -> dict[int, list[str]]:
    """A draw that leaves out the later of any two rivals."""
    without: frozenset[str] = frozenset()
    while (conflict := _conflict(wishes, rivals, drawn)) is not None:
        without |= {conflict[1]}
        drawn = _drawn(wishes, without)
    return drawn


def _drawn(wishes: Sequence[Wish], without: frozenset[str]) -> dict[int, list[str]]:
    """The candidates that each section gets, none twice.

    Everybody takes what is free by their own lottery. Where nothing is left for one section,
    another gives up a question for which it has a substitute: if all wishes can be met, they are.
    """
    lots = _Lots({each.section: each for each in wishes}, without)
    # Two sections that say the same are one lottery, so that only they go by their order.
    for each in sorted(wishes, key=lambda each: (each.key, each.section)):
        got = sum(lots.give(each.section, set()) for _ in range(each.pick))
        if got < each.pick:
            lots.unmet[each.section] = lots.of(each.section)
            lots.release(each.section)
    return {each.section: lots.unmet.get(each.section, lots.of(each.section)) for each in wishes}


@dataclass(slots=True)
class _Lots:
    """Who has which question, while questions are given out."""

    wishes: dict[int, Wish]
    without: frozenset[str]
    holders: dict[str, int] = field(default_factory=dict)
    unmet: dict[int, list[str]] = field(default_factory=dict)
    """What the sections would have had that did not get enough; it is free for the others."""

    def of(self, section: int) -> list[str]:
        return [name for name, holder in self.holders.items() if holder == section]

    def release(self, section: int) -> None:
        for name in self.of(section):
            del self.holders[name]

    def give(self, section: int, asked: set[int]) -> bool:
        """One more question for a section; `asked` are those that could not help already."""
        asked.add(section)
        wanted = self.wishes[section].candidates
        candidates = [name for name in wanted if name not in self.without]
        free = next((name for name in candidates if name not in self.holders), None)
        if free is not None:
            self.holders[free] = section
            return True
        for name in candidates:
            if self.holders[name] not in asked and self.give(self.holders[name], asked):
                self.holders[name] = section
                return True
        return False
