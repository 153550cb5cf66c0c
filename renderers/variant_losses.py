"""What variants lose that the outline of their question did not show."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from qgen.document.answers import Answer, Matching, MultipleSelect, Ordering, ShortAnswer
from qgen.document.exam import Item
from qgen.document.problem import Problem

AnswerLosses: TypeAlias = Callable[[Answer], Iterable[tuple[str, str]]]

_HANG_ON_VALUES = (Matching, MultipleSelect, Ordering, ShortAnswer)
"""Of others a format carries as much of every variant."""


class VariantLosses:
    """Compares variants with outlines, on which computed truths hold and every hole prints 0.

    Each code is told once a part, since thousands of variants may lose the same.
    """

    def __init__(self, answer_losses: AnswerLosses) -> None:
        self._answer_losses = answer_losses
        self._told: dict[str, set[tuple[str, str]]] = {}

    def remember(self, outline: Item) -> None:
        """Takes for told what the answers of an outline lose."""
        told = self._told.setdefault(outline.header.identifier, set())
        for part in outline.parts:
            told.update((part.label, code) for code, _ in self._answer_losses(part.answer))

    def of(self, item: Item) -> Iterator[Problem]:
        """What a variant loses beside that; nothing of a question whose outline is not known."""
        told = self._told.get(item.header.identifier)
        if told is None:
            return
        for part in item.parts:
            if not isinstance(part.answer, _HANG_ON_VALUES):
                continue
            for code, text in self._answer_losses(part.answer):
                if (part.label, code) in told:
                    continue
                told.add((part.label, code))
                where = f", part {part.label}" if part.label else ""
                message = f"variant {item.variant}{where} (others may be like it): {text}"
                yield Problem(code, message, item.header.place, "loss")
