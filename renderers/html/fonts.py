"""The font of formulas, cut to the characters of a page, the same bytes wherever it is cut."""

import io
from base64 import b64encode
from functools import cache, lru_cache
from importlib.resources import files

_FONT = "qgen-math.woff"
# Taken whole where one of them is used, so that pages which differ in numbers share a cut.
_GROUPS = (
    frozenset(map(ord, "0123456789()+-=<>,./−×·⋅|")),
    frozenset(range(0x61, 0x7B)),
    frozenset((*range(0x1D44E, 0x1D468), 0x210E)),  # italic small letters
)


def font_source(characters: frozenset[int]) -> str:
    """The address of a font with these characters, for a style sheet."""
    whole = characters.union(*(group for group in _GROUPS if group & characters))
    return f"data:font/otf;base64,{b64encode(_cut(whole)).decode('ascii')}"


@cache
def _whole() -> bytes:
    return (files("qgen.renderers.html") / "fonts" / _FONT).read_bytes()


@lru_cache(maxsize=64)
def _cut(characters: frozenset[int]) -> bytes:
    """The font without compression, whose bytes would depend on the library that compresses."""
    import logging

    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    font = TTFont(io.BytesIO(_whole()), recalcTimestamp=False)
    options = Options()
    options.layout_features, options.hinting, options.desubroutinize = [], False, True
    options.notdef_outline, options.obfuscate_names = True, True
    cutter = Subsetter(options)
    cutter.populate(unicodes=sorted(characters))
    cutter.subset(font)
    font.flavor = None
    cut = io.BytesIO()
    font.save(cut)
    return cut.getvalue()
