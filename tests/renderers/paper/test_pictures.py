"""Hard formulas as pictures: as wide and as high as LaTeX sets them, so that nothing is lost."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from qgen.renderers.latex.math import formula_source
from qgen.renderers.latex.shell import preamble
from qgen.renderers.paper.text import Surroundings
from tests.renderers.paper.pages import compiled
from tests.renderers.paper.test_formulas import HARD

# What LaTeX's packages lack, or set by rules of their own: boxes and equation numbers.
OTHERWISE = ("cancel", "boxed", r"\begin{align}", "multline", "textcolor", r"\color", "texttt")


class Ink(NamedTuple):
    """How much of a page is printed on, in pixels."""

    width: int
    height: int


def inks(pdf: Path) -> Iterator[Ink]:
    """The printed part of each page."""
    command = ["pdftoppm", "-r", "144", "-gray", str(pdf)]
    pictures = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    while pictures:
        head = re.match(rb"P5\s(\d+)\s(\d+)\s255\s", pictures)
        assert head is not None
        width, height = int(head[1]), int(head[2])
        pixels = pictures[head.end() : head.end() + width * height]
        pictures = pictures[head.end() + width * height :]
        lines = [pixels[start : start + width] for start in range(0, len(pixels), width)]
        inked = [line for line in lines if min(line) < 128]
        columns = [x for x in range(width) if any(line[x] < 128 for line in inked)]
        yield Ink(columns[-1] - columns[0] + 1, len(inked)) if columns else Ink(0, 0)


def formulas() -> list[tuple[str, bool]]:
    plain = [tex for tex in HARD if not any(name in tex for name in OTHERWISE)]
    return [(tex, is_display) for tex in plain for is_display in (False, True)]


def typst_pages(folder: Path) -> list[Ink]:
    written = [
        Surroundings().formula(tex, is_display=False)
        if not is_display
        else Surroundings().formula(tex, is_display=True).replace("#wide-", "#display-")
        for tex, is_display in formulas()
    ]
    head = "#set page(width: 30cm, height: 8cm, footer: none)\n#pagebreak()\n"
    (folder / "typst.pdf").write_bytes(compiled(head + "\n#pagebreak()\n".join(written)))
    return list(inks(folder / "typst.pdf"))[1:]


def latex_pages(folder: Path) -> list[Ink]:
    pages = [
        rf"\[{formula_source(tex)}\]" if is_display else rf"\({formula_source(tex)}\)"
        for tex, is_display in formulas()
    ]
    source = "\n".join(
        (
            r"\documentclass[11pt]{article}\newcommand{\examlanguage}{english}",
            preamble(),
            r"\geometry{paperwidth=30cm,paperheight=8cm}\pagestyle{empty}",
            r"\begin{document}\examstart",
            "\n\\newpage\n".join(pages),
            r"\end{document}",
        )
    )
    (folder / "latex.tex").write_text(source, "utf-8")
    command = ["pdflatex", "-interaction=batchmode", "-no-shell-escape", "latex.tex"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return list(inks(folder / "latex.pdf"))


@pytest.mark.tex
@pytest.mark.skipif(
    shutil.which("pdflatex") is None or shutil.which("pdftoppm") is None,
    reason="no pdflatex or no pdftoppm",
)
def test_hard_formulas_take_the_room_that_latex_gives_them(tmp_path: Path) -> None:
    ours, theirs = typst_pages(tmp_path), latex_pages(tmp_path)
    assert len(ours) == len(theirs) == len(formulas()) > 30
    for (tex, is_display), mine, other in zip(formulas(), ours, theirs, strict=True):
        about = f"{tex} ({'display' if is_display else 'in the line'}): {mine}, LaTeX {other}"
        assert 0.9 < mine.width / other.width < 1.1, about
        assert 0.75 < mine.height / other.height < 1.35, about
