"""What an exam's papers and pools share, and each paper put together from its items."""

from collections.abc import Mapping, Sequence
from typing import cast

from qgen.bank.loader import LoadedSpec
from qgen.bank.roster import Student
from qgen.document.exam import Attempts, ExamDocument, Item, Paper, Pool, Section
from qgen.document.richtext import Passage, RichText
from qgen.generator.planning import Slot
from qgen.generator.seeds import rank


def exam_document(loaded: LoadedSpec, slug: str, slots: Sequence[Slot]) -> ExamDocument:
    """The exam before any item is made: its texts, its rules, and a pool for each slot."""
    spec = loaded.spec
    return ExamDocument(
        title=spec.title,
        slug=slug,
        language=spec.language,
        scoring=spec.scoring.multiple_select,
        course=spec.course,
        date=spec.date,
        duration=spec.duration,
        pass_mark=spec.pass_mark,
        attempts=(
            None if spec.attempts is None else Attempts(spec.attempts.allowed, spec.attempts.every)
        ),
        instructions=_passage(loaded.instructions),
        aids=spec.aids,
        logo=loaded.logo,
        template=loaded.template,
        labels=own_labels(loaded),
        shuffle_options=spec.shuffle.options,
        shuffle_questions=spec.shuffle.questions,
        pools=tuple(_pool(loaded, slot) for slot in slots),
    )


def _pool(loaded: LoadedSpec, slot: Slot) -> Pool:
    title = loaded.spec.sections[slot.section].title
    instructions = _passage(loaded.section_instructions[slot.section])
    template = slot.template
    varies, parts = bool(template.parameters), len(template.parts)
    return Pool(template.header, title, slot.points, varies, instructions, parts)


def paper(
    loaded: LoadedSpec, reader: Student, slots: Sequence[Slot], items: Mapping[str, Item]
) -> Paper:
    """The paper of one reader (a version or a student); `items` holds its item of each slot."""
    spec, sections = loaded.spec, []
    for index, section in enumerate(spec.sections):
        here = [slot for slot in slots if slot.section == index]
        if spec.shuffle.questions:
            # Each question has a place of its own in the reader's order: another one in the
            # section, or another section before it, moves none of them past each other.
            order = f"order of {reader.identifier}"
            here.sort(key=lambda slot: rank(spec.seed, order, slot.key))
        chosen = tuple(items[slot.key] for slot in here)
        sections.append(
            Section(section.title, _passage(loaded.section_instructions[index]), chosen)
        )
    extra = reader.more_than(spec.duration)
    return Paper(reader.identifier, reader.name, tuple(sections), extra)


def own_labels(loaded: LoadedSpec) -> Mapping[str, str | Mapping[str, str]]:
    """The course's own words, which were found to be right."""
    data = None if loaded.labels is None else loaded.labels.data
    return cast("Mapping[str, str | Mapping[str, str]]", data or {})


def _passage(text: RichText | None) -> Passage | None:
    return None if text is None else Passage(text)
