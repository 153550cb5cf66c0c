"""Compiles what the tests write, and reads the characters of each page back."""

import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

import pytest
from typst import Compiler, TypstError

from tests import samples

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
_RIGHT_EDGE = 595.3 - 24 * 72 / 25.4 + 1
_UNSEEN = "\u2061\u2062\u2063\u2064\ufe00\ufe01\u200b"
_HEAD = (
    '#import "style.typ": *\n#show: paper.with(title: "Title", foot: "Foot", version: "A",'
    ' page-words: ("", "", ""))\n#heading(level: 1)[#"Title";]\n'
)


@cache
def _compiler() -> Compiler:
    folder = Path(mkdtemp(prefix="qgen-paper-"))
    style = (files("qgen.renderers.paper") / "style.typ").read_text("utf-8")
    (folder / "style.typ").write_text(style, "utf-8")
    (folder / "assets").mkdir()
    (folder / "assets" / "picture.png").write_bytes(samples.PNG)
    return Compiler(root=folder, ignore_system_fonts=True)


def compiled(body: str) -> bytes:
    """A paper that holds the body, as PDF/UA-1 with the fonts of the wheel."""
    source = (_HEAD + body).encode()
    pdf = _compiler().compile(source, format="pdf", pdf_standards=["ua-1"], timestamp=0)
    assert isinstance(pdf, bytes)
    return pdf


def assert_compiles(body: str) -> None:
    """Fails for what Typst does not take, but for characters that the wheel's fonts lack."""
    with suppress(TypstError):
        compiled(f"{body}\n\n#[end]")
        return
    with pytest.raises(TypstError, match="could not be displayed with font"):
        compiled(body)


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


def beyond_the_margin(pdf: bytes) -> list[str]:
    """What is printed to the right of the room for text on a page of A4."""
    done = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True, timeout=120
    )
    words = re.findall(
        r'<word xMin="[^"]*" yMin="[^"]*" xMax="([^"]*)".*>(.*)</word>', done.stdout.decode()
    )
    assert words
    return [word for right, word in words if float(right) > _RIGHT_EDGE]
