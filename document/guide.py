"""A study guide: notes on an exam's topics, and nothing of its questions.

It holds no item, no answer and no option, so that whoever writes one has no key to give away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qgen.document.problem import Place
from qgen.document.richtext import Passage


@dataclass(frozen=True, slots=True)
class StudyNote:
    """One insight; `place` is where its author wrote it, `language` if not the guide's."""

    text: Passage
    language: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class GuideTopic:
    """The notes on one topic, easier ones first."""

    heading: str
    notes: tuple[StudyNote, ...]


@dataclass(frozen=True, slots=True)
class GuideDocument:
    """What a study guide says, in reading order."""

    title: str
    language: str
    course: str | None
    date: str | None
    topics: tuple[GuideTopic, ...]
    labels: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)

    @property
    def notes(self) -> int:
        """How many notes there are in all."""
        return sum(len(topic.notes) for topic in self.topics)
