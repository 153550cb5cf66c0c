"""What an exam's study guide may say: the notes on its topics that repeat none of its questions.

A note cannot hold a drawn number, because it has no holes. It is left out, and reported, where it
holds a text of a question that the exam asks: an option, a feedback, an explanation, a line of the
marking scheme, or a short answer that would be accepted. Titles of questions are never printed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from qgen.bank.catalogue import Entry, open_bank
from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.guide import GuideDocument, GuideTopic, StudyNote
from qgen.document.problem import Place, Problem, did_you_mean
from qgen.document.richtext import Passage, plain_text
from qgen.generator.outline import outline
from qgen.loading import LoadedExam

FEWEST_WORDS = 3
"""Texts with fewer words than this are told apart by nothing: `yes`, `2`, `the mean`."""


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
    secrets = list(_secrets(exam))
    written = []
    for topic in topics:
        notes = tuple(_notes(catalogue.entries.values(), topic, secrets, problems))
        if notes:
            written.append(GuideTopic(headings.get(topic, _heading(topic)), notes))
        else:
            message = f"the guide says nothing about '{topic}': no question has a study note for it"
            problems.append(Problem("guide-topic", message, place, "loss"))
    guide = GuideDocument(spec.title, spec.language, spec.course, spec.date, tuple(written))
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
    secrets: list[tuple[str, str]],
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
        words = _words(plain_text(passage))
        if words in seen:
            continue
        seen.add(words)
        betrayed = [identifier for text, identifier in secrets if f" {text} " in f" {words} "]
        if betrayed:
            message = (
                f"the study note of '{header.identifier}' holds an answer of '{betrayed[0]}', "
                "which the exam asks; it is left out of the guide"
            )
            problems.append(Problem("guide-answer", message, header.place, "loss"))
            continue
        yield StudyNote(passage, header.language, header.place)


def _secrets(exam: LoadedExam) -> Iterator[tuple[str, str]]:
    """Words that no note may repeat, and the question they belong to."""
    for template in {
        slot.template.header.identifier: slot.template for slot in exam.slots
    }.values():
        item = outline(template, template.points, "per_option")
        for text in _texts(item):
            words = _words(plain_text(text))
            if words.count(" ") + 1 >= FEWEST_WORDS:
                yield words, template.header.identifier
        for part in item.parts:
            for accepted in part.answer.accepted if isinstance(part.answer, ShortAnswer) else ():
                if _words(accepted):
                    yield _words(accepted), template.header.identifier


def _words(text: str) -> str:
    """A text reduced to what is read: words and signs, in small letters, one blank between."""
    return " ".join(re.findall(r"\w+|[^\w\s.,;:!?]", text.lower()))


def _texts(item: Item) -> Iterator[Passage]:
    """The texts of an item that say something about its answer."""
    if item.explanation is not None:
        yield item.explanation
    for part in item.parts:
        yield from _answer_texts(part.answer)
        if part.explanation is not None:
            yield part.explanation


def _answer_texts(answer: Answer) -> Iterator[Passage]:
    match answer:
        case SingleChoice() | MultipleSelect():
            for option in answer.options:
                yield option.text
                if option.feedback is not None:
                    yield option.feedback
        case Numeric() | FormulaAnswer() | ShortAnswer():
            yield from (mistake.feedback for mistake in answer.mistakes)
        case Matching():
            for pair in answer.pairs:
                yield pair.left
                if pair.feedback is not None:
                    yield pair.feedback
            yield from answer.rights
        case Ordering():
            yield from answer.items
        case Open():
            yield from (line.text for line in answer.rubric)
        case _:
            assert_never(answer)
