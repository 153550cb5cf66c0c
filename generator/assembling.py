"""Puts items into papers, and papers and pools into an exam."""

from collections.abc import Mapping, Sequence

from qgen.bank.loader import LoadedSpec
from qgen.bank.roster import Student
from qgen.document.exam import Attempts, ExamDocument, Item, Paper, Pool, Section
from qgen.document.richtext import Passage, RichText
from qgen.generator.planning import Slot
from qgen.generator.seeds import shuffled, stream


def assemble(
    loaded: LoadedSpec,
    slug: str,
    readers: Sequence[Student],
    slots: Sequence[Slot],
    items: Mapping[str, Mapping[str, Item]],
    pools: Sequence[Pool],
) -> ExamDocument:
    """The exam: a paper for each reader (a version or a student), and the pools.

    `items` holds, by slot key, the item of each reader by identifier.
    """
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
        shuffle_options=spec.shuffle.options,
        papers=tuple(_paper(loaded, reader, slots, items) for reader in readers),
        pools=tuple(pools),
    )


def _paper(
    loaded: LoadedSpec,
    reader: Student,
    slots: Sequence[Slot],
    items: Mapping[str, Mapping[str, Item]],
) -> Paper:
    spec, sections = loaded.spec, []
    for index, section in enumerate(spec.sections):
        here = [slot for slot in slots if slot.section == index]
        if spec.shuffle.questions:
            source = stream(spec.seed, f"order of section {index}", "", reader.identifier, 0)
            here = [here[position] for position in shuffled(source, len(here))]
        chosen = tuple(items[slot.key][reader.identifier] for slot in here)
        sections.append(
            Section(section.title, _passage(loaded.section_instructions[index]), chosen)
        )
    return Paper(reader.identifier, reader.name, tuple(sections))


def _passage(text: RichText | None) -> Passage | None:
    return None if text is None else Passage(text)
