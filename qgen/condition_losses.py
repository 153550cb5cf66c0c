"""What a format loses of a number that a condition decides: nobody but qgen evaluates it."""

from collections.abc import Iterator

from qgen.document.answers import Open
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.carriage import MARKED_BY


def condition_losses(format_name: str, item: Item) -> Iterator[Problem]:
    """A loss for each such number in a format that marks answers."""
    if format_name not in MARKED_BY and format_name != "html":
        return
    for part in item.parts:
        if isinstance(part.answer, Open) and part.answer.accepts is not None:
            where = f"part {part.label}: " if part.label else ""
            message = (
                f"{where}'{format_name}' cannot evaluate 'accept_if': a person marks by the "
                "condition and the example; 'qgen grade' marks what a page saves by itself"
            )
            yield Problem("accept-if", message, item.header.place, "loss")
