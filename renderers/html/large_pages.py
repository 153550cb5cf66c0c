"""Large practice pages, made smaller: the script puts back at once what is compressed in them.

Who reads such a page without scripts has its questions; all other pages have their solutions, too.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from qgen.renderers.html.scripts import folded

_MOST_BYTES = 150_000
_MOST_BYTES_A_QUESTION = 15_000
# What authors write is escaped, so that nothing of theirs looks like these.
_SOLUTION = re.compile(r"<details class=solution>.*?</details>\n", re.DOTALL)
_PLACE = "<template class=solution></template>"


class FoldedPage(NamedTuple):
    """Questions with room for their solutions, and those with the page's data, compressed."""

    questions: list[str]
    carried: str


def is_large(page: str, questions: int) -> bool:
    """Whether a page takes more than its questions should."""
    return len(page.encode()) >= max(_MOST_BYTES, _MOST_BYTES_A_QUESTION * questions)


def folded_page(questions: Sequence[str], data: str) -> FoldedPage:
    """The questions in fewer bytes, and what the script puts back: solutions, then the data."""
    solutions = [text for each in questions for text in _SOLUTION.findall(each)]
    kept = [_SOLUTION.sub(_PLACE, each) for each in questions]
    return FoldedPage(kept, folded("\0".join((*solutions, data))))
