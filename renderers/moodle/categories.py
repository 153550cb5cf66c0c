"""The names of the categories that hold an exam's questions."""

from qgen.document.exam import Header
from qgen.renderers.moodle.names import plain_name
from qgen.renderers.moodle.text import cleaned

# Two names, the slashes doubled and Moodle's prefix stay below 255 characters.
_NAME_LENGTH = 115
_TOP = "$course$/top/"
_INSTRUCTIONS = "Instructions"


class Categories:
    """Hands out the categories of an exam's questions, all distinct."""

    def __init__(self, exam_title: str) -> None:
        self._top = f"{_TOP}{_category_name(exam_title, '')}"
        self.instructions = f"{self._top}/{_INSTRUCTIONS}"
        """The category of the texts that begin sections."""
        self._seen = {self.instructions}

    def path(self, header: Header, words: str = "") -> str:
        """`$course$/top/<exam>/<question>`, with the parts that are in it where not all are."""
        parts = f" ({words})" if words else ""
        path, number = "", 1
        while not path or path in self._seen:
            ending = f" ({header.identifier})" if number > 1 else ""
            ending += f" {number - 1}" if number > 2 else ""
            path = f"{self._top}/{_category_name(header.title, ending + parts)}"
            number += 1
        self._seen.add(path)
        return path


def _category_name(name: str, ending: str) -> str:
    """A name as it stands in a path; Moodle trims it, so blanks may keep its own slashes apart."""
    name = " ".join(plain_name(cleaned(name)).split()) or "?"
    ending = plain_name(cleaned(ending)).replace("/", "//")
    room = max(_NAME_LENGTH - len(ending), _NAME_LENGTH // 2)
    while len(name.replace("/", "//")) > room:
        name = name[:-1]
    ending = ending[: _NAME_LENGTH - len(name.replace("/", "//"))]
    written = name.replace("/", "//") + ending
    before = " " if written.startswith("/") else ""
    after = " " if written.endswith("/") else ""
    return f"{before}{written}{after}"
