"""The style sheet of all pages."""

import re
from functools import cache
from importlib.resources import files

from qgen.renderers.html.fonts import font_source
from qgen.renderers.writer import Memory

_MATH = re.compile(r"<math.*?</math>", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def page_style(markup: str, memory: Memory) -> str:
    """The style sheet, and inside it a font with the characters of the markup's formulas."""
    characters = frozenset(ord(each) for math in _MATH.findall(markup) for each in set(math))
    if not characters:
        return _sheet()
    return (
        f'{_sheet()}@font-face {{ font-family: "qgen math"; font-display: block; '
        f'src: url("{font_source(characters, memory)}") format("opentype"); }}'
    )


@cache
def _sheet() -> str:
    """What `page.css` says without comments and needless blanks; no text in it holds such."""
    sheet = (files("qgen.renderers.html") / "page.css").read_text("utf-8")
    return re.sub(r"\s*([{};])\s*|([:,])\s+|\n\s*", r"\1\2", _COMMENT.sub("", sheet))
