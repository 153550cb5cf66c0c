"""What stands around the body of every TeX source."""

from functools import cache
from importlib.resources import files

from qgen.renderers.labels import Labels
from qgen.renderers.latex.characters import needs_unicode_engine
from qgen.renderers.page_measures import TEXT_SIZE, tex_measures

_BEFORE_FONTS = {"zh": r"\exambolden", "ja": r"\exambolden\examfindjapanesefont"}
"""What papers in these languages do before they look for a font with their signs."""


@cache
def preamble() -> str:
    """What stands between the class and the document, the same for all that qgen typesets."""
    written = (files("qgen.renderers.latex") / "preamble.tex").read_text("utf-8")
    return f"{tex_measures()}\n{written}"


def source_of(body: str, labels: Labels) -> bytes:
    """A whole file. All files of an exam have the same preamble, so that it compiles once."""
    lines = [
        rf"\documentclass[{TEXT_SIZE}pt]{{article}}",
        rf"\newcommand{{\examlanguage}}{{{labels.babel or 'english'}}}",
        preamble(),
        r"\begin{document}",
        r"\examstart",
        body,
        r"\end{document}",
        "",
    ]
    if needs_unicode_engine(body):
        lines.insert(0, "% !TeX program = lualatex")
        before = _BEFORE_FONTS.get(labels.language, "")
        lines.insert(lines.index(r"\examstart") + 1, rf"{before}\examfindfont")
    return "\n".join(lines).encode()
