"""Which room on paper a part gets, of what its own author and the exam's say about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from qgen.bank.templates import PartTemplate
from qgen.document.answers import Space


@dataclass(frozen=True, slots=True)
class Spaces:
    """What an exam says of one of its questions, the nearest first; None where it says nothing."""

    question: Space | None = None
    section: Space | None = None
    exam: Space | None = None

    def of_parts(self, parts: Sequence[PartTemplate]) -> tuple[Space | None, ...]:
        """The room for each part.

        Options, pairs and items to order need none: they have some only where it was asked for
        that very question or part.
        """
        return tuple(self._of(part, is_sole=len(parts) == 1) for part in parts)

    def _of(self, part: PartTemplate, *, is_sole: bool) -> Space | None:
        if part.is_worked:
            return self.question or self.section or part.space or self.exam
        return (self.question or part.space) if is_sole else part.space


NO_SPACES = Spaces()
