"""Compiles what the tests write, and reads the characters of each page back."""

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from typst import Compiler, TypstError

from qgen.renderers.paper.writer import style
from tests import samples

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
_SIDE, _TOP, _FOOT = (millimetres * 72 / 25.4 for millimetres in (24, 19, 6))
_PAGE = re.compile(r'width="([^"]*)" height="([^"]*)"')
_WORD = re.compile(r'<word xMin="([^"]*)" yMin="([^"]*)" xMax="([^"]*)" yMax="([^"]*)">(.*)</word>')
_UNSEEN = "\u2061\u2062\u2063\u2064\ufe00\ufe01\u200b"
_HEAD = (
    '#import "/assets/style.typ": *\n#show: paper.with(title: "Title", foot: "Foot", version: "A",'
    ' page-words: ("", "", ""))\n#heading(level: 1)[#"Title";]\n'
)


@cache
def _compiler() -> Compiler:
    folder = Path(mkdtemp(prefix="qgen-paper-"))
    (folder / "assets").mkdir()
    (folder / "assets" / "style.typ").write_bytes(style())
    (folder / "assets" / "picture.png").write_bytes(samples.PNG)
    return Compiler(root=folder, ignore_system_fonts=True)


def compiled(body: str) -> bytes:
    """A paper that holds the body, as PDF/UA-1 with the fonts of the wheel."""
    return _pdf(_HEAD + body)


def _pdf(source: str) -> bytes:
    pdf = _compiler().compile(source.encode(), format="pdf", pdf_standards=["ua-1"], timestamp=0)
    assert isinstance(pdf, bytes)
    return pdf


def assert_compiles(body: str) -> None:
    """Fails for what Typst does not take, but for characters that the wheel's fonts lack."""
    assert_source_compiles(f"{_HEAD}{body}\n\n#[end]")


def assert_source_compiles(source: str) -> None:
    """The same for a whole source."""
    with suppress(TypstError):
        _pdf(source)
        return
    with pytest.raises(TypstError, match="could not be displayed with font"):
        _pdf(source)


def characters(text: str) -> Counter[str]:
    """How often each character occurs, in whatever alphabet or order, but for what is not seen."""
    plain = unicodedata.normalize("NFKD", text)
    return Counter(sign for sign in plain if not sign.isspace() and sign not in _UNSEEN)


def read_back(pieces: Sequence[str]) -> list[str]:
    """The characters that each piece prints on a page of its own."""
    blank = "#set page(width: 60cm, footer: none)\n#pagebreak()\n"
    pdf = compiled(blank + "\n#pagebreak()\n".join(pieces))
    done = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True, timeout=120
    )
    _, *pages = done.stdout.decode().split("\f")
    return pages[: len(pieces)]


def words_of(pdf: bytes) -> str:
    """What is printed, in reading order, with one blank between words."""
    done = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True, timeout=120
    )
    return " ".join(done.stdout.decode().split())


def beyond_the_margin(pdf: bytes, text_size: float = 11) -> list[str]:
    """What is printed beside, above or below the room for text and for the foot of its page.

    Full stops may hang into the margin, and letters reach a little above the first line.
    """
    done = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True, timeout=120
    )
    found = []
    for page in done.stdout.decode().split("<page ")[1:]:
        ((width, height),) = (map(float, size) for size in _PAGE.findall(page))
        words = _WORD.findall(page)
        for left, top, right, bottom, word in words:
            is_beside = float(left) < _SIDE - 2 or float(right) > width - _SIDE + text_size / 2
            if is_beside or float(top) < _TOP - 12 or float(bottom) > height - _FOOT:
                found.append(word)
    return found
