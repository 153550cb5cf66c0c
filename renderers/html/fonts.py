"""The font of formulas, cut to the characters of a page, the same bytes wherever it is cut."""

import hashlib
import io
from base64 import b64encode
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files

from qgen.renderers.html.woff import woff
from qgen.renderers.writer import Memory

_FONT = "qgen-math.woff"
_DIGEST = hashlib.sha256().digest_size
# Taken whole where one of them is used, so that pages which differ in numbers share a cut.
_GROUPS = (
    frozenset(map(ord, "0123456789()+-=<>,./−×·⋅|")),
    frozenset(range(0x61, 0x7B)),
    frozenset((*range(0x1D44E, 0x1D468), 0x210E)),  # italic small letters
)


def font_source(characters: frozenset[int], memory: Memory) -> str:
    """The address of a font with these characters, for a style sheet."""
    whole = characters.union(*(group for group in _GROUPS if group & characters))
    return f"data:font/woff;base64,{b64encode(_remembered(whole, memory)).decode('ascii')}"


def _remembered(characters: frozenset[int], memory: Memory) -> bytes:
    """The cut font, from memory where it stands there as it was kept."""
    name = f"{_key(characters)}.woff"
    kept = memory.read(name)
    if kept is not None and kept[:_DIGEST] == hashlib.sha256(kept[_DIGEST:]).digest():
        return kept[_DIGEST:]
    cut = _cut(characters)
    memory.keep(name, hashlib.sha256(cut).digest() + cut)
    return cut


def _key(characters: frozenset[int]) -> str:
    return hashlib.sha256(_cutter() + ",".join(map(str, sorted(characters))).encode()).hexdigest()


@cache
def _cutter() -> bytes:
    """What a cut depends on besides its characters: the font, its library, and this file."""
    folder = files("qgen.renderers.html")
    sources = [(folder / f"{name}.py").read_bytes() for name in ("fonts", "woff", "deflating")]
    parts = (_whole(), *sources, version("fonttools").encode())
    return b"".join(hashlib.sha256(each).digest() for each in parts)


@cache
def _whole() -> bytes:
    return (files("qgen.renderers.html") / "fonts" / _FONT).read_bytes()


@lru_cache(maxsize=64)
def _cut(characters: frozenset[int]) -> bytes:
    """The font with these characters, and nothing in it that no browser needs for formulas."""
    import logging

    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    font = TTFont(io.BytesIO(_whole()), recalcTimestamp=False, recalcBBoxes=False)
    options = Options()
    options.layout_features, options.hinting, options.desubroutinize = [], False, True
    options.notdef_outline, options.obfuscate_names = True, True
    options.drop_tables += ["GDEF", "GPOS", "GSUB"]
    cutter = Subsetter(options)
    cutter.populate(unicodes=sorted(characters))
    cutter.subset(font)
    font.flavor = None
    cut = io.BytesIO()
    font.save(cut)
    return woff(cut.getvalue())
