"""Which questions an exam asks: listed ones, and picks that one new question hardly moves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qgen.bank.catalogue import Catalogue, Entry
from qgen.bank.exam_spec import ExamSpec, SectionQuestion, SelectionModel
from qgen.bank.loader import LoadedSpec
from qgen.bank.templates import QuestionTemplate
from qgen.document.exam import Header
from qgen.document.problem import Problem, did_you_mean
from qgen.generator.apart import rivals_of
from qgen.generator.picking import Wish, draw_questions, wish
from qgen.generator.spaces import NO_SPACES, Spaces

CONSEQUENCES = frozenset({"unknown-question", "unknown-topic", "unknown-tag", "too-few-questions"})
"""Codes of what may be wrong only because a part of the bank could not be read."""


_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Slot:
    """One question of an exam. `key` seeds it, apart from every other slot.

    It is the question's id and which of its places in the exam this is, so that neither titles
    nor the order of sections move a number.
    """

    key: str
    section: int
    template: QuestionTemplate
    points: Fraction
    repeats: bool = False
    """Whether students may get the same variant where there are too few."""
    spaces: Spaces = NO_SPACES


def plan(loaded: LoadedSpec, catalogue: Catalogue) -> tuple[tuple[Slot, ...], list[Problem]]:
    """The exam's slots in the order of the spec, and what is wrong with its questions.

    Only the bodies of the questions that the exam asks are read.
    """
    slots: list[Slot] = []
    picked, problems = _picks(loaded, catalogue)
    places: Counter[str] = Counter()
    for index, section in enumerate(loaded.spec.sections):
        if section.questions:
            asked, mistakes = _listed(loaded, catalogue, index)
            problems += mistakes
        else:
            asked = [(entry, None) for entry in picked.get(index, ())]
        for entry, question in asked:
            template, mistakes = entry.compiled
            problems += mistakes
            if template is None:
                continue
            identifier = template.header.identifier
            places[identifier] += 1
            points = (question and question.points) or section.points or template.points
            repeats = (question and question.repeats) or section.repeats
            key = f"{identifier}#{places[identifier]}"
            spaces = Spaces(
                None if question is None else question.space, section.space, loaded.spec.space
            )
            slots.append(Slot(key, index, template, points, repeats == "allowed", spaces))
    return tuple(slots), problems


def _listed(
    loaded: LoadedSpec, catalogue: Catalogue, index: int
) -> tuple[list[tuple[Entry, SectionQuestion | None]], list[Problem]]:
    """The questions that a section lists, as far as the bank has them."""
    found: list[tuple[Entry, SectionQuestion | None]] = []
    problems: list[Problem] = []
    for number, question in enumerate(loaded.spec.sections[index].questions):
        entry = catalogue.entries.get(question.id)
        if entry is not None:
            found.append((entry, question))
            continue
        place = loaded.source.place(("sections", index, "questions", number, "id"))
        message = f"no question has the id '{question.id}'"
        hint = did_you_mean(question.id, catalogue.entries)
        problems.append(Problem("unknown-question", message + hint, place))
    return found, problems


def _picks(
    loaded: LoadedSpec, catalogue: Catalogue
) -> tuple[dict[int, list[Entry]], list[Problem]]:
    """The questions picked for each section that picks, in reading order.

    No question is asked in two of them, or picked where another section lists it.
    """
    spec = loaded.spec
    problems: list[Problem] = []
    wishes: list[Wish] = []
    fitting: dict[int, set[str]] = {}
    listed = {question.id for section in spec.sections for question in section.questions}
    rivals = rivals_of(entry.header for entry in catalogue.entries.values())
    given_away = set().union(*(rivals.get(name, ()) for name in listed))
    for index, section in enumerate(spec.sections):
        if section.selection is None or section.pick is None:
            continue
        problems += _unknown_names(loaded, index, catalogue)
        fitting[index] = {
            identifier
            for identifier, entry in catalogue.entries.items()
            if identifier not in listed
            and _fits(entry.header, section.selection)
            and _speaks(entry, section.selection.languages, spec.language)
        }
        candidates = fitting[index] - given_away
        wishes.append(wish(spec.seed, index, section.selection, section.pick, candidates))
    drawn = draw_questions(wishes, rivals)
    for each in wishes:
        found = len(drawn[each.section])
        if found < each.pick:
            enough = len(fitting[each.section]) >= each.pick
            apart = " without giving each other away (not_with)" if enough and rivals else ""
            message = f"{found} questions fit{apart} where {each.pick} are to be picked"
            place = loaded.source.place(("sections", each.section, "pick"))
            problems.append(Problem("too-few-questions", message, place))
    picked = {
        section: sorted((catalogue.entries[name] for name in names), key=_reading_order)
        for section, names in drawn.items()
    }
    return picked, problems


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
