"""What an exam's study guide may say: the notes on its topics that repeat none of its questions.

A note cannot hold a drawn number, because it has no holes. It is left out, and reported, where it
belongs to a question that the exam asks; and where it holds a text of such a question, or says a
sentence of it in nearly the same words (an option, a feedback, an explanation, a line of the
marking scheme), a short answer that would be accepted, or the formula that is the key. Titles of
questions are never printed.
"""

from collections.abc import Iterable, Iterator, Mapping

from qgen.bank.catalogue import Entry, open_bank
from qgen.document.guide import GuideDocument, GuideTopic, StudyNote
from qgen.document.problem import Place, Problem, did_you_mean
from qgen.document.richtext import Passage, plain_text
from qgen.generator.assembling import own_labels
from qgen.guide_secrets import Secrets
from qgen.loading import LoadedExam


def study_guide(
    exam: LoadedExam, headings: Mapping[str, str], place: Place
) -> tuple[GuideDocument, list[Problem]]:
    """The exam's guide, and what was left out of it or is missing (losses).

    `headings` name topics in place of their ids; a topic that the exam does not have is an
    error at `place`.
    """
    spec = exam.loaded.spec
    topics = list(_topics(exam))
    # Notes stand in questions that the exam does not ask, too, whose files may not be read yet.
    catalogue, problems = open_bank(exam.banks)
    problems += [
        Problem("guide-topic", f"the exam has no topic '{name}'{did_you_mean(name, topics)}", place)
        for name in headings
        if name not in topics
    ]
    secrets = Secrets(exam)
    written = []
    for topic in topics:
        notes = tuple(_notes(catalogue.entries.values(), topic, secrets, problems))
        if notes:
            written.append(GuideTopic(headings.get(topic, _heading(topic)), notes))
        else:
            message = f"the guide says nothing about '{topic}': no question has a study note for it"
            problems.append(Problem("guide-topic", message, place, "loss"))
    guide = GuideDocument(
        spec.title, spec.language, spec.course, spec.date, tuple(written), own_labels(exam.loaded)
    )
    return guide, problems


def _topics(exam: LoadedExam) -> Iterator[str]:
    """The exam's topics in reading order.

    Those that a section may pick from count as well as those asked: a guide does not say which
    of them were picked.
    """
    found: list[str] = []
    for index, section in enumerate(exam.loaded.spec.sections):
        if section.selection is not None:
            found += section.selection.topics
        found += [slot.template.header.topic for slot in exam.slots if slot.section == index]
    yield from dict.fromkeys(found)


_INITIALISMS = frozenset(
    "ai cnn dpo elbo em gan gmm gpt hmc kl mcmc ml nlp ode pca rl rlhf rnn sde svm vae vi".split()
)
"""Words of topics that are read letter by letter and written in capitals."""


def _heading(topic: str) -> str:
    """`MCMC`, `Diffusion models` for the topics `mcmc` and `diffusion-models`."""
    first, *others = (word.upper() if word in _INITIALISMS else word for word in topic.split("-"))
    return " ".join((first[:1].upper() + first[1:], *others))


def _notes(
    entries: Iterable[Entry],
    topic: str,
    secrets: Secrets,
    problems: list[Problem],
) -> Iterator[StudyNote]:
    """A topic's notes, easier ones first, none twice, none that gives a question away."""
    seen: set[str] = set()
    for entry in sorted(
        (each for each in entries if each.header.topic == topic and each.has_study_note),
        key=lambda each: (each.header.difficulty, each.header.identifier),
    ):
        header = entry.header
        note, mistakes = entry.study_note()
        problems += mistakes
        if note is None:
            continue
        passage = Passage(note)
        words = " ".join(plain_text(passage).casefold().split())
        if words in seen:
            continue
        seen.add(words)
        told = None
        if secrets.belongs(header.identifier):
            told = "belongs to a question that the exam asks"
        elif betrayed := secrets.betrayed(passage):
            what, asked = betrayed
            told = f"holds {what} of '{asked}', which the exam asks"
        if told is not None:
            message = f"the study note of '{header.identifier}' {told}; it is left out of the guide"
            problems.append(Problem("guide-answer", message, header.place, "loss"))
            continue
        yield StudyNote(passage, header.language, header.place)
