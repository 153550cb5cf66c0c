"""What becomes of hints in each format: shown on request only where a page or a platform can."""

from collections.abc import Iterator, Mapping

from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.writer import Writer

_LEFT_OUT = "hints are left out: they cannot be asked for there"
HINTS: Mapping[str, str] = {
    "paper": "hints are not printed on papers; they stand in the solutions",
    "latex": "hints are not printed on papers; they stand in the solutions",
    "moodle": (
        "hints are shown one after another after wrong tries, where questions behave as "
        "interactive with multiple tries, and each wrong try costs the mean of their penalties; "
        "essays show none"
    ),
    "brightspace": "hints stand together, are shown at any time, and take nothing off",
    "anki": "hints can be unfolded on the front of a card, and take nothing off",
    "gift": _LEFT_OUT,
    "canvas": _LEFT_OUT,
    "qti": _LEFT_OUT,
    "blackboard": _LEFT_OUT,
    "csv": _LEFT_OUT,
}
"""What is said of a question with hints, by format. A practice page has all of them."""

EXAM_PAGE = "an exam page offers no hints"


def hint_losses(format_name: str, writer: Writer, item: Item) -> Iterator[Problem]:
    """A loss where a question has hints that a format shows otherwise, or not at all."""
    if not any(part.hints for part in item.parts) or not (writer.takes_papers or writer.variants):
        return
    told = HINTS.get(format_name)
    if format_name == "html" and not writer.shows_hints:
        told = EXAM_PAGE
    if told is not None:
        message = f"question '{item.header.identifier}': in '{format_name}', {told}"
        yield Problem("hints", message, item.header.place, "loss")
