"""What is lost in files of plain questions, which have neither parts nor pictures."""

from collections.abc import Callable, Iterable

from qgen.document.answers import Answer
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.item_passages import has_picture, item_passages


def flat_losses(
    item: Item,
    name: str,
    holder: str,
    answer_losses: Callable[[Answer], Iterable[tuple[str, str]]],
) -> list[Problem]:
    """What the format `name` cannot carry of a question, and what is written instead.

    `holder` is what has no place for pictures, as `a row`; `answer_losses` are those of an answer.
    """
    found: list[tuple[str, str]] = []
    if item.is_derivation:
        text = "each part is a question of its own, with the stem before it"
        found.append((f"{name}-parts", text))
    if any(part.carried is not None for part in item.parts):
        text = "no part can be marked by the student's own earlier value"
        found.append((f"{name}-carried", text))
    for part in item.parts:
        where = f"part {part.label}: " if part.label else ""
        found += [(code, where + text) for code, text in answer_losses(part.answer)]
    if any(map(has_picture, item_passages(item))):
        text = f"{holder} holds no picture; its alternative text is written instead"
        found.append((f"{name}-picture", text))
    return [Problem(code, text, item.header.place, "loss") for code, text in found]
