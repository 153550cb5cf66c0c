"""Which questions an exam asks: listed ones, and picks that one new question hardly moves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from qgen.bank.exam_spec import ExamSpec, SectionModel, SelectionModel
from qgen.bank.loader import LoadedSpec
from qgen.bank.templates import Bank, QuestionTemplate
from qgen.document.problem import Problem, did_you_mean
from qgen.generator.seeds import rank


@dataclass(frozen=True, slots=True)
class Slot:
    """One question of an exam. `key` seeds it, apart from every other slot."""

    key: str
    section: int
    template: QuestionTemplate
    points: Fraction


def plan(loaded: LoadedSpec, bank: Bank) -> tuple[tuple[Slot, ...], list[Problem]]:
    """The exam's slots in the order of the spec, and what the bank cannot serve."""
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
            found, mistakes = _listed(loaded, bank, index, key)
        else:
            found, mistakes = _picked(loaded, bank, index, key, taken)
        slots += found
        problems += mistakes
        taken.update(slot.template.header.identifier for slot in found)
    return tuple(slots), problems


def _listed(
    loaded: LoadedSpec, bank: Bank, index: int, key: str
) -> tuple[list[Slot], list[Problem]]:
    section = loaded.spec.sections[index]
    slots: list[Slot] = []
    problems: list[Problem] = []
    repeats: dict[str, int] = {}
    for number, question in enumerate(section.questions):
        template = bank.questions.get(question.id)
        if template is None:
            place = loaded.source.place(("sections", index, "questions", number, "id"))
            message = f"no question has the id '{question.id}'"
            hint = did_you_mean(question.id, bank.questions)
            problems.append(Problem("unknown-question", message + hint, place))
            continue
        repeats[question.id] = repeats.get(question.id, 0) + 1
        slot_key = f"{key}/{question.id}#{repeats[question.id]}"
        points = question.points or section.points or template.points
        slots.append(Slot(slot_key, index, template, points))
    return slots, problems


def _picked(
    loaded: LoadedSpec, bank: Bank, index: int, key: str, taken: set[str]
) -> tuple[list[Slot], list[Problem]]:
    section = loaded.spec.sections[index]
    assert section.selection is not None
    assert section.pick is not None
    candidates = [
        template
        for identifier, template in bank.questions.items()
        if identifier not in taken and _fits(template, section.selection)
    ]
    if len(candidates) < section.pick:
        message = f"{len(candidates)} questions fit where {section.pick} are to be picked"
        message += _unmet(section.selection, bank.questions.values())
        place = loaded.source.place(("sections", index, "pick"))
        return [], [Problem("too-few-questions", message, place)]
    # Each candidate has a rank of its own: a new question only ever pushes out the last.
    candidates.sort(key=lambda each: rank(loaded.spec.seed, key, each.header.identifier))
    chosen = sorted(candidates[: section.pick], key=_reading_order)
    slots = [
        Slot(f"{key}/{each.header.identifier}#1", index, each, _points(section, each))
        for each in chosen
    ]
    return slots, []


def _reading_order(template: QuestionTemplate) -> tuple[int, str]:
    return template.header.difficulty, template.header.identifier


def _points(section: SectionModel, template: QuestionTemplate) -> Fraction:
    return section.points or template.points


def _fits(template: QuestionTemplate, selection: SelectionModel) -> bool:
    header = template.header
    low, high = selection.difficulty or (1, 5)
    return (
        low <= header.difficulty <= high
        and (not selection.topics or header.topic in selection.topics)
        and (not selection.kinds or header.kind in selection.kinds)
        and (not selection.ids or header.identifier in selection.ids)
        and (not selection.tags or bool(set(selection.tags) & set(header.tags)))
        and (not selection.sources or any(map((header.source or "").startswith, selection.sources)))
    )


def _unmet(selection: SelectionModel, templates: Iterable[QuestionTemplate]) -> str:
    """Which names of a selection occur nowhere in the bank."""
    headers = [template.header for template in templates]
    known: Mapping[str, set[str]] = {
        "topic": {header.topic for header in headers},
        "tag": {tag for header in headers for tag in header.tags},
        "id": {header.identifier for header in headers},
    }
    asked = {"topic": selection.topics, "tag": selection.tags, "id": selection.ids}
    notes = [
        f"; the bank has no {what} '{name}'{did_you_mean(name, known[what])}"
        for what, names in asked.items()
        for name in names
        if name not in known[what]
    ]
    return "".join(notes)


def version_labels(spec: ExamSpec) -> tuple[str, ...]:
    """`A`, `B`, … for the versions of a spec without a roster."""
    return tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: spec.versions or 1])
