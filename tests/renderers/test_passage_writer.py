"""A text whose pieces are remembered is written as the same text without holes is."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.richtext import (
    Block,
    DisplayMath,
    Hole,
    Inline,
    Math,
    Paragraph,
    Passage,
    RichText,
    Strong,
    Text,
    closed,
)
from qgen.renderers.canvas.text import CanvasText
from qgen.renderers.gift.text import in_gift
from qgen.renderers.mathjax_text import MathJaxText
from qgen.renderers.moodle.text import MoodleText, escaped
from qgen.renderers.passage_writer import EnclosedText, PassageWriter
from qgen.renderers.qti.text import QtiText
from tests.renderers.test_gift import hostile

WRITERS: dict[str, Callable[[], PassageWriter]] = {
    "moodle": lambda: MoodleText(attaches=False),
    "mathjax": MathJaxText,
    "canvas": lambda: CanvasText("image"),
    "canvas-mathjax": lambda: CanvasText("mathjax"),
    "qti": QtiText,
}
CONSTANT = st.one_of(
    hostile, st.sampled_from(["%s", "100% of %s", "%(x)s", "\\text{", "}", "a_", "%"])
)
PRINTED = st.one_of(hostile, st.sampled_from(["3", "-0.25", "\\frac{1}{2}", "%d", "", "<"]))


HOLE = st.integers(0, 2).map(Hole)
PARTS = st.lists(st.one_of(CONSTANT, HOLE), min_size=1, max_size=4).map(tuple)


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    """A text of a few nodes with three holes, and what is printed in them."""

    def inline() -> Inline:
        match draw(st.integers(0, 3)):
            case 0:
                return draw(HOLE)
            case 1:
                return Math(draw(PARTS))
            case 2:
                return Strong((Text(draw(CONSTANT)), draw(HOLE)))
            case _:
                return Text(draw(CONSTANT))

    blocks: list[Block] = [Paragraph(tuple(inline() for _ in range(draw(st.integers(1, 4)))))]
    if draw(st.booleans()):
        blocks.append(DisplayMath(draw(PARTS)))
    return Passage(RichText(tuple(blocks)), tuple(draw(PRINTED) for _ in range(3)))


def spellings(passage: Passage, writer: PassageWriter) -> Iterator[str]:
    """The passage as it comes from the pieces of its text, and without any that differs."""
    writer.write(Passage(passage.text, ("7", "8", "9")))
    yield writer.write(passage)
    yield writer.write(Passage(RichText(closed(passage))))


@pytest.mark.parametrize("name", WRITERS)
@given(passages())
def test_a_variant_s_text_is_written_as_if_nothing_were_remembered(name, passage):
    pieces, whole = spellings(passage, WRITERS[name]())
    if name == "moodle":
        # A sign may be told apart from another where a hole lies between them, and only there.
        pieces, whole = (each.replace("<span></span>", "") for each in (pieces, whole))
    assert pieces == whole


def in_xml(html: str) -> str:
    return escaped(html)


@pytest.mark.parametrize(("name", "escape"), [("moodle", in_gift), ("canvas", in_xml)])
@given(passages())
def test_what_is_escaped_once_more_is_the_text_escaped(name, escape, passage):
    writer = WRITERS[name]()
    enclosed, once_more = EnclosedText(writer, escape), Passage(passage.text, ("7", "8", "9"))
    assert enclosed.write(once_more) == escape(writer.write(once_more))
    assert enclosed.write(passage) == escape(writer.write(passage))
