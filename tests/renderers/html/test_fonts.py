"""The font of a page: cut to its characters, and the same bytes from memory as afresh."""

import io
from base64 import b64decode

from fontTools.ttLib import TTFont

from qgen.renderers.html.fonts import font_source
from qgen.renderers.writer import NoMemory


class Shelf:
    """A memory that tells what it is asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.found = 0

    def read(self, name: str) -> bytes | None:
        self.found += name in self.files
        return self.files.get(name)

    def keep(self, name: str, content: bytes) -> None:
        self.files[name] = content


def source(text: str, memory: Shelf | NoMemory) -> str:
    return font_source(frozenset(map(ord, text)), memory)


def test_a_cut_font_has_the_characters_asked_for() -> None:
    address = source("∑σ", NoMemory())
    font = TTFont(io.BytesIO(b64decode(address.partition("base64,")[2])))
    characters = font.getBestCmap()
    assert {ord("∑"), ord("σ")} <= characters.keys()
    assert ord("∫") not in characters


def test_what_is_remembered_is_what_a_cut_gives() -> None:
    afresh = source("∑x", NoMemory())
    shelf = Shelf()
    assert source("∑x", shelf) == afresh
    later = Shelf()
    later.files = shelf.files
    assert source("∑x", later) == afresh
    assert later.found == 1
    assert source("∏x", later) != afresh


def test_a_kept_font_that_was_cut_short_or_changed_is_cut_anew() -> None:
    shelf = Shelf()
    afresh = source("∑y", shelf)
    (name,) = shelf.files
    whole = shelf.files[name]
    for damaged in (b"", whole[:-1], whole[:31], whole[:40] + b"?" + whole[41:]):
        broken = Shelf()
        broken.files[name] = damaged
        assert source("∑y", broken) == afresh
        assert broken.files[name] == whole
