"""What a format loses of an answer that a condition decides, and that it cannot evaluate."""

from collections.abc import Iterator

from qgen.document.answers import Open
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.carriage import MARKED_BY


def condition_losses(format_name: str, item: Item) -> Iterator[Problem]:
    """A loss for each such answer in a format that marks answers."""
    if format_name not in MARKED_BY and format_name != "html":
        return
    for part in item.parts:
        accepts = part.answer.accepts if isinstance(part.answer, Open) else None
        if accepts is not None and not (format_name == "html" and accepts.holds.is_portable):
            where = f"part {part.label}: " if part.label else ""
            message = (
                f"{where}'{format_name}' cannot evaluate 'accept_if': a person marks by the "
                "condition and the example; 'qgen grade' marks what a page saves by itself"
            )
            yield Problem("accept-if", message, item.header.place, "loss")
