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
    sheet = _sheet("page.css") + (_sheet("strokes.css") if "<menclose" in markup else "")
    if not characters:
        return sheet
    return (
        f'{sheet}@font-face{{font-family:"qgen math";font-display:block;'
        f'src:url("{font_source(characters, memory)}")}}'
    )


def live_style() -> str:
    """The style of what a page's script adds."""
    return _sheet("live.css")


@cache
def _sheet(name: str) -> str:
    """What a style sheet says without comments and needless blanks; no text in it holds such."""
    sheet = (files("qgen.renderers.html") / name).read_text("utf-8")
    tight = re.sub(r"\s*([{};>])\s*|([:,])\s+|\n\s*", r"\1\2", _COMMENT.sub("", sheet))
    return tight.replace(";}", "}")
