"""What a format has no place for of what an exam says once for all of its questions."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from qgen.bank.exam_spec import ExamSpec
from qgen.document.problem import Problem
from qgen.writers import NamedWriter

_SAID: Mapping[str, Callable[[ExamSpec], bool]] = {
    "the exam's instructions": lambda spec: spec.instructions is not None,
    "the instructions of sections": lambda spec: any(
        section.instructions is not None for section in spec.sections
    ),
    "the aids": lambda spec: spec.aids is not None,
    "the date": lambda spec: spec.date is not None,
    "the duration": lambda spec: spec.duration is not None,
    "the pass mark": lambda spec: spec.pass_mark is not None,
    "the number of attempts": lambda spec: spec.attempts is not None,
    "the time between attempts": lambda spec: (
        spec.attempts is not None and spec.attempts.every is not None
    ),
}
"""Whether an exam says it, by its name in a sentence."""

_TEXTS = ("the exam's instructions", "the instructions of sections", "the aids")
_QUIZ = (
    "the date",
    "the duration",
    "the pass mark",
    "the number of attempts",
    "the time between attempts",
)
LEFT_OUT: Mapping[str, Sequence[str]] = {
    "html": ("the aids",),
    "canvas": ("the aids", "the date", "the pass mark", "the time between attempts"),
    "qti": ("the aids", *(each for each in _QUIZ if each != "the duration")),
    "gift": ("the exam's instructions", "the aids", *_QUIZ),
    "blackboard": (*_TEXTS, *_QUIZ),
    "brightspace": (*_TEXTS, *_QUIZ),
    "anki": _TEXTS,
    "csv": _TEXTS,
}
"""By format what it has no place for. Papers and Moodle's sheet of settings have all of it."""


def setting_losses(spec: ExamSpec, writers: Sequence[NamedWriter]) -> Iterator[Problem]:
    """A loss for each format that leaves out what the exam says."""
    for each in writers:
        lost = [name for name in LEFT_OUT.get(each.name, ()) if _SAID[name](spec)]
        if lost:
            *others, last = lost
            named = f"{', '.join(others)} and {last}" if others else last
            message = f"'{each.name}' has no place for {named}: whoever sets up the quiz must know"
            yield Problem("settings", message, each.place, "loss")
