"""What a page looks like is decided once: papers by Typst and by LaTeX read one table."""

import re
from dataclasses import replace
from importlib.resources import files

import pytest

from qgen.document.formats import LatexOptions, PaperOptions
from qgen.renderers.latex.shell import preamble
from qgen.renderers.page_measures import COLOURS, LENGTHS, SHARES, SIZES
from qgen.renderers.paper.writer import style
from tests import samples
from tests.written import render

NAMES = [*LENGTHS, *SHARES, *(f"{name}-size" for name in SIZES)]
ROOMS = files("qgen.renderers")
TYPST = (ROOMS / "paper" / "style.typ").read_text("utf-8")
TEX = (ROOMS / "latex" / "preamble.tex").read_text("utf-8")
TEX_WRITERS = TEX + "".join(
    (ROOMS / "latex" / name).read_text("utf-8") for name in ("questions.py", "front.py")
)


def command(name: str) -> str:
    stem, is_size = name.removesuffix("-size"), name.endswith("-size")
    return ("\\size" if is_size else "\\measure") + stem.replace("-", "")


@pytest.mark.parametrize("name", NAMES)
def test_both_read_every_measure(name: str) -> None:
    # How wide the blank for words is, the sources of Typst's papers say.
    assert name == "words-blank" or re.search(rf"\b(?:measures|shared)\.{name}\b", TYPST)
    assert re.search(rf"{re.escape(command(name))}(?![a-z])", TEX_WRITERS)


@pytest.mark.parametrize("name", COLOURS)
def test_both_read_every_colour(name: str) -> None:
    assert f"colours.{name}" in TYPST
    assert re.search(rf"\{{exam{name}[}}!]", TEX)


def test_no_measure_is_read_that_the_table_lacks() -> None:
    known = set(map(command, NAMES))
    assert set(re.findall(r"\\(?:measure|size)[a-z]+", TEX_WRITERS)) <= known
    assert set(re.findall(r"\\(?:measure|size)[a-z]+", preamble())) == known
    assert set(re.findall(r"shared\.([a-z-]+)", style().decode())) <= set(NAMES)


def test_both_fronts_stand_in_one_order() -> None:
    exam = replace(samples.exam(), aids=("a ruler",), duration=60, pass_mark=None)
    # A table of marks stands where there are not many questions.
    few = [replace(paper, sections=paper.sections[:1]) for paper in exam.papers]
    exam = replace(exam, papers=tuple(few))
    typst = render(exam, PaperOptions(cover=True)).files["paper-A.typ"].decode()
    latex = render(exam, LatexOptions(cover=True)).files["paper-A.tex"].decode()
    latex = latex.partition(r"\begin{document}")[2]
    shown = [
        ("#cover-space", r"\measureabovecover"),
        ("#title-block", r"\examtitle"),
        ("Version A", r"Version A}"),
        ("Time allowed", "Time allowed"),
        ("#fields", r"\examfields"),
        ("#marks", r"\examgrades"),
        ("a ruler", "a ruler"),
        ("#pagebreak", r"\clearpage"),
    ]
    typst = typst[typst.index("#cover-space") :]
    latex = latex[latex.index(r"\vspace*") :]
    for source, marks in zip((typst, latex), zip(*shown, strict=True), strict=True):
        places = [source.index(mark) for mark in marks]
        assert places == sorted(places)
