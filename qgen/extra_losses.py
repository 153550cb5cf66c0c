"""What becomes of hints, feedback, places, uploads and code in each format: a table for each."""

from collections.abc import Iterator, Mapping

from qgen.document.answers import MultipleSelect, Open, SingleChoice
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.writer import Writer

_NOT_PRINTED = "hints are not printed on papers; they stand in the solutions"
_LEFT_OUT = "hints are left out: they cannot be asked for there"
HINTS: Mapping[str, str] = {
    "paper": _NOT_PRINTED,
    "latex": _NOT_PRINTED,
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

_EXAM_PAGE = "an exam page offers no hints"

_ON_FEEDBACK_PAGES = "what is said by the mark is not printed; the pages of 'qgen grade' say it"
_NOT_SAID = "nothing is said by the mark"
BY_MARK: Mapping[str, str] = {
    "paper": _ON_FEEDBACK_PAGES,
    "latex": _ON_FEEDBACK_PAGES,
    "moodle": f"{_NOT_SAID} of a question with boxes in its text, an essay or a plugin's question",
    "qti": f"{_NOT_SAID} of what a person marks",
    "canvas": "only single choices, numbers and words say something by the mark",
    "gift": _NOT_SAID,
    "blackboard": _NOT_SAID,
    "brightspace": _NOT_SAID,
    "anki": _NOT_SAID,
    "csv": "what is said by the mark is left out",
}
"""What is said of a question with feedback by its mark that a writer does not say, by format."""

_HANDED_IN_ELSEWHERE = "no file can be handed in; the text asks for it, and it is taken elsewhere"
_TYPES = "files of any type can be handed in; the text says which are wanted"
UPLOADS: Mapping[str, str] = {
    "html": "a page notes the names and sizes of files; they are handed in beside the answers",
    "canvas": _TYPES,
    "qti": _TYPES,
    "gift": _HANDED_IN_ELSEWHERE,
    "blackboard": _HANDED_IN_ELSEWHERE,
    "brightspace": _HANDED_IN_ELSEWHERE,
    "csv": "a table does not say that the answer is a file",
}
"""What is said of an answer that is handed in as files, by format."""

_SET_AFTERWARDS = (
    "whether options are mixed is set after the import, and one of these has a place of its own"
)
PLACES: Mapping[str, str] = {
    "moodle": "options are not mixed, since one has a place of its own: Moodle mixes all or none",
    "canvas": "classic Canvas mixes all options, also one that has a place of its own",
    "gift": _SET_AFTERWARDS,
    "blackboard": _SET_AFTERWARDS,
    "brightspace": _SET_AFTERWARDS,
}
"""What is said of options of which some have a place of their own, by format."""

_PLAIN_BOX = "code is typed into a box for text"
CODE: Mapping[str, str] = {
    "gift": _PLAIN_BOX,
    "canvas": _PLAIN_BOX,
    "blackboard": _PLAIN_BOX,
    "brightspace": _PLAIN_BOX,
}
"""What is said of an answer that is typed as code, by format."""


def extra_losses(format_name: str, writer: Writer, item: Item) -> Iterator[Problem]:
    """A loss where a format has hints, feedback, places, uploads or code otherwise, or not."""
    if not (writer.takes_papers or writer.variants):
        return
    told: dict[str, str | None] = {}
    if any(part.hints for part in item.parts):
        hints = HINTS.get(format_name)
        told["hints"] = _EXAM_PAGE if format_name == "html" and not writer.shows_hints else hints
    unsaid = [part for part in item.parts if part.by_mark.texts]
    unsaid = [part for part in unsaid if not writer.says_by_mark(item, part)]
    if unsaid and (text := BY_MARK.get(format_name)):
        labels = ", ".join(part.label for part in unsaid)
        told["feedback"] = f"{text} (parts {labels})" if labels else text
    choices = [
        part.answer
        for part in item.parts
        if isinstance(part.answer, (SingleChoice, MultipleSelect))
    ]
    if any(option.stays for answer in choices for option in answer.options):
        told["place"] = PLACES.get(format_name)
    answers = [part.answer for part in item.parts if isinstance(part.answer, Open)]
    if any(answer.upload for answer in answers):
        told["upload"] = UPLOADS.get(format_name)
    if any(answer.code for answer in answers):
        told["code"] = CODE.get(format_name)
    for code, text in told.items():
        if text is not None:
            message = f"question '{item.header.identifier}': in '{format_name}', {text}"
            yield Problem(code, message, item.header.place, "loss")
