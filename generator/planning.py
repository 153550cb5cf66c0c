"""Which questions an exam asks: listed ones, and picks that one new question hardly moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qgen.bank.catalogue import Catalogue, Entry
from qgen.bank.exam_spec import ExamSpec, SelectionModel
from qgen.bank.loader import LoadedSpec
from qgen.bank.templates import QuestionTemplate
from qgen.document.exam import Header
from qgen.document.problem import Problem, did_you_mean
from qgen.generator.seeds import rank
from qgen.generator.spaces import NO_SPACES, Spaces

CONSEQUENCES = frozenset({"unknown-question", "unknown-topic", "unknown-tag", "too-few-questions"})
"""Codes of what may be wrong only because a part of the bank could not be read."""


_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """One question of an exam. `key` seeds it, apart from every other slot."""

    key: str
    section: int
    template: QuestionTemplate
    points: Fraction
    spaces: Spaces = NO_SPACES


def plan(loaded: LoadedSpec, catalogue: Catalogue) -> tuple[tuple[Slot, ...], list[Problem]]:
    """The exam's slots in the order of the spec, and what is wrong with its questions.

    Only the bodies of the questions that the exam asks are read.
    """
    slots: list[Slot] = []
    problems: list[Problem] = []
    titles: dict[str, int] = {}
    taken: set[str] = {
        question.id for section in loaded.spec.sections for question in section.questions
    }
    for index, section in enumerate(loaded.spec.sections):
        titles[section.title] = titles.get(section.title, 0) + 1
        # A section is known by its title, so that adding another moves no seed.
        key = f"{section.title}#{titles[section.title]}"
        if section.questions:
            found, mistakes = _listed(loaded, catalogue, index, key)
        else:
            found, mistakes = _picked(loaded, catalogue, index, key, taken)
        slots += found
        problems += mistakes
        taken.update(slot.template.header.identifier for slot in found)
    return tuple(slots), problems


def _listed(
    loaded: LoadedSpec, catalogue: Catalogue, index: int, key: str
) -> tuple[list[Slot], list[Problem]]:
    section = loaded.spec.sections[index]
    slots: list[Slot] = []
    problems: list[Problem] = []
    repeats: dict[str, int] = {}
    for number, question in enumerate(section.questions):
        entry = catalogue.entries.get(question.id)
        if entry is None:
            place = loaded.source.place(("sections", index, "questions", number, "id"))
            message = f"no question has the id '{question.id}'"
            hint = did_you_mean(question.id, catalogue.entries)
            problems.append(Problem("unknown-question", message + hint, place))
            continue
        repeats[question.id] = repeats.get(question.id, 0) + 1
        slot_key = f"{key}/{question.id}#{repeats[question.id]}"
        template, mistakes = entry.compiled
        problems += mistakes
        if template is not None:
            points = question.points or section.points or template.points
            spaces = Spaces(question.space, section.space, loaded.spec.space)
            slots.append(Slot(slot_key, index, template, points, spaces))
    return slots, problems


def _picked(
    loaded: LoadedSpec, catalogue: Catalogue, index: int, key: str, taken: set[str]
) -> tuple[list[Slot], list[Problem]]:
    section = loaded.spec.sections[index]
    assert section.selection is not None
    assert section.pick is not None
    problems = _unknown_names(loaded, index, catalogue)
    candidates = [
        entry
        for identifier, entry in catalogue.entries.items()
        if identifier not in taken
        and _fits(entry.header, section.selection)
        and _speaks(entry, section.selection.languages, loaded.spec.language)
    ]
    if len(candidates) < section.pick:
        message = f"{len(candidates)} questions fit where {section.pick} are to be picked"
        place = loaded.source.place(("sections", index, "pick"))
        return [], [*problems, Problem("too-few-questions", message, place)]
    # Each candidate has a rank of its own: a new question only ever pushes out the last.
    candidates.sort(key=lambda each: rank(loaded.spec.seed, key, each.header.identifier))
    chosen = sorted(candidates[: section.pick], key=_reading_order)
    slots = []
    for entry in chosen:
        template, mistakes = entry.compiled
        problems += mistakes
        if template is not None:
            points = section.points or template.points
            slot_key = f"{key}/{entry.header.identifier}#1"
            spaces = Spaces(None, section.space, loaded.spec.space)
            slots.append(Slot(slot_key, index, template, points, spaces))
    return slots, problems


def _speaks(entry: Entry, languages: Sequence[str], exam: str) -> bool:
    """Whether a question is in one of the languages, if any are named: `en` is also `en-GB`."""
    tag = f"{entry.language or exam}-".lower()
    return not languages or any(tag.startswith(f"{each.lower()}-") for each in languages)


def other_languages(
    loaded: LoadedSpec, slots: Sequence[Slot], catalogue: Catalogue
) -> list[Problem]:
    """For each section the questions that are in another language than the exam."""
    spec, problems = loaded.spec, []
    base = spec.language.partition("-")[0]
    for index in range(len(spec.sections)):
        headers = [slot.template.header for slot in slots if slot.section == index]
        entries = [catalogue.entries[header.identifier] for header in headers]
        named = [
            f"'{entry.header.identifier}' ({entry.language})"
            for entry in entries
            if not _speaks(entry, [base], spec.language)
        ]
        if named:
            shown = ", ".join(named[:_MOST_NAMED]) + (", …" if len(named) > _MOST_NAMED else "")
            message = (
                f"{len(named)} of {len(entries)} questions are not in the exam's language "
                f"'{spec.language}': {shown}; 'from: {{languages: [{base}]}}' picks others"
            )
            place = loaded.source.place(("sections", index, "title"))
            problems.append(Problem("question-language", message, place, "loss"))
    return problems


def _reading_order(entry: Entry) -> tuple[int, str]:
    return entry.header.difficulty, entry.header.identifier


def _fits(header: Header, selection: SelectionModel) -> bool:
    low, high = selection.difficulty or (1, 5)
    return (
        low <= header.difficulty <= high
        and (not selection.topics or header.topic in selection.topics)
        and (not selection.kinds or header.kind in selection.kinds)
        and (not selection.ids or header.identifier in selection.ids)
        and (not selection.tags or bool(set(selection.tags) & set(header.tags)))
        and (not selection.sources or any(map((header.source or "").startswith, selection.sources)))
    )


def _unknown_names(loaded: LoadedSpec, index: int, catalogue: Catalogue) -> list[Problem]:
    """The names of a selection that occur nowhere in the bank: they would select nothing."""
    selection = loaded.spec.sections[index].selection
    assert selection is not None
    headers = [entry.header for entry in catalogue.entries.values()]
    asked = (
        ("topics", "topic", selection.topics, {header.topic for header in headers}),
        ("tags", "tag", selection.tags, {tag for header in headers for tag in header.tags}),
        ("ids", "question", selection.ids, set(catalogue.entries)),
    )
    return [
        Problem(
            f"unknown-{what}",
            f"the bank has no {what} '{name}'{did_you_mean(name, known)}",
            loaded.source.place(("sections", index, "from", key, number)),
        )
        for key, what, names, known in asked
        for number, name in enumerate(names)
        if name not in known
    ]


def version_labels(spec: ExamSpec) -> tuple[str, ...]:
    """`A`, `B`, … for the versions of a spec without a roster."""
    return tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: spec.versions or 1])
